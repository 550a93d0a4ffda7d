"""Calls that make one number of many, or work along one axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_ROWS = (128, 1000)

CASES: list[tuple[str, Call, Shapes]] = [
    ("sum", lambda m, F, t: t[0].sum(), [_IMAGE]),
    ("sum of channels", lambda m, F, t: t[0].sum(1), [_IMAGE]),
    ("sum of images", lambda m, F, t: t[0].sum((0, 2, 3)), [_IMAGE]),
    ("sum of planes", lambda m, F, t: t[0].sum((2, 3)), [_IMAGE]),
    ("sum of the batch", lambda m, F, t: t[0].sum(0), [_IMAGE]),
    ("sum of columns", lambda m, F, t: t[0].sum(3), [_IMAGE]),
    ("sum of rows", lambda m, F, t: t[0].sum(1), [_ROWS]),
    ("mean", lambda m, F, t: t[0].mean(), [_IMAGE]),
    ("mean of planes", lambda m, F, t: t[0].mean((2, 3)), [_IMAGE]),
    ("mean of channels, kept", lambda m, F, t: t[0].mean(1, True), [_IMAGE]),
    ("max", lambda m, F, t: t[0].max(), [_IMAGE]),
    ("max of channels", lambda m, F, t: t[0].max(1).values, [_IMAGE]),
    ("max of columns", lambda m, F, t: t[0].max(3).values, [_IMAGE]),
    ("amax of planes", lambda m, F, t: t[0].amax((2, 3)), [_IMAGE]),
    ("amin of channels", lambda m, F, t: t[0].amin(1), [_IMAGE]),
    ("argmax of channels", lambda m, F, t: t[0].argmax(1), [_IMAGE]),
    ("argmax of rows", lambda m, F, t: t[0].argmax(1), [_ROWS]),
    ("argmax of columns", lambda m, F, t: t[0].argmax(3), [_IMAGE]),
    ("var", lambda m, F, t: t[0].var(), [_IMAGE]),
    ("var of images", lambda m, F, t: t[0].var((0, 2, 3)), [_IMAGE]),
    ("std of planes", lambda m, F, t: t[0].std((2, 3)), [_IMAGE]),
    ("norm", lambda m, F, t: t[0].norm(), [_IMAGE]),
    ("norm of channels", lambda m, F, t: t[0].norm(2, 1), [_IMAGE]),
    ("norm 1", lambda m, F, t: t[0].norm(1), [_IMAGE]),
    ("logsumexp of channels", lambda m, F, t: t[0].logsumexp(1), [_IMAGE]),
    ("logsumexp of rows", lambda m, F, t: t[0].logsumexp(1), [_ROWS]),
    ("softmax of channels", lambda m, F, t: F.softmax(t[0], 1), [_IMAGE]),
    ("softmax of columns", lambda m, F, t: F.softmax(t[0], 3), [_IMAGE]),
    ("softmax of rows", lambda m, F, t: F.softmax(t[0], 1), [_ROWS]),
    ("softmax of the batch", lambda m, F, t: F.softmax(t[0], 0), [_ROWS]),
    ("log_softmax of channels", lambda m, F, t: F.log_softmax(t[0], 1), [_IMAGE]),
    ("log_softmax of lines", lambda m, F, t: F.log_softmax(t[0], 2), [_IMAGE]),
    ("cumsum of channels", lambda m, F, t: t[0].cumsum(1), [_IMAGE]),
    ("cumsum of columns", lambda m, F, t: t[0].cumsum(3), [_IMAGE]),
    ("prod of rows", lambda m, F, t: t[0].prod(1), [(128, 64)]),
]
