"""One action looked at closely, and the decision about a call of unknown outcome."""

from __future__ import annotations

from manjuc import compiler, overview
from manjuc.digest import Digest
from manjuc.errors import UsageError
from manjuc.frontend import Program
from manjuc.graph import ActionId
from manjuc.selection import Selection
from manjuc.steps import Failed, Resume, Step, Uncertain
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


def _open(program: Program, store: Store, id: str, task_id: str | None) -> tuple[tuple[Digest, int], ...]:
    """The call that a person's word is about: the action's present one, or else uncertain ones of earlier specs.

    Anything that stands in the way may be given up; a job's id can only be told where none is known.
    """
    uncertain = store.uncertain(ActionId(id))
    step = _step(program, id) if len(uncertain) != 1 else None
    if step and step.key and isinstance(step.verdict, Failed | Resume | Uncertain):
        present = [(key, attempt) for key, attempt in uncertain if key == step.key]
        return tuple(present) or (((step.key, 1),) if not task_id else ())
    return uncertain


def resolve(program: Program, id: str, task_id: str | None) -> str:
    """Note what a person found out; says what happens next."""
    store = Store(program.project.store)
    with store.writing():
        uncertain = _open(program, store, id, task_id)
        if not uncertain:
            raise UsageError(f"no call of `{id}` is uncertain or failed")
        if task_id and len(uncertain) > 1:
            raise UsageError(f"{len(uncertain)} calls of `{id}` are uncertain: declare those lost that have no job")
        for key, attempt in uncertain:
            store.resolved(key, attempt, task_id)
    if task_id:
        return f"the next build fetches the job {task_id} for {id}"
    return f"the next build may submit {id} once more"
