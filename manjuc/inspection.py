"""One action looked at closely, and the decision about a call of unknown outcome."""

from __future__ import annotations

from manjuc import compiler, lockfile, overview
from manjuc.calls import ImageCall, VideoCall
from manjuc.diagnostic import Diagnostic
from manjuc.errors import UsageError
from manjuc.frontend import Program
from manjuc.graph import ActionId
from manjuc.selection import Selection
from manjuc.steps import Failed, Hit, Lock, Locked, Rejected, Resume, Step, Uncertain
from manjuc.store import Store


def _step(program: Program, id: str) -> Step:
    planned = compiler.plan(program, Selection((id,)))
    for step in planned.steps:
        if step.action.id == id:
            return step
    raise UsageError(f"the action `{id}` is not known yet: {planned.unknown[0][0].after} has to be there first")


def describe(program: Program, id: str) -> str:
    """Verdict, result, cost, what became of its calls so far, and the call itself."""
    step, store = _step(program, id), Store(program.project.store)
    code, detail = overview.reason_of(step.verdict)
    lines = [f"{id}", f"  verdict   {overview.name_of(step.verdict)} ({code}{': ' + detail if detail else ''})"]
    lines.append(f"  cost      {overview.money([step.price]) if step.price else 'free'}")
    lines.append(f"  key       {step.key or 'not known: it waits for its inputs'}")
    lines.append(f"  take      {step.call.take}")
    for need in step.action.needs:
        lines.append(f"  needs     {need}")
    for artifact in getattr(step.verdict, "artifacts", ()):
        lines.append(f"  {artifact.role:<9} {store.path(artifact.blob)} ({artifact.media}, {artifact.size:,} bytes)")
    lines += [f"  {told.at}  {told.what}" for told in store.told(ActionId(id))]
    lines += ["", *(f"    {line}".rstrip() for line in overview.prompt_text(step.call).splitlines())]
    return "\n".join(lines) + "\n"


def faults(program: Program, id: str) -> tuple[Diagnostic, ...]:
    """What is wrong with the last answer of a text model that was not accepted, at its place in the answer."""
    step, store = _step(program, id), Store(program.project.store)
    history = store.history(step.key) if step.key and isinstance(step.verdict, Failed) else None
    return program.judged(history.text)[1] if isinstance(history, Rejected) and history.text else ()


def resolve(program: Program, id: str, task_id: str | None, key: str = "") -> str:
    """Note what a person found out about the action's present call, or about an earlier one that `key` begins.

    Ids of sheets and plates are shared by the specs of a project, so an earlier call has to be named.
    """
    step, store = _step(program, id), Store(program.project.store)
    with store.writing():
        uncertain = store.uncertain(ActionId(id))
        if key:
            found = [(call, attempt) for call, attempt in uncertain if call.startswith(key)]
        elif step.key and isinstance(step.verdict, Failed | Resume | Uncertain):
            found = [(step.key, store.book.attempts(step.key))]
        else:
            found = []
        if len(found) != 1:
            others = ", ".join(call[:8] for call, _ in uncertain)
            hint = f"; calls of earlier specs are: name one by --key {others}" if others else ""
            raise UsageError(f"the call of `{id}` is neither uncertain nor failed{hint}")
        if task_id and not (isinstance(step.call, ImageCall | VideoCall) and isinstance(step.verdict, Uncertain)):
            raise UsageError("only a picture or a clip has a job that can be asked for: give up the call with --lost")
        store.resolved(*found[0], task_id)
    if task_id:
        return f"the next build fetches the job {task_id} for {id}"
    return f"the next build may submit {id} once more"


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
                raise UsageError(f"there is no action or stage `{id}` to accept")
        actions = dict(program.lock.actions)
        for step in chosen:
            if not isinstance(step.verdict, Hit) or step.first_key is None:
                raise UsageError(f"{step.action.id} has no result yet that could be accepted")
            actions[step.action.id] = Locked(step.first_key, step.call.take, step.verdict.artifacts, reviewed=True)
        path, above = program.project.lock(preview=program.settings.preview), program.inherited
        own = {id: locked for id, locked in actions.items() if above.actions.get(id) != locked}
        lockfile.write(path, Lock(own, {id: c for id, c in program.lock.clips.items() if above.clips.get(id) != c}))
    return tuple(step.action.id for step in chosen)
