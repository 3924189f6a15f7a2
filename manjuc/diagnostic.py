"""What the compiler says about a source, as values: no text layout, no printing."""

from __future__ import annotations

import bisect
import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from manjuc.words import NOTHING, Words

Severity = Literal["error", "warning", "hint"]

# What each code means, for ever: a code is never used for something else. Its page is data/explain/<code>.md.
# The first two digits are the pass: 01 YAML, 02 schema, 03 references, 04 meaning, 05 templates, 06 answers of models.
CODES: Mapping[str, str] = {
    "MJ0101": "the text cannot be read as YAML",
    "MJ0102": "a key is not followed by a colon and a space",
    "MJ0103": "a quote or bracket is not closed",
    "MJ0104": "a line does not line up with the lines above it",
    "MJ0105": "a tab is used as indentation",
    "MJ0106": "a file cannot be read as text",
    "MJ0107": "a feature of YAML is not part of the language",
    "MJ0108": "a text needs quotes",
    "MJ0109": "a second document begins in a file",
    "MJ0110": "a key is not a text",
    "MJ0111": "the file is empty",
    "MJ0112": "an invisible character is in the text",
    "MJ0113": "a number cannot be used",
    "MJ0114": "values are nested too deep",
    "MJ0115": "a key is given twice",
    "MJ0116": "a full-width comma separates nothing",
    "MJ0117": "a text is cut off by a comment",
    "MJ0118": "a space is none to YAML",
    "MJ0119": "a full-width dash begins no list item",
    "MJ0120": "a full-width mark is none to YAML",
    "MJ0121": "a git merge conflict is left in a file",
    "MJ0122": "the fence of a code block is left in a file",
    "MJ0123": "a list item does not begin with a dash and a space",
    "MJ0201": "a value is of the wrong type",
    "MJ0202": "a key is missing",
    "MJ0203": "a key is unknown",
    "MJ0204": "a value is not one of those that are possible",
    "MJ0205": "a number is too large or too small",
    "MJ0206": "a text or a list is too long or too short",
    "MJ0207": "a text does not have the form that it needs",
    "MJ0208": "an item is given twice",
    "MJ0301": "a character is unknown",
    "MJ0302": "a scene is unknown",
    "MJ0303": "a model is unknown",
    "MJ0304": "a file that is referred to does not exist",
    "MJ0305": "an id is used twice",
    "MJ0306": "an id is a word of the language",
    "MJ0307": "a name belongs to several",
    "MJ0308": "a spec has the name of a folder",
    "MJ0309": "a shot does not say where it is",
    "MJ0310": "a model makes something else",
    "MJ0316": "a shot is unknown",
    "MJ0317": "an episode is unknown",
    "MJ0318": "files include each other in a circle",
    "MJ0319": "an own picture or clip cannot be used",
    "MJ0320": "a model is like itself",
    "MJ0401": "a shot is longer than the film",
    "MJ0402": "the shots are longer than the film",
    "MJ0403": "the shots do not fill the film",
    "MJ0404": "seconds are not a multiple of 0.1",
    "MJ0405": "a shot is longer than any clip of the model",
    "MJ0406": "there are too many or too few shots",
    "MJ0407": "a shot is too long or too short",
    "MJ0408": "limits contradict each other",
    "MJ0409": "a model was retired",
    "MJ0410": "a model does not make this aspect ratio",
    "MJ0411": "a model does not make `hd`",
    "MJ0412": "someone speaks in a picture without being in it",
    "MJ0413": "limits have no effect",
    "MJ0414": "there are too many or too few characters or scenes",
    "MJ0415": "someone who is never seen is in a shot",
    "MJ0311": "the lock holds a merge conflict",
    "MJ0312": "the story is told twice",
    "MJ0313": "a look is unknown",
    "MJ0314": "a time of a place is unknown",
    "MJ0315": "a prop is unknown",
    "MJ0416": "a line holds a letter that the subtitles' font has not",
    "MJ0417": "someone is given a place without being in the shot",
    "MJ0418": "a framing is misspelt, or misses traits",
    "MJ0419": "two characters are given the same place",
    "MJ0420": "a name stands in another name",
    "MJ0421": "someone is named in a picture without being in it",
    "MJ0422": "there are many characters in one picture",
    "MJ0423": "a second face is in the picture while someone speaks",
    "MJ0424": "a school uniform is worn by someone who may be a minor",
    "MJ0425": "an action contradicts a fixed trait",
    "MJ0426": "a script gives a character other looks than the spec",
    "MJ0427": "nothing uses what is declared",
    "MJ0428": "one clip mixes looks of a person or times of a place",
    "MJ0429": "seconds are bought and cut away",
    "MJ0430": "lines are longer than their shot",
    "MJ0431": "counts do not fit the clips of the model",
    "MJ0432": "the hook begins too late",
    "MJ0433": "the cliffhanger is not the end",
    "MJ0434": "a trim keeps what is not there",
    "MJ0435": "a fix has no effect",
    "MJ0436": "a key of a shot has no effect",
    "MJ0437": "a key of a film has no effect",
    "MJ0438": "a fix changes nothing",
    "MJ0439": "a shot cannot be shown again",
    "MJ0440": "an earlier episode has no logline",
    "MJ0441": "a shot that is shown again has another length",
    "MJ0442": "a line begins with how it is said",
    "MJ0450": "reference pictures do not go along",
    "MJ0451": "a shot needs many reference pictures",
    "MJ0452": "a prompt is longer than its model takes",
    "MJ0453": "no shot can show a trait",
    "MJ0454": "a model does not make this resolution",
    "MJ0455": "a model cannot be asked as it has to be",
    "MJ0456": "the name of a model is ambiguous",
    "MJ0457": "the name of a model is not one that relays know",
    "MJ0458": "`hd` has no effect on a clip",
    "MJ0459": "a language is not named as models know it",
    "MJ0460": "a text asks for photographs or real people",
    "MJ0461": "a text brings minors into danger",
    "MJ0462": "a text names a brand, a work or a real person",
    "MJ0463": "a text shows gore",
    "MJ0464": "a text joins school with violence or romance",
    "MJ0465": "a text is about politics",
    "MJ0466": "a text shows nudity",
    "MJ0467": "a text says what is not to be seen",
    "MJ0468": "a text aims a weapon at somebody",
    "MJ0470": "an own picture or clip has the wrong shape",
    "MJ0471": "an own picture is small",
    "MJ0472": "an own picture is large",
    "MJ0473": "an own clip is shorter than its shot",
    "MJ0480": "a model is not known at the kind of relay in use",
    "MJ0481": "a model takes pictures as links alone",
    "MJ0482": "the price of a model is not known",
    "MJ0483": "a dialect has not the way that reference pictures are to go",
    "MJ0484": "a dialect has no jobs for pictures",
    "MJ0501": "a template cannot be used",
    "MJ0502": "a template leaves a fixed trait out",
    "MJ0503": "a project changes a check that there is not",
    "MJ0504": "the severity of a check cannot be changed",
    "MJ0505": "a budget does not name the currency of a price",
    "MJ0601": "an answer holds no JSON object",
    "MJ0602": "an answer is cut off",
    "MJ0603": "a number in an answer is not finite",
}


