"""Reductions, poolings and resampling: sums of numbers as they are."""

from __future__ import annotations

import numpy as np

from .case import Case

ROWS = np.random.default_rng(0).integers(0, 50, 2000)

SUMS: dict[str, Case] = {
    "sum of all": (lambda m, F, t: t[0].sum(), [(8, 64, 28, 28)]),
    "sum of images": (lambda m, F, t: t[0].sum((0, 2, 3)), [(8, 64, 28, 28)]),
    "sum of rows": (lambda m, F, t: t[0].sum(1), [(300, 900)]),
    "sum of columns": (lambda m, F, t: t[0].sum(0), [(900, 300)]),
    "mean of all": (lambda m, F, t: t[0].mean(), [(8, 64, 28, 28)]),
    "mean of rows": (lambda m, F, t: t[0].mean(1), [(300, 900)]),
    "var of rows": (lambda m, F, t: t[0].var(1), [(300, 300)]),
    "std of columns": (lambda m, F, t: t[0].std(0), [(300, 300)]),
    "logsumexp": (lambda m, F, t: m.logsumexp(t[0], 1), [(300, 300)]),
    "norm": (lambda m, F, t: m.norm(t[0], dim=1), [(300, 300)]),
    "cumsum": (lambda m, F, t: m.cumsum(t[0], 1), [(50, 300)]),
    "amax": (lambda m, F, t: m.amax(t[0], 1), [(50, 300)]),
    "rows chosen": (lambda m, F, t: m.index_select(t[0], 0, m.tensor(ROWS)), [(50, 64)]),
    "gather": (lambda m, F, t: m.gather(t[0], 0, m.tensor(ROWS[:, None])), [(50, 1)]),
    "expanded": (lambda m, F, t: t[0] * t[1], [(64, 300), (300,)]),
}

POOLING: dict[str, Case] = {
    "avg_pool2d": (lambda m, F, t: F.avg_pool2d(t[0], 3, 2, 1), [(4, 64, 28, 28)]),
    "avg_pool3d": (lambda m, F, t: F.avg_pool3d(t[0], 3, 2, 1), [(2, 16, 10, 12, 12)]),
    "adaptive_avg_pool2d": (lambda m, F, t: F.adaptive_avg_pool2d(t[0], (5, 6)), [(4, 64, 28, 28)]),
    "global average": (lambda m, F, t: F.adaptive_avg_pool2d(t[0], 1), [(8, 64, 28, 28)]),
    "max_pool2d": (lambda m, F, t: F.max_pool2d(t[0], 3, 1), [(2, 32, 28, 28)]),
    "lp_pool2d": (lambda m, F, t: F.lp_pool2d(t[0] * t[0] + 0.5, 2, 3, 2), [(4, 64, 28, 28)]),
    "lp_pool2d 2.5": (lambda m, F, t: F.lp_pool2d(t[0] * t[0] + 0.5, 2.5, 2), [(4, 64, 28, 28)]),
    "lp_pool2d 3": (lambda m, F, t: F.lp_pool2d(t[0] * t[0] + 0.5, 3, 2), [(4, 64, 28, 28)]),
    "bilinear up": (
        lambda m, F, t: F.interpolate(t[0], scale_factor=2, mode="bilinear"),
        [(2, 32, 14, 14)],
    ),
    "bilinear down": (
        lambda m, F, t: F.interpolate(t[0], size=(9, 11), mode="bilinear", align_corners=True),
        [(2, 32, 28, 28)],
    ),
    "bicubic up": (
        lambda m, F, t: F.interpolate(t[0], size=(23, 31), mode="bicubic"),
        [(2, 16, 14, 14)],
    ),
    "nearest up": (lambda m, F, t: F.interpolate(t[0], scale_factor=3), [(2, 32, 14, 14)]),
    "trilinear up": (
        lambda m, F, t: F.interpolate(t[0], size=(9, 11, 13), mode="trilinear"),
        [(1, 8, 6, 7, 7)],
    ),
    "fold": (
        lambda m, F, t: F.fold(t[0], (12, 12), 3),
        [(2, 72, 100)],
    ),
}
