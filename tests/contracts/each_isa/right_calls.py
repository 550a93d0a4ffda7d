"""A right call of each function of the extension module, its arrays between guards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convolens import _native

from .guards import Guarded

#: The floats of a register.
LANES = _native.register_tile()[0]

kept: list[Guarded] = []


def floats(*shape: int) -> np.ndarray:
    kept.append(Guarded(shape, np.dtype(np.float32), at_end=True))
    kept[-1].array[...] = 0.5
    return kept[-1].array


def labels(*shape: int) -> np.ndarray:
    kept.append(Guarded(shape, np.dtype(np.int64), at_end=True))
    kept[-1].array[...] = 0
    return kept[-1].array


def pixels(*shape: int) -> np.ndarray:
    kept.append(Guarded(shape, np.dtype(np.uint8), at_end=True))
    kept[-1].array[...] = 1
    return kept[-1].array


def one(n: int, c: int, h: int) -> list[Any]:
    return [floats(n, c, h), floats(n, c, h)]


def two(n: int, c: int, h: int) -> list[Any]:
    return [floats(n, c, h), floats(n, c, h), floats(n, c, h)]


def rows(n: int, c: int, h: int) -> list[Any]:
    return [floats(n, c, h, h), floats(n, 1, h, h), floats(n, c, h, h)]


def beside(n: int, c: int, h: int) -> list[Any]:
    return [floats(n, c, h), floats(n, h), floats(n, h), n, c, h, 1.0]


def across(n: int, c: int, h: int, *more: Any) -> list[Any]:
    return [floats(n, c, h), floats(2, n * h), *more, n, c, h, 1e-5]


def truths(*shape: int) -> np.ndarray:
    kept.append(Guarded(shape, np.dtype(np.bool_), at_end=True))
    kept[-1].array[...] = True
    return kept[-1].array


def curve(n: int, c: int, h: int) -> list[Any]:
    return [*one(n, c, h), 0.25, 1.5]


def curve_grad(n: int, c: int, h: int) -> list[Any]:
    return [*two(n, c, h), 0.25, 1.5]


def pair_loss(n: int, c: int, h: int) -> list[Any]:
    return [*(floats(n, c, h) for _ in range(4)), floats(), 0.5, 0.1]


def pair_loss_grad(n: int, c: int, h: int) -> list[Any]:
    return [*(floats(n, c, h) for _ in range(4)), floats(), floats(n, c, h), 0.5, 0.1]


def label_loss(n: int, c: int, h: int) -> list[Any]:
    return [floats(n, c), labels(n), floats(c), floats(), -100, 0.1, True]


def label_loss_grad(n: int, c: int, h: int) -> list[Any]:
    return [floats(n, c), labels(n), floats(c), floats(), floats(n, c), -100, 0.1, True]


def update(n: int, c: int, h: int) -> list[Any]:
    return [_native.Update(), *(floats(n, c) for _ in range(5))]


#: A right call of each function, for sizes that are at least 1.
CALLS: dict[str, Callable[[int, int, int], list[Any]]] = {
    "isa": lambda n, c, h: [],
    "instruction_sets": lambda n, c, h: [],
    "register_tile": lambda n, c, h: [],
    "transform_pieces": lambda n, c, h: [],
    "winograd_pieces": lambda n, c, h: [],
    "thread_count": lambda n, c, h: [],
    "set_thread_count": lambda n, c, h: [n],
    "empty_cache": lambda n, c, h: [],
    "memory_statistics": lambda n, c, h: [],
    "group_limits": lambda n, c, h: ["/proc/self/cgroup", "/sys/fs/cgroup"],
    "empty": lambda n, c, h: [(n, c, h), np.dtype(np.float32)],
    "dense": lambda n, c, h: [floats(n, c, h)],
    "expand": lambda n, c, h: [floats(n, 1, h), (n, c, h)],
    "are_dense": lambda n, c, h: [[floats(n, c, h)]],
    "is_dense": lambda n, c, h: [floats(n, c, h)],
    "flatten": lambda n, c, h: [floats(n, c, h), floats(n, c * h)],
    "spread_phases": lambda n, c, h: [
        floats(n, c, h, 7),
        floats(n, 6 * c, h, 4),
        (2, 3),
        (1, 2),
    ],
    "collect_phases": lambda n, c, h: [
        floats(n, 6 * c, h, 4),
        floats(n, c, h, 7),
        (2, 3),
        (1, 2),
    ],
    "move": lambda n, c, h: [floats(n, c, h), floats(h, c, n).transpose(2, 1, 0)],
    "weigh": lambda n, c, h: [
        floats(n, c, h),
        (labels(3), labels(0), floats(0)),
        floats(n, 2, h),
        n,
        c,
        h,
    ],
    "fold": lambda n, c, h: [
        floats(n, 2 * c, h),
        floats(n, c, h, h),
        labels(1, 1),
        labels(h, 2),
    ],
    "weigh_planes": lambda n, c, h: [
        floats(n, c, h, 2),
        (labels(h + 1), labels(0), floats(0)),
        (labels(4), labels(0), floats(0)),
        floats(n, c, h, 3),
        n,
        h,
        2,
        c,
    ],
    "filter_pixels": lambda n, c, h: [
        pixels(n, c * h),
        labels(n),
        labels(h),
        c,
        [[floats(1, 1)], [floats(1, 1), floats(1, 1)]],
        [[floats(1, 1)]],
        pixels(n, c * h),
        True,
        1.0,
    ],
    "read_pixels": lambda n, c, h: [pixels(n, c * h), floats(n, c * h)],
    "read_pixel_rows": lambda n, c, h: [
        pixels(n + 1, c * h),
        labels(n),
        floats(n, c * h),
        255.0,
    ],
    "write_pixels": lambda n, c, h: [
        floats(n, c * h),
        floats(n, c * h),
        pixels(n, c * h),
        True,
        1.0,
    ],
    "unflatten": lambda n, c, h: [floats(n, c * h), floats(n, c, h)],
    "relu": one,
    "sigmoid": one,
    "tanh": one,
    "exp": one,
    **dict.fromkeys(
        (
            "abs",
            "log",
            "sqrt",
            "erf",
            "gelu",
            "gelu_tanh",
            "silu",
            "hardsigmoid",
            "hardswish",
            "scaled_tanh",
        ),
        one,
    ),
    **dict.fromkeys(
        (
            "abs_grad",
            "gelu_grad",
            "gelu_tanh_grad",
            "silu_grad",
            "hardsigmoid_grad",
            "hardswish_grad",
            "scaled_tanh_grad",
        ),
        two,
    ),
    **dict.fromkeys(("clamp", "leaky_relu", "elu", "softplus"), curve),
    **dict.fromkeys(
        ("clamp_grad", "hardtanh_grad", "leaky_relu_grad", "elu_grad", "softplus_grad"),
        curve_grad,
    ),
    **dict.fromkeys(
        (
            "mse_loss",
            "l1_loss",
            "smooth_l1_loss",
            "huber_loss",
            "bce_loss",
            "bce_with_logits",
            "kl_div",
        ),
        pair_loss,
    ),
    **dict.fromkeys(
        (
            "mse_loss_grad",
            "l1_loss_grad",
            "smooth_l1_loss_grad",
            "huber_loss_grad",
            "bce_loss_grad",
            "bce_with_logits_grad",
            "kl_div_grad",
        ),
        pair_loss_grad,
    ),
    **dict.fromkeys(("label_cross_entropy", "nll_loss"), label_loss),
    **dict.fromkeys(("label_cross_entropy_grad", "nll_loss_grad"), label_loss_grad),
    "distance": lambda n, c, h: [floats(n, c), floats(n, c), floats(n), 0.1, True],
    "distance_grad": lambda n, c, h: [
        floats(n, c),
        floats(n, c),
        floats(n),
        floats(n),
        floats(n, c),
        0.1,
        True,
    ],
    "maximum_grad": lambda n, c, h: [*two(n, c, h), floats(n, c, h)],
    "where": lambda n, c, h: [truths(n, c, h), *two(n, c, h)],
    "prelu": lambda n, c, h: [floats(n, c, h), floats(n, c, h), floats(c), floats(n, c, h)],
    "prelu_weight_grad": lambda n, c, h: [floats(n, c, h), floats(n, c, h), floats(c)],
    "scale": lambda n, c, h: [*one(n, c, h), 0.5],
    "relu_grad": two,
    "sigmoid_grad": two,
    "tanh_grad": two,
    "add": two,
    "sub": two,
    "mul": two,
    "div": two,
    "maximum": two,
    "minimum": two,
    "add_rows": rows,
    "sub_rows": rows,
    "mul_rows": rows,
    "div_rows": rows,
    "maximum_rows": rows,
    "minimum_rows": rows,
    "matmul": lambda n, c, h: [floats(n, c), floats(c, h), floats(h), floats(n, h), False, False],
    "packed_size": lambda n, c, h: [n, c],
    "pack_weight": lambda n, c, h: [floats(n, c), floats(_native.packed_size(c, n))],
    "packed_product": lambda n, c, h: [
        *(floats(n, c), floats(_native.packed_size(c, h)), floats(h), floats(n, h)),
    ],
    "packed_serves": lambda n, c, h: [n, c, h],
    "dot": lambda n, c, h: [floats(c), floats(c), floats()],
    "matmul_batch": lambda n, c, h: [
        floats(4 * n, c, h, 2).transpose(0, 3, 2, 1),
        floats(4 * n, c, h, 2).transpose(0, 3, 1, 2),
        np.zeros((4 * n, 2, h, h), np.float32),
    ],
    "pack_blocks": lambda n, c, h: [
        floats(c, n, h),
        floats(n * c * (-(-h // (2 * LANES))) * 2 * LANES),
        *(c, n, h),
    ],
    "blocks": lambda n, c, h: [
        *(floats(n, 3, c), floats(h * c * 2 * LANES), floats(2), floats(n, h, 3, 2)),
        *(n, 3, c, 1, 1, h, 2),
    ],
    "sum": lambda n, c, h: [floats(n, c, h), floats(n, h), n, c, h, 1.0],
    "sum_squares": lambda n, c, h: [floats(n, c, h), floats(n, h), n, c, h, 1.0, True],
    "sum_absolutes": lambda n, c, h: [floats(n, c, h), floats(n, h), n, c, h, 1.0],
    "sum_deviations": lambda n, c, h: [
        floats(n, c, h),
        floats(n, h),
        floats(n, h),
        n,
        c,
        h,
        1.0,
        False,
    ],
    "sum_exponentials": beside,
    "sum_matches": beside,
    "product": lambda n, c, h: [floats(n, c, h), floats(n, h), n, c, h],
    "product_grad": lambda n, c, h: [floats(n, c, h), floats(n, h), floats(n, c, h), n, c, h],
    "largest": lambda n, c, h: [floats(n, c, h), floats(n, h), n, c, h],
    "smallest": lambda n, c, h: [floats(n, c, h), floats(n, h), n, c, h],
    "arg_largest": lambda n, c, h: [floats(n, c, h), labels(n, h), n, c, h],
    "arg_smallest": lambda n, c, h: [floats(n, c, h), labels(n, h), n, c, h],
    "share_matches": lambda n, c, h: [
        floats(n, c, h),
        floats(n, h),
        floats(n, h),
        floats(n, c, h),
        n,
        c,
        h,
    ],
    "share_signs": lambda n, c, h: [floats(n, c, h), floats(n, h), floats(n, c, h), n, c, h],
    "cumulative_sum": lambda n, c, h: [*one(n, c, h), n, c, h, True],
    "top": lambda n, c, h: [floats(n, c + 1), labels(n, 2 if c > 1 else 1), c + 1, True],
    "take": lambda n, c, h: [floats(n, c, h), labels(2), floats(n, 2, h), n, c, h],
    "add_at": lambda n, c, h: [floats(n, 2, h), labels(2), floats(n, c, h), n, c, h],
    "gather": lambda n, c, h: [
        floats(n, c, h),
        labels(n, 2, h),
        floats(n, 2, h),
        n,
        c,
        2,
        h,
    ],
    "scatter_add": lambda n, c, h: [
        floats(n, 2, h),
        labels(n, 2, h),
        floats(n, c, h),
        n,
        c,
        2,
        h,
    ],
    "softmax_across": lambda n, c, h: [*one(n, c, h), n, c, h],
    "log_softmax_across": lambda n, c, h: [*one(n, c, h), n, c, h],
    "softmax_grad_across": lambda n, c, h: [*two(n, c, h), n, c, h],
    "log_softmax_grad_across": lambda n, c, h: [*two(n, c, h), n, c, h],
    "softmax": one,
    "softmax_grad": two,
    "log_softmax": one,
    "log_softmax_grad": two,
    "first_wrong_label": lambda n, c, h: [labels(n), c, -100],
    "cross_entropy": lambda n, c, h: [floats(n, c), labels(n), floats(), 1.0],
    "cross_entropy_grad": lambda n, c, h: [floats(n, c), labels(n), floats(), floats(n, c), 1.0],
    "dropout": lambda n, c, h: [floats(n, c), labels(2), floats(n, c), 2**31, 2.0],
    "response_norm": lambda n, c, h: [
        floats(n, c, h),
        floats(n, c, h),
        floats(n, c, h),
        2,
        1,
        1.0,
        0.1,
        0.75,
    ],
    "moments": lambda n, c, h: [floats(n, c, h), floats(2, n), n, c, h, 1],
    "normalize": lambda n, c, h: [
        *(floats(n, c, h), floats(2, n), floats(h), floats(h), floats(n, c, h), floats(n, c, h)),
        *(n, c, h, 1, 1e-5, True, 6.0),
    ],
    "normalize_sums": lambda n, c, h: [
        *(floats(n, c, h), floats(2, n), floats(n, c, h), floats(2 * n, h)),
        *(n, c, h, 1, 1e-5),
    ],
    "normalize_grad": lambda n, c, h: [
        *(floats(n, c, h), floats(2, n), floats(2 * n, h), floats(n, c, h), floats(h)),
        *(floats(n, c, h), n, c, h, 1, 1e-5),
    ],
    "normalize_fixed_grad": lambda n, c, h: [
        *(floats(n, h), floats(2, h), floats(h), floats(n, h)),
        *(n, h, 1e-5),
    ],
    "layer_norm": lambda n, c, h: [
        *(floats(n, h), floats(2, n), floats(h), floats(h), floats(n, h)),
        *(n, h, 1e-5),
    ],
    "layer_norm_sums": lambda n, c, h: [
        *(floats(n, h), floats(2, n), floats(n, h), floats(2, h)),
        *(n, h, 1e-5),
    ],
    "layer_norm_grad": lambda n, c, h: [
        *(floats(n, h), floats(2, n), floats(n, h), floats(h), floats(n, h)),
        *(n, h, 1e-5),
    ],
    "layer_norm_across": lambda n, c, h: across(n, c, h, floats(c), floats(c), floats(n, c, h)),
    "layer_norm_across_sums": lambda n, c, h: across(n, c, h, floats(n, c, h), floats(2, c)),
    "layer_norm_across_grad": lambda n, c, h: across(
        n, c, h, floats(n, c, h), floats(c), floats(n, c, h)
    ),
    "unpool": lambda n, c, h: [floats(n, c, 2), labels(n, c, 2), floats(n, c, h), False],
    "unpool_grad": lambda n, c, h: [labels(n, c, 2), floats(n, c, h), floats(n, c, 2)],
    "power": lambda n, c, h: [*two(n, c, h), 2.5, 1.0, True],
    "sgd": update,
    "adagrad": update,
    "rmsprop": update,
    "adam": update,
}
