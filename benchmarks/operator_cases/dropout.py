"""Dropout: each library drops others, so how many are kept is compared instead of the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

RANDOM = True

_IMAGE = (8, 64, 56, 56)

CASES: list[tuple[str, Call, Shapes]] = [
    ("dropout", lambda m, F, t: F.dropout(t[0], 0.5, True), [_IMAGE]),
    ("dropout2d, 64 channels", lambda m, F, t: F.dropout2d(t[0], 0.5, True), [_IMAGE]),
    ("alpha_dropout, 256 features", lambda m, F, t: F.alpha_dropout(t[0], 0.5, True), [(128, 256)]),
]
