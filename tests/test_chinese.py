"""What an author reads all day in a Chinese environment: all of it in Chinese, its tables in columns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from serving import PICTURES, SPEC, Ran, Served, answer, build, manjuc, run

from manjuc import bills, compiler, facts, frontend, listing, project
from manjuc.accounts import account
from manjuc.cli import cli
from manjuc.dashboard import Dashboard, frame
from manjuc.errors import CallRefused
from manjuc.events import Failing, Grown, Planned, Started, Submitting
from manjuc.selection import Selection
from manjuc.text import width

ZH = facts.language("zh")
SCENE = ("--only", "scenes/corridor/scene", "--until", "scene")
_ENGLISH = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")
# Commands, ids, addresses, what relays and diagnostics quote: they are as they are, in any language.
_QUOTED = re.compile(r"`[^`]*`|\([^)]*\)|https?://\S+|^ *\d* \|.*$|^用法：.*$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")


def chinese(text: str) -> bool:
    """True where no English sentence is left in a text."""
    return bool(re.search("[一-鿿]", text)) and not _ENGLISH.search(_QUOTED.sub("", text))


def all_of(ran: Ran) -> str:
    return ran.out + ran.err


def test_a_build_is_told_in_chinese_from_its_plan_to_its_end(root: Path) -> None:
    plan = manjuc("plan", SPEC, cwd=root)
    assert chinese(all_of(plan)), all_of(plan)
    assert "要做" in plan.out
    made = manjuc("build", SPEC, "--until", "scene", cwd=root)
    assert re.search(r"\[0/3\] 场景 +scenes/corridor/scene：正在请求 preview/nano-banana-2", made.err)
    assert re.search(r"\[\d/3\] 场景 +scenes/corridor/scene：完成，用时 \d+\.\d 秒，累计 ¥0", made.err)
    assert re.search("新做 3 步，沿用 0 步，失败 0 步；花费 ¥0，用时", made.err)
    assert chinese(made.err), made.err
    again = manjuc("build", SPEC, "--until", "scene", cwd=root)
    assert "没有要做的：3 步都是最新的" in again.err
    shown = manjuc("show", SPEC, "scenes/corridor/scene", cwd=root)
    assert "判断" in shown.out
    assert chinese(shown.out), shown.out


def test_the_columns_of_a_plan_stand_under_each_other(root: Path) -> None:
    lines = [line for line in manjuc("plan", SPEC, cwd=root).out.splitlines() if "¥0 (" in line]
    assert len(lines) == 3
    assert len({width(line.partition("¥0 (")[0]) for line in lines}) == 1
    assert len({width(re.split("从未做过|等 ", line)[0]) for line in lines}) == 1


def test_a_refusal_of_spending_is_told_in_chinese(root: Path, relay: Served) -> None:
    for words in ((), ("--max-cost", "0.01"), ("--max-cost", "五块")):
        ran = build(root, relay, *SCENE, *words)
        assert ran.code == (2 if "五块" in words else 5)
        assert chinese(ran.err), ran.err
    assert relay.requests() == 0


def test_a_call_of_unknown_outcome_is_explained_in_chinese(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(500, '{"error": {"message": "上游繁忙"}}'.encode()))
    ran = build(root, relay, *SCENE, "--yes")
    assert ran.code == 6
    assert chinese(ran.err), ran.err
    assert "HTTP 500：上游繁忙。可能已花 ¥0.2。" in ran.err
    assert "manjuc resolve SPEC scenes/corridor/scene --lost" in ran.err
    planned = run(root, relay, "plan", SPEC)
    assert chinese(planned.out), planned.out
    told = run(root, relay, "show", SPEC, "scenes/corridor/scene")
    assert "不明" in told.out


def test_a_refused_call_is_told_in_chinese_with_the_words_of_the_relay(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(400, b'{"error": {"message": "bad size"}}'))
    ran = build(root, relay, *SCENE, "--yes")
    assert ran.code == 4
    assert re.search("失败：.*bad size", ran.err)
    assert chinese(ran.err), ran.err


def test_what_programs_read_stays_english(root: Path) -> None:
    (step, *_) = json.loads(manjuc("plan", SPEC, "--format", "json", cwd=root).out)["steps"]
    assert (step["verdict"], step["reason"]) == ("miss", {"code": "new", "detail": ""})
    manjuc("build", SPEC, "--until", "scene", "--events", "events", cwd=root)
    assert not re.search("正在|完成|场景", (root / "events").read_text(encoding="utf-8").replace("雨夜", ""))
    assert manjuc("costs", "--format", "csv", cwd=root).out.startswith("stage,currency,calls,")


@pytest.mark.parametrize(
    "letters", ["gbk", *(pytest.param(each, marks=pytest.mark.long) for each in ("latin-1", "ascii"))]
)
def test_letters_that_a_terminal_has_not_end_no_command(tmp_path: Path, letters: str) -> None:
    (tmp_path / "rain.yaml").write_text("manju: 1\ntheme: 雨夜\n", encoding="utf-8")
    command = [sys.executable, "-m", "manjuc", "plan", "--preview", "rain.yaml"]
    environment = {**os.environ, "PYTHONIOENCODING": letters}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert b"rain/script" in ran.stdout


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_page_of_help_is_in_chinese_and_fits_a_terminal(tmp_path: Path, name: str) -> None:
    page = manjuc(name, "--help", cwd=tmp_path).out
    assert page.startswith(f"用法：manjuc {name} [选项]")
    assert "选项：\n" in page
    assert not _ENGLISH.search(re.sub("^用法：.*$", "", page, flags=re.MULTILINE)), page
    assert all(width(line) <= 80 for line in page.splitlines())


def test_the_list_of_commands_is_in_chinese(tmp_path: Path) -> None:
    page = manjuc("--help", cwd=tmp_path).out
    assert page.startswith("用法：manjuc [选项] 命令 [参数]…\n")
    assert "命令：\n" in page
    assert all(re.search(f"(?m)^  {name} +.*[一-鿿]", page) for name in cli.commands)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("buld",), "没有命令 'buld'。是不是想写 'build'？"),
        (("build",), "缺少参数 'SPEC…'。"),
        (("build", "--untill", "x", "d.yaml"), "没有选项 '--untill'。是不是想写 '--until'？"),
        (("costs", "--by", "x"), "'--by' 的值不对：'x' 不在这些里面：'drama', 'stage', 'model', 'day'。"),
        (("relay", "--port", "x"), "'--port' 的值不对：'x' 不是整数。"),
        (("check", "nowhere.yaml"), "manjuc：没有剧本 nowhere.yaml"),
        (("explain", "MJ0000"), "没有诊断 MJ0000；是不是想写 MJ0"),
    ],
)
def test_a_wrong_line_is_told_in_chinese(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    ran = manjuc(*words, cwd=tmp_path)
    assert ran.code == 2
    assert said in ran.err


def test_a_language_that_the_line_asks_for_holds_for_its_own_faults(tmp_path: Path) -> None:
    assert "Error: No such option" in manjuc("--lang", "en", "build", "--x", cwd=tmp_path).err
    assert manjuc("build", "--lang", "en", "--help", cwd=tmp_path).out.startswith("Usage: manjuc build")


def test_the_account_and_the_catalogue_are_in_columns_of_chinese() -> None:
    entries = [
        {"t": "intent", "key": "a", "attempt": 1, "action": "mini/s01/clip", "stage": "clip", "model": "sora-2",
         "at": "2026-11-01T00:00:00+00:00", "cost": {"least": "0.2", "most": "0.2", "currency": "CNY"}},
        {"t": "unclear", "key": "a", "attempt": 1, "detail": "x"},
    ]  # fmt: skip
    text = bills.text(account(entries), "stage", ZH)
    head, row, total, note = text.splitlines()
    assert head.split() == ["阶段", "调用", "已付", "留用", "失败", "预计", "实收", "每留一个买几个"]
    assert (row.split()[0], total.split()[0], note[0]) == ("片段", "合计", "*")
    assert len({width(line.partition("¥")[0]) for line in (row, total)} | {width(head.partition("预计")[0])}) == 1
    models = facts.models(Path("/"))
    lines = listing.text(models, None, {}, ZH).splitlines()
    parts = "\n".join(lines).split("\n\n")[:-1]
    assert [part.split()[0] for part in parts] == ["文本", "图像", "视频"]
    for part in parts:
        head, *rows = part.splitlines()
        before = width(head.partition("接口写法")[0])
        assert {width(re.split("(?:whatai|newapi)(?=[、 ]|$)", row)[0]) for row in rows} == {before}
    assert chinese("\n".join(lines))
    told = listing.particulars(models.values(), ["veo3.1"], ZH)
    assert chinese("".join(line for line in told.splitlines(keepends=True) if "Gemini 3" not in line))


def test_a_dashboard_in_chinese_keeps_to_its_columns(root: Path) -> None:
    plan = compiler.plan(frontend.load(project.find(str(root / SPEC)), preview=True), Selection())
    board = Dashboard({"text": 1, "image": 2, "video": 2, "local": 1}, lambda: 83.0, ZH)
    board.learn(Planned(plan.steps, plan.unknown, {"script": 90_000, "scene": 2_000}))
    board.learn(Grown(3, {"script": 1, "three_views": 1, "scene": 1}))
    script, views, _ = plan.steps
    for step in (script, views):
        board.learn(Started(step.action))
        board.learn(Submitting(step))
    board.running[script.action.id].since = 0.0
    board.learn(Failing(views.action, CallRefused("no")))
    lines = frame(board, "¥0.2", 83, 80, 24)
    assert re.search("^三视图 +━{16} +0/1  失败 1$", "\n".join(lines), re.MULTILINE)
    assert any("1 分 23 秒，通常约 1 分 30 秒" in line for line in lines)
    assert lines[-1].startswith("1 分 23 秒 · ")
    assert "已花 ¥0.2" in lines[-1]
    bars = [line for line in lines if re.search("[━─]", line)]
    assert len(bars) > 2
    assert len({width(re.split("[━─]", line)[0]) for line in bars}) == 1
    assert all(width(line) <= 80 for line in lines)
