"""Sizes: torch's for thousands of windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convolens.errors import ConvolensError
from convolens.ops import AvgPool, MaxPool
from convolens.ops._taps import Window, sliding, transposed
from convolens.spec import TensorSpec

from .peer import torch

COUNT = 1500


def draws(seed: int) -> Any:
    random = np.random.default_rng(seed)
    for _ in range(COUNT):
        yield (
            int(random.integers(1, 20)),
            int(random.integers(1, 7)),
            int(random.integers(1, 6)),
            int(random.integers(0, 6)),
            int(random.integers(1, 5)),
        )


def size_or_none(call: Any) -> int | None:
    try:
        return int(call().shape[-1])
    except RuntimeError:
        return None


def own_or_none(window: Window, size: int) -> int | None:
    try:
        outputs = window.output_size(size)
    except ConvolensError:
        return None
    assert outputs == len(window.taps(size))
    return outputs


def empty(*shape: int) -> Any:
    """An image whose numbers do not matter. (On torch's "meta" device other checks apply.)"""
    return torch.zeros(shape)


def test_convolution() -> None:
    function = torch.nn.functional.conv1d
    for size, kernel, stride, padding, dilation in draws(0):
        theirs = size_or_none(
            lambda: function(
                empty(1, 1, size), empty(1, 1, kernel), None, stride, padding, dilation
            )
        )
        own = own_or_none(Window(kernel, stride, (padding, padding), dilation), size)
        assert own == theirs, (size, kernel, stride, padding, dilation)


def pooled_or_none(make: Any, size: int) -> int | None:
    try:
        return int(make().output_shape(TensorSpec((1, 1, 1, size)))[-1])
    except ConvolensError:
        return None


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_max_pooling(ceil_mode: bool) -> None:
    """Refusals too: of windows that do not fit, and of too much padding."""
    function = torch.nn.functional.max_pool2d
    for size, kernel, stride, padding, dilation in draws(1):
        k, s, p, d = (1, kernel), (1, stride), (0, padding), (1, dilation)
        theirs = size_or_none(lambda: function(empty(1, 1, 1, size), k, s, p, d, ceil_mode))
        own = pooled_or_none(lambda: MaxPool(k, s, ((0, 0), (padding,) * 2), d, ceil_mode), size)
        assert own == theirs, (size, kernel, stride, padding, dilation)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_average_pooling(ceil_mode: bool) -> None:
    function = torch.nn.functional.avg_pool2d
    for size, kernel, stride, padding, _ in draws(2):
        k, s, p = (1, kernel), (1, stride), (0, padding)
        theirs = size_or_none(lambda: function(empty(1, 1, 1, size), k, s, p, ceil_mode))
        own = pooled_or_none(
            lambda: AvgPool(k, s, ((0, 0), (padding,) * 2), (1, 1), ceil_mode), size
        )
        assert own == theirs, (size, kernel, stride, padding)


def test_transposed_convolution() -> None:
    function = torch.nn.functional.conv_transpose1d
    random = np.random.default_rng(4)
    for size, kernel, stride, padding, dilation in draws(3):
        extra = int(random.integers(0, max(stride, dilation) + 1))
        theirs = size_or_none(
            lambda: function(
                empty(1, 1, size), empty(1, 1, kernel), None, stride, padding, extra, 1, dilation
            )
        )
        try:
            own = len(transposed(size, kernel, stride, padding, dilation, extra))
        except ConvolensError:
            own = None
        assert own == theirs, (size, kernel, stride, padding, dilation, extra)


def test_same_reads_what_torch_reads() -> None:
    """One input at a time: which outputs it reaches, through which weight."""
    for size, kernel, _, _, dilation in list(draws(5))[:60]:
        x = torch.eye(size).reshape(size, 1, size)
        w = torch.arange(1.0, kernel + 1).reshape(1, 1, kernel)
        reached = torch.nn.functional.conv1d(x, w, padding="same", dilation=dilation)[:, 0]
        table = sliding(size, kernel, padding="same", dilation=dilation)
        expected = np.zeros((size, size))
        for output, row in enumerate(table):
            for tap, place in enumerate(row):
                if place >= 0:
                    expected[place, output] += tap + 1
        np.testing.assert_array_equal(reached.numpy(), expected)


def test_same_with_a_stride() -> None:
    with pytest.raises(ValueError, match="strided") as theirs:
        torch.nn.Conv2d(1, 1, 3, stride=2, padding="same")
    with pytest.raises(ValueError, match="strided") as ours:
        sliding(5, 3, 2, "same")
    assert str(ours.value).splitlines()[0] == str(theirs.value)
