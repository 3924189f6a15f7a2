"""Chinese typing in YAML: each slip is one problem, at the character that was typed, with the corrected line."""

import time

import front
import pytest
import yaml
from front import at, codes, marked

from manjuc import references, source
from manjuc.diagnostic import Source, Span
from manjuc.ids import Names

BEGIN = "manju: 1\ntheme: 雨夜\n"
Expected = tuple[str, int, int, str, str]

# The text, then code, line, column, what is pointed at, and the help.
SLIPS: list[tuple[str, Expected]] = [
    ("theme：雨夜\ntitle: x\n", ("MJ0102", 1, 6, "：", "write `theme: 雨夜`")),
    ("theme ： 雨夜\ntitle: x\n", ("MJ0102", 1, 7, "：", "write `theme: 雨夜`")),
    # A space that is none.
    ("title: x\ntheme:\u3000雨夜\n", ("MJ0118", 2, 7, "\u3000", "write `theme: 雨夜`")),
    ("title: x\ntheme:\xa0雨夜\n", ("MJ0118", 2, 7, "\xa0", "write `theme: 雨夜`")),
    ("theme\u3000: 雨夜\n", ("MJ0118", 1, 6, "\u3000", "write `theme: 雨夜`")),
    (
        "style:\n\u3000\u3000look: 日系\n\u3000\u3000tone: x\n",
        ("MJ0118", 2, 1, "\u3000\u3000", "write `    look: 日系`"),
    ),
    ("style:\n \u3000look: 日系\n", ("MJ0118", 2, 2, "\u3000", "write `   look: 日系`")),
    ("style:\n\xa0\xa0look: 日系\n", ("MJ0118", 2, 1, "\xa0\xa0", "write `  look: 日系`")),
    ("style:\n  look:\u3000日系\n", ("MJ0118", 2, 8, "\u3000", "write `  look: 日系`")),
    ("theme: 雨\n\u3000\u3000夜\ntitle: x\n", ("MJ0118", 2, 1, "\u3000\u3000", "write `    夜`")),
    # A comment that was none.
    ("theme: 雨夜 #慢动作\n", ("MJ0117", 1, 11, "#慢动作", 'write `theme: "雨夜 #慢动作"`')),
    ("a:\n  - 推门 #01\n", ("MJ0117", 2, 8, "#01", 'write `- "推门 #01"`')),
    ('a: 她说"走" #快\n', ("MJ0117", 1, 10, "#快", "write `a: '她说\"走\" #快'`")),
    ("a: [红 #1, 蓝]\n", ("MJ0117", 1, 7, "#1", 'write `a: ["红 #1", 蓝]`')),
    ("a: {look: #日系}\n", ("MJ0117", 1, 11, "#日系", 'write `a: {look: "#日系"}`')),
    # A dash that is none.
    ("a:\n  － 开场\n  － 悬念\n", ("MJ0119", 2, 3, "－", "write `  - 开场`")),
    ("a:\n  － id: s01\n    seconds: 1\n", ("MJ0119", 2, 3, "－", "write `  - id: s01`")),
    ("a:\n  –\u3000开场\n", ("MJ0119", 2, 3, "–", "write `  - 开场`")),
    # Commas and brackets.
    ("a: {id: s01， seconds: 1}\n", ("MJ0116", 1, 12, "，", "write `a: {id: s01, seconds: 1}`")),
    ("a: {id: s01，seconds: 1}\n", ("MJ0116", 1, 12, "，", "write `a: {id: s01, seconds: 1}`")),
    ("a: ｛id: s01，n: 1｝\n", ("MJ0120", 1, 4, "｛", "write `a: {id: s01, n: 1}`")),
    ("a: x\n＃ 注释\nb: y\n", ("MJ0120", 2, 1, "＃", "write `# 注释`")),
    ("＃注释\na: x\n", ("MJ0120", 1, 1, "＃", "write `# 注释`")),
    # Quotes.
    ("theme: “第一集: 雨夜”\n", ("MJ0108", 1, 12, ":", 'write `theme: "第一集: 雨夜"`')),
    ('theme: "雨夜”\ntitle: x\n', ("MJ0103", 1, 8, '"', 'write `theme: "雨夜"`')),
    ('a: "贱人！"她冷笑\n', ("MJ0108", 1, 9, "她", "write `a: '\"贱人！\"她冷笑'`")),
    ('a:\n  - "贱人！"她冷笑\n', ("MJ0108", 2, 10, "她", "write `- '\"贱人！\"她冷笑'`")),
    ("a:\n  - \"贱人！\"她'冷'笑\n", ("MJ0108", 2, 10, "她", "write `- '\"贱人！\"她''冷''笑'`")),
    # Texts that begin or go on like something else.
    ("a: [系统] 任务\n", ("MJ0108", 1, 9, "任", 'write `a: "[系统] 任务"`')),
    ("a:\n  - [系统] 任务\n", ("MJ0108", 2, 10, "任", 'write `- "[系统] 任务"`')),
    ("a: 侯爷: 你敢\n", ("MJ0108", 1, 6, ":", 'write `a: "侯爷: 你敢"`')),
    ("a: *慢动作*\n", ("MJ0107", 1, 4, "*", 'write `a: "*慢动作*"`')),
    ("a:\n  - *慢动作*\n", ("MJ0107", 2, 5, "*", 'write `- "*慢动作*"`')),
    ("a: **强调**\n", ("MJ0107", 1, 4, "*", 'write `a: "**强调**"`')),
    ("a: !!紧急\n", ("MJ0107", 1, 4, "!", 'write `a: "!!紧急"`')),
    ("a:\n  - !快 走\n", ("MJ0107", 2, 5, "!", 'write `- "!快 走"`')),
    ("a: !quick 走\n", ("MJ0107", 1, 4, "!quick", 'write `a: "!quick 走"`')),
    ("a: |雨夜\n", ("MJ0108", 1, 4, "|", 'write `a: "|雨夜"`')),
    ("a: > 雨夜\n", ("MJ0108", 1, 4, ">", 'write `a: "> 雨夜"`')),
    ('a: "图\\林澈.png"\n', ("MJ0108", 1, 6, "\\林", "write `a: '图\\林澈.png'`")),
    ("a: - 雨夜\n", ("MJ0101", 1, 4, "-", "write `a: [雨夜]`")),
    ("a: @林澈\n", ("MJ0108", 1, 4, "@", 'write `a: "@林澈"`')),
]

