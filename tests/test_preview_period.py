"""The preview relay draws old times as such: robes, halls and snow, the things of a story, people without faces."""

import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops
from pixels import painted, share_of

from manjuc.preview.costume import dressed, is_old
from manjuc.preview.draw import draw_picture, draw_shot
from manjuc.preview.look import look_of
from manjuc.preview.oldplaces import old_setting
from manjuc.preview.palette import colour_in
from manjuc.preview.reading import Person, Place, Prop, Shot, read_prop, read_sheet, read_storyboard
from manjuc.preview.staging import frame_of

STYLE = "国风厚涂，避免现代物件"
FACE = (("脸", "鹅蛋脸，左眼下一颗泪痣"), ("发", "及腰黑发"), ("眼", "丹凤眼，琥珀色"))
PLAIN = Person("沈昭", (*FACE, ("服装", "月白素纱医女长裙")))
VEILED = Person("沈昭", (*PLAIN.traits, ("面纱", "同色面纱遮住口鼻")))
NIGHT = Person("沈昭", (*FACE, ("服装", "玄色夜行劲装，束发")))
SISTER = Person("沈如烟", (("脸", "唇上一点朱砂"), ("发", "飞仙髻，赤金步摇"), ("服装", "石榴红织金大袖衫")))
GUESTS = Person("宾客", (("服装", "古装锦袍，面目虚化"),))
JADE = Prop("玉佩", (("形", "半枚羊脂白玉佩，断口锯齿"),))
TABLET = Prop("牌位", (("形", "黑漆金字牌位"),), "爱女沈昭之灵位")


def sheet_of(person: Person) -> Image.Image:
    lines = "\n".join(f"- {name}：{text}" for name, text in person.traits)
    prompt = f"生成一张图片：漫剧角色的三视图设定稿。\n\n角色：{person.name}\n固定特征：\n{lines}\n画风：国风厚涂\n"
    return painted(draw_picture(prompt, "16:9", "").svg).crop((0, 0, 896, 640))


def prop_sheet(prop: Prop) -> Image.Image:
    lines = "\n".join(f"- {name}：{text}" for name, text in prop.traits)
    said = f"文字：上面写着“{prop.text}”，逐字照写，没有别的字\n" if prop.text else ""
    prompt = f"生成一张图片：漫剧的道具设定图。\n\n道具：{prop.name}\n固定特征：\n{lines}\n{said}背景：纯白\n"
    return painted(draw_picture(prompt, "16:9", "").svg)


def plate_of(name: str, zoom: float = 1.0, **fields: str) -> Image.Image:
    labels = {"light": "光线", "tone": "色调", "props": "标志物"}
    lines = "".join(f"{labels[label]}：{text}\n" for label, text in fields.items())
    prompt = f"生成一张图片：漫剧的空场景设定图。\n\n场景：{name}\n{lines}画风：国风厚涂\n避免：现代物件\n"
    return painted(draw_picture(prompt, "9:16", "").svg, zoom)


def shot_of(**fields: Any) -> Shot:
    place = Place("正厅", "正门天光从画面左侧斜入", "暖金", style=STYLE)
    return replace(Shot(place, framing="全景", action="站着"), **fields)


def paint_shot(shot: Shot) -> Image.Image:
    return painted(draw_shot(shot, 1, (720, 1280)))


def differ(first: Image.Image, second: Image.Image) -> bool:
    return ImageChops.difference(first, second).getbbox() is not None


