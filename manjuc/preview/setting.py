"""A place as something that can be drawn: its colours, where its light comes from, its weather, its things."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from manjuc.preview.palette import colour_in, colours_in, light, mix, moods_in, saturated, with_lightness
from manjuc.preview.reading import Place

_CARRIAGE = re.compile(
    "车厢|(?:电车|列车|火车|地铁|公交车?|巴士|有轨车)(?:的?(?:内|里|上|中))|(?:列车|电车|火车|地铁|高铁|巴士)$"
)
# Where a car without another word is one on rails.
_RAILS = re.compile("站台|月台|车站|铁桥|铁轨|铁路|轨道|电车|列车|火车|地铁")
_TRUSS = re.compile("铁桥|钢桥|铁路桥|桁架|大桥")
_INDOORS = re.compile(
    "廊|室|厅|屋|店|馆|舱|殿|仓|牢|房|办公|车厢|塔内|内景|书院|堂|铺|办$|工位|工作间|包厢|包间|隔间|卧|厨|电梯|酒吧|网吧|宿舍|邮局|警局|诊所|派出所|银行|超市|商场|公司"
)
# Light that only a room has, where the name of the place tells nothing of being outside.
_ROOM_LIGHT = re.compile("日光灯|白炽灯|吊灯|顶灯|吸顶|落地窗|壁灯|台灯")
_OUTSIDE = re.compile("街|巷|路|镇|城|村|院|园|场|桥|山|海|江|河|湖|林|野|台|顶|门口|外$")
_DEEP = ("廊", "巷", "街", "隧道", "道")
# What the stage of such a place draws itself, and where: there is no second one beside it.
STAGED = {
    "carriage": {"chair": (0.17, 0.8), "window": (0.89, 0.5), "strap": (0.36, 0.3), "door": (0.5, 0.58)},
    "bridge": {"girder": (0.42, 0.13), "water": (0.5, 0.6), "city": (0.79, 0.49), "pillar": (0.17, 0.62)},
}
_WATER = ("海底", "水下", "深海", "水底", "海沟")
_SKYLINES = (
    ("sea", ("海", "港", "湖", "岸", "码头", "灯塔", "船", "江", "河")),
    ("hills", ("山", "林", "野", "原", "谷", "沙", "村", "田", "草", "崖")),
    ("roofs", ("古", "宫", "府", "城门", "镇", "庙", "坊", "朱门", "宅", "寺", "亭", "院")),
)
_SIDES = (
    ("left", ("左",)),
    ("right", ("右",)),
    ("top", ("顶", "上方", "高处", "吊")),
    ("bottom", ("下方", "脚下")),
    ("back", ("背后", "逆光", "尽头")),
    ("front", ("正面",)),
)
_GLOWS = (("#8fd4ff", ("冷", "月", "霓虹")), ("#ffd79a", ("暖", "烛", "火", "夕", "灯", "阳")))
_ICONS = (
    ("puddle", ("地面", "水洼", "积水", "水坑", "地板")),
    ("rain", ("雨",)),
    ("tower", ("灯塔", "塔", "信号台")),
    ("letter", ("信", "邮件", "明信片", "请柬", "书札")),
    ("badge", ("徽", "勋章", "令牌", "玉佩", "吊坠")),
    ("machine", ("售货机", "机器", "柜", "冰箱", "储物", "终端", "服务器", "主机")),
    ("sign", ("白板", "牌", "屏", "公告栏", "招牌", "海报", "黑板", "荧幕", "广告", "匾", "画", "窗口")),
    ("window", ("窗", "玻璃")),
    ("door", ("门",)),
    ("lamp", ("灯", "烛", "火把", "火炉")),
    ("stair", ("楼梯", "台阶", "阶")),
    ("boat", ("船", "舟", "艇", "潜水")),
    ("book", ("书", "卷", "本", "簿", "档案")),
    ("box", ("箱", "盒", "包", "袋", "邮筒", "画筒", "匣", "筒")),
    ("chair", ("椅", "凳", "座椅", "宝座", "雅座", "卡座")),
    ("bed", ("床", "榻")),
    ("table", ("桌", "台", "案", "几")),
    ("coral", ("珊瑚", "水草", "海草", "礁", "贝")),
    ("flower", ("花", "莲", "梅")),
    ("tree", ("树", "竹", "植", "藤", "盆栽")),
    ("glow", ("微光", "光点", "光球", "束光", "光斑", "亮光")),
    ("phone", ("手机", "电话", "传呼")),
    ("umbrella", ("伞",)),
    ("bell", ("钟", "铃", "表", "鼓")),
    ("key", ("钥匙", "锁")),
    ("cup", ("杯", "茶", "酒", "碗", "壶")),
    ("tram", ("电车", "列车", "火车", "地铁", "高铁", "动车", "车厢")),
    ("car", ("车", "车门", "车灯", "车头", "车尾", "轿")),
    ("scooter", ("电动车", "电瓶车", "电单车", "摩托", "自行车", "单车", "三轮车")),
    ("helmet", ("头盔", "安全帽")),
    ("strap", ("吊环", "拉环", "扶手")),
    ("girder", ("桁架", "钢架", "钢梁")),
    ("water", ("江面", "河面", "湖面", "海面", "水面")),
    ("city", ("城市", "高楼", "楼群")),
    ("stone", ("石", "岩", "碑", "井", "雕像")),
    ("pillar", ("柱", "墙", "栏", "桥")),
    ("moon", ("月", "太阳", "星")),
)
WALL_ICONS = frozenset({"window", "sign", "lamp", "moon", "bell"})
_HELD_ICONS = frozenset(
    {"letter", "badge", "book", "box", "phone", "umbrella", "bell", "key", "cup", "flower", "glow", "helmet"}
)
# Words that hold the sign of a thing and mean none.
_NOT_THINGS = (
    "画面|画外|相信|信号|信任|信念|信心|自信|表情|表面|代表|包围|包括|包裹|机会|灯光|几乎|花纹|书写|面前|眼前|窗外|门外|"
    "车顶|车票|车轮|车站|车道|车外|车内|灯火|天光|伞扣|帽檐|露台|阳台|天台|窗台|"
    "舞台|站台|平台|本来|原本|根本|光柱|座位|石化|钟情|分钟|秒钟|星光|月光|月台|船长|树立|书生|杯中|标志|茶色|台词|"
    "[一二两三四五六七八九十几那这每][座台]|几[个只位人天年次分秒步点张]"
)
_ICON_OF = {word: icon for icon, words in reversed(_ICONS) for word in words}
_THING = re.compile("|".join((_NOT_THINGS, *sorted(_ICON_OF, key=lambda word: (-len(word), word)))))


@dataclass(frozen=True, slots=True)
class Thing:
    """A prop: what it is called and which simple shape stands for it."""

    name: str
    icon: str


@dataclass(frozen=True, slots=True)
class Setting:
    """How a place is drawn. `kind` is room, deep (a corridor or street), carriage, bridge, open or water."""

    name: str
    kind: str
    rails: bool
    indoors: bool
    skyline: str
    far: str
    wall: str
    floor: str
    accent: str
    glow: str
    side: str
    rain: bool
    night: bool
    things: tuple[Thing, ...]
    # Of old times: which place it is, else empty; light without a direction; the lamp that gives it.
    old: str = ""
    diffuse: bool = False
    lamp: str = ""
    moon: bool = False
    snow: bool = False


def setting_of(place: Place) -> Setting:
    """How a place is drawn; without a word about its colours it stands in a calm grey blue."""
    words = " ".join((place.name, place.time, place.tone, place.light, *place.props))
    base, accent = _colours(place)
    kind = _kind(place)
    night = any(word in words for word in ("夜", "深海", "暗", "幽", "月", "霓虹", "深蓝"))
    base = with_lightness(base, 0.36 if night else 0.52)
    return Setting(
        name=place.name,
        kind=kind,
        rails=bool(_RAILS.search(place.name)),
        indoors=kind == "carriage" or _inside(place),
        skyline=next((name for name, marks in _SKYLINES if any(mark in place.name for mark in marks)), "city"),
        far=with_lightness(base, 0.27 if night else 0.7),
        wall=base,
        floor=with_lightness(mix(base, "#3b3a48", 0.4), 0.23 if night else 0.42),
        accent=accent,
        glow=_glow(place.light),
        side=light_side(place.light),
        rain="雨" in words or (kind == "carriage" and night),
        night=night,
        things=_things(place),
    )


def light_side(text: str) -> str:
    """Where the light comes from; from the top where nothing is said."""
    found = [(text.find(word), side) for side, words in _SIDES for word in words if word in text]
    return min(found)[1] if found else "top"


def icon_of(name: str) -> str:
    """The shape that stands for a thing; a plain block where none is known."""
    # The last word of a Chinese name says what the thing is: 雕花木门 is a door.
    return next((_ICON_OF[word] for word in reversed(_THING.findall(name)) if word in _ICON_OF), "block")


def held_thing(text: str) -> tuple[str, str]:
    """The first small thing that a text names, one that a hand can hold, and its colour. Empty where none is named."""
    for found in _THING.finditer(text):
        icon = _ICON_OF.get(found[0], "")
        if icon in _HELD_ICONS:
            colours = colours_in(text[max(0, found.start() - 4) : found.start()])
            return icon, colours[-1] if colours else ""
    return "", ""


def things_in(text: str) -> tuple[Thing, ...]:
    """The large things that a text names, as props without a label."""
    return tuple(Thing("", icon) for icon in _icons_in(text) if icon not in _HELD_ICONS | {"puddle", "rain"})


def added(setting: Setting, text: str) -> Setting:
    """The place with the large things that a text names there. A vehicle does not stand inside itself."""
    known = {thing.icon for thing in setting.things}
    things = list(setting.things)
    for thing in things_in(text):
        icon = "tram" if thing.icon == "car" and setting.rails else thing.icon
        if icon not in known and not (setting.indoors and icon in ("car", "tram", "scooter")):
            known.add(icon)
            things.append(Thing("", icon))
    return replace(setting, things=tuple(things[:6]))


def _icons_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ICON_OF[word] for word in _THING.findall(text) if word in _ICON_OF))


def _inside(place: Place) -> bool:
    if _INDOORS.search(place.name):
        return True
    return bool(_ROOM_LIGHT.search(place.light)) and not _OUTSIDE.search(place.name)


def _kind(place: Place) -> str:
    name = place.name
    if _CARRIAGE.search(name):
        return "carriage"
    if _TRUSS.search(f"{name} {' '.join(place.props)}"):
        return "bridge"
    if any(word in name for word in _WATER):
        return "water"
    if any(word in name for word in _DEEP):
        return "deep"
    return "room" if _inside(place) else "open"


def _colours(place: Place) -> tuple[str, str]:
    said = (*colours_in(place.tone), *moods_in(place.tone)) or moods_in(f"{place.name} {place.light}")
    style = colours_in(place.palette)
    base = said[0] if said else mix("#56698a", style[0], 0.35) if style else "#5d6f8c"
    if len(said) > 1:
        base = mix(base, said[1], 0.3)
    accent = said[1] if len(said) > 1 else style[1] if len(style) > 1 else style[0] if style else light(base, 0.5)
    factor = 0.95 if "低饱和" in place.tone else 1.4 if "高饱和" in place.tone or "浓" in place.tone else 1.15
    return saturated(base, factor), accent


def _glow(text: str) -> str:
    """The colour of a light: what is said of it first decides."""
    named = colour_in(text.replace("霓虹", ""), "")
    found = [(text.find(word), colour) for colour, words in _GLOWS for word in words if word in text]
    return light(named or (min(found)[1] if found else "#d6ecff"), 0.15)


def _things(place: Place) -> tuple[Thing, ...]:
    """The props, those that the light comes from first: they stand on its side."""
    things = [Thing(name, icon_of(name)) for name in place.props[:8]]
    return tuple(sorted(things, key=lambda thing: thing.name not in place.light))
