"""What networks return: tensors in tuples, lists and dicts."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import pytest

from convolens.errors import DTypeError
from convolens.planner.structure import leaves, mapped

Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("structure", "changed", "found"),
    [
        (1, -1, [1]),
        ([1, (2, 3)], [-1, (-2, -3)], [1, 2, 3]),
        ({"x": 1, "y": []}, {"x": -1, "y": []}, [1]),
        (Pair(1, [2]), Pair(-1, [-2]), [1, 2]),
        ((), (), []),
    ],
)
def test_every_leaf(structure: Any, changed: Any, found: list[int]) -> None:
    assert mapped(structure, int, lambda number: -number) == changed
    assert type(mapped(structure, int, abs)) is type(structure)
    assert list(leaves(structure, int)) == found


@pytest.mark.parametrize("structure", ["text", [1, None], {"x": 1.5}])
def test_all_else_is_refused(structure: Any) -> None:
    with pytest.raises(DTypeError, match="which is no tensor"):
        list(leaves(structure, int))
