"""What is said of a shot, an episode or a film and cannot have an effect; shots that are shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from manjuc.diagnostic import Diagnostic, Label, Severity
from manjuc.document import Document, Path
from manjuc.findings import Film, Series, error, finding, place_of, warning
from manjuc.ids import normal
from manjuc.longhand import STORY
from manjuc.once import once
from manjuc.spec import Script, Shot
from manjuc.text import elide, nearest
from manjuc.words import say

_Place = tuple[str, str]
"""A shot: the id of its episode and its own."""

# What a prompt is made of, and nothing else reads.
_DRAWN = ("visuals", "framing", "camera", "place", "props", "note", "image")
# What speaks of one film, and is read in the file that tells it.
_OF_A_FILM = ("logline", "source", "fix", "trim", "cover", "hook", "cliffhanger")


def idle_fixes(film: Film) -> Iterator[Diagnostic]:
    """A fix mends what a text model wrote."""
    told = film.told
    story = next((key for key in STORY if told is not None and key in told.data), None)
    if told is not None and story and "fix" in told.data:
        there = (Label(told.key_span((story,)), say("no text model is asked")),)
        message, label = say("`{}` has no effect beside `{}`", "fix", story), Label(told.key_span(("fix",)))
        yield Diagnostic("MJ0435", "error", message, label, there, help=say("change the shots themselves"))


def repeated_fixes(film: Film) -> Iterator[Diagnostic]:
    """A fix that says what the text model has written so already."""
    told = film.told
    for id_, key in film.script.repeated if told is not None else ():
        assert told is not None, "asked only of such films"
        message = say("the fix of `{}` changes nothing: its `{}` is so already", id_, key)
        yield warning("MJ0438", message, Label(told.key_span(("fix", id_, key))), help_=say("delete `{}`", key))


def idle_keys(film: Film) -> Iterator[Diagnostic]:
    """A shot that is not bought needs nothing that prompts are made of; what its part says for all is no slip."""
    for number in range(0 if film.limits or film.generated else len(film.script.shots)):
        yield from _idle_in(film.document, ("shots", number), film.document.data["shots"][number])


def idle_keys_of_fixes(series: Series) -> Iterator[Diagnostic]:
    """The same of what a fix makes of a shot."""
    for telling in series.tellings:
        if not any(key in telling.told.data for key in STORY):
            for id_, given in telling.told.data.get("fix", {}).items():
                yield from _idle_in(telling.told, ("fix", id_), given)


def _idle_in(document: Document, at: Path, given: Mapping[str, object]) -> Iterator[Diagnostic]:
    instead = next((key for key in ("use", "card", "video") if given.get(key)), None)
    if instead is None:
        return
    idle = [*_DRAWN, *(key for key in ("card", "video") if key != instead)]
    idle += ["action", "scene", "characters", "shots", "at"] if instead == "card" else []
    if instead != "card" and not given.get("say"):
        idle.append("characters")
    _, shot, _ = document.home(at)
    for key in (key for key in idle if key in given):
        _, there, _ = document.home((*at, key))
        if there[: len(shot)] == shot:
            message = say("`{}` has no effect beside `{}`", key, instead)
            there_ = (Label(document.key_span((*at, instead))),)
            label = Label(document.key_span((*at, key)))
            yield Diagnostic("MJ0436", "warning", message, label, there_, help=say("delete `{}`", key))


def idle_in_series(series: Series) -> Iterator[Diagnostic]:
    """What a series says of a film: it has none of its own."""
    document = series.document
    for key in (*STORY, *_OF_A_FILM) if series.spec.series else ():
        if key in document.data:
            severity: Severity = "error" if key in STORY else "warning"
            message = say("`{}` has no effect beside `{}`", key, "episodes")
            help_ = say("write it in the file of an episode")
            yield finding(severity, "MJ0437", message, Label(document.key_span((key,))), help_=help_)


def unknown_frozen(series: Series) -> Iterator[Diagnostic]:
    """Only an episode that exists stays as it was published."""
    known = _episodes(series)
    for number, id_ in enumerate(series.document.data.get("frozen", ())):
        if normal(id_) not in known:
            yield _no_episode(series, id_, Label(series.document.span(("frozen", number))))


def reused_shots(series: Series) -> Iterator[Diagnostic]:
    """A shot that is shown again is another one, and has a picture; what is published shows what it showed."""
    ways = _Ways(_episodes(series))
    for telling in (each for each in series.tellings if not each.episode.frozen):
        episode, script = telling.episode, telling.episode.script
        if script is not None and telling.script is not None:
            for number, shot in enumerate(script.shots):
                if shot.use:
                    path: Path = ("shots", number, "use")
                    yield from _reused(series, ways, (episode.id, shot.id), shot.use, telling.script, path)
        for id_, given in telling.told.data.get("fix", {}).items() if script is None else ():
            if "use" in given:
                path = ("fix", id_, "use")
                yield from _reused(series, ways, (episode.id, normal(id_)), given["use"], telling.told, path)


@once(2)
def _episodes(series: Series) -> dict[str, Script | None]:
    return {telling.episode.id: telling.episode.script for telling in series.tellings}


def _reused(
    series: Series,
    ways: _Ways,
    here: tuple[str, str],
    use: str,
    document: Document,
    path: Path,
) -> Iterator[Diagnostic]:
    label = Label(document.span(path))
    id_, shot_id = there = place_of(use)
    if not shot_id:
        message = say("{} must be {}", say("`{}`", "use"), say("an episode and a shot, as `episode/shot`"))
        meant = next((each for each in ways.scripts if use.startswith(each)), "")
        shot_id = use.removeprefix(meant).strip("-_.:#、 ") if meant else ""
        fixed = f"{meant}/{shot_id}" if shot_id else f"{here[0]}/{use.strip('/')}"
        yield error("MJ0207", message, label, help_=say("write `{}`", fixed))
    elif id_ not in ways.scripts:
        yield _no_episode(series, id_, label)
    elif (id_, shot_id) == here:
        yield error("MJ0439", say("a shot cannot show itself again"), label)
    elif (script := ways.scripts[id_]) is not None:
        shot = ways.shots.get(there)
        if shot is None:
            near = nearest(shot_id, [shot.id for shot in script.shots])
            help_ = say("did you mean `{}`?", f"{id_}/{near}") if near else None
            missing = Label(label.span, say("not in the script"))
            yield error("MJ0316", say("unknown shot `{}`", elide(use, 40)), missing, help_=help_)
        elif shot.card:
            yield error("MJ0439", say("the shot `{}` is a card, which has no clip", elide(use, 40)), label)
        elif ways.lead_back(here, there):
            yield error("MJ0439", say("`{}` leads back to the shot that shows it", elide(use, 40)), label)


class _Ways:
    """Where shots lead that show others, which show others in their turn."""

    def __init__(self, scripts: Mapping[str, Script | None]) -> None:
        self.scripts = scripts
        written = ((id, shot) for id, script in scripts.items() if script for shot in script.shots)
        self.shots: dict[_Place, Shot] = {}
        for id, shot in written:
            self.shots.setdefault((id, shot.id), shot)
        self._circles: set[_Place] = set()
        self._ends: dict[_Place, _Place] = {}
        for place in (place for place, shot in self.shots.items() if shot.use):
            self._follow(place)

    def _follow(self, place: _Place) -> None:
        """Go a way to its end, or to where one was gone before."""
        way: dict[_Place, int] = {}
        while place in self.shots and self.shots[place].use and place not in way and place not in self._ends:
            way[place] = len(way)
            place = place_of(self.shots[place].use)
        if place in way:
            self._circles.update(islice(way, way[place], None))
        self._ends |= dict.fromkeys(way, self._ends.get(place, place))

    def lead_back(self, here: _Place, there: _Place) -> bool:
        """True where a shot that shows another one is itself what is shown in the end."""
        return here in self._circles or self._ends.get(there) == here


def _no_episode(series: Series, id_: str, label: Label) -> Diagnostic:
    known = list(_episodes(series))
    stem = re.sub(r"^.*[/\\]|\.ya?ml$", "", id_)
    near = stem if stem in known else nearest(id_, known)
    message = say("unknown episode `{}`", elide(id_, 40))
    if not series.spec.series:
        return error("MJ0317", message, label, say("this file tells of one film, `{}`", known[0] if known else ""))
    help_ = say("did you mean `{}`?", near) if near else None
    return error("MJ0317", message, Label(label.span, say("not among the `episodes`")), help_=help_)
