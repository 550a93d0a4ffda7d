"""Clipping of gradients, and parameters as one vector."""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.nn import utils
from tolerance import rounding

BOTH = pytest.mark.parametrize("dtype", ["float32", "float64"])
SHAPES = ((3, 5), (7,), (2, 3, 4, 4), (1,))


def parameters(dtype: str, scale: float = 1.0) -> list[nn.Parameter]:
    random = np.random.default_rng(0)
    made = []
    for shape in SHAPES:
        p = nn.Parameter(cl.zeros(*shape, dtype=dtype))
        p.grad = cl.tensor((scale * random.standard_normal(shape)).astype(dtype))
        made.append(p)
    made.append(nn.Parameter(cl.zeros(2, dtype=dtype)))  # without a gradient
    return made


def flat(params: list[nn.Parameter]) -> np.ndarray[Any, Any]:
    return np.concatenate([p.grad.numpy().ravel() for p in params if p.grad is not None])


@BOTH
@pytest.mark.parametrize("norm_type", [2.0, 1, 3.0, inf, 0.5])
@pytest.mark.parametrize("max_norm", [0.01, 1.0, 1e6])
def test_the_norm_is_that_of_one_vector(dtype: str, norm_type: float, max_norm: float) -> None:
    params = parameters(dtype)
    before = flat(params).astype(np.float64)
    wanted = np.linalg.norm(before, norm_type)
    norm = utils.clip_grad_norm_(params, max_norm, norm_type)
    assert norm.dtype == np.dtype(dtype)
    assert norm.shape == ()
    u = rounding(dtype)
    assert norm.item() == pytest.approx(wanted, rel=before.size * u)
    share = min(1.0, max_norm / (wanted + 1e-6))
    np.testing.assert_allclose(flat(params), share * before, rtol=(before.size + 4) * u)
    if share == 1:
        np.testing.assert_array_equal(flat(params), before)


@BOTH
@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1e20, 1e30])
@pytest.mark.parametrize("norm_type", [2.0, 3.0, 1.0, inf])
def test_squares_that_the_type_does_not_hold(dtype: str, scale: float, norm_type: float) -> None:
    if dtype == "float64":
        scale = float(np.sign(np.log10(scale)) and scale**8)
    params = parameters(dtype, scale)
    before = flat(params).astype(np.longdouble) / scale
    wanted = np.abs(before).max()
    if norm_type < inf:
        wanted = (np.abs(before) ** norm_type).sum() ** (1 / norm_type)
    norm = utils.clip_grad_norm_(params, max(scale, 1.0), norm_type).item()
    assert norm / scale == pytest.approx(float(wanted), rel=before.size * rounding(dtype))
    share = min(1, max(scale, 1.0) / (norm + 1e-6))
    np.testing.assert_allclose(
        flat(params) / scale, (share * before).astype(float), rtol=100 * rounding(dtype)
    )


def test_gradients_of_two_types() -> None:
    a, b = (nn.Parameter(cl.zeros(1, dtype=dtype)) for dtype in ("float32", "float64"))
    a.grad, b.grad = cl.tensor([3.0]), cl.tensor([4.0], dtype="float64")
    assert utils.clip_grad_norm_([a, b], 1.0).item() == 5
    assert utils.get_total_norm([a.grad, b.grad]).dtype == np.float64
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)
    assert a.grad.item() == pytest.approx(0.6)
    assert b.grad.item() == pytest.approx(0.8, rel=1e-5)


@BOTH
@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("norm_type", [2.0, 3.0, inf])
def test_a_norm_that_is_not_finite(dtype: str, bad: float, norm_type: float) -> None:
    params = parameters(dtype)
    assert params[1].grad is not None
    params[1].grad[3] = bad
    before = flat(params)
    with pytest.raises(ArgumentError, match="the total norm of order"):
        utils.clip_grad_norm_(params, 1.0, norm_type, error_if_nonfinite=True)
    np.testing.assert_array_equal(flat(params), before)
    norm = utils.clip_grad_norm_(params, 1.0, norm_type).item()
    assert isnan(norm) if isnan(bad) else norm == inf
    found = flat(params)
    assert np.isnan(found[18])
    rest = np.delete(found, 18)
    assert np.isnan(rest).all() if isnan(bad) else (rest == 0).all()


@BOTH
def test_values(dtype: str) -> None:
    params = parameters(dtype)
    before = flat(params)
    same = [p.grad for p in params]
    utils.clip_grad_value_(iter(params), 0.5)
    np.testing.assert_array_equal(flat(params), np.clip(before, -0.5, 0.5))
    assert all(p.grad is gradient for p, gradient in zip(params, same, strict=True))


