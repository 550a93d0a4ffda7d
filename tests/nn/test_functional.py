"""Functions and the layers around them agree; arguments mean what torch's mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.nn.functional._arguments import each_axis

X = cl.tensor(np.random.default_rng(0).standard_normal((2, 3, 4, 4)))
LABELS = cl.tensor([1, 2])

PAIRS: dict[str, tuple[nn.Module, Callable[..., cl.Tensor], tuple[cl.Tensor, ...]]] = {
    "relu": (nn.ReLU(), F.relu, (X,)),
    "sigmoid": (nn.Sigmoid(), F.sigmoid, (X,)),
    "tanh": (nn.Tanh(), F.tanh, (X,)),
    "softmax": (nn.Softmax(1), lambda x: F.softmax(x, 1), (X,)),
    "log_softmax": (nn.LogSoftmax(-1), lambda x: F.log_softmax(x, dim=3), (X,)),
    "flatten": (nn.Flatten(), lambda x: F.flatten(x, 1), (X,)),
    "flatten some": (nn.Flatten(0, 2), lambda x: F.flatten(x, 0, -2), (X,)),
    "local_response_norm": (
        nn.LocalResponseNorm(3, 0.1, 0.5, 2.0),
        lambda x: F.local_response_norm(x, 3, 0.1, 0.5, 2.0),
        (X,),
    ),
    "local_response_norm sum": (
        nn.LocalResponseNorm(3, scaling="sum"),
        lambda x: F.local_response_norm(x, 3, scaling="sum"),
        (X,),
    ),
    "cross_entropy": (nn.CrossEntropyLoss(), F.cross_entropy, (X[:, :, 0, 0], LABELS)),
    "cross_entropy none": (
        nn.CrossEntropyLoss(reduction="none"),
        lambda x, y: F.cross_entropy(x, y, reduction="none"),
        (X[:, :, 0, 0], LABELS),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_layer_is_its_function(name: str) -> None:
    layer, function, inputs = PAIRS[name]
    np.testing.assert_array_equal(layer(*inputs).numpy(), function(*inputs).numpy())
    assert not list(layer.parameters())
    assert repr(layer).startswith(type(layer).__name__ + "(")


def test_flatten_reads_in_index_order() -> None:
    x = cl.arange(24).float().reshape(2, 3, 2, 2)
    assert nn.Flatten()(x).tolist() == [list(range(12)), list(range(12, 24))]
    big = np.random.default_rng(0).standard_normal((3, 37, 13, 11)).astype(np.float32)
    flat = nn.Flatten()(cl.tensor(big))
    np.testing.assert_array_equal(flat.numpy(), big.reshape(3, -1))


def test_unknown_options_of_a_loss() -> None:
    with pytest.raises(ValueError, match="reduction is 'average'"):
        nn.CrossEntropyLoss(reduction="average")  # type: ignore[arg-type]


def test_numbers_or_one_an_axis() -> None:
    assert each_axis("stride", 2, 3) == (2, 2, 2)
    assert each_axis("stride", (1, 2), 2) == (1, 2)
    assert each_axis("stride", [1, np.int64(2)], 2) == (1, 2)
    for value in ((1,), (1, 2, 3), 1.5, "2", None, (1, 1.5), (1, "2")):
        bad: Any = value
        with pytest.raises(ValueError, match=r"stride is .* one whole number, or 2 of them"):
            each_axis("stride", bad, 2)
