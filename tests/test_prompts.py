"""Prompts: the very text of every shipped spec, the traits that have to stand in it, and what templates may not do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Workbench

from manjuc import project, prompts
from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall, preimage
from manjuc.digest import digest_of
from manjuc.errors import TemplateBroken
from manjuc.spec import Character
from manjuc.stages import BY_NAME
from manjuc.storyboard import Reel

Drama = Callable[[str], Path]
Golden = Callable[[str, str], None]
HERE = Path(__file__).parent
SHIPPED = ("detective", "handwritten", "theme-only")


def shot(id: str, framing: str, action: str, people: list[str], **more: object) -> dict[str, object]:
    return {"id": id, "framing": framing, "action": action, "characters": people, "seconds": 2.5, **more}


ANSWERS: dict[str, dict[str, object] | None] = {
    "detective": {
        "title": "赛博校园侦探",
        "logline": "十秒之内，侦探从一道反光里认出真凶。",
        "shots": [
            shot("s01", "大全景", "雨打在玻璃上", [], scene="corridor", visuals="展柜空着，警示灯闪", camera="推"),
            shot("s02", "全景", "林澈跑进走廊", ["linche"], scene="corridor", camera="跟"),
            shot(
                "s03", "特写", "林澈抬眼", ["linche"], scene="corridor",
                say=[{"who": "linche", "line": "它还在这里", "as": "inner"}],
            ),
            shot(
                "s04", "中景", "林澈指向自动售货机", ["linche"], scene="corridor", visuals="机身映出校徽的光",
                say=[
                    {"who": "linche", "line": "真凶就是你", "as": "on"},
                    {"who": "linche", "line": "别动", "as": "off"},
                ],
            ),
        ],
    },
    "handwritten": None,
    "theme-only": {
        "title": "深海邮差",
        "logline": "一封迟到三十年的信。",
        "characters": [
            {
                "id": "aman", "name": "阿满", "role": "最后一位邮差", "age": 60,
                "traits": {"服装": "铜扣邮差服", "发色": "花白短发"},
            },
            {"id": "shouta", "name": "守塔人", "traits": {"服装": "褪色的油布雨衣"}},
        ],
        "scenes": [
            {"id": "xiaozhen", "name": "海底小镇", "light": "灯塔从右上方照下", "tone": "幽蓝", "props": ["珊瑚邮筒"]},
            {"id": "dengta", "name": "灯塔"},
        ],
        "shots": [
            shot("s01", "全景", "阿满推着自行车", ["aman"], scene="xiaozhen"),
            shot("s02", "特写", "信封上的字迹", [], scene="xiaozhen", visuals="墨迹洇开"),
            shot("s03", "中景", "阿满把信递出去", ["aman", "shouta"], scene="dengta"),
            shot(
                "s04", "近景", "守塔人读信", ["shouta"], scene="dengta",
                say=[{"who": "shouta", "line": "是她", "as": "on"}],
            ),
        ],
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prompts and keys as a relay would get them."""
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")


def calls(bench: Workbench) -> dict[str, tuple[str, int, Call]]:
    """Every call of a drama that was made as far as it goes: by action, with its stage and version."""
    bench.build()
    steps = bench.plan().steps
    assert all(step.key for step in steps)
    stages = {step.action.id: BY_NAME[step.action.stage] for step in steps}
    return {s.action.id: (stages[s.action.id].NAME, stages[s.action.id].VERSION, s.call) for s in steps}


def words(call: Call) -> str:
    """What a model reads."""
    match call:
        case TextCall():
            talk = [("system", call.system), *((message.role, message.text) for message in call.messages)]
            return "\n\n".join(f"[{role}]\n{text}" for role, text in talk)
        case ImageCall() | VideoCall():
            return call.prompt
        case FilmCall():
            return ""


def keyed(spec: Path) -> dict[str, Any]:
    """Key and canonical call of every action of a spec."""
    made = calls(Workbench(spec, answer=ANSWERS[spec.stem]))
    return {id: {"key": digest_of(preimage(*what)), **json.loads(preimage(*what))} for id, what in sorted(made.items())}


def everything(folder: Path) -> dict[str, dict[str, Any]]:
    """The same for all shipped specs, which lie in a folder."""
    return {name: keyed(folder / f"{name}.yaml") for name in SHIPPED}


# Golden files


@pytest.mark.parametrize("name", SHIPPED)
def test_the_prompts_of_the_shipped_specs(name: str, drama: Drama, golden: Golden) -> None:
    said = {id: words(call) for id, (_, _, call) in calls(Workbench(drama(name), answer=ANSWERS[name])).items()}
    files = {f"{id.replace('/', '_')}.txt": text + "\n" for id, text in said.items() if text}
    for file, text in files.items():
        golden(f"prompts/{name}/{file}", text)
    assert {path.name for path in (HERE / "golden" / "prompts" / name).iterdir()} == set(files)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_calls_and_keys_of_the_shipped_specs(name: str, drama: Drama, golden: Golden) -> None:
    """A key that changes here makes every user pay for that call again."""
    golden(f"calls/{name}.json", json.dumps(keyed(drama(name)), ensure_ascii=False, indent=1) + "\n")


