"""The optimisers' formulas as their papers print them, for one number, in Python's floats."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt


def sgd(
    p: float,
    gradients: list[float],
    lr: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> Iterator[float]:
    v = None
    for g in gradients:
        g = (-g if maximize else g) + weight_decay * p
        if momentum:
            v = g if v is None else momentum * v + (1 - dampening) * g
            g = g + momentum * v if nesterov else v
        p -= lr * g
        yield p


def adagrad(
    p: float,
    gradients: list[float],
    lr: float,
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
    maximize: bool = False,
) -> Iterator[float]:
    total = initial_accumulator_value
    for t, g in enumerate(gradients):
        g = (-g if maximize else g) + weight_decay * p
        total += g * g
        p -= lr / (1 + t * lr_decay) * g / (sqrt(total) + eps)
        yield p


def rmsprop(
    p: float,
    gradients: list[float],
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
    maximize: bool = False,
) -> Iterator[float]:
    mean = of_squares = v = 0.0
    for g in gradients:
        g = (-g if maximize else g) + weight_decay * p
        of_squares = alpha * of_squares + (1 - alpha) * g * g
        mean = alpha * mean + (1 - alpha) * g
        v = momentum * v + g / (sqrt(of_squares - mean**2 if centered else of_squares) + eps)
        p -= lr * v
        yield p


def adam(
    p: float,
    gradients: list[float],
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
    decoupled: bool = False,
) -> Iterator[float]:
    m = v = largest = 0.0
    for t, g in enumerate(gradients, 1):
        g = -g if maximize else g
        if decoupled:
            p -= lr * weight_decay * p
        else:
            g += weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        largest = max(largest, v) if amsgrad else v
        p -= lr * (m / (1 - betas[0] ** t)) / (sqrt(largest / (1 - betas[1] ** t)) + eps)
        yield p


GRADIENTS = [0.5, -1.25, 3.0, 0.0, 1e-6, -2.0, 0.125, 0.75] * 3
