"""The error of float32 against float64, in ulps of the largest output, beside torch's.

An ulp of the largest output is eps times the power of two below it. The error of a call is that of
its worst element, averaged over several inputs; torch's on the same inputs is the measure.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.backends.isa import isa
from convolens.nn import functional as F

from .peer import draw, torch
from .precision import CASES

TF = torch.nn.functional

#: Inputs of a call, and how many numbers they have together if there are to be more.
SEEDS, MOST_SEEDS, NUMBERS = 12, 50, 1_000_000

#: The averages of two equally exact programs differ by so much: the luck of the draw.
FACTOR = 1.15

#: An exact result rounded once is off by half an ulp, and by up to one if a factor of it, such as
#: 1 / n, was rounded before. So small an error is no miss, even where torch is off by half an ulp.
FLOOR = 1.0

#: With 16 registers a tile has one sum for each output instead of two or four, so that chains of
#: additions are longer (docs/decisions/0020). Torch is more exact there in a gradient of these.
LONG_CHAINS = {"conv1d", "conv1d dilation 4", "conv3d stride 2", "conv_transpose1d", "linear 84"}
FLOOR_OF_LONG_CHAINS = 3.0

#: Without fused multiply-add, which torch has, a product is rounded before it is added: an error
#: of these may be so much larger.
TWO_ROUNDINGS = 1.5
ROUNDED_TWICE = {
    "conv2d depthwise of two",
    "conv1d dilation 4",
    "softmax 1000",
    "log_softmax 1000",
    "batch_norm",
    "batch_norm evaluated",
    "tanh",
    "erf",
}


def ulps(computed: Any, exact: Any) -> float:
    largest = np.abs(exact).max()
    ulp = np.finfo(np.float32).eps * 2.0 ** np.floor(np.log2(largest))
    return float(np.abs(computed.astype(np.float64) - exact).max() / ulp)


def errors(name: str, seed: int) -> tuple[list[float], list[float]]:
    """Return, for the output and each gradient, our error and torch's."""
    call, shapes = CASES[name]
    arrays = [a.astype(np.float32) for a in draw(*shapes, seed=seed)]
    exact_inputs = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    exact = call(torch, TF, exact_inputs)
    # Not the numbers of the inputs once more: to these a normalisation has no slope.
    g = np.random.default_rng(seed + 100).standard_normal(tuple(exact.shape)).astype(np.float32)
    exact.backward(torch.tensor(g, dtype=torch.float64))
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = call(torch, TF, theirs)
    y.backward(torch.tensor(g))
    ours = [cl.tensor(a, requires_grad=True) for a in arrays]
    # Winograd's algorithm has a bound of its own, which the kernels' contracts hold it to.
    with cl.exact():
        z = call(cl, F, ours)
        z.backward(cl.tensor(g))
    wanted = [exact.detach().numpy(), *(t.grad.numpy() for t in exact_inputs)]
    mine = [z.detach().numpy(), *(t.grad.numpy() for t in ours if t.grad is not None)]
    other = [y.detach().numpy(), *(t.grad.numpy() for t in theirs)]
    return (
        [ulps(a, e) for a, e in zip(mine, wanted, strict=True)],
        [ulps(a, e) for a, e in zip(other, wanted, strict=True)],
    )


@pytest.mark.parametrize("name", CASES)
def test_no_less_exact_than_torch(name: str, record_property: Any) -> None:
    size = sum(prod(shape) for shape in CASES[name][1])
    seeds = min(MOST_SEEDS, max(SEEDS, NUMBERS // size))
    runs = np.array([errors(name, seed) for seed in range(seeds)])
    ours, theirs = runs.mean(axis=0)
    record_property("ulps", {"ours": ours.tolist(), "torch": theirs.tolist()})
    long = name in LONG_CHAINS and isa() != "avx512"
    floor = FLOOR_OF_LONG_CHAINS if long else FLOOR
    more = TWO_ROUNDINGS if name in ROUNDED_TWICE and isa() == "baseline" else 1.0
    assert (ours <= more * np.maximum(floor, FACTOR * theirs)).all(), (ours, theirs)
