"""What is no tensor is refused with the name of the function and of the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import DTypeError
from convolens.nn import functional as F
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given

PAIRS: dict[str, Callable[..., Tensor]] = {
    "mse_loss": F.mse_loss,
    "l1_loss": F.l1_loss,
    "smooth_l1_loss": F.smooth_l1_loss,
    "huber_loss": F.huber_loss,
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "kl_div": F.kl_div,
    "cross_entropy": F.cross_entropy,
    "nll_loss": F.nll_loss,
}
WEIGHTED = [name for name in PAIRS if name not in ("smooth_l1_loss", "kl_div")]


def test_a_tensor_passes() -> None:
    x = cl.ones(2)
    assert given("relu", x) is x


@pytest.mark.parametrize("value", [1.0, "a", None, [1.0], np.ones(2)], ids=str)
def test_anything_else_is_refused(value: Any) -> None:
    kind = type(value).__name__
    with pytest.raises(DTypeError, match=f"^relu: weight is a {kind}, but must be a tensor"):
        given("relu", value, "weight")


def test_an_operator_names_the_place() -> None:
    with pytest.raises(DTypeError, match=r"^add: input 1 is a ndarray"):
        apply(cl.ops.Add(), cl.ones(2), np.ones(2))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PAIRS)
def test_losses(name: str) -> None:
    array: Any = np.full((2, 3), 0.5)
    half = cl.tensor(array)
    with pytest.raises(DTypeError, match=f"^{name}: input is a ndarray"):
        PAIRS[name](array, half)
    with pytest.raises(DTypeError, match=f"^{name}: target is a ndarray"):
        PAIRS[name](half, array)


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights(name: str) -> None:
    half = cl.full((2, 3), 0.5)
    target = cl.tensor([0, 1]) if name == "nll_loss" else half
    with pytest.raises(DTypeError, match=f"^{name}: weight is a list"):
        PAIRS[name](half, target, weight=[1.0, 1.0, 1.0])


@pytest.mark.parametrize("place", range(3))
def test_triplets(place: int) -> None:
    vectors: list[Any] = [cl.ones(2, 3)] * 3
    vectors[place] = [[1.0, 1.0, 1.0]] * 2
    name = ("anchor", "positive", "negative")[place]
    with pytest.raises(DTypeError, match=f"^triplet_margin_loss: {name} is a list"):
        F.triplet_margin_loss(*vectors)
    if place < 2:
        with pytest.raises(DTypeError, match=f"^pairwise_distance: x{place + 1} is a list"):
            F.pairwise_distance(*vectors[:2])
