"""``grad``: what may be assigned, and that it stays the same tensor while gradients add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.spec import float64, int64

SHAPES = ((3,), (2, 3), (2, 3, 4, 5), (), (0, 3), (40, 70))


def ones(*shape: int) -> cl.Tensor:
    return cl.ones(*shape, requires_grad=True)


@pytest.mark.parametrize(
    ("gradient", "error", "words"),
    [
        (3, TypeError, "grad is a int, but must be a tensor or None"),
        (np.ones((2, 3), np.float32), TypeError, "grad is a ndarray"),
        (
            cl.ones(3, 2),
            RuntimeError,
            r"grad is float32\[3, 2\], but the tensor is float32\[2, 3\]",
        ),
        (cl.ones(2, 3, dtype=float64), RuntimeError, r"grad is float64\[2, 3\]"),
        (cl.ones(2, 3, dtype=int64), RuntimeError, r"grad is int64\[2, 3\]"),
        (cl.ones(()), RuntimeError, r"grad is float32\[\]"),
    ],
)
def test_what_cannot_be_a_gradient_is_refused(
    gradient: Any, error: type[Exception], words: str
) -> None:
    for x in (ones(2, 3), cl.nn.Parameter(cl.ones(2, 3))):
        x.grad = cl.zeros(2, 3)
        with pytest.raises(error, match=words):
            x.grad = gradient
        assert x.grad.tolist() == [[0] * 3] * 2  # what was there stays
        with pytest.raises(RuntimeError, match="its own gradient"):
            x.grad = x
        x.grad = None
        assert x.grad is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_add_up_in_place(shape: tuple[int, ...], dtype: str) -> None:
    x = cl.ones(*shape, dtype=dtype, requires_grad=True)
    (x * 2).sum().backward()
    first = x.grad
    assert first is not None
    memory = first.numpy()
    for total in (5, 8):
        (x * 3).sum().backward()
        assert x.grad is first
        np.testing.assert_array_equal(memory, np.full(shape, total, dtype))
    assert np.shares_memory(memory, first.array) or not memory.size


def test_a_first_gradient_that_was_borrowed_is_the_same_tensor_afterwards() -> None:
    x, y = ones(3), ones(3)
    given = cl.tensor([1.0, 2.0, 3.0])
    (x + y).backward(given)
    first = x.grad
    for _ in range(2):
        (x + y).backward(given)
    assert x.grad is first
    assert x.grad.tolist() == y.grad.tolist() == [3, 6, 9]
    assert given.tolist() == [1, 2, 3]
    x.grad.numpy()[0] = 7  # not the memory of anything else
    assert y.grad.tolist() == [3, 6, 9]
    assert given.tolist() == [1, 2, 3]


def test_a_users_array_is_not_added_to() -> None:
    array = np.ones(3, np.float32)
    x = ones(3)
    for _ in range(3):
        x.backward(cl.from_numpy(array))
        (x * 1.0).backward(cl.from_numpy(array))
    assert x.grad.tolist() == [6] * 3
    assert array.tolist() == [1] * 3


def test_an_assigned_gradient_is_added_to() -> None:
    """It is the tensor's gradient from then on, memory and all, as in torch."""
    array = np.array(np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2))
    for layout in (array, np.array(array, order="F"), array[:, :, ::-1], array[..., ::-1]):
        mine = layout.copy(order="K")
        x = ones(2, 3, 2, 2)
        x.grad = given = cl.from_numpy(mine)
        (x * 2).sum().backward()
        assert x.grad is given
        np.testing.assert_array_equal(mine, layout + 2)


def test_memory_that_cannot_be_written_is_not() -> None:
    for given in (cl.tensor([3.0]).expand(2), cl.from_numpy(np.broadcast_to(np.float32(3), 2))):
        x = ones(2)
        x.grad = given
        (x * 2).sum().backward()
        assert x.grad.tolist() == [5, 5]
        assert given.tolist() == [3, 3]


def test_parts_of_the_gradients_own_memory() -> None:
    x = ones(4)
    x.grad = cl.tensor([1.0, 2.0, 3.0, 4.0])
    x.backward(x.grad)
    assert x.grad.tolist() == [2, 4, 6, 8]
    memory = cl.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    x.grad = memory[1:]
    x.backward(memory[:4])
    assert memory.tolist() == [1, 3, 5, 7, 9]


def test_what_read_the_gradient_notices() -> None:
    """Layouts that were kept of it, and records that need its old numbers."""
    x = ones(2, 2)
    (x * 2).sum().backward()
    assert x.grad is not None
    image = cl.ones(2, 2)
    for total in (4, 12, 20):  # a product may keep a layout of its second factor
        assert (image @ x.grad).tolist() == [[total] * 2] * 2
        assert (image @ x.grad).tolist() == [[total] * 2] * 2
        (x * 4).sum().backward()
    weight = ones(2, 2)
    loss = (weight * x.grad).sum()
    (x * 4).sum().backward()
    with pytest.raises(RuntimeError, match="modified by"):
        loss.backward()


@pytest.mark.parametrize("change", [lambda x: (x * 4.0).sum().backward(), lambda x: x.grad.zero_()])
def test_records_notice_a_change_of_what_was_borrowed(change: Callable[[cl.Tensor], Any]) -> None:
    x, weight = ones(2), ones(2)
    x.backward(cl.tensor([1.0, 2.0]))
    (weight * x.grad).sum().backward()
    assert weight.grad.tolist() == [1, 2]
    loss = (weight * x.grad).sum()
    change(x)
    with pytest.raises(RuntimeError, match="modified by"):
        loss.backward()


@pytest.mark.parametrize("again", [lambda x: (x * x).sum(), lambda x: (x**3).sum()])
def test_recorded_gradients_are_new_tensors(again: Callable[[cl.Tensor], cl.Tensor]) -> None:
    x = cl.tensor([1.0, 2.0], requires_grad=True)
    (x * 3).sum().backward()
    first = x.grad
    again(x).backward(create_graph=True)
    assert x.grad is not first
    assert first.tolist() == [3, 3]
    total = x.grad
    x.grad = None
    total.sum().backward()
    slope = 2 if again(x).item() == 5 else 6
    assert x.grad.tolist() == ([2, 2] if slope == 2 else [6, 12])


def test_kept_gradients_of_what_is_no_leaf_are_new_tensors() -> None:
    x = ones(2)
    y = x * 2
    y.retain_grad()
    (y * 3).sum().backward(retain_graph=True)
    first = y.grad
    (y * 3).sum().backward()
    assert first.tolist() == [3, 3]
    assert y.grad.tolist() == [6, 6]


def test_a_hook_keeps_what_it_saw() -> None:
    x, seen = ones(2), []
    x.register_hook(seen.append)
    for _ in range(3):
        (x * 2).sum().backward()
    assert [gradient.tolist() for gradient in seen] == [[2, 2]] * 3
    assert x.grad.tolist() == [6, 6]
