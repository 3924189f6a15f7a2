"""One action looked at closely, and the decision about a call of unknown outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from manjuc import compiler, disk, lockfile, manifest, overview
from manjuc.calls import Artifact
from manjuc.diagnostic import Diagnostic
from manjuc.digest import Digest
from manjuc.errors import SpendingRefused, UsageError
from manjuc.frontend import Program
from manjuc.graph import ActionId
from manjuc.models import Money
from manjuc.obstacles import may_be_job
from manjuc.selection import Selection
from manjuc.spelling import LONGEST_ID
from manjuc.steps import Failed, Hit, Lock, Miss, Rejected, Resume, Step, Uncertain
from manjuc.store import Store
from manjuc.text import nearest, pad, width
from manjuc.verdicts import is_free
from manjuc.words import Language, Words, say, shortened


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
    keys = [key for key in (step.key, step.first_key) if key]
    shown = [id, *(f"  {pad(name, columns)}  {value}" for name, value in lines)]
    shown += [f"  {told.at}  {told.what.put(language)}" for told in store.told(ActionId(id), *keys)]
    shown += ["", *(f"    {line}".rstrip() for line in overview.prompt_text(step.call).splitlines())]
    return "\n".join(shown) + "\n"


def _facts(step: Step, store: Store) -> Iterator[tuple[Words, Words]]:
    """What there is to know of a step, with the name of each fact."""
    yield say("verdict"), say("{}: {}", overview.verdict_of(step.verdict), overview.why(step.verdict))
    yield say("cost"), _cost(step)
    yield say("key"), Words(step.key) if step.key else say("not known: it waits for its inputs")
    yield say("take"), Words(str(step.call.take))
    for need in step.action.needs:
        yield say("needs"), Words(need)
    for artifact in getattr(step.verdict, "artifacts", ()):
        yield Words(artifact.role), _file(artifact, store)
    for artifact in step.verdict.kept if isinstance(step.verdict, Failed) else ():
        yield say("rejected take"), _file(artifact, store)


def _file(artifact: Artifact, store: Store) -> Words:
    return say("{} ({}, {} bytes)", store.path(artifact.blob), artifact.media, f"{artifact.size:,}")


def _cost(step: Step) -> Words:
    """What its call takes; in preview nothing, and beside it the price of the named model."""
    if step.price is None:
        return say("free")
    return overview.priced(step.price.nothing if is_free(step.call) else step.price, step.price)


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
) -> tuple[Words, ...]:
    """Note what a person found out about the action's present call, or about an earlier one that `key` begins.

    Ids of sheets and plates are shared by the specs of a project, so an earlier call has to be named. Whether they are
    `sure` is asked of those who give up what is paid for and has not failed. That it was `charged` may be said later.
    What was decided holds only for what was looked at: another build may have gone on with the call meanwhile.
    """
    step, store = _step(program, id), Store(program.project.store)
    if charged and is_free(step.call) and not key:
        raise UsageError(say("the call of a preview is never charged: give it up with --lost alone"))
    paid = isinstance(step.verdict, Resume) and not is_free(step.call) and not key
    if isinstance(step.verdict, Resume) and paid and not task_id and not sure(_given_up(id, step.verdict)):
        raise SpendingRefused(say("nothing was given up"))
    if task_id is not None and not (0 < len(task_id := task_id.strip()) <= LONGEST_ID):
        raise UsageError(say("--task-id is no id of a job: the relay's log names it"))
    with store.writing() as notice:
        if not key and _step(program, id).verdict != step.verdict:
            gone_on = say(
                "another build went on with the call of `{}` meanwhile, so nothing was noted: look at it again", id
            )
            raise UsageError(gone_on)
        call, attempt = _meant(step, store, key, charged=charged)
        today = manifest.dialect(program.settings.dialect)
        if task_id and not may_be_job(step.call, store.history(call), program.spec.models, today):
            raise UsageError(say("{} has no job to fetch its result from: give up the call with --lost", id))
        price = Money(step.price.most, step.price.currency) if step.price and call == step.key else None
        disk.now(store.resolved(call, attempt, task_id, charged=charged, price=price))
    return _with(notice, _noted(id, task_id, charged=charged))


def _noted(id: str, task_id: str | None, *, charged: bool) -> Words:
    if task_id:
        return say("the next build fetches the job {} for {}", task_id, id)
    if charged:
        return say("{} counts as charged; the next build may submit it once more", id)
    return say("the next build may submit {} once more", id)


def _with(notice: Words, *done: Words) -> tuple[Words, ...]:
    """What was done, behind what the store had to say beforehand, if anything."""
    return (notice, *done) if notice else done


def _meant(step: Step, store: Store, key: str, *, charged: bool) -> tuple[Digest, int]:
    """The one call that a word about an action is for, with its attempt: the present one, or one that `key` begins.

    The journal names one action of those that shared a call; the others may name it by its key.
    """
    uncertain = dict(store.uncertain(step.action.id))
    senders = store.book.senders(step.action.stage)
    others = {
        call: attempt
        for sender in dict.fromkeys(senders.values())
        for call, attempt in store.uncertain(sender)
        if senders.get(call) == sender and call not in uncertain
    }
    if key:
        found = [(call, attempt) for call, attempt in (uncertain | others).items() if call.startswith(key)]
    elif step.key and (isinstance(step.verdict, Failed | Resume | Uncertain) or (charged and _dropped(step))):
        found = [(step.key, store.book.attempts(step.key))]
    else:
        found = []
    if len(found) != 1:
        theirs = tuple(f"{call[:8]} ({senders[call]})" for call in others)
        raise UsageError(_settled(step, tuple(call[:8] for call in uncertain), theirs))
    return found[0]


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


def _settled(step: Step, others: tuple[str, ...], theirs: tuple[str, ...]) -> Words:
    """Why there is nothing to say about a call; and which earlier ones there are, or which of its stage."""
    id = step.action.id
    if others:
        return say(
            "the call of `{}` is neither uncertain nor failed; calls of earlier specs are: name one by --key {}",
            id,
            others,
        )
    if _dropped(step):
        return say("the call of `{}` was given up already: the next build may submit it once more", id)
    if theirs:
        return say(
            "the call of `{}` is neither uncertain nor failed; calls that other actions of its stage sent are: "
            "name one by --key {}",
            id,
            shortened(theirs),
        )
    return say("the call of `{}` is neither uncertain nor failed", id)


def _named(id: str, step: Step, gates: tuple[str, ...]) -> bool:
    """True for an action by its id or stage, and for what the gates hold of an episode by the episode's id."""
    mine = step.action.stage in gates and step.action.id.startswith(f"{id}/")
    return mine or id in (step.action.id, step.action.stage)