class TestCostume:
    @pytest.mark.parametrize(
        ("style", "old"),
        [
            ("国风厚涂，半写实动漫", True),
            ("日系二次元，避免现代物件", True),
            ("日系二次元，赛璐璐上色", False),
            ("", False),
        ],
    )
    def test_a_style_tells_whether_a_story_is_of_old_times(self, style: str, old: bool) -> None:
        assert is_old(style) is old

    @pytest.mark.parametrize(
        ("clothes", "colour"),
        [
            ("月白素纱医女长裙", "月白"),
            ("玄色夜行劲装，束发", "玄"),
            ("石榴红织金大袖衫", "石榴红"),
            ("深紫团花褙子", "深紫"),
            ("灰白囚衣，散发，赤足", "灰白"),
            ("玄色蟒纹窄袖袍", "玄"),
        ],
    )
    def test_a_robe_is_seen_in_the_colour_that_is_said_of_it(self, clothes: str, colour: str) -> None:
        assert share_of(sheet_of(Person("甲", (("服装", clothes),))), colour_in(colour, "")) > 0.02

    def test_every_kind_of_garment_is_cut_in_its_own_way(self) -> None:
        cuts = ("长裙", "劲装", "大袖衫", "褙子", "囚衣", "蟒纹窄袖袍", "圆领袍官服", "铠甲")
        worn = [dressed(Person("甲", (("服装", f"深紫{cut}"),)), True).costume for cut in cuts]
        shapes = {(one.hem, one.flare, one.sleeve, one.collar, one.torn, one.pattern) for one in worn if one}
        assert len(shapes) == len(cuts)

    def test_a_name_for_a_shape_of_eyes_is_no_colour_of_them(self) -> None:
        assert dressed(PLAIN).eyes == colour_in("琥珀", "")
        assert share_of(sheet_of(PLAIN), colour_in("琥珀", "")) > 0
        assert share_of(sheet_of(PLAIN), colour_in("丹", ""), 12) == 0

    def test_bare_feet_are_no_red_ones(self) -> None:
        look = dressed(Person("甲", (("服装", "灰白囚衣，散发，赤足"),)))
        assert look.costume
        assert look.costume.bare
        assert look.costume.hair == "loose"
        assert colour_in("赤", "") not in (look.cloth, look.inner, look.lower, look.trim)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("面纱", "同色面纱遮住口鼻"),
            ("脸", "右颊刀疤"),
            ("脸", "眉心朱砂"),
            ("脸", "法令纹深"),
            ("伤", "颈上枷痕"),
            ("饰", "点翠抹额"),
            ("饰", "赤金步摇"),
            ("饰", "玉冠"),
        ],
    )
    def test_what_is_said_of_face_and_head_changes_the_picture(self, name: str, text: str) -> None:
        assert differ(sheet_of(PLAIN), sheet_of(replace(PLAIN, traits=(*PLAIN.traits, (name, text)))))

    def test_a_mark_lies_on_the_side_of_the_face_that_is_said(self) -> None:
        def front(side: str) -> Image.Image:
            return sheet_of(Person("甲", (("脸", f"{side}眼下一颗泪痣"), ("服装", "月白长裙，医女"))))

        bare = sheet_of(Person("甲", (("服装", "月白长裙，医女"),))).crop((0, 0, 298, 640))
        boxes = [ImageChops.difference(bare, front(side).crop((0, 0, 298, 640))).getbbox() for side in "左右"]
        left, right = boxes
        assert left
        assert right
        assert left[0] > right[2]

    def test_two_looks_of_one_person_have_one_face_and_two_robes(self) -> None:
        plain, night = dressed(PLAIN, True), dressed(NIGHT, True)
        face = (plain.eyes, plain.skin, plain.hair, plain.shoulder)
        assert face == (night.eyes, night.skin, night.hair, night.shoulder)
        assert plain.costume
        assert night.costume
        assert plain.costume.marks == night.costume.marks
        assert plain.cloth != night.cloth
        assert plain.costume.legs != night.costume.legs

    def test_someone_without_clothes_in_the_traits_wears_a_robe_in_old_times_only(self) -> None:
        assert dressed(Person("甲", FACE), True).costume
        modern = Person("甲", (("发色", "黑色短发"), ("服装", "深绿乘务员制服")))
        assert dressed(modern) == look_of(modern)


class TestPlaces:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("正厅", "hall"),
            ("金銮殿", "hall"),
            ("祠堂", "shrine"),
            ("药庐", "herbs"),
            ("后巷", "alley"),
            ("刑场", "ground"),
            ("侯府庭院", "court"),
            ("后山竹林", "forest"),
            ("雪山", "mountain"),
            ("侯府大门外", "gate"),
            ("荒野破庙外", "land"),
            ("无名之地", "land"),
        ],
    )
    def test_a_place_is_known_by_the_end_of_its_name(self, name: str, kind: str) -> None:
        assert old_setting(Place(name, style=STYLE)).old == kind

    def test_every_kind_of_place_has_a_picture_of_its_own(self) -> None:
        names = ("正厅", "祠堂", "药庐", "后巷", "刑场", "庭院", "竹林", "大山", "湖边", "城门", "闺房", "大牢", "长街")
        pictures = [plate_of(name, 0.25, tone="灰蓝").crop((0, 0, 180, 290)).tobytes() for name in names]
        assert len(set(pictures)) == len(names)

    def test_snow_lies_and_falls_where_it_is_said_and_not_under_a_roof(self) -> None:
        with_snow, without = (plate_of("后巷", tone="深蓝", props=props) for props in ("积雪", "水缸"))
        assert share_of(with_snow, "#ffffff", 40) > share_of(without, "#ffffff", 40)
        place = Place("后巷", "月光顶光", "深蓝", style=STYLE)
        assert frame_of(shot_of(place=place, action="雪地上一串脚印"), 1, 720, 1280).setting.snow
        assert not frame_of(shot_of(action="掀帘进来，雪落了一地"), 1, 720, 1280).setting.snow

    def test_a_season_is_known_by_the_palette_only_where_it_is_cold(self) -> None:
        cold = Place("刑场", "阴天漫射冷光", "灰白低饱和", palette="朱红、雪白", style=STYLE)
        assert old_setting(cold).snow
        assert not old_setting(replace(cold, light="午后暖阳", tone="暖金")).snow

    def test_the_same_place_is_darker_by_the_light_and_tone_of_the_night(self) -> None:
        day = plate_of("药庐", light="竹窗散射光", tone="青绿")
        night = plate_of("药庐", light="单支烛火在画面右侧", tone="墨青")
        assert sum(night.convert("L").histogram()[:80]) > 2 * sum(day.convert("L").histogram()[:80])
        left, right = night.crop((0, 200, 360, 1100)), night.crop((360, 200, 720, 1100))
        assert sum(right.convert("L").histogram()[128:]) > sum(left.convert("L").histogram()[128:])

    def test_what_no_place_of_its_kind_has_is_drawn_from_the_props(self) -> None:
        empty, furnished = plate_of("无名之地", tone="赭"), plate_of("无名之地", tone="赭", props="古琴、香炉、屏风")
        assert differ(empty, furnished)
        icons = {thing.icon for thing in old_setting(Place("无名之地", props=("古琴", "香炉"), style=STYLE)).things}
        assert icons == {"qin", "censer"}


