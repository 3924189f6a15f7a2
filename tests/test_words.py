"""Words and their translations: every sentence of the compiler is in every language, whole, with the same gaps."""

import ast
import asyncio
import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import anyio
import click
import front
import h11
import httpcore
import httpx
import pytest
from serving import manjuc
from test_explain import ELSEWHERE, blocks, compiled

from manjuc import errors, facts, project, settings, show, source
from manjuc.accounts import TOTAL, UNKNOWN, By
from manjuc.cli import cli
from manjuc.diagnostic import CODES, Diagnostic, Source
from manjuc.models import Kind
from manjuc.stages import STAGES
from manjuc.text import width
from manjuc.wire import Why
from manjuc.words import ENGLISH, Words, heard, named, say

PACKAGE = front.ROOT / "manjuc"
_GAP = re.compile(r"\{(\d*)\}")


def of_sources() -> Iterator[str]:
    """What is given to `say`, which has to be written out there."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                given = node.args[0]
                for template in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                    assert isinstance(template, ast.Constant), f"{path.name}:{node.lineno}"
                    assert isinstance(template.value, str)
                    yield template.value


def of_schemas(part: Any) -> Iterator[str]:
    """What a value has to be, in words."""
    if isinstance(part, dict):
        if isinstance(part.get("x-expected"), str):
            yield part["x-expected"]
        for inner in part.values():
            yield from of_schemas(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from of_schemas(inner)


def of_the_catalogue() -> Iterator[str]:
    """What the catalogue says of models and words: whose a price is, where a name holds, why one is shut or refused."""
    for text in project.catalogue_sources():
        document, _ = source.load(text)
        assert document is not None
        for path in document.values:
            if path and path[-1] in ("note", "source", "where", "why") and isinstance(document.at(path), str):
                yield document.at(path)


def of_commands() -> Iterator[str]:
    """What the pages of help say of commands and options, and what stands at the head of their parts."""
    for command in (cli, *cli.commands.values()):
        assert command.help
        yield command.help
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help
                yield parameter.help
    yield from ("Usage:", "Options:", "Commands:", "Show this message and exit.")
    yield from ("[OPTIONS]", "COMMAND", "[ARGS]...")


def of_click() -> Iterator[str]:
    """What click says of a wrong line, with gaps as ours have them: the table knows some of it."""
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                for given in node.args[:2]:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield re.sub(r"\{[^}]*\}", "{}", given.value)
    yield from ("Missing argument {}.", "integer")  # which click puts together


def of_systems() -> Iterator[str]:
    """What a system says of files: the table knows some of it."""
    yield from map(os.strerror, errno.errorcode)


def of_libraries() -> Iterator[str]:
    """What Python and the libraries that carry requests say of connections, with gaps as ours have them."""
    yield from (name for name, kind in vars(httpx).items() if isinstance(kind, type) and issubclass(kind, Exception))
    yield "TimeoutError"
    folders = (Path(str(each.__file__)).parent for each in (anyio, asyncio, h11, httpcore, httpx))
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)):
                    yield re.sub(r"\{[^}]*\}|%[a-z]", "{}", text)
                case ast.JoinedStr(values=parts):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
    yield from ("[Errno {}] {}", "[SSL: {}] {} (_ssl.c:{})", "certificate verify failed: {}")  # of errors as texts
    yield from (f"The {each} operation timed out" for each in ("read", "write", "handshake"))
    # What the resolvers of Linux, macOS and Windows say.
    yield from ("Name or service not known", "Temporary failure in name resolution", "getaddrinfo failed")
    yield from ("No address associated with hostname", "nodename nor servname provided, or not known", "timed out")


def of_values() -> Iterator[str]:
    """Names that are told as they are: stages, heads of costs, kinds of models, reasons, what an action brings."""
    yield from (stage.NAME for stage in STAGES)
    yield from get_args(By)
    yield from get_args(Kind)
    yield from get_args(Why)
    yield from ("other", TOTAL, UNKNOWN, "result", "subtitles", "cover")


def sentences() -> set[str]:
    schemas = (json.loads(path.read_text(encoding="utf-8")) for path in (front.ROOT / "schemas").glob("*.json"))
    found = {*of_sources(), *of_the_catalogue(), *of_commands(), *of_values(), ", ", "; "}
    return found.union(*(of_schemas(schema) for schema in schemas))


def gaps(template: str) -> list[int]:
    """Which values a sentence takes."""
    return sorted(int(found) if found else number for number, found in enumerate(_GAP.findall(template)))


@pytest.mark.parametrize("name", project.languages())
def test_a_language_has_every_sentence_and_no_other(name: str) -> None:
    table = facts.language(name)
    assert set(table) - sentences() - {*of_click(), *of_systems(), *of_libraries()} == set()
    assert sentences() - set(table) == set()


@pytest.mark.parametrize("name", project.languages())
def test_a_translation_has_the_gaps_of_its_sentence_and_the_same_code(name: str) -> None:
    for template, translated in facts.language(name).items():
        assert gaps(template) == gaps(translated), template
        numbered = [bool(found) for found in _GAP.findall(translated)]
        assert all(numbered) or not any(numbered), f"{translated}: gaps are numbered all or not at all"


def test_chinese_sentences_have_chinese_punctuation_outside_of_code() -> None:
    for translated in facts.language("zh").values():
        text = re.sub(r"`[^`]*`|U\+|\{\d*\}", "", translated)
        assert not re.search(r"[一-鿿] ?[,;:?!.]", text), translated


def examples() -> Iterator[Diagnostic]:
    """What the examples of the pages give, and slips that have no page of their own."""
    for code in sorted(set(CODES) - ELSEWHERE):
        *given, _ = blocks(code)
        yield from compiled(given)
    for text in SLIPS:
        yield from front.load(text)[1]


SLIPS = (
    "a: 'x\n",
    "a: @x\n",
    "- a: 1\n-b\n",
    "a: - b\n",
    "a: &x b\nc: *x\n<<: {a: b}\nd: !x e\n",
    "? [a]\n: b\n",
    "? \n: b\n",
    "1: b\n",
    "manju: 2\ntheme: |\n  a\n  b\nstyle: {palette: 红}\nformat: {seconds: 0, hd: 是}\n",
    "manju: 1\ntheme: ''\ncharacters: {'': {}, a b: {}, c: {age: x}}\n",
    "manju: 1\ntheme: x\nlimits: {require: [1, a: b, []], shots: {max: 1.5}}\n",
    "palette: x\nlook: []\n",
)


def test_in_chinese_no_english_sentence_is_left() -> None:
    table, ours = facts.language("zh"), sentences()
    for diagnostic in examples():
        labels = (diagnostic.primary.text, *(label.text for label in diagnostic.secondary))
        advice = (diagnostic.help,) if diagnostic.help else ()
        for words in (diagnostic.message, *labels, *diagnostic.notes, *advice):
            text = re.sub(r"`[^`]*`", "", words.put(table))
            if words.template in ours - {"the YAML parser says: {}"}:
                assert not re.search(r"[A-Za-z]+[ ][A-Za-z]+[ ][A-Za-z]+", text), text


def test_carets_stand_under_the_same_text_in_every_language() -> None:
    for diagnostic in examples():
        shown = [show.diagnostics([diagnostic], colour=False, language=facts.language(name)) for name in ("en", "zh")]
        marks = [re.findall(r"^ *\| +[-^]+", text, re.MULTILINE) for text in shown]
        assert marks[0] == marks[1]
        assert [text.split("\n")[1] for text in shown[:1]] == [text.split("\n")[1] for text in shown[1:]]


def test_words_are_english_until_a_language_is_asked_for() -> None:
    words = say("item {} of `{}`", 2, "palette")
    assert str(words) == "item 2 of `palette`"
    assert words.put(facts.language("zh")) == "`palette` 的第 2 项"
    assert words.put({}) == words.put(ENGLISH) == str(words)


def test_words_in_words_are_translated_too_and_names_are_listed() -> None:
    words = say("known keys: {}", (*named(["a", "b"]), say("a list")))
    assert str(words) == "known keys: `a`, `b`, a list"
    assert words.put(facts.language("zh")) == "可用的键：`a`、`b`、列表"


def test_braces_of_code_are_no_gaps() -> None:
    assert str(say("write `{burn: false}` for {}", 1)) == "write `{burn: false}` for 1"
    assert str(Words("a note of someone else's with {} and {7}")) == "a note of someone else's with {} and {7}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the clip lasts 4.0 s, 10.0 s were asked for", "片段长 4.0 秒，要的是 10.0 秒"),
        ("HTTP 500: the answer is not JSON (text/html)", "HTTP 500：回答不是 JSON（text/html）"),
        ("HTTP 500: 上游负载已饱和", "HTTP 500：上游负载已饱和"),
        (
            "the picture is 1×1, 1K was asked for; the picture is 1×1, the shape 16:9 was asked for",
            "图片是 1×1，要的是 1K；图片是 1×1，要的画幅是 16:9",
        ),
        ("No such command 'buld'. Did you mean 'build'?", "没有命令 'buld'。是不是想写 'build'？"),
        ("a relay says. What a relay says; {} and so on", "a relay says. What a relay says; {} and so on"),
        (
            "unknown key `freming`（freming: 中景）；did you mean `framing`?",
            "未知的键 `freming`（freming: 中景）；是不是想写 `framing`？",
        ),
        ("time", "时段"),
        ("上游超时", "上游超时"),
        ("the script must have 4 characters, it has 2", "分镜脚本必须有 4 个角色，现在有 2 个"),
        ("the script must have 21 to 28 shots, it has 9", "分镜脚本必须有 21 到 28 个镜头，现在有 9 个"),
        (
            "the shots do not fill the film（shots: [）；lengthen shots by 2 s in all",
            "镜头总时长填不满影片（shots: [）；镜头合计要加长 2 秒",
        ),
        ("the shot `s01` must have 0.5 s to 2 s", "镜头 `s01` 的时长必须在 0.5 秒到 2 秒之间"),
        ("`title` must have at most 60 characters of text", "`title` 最多 60 个字符"),
        ("unknown character `character`", "未声明的角色 `character`"),
        ("a relay says 3 shots", "a relay says 3 shots"),
    ],
)
def test_sentences_that_were_written_down_in_english_are_known_again(text: str, expected: str) -> None:
    words = heard(text)
    assert str(words) == text
    assert words.put(facts.language("zh")) == expected


def errors_raised() -> Iterator[tuple[str, ast.expr]]:
    """What is given to each error that a person may see, where it is written out."""
    ours = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, Exception)}
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours and node.args:
                yield f"{path.name}:{node.lineno}", node.args[0]


def test_errors_are_said_in_words_and_never_in_plain_english() -> None:
    plain = [place for place, given in errors_raised() if isinstance(given, ast.Constant | ast.JoinedStr)]
    assert plain == []


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        ("这是{}", "列表", "这是列表"),
        ("这是{}", "`x`", "这是 `x`"),
        ("有{}个", 3, "有 3 个"),
        ("有{}。", "x", "有 x。"),
        ("（{}）", "x", "（x）"),
    ],
)
def test_a_space_stands_between_chinese_and_latin(template: str, value: object, expected: str) -> None:
    assert Words("x", (value,)).put({"x": template}) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "zh-Hans-CN"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "MANJUC_LANG": "en"}, "en"),
        ({"LC_ALL": "C", "MANJUC_LANG": "zh"}, "zh"),
    ],
)
def test_the_environment_chooses_the_language(variables: dict[str, str], expected: str) -> None:
    assert settings.language_of(variables, ("en", "zh")) == expected


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    (tmp_path / "drama.yaml").write_text("manju: 1\nthem: 雨夜\n", encoding="utf-8")
    return tmp_path


def test_every_format_speaks_the_language_that_is_asked_for(faulty: Path) -> None:
    said = {form: manjuc("check", "--lang", "zh", "--format", form, "drama.yaml", cwd=faulty) for form in FORMATS}
    assert {ran.code for ran in said.values()} == {1}
    assert said["text"].err.startswith("错误[MJ0203]：未知的键 `them`\n")
    assert "= 建议：是不是想写 `theme`？\n" in said["text"].err
    assert "drama.yaml:2:1: 错误[MJ0203]：未知的键 `them`\n" in said["short"].out
    assert said["github"].out.startswith(
        "::error file=drama.yaml,line=2,endLine=2,col=1,endColumn=5,title=MJ0203::未知"
    )
    data = json.loads(said["json"].out)[0]
    assert (data["code"], data["severity"], data["message"]) == ("MJ0203", "error", "未知的键 `them`")
    assert (data["help"], data["labels"][0]["text"]) == ("是不是想写 `theme`？", "这一段没有这个键")


FORMATS = ("text", "short", "github", "json")


@pytest.mark.parametrize(
    ("arguments", "environment", "chinese"),
    [
        (("check",), {}, False),
        (("check",), {"LANG": "zh_CN.UTF-8"}, True),
        (("--lang", "zh", "check"), {}, True),
        (("check", "--lang", "zh"), {"MANJUC_LANG": "en"}, True),
        (("--lang", "zh", "check", "--lang", "en"), {"LANG": "zh_CN.UTF-8"}, False),
        (("plan", "--lang", "zh"), {}, True),
        (("build", "--preview", "--lang", "zh"), {}, True),
        (("--lang", "zh", "show"), {}, True),
    ],
)
def test_the_nearest_choice_of_a_language_holds(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    chinese: bool,
    faulty: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = manjuc(*arguments, "drama.yaml", *(["film"] if "show" in arguments else []), cwd=faulty)
    assert ran.code == 1
    assert ("错误[MJ0203]" in ran.err) == chinese
    assert ("error[MJ0203]" in ran.err) != chinese


def test_an_unknown_language_is_refused_with_those_that_are_known(faulty: Path) -> None:
    ran = manjuc("check", "--lang", "fr", "drama.yaml", cwd=faulty)
    assert ran.code == 2
    assert "'en', 'zh'" in ran.err


def test_a_page_is_explained_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    english, chinese = (manjuc("explain", "mj0203", "--lang", name, cwd=tmp_path).out for name in ("en", "zh"))
    assert english.startswith("# MJ0203: a key is unknown\n")
    assert chinese.startswith("# MJ0203：未知的键\n")


def test_an_unknown_code_comes_with_the_one_that_is_near(tmp_path: Path) -> None:
    ran = manjuc("explain", "MJ0023", cwd=tmp_path)
    assert ran.code == 2
    assert re.search(r"there is no diagnostic MJ0023; did you mean MJ0\d0\d \(", ran.err)
    assert "did you mean" not in manjuc("explain", "hello", cwd=tmp_path).err


def test_chinese_takes_two_columns_in_messages_as_in_sources() -> None:
    _, (found,) = source.load(Source("a.yaml", "a: 1\na: 2\n"))
    lines = show.diagnostics([found], colour=False, language=facts.language("zh")).split("\n")
    assert lines[6] == "  | ^ 又写在这里"
    assert width(lines[6]) == 16


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("All connection attempts failed", "一个地址也连不上"),
        ("[Errno 111] Connection refused", "连接被拒绝（错误码 111）"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 9)", "连不上 ('127.0.0.1', 9)（错误码 111）"),
        ("[Errno -2] Name or service not known", "查不到这个域名（错误码 -2）"),
        ("ReadTimeout: ", "读取超时"),
        ("ReadTimeout", "读取超时"),
        ("ReadError: [Errno 104] Connection reset by peer", "读取中断：对方断开了连接（错误码 104）"),
        (
            "RemoteProtocolError: Server disconnected without sending a response.",
            "对方没有遵守 HTTP：服务器没有答复就断开了连接",
        ),
        (
            "RemoteProtocolError: peer closed connection without sending complete message body "
            "(received 3 bytes, expected 9)",
            "对方没有遵守 HTTP：对方没有发完就断开了连接（收到 3 字节，应有 9 字节）",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)",
            "加密连接出错：证书验证失败：self-signed certificate（CERTIFICATE_VERIFY_FAILED，_ssl.c:1006）",
        ),
        ("the relay says: All is lost", "the relay says: All is lost"),
    ],
)
def test_what_systems_and_libraries_say_of_connections_is_told_in_chinese(said: str, told: str) -> None:
    chinese = facts.language("zh")
    assert heard(said).put(chinese) == told
    assert heard(said).put(ENGLISH) == said
