"""Products of matrices and vectors: NumPy's values for all ranks, slopes, refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl
from convolens.errors import DTypeError, ShapeError
from convolens.ops import Dot
from finite_differences import assert_slopes
from tolerance import assert_within

#: NumPy's and torch's rule: vectors on either side, the axes before the last two broadcast.
RULE = "(m?,n),(n,p?)->(m?,p?)"


def whole(shape: tuple[int, ...], seed: int, dtype: str = "float64") -> Any:
    """Whole numbers, whose products and sums are exact in every type."""
    return np.asarray(np.random.default_rng(seed).integers(-4, 5, shape), dtype)


@given(
    mutually_broadcastable_shapes(signature=RULE, max_dims=3, min_side=0, max_side=4),
    st.sampled_from(["float32", "float64", "int64", "int32"]),
)
@settings(max_examples=120)
def test_products_are_numpys(shapes: Any, dtype: str) -> None:
    a, b = (whole(shape, seed, dtype) for seed, shape in enumerate(shapes.input_shapes))
    product = cl.tensor(a) @ cl.tensor(b)
    assert product.dtype == dtype
    assert product.shape == shapes.result_shape
    np.testing.assert_array_equal(product.numpy(), np.matmul(a, b))


@given(
    mutually_broadcastable_shapes(signature=RULE, max_dims=3, min_side=1, max_side=6),
    st.data(),
)
@settings(max_examples=120)
def test_operands_in_any_order_of_memory(shapes: Any, data: Any) -> None:
    """Such as heads, which are the innermost axis until they are moved."""
    operands = []
    for seed, shape in enumerate(shapes.input_shapes):
        order = data.draw(st.permutations(range(len(shape))))
        turned = whole(tuple(shape[axis] for axis in order), seed, "float32")
        operands.append(turned.transpose(np.argsort(order)))
    a, b = operands
    np.testing.assert_array_equal((cl.from_numpy(a) @ cl.from_numpy(b)).numpy(), np.matmul(a, b))


#: Operands, one pair of matrices, whose numbers lie neither row by row nor column by column.
APART: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "every other column": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: a[..., ::-1, ::-1],
    "one number": lambda a: np.broadcast_to(a[..., :1, :1], a.shape),
    "in order": lambda a: a,
}


@pytest.mark.parametrize("batch", [(1,), (1, 1), (2,), (1, 3)], ids=str)
@pytest.mark.parametrize("left", APART)
@pytest.mark.parametrize("right", APART)
def test_one_pair_of_operands_in_any_order_of_memory(
    batch: tuple[int, ...], left: str, right: str
) -> None:
    a = APART[left](whole((*batch, 9, 7), 0, "float32"))
    for other in ((*batch, 7, 5), (7, 5)):
        b = APART[right](whole(other, 1, "float32"))
        product = cl.from_numpy(a) @ cl.from_numpy(b)
        np.testing.assert_array_equal(product.numpy(), np.matmul(a, b))


def test_slopes_of_the_sum_of_one_product() -> None:
    """The gradient of a sum is one number, repeated along both axes of each matrix."""
    a = cl.ones(1, 4, 3, requires_grad=True)
    (a @ cl.ones(3, 5)).sum().backward()
    assert a.grad is not None
    np.testing.assert_array_equal(a.grad.numpy(), np.full((1, 4, 3), 5.0))


@pytest.mark.parametrize("groups", [2, 5])
@pytest.mark.parametrize("turned", [(), (0,), (1,), (0, 1)])
def test_heads(groups: int, turned: tuple[int, ...]) -> None:
    """Groups of matrices that are woven into each other, more and fewer than threads need."""
    queries, keys = (
        whole((groups, 17, 33, 8), 0, "float32"),
        whole((groups, 33, 18, 8), 1, "float32"),
    )
    operands = [queries.transpose(0, 3, 1, 2), keys.transpose(0, 3, 1, 2)]
    expected = np.matmul(*operands)
    for place in turned:
        operands[place] = np.ascontiguousarray(operands[place])
    product = cl.from_numpy(operands[0]) @ cl.from_numpy(operands[1])
    np.testing.assert_array_equal(product.numpy(), expected)


@pytest.mark.parametrize(
    ("length", "m", "n"), [(1024, 1, 5), (1100, 30, 17), (2111, 9, 70), (4000, 16, 2)]
)
def test_long_sums(length: int, m: int, n: int) -> None:
    """Such as the gradient of a weight that all positions of a batch share."""
    a, b = whole((length, m), 0, "float32"), whole((length, n), 1, "float32")
    np.testing.assert_array_equal((cl.tensor(a).T @ cl.tensor(b)).numpy(), a.T @ b)


def test_methods_and_functions() -> None:
    a, b = whole((3, 4), 0), whole((4, 2), 1)
    v, w = whole((4,), 2), whole((4,), 3)
    many, more = whole((5, 3, 4), 4), whole((5, 4, 2), 5)
    start = whole((2,), 6)
    ta, tb, tv, tw, tm, tn, ts = map(cl.tensor, (a, b, v, w, many, more, start))
    for found, expected in (
        (cl.mm(ta, tb), a @ b),
        (ta.mm(tb), a @ b),
        (cl.matmul(ta, tv), a @ v),
        (cl.bmm(tm, tn), many @ more),
        (cl.mv(ta, tv), a @ v),
        (cl.dot(tv, tw), v @ w),
        (cl.outer(tv, tw), np.outer(v, w)),
        (cl.addmm(ts, ta, tb), start + a @ b),
        (cl.addmm(ts, ta, tb, beta=2, alpha=0.5), 2 * start + 0.5 * (a @ b)),
        (ts.addmm(ta, tb, beta=0), a @ b),
    ):
        assert found.shape == expected.shape
        np.testing.assert_array_equal(found.numpy(), expected)


def test_what_has_no_factor_is_not_read() -> None:
    """Not even NaN, which a product with 0 would be."""
    start = cl.full((2, 2), float("nan"))
    assert start.addmm(cl.eye(2), cl.eye(2), beta=0).tolist() == [[1, 0], [0, 1]]


def test_products_of_nothing() -> None:
    assert (cl.zeros(2, 0) @ cl.zeros(0, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert (cl.zeros(0, 2) @ cl.zeros(2, 3)).shape == (0, 3)
    assert cl.zeros(0).dot(cl.zeros(0)).item() == 0
    assert cl.zeros(0).outer(cl.zeros(3)).shape == (0, 3)
    assert cl.zeros(0, 2, 3).bmm(cl.zeros(0, 3, 4)).shape == (0, 2, 4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1, 7, 1000, 100_003])
def test_dot_is_within_its_tolerance(size: int, dtype: str) -> None:
    random = np.random.default_rng(size)
    a, b = (random.standard_normal(size).astype(dtype) for _ in range(2))
    found = cl.tensor(a).dot(cl.tensor(b))
    assert_within(Dot(), [a, b], found.numpy(), np.dtype(dtype))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((2, 3), (3, 2)),
        ((2, 2, 3), (3, 2)),
        ((2, 1, 2, 3), (2, 3, 2)),
        ((3,), (2, 3, 2)),
        ((2, 2, 3), (3,)),
        ((3,), (3,)),
    ],
    ids=str,
)
def test_slopes(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    random = np.random.default_rng(1)
    assert_slopes(lambda x, y: x @ y, random.standard_normal(a), random.standard_normal(b))


def test_slopes_of_the_others() -> None:
    random = np.random.default_rng(1)
    vectors = [random.standard_normal(n) for n in (2, 3)]
    assert_slopes(cl.outer, *vectors)
    arrays = [random.standard_normal(shape) for shape in ((2,), (3, 2), (2, 2))]
    assert_slopes(lambda x, a, b: x.addmm(a, b, beta=0.5, alpha=3), *arrays)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: cl.ones(2, 3) @ cl.ones(2, 3), ShapeError, "3"),
        (lambda: cl.ones(2, 2, 3) @ cl.ones(3, 3, 2), ShapeError, "broadcast"),
        (lambda: cl.arange(3) @ cl.arange(4), ShapeError, "4"),
        (lambda: cl.ones(3) @ cl.ones(4), ShapeError, r"\[3\] and b \[4\]"),
        (lambda: cl.tensor(2.0) @ cl.ones(2), ShapeError, "must have an axis"),
        (lambda: cl.ones(2).matmul(cl.tensor(2.0)), ShapeError, "must have an axis"),
        (lambda: cl.ones(2, 2) @ cl.ones(2, 2).double(), DTypeError, "float32 and float64"),
        (lambda: cl.tensor([True]) @ cl.tensor([True]), DTypeError, "bool and bool"),
        (lambda: cl.ones(2).mm(cl.ones(2, 2)), ShapeError, "self has 1 dimensions, but 2"),
        (lambda: cl.ones(2, 2).mm(cl.ones(2)), ShapeError, "mat2 has 1 dimensions, but 2"),
        (lambda: cl.bmm(cl.ones(2, 2), cl.ones(2, 2)), ShapeError, "but 3 are needed"),
        (lambda: cl.bmm(cl.ones(1, 2, 2), cl.ones(3, 2, 2)), ShapeError, "1 matrices .* 3"),
        (lambda: cl.mv(cl.ones(2, 2), cl.ones(2, 2)), ShapeError, "vec has 2 dimensions"),
        (lambda: cl.dot(cl.ones(2, 2), cl.ones(2)), ShapeError, "self has 2 dimensions"),
        (lambda: cl.outer(cl.ones(2), cl.ones(2, 2)), ShapeError, "vec2 has 2 dimensions"),
        (lambda: cl.addmm(cl.ones(3, 1, 1), cl.eye(2), cl.eye(2)), ShapeError, "does not broad"),
        (lambda: cl.addmm(cl.ones(3), cl.eye(2), cl.eye(2)), ShapeError, "broadcast"),
        (lambda: cl.addmm(cl.ones(2), cl.ones(2), cl.eye(2)), ShapeError, "mat1 has 1"),
    ],
    ids=range(18),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_other_things_are_no_operands() -> None:
    with pytest.raises(TypeError):
        cl.ones(2, 2) @ 2.0
