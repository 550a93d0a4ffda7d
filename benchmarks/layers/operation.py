"""What a layer of the benchmarks is: one call, written once for all peers."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from benchmarks.nets import Array

Shape = tuple[int, ...]
#: An operator of ONNX: its name, its attributes, and which of the arrays it reads.
OnnxNode = tuple[str, Mapping[str, Any], Sequence[str]]


class Work(NamedTuple):
    """What must be done at least: products that are added up, and elements read and written."""

    multiply_adds: int
    elements: int


@dataclass(frozen=True)
class Operation(abc.ABC):
    """A call on an input x [N, C, *I] and parameters."""

    #: How many of the arrays are activations; the others are parameters.
    activations: ClassVar[int] = 1
    #: Whether each result is a sum of products of the inputs, so that rounding is bounded by the
    #: same sum of absolute values.
    multilinear: ClassVar[bool] = False
    #: Whether what one image becomes does not depend on the others.
    independent: ClassVar[bool] = True

    @property
    @abc.abstractmethod
    def text(self) -> str:
        """What it is, in a few words."""

    def arrays(self, x: Shape) -> dict[str, Shape]:
        """Return names and shapes of everything that is read, x first."""
        return {"x": x}

    @abc.abstractmethod
    def output(self, x: Shape) -> Shape:
        """Return the shape of the result."""

    @abc.abstractmethod
    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        """Compute it with the functions of convolens or of torch, whose names are the same."""

    @abc.abstractmethod
    def lengths(self, x: Shape) -> dict[str, int]:
        """Return how many roundings lie behind each result, that of the forward pass first."""

    def onnx(self, x: Shape) -> OnnxNode | None:
        """Return the operator of ONNX, if there is one that other runtimes have."""
        return None

    def multiply_adds(self, x: Shape) -> int:
        """Return those of the forward pass."""
        return 0

    def draw(self, x: Shape, random: np.random.Generator) -> list[Array]:
        """Return numbers for all arrays: standard normal."""
        shapes = self.arrays(x).values()
        return [random.standard_normal(shape, np.float32) for shape in shapes]

    def work(self, x: Shape, gradients: Sequence[str] = ()) -> Work:
        """Return the least work of the forward pass and of the wanted gradients.

        The gradient of x and that of the weight take as many products as the forward pass. Each
        gradient is written once, and once for each of them everything else is read again.
        """
        sizes = {name: prod(shape) for name, shape in self.arrays(x).items()}
        y = prod(self.output(x))
        products = self.multiply_adds(x)
        large = [name for name in gradients if name in ("x", "other", "weight")]
        elements = sum(sizes.values()) + y + sum(sizes[name] for name in gradients)
        for name in large:
            elements += y + (sum(sizes.values()) - sizes[name] if products else 0)
        return Work(products * (1 + len(large)), elements)


def times(sizes: Sequence[int]) -> str:
    """Return ``3x3``."""
    return "x".join(map(str, sizes))
