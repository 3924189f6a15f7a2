"""Who and what stands where in a frame: a shot's words as positions, poses and the move of its camera."""

from __future__ import annotations

from dataclasses import replace

from manjuc.preview.belongings import Thing as Belongs
from manjuc.preview.blocking import crowd_of, parts_of, posture, unveiled
from manjuc.preview.costume import dressed, is_crowd, is_old, shadow
from manjuc.preview.frames import Belonging, Figure, Frame, Item, Place
from manjuc.preview.handling import belongings_of, holder_of, is_insert, palm_belonging, raised, things_of
from manjuc.preview.look import Look
from manjuc.preview.oldplaces import STOCK, WALL_THINGS, old_added, old_setting
from manjuc.preview.reading import Person, Shot
from manjuc.preview.setting import STAGED, WALL_ICONS, Setting, Thing, added, held_thing, setting_of, things_in

# Framing: units of a figure that fill the height, half its width, where the head is, how near the background comes.
_FRAMINGS: dict[str, tuple[float, float, float, float]] = {
    "大特写": (150, 80, 0.5, 2.0),
    "特写": (186, 95, 0.49, 1.7),
    "中近景": (410, 128, 0.34, 1.35),
    "近景": (320, 120, 0.38, 1.5),
    "中景": (520, 132, 0.28, 1.2),
    "大全景": (1700, 140, 0.0, 1.0),
    "远景": (1700, 140, 0.0, 1.0),
    "全景": (905, 140, 0.0, 1.0),
}
_MOVES = (
    ("in", ("推",)),
    ("out", ("拉",)),
    ("up", ("升", "上摇")),
    ("down", ("降", "下摇")),
    ("shake", ("手持", "晃", "抖")),
    ("pan", ("摇", "甩")),
    ("track", ("移", "跟", "环绕")),
)
_MOODS = (
    ("sad", ("泪", "哭", "哽咽", "悲")),
    ("surprised", ("惊", "愣", "怔", "瞪", "睁大", "慌", "吓")),
    ("closed", ("眼皮", "闭眼", "闭上", "沉思", "低头")),
    ("smile", ("笑", "释然", "微扬", "欣慰")),
    ("frown", ("皱", "冷", "怒", "紧盯", "咬牙", "锁定", "质问", "怀疑", "警惕", "急", "坚定")),
)
_BACK = ("背影", "背对", "转身离", "转过身去", "走远", "离去", "走向深处", "望着远", "望向远")
_RUN = ("跑", "追", "冲", "奔", "飞奔", "疾行", "逃")
_WALK = ("走", "穿过", "赶", "经过", "前行", "步")
_SIDE = ("走", "穿过", "赶", "侧", "经过", "前行", "回头", "靠近", "走近")
_POINT = ("指向", "指着", "指认", "指出")
_RAISE = ("举", "抬手", "递", "拿", "握", "接过", "亮出", "伸手", "捧", "拾", "捡", "挥", "按", "取下", "撑", "抱")
_HOLD = ("举", "递", "拿", "握", "接过", "亮出", "捧", "拾", "捡", "护住", "抱", "取下", "撑")
_OPEN = ("撑", "开伞", "打伞", "打着伞", "伞下")
# Where the middle of a thing is, seen from the hand, and how large it is.
_GRIPS = {"canopy": (-4, -76, 220), "umbrella": (4, 20, 150)}
# How much lower someone is who kneels, sits or leaps: where all of the figure is seen, and beside others.
_LOWER = {"kneel": (256, 110), "sit": (130, 60), "leap": (-130, -60)}
_BUSY = ("kneel", "sit", "leap", "run")  # what nobody does with a hand up
_TALL = {"tall": 170, "flying": 172, "half": 130, "tied": 130, "bun": 130}
_BACKDROPS = ("tram", "car", "girder", "water", "city", "strap")
_SHADOWS = ("人影", "黑影", "神秘人", "黑衣人")
_FACE = ("脸", "眼", "神情", "表情", "目光", "瞳", "嘴")


def frame_of(shot: Shot, number: int, width: int, height: int) -> Frame:
    """The frame of a shot. The number only sets a single figure left or right of the middle."""
    framing = _framing(shot.framing)
    pov = "主观" in shot.framing
    crowds = tuple(person for person in shot.people if is_crowd(person))
    acting = replace(shot, people=tuple(person for person in shot.people if person not in crowds)[:4])
    old = is_old(shot.place.style) or any(dressed(person).costume for person in shot.people)
    setting = _setting(acting, old)
    things = things_of(shot, old)
    insert = is_insert(shot, things)
    figures = () if pov or insert else _figures(acting, framing, number, (width, height), old, things)
    item = None if old or things else _item(shot, figures, width, height)
    near = _FRAMINGS[framing][3] if figures or insert or framing in ("全景", "大全景", "远景") else 1.25
    return Frame(
        width=width,
        height=height,
        setting=setting,
        nearness=1 + (near - 1) * 0.6 if old else near,
        things=tuple(place for place in places_of(setting, width, height) if not item or place.thing.icon != item.icon),
        figures=figures,
        item=item,
        fast=any(word in shot.action for word in _RUN),
        viewfinder=pov,
        crowd=_crowd(crowds, framing, old, not figures, (width, height)),
        belongings=_belongings(acting, things, figures, insert, (width, height)),
    )


