"""Settings: which of several places wins, how addresses are spelt, and that no secret shows."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import fields
from decimal import Decimal
from typing import get_args

import pytest

from manjuc import project, settings
from manjuc.errors import UsageError
from manjuc.models import Kind
from manjuc.settings import DEFAULT_BASE_URL, Secret
from manjuc.stages import STAGES

KEY = "sk-0123456789-geheim"


def read(dotenv: str = "", *, preview: bool = False, **project: object) -> settings.Settings:
    return settings.read(project, dotenv, preview=preview)


def test_without_anything_there_is_a_preview_in_this_process() -> None:
    found = read()
    assert found.preview
    assert found.api_key is None
    assert (found.base_url, found.dialect) == ("", "whatai")
    assert found.slots == {"text": 4, "image": 4, "video": 4, "local": 2}
    assert found.confirm_over == Decimal(0)
    assert (found.per_minute, found.deadlines) == (0, {})


def test_with_a_key_it_is_the_tutorials_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    found = read()
    assert not found.preview
    assert found.api_key == Secret(KEY)
    assert found.base_url == DEFAULT_BASE_URL == "https://api.whatai.cc"


# Which place wins

PROJECT = {"base_url": "https://project.example", "dialect": "project"}
DOTENV = f"MANJUC_API_KEY={KEY}\nMANJUC_BASE_URL=https://dotenv.example\nMANJUC_DIALECT=dotenv\n"


def test_the_projects_file_wins_over_the_defaults() -> None:
    found = read(f"MANJUC_API_KEY={KEY}", relay=PROJECT, limits={"video": 9}, confirm_over=5)
    assert (found.base_url, found.dialect) == ("https://project.example", "project")
    assert found.slots == {"text": 4, "image": 4, "video": 9, "local": 2}
    assert found.confirm_over == Decimal(5)


def test_the_dotenv_wins_over_the_projects_file() -> None:
    found = read(DOTENV, relay=PROJECT)
    assert (found.base_url, found.dialect) == ("https://dotenv.example", "dotenv")
    assert found.api_key == Secret(KEY)


def test_the_environment_wins_over_the_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", "sk-environment")
    monkeypatch.setenv("MANJUC_BASE_URL", "https://environment.example")
    monkeypatch.setenv("MANJUC_DIALECT", "environment")
    found = read(DOTENV, relay=PROJECT)
    assert (found.base_url, found.dialect) == ("https://environment.example", "environment")
    assert found.api_key == Secret("sk-environment")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MANJUC_API_KEY", "MANJUC_BASE_URL", "MANJUC_DIALECT"):
        monkeypatch.setenv(name, "")
    found = read(DOTENV, relay=PROJECT)
    assert (found.base_url, found.dialect) == ("https://dotenv.example", "dotenv")
    assert found.api_key == Secret(KEY)


@pytest.mark.parametrize(
    "line",
    [
        f"MANJUC_API_KEY={KEY}",
        f"MANJUC_API_KEY = {KEY} ",
        f'MANJUC_API_KEY="{KEY}"',
        f"MANJUC_API_KEY='{KEY}'",
        f"export MANJUC_API_KEY={KEY}",
        f"# a comment\n\nnonsense\nMANJUC_API_KEY={KEY}\r\n",
        f"MANJUC_API_KEY=old\nMANJUC_API_KEY={KEY}",
        f"\ufeffMANJUC_API_KEY={KEY}",
        f"export   MANJUC_API_KEY={KEY}",
        f"MANJUC_API_KEY={KEY}  # from the relay's console",
    ],
)
def test_a_dotenv_is_read_as_people_write_it(line: str) -> None:
    assert read(line).api_key == Secret(KEY)


def test_what_is_commented_out_in_a_dotenv_is_not_there() -> None:
    assert read(f"# MANJUC_API_KEY={KEY}\n#MANJUC_API_KEY={KEY}").preview


@pytest.mark.parametrize("key", [" ", "\t", '""'])
def test_a_blank_key_is_no_key(key: str) -> None:
    assert read(f"MANJUC_API_KEY={key}").preview


def test_a_key_that_was_pasted_with_blanks_around_it_is_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", f" {KEY}\n")
    assert read().api_key == Secret(KEY)


@pytest.mark.parametrize("amount", [0, 5, 0.1, 12.34])
def test_an_amount_is_what_was_written(amount: float) -> None:
    assert read(confirm_over=amount).confirm_over == Decimal(str(amount))


# Limits


def test_calls_a_minute_are_one_number_or_one_for_each_kind() -> None:
    assert read(limits={"per_minute": 30}).per_minute == 30
    assert read(limits={"per_minute": {"image": 30, "video": 6}}).per_minute == {"image": 30, "video": 6}


def test_a_stage_has_so_many_minutes_for_a_result() -> None:
    assert read(limits={"minutes": {"clip": 30, "scene": 2.5}}).deadlines == {"clip": 1_800_000, "scene": 150_000}


def test_limits_are_told_of_the_kinds_and_stages_that_there_are() -> None:
    limits = json.loads(project.schema_text("project"))["properties"]["limits"]["properties"]
    kinds = set(get_args(Kind))
    assert set(limits["per_minute"]["properties"]) == kinds == set(settings.SLOTS) - {"local"}
    assert set(limits["minutes"]["properties"]) == {stage.NAME for stage in STAGES if stage.SLOT in kinds}


# Addresses


@pytest.mark.parametrize(
    "spelling",
    [
        "https://api.example.com",
        "https://api.example.com/",
        "https://api.example.com//",
        "https://api.example.com/v1",
        "https://api.example.com/v1/",
        " https://api.example.com/v1 ",
    ],
)
def test_an_address_is_the_same_however_it_was_pasted(spelling: str) -> None:
    assert settings.base_url(spelling) == "https://api.example.com"
    assert read(f"MANJUC_API_KEY={KEY}\nMANJUC_BASE_URL={spelling}").base_url == "https://api.example.com"
    assert read(f"MANJUC_API_KEY={KEY}", relay={"base_url": spelling.strip()}).base_url == "https://api.example.com"


@pytest.mark.parametrize("address", ["https://example.com/relay", "http://127.0.0.1:8722", "https://v1.example.com"])
def test_what_belongs_to_an_address_stays(address: str) -> None:
    assert settings.base_url(address) == address


# Preview


def test_a_preview_is_a_preview_though_there_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    found = read(preview=True)
    assert found.preview
    assert found.api_key is None
    assert found.base_url == ""


@pytest.mark.parametrize("address", ["http://127.0.0.1:8722", "http://localhost:8722/v1/", "http://[::1]:8722"])
def test_a_preview_goes_to_a_relay_on_this_machine(address: str) -> None:
    assert read(f"MANJUC_BASE_URL={address}", preview=True).base_url == settings.base_url(address)
    assert read(f"MANJUC_BASE_URL={address}").base_url == settings.base_url(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.whatai.cc",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "http://example.com/127.0.0.1",
        "http://0.0.0.0:1",
        "localhost:8722",
        "nonsense",
        "http://[::1",
        "http://[nonsense]:1",
    ],
)
def test_a_preview_goes_nowhere_else(address: str) -> None:
    assert read(f"MANJUC_BASE_URL={address}", preview=True).base_url == ""


def test_a_projects_relay_is_not_asked_for_previews() -> None:
    assert read(relay={"base_url": "http://127.0.0.1:9"}, preview=True).base_url == ""


# Secrets


def test_a_secret_never_shows(caplog: pytest.LogCaptureFixture) -> None:
    found = read(f"MANJUC_API_KEY={KEY}")
    secret = found.api_key
    assert secret is not None
    logging.getLogger("x").warning("%s %r", secret, found)
    shown = [
        *(str(thing) for thing in (found, secret, [found], {"a": secret}, (secret,))),
        *(repr(thing) for thing in (found, secret)),
        f"{found} {secret} {secret!s} {secret!r}",
        "{} %s".format(secret) % (secret,),  # noqa: UP032
        str([getattr(found, field.name) for field in fields(found)]),
        str(ValueError(secret)),
        json.dumps({"settings": found}, default=str),
        caplog.text,
    ]
    assert not [text for text in shown if "geheim" in text]
    assert str(secret) == "***"


def test_a_secret_is_kept_by_copies_and_told_on_purpose_only() -> None:
    secret = Secret(KEY)
    assert copy.deepcopy(secret) == secret == pickle.loads(pickle.dumps(secret))
    assert secret.value == KEY


def test_a_secret_is_hidden_in_the_words_of_others() -> None:
    assert Secret(KEY).hide_in(f"bad token {KEY}, {KEY}") == "bad token ***, ***"
    assert Secret("").hide_in("nothing to hide") == "nothing to hide"


# Colour


@pytest.mark.parametrize(
    ("no_colour", "term", "terminal", "wanted"),
    [
        ("", "xterm", True, True),
        ("", "xterm", False, False),
        ("1", "xterm", True, False),
        ("", "dumb", True, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, no_colour: str, term: str, terminal: bool, wanted: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setenv("TERM", term)
    assert settings.wants_colour(terminal) == wanted


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.com/?a=b",
        "https://api.example.com/#/token",
        "https://api..example.com",
        "https://xn--a.com",
        "https://" + "a" * 70 + ".com",
        "https://api.example.com/\udcff",
        "https://api.example.com/\x01",
        "https://api.example.com:0",
    ],
)
def test_an_address_to_which_no_call_can_go_is_refused_before_any_is_intended(address: str) -> None:
    with pytest.raises(UsageError, match="is not one"):
        read(f"MANJUC_API_KEY={KEY}", relay={"base_url": address})


@pytest.mark.parametrize("address", ["https://接口.中国", "https://xn--fiqs8s.example", "https://my_relay.example"])
def test_a_name_in_any_letters_can_be_an_address(address: str) -> None:
    assert read(f"MANJUC_API_KEY={KEY}", relay={"base_url": address}).base_url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://me:geheim@host.example",
        "http://me:ge/geheim@host.example",
        "me:geheim@host.example",
        "https://host.example/?key=geheim",
        "https://host.example/#geheim",
    ],
)
def test_an_address_that_is_refused_is_told_without_its_secrets(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(f"MANJUC_API_KEY={KEY}", relay={"base_url": address})
    assert "geheim" not in str(refused.value)
    assert "host.example" in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        f"MANJUC_API_KEY: {KEY}",
        f"MANJUC_API_KEY:{KEY}",
        f"MANJUC_API_KEY＝{KEY}",
        f"MANJUC_API_KEY：{KEY}",
        f"export MANJUC_API_KEY: {KEY}",
        f"manjuc_api_key={KEY}",
        f"MANJUC_API_KEY={KEY}".translate({ord("M"): "Ｍ"}),
        f'MANJUC_API_KEY="{KEY}',
        "MANJUC_API_KEY",
    ],
)
def test_a_line_that_was_to_set_the_key_and_does_not_is_told_instead_of_a_preview(
    line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        UsageError, match=r"line 3 of \.env sets no MANJUC_API_KEY: write it as MANJUC_API_KEY=…"
    ) as told:
        read(f"# a comment\n\n{line}\n")
    assert KEY not in str(told.value)
    assert read(f"\n{line}\n", preview=True).preview
    assert read(f"{line}\nMANJUC_API_KEY={KEY}\n").api_key == Secret(KEY) or line.count('"') == 1
    assert capfd.readouterr() == ("", ""), "no library has a say in it"


def test_a_line_that_sets_nothing_does_not_matter_beside_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    assert read("MANJUC_API_KEY: x").api_key == Secret(KEY)
    assert read("OTHER: x\nMANJUC_API_KEY: x").api_key == Secret(KEY)
