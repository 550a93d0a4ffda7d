"""Gradients through slices: joined where they make up the whole, else placed and added up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import convolens as cl
from convolens.errors import GradientError
from convolens.ops import Op
from convolens.tensor.observe import observe
from convolens.tensor.tensor import Tensor

CUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "halves": lambda x: cl.cat(x.chunk(2, 1)[::-1], 1) * 2,
    "unequal": lambda x: cl.cat([part * k for k, part in enumerate(x.split((1, 3, 2), 1), 2)], 1),
    "one part": lambda x: x[:, 1:3] * 3,
    "a gap": lambda x: x[:, :2].sum() + (x[:, 3:] * 2).sum(),
    "overlapping": lambda x: x[:, :4] * x[:, 2:],
    "every other": lambda x: x[:, ::2] - x[:, 1::2] * 2,
    "two axes": lambda x: x[:1, :3].sum() + x[1:, 3:].sum(),
    "twice": lambda x: x[:, :3] * x[:, :3] + x[:, 3:],
    "beside the whole": lambda x: x[:, :3].sum() + x[:, 3:].sum() * 2 + (x * x).sum(),
}


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("of_a_leaf", [True, False])
def test_gradients(name: str, of_a_leaf: bool) -> None:
    """Against central differences of the sum of squares."""
    x = cl.randn(2, 6, 3).double().requires_grad_()

    def loss(x: Tensor) -> Tensor:
        y = CUTS[name](x if of_a_leaf else x * 1.5)
        return (y * y).sum()

    loss(x).backward()
    assert x.grad is not None
    step = 1e-6
    for at in [(0, 0, 0), (0, 2, 1), (1, 3, 2), (1, 5, 0)]:
        moved = []
        for sign in (1, -1):
            near = np.array(x.detach().numpy())
            near[at] += sign * step
            moved.append(loss(cl.tensor(near)).item())
        assert x.grad[at].item() == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=1e-5)


def test_parts_that_make_up_the_whole_are_joined() -> None:
    called: list[str] = []
    x = cl.randn(2, 6, 3, requires_grad=True)
    y = sum(part * part for part in x.chunk(3, 1))

    def note(op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        called.append(op.name)

    with observe(note):
        y.sum().backward()
    assert "concat" in called
    assert "pad" not in called
    np.testing.assert_array_equal(x.grad.numpy(), 2 * x.detach().numpy())


def test_hooks_see_the_whole_gradient() -> None:
    seen = []
    x = cl.ones(4, requires_grad=True)
    x.register_hook(lambda gradient: seen.append(gradient.tolist()))
    (x[:2].sum() + x[2:].sum() * 3).backward()
    assert seen == [[1, 1, 3, 3]]


def test_second_derivatives() -> None:
    x = cl.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = (x[:2] ** 3).sum() + (x[2:] ** 2).sum()
    (first,) = cl.autograd.grad(y, [x], create_graph=True)
    first.sum().backward()
    assert x.grad.tolist() == [6, 12, 2, 2]


def test_a_second_pass_is_refused() -> None:
    x = cl.ones(4, requires_grad=True)
    y = x[:2].sum()
    y.backward()
    with pytest.raises(GradientError, match="released"):
        y.backward()


def test_a_gradient_can_be_changed_and_is_nobody_elses() -> None:
    x = cl.ones(2, 3, requires_grad=True)
    (x.sum() * 2).backward()
    x.grad.mul_(2)
    assert x.grad.tolist() == [[4] * 3] * 2
    given = cl.ones(3, 2)
    x.grad = None
    x.T.backward(given)
    x.grad.zero_()
    assert given.tolist() == [[1, 1]] * 3
    a, b = cl.ones(2, requires_grad=True), cl.ones(2, requires_grad=True)
    ((a + b) * 3).sum().backward()
    a.grad.zero_()
    assert b.grad.tolist() == [3, 3]


CHANGES: dict[str, Callable[[Tensor], object]] = {
    "in place": lambda t: t.zero_(),
    "arithmetic in place": lambda t: t.mul_(0),
    "an element": lambda t: t.__setitem__((0, 0), 0.0),
    "numpy": lambda t: t.numpy().fill(0),
    "data": lambda t: t.data.zero_(),
    "a view": lambda t: t.T.zero_(),
    "a step": lambda t: _step(t),
}


def _step(tensor: Tensor) -> None:
    """Change a tensor as an optimiser does."""
    leaf = tensor.detach()
    leaf.grad = cl.ones(*leaf.shape)
    cl.optim.SGD([leaf], lr=1.0).step()


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("change", CHANGES)
def test_a_gradient_that_is_borrowed_is_nobody_elses_once_something_changes(
    change: str, place: int
) -> None:
    a, b = cl.ones(3, 2, requires_grad=True), cl.ones(3, 2, requires_grad=True)
    given = cl.ones(3, 2)
    (a + b).backward(given)
    tensors = [given, a.grad, b.grad]
    assert all(np.shares_memory(t.array, given.array) for t in tensors)
    before = [t.tolist() for t in tensors]
    CHANGES[change](tensors[place])
    for other in range(3):
        assert (tensors[other].tolist() == before[other]) == (other != place)


def test_memory_that_numpy_has_is_not_borrowed() -> None:
    x = cl.ones(3, 2, requires_grad=True)
    numbers = np.ones((2, 3), np.float32)
    x.T.backward(cl.from_numpy(numbers))
    numbers[...] = 0
    assert x.grad.tolist() == [[1, 1]] * 3


def test_reading_a_gradient_does_not_end_the_borrowing() -> None:
    x = cl.ones(3, 2, requires_grad=True)
    given = cl.ones(2, 3)
    for _ in range(2):
        x.grad = None
        x.T.backward(given)
        assert np.shares_memory(x.grad.array, given.array)
        assert not np.shares_memory(x.grad.numpy(), given.array)
