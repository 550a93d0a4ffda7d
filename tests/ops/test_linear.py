"""The fully connected layer and the product of matrices."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ShapeError
from convolens.nn import functional as F
from convolens.ops import Linear, Matmul
from convolens.spec import DType, float32, float64
from tolerance import assert_within

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@BOTH
@pytest.mark.parametrize("batch", [(), (4,), (2, 3), (2, 3, 2), (0,), (2, 0)])
def test_any_batch(batch: tuple[int, ...], dtype: DType) -> None:
    random = np.random.default_rng(2)
    arrays = [np.asarray(random.standard_normal(s), dtype) for s in ((*batch, 7), (5, 7), (5,))]
    x, weight, bias = (cl.tensor(a, requires_grad=True) for a in arrays)
    y = F.linear(x, weight, bias)
    assert_within(Linear(), arrays, y.detach().numpy(), dtype)
    upstream = np.asarray(random.standard_normal(y.shape), dtype)
    y.backward(cl.tensor(upstream))
    rows, g = arrays[0].reshape(-1, 7), upstream.reshape(-1, 5)
    for tensor, a, b in ((x, g, arrays[1]), (weight, g.T.copy(), rows)):
        assert tensor.grad is not None
        computed = tensor.grad.numpy().reshape(len(a), b.shape[1])
        assert_within(Matmul(), [a, b], computed, dtype)
    assert bias.grad is not None
    np.testing.assert_allclose(bias.grad.numpy(), g.sum(axis=0), rtol=1e-5, atol=1e-6)


def test_by_hand() -> None:
    y = F.linear(
        cl.tensor([[1.0, 2.0]]), cl.tensor([[3.0, 4.0], [5.0, 6.0]]), cl.tensor([1.0, 0.0])
    )
    assert y.tolist() == [[12, 17]]


def test_matrices_of_any_layout() -> None:
    """Arrays with foreign strides give the same numbers."""
    random = np.random.default_rng(2)
    a = random.standard_normal((6, 8)).astype(np.float32)
    b = random.standard_normal((8, 4)).astype(np.float32)
    expected = (cl.tensor(a) @ cl.tensor(b)).numpy()
    for left in (np.asfortranarray(a), np.repeat(a, 2, axis=1)[:, ::2], a[::-1][::-1]):
        for right in (np.asfortranarray(b), np.repeat(b, 3, axis=0)[::3]):
            product = cl.from_numpy(left) @ cl.from_numpy(right)
            np.testing.assert_array_equal(product.numpy(), expected)


def test_the_flatten_mismatch_names_the_line_to_write() -> None:
    with pytest.raises(ShapeError, match=r"576 features, but the weight expects 400") as caught:
        F.linear(cl.zeros(1, 576), cl.zeros(120, 400))
    assert "Linear(in_features=576, out_features=120)" in str(caught.value)
    with pytest.raises(ShapeError, match="5 features") as caught:
        F.linear(cl.zeros(1, 16, 5, 5), cl.zeros(120, 400))
    assert "Flatten" in str(caught.value)


@pytest.mark.parametrize(
    "shapes", [((2, 3), (2, 3)), ((3,), (2, 3)), ((2, 3, 4), (3, 4, 2)), ((), ())]
)
def test_matrices_that_do_not_fit(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ShapeError):
        cl.zeros(*shapes[0]) @ cl.zeros(*shapes[1])
