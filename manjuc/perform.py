"""One action, from its verdict to its result: reuse, resume or submit, in the order that keeps what is paid for.

RESERVE, INTENT, SUBMIT, ANSWER, POLL, DOWNLOAD, VERIFY, COMMIT. Each is on the disk before the next one begins, so a
process that ends anywhere is continued from there. After each stretch the verdict is asked for anew: a fresh job is
followed by the same code as one that an earlier process left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from manjuc.bodies import encode
from manjuc.calls import FilmCall, preimage
from manjuc.dialects import DIALECTS
from manjuc.digest import digest_of
from manjuc.errors import CallRefused, ManjucError, Waiting
from manjuc.events import Awaiting, Charged, Left, Notice, Submitting
from manjuc.failures import Busy
from manjuc.hearing import Answer, hear
from manjuc.keep import keep, make_film
from manjuc.obstacles import obstacle
from manjuc.relay import NotSent, Unanswered
from manjuc.stages import BY_NAME
from manjuc.steps import Declined, Hit, Miss, Resume, Step
from manjuc.store import cost_entry
from manjuc.tools import Tools
from manjuc.wire import Finished, HttpResponse, Lost, Refused, Ticket, Unclear
from manjuc.words import heard, say

_TRIES = 5  # of a submit that was surely not taken
_LONG = 10.0  # seconds of which a person wants to know
_LINKS = 3  # fresh links that are asked for when downloads fail


async def perform(decide: Callable[[], Step], tools: Tools) -> tuple[Step, bool]:
    """Bring an action to its result: its last step, a hit, and whether anything had to be done for it.

    Errors say what stands in the way.
    """
    made = False
    while True:
        step = decide()
        if isinstance(step.verdict, Hit):
            return step, made
        async with tools.asked.alone(step.ready_key, tools.slot.aside) as free:
            if free:
                tools.asked.refuse(step.ready_key)
                if not isinstance(step.verdict, Miss | Resume):
                    raise obstacle(step, step.verdict, tools)
                with tools.asked.noted(step.ready_key):
                    made = await _advanced(step, step.verdict, tools) or made


async def _advanced(step: Step, verdict: Miss | Resume, tools: Tools) -> bool:
    """Bring an action one stretch further; False where nothing was sent or asked for."""
    key = step.ready_key
    match verdict:
        case Miss(reason):
            if key in tools.asked:
                raise CallRefused(reason.detail)
            await tools.slot.take()
            tools.report(Submitting(step))
            await (make_film(step, tools) if isinstance(step.call, FilmCall) else _submit(step, tools))
            tools.asked.add(key)
        case Resume() as resume:
            if await _elsewhere(step, resume, tools):
                return False
            fresh = key in tools.asked
            tools.asked.add(key)
            # Whoever took the job is asked as that dialect asks, whatever is spoken today.
            taker = DIALECTS.get(resume.dialect, tools.dialect)
            then = tools if taker is tools.dialect else replace(tools, dialect=taker)
            tools.budget.resume(step.price, key)
            await _resume(step, resume, then, fresh=fresh)
            if surprise := tools.budget.surprise(key, tools.model(step.call).name):
                tools.report(Notice(surprise))
        case _:
            assert_never(verdict)
    return True


async def _submit(step: Step, tools: Tools) -> None:
    """From RESERVE to ANSWER. Once a call is on its way it is not interrupted: its answer has to reach the disk."""
    model = tools.model(step.call)
    tools.budget.take(step.charge, step.ready_key, model.name if model.unpriced and not model.preview else "")
    request = tools.dialect.submit(step.call, model)
    content = encode(request.body, tools.store.read)
    facts = {
        "drama": tools.drama,
        "action": step.action.id,
        "stage": step.action.stage,
        "take": step.call.take,
        "model": tools.model(step.call).name,
        "dialect": tools.dialect.NAME,
        "base_url": tools.relay.base_url,
        "body": digest_of(content),
        "cost": cost_entry(step.charge),
    }
    stage = BY_NAME[step.action.stage]
    why = ""
    for _ in range(_TRIES):
        await tools.relay.turn(tools.model(step.call).kind)
        attempt = await tools.store.intend(step.ready_key, preimage(stage.NAME, stage.VERSION, step.call), **facts)
        await _last_chance(step, attempt, tools)
        sending = tools.relay.send(request, content, tools.patience(step))
        pause, why = await _uninterrupted(_answered(step, attempt, sending, tools), step, tools)
        if not pause:
            return
        _left_alone(step, tools, pause)
        await tools.relay.pause(pause)
    tools.budget.give_back(step.charge, step.ready_key)
    raise CallRefused(
        say(
            "the relay could not be reached or had no time, {} times: {}; it took no call: build again later, "
            "`manjuc doctor` says whether it is there",
            _TRIES,
            heard(why),
        )
    )


async def _last_chance(step: Step, attempt: int, tools: Tools) -> None:
    """An end that was asked for while the intent was synced comes now, before any byte is sent."""
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        await tools.store.unsent(step.ready_key, attempt, str(say("manjuc was made to leave before it was sent")))
        raise


def _left_alone(step: Step, tools: Tools, seconds: float) -> None:
    if seconds >= _LONG:
        tools.report(Notice(say("{}: the relay asks to be left alone for {} s", step.action.id, f"{seconds:.0f}")))


async def _uninterrupted(work: Awaitable[tuple[float, str]], step: Step, tools: Tools) -> tuple[float, str]:
    """Ended once, a build waits for the answers that are due; ended twice, everything is cut off."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            if not task.done():
                tools.report(Awaiting(step))
        finally:
            await task
        raise


