"""Recordings: what each kernel computes, computed again of other numbers."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from contracts.calls import native, prepare, small, with_kernels
from contracts.each_isa.right_geometries import GEOMETRIES
from convolens import _native
from convolens.backends.candidate import Packed
from convolens.backends.layout import dense, empty
from convolens.backends.recording import Recording
from convolens.ops import Op, Sample
from convolens.spec import TensorSpec


def forms(run: Any, arrays: list[Any]) -> list[tuple[Any, list[Any], set[int]]]:
    """Return a run as it is and with what it lays out laid out, its arrays, and which of them stay.

    Weights that were laid out hold the numbers that they had then.
    """
    plain = run, list(map(dense, arrays)), set[int]()
    if not isinstance(run, Packed):
        return [plain]
    laid_out = list(map(dense, arrays))
    for index in run.indices:
        laid_out[index] = run.pack(laid_out[index])
    return [plain, (run.run, laid_out, set(run.indices))]


def drawn(sample: Sample, seed: int) -> list[np.ndarray]:
    return [np.array(array, order="K") for array in sample.arrays(np.random.default_rng(seed))]


def spoil() -> np.ndarray:
    """Fill memory of all sizes, which is free then, with NaN; return the last of it."""
    nan = dense(np.full(1 << 16, np.nan, np.float32))
    taken = [empty(TensorSpec((1 << size,))) for size in range(17) for _ in range(3)]
    for array in taken:
        _native.scale(nan[: array.size], array, 1.0)
    return taken[-1]


def check(sample: Sample, run: Any) -> None:
    others = drawn(sample, 1)
    for form, given, fixed in forms(run, drawn(sample, 0)):
        recording = Recording()
        result = recording.add(form, given)
        recording.add(spoil, [])
        np.testing.assert_array_equal(result, form(*given))
        for place, (own, other) in enumerate(zip(given, others, strict=True)):
            if place not in fixed:
                own[...] = other
        for _ in range(2):
            recording.replay()
            np.testing.assert_array_equal(result, form(*given))


@pytest.mark.parametrize("operator", with_kernels(), ids=lambda operator: operator.name)
def test_computed_again_of_other_numbers(operator: type[Op]) -> None:
    for sample in [*operator.samples(), *small(operator)[::41]]:
        for candidate in native(sample):
            try:
                check(sample, prepare(sample, candidate))
            except BaseException as error:
                specs = ", ".join(map(str, sample.specs))
                error.add_note(f"with {sample.op} of {specs} by {candidate.name}")
                raise


def test_what_is_forgotten_keeps_nothing_alive() -> None:
    pool = _native.Pool(*GEOMETRIES["Pool"](1, 1, 3))
    x, y = (empty(TensorSpec((1, 1, 3, columns))) for columns in (4, 2))
    recording, before = _native.Recording(), sys.getrefcount(pool)
    recording.begin()
    pool.max_forward(x, y)
    _native.not_recorded()
    assert recording.end() == -1
    assert sys.getrefcount(pool) == before
