"""The tap table against its definition, position by position."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._taps import (
    OUTSIDE,
    PAD,
    Window,
    compose,
    coverage,
    inverse,
    resolve_padding,
    sliding,
    transposed,
    transposed_size,
)

windows = st.builds(
    Window,
    kernel=st.integers(1, 6),
    stride=st.integers(1, 5),
    padding=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    dilation=st.integers(1, 4),
    ceil_mode=st.booleans(),
)
sizes = st.integers(0, 20)


def brute_force(size: int, window: Window) -> list[list[int]]:
    """Slide the window over the cells of the padded input, one by one."""
    before, after = window.padding
    cells = [PAD] * before + list(range(size)) + [PAD] * after
    taps = range(0, window.extent, window.dilation)
    rows = []
    start = 0
    while True:
        ends = start + window.extent
        # A partial window counts if a whole one would have fitted fewer than a stride earlier.
        partial = window.ceil_mode and ends - window.stride < len(cells)
        if ends > len(cells) and not partial:
            break
        rows.append([cells[start + t] if start + t < len(cells) else OUTSIDE for t in taps])
        start += window.stride
    if rows and window.ceil_mode and start - window.stride >= before + size:
        rows.pop()  # it would begin in the padding after the input
    return rows


@given(sizes, windows)
@settings(max_examples=1500)
def test_a_table_is_its_definition(size: int, window: Window) -> None:
    expected = brute_force(size, window)
    try:
        table = window.taps(size)
    except ShapeError:
        assert expected == []
        return
    assert table.tolist() == expected
    assert table.dtype == np.int64
    assert table.shape == (window.output_size(size), window.kernel)


@given(sizes, windows)
def test_the_cells_at_the_end_that_no_window_reaches(size: int, window: Window) -> None:
    rows = brute_force(size, window)
    assume(rows)
    before, after = window.padding
    reached = (len(rows) - 1) * window.stride + window.extent
    assert window.unread(size) == max(0, before + size + after - reached)


@given(sizes, windows)
def test_the_inverse_says_who_reads(size: int, window: Window) -> None:
    assume(brute_force(size, window))
    table = window.taps(size)
    turned = inverse(table, size)
    assert turned.shape == (size, window.kernel)
    for place in range(size):
        for tap in range(window.kernel):
            readers = np.flatnonzero(table[:, tap] == place)
            assert turned[place, tap] == (readers[0] if readers.size else PAD)
            assert readers.size <= 1  # so that nothing is lost


@given(sizes, windows)
def test_coverage_counts_readers(size: int, window: Window) -> None:
    assume(brute_force(size, window))
    table = window.taps(size)
    expected = [int((table == place).sum()) for place in range(size)]
    assert coverage(table, size).tolist() == expected


@given(st.integers(4, 16), windows, windows)
def test_a_window_over_a_window(size: int, inner: Window, outer: Window) -> None:
    assume(brute_force(size, inner))
    below = inner.taps(size)
    assume(brute_force(len(below), outer))
    above = outer.taps(len(below))
    both = compose(above, below)
    for row, entries in zip(above, both, strict=True):
        seen = [below[entry].tolist() if entry >= 0 else None for entry in row]
        parts = np.split(entries, outer.kernel)
        for part, expected in zip(parts, seen, strict=True):
            if expected is None:
                assert (part < 0).all()
            else:
                assert part.tolist() == expected


@given(
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(0, 3),
)
@settings(max_examples=600)
def test_a_transposed_table_is_the_inverse(
    size: int, kernel: int, stride: int, padding: int, dilation: int, extra: int
) -> None:
    """Position by position: input i of the transpose goes to i stride + tap dilation - padding."""
    window = Window(kernel, stride, (padding, padding), dilation)
    length = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + extra
    if extra >= max(stride, dilation):
        with pytest.raises(ArgumentError, match=f"output_padding is {extra}"):
            transposed(size, kernel, stride, padding, dilation, extra)
        return
    if length < 1:
        with pytest.raises(ShapeError):
            transposed(size, kernel, stride, padding, dilation, extra)
        return
    assert transposed_size(size, window, extra) == length
    expected = np.full((length, kernel), PAD)
    for i in range(size):
        for tap in range(kernel):
            place = i * stride + tap * dilation - padding
            if 0 <= place < length:
                expected[place, tap] = i
    np.testing.assert_array_equal(
        transposed(size, kernel, stride, padding, dilation, extra), expected
    )


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 4))
def test_same_keeps_the_size(size: int, kernel: int, dilation: int) -> None:
    table = sliding(size, kernel, padding="same", dilation=dilation)
    assert len(table) == size
    ((before, after),) = resolve_padding("same", (kernel,), (1,), (dilation,))
    assert after - before in (0, 1)  # the extra cell goes after: below, or to the right
    assert before + after == dilation * (kernel - 1)


def test_same_of_an_even_kernel() -> None:
    assert sliding(3, 2, padding="same").tolist() == [[0, 1], [1, 2], [2, PAD]]


@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3))
def test_valid_is_no_padding(size: int, kernel: int, stride: int, dilation: int) -> None:
    assume(dilation * (kernel - 1) < size)
    np.testing.assert_array_equal(
        sliding(size, kernel, stride, "valid", dilation), sliding(size, kernel, stride, 0, dilation)
    )


def test_same_with_a_stride_is_refused_with_torchs_sentence() -> None:
    with pytest.raises(ValueError, match="padding='same' is not supported for strided") as caught:
        sliding(5, 3, stride=2, padding="same")
    assert str(caught.value).splitlines()[0] == (
        "padding='same' is not supported for strided convolutions"
    )


#: name: input, kernel, stride, padding -> outputs. The animations of Dumoulin and Visin, 2016.
ANIMATIONS = {
    "no padding, no strides": (4, 3, 1, 0, 2),
    "arbitrary padding": (5, 4, 1, 2, 6),
    "half padding": (5, 3, 1, 1, 5),
    "full padding": (5, 3, 1, 2, 7),
    "no padding, strides": (5, 3, 2, 0, 2),
    "padding, strides": (5, 3, 2, 1, 3),
    "padding, strides, odd": (6, 3, 2, 1, 3),
}


@pytest.mark.parametrize("case", ANIMATIONS.values(), ids=list(ANIMATIONS))
def test_sizes_of_the_animations(case: tuple[int, ...]) -> None:
    size, kernel, stride, padding, outputs = case
    assert Window(kernel, stride, (padding, padding)).output_size(size) == outputs
    # Back again; a stride may have left inputs unread.
    window = Window(kernel, stride, (padding, padding))
    assert transposed_size(outputs, window, window.unread(size)) == size


def test_the_last_column_of_a_strided_window_is_not_read() -> None:
    assert Window(3, 2, (1, 1)).unread(6) == 1
    assert coverage(sliding(6, 3, 2, 1), 6).tolist() == [1, 2, 1, 2, 1, 1]


def test_dilation_widens_the_view() -> None:
    assert Window(3, dilation=2).extent == 5
    assert Window(3, dilation=2).output_size(7) == 3


def test_alexnet_at_224_loses_pixels() -> None:
    assert (224 - 11) / 4 + 1 == 54.25
    window = Window(11, 4)
    assert window.output_size(224) == 54
    assert window.unread(224) == 1
    assert Window(11, 4, (2, 2)).output_size(224) == 55
    assert Window(11, 4).output_size(227) == 55


def test_5x5_with_a_stride_and_back() -> None:
    assert sliding(5, 3, 2).tolist() == [[0, 1, 2], [2, 3, 4]]
    assert len(transposed(2, 3, 2)) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kernel": 0}, "kernel is 0, but must be"),
        ({"kernel": -3}, "kernel is -3"),
        ({"stride": 0}, "stride is 0"),
        ({"stride": -1}, "stride is -1"),
        ({"dilation": 0}, "dilation is 0"),
        ({"padding": (0, -1)}, "must not be negative"),
        ({"padding": (-1, 0)}, "must not be negative"),
        ({"kernel": 2**62, "dilation": 4}, "64 bits"),
        ({"stride": 2**63}, "64 bits"),
        ({"padding": (2**62, 2**62)}, "64 bits"),
    ],
)
def test_bad_windows(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Window(**{"kernel": 3, **arguments})


@pytest.mark.parametrize("value", [2.5, "3", None, 3.0])
@pytest.mark.parametrize("name", ["kernel", "stride", "dilation"])
def test_windows_of_no_whole_number(name: str, value: object) -> None:
    with pytest.raises((ArgumentError, TypeError)):
        Window(**{"kernel": 3, name: value}).taps(5)


def test_bad_names_and_lengths_of_padding() -> None:
    with pytest.raises(ArgumentError, match="padding is 'half'"):
        resolve_padding("half", (3,), (1,), (1,))
    with pytest.raises(ArgumentError, match="3 entries, but the window has 2 axes"):
        resolve_padding((1, 1, 1), (3, 3), (1, 1), (1, 1))
    assert resolve_padding(((1, 2), 3), (3, 3), (1, 1), (1, 1)) == ((1, 2), (3, 3))


def test_a_window_larger_than_the_padded_input_says_so() -> None:
    with pytest.raises(ShapeError, match="covers 5 inputs, but the padded input has only 4") as e:
        Window(3, dilation=2, padding=(1, 0)).output_size(3)
    assert "dilation  2" in str(e.value)


def test_sizes_do_not_overflow() -> None:
    assert Window(2, padding=(2**61, 2**61)).output_size(4) == 2**62 + 3
