"""The choice between candidates: forced, refused with reasons, and never wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import _native, ops
from convolens.backends.candidate import Packed
from convolens.backends.choose import Verdict, candidates, choose
from convolens.backends.native import KERNELS
from convolens.backends.reference import REFERENCE
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F
from convolens.ops import Op
from convolens.spec import DType, TensorSpec, float32, float64


def specs(*shapes: tuple[int, ...], dtype: DType = float32) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(shape, dtype) for shape in shapes)


def verdicts(op: Op, *shapes: tuple[int, ...], dtype: DType = float32) -> Any:
    found: list[Verdict] = candidates(op, specs(*shapes, dtype=dtype))
    return {verdict.candidate.name: verdict for verdict in found}


CONV = ops.Conv((1, 1), ((1, 1), (1, 1)), (1, 1))


def test_the_reference_is_always_there_and_last() -> None:
    for operator in ops.OPERATORS:
        for sample in operator.samples():
            found = candidates(sample.op, sample.specs)
            assert found[-1].candidate is REFERENCE
            assert found[-1].reason == ""
            assert len(found) == 1 + len(KERNELS.get(operator, ()))


def test_the_smallest_estimate_of_a_kernel_wins() -> None:
    for operator in KERNELS:
        for sample in operator.samples():
            able = [v for v in candidates(sample.op, sample.specs) if not v.reason]
            found = [v for v in able if v.candidate is not REFERENCE] or able
            chosen = choose(sample.op, sample.specs)
            assert chosen.name == min(found, key=lambda v: v.nanoseconds).candidate.name
            assert chosen.output == sample.op.infer(*sample.specs)


#: op, shapes, dtype, candidate -> a part of the reason
REFUSED: list[tuple[Op, tuple[tuple[int, ...], ...], str, str, str]] = [
    (CONV, ((1, 2, 5, 5), (3, 2, 3, 3)), "float64", "direct", "float32, not float64"),
    (CONV, ((0, 2, 5, 5), (3, 2, 3, 3)), "float32", "direct", "empty"),
    (CONV, ((1, 2, 5, 5), (3, 2, 3, 3)), "float32", "product", "only a 1x1 kernel"),
    (
        ops.Conv((1,) * 3, ((0, 0),) * 3, (1,) * 3),
        ((1, 1, 3, 3, 3), (1, 1, 2, 1, 2)),
        "float32",
        "gather",
        "windows along 1 axis or 2 neighbouring ones",
    ),
    (
        ops.Conv((1, 1), ((2**20, 2**20),) * 2, (2**20, 2**20)),
        ((1, 1, 1, 1), (1, 1, 3, 3)),
        "float32",
        "direct",
        "padded rows",
    ),
    (
        ops.AdaptiveMaxPool((2, 0)),
        ((1, 1, 4, 4),),
        "float32",
        "native",
        "the output is empty",
    ),
    (ops.Var((1, 2)), ((2, 3, 4, 5),), "float32", "native", "not neighbours in memory"),
    (ops.Add(), ((2, 3, 4, 5), (3, 4, 1)), "float32", "native", "innermost axis"),
    (ops.Add(), ((2,) * 7, (2,) * 7), "float32", "native", "more than 6 dimensions"),
    (
        ops.NormGrad((1,), math.inf),
        ((2, 3), (2, 1), (2, 1)),
        "float32",
        "native",
        "norms of order 1 and 2",
    ),
    (ops.Relu(), ((2, 3),), "float64", "native", "float32, not float64"),
]


@pytest.mark.parametrize(
    ("op", "shapes", "dtype", "name", "words"), REFUSED, ids=range(len(REFUSED))
)
def test_refusals_have_reasons(op: Op, shapes: Any, dtype: str, name: str, words: str) -> None:
    found = verdicts(op, *shapes, dtype=np.dtype(dtype))
    if name == "native" and words == "innermost axis" and not found[name].reason:
        pytest.fail("this broadcasting has a kernel now: look for another example")
    assert words in found[name].reason
    assert found[name].nanoseconds == float("inf")
    assert choose(op, specs(*shapes, dtype=np.dtype(dtype))).name != name


def test_a_reason_is_a_clause() -> None:
    """It is printed inside sentences: no capital letter, no full stop."""
    for op, shapes, dtype, name, _ in REFUSED:
        reason = verdicts(op, *shapes, dtype=np.dtype(dtype))[name].reason
        assert reason[0].islower() or reason[0].isdigit()
        assert not reason.endswith(".")


@pytest.mark.parametrize("name", ["direct", "gather", "product", "reference"])
def test_a_forced_algorithm_is_taken(name: str) -> None:
    op = ops.Conv((1, 1), ((0, 0), (0, 0)), (1, 1))
    call = specs((2, 3, 4, 4), (5, 3, 1, 1))
    with cl.algorithm(name):
        assert choose(op, call).name == name
    assert choose(op, call).name in ("direct", "gather", "product", "reference")


def test_operators_without_the_algorithm_choose_as_always() -> None:
    free = choose(ops.Relu(), specs((20, 30))).name
    with cl.algorithm("gather"):
        assert choose(ops.Relu(), specs((20, 30))).name == free


def test_a_forced_algorithm_that_cannot_compute_the_call_says_why() -> None:
    x = cl.zeros(1, 2, 5, 5)
    with (
        cl.algorithm("product"),
        pytest.raises(ArgumentError, match="'product' cannot compute this call: only a 1x1 kernel"),
    ):
        F.conv2d(x, cl.zeros(3, 2, 3, 3))
    with cl.algorithm("direct"), pytest.raises(ArgumentError, match="float32, not float64"):
        F.conv2d(x.double(), cl.zeros(3, 2, 3, 3, dtype=float64))


def test_an_unknown_algorithm_is_refused_at_once() -> None:
    with (
        pytest.raises(ArgumentError, match="there is no algorithm 'fastest'") as caught,
        cl.algorithm("fastest"),
    ):
        pass
    assert "reference" in caught.value.hint


def test_the_force_ends_with_its_block() -> None:
    call = specs((2, 3))
    free = choose(ops.Relu(), call).name
    with cl.algorithm("native"):
        with cl.algorithm("reference"):
            assert choose(ops.Relu(), call).name == "reference"
        assert choose(ops.Relu(), call).name == "native"
    with pytest.raises(ZeroDivisionError), cl.algorithm("reference"):
        raise ZeroDivisionError
    assert choose(ops.Relu(), call).name == free


def test_a_refused_call_is_refused_however_it_is_computed() -> None:
    for name in ("reference", "direct"):
        with cl.algorithm(name), pytest.raises(ShapeError):
            choose(CONV, specs((1, 2, 5, 5), (3, 4, 3, 3)))


def test_the_algorithm_does_not_depend_on_the_batch() -> None:
    """So a batch gives the bits of its images."""
    for sample in ops.Conv.samples():
        x, *rest = sample.specs
        names = {
            choose(sample.op, (x._replace(shape=(n, *x.shape[1:])), *rest)).name
            for n in (1, 2, 3, 7, 64, 1000)
        }
        assert len(names) == 1, sample


@pytest.mark.parametrize(
    ("op", "shapes", "name"),
    [
        # One channel and few kernels: registers of channels would be mostly empty.
        (ops.Conv((1, 1), ((2, 2),) * 2, (1, 1)), ((9, 1, 28, 28), (6, 1, 5, 5)), "planes"),
        (ops.Conv((1, 1), ((0, 0),) * 2, (1, 1)), ((9, 1, 28, 28), (30, 1, 5, 5)), "direct"),
        (ops.Conv((2, 2), ((1, 1),) * 2, (1, 1)), ((9, 64, 56, 56), (64, 64, 3, 3)), "direct"),
        (CONV, ((9, 64, 56, 56), (64, 64, 3, 3)), "winograd4"),
        (CONV, ((9, 3, 224, 224), (64, 3, 3, 3)), "direct"),
        (CONV, ((9, 512, 7, 7), (512, 512, 3, 3)), "winograd4"),
        # The gradient has three channels, its taps fill whole registers.
        (
            ops.ConvInputGrad((1, 1), ((1, 1),) * 2, (1, 1), 1, (112, 112)),
            ((64, 3, 3, 3), (9, 64, 112, 112)),
            "scatter",
        ),
        # Phases of the stride as channels.
        (
            ops.ConvInputGrad((2, 2), ((3, 3),) * 2, (1, 1), 1, (224, 224)),
            ((64, 3, 7, 7), (9, 64, 112, 112)),
            "phases_winograd3",
        ),
        (
            ops.ConvTranspose((2, 2), ((1, 1),) * 2, (1, 1)),
            ((9, 256, 16, 16), (256, 128, 4, 4)),
            "phases_winograd3",
        ),
        (
            ops.Conv((2, 2), ((1, 1),) * 2, (1, 1)),
            ((9, 128, 32, 32), (256, 128, 4, 4)),
            "phases_winograd4",
        ),
        (
            ops.Conv((1, 1), ((2, 2),) * 2, (1, 1)),
            ((9, 64, 27, 27), (192, 64, 5, 5)),
            "winograd2",
        ),
        (
            ops.ConvWeightGrad((1, 1), ((1, 1),) * 2, (1, 1), 1, (3, 3)),
            ((9, 64, 56, 56), (9, 64, 56, 56)),
            "winograd4",
        ),
    ],
)
def test_the_best_algorithm_of_some_layers(op: Op, shapes: Any, name: str) -> None:
    """As measured on AVX-512; `python -m benchmarks conv` times what is chosen."""
    if _native.isa() != "avx512":
        pytest.skip("other registers, other choices")
    assert choose(op, specs(*shapes)).name == name


@pytest.mark.parametrize(
    ("op", "shapes"),
    [
        (ops.Conv((1, 1), ((3, 3),) * 2, (1, 1)), ((9, 64, 56, 56), (64, 64, 7, 7))),
        (
            ops.ConvInputGrad((1, 1), ((3, 3),) * 2, (1, 1), 1, (56, 56)),
            ((64, 64, 7, 7), (9, 64, 56, 56)),
        ),
        (
            ops.ConvWeightGrad((1, 1), ((3, 3),) * 2, (1, 1), 1, (7, 7)),
            ((9, 64, 56, 56), (9, 64, 56, 56)),
        ),
        (ops.Conv((1, 1), ((5, 5),) * 2, (1, 1)), ((9, 32, 28, 28), (48, 32, 11, 11))),
    ],
)
def test_large_kernels_take_fourier_transforms(op: Op, shapes: Any) -> None:
    """Whatever the registers: they save nine of ten products."""
    specs = tuple(TensorSpec(shape) for shape in shapes)
    assert choose(op, specs).name == "fourier"


@pytest.mark.parametrize(
    ("op", "shapes", "name"),
    [
        (ops.Conv((1,), ((1, 1),), (1,)), ((9, 384, 1500), (384, 384, 3)), "line_winograd"),
        (ops.Conv((1,), ((4, 4),), (4,)), ((9, 128, 1500), (128, 128, 3)), "line_winograd"),
        (ops.Conv((1,), ((4, 4),), (1,)), ((9, 256, 512), (1024, 256, 9)), "fourier"),
        (ops.Conv((1,), ((8, 8),), (1,)), ((9, 64, 2000), (64, 64, 17)), "fourier"),
        (
            ops.Conv((1, 1), ((3, 3), (0, 0)), (1, 1)),
            ((9, 192, 17, 17), (192, 192, 7, 1)),
            "fourier",
        ),
        (
            ops.ConvWeightGrad((1, 1), ((0, 0), (3, 3)), (1, 1), 1, (1, 7)),
            ((9, 192, 17, 17), (9, 192, 17, 17)),
            "fourier",
        ),
        (
            ops.Conv((1, 1, 1), ((1, 1), (0, 0), (0, 0)), (1, 1, 1)),
            ((9, 64, 16, 56, 56), (64, 64, 3, 1, 1)),
            "line_winograd",
        ),
    ],
)
def test_lines_take_transforms_along_their_axis(op: Op, shapes: Any, name: str) -> None:
    """Whatever the registers: they save half of the products, or more."""
    specs = tuple(TensorSpec(shape) for shape in shapes)
    assert choose(op, specs).name == name


def test_many_transformed_weights_are_refused_and_not_laid_out() -> None:
    conv = ops.Conv((1, 1), ((3, 3),) * 2, (1, 1))
    specs = (TensorSpec((1, 512, 14, 14)), TensorSpec((512, 512, 7, 7)))
    reasons = {v.candidate.name: v.reason for v in candidates(conv, specs)}
    assert reasons["fourier"] == f"transformed weights would be {390 * 512 * 512} numbers"


def test_a_tile_has_no_more_numbers_than_a_layer() -> None:
    """A few channels of an image that is as large as the kernel are fewer than a tile's 390."""
    specs = (TensorSpec((9, 2, 11, 11)), TensorSpec((2, 2, 11, 11)))
    conv = ops.Conv((1, 1), ((5, 5),) * 2, (1, 1))
    assert choose(conv, specs).name != "fourier"


