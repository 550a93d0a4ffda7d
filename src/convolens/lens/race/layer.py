"""The layer that a text says, such as ``64x56x56 k3 p1 out64``."""

from __future__ import annotations

import re
from typing import Any

from convolens import nn
from convolens.errors import ArgumentError

_CONV = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSE = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_ITEM = re.compile(r"(k|s|p|d|g|out|op)(\d{1,6}(?:x\d{1,6})*)")
_NAMES = {
    "k": "kernel_size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "op": "output_padding",
    "g": "groups",
    "out": "out_channels",
}
_WORDS = ("conv", "t", "dw", "1d", "2d", "3d", "nobias", "psame", "pvalid")


def layer_of(text: str) -> tuple[nn.Module, tuple[int, ...]]:
    """Return the layer that a text says, and the shape (C, *I) of its images.

    The text begins with the size of an image; then, in any order, k kernel, s stride, p padding,
    d dilation, g groups, out output channels, and the words T (transposed), dw (depthwise), 1d, 2d,
    3d, nobias.

    Raises:
        ArgumentError: If the text cannot be read, or a number is out of range.

    Example:
        >>> layer_of("3x32x32 k5 p2 out16")
        (Conv2d(3, 16, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2)), (3, 32, 32))
    """
    size, *items = text.lower().split() or [""]
    if not re.fullmatch(r"\d{1,6}(x\d{1,6})*", size):
        raise ArgumentError(
            f"a layer begins with the size of an image, but here is {size!r}.",
            hint="write, for instance, 64x56x56 k3 p1 out64.",
        )
    given: dict[str, Any] = {}
    words = set()
    for item in items:
        found = _ITEM.fullmatch(item)
        if item in _WORDS:
            words.add(item)
        elif found and _NAMES[found[1]] not in given:
            numbers = tuple(map(int, found[2].split("x")))
            given[_NAMES[found[1]]] = numbers[0] if len(numbers) == 1 else numbers
        else:
            raise ArgumentError(
                f"{item!r} is no part of a layer, or is said twice.",
                hint=f"the items are {', '.join(_NAMES)}, each with numbers, and "
                f"{', '.join(_WORDS)}.",
            )
    if "kernel_size" not in given:
        raise ArgumentError("the kernel is missing.", hint="write, for instance, k3.")
    return _made(_image(size, words), given, words)


def _image(size: str, words: set[str]) -> tuple[int, ...]:
    """Return (C, *I): a single number is the height and width of an image with one channel."""
    numbers = tuple(map(int, size.split("x")))
    ranks = [int(word[0]) for word in words & {"1d", "2d", "3d"}]
    rank = ranks[0] if ranks else min(3, max(2, len(numbers) - 1))
    if len(numbers) == 1:
        numbers = (1, *numbers * rank)
    elif len(numbers) == rank:
        numbers = (1, *numbers)
    if len(numbers) != rank + 1 or len(ranks) > 1:
        raise ArgumentError(
            f"an image along {rank} axes has {rank + 1} numbers, its channels first, but "
            f"{size!r} has {len(numbers)}."
        )
    return numbers


def _made(
    image: tuple[int, ...], given: dict[str, Any], words: set[str]
) -> tuple[nn.Module, tuple[int, ...]]:
    channels, *sizes = image
    if "dw" in words:
        given.setdefault("groups", channels)
    given.setdefault("out_channels", given.get("groups", 1))
    for word in words & {"psame", "pvalid"}:
        given["padding"] = word[1:]
    kinds = _TRANSPOSE if "t" in words else _CONV
    if "t" not in words and "output_padding" in given:
        raise ArgumentError("op is for transposed convolutions.", hint="write T too, or leave it.")
    layer = kinds[len(sizes) - 1](channels, bias="nobias" not in words, **given)
    return layer, image
