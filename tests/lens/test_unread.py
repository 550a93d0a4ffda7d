from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.lens.unread import notes, unread
from convolens.ops._taps import Window, coverage


@pytest.mark.parametrize(
    ("window", "size", "expected"),
    [
        (Window(11, 4), 224, (1, 0, 0)),
        (Window(11, 4), 227, (0, 0, 0)),
        (Window(11, 4, (2, 2)), 224, (0, 1, 0)),
        (Window(3, 2, (1, 1)), 6, (0, 1, 0)),
        (Window(3, 2, (1, 1)), 5, (0, 0, 0)),
        (Window(2, 2), 5, (1, 0, 0)),
        (Window(2, 2, ceil_mode=True), 5, (0, 0, 0)),
        (Window(3, 5, (0, 1)), 6, (3, 1, 0)),
        (Window(1, 2), 7, (0, 0, 3)),
        (Window(1, 2), 8, (1, 0, 3)),
        (Window(2, 2, dilation=2), 8, (1, 0, 3)),
    ],
)
def test_what_is_left(window: Window, size: int, expected: tuple[int, int, int]) -> None:
    found = unread(window, size)
    assert (found.dropped, found.dropped_padding, found.skipped) == expected


@given(
    st.builds(
        Window,
        kernel=st.integers(1, 4),
        stride=st.integers(1, 5),
        padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
        dilation=st.integers(1, 3),
    ),
    st.integers(10, 40),
)
def test_every_unread_input_is_counted_once(window: Window, size: int) -> None:
    found = unread(window, size)
    read = coverage(window.taps(size), size) > 0
    assert found.dropped + found.skipped == np.count_nonzero(~read)
    beyond = (window.output_size(size) - 1) * window.stride + window.extent - window.padding[0]
    assert found.dropped == max(0, size - beyond)
    assert found.dropped + found.dropped_padding == window.unread(size)


@pytest.mark.parametrize(
    ("windows", "sizes", "expected"),
    [
        ([Window(3)] * 2, (8, 8), []),
        (
            [Window(11, 4)] * 2,
            (224, 225),
            [
                "the floor drops 1 row and 2 columns: (224 - 11) / 4 + 1 = 54.25; "
                "(225 - 11) / 4 + 1 = 54.5"
            ],
        ),
        (
            [Window(2, 2), Window(3, 2, (1, 1))],
            (5, 6),
            [
                "the floor drops 1 row: (5 - 2) / 2 + 1 = 2.5",
                "the floor drops 1 column of padding: (6 + 2 - 3) / 2 + 1 = 3.5",
            ],
        ),
        (
            [Window(2, 3)] * 3,
            (3, 4, 4),
            [
                "the floor drops 1 slice, 2 rows and 2 columns: (3 - 2) / 3 + 1 is about 1.33; "
                "(4 - 2) / 3 + 1 is about 1.67"
            ],
        ),
        (
            [Window(1, 2), Window(1, 3)],
            (5, 7),
            ["the strides skip 2 rows and 4 columns, which no window reads"],
        ),
    ],
)
def test_sentences(windows: list[Window], sizes: tuple[int, ...], expected: list[str]) -> None:
    assert notes(windows, sizes) == expected


def test_in_chinese() -> None:
    assert notes([Window(11, stride=4)] * 2, (224, 224), "zh") == [
        "向下取整舍去了 1 行和 1 列：(224 - 11) / 4 + 1 = 54.25"
    ]
    assert notes([Window(1, stride=2), Window(1, stride=3)], (7, 7), "zh") == [
        "步幅跳过了 3 行和 4 列，没有窗口读取它们"
    ]