def test_a_weight_gradient_of_few_tiles_has_smaller_ones() -> None:
    """What a call does once, to turn sums of tiles into weights, is shared by its images."""
    op = ops.ConvWeightGrad((1, 1), ((1, 1),) * 2, (1, 1), 1, (3, 3))
    for images, name in ((1, "winograd2"), (64, "winograd4")):
        shape = (images, 256, 14, 14)
        assert choose(op, specs(shape, shape)).name == name


def test_a_weight_gradient_of_few_positions_is_a_product_with_patches() -> None:
    """It takes as long as to write the weights, which patches write where they lie."""
    op = ops.ConvWeightGrad((1, 1), ((1, 1),) * 2, (1, 1), 1, (3, 3))
    shape = (1, 512, 7, 7)
    assert choose(op, specs(shape, shape)).name == "gather_taps"


@pytest.mark.parametrize(
    ("images", "channels", "size", "borrows"),
    [(1, 256, 14, True), (8, 256, 14, False), (1, 64, 14, False), (64, 512, 7, True)],
)
def test_transforms_of_weights_are_written_where_that_pays(
    images: int, channels: int, size: int, borrows: bool
) -> None:
    x, w = (images, channels, size, size), (channels, channels, 3, 3)
    with cl.algorithm("winograd4"):
        run = choose(CONV, specs(x, w)).run
    assert isinstance(run, Packed)
    assert (run.borrow is not None) == borrows


