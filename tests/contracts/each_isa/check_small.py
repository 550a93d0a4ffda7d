"""One small image: cut into few units of work, or shared by all threads, with the batch's bits."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from contracts.each_isa.guarded_calls import by_kernel
from contracts.each_isa.guards import guarded
from convolens import ops
from convolens.ops import Array, Op
from tolerance import assert_within

pytestmark = pytest.mark.usefixtures("threads_as_before")

#: Channels, outputs, size and taps. Winograd's tiles are one block, or one for each thread; the
#: rows of the others are one unit of work, or a few. Taps are the side of a square, or both sides.
CASES: dict[str, list[tuple]] = {
    "winograd2": [(32, 40, 13, 3), (64, 64, 8, 3), (17, 33, 19, 5)],
    "winograd4": [(32, 32, 16, 3), (64, 64, 8, 3), (8, 9, 28, 3)],
    "fourier": [(32, 40, 13, 5), (8, 17, 25, 7), (17, 33, 19, 4), (32, 40, 13, (1, 7))],
    "line_winograd": [(32, 40, 13, (1, 3)), (64, 64, 16, (3, 1)), (17, 9, 28, (1, 4))],
    "direct": [(6, 16, 14, 5), (3, 7, 9, 3)],
    "gather": [(3, 8, 12, 5)],
    "planes": [(1, 6, 28, 5), (1, 5, 9, 3)],
}


def call(op: Op, name: str, at_end: bool, *arrays: Array) -> Array:
    """Compute a call by a kernel, with guards around what it reads and writes."""
    inputs = [guarded(array, at_end) for array in arrays]
    result = by_kernel(op, *(each.array for each in inputs), name=name, at_end=at_end)
    for each in inputs:
        each.check()
    return result


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize(("name", "case"), [(n, case) for n in CASES for case in CASES[n]])
def test_any_number_of_threads_gives_the_bits_of_a_batch(
    name: str, case: tuple, at_end: bool
) -> None:
    channels, outputs, size, taps = case
    kernel = (taps, taps) if isinstance(taps, int) else taps
    conv = ops.Conv((1, 1), tuple((each // 2, each // 2) for each in kernel), (1, 1), 1)
    random = np.random.default_rng(3)
    x, weight, bias = (
        random.standard_normal(shape).astype(np.float32)
        for shape in ((5, channels, size, size), (outputs, channels, *kernel), (outputs,))
    )
    cl.set_num_threads(1)
    together = call(conv, name, at_end, x, weight, bias)
    assert_within(conv, [x, weight, bias], together, algorithm=name)
    for threads in (1, 2, 3, 7):
        cl.set_num_threads(threads)
        alone = call(conv, name, at_end, x[2:3], weight, bias)
        np.testing.assert_array_equal(alone, together[2:3])


@pytest.mark.parametrize("name", ["line_winograd", "fourier"])
def test_taps_that_are_far_apart_make_no_more_tiles_than_outputs(name: str) -> None:
    """A million tiles would lie between each other, of which two have an output."""
    far = 2**20
    conv = ops.Conv((1,), ((far, far),), (far,), 1)
    random = np.random.default_rng(4)
    x, weight = (
        random.standard_normal(shape).astype(np.float32) for shape in ((1, 4, 2), (4, 4, 3))
    )
    assert_within(conv, [x, weight], call(conv, name, False, x, weight), algorithm=name)


@pytest.mark.parametrize("outputs", [*range(1, 10), 12, 13])
@pytest.mark.parametrize("relu", [False, True])
def test_planes_of_any_width(outputs: int, relu: bool) -> None:
    """Registers of outputs end within a row, at its end, or behind it."""
    padding = ((1, 1), (1, 1))
    conv = (ops.ConvRelu if relu else ops.Conv)((1, 1), padding, (1, 1), 1)
    random = np.random.default_rng(outputs)
    weight, bias = (
        random.standard_normal(shape).astype(np.float32) for shape in ((outputs, 1, 3, 3), outputs)
    )
    for width in (1, 4, 7, 8, 9, 15, 16, 17, 18, 31, 34, 50):
        x = random.standard_normal((2, 1, 3, width)).astype(np.float32)
        for at_end in (False, True):
            y = call(conv, "planes", at_end, x, weight, bias)
            assert_within(conv, [x, weight, bias], y)
