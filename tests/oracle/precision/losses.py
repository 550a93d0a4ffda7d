"""Softmax and losses."""

from __future__ import annotations

import numpy as np

from .case import Case, like

_random = np.random.default_rng(0)
LABELS = _random.integers(0, 1000, 128)
PIXEL_LABELS = _random.integers(0, 10, (4, 14, 14))
TARGETS = _random.standard_normal((64, 300))
ODDS = _random.random((64, 300))
WEIGHTS = _random.random(1000) + 0.5

LOSSES: dict[str, Case] = {
    "softmax 1000": (lambda m, F, t: F.softmax(t[0], 1), [(128, 1000)]),
    "softmax 10": (lambda m, F, t: F.softmax(t[0], 1), [(1000, 10)]),
    "softmax of channels": (lambda m, F, t: F.softmax(t[0], 1), [(4, 20, 14, 14)]),
    "log_softmax 1000": (lambda m, F, t: F.log_softmax(t[0], 1), [(128, 1000)]),
    "log_softmax 10": (lambda m, F, t: F.log_softmax(t[0], 1), [(1000, 10)]),
    "log_softmax of channels": (lambda m, F, t: F.log_softmax(t[0], 1), [(4, 20, 14, 14)]),
    "cross_entropy": (
        lambda m, F, t: F.cross_entropy(t[0], m.tensor(LABELS), reduction="none"),
        [(128, 1000)],
    ),
    "cross_entropy mean": (lambda m, F, t: F.cross_entropy(t[0], m.tensor(LABELS)), [(128, 1000)]),
    "cross_entropy smoothed": (
        lambda m, F, t: F.cross_entropy(t[0], m.tensor(LABELS), label_smoothing=0.1),
        [(128, 1000)],
    ),
    "cross_entropy weighted": (
        lambda m, F, t: F.cross_entropy(
            t[0], m.tensor(LABELS), like(m, WEIGHTS, t[0]), reduction="sum"
        ),
        [(128, 1000)],
    ),
    "cross_entropy of pixels": (
        lambda m, F, t: F.cross_entropy(t[0], m.tensor(PIXEL_LABELS)),
        [(4, 10, 14, 14)],
    ),
    "nll_loss": (
        lambda m, F, t: F.nll_loss(t[0], m.tensor(LABELS), like(m, WEIGHTS, t[0])),
        [(128, 1000)],
    ),
    "mse_loss": (lambda m, F, t: F.mse_loss(t[0], like(m, TARGETS, t[0])), [(64, 300)]),
    "mse_loss none": (lambda m, F, t: F.mse_loss(*t, reduction="none"), [(64, 300), (64, 300)]),
    "l1_loss": (lambda m, F, t: F.l1_loss(t[0], like(m, TARGETS, t[0])), [(64, 300)]),
    "smooth_l1_loss": (
        lambda m, F, t: F.smooth_l1_loss(t[0], like(m, TARGETS, t[0]), beta=0.7),
        [(64, 300)],
    ),
    "huber_loss": (
        lambda m, F, t: F.huber_loss(t[0], like(m, TARGETS, t[0]), delta=0.7),
        [(64, 300)],
    ),
    "huber_loss none": (
        lambda m, F, t: F.huber_loss(t[0], like(m, TARGETS, t[0]), "none", 0.7),
        [(64, 300)],
    ),
    "binary_cross_entropy": (
        lambda m, F, t: F.binary_cross_entropy(
            t[0].sigmoid(), like(m, ODDS, t[0]), reduction="none"
        ),
        [(64, 300)],
    ),
    "bce_with_logits": (
        lambda m, F, t: F.binary_cross_entropy_with_logits(t[0], like(m, ODDS, t[0])),
        [(64, 300)],
    ),
    "bce_with_logits none": (
        lambda m, F, t: F.binary_cross_entropy_with_logits(
            t[0], like(m, ODDS, t[0]), reduction="none"
        ),
        [(64, 300)],
    ),
    "kl_div": (
        lambda m, F, t: F.kl_div(t[0], like(m, ODDS, t[0]), reduction="batchmean"),
        [(64, 300)],
    ),
    "pairwise_distance": (lambda m, F, t: F.pairwise_distance(*t), [(200, 128), (200, 128)]),
    "triplet_margin_loss": (
        lambda m, F, t: F.triplet_margin_loss(*t),
        [(100, 64), (100, 64), (100, 64)],
    ),
}