# What passes YAML and meets the schema: the text below `BEGIN`.
MEANT: list[tuple[str, Expected]] = [
    ("style: {palette: 【霓虹蓝，品红】}\n", ("MJ0201", 3, 18, "【霓虹蓝，品红】", "write `[霓虹蓝, 品红]`")),
    ("style: {palette: 霓虹蓝、品红}\n", ("MJ0201", 3, 18, "霓虹蓝、品红", "write `[霓虹蓝, 品红]`")),
    ("style: {palette: ［霓虹蓝］}\n", ("MJ0201", 3, 18, "［霓虹蓝］", "write `[霓虹蓝]`")),
    ("style:\n  palette: [霓虹蓝、品红, 灰]\n", ("MJ0116", 4, 16, "、", "write `[霓虹蓝, 品红, 灰]`")),
    ("style:\n  palette: [灰, '霓虹蓝，品红']\n", ("MJ0116", 4, 20, "，", "write `[灰, 霓虹蓝, 品红]`")),
    ("style:\n  palette:\n    - 霓虹蓝，品红\n", ("MJ0116", 5, 10, "，", "make an item of each: `霓虹蓝`, `品红`")),
    ("style: ｛look：日系｝\n", ("MJ0120", 3, 8, "｛", "write `style: {look: 日系}`")),
    ("style:\n  look: #日系\n", ("MJ0201", 4, 3, "look", 'write `look: "#日系"`')),
    ("format: {hd: 是}\n", ("MJ0201", 3, 14, "是", "write `true`")),
    ("format: {hd: 关}\n", ("MJ0201", 3, 14, "关", "write `false`")),
    ("format: {seconds: １０}\n", ("MJ0201", 3, 19, "１０", "write `10`")),
    ("format: {seconds: １０．５秒}\n", ("MJ0201", 3, 19, "１０．５秒", "write `10.5`")),
    ("format: {aspect_ratio: 9：16}\n", ("MJ0204", 3, 24, "9：16", "write `9:16`")),
    ("limits:\n  require:\n    - 侯爷: 你敢\n", ("MJ0201", 5, 7, "侯爷: 你敢", 'write `"侯爷: 你敢"`')),
    ("characters:\n  007: {}\n", ("MJ0110", 4, 3, "007", 'write `"007":`')),
]

