"""Poolings of images, along one axis, and of volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_LINE = (8, 64, 2000)
_VOLUME = (2, 32, 16, 28, 28)


def _unpool(m: Any, F: Any, t: Any) -> Any:
    y, places = F.max_pool2d(t[0], 2, return_indices=True)
    return F.max_unpool2d(y, places, 2)


CASES: list[tuple[str, Call, Shapes]] = [
    ("max_pool2d 2", lambda m, F, t: F.max_pool2d(t[0], 2), [_IMAGE]),
    ("max_pool2d 3 stride 2", lambda m, F, t: F.max_pool2d(t[0], 3, 2, 1), [_IMAGE]),
    ("max_pool2d 3 stride 1", lambda m, F, t: F.max_pool2d(t[0], 3, 1, 1), [_IMAGE]),
    (
        "max_pool2d 3 dilation 2",
        lambda m, F, t: F.max_pool2d(t[0], 3, 1, 1, dilation=2),
        [_IMAGE],
    ),
    (
        "max_pool2d with indices",
        lambda m, F, t: F.max_pool2d(t[0], 2, return_indices=True),
        [_IMAGE],
    ),
    ("max_pool2d and max_unpool2d", _unpool, [_IMAGE]),
    ("max_pool2d of one channel", lambda m, F, t: F.max_pool2d(t[0], 2), [(64, 1, 28, 28)]),
    ("avg_pool2d 2", lambda m, F, t: F.avg_pool2d(t[0], 2), [_IMAGE]),
    ("avg_pool2d 3 stride 2", lambda m, F, t: F.avg_pool2d(t[0], 3, 2, 1), [_IMAGE]),
    ("avg_pool2d 7", lambda m, F, t: F.avg_pool2d(t[0], 7), [(8, 512, 7, 7)]),
    ("lp_pool2d 2", lambda m, F, t: F.lp_pool2d(t[0], 2, 2), [_IMAGE]),
    ("lp_pool2d 3", lambda m, F, t: F.lp_pool2d(t[0] * t[0] + 1, 3, 2), [_IMAGE]),
    ("global average 56x56", lambda m, F, t: F.adaptive_avg_pool2d(t[0], 1), [_IMAGE]),
    ("global average 7x7", lambda m, F, t: F.adaptive_avg_pool2d(t[0], 1), [(8, 512, 7, 7)]),
    ("adaptive_avg_pool2d 6x6", lambda m, F, t: F.adaptive_avg_pool2d(t[0], 6), [_IMAGE]),
    ("adaptive_max_pool2d 6x6", lambda m, F, t: F.adaptive_max_pool2d(t[0], 6), [_IMAGE]),
    ("global maximum", lambda m, F, t: F.adaptive_max_pool2d(t[0], 1), [_IMAGE]),
    ("max_pool1d 2", lambda m, F, t: F.max_pool1d(t[0], 2), [_LINE]),
    ("avg_pool1d 2", lambda m, F, t: F.avg_pool1d(t[0], 2), [_LINE]),
    ("max_pool3d 2", lambda m, F, t: F.max_pool3d(t[0], 2), [_VOLUME]),
    ("avg_pool3d 2", lambda m, F, t: F.avg_pool3d(t[0], 2), [_VOLUME]),
    ("adaptive_avg_pool3d 1", lambda m, F, t: F.adaptive_avg_pool3d(t[0], 1), [_VOLUME]),
]
