"""The tables of padded axes: NumPy's, position by position, and their runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._padding_taps import PADDINGS, Mode, padded_size, runs
from convolens.ops._taps import PAD

modes = st.sampled_from(sorted(PADDINGS))
sizes = st.integers(0, 9)
cells = st.integers(-9, 12)
NUMPYS = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def table_or_none(mode: Mode, size: int, before: int, after: int) -> np.ndarray | None:
    try:
        table = PADDINGS[mode](size, before, after)
    except ShapeError:
        return None
    assert table.shape == (padded_size(size, before, after, mode), 1)
    assert table.dtype == np.int64
    return table[:, 0]


@given(modes, sizes, st.integers(0, 12), st.integers(0, 12))
@settings(max_examples=400)
def test_what_is_added_is_numpys(mode: Mode, size: int, before: int, after: int) -> None:
    found = table_or_none(mode, size, before, after)
    if found is None:
        limit = {"reflect": size - 1, "circular": size, "replicate": 0}[mode]
        assert size == 0 or max(before, after) > limit
        return
    assume(size)
    options = {"constant_values": PAD} if mode == "constant" else {}
    expected = np.pad(np.arange(size), (before, after), mode=NUMPYS[mode], **options)
    np.testing.assert_array_equal(found, expected)


@given(modes, sizes, cells, cells)
@settings(max_examples=400)
def test_cropping(mode: Mode, size: int, before: int, after: int) -> None:
    """What is cropped is a part of the axis that is padded; a circle is closed after the crop."""
    found = table_or_none(mode, size, before, after)
    assume(found is not None)
    first, last = max(0, -before), size - max(0, -after)
    if mode == "circular":
        whole = table_or_none(mode, last - first, max(before, 0), max(after, 0))
        assert whole is not None
        np.testing.assert_array_equal(found, first + whole)
    elif first <= last:
        whole = table_or_none(mode, size, max(before, 0), max(after, 0))
        assert whole is not None
        np.testing.assert_array_equal(found, whole[first : len(whole) - max(0, -after)])


@given(st.lists(st.integers(PAD, 12), max_size=30))
def test_runs_are_the_column(column: list[int]) -> None:
    rebuilt: list[int] = []
    for run in runs(np.array(column, np.int64)):
        assert run.start == len(rebuilt)
        if run.first == PAD:
            rebuilt += [PAD] * (run.stop - run.start)
        else:
            read = np.arange(13)[run.inputs].tolist()
            rebuilt += read if run.step else read * (run.stop - run.start)
    assert rebuilt == column


def test_a_padded_axis_has_at_most_three_runs() -> None:
    """Some cells before, the inside, some after: so few pieces are copied."""
    for mode, table in PADDINGS.items():
        for before in (0, 1, 2, 4):
            for after in (0, 1, 3):
                assert len(runs(table(6, before, after)[:, 0])) <= 3, (mode, before, after)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, -2, -2), "4 cells are cropped, but there are only 3"),
        ((3, 3, 0, "reflect"), "a reflection of 3 cells needs more than 3, but there are 3"),
        ((3, 4, 0, "circular"), "a padding of 4 cells goes round 3 cells more than once"),
        ((3, 3, -1, "circular"), "goes round 2 cells"),
        ((0, 1, 0, "replicate"), "no cell that could be replicated"),
        ((3, -3, 0, "replicate"), "0 cells are left"),
    ],
)
def test_refusals(arguments: tuple[int, int, int, Mode], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        padded_size(*arguments)


def test_unknown_modes_and_huge_axes() -> None:
    with pytest.raises(ArgumentError, match="mode is 'edge'"):
        padded_size(3, 1, 1, "edge")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="64 bits"):
        padded_size(3, 2**62, 2**62)
    assert padded_size(3, 2**61, 2**61) == 2**62 + 3
