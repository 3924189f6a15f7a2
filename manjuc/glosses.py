"""What authors call the keys and values of the language: in Chinese, and by other English names for the same.

A schema gives each key a title in Chinese; here stand the other words that people have for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from math import gcd
from typing import Any

from manjuc.simplified import simplified
from manjuc.words import Words, say

_NEAR = 0.005  # by which a quotient may be rounded
_QUOTES = "\"'“”‘’＂＇「」『』【】"

# Keys, each with words for it; a word that stands for several means the one that a block knows.
_KEYS: Mapping[str, str] = {
    "manju": "版本 语言版本 version",
    "title": "标题 剧名 片名 名称 题目 name",
    "theme": "主题 故事 题材 选题 创意 大纲 topic idea premise description",
    "logline": "梗概 简介 剧情简介 一句话 synopsis summary description",
    "language": "语言 语种 lang",
    "style": "风格 画风 美术 美术风格 画面风格 visual_style art_style",
    "look": "风格 画风 质感 description",
    "palette": "色板 配色 颜色 色彩 主色 colors colours",
    "avoid": "避免 禁止 禁忌 不要 负面 负面词 反向提示词 negative negative_prompt",
    "format": "格式 规格 成片 成片规格 视频格式 输出 output",
    "aspect_ratio": "画幅 比例 画面比例 宽高比 尺寸 ratio aspect size",
    "seconds": "时长 秒数 秒 时间 长度 持续时间 总时长 duration length time sec secs dur len",
    "resolution": "分辨率 清晰度 画质 quality",
    "hd": "高清 超清",
    "models": "模型 model",
    "characters": "角色 人物 角色设定 人物设定 角色列表 人物列表 演员 出镜 出场 出场人物 出镜角色 出场角色 "
    "cast people roles",
    "props": "道具 物品 道具设定 标志物 陈设 items objects",
    "scenes": "场景 地点 场景设定 场景列表 locations places sets",
    "limits": "约束 限制 要求 constraints",
    "subtitles": "字幕 captions",
    "label": "标识 水印 watermark",
    "script": "剧本 脚本 剧本文件",
    "parts": "分场 场次 段落 sections acts",
    "shots": "镜头 分镜 镜头列表 分镜表 分镜头 storyboard",
    "episodes": "分集 剧集 集数 集",
    "episode": "集 集号 本集",
    "cover": "封面 海报 poster",
    "hook": "钩子 开场 开场钩子",
    "cliffhanger": "悬念 结尾悬念 悬念镜头",
    "id": "编号 序号 镜号 镜头号 号 no num number shot shot_id",
    "framing": "景别 shot_type shot_size 镜头类型",
    "camera": "运镜 镜头运动 机位 摄影机 camera_movement movement",
    "action": "动作 行为 剧情 内容 画面描述 描述 description desc content prompt",
    "visuals": "画面 画面要点 视觉 要点 visual",
    "scene": "场景 地点 位置 场所 at location setting background",
    "at": "场景 地点 时刻 时间 时段 scene location times looks",
    "say": "台词 对白 对话 旁白 dialogue dialog lines speech voiceover",
    "who": "谁 说话人 说话者 人物 角色 speaker character name",
    "line": "台词 内容 对白 文字 text content words",
    "as": "方式 语气 类型 声音 voice type",
    "note": "备注 说明 注意 remark comment",
    "caption": "字幕条 字幕 花字 subtitle",
    "card": "字卡 黑屏字幕 转场字幕",
    "place": "站位 位置 position",
    "name": "姓名 名字 名称 场景名 道具名 title",
    "role": "身份 角色定位 职业 人设 简介 介绍 性格 description identity",
    "age": "年龄 岁数",
    "seen": "出镜 是否出镜 露面 visible on_screen onscreen shown",
    "crowd": "群众 群演 群像 路人",
    "also": "别名 又名 小名 昵称 alias aliases",
    "traits": "特征 固定特征 外貌 外观 形象 长相 外形 appearance features",
    "looks": "造型 装扮 服化 服装造型 outfits costumes",
    "image": "图片 参考图 图 照片 三视图 picture reference photo",
    "light": "光线 灯光 光 光照 光源 lighting",
    "tone": "色调 氛围",
    "text": "文字 文本 文案 文本模型 语言模型 llm chat",
    "burn": "显示 开启 是否显示 enabled show visible",
    "min": "最少 最小 至少 下限 minimum least at_least from start begin lo low",
    "max": "最多 最大 至多 上限 maximum most at_most to end until hi high max_chars max_length",
    "from": "从 开始 起点 入点 start begin in min",
    "to": "到 结束 终点 出点 end stop out max",
    "is": "是 为 内容 value text",
    "in": "在 景别 限定景别 framings framing",
}

# Values, each with words for it.
_VALUES: Mapping[str, str] = {
    "on": "开口 说 说道 道 问 喊 答 对白 台词 说话 出声 同期声 画内 画内音 口型 dialogue",
    "inner": "心声 心生 心身 心想 暗想 心道 心语 内心 内心戏 内心话 内心独白 心里话 心里 心理活动 独白 "
    "内心os 心声os os o.s. o.s inner_voice thought thinking monologue",
    "off": "画外 画外音 画外声 画外vo 话外 话外音 旁白 旁白音 旁白vo 解说 解说音 关 关闭 不要 不报 忽略 "
    "vo v.o. v.o voiceover narration false no ignore none 0",
    "9:16": "竖屏 竖版 竖 竖向 手机 抖音 vertical portrait",
    "16:9": "横屏 横版 横 横向 宽屏 horizontal landscape",
    "1:1": "方形 方 正方形 square",
    "720p": "高清 标清 hd 1280x720 720x1280",
    "1080p": "全高清 fhd full_hd 超清 蓝光 1920x1080 1080x1920 2k 4k",
    "three_views": "三视图 角色图 人物图 角色 人设图 characters",
    "contact_sheet": "分镜 分镜图 分镜表 故事板 分镜头 宫格 sheet storyboard storyboards",
    "script": "剧本 脚本 分镜脚本",
    "scene": "场景 场景图 空镜 plate plates",
    "clip": "片段 视频片段 视频 clips video videos",
    "film": "成片 影片 films movie",
    "shorten": "缩短 精简 简化",
    "soften": "柔化 温和 弱化 委婉 换词",
    "no_hd": "不要高清 关闭高清 降清晰度 取消高清",
    "error": "错误 报错",
    "warning": "警告",
    "hint": "提示",
    "text": "文本 文字",
    "image": "图像 图片",
    "video": "视频",
    "cny": "rmb cnh 人民币 元 圆 块 块钱 yuan renminbi ¥",
    "usd": "美元 美金 刀 us$ $ dollar dollars",
    "eur": "欧元 € euro euros",
    "gbp": "英镑 £ pound pounds",
    "jpy": "日元 日圆 円 yen",
    "hkd": "港币 港元 hk$",
    "twd": "台币 新台币 ntd nt$",
    "krw": "韩元 韩币 ₩ won",
    "sgd": "新币 新加坡元 s$",
    "true": "是 真 高清 超清 开 开启 打开 要 需要 有 对 好 可以 启用 yes on y 1 t",
    "false": "否 不 假 关 关闭 不要 不需要 无 没有 错 不用 禁用 no off n 0 f",
}

# Under these, without their underscores and hyphens, people write the key of a relay.
_SECRETS = {
    *("apikey", "manjucapikey", "openaiapikey", "accesskey", "secretkey", "apitoken", "token", "secret"),
    *("密钥", "秘钥", "令牌"),
}

# Languages by their tags, each with words for it.
_LANGUAGES: Mapping[str, str] = {
    "zh-CN": "中文 汉语 华语 普通话 国语 简体 简体中文 中文简体 中国话 chinese mandarin cn zh-chs",
    "zh-TW": "繁体 繁體 繁体中文 繁體中文 台湾话 zh-cht tw",
    "zh-HK": "粤语 粵語 广东话 廣東話 cantonese hk",
    "en": "英文 英语 英語 english eng",
    "ja": "日文 日语 日語 日本語 japanese jp jpn",
    "ko": "韩文 韩语 韓語 한국어 korean kr kor",
    "th": "泰文 泰语 thai",
    "vi": "越南语 越南文 vietnamese vn",
    "id": "印尼语 印尼文 印度尼西亚语 indonesian",
    "ms": "马来语 马来文 malay",
    "es": "西班牙语 西班牙文 西语 spanish español",
    "pt": "葡萄牙语 葡萄牙文 葡语 portuguese português",
    "fr": "法文 法语 french français",
    "de": "德文 德语 german deutsch",
    "ru": "俄文 俄语 russian русский",
    "ar": "阿拉伯语 阿拉伯文 阿语 arabic",
    "hi": "印地语 hindi",
}

# Words for the two sides of a switch, beside those that every switch has.
_SWITCHES: Mapping[str, tuple[str, str]] = {
    "seen": (
        "出镜 露面 可见 visible onscreen",
        "旁白 解说 画外 画外音 不出镜 不露面 不可见 只有声音 voiceover vo narrator hidden invisible offscreen unseen",
    ),
    "crowd": ("群众 群演 群像 路人 龙套 extras", "主角 配角"),
    "burn": ("烧录 硬字幕 内嵌", "不烧录 软字幕 外挂"),
}

# What other tools have a key for, and the language has none.
_ABSENT: tuple[tuple[Words, str], ...] = (
    (say("voices"), "voice voices 配音 音色 声线 声优 嗓音 cv tts voice_id"),
    (say("music"), "music bgm 音乐 配乐 背景音乐 soundtrack"),
    (say("sounds"), "sound sounds sfx 音效 声效 环境音 audio"),
    (say("the place of a text"), "position 位置 corner align alignment 对齐"),
    (say("fonts"), "font fonts 字体 font_size fontsize 字号 字体大小 font_color 字体颜色"),
    (say("frames per second"), "fps 帧率 frame_rate framerate"),
    (say("seeds"), "seed seeds 种子 随机种子"),
)

SHORT_FORMS = {"on": "开口", "inner": "心声", "off": "画外"}
"""How a line says the way in which it is spoken, behind its speaker."""

_MAKERS: Mapping[str, str] = {
    "kling": "可灵 快手",
    "hailuo": "海螺 minimax",
    "seedance": "豆包 即梦 字节 火山",
    "seedream": "豆包 即梦",
    "wan": "万相 通义 阿里",
    "veo": "谷歌 google",
    "sora": "openai",
    "gemini": "谷歌 google 双子座",
    "nano-banana": "香蕉 纳米香蕉",
    "vidu": "生数",
    "grok": "马斯克",
}


def plain(word: str) -> str:
    """A word as a keyboard for Latin letters would have typed it, without quotes around it."""
    bare = unicodedata.normalize("NFKC", word.strip(_QUOTES + " \t")).strip(_QUOTES + " ,，、;；。:：")
    return simplified(bare).casefold()


def key(word: str, properties: Mapping[str, Any]) -> str | None:
    """The key among those that a schema knows which a word was meant for: by its title there, or by another name."""
    wanted = plain(word)
    spelled = re.sub(r"[\s_-]", "", wanted)
    for name, part in properties.items():
        title = re.match(r".*[\u4e00-\u9fff]", str(part.get("title", ""))) if isinstance(part, Mapping) else None
        if spelled == name.replace("_", "") or (title and wanted == title[0].casefold()):
            return name
    return next((name for name in properties if wanted in _KEYS.get(name, "").split()), None)


def value(given: object, choices: Iterable[object]) -> str | None:
    """The choice that a value was meant for."""
    wanted, known = plain(str(given)), {str(choice).casefold(): str(choice) for choice in choices}
    if isinstance(given, float) and (quotient := _quotient(given, known.values())):
        return quotient
    ratio = re.fullmatch(r"(\d{1,5})\s*[x×*/:比-]\s*(\d{1,5})", wanted)
    if ratio and (one := int(ratio[1])) and (other := int(ratio[2])):
        reduced = f"{one // gcd(one, other)}:{other // gcd(one, other)}"
        if reduced in known:
            return reduced
        wanted = wanted.replace(" ", "")
    for form in (wanted, wanted + "p", re.sub(r"[\s-]+", "_", wanted)):
        if form in known:
            return known[form]
    return next((known[name] for name in known if wanted in _VALUES.get(name, "").split()), None)


def _quotient(number: float, choices: Iterable[str]) -> str | None:
    """The shape among some, such as `9:16`, of which a number is the quotient."""
    shapes = (re.fullmatch(r"(\d+):(\d+)", choice) for choice in choices)
    return next((shape[0] for shape in shapes if shape and abs(int(shape[1]) / int(shape[2]) - number) < _NEAR), None)


def voice(word: str, *, whole: bool = False) -> str | None:
    """The way in which a line is said, as `on`, `inner` or `off`; said by the `whole` word, or by a part of it."""
    pieces = (word, *(() if whole else re.split("[，、,;；/ ]", word)))
    return next(filter(None, (value(each, ("on", "inner", "off")) for each in pieces)), None)


def secret(word: str) -> bool:
    """True for a key under which people write the key of a relay."""
    return re.sub(r"[\s_-]", "", plain(word)) in _SECRETS


def switch(word: str, key: str = "") -> str | None:
    """`true` or `false`, whatever word a person has for it; for some keys there are words of their own."""
    sides = zip(("true", "false"), _SWITCHES.get(key, ("", "")), strict=True)
    return next((side for side, words in sides if plain(word) in words.split()), None) or value(word, ("true", "false"))


def absent(word: str) -> Words | None:
    """What a key tells of in other tools, of which the language does not tell."""
    wanted = plain(word)
    return next((thing for thing, words in _ABSENT if wanted in words.split()), None)


def language(word: str) -> str | None:
    """The tag of a language that is named otherwise: by a word for it, or with an underscore."""
    wanted = plain(word)
    tag = re.fullmatch(r"([a-z]{2,3})_([a-z]{2})", wanted)
    if tag:
        return f"{tag[1]}-{tag[2].upper()}"
    return next((name for name, words in _LANGUAGES.items() if wanted in words.split()), None)


def makers(word: str) -> tuple[str, ...]:
    """What the names of models begin with that a maker or a product stands for."""
    wanted = plain(word)
    return tuple(name for name, words in _MAKERS.items() if any(each in wanted for each in words.split()))
