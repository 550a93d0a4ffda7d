"""Padding: the tap tables' numbers, and that a crop undoes it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convolens.errors import ConvolensError
from convolens.ops import Pad, PadGrad, Sample
from convolens.ops._padding_taps import Mode
from convolens.ops._taps import PAD
from convolens.spec import TensorSpec, bool_, float64, int64, uint8

modes = st.sampled_from(["constant", "reflect", "replicate", "circular"])
pairs = st.lists(st.tuples(st.integers(-2, 4), st.integers(-2, 4)), min_size=1, max_size=3)


@given(modes, pairs.map(tuple), st.data())
@settings(max_examples=200)
def test_each_output_reads_what_the_tables_say(
    mode: Mode, padding: tuple[tuple[int, int], ...], data: st.DataObject
) -> None:
    sizes = [data.draw(st.integers(1, 5)) for _ in padding]
    x = np.random.default_rng(0).standard_normal((2, 3, *sizes))
    op = Pad(padding, mode, 7.0)
    try:
        y = op.reference(x)
    except ConvolensError:
        assume(False)
    tables = op.tables(sizes)
    for place in np.ndindex(*map(len, tables)):
        read = tuple(int(table[at, 0]) for table, at in zip(tables, place, strict=True))
        expected = np.full((2, 3), 7.0) if PAD in read else x[(..., *read)]
        np.testing.assert_array_equal(y[(..., *place)], expected)


@given(pairs.map(tuple))
def test_a_crop_undoes_padding(padding: tuple[tuple[int, int], ...]) -> None:
    more = tuple((abs(before), abs(after)) for before, after in padding)
    back = Pad(tuple((-before, -after) for before, after in more))
    x = np.random.default_rng(0).standard_normal((2, *[6] * len(more)))
    for mode in ("constant", "reflect", "replicate", "circular"):
        np.testing.assert_array_equal(back.reference(Pad(more, mode).reference(x)), x)


def test_the_gradient_counts_readers() -> None:
    op = PadGrad(((2, 1), (0, 3)), "replicate", (3, 2))
    counts = op.reference(np.ones((1, 1, 6, 5)))
    assert counts[0, 0].tolist() == [[3, 12], [1, 4], [2, 8]]


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [(int64, 1.9, 1), (int64, -(2**63), -(2**63)), (uint8, 255, 255), (bool_, 5, True)],
)
def test_values_of_other_types(dtype: np.dtype, value: float, expected: object) -> None:
    y = Pad(((1, 0),), value=value).reference(np.zeros(2, dtype))
    assert y.dtype == dtype
    assert y[0] == expected


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(int64, 2**63), (uint8, 256), (uint8, -1), (int64, float("nan")), (int64, float("inf"))],
)
def test_values_that_do_not_fit(dtype: np.dtype, value: float) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Pad(((1, 0),), value=value).infer(TensorSpec((2,), dtype))


def test_infinities_are_values_and_overflows_are_not() -> None:
    assert np.isinf(Pad(((1, 0),), value=float("-inf")).reference(np.zeros(1, np.float32))[0])
    with pytest.raises(ValueError, match=r"1e\+300 does not fit float32"):
        Pad(((1, 0),), value=1e300).infer(TensorSpec((2,)))
    assert Pad(((1, 0),), value=1e300).infer(TensorSpec((2,), float64)).shape == (3,)


def test_every_axis_can_be_padded_at_once() -> None:
    x = np.ones((1,) * 8)
    sample = Sample(Pad(((1, 1),) * 8), (TensorSpec(x.shape),))
    assert sample.op.reference(x).sum() == 1
