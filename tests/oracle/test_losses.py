"""Losses: every attribute, reduction and shape; gradients of inputs and targets; beside torch's."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F
from convolens.ops import Array

from .peer import BOTH, compare, draw, gradients, layouts, own, to_torch, torch

TF = torch.nn.functional
REDUCTIONS = ["mean", "sum", "none"]
shapes = st.lists(st.integers(0, 5), max_size=5).map(tuple)


def shares(array: Array) -> Array:
    return 1 / (1 + np.exp(-array))


def logs(array: Array) -> Array:
    if array.ndim == 0 or array.size == 0:
        return array
    return array - np.log(np.exp(array).sum(axis=-1, keepdims=True))


#: name: the function, its options, and what makes inputs and targets of normal numbers.
PAIRS: dict[str, tuple[str, dict[str, Any], Callable[[Array], Array], Callable[[Array], Array]]] = {
    "mse": ("mse_loss", {}, np.array, np.array),
    "l1": ("l1_loss", {}, np.array, np.array),
    "smooth_l1": ("smooth_l1_loss", {}, np.array, np.array),
    "smooth_l1 0.3": ("smooth_l1_loss", {"beta": 0.3}, np.array, np.array),
    "smooth_l1 0": ("smooth_l1_loss", {"beta": 0.0}, np.array, np.array),
    "huber": ("huber_loss", {}, np.array, np.array),
    "huber 0.3": ("huber_loss", {"delta": 0.3}, np.array, np.array),
    "huber 5": ("huber_loss", {"delta": 5.0}, np.array, np.array),
    "bce": ("binary_cross_entropy", {}, shares, shares),
    "bce_with_logits": ("binary_cross_entropy_with_logits", {}, np.array, shares),
    "kl_div": ("kl_div", {}, logs, shares),
    "kl_div log": ("kl_div", {"log_target": True}, logs, logs),
}


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides the total loss:UserWarning")
@BOTH
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", PAIRS)
@given(shapes, layouts)
@settings(max_examples=15)
def test_pairs(name: str, reduction: str, dtype: str, shape: tuple[int, ...], layout: str) -> None:
    function, options, of_input, of_target = PAIRS[name]
    size = int(np.prod(shape, dtype=int))
    if reduction == "mean" and not size:
        return  # refused here, NaN in torch
    a, b = draw(shape, shape)
    compare(
        lambda x, t: getattr(F, function)(x, t, reduction=reduction, **options),
        lambda x, t: getattr(TF, function)(x, t, reduction=reduction, **options),
        [of_input(a), of_target(b)],
        dtype,
        # Targets' gradients are differences of logarithms of up to some units.
        [2 * size + 64, 64, 64],
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


WEIGHTED: dict[str, Any] = {
    "bce": lambda F, x, t, w, p, r: F.binary_cross_entropy(x.sigmoid(), t, w, reduction=r),
    "logits": lambda F, x, t, w, p, r: F.binary_cross_entropy_with_logits(x, t, w, reduction=r),
    "logits pos": lambda F, x, t, w, p, r: F.binary_cross_entropy_with_logits(
        x, t, reduction=r, pos_weight=p
    ),
    "logits both": lambda F, x, t, w, p, r: F.binary_cross_entropy_with_logits(
        x, t, w, reduction=r, pos_weight=p
    ),
}
SPREADS = [
    ((2, 3, 4, 5), (2, 3, 4, 5)),
    ((2, 3, 4, 5), (3, 1, 1)),
    ((2, 3, 4, 5), (5,)),
    ((2, 3), ()),
    ((7, 33), (7, 1)),
]


@BOTH
@pytest.mark.parametrize("name", WEIGHTED)
@pytest.mark.parametrize(("shape", "spread"), SPREADS, ids=str)
def test_weighted_pairs(
    name: str, shape: tuple[int, ...], spread: tuple[int, ...], dtype: str
) -> None:
    x, t, w, p = draw(shape, shape, spread, spread)
    w, p, t = np.abs(w).astype(dtype), np.abs(p).astype(dtype), shares(t).astype(dtype)
    for reduction in REDUCTIONS:

        def ours(a: Any, reduction: str = reduction) -> Any:
            return WEIGHTED[name](F, a, cl.tensor(t), cl.tensor(w), cl.tensor(p), reduction)

        def theirs(a: Any, reduction: str = reduction) -> Any:
            made = [torch.tensor(array).to(a.dtype) for array in (t, w, p)]
            return WEIGHTED[name](TF, a, *made, reduction)

        compare(ours, theirs, [x], dtype, 2 * x.size + 64, sums_of_products=False, cancels=True)


@BOTH
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weighted_differences(name: str, reduction: str, dtype: str) -> None:
    """Here the weights have gradients too."""
    x, t, w = draw((4, 5), (4, 5), (4, 5))
    compare(
        lambda a, b, c: getattr(F, name)(a, b, reduction=reduction, weight=c),
        lambda a, b, c: getattr(TF, name)(a, b, reduction=reduction, weight=c),
        [x, t, np.abs(w) + 0.5],
        dtype,
        200,
        sums_of_products=False,
        cancels=True,
    )


LABELLED = [
    *itertools.product((False, True), (0.0, 0.2), (-100, 1)),
]


@BOTH
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("weighted", "smoothing", "ignored"), LABELLED)
@given(st.integers(1, 5), st.integers(1, 40), st.lists(st.integers(1, 4), max_size=3), layouts)
@settings(max_examples=12)
def test_cross_entropy(
    weighted: bool,
    smoothing: float,
    ignored: int,
    reduction: str,
    dtype: str,
    n: int,
    k: int,
    spatial: list[int],
    layout: str,
) -> None:
    shape = (n, k, *spatial)
    x, w = draw(shape, (k,))
    random = np.random.default_rng(n * k)
    labels = random.integers(0, k, (n, *spatial))
    labels[random.random(labels.shape) < 0.2] = ignored if ignored < k else 0
    w = (np.abs(w) + 0.5).astype(dtype)
    options = {"reduction": reduction, "ignore_index": ignored, "label_smoothing": smoothing}
    if reduction == "mean" and (labels == ignored).all():
        return  # both say NaN: another test
    compare(
        lambda a: F.cross_entropy(
            a, cl.tensor(labels), cl.tensor(w) if weighted else None, **options
        ),
        lambda a: TF.cross_entropy(
            a, torch.tensor(labels), torch.tensor(w).to(a.dtype) if weighted else None, **options
        ),
        [x],
        dtype,
        k + 3 * labels.size + 40,
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


@BOTH
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
@given(st.integers(1, 5), st.integers(1, 40), st.lists(st.integers(1, 4), max_size=3), layouts)
@settings(max_examples=12)
def test_nll(
    weighted: bool, reduction: str, dtype: str, n: int, k: int, spatial: list[int], layout: str
) -> None:
    x, w = draw((n, k, *spatial), (k,))
    labels = np.random.default_rng(n * k).integers(0, k, (n, *spatial))
    labels.flat[1:2] = -100
    w = (np.abs(w) + 0.5).astype(dtype)
    compare(
        lambda a: F.nll_loss(
            a, cl.tensor(labels), cl.tensor(w) if weighted else None, reduction=reduction
        ),
        lambda a: TF.nll_loss(
            a,
            torch.tensor(labels),
            torch.tensor(w).to(a.dtype) if weighted else None,
            reduction=reduction,
        ),
        [-np.abs(x)],
        dtype,
        3 * labels.size + 8,
        sums_of_products=False,
        layout=layout,
    )


@BOTH
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("weighted", "smoothing"), [(False, 0.0), (True, 0.0), (True, 0.3)])
@pytest.mark.parametrize("shape", [(4, 10), (1, 1), (2, 5, 3, 4), (3, 7, 5), (6,)], ids=str)
def test_cross_entropy_of_shares(
    shape: tuple[int, ...], weighted: bool, smoothing: float, reduction: str, dtype: str
) -> None:
    axis = min(1, len(shape) - 1)
    x, t, w = draw(shape, shape, (shape[axis],))
    t = np.exp(t) / np.exp(t).sum(axis=axis, keepdims=True)
    w = (np.abs(w) + 0.5).astype(dtype)
    options = {"reduction": reduction, "label_smoothing": smoothing}
    for layout in ("channels first", "channels last", "every other"):
        compare(
            lambda a, b: F.cross_entropy(a, b, cl.tensor(w) if weighted else None, **options),
            lambda a, b: TF.cross_entropy(
                a, b, torch.tensor(w).to(a.dtype) if weighted else None, **options
            ),
            [x, t],
            dtype,
            3 * x.size + 60,
            sums_of_products=False,
            cancels=True,
            layout=layout,
        )


@BOTH
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
def test_nothing_that_counts(smoothing: float, weighted: bool, dtype: str) -> None:
    """A mean over labels that are all ignored: NaN, and slopes of zero."""
    x = draw((3, 4))[0].astype(dtype)
    labels = np.full(3, -100)
    w = np.ones(4, dtype)
    for reduction in REDUCTIONS:
        upstream = np.ones((3,) if reduction == "none" else (), dtype)
        options = {"reduction": reduction, "label_smoothing": smoothing}
        mine = own(
            lambda a, o=options: F.cross_entropy(
                a, cl.tensor(labels), cl.tensor(w) if weighted else None, **o
            ),
            [x],
            upstream,
            "channels first",
        )
        other = gradients(
            lambda a, o=options: TF.cross_entropy(
                a, torch.tensor(labels), torch.tensor(w).double() if weighted else None, **o
            ),
            [x],
            upstream,
        )
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_array_equal(a, b)


@BOTH
@pytest.mark.parametrize("name", ["cross_entropy", "smooth", "nll_loss"])
def test_labels_of_classes_that_do_not_count(name: str, dtype: str) -> None:
    """The mean is of nothing here too, though no label is ignored."""
    x, w = draw((3, 4))[0].astype(dtype), np.array([1, 0, 2, 0], dtype)
    labels = np.array([1, 3, 1])
    function, options = (
        ("cross_entropy", {"label_smoothing": 0.1}) if name == "smooth" else (name, {})
    )
    upstream = np.ones((), dtype)
    mine = own(
        lambda a: getattr(F, function)(a, cl.tensor(labels), cl.tensor(w), **options),
        [x],
        upstream,
        "channels first",
    )
    other = gradients(
        lambda a: getattr(TF, function)(
            a, torch.tensor(labels), torch.tensor(w).double(), **options
        ),
        [x],
        upstream,
    )
    for a, b in zip(mine, other, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.isnan(mine[0])


EXTREME_ROWS = [
    [1e4, -1e4, 0],
    [-1e4, -1e4, -1e4],
    [np.inf, 0, 0],
    [-np.inf, 0, 1],
    [-np.inf, -np.inf, -np.inf],
    [np.nan, 0, 0],
    [3e38, -3e38, 0],
]


@BOTH
@pytest.mark.parametrize("row", EXTREME_ROWS, ids=str)
@pytest.mark.parametrize("name", ["weighted", "smooth", "shares", "nll", "logits"])
def test_extreme_scores(name: str, row: list[float], dtype: str) -> None:
    x = np.array([row], dtype)
    calls: dict[str, Callable[[Any, Any, Any], Any]] = {
        "weighted": lambda m, F, t: F.cross_entropy(
            t, m.tensor([1]), m.tensor([1.0, 2.0, 3.0], dtype=t.dtype)
        ),
        "smooth": lambda m, F, t: F.cross_entropy(t, m.tensor([1]), label_smoothing=0.1),
        "shares": lambda m, F, t: F.cross_entropy(t, m.tensor([[0.5, 0.25, 0.25]], dtype=t.dtype)),
        "nll": lambda m, F, t: F.nll_loss(t, m.tensor([1])),
        "logits": lambda m, F, t: F.binary_cross_entropy_with_logits(
            t, m.tensor([[0.0, 0.5, 1.0]], dtype=t.dtype), reduction="none"
        ),
    }
    upstream = np.ones((1, 3) if name == "logits" else (), dtype)
    mine = own(lambda t: calls[name](cl, F, t), [x], upstream, "channels first")
    # In the same type: where the sum over classes overflows in float32, torch's does too.
    t = to_torch(x, requires_grad=True)
    y = calls[name](torch, TF, t)
    y.backward(to_torch(upstream))
    eps = np.finfo(dtype).eps
    for a, b in zip(mine, (y.detach().numpy(), t.grad.numpy()), strict=True):
        np.testing.assert_allclose(a, b, rtol=16 * eps, atol=16 * eps)


ENDS = [
    *itertools.product([0.0, 1.0, np.inf, -np.inf, np.nan, 1e4, -1e4], [0.0, 0.5, 1.0, np.nan]),
    (1.0, np.inf),
    (np.inf, np.inf),
]


@BOTH
@pytest.mark.parametrize(
    "name",
    ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits"],
)
def test_pairs_at_the_ends(name: str, dtype: str) -> None:
    x, t = (np.array(column, dtype) for column in zip(*ENDS, strict=True))
    upstream = np.ones(len(ENDS), dtype)
    mine = own(
        lambda a, b: getattr(F, name)(a, b, reduction="none"), [x, t], upstream, "channels first"
    )
    other = gradients(lambda a, b: getattr(TF, name)(a, b, reduction="none"), [x, t], upstream)
    eps = np.finfo(dtype).eps
    for a, b in zip(mine, other, strict=True):
        np.testing.assert_allclose(a, b.astype(dtype), rtol=16 * eps, atol=16 * eps)


@BOTH
def test_shares_at_the_ends(dtype: str) -> None:
    x = np.array([0.0, 1, 0, 1, 0.5, 1e-30, 1], dtype)
    t = np.array([0.0, 1, 1, 0, 0.5, 1, 0.5], dtype)
    results = []
    for make, functions in ((cl.tensor, F), (torch.tensor, TF)):
        a = make(x).requires_grad_()
        y = functions.binary_cross_entropy(a, make(t), reduction="none")
        y.sum().backward()
        results.append((y.detach().numpy(), a.grad.numpy()))
    for mine, other in zip(*results, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-30)


@BOTH
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, 1.5, 0.5, np.inf])
@given(st.integers(0, 5), st.integers(1, 40), layouts)
@settings(max_examples=12)
def test_distances(p: float, dtype: str, n: int, d: int, layout: str) -> None:
    a, b = draw((n, d), (n, d))
    for keepdim in (False, True):
        compare(
            lambda x, y, k=keepdim: F.pairwise_distance(x, y, p, 1e-3, k),
            lambda x, y, k=keepdim: TF.pairwise_distance(x, y, p, 1e-3, k),
            [a, b],
            dtype,
            # The order of the norm multiplies the error of each difference.
            int(8 * min(p, 4)) + 4 * d + 40,
            sums_of_products=False,
            layout=layout,
        )


@BOTH
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"p": 1.0}, {"swap": True}, {"eps": 0.1}], ids=str)
@pytest.mark.parametrize("shape", [(6, 9), (4,), (3, 2, 5)], ids=str)
def test_triplets(
    shape: tuple[int, ...], options: dict[str, Any], reduction: str, dtype: str
) -> None:
    arrays = draw(shape, shape, shape)
    compare(
        lambda *t: F.triplet_margin_loss(*t, margin=4.0, reduction=reduction, **options),
        lambda *t: TF.triplet_margin_loss(*t, margin=4.0, reduction=reduction, **options),
        arrays,
        dtype,
        200,
        sums_of_products=False,
        cancels=True,
    )


def test_the_divergence_of_a_batch() -> None:
    a, b = draw((4, 5), (4, 5))
    compare(
        lambda x, t: F.kl_div(x, t, reduction="batchmean"),
        lambda x, t: TF.kl_div(x, t, reduction="batchmean"),
        [logs(a), shares(b)],
        "float64",
        100,
        sums_of_products=False,
        cancels=True,
    )


SECOND: dict[str, Callable[[Any, Any, Any], Any]] = {
    "mse": lambda m, F, x: F.mse_loss(x, 0.5 * m.ones_like(x)),
    "smooth_l1": lambda m, F, x: F.smooth_l1_loss(x, 0.5 * m.ones_like(x), reduction="sum"),
    "huber": lambda m, F, x: F.huber_loss(x, 0.5 * m.ones_like(x), delta=0.7),
    "bce": lambda m, F, x: F.binary_cross_entropy(x.sigmoid(), 0.25 * m.ones_like(x)),
    "logits": lambda m, F, x: F.binary_cross_entropy_with_logits(
        x, 0.25 * m.ones_like(x), pos_weight=3.0 * m.ones_like(x)
    ),
    "kl_div": lambda m, F, x: F.kl_div(x, (x * x), reduction="sum"),
    "cross_entropy": lambda m, F, x: F.cross_entropy(
        x, m.tensor([1, 2, -100]), m.ones_like(x)[0] * 2.0, label_smoothing=0.1
    ),
    "nll": lambda m, F, x: F.nll_loss(x.log_softmax(1), m.tensor([1, 2, 0])),
    "distance": lambda m, F, x: F.pairwise_distance(x, 0.5 * x * x),
    "distance 3": lambda m, F, x: F.pairwise_distance(x, 0.5 * x * x, 3.0),
    "triplet": lambda m, F, x: F.triplet_margin_loss(x, x * x, x + 1.0, margin=3.0),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(name: str) -> None:
    x = draw((3, 4))[0]
    results = []
    for m, functions, make in ((cl, F, cl.tensor), (torch, TF, torch.tensor)):
        t = make(x).requires_grad_()
        y = SECOND[name](m, functions, t)
        (first,) = m.autograd.grad(y.sum(), t, create_graph=True)
        (second,) = m.autograd.grad((first * first).sum(), t)
        results.append(second.detach().numpy())
    np.testing.assert_allclose(results[0], results[1], rtol=1e-8, atol=1e-11)
