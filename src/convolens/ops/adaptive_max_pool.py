"""Adaptive max pooling of any rank: the largest number of each share of an image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, final

from convolens.ops._adaptive_geometry import SAMPLES, AdaptiveGeometry, adaptive_mistakes
from convolens.ops._attributes import operator
from convolens.ops._max_windows import Largest, MaxWindows, Picked, Places, Routed
from convolens.ops._op import Mistake, Op, shared
from convolens.ops._pool_geometry import PoolWindows
from convolens.spec import TensorSpec


@operator
class AdaptiveMaxPoolGeometry(MaxWindows, AdaptiveGeometry):
    """What adaptive max pooling and its gradients share."""

    def routing(self) -> Op:
        return AdaptiveMaxPoolGrad(**shared(self, AdaptiveGeometry))

    def picking(self) -> Op:
        return AdaptiveMaxPoolPick(**shared(self, AdaptiveGeometry))

    def locating(self) -> PoolWindows:
        return AdaptiveMaxPoolIndices(**shared(self, AdaptiveGeometry))

    @classmethod
    def operators(cls) -> Iterable[tuple[AdaptiveMaxPoolGeometry, TensorSpec]]:
        for shape, outputs in SAMPLES:
            yield cls(outputs), TensorSpec(shape)


@final
@operator
class AdaptiveMaxPool(Largest, AdaptiveMaxPoolGeometry):
    """y[n,c,p] = the largest x[n,c,i] with floor(p I / P) <= i < ceil((p + 1) I / P).

    Shapes:
        x [N, C, *I] -> y [N, C, *outputs]

    Source: He, Zhang, Ren and Sun, "Spatial Pyramid Pooling in Deep Convolutional Networks for
    Visual Recognition", 2014, section 2.2.
    """

    name: ClassVar[str] = "adaptive_max_pool"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        no_channels = TensorSpec((1, 0, 4, 4))
        return (
            *adaptive_mistakes(cls),
            Mistake(lambda: cls((2, 2)).output_shape(no_channels), ("x has no channels",)),
        )


@final
@operator
class AdaptiveMaxPoolIndices(Places, AdaptiveMaxPoolGeometry):
    """indices[n,c,p] = where x[n,c] has the largest number of share p, counted along its axes.

    Shapes:
        x [N, C, *I] -> indices [N, C, *outputs]
    """

    name: ClassVar[str] = "adaptive_max_pool_indices"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return adaptive_mistakes(cls)


@final
@operator
class AdaptiveMaxPoolGrad(Routed, AdaptiveMaxPoolGeometry):
    """dx[i] = the sum of g over the shares that x[i] won.

    Shapes:
        x [N, C, *I], g [N, C, *outputs] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "adaptive_max_pool_grad"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((1, 3, 8, 8))
        return (
            *adaptive_mistakes(cls),
            Mistake(lambda: cls((2, 2)).infer(x, x), ("g has shape [1, 3, 8, 8]", "[1, 3, 2, 2]")),
        )


@final
@operator
class AdaptiveMaxPoolPick(Picked, AdaptiveMaxPoolGeometry):
    """y[p] = u at the place where x won share p.

    Shapes:
        x [N, C, *I], u [N, C, *I] -> y [N, C, *outputs]
    """

    name: ClassVar[str] = "adaptive_max_pool_pick"

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, u = TensorSpec((1, 3, 8, 8)), TensorSpec((1, 3, 4, 4))
        return (
            *adaptive_mistakes(cls),
            Mistake(lambda: cls((2, 2)).infer(x, u), ("u has shape [1, 3, 4, 4]",)),
        )
