"""The layers that are tried on the way back, and the order in which they are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from convolens.errors import ConvolensError
from convolens.lens.notation import LayerSpec
from convolens.ops._taps import Pair

MOST_KERNEL, MOST_STRIDE = 11, 8
#: The layers of one axis that are combined with those of the others.
_MOST_AN_AXIS = 4
#: The attributes that have one entry an axis.
_EACH = ("kernel", "stride", "dilation", "output_padding")
#: The attributes that change the size of an output.
_SIZING = (*_EACH, "padding", "ceil_mode", "padding_mode", "kind")
#: What the axes have in common, as much as there is a way.
_COMMON: tuple[Callable[[LayerSpec], object], ...] = (
    lambda spec: (spec.kernel, spec.stride),
    lambda spec: spec.stride,
    lambda spec: spec.kernel,
    lambda spec: (),
)


def alike(shape: tuple[int, ...], given: dict[str, Any]) -> Iterator[LayerSpec]:
    """Yield every layer that can be, with the same numbers along all axes where none are given.

    Args:
        shape: The shape of the image, (C, *I).
        given: The attributes that are fixed.
    """
    rank = len(shape) - 1
    moved = given["kind"] == "conv_transpose"
    kernels = [given["kernel"]] if "kernel" in given else _all(1, MOST_KERNEL, rank)
    for kernel in kernels:
        strides = [given["stride"]] if "stride" in given else _all(1, MOST_STRIDE, rank)
        for stride in strides:
            for padding in _paddings(given, kernel, rank):
                extras = [given.get("output_padding", (0,) * rank)]
                if moved and "output_padding" not in given:
                    extras = [(extra,) * rank for extra in range(max(stride))]
                for extra in extras:
                    free = {"kernel": kernel, "stride": stride, "output_padding": extra}
                    try:
                        yield LayerSpec(shape, **{**given, **free, "padding": padding})
                    except ConvolensError:
                        continue  # this combination is no layer


def axis_by_axis(
    shape: tuple[int, ...], given: dict[str, Any], want: tuple[int, ...]
) -> list[LayerSpec]:
    """Return layers that give a wanted size and whose axes have as much in common as can be.

    First the axes share kernel and stride, then the stride, then the kernel, then nothing. Of one
    axis the most usual layers are combined.

    Args:
        shape: The shape of the image, (C, *I).
        given: The attributes that are fixed.
        want: The wanted size, one number an axis.
    """
    axes = [_of_axis(axis, size, given, want[axis]) for axis, size in enumerate(shape[1:])]
    for common in _COMMON:
        found = []
        for key in dict.fromkeys(map(common, axes[0])):
            shared = [[spec for spec in axis if common(spec) == key] for axis in axes]
            for parts in product(*(specs[:_MOST_AN_AXIS] for specs in shared)):
                try:
                    found.append(LayerSpec(shape, **{**given, **_joined(parts)}))
                except ConvolensError:
                    continue  # this combination is no layer
        if found:
            return found
    return []


def _of_axis(axis: int, size: int, given: dict[str, Any], want: int) -> list[LayerSpec]:
    """Return the layers along one axis alone that give a wanted size, the usual ones first."""
    alone = {name: value for name, value in given.items() if name in _SIZING}
    for name in (*_EACH, "padding"):
        if name in alone and not isinstance(alone[name], str):
            alone[name] = (alone[name][axis],)
    if alone["kind"] == "separable":  # its first step, which alone has a window
        alone["kind"] = "conv"
    found = [spec for spec in alike((1, size), alone) if spec.output_shape[1:] == (want,)]
    return sorted(found, key=unusual)


def _joined(parts: Sequence[LayerSpec]) -> dict[str, Any]:
    """Return the attributes of a layer that is one of these along each axis."""
    joined: dict[str, Any] = {
        name: tuple(getattr(spec, name)[0] for spec in parts) for name in _EACH
    }
    if isinstance(parts[0].padding, str):
        return {**joined, "padding": parts[0].padding}
    return {**joined, "padding": tuple(spec.pads[0] for spec in parts)}


def _all(low: int, high: int, rank: int) -> list[tuple[int, ...]]:
    return [(number,) * rank for number in range(low, high + 1)]


def _paddings(
    given: dict[str, Any], kernel: tuple[int, ...], rank: int
) -> Iterator[tuple[Pair, ...] | str]:
    """Yield the paddings to try: even ones to half the span, and one cell more at the end."""
    if "padding" in given:
        yield given["padding"]
        return
    dilation = given.get("dilation", (1,) * rank)
    half = max(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)) // 2
    for cells in range(half + 1):
        yield ((cells, cells),) * rank
        if given["kind"] in ("conv", "separable"):
            yield ((cells, cells + 1),) * rank


def unusual(spec: LayerSpec) -> tuple[object, ...]:
    """Return what puts the usual layers first: little dropped, even padding, small odd kernels."""
    dropped = 0
    if spec.kind != "conv_transpose":
        dropped = sum(w.unread(size) for w, size in zip(spec.windows, spec.sizes, strict=True))
    uneven = any(before != after for before, after in spec.pads)
    beyond = any(
        s > d * (k - 1) + 1 for k, s, d in zip(spec.kernel, spec.stride, spec.dilation, strict=True)
    )
    even = any(size % 2 == 0 for size in spec.kernel) and spec.kind == "conv"
    alone = set(spec.kernel) == {1}
    return beyond, alone, uneven, any(spec.output_padding), even, dropped > 1, spec.kernel, dropped