def _belongings(
    shot: Shot, things: tuple[Belongs, ...], figures: tuple[Figure, ...], insert: bool, size: tuple[int, int]
) -> tuple[Belonging, ...]:
    if insert:
        person = next(iter(shot.people), Person(""))
        return (palm_belonging(things[0], dressed(person, is_old(shot.place.style)), size),)
    holder = holder_of(parts_of(shot.action, shot.people), things)
    return belongings_of(shot, things, figures, holder, size)


def _crowd(
    crowds: tuple[Person, ...], framing: str, old: bool, alone: bool, size: tuple[int, int]
) -> tuple[Figure, ...]:
    if not crowds or framing in ("特写", "大特写"):
        return ()
    return crowd_of(dressed(crowds[0], old), alone, "全景" in framing or framing == "远景", *size)


def _setting(shot: Shot, old: bool) -> Setting:
    """The place of a shot, with what its own words put there: a shot's prompt does not list the props."""
    action = shot.action
    # A name may hold the word for a thing.
    for name in (*(person.name for person in shot.people), *(prop.name for prop in shot.props)):
        action = action.replace(name, "") if name else action
    if old:
        return old_added(old_setting(shot.place), action)
    return added(setting_of(shot.place), f"{shot.place.light}，{shot.place.name}，{action}")


def camera_move(camera: str) -> str:
    """How the camera moves: in, out, up, down, pan, track, shake or still."""
    found = [(camera.find(word), move) for move, words in _MOVES for word in words if word in camera]
    return min(found)[1] if found else "still"


def places_of(setting: Setting, width: float, height: float) -> tuple[Place, ...]:
    """Where the things of a setting stand, on the side of the light first. The middle stays free for people."""
    unit = min(width * 0.62, height)
    near, far = (0.85, 0.15) if setting.side == "right" else (0.15, 0.85)
    inner = 0.3 if near < 0.5 else 0.7
    walls = [(near, 0.46, 0.26), (far, 0.46, 0.26), (inner, 0.33, 0.16), (1 - inner, 0.33, 0.16)]
    floors = [(far, 0.87, 0.33), (near, 0.87, 0.33), (inner, 0.74, 0.22), (1 - inner, 0.74, 0.22)]
    lows = [(0.5, 0.9, 0.2), (0.36, 0.2, 0.16), (0.64, 0.2, 0.16)]
    staged = STOCK.get(setting.old, {}) if setting.old else STAGED.get(setting.kind, {})
    on_wall = WALL_THINGS if setting.old else WALL_ICONS
    placed = []
    for thing in setting.things:
        if thing.icon in staged:
            x, y = staged[thing.icon]
            placed.append(Place(Thing(thing.name, ""), x * width, y * height, 0.0))
            continue
        if thing.icon == "tram":
            placed.append(Place(thing, 0.44 * width, 0.75 * height, 0.44 * unit))
            continue
        slots = lows if thing.icon in ("puddle", "rain") else walls if thing.icon in on_wall else floors
        if slots:
            x, y, size = slots.pop(0)
            placed.append(Place(thing, x * width, y * height, size * unit))
    return tuple(placed)


def _framing(text: str) -> str:
    # Longer names first: 大全景 holds 全景, and 中近景 holds 近景.
    return next((name for name in sorted(_FRAMINGS, key=len, reverse=True) if name in text), "中景")


def _figures(
    shot: Shot, framing: str, number: int, size: tuple[int, int], old: bool, things: tuple[Belongs, ...]
) -> tuple[Figure, ...]:
    width = size[0]
    looks = [unveiled(dressed(person, old), shot.action) for person in shot.people]
    if any(word in shot.action for word in _SHADOWS):
        looks.append(shadow(old))
    count = len(looks)
    scale, y = _measure(framing, looks, size)
    pose, view = _pose(shot.action), _view(shot.action, framing)
    mood = _first_of(_MOODS, f"{shot.action} {shot.visuals}", "calm")
    offset = _offset(shot, framing, pose, number, size)
    figures = tuple(
        Figure(
            look=look,
            view=view,
            mood=_mood(shot.people, mood, index),
            pose=pose if index == 0 or pose == "run" else "stand",
            x=width * (0.5 + offset if count == 1 else (index + 0.5) / count),
            y=y,
            scale=scale,
            # Two face each other; one shows the side that has a mark.
            flip=view == "side" and (look.shown_at == 1 if count == 1 else pose != "run" and index % 2 == 1),
            shadow=_FRAMINGS[framing][2] == 0,
        )
        for index, look in enumerate(looks)
    )
    return _acting(shot, figures, framing, things, width) if old or things else figures