def test_a_single_tensor() -> None:
    p = nn.Parameter(cl.zeros(2))
    p.grad = cl.tensor([3.0, -4.0])
    assert utils.get_total_norm(p.grad).item() == 5
    assert utils.clip_grad_norm_(p, 2.5).item() == 5
    np.testing.assert_allclose(p.grad.numpy(), [1.5, -2], rtol=1e-6)
    utils.clip_grad_value_(p, 1.0)
    assert p.grad.tolist() == [1, -1]
    assert utils.parameters_to_vector(p).tolist() == [0, 0]
    utils.vector_to_parameters(cl.tensor([5.0, 6.0]), p)
    assert p.tolist() == [5, 6]


def test_nothing_to_clip() -> None:
    assert utils.clip_grad_norm_([], 1.0).item() == 0
    assert utils.clip_grad_norm_([nn.Parameter(cl.ones(2))], 1.0).item() == 0
    with pytest.warns(UserWarning, match="empty generator"):
        assert utils.clip_grad_norm_((p for p in ()), 1.0).item() == 0
    p = nn.Parameter(cl.ones(2))
    p.grad = cl.zeros(2)
    assert utils.clip_grad_norm_([p], 1.0).item() == 0
    assert p.grad.tolist() == [0, 0]


def test_gradients_that_are_shared_or_recorded() -> None:
    """What only looks at the same memory stays, and nothing is recorded."""
    a, b = (nn.Parameter(cl.ones(2)) for _ in range(2))
    (a + b).backward(cl.tensor([3.0, 4.0]))
    utils.clip_grad_norm_([a], 1.0)
    assert b.grad is not None
    assert b.grad.tolist() == [3, 4]
    a.grad = None
    (a * a * a).sum().backward(create_graph=True)
    norm = utils.clip_grad_norm_([a], 1.0)
    assert not norm.requires_grad
    utils.clip_grad_value_([a], 0.1)
    assert a.grad is not None
    np.testing.assert_allclose(a.grad.detach().numpy(), 0.1)


def test_parameters_are_a_vector_and_back() -> None:
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Linear(4, 5))
    vector = utils.parameters_to_vector(model.parameters())
    wanted = np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])
    np.testing.assert_array_equal(vector.detach().numpy(), wanted)
    memory = [p.array for p in model.parameters()]
    utils.vector_to_parameters(2 * vector, model.parameters())
    assert all(p.array is array for p, array in zip(model.parameters(), memory, strict=True))
    assert all(p.is_leaf and p.requires_grad for p in model.parameters())
    again = utils.parameters_to_vector(model.parameters())
    np.testing.assert_array_equal(again.detach().numpy(), 2 * wanted)


def test_gradients_flow_through_the_vector() -> None:
    a, b = nn.Parameter(cl.ones(2)), nn.Parameter(cl.ones(1, 2))
    (utils.parameters_to_vector([a, b]) * cl.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.tolist(), b.grad.tolist()) == ([1, 2], [[3, 4]])


def test_parameters_that_are_parts_of_the_vector() -> None:
    """The vector is read before they are written."""
    memory = cl.tensor([1.0, 2.0, 3.0])
    parts = [memory[1:], memory[:1]]
    utils.vector_to_parameters(memory, parts)
    assert memory.tolist() == [3, 1, 2]


def test_a_vector_may_be_longer_and_of_another_type() -> None:
    p = nn.Parameter(cl.zeros(2))
    utils.vector_to_parameters(cl.tensor([1.0, 2.0, 3.0], dtype="float64"), [p])
    assert (p.tolist(), p.dtype) == ([1, 2], np.float32)


@pytest.mark.parametrize("shape", [(3,), (4, 1), (2, 2)])
def test_a_vector_that_does_not_fit_changes_nothing(shape: tuple[int, ...]) -> None:
    a, b = nn.Parameter(cl.zeros(2)), nn.Parameter(cl.zeros(2))
    with pytest.raises(ShapeError, match="the parameters have 4 elements"):
        utils.vector_to_parameters(cl.ones(*shape), [a, b])
    assert a.tolist() == [0, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: utils.clip_grad_norm_([3], 1.0),  # type: ignore[list-item]
        lambda: utils.clip_grad_value_([3], 1.0),  # type: ignore[list-item]
        lambda: utils.get_total_norm([cl.ones(2), "x"]),  # type: ignore[list-item]
        lambda: utils.parameters_to_vector([3]),  # type: ignore[list-item]
        lambda: utils.vector_to_parameters([3.0], [cl.ones(1)]),  # type: ignore[arg-type]
    ],
    ids=range(5),
)
def test_what_is_no_tensor(call: Any) -> None:
    with pytest.raises(DTypeError, match="must be a tensor"):
        call()
