"""Adaptive average pooling of any rank: the mean of each share of an image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

from convolens.ops._adaptive_geometry import SAMPLES, AdaptiveGeometry, adaptive_mistakes
from convolens.ops._attributes import operator
from convolens.ops._avg_windows import Averaged, AvgWindows, Spread
from convolens.ops._op import Mistake, Op, Sample, shared
from convolens.spec import TensorSpec


@operator
class AdaptiveAvgPoolGeometry(AvgWindows, AdaptiveGeometry):
    """What adaptive average pooling and its gradient share."""

    needs_channels: ClassVar[bool] = False

    def averaging(self) -> Op:
        return AdaptiveAvgPool(**shared(self, AdaptiveGeometry))

    def spreading(self, sizes: Sequence[int]) -> Op:
        return AdaptiveAvgPoolGrad(**shared(self, AdaptiveGeometry), sizes=tuple(sizes))

    @classmethod
    def operators(cls) -> Iterable[tuple[AdaptiveAvgPoolGeometry, TensorSpec]]:
        for shape, outputs in SAMPLES:
            yield cls(outputs), TensorSpec(shape)


@final
@operator
class AdaptiveAvgPool(Averaged, AdaptiveAvgPoolGeometry):
    """y[n,c,p] = the mean of x[n,c,i] with floor(p I / P) <= i < ceil((p + 1) I / P).

    One output is the mean of the whole map: global average pooling.

    Shapes:
        x [N, C, *I] -> y [N, C, *outputs]

    Source: Lin, Chen and Yan, "Network In Network", 2013, section 3.2 (one output).
    """

    name: ClassVar[str] = "adaptive_avg_pool"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return adaptive_mistakes(cls)


@final
@operator
class AdaptiveAvgPoolGrad(Spread, AdaptiveAvgPoolGeometry):
    """dx[i] = the sum of g[p] / (numbers in share p) over the shares p that hold x[i].

    Shapes:
        g [N, C, *outputs] -> dx [N, C, *sizes]
    """

    name: ClassVar[str] = "adaptive_avg_pool_grad"

    sizes: tuple[int, ...] = ()

    def image_sizes(self) -> tuple[int, ...]:
        return self.sizes

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for op, x in AdaptiveAvgPool.operators():
            yield Sample(op.spreading(x.shape[2:]), (TensorSpec(op.output_shape(x)),))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), sizes=(8, 8))
        return (
            *adaptive_mistakes(cls),
            Mistake(
                lambda: op.infer(TensorSpec((1, 3, 8, 8))),
                ("g has shape [1, 3, 8, 8]", "[1, 3, 2, 2]"),
            ),
        )
