"""The input continued by its own values, against NumPy's padding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ShapeError
from convolens.nn.functional._border import continued

NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
MODES = pytest.mark.parametrize("mode", NUMPY)


@MODES
@given(st.data(), st.integers(1, 3))
def test_as_numpy_pads(mode: str, data: st.DataObject, rank: int) -> None:
    sizes = [data.draw(st.integers(2, 5)) for _ in range(rank)]
    most = [size - 1 if mode == "reflect" else size for size in sizes]
    padding = [(data.draw(st.integers(0, high)), data.draw(st.integers(0, high))) for high in most]
    array = np.random.default_rng(0).standard_normal((2, 3, *sizes))
    expected = np.pad(array, [(0, 0), (0, 0), *padding], mode=NUMPY[mode])  # type: ignore[call-overload]
    np.testing.assert_array_equal(continued(cl.tensor(array), padding, mode).numpy(), expected)


@pytest.mark.parametrize(
    ("mode", "cells", "most"), [("reflect", 3, 2), ("circular", 4, 3)], ids=["reflect", "circular"]
)
def test_too_few_cells(mode: str, cells: int, most: int) -> None:
    with pytest.raises(ShapeError) as caught:
        continued(cl.zeros(1, 1, 3), [(cells, 0)], mode)
    assert f"cannot add {cells} cells to an axis of 3" in str(caught.value)
    assert f"at most {most}" in str(caught.value)


@MODES
def test_nothing_has_no_border(mode: str) -> None:
    with pytest.raises(ShapeError, match="axis of 0"):
        continued(cl.zeros(1, 1, 0), [(1, 1)], mode)


def test_replicated_cells_have_no_limit() -> None:
    y = continued(cl.tensor([[[1.0, 2.0]]]), [(3, 4)], "replicate")
    assert y.tolist() == [[[1, 1, 1, 1, 2, 2, 2, 2, 2]]]
    far = continued(cl.tensor([[[1.0, 2.0]]]), [(2**20, 0)], "replicate")
    assert far.sum().item() == 2**20 + 3


def test_nothing_to_add_returns_the_input() -> None:
    x = cl.zeros(1, 1, 3, 3)
    assert continued(x, [(0, 0), (0, 0)], "reflect") is x
