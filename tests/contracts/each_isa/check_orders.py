"""Kernels give the same for arrays that lie in memory in another order, with gaps, or repeated."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import convolens as cl
from contracts.calls import WIDTHS, native, run, small, with_kernels
from convolens.backends.layout import dense, is_dense
from convolens.ops import Array, Op, Sample
from convolens.ops._op import with_dependent
from tolerance import Expected, drawn

EACH_KERNEL = pytest.mark.parametrize("operator", with_kernels(), ids=lambda op: op.name)


def _in_index_order(array: Array) -> Array:
    return np.array(array, order="C")


def _reversed(array: Array) -> Array:
    return np.array(array.T, order="C").T


def _turned(array: Array) -> Array:
    """Return it with its last axis outermost in memory."""
    if array.ndim < 2:
        return array
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, -1, 0)), 0, -1)


def _with_gaps(array: Array) -> Array:
    wide = np.zeros(tuple(2 * extent for extent in array.shape), array.dtype)
    view = wide[(*(slice(None, None, 2) for _ in array.shape), ...)]
    view[...] = array
    return view


def _unaligned(array: Array) -> Array:
    """Return it one byte behind where its numbers should begin, as records of files may lie."""
    memory = np.zeros(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


WAYS: dict[str, Callable[[Array], Array]] = {
    "index order": _in_index_order,
    "reversed axes": _reversed,
    "last axis first": _turned,
    "gaps": _with_gaps,
    "unaligned": _unaligned,
}


def _some(operator: type[Op]) -> list[Sample]:
    """Return about a dozen calls of all kinds."""
    calls = list(small(operator))
    return calls[:: max(1, len(calls) // 12)]


@EACH_KERNEL
@pytest.mark.parametrize("way", WAYS)
def test_orders(operator: type[Op], way: str) -> None:
    """All inputs lie so, then the first alone, the others being dense."""
    for sample in _some(operator):
        arrays = drawn(sample)
        lying = [WAYS[way](array) for array in arrays]
        first = [lying[0], *map(dense, arrays[1:])]
        expected = Expected(sample.op, arrays)
        for candidate in native(sample):
            for inputs in (lying, first):
                expected.require(run(sample, candidate, inputs), candidate.name)


@EACH_KERNEL
def test_repeats(operator: type[Op]) -> None:
    """One input repeats its first numbers along an axis, as ``expand`` returns it."""
    for sample in _some(operator):
        if sample.prepare is not None:
            continue  # the numbers have to be those
        for place, axis in ((0, 0), (-1, -1), (0, 1)):
            arrays = drawn(sample)
            array = arrays[place]
            if array.dtype != np.float32 or array.ndim <= max(axis, -1 - axis):
                continue
            once = array.take(range(min(1, array.shape[axis])), axis)
            arrays[place] = np.broadcast_to(once, array.shape)
            arrays = with_dependent(sample.op, arrays)
            expected = Expected(sample.op, [np.array(each) for each in arrays])
            for candidate in native(sample):
                expected.require(run(sample, candidate, arrays), candidate.name)


def _views() -> Iterator[Array]:
    """Yield what ``permute`` and ``expand`` return."""
    random = np.random.default_rng(5)

    def drawn(*shape: int) -> Array:
        return dense(random.standard_normal(shape).astype(np.float32))

    for width in WIDTHS:
        yield drawn(width, 7).T
        yield drawn(7, width).T
        shape = (2, width, 3, 5)
        for old in ((1, width, 1, 1), (2, 1, 3, 5), (2, width, 1, 5), (2, width, 3, 1), (5,), ()):
            yield np.broadcast_to(drawn(*old), shape)
    for streams, length in itertools.product((2, 3, 4, 8), WIDTHS):
        yield random.standard_normal((2, streams, length)).astype(np.float32)  # to be woven
        yield drawn(2, streams, length).transpose(0, 2, 1)  # to be taken apart
    for dims in itertools.permutations(range(4)):
        yield drawn(3, 5, 2, 17).transpose(dims)
    yield drawn(700, 901).T
    yield drawn(4, 70, 41, 40).transpose(0, 2, 3, 1)
    yield np.broadcast_to(drawn(70, 1, 1), (4, 70, 41, 40))


def test_flat_copies() -> None:
    for channels, length in itertools.product((1, 2, 3, 4, 5, 8), WIDTHS):
        x = np.random.default_rng(length).standard_normal((2, channels, length)).astype(np.float32)
        flat = cl.from_numpy(dense(x)).reshape(2, -1)
        np.testing.assert_array_equal(flat.numpy(), x.reshape(2, -1))
        np.testing.assert_array_equal(flat.reshape(x.shape).numpy(), x)


def test_dense_copies_of_views() -> None:
    for view in _views():
        copy = dense(view)
        assert is_dense(copy)
        np.testing.assert_array_equal(copy, view)
