"""DOWNLOAD, VERIFY and COMMIT: from a finished result to artifacts in the store.

What does not pass its stage's check is kept too, as a rejected take: it was paid for.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from manjuc.assembly import assemble
from manjuc.bodies import says
from manjuc.calls import Artifact, Call, FilmCall, ImageCall, Ref, TextCall, VideoCall, preimage
from manjuc.contracts import Output
from manjuc.errors import CallRefused, MediaFailed, StoreBroken, system_says
from manjuc.graph import ActionId
from manjuc.media import is_blank, media_type, probe_clip, probe_picture
from manjuc.models import Money
from manjuc.prices import charge_of
from manjuc.stages import BY_NAME
from manjuc.steps import Step
from manjuc.store import charged_entry
from manjuc.tools import Tools
from manjuc.wire import Finished, Link
from manjuc.words import say

_PAUSES = (2.0, 6.0, 0.0)  # seconds after each try to fetch a file that does not decode


async def keep(step: Step, attempt: int, finished: Finished, tools: Tools) -> None:
    """DOWNLOAD, VERIFY and COMMIT. What does not pass is kept too: it was paid for."""
    tools.slot.leave()  # the relay is done: another call need not wait for our disk and decoders
    try:
        await _kept(step, attempt, finished, tools)
    except CallRefused as error:
        said, id = error.words, step.action.id
        raise CallRefused(say("{}; `manjuc resolve SPEC {} --lost` gives it up for good", said, id)) from error
    except OSError as error:
        why = system_says(error)
        lost = say("its result cannot be written ({}); it is paid for, and the next build fetches it again", why)
        raise StoreBroken(lost) from error


async def _kept(step: Step, attempt: int, finished: Finished, tools: Tools) -> None:
    with tools.store.scratch_file() as file:
        if isinstance(step.call, TextCall):
            assert isinstance(finished.content, str)
            media, output = _text(step.action.id, finished, file, tools)
        elif isinstance(finished.content, Link):
            media, output = await _fetched(step.call, finished.content, file, tools)
            if isinstance(step.call, VideoCall):
                model = tools.model(step.call)
                sized = says(tools.dialect.submit(step.call, model).body, step.call.size)
                output = replace(output, hd=model.makes_hd(step.call.milliseconds), sized=sized)
        else:
            assert isinstance(finished.content, bytes)
            file.write_bytes(finished.content)
            media, output = await _decoded(step.call, file)
        charged = charge_of(step.call, tools.model(step.call), finished.usage)
        tools.settle(step, charged)  # before the disk is waited for: others ask what is left
        await _commit(step, attempt, {"result": (file, media)}, output, tools, charged)


def _text(action: ActionId, finished: Finished, file: Path, tools: Tools) -> tuple[str, Output]:
    text = str(finished.content)
    if finished.finish_reason == "length":
        # A repairer would complete cut-off JSON without a word, and half a story would be filmed.
        file.write_text(text, encoding="utf-8")
        return "text/plain", Output(
            findings=(str(say("the answer was cut off at its length limit: write it shorter")),)
        )
    script, data, findings = tools.read_answer(action, text)
    accepted = script is not None and not findings
    file.write_bytes(data if accepted else text.encode())
    return "application/json" if accepted else "text/plain", Output(script=script, findings=findings)


async def _fetched(call: Call, link: Link, file: Path, tools: Tools) -> tuple[str, Output]:
    """DOWNLOAD. Hosts of files send pages and halves of files too: what does not decode is fetched again, for free."""
    for pause in _PAUSES:
        await tools.relay.download(link, file)
        media, output = await _decoded(call, file)
        if not output.findings or output.width:
            return media, output
        await tools.relay.pause(pause)
    if _is_a_page(file):
        # No artifact, and none of the relay's doing: the result itself waits behind the link, or behind a fresh one.
        page = say("its link leads to a page or to nothing; it is paid for, and the next build fetches it again")
        raise CallRefused(page)
    return media, output


def _is_a_page(file: Path) -> bool:
    """True for nothing at all, and for the words of some host on the way, in whatever form hosts speak."""
    with file.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"", b"<", b"{")


async def _decoded(call: Call, file: Path) -> tuple[str, Output]:
    """What a picture or a clip really is; findings where it is not one."""
    media = media_type(file)
    try:
        if isinstance(call, ImageCall):
            if not media.startswith("image/"):
                return media or "application/octet-stream", Output(findings=("the result is not a picture",))
            info, blank = await asyncio.to_thread(lambda: (probe_picture(file), is_blank(file)))
            if blank:
                return media, Output(info.width, info.height, findings=("the picture is of one colour all over",))
        else:
            if media != "video/mp4":
                return media or "application/octet-stream", Output(findings=("the result is not an mp4",))
            info = await probe_clip(file)
    except MediaFailed as error:
        return media, Output(findings=(str(error),))
    return media, Output(info.width, info.height, info.milliseconds)


async def make_film(step: Step, tools: Tools) -> None:
    """Local work, committed as everything else; there is nothing to intend, for it costs nothing to do again."""
    call, stage = step.call, BY_NAME[step.action.stage]
    assert isinstance(call, FilmCall)
    clips = [tools.store.proved(ref.blob) for ref in call.references if isinstance(ref, Ref)]
    with tools.store.scratch() as folder:
        made = await assemble(call, clips, folder)
        media, output = await _decoded(call, made["film"])
        types = {"film": media, "subtitles": "application/x-subrip", "cover": "image/png"}
        kept = await tools.store.put(preimage(stage.NAME, stage.VERSION, call))
        assert kept == step.key, "a key is the digest of its preimage"
        await _commit(step, 1, {role: (file, types[role]) for role, file in made.items()}, output, tools)


async def _commit(
    step: Step, attempt: int, files: dict[str, tuple[Path, str]], output: Output, tools: Tools,
    charged: Money | None = None,
) -> None:  # fmt: skip
    stage = BY_NAME[step.action.stage]
    problems = output.findings or tuple(stage.check(step.call, output))
    sizes = {role: file.stat().st_size for role, (file, _) in files.items()}
    artifacts = tuple(
        [Artifact(role, await tools.store.adopt(file), media, sizes[role]) for role, (file, media) in files.items()]
    )
    facts = {"action": step.action.id, "first_key": step.first_key, "charged": charged_entry(charged)}
    await tools.store.commit(step.ready_key, attempt, artifacts, problems, **facts)