def _measure(framing: str, looks: list[Look], size: tuple[int, int]) -> tuple[float, float]:
    """How large the figures of a framing are, and how high their heads: hair that is done up high needs room."""
    width, height = size
    span, half, head, _ = _FRAMINGS[framing]
    scale = min(height / span, width / (2 * half * max(1, len(looks)) * 0.92))
    tall = max((_TALL.get(look.costume.hair, 96) for look in looks if look.costume), default=0)
    scale = min(scale, height * 0.9 / (700 + tall)) if tall and not head else scale
    y = head * height if head else (0.86 if span > 1000 else 0.93) * height - 700 * scale
    return scale, max(y, tall * scale * 0.9) if span > 400 else y


def _offset(shot: Shot, framing: str, pose: str, number: int, size: tuple[int, int]) -> float:
    """How far from the middle someone alone stands, in widths."""
    if framing in ("特写", "大特写"):
        return 0.0
    if len(shot.people) == 1 and shot.people[0].side:
        return 0.2 * shot.people[0].side
    if size[0] < size[1] and pose in ("raise", "point"):
        return -0.14  # a narrow frame needs room for the arm
    return 0.07 * (-1 if number % 2 else 1)


def _acting(
    shot: Shot, figures: tuple[Figure, ...], framing: str, things: tuple[Belongs, ...], width: int
) -> tuple[Figure, ...]:
    """The figures, each with the pose, the view and the mood of its own part of the action."""
    parts = (*parts_of(shot.action, shot.people), *("" for _ in figures))
    holder = holder_of(parts[: len(shot.people)], things)
    acted = []
    for index, figure in enumerate(figures):
        text = parts[index]
        pose = posture(text) or _pose(text)
        if index == holder and raised(things, shot.action, framing) and pose not in _BUSY:
            pose = "raise"
        elif pose == "raise":
            pose = "hold" if index == holder and things else "stand"
        mood = figure.mood if figure.mood == "talk" else _first_of(_MOODS, f"{text} {shot.visuals}", "calm")
        view = "side" if pose == "leap" else _view(text, framing) if pose != "raise" else "front"
        if len(figures) > 1 and view == "side" and pose not in ("walk", "run", "leap"):
            view = "front"
        x = min(figure.x, width - (figure.look.shoulder + 74) * figure.scale) if pose == "raise" else figure.x
        lower = _LOWER.get(pose, (0, 0))[0 if figure.shadow else 1] if figure.shadow or len(figures) > 1 else 0
        flip = figure.flip if view == "side" else False
        acted.append(
            replace(
                figure,
                pose="run" if pose == "leap" else pose,
                view=view,
                mood=mood,
                flip=flip,
                x=x,
                y=max(figure.y + lower * figure.scale, 90 * figure.scale),
            )
        )
    return tuple(acted)


def _mood(people: tuple[Person, ...], mood: str, index: int) -> str:
    if index < len(people) and people[index].speaks:
        return "talk"
    return mood if index == 0 else "surprised" if mood == "frown" else "calm"


def _pose(action: str) -> str:
    if any(word in action for word in _RUN):
        return "run"
    if any(word in action for word in _POINT):
        return "point"
    if any(word in action for word in _RAISE):
        return "raise"
    return "walk" if any(word in action for word in _WALK) else "stand"


def _view(action: str, framing: str) -> str:
    if any(word in action for word in _BACK):
        return "back"
    if framing == "特写":
        return "side" if "侧" in action else "front"
    return "side" if any(word in action for word in (*_RUN, *_SIDE)) else "front"


def _item(shot: Shot, figures: tuple[Figure, ...], width: int, height: int) -> Item | None:
    text = f"{shot.action}，{shot.visuals}"
    icon, colour = held_thing(text)
    unit = min(width, height)
    if not figures:
        large = things_in(text)
        icon = icon or (large[0].icon if large else "")
        shown = icon and icon not in _BACKDROPS and "全景" not in shot.framing
        return Item(_form(icon, text), width * 0.5, height * 0.46, unit * 0.42, True, colour) if shown else None
    if icon and "特写" in shot.framing and not any(word in shot.action for word in _FACE):
        # Beside the face where there is room, below it where there is none.
        if width > height:
            x, y, size = (width * 0.15, height * 0.68, 0.3) if len(figures) == 1 else (width * 0.5, height * 0.85, 0.28)
        else:
            x, y, size = width * 0.5, height * 0.905, 0.18
        return Item(_form(icon, ""), x, y, unit * size, True, colour)
    first = figures[0]
    if not icon or first.view == "back" or first.pose != "raise" or not any(word in shot.action for word in _HOLD):
        return None
    form = _form(icon, text)
    dx, dy, size = _GRIPS.get(form, (0, 0, 62))
    dx, dy = (128 + dx, 136 + dy) if first.view == "side" else (first.look.shoulder + 32 + dx, 44 + dy)
    x = first.x + dx * first.scale * (-1 if first.flip else 1)
    return Item(form, x, first.y + dy * first.scale, size * first.scale, False, colour)


def _form(icon: str, text: str) -> str:
    """An umbrella is folded unless it is said to be open."""
    return "canopy" if icon == "umbrella" and any(word in text for word in _OPEN) else icon


def _first_of(table: tuple[tuple[str, tuple[str, ...]], ...], text: str, otherwise: str) -> str:
    return next((name for name, words in table if any(word in text for word in words)), otherwise)
