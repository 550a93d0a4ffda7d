"""Layers that resample images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from convolens.nn import functional
from convolens.nn.functional.upsampling import Scale, Size
from convolens.nn.module import Module
from convolens.tensor import Tensor


class _Upsample(Module):
    """A resampling to a size, or by a factor."""

    def __init__(
        self,
        size: Size | None = None,
        scale_factor: Scale | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        self.scale_factor = (
            tuple(float(factor) for factor in scale_factor)
            if isinstance(scale_factor, Sequence)
            else float(scale_factor)
            if scale_factor
            else None
        )
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` [N, C, *I] in another size."""
        return functional.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        text = f"size={self.size}"
        if self.scale_factor is not None:
            text = f"scale_factor={self.scale_factor}"
        return f"{text}, mode={self.mode!r}"


@final
class Upsample(_Upsample):
    """Images in another size, along one, two or three axes.

    Args:
        size: The spatial sizes of the output, one number or one an axis.
        scale_factor: Outputs per input instead, one number or one an axis; sizes are rounded down.
        mode: ``'nearest'``, ``'nearest-exact'``, ``'area'``, or by the number of axes
            ``'linear'``, ``'bilinear'``, ``'trilinear'``, ``'bicubic'``.
        align_corners: For the linear and cubic modes, whether the centres of the corner cells stay
            where they are, and not their edges.
        recompute_scale_factor: Use the quotient of the rounded sizes, not ``scale_factor``.

    Shapes:
        [N, C, *I] -> [N, C, *P]

    Raises:
        ArgumentError: When it is called, if the arguments do not go together.

    Example:
        >>> import convolens as cl
        >>> Upsample(scale_factor=2, mode="bilinear")(cl.zeros(1, 3, 5, 4)).shape
        (1, 3, 10, 8)
    """


@final
class UpsamplingNearest2d(_Upsample):
    """Images in another size: each output is the nearest input.

    Args:
        size: (H, W) of the output, or one number for both.
        scale_factor: Outputs per input instead, one number or two; sizes are rounded down.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Raises:
        ArgumentError: When it is called, if not exactly one of both is given.

    Example:
        >>> import convolens as cl
        >>> UpsamplingNearest2d(scale_factor=2)(cl.tensor([[[[1.0, 2.0]]]])).tolist()
        [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    """

    def __init__(self, size: Size | None = None, scale_factor: Scale | None = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


@final
class UpsamplingBilinear2d(_Upsample):
    """Images in another size: each output is a mean of the four inputs around it, corners aligned.

    Args:
        size: (H, W) of the output, or one number for both.
        scale_factor: Outputs per input instead, one number or two; sizes are rounded down.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Raises:
        ArgumentError: When it is called, if not exactly one of both is given.

    Example:
        >>> import convolens as cl
        >>> UpsamplingBilinear2d(size=(1, 3))(cl.tensor([[[[1.0, 2.0]]]])).tolist()
        [[[[1.0, 1.5, 2.0]]]]
    """

    def __init__(self, size: Size | None = None, scale_factor: Scale | None = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
