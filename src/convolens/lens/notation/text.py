"""Writing a layer as text, as short as it can be read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convolens.lens.notation.spec import LayerSpec
    from convolens.ops._taps import Pair

_WORDS = {"conv_transpose": "T", "separable": "sep", "max_pool": "max", "avg_pool": "avg"}


def text_of(spec: LayerSpec) -> str:
    """Return the text.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> text_of(parse_layer("1x28x28 conv k3x3 s1 p1,1 d1 out8"))
        '28x28 k3 p1 out8'
    """
    return " ".join(filter(None, _items(spec)))


def _items(spec: LayerSpec) -> list[str]:
    depthwise = spec.kind == "conv" and spec.depthwise
    usual_stride = spec.kernel if spec.pools else (1,) * spec.rank
    fewest = spec.channels if spec.kind == "separable" or spec.pools else spec.groups
    return [
        *_input(spec),
        "dw" if depthwise else _WORDS.get(spec.kind, ""),
        f"k{_each(spec.kernel)}",
        _unless(spec.stride == usual_stride, f"s{_each(spec.stride)}"),
        f"p{spec.padding}" if isinstance(spec.padding, str) else _padding(spec.padding),
        _unless(set(spec.dilation) == {1}, f"d{_each(spec.dilation)}"),
        _unless(not any(spec.output_padding), f"op{_each(spec.output_padding)}"),
        _unless(spec.groups == 1 or depthwise, f"g{spec.groups}"),
        _unless(spec.out_channels == fewest, f"out{spec.out_channels}"),
        _unless(spec.multiplier == 1, f"m{spec.multiplier}"),
        _unless(spec.padding_mode == "zeros", spec.padding_mode),
        _unless(not spec.ceil_mode, "ceil"),
        _unless(spec.count_include_pad, "uncounted"),
        _unless(spec.bias or spec.pools, "nobias"),
    ]


def _unless(usual: bool, item: str) -> str:
    return "" if usual else item


def _input(spec: LayerSpec) -> list[str]:
    """Return the input, with its number of axes where that is not understood."""
    numbers: Sequence[int] = spec.input_shape
    if spec.channels == 1 and spec.rank < 3:
        numbers = spec.sizes
    return ["x".join(map(str, numbers)), "1d" if spec.rank == 1 else ""]


def _each(values: Sequence[object]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _padding(padding: Sequence[Pair]) -> str:
    if not any(map(any, padding)):
        return ""
    return "p" + _each([str(a) if a == b else f"{a},{b}" for a, b in padding])
