"""Videos that are being made in the background, and what a poll says of them."""

from __future__ import annotations

import asyncio
from typing import Any

from manjuc.preview.animatic import make_animatic
from manjuc.preview.files import Folder, Job
from manjuc.preview.painters import Painters


class Workshop:
    """Makes the videos of jobs, each in a task of its own. What is interrupted starts again at the next poll."""

    def __init__(self, folder: Folder, painters: Painters) -> None:
        self._folder = folder
        self._painters = painters
        self._running: dict[str, asyncio.Task[None]] = {}
        self._percent: dict[str, int] = {}

    def start(self, job: Job) -> None:
        """Begin with a job, unless it is done or under way. Pictures are drawn before they are asked for."""
        if job.kind == "image" or job.task_id in self._running or job.failure or self._folder.holds(job.output):
            return
        self._running[job.task_id] = asyncio.create_task(self._make(job))

    def state(self, task_id: str, origin: str) -> dict[str, Any] | None:
        """What a poll is told; None for a job that was never taken."""
        job = self._folder.job(task_id)
        if job is None:
            return None
        self.start(job)
        if task_id not in self._running:
            status, percent = ("FAILURE", 100) if job.failure else ("SUCCESS", 100)
        else:
            percent = self._percent.get(task_id, 0)
            status = "IN_PROGRESS" if percent else "NOT_START"
        return {
            "task_id": task_id,
            "platform": "preview",
            "action": f"preview-{job.kind}",
            "status": status,
            "fail_reason": job.failure,
            "submit_time": 0,
            "start_time": 0,
            "finish_time": 0,
            "progress": f"{percent}%",
            "data": {"output": file_url(origin, job.output)} if status == "SUCCESS" else None,
        }

    async def close(self) -> None:
        """Stop working; every job that was under way can be taken up again."""
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, job: Job) -> None:
        def tell(percent: int) -> None:
            self._percent[job.task_id] = percent

        try:
            tell(1)
            own = dict(job.own)
            clip = await make_animatic(job.prompt, job.aspect_ratio, job.milliseconds, self._painters, tell, own)
            self._folder.put_job(job.done(self._folder.keep(clip, "mp4")))
        except Exception as error:  # a job that cannot be made has to say so, or it would be polled for ever
            first = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
            self._folder.put_job(job.failed(f"{type(first).__name__}: {first}"))
        finally:
            self._running.pop(job.task_id, None)
            self._percent.pop(job.task_id, None)


def file_url(origin: str, name: str) -> str:
    """Where a kept file is served. It is signed as a relay's links are, so that whoever prints one has to redact it."""
    return f"{origin}/files/{name}?sign={name[:16]}"
