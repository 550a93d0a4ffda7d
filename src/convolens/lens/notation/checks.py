"""What a LayerSpec refuses that no operator would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from convolens.errors import ArgumentError
from convolens.nn.conv_base import PaddingMode

if TYPE_CHECKING:
    from convolens.lens.notation.spec import LayerSpec

#: The entries that the table of one axis may have; they take 128 MiB.
MOST_ENTRIES = 2**24


def check(spec: LayerSpec) -> None:
    """Refuse a layer that cannot be; the operators check the rest when its calls are made.

    Raises:
        ArgumentError: If an argument is out of range, or does not fit the kind of layer.
        ShapeError: If a window does not fit its padded input.
    """
    rank = spec.rank
    if rank not in (1, 2, 3) or len(spec.input_shape) != rank + 1:
        raise ArgumentError(
            f"the input has shape {list(spec.input_shape)} and the kernel {rank} axes, but an "
            "image is its channels and 1, 2 or 3 sizes, one for each axis of the kernel.",
            hint="write the shape of one image without the batch, such as (3, 224, 224).",
        )
    for name, values in _numbers(spec):
        require_whole(name, values)
    _require_fitting(spec)
    for taps, size, outputs in zip(spec.kernel, spec.sizes, spec.output_shape[1:], strict=True):
        if max(size, outputs) * taps > MOST_ENTRIES:
            raise ArgumentError(
                f"a kernel of {taps:,} taps between {size:,} inputs and {outputs:,} outputs has "
                f"more than the {MOST_ENTRIES:,} taps that can be looked at.",
                hint="use a smaller image, kernel or padding.",
            )


def _numbers(spec: LayerSpec) -> list[tuple[str, Sequence[int]]]:
    return [
        ("input_shape", spec.input_shape),
        ("kernel", spec.kernel),
        ("stride", spec.stride),
        ("dilation", spec.dilation),
        ("groups", (spec.groups,)),
        ("out_channels", (spec.out_channels,)),
        ("multiplier", (spec.multiplier,)),
    ]


def require_whole(name: str, values: Sequence[int]) -> None:
    """Refuse numbers that are not whole or below 1.

    Raises:
        ArgumentError: If there is one.
    """
    if any(isinstance(v, bool) or not isinstance(v, int) or v < 1 for v in values):
        shown = values[0] if len(values) == 1 else tuple(values)
        raise ArgumentError(
            f"{name} is {shown}, but must be made of whole numbers, at least 1.",
            hint=f"use a positive {name}.",
        )


def _require_fitting(spec: LayerSpec) -> None:
    """Refuse what belongs to another kind of layer."""
    kind = spec.kind.replace("_", " ")
    moved = spec.kind == "conv_transpose"
    if spec.padding_mode not in get_args(PaddingMode):
        raise ArgumentError(
            f"padding_mode is {spec.padding_mode!r}, but must be one of "
            f"{', '.join(map(repr, get_args(PaddingMode)))}."
        )
    if spec.kind == "separable" and spec.rank != 2:
        raise ArgumentError(
            f"a separable convolution has 2 spatial axes, but the image has {spec.rank}.",
            hint="leave 1d and 3d out and write a height and a width; or use another kind of "
            "layer.",
        )
    for wrong, what, name in (
        (spec.padding_mode != "zeros" and (moved or spec.pools), "a padding mode", "padding_mode"),
        ((moved or spec.pools) and isinstance(spec.padding, str), "a padding by name", "padding"),
        (
            (moved or spec.pools) and _uneven(spec),
            "a padding that differs before and after",
            "padding",
        ),
        (any(spec.output_padding) and not moved, "an output_padding", "output_padding"),
        (spec.ceil_mode and not spec.pools, "ceil_mode", "ceil_mode"),
        (
            not spec.count_include_pad and spec.kind != "avg_pool",
            "count_include_pad=False",
            "count_include_pad",
        ),
        (spec.pools and spec.groups != 1, "groups", "groups"),
        (spec.pools and spec.out_channels != spec.channels, "out_channels", "out_channels"),
        (spec.kind == "avg_pool" and any(d != 1 for d in spec.dilation), "a dilation", "dilation"),
        (spec.kind == "separable" and spec.groups != 1, "groups", "groups"),
        (spec.kind != "separable" and spec.multiplier != 1, "a multiplier", "multiplier"),
    ):
        if wrong:
            raise ArgumentError(
                f"a layer of kind {kind} cannot have {what}.",
                hint=f"leave {name} out, or use another kind of layer.",
            )
    if not spec.pools and spec.channels % spec.groups:
        raise ArgumentError(
            f"in_channels {spec.channels} cannot be divided into {spec.groups} groups.",
            hint="in_channels must be divisible by groups.",
        )
    if not spec.pools and spec.out_channels % spec.groups:
        raise ArgumentError(
            f"out_channels {spec.out_channels} cannot be divided into {spec.groups} groups.",
            hint="out_channels must be divisible by groups.",
        )


def _uneven(spec: LayerSpec) -> bool:
    return not isinstance(spec.padding, str) and any(p[0] != p[1] for p in spec.padding)
