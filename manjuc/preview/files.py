"""The relay's folder: files by their digest and jobs by their id. Nothing is written until the first is kept."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from manjuc.digest import canonical, digest_of

MEDIA_TYPES = {"png": "image/png", "mp4": "video/mp4"}
_FILE_NAME = re.compile(r"[0-9a-f]{64}\.(png|mp4)")
_JOB_NAME = re.compile(r"preview-[0-9a-f]{24}-[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Job:
    """A clip or a picture that was ordered. `output` names its file once it is done, `failure` says why it never is."""

    task_id: str
    prompt: str
    aspect_ratio: str
    milliseconds: int
    output: str = ""
    failure: str = ""
    own: tuple[tuple[int, str], ...] = ()  # the author's pictures, each with the number of its shot

    @property
    def kind(self) -> Literal["image", "video"]:
        """What it makes: every clip has a length, and no picture has one."""
        return "video" if self.milliseconds else "image"

    def done(self, output: str) -> Job:
        """The same job, finished."""
        return replace(self, output=output)

    def failed(self, reason: str) -> Job:
        """The same job, given up."""
        return replace(self, failure=reason)


class Folder:
    """What the relay keeps between runs."""

    def __init__(self, root: Path) -> None:
        self._files = root / "files"
        self._jobs = root / "jobs"

    def keep(self, content: bytes, kind: str) -> str:
        """Keep a file; its name is the digest of its bytes."""
        name = f"{digest_of(content)}.{kind}"
        if not (self._files / name).exists():
            _write(self._files / name, content)
        return name

    def content(self, name: str) -> bytes | None:
        """The bytes of a kept file; None where the name is none of ours, or not here."""
        if not _FILE_NAME.fullmatch(name):
            return None
        try:
            return (self._files / name).read_bytes()
        except OSError:
            return None

    def holds(self, name: str) -> bool:
        """True where `content` would find the file."""
        return bool(_FILE_NAME.fullmatch(name)) and (self._files / name).is_file()

    def add_job(
        self, body: dict[str, Any], prompt: str, aspect_ratio: str, milliseconds: int, own: Mapping[int, str]
    ) -> Job:
        """Keep a new job. Its id tells nothing but what was ordered and how often before, so runs can be compared."""
        stem = f"preview-{digest_of(canonical(_without_floats(body)))[:24]}"
        number = 1
        while (self._jobs / f"{stem}-{number}.json").exists():
            number += 1
        job = Job(f"{stem}-{number}", prompt, aspect_ratio, milliseconds, own=tuple(own.items()))
        self.put_job(job)
        return job

    def put_job(self, job: Job) -> None:
        """Keep the job as it now is."""
        _write(self._jobs / f"{job.task_id}.json", json.dumps(asdict(job), ensure_ascii=False).encode())

    def job(self, task_id: str) -> Job | None:
        """A job that was kept, by this process or one before it."""
        if not _JOB_NAME.fullmatch(task_id):
            return None
        try:
            return Job(**json.loads((self._jobs / f"{task_id}.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return str(value)
    if isinstance(value, dict):
        return {key: _without_floats(item) for key, item in value.items()}
    return [_without_floats(item) for item in value] if isinstance(value, list) else value


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
