"""Augmentation from a short text: shift2, crop4 and flip, joined by plus signs."""

from __future__ import annotations

import re
from collections.abc import Callable

from convolens.data import RandomCrop, RandomHorizontalFlip, RandomShift, Transform
from convolens.errors import ArgumentError

_KINDS: dict[str, Callable[[int], Transform]] = {"shift": RandomShift, "crop": RandomCrop}
_LARGEST = 1024


def parse_augment(text: str) -> tuple[Transform, ...]:
    """Return the transforms that a text names, in its order.

    Args:
        text: ``none``, or some of ``shift2`` (move by up to 2 pixels, the border repeated),
            ``crop4`` (surround by 4 zeros, cut a piece out) and ``flip`` (mirror every other
            image), joined by ``+``.

    Raises:
        ArgumentError: If a part is none of these.

    Example:
        >>> parse_augment("crop4+flip")
        (RandomCrop(padding=4), RandomHorizontalFlip(p=0.5))
    """
    if text == "none":
        return ()
    return tuple(_one(part, text) for part in text.split("+"))


def _one(part: str, text: str) -> Transform:
    if part == "flip":
        return RandomHorizontalFlip()
    found = re.fullmatch(r"(shift|crop)([0-9]{1,4})", part)
    if found is None or not 1 <= int(found[2]) <= _LARGEST:
        raise ArgumentError(
            f"augment: {part!r} is not known.",
            [
                ("given", repr(text), ""),
                ("known", "shift2", "move by up to 2 pixels"),
                ("", "crop4", "surround by 4 zeros, cut a piece out"),
                ("", "flip", "mirror left to right"),
                ("", "none", ""),
            ],
            "join several with a plus sign: crop4+flip.",
        )
    return _KINDS[found[1]](int(found[2]))
