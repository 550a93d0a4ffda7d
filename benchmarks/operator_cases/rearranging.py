"""Calls that rearrange or resample images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_PATCHES = (8, 64 * 9, 56 * 56)
_HALVES = (8, 64 * 4, 28 * 28)
_LINE = (8, 64, 3136)
_BLOCK = (2, 64, 16, 28, 28)

CASES: list[tuple[str, Call, Shapes]] = [
    ("pad constant", lambda m, F, t: F.pad(t[0], (1, 1, 1, 1)), [_IMAGE]),
    ("pad crop", lambda m, F, t: F.pad(t[0], (-1, -1, -1, -1)), [_IMAGE]),
    ("pad reflect", lambda m, F, t: F.pad(t[0], (1, 1, 1, 1), "reflect"), [_IMAGE]),
    ("pad replicate", lambda m, F, t: F.pad(t[0], (1, 1, 1, 1), "replicate"), [_IMAGE]),
    ("pad circular", lambda m, F, t: F.pad(t[0], (1, 1, 1, 1), "circular"), [_IMAGE]),
    ("pad reflect 3d", lambda m, F, t: F.pad(t[0], (1,) * 6, "reflect"), [_BLOCK]),
    ("nearest x2", lambda m, F, t: F.interpolate(t[0], scale_factor=2), [_IMAGE]),
    (
        "nearest-exact x1.7",
        lambda m, F, t: F.interpolate(t[0], scale_factor=1.7, mode="nearest-exact"),
        [_IMAGE],
    ),
    (
        "linear x2",
        lambda m, F, t: F.interpolate(t[0], scale_factor=2, mode="linear"),
        [_LINE],
    ),
    (
        "bilinear x2",
        lambda m, F, t: F.interpolate(t[0], scale_factor=2, mode="bilinear"),
        [_IMAGE],
    ),
    (
        "bilinear x2, corners",
        lambda m, F, t: F.interpolate(t[0], scale_factor=2, mode="bilinear", align_corners=True),
        [_IMAGE],
    ),
    (
        "bilinear to half",
        lambda m, F, t: F.interpolate(t[0], scale_factor=0.5, mode="bilinear"),
        [_IMAGE],
    ),
    (
        "trilinear x2",
        lambda m, F, t: F.interpolate(t[0], scale_factor=2, mode="trilinear"),
        [_BLOCK],
    ),
    (
        "bicubic x2",
        lambda m, F, t: F.interpolate(t[0], scale_factor=2, mode="bicubic"),
        [_IMAGE],
    ),
    (
        "area to half",
        lambda m, F, t: F.interpolate(t[0], scale_factor=0.5, mode="area"),
        [_IMAGE],
    ),
    ("unfold 3x3", lambda m, F, t: F.unfold(t[0], 3, padding=1), [_IMAGE]),
    ("unfold 2x2 stride 2", lambda m, F, t: F.unfold(t[0], 2, stride=2), [_IMAGE]),
    ("fold 3x3", lambda m, F, t: F.fold(t[0], (56, 56), 3, padding=1), [_PATCHES]),
    ("fold 2x2 stride 2", lambda m, F, t: F.fold(t[0], (56, 56), 2, stride=2), [_HALVES]),
    ("pixel_shuffle 2", lambda m, F, t: F.pixel_shuffle(t[0], 2), [_IMAGE]),
    ("pixel_unshuffle 2", lambda m, F, t: F.pixel_unshuffle(t[0], 2), [_IMAGE]),
    ("channel_shuffle 2", lambda m, F, t: F.channel_shuffle(t[0], 2), [_IMAGE]),
    ("channel_shuffle 8", lambda m, F, t: F.channel_shuffle(t[0], 8), [_IMAGE]),
    ("unflatten and scale", lambda m, F, t: t[0].unflatten(1, (4, 16)) * 2.0, [_IMAGE]),
    ("flip columns", lambda m, F, t: t[0].flip(3), [_IMAGE]),
    ("flip rows and columns", lambda m, F, t: t[0].flip((2, 3)), [_IMAGE]),
    ("roll", lambda m, F, t: t[0].roll((3, 5), (2, 3)), [_IMAGE]),
    ("stack", lambda m, F, t: m.stack(t), [_IMAGE, _IMAGE]),
    ("cat channels", lambda m, F, t: m.cat(t, 1), [_IMAGE, _IMAGE]),
    ("split and cat", lambda m, F, t: m.cat(t[0].split(32, 1)[::-1], 1), [_IMAGE]),
    ("chunk and stack", lambda m, F, t: m.stack(t[0].chunk(2)), [_IMAGE]),
    ("repeat channels", lambda m, F, t: t[0].repeat(1, 2, 1, 1), [_IMAGE]),
    ("expand", lambda m, F, t: t[0].expand(8, 64, 56, 56) * t[1], [(8, 64, 1, 1), _IMAGE]),
    ("permute to N, H, W, C", lambda m, F, t: t[0].permute(0, 2, 3, 1) + 0.0, [_IMAGE]),
    ("transpose of a matrix", lambda m, F, t: t[0].T + 0.0, [(1024, 1024)]),
]
