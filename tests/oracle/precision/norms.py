"""Normalisations."""

from __future__ import annotations

import numpy as np

from .case import Case, like

MEANS, VARIANCES = np.random.default_rng(0).random((2, 32)) + 0.5

NORMS: dict[str, Case] = {
    "batch_norm": (
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(8, 64, 28, 28), (64,), (64,)],
    ),
    "batch_norm of a large mean": (
        lambda m, F, t: F.batch_norm(t[0] + 100, None, None, *t[1:], training=True),
        [(8, 64, 28, 28), (64,), (64,)],
    ),
    "batch_norm of rows": (
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(128, 300), (300,), (300,)],
    ),
    "batch_norm, few channels": (
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(4, 6, 28, 28), (6,), (6,)],
    ),
    "batch_norm of volumes": (
        lambda m, F, t: F.batch_norm(t[0], None, None, *t[1:], training=True),
        [(2, 16, 6, 7, 8), (16,), (16,)],
    ),
    "batch_norm evaluated": (
        lambda m, F, t: F.batch_norm(t[0], like(m, MEANS, t[0]), like(m, VARIANCES, t[0]), *t[1:]),
        [(4, 32, 14, 14), (32,), (32,)],
    ),
    "group_norm": (
        lambda m, F, t: F.group_norm(t[0], 8, *t[1:]),
        [(4, 64, 28, 28), (64,), (64,)],
    ),
    "group_norm of one": (
        lambda m, F, t: F.group_norm(t[0], 1, *t[1:]),
        [(4, 24, 14, 14), (24,), (24,)],
    ),
    "instance_norm": (
        lambda m, F, t: F.instance_norm(t[0], None, None, *t[1:]),
        [(4, 64, 28, 28), (64,), (64,)],
    ),
    "instance_norm of sequences": (
        lambda m, F, t: F.instance_norm(t[0], None, None, *t[1:]),
        [(4, 32, 200), (32,), (32,)],
    ),
    "layer_norm": (
        lambda m, F, t: F.layer_norm(t[0], (512,), *t[1:]),
        [(256, 512), (512,), (512,)],
    ),
    "layer_norm 50": (
        lambda m, F, t: F.layer_norm(t[0], (50,), *t[1:]),
        [(300, 50), (50,), (50,)],
    ),
    "layer_norm of images": (
        lambda m, F, t: F.layer_norm(t[0], (16, 14, 14), *t[1:]),
        [(8, 16, 14, 14), (16, 14, 14), (16, 14, 14)],
    ),
    "local_response_norm": (
        lambda m, F, t: F.local_response_norm(t[0] * 20, 5, 5e-4, 0.75, 2.0),
        [(4, 64, 13, 13)],
    ),
    "local_response_norm 0.6": (
        lambda m, F, t: F.local_response_norm(t[0] * 20, 5, 5e-4, 0.6, 2.0),
        [(4, 64, 13, 13)],
    ),
}
