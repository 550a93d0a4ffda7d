"""Every kernel computes what its operator's definition says, within the rounding of its steps.

It touches nothing but its arrays, and writes all of its output, wherever these lie. A read beyond
an array ends this process, and the last line that pytest printed names the call.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from contracts.calls import EVERY, big, native, prepare, small, with_kernels
from convolens import _native
from convolens.backends.layout import are_dense, dense, memory_order
from convolens.ops import Op, Sample
from tolerance import Expected, drawn

from .equal import assert_equal
from .guards import Guarded, guarded, guarded_outputs

EACH_KERNEL = pytest.mark.parametrize("operator", with_kernels(), ids=lambda op: op.name)
BOTH_SIDES = pytest.mark.parametrize("at_end", [True, False], ids=["end", "start"])


def check(sample: Sample, sides: tuple[bool, ...]) -> int:
    """Compare a call by each of its kernels, whose number is returned."""
    in_index_order = drawn(sample)
    arrays = list(map(dense, in_index_order))
    expected = Expected(sample.op, arrays)
    candidates = native(sample)
    for candidate in candidates:
        run = prepare(sample, candidate)
        unguarded = run(*arrays)
        expected.require(unguarded, candidate.name)
        if not are_dense(in_index_order):
            expected.require(run(*in_index_order), candidate.name)
        for at_end in sides:
            inputs = [guarded(array, at_end) for array in arrays]
            with guarded_outputs(at_end) as outputs:
                result = run(*(each.array for each in inputs))
            for each in (*inputs, *outputs):
                each.check()
            for each, array in zip(inputs, arrays, strict=True):
                assert_equal(each.array, array)  # an input is not an output
            # The same bits: they depend on no alignment, and all elements were written.
            assert_equal(result, unguarded)
    return len(candidates)


@EACH_KERNEL
def test_small_calls(operator: type[Op]) -> None:
    computed = sum(check(sample, sides=(True, False)) for sample in small(operator))
    assert computed >= 30 // EVERY


@EACH_KERNEL
def test_big_calls(operator: type[Op]) -> None:
    for sample in big(operator):
        check(sample, sides=(True,))


@BOTH_SIDES
def test_changes_of_layout(at_end: bool) -> None:
    random = np.random.default_rng(3)
    for channels, sizes in itertools.product(
        range(1, 36), ((1, 1), (3, 5), (1, 17), (65,), (2, 3, 4))
    ):
        image = random.standard_normal((2, channels, *sizes)).astype(np.float32)
        flat = Guarded((image.size,), image.dtype, at_end)
        flat.array[:] = image.ravel()
        turned = _native.dense(flat.array.reshape(image.shape))
        np.testing.assert_array_equal(turned, image)
        assert _native.is_dense(turned)
        order = memory_order(image.ndim)
        assert turned.transpose(order).flags.c_contiguous
        flat.check()


def test_a_guard_notices(tmp_path) -> None:
    """The guards themselves: a changed byte is found."""
    one = guarded(np.zeros(3, np.float32), at_end=True)
    one._bytes[one._own.start - 1] = 0
    with pytest.raises(AssertionError, match="before"):
        one.check()
