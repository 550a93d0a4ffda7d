"""Channels laid out as pixels of a larger image, and the inverse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, final

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.spec import TensorSpec, checked


@operator
class Shuffle(Rearrangement):
    """What both share: an image [*N, C, H, W] and a factor of at least 1."""

    factor: int

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise ArgumentError(
                f"{self.name}: the factor is {self.factor}, but must be at least 1."
            )

    def split(self, x: TensorSpec) -> tuple[tuple[int, ...], int, int, int]:
        """Return the shape of ``x`` as the axes before the channels, and C, H, W.

        Raises:
            ShapeError: If ``x`` has fewer than three axes.
        """
        if x.rank < 3:
            raise ShapeError(
                f"{self.name}: x has {x.rank} dimensions, but at least 3 are needed.",
                [("x", x, "")],
                "reshape x to [N, C, H, W].",
            )
        *outer, channels, height, width = x.shape
        return tuple(outer), channels, height, width

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        y = self.infer(x)
        return f"Moves {x.size} numbers between channels and pixels: {x} becomes {y}."


@final
@operator
class PixelShuffle(Shuffle):
    """y[c, h f + i, w f + j] = x[c f^2 + i f + j, h, w] for the factor f and 0 <= i, j < f.

    Shapes:
        x [*N, C f^2, H, W] -> y [*N, C, H f, W f]

    Source: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient
    Sub-Pixel Convolutional Neural Network", 2016, equation 4.
    """

    name: ClassVar[str] = "pixel_shuffle"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        outer, channels, height, width = self.split(x)
        square = self.factor**2
        if channels % square:
            raise ShapeError(
                f"{self.name}: {channels} channels are not a multiple of {self.factor}^2 = "
                f"{square}.",
                [("x", x, "")],
                f"use {channels - channels % square or square} channels, or another factor.",
            )
        f = self.factor
        return checked((*outer, channels // square, height * f, width * f), x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        yield _apart(target, self.factor), _together(x, self.factor)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (PixelUnshuffle(self.factor)(upstream),)

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(factor), (PixelUnshuffle(factor).infer(TensorSpec(image)),))
            for image, factor in _IMAGES
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls(2).infer(TensorSpec((1, 6, 2, 2))),
                ("6 channels are not a multiple of 2^2 = 4",),
            ),
            Mistake(lambda: cls(2).infer(TensorSpec((4, 2))), ("x has 2 dimensions",)),
            Mistake(lambda: cls(0), ("factor is 0",)),
        )


@final
@operator
class PixelUnshuffle(Shuffle):
    """y[c f^2 + i f + j, h, w] = x[c, h f + i, w f + j] for the factor f and 0 <= i, j < f.

    Shapes:
        x [*N, C, H f, W f] -> y [*N, C f^2, H, W]
    """

    name: ClassVar[str] = "pixel_unshuffle"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        outer, channels, height, width = self.split(x)
        f = self.factor
        if height % f or width % f:
            raise ShapeError(
                f"{self.name}: an image of {height}x{width} is not made of squares of {f}x{f}.",
                [("x", x, "")],
                f"crop or pad it to multiples of {f}.",
            )
        return checked((*outer, channels * f**2, height // f, width // f), x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        yield _together(target, self.factor), _apart(x, self.factor)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (PixelShuffle(self.factor)(upstream),)

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(factor), (TensorSpec(image),)) for image, factor in _IMAGES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls(2).infer(TensorSpec((1, 3, 4, 5))),
                ("4x5 is not made of squares of 2x2",),
            ),
            Mistake(lambda: cls(2).infer(TensorSpec((4, 2))), ("x has 2 dimensions",)),
            Mistake(lambda: cls(-1), ("factor is -1",)),
        )


def _apart(image: Array, f: int) -> Array:
    """View [*N, C, H f, W f] as [*N, C, H, f, W, f]."""
    *outer, channels, height, width = image.shape
    return image.reshape(*outer, channels, height // f, f, width // f, f)


def _together(image: Array, f: int) -> Array:
    """View [*N, C f^2, H, W] as [*N, C, H, f, W, f]."""
    *outer, channels, height, width = image.shape
    split = image.reshape(*outer, channels // f**2, f, f, height, width)
    rank = len(outer)
    return split.transpose(*range(rank), *(rank + axis for axis in (0, 3, 1, 4, 2)))


#: (shape of the image with more pixels, factor)
_IMAGES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((2, 3, 4, 6), 2),
    ((1, 2, 6, 3), 3),
    ((2, 4, 4), 2),
    ((1, 5, 4, 4), 4),
    ((2, 3, 4, 5), 1),
    ((0, 2, 4, 4), 2),
    ((2, 2, 2, 4, 4), 2),
)
