"""The residual network with 20 layers for CIFAR-10, in functions and in convolens's modules.

Source: He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2; shortcuts that
change the shape are projections (option B).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, ClassVar, final

import numpy as np

import convolens as cl
from benchmarks.exact import SECOND_STEP, Expected
from benchmarks.layer_exact import what_is_missing
from benchmarks.nets import Array
from convolens import nn
from convolens.nn import functional as definitions
from convolens.nn.blocks import BasicBlock, projection

IMAGE = (3, 32, 32)
CLASSES = 10
WIDTHS = (16, 32, 64)
BLOCKS = 3


@final
@dataclass(frozen=True)
class ResNet20Case:
    """A training step: forward, cross-entropy, backward, SGD with momentum."""

    batch: int
    source: ClassVar[str] = "He et al., 2016, section 4.2, table 6"

    @property
    def title(self) -> str:
        return f"CIFAR ResNet-20, training step, batch {self.batch}"


@final
@dataclass(frozen=True)
class ResNet20Problem:
    """The step with its numbers: images [N, 3, 32, 32], labels [N], parameters in order."""

    case: ResNet20Case
    images: Array
    labels: Array
    weights: list[Array]


def convolutions() -> Iterator[tuple[int, int, int, int]]:
    """Yield inputs C, outputs K, kernel and the side of the output, in the order of the calls."""
    yield IMAGE[0], WIDTHS[0], 3, IMAGE[1]
    C, side = WIDTHS[0], IMAGE[1]
    for width in WIDTHS:
        for _ in range(BLOCKS):
            side //= 1 if width == C else 2
            yield C, width, 3, side
            yield width, width, 3, side
            if width != C:
                yield C, width, 1, side
            C = width


def multiply_adds(batch: int) -> int:
    """Return those of a forward pass."""
    return batch * (
        sum(C * K * R**2 * P**2 for C, K, R, P in convolutions()) + WIDTHS[-1] * CLASSES
    )


def make_problem(case: ResNet20Case, seed: int = 0) -> ResNet20Problem:
    """Draw images, labels, and weights as the paper does: normal with variance 2 / fan-in."""
    random = np.random.default_rng(seed)
    weights: list[Array] = []
    for C, K, R, _ in convolutions():
        spread = sqrt(2 / (C * R**2))
        weights.append(spread * random.standard_normal((K, C, R, R), np.float32))
        weights += [np.ones(K, np.float32), np.zeros(K, np.float32)]
    weights.append(random.standard_normal((CLASSES, WIDTHS[-1]), np.float32) / sqrt(WIDTHS[-1]))
    weights.append(np.zeros(CLASSES, np.float32))
    images = random.standard_normal((case.batch, *IMAGE), np.float32)
    labels = random.integers(0, CLASSES, case.batch)
    return ResNet20Problem(case, images, labels, [w.astype(np.float32) for w in weights])


def statistics() -> list[Array]:
    """Return running mean and variance of each normalisation."""
    return [part for _, K, _, _ in convolutions() for part in (np.zeros(K), np.ones(K))]


def loss(
    functional: Any, x: Any, labels: Any, weights: Sequence[Any], statistics: Sequence[Any]
) -> Any:
    """Return the mean cross-entropy of a batch, with the functions of torch or of convolens."""
    weight, running = iter(weights), iter(statistics)

    def convolved(x: Any, stride: int, padding: int) -> Any:
        y = functional.conv2d(x, next(weight), None, stride, padding)
        mean, var = next(running), next(running)
        return functional.batch_norm(y, mean, var, next(weight), next(weight), True)

    x = functional.relu(convolved(x, 1, 1))
    for number, _ in enumerate(WIDTHS):
        for block in range(BLOCKS):
            stride = 2 if number and not block else 1
            y = functional.relu(convolved(x, stride, 1))
            y = convolved(y, 1, 1)
            shortcut = convolved(x, stride, 0) if stride > 1 else x
            x = functional.relu(y + shortcut)
    x = functional.avg_pool2d(x, x.shape[-1]).flatten(1)
    return functional.cross_entropy(functional.linear(x, next(weight), next(weight)), labels)


def network() -> nn.Sequential:
    """Return the same network of convolens's modules, its parameters in the same order."""
    C = WIDTHS[0]
    layers: list[nn.Module] = [
        nn.Conv2d(IMAGE[0], C, 3, padding=1, bias=False),
        nn.BatchNorm2d(C),
        nn.ReLU(),
    ]
    for width in WIDTHS:
        for _ in range(BLOCKS):
            stride = 1 if width == C else 2
            way = None if width == C else projection(C, width, stride)
            layers.append(BasicBlock(C, width, stride, way))
            C = width
    side = IMAGE[1] // 2 ** (len(WIDTHS) - 1)
    return nn.Sequential(*layers, nn.AvgPool2d(side), nn.Flatten(), nn.Linear(C, CLASSES))


def names(weights: Sequence[Any]) -> list[str]:
    """Return a name for the gradient of each parameter."""
    return [f"gradient {i}" for i in range(len(weights))]


def expected(problem: ResNet20Problem) -> dict[str, Expected]:
    """Return the loss and the gradients by the operators' definitions in float64.

    A few of the many ReLUs behind each sum may switch by rounding, which moves single sums by less
    than 1 %, as in the second step of the small networks.
    """
    x, labels = cl.tensor(problem.images.astype(np.float64)), cl.tensor(problem.labels)
    weights = [cl.tensor(weight.astype(np.float64)) for weight in problem.weights]
    for weight in weights:
        weight.requires_grad_()
    with what_is_missing():
        value = loss(definitions, x, labels, weights, [cl.tensor(each) for each in statistics()])
    value.backward()
    results = {"loss": value.detach().numpy()}
    for name, weight in zip(names(weights), weights, strict=True):
        results[name] = weight.grad.numpy()
    return {
        name: Expected(np.array(each), SECOND_STEP * float(np.abs(each).max()))
        for name, each in results.items()
    }


def least_work(problem: ResNet20Problem) -> tuple[int, int]:
    """Return multiply-adds and elements of a step; every activation is written and read twice."""
    batch = problem.case.batch
    first = batch * IMAGE[0] * WIDTHS[0] * 9 * IMAGE[1] ** 2
    activations = batch * sum(K * P**2 for _, K, _, P in convolutions())
    parameters = sum(prod(weight.shape) for weight in problem.weights)
    return 3 * multiply_adds(batch) - first, 4 * activations + 5 * parameters
