"""The networks of the benchmarks, as lists of layers that every peer builds in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@final
@dataclass(frozen=True)
class Conv:
    """A convolution with stride 1 and a bias."""

    inputs: int
    outputs: int
    kernel: int
    padding: int = 0

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.outputs, self.inputs, self.kernel, self.kernel)


@final
@dataclass(frozen=True)
class Linear:
    """A product with a matrix, and a bias."""

    inputs: int
    outputs: int

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.outputs, self.inputs)


@final
@dataclass(frozen=True)
class MaxPool:
    """The largest of each window; windows do not overlap."""

    size: int


@final
@dataclass(frozen=True)
class Relu:
    """Zero instead of negative numbers."""


@final
@dataclass(frozen=True)
class Flatten:
    """One row for each image, in the order C, H, W."""


Weighted = Conv | Linear
Layer = Weighted | MaxPool | Relu | Flatten


@final
@dataclass(frozen=True)
class Net:
    """A classifier of small images.

    ``name`` is the name under which ``convolens.models`` has it.
    """

    name: str
    title: str
    image: tuple[int, int, int]
    classes: int
    layers: tuple[Layer, ...]

    def weighted(self) -> Iterator[Weighted]:
        """Yield the layers that have a weight and a bias, in order."""
        return (layer for layer in self.layers if isinstance(layer, Weighted))

    def initial_weights(self, seed: int = 0) -> list[Array]:
        """Return weight and bias of each layer, drawn as torch draws them: +-1/sqrt(fan-in)."""
        random = np.random.default_rng(seed)
        bounds = [1 / sqrt(prod(layer.weight_shape[1:])) for layer in self.weighted()]
        return [
            random.uniform(-bound, bound, shape).astype(np.float32)
            for layer, bound in zip(self.weighted(), bounds, strict=True)
            for shape in (layer.weight_shape, (layer.outputs,))
        ]


SIMPLE_CONVNET = Net(
    "simple_convnet",
    "SimpleConvNet",
    (1, 28, 28),
    10,
    (
        Conv(1, 30, 5),
        Relu(),
        MaxPool(2),
        Flatten(),
        Linear(30 * 12 * 12, 100),
        Relu(),
        Linear(100, 10),
    ),
)

LENET5 = Net(
    "lenet5",
    "LeNet-5",
    (1, 28, 28),
    10,
    (
        Conv(1, 6, 5, padding=2),
        Relu(),
        MaxPool(2),
        Conv(6, 16, 5),
        Relu(),
        MaxPool(2),
        Flatten(),
        Linear(16 * 5 * 5, 120),
        Relu(),
        Linear(120, 84),
        Relu(),
        Linear(84, 10),
    ),
)

NETS = {net.name: net for net in (SIMPLE_CONVNET, LENET5)}
