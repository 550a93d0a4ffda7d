"""The calls whose errors are compared with torch's: each written once for either library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: The package, its functional module and the inputs; what comes out.
Call = Callable[[Any, Any, Any], Any]
Case = tuple[Call, list[tuple[int, ...]]]

_random = np.random.default_rng(0)
LABELS = _random.integers(0, 1000, 128)
PIXEL_LABELS = _random.integers(0, 10, (4, 14, 14))
ROWS = _random.integers(0, 50, 2000)
TARGETS = _random.standard_normal((64, 300))
ODDS = _random.random((64, 300))
WEIGHTS = _random.random(1000) + 0.5


def like(m: Any, array: Any, x: Any) -> Any:
    """Return constant numbers, float32 as they are drawn, in the type of ``x``."""
    return m.tensor(array.astype(np.float32), dtype=x.dtype)


CONVOLUTIONS: dict[str, Case] = {
    "conv2d 3x3, 64 channels": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(2, 64, 28, 28), (64, 64, 3, 3), (64,)],
    ),
    "conv2d 3x3, 256 channels": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(1, 256, 7, 7), (64, 256, 3, 3)],
    ),
    "conv2d 3x3 stride 2": (
        lambda m, F, t: F.conv2d(*t, stride=2, padding=1),
        [(2, 32, 28, 28), (64, 32, 3, 3)],
    ),
    "conv2d 3x3 dilation 2": (
        lambda m, F, t: F.conv2d(*t, padding=2, dilation=2),
        [(2, 32, 20, 20), (48, 32, 3, 3), (48,)],
    ),
    "conv2d 3x3, 4 groups": (
        lambda m, F, t: F.conv2d(*t, padding=1, groups=4),
        [(2, 64, 20, 20), (32, 16, 3, 3), (32,)],
    ),
    "conv2d 3x3, 8 groups, stride 2": (
        lambda m, F, t: F.conv2d(*t, padding=1, stride=2, groups=8),
        [(4, 64, 20, 20), (64, 8, 3, 3)],
    ),
    "conv2d 5x5, 1 channel": (lambda m, F, t: F.conv2d(*t), [(8, 1, 28, 28), (30, 1, 5, 5), (30,)]),
    "conv2d 5x5, 6 to 16": (lambda m, F, t: F.conv2d(*t), [(8, 6, 14, 14), (16, 6, 5, 5), (16,)]),
    "conv2d 3x3, to 1 channel": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(2, 64, 28, 28), (1, 64, 3, 3), (1,)],
    ),
    "conv2d 3x3, 1 to 1": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(4, 1, 40, 40), (1, 1, 3, 3)],
    ),
    "conv2d 7x7 stride 2": (
        lambda m, F, t: F.conv2d(*t, stride=2, padding=3),
        [(1, 3, 112, 112), (64, 3, 7, 7)],
    ),
    "conv2d 1x1, 512 channels": (
        lambda m, F, t: F.conv2d(*t),
        [(1, 512, 14, 14), (128, 512, 1, 1)],
    ),
    "conv2d 1x1 stride 2": (
        lambda m, F, t: F.conv2d(*t, stride=2),
        [(2, 64, 28, 28), (128, 64, 1, 1)],
    ),
    "conv2d depthwise": (
        lambda m, F, t: F.conv2d(*t, padding=1, groups=64),
        [(2, 64, 28, 28), (64, 1, 3, 3)],
    ),
    "conv2d depthwise 7x7": (
        lambda m, F, t: F.conv2d(*t, padding=3, groups=32),
        [(2, 32, 28, 28), (32, 1, 7, 7), (32,)],
    ),
    "conv2d depthwise stride 2": (
        lambda m, F, t: F.conv2d(*t, padding=1, stride=2, groups=32),
        [(2, 32, 28, 28), (32, 1, 3, 3)],
    ),
    "conv2d depthwise of two": (
        lambda m, F, t: F.conv2d(*t, padding=2, dilation=2, groups=24),
        [(2, 24, 20, 20), (48, 1, 3, 3)],
    ),
    "conv1d": (lambda m, F, t: F.conv1d(*t), [(4, 16, 200), (32, 16, 9)]),
    "conv1d dilation 4": (
        lambda m, F, t: F.conv1d(*t, dilation=4, padding=8),
        [(2, 32, 200), (32, 32, 5), (32,)],
    ),
    "conv3d": (lambda m, F, t: F.conv3d(*t), [(1, 8, 10, 12, 12), (16, 8, 3, 3, 3)]),
    "conv3d stride 2": (
        lambda m, F, t: F.conv3d(*t, stride=2, padding=1),
        [(1, 16, 10, 12, 12), (16, 16, 3, 3, 3), (16,)],
    ),
    "conv_transpose2d 2x2 stride 2": (
        lambda m, F, t: F.conv_transpose2d(*t, stride=2),
        [(2, 64, 14, 14), (64, 32, 2, 2), (32,)],
    ),
    "conv_transpose2d 3x3 stride 2": (
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1, output_padding=1),
        [(2, 32, 14, 14), (32, 32, 3, 3), (32,)],
    ),
    "conv_transpose2d 4x4 stride 2": (
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1),
        [(2, 64, 14, 14), (64, 32, 4, 4), (32,)],
    ),
    "conv_transpose2d 4x4 of a pixel": (
        lambda m, F, t: F.conv_transpose2d(*t),
        [(4, 100, 1, 1), (100, 64, 4, 4), (64,)],
    ),
    "conv_transpose2d 3x3, 4 groups": (
        lambda m, F, t: F.conv_transpose2d(*t, padding=1, groups=4),
        [(2, 32, 14, 14), (32, 8, 3, 3)],
    ),
    "conv_transpose1d": (
        lambda m, F, t: F.conv_transpose1d(*t, stride=2, padding=1),
        [(4, 32, 100), (32, 16, 4)],
    ),
    "conv_transpose3d": (
        lambda m, F, t: F.conv_transpose3d(*t, stride=2),
        [(1, 16, 6, 7, 7), (16, 8, 2, 2, 2), (8,)],
    ),
    "conv_transpose3d 3x3x3": (
        lambda m, F, t: F.conv_transpose3d(*t, padding=1),
        [(1, 16, 6, 8, 8), (16, 8, 3, 3, 3)],
    ),
}

PRODUCTS: dict[str, Case] = {
    "linear 4320": (lambda m, F, t: F.linear(*t), [(100, 4320), (100, 4320), (100,)]),
    "linear 512, one row": (lambda m, F, t: F.linear(*t), [(1, 512), (1000, 512), (1000,)]),
    "linear 256": (lambda m, F, t: F.linear(*t), [(64, 256), (128, 256), (128,)]),
    "linear 84": (lambda m, F, t: F.linear(*t), [(100, 84), (10, 84), (10,)]),
    "matmul 1000": (lambda m, F, t: t[0] @ t[1], [(64, 1000), (1000, 64)]),
    "matmul 100": (lambda m, F, t: t[0] @ t[1], [(100, 100), (100, 100)]),
    "bmm": (lambda m, F, t: m.bmm(*t), [(6, 40, 64), (6, 64, 50)]),
    "mv": (lambda m, F, t: m.mv(*t), [(200, 700), (700,)]),
    "dot": (lambda m, F, t: m.dot(*t), [(10_000,), (10_000,)]),
    "addmm": (lambda m, F, t: m.addmm(*t), [(40, 60), (40, 300), (300, 60)]),
}

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
        lambda m, F, t: F.batch_norm(
            t[0], like(m, WEIGHTS[:32], t[0]), like(m, WEIGHTS[32:64], t[0]), *t[1:]
        ),
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

#: Functions of single numbers: 20,000 of them.
ACTIVATIONS: dict[str, Case] = {
    name: (call, [(20_000,)])
    for name, call in {
        "sigmoid": lambda m, F, t: t[0].sigmoid(),
        "tanh": lambda m, F, t: t[0].tanh(),
        "exp": lambda m, F, t: t[0].exp(),
        "exp of a small range": lambda m, F, t: (t[0] * 0.1).exp(),
        "log": lambda m, F, t: (t[0] * t[0] + 0.01).log(),
        "sqrt": lambda m, F, t: (t[0] * t[0] + 0.01).sqrt(),
        "erf": lambda m, F, t: t[0].erf(),
        "gelu": lambda m, F, t: F.gelu(t[0]),
        "gelu tanh": lambda m, F, t: F.gelu(t[0], approximate="tanh"),
        "silu": lambda m, F, t: F.silu(t[0]),
        "softplus": lambda m, F, t: F.softplus(t[0]),
        "softplus 2.5": lambda m, F, t: F.softplus(t[0], beta=2.5),
        "elu": lambda m, F, t: F.elu(t[0], 1.3),
        "selu": lambda m, F, t: F.selu(t[0]),
        "leaky_relu": lambda m, F, t: F.leaky_relu(t[0], 0.1),
        "hardswish": lambda m, F, t: F.hardswish(t[0]),
        "hardsigmoid": lambda m, F, t: F.hardsigmoid(t[0]),
        "power 3": lambda m, F, t: t[0] ** 3,
        "power 1.7": lambda m, F, t: (t[0] * t[0] + 0.01) ** 1.7,
        "power -0.5": lambda m, F, t: (t[0] * t[0] + 0.01) ** -0.5,
        "power of large numbers": lambda m, F, t: (t[0] * t[0] * 100 + 1) ** 4.3,
    }.items()
}
ACTIVATIONS["prelu"] = (lambda m, F, t: F.prelu(*t), [(4, 16, 20, 20), (16,)])
ACTIVATIONS["prelu of one"] = (lambda m, F, t: F.prelu(*t), [(4, 16, 20, 20), (1,)])

CASES: dict[str, Case] = (
    CONVOLUTIONS | PRODUCTS | LOSSES | SUMS | POOLING | NORMS | ACTIVATIONS
)
