"""Normalisations of images, volumes and rows, in training and with what training left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_64 = [(64,), (64,)]


def _trained(m: Any, F: Any, t: Any) -> Any:
    mean, spread = t[3], t[4] * t[4] + 1
    return F.batch_norm(t[0], mean.detach(), spread.detach(), t[1], t[2])


CASES: list[tuple[str, Call, Shapes]] = [
    (
        "batch_norm in training",
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [_IMAGE, *_64],
    ),
    (
        "batch_norm in training, 512 channels of 7x7",
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(8, 512, 7, 7), (512,), (512,)],
    ),
    (
        "batch_norm in training, rows",
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(128, 1000), (1000,), (1000,)],
    ),
    (
        "batch_norm in training, volumes",
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(2, 32, 16, 28, 28), (32,), (32,)],
    ),
    ("batch_norm after training", _trained, [_IMAGE, *_64, *_64]),
    ("group_norm, 8 groups", lambda m, F, t: F.group_norm(t[0], 8, *t[1:]), [_IMAGE, *_64]),
    ("group_norm, 1 group", lambda m, F, t: F.group_norm(t[0], 1, *t[1:]), [_IMAGE, *_64]),
    (
        "instance_norm",
        lambda m, F, t: F.instance_norm(t[0], None, None, *t[1:]),
        [_IMAGE, *_64],
    ),
    (
        "layer_norm of rows",
        lambda m, F, t: F.layer_norm(t[0], (1000,), *t[1:]),
        [(128, 1000), (1000,), (1000,)],
    ),
    (
        "layer_norm of tokens",
        lambda m, F, t: F.layer_norm(t[0], (256,), *t[1:]),
        [(8, 196, 256), (256,), (256,)],
    ),
    (
        "layer_norm of images",
        lambda m, F, t: F.layer_norm(t[0], (64, 14, 14), *t[1:]),
        [(8, 64, 14, 14), (64, 14, 14), (64, 14, 14)],
    ),
    (
        "local_response_norm",
        lambda m, F, t: F.local_response_norm(t[0], 5, 1e-4, 0.75, 2.0),
        [(8, 96, 27, 27)],
    ),
]