async def _answered(step: Step, attempt: int, sending: Awaitable[HttpResponse], tools: Tools) -> tuple[float, str]:
    """SUBMIT and ANSWER: seconds to wait before the call may be sent again and why, or zero where it may not."""
    key, store = step.ready_key, tools.store
    try:
        response = await sending
    except NotSent as error:
        await store.unsent(key, attempt, str(error))
        if not error.passing:
            tools.budget.give_back(step.charge, key)
            raise CallRefused(say("{}; nothing was sent", heard(str(error)))) from error
        return 2.0, str(error)
    except Unanswered as error:
        await store.unclear(key, attempt, str(say("no answer came ({})", error)))
        tools.report(Charged(step))
        return 0.0, ""
    except asyncio.CancelledError:
        await store.unclear(key, attempt, str(say("manjuc was made to leave before an answer came")))
        if not tools.model(step.call).preview:
            tools.report(Left(step))
        raise
    answer = await _taken_in(step, attempt, response, tools)
    await _noted(step, attempt, answer, response.body, tools)
    match answer.said:
        case Busy(seconds, message):
            return max(seconds, 0.1), tools.relay.redact(message)
        case Refused() if not answer.charged:
            tools.budget.give_back(step.charge, key)
        case _:
            tools.report(Charged(step))
    return 0.0, ""


async def _taken_in(step: Step, attempt: int, response: HttpResponse, tools: Tools) -> Answer:
    """What an answer says. One that may be paid for lies here before it is read, and is safe before it is used."""
    key, paid = step.ready_key, response.status < 300
    try:
        if paid:
            tools.store.lay_answer(key, attempt, response.body)
        answer = _hear(step, response, tools)
        if isinstance(answer.said, Finished):
            tools.slot.leave()  # the relay is done: another call need not wait for our disk
        if paid:
            await tools.store.keep_answer(key, attempt, response.body)
    except ManjucError:
        tools.report(Charged(step))
        raise
    return answer


def _hear(step: Step, response: HttpResponse, tools: Tools) -> Answer:
    return hear(step.call, tools.model(step.call), response, tools.dialect, tools.phrases)


async def _noted(step: Step, attempt: int, answer: Answer, body: bytes, tools: Tools) -> None:
    """Note in the journal what an answer says."""
    key, store, redact = step.ready_key, tools.store, tools.relay.redact
    match answer.said:
        case Ticket() as ticket:
            await store.answered(key, attempt, tools.relay.redacted(body), ticket)
        case Finished():
            await store.answered(key, attempt, tools.relay.redacted(body), None)
        case Refused(why, message):
            if answer.charged:
                tools.settle(step, answer.charged)
            await store.declined(key, attempt, Declined(why, redact(message)), answer.charged)
        case Unclear(message):
            await store.unclear(key, attempt, redact(message), tools.relay.redacted(body))
        case Busy(_, message):
            await store.unsent(key, attempt, redact(message))
        case _:
            assert_never(answer.said)


async def _elsewhere(step: Step, resume: Resume, tools: Tools) -> bool:
    """True for a preview's job at a relay that is gone: it is done again. A paid one has to be asked for there.

    Where the line that told which relay took it is lost, the one that there is may know it.
    """
    if resume.base_url in ("", tools.relay.base_url):
        return False
    if not tools.model(step.call).preview:
        where = resume.base_url
        raise Waiting(say("its job was taken by {}: set MANJUC_BASE_URL to it, and build again", where))
    await tools.store.unsent(step.ready_key, resume.attempt, str(say("another preview relay")))
    return True


async def _resume(step: Step, resume: Resume, tools: Tools, *, fresh: bool) -> None:
    """From POLL or DOWNLOAD to COMMIT, for a job of this build or of an earlier one."""
    if resume.ticket is None:
        return await _finish_answer(step, resume.attempt, tools)
    await tools.slot.take()  # where it was left, while another action was at the same job
    for link in range(_LINKS):
        found = await tools.relay.result(
            resume.ticket, tools.dialect, tools.pace(step), resumed=not fresh or link > 0, phrases=tools.phrases,
            told=partial(_left_alone, step, tools),
        )  # fmt: skip
        match found:
            case Finished():
                try:
                    return await keep(step, resume.attempt, found, tools)
                except CallRefused:
                    if link == _LINKS - 1:
                        raise
            case Refused(why, message):
                declined = Declined(why, tools.relay.redact(message))
                return await tools.store.declined(step.ready_key, resume.attempt, declined)
            case Lost(message):
                lost = say("the relay does not know the job {} any more ({})", resume.ticket.task, message)
                detail = str(lost)
                return await tools.store.unclear(step.ready_key, resume.attempt, tools.relay.redact(detail))
            case _:
                assert_never(found)


async def _finish_answer(step: Step, attempt: int, tools: Tools) -> None:
    kept = tools.store.answer(step.ready_key, attempt)
    if kept is None:
        return await tools.store.unclear(step.ready_key, attempt, str(say("its answer is not on this disk any more")))
    answer = _hear(step, HttpResponse(200, "application/json", kept), tools)
    await _noted(step, attempt, answer, kept, tools)
    if isinstance(answer.said, Finished):
        await keep(step, attempt, answer.said, tools)
