from __future__ import annotations

import pytest

from convolens.data import RandomCrop, RandomHorizontalFlip, RandomShift
from convolens.errors import ArgumentError
from convolens.train import parse_augment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none", ()),
        ("flip", (RandomHorizontalFlip(),)),
        ("shift2", (RandomShift(2),)),
        ("crop4+flip", (RandomCrop(4), RandomHorizontalFlip())),
        ("flip+shift1", (RandomHorizontalFlip(), RandomShift(1))),
    ],
)
def test_augmentation(text, expected) -> None:
    assert parse_augment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "flip+",
        "shift",
        "shift0",
        "shift-1",
        "shift99999",
        "crop4.5",
        "none+flip",
        "shift２",
    ],
)
def test_unknown_augmentation_is_refused(text) -> None:
    with pytest.raises(ArgumentError, match="is not known"):
        parse_augment(text)
