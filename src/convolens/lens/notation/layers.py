"""From a LayerSpec to the ``nn`` layer and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convolens import nn
from convolens.errors import ArgumentError
from convolens.lens.notation.words import notation_words
from convolens.nn.conv import ConvNd
from convolens.nn.conv_base import ConvBase
from convolens.nn.conv_transpose import ConvTransposeNd
from convolens.ops._taps import Pair

if TYPE_CHECKING:
    from convolens.lens.notation.spec import LayerSpec

_MAX = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
_AVG = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
_CONV = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSE = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def layer_of(spec: LayerSpec) -> nn.Module:
    """Return the layer that a LayerSpec says, with new weights."""
    place = spec.rank - 1
    even = tuple(before for before, _ in spec.pads)
    if spec.kind == "max_pool":
        return _MAX[place](
            spec.kernel, spec.stride, even, dilation=spec.dilation, ceil_mode=spec.ceil_mode
        )
    if spec.kind == "avg_pool":
        counted = spec.count_include_pad
        return _AVG[place](spec.kernel, spec.stride, even, spec.ceil_mode, counted)
    channels = (spec.channels, spec.out_channels)
    if spec.kind == "conv_transpose":
        return _TRANSPOSE[place](
            *channels,
            spec.kernel,
            spec.stride,
            even,
            spec.output_padding,
            spec.groups,
            spec.bias,
            spec.dilation,
        )
    padding: Any = spec.padding
    if not isinstance(padding, str):
        padding = tuple(a if a == b else (a, b) for a, b in padding)
    if spec.kind == "separable":
        return nn.SeparableConv2d(
            *channels,
            spec.kernel,
            spec.stride,
            padding,
            spec.dilation,
            spec.multiplier,
            spec.bias,
            spec.padding_mode,
        )
    return _CONV[place](
        *channels,
        spec.kernel,
        spec.stride,
        padding,
        spec.dilation,
        spec.groups,
        spec.bias,
        spec.padding_mode,
    )


def spec_of(layer: nn.Module, input_shape: tuple[int, ...]) -> LayerSpec:
    """Return the LayerSpec of a layer on an image of shape (C, *I)."""
    from convolens.lens.notation.spec import LayerSpec

    attributes: dict[str, Any]
    if isinstance(layer, _MAX + _AVG):
        op = layer.operator
        _require_sayable(layer)
        attributes = {
            "kernel": op.kernel,
            "kind": "max_pool" if isinstance(layer, _MAX) else "avg_pool",
            "stride": op.stride,
            "padding": op.padding,
            "dilation": op.dilation,
            "ceil_mode": op.ceil_mode,
            "count_include_pad": getattr(op, "count_include_pad", True),
        }
    elif isinstance(layer, nn.SeparableConv2d):
        first, second = layer.depthwise, layer.pointwise
        attributes = _conv_attributes(first) | {
            "kind": "separable",
            "groups": 1,
            "multiplier": first.out_channels // first.in_channels,
            "out_channels": second.out_channels,
            "bias": second.bias is not None,
        }
        _require_channels(layer, first, input_shape)
    elif isinstance(layer, ConvNd | ConvTransposeNd):
        attributes = _conv_attributes(layer)
        _require_channels(layer, layer, input_shape)
    else:
        raise notation_words().problem(ArgumentError, "layer.no_window", layer=type(layer).__name__)
    return LayerSpec(input_shape, **attributes)


def unsayable(attributes: Mapping[str, Any]) -> str:
    """Return the name of a pooling's attribute that is given and that no text says; "" if none."""
    if attributes.get("return_indices"):
        return "return_indices"
    return "divisor_override" if attributes.get("divisor_override") is not None else ""


def _require_sayable(layer: nn.Module) -> None:
    given = vars(layer)
    if name := unsayable(given):
        raise notation_words().problem(
            ArgumentError,
            "layer.unsayable",
            layer=type(layer).__name__,
            name=name,
            value=given[name],
        )


def _conv_attributes(layer: ConvBase) -> dict[str, Any]:
    return {
        "kernel": layer.kernel_size,
        "kind": "conv_transpose" if layer.transposed else "conv",
        "stride": layer.stride,
        "padding": _pairs(layer.padding),
        "dilation": layer.dilation,
        "groups": layer.groups,
        "out_channels": layer.out_channels,
        "output_padding": layer.output_padding,
        "padding_mode": layer.padding_mode,
        "bias": layer.bias is not None,
    }


def _pairs(padding: tuple[int | Pair, ...] | str) -> tuple[Pair, ...] | str:
    if isinstance(padding, str):
        return padding
    return tuple((p, p) if isinstance(p, int) else (p[0], p[1]) for p in padding)


def _require_channels(layer: nn.Module, first: ConvBase, shape: tuple[int, ...]) -> None:
    if not shape or shape[0] != first.in_channels:
        raise notation_words().problem(
            ArgumentError,
            "layer.channels",
            layer=type(layer).__name__,
            channels=first.in_channels,
            shape=list(shape),
        )
