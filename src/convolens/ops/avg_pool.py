"""Average pooling of any rank: the mean of each window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._avg_windows import Averaged, AvgWindows, Spread
from convolens.ops._op import Mistake, Op, Sample, shared
from convolens.ops._pool_geometry import SAMPLES, PoolGeometry, pool_mistakes
from convolens.ops._taps import PAD
from convolens.spec import TensorSpec


@operator
class AvgPoolGeometry(AvgWindows, PoolGeometry):
    """Windows that slide, and what they are divided by.

    With ``count_include_pad`` these are the cells of the padded input, else those of the input.
    What a ``ceil_mode`` window covers beyond the padding never counts. ``divisor_override`` takes
    the place of all that; 1 makes the mean a sum.
    """

    count_include_pad: bool = True
    divisor_override: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        divisor = self.divisor_override
        if divisor is not None and not 0 < abs(divisor) < 2**63:
            raise ArgumentError(
                f"{self.name}: divisor_override is {divisor}, but must be a number of 64 bits and "
                "not zero.",
                hint="use 1 for the sum of each window, or None for its mean.",
            )

    def first_counted(self) -> int:
        return PAD if self.count_include_pad else 0

    def fixed_divisor(self) -> int | None:
        return self.divisor_override

    def averaging(self) -> Op:
        return AvgPool(**shared(self, AvgPoolGeometry))

    def spreading(self, sizes: Sequence[int]) -> Op:
        return AvgPoolGrad(**shared(self, AvgPoolGeometry), sizes=tuple(sizes))

    @classmethod
    def operators(cls) -> Iterable[tuple[AvgPoolGeometry, TensorSpec]]:
        for number, (shape, (kernel, stride, padding, ceil_mode)) in enumerate(SAMPLES):
            ones, divisor = (1,) * len(kernel), (None, -3, 1)[number % 3]
            for include, override in ((True, None), (False, None), (True, divisor)):
                op = cls(kernel, stride, padding, ones, ceil_mode, include, override)
                yield op, TensorSpec(shape)


@final
@operator
class AvgPool(Averaged, AvgPoolGeometry):
    """y[n,c,p] = the sum of x[n, c, p stride + r dilation - padding] over taps r, by the divisor.

    Shapes:
        x [N, C, *I] -> y [N, C, *P]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998, section
    II.B (sub-sampling, there with a trained coefficient and bias).
    """

    name: ClassVar[str] = "avg_pool"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        two = ((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
        return (
            *pool_mistakes(cls),
            Mistake(lambda: cls(*two, divisor_override=0), ("divisor_override is 0",)),
        )


@final
@operator
class AvgPoolGrad(Spread, AvgPoolGeometry):
    """dx[i] = the sum of g[p] / divisor[p] over the windows p that read x[i].

    ``sizes`` are the spatial sizes of the image, which those of g do not determine.

    Shapes:
        g [N, C, *P] -> dx [N, C, *sizes]
    """

    name: ClassVar[str] = "avg_pool_grad"

    sizes: tuple[int, ...] = ()

    def image_sizes(self) -> tuple[int, ...]:
        return self.sizes

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for op, x in AvgPool.operators():
            yield Sample(op.spreading(x.shape[2:]), (TensorSpec(op.output_shape(x)),))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), sizes=(8, 8))
        return (
            Mistake(
                lambda: op.infer(TensorSpec((1, 3, 8, 8))),
                ("g has shape [1, 3, 8, 8]", "[1, 3, 4, 4]"),
            ),
        )
