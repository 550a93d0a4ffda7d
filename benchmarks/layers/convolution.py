"""Convolutions and transposed convolutions with one, two or three axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, final

from benchmarks.layers.operation import OnnxNode, Operation, Shape, times


@dataclass(frozen=True)
class _Window(Operation):
    """K kernels over C channels in groups. Abstract."""

    K: int
    kernel: Shape
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = False

    multilinear: ClassVar[bool] = True
    function: ClassVar[str]
    word: ClassVar[str]
    onnx_name: ClassVar[str]

    @property
    def text(self) -> str:
        parts = [f"to {self.K}, {times(self.kernel)}"]
        parts += [f"s{self.stride}"] if self.stride > 1 else []
        parts += [f"p{self.padding}"] if self.padding else []
        parts += [f"d{self.dilation}"] if self.dilation > 1 else []
        parts += [f"g{self.groups}"] if self.groups > 1 else []
        return self.word + " ".join(parts)

    def call(self, functional: Any, arrays: Sequence[Any], training: bool) -> Any:
        function = getattr(functional, f"{self.function}{len(self.kernel)}d")
        return function(
            *arrays,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )

    def onnx(self, x: Shape) -> OnnxNode:
        rank = len(self.kernel)
        attributes = {
            "kernel_shape": list(self.kernel),
            "strides": [self.stride] * rank,
            "pads": [self.padding] * 2 * rank,
            "dilations": [self.dilation] * rank,
            "group": self.groups,
        }
        return self.onnx_name, attributes, list(self.arrays(x))

    def _with_bias(self, x: Shape, weight: Shape) -> dict[str, Shape]:
        return {"x": x, "weight": weight} | ({"bias": (self.K,)} if self.bias else {})


@final
@dataclass(frozen=True)
class Conv(_Window):
    """A convolution."""

    function: ClassVar[str] = "conv"
    word: ClassVar[str] = ""
    onnx_name: ClassVar[str] = "Conv"

    def arrays(self, x: Shape) -> dict[str, Shape]:
        return self._with_bias(x, (self.K, x[1] // self.groups, *self.kernel))

    def output(self, x: Shape) -> Shape:
        sizes = [
            (size + 2 * self.padding - self.dilation * (taps - 1) - 1) // self.stride + 1
            for size, taps in zip(x[2:], self.kernel, strict=True)
        ]
        return (x[0], self.K, *sizes)

    def multiply_adds(self, x: Shape) -> int:
        return prod(self.output(x)) * x[1] // self.groups * prod(self.kernel)

    def lengths(self, x: Shape) -> dict[str, int]:
        places = x[0] * prod(self.output(x)[2:])
        taps = prod(self.kernel)
        return {
            "y": x[1] // self.groups * taps + 1,
            "x": self.K // self.groups * taps,
            "weight": places,
            "bias": places,
        }


@final
@dataclass(frozen=True)
class ConvTranspose(_Window):
    """A transposed convolution."""

    function: ClassVar[str] = "conv_transpose"
    word: ClassVar[str] = "transposed "
    onnx_name: ClassVar[str] = "ConvTranspose"

    def arrays(self, x: Shape) -> dict[str, Shape]:
        return self._with_bias(x, (x[1], self.K // self.groups, *self.kernel))

    def output(self, x: Shape) -> Shape:
        sizes = [
            (size - 1) * self.stride - 2 * self.padding + self.dilation * (taps - 1) + 1
            for size, taps in zip(x[2:], self.kernel, strict=True)
        ]
        return (x[0], self.K, *sizes)

    def multiply_adds(self, x: Shape) -> int:
        return prod(x) * self.K // self.groups * prod(self.kernel)

    def lengths(self, x: Shape) -> dict[str, int]:
        taps = prod(self.kernel)
        return {
            "y": x[1] // self.groups * taps + 1,
            "x": self.K // self.groups * taps,
            "weight": x[0] * prod(x[2:]),
            "bias": x[0] * prod(self.output(x)[2:]),
        }
