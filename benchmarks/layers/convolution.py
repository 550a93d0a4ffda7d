"""Convolutions and transposed convolutions with one, two or three axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, final

from benchmarks.layers.operation import OnnxNode, Operation, Shape, times


def _each(value: int | Shape, rank: int) -> Shape:
    return (value,) * rank if isinstance(value, int) else value


def _text(value: int | Shape) -> str:
    return str(value) if isinstance(value, int) else times(value)


@dataclass(frozen=True)
class _Window(Operation):
    """K kernels over C channels in groups. Abstract."""

    K: int
    kernel: Shape
    stride: int | Shape = 1
    padding: int | Shape = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = False

    multilinear: ClassVar[bool] = True
    function: ClassVar[str]
    word: ClassVar[str]
    onnx_name: ClassVar[str]

    @property
    def strides(self) -> Shape:
        """The stride along each axis."""
        return _each(self.stride, len(self.kernel))

    @property
    def paddings(self) -> Shape:
        """The zeros before, and behind, each axis."""
        return _each(self.padding, len(self.kernel))

    @property
    def text(self) -> str:
        parts = [f"to {self.K}, {times(self.kernel)}"]
        parts += [f"s{_text(self.stride)}"] if max(self.strides) > 1 else []
        parts += [f"p{_text(self.padding)}"] if any(self.paddings) else []
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
            "strides": [*self.strides],
            "pads": [*self.paddings, *self.paddings],
            "dilations": [self.dilation] * rank,
            "group": self.groups,
        }
        return self.onnx_name, attributes, list(self.arrays(x))

    def _axes(self, x: Shape) -> Iterator[tuple[int, int, int, int]]:
        """Yield size, taps, stride and padding of each axis."""
        return zip(x[2:], self.kernel, self.strides, self.paddings, strict=True)

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
            (size + 2 * padding - self.dilation * (taps - 1) - 1) // stride + 1
            for size, taps, stride, padding in self._axes(x)
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
            (size - 1) * stride - 2 * padding + self.dilation * (taps - 1) + 1
            for size, taps, stride, padding in self._axes(x)
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
