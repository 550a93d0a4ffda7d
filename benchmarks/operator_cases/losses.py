"""Losses: of classes, of pixels' classes, and of numbers beside numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_ROWS = (128, 1000)
_PIXELS = (8, 21, 56, 56)
_RANDOM = np.random.default_rng(0)
_LABELS = _RANDOM.integers(0, 1000, 128)
_TEN = _RANDOM.integers(0, 10, 128)
_PIXEL_LABELS = _RANDOM.integers(0, 21, (8, 56, 56))

CASES: list[tuple[str, Call, Shapes]] = [
    ("cross_entropy", lambda m, F, t: F.cross_entropy(t[0], m.tensor(_LABELS)), [_ROWS]),
    (
        "cross_entropy, 10 classes",
        lambda m, F, t: F.cross_entropy(t[0], m.tensor(_TEN)),
        [(128, 10)],
    ),
    (
        "cross_entropy of pixels",
        lambda m, F, t: F.cross_entropy(t[0], m.tensor(_PIXEL_LABELS)),
        [_PIXELS],
    ),
    (
        "cross_entropy, smoothed",
        lambda m, F, t: F.cross_entropy(t[0], m.tensor(_LABELS), label_smoothing=0.1),
        [_ROWS],
    ),
    (
        "cross_entropy of shares",
        lambda m, F, t: F.cross_entropy(t[0], F.softmax(t[1], 1)),
        [_ROWS, _ROWS],
    ),
    ("nll_loss", lambda m, F, t: F.nll_loss(t[0], m.tensor(_LABELS)), [_ROWS]),
    ("nll_loss of pixels", lambda m, F, t: F.nll_loss(t[0], m.tensor(_PIXEL_LABELS)), [_PIXELS]),
    ("mse_loss", lambda m, F, t: F.mse_loss(*t), [_IMAGE, _IMAGE]),
    ("l1_loss", lambda m, F, t: F.l1_loss(*t), [_IMAGE, _IMAGE]),
    ("smooth_l1_loss", lambda m, F, t: F.smooth_l1_loss(*t), [_IMAGE, _IMAGE]),
    ("huber_loss", lambda m, F, t: F.huber_loss(*t), [_IMAGE, _IMAGE]),
    (
        "binary_cross_entropy",
        lambda m, F, t: F.binary_cross_entropy(t[0].sigmoid(), t[1].sigmoid().detach()),
        [_IMAGE, _IMAGE],
    ),
    (
        "binary_cross_entropy_with_logits",
        lambda m, F, t: F.binary_cross_entropy_with_logits(t[0], t[1].sigmoid().detach()),
        [_IMAGE, _IMAGE],
    ),
    (
        "kl_div",
        lambda m, F, t: F.kl_div(
            F.log_softmax(t[0], 1), F.softmax(t[1], 1).detach(), reduction="batchmean"
        ),
        [_ROWS, _ROWS],
    ),
    (
        "triplet_margin_loss",
        lambda m, F, t: F.triplet_margin_loss(*t),
        [(128, 256), (128, 256), (128, 256)],
    ),
]
