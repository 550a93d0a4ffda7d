"""Max pooling of any rank: the largest number of each window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, final

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._max_windows import Largest, MaxWindows, Picked, Places, Routed
from convolens.ops._op import Mistake, Op, shared
from convolens.ops._pool_geometry import SAMPLES, PoolGeometry, PoolWindows, pool_mistakes
from convolens.spec import TensorSpec


@operator
class MaxPoolGeometry(MaxWindows, PoolGeometry):
    """What max pooling and its gradients share: windows that slide."""

    def routing(self) -> Op:
        return MaxPoolGrad(**shared(self, PoolGeometry))

    def picking(self) -> Op:
        return MaxPoolPick(**shared(self, PoolGeometry))

    def locating(self) -> PoolWindows:
        return MaxPoolIndices(**shared(self, PoolGeometry))

    @classmethod
    def operators(cls) -> Iterable[tuple[MaxPoolGeometry, TensorSpec]]:
        for shape, (kernel, stride, padding, ceil_mode) in SAMPLES:
            for dilation in (1, 2):
                try:
                    op = cls(kernel, stride, padding, (dilation,) * len(kernel), ceil_mode)
                    op.output_shape(TensorSpec(shape))
                except ShapeError:
                    continue  # the dilated window is larger than this sample's input
                yield op, TensorSpec(shape)


@final
@operator
class MaxPool(Largest, MaxPoolGeometry):
    """y[n,c,p] = the largest x[n, c, p stride + r dilation - padding] over taps r that read x.

    Shapes:
        x [N, C, *I] -> y [N, C, *P]

    Source: Ranzato, Huang, Boureau and LeCun, "Unsupervised Learning of Invariant Feature
    Hierarchies with Applications to Object Recognition", 2007.
    """

    name: ClassVar[str] = "max_pool"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return pool_mistakes(cls)


@final
@operator
class MaxPoolIndices(Places, MaxPoolGeometry):
    """indices[n,c,p] = where x[n,c] has the largest number of window p, counted along its axes.

    The pixel h, w of [H, W] is number h W + w: padding does not count. -1 stands for a window that
    reads no input.

    Shapes:
        x [N, C, *I] -> indices [N, C, *P]
    """

    name: ClassVar[str] = "max_pool_indices"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return pool_mistakes(cls)


@final
@operator
class MaxPoolGrad(Routed, MaxPoolGeometry):
    """dx[i] = the sum of g over the windows that x[i] won.

    Shapes:
        x [N, C, *I], g [N, C, *P] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "max_pool_grad"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
        x = TensorSpec((1, 3, 8, 8))
        return (Mistake(lambda: op.infer(x, x), ("g has shape [1, 3, 8, 8]", "[1, 3, 4, 4]")),)


@final
@operator
class MaxPoolPick(Picked, MaxPoolGeometry):
    """y[p] = u at the place where x won window p; 0 for a window that reads no input.

    Shapes:
        x [N, C, *I], u [N, C, *I] -> y [N, C, *P]
    """

    name: ClassVar[str] = "max_pool_pick"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
        x, u = TensorSpec((1, 3, 8, 8)), TensorSpec((1, 3, 4, 4))
        return (Mistake(lambda: op.infer(x, u), ("u has shape [1, 3, 4, 4]",)),)
