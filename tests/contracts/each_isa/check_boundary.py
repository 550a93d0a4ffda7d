"""Nothing that Python can pass to the extension module ends the process: it works, or it raises.

Each call begins as a right one, with its arrays between pages that nobody may touch. Then each of
its arguments in turn, and at random several, are replaced by garbage.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import currently_in_test_context, given, note, settings
from hypothesis import strategies as st

from contracts.stub import classes, functions
from convolens import _native

from .guards import SANITIZED, Guarded

# A size that passes the checks by mistake must not fill the machine's memory. AddressSanitizer
# reserves more than any limit, and has one of its own.
_LIMIT = 6 << 30
if not SANITIZED:
    resource.setrlimit(resource.RLIMIT_AS, (_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))

GARBAGE = settings(max_examples=40, derandomize=True, database=None, deadline=None)
#: How a call may fail. SystemError would be a broken extension module.
REFUSALS = (TypeError, ValueError, IndexError, MemoryError, OverflowError, RuntimeError)

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
    return [_native.Update(), *(floats(n, c) for _ in range(4))]


#: A right call of each function, for sizes that are at least 1.
CALLS: dict[str, Callable[[int, int, int], list[Any]]] = {
    "isa": lambda n, c, h: [],
    "instruction_sets": lambda n, c, h: [],
    "register_tile": lambda n, c, h: [],
    "thread_count": lambda n, c, h: [],
    "set_thread_count": lambda n, c, h: [n],
    "empty_cache": lambda n, c, h: [],
    "memory_statistics": lambda n, c, h: [],
    "empty": lambda n, c, h: [(n, c, h), np.dtype(np.float32)],
    "dense": lambda n, c, h: [floats(n, c, h)],
    "expand": lambda n, c, h: [floats(n, 1, h), (n, c, h)],
    "are_dense": lambda n, c, h: [[floats(n, c, h)]],
    "is_dense": lambda n, c, h: [floats(n, c, h)],
    "flatten": lambda n, c, h: [floats(n, c, h), floats(n, c * h)],
    "move": lambda n, c, h: [floats(n, c, h), floats(h, c, n).transpose(2, 1, 0)],
    "weigh": lambda n, c, h: [
        floats(n, c, h),
        labels(3),
        labels(0),
        floats(0),
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
        *(n, c, h, 1, 1e-5, True),
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
GEOMETRIES: dict[str, Callable[[int, int, int], list[Any]]] = {
    "Conv": lambda n, c, h: [
        (n, c, h, 3),
        (n, 2 * c, h, 3),
        (1, 3),
        (1, 1),
        (0, 1),
        (1, 1),
        c,
        "direct",
        True,
    ],
    "Pool": lambda n, c, h: [
        (n, c, 1, h, 4),
        ([0], list(range(h)), [0, 2]),
        ([1], [1] * h, [2, 2]),
        ([1], [1] * h, [2, 2]),
        (1, 1, 1),
        0.0,
    ],
    "Update": lambda n, c, h: [],
}


def method_arrays(n: int, c: int, h: int) -> dict[str, Any]:
    return {
        "x": floats(n, c, h, 3),
        "weight": floats(2 * c, 1, 1, 3),
        "backward": False,
        "bias": floats(2 * c),
        "shift": floats(c),
        "y": floats(n, 2 * c, h, 3),
        "g": floats(n, 2 * c, h, 3),
        "dx": floats(n, c, h, 3),
        "dw": floats(2 * c, 1, 1, 3),
    }


def pool_arrays(n: int, c: int, h: int) -> dict[str, Any]:
    return {
        "x": floats(n, c, h, 4),
        "y": floats(n, c, h, 2),
        "g": floats(n, c, h, 2),
        "dx": floats(n, c, h, 4),
        "index": labels(n, c, h, 2),
    }


def read_only(*shape: int) -> np.ndarray:
    array = floats(*shape)
    array.flags.writeable = False
    return array


def unaligned(size: int) -> np.ndarray:
    return np.zeros(4 * size + 1, np.uint8)[1:].view(np.float32)


NUMBERS = [
    0,
    1,
    -1,
    2,
    3,
    16,
    17,
    2**20,
    2**31 - 1,
    2**31,
    2**32,
    2**33 + 1,
    2**60,
    2**62,
    2**63 - 1,
    -(2**63),
    2**64,
    10**30,
    True,
]
OTHERS = [
    None,
    1.5,
    float("nan"),
    float("inf"),
    -1e300,
    "direct",
    "gather",
    "gather_taps",
    "planes",
    "product",
    "scatter",
    "",
    b"x",
    object(),
    [],
    [1],
    {},
    np.dtype(object),
    np.dtype("V0"),
    np.dtype("U3"),
    np.dtype(">f4"),
    np.dtype("f4,i8"),
    int,
]
ARRAYS: list[Callable[[], Any]] = [
    lambda: floats(),
    lambda: floats(0),
    lambda: floats(1),
    lambda: floats(3, 0, 2),
    lambda: floats(0, 3, 2, 2),
    lambda: floats(2, 3),
    lambda: floats(2, 3, 4),
    lambda: floats(2, 3, 4, 3),
    lambda: floats(1, 1, 1, 1, 1, 1, 1, 2),
    lambda: floats(*[1] * 32),
    lambda: read_only(2, 3, 4),
    lambda: read_only(2, 3),
    lambda: unaligned(6).reshape(2, 3),
    lambda: np.zeros((2, 3, 4), np.float64),
    lambda: np.zeros((2, 3, 4), np.float16),
    lambda: np.zeros((2, 3, 4), np.int32),
    lambda: np.zeros((2, 3), ">f4"),
    lambda: np.zeros((4, 6), np.float32)[::2, ::2],
    lambda: np.zeros((2, 3), np.float32)[:, ::-1],
    lambda: np.asfortranarray(np.zeros((2, 3, 4), np.float32)),
    lambda: np.zeros((2, 3, 4), np.float32),
    lambda: np.broadcast_to(np.float32(1), (2, 3, 4)),
    lambda: np.broadcast_to(np.float32(1), (2**20, 2**20, 2**10)),
    lambda: np.full((2, 3), None),
    lambda: np.full((2, 3, 4), "text", object)[:, ::2],
    lambda: np.zeros(3, "f4,i8"),
    lambda: np.zeros(3, "V0"),
    lambda: np.array(["a", "b"]),
    lambda: np.zeros((2, 3), bool),
    lambda: np.ma.masked_array([1.0, 2.0], [True, False]),
    lambda: labels(3),
    lambda: np.array([-1, 0, 2**62]),
    lambda: truths(2, 3, 4),
]
numbers = st.sampled_from(NUMBERS)
GARBAGE_ITEMS: list[Callable[[], Any]] = [
    *ARRAYS,
    *(lambda item=item: item for item in NUMBERS),
    *(lambda item=item: item for item in OTHERS),
]
garbage = st.one_of(
    st.sampled_from(GARBAGE_ITEMS).map(lambda make: make()),
    st.lists(numbers, max_size=5).map(tuple),
    st.lists(numbers, min_size=2, max_size=2).map(tuple),
    st.lists(numbers, min_size=4, max_size=4).map(tuple),
)
sizes = st.tuples(*[st.sampled_from([1, 2, 3, 16, 17, 35])] * 3)


def spoil(data: st.DataObject, arguments: list[Any]) -> list[Any]:
    """Replace some arguments, or a number within one."""
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 3]))):
        if not arguments:
            break
        place = data.draw(st.integers(0, len(arguments) - 1))
        old = arguments[place]
        if isinstance(old, tuple) and old and data.draw(st.integers(0, 3)):
            at = data.draw(st.integers(0, len(old) - 1))
            arguments[place] = (*old[:at], data.draw(numbers), *old[at + 1 :])
        elif isinstance(old, int) and not isinstance(old, bool) and data.draw(st.integers(0, 3)):
            arguments[place] = data.draw(numbers)
        else:
            arguments[place] = data.draw(garbage)
    if data.draw(st.integers(0, 19)) == 0:
        arguments = arguments[: data.draw(st.integers(0, len(arguments)))]
    return arguments


def poison() -> None:
    """Fill what the allocator will hand out next with bytes that are no pointers."""
    arrays = [_native.empty((2**power,), np.dtype(np.float32)) for power in range(4, 12)]
    for array in arrays:
        array.fill(0.5)


def short(argument: Any) -> Any:
    """Return what says enough of an argument: to write out its numbers takes longer than a call."""
    if isinstance(argument, np.ndarray):
        return f"{argument.dtype}{argument.shape} strides {argument.strides}"
    return f"{argument!r:.200}"


def attempt(function: Callable[..., Any], arguments: list[Any]) -> Any:
    if currently_in_test_context():
        note(f"{function} {[short(argument) for argument in arguments]}")
    try:
        result = function(*arguments)
        if isinstance(result, np.ndarray) and result.size < 10**6:
            result.copy()
        return result
    except REFUSALS as error:
        assert str(error) or isinstance(error, MemoryError)  # noqa: PT017
        return None
    finally:
        for each in kept:
            each.check()
        kept.clear()


def one_replaced(arguments: Callable[[], list[Any]]) -> Iterator[list[Any]]:
    """Yield the arguments with each of them, or each number within one, replaced in turn."""
    for place, old in enumerate(arguments()):
        for make in GARBAGE_ITEMS:
            spoiled = arguments()
            spoiled[place] = make()
            yield spoiled
        if isinstance(old, tuple):
            for at in range(len(old)):
                for number in NUMBERS:
                    spoiled = arguments()
                    spoiled[place] = (*old[:at], number, *old[at + 1 :])
                    yield spoiled


#: They take no arrays, and have tests of their own.
OTHERS = {"begin_dry_run", "end_dry_run", "multiply_adds"}


def test_every_name_is_tried() -> None:
    assert set(CALLS) == set(functions()) - OTHERS
    assert {*GEOMETRIES, "ConvWeights"} == set(classes())  # which only Conv.pack makes


@pytest.mark.parametrize("name", sorted(CALLS))
def test_one_argument_replaced(name: str) -> None:
    poison()
    for arguments in one_replaced(lambda: CALLS[name](2, 3, 4)):
        attempt(getattr(_native, name), arguments)
    _native.set_thread_count(2)


@pytest.mark.parametrize("name", ["Conv", "Pool"])
def test_one_argument_of_a_geometry_replaced(name: str) -> None:
    build = method_arrays if name == "Conv" else pool_arrays
    for arguments in one_replaced(lambda: GEOMETRIES[name](2, 3, 4)):
        made = attempt(getattr(_native, name), arguments)
        if made is not None:
            use(name, made, build(2, 3, 4))
    made = getattr(_native, name)(*GEOMETRIES[name](2, 3, 4))
    for method in methods(name):
        for arguments in one_replaced(lambda m=method: arguments_of(made, build(2, 3, 4), m)):
            attempt(getattr(made, method), arguments)


def methods(name: str) -> dict[str, list[str]]:
    return {method: own for method, own in classes()[name].items() if method != "__init__"}


def arguments_of(
    made: Any, arrays: dict[str, Any], method: str, borrowed: bool = False
) -> list[Any]:
    """Return the arguments of a method; weights are laid out, or borrowed, by ``made`` itself."""
    if method in ("forward", "input_grad", "grads"):
        backward = method != "forward"
        lay_out = made.borrow if borrowed else made.pack
        arrays = {**arrays, "weights": attempt(lay_out, [arrays["weight"], backward])}
    return [arrays[parameter] for parameter in methods(type(made).__name__)[method]]


def use(name: str, made: Any, arrays: dict[str, Any]) -> None:
    for method in methods(name):
        for borrowed in (False, True):
            attempt(getattr(made, method), arguments_of(made, arrays, method, borrowed))


def convolve(conv: Any, x: np.ndarray, weight: np.ndarray, y: np.ndarray) -> None:
    conv.forward(x, conv.pack(weight, False), None, y)


#: Calls that once ended the process.
CRASHED: list[Callable[[], object]] = [
    lambda: _native.softmax_grad(floats(2, 3), None, floats(2, 3)),
    lambda: _native.log_softmax_grad(floats(2, 3), None, floats(2, 3)),
    lambda: _native.adagrad(_native.Update(), floats(3), floats(3), None, None),
    lambda: _native.rmsprop(_native.Update(), floats(3), floats(3), None, None),
    lambda: _native.adam(_native.Update(), floats(3), floats(3), None, None),
    lambda: _native.adam(_native.Update(), floats(3), floats(3), floats(3), None),
    lambda: _native.sum(floats(0), floats(0), 2**32, 1, 2**32, 1.0),
    lambda: _native.empty((300,), np.dtype(object)).copy(),
    lambda: _native.dense(np.full((40, 50, 3), None)[:, ::2]).copy(),
    # (2^32 + 1) (2^32 - 1) floats of padded rows are -1 of them in 64 bits.
    lambda: convolve(
        _native.Conv(
            (1, 1, 1, 1),
            (1, 1, 1, 3),
            (3, 1),
            (1, 2**31 - 1),
            (0, 0),
            (2**31, 1),
            1,
            "direct",
            False,
        ),
        floats(1, 1, 1, 1),
        floats(1, 1, 3, 1),
        floats(1, 1, 1, 3),
    ),
]


@pytest.mark.parametrize("call", CRASHED, ids=lambda call: f"line-{call.__code__.co_firstlineno}")
def test_what_once_crashed(call: Callable[[], object]) -> None:
    poison()
    attempt(call, [])


@pytest.mark.parametrize("name", sorted(name for name in CALLS if CALLS[name](1, 1, 1)))
@given(data=st.data())
@GARBAGE
def test_functions(name: str, data: st.DataObject) -> None:
    threads = _native.thread_count()
    try:
        attempt(getattr(_native, name), spoil(data, CALLS[name](*data.draw(sizes))))
    finally:
        _native.set_thread_count(threads)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_right_calls_work(name: str) -> None:
    getattr(_native, name)(*CALLS[name](2, 3, 4))
    _native.set_thread_count(2)


@pytest.mark.parametrize("name", ["Conv", "Pool"])
@given(data=st.data())
@GARBAGE
def test_geometries(name: str, data: st.DataObject) -> None:
    """A geometry that passes the checks is used: with the arrays that it asks for, and others."""
    drawn = data.draw(sizes)
    arguments = GEOMETRIES[name](*drawn)
    if data.draw(st.integers(0, 4)):
        arguments = spoil(data, arguments)
    made = attempt(getattr(_native, name), arguments)
    if made is None:
        return
    arrays = (method_arrays if name == "Conv" else pool_arrays)(*drawn)
    use(name, made, arrays)
    for method in methods(name):
        attempt(getattr(made, method), spoil(data, arguments_of(made, arrays, method)))


STEPS = st.sampled_from([0, 1, 2, 3, 2**20, 2**29, 2**30, 2**31 - 1, 2**31, 2**31 + 1, 2**32])


@given(data=st.data())
@settings(GARBAGE, max_examples=300)
def test_convolutions_of_tiny_arrays_with_huge_steps(data: st.DataObject) -> None:
    """Every geometry whose arrays are small, however far its windows reach."""
    n, c, h, w, k, r, s, p, q = (data.draw(st.integers(1, 3)) for _ in range(9))
    steps = [data.draw(st.tuples(STEPS, STEPS)) for _ in range(3)]
    algorithm = data.draw(
        st.sampled_from(["direct", "gather", "scatter", "planes", "depthwise", "product"])
    )
    relu = data.draw(st.booleans())
    geometry = [(n, c, h, w), (n, k, p, q), (r, s), *steps, 1, algorithm, relu]
    made = attempt(_native.Conv, geometry)
    if made is not None:
        x, weight, y = (n, c, h, w), (k, c, r, s), (n, k, p, q)
        for backward in (False, True):
            for lay_out in (made.pack, made.borrow):
                weights = attempt(lay_out, [floats(*weight), backward])
                attempt(made.forward, [floats(*x), weights, None, floats(*y)])
                attempt(made.input_grad, [weights, floats(*y), None, floats(*x)])
                gradients = floats(*x), floats(*weight)
                attempt(made.grads, [weights, floats(*x), floats(*y), *gradients])
        attempt(made.weight_grad, [floats(*x), floats(*y), floats(*weight)])


@given(data=st.data())
@settings(GARBAGE, max_examples=300)
def test_poolings_of_tiny_arrays_with_huge_steps(data: st.DataObject) -> None:
    n, c, *sizes = (data.draw(st.integers(0, 3)) for _ in range(5))
    outputs = [data.draw(st.integers(0, 3)) for _ in range(3)]

    def lists(numbers: Any) -> tuple[list[int], ...]:
        return tuple(data.draw(st.lists(numbers, min_size=o, max_size=o)) for o in outputs)

    near = st.one_of(st.integers(-1, 3), st.integers(0, 1), STEPS)
    first, count, cells = lists(near), lists(near), lists(st.one_of(st.just(1), STEPS))
    step = data.draw(st.tuples(near, near, near))
    divisor = data.draw(st.sampled_from([0.0, 2.0, -1.0, float("nan"), 1e300]))
    made = attempt(_native.Pool, [(n, c, *sizes), first, count, cells, step, divisor])
    if made is not None:
        x, y = (n, c, *sizes), (n, c, *outputs)
        attempt(made.max_forward, [floats(*x), floats(*y)])
        attempt(made.max_indices, [floats(*x), floats(*y), labels(*y)])
        attempt(made.max_indices, [floats(*x), None, labels(*y)])
        attempt(made.avg_forward, [floats(*x), floats(*y)])
        attempt(made.max_backward, [floats(*x), floats(*y), floats(*x)])
        attempt(made.avg_backward, [floats(*y), floats(*x)])


@pytest.mark.parametrize("steps", [0, -1, 2**32 + 1])
def test_the_steps_of_multiply_adds_are_bounded(steps: int) -> None:
    with pytest.raises(ValueError, match="steps must be from 1"):
        _native.multiply_adds(steps)


def test_multiply_adds_are_counted() -> None:
    lanes, _ = _native.register_tile()
    assert _native.multiply_adds(3) == 64 * 3 * 12 * lanes
