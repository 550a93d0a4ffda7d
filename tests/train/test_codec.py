from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest

from convolens.errors import CheckpointError
from convolens.train.codec import decode, encode


@dataclass(frozen=True)
class Inner:
    share: float


@dataclass(frozen=True)
class Outer:
    name: str
    count: int
    size: tuple[int, int] | None
    names: tuple[str, ...]
    inner: Inner
    patience: int | None = None


WHOLE = Outer("a", 3, (4, 5), ("x", "y"), Inner(0.1), 7)


@pytest.mark.parametrize("value", [WHOLE, Outer("", 0, None, (), Inner(-1e300))])
def test_comes_back_equal(value) -> None:
    assert decode(Outer, json.loads(json.dumps(encode(value))), "x") == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 3),
        ("count", 3.0),
        ("count", True),
        ("count", "3"),
        ("count", None),
        ("size", [1]),
        ("size", [1, 2, 3]),
        ("size", 5),
        ("names", "xy"),
        ("names", [1]),
        ("inner", 5),
        ("inner", {"share": math.nan}),
        ("inner", {"share": "0.1"}),
        ("inner", {}),
        ("patience", "x" * 1000),
    ],
)
def test_other_types_are_refused(field, value) -> None:
    facts = json.loads(json.dumps(encode(WHOLE)))
    with pytest.raises(CheckpointError) as caught:
        decode(Outer, {**facts, field: value}, "run.json")
    assert "run.json" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_missing_and_unknown_fields_are_refused() -> None:
    facts = encode(WHOLE)
    with pytest.raises(CheckpointError, match="'other' is not known"):
        decode(Outer, {**facts, "other": 1}, "x")
    del facts["count"]
    with pytest.raises(CheckpointError, match="count is missing"):
        decode(Outer, facts, "x")
    with pytest.raises(CheckpointError, match="an object was expected"):
        decode(Outer, [], "x")


def test_a_whole_number_is_a_float_where_one_is_wanted() -> None:
    assert decode(Inner, {"share": 1}, "x") == Inner(1.0)