class TestProps:
    def test_a_sheet_of_a_thing_shows_it_in_its_colours_on_white(self) -> None:
        picture = prop_sheet(TABLET)
        assert picture.getpixel((3, 3)) == (255, 255, 255)
        assert share_of(picture, colour_in("黑", "")) > 0.05
        assert share_of(picture, "#e3b552") > 0.002

    def test_the_words_on_a_thing_are_painted_on_it(self) -> None:
        wanted, other = prop_sheet(TABLET), prop_sheet(replace(TABLET, text="先考沈公之神位"))
        box = ImageChops.difference(wanted, other).getbbox()
        assert box
        across, down = box[2] - box[0], box[3] - box[1]
        assert down > 3 * across  # one letter below the other
        assert differ(wanted, prop_sheet(replace(TABLET, text="")))

    def test_every_thing_has_a_shape_of_its_own_and_the_unknown_one_too(self) -> None:
        names = ("玉佩", "牌位", "密信", "长剑", "灯笼", "油纸伞", "银针", "药碗", "手机", "校徽", "步摇", "混沌仪")
        pictures = {prop_sheet(Prop(name)).tobytes() for name in names}
        assert len(pictures) == len(names)

    def test_half_of_a_thing_is_half_of_it(self) -> None:
        half, whole = (prop_sheet(Prop("玉佩", (("形", text),))) for text in ("半枚青玉佩，断口", "青玉佩"))
        green = colour_in("青", "")
        assert 0 < share_of(half, green) < 0.75 * share_of(whole, green)

    def test_a_sheet_and_a_panel_read_the_same_thing(self) -> None:
        sheet = "道具：牌位\n固定特征：\n- 形：黑漆金字牌位\n文字：上面写着“爱女沈昭之灵位”，逐字照写，没有别的字\n"
        panel = "分镜联络表\n格 1：\n景别：特写\n道具：牌位（形：黑漆金字牌位），上面写着“爱女沈昭之灵位”\n"
        english = 'Framing: close-up; Action: a tablet; Prop: 牌位 (形: 黑漆金字牌位), which reads "爱女沈昭之灵位"\n'
        assert read_prop(sheet) == TABLET
        assert read_sheet(panel).shots[0].props == (TABLET,)
        assert read_storyboard(english)[0].props == (TABLET,)


