"""What remains of calls that brought nothing: rejected takes, unclear answers, answers that stalled."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from serving import MINI, PICTURES, SCENE, SPEC, App, Served, answer, build, manjuc, run

from manjuc import disk
from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.errors import StoreBroken
from manjuc.store import Store

CALL = digest_of(b"call")
SHEET = ("--only", "scenes/corridor/scene", "--only", "characters/linche/three_views", "--yes")


def noise(wide: int, high: int) -> bytes:
    drawn = io.BytesIO()
    Image.effect_noise((wide, high), 80).save(drawn, "PNG")
    return drawn.getvalue()


def shown(picture: bytes) -> App:
    return answer(200, f'{{"data": [{{"b64_json": "{base64.b64encode(picture).decode()}"}}]}}'.encode())


def rejected(root: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((root / "build/mini/rejected").rglob("*.png"))]


def test_where_there_is_no_room_for_an_unclear_answer_the_journal_still_names_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / ".manjuc")
    with store.writing():
        attempt = now(store.intend(CALL, b"call", action="a", stage="clip", model="m", base_url="u"))

        async def full(*_: object) -> None:
            raise StoreBroken("no space left")

        with monkeypatch.context() as disk_full:
            disk_full.setattr(disk, "put", full)
            now(store.unclear(CALL, attempt, "HTTP 504; it names `job-77`", b"{}"))
            disk_full.setattr("manjuc.journal.append", full)
            with pytest.raises(StoreBroken, match="no space left; HTTP 504; it names `job-78`"):
                now(store.unclear(CALL, attempt, "HTTP 504; it names `job-78`", b"{}"))
    assert "job-77" in (tmp_path / ".manjuc/journal.jsonl").read_text("utf-8")


def test_rejected_takes_of_one_name_lie_side_by_side(root: Path, relay: Served) -> None:
    text = (root / SPEC).read_text("utf-8")
    (root / SPEC).write_text(text.replace("name: 走廊", "name: 林澈"), "utf-8")
    takes = noise(256, 144), noise(144, 256)
    assert build(root, relay, "--only", "mini/script", "--yes").code == 0
    for take in takes:
        relay.once("POST", PICTURES, shown(take))
    assert build(root, relay, *SHEET).code == 4
    assert set(rejected(root)) == set(takes)


def as_series(root: Path) -> None:
    theme = "theme: 雨夜里，林澈捡到一枚发光的校徽\n"
    (root / SPEC).write_text(MINI.replace(theme, "episodes: ep/*.yaml\n"), "utf-8")
    (root / "specs/ep").mkdir()
    for id in ("e1", "e2"):
        (root / f"specs/ep/{id}.yaml").write_text(f"manju: 1\nepisode: {id}\n{theme}", "utf-8")


@pytest.mark.parametrize("series", [False, True])
def test_a_rejected_take_is_not_shown_any_more_once_another_one_passes(root: Path, relay: Served, series: bool) -> None:
    if series:
        as_series(root)
    scripts = ("e1/script", "e2/script") if series else ("mini/script",)
    assert build(root, relay, *[word for id in scripts for word in ("--only", id)], "--yes").code == 0
    relay.once("POST", PICTURES, shown(noise(256, 144)))
    assert build(root, relay, *SCENE).code == 4
    assert len(rejected(root)) == 1
    assert run(root, relay, "resolve", SPEC, "scenes/corridor/scene", "--lost").code == 0
    assert build(root, relay, *SCENE).code == 0
    assert rejected(root) == []


def test_a_damaged_rejected_take_does_not_keep_the_page_from_being_made(root: Path, relay: Served) -> None:
    take = noise(256, 144)
    assert build(root, relay, "--only", "mini/script", "--yes").code == 0
    relay.once("POST", PICTURES, shown(take))
    assert build(root, relay, *SCENE).code == 4
    blob = Store(root / ".manjuc").path(digest_of(take))
    blob.chmod(0o644)
    blob.write_bytes(b"damaged")
    for path in (root / "build/mini/rejected").rglob("*.png"):
        path.unlink()
    (root / "build/mini/index.html").unlink()
    ran = build(root, relay, "--only", "characters/linche/three_views", "--yes")
    assert ran.code == 0, ran.err
    assert (root / "build/mini/index.html").is_file()


def test_a_damaged_line_asks_nothing_of_who_builds_a_preview_in_this_process(root: Path) -> None:
    scene = (*SCENE[:-1], "--preview")
    assert manjuc("build", SPEC, *scene, cwd=root).code == 0
    (root / ".manjuc/preview/mini.lock").unlink()
    journal = root / ".manjuc/journal.jsonl"
    (intent,) = (line for line in journal.read_bytes().splitlines(keepends=True) if b'"t":"intent"' in line)
    journal.write_bytes(intent.replace(b'"base_url":"http', b'"base_url":"\xff'))
    ran = manjuc("build", SPEC, *scene, cwd=root)
    assert ran.code == 0, ran.err
