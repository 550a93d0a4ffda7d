"""Arithmetic in place: the memory stays, the record follows, and old values are not read anew."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, GradientError, ShapeError
from finite_differences import assert_slopes

OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
}
NAMES = tuple(OPERATORS)


@pytest.mark.parametrize("name", NAMES)
@given(
    array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    st.sampled_from(["float32", "float64"]),
    st.data(),
)
@settings(max_examples=40)
def test_the_numbers_are_those_of_a_new_tensor(
    name: str, shape: tuple[int, ...], dtype: str, data: st.DataObject
) -> None:
    random = np.random.default_rng(5)
    a = random.standard_normal(shape).astype(dtype)
    # The other has fewer axes, or sizes of 1, and broadcasts.
    other = [1 if data.draw(st.booleans()) else size for size in shape]
    b = random.uniform(1, 2, other[data.draw(st.integers(0, len(shape))) :]).astype("float32")
    x, y = cl.tensor(a), cl.tensor(b)
    expected = OPERATORS[name](x, y)
    memory, version = x.array, x.version.number
    assert getattr(x, f"{name}_")(y) is x
    assert x.array is memory
    assert x.version.number > version
    assert x.dtype == dtype
    np.testing.assert_array_equal(x.numpy(), expected.numpy())


def test_operators_and_factors() -> None:
    x = cl.tensor([1.0, 2.0, 3.0])
    memory = x.array
    x += 1
    x -= cl.tensor([1.0, 0.0, 1.0])
    x *= 4
    x /= cl.tensor(2.0)
    assert x.array is memory
    assert x.tolist() == [2, 6, 6]
    assert x.add_(1, alpha=3).tolist() == [5, 9, 9]
    assert x.sub_(cl.ones(3), alpha=0.5).tolist() == [4.5, 8.5, 8.5]


def test_a_view_and_its_whole_change_together() -> None:
    x = cl.zeros(2, 3)
    x[0].add_(1)
    x[:, 1] *= 5
    assert x.tolist() == [[1, 5, 1], [0, 0, 0]]
    array = np.ones(3, np.float32)
    cl.from_numpy(array).mul_(3)
    assert array.tolist() == [3, 3, 3]


def test_a_tensor_with_itself() -> None:
    x = cl.tensor([1.0, 2.0])
    assert x.add_(x).tolist() == [2, 4]
    assert x.mul_(x).tolist() == [4, 16]
    assert x.div_(x).tolist() == [1, 1]
    assert x.sub_(x).tolist() == [0, 0]


def test_types() -> None:
    whole = cl.arange(3)
    assert whole.add_(2).dtype == "int64"
    assert whole.mul_(cl.tensor([1, 2, 3], dtype="int32")).tolist() == [2, 6, 12]
    assert cl.tensor([250], dtype="uint8").add_(cl.tensor([10])).tolist() == [4]
    assert cl.ones(2).add_(cl.arange(2)).tolist() == [1, 2]
    assert cl.ones(2).add_(cl.ones(2).double()).dtype == "float32"
    for call in (
        lambda: whole.add_(0.5),
        lambda: whole.div_(2),
        lambda: whole.mul_(cl.ones(3)),
        lambda: cl.tensor([True]).add_(1),
        lambda: whole.add_(1, alpha=0.5),
    ):
        with pytest.raises(DTypeError, match="cannot hold"):
            call()
    assert whole.tolist() == [2, 6, 12]


@pytest.mark.parametrize("name", NAMES)
def test_the_shape_stays(name: str) -> None:
    x = cl.ones(3)
    with pytest.raises(ShapeError, match=rf"{name}_: the result has shape \[2, 3\]"):
        getattr(x, f"{name}_")(cl.ones(2, 3))
    with pytest.raises(ShapeError, match="do not broadcast"):
        getattr(x, f"{name}_")(cl.ones(2))
    assert x.version.number == 0
    assert x.tolist() == [1, 1, 1]


def test_read_only_memory_is_not_written() -> None:
    array = np.ones(3, np.float32)
    array.flags.writeable = False
    x = cl.from_numpy(array)
    with pytest.raises(ArgumentError, match="read-only"):
        x += 1
    assert array.tolist() == [1, 1, 1]


# What is recorded.


@pytest.mark.parametrize("name", NAMES)
def test_the_record_follows(name: str) -> None:
    def function(a: cl.Tensor, b: cl.Tensor) -> cl.Tensor:
        x = a * 1.5
        getattr(x, f"{name}_")(b)
        return x * x

    random = np.random.default_rng(5)
    assert_slopes(function, random.uniform(1, 2, (2, 3)), random.uniform(1, 2, 3))


def test_a_tensor_that_was_not_recorded_becomes_so() -> None:
    w = cl.tensor([1.0, 2.0], requires_grad=True)
    x = cl.zeros(2)
    x += w * 3
    assert x.requires_grad
    assert not x.is_leaf
    x.sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [3, 3]


@pytest.mark.parametrize("name", ["mul", "div"])
def test_the_other_operand_reads_the_old_numbers(name: str) -> None:
    """The slope of ``other`` needs x as it was before the change."""
    w = cl.tensor([2.0, 4.0], requires_grad=True)
    x = cl.tensor([3.0, 5.0])
    getattr(x, f"{name}_")(w)
    x.sum().backward()
    assert w.grad is not None
    expected = [3, 5] if name == "mul" else [-3 / 4, -5 / 16]
    assert w.grad.tolist() == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_leaf_that_requires_a_gradient_is_refused(name: str) -> None:
    w = cl.ones(2, requires_grad=True)
    with pytest.raises(GradientError, match="a leaf Variable that requires grad"):
        getattr(w, f"{name}_")(2.0)
    assert w.tolist() == [1, 1]
    with cl.no_grad():
        assert getattr(w, f"{name}_")(2.0) is w
    assert w.requires_grad
    assert w.is_leaf


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.add_(1),
        lambda x: x.__imul__(2),
        lambda x: x.detach().sub_(1),
        lambda x: x.zero_(),
        lambda x: x.detach().__setitem__(0, 5),
        lambda x: x.data.numpy() is None or x.detach().div_(2),
    ],
    ids=range(6),
)
def test_a_backward_pass_that_needs_an_old_value_refuses(change: Any) -> None:
    w = cl.ones(2, requires_grad=True)
    x = w.exp()  # its slope is its own value
    with cl.no_grad():
        change(x)
    with pytest.raises(GradientError, match="modified by an inplace operation"):
        x.sum().backward()


def test_a_backward_pass_that_needs_none_goes_on() -> None:
    w = cl.ones(2, requires_grad=True)
    x = w * 3
    y = x + 1  # its slope needs no value
    x.add_(1)
    (x + y).sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [6, 6]


def test_memory_that_recorded_views_share_is_refused() -> None:
    w = cl.ones(2, 3, requires_grad=True)
    x = w * 2
    view = x.reshape(6)
    for tensor in (x, view):
        with pytest.raises(GradientError, match="shared by other tensors"):
            tensor.add_(1)
    assert x.tolist() == [[2, 2, 2], [2, 2, 2]]


def test_others_in_the_memory_are_never_left_without_a_record() -> None:
    w = cl.ones(3, requires_grad=True)
    out = cl.zeros(2, 3)
    view = out[0:1]
    changes: list[Callable[[cl.Tensor, cl.Tensor], Any]] = [
        lambda out, view: out[0].copy_(w),
        lambda out, view: out[0:1].add_(w),
        lambda out, view: out.__setitem__(slice(None), w),
        lambda out, view: view.mul_(w),
        lambda out, view: out.add_(w),
    ]
    for change in changes:
        with pytest.raises(GradientError, match="shared by other tensors"):
            change(out, view)
    assert out.tolist() == [[0, 0, 0], [0, 0, 0]]
    out[1] = w * 2  # the view does not see this row
    out.sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [2, 2, 2]
    del view
    buffer = cl.zeros(2, 3)
    for row in range(2):
        buffer[row] = w * (row + 1)
        buffer[row].tolist()  # views that are gone
    buffer.sum().backward()
    assert w.grad.tolist() == [5, 5, 5]


def test_many_views_that_are_gone_are_forgotten() -> None:
    x = cl.zeros(3, 2)
    kept = x[1]
    for _ in range(1000):
        x[0]
    assert x.version._views is not None
    assert len(x.version._views) < 20
    w = cl.ones(2, requires_grad=True)
    x[0] = w
    with pytest.raises(GradientError, match="shared by other tensors"):
        x[1] = w
    assert kept.tolist() == [0, 0]


def test_a_retained_gradient_is_that_of_the_changed_tensor() -> None:
    w = cl.ones(2, requires_grad=True)
    x = w * 2
    x.retain_grad()
    x.mul_(5)
    (x * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3, 3]
    assert w.grad is not None
    assert w.grad.tolist() == [30, 30]
