"""Reading a layer from a line of torch code."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from inspect import signature
from typing import Any, NoReturn

from convolens import nn
from convolens.errors import ArgumentError
from convolens.lens.notation.checks import require_whole
from convolens.lens.notation.errors import NotationError
from convolens.lens.notation.layers import unsayable
from convolens.lens.notation.spec import Kind, LayerSpec
from convolens.lens.notation.words import notation_words
from convolens.lens.notation.write_torch import PADS
from convolens.nn.functional._arguments import each_axis
from convolens.ops._taps import Pair

_KINDS: dict[str, Kind] = {
    "Conv": "conv",
    "ConvTranspose": "conv_transpose",
    "MaxPool": "max_pool",
    "AvgPool": "avg_pool",
}
_LAYER = re.compile(rf"({'|'.join(_KINDS)})([123])d")
_PAD = re.compile(rf"({'|'.join(PADS.values())})([123])d")
_LONGEST = 2000


def parse_torch(line: str, input_shape: Sequence[int]) -> LayerSpec:
    """Return the layer that a line of torch makes, on an image of shape (C, *I).

    The line is read and never run. It is one layer, such as ``nn.Conv2d(3, 8, 3)``, or an
    ``nn.Sequential`` of a padding layer and a convolution, or of a depthwise convolution and a
    1x1 one; a padding layer may come before these. What a layer of torch prints is such a line.

    Raises:
        NotationError: If it is something else; it points at the character.
        ArgumentError: If the layer refuses its arguments.
        ShapeError: If the image does not fit.

    Example:
        >>> parse_torch("nn.Conv2d(3, 64, 7, stride=2, padding=3)", (3, 224, 224)).text
        '3x224x224 k7 s2 p3 out64'
    """
    text = line.strip()
    shape = tuple(input_shape)
    calls = _calls(text)
    pads: tuple[Pair, ...] = ()
    mode: Any = "zeros"
    pad = _PAD.fullmatch(_name(text, calls[0]))
    if pad:
        mode = next(mode for mode, name in PADS.items() if name == pad.group(1))
        pads = _pads(text, calls.pop(0), int(pad.group(2)))
    if not 1 <= len(calls) <= 2:
        _wrong(text, calls[0] if calls else None, "torch.not_one")
    padded = shape
    if pads:
        if len(shape) != len(pads) + 1:
            raise notation_words().problem(
                ArgumentError, "torch.shape", shape=list(shape), count=len(pads)
            )
        padded = (*shape[:1], *(n + sum(p) for n, p in zip(shape[1:], pads, strict=True)))
    spec = _spec(text, calls[0], padded)
    if pads:
        if spec.kind != "conv" or spec.padding != ((0, 0),) * spec.rank:
            _wrong(text, calls[0], "torch.after_pad")
        spec = replace(spec, input_shape=shape, padding=pads, padding_mode=mode)
    return spec if len(calls) == 1 else _separable(text, calls, spec)


def _separable(text: str, calls: Sequence[ast.Call], first: LayerSpec) -> LayerSpec:
    second = _spec(text, calls[1], first.output_shape)
    pointwise = replace(second, out_channels=second.groups, bias=True) == LayerSpec(
        first.output_shape, (1,) * first.rank
    )
    if first.kind != "conv" or first.groups != first.channels or first.bias or not pointwise:
        _wrong(
            text,
            calls[1],
            "torch.two",
        )
    return replace(
        first,
        kind="separable",
        groups=1,
        multiplier=first.out_channels // first.channels,
        out_channels=second.out_channels,
        bias=second.bias,
    )


def _calls(text: str) -> list[ast.Call]:
    """Return the calls of a line, those inside of an nn.Sequential one by one."""
    say = notation_words()
    if len(text) > _LONGEST:
        raise NotationError(say("torch.long", count=_LONGEST), text[:60], 60)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = (getattr(error, "offset", None) or 1) - 1
        raise NotationError(say("torch.no_python"), text, min(column, len(text))) from None
    if not isinstance(tree, ast.Call):
        _wrong(text, tree, "torch.no_call")
    if _name(text, tree) != "Sequential":
        return [tree]
    parts = [part for part in tree.args if isinstance(part, ast.Call)]
    if not parts or len(parts) != len(tree.args) or tree.keywords:
        _wrong(text, tree, "torch.sequential")
    return parts


def _name(text: str, call: ast.Call) -> str:
    name = ast.unparse(call.func)
    bare = re.fullmatch(r"(?:(?:torch\.)?nn\.)?(\w+)", name)
    if bare is None:
        _wrong(text, call, "torch.no_layer", name=name)
    return bare.group(1)


def _spec(text: str, call: ast.Call, shape: tuple[int, ...]) -> LayerSpec:
    """Return the LayerSpec of a call on an image of a shape, without making the layer."""
    name = _name(text, call)
    found = _LAYER.fullmatch(name)
    if not found:
        _wrong(text, call, "torch.no_window", name=name)
    args, keywords = _arguments(text, call)
    try:
        bound = signature(getattr(nn, name)).bind(*args, **keywords)
    except TypeError as error:
        _wrong(text, call, "torch.arguments", name=name, said=error)
    bound.apply_defaults()
    kind, rank = _KINDS[found.group(1)], int(found.group(2))
    return LayerSpec(shape, kind=kind, **_attributes(name, bound.arguments, rank, shape))


def _attributes(
    name: str, arguments: dict[str, Any], rank: int, shape: tuple[int, ...]
) -> dict[str, Any]:
    """Return the attributes of a LayerSpec for torch's arguments of a layer."""
    values = dict(arguments)
    channels = values.pop("in_channels", None)
    if channels is not None and channels != shape[0]:
        raise notation_words().problem(
            ArgumentError, "layer.channels", layer=name, channels=channels, shape=list(shape)
        )
    if "out_channels" in values:
        require_whole("out_channels", (values["out_channels"],))
    if unsaid := unsayable(values):
        raise notation_words().problem(
            ArgumentError, "layer.unsayable", layer=name, name=unsaid, value=values[unsaid]
        )
    for unsaid in ("return_indices", "divisor_override"):
        values.pop(unsaid, None)
    kernel = each_axis("kernel_size", values.pop("kernel_size"), rank)
    padding = values.pop("padding")
    if values["stride"] is None:
        values["stride"] = kernel
    for axis in ("stride", "dilation", "output_padding"):
        if axis in values:
            values[axis] = each_axis(axis, values[axis], rank)
    if not isinstance(padding, str):
        padding = tuple((cells, cells) for cells in each_axis("padding", padding, rank))
    return {"kernel": kernel, "padding": padding, **values}


