"""The page of a build: film, people, places, storyboard and script to look at. Returns HTML, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from manjuc.spec import Say, Script, Spec

_STYLE = """
:root { color-scheme: dark; --ground: #14151c; --card: #1e2029; --line: #343746; --text: #eceef5; --dim: #9aa0b4; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1200px; padding: 32px 20px 80px; background: var(--ground); color: var(--text);
  font: 16px/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 30px; } h2 { margin: 44px 0 14px; font-size: 19px; font-weight: 600; }
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


@dataclass(frozen=True, slots=True)
class Placed:
    """A file of the build folder: its stage, its name there, and what to call it."""

    stage: str
    file: str
    caption: str


def page(spec: Spec, script: Script | None, placed: Sequence[Placed], *, preview: bool) -> str:
    """Everything that a build has brought so far, for a browser, without anything from elsewhere."""
    title = escape(spec.title or (script.title if script else "") or spec.episodes[0].id)
    badge = '<span class="badge">预览 preview</span>' if preview else ""
    parts = [f"<h1>{title}{badge}</h1>", f"<p>{escape(script.logline if script else spec.theme)}</p>"]
    parts += [_film(item, placed) for item in placed if item.file.endswith(".mp4") and item.stage == "film"]
    for stage, heading in (("three_views", "角色"), ("scene", "场景"), ("contact_sheet", "分镜"), ("clip", "片段")):
        parts += _gallery(heading, [item for item in placed if item.stage == stage])
    if script:
        parts += _storyboard(spec, script)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    opening = f'<!doctype html>\n<html lang="{escape(spec.language)}">\n<head>{head}<style>{_STYLE}</style></head>'
    return "\n".join([opening, "<body>", *parts, "</body>", "</html>", ""])


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
            f"<td>{escape(places[shot.scene].name)}</td><td>{escape(shot.action)}{said}</td></tr>"
        )
    yield "</table>"


def _said(say: Say, name: str) -> str:
    kind = {"on": "", "inner": "（心声）", "off": "（画外）"}[say.voice]
    return f"{escape(name)}{kind}：{escape(say.line)}"
