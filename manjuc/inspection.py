"""One action looked at closely, and the decision about a call of unknown outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from manjuc import compiler, disk, lockfile, overview
from manjuc.calls import ImageCall, VideoCall
from manjuc.diagnostic import Diagnostic
from manjuc.errors import SpendingRefused, UsageError
from manjuc.frontend import Program
from manjuc.graph import ActionId
from manjuc.selection import Selection
from manjuc.spelling import LONGEST_ID
from manjuc.steps import Failed, Hit, Lock, Miss, Rejected, Resume, Step, Uncertain
from manjuc.store import Store
from manjuc.text import pad, width
from manjuc.verdicts import is_free
from manjuc.words import Language, Words, say


def _step(program: Program, id: str) -> Step:
    planned = compiler.plan(program, Selection((id,)))
    for step in planned.steps:
        if step.action.id == id:
            return step
    after = planned.unknown[0][0].after
    raise UsageError(say("the action `{}` is not known yet: {} has to be there first", id, after))


def describe(program: Program, id: str, language: Language) -> str:
    """Verdict, result, cost, what became of its calls so far, and the call itself."""
    step, store = _step(program, id), Store(program.project.store)
    lines = [(words.put(language), value.put(language)) for words, value in _facts(step, store)]
    columns = max(width(name) for name, _ in lines)
    shown = [id, *(f"  {pad(name, columns)}  {value}" for name, value in lines)]
    shown += [f"  {told.at}  {told.what.put(language)}" for told in store.told(ActionId(id))]
    shown += ["", *(f"    {line}".rstrip() for line in overview.prompt_text(step.call).splitlines())]
    return "\n".join(shown) + "\n"


def _facts(step: Step, store: Store) -> Iterator[tuple[Words, Words]]:
    """What there is to know of a step, with the name of each fact."""
    yield say("verdict"), say("{}: {}", overview.verdict_of(step.verdict), overview.why(step.verdict))
    yield say("cost"), Words(overview.money([step.price])) if step.price else say("free")
    yield say("key"), Words(step.key) if step.key else say("not known: it waits for its inputs")
    yield say("take"), Words(str(step.call.take))
    for need in step.action.needs:
        yield say("needs"), Words(need)
    for artifact in getattr(step.verdict, "artifacts", ()):
        size = f"{artifact.size:,}"
        yield Words(artifact.role), say("{} ({}, {} bytes)", store.path(artifact.blob), artifact.media, size)


def faults(program: Program, id: str) -> tuple[Diagnostic, ...]:
    """What is wrong with the last answer of a text model that was not accepted, at its place in the answer."""
    step, store = _step(program, id), Store(program.project.store)
    history = store.history(step.key) if step.key and isinstance(step.verdict, Failed) else None
    if not isinstance(history, Rejected) or not history.text:
        return ()
    kept = store.path(history.artifacts[0].blob).relative_to(program.project.root)
    return program.judged(history.text, kept.as_posix())[1]


def resolve(
    program: Program, id: str, task_id: str | None, key: str, sure: Callable[[Words], bool], *, charged: bool = False
) -> Words:
    """Note what a person found out about the action's present call, or about an earlier one that `key` begins.

    Ids of sheets and plates are shared by the specs of a project, so an earlier call has to be named. Whether they are
    `sure` is asked of those who give up what is paid for and has not failed. That it was `charged` may be said later.
    """
    step, store = _step(program, id), Store(program.project.store)
    if charged and is_free(step.call) and not key:
        raise UsageError(say("the call of a preview is never charged: give it up with --lost alone"))
    paid = isinstance(step.verdict, Resume) and not is_free(step.call) and not key
    if isinstance(step.verdict, Resume) and paid and not task_id and not sure(_given_up(id, step.verdict)):
        raise SpendingRefused(say("nothing was given up"))
    if task_id is not None and not (0 < len(task_id := task_id.strip()) <= LONGEST_ID):
        raise UsageError(say("--task-id is no id of a job: the relay's log names it"))
    with store.writing():
        uncertain = store.uncertain(ActionId(id))
        if key:
            found = [(call, attempt) for call, attempt in uncertain if call.startswith(key)]
        elif step.key and (isinstance(step.verdict, Failed | Resume | Uncertain) or (charged and _dropped(step))):
            found = [(step.key, store.book.attempts(step.key))]
        else:
            found = []
        if len(found) != 1:
            raise UsageError(_settled(id, tuple(call[:8] for call, _ in uncertain)))
        asked = isinstance(step.call, ImageCall | VideoCall) and isinstance(step.verdict, Uncertain | Resume)
        if task_id and not asked:
            no_job = say("only a picture or a clip has a job that can be asked for: give up the call with --lost")
            raise UsageError(no_job)
        disk.now(store.resolved(*found[0], task_id, charged=charged))
    if task_id:
        return say("the next build fetches the job {} for {}", task_id, id)
    if charged:
        return say("{} counts as charged; the next build may submit it once more", id)
    return say("the next build may submit {} once more", id)


def _dropped(step: Step) -> bool:
    """True where the present call was given up, and was not sent again."""
    return isinstance(step.verdict, Miss) and step.verdict.reason.code == "declared-lost"


def _given_up(id: str, paid: Resume) -> Words:
    """What is given up with a call that was taken."""
    if paid.ticket is None:
        return say(
            "the answer to {} is here and is paid for: the next build takes the result out of it. "
            "Given up, the call is sent and paid once more",
            id,
        )
    return say(
        "the job {} of {} was taken by {}: it may still run, and be charged whatever is said here. The next build "
        "fetches its result without paying again; given up, the call is sent and paid once more",
        paid.ticket.task,
        id,
        paid.base_url,
    )


def _settled(id: str, others: tuple[str, ...]) -> Words:
    """Why there is nothing to say about a call; and which earlier ones there are."""
    if others:
        return say(
            "the call of `{}` is neither uncertain nor failed; calls of earlier specs are: name one by --key {}",
            id,
            others,
        )
    return say("the call of `{}` is neither uncertain nor failed", id)


def _named(id: str, step: Step, gates: tuple[str, ...]) -> bool:
    """True for an action by its id or stage, and for what the gates hold of an episode by the episode's id."""
    mine = step.action.stage in gates and step.action.id.startswith(f"{id}/")
    return mine or id in (step.action.id, step.action.stage)


def accept(program: Program, ids: tuple[str, ...]) -> tuple[ActionId, ...]:
    """Note in the lock that a person has looked at results and takes them; those of a whole stage by its name.

    A result that is made anew has to be accepted anew.
    """
    store = Store(program.project.store)
    with store.writing():
        steps = compiler.plan(program, Selection()).steps
        gates = program.spec.policy.review
        chosen = [step for step in steps if any(_named(id, step, gates) for id in ids)]
        for id in ids:
            if not any(_named(id, step, gates) for step in chosen):
                raise UsageError(say("there is no action or stage `{}` to accept", id))
        actions = dict(program.lock.actions)
        for step in chosen:
            if not isinstance(step.verdict, Hit) or step.first_key is None:
                raise UsageError(say("{} has no result yet that could be accepted", step.action.id))
            actions[step.action.id] = step.locked(reviewed=True)
        path = program.project.lock(preview=program.settings.preview)
        lockfile.write(path, Lock(actions, program.lock.clips).beyond(program.inherited))
    return tuple(step.action.id for step in chosen)
