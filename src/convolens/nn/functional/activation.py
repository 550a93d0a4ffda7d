"""Activations as functions."""

from __future__ import annotations

from convolens.tensor import Tensor


def relu(input: Tensor) -> Tensor:
    """Return each element, or 0 where it is negative."""
    return input.relu()


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e^-input) of each element."""
    return input.sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each element."""
    return input.tanh()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return shares that sum to 1 along ``dim``."""
    return input.softmax(dim)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithms of shares that sum to 1 along ``dim``."""
    return input.log_softmax(dim)