class TestShots:
    def test_a_thing_of_a_shot_is_in_its_picture_with_its_words(self) -> None:
        shot = shot_of(framing="特写", action="供桌上的一块牌位", props=(TABLET,))
        other = replace(shot, props=(replace(TABLET, text="先考沈公之神位"),))
        assert differ(paint_shot(shot), paint_shot(replace(shot, props=())))
        assert differ(paint_shot(shot), paint_shot(other))

    @pytest.mark.parametrize("framing", ["近景", "中景", "全景"])
    def test_a_thing_is_at_the_hand_of_the_one_who_holds_it(self, framing: str) -> None:
        shot = shot_of(framing=framing, people=(PLAIN, SISTER), action="沈昭握紧玉佩，沈如烟后退", props=(JADE,))
        frame = frame_of(shot, 1, 720, 1280)
        thing, (holder, other) = frame.belongings[0], frame.figures
        assert abs(thing.x - holder.x) < abs(thing.x - other.x)
        assert (holder.pose, other.pose) == ("raise", "stand")

    def test_a_close_up_of_a_hand_shows_hand_and_thing_and_no_face(self) -> None:
        shot = shot_of(framing="特写", people=(PLAIN,), action="一只沾雪的手从雪里攥住半枚玉佩", props=(JADE,))
        frame = frame_of(shot, 1, 720, 1280)
        assert frame.figures == ()
        assert frame.belongings[0].palm
        assert share_of(paint_shot(shot), frame.belongings[0].palm.skin) > 0.02

    def test_a_thing_that_nobody_holds_stands_beside_the_people(self) -> None:
        shot = shot_of(framing="全景", people=(PLAIN,), action="缓步入厅", props=(Prop("锦盒"),))
        frame = frame_of(shot, 1, 720, 1280)
        thing, figure = frame.belongings[0], frame.figures[0]
        assert abs(thing.x - figure.x) > 100
        assert thing.y > 900

    @pytest.mark.parametrize("side", [-1, 1])
    def test_people_stand_where_they_are_said_to(self, side: int) -> None:
        lines = f"站位：沈昭在{'左' if side < 0 else '右'}，柳氏在{'右' if side < 0 else '左'}"
        people = "人物：沈昭（服装：月白长裙）\n人物：柳氏\n"
        prompt = f"分镜联络表\n画风：国风\n格 1：\n景别：中景\n动作：对坐\n{people}{lines}\n"
        frame = frame_of(read_sheet(prompt).shots[0], 1, 720, 1280)
        at = {figure.look.cloth: figure.x for figure in frame.figures}
        assert (at.pop(colour_in("月白", "")) - 360) * side > 0
        assert (next(iter(at.values())) - 360) * side < 0

    def test_someone_alone_stands_on_the_side_that_is_said(self) -> None:
        for side in (-1, 1):
            frame = frame_of(shot_of(people=(replace(PLAIN, side=side),)), 1, 720, 1280)
            assert (frame.figures[0].x - 360) * side > 60

    def test_a_crowd_is_a_group_without_faces(self) -> None:
        frame = frame_of(shot_of(framing="大全景", people=(GUESTS,), action="寿宴，宾客满堂"), 1, 720, 1280)
        assert frame.figures == ()
        assert len(frame.crowd) > 6
        assert {figure.mood for figure in frame.crowd} == {"blank"}
        both = frame_of(shot_of(people=(PLAIN, GUESTS)), 1, 720, 1280)
        assert len(both.figures) == 1
        assert both.crowd

    def test_each_does_only_what_is_said_of_them(self) -> None:
        shot = shot_of(people=(NIGHT, SISTER), action="沈昭跪在雪中，沈如烟撑红伞立于身前")
        frame = frame_of(shot, 1, 720, 1280)
        assert [figure.pose for figure in frame.figures] == ["kneel", "raise"]
        assert frame.figures[0].y > frame.figures[1].y
        assert (frame.belongings[0].kind, frame.belongings[0].colour) == ("canopy", colour_in("红", ""))

    def test_a_veil_that_is_taken_off_is_gone(self) -> None:
        veiled = shot_of(framing="近景", people=(VEILED,), action="垂眼")
        assert differ(paint_shot(veiled), paint_shot(replace(veiled, people=(PLAIN,))))
        off = replace(veiled, action="摘下面纱")
        assert not differ(paint_shot(off), paint_shot(replace(off, people=(PLAIN,))))

    def test_what_is_gone_is_not_drawn(self) -> None:
        shot = shot_of(framing="主观", action="供桌空空，牌位只剩一圈灰印")
        assert frame_of(shot, 1, 720, 1280).belongings == ()

    def test_the_same_shot_has_the_same_picture(self) -> None:
        shot = shot_of(people=(VEILED, SISTER, GUESTS), props=(TABLET, JADE), action="沈昭抱着牌位")
        assert draw_shot(shot, 1, (720, 1280)) == draw_shot(shot, 1, (720, 1280))

    @pytest.mark.parametrize("framing", ["特写", "近景", "中景", "全景", "大全景", "主观"])
    @pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (720, 720)])
    def test_any_framing_can_be_painted_in_any_frame(self, framing: str, size: tuple[int, int]) -> None:
        people = (VEILED, SISTER, NIGHT, GUESTS)
        for action in ("沈昭坐着，沈如烟提灯奔来", "众人背对", "茶盏坠地", "翻过高墙", json.dumps("<&>")):
            shot = shot_of(framing=framing, people=people, action=action, props=(TABLET, JADE, Prop("<&>")))
            assert "<svg" in draw_shot(shot, 1, size, 0.1)
        assert painted(draw_shot(shot, 1, size)).size == size
