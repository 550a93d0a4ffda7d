"""Shapes with axes joined, added or removed."""

from __future__ import annotations

import pytest

from convolens.errors import ArgumentError, IndexRangeError
from convolens.tensor.shapes import flattened, squeezed, unsqueezed


def test_joined() -> None:
    assert flattened((2, 3, 4), 0, -1) == (24,)
    assert flattened((2, 3, 4), 1, -1) == (2, 12)
    assert flattened((2, 3, 4), -2, -1) == (2, 12)
    assert flattened((2, 3, 4), 1, 1) == (2, 3, 4)
    assert flattened((), 0, -1) == (1,)
    with pytest.raises(ArgumentError, match="start_dim 2 comes after end_dim 1"):
        flattened((2, 3, 4), 2, 1)
    with pytest.raises(IndexRangeError, match="dim is 3"):
        flattened((2, 3, 4), 3, -1)


def test_added_and_removed() -> None:
    assert unsqueezed((2, 3), 0) == (1, 2, 3)
    assert unsqueezed((2, 3), -1) == (2, 3, 1)
    assert unsqueezed((), 0) == (1,)
    assert squeezed((1, 2, 1), None) == (2,)
    assert squeezed((1, 2, 1), 0) == (2, 1)
    assert squeezed((1, 2, 1), 1) == (1, 2, 1)
    assert squeezed((), 0) == ()
    with pytest.raises(IndexRangeError):
        unsqueezed((2, 3), 3)
    with pytest.raises(IndexRangeError):
        squeezed((2, 3), 2)
