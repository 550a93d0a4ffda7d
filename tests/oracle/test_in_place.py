"""Activations and dropout in place: torch's numbers, memory, gradients and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl

from .peer import torch

LAYERS: list[Callable[[Any], Any]] = [
    lambda nn: nn.ReLU(inplace=True),
    lambda nn: nn.ReLU6(inplace=True),
    lambda nn: nn.Hardtanh(-0.5, 0.75, inplace=True),
    lambda nn: nn.LeakyReLU(0.1, inplace=True),
    lambda nn: nn.ELU(0.5, inplace=True),
    lambda nn: nn.SELU(inplace=True),
    lambda nn: nn.Hardsigmoid(inplace=True),
    lambda nn: nn.Hardswish(inplace=True),
    lambda nn: nn.SiLU(inplace=True),
]
NAMES = [repr(make(cl.nn)) for make in LAYERS]


def drawn(*shape: int) -> np.ndarray[Any, Any]:
    return (3 * np.random.default_rng(0).standard_normal(shape)).astype(np.float32)


def pair(*shape: int) -> tuple[cl.Tensor, Any]:
    numbers = drawn(*shape)
    return cl.tensor(numbers), torch.tensor(numbers)


@pytest.mark.parametrize("make", LAYERS, ids=NAMES)
def test_the_input_takes_the_result(make: Callable[[Any], Any]) -> None:
    x, theirs = pair(2, 3, 5)
    view = x[0]
    assert repr(make(torch.nn)) in (repr(make(cl.nn)), f"{type(make(torch.nn)).__name__}()")
    assert make(cl.nn)(x) is x
    make(torch.nn)(theirs)
    np.testing.assert_allclose(x.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(view.numpy(), x.numpy()[0])


@pytest.mark.parametrize("make", LAYERS, ids=NAMES)
def test_gradients(make: Callable[[Any], Any]) -> None:
    found = []
    for package, leaf in zip((cl, torch), pair(4, 6), strict=True):
        leaf.requires_grad_(True)
        x = leaf * 1.5
        y = make(package.nn)(x)
        (y * y + x).sum().backward()  # x is y by now
        found.append(leaf.grad.numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", LAYERS, ids=NAMES)
def test_leaves_are_refused(make: Callable[[Any], Any]) -> None:
    for package, leaf in zip((cl, torch), pair(4), strict=True):
        leaf.requires_grad_(True)
        with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
            make(package.nn)(leaf)


@pytest.mark.parametrize(
    "net",
    [
        lambda nn: nn.Sequential(nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        lambda nn: nn.Sequential(nn.Identity(), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        lambda nn: nn.Sequential(nn.ReLU(inplace=True), nn.BatchNorm2d(3)),
        lambda nn: nn.Sequential(nn.Flatten(), nn.ReLU(inplace=True)),
    ],
)
def test_who_reads_the_input_later_finds_the_result(net: Callable[[Any], Any]) -> None:
    x, theirs = pair(2, 3, 4, 4)
    y, expected = net(cl.nn)(x), net(torch.nn)(theirs)
    np.testing.assert_allclose(y.detach().numpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(x.numpy(), theirs.numpy())


def residual(nn: Any, x: Any) -> Any:
    """A block whose shortcut, in torch, has been through the ReLU."""
    relu = nn.ReLU(inplace=True)
    y = nn.functional.hardtanh(relu(x) * 0.5, inplace=True)
    y += x
    return nn.functional.leaky_relu(y, 0.2, inplace=True)


def test_a_shortcut_from_before_the_activation() -> None:
    x, theirs = pair(3, 4)
    np.testing.assert_allclose(
        residual(cl.nn, x).numpy(), residual(torch.nn, theirs).numpy(), rtol=1e-6
    )


@pytest.mark.parametrize("name", ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"])
def test_dropout(name: str) -> None:
    shape = {"Dropout1d": (2, 4, 8), "Dropout3d": (2, 4, 2, 2, 2)}.get(name, (2, 4, 4, 4))
    x = cl.ones(*shape)
    layer = getattr(cl.nn, name)(0.5, inplace=True)
    assert repr(layer) == f"{name}(p=0.5, inplace=True)" == repr(getattr(torch.nn, name)(0.5, True))
    assert layer(x) is x
    assert len(np.unique(x.numpy())) == 2
    kept = x.numpy().copy()
    assert layer.eval()(x) is x
    np.testing.assert_array_equal(x.numpy(), kept)


def test_gradients_of_dropout() -> None:
    leaf = cl.ones(100, requires_grad=True)
    x = leaf * 3
    y = cl.nn.functional.dropout(x, 0.25, inplace=True)
    y.sum().backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(leaf.grad.numpy(), y.detach().numpy(), rtol=1e-6)
