"""Layers that pool to a given size; to size 1 is global pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, final

from convolens.nn import functional
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.adaptive_pool import Sizes
from convolens.nn.module import Module
from convolens.tensor import Tensor


class _AdaptivePool(Module):
    function: ClassVar[Callable[..., Any]]
    output_size: Sizes

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"output_size={self.output_size}"


class _AdaptiveAvgPoolNd(_AdaptivePool):
    def __init__(self, output_size: Sizes) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I]."""
        pooled: Tensor = type(self).function(input, self.output_size)
        return pooled


class _AdaptiveMaxPoolNd(_AdaptivePool):
    def __init__(self, output_size: Sizes, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I].

        With ``return_indices`` return the places of the largest elements too.
        """
        return type(self).function(input, self.output_size, self.return_indices)


@final
class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The mean of each of ``output_size`` shares of an axis.

    Args:
        output_size: Q.

    Shapes:
        [N, C, W] -> [N, C, Q]
    """

    function = staticmethod(functional.adaptive_avg_pool1d)

    def __init__(self, output_size: Ints) -> None:
        super().__init__(output_size)


@final
class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The mean of each share of two axes: y[p] = mean of x[i], floor(p I/P) <= i < ceil((p+1) I/P).

    ``AdaptiveAvgPool2d(1)`` is global average pooling.

    Args:
        output_size: One number or (P, Q); None leaves the size of an axis as it is.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Example:
        >>> import convolens as cl
        >>> AdaptiveAvgPool2d(1)(cl.zeros(8, 512, 7, 7)).shape
        (8, 512, 1, 1)

    Source: Lin, Chen and Yan, "Network In Network", 2013, section 3.2.
    """

    function = staticmethod(functional.adaptive_avg_pool2d)


@final
class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The mean of each share of three axes.

    Args:
        output_size: One number or (O, P, Q); None leaves the size of an axis as it is.

    Shapes:
        [N, C, D, H, W] -> [N, C, O, P, Q]
    """

    function = staticmethod(functional.adaptive_avg_pool3d)


@final
class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The largest element of each of ``output_size`` shares of an axis.

    Args:
        output_size: Q.
        return_indices: Return the places of the largest elements too.

    Shapes:
        [N, C, W] -> [N, C, Q]
    """

    function = staticmethod(functional.adaptive_max_pool1d)

    def __init__(self, output_size: Ints, return_indices: bool = False) -> None:
        super().__init__(output_size, return_indices)


@final
class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest element of each share of two axes.

    ``AdaptiveMaxPool2d(1)`` is global max pooling.

    Args:
        output_size: One number or (P, Q); None leaves the size of an axis as it is.
        return_indices: Return the places of the largest elements too.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Example:
        >>> import convolens as cl
        >>> AdaptiveMaxPool2d((None, 2))(cl.zeros(1, 3, 5, 9)).shape
        (1, 3, 5, 2)

    Source: He, Zhang, Ren and Sun, "Spatial Pyramid Pooling in Deep Convolutional Networks for
    Visual Recognition", 2014, section 2.2.
    """

    function = staticmethod(functional.adaptive_max_pool2d)


@final
class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The largest element of each share of three axes.

    Args:
        output_size: One number or (O, P, Q); None leaves the size of an axis as it is.
        return_indices: Return the places of the largest elements too.

    Shapes:
        [N, C, D, H, W] -> [N, C, O, P, Q]
    """

    function = staticmethod(functional.adaptive_max_pool3d)
