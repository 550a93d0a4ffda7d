"""Functions of single numbers, and what changes an image by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_CHANNELS = (64,)
_COLUMN = (64, 1, 1)

CASES: list[tuple[str, Call, Shapes]] = [
    ("relu", lambda m, F, t: F.relu(t[0]), [_IMAGE]),
    ("relu6", lambda m, F, t: F.relu6(t[0]), [_IMAGE]),
    ("leaky_relu", lambda m, F, t: F.leaky_relu(t[0], 0.1), [_IMAGE]),
    ("prelu, one slope", lambda m, F, t: F.prelu(*t), [_IMAGE, (1,)]),
    ("prelu of channels", lambda m, F, t: F.prelu(*t), [_IMAGE, _CHANNELS]),
    ("elu", lambda m, F, t: F.elu(t[0]), [_IMAGE]),
    ("selu", lambda m, F, t: F.selu(t[0]), [_IMAGE]),
    ("gelu", lambda m, F, t: F.gelu(t[0]), [_IMAGE]),
    ("gelu by tanh", lambda m, F, t: F.gelu(t[0], approximate="tanh"), [_IMAGE]),
    ("silu", lambda m, F, t: F.silu(t[0]), [_IMAGE]),
    ("hardswish", lambda m, F, t: F.hardswish(t[0]), [_IMAGE]),
    ("hardsigmoid", lambda m, F, t: F.hardsigmoid(t[0]), [_IMAGE]),
    ("hardtanh", lambda m, F, t: F.hardtanh(t[0]), [_IMAGE]),
    ("sigmoid", lambda m, F, t: t[0].sigmoid(), [_IMAGE]),
    ("tanh", lambda m, F, t: t[0].tanh(), [_IMAGE]),
    ("softplus", lambda m, F, t: F.softplus(t[0]), [_IMAGE]),
    ("exp", lambda m, F, t: t[0].exp(), [_IMAGE]),
    ("log", lambda m, F, t: (t[0] * t[0] + 1).log(), [_IMAGE]),
    ("sqrt", lambda m, F, t: (t[0] * t[0] + 1).sqrt(), [_IMAGE]),
    ("square", lambda m, F, t: t[0] ** 2, [_IMAGE]),
    ("power 2.5", lambda m, F, t: (t[0] * t[0] + 1) ** 2.5, [_IMAGE]),
    ("abs", lambda m, F, t: t[0].abs(), [_IMAGE]),
    ("clamp", lambda m, F, t: t[0].clamp(-1, 1), [_IMAGE]),
    ("add", lambda m, F, t: t[0] + t[1], [_IMAGE, _IMAGE]),
    ("sub", lambda m, F, t: t[0] - t[1], [_IMAGE, _IMAGE]),
    ("mul", lambda m, F, t: t[0] * t[1], [_IMAGE, _IMAGE]),
    ("div", lambda m, F, t: t[0] / (t[1] * t[1] + 1), [_IMAGE, _IMAGE]),
    ("add a number", lambda m, F, t: t[0] + 1.5, [_IMAGE]),
    ("times channels", lambda m, F, t: t[0] * t[1], [_IMAGE, _COLUMN]),
    ("plus a row", lambda m, F, t: t[0] + t[1], [(128, 1000), (1000,)]),
    ("maximum", lambda m, F, t: m.maximum(t[0], t[1]), [_IMAGE, _IMAGE]),
    ("where", lambda m, F, t: m.where(t[0] > 0, t[0], t[1]), [_IMAGE, _IMAGE]),
]
