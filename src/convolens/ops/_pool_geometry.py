"""What poolings share: windows along each axis, and the sizes that follow."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Mistake, Op
from convolens.ops._taps import Pair, Table, Window
from convolens.spec import TensorSpec


@operator
class PoolWindows(Op):
    """An operator that makes one number of each window of an image."""

    #: Whether an image without channels is refused.
    needs_channels: ClassVar[bool] = True

    @property
    @abc.abstractmethod
    def rank(self) -> int:
        """The number of spatial axes."""

    @abc.abstractmethod
    def tables(self, sizes: Sequence[int]) -> list[Table]:
        """Return the tap table of each axis."""

    @abc.abstractmethod
    def output_sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Return how many windows there are along each axis.

        Raises:
            ShapeError: If a window does not fit.
        """

    @abc.abstractmethod
    def taps(self, sizes: Sequence[int]) -> int:
        """Return how many inputs the largest window reads."""

    def reads(self, sizes: Sequence[int]) -> int:
        """Return how many inputs all windows of one channel read, padding not counted."""
        return spatial.valid_reads(self.tables(sizes))

    def most_readers(self, sizes: Sequence[int]) -> int:
        """Return how many windows read the input that most windows read.

        These may be more than ``taps``, where there are more windows than inputs.
        """
        axes = (np.bincount(table[table >= 0]) for table in self.tables(sizes))
        return prod(int(counts.max(initial=0)) for counts in axes)

    @abc.abstractmethod
    def describe(self) -> str:
        """Write the windows, such as ``2x2, stride 2x2``."""

    def output_shape(self, x: TensorSpec) -> tuple[int, ...]:
        """Return [N, C, *P] for an image of spec ``x``.

        Raises:
            ShapeError: If ``x`` is not a batch of images, or a window does not fit.
        """
        self.require_image(x)
        return (*x.shape[:2], *self.output_sizes(x.shape[2:]))

    def require_image(self, x: TensorSpec, name: str = "x") -> None:
        """Refuse an input that is not a batch of images with channels and pixels.

        Raises:
            ShapeError: If so.
        """
        spatial.require_image(self.name, x, self.rank, name)
        if self.needs_channels and x.shape[1] == 0:
            raise ShapeError(
                f"{self.name}: {name} has no channels: only the batch may be empty.",
                [(name, x, spatial.IMAGE_LETTERS[self.rank])],
                "leave empty images out.",
            )

    def require_output(self, x: TensorSpec, g: TensorSpec) -> None:
        """Refuse a gradient that is not shaped as the output for ``x``.

        Raises:
            ShapeError: If so.
        """
        expected = self.output_shape(x)
        if g.shape != expected:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the output is {list(expected)}.",
                hint="g must be shaped as the output.",
            )


@operator
class PoolGeometry(PoolWindows):
    """The attributes of a pooling whose windows slide, one entry an axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        spatial.require_same_rank(
            self.name,
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )
        for window in self.windows():
            if max(window.padding) > window.kernel // 2:
                raise ArgumentError(
                    f"{self.name}: pad should be smaller than or equal to half of kernel size, "
                    f"but got padding {max(window.padding)} and kernel size {window.kernel}.",
                    hint=f"use a padding of at most {window.kernel // 2}: a larger one can give "
                    "windows without any input.",
                )

    @property
    def rank(self) -> int:
        return len(self.kernel)

    def windows(self) -> tuple[Window, ...]:
        """Return the window of each axis."""
        return tuple(
            Window(k, s, p, d, self.ceil_mode)
            for k, s, p, d in zip(
                self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )

    def output_sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        return spatial.output_sizes(self.name, self.windows(), sizes)

    def tables(self, sizes: Sequence[int]) -> list[Table]:
        return spatial.tables(self.windows(), sizes)

    def taps(self, sizes: Sequence[int]) -> int:
        return prod(self.kernel)

    def describe(self) -> str:
        text = f"{spatial.times(self.kernel)}, stride {spatial.times(self.stride)}"
        if any(max(pair) for pair in self.padding):
            text += f", padding {spatial.show_padding(self.padding)}"
        if any(step != 1 for step in self.dilation):
            text += f", dilation {spatial.times(self.dilation)}"
        return text


Geometry = tuple[tuple[int, ...], tuple[int, ...], tuple[Pair, ...], bool]

#: (shape of x, (kernel, stride, padding, ceil_mode))
SAMPLES: tuple[tuple[tuple[int, ...], Geometry], ...] = (
    ((2, 3, 6, 8), ((2, 2), (2, 2), ((0, 0), (0, 0)), False)),
    ((2, 3, 7, 7), ((3, 3), (2, 2), ((1, 1), (1, 1)), False)),
    ((1, 33, 5, 6), ((3, 2), (1, 2), ((0, 0), (1, 1)), False)),
    ((2, 4, 7, 6), ((3, 3), (2, 2), ((0, 0), (1, 1)), True)),
    ((1, 2, 5, 5), ((2, 2), (2, 2), ((1, 0), (0, 1)), True)),
    ((0, 3, 4, 4), ((2, 2), (2, 2), ((0, 0), (0, 0)), False)),
    ((2, 3, 9), ((3,), (2,), ((1, 1),), False)),
    ((1, 2, 4, 5, 4), ((2, 3, 2), (2, 1, 2), ((0, 0), (1, 1), (0, 0)), False)),
    ((2, 33, 9, 8), ((5, 7), (3, 1), ((1, 1), (3, 0)), False)),
    ((1, 20, 4, 11), ((2, 10), (2, 1), ((0, 0), (0, 0)), False)),
)


def pool_mistakes(operator: type[PoolGeometry]) -> Iterable[Mistake]:
    """Return the mistakes that all poolings share."""

    def pool(kernel: int, stride: int = 2, padding: int = 0) -> PoolGeometry:
        return operator((kernel, kernel), (stride, stride), ((padding, padding),) * 2, (1, 1))

    return (
        Mistake(
            lambda: pool(9).output_shape(TensorSpec((1, 3, 8, 8))),
            ("along the height", "covers 9 inputs", "only 8"),
        ),
        Mistake(
            lambda: pool(2).output_shape(TensorSpec((3, 8, 8))),
            ("x has 3 dimensions, but 4",),
        ),
        Mistake(lambda: pool(2).output_shape(TensorSpec((1, 0, 8, 8))), ("x has no channels",)),
        Mistake(lambda: pool(2, stride=0), ("stride is 0",)),
        Mistake(lambda: pool(0), ("kernel is 0",)),
        Mistake(lambda: pool(3, padding=2), ("half of kernel size", "padding 2 and kernel size 3")),
    )