ENOUGH = 200
"""Problems of one kind in one file after which no more are looked for: each takes time, and nobody reads them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text that can be pointed into: an author's file, or the answer of a text model."""

    path: str
    text: str
    _starts: array[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = array("L", (0,))  # a list takes four times as much, and a text may be all line ends
        starts.extend(found.end() for found in re.finditer("\n", self.text))
        object.__setattr__(self, "_starts", starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1; the column counts characters, whatever their width."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 1."""
        return self._starts[line - 1] + column - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: offsets of characters, the end not included."""

    source: Source
    start: int
    end: int

    @property
    def place(self) -> tuple[str, int, int]:
        """Path, line and column of the start."""
        return (self.source.path, *self.source.position(self.start))


@dataclass(frozen=True, slots=True)
class Label:
    """A pointer into a source, with a few words that say less than the headline."""

    span: Span
    text: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem with one cause.

    `message` stands alone and says what is wrong, in lower case and without a full stop; only `help` says what to do.
    """

    code: str
    severity: Severity
    message: Words
    primary: Label
    secondary: tuple[Label, ...] = ()
    notes: tuple[Words, ...] = ()
    help: Words | None = None

    @property
    def order(self) -> tuple[str, int, str]:
        """Sorts problems by file, place and code."""
        return (self.primary.span.source.path, self.primary.span.start, self.code)


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Problems by place, each said once."""
    seen: dict[tuple[str, int, str], Diagnostic] = {}
    for diagnostic in found:
        seen.setdefault(diagnostic.order, diagnostic)
    return tuple(seen[key] for key in sorted(seen))


def failed(found: Iterable[Diagnostic]) -> bool:
    """True where at least one problem is an error."""
    return any(diagnostic.severity == "error" for diagnostic in found)


def without_hints(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What someone who builds has to know; what might be better is for `check` to say."""
    return tuple(diagnostic for diagnostic in found if diagnostic.severity != "hint")
