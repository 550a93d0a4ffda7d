"""Resampling of images as functions."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from operator import index
from typing import Any

from convolens import ops
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.ops._weighted_taps import Mode
from convolens.tensor import Tensor, apply

Size = int | Sequence[int]
Scale = float | Sequence[float]

#: torch's modes: how an axis is resampled, for how many axes, and whether corners can be aligned.
_MODES: dict[str, tuple[Mode, tuple[int, ...], bool]] = {
    "nearest": ("nearest", (1, 2, 3), False),
    "nearest-exact": ("nearest-exact", (1, 2, 3), False),
    "linear": ("linear", (1,), True),
    "bilinear": ("linear", (2,), True),
    "trilinear": ("linear", (3,), True),
    "bicubic": ("cubic", (2,), True),
    "area": ("area", (1, 2, 3), False),
}


def interpolate(
    input: Tensor,
    size: Size | None = None,
    scale_factor: Scale | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Return the images of input [N, C, *I] in another size.

    Args:
        input: The images.
        size: The spatial sizes of the output, one number or one an axis.
        scale_factor: Outputs per input instead, one number or one an axis; sizes are rounded down.
        mode: ``'nearest'``, ``'nearest-exact'``, ``'area'``, or by the number of axes
            ``'linear'``, ``'bilinear'``, ``'trilinear'``, ``'bicubic'``.
        align_corners: For the linear and cubic modes, whether the centres of the corner cells stay
            where they are, and not their edges.
        recompute_scale_factor: Use the quotient of the rounded sizes, not ``scale_factor``.
        antialias: Not supported: shrinking reads only the inputs around each place.

    Raises:
        ArgumentError: If an argument is out of range, or two do not go together.
        ShapeError: If input is not a batch of images, or the mode is for other ranks.
        DTypeError: If a size or scale is not a number, or input is not floating point.

    Example:
        >>> import convolens as cl
        >>> interpolate(cl.tensor([[[0.0, 1.0]]]), scale_factor=2, mode="linear").tolist()
        [[[0.0, 0.25, 0.75, 1.0]]]
    """
    axis_mode, rank = _axis_mode(input, mode, align_corners, antialias)
    sizes = input.shape[2:]
    if (size is None) == (scale_factor is None):
        raise ArgumentError(
            "interpolate: either size or scale_factor should be defined"
            + (", but not both." if size is not None else "."),
            hint="write scale_factor=2, or the size of the output.",
        )
    scales: tuple[float | None, ...] = (None,) * rank
    if scale_factor is None:
        if recompute_scale_factor:
            raise ArgumentError(
                "interpolate: recompute_scale_factor is not meaningful with an explicit size."
            )
        outputs = _numbers("size", size, rank, whole=True)
    else:
        factors = _numbers("scale_factor", scale_factor, rank, whole=False)
        try:
            outputs = tuple(int(n * factor) for n, factor in zip(sizes, factors, strict=True))
        except (ValueError, OverflowError):
            raise ArgumentError(
                f"interpolate: scale_factor is {scale_factor}, which makes no size."
            ) from None
        if not (recompute_scale_factor or align_corners or mode == "area"):
            scales = tuple(factor if factor > 0 else None for factor in factors)
    return apply(ops.Resample(axis_mode, outputs, scales, bool(align_corners)), input)


def upsample(
    input: Tensor,
    size: Size | None = None,
    scale_factor: Scale | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """Return ``interpolate`` of the arguments: torch's older name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def _axis_mode(
    input: Tensor, mode: str, align_corners: bool | None, antialias: bool
) -> tuple[Mode, int]:
    """Return how an axis is resampled, and the number of axes."""
    rank = input.ndim - 2
    if mode not in _MODES:
        raise ArgumentError(
            f"interpolate: mode is {mode!r}, but must be one of {', '.join(map(repr, _MODES))}."
        )
    axis_mode, ranks, aligns = _MODES[mode]
    if rank not in ranks:
        wanted = " or ".join(str(each + 2) for each in ranks)
        raise ShapeError(
            f"interpolate: mode {mode!r} needs an input of {wanted} dimensions, but got "
            f"{input.ndim}.",
            [("input", input.spec, "")],
            "the first two axes are the batch and the channels.",
        )
    if align_corners is not None and not aligns:
        raise ArgumentError(
            f"interpolate: align_corners is {align_corners}, but mode {mode!r} has no corners to "
            "align.",
            hint="leave it out, or use a linear or cubic mode.",
        )
    if antialias:
        raise ArgumentError(
            "interpolate: antialias is not supported.",
            [("input", input.spec, "")],
            "shrink by mode='area', which averages all that each output covers.",
        )
    return axis_mode, rank


def _numbers(name: str, value: Any, rank: int, whole: bool) -> tuple[Any, ...]:
    """Return one number an axis."""
    listed = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None
    if listed is not None and len(listed) != rank:
        raise ArgumentError(
            f"interpolate: {name} has {len(listed)} numbers, but the input has {rank} spatial "
            "axes.",
            hint=f"give one number, or {rank}.",
        )
    numbers = [value] * rank if listed is None else listed
    try:
        if whole:
            return tuple(index(number) for number in numbers)
        if all(isinstance(number, Real) for number in numbers):
            return tuple(float(number) for number in numbers)
    except TypeError:
        pass
    kind = "whole numbers" if whole else "numbers"
    raise DTypeError(f"interpolate: {name} is {value!r}, but must be {kind}.")
