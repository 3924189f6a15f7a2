"""The words of a theme that a story can be told with: where, what, who, until when, what for.

Chinese is written without gaps between words, so these are guesses by measure words, endings and a list of people. A
wrong guess reads oddly and does no harm; nothing here knows any theme.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STORIES: dict[str, Any] = json.loads(Path(__file__).with_name("beats.json").read_text(encoding="utf-8"))
_PLACE_ENDS = (
    "小镇|古镇|镇|校园|学校|学院|城市|都市|城|街道|街|巷|村|海岛|岛|宫|王府|府|宅|楼|灯塔|塔|书店|店|博物馆|图书馆|馆|"
    "车站|站|医院|公司|庙|寺|山庄|山谷|山|森林|港口|港|海边|海底|深海|空间站|飞船|星球|餐厅|教室|实验室|大厅"
)
_MEASURES = "枚封把只本张颗幅块件座条支朵盏瓶串份柄部艘枝卷面台束首"
_THING = re.compile(rf"[一那这]([{_MEASURES}])(.+)")
_HANDED = re.compile(r"[把将](?:[一那这][^的，]{0,1})?([^，。]{1,8}?)(?:送|交|带|还|找|给|寄|藏|变)")
_SOUGHT = re.compile(
    r"(?:夺回|找回|取回|拿回|追回|偷走|守住|守护|寻找|找到|修复|解开|拼回|藏起|归还)(?:[一那这]\w)?([^，。]{1,9})"
)
_INSIDE = re.compile(r"^在?(.{2,14})(?:里面|里|(?<![之以])(?:中|上|下|内|外|旁|前))$")
_UNTIL = re.compile(r"[在于](.{2,10}?(?:之内|以内|之前|前|内))")
_WANTS = re.compile(r"^(.{2,8}?)(?:必须|不得不|决定|奉命|想要|要|得|想|誓)")
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
    thing = _thing(clauses)
    hero, other = _people(clauses, thing)
    limit = next((found[1] for clause in clauses if (found := _UNTIL.search(clause))), "")
    place = places[0] if places else "无名小城"
    return Words(
        place=place,
        second_place=next((name for name in places[1:] if name not in place and place not in name), f"{place}深处"),
        thing=thing,
        hero=hero,
        other=other,
        goal=_goal(clauses, limit),
        deadline=limit or "最后一刻",
        limit=limit,
        culprit=next((word for word in _CULPRITS if word in theme or word in "".join(require)), "幕后的人"),
    )


def is_case(theme: str) -> bool:
    """True where a theme is about something to be found out rather than something to be done."""
    return any(word in theme for word in STORIES["case_words"])


def _places(clauses: Sequence[str]) -> list[str]:
    inside = [found[1] for clause in clauses if (found := _INSIDE.match(clause)) and not _THING.match(clause)]
    # A name ends with its kind and begins after whatever cannot belong to it.
    pattern = re.compile(rf"(?:^|[在的到从去回往与和])([^在的到从去回往与和]{{0,5}}(?:{_PLACE_ENDS}))")
    named = [name for clause in clauses for name in pattern.findall(clause) if len(name) > 1]
    return list(dict.fromkeys([*inside, *named]))


def _thing(clauses: Sequence[str]) -> str:
    for clause in clauses:
        if found := _THING.search(clause):
            measure, rest = found.groups()
            name = _until_verb(rest)
            return name if len(name) <= 5 else f"那{measure}{name.rpartition('的')[2][-4:]}"
    spoken = (found[1] for pattern in (_HANDED, _SOUGHT) for clause in clauses if (found := pattern.search(clause)))
    thing = _until_verb(next(spoken, "那束微光"))
    return thing if len(thing) <= 5 else thing.rpartition("的")[2][-5:]


def _until_verb(text: str) -> str:
    ends = [position for verb in STORIES["verbs"] if (position := text.find(verb, 1)) > 0]
    return text[: min(ends)] if ends else text


def _people(clauses: Sequence[str], thing: str) -> tuple[str, str]:
    text = "，".join(clauses)
    found = sorted((text.find(word), -len(word), word) for word in STORIES["people"] if word in text)
    named = [word for _, _, word in found]
    wanting = (match[1].rpartition("的")[2] for clause in clauses if (match := _WANTS.match(clause)))
    hero = next((name for name in wanting if any(word in name for word in named)), named[0] if named else "主角")
    return hero, next((word for word in named if word not in hero + thing and hero not in word), "神秘人影")


def _goal(clauses: Sequence[str], limit: str) -> str:
    for index, clause in enumerate(clauses):
        if limit and limit in clause:
            rest = clause.partition(limit)[2]
            return rest or "".join(clauses[index + 1 : index + 2]) or "抵达终点"
    return clauses[-1] if clauses else "抵达终点"
