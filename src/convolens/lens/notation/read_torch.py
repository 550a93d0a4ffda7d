"""Reading a layer from a line of torch code."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from convolens import nn
from convolens.errors import ArgumentError, ConvolensError
from convolens.lens.notation.errors import NotationError
from convolens.lens.notation.layers import spec_of
from convolens.lens.notation.spec import LayerSpec
from convolens.lens.notation.words import notation_words
from convolens.lens.notation.write_torch import PADS
from convolens.ops._taps import Pair

_LAYER = re.compile(r"(?:Conv|ConvTranspose|MaxPool|AvgPool)[123]d")
_PAD = re.compile(rf"({'|'.join(PADS.values())})([123])d")
_LONGEST = 2000


def parse_torch(line: str, input_shape: Sequence[int]) -> LayerSpec:
    """Return the layer that a line of torch makes, on an image of shape (C, *I).

    The line is read and never run. It is one layer, such as ``nn.Conv2d(3, 8, 3)``, or an
    ``nn.Sequential`` of a padding layer and a convolution, or of a depthwise convolution and a
    1x1 one; a padding layer may come before these.

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
    spec = spec_of(_layer(text, calls[0]), padded)
    if pads:
        if spec.kind != "conv" or spec.padding != ((0, 0),) * spec.rank:
            _wrong(text, calls[0], "torch.after_pad")
        spec = replace(spec, input_shape=shape, padding=pads, padding_mode=mode)
    return spec if len(calls) == 1 else _separable(text, calls, spec)


def _separable(text: str, calls: Sequence[ast.Call], first: LayerSpec) -> LayerSpec:
    second = spec_of(_layer(text, calls[1]), first.output_shape)
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


def _layer(text: str, call: ast.Call) -> nn.Module:
    name = _name(text, call)
    if not _LAYER.fullmatch(name):
        _wrong(text, call, "torch.no_window", name=name)
    args, keywords = _arguments(text, call)
    try:
        layer: nn.Module = getattr(nn, name)(*args, **keywords)
    except ConvolensError:
        raise
    except TypeError as error:
        said = str(error).replace("_MaxPoolNd.__init__", name).replace("_AvgPoolNd.__init__", name)
        _wrong(text, call, "torch.arguments", name=name, said=said)
    return layer


def _arguments(text: str, call: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    def value(node: ast.expr) -> Any:
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
