"""From the layers of a network to its text, where the grammar can say them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convolens import nn, ops
from convolens.errors import ArgumentError
from convolens.models.text import SAME, Item, write


def to_text(model: nn.Sequential) -> str:
    """Return the text of a network that is made of layers the grammar has.

    Raises:
        ArgumentError: If a layer has no letter, or arguments that the grammar cannot say.

    Example:
        >>> to_text(nn.Sequential(nn.Conv2d(1, 30, 5), nn.ReLU(), nn.MaxPool2d(2)))
        'C30k5-R-P2'
    """
    return write(_items(model, ""))


def _items(model: nn.Sequential, path: str) -> Iterator[Item]:
    for name, layer in model.named_children():
        if isinstance(layer, nn.Sequential):
            yield from _items(layer, f"{path}{name}.")
        elif isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) == (1, -1):
            continue
        else:
            item = _item(layer)
            if item is None:
                raise ArgumentError(
                    f"layer {path}{name} cannot be written as text.",
                    [(f"{path}{name}", repr(layer), "")],
                )
            yield item


def _item(layer: nn.Module) -> Item | None:
    """Return a layer as an item, or None if the grammar cannot say it."""
    match layer:
        case nn.Conv2d(bias=nn.Parameter(), padding_mode="zeros"):
            padding = layer.padding if layer.padding == SAME else _one(layer.padding)
            values = {
                "k": _one(layer.kernel_size),
                "s": _one(layer.stride),
                "p": padding,
                "d": _one(layer.dilation),
                "g": layer.groups,
            }
            return _with(Item("C", layer.out_channels), values)
        case nn.MaxPool2d(return_indices=False):
            return _pool("P", layer.operator)
        case nn.AvgPool2d(
            operator=ops.AvgPool(count_include_pad=True, divisor_override=None) as op
        ):
            return _pool("A", op)
        case nn.Linear(bias=nn.Parameter()):
            return Item("F", layer.out_features)
        case nn.Dropout() if layer.p < 1:
            return Item("D", layer.p)
        case nn.LocalResponseNorm() if (
            layer.operator == nn.LocalResponseNorm(layer.operator.size).operator
        ):
            return Item("L", layer.operator.size)
        case nn.ReLU():
            return Item("R")
        case nn.Sigmoid():
            return Item("S")
        case nn.Tanh():
            return Item("T")
    return None


def _pool(letter: str, op: ops.MaxPool | ops.AvgPool) -> Item | None:
    side = _one(op.kernel)
    if side is None or op.ceil_mode or _one(op.dilation) != 1:
        return None
    padding = _one([before for before, _ in op.padding])
    return _with(Item(letter, side), {"s": _one(op.stride), "p": padding})


def _with(item: Item, options: dict[str, int | str | None]) -> Item | None:
    known = {option: value for option, value in options.items() if value is not None}
    return Item(item.letter, item.value, known) if len(known) == len(options) else None


def _one(values: object) -> int | None:
    """Return the number that all axes share, if there is one."""
    if isinstance(values, int):
        return values
    listed = list(values) if isinstance(values, Sequence) and not isinstance(values, str) else []
    return listed[0] if len(set(listed)) == 1 and isinstance(listed[0], int) else None
