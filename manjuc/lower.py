"""From a checked drama of plain data to the typed spec: defaults filled in, models resolved.

Expects a document that has passed its schema. Scripts are read by `shots`, entries of people and places by `cast`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from manjuc import cast, choosing, ids
from manjuc.cast import Assets
from manjuc.diagnostic import Diagnostic, Label, failed, in_order
from manjuc.document import Document, Path, Table
from manjuc.earlier import Earlier
from manjuc.limits import limits
from manjuc.longhand import STORY
from manjuc.models import Model
from manjuc.policy import policy
from manjuc.spec import Cover, Episode, EpisodeId, Format, Mark, Models, Range, ShotId, Spec, Style, Subtitles, Trim
from manjuc.words import say

_SECONDS = 10  # of a film whose author says nothing about it
_NO_CLIP = 600_000  # milliseconds of a clip where a video model takes any length
_LABEL = 2  # seconds


def spec(
    document: Document,
    *,
    models: Mapping[str, Model],
    defaults: Mapping[str, str],
    preview: bool,
    assets: Assets | None = None,
    dialect: str = "",
) -> tuple[Spec | None, tuple[Diagnostic, ...]]:
    """The typed spec of a drama, still without its episodes; None where something in it cannot be resolved."""
    data: Table = document.data
    found: list[Diagnostic] = []
    for kind in ("characters", "scenes", "props"):
        found += ids.faults(document, ((id_, (kind, id_)) for id_ in data.get(kind, {})))
    for kind, below in (("characters", "looks"), ("scenes", "at")):
        for id_, entry in data.get(kind, {}).items():
            variants = (((name, (kind, id_, below, name))) for name in entry.get(below, {}))
            found += ids.faults(document, variants)
    found += _shared_names(document)
    chosen = choosing.chosen(document, models, defaults, found, preview=preview, dialect=dialect)
    if failed(found) or chosen is None:
        return None, in_order(found)
    return _spec(document, chosen, assets or {}), in_order(found)


def _shared_names(document: Document) -> Iterator[Diagnostic]:
    """Other names (`also`) that belong to someone else as well."""
    people: Table = document.data.get("characters", {})
    owners: dict[str, tuple[str, Path]] = {}
    for id_, entry in people.items():
        for word in {id_, entry.get("name") or id_}:
            owners[ids.normal(word)] = (id_, ("characters", id_))
    for id_, entry in people.items():
        for number, word in enumerate(entry.get("also", ())):
            path: Path = ("characters", id_, "also", number)
            owner, there = owners.setdefault(ids.normal(word), (id_, path))
            if owner != id_:
                message = say("the name `{}` belongs to several {}", word, say("characters"))
                label = Label(document.span(path), say("again here"))
                first = Label(document.key_span(there), say("first here"))
                yield Diagnostic("MJ0307", "error", message, label, (first,))


def _spec(document: Document, models: Models, assets: Assets) -> Spec:
    data: Table = document.data
    longest = max(models.video.durations, default=_NO_CLIP)
    form = _format(data)
    style = data.get("style", {})
    return Spec(
        title=data.get("title", ""),
        theme=data.get("theme", ""),
        language=data.get("language", "zh-CN"),
        style=Style(
            style.get("look", ""),
            tuple(style.get("palette", ())),
            tuple(style.get("avoid", ())),
            cast.asset(document, ("style", "image"), assets),
        ),
        format=form,
        models=models,
        limits=limits(data, form.milliseconds or _SECONDS * 1000, longest, _asked(data)),
        characters=cast.characters(document, assets),
        scenes=cast.scenes(document, assets),
        props=cast.props(document, assets),
        series="episodes" in data,
        policy=policy(data),
        subtitles=_subtitles(data.get("subtitles", {})),
        label=_label(data),
    )


def _format(data: Table) -> Format:
    form = data.get("format", {})
    written = "episodes" in data or any(key in data for key in STORY)
    seconds = form.get("seconds", None if written else _SECONDS)
    bounds = seconds if isinstance(seconds, dict) else {"min": None, "max": seconds}
    return Format(
        aspect_ratio=form.get("aspect_ratio", "16:9"),
        milliseconds=None if seconds is None else milliseconds(bounds["max"]),
        hd=form.get("hd", False),
        least=None if bounds["min"] is None else milliseconds(bounds["min"]),
        lines=int(form.get("resolution", "720p").removesuffix("p")),
    )


def _subtitles(data: Table) -> Subtitles:
    return Subtitles(data.get("burn", True), int(data.get("max", Subtitles().most)))


def _label(data: Table) -> Mark | None:
    given = data.get("label")
    return Mark(given["text"], milliseconds(given.get("seconds", _LABEL))) if given else None


def milliseconds(seconds: float) -> int:
    """Whole milliseconds by the decimal text of a number, so that nothing drifts."""
    return int((Decimal(str(seconds)) * 1000).to_integral_value(ROUND_HALF_UP))


def _asked(data: Table) -> Range | None:
    """What the author set for the length of a shot; zero for an end left open."""
    given = data.get("limits", {}).get("shot_seconds")
    return Range(*(milliseconds(given.get(end, 0)) for end in ("min", "max"))) if given else None


def episode(document: Document, id_: str, *, source: str, earlier: list[str], frozen: bool) -> Episode:
    """What a file says of one film, besides its shots; `source` is the text of the novel that it names.

    Its logline is added to those of `earlier` episodes.
    """
    data: Table = document.data
    so_far = data.get("so_far", ())
    told = Earlier(earlier, len(earlier)) if so_far is True else tuple(so_far or ())
    earlier += [data["logline"]] if data.get("logline") else []
    cover = data.get("cover", {})
    return Episode(
        id=EpisodeId(ids.normal(id_)),
        title=data.get("title", "") if "episode" in data else "",
        theme=data.get("theme", "") if "episode" in data else "",
        logline=data.get("logline", ""),
        source=source,
        so_far=told,
        trims=tuple((ShotId(ids.normal(shot)), _trim(given)) for shot, given in data.get("trim", {}).items()),
        cover=Cover(ShotId(ids.normal(cover["shot"])) if "shot" in cover else None, cover.get("text", "")),
        frozen=frozen,
    )


def _trim(given: Table) -> Trim:
    return Trim(milliseconds(given.get("from", 0)), milliseconds(given["to"]) if "to" in given else None)