def test_prompts_and_keys_are_the_same_whatever_the_hash_seed_locale_and_time_zone(drama: Drama) -> None:
    (folder,) = {drama(name).parent for name in SHIPPED}
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "LC_ALL": "C",
        "TZ": "America/Lima",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)]),
    }
    program = "import json, sys, pathlib, test_prompts as t; print(json.dumps(t.everything(pathlib.Path(sys.argv[1]))))"
    command = [sys.executable, "-c", program, str(folder)]
    ran = subprocess.run(command, env=environment, cwd=folder.parent, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout) == everything(folder)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_prompt_has_odd_blanks_empty_labels_or_doubled_marks(name: str, drama: Drama) -> None:
    for id, (_, _, call) in calls(Workbench(drama(name), answer=ANSWERS[name])).items():
        text = words(call)
        assert text == text.strip(), id
        assert "\n\n\n" not in text, id
        assert not re.search(r"[ \t]\n", text), id
        assert not re.search(r"[，。；、：]{2}|。；|（）|“”|[：][；\n]\n", text), (id, text)
        assert not re.search(r"None|Undefined|<manjuc|object at 0x", text), id


# Traits

BLOCKS = {"clip": r"(?m)^(?:Shot \d+:|镜头 \d+（)", "contact_sheet": r"(?m)^格 \d+：$"}


def reels_of(bench: Workbench) -> dict[str, tuple[Reel, dict[str, str]]]:
    """Clips by id, with the prompts that are made from them."""
    bench.build()
    found: dict[str, tuple[Reel, dict[str, str]]] = {}
    for step in bench.plan().steps:
        if isinstance(step.action.about, Reel):
            _, said = found.setdefault(step.action.about.id, (step.action.about, {}))
            said[step.action.stage] = words(step.call)
    return found


@pytest.mark.parametrize("video", ["sora-2", "veo3.1"])
@pytest.mark.parametrize("name", SHIPPED)
def test_every_fixed_trait_stands_word_for_word_in_the_block_of_each_shot_that_can_show_it(
    name: str, video: str, drama: Drama
) -> None:
    bench = Workbench(drama(name), answer=ANSWERS[name])
    if "video: sora-2" in bench.spec.read_text(encoding="utf-8"):
        bench.edit("video: sora-2", f"video: {video}")
    else:
        bench.edit("manju: 1\n", f"manju: 1\nmodels: {{video: {video}}}\n")
    seen = 0
    for reel, said in reels_of(bench).values():
        for stage, pattern in BLOCKS.items():
            blocks = re.split(pattern, said[stage])[1:]
            assert len(blocks) == len(reel.shots)
            for framed, panel, block in zip(reel.shots, reel.panels, blocks, strict=True):
                assert {person.character.id for person in panel.people} == set(framed.characters)
                for person in panel.people:
                    assert person.name in block
                    for trait in person.character.traits:
                        allowed = not trait.framings or framed.framing in trait.framings
                        assert (f"{trait.name}：{trait.text}" in block) == allowed, (framed.id, trait)
                        seen += allowed
    assert seen > 5


@pytest.mark.parametrize("name", SHIPPED)
def test_the_three_views_say_every_trait_whatever_its_scope(name: str, drama: Drama) -> None:
    bench = Workbench(drama(name), answer=ANSWERS[name])
    bench.build()
    sheets = [step for step in bench.plan().steps if step.action.stage == "three_views"]
    assert sheets
    for step in sheets:
        assert isinstance(step.action.about, Character)
        for trait in step.action.about.traits:
            assert f"{trait.name}：{trait.text}" in words(step.call)


def test_a_trait_that_looks_like_a_template_or_a_shot_is_said_as_it_stands(drama: Drama) -> None:
    bench = Workbench(drama("detective"), answer=ANSWERS["detective"])
    odd = "{{ 7 * 7 }} {% raw %} Shot 2: <b>&amp;</b> \\n"
    bench.edit("瞳色: 琥珀色", f"瞳色: '{odd}'")
    for _, said in reels_of(bench).values():
        assert odd in said["clip"]
        assert odd in said["contact_sheet"]
        assert len(re.findall(r"(?m)^Shot \d+:$", said["clip"])) == 4


# A project's own templates


def own_template(spec: Path, name: str, text: str) -> None:
    folder = spec.parent.parent / "templates"
    folder.mkdir(exist_ok=True)
    (spec.parent.parent / "manjuc.yaml").touch()
    (folder / name).write_text(text, encoding="utf-8")


