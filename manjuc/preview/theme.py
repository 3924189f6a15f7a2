"""The words of a theme that a story can be told with: where, what, who, until when, what for.

Chinese is written without gaps between words, so these are guesses by measure words, endings and a list of people. A
guess that cannot be a name, because a particle, a verb or a measure word is left at one of its ends, gives way to a
neutral word. Nothing here knows any theme.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STORIES: dict[str, Any] = json.loads(Path(__file__).with_name("beats.json").read_text(encoding="utf-8"))
_PLACE_ENDS = (
    "小镇|古镇|镇|校园|学校|学院|城市|都市|城|街道|街|巷|村|海岛|岛|宫|王府|府|宅|楼|灯塔|塔|书店|店|博物馆|图书馆|馆|"
    "车站|站|医院|公司|庙|寺|山庄|山谷|山|森林|港口|港|海边|海底|深海|空间站|飞船|星球|餐厅|市场|操场|天台|教室|实验室|大厅"
)
_MEASURES = "枚封把只本张颗幅块件座条支朵盏瓶串份柄部艘枝卷面台束首个位头匹棵间家"
_COUNT = f"[一二两三四五六七八九十几数百千万那这某每另]+[{_MEASURES}]"
_THING = re.compile(rf"(?:^|(?<=[^\d二三四五六七八九十几]))[一那这]([{_MEASURES}])(.+)")
_CHINESE = re.compile("[\u4e00-\u9fff]+")
# What no name begins with, what none ends with, and what none holds.
_NO_START = re.compile(
    rf"[{_MEASURES}]$|[只枚个位匹的地得了着过是在有被把将会想要当和与及也都就却不没从到给让对向里中上下]|{_COUNT}"
)
_NO_END = re.compile("[的地得了着过是在被把将会想要和与及也都就却不没从到给让对向]$")
_CUT = re.compile(rf"[一那这两几][{_MEASURES}]?$")
_NO_INSIDE = re.compile("[了着过却也就都不没想把将被是]|[一二两三四五六七八九十几][年天次口]")
_HANDED = re.compile(r"[把将](?:[一那这][^的，]{0,1})?([^，。]{1,8}?)(?:送|交|带|还|找|给|寄|藏|变|捞|卖|拿|偷)")
_SOUGHT = re.compile(
    r"(?:爱上|遇见|遇到|捡到|夺回|找回|取回|拿回|追回|偷走|守住|守护|寻找|找到|修复|解开|拼回|藏起|归还)(?:[一那这]\w)?([^，。]{1,9})"
)
_INSIDE = re.compile(r"^在?(.{2,14})(?:里面|里|(?<![之以])(?:中|上|下|内|外|旁|前))$")
_DONE_TO = re.compile("(?:卖|做|送错|送|养|种|画|写|修|捡|找|打开|拯救|争夺|收养|弄丢|丢失)了?([\u4e00-\u9fff]{2,5})$")
_UNTIL = re.compile(r"[在于](.{2,10}?(?:之内|以内|之前|前|内))")
_WANTS = re.compile(r"^(.{2,8}?)(?:必须|不得不|决定|奉命|想要|要|得|想|誓)")
_PRONOUNS = ("它", "他", "她", "我", "你", "自己", "他们", "她们", "我们", "人", "事")
_HERO, _OTHER, _GLOW, _GOAL = "主角", "神秘人影", "那束微光", "抵达终点"
_CULPRITS = ("真凶", "凶手", "小偷", "内鬼", "幕后黑手", "嫌疑人", "叛徒", "窃贼", "卧底")


@dataclass(frozen=True, slots=True)
class Words:
    """What a theme speaks of. Only `limit` may be empty: it is `deadline`, where the theme has one."""

    place: str
    second_place: str
    thing: str
    hero: str
    other: str
    goal: str
    deadline: str
    limit: str
    culprit: str


def words_of_theme(theme: str, require: Sequence[str]) -> Words:
    """The words of a theme, with a neutral one where it has none."""
    clauses = [clause.strip() for clause in re.split(r"[，。！？；：、,.!?;\s]+", theme) if clause.strip()]
    places = _places(clauses)
    hero, other = _people(clauses)
    thing = _thing(clauses, (hero, other))
    limit = next((found[1] for clause in clauses if (found := _UNTIL.search(clause)) and _CHINESE.search(clause)), "")
    place = places[0] if places else "无名小城"
    return Words(
        place=place,
        second_place=next((name for name in places[1:] if name not in place and place not in name), f"{place}深处"),
        thing=thing,
        hero=hero,
        other=other if other not in thing else _OTHER,
        goal=_goal(clauses, limit),
        deadline=limit or "最后一刻",
        limit=limit,
        culprit=next((word for word in _CULPRITS if word in theme or word in "".join(require)), "幕后的人"),
    )


def title_of(words: Words, case: bool) -> str:
    """A title from the words that the theme gave, a neutral one where it gave none."""
    thing = words.thing if words.thing != _GLOW else ""
    hero = words.hero if words.hero != _HERO else ""
    if case:
        return f"{thing}谜案" if thing else f"{hero}的谜案" if hero else "无名之夜"
    if thing and hero:
        return f"{hero}与{thing}"
    return f"{hero}的微光" if hero else f"{thing}的故事" if thing else "无名之夜"


def reads_as_name(text: str) -> bool:
    """False for what cannot be a name: other writing, or a word that was cut out of a sentence with parts of it."""
    whole = _CHINESE.fullmatch(text) and len(text) <= 10
    broken = (_NO_START.match(text), _NO_END.search(text), _CUT.search(text), _NO_INSIDE.search(text))
    return bool(whole) and not any(broken)


def is_case(theme: str) -> bool:
    """True where a theme is about something to be found out rather than something to be done."""
    return any(word in theme for word in STORIES["case_words"])


def _places(clauses: Sequence[str]) -> list[str]:
    inside = [found[1] for clause in clauses if (found := _INSIDE.match(clause)) and not _THING.match(clause)]
    # A name ends with its kind and begins after whatever cannot belong to it.
    pattern = re.compile(rf"(?:^|[在的到从去回往与和])([^在的到从去回往与和]{{0,5}}(?:{_PLACE_ENDS}))")
    named = [name for clause in clauses for name in pattern.findall(clause) if len(name) > 1]
    return [name for name in dict.fromkeys([*inside, *named]) if reads_as_name(name) and len(name) > 1]


def _thing(clauses: Sequence[str], people: Sequence[str]) -> str:
    """The first thing that a theme speaks of and that is nobody in it."""
    for name, shown in _things(clauses):
        if reads_as_name(name) and name not in _PRONOUNS and not any(who in name or name in who for who in people):
            return shown
    return _GLOW


def _things(clauses: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What may be a thing, best guesses first: its name, and how it is spoken of."""
    for clause in clauses:
        if found := _THING.search(clause):
            measure, rest = found.groups()
            whole = _until_verb(rest)
            name = whole if len(whole) <= 5 else whole.rpartition("的")[2][-4:]
            yield name, name if name == whole and len(name) > 1 else f"那{measure}{name}"
    for pattern in (_HANDED, _SOUGHT, _DONE_TO):
        for clause in clauses:
            if found := pattern.search(clause):
                whole = _until_verb(found[1])
                name = whole if len(whole) <= 5 else whole.rpartition("的")[2][-5:]
                yield name, name


def _until_verb(text: str) -> str:
    ends = [position for verb in STORIES["verbs"] if (position := text.find(verb, 1)) > 0]
    return text[: min(ends)] if ends else text


def _people(clauses: Sequence[str]) -> tuple[str, str]:
    text = "，".join(clauses)
    found = sorted((text.find(word), -len(word), word) for word in STORIES["people"] if word in text)
    named = [word for _, _, word in found]
    wanting = (match[1].rpartition("的")[2] for clause in clauses if (match := _WANTS.match(clause)))
    hero = next((name for name in wanting if reads_as_name(name) and any(name.endswith(word) for word in named)), "")
    hero = hero or next(iter(named), _HERO)
    return hero, next((word for word in named if word not in hero and hero not in word), _OTHER)


def _goal(clauses: Sequence[str], limit: str) -> str:
    """What is to be done, in the theme's own words where they are Chinese."""
    for index, clause in enumerate(clauses):
        if limit and limit in clause:
            rest = clause.partition(limit)[2] or "".join(clauses[index + 1 : index + 2])
            return rest if _CHINESE.search(rest) else _GOAL
    last = clauses[-1] if clauses else ""
    return last if len(last) > 1 and _CHINESE.fullmatch(last) and not _CUT.search(last) else _GOAL
