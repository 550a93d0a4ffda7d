"""Exact mode: what multiplies sums is refused, in words, and only there."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.backends.choose import candidates, choose
from convolens.errors import ArgumentError
from convolens.nn import functional as F
from convolens.ops import Op
from convolens.spec import TensorSpec

IMAGE, WEIGHT = TensorSpec((2, 64, 28, 28)), TensorSpec((64, 64, 3, 3))
CONV = ops.Conv((1, 1), ((1, 1), (1, 1)), (1, 1))
#: A layer of ResNet-18, from its three sides.
CALLS: list[tuple[Op, tuple[TensorSpec, TensorSpec]]] = [
    (CONV, (IMAGE, WEIGHT)),
    (ops.ConvInputGrad((1, 1), ((1, 1),) * 2, (1, 1), 1, (28, 28)), (WEIGHT, IMAGE)),
    (ops.ConvWeightGrad((1, 1), ((1, 1),) * 2, (1, 1), 1, (3, 3)), (IMAGE, IMAGE)),
    (ops.ConvTranspose((1, 1), ((1, 1),) * 2, (1, 1)), (IMAGE, WEIGHT)),
]
EACH_CALL = pytest.mark.parametrize(("op", "specs"), CALLS, ids=lambda value: type(value).__name__)


@EACH_CALL
def test_winograd_is_refused_in_words(op: Op, specs: tuple[TensorSpec, ...]) -> None:
    assert choose(op, specs).name.startswith("winograd")
    with cl.exact():
        assert not choose(op, specs).name.startswith("winograd")
        reasons = {v.candidate.name: v.reason for v in candidates(op, specs)}
    for name in ("winograd2", "winograd4"):
        assert "set_exact(True)" in reasons[name]
    assert reasons["direct"] == ""
    assert choose(op, specs).name.startswith("winograd")


def test_fourier_transforms_are_refused_in_words() -> None:
    conv, specs = ops.Conv((1, 1), ((3, 3), (3, 3)), (1, 1)), (IMAGE, TensorSpec((64, 64, 7, 7)))
    assert choose(conv, specs).name == "fourier"
    with cl.exact():
        assert choose(conv, specs).name == "direct"
        reasons = {v.candidate.name: v.reason for v in candidates(conv, specs)}
    assert "set_exact(True)" in reasons["fourier"]


@pytest.mark.parametrize("side", [3, 7])
def test_it_is_the_definitions_own_products(side: int) -> None:
    """Small whole numbers: then every sum of products is a float, and every transform is not."""
    random = np.random.default_rng(0)
    x, weight = (
        np.asarray(random.integers(-9, 10, shape), np.float32)
        for shape in (IMAGE.shape, (64, 64, side, side))
    )
    conv = ops.Conv((1, 1), ((1, 1), (1, 1)), (1, 1))
    with cl.exact():
        y = F.conv2d(cl.from_numpy(x), cl.from_numpy(weight), padding=1).numpy()
    np.testing.assert_array_equal(y, conv.reference(x, weight))
    fast = F.conv2d(cl.from_numpy(x), cl.from_numpy(weight), padding=1).numpy()
    assert (fast != y).any()


def test_a_reason_of_the_shape_comes_first() -> None:
    with cl.exact():
        verdicts = candidates(CONV, (IMAGE, TensorSpec((64, 64, 5, 5))))
    (reason,) = {v.reason for v in verdicts if v.candidate.name == "winograd4"}
    assert reason.startswith("only 2x2 and 3x3 kernels")


def test_winograd_cannot_be_forced_then() -> None:
    x, weight = cl.zeros(*IMAGE.shape), cl.zeros(*WEIGHT.shape)
    with (
        cl.exact(),
        cl.algorithm("winograd4"),
        pytest.raises(ArgumentError, match="'winograd4' cannot compute this call: with set_exact"),
    ):
        F.conv2d(x, weight)


def test_the_setting_is_kept_and_undone() -> None:
    assert not cl.is_exact()
    cl.set_exact(True)
    try:
        assert cl.is_exact()
        with cl.exact(False):
            assert not cl.is_exact()
        assert cl.is_exact()
    finally:
        cl.set_exact(False)
    with pytest.raises(ZeroDivisionError), cl.exact():
        raise ZeroDivisionError
    assert not cl.is_exact()


@pytest.mark.parametrize("side", [3, 7])
def test_an_infinity_reaches_only_outputs_that_see_it(side: int) -> None:
    """Of a tile of Winograd's algorithm or a Fourier transform all outputs do."""
    x, weight = cl.randn(1, 64, 28, 28), cl.randn(64, 64, side, side)
    x[0, 0, 9, 9] = float("inf")
    half = side // 2
    seen = np.zeros((28, 28), bool)
    seen[9 - half : 10 + half, 9 - half : 10 + half] = True
    with cl.exact():
        y = F.conv2d(x, weight, padding=half).numpy()
    assert (np.isinf(y) == seen).all()
    spread = ~np.isfinite(F.conv2d(x, weight, padding=half).numpy())
    assert (spread.any(axis=(0, 1)) & ~seen).any()