def test_a_projects_own_template_overrides_one_and_no_other(drama: Drama) -> None:
    bench = Workbench(drama("detective"), answer=ANSWERS["detective"])
    before = {id: words(call) for id, (_, _, call) in calls(bench).items()}
    own_template(bench.spec, "scene.j2", '画一处地方：{{ scene.name }}\n{% include "_style.j2" %}')
    after = {id: words(call) for id, (_, _, call) in calls(bench).items()}
    assert {id for id in after if after[id] != before[id]} == {"scenes/corridor/scene"}
    assert after["scenes/corridor/scene"].startswith("画一处地方：赛博校园走廊\n画风：日系二次元")


def test_a_template_of_a_project_that_leaves_a_trait_out_is_refused(drama: Drama) -> None:
    bench = Workbench(drama("detective"), answer=ANSWERS["detective"])
    own_template(bench.spec, "three_views.j2", "角色：{{ character.name }}")
    with pytest.raises(TemplateBroken, match=r"MJ0502: the template `three_views\.j2` leaves out `发色：.*` of 林澈"):
        bench.plan()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one\ntwo\n{{ scene.nam }}", r"MJ0501: scene\.j2:3: .*nam"),
        ("{% if tone %}x{% endif %}", r"MJ0501: scene\.j2:1: 'tone' is undefined"),
        ("\n{% if scene.name %}", r"MJ0501: scene\.j2:2: .*endif"),
        ("{{ scene.name | shout }}", r"MJ0501: scene\.j2:1: .*shout"),
        ('\n{% include "_styel.j2" %}', r"MJ0501: scene\.j2(:2)?: there is no template `_styel\.j2`"),
        ("{{ 1 / 0 }}", r"MJ0501: scene\.j2:1: division by zero"),
    ],
)
def test_a_broken_template_is_told_with_its_file_and_line(drama: Drama, text: str, message: str) -> None:
    bench = Workbench(drama("handwritten"))
    own_template(bench.spec, "scene.j2", text)
    with pytest.raises(TemplateBroken, match=message):
        bench.plan()


def test_an_error_in_an_included_template_is_told_where_it_is() -> None:
    render = prompts.renderer({"a": 'x\n{% include "b.j2" %}', "b": "\n\n{{ missing }}"})
    with pytest.raises(TemplateBroken, match=r"MJ0501: b\.j2:3: 'missing' is undefined"):
        render("a")


def test_a_template_that_is_not_there_is_told_by_its_name() -> None:
    with pytest.raises(TemplateBroken, match=r"clip\.prose\.j2: there is no template"):
        prompts.renderer({})("clip.prose")


# What templates may not do


@pytest.mark.parametrize(
    "trick",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ '{0.__class__}'.format_map({'0': ''}) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner.__init__.__globals__.os }}",
        "{{ self.__init__.__globals__ }}",
        "{{ value.__class__ }}",
        "{{ method.__func__ }}",
        "{{ method.__self__ }}",
        "{% set _ = names.append('x') %}",
        "{% set _ = mapping.update({'a': 2}) %}",
        "{% set _ = mapping.pop('a') %}",
        "{% for n in range(100000000) %}{% endfor %}",
        '{% include "/etc/passwd" %}',
        '{% include "../../pyproject.toml" %}',
        "{% import 'os' as os %}{{ os.environ }}",
        "{{ open('/etc/passwd').read() }}",
        "{{ __import__('os') }}",
    ],
)
def test_the_sandbox_refuses_tricks(trick: str) -> None:
    names, mapping = ["a"], {"a": 1}
    render = prompts.renderer({"trick": trick})
    with pytest.raises(TemplateBroken, match=r"MJ0501: "):
        render("trick", value=object(), method="".join, names=names, mapping=mapping)
    assert (names, mapping) == (["a"], {"a": 1})


@pytest.mark.parametrize("dice", ["{{ range(99999) | random }}", "{{ lipsum() }}"])
def test_templates_have_no_dice(dice: str) -> None:
    """The same spec, lock and store have the same prompts and keys; a template that rolls would pay on every build."""
    with pytest.raises(TemplateBroken):
        prompts.renderer({"dice": dice})("dice")


def test_nothing_is_escaped_and_the_ends_are_clean() -> None:
    assert prompts.renderer({"a": "\n  {{ text }}\n\n"})("a", text="<“雨”&\\>") == "<“雨”&\\>"


def test_every_shipped_template_is_valid_and_belongs_to_a_stage() -> None:
    names = set(project.templates(None))
    stems = {name.partition(".")[0] for name in names if not name.startswith("_")}
    assert stems == {"script", "three_views", "scene", "contact_sheet", "clip"}
