"""Linear layers, normalisations, activations, sums and losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal, final

import numpy as np

from benchmarks.layers.operation import OnnxNode, Operation, Shape
from benchmarks.nets import Array

#: The roundings of a vector exponential, logarithm or tanh, with those of the steps around it.
FUNCTION = 16


@final
@dataclass(frozen=True)
class Linear(Operation):
    """A product with a matrix, and a bias."""

    K: int
    multilinear: ClassVar[bool] = True

    @property
    def text(self) -> str:
        return f"linear to {self.K}"

    def arrays(self, x: Shape) -> dict[str, Shape]:
        return {"x": x, "weight": (self.K, x[1]), "bias": (self.K,)}

    def output(self, x: Shape) -> Shape:
        return (x[0], self.K)

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        return functional.linear(*arrays)

    def multiply_adds(self, x: Shape) -> int:
        return prod(x) * self.K

    def lengths(self, x: Shape) -> dict[str, int]:
        return {"y": x[1] + 1, "x": self.K, "weight": x[0], "bias": x[0]}

    def onnx(self, x: Shape) -> OnnxNode:
        return "Gemm", {"transB": 1}, list(self.arrays(x))


@final
@dataclass(frozen=True)
class BatchNorm(Operation):
    """Batch normalisation: forward with running statistics, forward+backward with the batch's."""

    independent: ClassVar[bool] = False

    @property
    def text(self) -> str:
        return "batch norm"

    def arrays(self, x: Shape) -> dict[str, Shape]:
        names = ("weight", "bias", "running mean", "running var")
        return {"x": x} | dict.fromkeys(names, x[1:2])

    def draw(self, x: Shape, random: np.random.Generator) -> list[Array]:
        *others, var = super().draw(x, random)
        return [*others, var**2 + 1]

    def output(self, x: Shape) -> Shape:
        return x

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        x, weight, bias, mean, var = arrays
        return functional.batch_norm(x, mean, var, weight, bias, training)

    def lengths(self, x: Shape) -> dict[str, int]:
        # Mean, variance, and the two means of the gradient are sums over the batch.
        batch = x[0] * prod(x[2:])
        return {"y": 2 * batch, "x": 4 * batch, "weight": 3 * batch, "bias": batch}

    def onnx(self, x: Shape) -> OnnxNode:
        return "BatchNormalization", {}, list(self.arrays(x))


@final
@dataclass(frozen=True)
class LocalResponseNorm(Operation):
    """AlexNet's normalisation over neighbouring channels."""

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 2.0

    @property
    def text(self) -> str:
        return f"LRN over {self.size}"

    def output(self, x: Shape) -> Shape:
        return x

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        return functional.local_response_norm(*arrays, self.size, self.alpha, self.beta, self.k)

    def lengths(self, x: Shape) -> dict[str, int]:
        return {"y": self.size + FUNCTION, "x": 2 * (self.size + FUNCTION)}

    def onnx(self, x: Shape) -> OnnxNode:
        numbers = {"alpha": self.alpha, "beta": self.beta, "bias": self.k, "size": self.size}
        return "LRN", numbers, ["x"]


@final
@dataclass(frozen=True)
class Activation(Operation):
    """One number in, one number out."""

    function: Literal["relu", "sigmoid", "tanh"]

    @property
    def text(self) -> str:
        return self.function

    def output(self, x: Shape) -> Shape:
        return x

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        return getattr(functional, self.function)(*arrays)

    def lengths(self, x: Shape) -> dict[str, int]:
        return {"y": FUNCTION, "x": 2 * FUNCTION}

    def onnx(self, x: Shape) -> OnnxNode:
        return self.function.capitalize(), {}, ["x"]


@final
@dataclass(frozen=True)
class Add(Operation):
    """The sum of a residual block."""

    activations: ClassVar[int] = 2
    multilinear: ClassVar[bool] = True

    @property
    def text(self) -> str:
        return "sum of two"

    def arrays(self, x: Shape) -> dict[str, Shape]:
        return {"x": x, "other": x}

    def output(self, x: Shape) -> Shape:
        return x

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        return arrays[0] + arrays[1]

    def lengths(self, x: Shape) -> dict[str, int]:
        return {"y": 1, "x": 1, "other": 1}

    def onnx(self, x: Shape) -> OnnxNode:
        return "Add", {}, ["x", "other"]


@final
@dataclass(frozen=True)
class Softmax(Operation):
    """The shares of K classes."""

    @property
    def text(self) -> str:
        return "softmax"

    def output(self, x: Shape) -> Shape:
        return x

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        return functional.softmax(*arrays, 1)

    def lengths(self, x: Shape) -> dict[str, int]:
        return {"y": x[1] + FUNCTION, "x": 2 * (x[1] + FUNCTION)}

    def onnx(self, x: Shape) -> OnnxNode:
        return "Softmax", {"axis": 1}, ["x"]


@final
@dataclass(frozen=True)
class CrossEntropy(Operation):
    """Softmax with loss: the mean of the negative logarithm of the right class's share."""

    activations: ClassVar[int] = 2
    independent: ClassVar[bool] = False

    @property
    def text(self) -> str:
        return "softmax with loss"

    def arrays(self, x: Shape) -> dict[str, Shape]:
        return {"x": x, "labels": x[:1]}

    def draw(self, x: Shape, random: np.random.Generator) -> list[Array]:
        return [random.standard_normal(x, np.float32), random.integers(0, x[1], x[:1])]

    def output(self, x: Shape) -> Shape:
        return ()

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        return functional.cross_entropy(*arrays)

    def lengths(self, x: Shape) -> dict[str, int]:
        return {"y": x[0] + x[1] + FUNCTION, "x": x[1] + 2 * FUNCTION}

    def onnx(self, x: Shape) -> OnnxNode:
        return "SoftmaxCrossEntropyLoss", {"reduction": "mean"}, ["x", "labels"]
