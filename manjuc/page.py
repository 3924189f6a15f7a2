"""The page of a build: film, people, places, storyboard and script to look at. Returns HTML, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from manjuc.spec import Asset, Character, Episode, EpisodeId, Prop, Say, Scene, Script, Shot, Spec

_STYLE = """
:root { color-scheme: dark; --ground: #14151c; --card: #1e2029; --line: #343746; --text: #eceef5; --dim: #9aa0b4; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1200px; padding: 32px 20px 80px; background: var(--ground); color: var(--text);
  font: 16px/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 30px; } h2 { margin: 44px 0 14px; font-size: 19px; font-weight: 600; }
h2.episode { margin-top: 72px; padding-top: 20px; border-top: 1px solid var(--line); font-size: 25px; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0 0; }
nav a { padding: 4px 14px; border: 1px solid var(--line); border-radius: 99px; }
nav a { color: var(--text); text-decoration: none; }
p { margin: 0 0 20px; color: var(--dim); }
.badge { display: inline-block; margin-left: 10px; padding: 2px 10px; border: 1px solid var(--line);
  border-radius: 99px; color: var(--dim); font-size: 13px; font-weight: 400; vertical-align: middle; }
video, img { display: block; width: 100%; border-radius: 10px; background: #000; }
video.film { max-height: 78vh; }
.grid { display: grid; gap: 18px; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); }
figure { margin: 0; padding: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
figcaption { padding: 8px 4px 0; color: var(--dim); font-size: 14px; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th, td { padding: 8px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 500; white-space: nowrap; } td.number { white-space: nowrap; color: var(--dim); }
.say { color: #ffd58a; }
"""


REJECTED = "rejected"
"""The stage, and the folder, of what was paid for and did not pass."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file of the build folder: its stage, its name there, what to call it, and the episode that it belongs to."""

    stage: str
    file: str
    caption: str
    episode: str = ""  # empty for what episodes share


def own(spec: Spec, scripts: Mapping[EpisodeId, Script]) -> Iterator[tuple[Placed, Asset]]:
    """The author's own pictures and clips, which no action makes; each file as yet without its ending."""
    if spec.style.image:
        yield Placed("style", "style", "自有图片"), spec.style.image
    drawn: tuple[tuple[str, tuple[Character | Scene | Prop, ...]], ...] = (
        *(("three_views", spec.characters), ("prop", spec.props), ("scene", spec.scenes)),
    )
    for stage, declared in drawn:
        for each in declared:
            if each.image:
                variant = getattr(each, "look", "") or getattr(each, "time", "")
                caption = " · ".join(part for part in (each.name, variant, "自有图片") if part)
                yield Placed(stage, f"{stage}_{each.id.replace('/', '_')}", caption), each.image
    for episode, script in scripts.items():
        for shot in script.shots:
            found = (("contact_sheet", shot.image, "自有画面"), ("clip", shot.video, "自有片段"))
            for stage, asset, kind in found:
                if asset:
                    yield Placed(stage, f"{episode}_{shot.id}_{stage}", f"{shot.id} · {kind}", episode), asset


_SHARED = (("style", "画风"), ("three_views", "角色"), ("prop", "道具"), ("scene", "场景"), (REJECTED, "废片"))
_OF_EPISODE = (("contact_sheet", "分镜"), ("clip", "片段"))


def page(spec: Spec, scripts: Mapping[EpisodeId, Script], placed: Sequence[Placed], *, preview: bool) -> str:
    """Everything that a build has brought so far, for a browser, without anything from elsewhere."""
    first = next(iter(scripts.values()), None)
    title = escape(spec.title or (first.title if first else "") or spec.episodes[0].id)
    badge = '<span class="badge">预览 preview</span>' if preview else ""
    parts = [f"<h1>{title}{badge}</h1>"]
    if spec.series:
        parts += _contents(spec)
        parts += _galleries(_SHARED, placed)
        for episode in spec.episodes:
            heading = " ".join(part for part in (episode.id, episode.title) if part)
            parts += [f'<section id="{quote(episode.id)}">', f'<h2 class="episode">{escape(heading)}</h2>']
            parts += _episode(spec, episode, scripts.get(episode.id), placed)
            parts += ["</section>"]
    else:
        (episode,) = spec.episodes
        own = [item for item in placed if item.episode == episode.id]
        parts += _synopsis(spec, episode, first)
        parts += [_film(item, own) for item in own if item.file.endswith(".mp4") and item.stage == "film"]
        parts += [*_galleries(_SHARED, placed), *_galleries(_OF_EPISODE, own)]
        parts += _storyboard(spec, first) if first else ()
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    opening = f'<!doctype html>\n<html lang="{escape(spec.language)}">\n<head>{head}<style>{_STYLE}</style></head>'
    return "\n".join([opening, "<body>", *parts, "</body>", "</html>", ""])


def _contents(spec: Spec) -> Iterable[str]:
    links = (
        f'<a href="#{quote(episode.id)}">{escape(episode.id)} {escape(episode.title)}</a>' for episode in spec.episodes
    )
    yield f"<nav>{''.join(links)}</nav>"


def _synopsis(spec: Spec, episode: Episode, script: Script | None) -> Iterable[str]:
    told = (script.logline if script else "") or episode.logline or episode.theme or spec.theme
    if told:
        yield f"<p>{escape(told)}</p>"


def _episode(spec: Spec, episode: Episode, script: Script | None, placed: Sequence[Placed]) -> Iterable[str]:
    own = [item for item in placed if item.episode == episode.id]
    yield from _synopsis(spec, episode, script)
    yield from (_film(item, own) for item in own if item.file.endswith(".mp4") and item.stage == "film")
    yield from _galleries(_OF_EPISODE, own)
    if script:
        yield from _storyboard(spec, script)


def _galleries(stages: Sequence[tuple[str, str]], placed: Sequence[Placed]) -> Iterable[str]:
    for stage, heading in stages:
        yield from _gallery(heading, [item for item in placed if item.stage == stage])


def _film(film: Placed, placed: Sequence[Placed]) -> str:
    cover = next((item.file for item in placed if item.stage == "film" and item.file.endswith(".png")), "")
    return f'<video class="film" controls poster="{quote(cover)}" src="{quote(film.file)}"></video>'


def _gallery(heading: str, items: Sequence[Placed]) -> Iterable[str]:
    if not items:
        return
    yield f'<h2>{heading}</h2>\n<div class="grid">'
    for item in items:
        source = quote(item.file)
        shown = (
            f'<video controls preload="metadata" src="{source}"></video>'
            if item.file.endswith(".mp4")
            else f'<a href="{source}"><img loading="lazy" src="{source}" alt="{escape(item.caption)}"></a>'
        )
        yield f"<figure>{shown}<figcaption>{escape(item.caption)}</figcaption></figure>"
    yield "</div>"


def _storyboard(spec: Spec, script: Script) -> Iterable[str]:
    cast, places = spec.cast(script), spec.places(script)
    heads = "".join(f"<th>{head}</th>" for head in ("镜头", "秒", "景别", "机位", "场景", "内容"))
    yield f"<h2>分镜脚本</h2>\n<table><tr>{heads}</tr>"
    for shot in script.shots:
        said = "".join(f'<br><span class="say">{_said(say, cast[say.who].name)}</span>' for say in shot.say)
        yield (
            f'<tr><td class="number">{escape(shot.id)}</td><td class="number">{shot.milliseconds / 1000:.1f}</td>'
            f"<td>{escape(shot.framing)}</td><td>{escape(shot.camera)}</td>"
            f"<td>{escape(_place(shot, places))}</td><td>{escape(shot.card or shot.action or shot.use)}{said}</td></tr>"
        )
    yield "</table>"


def _place(shot: Shot, places: Mapping[str, Scene]) -> str:
    if not shot.scene:
        return "字卡" if shot.card else ""
    scene = places[shot.scene]
    return f"{scene.name} · {scene.time}" if scene.time else scene.name


def _said(say: Say, name: str) -> str:
    kind = {"on": "", "inner": "（心声）", "off": "（画外）"}[say.voice]
    return f"{escape(name)}{kind}：{escape(say.line)}"
