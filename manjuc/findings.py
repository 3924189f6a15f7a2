"""What checks of meaning share: the film that is looked at, and how a finding is put."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from manjuc.diagnostic import Diagnostic, Label, Severity, Span
from manjuc.document import Document, Path
from manjuc.ids import normal
from manjuc.lexicon import Lexicon
from manjuc.models import PREVIEW, Model
from manjuc.once import once
from manjuc.spec import Character, Episode, EpisodeId, Script, Shot, Spec
from manjuc.words import NOTHING, Words, say


@dataclass(frozen=True, slots=True)
class Film:
    """A script on its way to be checked, with what its author says of the film around it.

    `document` is the script, spelled out (`longhand`); `told` the file that tells of the episode, where `trim`, `hook`
    and the like stand. `limits` where a text model wrote it and is still asked to keep to them; `generated` where it
    was accepted: then it is judged as if a person had written it, save for what only a person can have meant.
    """

    spec: Spec
    script: Script
    document: Document
    limits: bool
    episode: Episode = field(default_factory=lambda: Episode(EpisodeId("")))
    told: Document | None = None
    lexicon: Lexicon = field(default_factory=Lexicon)
    generated: bool = False

    def label(self, *path: str | int) -> Label:
        """A pointer to a value of the script."""
        return Label(self.document.span(path))

    def shots(self) -> list[tuple[int, Shot]]:
        """Every shot with its number in the script, from 0."""
        return _numbered(self.script.shots)

    @property
    def cast(self) -> Mapping[str, Character]:
        """Everyone in the film by id, looks included."""
        return self.spec.cast(self.script)

    @property
    def whole(self) -> int | None:
        """Milliseconds of the film at most, where the spec says it."""
        return self.spec.format.milliseconds

    @property
    def longest(self) -> int | None:
        """Milliseconds of the longest clip of the video model."""
        return max(self.spec.models.video.durations, default=None)

    def kept(self, shot: Shot) -> int:
        """Milliseconds of a shot that the film shows."""
        trim = self.episode.trim(shot.id)
        left = (shot.milliseconds if trim.end is None else trim.end) - trim.start
        return left if left > 0 else shot.milliseconds  # a trim that leaves nothing is told as such

    def fits(self, shot: Shot) -> bool:
        """True for a shot that can be filmed at all."""
        length, whole = shot.milliseconds, self.spec.format.milliseconds
        if not tenth(length) or (whole is not None and length > whole):
            return False
        durations = self.spec.models.video.durations  # the shortest first
        return not durations or length <= durations[-1] or not shot.bought


@once(4)
def _numbered(shots: tuple[Shot, ...]) -> list[tuple[int, Shot]]:
    return list(enumerate(shots))


@dataclass(frozen=True, slots=True)
class Telling:
    """One episode in its file, with its script spelled out where a person wrote it.

    Where a text model wrote the script, `brief` is whom and what it was told of, as far as that is known.
    """

    episode: Episode
    told: Document
    script: Document | None = None
    brief: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A drama with all of its episodes: what no single film knows."""

    spec: Spec
    document: Document
    tellings: tuple[Telling, ...]
    lexicon: Lexicon = field(default_factory=Lexicon)

    @property
    def written(self) -> bool:
        """True where every story is there, by a person's hand and without a fault that hides it."""
        return bool(self.tellings) and all(telling.episode.script is not None for telling in self.tellings)


def finding(
    severity: Severity, code: str, message: Words, label: Label, note: Words = NOTHING, help_: Words | None = None
) -> Diagnostic:
    """One problem with its text, at most one note, and what to do about it."""
    return Diagnostic(code, severity, message, label, notes=(note,) if note else (), help=help_)


def error(code: str, message: Words, label: Label, note: Words = NOTHING, help_: Words | None = None) -> Diagnostic:
    """What cannot work."""
    return finding("error", code, message, label, note, help_)


def warning(code: str, message: Words, label: Label, note: Words = NOTHING, help_: Words | None = None) -> Diagnostic:
    """What will probably disappoint, or cost more than it has to."""
    return finding("warning", code, message, label, note, help_)


def hint(code: str, message: Words, label: Label, note: Words = NOTHING, help_: Words | None = None) -> Diagnostic:
    """What its author may want to know."""
    return finding("hint", code, message, label, note, help_)


def written(document: Document, *path: str | int) -> Label:
    """A pointer to a value where the author wrote it, else to the nearest key above."""
    given = document.at(path) is not None
    return Label(document.span(path) if given else document.key_span(path), NOTHING if given else say("by default"))


def word(document: Document, word: str, path: Path) -> Label:
    """A pointer to a word in a text, or to the whole text where it is written otherwise there."""
    span = document.span(path)
    at = span.source.text.find(word, span.start, span.end)
    return Label(Span(span.source, at, at + len(word)) if at >= 0 else span)


def place_of(use: str) -> tuple[str, str]:
    """The episode and the shot that a shot names to show it again; no shot where it does not name both."""
    episode, _, shot = normal(use).partition("/")
    return episode, shot


def tenth(milliseconds: int) -> bool:
    """True for a length in which films can be cut."""
    return milliseconds >= 100 and milliseconds % 100 == 0


def seconds(milliseconds: int) -> Words:
    """A length as it is said: `2.5 s`."""
    return say("{} s", f"{milliseconds / 1000:.3f}".rstrip("0").rstrip("."))


_NOUNS: Mapping[str, tuple[Words, Words]] = {
    "shot": (say("shot"), say("shots")),
    "character": (say("character"), say("characters")),
    "scene": (say("scene"), say("scenes")),
}


def counted(count: int, noun: str) -> Words:
    """So many of something: `3 shots`."""
    return say("{} {}", count, _NOUNS[noun][count != 1])


def name(model: Model) -> str:
    """A model as the author names it."""
    return model.name.removeprefix(PREVIEW)
