"""Pooling over two axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

from benchmarks.layers.operation import OnnxNode, Operation, Shape


@dataclass(frozen=True)
class _Pool(Operation):
    kernel: int
    stride: int
    padding: int = 0

    word: ClassVar[str]

    @property
    def text(self) -> str:
        padding = f" p{self.padding}" if self.padding else ""
        return f"{self.word} pool {self.kernel}x{self.kernel} s{self.stride}{padding}"

    def output(self, x: Shape) -> Shape:
        sizes = [(size + 2 * self.padding - self.kernel) // self.stride + 1 for size in x[2:]]
        return (*x[:2], *sizes)

    def lengths(self, x: Shape) -> dict[str, int]:
        windows = -(-self.kernel // self.stride)
        return {"y": self.kernel**2 + 2, "x": windows**2 + 2}

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        function = getattr(functional, f"{self.word}_pool2d")
        return function(*arrays, self.kernel, self.stride, self.padding)

    def _attributes(self) -> dict[str, Any]:
        return {
            "kernel_shape": [self.kernel] * 2,
            "strides": [self.stride] * 2,
            "pads": [self.padding] * 4,
        }


@final
@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest of each window."""

    word: ClassVar[str] = "max"

    def onnx(self, x: Shape) -> OnnxNode:
        return "MaxPool", self._attributes(), ["x"]


@final
@dataclass(frozen=True)
class AvgPool(_Pool):
    """The mean of each window."""

    word: ClassVar[str] = "avg"
    multilinear: ClassVar[bool] = True

    def onnx(self, x: Shape) -> OnnxNode:
        return "AveragePool", self._attributes() | {"count_include_pad": 1}, ["x"]
