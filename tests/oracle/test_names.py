"""What a torch user reaches for: arithmetic by name, rounding, masks, in place, joining, counting.

Each call is written once; ``m`` is the library. Values, types, refusals and gradients must agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl

from .peer import outcome, torch

INF, NAN = math.inf, math.nan
Call = Callable[..., Any]


def floats(m: Any) -> Any:
    return m.tensor([[0.5, -1.5, 2.5], [3.0, -2.25, 0.75]], dtype=m.float64)


def ends(m: Any) -> Any:
    return m.tensor([0.5, -1.5, 2.5, 0.0, -0.0, NAN, INF, -INF])


def whole(m: Any) -> Any:
    return m.tensor([[7, -7, 2], [-2, 0, 5]])


def truths(m: Any) -> Any:
    return m.tensor([[True, False, True], [False, False, True]])


def places(m: Any) -> Any:
    return m.tensor([[1, 0], [0, 2]])


#: Calls of one tensor of floats, with gradients.
OF_FLOATS: dict[str, Call] = {
    "add": lambda m, x: x.add(x, alpha=2),
    "add a number": lambda m, x: m.add(x, 3, alpha=0.5),
    "add to a number": lambda m, x: m.add(3, x, alpha=2),
    "sub": lambda m, x: x.sub(x * x, alpha=0.5),
    "subtract": lambda m, x: m.subtract(x, 2) + x.subtract(1),
    "sub from a number": lambda m, x: m.sub(2, x),
    "mul": lambda m, x: x.mul(x) + m.mul(2, x) + x.multiply(3) + m.multiply(x, 2),
    "div": lambda m, x: x.div(2) + m.div(x, x + 5) + x.divide(4) + m.true_divide(x, 3),
    "div a number": lambda m, x: m.div(2, x) + m.divide(1, x) + x.true_divide(2),
    "div down": lambda m, x: x.div(0.75, rounding_mode="floor") * x,
    "div to zero": lambda m, x: m.div(x, 0.75, rounding_mode="trunc") * x,
    "remainder": lambda m, x: x.remainder(2) + m.remainder(x, 1.5) + x % 0.7,
    "remainder of both": lambda m, x: x % (x * x + 0.3),
    "remainder of a number": lambda m, x: m.tensor(5.0, dtype=m.float64) % x,
    "remainder of rows": lambda m, x: x % x[0],
    "positive": lambda m, x: +x + x.positive() + m.positive(x),
    "square": lambda m, x: x.square() + m.square(x),
    "reciprocal": lambda m, x: x.reciprocal() + m.reciprocal(x),
    "rsqrt": lambda m, x: x.abs().rsqrt() + m.rsqrt(x.abs()),
    "sin": lambda m, x: x.sin() * m.sin(x),
    "cos": lambda m, x: x.cos() * m.cos(x),
    "sign": lambda m, x: x.sign() * x + m.sign(x),
    "floor": lambda m, x: x.floor() * x + m.floor(x),
    "ceil": lambda m, x: x.ceil() * x + m.ceil(x),
    "round": lambda m, x: x.round() * x + m.round(x),
    "trunc": lambda m, x: x.trunc() * x + m.trunc(x),
    "masked_fill": lambda m, x: x.masked_fill(x > 0, 3.0) * x,
    "masked_fill wider": lambda m, x: m.masked_fill(x[0], truths(m), -INF),
    "masked_fill row": lambda m, x: x.masked_fill(truths(m)[0], x[0, 0]) * x,
    "masked_fill rank 0": lambda m, x: x.masked_fill(truths(m), m.tensor(2.0)),
    "tril": lambda m, x: x.tril() + m.tril(x, 1) + m.tril(x, -1),
    "triu": lambda m, x: x.triu() + m.triu(x, 1) + m.triu(x, diagonal=-1),
    "tril of infinities": lambda m, x: (x / 0).tril(),
    "tril of a batch": lambda m, x: x.reshape(1, 3, 2).tril() * x.reshape(3, 2),
    "diagonal": lambda m, x: x.diagonal() * m.diagonal(x),
    "diagonal above": lambda m, x: x.diagonal(1) * m.diagonal(x, offset=1),
    "diagonal below": lambda m, x: x.diagonal(-1),
    "diagonal beyond": lambda m, x: x.diagonal(5),
    "diagonal of a batch": lambda m, x: x.reshape(1, 3, 2).diagonal(0, -2, -1),
    "diagonal of other axes": lambda m, x: x.reshape(3, 1, 2).diagonal(-1, 2, 0),
    "diag": lambda m, x: x.diag() * m.diag(x),
    "diag of a vector": lambda m, x: x[0].diag() * m.diag(x[1]),
    "diag above": lambda m, x: x[0].diag(2),
    "diag below": lambda m, x: x[1].diag(-1),
    "trace": lambda m, x: x.trace() * m.trace(x),
    "select": lambda m, x: x.select(1, -1) * m.select(x, 1, 0),
    "repeat_interleave": lambda m, x: x.repeat_interleave(2) * 3,
    "repeat_interleave along": lambda m, x: m.repeat_interleave(x, 3, 1),
    "repeat_interleave each": lambda m, x: x.repeat_interleave(m.tensor([2, 0, 1]), dim=1),
    "repeat_interleave one": lambda m, x: x.repeat_interleave(m.tensor([2]), dim=0),
    "scatter": lambda m, x: x.scatter(1, places(m), x[:, 1:] * 2),
    "scatter a number": lambda m, x: m.scatter(x, 1, places(m), 3.0) * x,
    "scatter few": lambda m, x: m.scatter(x, 0, places(m)[:1], x[:1, 1:]),
    "scatter_add": lambda m, x: x.scatter_add(1, places(m), x[:, :2] * x[:, 1:]),
    "scatter_add to one": lambda m, x: m.scatter_add(x, 0, places(m) * 0, x[:, 1:]),
    "scatter_": lambda m, x: (x * 1).scatter_(1, places(m), x[:, 1:]),
    "scatter_ a number": lambda m, x: (x * 1).scatter_(1, places(m), 2.0),
    "scatter_add_": lambda m, x: (x * 1).scatter_add_(1, places(m), x[:, 1:]),
    "var_mean": lambda m, x: sum(m.var_mean(x)) + sum(m.var_mean(x, False)),
    "std_mean": lambda m, x: sum(m.std_mean(x, 1, keepdim=True, correction=0)),
    "hstack": lambda m, x: m.hstack([x, x * 2]),
    "hstack of vectors": lambda m, x: m.hstack([x[0], x[1, 1], x[1]]),
    "vstack": lambda m, x: m.vstack([x, x[0], x[:, :3]]),
    "concat": lambda m, x: m.concat([x, x], dim=1) * m.concatenate([x, x * 2], 1),
    "meshgrid": lambda m, x: m.meshgrid(x[0], x[1, :2], indexing="ij")[0],
    "meshgrid of a list": lambda m, x: m.meshgrid([x[0], x[1, :2], x[0, 0]], indexing="xy")[1],
    "clone": lambda m, x: m.clone(x) * m.detach(x),
    "ravel": lambda m, x: m.ravel(x),
    # In place, of what a recorded call made.
    "pow_": lambda m, x: (x * 1).pow_(3),
    "pow_ of each": lambda m, x: (x * x).pow_(x),
    "exp_": lambda m, x: (x * 1).exp_(),
    "log_": lambda m, x: (x * x).log_(),
    "sqrt_": lambda m, x: (x * x).sqrt_(),
    "square_": lambda m, x: (x * 1).square_(),
    "abs_": lambda m, x: (x * 1).abs_(),
    "neg_": lambda m, x: (x * 1).neg_(),
    "clamp_": lambda m, x: (x * 1).clamp_(-1, 2) + (x * 1).clip_(min=0.5),
    "relu_": lambda m, x: (x * 1).relu_(),
    "sigmoid_": lambda m, x: (x * 1).sigmoid_(),
    "tanh_": lambda m, x: (x * 1).tanh_(),
    "round_": lambda m, x: (x * 1).round_() + (x * 1).floor_() + (x * 1).ceil_(),
    "masked_fill_": lambda m, x: (x * 1).masked_fill_(truths(m), 2.0),
    "masked_fill_ by one": lambda m, x: (x * 1).masked_fill_(truths(m), x[0, 0]),
}


@pytest.mark.parametrize("name", OF_FLOATS)
def test_values_and_gradients(name: str) -> None:
    found = []
    for m in (cl, torch):
        x = floats(m).requires_grad_()
        y = OF_FLOATS[name](m, x)
        weights = np.cos(np.arange(y.numel())).reshape(tuple(y.shape))
        (y * m.tensor(weights)).sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-15)


UNARY = ["square", "reciprocal", "sin", "cos", "sign", "floor", "ceil", "round", "trunc"]


@pytest.mark.parametrize("name", UNARY)
def test_the_ends(name: str) -> None:
    found = []
    for m in (cl, torch):
        x = ends(m).requires_grad_()
        y = getattr(x, name)()
        y.sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


#: Calls without gradients.
OTHERS: dict[str, Call] = {
    **{
        f"{name} of whole numbers": lambda m, name=name: getattr(whole(m), name)() for name in UNARY
    },
    "square of truths": lambda m: truths(m).square(),
    "sign of truths": lambda m: truths(m).sign(),
    "reciprocal of truths": lambda m: truths(m).reciprocal(),
    "floor of truths": lambda m: truths(m).floor(),
    "round of truths": lambda m: truths(m).round(),
    "positive of truths": lambda m: +truths(m),
    "floor_divide": lambda m: whole(m) // 2,
    "floor_divide by each": lambda m: whole(m) // m.tensor([2, -3, 4]),
    "floor_divide by a fraction": lambda m: whole(m) // 0.5,
    "floor_divide a number": lambda m: 7 // m.tensor([2, -2]),
    "floor_divide functions": lambda m: m.floor_divide(whole(m), 3),
    "floor_divide method": lambda m: whole(m).floor_divide(m.tensor(2)),
    "floor_divide by 0": lambda m: whole(m) // 0,
    "floor_divide floats": lambda m: ends(m) // 0.7,
    "floor_divide floats by 0": lambda m: ends(m) // 0,
    "floor_divide exactly": lambda m: m.tensor([1.0, 6.0]) // 0.1,
    "floor_divide truths": lambda m: truths(m) // truths(m),
    "remainder of whole numbers": lambda m: whole(m) % 3,
    "remainder with signs": lambda m: whole(m) % m.tensor([-2, 3, 4]),
    "remainder of 0": lambda m: whole(m) % m.tensor([1, 0, 1]),
    "remainder of a number": lambda m: 7 % m.tensor([2, -2, 4]),
    "remainder of floats": lambda m: ends(m) % -0.7,
    "remainder of floats and 0": lambda m: ends(m) % 0,
    "remainder of types": lambda m: m.tensor([7], dtype=m.uint8) % m.tensor([4]),
    "remainder of truths": lambda m: truths(m) % True,
    "div of whole numbers": lambda m: whole(m).div(2),
    "div of whole numbers down": lambda m: whole(m).div(2, rounding_mode="floor"),
    "div of whole numbers to zero": lambda m: whole(m).div(2, rounding_mode="trunc"),
    "div of whole numbers by a fraction": lambda m: whole(m).div(0.5, rounding_mode="trunc"),
    "div in another way": lambda m: whole(m).div(2, rounding_mode="up"),
    "add whole numbers": lambda m: whole(m).add(1, alpha=3),
    "add whole numbers and a fraction of them": lambda m: whole(m).add(1, alpha=0.5),
    "add whole numbers and floats": lambda m: whole(m).add(m.ones(3), alpha=0.5),
    "add text": lambda m: m.ones(2).add("a"),
    "mul text": lambda m: m.mul(m.ones(2), "a"),
    "mul numbers": lambda m: m.mul("a", "b"),
    "masked_fill whole numbers": lambda m: whole(m).masked_fill(truths(m), 2.7),
    "masked_fill truths": lambda m: truths(m).masked_fill(truths(m), False),
    "masked_fill with whole numbers": lambda m: m.ones(2).masked_fill(m.tensor([1, 0]), 2.0),
    "masked_fill with a vector": lambda m: m.ones(2).masked_fill(
        m.tensor([True, False]), m.ones(1)
    ),
    "masked_fill that does not fit": lambda m: m.ones(2).masked_fill(truths(m), 1.0),
    "masked_fill_ that is larger": lambda m: m.ones(3).masked_fill_(truths(m), 1.0),
    "tril of truths": lambda m: m.ones(3, 3, dtype=m.bool).tril(),
    "triu of whole numbers": lambda m: whole(m).triu(1),
    "tril of a vector": lambda m: m.ones(3).tril(),
    "diag of whole numbers": lambda m: m.tensor([1, 2]).diag(1),
    "diag of nothing": lambda m: m.zeros(0).diag(2),
    "diag of a batch": lambda m: m.zeros(1, 2, 2).diag(),
    "trace of whole numbers": lambda m: whole(m).trace(),
    "trace of a vector": lambda m: m.ones(3).trace(),
    "diagonal of one axis": lambda m: m.ones(2, 2).diagonal(0, 1, 1),
    "diagonal of no axis": lambda m: m.ones(2, 2).diagonal(0, 2, 1),
    "select beyond": lambda m: whole(m).select(1, 3),
    "select no axis": lambda m: m.tensor(1).select(0, 0),
    "repeat_interleave whole numbers": lambda m: whole(m).repeat_interleave(2, dim=0),
    "repeat_interleave a number": lambda m: m.tensor(3).repeat_interleave(2),
    "repeat_interleave below 0": lambda m: whole(m).repeat_interleave(-1),
    "repeat_interleave too few": lambda m: whole(m).repeat_interleave(m.tensor([1, 2]), 1),
    "scatter whole numbers": lambda m: whole(m).scatter(1, places(m), 2.7),
    "scatter larger": lambda m: whole(m).scatter(1, places(m), whole(m) * 2),
    "scatter_add larger": lambda m: whole(m).scatter_add(1, places(m), whole(m) * 2),
    "scatter by int32": lambda m: whole(m).scatter(1, places(m).int(), 5),
    "scatter to a number": lambda m: m.tensor(0.0).scatter(0, m.tensor(0), 3.0),
    "scatter a vector": lambda m: m.zeros(4).scatter(0, m.tensor([3, 1]), m.tensor([5.0, 6.0])),
    "scatter nothing": lambda m: whole(m).scatter(1, places(m)[:, :0], whole(m)),
    "scatter beyond": lambda m: whole(m).scatter(1, m.tensor([[3]]), 1),
    "scatter below 0": lambda m: whole(m).scatter(1, m.tensor([[-1]]), 1),
    "scatter of fewer axes": lambda m: whole(m).scatter(1, m.tensor([1]), 1),
    "scatter of too many": lambda m: whole(m).scatter(0, m.tensor([[0, 0, 0, 0]]), 1),
    "scatter of too few": lambda m: whole(m).scatter(1, places(m), whole(m)[:1]),
    "scatter of another type": lambda m: whole(m).scatter(1, places(m), m.ones(2, 2)),
    "scatter by fractions": lambda m: whole(m).scatter(1, places(m).float(), 1),
    "scatter along no axis": lambda m: whole(m).scatter(2, places(m), 1),
    "scatter text": lambda m: whole(m).scatter(1, places(m), "a"),
    "scatter_add whole numbers": lambda m: whole(m).scatter_add(1, places(m) * 0, whole(m)),
    "scatter_add a number": lambda m: whole(m).scatter_add(1, places(m), 1),
    "contains": lambda m: (7 in whole(m), 8 in whole(m), 2.0 in whole(m), m.tensor(5) in whole(m)),
    "contains a row": lambda m: whole(m)[0] in whole(m),
    "contains text": lambda m: "a" in whole(m),
    "contains what does not fit": lambda m: m.ones(2) in whole(m),
    "sqrt_ of whole numbers": lambda m: m.tensor([4, 9]).sqrt_(),
    "neg_ of whole numbers": lambda m: m.tensor([4, 9]).neg_(),
    "clamp_ of whole numbers": lambda m: m.tensor([4, 9]).clamp_(min=5),
    "clamp_ by a fraction": lambda m: m.tensor([4, 9]).clamp_(min=5.5),
    "exp_ of a leaf": lambda m: m.ones(2, requires_grad=True).exp_(),
    "uniform_ of a leaf": lambda m: m.ones(2, requires_grad=True).uniform_(),
    "uniform_ of nothing between": lambda m: m.ones(2).uniform_(2, 1),
    "uniform_ of one number": lambda m: m.zeros(2).uniform_(2, 2),
    "uniform_ of whole numbers": lambda m: m.ones(2, dtype=m.int64).uniform_(),
    "normal_ below 0": lambda m: m.ones(2).normal_(0, -1),
    "normal_ of one number": lambda m: m.ones(2).normal_(3, 0),
    "unique": lambda m: whole(m).unique(),
    "unique floats": lambda m: m.tensor([2.0, 1.0, 2.0]).unique(),
    "unique with all": lambda m: m.unique(
        m.tensor([[3, 1], [1, 2]]), return_inverse=True, return_counts=True
    ),
    "unique with counts": lambda m: whole(m).unique(return_counts=True),
    "unique rows": lambda m: m.unique(
        m.tensor([[1, 2], [0, 1], [1, 2]]), return_inverse=True, dim=0
    ),
    "unique along no axis": lambda m: whole(m).unique(dim=2),
    "bincount": lambda m: m.tensor([1, 1, 3]).bincount(),
    "bincount longer": lambda m: m.bincount(m.tensor([1, 1, 3], dtype=m.int32), minlength=6),
    "bincount weights": lambda m: m.tensor([1, 1, 3]).bincount(m.tensor([0.5, 1.0, 2.0])),
    "bincount whole weights": lambda m: m.tensor([1, 1, 3]).bincount(m.tensor([5, 1, 2])),
    "bincount few weights": lambda m: m.tensor([1, 1, 3]).bincount(m.tensor([0.5])),
    "bincount below 0": lambda m: m.tensor([-1]).bincount(),
    "bincount floats": lambda m: m.tensor([1.0]).bincount(),
    "bincount a matrix": lambda m: whole(m).abs().bincount(),
    "numel": lambda m: m.numel(whole(m)),
    "is_tensor": lambda m: (m.is_tensor(whole(m)), m.is_tensor([1])),
    "as_tensor": lambda m: m.as_tensor([1.0, 2.0]),
    "as_tensor with a type": lambda m: m.as_tensor([1, 2], dtype=m.float64),
    "as_tensor of a tensor": lambda m: m.as_tensor(whole(m), dtype=m.int32),
    "as_tensor of an array": lambda m: m.as_tensor(np.arange(3.0)),
    "hstack of nothing": lambda m: m.hstack([]),
    "vstack of numbers": lambda m: m.vstack([m.tensor(1), m.tensor(2)]),
    "vstack that does not fit": lambda m: m.vstack([m.ones(2), m.ones(3)]),
    "meshgrid of a matrix": lambda m: m.meshgrid(m.ones(2, 2), indexing="ij"),
    "meshgrid in another way": lambda m: m.meshgrid(m.ones(2), indexing="ji"),
    "meshgrid xy": lambda m: m.meshgrid(m.arange(2), m.arange(3), indexing="xy"),
}


def assert_same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, tuple):
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)
    elif isinstance(theirs, torch.Tensor):
        a, b = ours.numpy(), theirs.numpy()
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=1e-6)
    else:
        assert ours == theirs


@pytest.mark.parametrize("name", OTHERS)
def test_others(name: str) -> None:
    theirs, ours = outcome(lambda: OTHERS[name](torch)), outcome(lambda: OTHERS[name](cl))
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), ours
        kinds = RuntimeError if isinstance(theirs, NotImplementedError) else type(theirs)
        assert isinstance(ours, kinds)
    else:
        assert_same(ours, theirs)


def test_as_tensor_shares_memory() -> None:
    array = np.zeros(2, np.float32)
    for m in (cl, torch):
        tensor = m.as_tensor(array)
        assert m.as_tensor(tensor) is tensor
        tensor += 1
    assert array.tolist() == [2, 2]


def test_random_numbers_in_place() -> None:
    x = cl.empty(100_000)
    memory = x.numpy()
    assert x.uniform_(2, 6) is x
    assert 2 <= memory.min() < 2.01
    assert 5.99 < memory.max() < 6
    assert x.normal_(3, 0.5) is x
    assert abs(memory.mean() - 3) < 0.01
    assert abs(memory.std() - 0.5) < 0.01


@pytest.mark.parametrize("name", [name for name in OF_FLOATS if name.endswith("_")])
def test_in_place_stays_the_tensor(name: str) -> None:
    x = cl.tensor([0.25, 2.0])
    memory = x.numpy()
    arguments: dict[str, tuple[Any, ...]] = {
        "pow_": (2,),
        "clamp_": (0.5,),
        "masked_fill_": (x > 1, 5.0),
        "scatter_": (0, cl.tensor([1]), 5.0),
        "scatter_add_": (0, cl.tensor([1]), cl.ones(1)),
    }
    expected = getattr(x.clone(), name)(*arguments.get(name, ()))
    assert getattr(x, name)(*arguments.get(name, ())) is x
    np.testing.assert_array_equal(memory, expected.numpy())


def test_a_power_in_place_is_the_tensor() -> None:
    x = y = cl.tensor([2.0, 3.0])
    y **= 2
    assert y is x
    assert x.tolist() == [4, 9]