FINE = (
    "a: —— 完\n",
    "a: ————\n",
    "a: 「啊」她说\n",
    "a: “走”，她说\n",
    "a: 雨夜 # 注释\n",
    "a: 5 #秒\n",
    "a: true #开\n",
    "a: #人物\n  - x\n",
    "a: 'x' #引号后面的注释\n",
    "a: x#1\n",
    "a: |\n  \u3000\u3000第一段\n\n  \u3000\u3000第二段 #1\n  － 开场\n",
    "a: >-\n  ＃话题\n",
    "a: 雨夜\u3000长街\n",
    "a: 雨夜\n  \u3000长街\n",
    "a: [开场，悬念]\n",
    "a: －1\n",
    "a:\n  - －－完\n",
    "#注释\na: x\n",
)


def check(found: front.Found, expected: Expected) -> None:
    assert len(found) == 1, [str(each.message) for each in found]
    assert (*at(found)[0], marked(found[0]), str(found[0].help)) == expected


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("text", "expected"), SLIPS)
def test_a_slip_of_the_keyboard_is_told_where_it_was_typed(
    text: str, expected: Expected, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_LOADER", getattr(yaml, loader, yaml.SafeLoader))
    check(source.load(Source("drama.yaml", text))[1], expected)


@pytest.mark.parametrize(("text", "expected"), MEANT)
def test_what_yaml_reads_otherwise_is_told_as_it_was_meant(text: str, expected: Expected) -> None:
    check(front.load(BEGIN + text)[1], expected)


@pytest.mark.parametrize("text", FINE)
def test_what_only_looks_like_a_slip_is_no_problem(text: str) -> None:
    document, found = source.load(Source("drama.yaml", text))
    assert document is not None
    assert found == ()


def test_prose_may_hold_full_width_commas() -> None:
    assert front.load(BEGIN + "limits: {require: [开场，悬念]}\nstyle: {avoid: [摄影、写实]}\n")[1] == ()


def fault(text: str, word: str) -> tuple[str, str, str]:
    """Why a reference means nothing: code, what is pointed at, help."""
    names = Names("character", {"沈昭": "沈昭", "liu": "柳氏"}, {})
    start = text.index(word)
    found = references.fault(names, word, Span(Source("script.yaml", text), start, start + len(word)))
    return found.code, marked(found), str(found.help)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("characters: [沈昭，柳氏]", "沈昭，柳氏", ("MJ0116", "，", "write `[沈昭, 柳氏]`")),
        ("characters: [沈昭、 柳氏，liu]", "沈昭、 柳氏，liu", ("MJ0116", "、", "write `[沈昭, 柳氏, liu]`")),
        ("- [甲, 沈昭，林徹]", "沈昭，林徹", ("MJ0116", "，", "write `[甲, 沈昭, 林徹]`")),
        ("  - 沈昭，柳氏", "沈昭，柳氏", ("MJ0116", "，", "make an item of each: `沈昭`, `柳氏`")),
        ("  - 沈召", "沈召", ("MJ0301", "沈召", "did you mean `沈昭`?")),
        ("  - 甲，乙", "甲，乙", ("MJ0301", "甲，乙", "declare it under `characters`")),
    ],
)
def test_names_with_a_full_width_comma_between_them_are_several(
    text: str, word: str, expected: tuple[str, str, str]
) -> None:
    assert fault(text, word) == expected


def test_an_id_that_yaml_reads_as_a_number_is_shown_as_it_was_written() -> None:
    script = "manju_script: 1\nshots:\n  - {id: 007, seconds: 10, action: x}\n"
    drama = BEGIN + "format: {seconds: 10}\nscript: s.yaml\nscenes: {hall: {}}\n"
    _, found = front.script(script, drama)
    assert codes(found) == ["MJ0201"]
    assert str(found[0].help) == 'write `"007"`'


@pytest.mark.parametrize(
    "text",
    [
        "a: [" + "雨 #1" * 100_000,
        "a: [" + "，" * 300_000 + "b: c]",
        "a: {" + "\u3000" * 300_000 + "，b: c}",
        "a:" + "\u3000" * 300_000 + "\n",
        "\u3000" * 300_000,
        "a: [" + "x, " * 50_000 + "]",
        "a: [" + "null, " * 25_000 + "]",
        "－ " * 200_000,
        "a: “" + ": " * 100_000 + "”",
        "a: ｛" + "：｝" * 100_000 + "x",
        "｛" * 100_000 + ":" + "｝" * 100_000,
    ],
)
def test_a_long_line_is_looked_through_at_once(text: str) -> None:
    begun = time.process_time()
    front.load(BEGIN + text)
    assert time.process_time() - begun < 2
