"""Failures of the world, and the exit code of each.

    ManjucError                 something that its user can act on
      SpecRefused               the spec has errors; they were shown                            exit 1
        ScriptRefused           a generated script has errors                                   exit 1
        TemplateBroken          a prompt template cannot be used                                exit 1
      UsageError                a command was given something that does not exist              exit 2
      ActionFailed              one action failed; others go on                                 exit 4
        OutputRejected          what was paid for did not pass the stage's check
        CallRefused             the relay refused the call, or the job failed
        MediaFailed             ffmpeg or a decoder could not do its work
      SpendingRefused           more money than was allowed                                     exit 5
      Waiting                   something waits: a job still runs, a submit is uncertain        exit 6
      StoreBroken               the store cannot be used: full, unreadable                      exit 4
        StoreHeld               another manjuc is at work in it                                 exit 6
    anything else               a bug in manjuc                                                 exit 3
    KeyboardInterrupt                                                                           exit 130

Mistakes in a spec are values (`Diagnostic`), not exceptions; broken promises inside manjuc are `assert`.
"""

from __future__ import annotations

from manjuc.diagnostic import Diagnostic
from manjuc.words import Words, heard, say


class ManjucError(Exception):
    """Something that its user can act on, said in words; as text it is English."""

    exit_code = 4

    @property
    def words(self) -> Words:
        """What it says, to be put into a language."""
        said = self.args[0] if self.args else ""
        return said if isinstance(said, Words) else heard(str(self))


def system_says(error: OSError) -> Words:
    """Why the system did not do something, in its own words."""
    return heard(error.strerror or str(error))


class SpecRefused(ManjucError):
    """The front end found errors; it carries them."""

    exit_code = 1

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(say("{} problems", len(diagnostics)))
        self.diagnostics = diagnostics


class ScriptRefused(SpecRefused):
    """A script that a text model wrote was accepted, and cannot be built as it is."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(diagnostics)
        self.args = (say("the script is kept; nothing that follows from it is bought before its errors are mended"),)


class TemplateBroken(SpecRefused):
    """A prompt template cannot be used: it is not valid, uses an unknown name, or leaves a fixed trait out.

    `lacks` names the owner and the trait that is left out.
    """

    def __init__(self, diagnostic: Diagnostic, lacks: tuple[str, str] | None = None) -> None:
        super().__init__((diagnostic,))
        self.diagnostic, self.lacks = diagnostic, lacks

    @property
    def words(self) -> Words:
        """Where it is broken, and what is wrong there."""
        path, line, _ = self.diagnostic.primary.span.place
        return say("{}: {}", f"{self.diagnostic.code}: {path}:{line}", self.diagnostic.message)

    def __str__(self) -> str:
        return str(self.words)


class UsageError(ManjucError):
    """A command was given something that does not exist."""

    exit_code = 2


class ActionFailed(ManjucError):
    """One action failed; what does not need it goes on."""


class OutputRejected(ActionFailed):
    """What was paid for did not pass the check of its stage, and no further try is left."""


class CallRefused(ActionFailed):
    """The relay refused the call, or the job that it took has failed."""


class MediaFailed(ActionFailed):
    """ffmpeg or a decoder could not do its work."""


class SpendingRefused(ManjucError):
    """More money would be spent than was allowed; nothing was sent."""

    exit_code = 5


class Waiting(ManjucError):
    """Something has to be waited for or looked up: a job that still runs, a submit of unknown outcome."""

    exit_code = 6


class StoreBroken(ManjucError):
    """The store cannot be used as it is: full, or damaged."""


class StoreHeld(StoreBroken):
    """Another manjuc is at work in the store."""

    exit_code = 6
