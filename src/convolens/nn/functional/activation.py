"""Activations as functions."""

from __future__ import annotations

from convolens.tensor import Tensor
from convolens.tensor.given import given


def relu(input: Tensor) -> Tensor:
    """Return each element, or 0 where it is negative."""
    return given("relu", input).relu()


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e^-input) of each element."""
    return given("sigmoid", input).sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each element."""
    return given("tanh", input).tanh()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return shares that sum to 1 along ``dim``."""
    return given("softmax", input).softmax(dim)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithms of shares that sum to 1 along ``dim``."""
    return given("log_softmax", input).log_softmax(dim)
