"""Canonical bytes and digests: what is the same has one digest, everywhere; what differs has another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc.calls import ImageCall, Message, Pending, Ref, TextCall, VideoCall, key_of, preimage
from manjuc.digest import Digest, Hashing, canonical, digest_of

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
PICTURE = ImageCall("nano-banana-2", "一个人", "16:9", "1K", (Ref(Digest("a" * 64), "image/png"),))


@dataclass(frozen=True)
class Point:
    x: int
    y: int


@dataclass(frozen=True)
class Place:
    x: int
    y: int


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"null"),
        (True, b"true"),
        (1, b"1"),
        (10**30, b"1" + b"0" * 30),
        ("雨夜", '"雨夜"'.encode()),
        ('"\\\n', b'"\\"\\\\\\n"'),
        ([1, "a"], b'[1,"a"]'),
        ((1, "a"), b'[1,"a"]'),
        ({"b": 1, "a": [None]}, b'{"a":[null],"b":1}'),
        ({"乙": 1, "甲": 2, "a": 3}, '{"a":3,"乙":1,"甲":2}'.encode()),
        (MappingProxyType({"a": 1}), b'{"a":1}'),
        (Point(1, 2), b'{"is":"Point","x":1,"y":2}'),
    ],
)
def test_a_value_has_one_canonical_form(value: object, expected: bytes) -> None:
    assert canonical(value) == expected


@pytest.mark.parametrize(
    "value",
    [0.5, float("nan"), [1, 2.0], {"a": {"b": 1e3}}, Point(1, 0.5), Decimal("0.5"), b"bytes", {1, 2}, object(), Point],  # type: ignore[arg-type]
)
def test_what_has_several_spellings_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        canonical(value)


def test_values_of_two_kinds_never_look_alike() -> None:
    assert canonical(Point(1, 2)) != canonical(Place(1, 2))
    assert canonical(Point(1, 2)) != canonical({"x": 1, "y": 2})


@settings(derandomize=True, max_examples=50)
@given(VALUES)
def test_the_canonical_form_is_json_of_the_same_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value


def shuffled(value: Any, seed: int) -> Any:
    """The same value with the keys of every mapping put in another order."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: digest_of(f"{seed} {key!r}".encode()))
        return OrderedDict((key, shuffled(value[key], seed + 1)) for key in keys)
    return [shuffled(item, seed + 1) for item in value] if isinstance(value, list) else value


@settings(derandomize=True, max_examples=50)
@given(VALUES, st.integers(0, 9))
def test_the_order_of_keys_means_nothing(value: Any, seed: int) -> None:
    assert digest_of(canonical(value)) == digest_of(canonical(shuffled(value, seed)))


def strict(value: Any) -> Any:
    """A value that tells `True` from `1`, which Python does not."""
    if isinstance(value, dict):
        return {key: strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list) else (type(value), value)


@settings(derandomize=True, max_examples=60)
@given(VALUES, VALUES)
def test_digests_are_the_same_exactly_for_the_same_value(one: Any, other: Any) -> None:
    assert (digest_of(canonical(one)) == digest_of(canonical(other))) == (strict(one) == strict(other))


def test_the_order_of_a_list_means_something() -> None:
    assert canonical([1, 2]) != canonical([2, 1])


def test_a_digest_is_sha256_in_hexadecimal() -> None:
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@settings(derandomize=True, max_examples=30)
@given(st.lists(st.binary(max_size=50), max_size=8))
def test_the_digest_of_a_stream_is_that_of_its_bytes(chunks: list[bytes]) -> None:
    hashing = Hashing()
    for chunk in chunks:
        hashing.update(chunk)
    assert hashing.digest() == digest_of(b"".join(chunks))
    assert hashing.size == len(b"".join(chunks))


def test_the_key_of_a_call_is_the_digest_of_the_whole_of_it() -> None:
    text = TextCall("m", "系统", (Message("user", "写"),), 100)
    clip = VideoCall("m", "一个人", "16:9", 10_000)
    keys = {
        key_of("scene", 1, PICTURE),
        key_of("scene", 2, PICTURE),
        key_of("three_views", 1, PICTURE),
        key_of("scene", 1, ImageCall("nano-banana-2", "两个人", "16:9", "1K", PICTURE.references)),
        key_of("scene", 1, ImageCall("nano-banana-2", "一个人", "16:9", "1K", PICTURE.references, take=2)),
        key_of("scene", 1, ImageCall("nano-banana-2", "一个人", "16:9", "1K")),
        key_of("scene", 1, text),
        key_of("scene", 1, clip),
        key_of("scene", 1, VideoCall("m", "一个人", "16:9", 10_000, hd=True)),
    }
    assert len(keys) == 9
    assert digest_of(preimage("scene", 1, PICTURE)) in keys


def test_a_call_that_waits_for_its_inputs_has_no_key() -> None:
    with pytest.raises(AssertionError, match="no key"):
        key_of("scene", 1, ImageCall("m", "p", "16:9", "1K", (Pending("characters/linche/three_views"),)))


PROGRAM = """
from manjuc.calls import ImageCall, Ref, key_of
from manjuc.digest import canonical, digest_of
value = {name: [1, {"雨": name}] for name in {"甲", "乙", "丙", "a", "b", "Z", "é"}}
call = ImageCall("m", "雨夜", "16:9", "1K", (Ref("a" * 64, "image/png"),))
print(digest_of(canonical(value)), key_of("scene", 1, call))
"""


def test_digests_are_the_same_whatever_the_hash_seed_locale_and_time_zone() -> None:
    said = set()
    for seed, locale, zone in (("0", "C", "UTC"), ("1", "C.UTF-8", "Asia/Shanghai"), ("77", "POSIX", "America/Lima")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
        command = [sys.executable, "-c", PROGRAM]
        root = Path(__file__).parent.parent
        said.add(subprocess.run(command, env=environment, cwd=root, check=True, capture_output=True).stdout)
    assert len(said) == 1
    assert len(said.pop().split()) == 2
