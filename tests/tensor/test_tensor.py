"""What a tensor says of itself, and its ways out to Python."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import DTypeError, IndexRangeError
from convolens.spec import float32, float64
from convolens.tensor.axes import one_axis, several_axes


def test_shape_and_size() -> None:
    x = cl.zeros(2, 3, 4)
    assert x.shape == x.size() == (2, 3, 4)
    assert (x.ndim, x.dim(), x.numel(), len(x)) == (3, 3, 24, 2)
    assert (x.size(0), x.size(-1)) == (2, 4)
    assert x.dtype == float32
    assert cl.zeros(()).shape == ()
    assert cl.zeros(()).numel() == 1
    assert cl.zeros(0, 3).numel() == 0


def test_numbers_out() -> None:
    assert cl.tensor(2.5).item() == 2.5
    assert cl.tensor([[7]]).item() == 7
    assert cl.tensor(True).item() is True
    assert float(cl.tensor([2.5])) == 2.5
    assert int(cl.tensor(2.9)) == 2
    assert bool(cl.tensor(0.0)) is False
    assert [10, 20, 30][cl.tensor(1)] == 20
    assert range(cl.tensor(3)) == range(3)
    assert cl.tensor([[1.5], [2.0]]).tolist() == [[1.5], [2.0]]
    assert cl.tensor(1.5, requires_grad=True).item() == 1.5


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: cl.ones(2).item(), RuntimeError),
        (lambda: cl.zeros(0).item(), RuntimeError),
        (lambda: bool(cl.ones(2)), RuntimeError),
        (lambda: float(cl.ones(2)), (RuntimeError, TypeError)),
        (lambda: len(cl.tensor(1.0)), TypeError),
        (lambda: list(cl.tensor(1.0)), TypeError),
        (lambda: [1, 2][cl.tensor(1.0)], TypeError),
        (lambda: cl.zeros(0).argmax(), (RuntimeError, IndexError)),
        (lambda: cl.ones(2, 3).argmax(2), IndexError),
        (lambda: cl.ones(2, 3).size(2), IndexError),
        (lambda: cl.ones(2).unsqueeze(3), IndexError),
        (lambda: cl.ones(2).squeeze(1), IndexError),
    ],
    ids=range(12),
)
def test_refusals(call: Any, error: Any) -> None:
    with pytest.raises(error):
        call()


def test_iterating() -> None:
    rows = list(cl.arange(6).reshape(3, 2))
    assert [row.tolist() for row in rows] == [[0, 1], [2, 3], [4, 5]]
    x = cl.ones(2, 2, requires_grad=True)
    sum(row.sum() * (i + 1) for i, row in enumerate(x)).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[1, 1], [2, 2]]


def test_argmax() -> None:
    x = cl.tensor([[1.0, 5.0, 5.0], [7.0, 0.0, 2.0]])
    assert x.argmax().item() == 3
    assert x.argmax(0).tolist() == [1, 0, 0]
    assert x.argmax(1).tolist() == [1, 0]
    assert x.argmax(-1).dtype == "int64"
    assert cl.tensor([1.0, np.nan, 3.0]).argmax().item() == 1
    assert cl.tensor(3.0).argmax().item() == 0
    images = cl.tensor(np.random.default_rng(0).standard_normal((2, 3, 4, 5)))
    assert images.argmax().item() == images.numpy().argmax()


@pytest.mark.parametrize(
    ("t", "text"),
    [
        (cl.tensor([1.0, 2.0]), "tensor([1., 2.])"),
        (cl.tensor(3.0), "tensor(3.)"),
        (cl.tensor([1, 2]), "tensor([1, 2])"),
        (cl.tensor([True, False]), "tensor([ True, False])"),
        (cl.tensor([[1.0, 2.0], [3.0, 4.0]]), "tensor([[1., 2.],\n        [3., 4.]])"),
        (cl.tensor([]), "tensor([])"),
        (cl.zeros(0, 3), "tensor([], size=(0, 3))"),
        (cl.tensor([1.5], requires_grad=True), "tensor([1.5], requires_grad=True)"),
        (cl.tensor([np.inf, np.nan]), "tensor([inf, nan])"),
        (cl.ones(2, dtype=float64), "tensor([1., 1.], dtype=float64)"),
        (cl.ones(2, dtype="uint8"), "tensor([1, 1], dtype=uint8)"),
        (cl.ones(2, requires_grad=True) * 2, "tensor([2., 2.], grad_fn=<Mul>)"),
    ],
    ids=range(12),
)
def test_repr(t: cl.Tensor, text: str) -> None:
    assert repr(t) == text


def test_a_long_tensor_is_shortened() -> None:
    assert len(repr(cl.zeros(100, 100, 100))) < 3000
    assert "..." in repr(cl.zeros(100_000))


def test_copies() -> None:
    x = cl.tensor([1.0, 2.0], requires_grad=True)
    y = x.clone()
    (y * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3, 3]
    for dtype in ("float32", "float64", "int64", "int32", "uint8", "bool"):
        a = cl.ones(2, 3, 4, 5, dtype=dtype)
        b = a.clone()
        assert b.dtype == dtype
        assert not np.shares_memory(a.numpy(), b.numpy())
    special = cl.tensor([-0.0, np.inf, -np.inf, np.nan, 1e-45])
    np.testing.assert_array_equal(special.clone().numpy(), special.numpy())
    assert np.signbit(special.clone().numpy()[0])


def test_deepcopy_and_pickle() -> None:
    x = cl.tensor([1.0, 2.0], requires_grad=True)
    for again in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert again.tolist() == [1, 2]
        assert again.requires_grad
        assert not np.shares_memory(again.detach().numpy(), x.detach().numpy())
        (again * 2).sum().backward()
        assert again.grad is not None
    assert x.grad is None


def test_in_place() -> None:
    x = cl.zeros(2, 3)
    assert x.fill_(2) is x
    assert x.copy_(cl.ones(3)) is x
    assert x.tolist() == [[1, 1, 1]] * 2
    x[0] = cl.tensor([5.0, 6.0, 7.0])
    x[:, 1] = 0
    assert x.tolist() == [[5, 0, 7], [1, 0, 1]]
    assert x.zero_().tolist() == [[0] * 3] * 2
    for value in (cl.ones(4), "x", [1, 2], cl.ones(3, 3)):
        with pytest.raises((RuntimeError, TypeError)):
            x.copy_(value)


def test_shapes() -> None:
    x = cl.zeros(2, 1, 3, 1)
    assert x.squeeze().shape == (2, 3)
    assert x.squeeze(1).shape == (2, 3, 1)
    assert x.squeeze(-1).shape == (2, 1, 3)
    assert x.squeeze(0).shape == (2, 1, 3, 1)
    assert x.unsqueeze(0).shape == (1, 2, 1, 3, 1)
    assert x.unsqueeze(-1).shape == (2, 1, 3, 1, 1)
    assert x.flatten().shape == (6,)
    assert x.flatten(1).shape == (2, 3)
    assert x.flatten(1, 2).shape == (2, 3, 1)
    assert cl.zeros(()).flatten().shape == (1,)
    assert cl.zeros(2, 0, 3).flatten(1).shape == (2, 0)
    assert x.reshape(3, -1).shape == x.view(3, 2).shape == x.reshape((3, 2)).shape == (3, 2)
    assert x.reshape(np.int64(3), np.int64(2)).shape == (3, 2)
    assert x.reshape([6]).shape == (6,)


def test_axes() -> None:
    assert [one_axis("f", d, 3) for d in (0, 1, 2, -1, -2, -3)] == [0, 1, 2, 2, 1, 0]
    assert one_axis("f", 0, 0) == one_axis("f", -1, 0) == 0
    with pytest.raises(DTypeError, match="f: dim is None, but must be a whole number"):
        one_axis("f", None, 3)  # type: ignore[arg-type]
    assert several_axes("f", None, 2) == several_axes("f", (), 2) == (0, 1)
    assert several_axes("f", (-1, 0), 3) == (0, 2)
    assert several_axes("f", 1, 3) == (1,)
    for dims in (3, -4, (0, 0), (0, -3)):
        with pytest.raises((IndexRangeError, RuntimeError)):
            several_axes("f", dims, 3)


def test_a_tensor_is_a_key_by_identity() -> None:
    x, y = cl.ones(1), cl.ones(1)
    assert {x: 1, y: 2}[x] == 1


def test_setting_data() -> None:
    x = cl.ones(2, requires_grad=True)
    x.data = cl.tensor([5.0, 6.0])
    (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [10, 12]
    x.data[0] = 1
    assert x.tolist() == [1, 6]


def test_truth_of_a_gradient() -> None:
    with pytest.raises(DTypeError):
        cl.tensor([1.0]).__index__()
