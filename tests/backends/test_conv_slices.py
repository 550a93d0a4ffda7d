"""Convolution along three axes: every way in which taps of the depth fall on slices, or beside."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from convolens import ops
from convolens.backends.choose import candidates
from convolens.backends.layout import dense
from convolens.ops import Array, Op
from convolens.spec import TensorSpec


def geometries(depth: int) -> list[tuple[int, int, int, int]]:
    """Return kernel, stride, padding and dilation along the depth, where there is an output."""
    every = product(range(1, 4), range(1, 4), range(4), range(1, 3))
    return [
        (kernel, stride, padding, dilation)
        for kernel, stride, padding, dilation in every
        if depth + 2 * padding > dilation * (kernel - 1)
    ]


def check(op: Op, arrays: list[Array]) -> None:
    specs = tuple(TensorSpec(array.shape) for array in arrays)
    expected = op.reference(*(array.astype(np.float64) for array in arrays))
    (slices,) = (v for v in candidates(op, specs) if v.candidate.name == "slices")
    assert not slices.reason
    run = slices.candidate.prepare(op, specs, op.infer(*specs))
    found = run(*(dense(array) for array in arrays))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5, err_msg=str(op))


@pytest.mark.parametrize("depth", range(1, 7))
def test_every_geometry_of_the_depth(depth: int) -> None:
    random = np.random.default_rng(depth)
    for kernel, stride, padding, dilation in geometries(depth):
        geometry = (stride, 1, 2), ((padding,) * 2, (1, 0), (0, 1)), (dilation, 1, 1), 1
        conv = ops.Conv(*geometry)
        shapes = (2, 3, depth, 3, 4), (2, 3, kernel, 2, 2)
        output = conv.infer(*map(TensorSpec, shapes)).shape
        x, weight, g, bias, other = (
            random.standard_normal(s).astype(np.float32) for s in (*shapes, output, (2,), (3,))
        )
        check(conv, [x, weight])
        check(ops.ConvRelu(*geometry), [x, weight, bias])
        check(ops.ConvInputGrad(*geometry, sizes=x.shape[2:]), [weight, g])
        check(ops.ConvWeightGrad(*geometry, kernel=weight.shape[2:]), [x, g])
        if stride > 1 and padding == 0:
            extra = (stride - 1, 0, 0)
            check(ops.ConvTranspose(*geometry, output_padding=extra), [g, weight, other])
