"""Convolution along three axes: every way in which taps of the depth fall on slices, or beside."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from convolens import ops
from convolens.backends.candidate import Packed
from convolens.backends.choose import candidates
from convolens.backends.layout import dense
from convolens.ops import Array, Op
from convolens.spec import TensorSpec
from tolerance import assert_within


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
    (slices,) = (v for v in candidates(op, specs) if v.candidate.name == "slices")
    assert not slices.reason
    run = slices.candidate.prepare(op, specs, op.infer(*specs))
    found = run(*(dense(array) for array in arrays))
    assert_within(op, arrays, found, algorithm="slices")


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


@pytest.mark.parametrize("padding", [0, 1])  # taps side by side as channels, and one by one
@pytest.mark.parametrize("images", [1, 2])
def test_weights_are_borrowed_where_each_part_is_one_call(images: int, padding: int) -> None:
    """Training changes its weights each step: what is laid out is read once then."""
    random = np.random.default_rng(0)
    geometry = (1, 1, 1), ((padding,) * 2, (1, 1), (1, 1)), (1, 1, 1), 1
    depth = 2 if padding else 3
    x, weight, g = (
        dense(random.standard_normal(shape).astype(np.float32))
        for shape in (
            (images, 160, depth, 5, 5),
            (160, 160, 3, 3, 3),
            (images, 160, depth - 2 + 2 * padding, 5, 5),
        )
    )
    for op, arrays, place in (
        (ops.Conv(*geometry), (x, weight), 1),
        (ops.ConvInputGrad(*geometry, sizes=x.shape[2:]), (weight, g), 0),
    ):
        specs = tuple(TensorSpec(array.shape) for array in arrays)
        (way,) = (v for v in candidates(op, specs) if v.candidate.name == "slices_winograd4")
        run = way.candidate.prepare(op, specs, op.infer(*specs))
        assert isinstance(run, Packed)
        assert (run.borrow is not None) == (images == 1)
        laid_out = list(arrays)
        laid_out[place] = run.pack(weight)
        np.testing.assert_array_equal(run(*arrays), run.run(*laid_out))
