"""Second derivatives of activations and losses: finite differences of their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.ops import Array
from convolens.tensor import Tensor

Function = Callable[[Tensor], Tensor]

ACTIVATIONS: dict[str, nn.Module] = {
    "ReLU": nn.ReLU(),
    "ReLU6": nn.ReLU6(),
    "Hardtanh": nn.Hardtanh(-0.5, 2.0),
    "LeakyReLU": nn.LeakyReLU(0.2),
    "PReLU": nn.PReLU(3, 0.3).double(),
    "ELU": nn.ELU(0.7),
    "SELU": nn.SELU(),
    "GELU": nn.GELU(),
    "GELU tanh": nn.GELU("tanh"),
    "SiLU": nn.SiLU(),
    "Hardswish": nn.Hardswish(),
    "Hardsigmoid": nn.Hardsigmoid(),
    "Sigmoid": nn.Sigmoid(),
    "Tanh": nn.Tanh(),
    "ScaledTanh": nn.ScaledTanh(),
    "Softplus": nn.Softplus(1.5, 4.0),
    "Softmax": nn.Softmax(1),
    "Softmax2d": nn.Softmax2d(),
    "LogSoftmax": nn.LogSoftmax(1),
}
#: Those of straight pieces: their second derivative is 0.
STRAIGHT = {"ReLU", "ReLU6", "Hardtanh", "LeakyReLU", "PReLU", "Hardsigmoid"}

LABELS = cl.tensor(np.arange(2 * 4 * 2).reshape(2, 4, 2) % 3)
OTHER = cl.tensor(np.random.default_rng(5).uniform(0.2, 0.8, (2, 3, 4, 2)))
WEIGHT = cl.tensor([0.5, 1.0, 2.0], dtype="float64")
LOSSES: dict[str, Function] = {
    "cross_entropy": lambda x: F.cross_entropy(x, LABELS, WEIGHT, 2, label_smoothing=0.1),
    "cross_entropy of shares": lambda x: F.cross_entropy(x, OTHER, WEIGHT),
    "nll_loss": lambda x: F.nll_loss(x.log_softmax(1), LABELS, WEIGHT, reduction="sum"),
    "mse_loss": lambda x: F.mse_loss(x, OTHER),
    "smooth_l1_loss": lambda x: F.smooth_l1_loss(x, OTHER, beta=0.7),
    "huber_loss": lambda x: F.huber_loss(x, OTHER, delta=0.7),
    "binary_cross_entropy": lambda x: F.binary_cross_entropy(x.sigmoid(), OTHER),
    "with logits": lambda x: F.binary_cross_entropy_with_logits(
        x, OTHER, pos_weight=WEIGHT.reshape(3, 1, 1)
    ),
    "kl_div": lambda x: F.kl_div(x.log_softmax(1), OTHER, reduction="batchmean"),
    "triplets": lambda x: F.triplet_margin_loss(x, OTHER, OTHER + 0.3, margin=5.0),
}


def drawn(*, seed: int) -> Array:
    return np.random.default_rng(seed).standard_normal((2, 3, 4, 2))


def slopes(function: Function, x: Tensor) -> Tensor:
    """Return the gradient of the outputs, each weighed with another number."""
    y = function(x)
    v = cl.tensor(np.random.default_rng(3).standard_normal(y.shape))
    (found,) = cl.autograd.grad((y * v).sum(), x, create_graph=True)
    return found


def curvature(function: Function, x: Array, u: Array) -> Array:
    """Return the gradient of the slopes, weighed with u."""
    t = cl.tensor(x, requires_grad=True)
    (found,) = cl.autograd.grad((slopes(function, t) * cl.tensor(u)).sum(), t)
    return found.numpy()


def agrees(function: Function) -> None:
    """d/dt sum(u slopes(x + t d)) at t = 0 is sum(curvature d), for a random direction d."""
    x, u, d = (2.0 * drawn(seed=1), drawn(seed=2), drawn(seed=4))
    step = 1e-6

    def moved(by: float) -> float:
        t = cl.tensor(x + by * d, requires_grad=True)
        return float(np.sum(u * slopes(function, t).detach().numpy()))

    measured = (moved(step) - moved(-step)) / (2 * step)
    computed = float(np.sum(curvature(function, x, u) * d))
    # Truncation of order step^2; cancellation of order epsilon / step.
    assert measured == pytest.approx(computed, rel=1e-6, abs=2e-9 * float(np.abs(u).sum()))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    agrees(ACTIVATIONS[name])
    curved = curvature(ACTIVATIONS[name], 2.0 * drawn(seed=1), drawn(seed=2)).any()
    assert curved == (name not in STRAIGHT)


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    agrees(LOSSES[name])
    assert curvature(LOSSES[name], 2.0 * drawn(seed=1), drawn(seed=2)).any()


def test_of_learned_slopes() -> None:
    """A PReLU bends nothing by itself: what is curved is its product with its own slopes."""
    x: Any = cl.tensor(drawn(seed=1), requires_grad=True)
    weight: Any = cl.tensor([0.5, 0.25, -1.0], dtype="float64", requires_grad=True)
    (dx,) = cl.autograd.grad(F.prelu(x, weight).sum(), x, create_graph=True)
    (dw,) = cl.autograd.grad(dx.sum(), weight)
    below = (x.detach().numpy() < 0).sum(axis=(0, 2, 3))
    np.testing.assert_array_equal(dw.numpy(), below)
