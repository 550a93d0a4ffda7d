"""LayerSpec: a layer with a window and the image it is put on, as numbers that can be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Literal, final, get_args

from convolens import ops
from convolens.errors import ArgumentError, ShapeError
from convolens.lens.notation.checks import check
from convolens.nn.conv_base import PaddingMode
from convolens.ops._op import Call, Value
from convolens.ops._padding_taps import continued
from convolens.ops._taps import Pair, Table, Window, inverse, resolve_padding
from convolens.spec import TensorSpec

if TYPE_CHECKING:
    from convolens.nn import Module

Kind = Literal["conv", "conv_transpose", "max_pool", "avg_pool", "separable"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@final
@dataclass(frozen=True)
class LayerSpec:
    """A layer with a window, on an image. Two are the same layer exactly when they are equal.

    Attributes:
        input_shape: The shape of one image without the batch: (C, *I), with 1, 2 or 3 sizes.
        kernel: The taps, one number an axis.
        kind: Convolution, transposed convolution, maximum or average pooling, or a depthwise
            convolution with a 1x1 one behind it.
        stride: The step between outputs; for a transposed convolution, between the kernels that
            inputs add. One number an axis; if not given, 1, and for poolings the kernel.
        padding: The cells before and after, one pair an axis, or a name as in ``nn.Conv1d``.
        dilation: The distance between taps, one number an axis; 1 if not given.
        groups: In how many groups the channels are split.
        out_channels: K; if not given, one channel a group, and for poolings C.
        output_padding: The cells at the end of a transposed convolution's output, one an axis.
        ceil_mode: Whether a pooling keeps a last window that ends beyond the padded input.
        padding_mode: What the cells of a convolution's padding hold, as in ``nn.Conv1d``.
        bias: Whether a number is added to each output channel; never for poolings.
        count_include_pad: Whether padding counts in the divisor of an average pooling.
        multiplier: How many kernels each channel has in a separable convolution's first step.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit its padded input.

    Example:
        >>> spec = LayerSpec((1, 5, 5), (3, 3), stride=(2, 2), padding=((1, 1), (1, 1)))
        >>> spec.text, spec.output_shape
        ('5x5 k3 s2 p1', (1, 3, 3))
        >>> spec.tables[0].tolist()
        [[-1, 0, 1], [1, 2, 3], [3, 4, -1]]
    """

    input_shape: tuple[int, ...]
    kernel: tuple[int, ...]
    kind: Kind = "conv"
    stride: tuple[int, ...] = ()
    padding: tuple[Pair, ...] | str = ()
    dilation: tuple[int, ...] = ()
    groups: int = 1
    out_channels: int = 0
    output_padding: tuple[int, ...] = ()
    ceil_mode: bool = False
    padding_mode: PaddingMode = "zeros"
    bias: bool = True
    count_include_pad: bool = True
    multiplier: int = 1

    def __post_init__(self) -> None:
        rank = len(self.kernel)
        pools = self.pools
        ones = (1,) * rank
        for name, value in (
            ("stride", self.stride or (self.kernel if pools else ones)),
            ("padding", self.padding or ((0, 0),) * rank),
            ("dilation", self.dilation or ones),
            ("output_padding", self.output_padding or (0,) * rank),
            ("out_channels", self.out_channels or (self.channels if pools else self._fewest)),
            ("bias", self.bias and not pools),
        ):
            object.__setattr__(self, name, value)
        check(self)

    @property
    def _fewest(self) -> int:
        return self.channels if self.kind == "separable" else self.groups

    @property
    def pools(self) -> bool:
        """Whether it is a pooling."""
        return self.kind in ("max_pool", "avg_pool")

    @property
    def channels(self) -> int:
        """C, the channels of the input."""
        return self.input_shape[0] if self.input_shape else 0

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the image along its spatial axes."""
        return self.input_shape[1:]

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.kernel)

    @property
    def depthwise(self) -> bool:
        """Whether each of several channels has kernels of its own."""
        return self.kind in ("conv", "conv_transpose") and 1 < self.groups == self.channels

    @cached_property
    def pads(self) -> tuple[Pair, ...]:
        """The cells before and after each axis, also where ``padding`` is a name."""
        return resolve_padding(self.padding, self.kernel, self.stride, self.dilation, self.sizes)

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The window of each axis; that of a transposed convolution slides over its output."""
        return tuple(
            Window(k, s, p, d, self.ceil_mode)
            for k, s, p, d in zip(self.kernel, self.stride, self.pads, self.dilation, strict=True)
        )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The operator calls that the layer makes on one image, with their shapes.

        Where a padding mode continues the image, the call is on the continued image.
        """
        image = Value(TensorSpec((1, *self.input_shape)))
        if self.kind == "max_pool":
            geometry = (self.kernel, self.stride, self.pads, self.dilation, self.ceil_mode)
            return (ops.MaxPool(*geometry)(image),)
        if self.kind == "avg_pool":
            geometry = (self.kernel, self.stride, self.pads, self.dilation, self.ceil_mode)
            return (ops.AvgPool(*geometry, count_include_pad=self.count_include_pad)(image),)
        weight, *rest = (Value(TensorSpec(shape)) for shape in self.weight_shapes)
        bias = [Value(TensorSpec((self.out_channels,)))] if self.bias else []
        attributes = (self.stride, self.pads, self.dilation)
        if self.kind == "conv_transpose":
            op = ops.ConvTranspose(*attributes, self.groups, self.output_padding)
            return (op(image, weight, *bias),)
        pads = self.pads
        if self.padding_mode != "zeros":
            pads = ((0, 0),) * self.rank
            image = Value(TensorSpec((1, self.channels, *self._continued(image.spec))))
        if self.kind == "conv":
            return (ops.Conv(self.stride, pads, self.dilation, self.groups)(image, weight, *bias),)
        first = ops.Conv(self.stride, pads, self.dilation, self.channels)(image, weight)
        ones = (1,) * self.rank
        return (first, ops.Conv(ones, ((0, 0),) * self.rank, ones)(first, rest[0], *bias))

    @property
    def weight_shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the weights: none for a pooling, two for a separable convolution."""
        k, c = self.out_channels, self.channels
        if self.pools:
            return ()
        if self.kind == "conv":
            return ((k, c // self.groups, *self.kernel),)
        if self.kind == "conv_transpose":
            return ((c, k // self.groups, *self.kernel),)
        between = c * self.multiplier
        return (between, 1, *self.kernel), (k, between, *(1,) * self.rank)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the output for one image, (K, *P)."""
        return self.calls[-1].shape[1:]

    @property
    def parameters(self) -> int:
        """How many numbers the layer has to learn."""
        return sum(map(prod, self.weight_shapes)) + self.out_channels * self.bias

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tap table of each axis: which input each output reads by each tap, or PAD.

        For a separable convolution, that of its first step.
        """
        outputs = self.output_shape[1:]
        if self.kind == "conv_transpose":
            return tuple(
                inverse(window.taps(size)[:inputs], size)
                for window, size, inputs in zip(self.windows, outputs, self.sizes, strict=True)
            )
        return tuple(w.taps(size) for w, size in zip(self.windows, self.sizes, strict=True))

    @cached_property
    def cells(self) -> tuple[Table, ...]:
        """The tables with the padding's cells by their place: -2 is the second before the axis.

        Only for windows that slide over the input, so not for a transposed convolution.

        Raises:
            ArgumentError: For a transposed convolution.
        """
        if self.kind == "conv_transpose":
            raise ArgumentError("a transposed convolution's padding has no cells to read.")
        found = []
        for window, size in zip(self.windows, self.sizes, strict=True):
            reach = (window.output_size(size) - 1) * window.stride + window.extent
            bare = Window(window.kernel, window.stride, (0, 0), window.dilation)
            found.append(bare.taps(reach) - window.padding[0])
        return tuple(found)

    @cached_property
    def sources(self) -> tuple[Table, ...]:
        """The tables of the values that are read: with a padding mode, the cells that stand in.

        With ``padding_mode='zeros'`` they are ``tables``.
        """
        if self.padding_mode == "zeros":
            return self.tables
        found = []
        for cells, size in zip(self.cells, self.sizes, strict=True):
            found.append(continued(cells, size, self.padding_mode))
        return tuple(found)

    def _continued(self, image: TensorSpec) -> Iterator[int]:
        """Yield the sizes of the image after its padding mode continued it."""
        for axis, (size, pair) in enumerate(zip(self.sizes, self.pads, strict=True), start=2):
            if any(pair):
                _require_room(image, axis, max(pair), self.padding_mode)
            yield size + sum(pair)

    @cached_property
    def text(self) -> str:
        """The layer as text: ``parse_layer`` makes the same layer of it."""
        from convolens.lens.notation.text import text_of

        return text_of(self)

    def __str__(self) -> str:
        return self.text

    def layer(self) -> Module:
        """Return the ``nn`` layer, with new weights.

        Example:
            >>> LayerSpec((3, 8, 8), (3, 3), out_channels=4).layer()
            Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))
        """
        from convolens.lens.notation.layers import layer_of

        return layer_of(self)

    def torch_line(self) -> str:
        """Return the line that makes this layer in torch.

        Example:
            >>> LayerSpec((3, 8, 8), (3, 3), out_channels=4).torch_line()
            'nn.Conv2d(3, 4, kernel_size=3)'
        """
        from convolens.lens.notation.write_torch import torch_line

        return torch_line(self)

    @classmethod
    def from_layer(cls, layer: Module, input_shape: tuple[int, ...]) -> LayerSpec:
        """Return what a layer is on an image of shape (C, *I).

        Raises:
            ArgumentError: If the layer has no window, or the image does not fit it.

        Example:
            >>> from convolens import nn
            >>> LayerSpec.from_layer(nn.MaxPool2d(3, 2, 1), (64, 112, 112)).text
            '64x112x112 max k3 s2 p1'
        """
        from convolens.lens.notation.layers import spec_of

        return spec_of(layer, tuple(input_shape))


def _require_room(image: TensorSpec, dim: int, cells: int, mode: str) -> None:
    """Refuse more cells than an axis can be continued by."""
    size = image.shape[dim]
    most = {"reflect": size - 1, "circular": size}.get(mode, cells)
    if cells > most or size == 0:
        raise ShapeError(
            f"padding_mode {mode!r} cannot add {cells} cells to an axis of {size}.",
            [("input", image, "")],
            f"use a padding of at most {max(most, 0)}, or another mode.",
        )
