"""A project's own templates: what is wrong with one is told at its line, and nothing that it tries gets it out."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from manjuc import frontend, project, prompts, show
from manjuc.diagnostic import Diagnostic
from manjuc.errors import TemplateBroken

DRAMA = """\
manju: 1
theme: 雨夜，一枚校徽失窃
models: {video: kling-v3.0-std-t2v}
characters: {林澈: {traits: {发色: 银灰短发}}}
scenes: {走廊: {light: 冷色侧光}}
shots:
  - {id: s01, seconds: 5, characters: [林澈], action: 推门}
"""
OPEN = """\
manju: 1
theme: 雨夜，一枚校徽失窃
models: {video: kling-v3.0-std-t2v}
"""


def found(folder: Path, drama: str = DRAMA, **templates: str) -> tuple[Diagnostic, ...]:
    """What `check` finds in a project with some templates of its own; `__` in a name stands for a dot."""
    (folder / "manjuc.yaml").write_text("models: {kling-v3.0-std-t2v: {dialects: [whatai]}}\n", encoding="utf-8")
    (folder / "templates").mkdir(exist_ok=True)
    for name, text in templates.items():
        (folder / "templates" / f"{name.replace('__', '.')}.j2").write_text(text, encoding="utf-8")
    spec = folder / "drama.yaml"
    spec.write_text(drama, encoding="utf-8")
    return frontend.check(project.find(str(spec)))


def where(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str, int, int]]:
    return [(each.code, *each.primary.span.place) for each in diagnostics]


# What is wrong is told by `check`, at the template's line and at the place of the drama that needs it


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("one\ntwo\n{{ scene.nam }}", 3, 10, "nothing here has `nam` that may be read"),
        ("{% if tone %}x{% endif %}", 1, 7, "`tone` is not given to it"),
        ("\n{% if scene.name %}", 2, 1, "endif"),
        ("{{ scene.name | shout }}", 1, 17, "there is no filter `shout`"),
        ('\n{% include "_styel.j2" %}', 2, 13, "there is no template `_styel.j2`"),
        ("x {{ 1 / 0 }}", 1, 3, "division by zero"),
        ("{{ scene }}", 1, 1, "writes out what is no text"),
        ("{{ scene.props }}", 1, 1, "a list is joined"),
        ("{{ scene.__class__ }}", 1, 10, "nothing here has `__class__` that may be read"),
        ("{% for a in range(9000) %}\n{% for b in range(9000) %}{% endfor %}{% endfor %}", 2, 1, "come to an end"),
        ("{{ scene.name.zfill(9) }}", 1, 15, "it may not call `zfill`"),
    ],
)
def test_a_broken_template_is_told_with_its_file_line_and_column(
    tmp_path: Path, text: str, line: int, column: int, message: str
) -> None:
    (broken,) = found(tmp_path, scene=text)
    assert where((broken,)) == [("MJ0501", "templates/scene.j2", line, column)]
    assert message in str(broken.message)


def test_the_place_of_the_drama_that_needs_a_broken_template_is_shown_too(tmp_path: Path) -> None:
    broken = found(tmp_path, scene="{{ tone }}", clip__kling="{{ tone }}", three_views="{{ tone }}")
    needed = [(each.primary.span.place[0], each.secondary[0].span.place) for each in broken]
    assert needed == [
        ("templates/clip.kling.j2", ("drama.yaml", 7, 10)),
        ("templates/scene.j2", ("drama.yaml", 5, 10)),
        ("templates/three_views.j2", ("drama.yaml", 4, 14)),
    ]


def test_a_broken_template_is_told_once_however_often_it_is_needed(tmp_path: Path) -> None:
    drama = DRAMA.replace("走廊: {light: 冷色侧光}", "走廊: {light: 冷色侧光}, 天台: {}").replace(
        "推门}\n", "推门, scene: 走廊}\n  - {id: s02, seconds: 5, action: 风起, scene: 天台}\n"
    )
    assert len(found(tmp_path, drama, scene="{{ tone }}")) == 1


def test_a_near_miss_is_offered(tmp_path: Path) -> None:
    broken = found(tmp_path, scene="{{ scen.name }}", three_views="{{ character.nmae }}")
    assert [str(each.help) for each in broken] == ["did you mean `scene`?", "did you mean `name`?"]


def test_an_included_template_is_told_where_it_is_wrong(tmp_path: Path) -> None:
    (broken,) = found(tmp_path, _mine="\n\n{{ missing }}", scene='{% include "_mine.j2" %}')
    assert where((broken,)) == [("MJ0501", "templates/_mine.j2", 3, 4)]


def test_a_template_that_nothing_needs_yet_has_to_be_readable_all_the_same(tmp_path: Path) -> None:
    assert where(found(tmp_path, prop="{% if %}")) == [("MJ0501", "templates/prop.j2", 1, 1)]


def test_templates_that_wait_for_a_story_are_tried_on_a_sample(tmp_path: Path) -> None:
    assert where(found(tmp_path, OPEN, clip__kling="\n{{ style.loook }}", contact_sheet="{{ shot.id }}")) == [
        ("MJ0501", "templates/clip.kling.j2", 2, 10),
        ("MJ0501", "templates/contact_sheet.j2", 1, 4),
    ]


def test_sound_templates_of_a_project_are_passed_in_silence(tmp_path: Path) -> None:
    shipped = project.templates(None)
    own = {name.replace(".", "__"): text for name, text in shipped.items()}
    assert found(tmp_path, **own) == ()
    assert found(tmp_path, OPEN) == ()


@pytest.mark.parametrize(
    "templates",
    [
        {"scene": '{% include "scene.j2" %}'},
        {"scene": '{% include "_a.j2" %}', "_a": '{% include "_b.j2" %}', "_b": '{% include "_a.j2" %}'},
        {"_a": '{% extends "_b.j2" %}', "_b": '{% import "_a.j2" as a %}'},
        {"scene": "{% set name = 'scene.j2' %}{% include name %}"},
    ],
)
def test_templates_that_go_in_circles_are_told(tmp_path: Path, templates: dict[str, str]) -> None:
    broken = found(tmp_path, **templates)
    assert broken
    assert all("it goes in circles" in str(each.message) for each in broken)


def test_a_trait_that_is_left_out_is_told_at_the_template_and_at_the_trait(tmp_path: Path) -> None:
    (broken,) = found(tmp_path, three_views="角色：{{ character.name }}\n")
    assert where((broken,)) == [("MJ0502", "templates/three_views.j2", 1, 1)]
    assert str(broken.message) == "the template `three_views.j2` leaves out `发色：银灰短发` of 林澈"
    assert broken.secondary[0].span.place == ("drama.yaml", 4, 32)


def test_a_trait_that_a_look_changes_is_told_where_the_look_stands(tmp_path: Path) -> None:
    drama = DRAMA.replace("银灰短发}}", "银灰短发}, looks: {囚衣: {服装: 灰袍}}}").replace("[林澈]", "[林澈/囚衣]")
    broken = found(
        tmp_path, drama, clip__kling="{% for shot in shots %}{% for p in shot.people %}银灰短发{% endfor %}{% endfor %}"
    )
    (trait,) = (each.secondary[0].span for each in broken)
    assert trait.source.text[trait.start : trait.end] == "灰袍"


def test_a_broken_template_is_shown_with_both_places(tmp_path: Path) -> None:
    shown = show.diagnostics(found(tmp_path, scene="光线：{{ scene.lihgt }}"), colour=False)
    assert shown == (
        "error[MJ0501]: the template `scene.j2` cannot be used: nothing here has `lihgt` that may be read\n"
        " --> templates/scene.j2:1:13\n"
        "  |\n"
        "1 | 光线：{{ scene.lihgt }}\n"
        "  |                ^^^^^\n"
        " --> drama.yaml:5:10\n"
        "  |\n"
        "5 | scenes: {走廊: {light: 冷色侧光}}\n"
        "  |          ---- needed here\n"
        "  = help: did you mean `light`?\n"
        "\n"
        "1 error\n"
    )


def test_a_template_that_is_not_there_is_told_by_its_name() -> None:
    with pytest.raises(TemplateBroken, match=r"MJ0501: templates/clip\.prose\.j2:1: .*there is no template"):
        prompts.renderer({})("clip.prose")


def test_a_template_may_be_long_and_not_without_end(tmp_path: Path) -> None:
    (broken,) = found(tmp_path, scene="长" * 100_001)
    assert "it is longer than 100000 characters" in str(broken.message)


# What templates may not do


def refused(trick: str, **variables: object) -> str:
    """Why a template cannot be used; that is found out soon."""
    render = prompts.renderer({"trick": trick})
    began = time.process_time()
    with pytest.raises(TemplateBroken) as error:
        render("trick", **variables)
    assert time.process_time() - began < 2
    return str(error.value).partition("cannot be used: ")[2]


@pytest.mark.parametrize(
    "trick",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ [''] | map(attribute='__class__') | join }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ '{0.__class__}'.format_map({'0': ''}) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner.__init__.__globals__.os }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ value.__class__ }}",
        "{{ method.__func__ }}",
        "{{ method.__self__ }}",
        "{% set _ = names.append('x') %}",
        "{% set _ = mapping.update({'a': 2}) %}",
        "{% set _ = mapping.pop('a') %}",
        "{{ method() }}",
        "{{ value() }}",
        '{% include "/etc/passwd" %}',
        '{% include "../../pyproject.toml" %}',
        "{% import 'os' as os %}{{ os.environ }}",
        "{{ open('/etc/passwd').read() }}",
        "{{ __import__('os') }}",
        "{{ 1 | pprint }}",
        "{{ 'x' | xmlattr }}",
    ],
)
def test_a_template_reaches_nothing_but_its_variables(trick: str) -> None:
    names, mapping = ["a"], {"a": 1}
    why = refused(trick, value=object(), method="".join, names=names, mapping=mapping)
    assert re.match("nothing here has `|it may not call `|there is no (filter|template) `|`[a-z_]+` is not given", why)
    assert (names, mapping) == (["a"], {"a": 1})


@pytest.mark.parametrize("dice", ["{{ range(99) | list | random }}", "{{ lipsum() }}"])
def test_templates_have_no_dice(dice: str) -> None:
    """The same spec, lock and store have the same prompts and keys; a template that rolls would pay on every build."""
    assert re.match("there is no filter `random`|`lipsum` is not given to it", refused(dice))


@pytest.mark.parametrize(
    "trick",
    [
        "{% for n in range(100000000) %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}"
        "{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) if false %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}{% set x = range(9999) | map('string') | map('length') | list | sort %}{% endfor %}",
        "{% for a in range(9999) %}{% set x = range(9999) | join %}{% endfor %}",
        "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% for x in [1] recursive %}{{ loop([1, 2]) }}{{ loop([1, 2]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}",
        "{% macro f() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call f() %}{% call f() %}"
        "{{ 'x' * 3000000 }}{% endcall %}{% endcall %}",
        "{% include 'trick.j2' %}{% include 'trick.j2' %}",
        "{% set x = [''] | map('<paid>', -999999999, -999999999) | list %}"
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_comes_to_its_end(trick: str) -> None:
    assert re.match("it does not come to an end|it goes in circles|it makes (a list of )?more than", refused(trick))


@pytest.mark.parametrize(
    "trick",
    [
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 10 ** 1000000000 }}",
        "{% set x = 'aaaaaaaaaaaaaaaa' %}" + "{% set x = x ~ x %}" * 40,
        "{% set x = 'aaaaaaaaaaaaaaaa' %}" + "{% set x = x + x %}" * 40,
        "{% set x = 2 %}" + "{% set x = x * x %}" * 40,
        "{% set x = [1, 1] %}" + "{% set x = [x, x] %}" * 40,
        "{% set x = (1, 1) %}" + "{% set x = {'a': x, 'b': x} %}" * 40,
        "{% set x = [1, 1] %}" + "{% set x = x + x %}" * 40,
        "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '%.1000000000f' | format(1.5) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.replace('', 'b') }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a' | indent(1000000000) }}",
        "{{ [1] | batch(1000000000, 0) | list }}",
        "{{ ('a' * 9999) | replace('a', 'b' * 9999) }}",
        "{{ range(9999) | join('a' * 9999) }}",
        "{% for i in range(9999) %}" + "x" * 50000 + "{% endfor %}",
        "{% set all %}{% for i in range(9999) %}{{ 'a' * 4000 }}{% endfor %}{% endset %}",
        "{% macro f() %}" + "x" * 50000 + "{% endmacro %}{% for i in range(9999) %}{% set x = f() %}{% endfor %}",
    ],
)
def test_a_template_makes_nothing_without_bounds(trick: str) -> None:
    assert re.match(
        "it makes (a list of more than|more than|too large|a very wide)|it may not|there is no", refused(trick)
    )


def test_each_prompt_has_all_of_its_steps() -> None:
    render = prompts.renderer({"a": "{% for n in range(5000) %}{{ n % 10 }}{% endfor %}"})
    assert {len(render("a")) for _ in range(20)} == {5000}


def test_what_templates_need_is_there() -> None:
    render = prompts.renderer(
        {
            "a": "{% macro m(x) %}<{{ x }}>{% endmacro %}{% set n = namespace(k=0) %}"
            "{% for a, b in pairs.items() if b %}{% set n.k = n.k + b %}"
            "{{ loop.index }}/{{ loop.length }} {{ m(a | upper) }}"
            "{{ '、' if not loop.last }}{% else %}-{% endfor %} {{ n.k * 2 }} "
            "{{ '%.1f' | format(1.25) }} {{ '%02d' % 7 }} "
            "{{ words[:2] | join('、') }} {{ words | map('length') | sum }} "
            "{{ 'a-b'.split('-')[1] }} {{ none | default('x', true) }} "
            "{{ ['b', 'a'] | sort | first }} {{ 'ab' ~ 1 }} {{ 'x' * 3 }} "
            "{{ loud | replace('!', '。') }}{% filter upper %}q{% endfilter %}"
        }
    )
    said = render("a", pairs={"p": 1, "q": 0, "r": 2}, words=("一", "二二", "三"), loud="好!")
    assert said == "1/2 <P>、2/2 <R> 6 1.2 07 一、二二 4 b x a ab1 xxx 好。Q"


def test_templates_are_bounded_alike_wherever_they_run() -> None:
    """Where one is stopped depends on nothing but the template: not on time, depth of the stack or luck."""
    trick = "{% for a in range(9999) %}{% for b in range(9999) %}\n{{ a }}{% endfor %}{% endfor %}"

    def deep(levels: int) -> str:
        return deep(levels - 1) if levels else refused(trick)

    assert len({refused(trick), deep(300), refused(trick)}) == 1