def _nothing_named(id: str, steps: tuple[Step, ...]) -> Words:
    """Why there is nothing to accept under a name, and what was probably meant."""
    near = nearest(id, {name for step in steps for name in (step.action.id, step.action.stage)})
    if near:
        return say("there is no action or stage `{}` to accept; did you mean `{}`?", id, near)
    return say("there is no action or stage `{}` to accept; `manjuc plan SPEC` shows those that there are", id)


def accept(program: Program, ids: tuple[str, ...]) -> tuple[Words, ...]:
    """Note in the lock that a person has looked at results and takes them; those of a whole stage by its name.

    A result that is made anew has to be accepted anew.
    """
    store = Store(program.project.store)
    with store.writing() as notice:
        steps = compiler.plan(program, Selection()).steps
        gates = program.spec.policy.review
        chosen = [step for step in steps if any(_named(id, step, gates) for id in ids)]
        for id in ids:
            if not any(_named(id, step, gates) for step in chosen):
                raise UsageError(_nothing_named(id, steps))
        actions = dict(program.lock.actions)
        for step in chosen:
            if not isinstance(step.verdict, Hit) or step.first_key is None:
                raise UsageError(
                    say("{} has no result yet that could be accepted; nothing was accepted", step.action.id)
                )
            actions[step.action.id] = step.locked(reviewed=True)
        path = program.project.lock(preview=program.settings.preview)
        lockfile.write(path, Lock(actions, program.lock.clips).beyond(program.inherited))
    return _with(notice, *(say("{} is accepted", step.action.id) for step in chosen))
