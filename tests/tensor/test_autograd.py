"""``autograd.grad``: gradients as values, and gradients of gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import convolens as cl
from convolens.errors import GradientError
from convolens.nn import functional as F
from convolens.spec import float64

grad = cl.autograd.grad


def leaf(*numbers: float) -> cl.Tensor:
    return cl.tensor(list(numbers), dtype=float64, requires_grad=True)


def test_gradients_are_returned_and_nothing_is_changed() -> None:
    x, y = leaf(1, 2), leaf(3, 4)
    dx, dy = grad((x * y).sum(), [x, y])
    assert dx is not None
    assert dy is not None
    assert (dx.tolist(), dy.tolist()) == ([3, 4], [1, 2])
    assert x.grad is None
    assert y.grad is None


def test_of_intermediate_values() -> None:
    x = leaf(2)
    y = x * x
    z = y * 3
    (dy,) = grad(z, y, retain_graph=True)
    (dz,) = grad(z, z, retain_graph=True)
    (dx,) = grad(z, [x])
    assert [t.item() for t in (dx, dy, dz) if t is not None] == [12, 3, 1]


def test_of_several_outputs() -> None:
    x = leaf(1, 2)
    outputs = [(x * 2).sum(), x * 3]
    (dx,) = grad(outputs, x, [None, cl.tensor([1.0, 10.0], dtype=float64)])
    assert dx is not None
    assert dx.tolist() == [5, 32]
    (twice,) = grad([x, x], [x], [cl.ones(2, dtype=float64)] * 2)
    assert twice is not None
    assert twice.tolist() == [2, 2]


def test_unused_inputs() -> None:
    x, y = leaf(1), leaf(2)
    with pytest.raises(GradientError, match="input 1 does not influence"):
        grad(x * 2, [x, y])
    assert grad(x * 2, [y], allow_unused=True) == (None,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: grad(x * 2, cl.ones(2)), "does not require a gradient"),
        (lambda x: grad(cl.ones(1), x), "does not require a gradient"),
        (lambda x: grad(x * 2, x), "single number"),
        (lambda x: grad([x * 2, x], x, [cl.ones(2).double()]), "2 outputs need"),
        (lambda x: grad(x * 2, x, cl.ones(2)), "float64"),
    ],
    ids=range(5),
)
def test_refusals(call: Callable[[cl.Tensor], object], words: str) -> None:
    with pytest.raises(GradientError, match=words):
        call(leaf(1, 2))


def test_without_create_graph_nothing_is_recorded() -> None:
    x = leaf(3)
    (dx,) = grad(x**3, x)
    assert dx is not None
    assert not dx.requires_grad


def test_any_order() -> None:
    x = leaf(2)
    y = x**5
    for expected in (80, 160, 240, 240, 120):
        (y,) = grad(y, x, create_graph=True)
        assert y.item() == expected


def test_backward_with_create_graph_records_the_gradient() -> None:
    x = leaf(3)
    (x**3).backward(create_graph=True)
    first = x.grad
    assert first is not None
    assert first.requires_grad
    x.grad = None
    first.backward()
    assert x.grad is not None
    assert x.grad.item() == 18


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


LABELS = cl.tensor([0, 2, 1])
#: name: the function, and its inputs. Differentiated twice, by each pair of inputs.
TWICE: dict[str, tuple[Callable[..., cl.Tensor], list[np.ndarray]]] = {
    "conv1d": (
        lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1),
        [random(2, 2, 7), random(3, 2, 3), random(3)],
    ),
    "conv2d": (
        lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2),
        [random(2, 4, 5, 6), random(4, 2, 3, 2), random(4)],
    ),
    "conv3d": (
        lambda x, w: F.conv3d(x, w, padding=1),
        [random(1, 2, 3, 2, 3), random(2, 2, 2, 2, 2)],
    ),
    "linear": (F.linear, [random(3, 4), random(5, 4), random(5)]),
    "linear of images": (F.linear, [random(2, 3, 4), random(5, 4), random(5)]),
    "matmul": (lambda a, b: a @ b, [random(3, 4), random(4, 2)]),
    "max_pool2d": (lambda x: F.max_pool2d(x, 3, 2, 1), [random(2, 2, 6, 5)]),
    "avg_pool2d": (
        lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        [random(2, 2, 6, 5)],
    ),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 2, ceil_mode=True), [random(2, 2, 5)]),
    "relu": (lambda x: x.relu(), [random(3, 4)]),
    "sigmoid": (lambda x: x.sigmoid(), [random(3, 4)]),
    "tanh": (lambda x: x.tanh(), [random(3, 4)]),
    "exp": (lambda x: x.exp(), [random(3, 4)]),
    "softmax": (lambda x: x.softmax(1), [random(3, 4)]),
    "softmax of images": (lambda x: x.softmax(1), [random(2, 3, 2, 2)]),
    "log_softmax": (lambda x: x.log_softmax(0), [random(3, 4)]),
    "cross_entropy": (lambda x: F.cross_entropy(x, LABELS), [random(3, 4)]),
    "cross_entropy sum": (lambda x: F.cross_entropy(x, LABELS, reduction="sum"), [random(3, 4)]),
    "cross_entropy none": (lambda x: F.cross_entropy(x, LABELS, reduction="none"), [random(3, 4)]),
    "local_response_norm": (
        lambda x: F.local_response_norm(x, 3, 0.5, 0.75, 1.5),
        [random(2, 5, 2, 2)],
    ),
    "local_response_norm even": (
        lambda x: F.local_response_norm(x, 4, 0.5, 0.6, 1.5, "sum"),
        [random(2, 5, 3)],
    ),
    "add": (lambda a, b: a + b, [random(2, 3), random(3)]),
    "sub": (lambda a, b: a - b, [random(2, 1), random(1, 3)]),
    "mul": (lambda a, b: a * b, [random(2, 3), random(3)]),
    "div": (lambda a, b: a / b, [random(2, 3), random(1, 3) ** 2 + 1]),
    "pow": (lambda a: a**3 + (a * a + 1) ** -0.5, [random(2, 3)]),
    "sum": (lambda a: a.sum(1) * a.sum(0, keepdim=True).sum(), [random(2, 3)]),
    "mean": (lambda a: a.mean((0, 2)) ** 2, [random(2, 3, 4)]),
    "indexing": (lambda a: a[1:, ::2] * a[0, 1], [random(3, 4)]),
    "cat": (lambda a, b: cl.cat([a * b, a], 1) ** 2, [random(2, 3), random(2, 3)]),
    "reshape": (lambda a: a.reshape(4, 3) ** 2, [random(3, 4)]),
    "flatten": (lambda a: a.flatten(1) ** 2, [random(2, 3, 2, 2)]),
    "a small network": (
        lambda x, w, v: F.cross_entropy(
            F.linear(F.avg_pool2d(F.conv2d(x, w).tanh(), 2).flatten(1), v), LABELS
        ),
        [random(3, 1, 6, 6), random(2, 1, 3, 3), random(3, 8)],
    ),
}


def evaluate(function: Callable[..., cl.Tensor], arrays: list[np.ndarray], u: np.ndarray) -> float:
    y = function(*map(cl.tensor, arrays))
    return float(np.sum(y.numpy() * u))


def central(f: Callable[[float], float], step: float) -> float:
    return (f(step) - f(-step)) / (2 * step)


@pytest.mark.parametrize("name", TWICE)
def test_first_derivatives_are_finite_differences(name: str) -> None:
    function, arrays = TWICE[name]
    inputs = [cl.tensor(a, requires_grad=True) for a in arrays]
    y = function(*inputs)
    u = np.random.default_rng(1).standard_normal(y.shape)
    gradients = grad(y, inputs, cl.tensor(np.asarray(u)))
    for place, gradient in enumerate(gradients):
        assert gradient is not None
        direction = np.random.default_rng(2).standard_normal(arrays[place].shape)

        def along(t: float, place: int = place, d: np.ndarray = direction) -> float:
            moved = [a + t * d if i == place else a for i, a in enumerate(arrays)]
            return evaluate(function, moved, u)

        computed = float(np.sum(gradient.numpy() * direction))
        # Truncation step^2, cancellation eps / step: both about 1e-10 of the values' size.
        size = 1 + abs(along(0.0))
        assert central(along, 1e-5) == pytest.approx(computed, rel=1e-7, abs=1e-8 * size)


@pytest.mark.parametrize("name", TWICE)
def test_second_derivatives_are_finite_differences_of_the_first(name: str) -> None:
    function, arrays = TWICE[name]
    u, v = np.random.default_rng(1), np.random.default_rng(3)
    weights = u.standard_normal(function(*map(cl.tensor, arrays)).shape)
    directions = [v.standard_normal(a.shape) for a in arrays]

    def slope(moved: list[np.ndarray], create_graph: bool) -> tuple[cl.Tensor, list[cl.Tensor]]:
        """The derivative along all directions at once, as a function of the inputs."""
        inputs = [cl.tensor(a, requires_grad=True) for a in moved]
        y = function(*inputs)
        first = grad(y, inputs, cl.tensor(np.asarray(weights)), create_graph=create_graph)
        total = cl.zeros((), dtype=float64)
        for gradient, direction in zip(first, directions, strict=True):
            assert gradient is not None
            total = total + (gradient * cl.tensor(direction)).sum()
        return total, inputs

    total, inputs = slope(arrays, create_graph=True)
    if not total.requires_grad:
        second: tuple[cl.Tensor | None, ...] = (None,) * len(inputs)
    else:
        second = grad(total, inputs, allow_unused=True)
    for place, gradient in enumerate(second):
        along = np.random.default_rng(4).standard_normal(arrays[place].shape)

        def moved(t: float, place: int = place, d: np.ndarray = along) -> float:
            shifted = [a + t * d if i == place else a for i, a in enumerate(arrays)]
            return slope(shifted, create_graph=False)[0].item()

        computed = 0.0 if gradient is None else float(np.sum(gradient.numpy() * along))
        size = 1 + abs(total.item())
        assert central(moved, 1e-5) == pytest.approx(computed, rel=1e-6, abs=1e-7 * size)


@pytest.mark.parametrize(
    "name",
    [
        "conv2d",
        "linear",
        "softmax",
        "local_response_norm",
        "max_pool2d",
        "avg_pool2d",
        "tanh",
        "cross_entropy",
    ],
)
def test_second_derivatives_by_the_kernels(name: str) -> None:
    """In float32 the same calls run on kernels."""
    function, arrays = TWICE[name]

    def second(dtype: str) -> list[np.ndarray]:
        inputs = [cl.tensor(a.astype(dtype), requires_grad=True) for a in arrays]
        y = (function(*inputs) ** 2).sum()
        first = grad(y, inputs, create_graph=True)
        total = cl.zeros((), dtype=dtype)
        for gradient in first:
            assert gradient is not None
            total = total + (gradient * gradient).sum()
        return [g.numpy() for g in grad(total, inputs) if g is not None]

    for narrow, wide in zip(second("float32"), second("float64"), strict=True):
        assert narrow.dtype == np.float32
        np.testing.assert_allclose(narrow, wide, rtol=2e-4, atol=2e-5 * np.abs(wide).max())