def _arguments(text: str, call: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    def value(node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return node.id  # torch prints padding=same without quotes
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            _wrong(text, node, "torch.argument")

    for keyword in call.keywords:
        if keyword.arg is None:
            _wrong(text, keyword.value, "torch.stars")
    return [value(a) for a in call.args], {str(k.arg): value(k.value) for k in call.keywords}


def _pads(text: str, call: ast.Call, rank: int) -> tuple[Pair, ...]:
    args, keywords = _arguments(text, call)
    values = [*args, *keywords.values()]
    cells = values[0] if len(values) == 1 else ()
    if isinstance(cells, int):
        cells = (cells,) * (2 * rank)
    if (
        not isinstance(cells, tuple)
        or len(cells) != 2 * rank
        or not all(isinstance(cell, int) and cell >= 0 for cell in cells)
    ):
        _wrong(text, call, "torch.pads", count=2 * rank)
    return tuple(zip(cells[::2], cells[1::2], strict=True))[::-1]


def _wrong(text: str, node: ast.expr | None, key: str, **values: object) -> NoReturn:
    """Point at the place where a part of the line begins."""
    column = 0
    if node is not None:
        lines = text.splitlines()
        column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
        column += sum(len(line) + 1 for line in lines[: node.lineno - 1])
    raise NotationError(notation_words()(key, **values), text, column)
