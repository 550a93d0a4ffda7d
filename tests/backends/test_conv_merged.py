"""Convolutions along three axes that are computed as ones along two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convolens import ops
from convolens.backends.choose import candidates, choose
from convolens.backends.kernels.conv_merged import merged
from convolens.backends.layout import dense
from convolens.spec import TensorSpec

_NONE = (0, 0)


def conv(stride: Any = (1, 1, 1), padding: Any = (0, 0, 0), groups: int = 1) -> ops.Conv:
    return ops.Conv(stride, tuple((each, each) for each in padding), (1, 1, 1), groups)


@pytest.mark.parametrize(
    ("op", "kernel", "image", "weight"),
    [
        # The depth is another batch.
        (conv(padding=(0, 1, 1)), (1, 3, 3), (10, 4, 6, 7), (8, 4, 3, 3)),
        (conv(stride=(1, 2, 1)), (1, 2, 1), (10, 4, 6, 7), (8, 4, 2, 1)),
        # Height and width are one row.
        (conv(stride=(2, 1, 1), padding=(1, 0, 0)), (3, 1, 1), (2, 4, 5, 42), (8, 4, 3, 1)),
        (conv(), (1, 1, 1), (2, 4, 5, 42), (8, 4, 1, 1)),
    ],
)
def test_axes_that_no_window_reaches_merge(
    op: ops.Conv, kernel: Any, image: Any, weight: Any
) -> None:
    found = merged(op, (TensorSpec((2, 4, 5, 6, 7)), TensorSpec((8, 4, *kernel))))
    assert found is not None
    assert tuple(spec.shape for spec in found.specs) == (image, weight)


@pytest.mark.parametrize(
    ("op", "kernel"),
    [
        (conv(), (3, 3, 3)),
        (conv(), (3, 1, 3)),
        (conv(), (3, 3, 1)),
        (conv(padding=(1, 0, 0)), (1, 3, 3)),
        (conv(stride=(2, 1, 1)), (1, 3, 3)),
        (conv(padding=(0, 0, 1)), (3, 1, 1)),
        (conv(stride=(1, 1, 2)), (3, 1, 1)),
    ],
)
def test_axes_that_a_window_reaches_or_steps_along_stay(op: ops.Conv, kernel: Any) -> None:
    assert merged(op, (TensorSpec((2, 4, 5, 6, 7)), TensorSpec((8, 4, *kernel)))) is None


def test_one_axis_and_two_are_left_alone() -> None:
    plain = ops.Conv((1, 1), (_NONE, _NONE), (1, 1))
    assert merged(plain, (TensorSpec((1, 2, 5, 5)), TensorSpec((3, 2, 1, 1)))) is None


def test_other_floats_are_refused_as_ever() -> None:
    specs = (
        TensorSpec((2, 4, 5, 6, 7), np.dtype(np.float64)),
        TensorSpec((8, 4, 1, 3, 3), np.dtype(np.float64)),
    )
    reasons = {v.candidate.name: v.reason for v in candidates(conv(), specs)}
    assert reasons["direct"] == "kernels compute in float32, not float64"


def test_nothing_is_copied() -> None:
    specs = (TensorSpec((2, 4, 5, 6, 7)), TensorSpec((8, 4, 3, 1, 1)))
    found = merged(conv(), specs)
    assert found is not None
    x = dense(np.zeros(specs[0].shape, np.float32))
    weight = dense(np.zeros(specs[1].shape, np.float32))
    bias = np.zeros(8, np.float32)
    assert np.shares_memory(found.view(x, 0), x)
    assert np.shares_memory(found.view(weight, 1), weight)
    assert found.view(bias, 2) is bias
    y = dense(np.zeros(found.output.shape, np.float32))
    assert np.shares_memory(found.back(y), y)
    assert found.back(y).shape == found.own_output.shape == (2, 8, 3, 6, 7)


@pytest.mark.parametrize(
    ("kernel", "groups", "name"),
    [((1, 1, 1), 1, "product"), ((1, 3, 3), 64, "depthwise"), ((3, 1, 1), 64, "depthwise")],
)
def test_kernels_for_two_axes_are_taken(kernel: Any, groups: int, name: str) -> None:
    specs = (TensorSpec((1, 64, 6, 20, 20)), TensorSpec((64, 64 // groups, *kernel)))
    assert choose(conv(groups=groups), specs).name == name
