"""Channels of several groups dealt out evenly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, final

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.spec import TensorSpec, checked


@final
@operator
class ChannelShuffle(Rearrangement):
    """y[n, k groups + g] = x[n, g C/groups + k]: channel k of each group, then k + 1 of each.

    Shapes:
        x [N, C, *I] -> y [N, C, *I]

    Source: Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural Network for
    Mobile Devices", 2018, section 3.1.
    """

    name: ClassVar[str] = "channel_shuffle"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*I]"

    groups: int

    def __post_init__(self) -> None:
        if self.groups < 1:
            raise ArgumentError(f"{self.name}: groups is {self.groups}, but must be at least 1.")

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        if x.rank < 3:
            raise ShapeError(
                f"{self.name}: x has {x.rank} dimensions, but at least 3 are needed.",
                [("x", x, "")],
                "reshape x to [N, C, H, W].",
            )
        if x.shape[1] % self.groups:
            raise ShapeError(
                f"{self.name}: {x.shape[1]} channels cannot be split into {self.groups} groups.",
                [("x", x, "")],
                "groups must divide the channels.",
            )
        return checked(x.shape, x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        batch, channels, *sizes = x.shape
        each = channels // self.groups
        groups = x.reshape(batch, self.groups, each, *sizes)
        yield target.reshape(batch, each, self.groups, *sizes), groups.swapaxes(1, 2)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        channels = inputs[0].shape[1]
        return (ChannelShuffle(max(1, channels // self.groups))(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Deals the {x.shape[1]} channels of {self.groups} groups out in turn."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        shapes: tuple[tuple[tuple[int, ...], int], ...] = (
            ((2, 12, 3, 4), 3),
            ((1, 8, 5, 2), 4),
            ((2, 6, 5), 2),
            ((1, 4, 2, 3, 2), 2),
            ((2, 5, 3, 3), 1),
            ((2, 5, 3, 3), 5),
            ((0, 4, 2, 2), 2),
            ((2, 0, 2, 2), 2),
        )
        return tuple(Sample(cls(groups), (TensorSpec(x),)) for x, groups in shapes)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls(2).infer(TensorSpec((1, 3, 4, 4))),
                ("3 channels cannot be split into 2 groups",),
            ),
            Mistake(lambda: cls(2).infer(TensorSpec((4, 4))), ("x has 2 dimensions",)),
            Mistake(lambda: cls(0), ("groups is 0",)),
        )