def test_a_few_tiles_keep_many_weights_in_an_order_of_their_own() -> None:
    """They are transformed anew; an image has the same bits as in a batch."""
    w = cl.randn(384, 384, 3, 3).array
    x = cl.randn(5, 384, 7, 7).array
    with cl.algorithm("winograd4"):
        one, other, batch = (
            choose(CONV, specs(shape, w.shape)).run
            for shape in ((1, 384, 7, 7), (1, 384, 8, 5), x.shape)
        )
    assert isinstance(one, Packed)
    assert isinstance(other, Packed)
    assert isinstance(batch, Packed)
    assert one.layout == other.layout != batch.layout
    together = batch.run(x, batch.pack(w))
    np.testing.assert_array_equal(one.run(x[3:4], one.pack(w)), together[3:4])


def test_lines_and_images_of_any_size_share_weights_that_are_laid_out() -> None:
    line, strided = ops.Conv((1,), ((4, 4),), (1,)), ops.Conv((2, 2), ((1, 1),) * 2, (1, 1))
    for op, weight, first, other, name in (
        (line, (64, 64, 9), (1, 64, 100), (1, 64, 57), "fourier"),
        (strided, (8, 8, 4, 4), (1, 8, 9, 9), (3, 8, 20, 14), "phases_winograd3"),
    ):
        with cl.algorithm(name):
            one, two = (choose(op, specs(shape, weight)).run for shape in (first, other))
            assert isinstance(one, Packed)
            assert isinstance(two, Packed)
            assert one.layout == two.layout
            w = cl.randn(*weight).array
            x = cl.randn(*other).array
            np.testing.assert_array_equal(two.run(x, one.pack(w)), two(x, w))


def test_estimates_grow_with_the_work() -> None:
    for name in ("direct", "gather", "reference"):
        small = verdicts(CONV, (1, 8, 16, 16), (8, 8, 3, 3))[name].nanoseconds
        large = verdicts(CONV, (8, 8, 16, 16), (8, 8, 3, 3))[name].nanoseconds
        assert 4 * small < large < 16 * small or name != "reference"
        assert small < large
