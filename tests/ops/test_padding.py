"""Paddings by name: their sizes, and where their windows lie."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolens.errors import ArgumentError
from convolens.ops._padding import named_padding
from convolens.ops._taps import PAD, Window, resolve_padding, sliding

sizes = st.integers(1, 40)
kernels = st.integers(1, 7)
steps = st.integers(1, 5)
EACH_STRIDED = pytest.mark.parametrize("name", ["same_fixed", "same_tf"])


def cells(name: str, size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    (pair,) = resolve_padding(name, (kernel,), (stride,), (dilation,), (size,))
    return pair


@EACH_STRIDED
@given(sizes, kernels, steps, st.integers(1, 4))
@settings(max_examples=300)
def test_as_many_outputs_as_inputs_by_the_stride(
    name: str, size: int, kernel: int, stride: int, dilation: int
) -> None:
    before, after = cells(name, size, kernel, stride, dilation)
    outputs = Window(kernel, stride, (before, after), dilation).output_size(size)
    assert outputs == math.ceil(size / stride)
    assert after - before in (0, 1)  # the extra cell goes after


@given(sizes, kernels, steps, st.integers(1, 4))
def test_tensorflow_pads_no_more_than_needed(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    """The last window ends at the last cell, unless the input itself reaches beyond it."""
    before, after = cells("same_tf", size, kernel, stride, dilation)
    reached = (math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1
    assert before + after == max(0, reached - size)


@given(kernels, st.integers(1, 4), sizes)
def test_at_stride_1_all_three_are_one(kernel: int, dilation: int, size: int) -> None:
    same = cells("same", size, kernel, 1, dilation)
    assert cells("same_fixed", size, kernel, 1, dilation) == same
    assert cells("same_tf", size, kernel, 1, dilation) == same


def test_windows_begin_elsewhere_with_a_stride() -> None:
    """TensorFlow's published example of a 3x3 kernel with stride 2 on even and odd sizes."""
    assert cells("same_tf", 8, 3, 2, 1) == (0, 1)
    assert cells("same_tf", 7, 3, 2, 1) == (1, 1)
    assert cells("same_fixed", 8, 3, 2, 1) == (1, 1)
    assert cells("same_tf", 224, 7, 2, 1) == (2, 3)  # ResNet's stem there; (3, 3) in torch
    assert cells("same_fixed", 224, 7, 2, 1) == (3, 3)
    assert cells("same_tf", 5, 1, 3, 1) == (0, 0)


@given(st.integers(1, 12), kernels, st.integers(1, 3))
def test_full_counts_every_overlap(size: int, kernel: int, dilation: int) -> None:
    table = sliding(size, kernel, 1, "full", dilation)
    reach = dilation * (kernel - 1)
    assert len(table) == size + reach
    if reach < size or dilation == 1:
        assert (table > PAD).any(axis=1).all()
    taps, counts = np.unique(np.nonzero(table > PAD)[1], return_counts=True)
    assert taps.tolist() == list(range(kernel))
    assert set(counts.tolist()) == {size}  # every tap meets every input


def test_the_refusal_of_a_stride_names_both_meanings() -> None:
    with pytest.raises(ValueError, match="strided") as caught:
        named_padding("same", (3, 3), (1, 2), (1, 1))
    first, *_, hint = str(caught.value).splitlines()
    assert first == "padding='same' is not supported for strided convolutions"
    assert hint.startswith("Hint:")
    assert "'same_fixed'" in hint
    assert "'same_tf'" in hint


@pytest.mark.parametrize("name", ["SAME", "Valid", " full"])
def test_nearly_right_names_are_corrected(name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        named_padding(name, (3,), (1,), (1,))
    assert f"Hint: write {name.strip().lower()!r}." in str(caught.value)


def test_what_cannot_be_known() -> None:
    with pytest.raises(ArgumentError, match="depends on the size of the input"):
        resolve_padding("same_tf", (3,), (2,), (1,))
    assert sliding(5, 3, 2, "same_tf").tolist() == [[-1, 0, 1], [1, 2, 3], [3, 4, -1]]
    with pytest.raises(ArgumentError, match="stride is 0"):
        named_padding("same_tf", (3,), (0,), (1,), (5,))
