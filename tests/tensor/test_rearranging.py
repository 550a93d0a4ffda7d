"""Elements turned round, moved and repeated: NumPy's numbers, in every type, with gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError
from convolens.nn import functional as F
from convolens.spec import DType, bool_, float32, float64, int64, uint8

shapes = st.lists(st.integers(0, 4), max_size=5).map(tuple)
dtypes = st.sampled_from([float32, float64, int64, uint8, bool_])


def numbered(shape: tuple[int, ...], dtype: DType = float32) -> np.ndarray:
    return np.arange(int(np.prod(shape, dtype=int))).reshape(shape).astype(dtype)


def same(tensor: cl.Tensor, array: np.ndarray) -> None:
    assert tensor.dtype == array.dtype
    np.testing.assert_array_equal(tensor.numpy(), array)


@given(shapes, st.data(), dtypes)
def test_flip(shape: tuple[int, ...], data: st.DataObject, dtype: DType) -> None:
    axes = data.draw(st.lists(st.integers(0, max(len(shape) - 1, 0)), unique=True))
    axes = axes if shape else []
    x = numbered(shape, dtype)
    same(cl.tensor(x).flip(*axes) if axes else cl.tensor(x).flip(()), np.flip(x, axes))


@given(shapes, st.data(), dtypes)
@settings(max_examples=150)
def test_roll(shape: tuple[int, ...], data: st.DataObject, dtype: DType) -> None:
    x = numbered(shape, dtype)
    shift = data.draw(st.integers(-9, 9))
    same(cl.tensor(x).roll(shift), np.roll(x, shift))
    if shape:
        count = data.draw(st.integers(1, 3))
        axes = tuple(data.draw(st.integers(-len(shape), len(shape) - 1)) for _ in range(count))
        shifts = tuple(data.draw(st.integers(-9, 9)) for _ in axes)
        same(cl.tensor(x).roll(shifts, axes), np.roll(x, shifts, axes))


@given(shapes, st.data(), dtypes)
@settings(max_examples=150)
def test_repeat(shape: tuple[int, ...], data: st.DataObject, dtype: DType) -> None:
    x = numbered(shape, dtype)
    more = data.draw(st.integers(0, 2))
    counts = [data.draw(st.integers(0, 3)) for _ in range(len(shape) + more)]
    if counts:
        same(cl.tensor(x).repeat(counts), np.tile(x, counts))
        same(cl.tensor(x).tile(*counts[-2:]), np.tile(x, counts[-2:]))


@given(shapes, st.data(), dtypes)
def test_expand(shape: tuple[int, ...], data: st.DataObject, dtype: DType) -> None:
    x = numbered(shape, dtype)
    new = [data.draw(st.integers(0, 3)) if extent == 1 else extent for extent in shape]
    front = [data.draw(st.integers(0, 3)) for _ in range(data.draw(st.integers(0, 2)))]
    asked = [
        -1 if want == extent and data.draw(st.booleans()) else want
        for want, extent in zip(new, shape, strict=True)
    ]
    if front + asked:
        same(cl.tensor(x).expand(*front, *asked), np.broadcast_to(x, front + new))


def test_an_expanded_tensor_is_a_view_that_cannot_be_changed() -> None:
    x = cl.zeros(1, 2)
    y = x.expand(3, 2)
    with pytest.raises(ArgumentError, match="repeats numbers"):
        y[0, 0] = 1.0
    with pytest.raises(ArgumentError, match="repeats numbers"):
        y += 1
    x[0, 0] = 1.0
    assert y.tolist() == [[1, 0], [1, 0], [1, 0]]
    assert x.expand_as(y).shape == (3, 2)


def test_a_permuted_tensor_is_a_view() -> None:
    x = cl.zeros(2, 3)
    y = x.T
    y[0, 1] = 5.0
    assert x.tolist() == [[0, 0, 0], [5, 0, 0]]
    y += 1
    assert x.tolist() == [[1, 1, 1], [6, 1, 1]]
    assert not y.is_contiguous()
    assert y.contiguous().is_contiguous()


def test_what_is_computed_from_a_view_lies_as_it_does() -> None:
    x = cl.randn(2, 3, 4, 5)
    y = x.permute(0, 2, 3, 1)
    for z in (y + 1, y.relu(), y * y, -y, y.clamp(0, 1), y.exp() / y):
        assert z.stride() == y.stride()
    assert (x.expand(2, 3, 4, 5) + y.permute(0, 3, 1, 2)).is_contiguous()


def test_changes_are_seen_through_views() -> None:
    """What kernels laid out of a view is laid out again once its memory has changed."""
    x = cl.randn(1, 4, 5, 3)
    view = x.permute(0, 3, 1, 2)
    weight = cl.randn(2, 3, 3, 3)
    before = F.conv2d(view, weight)
    x += 1
    after = F.conv2d(view, weight)
    np.testing.assert_allclose(after.numpy(), F.conv2d(view.clone(), weight).numpy())
    assert not np.allclose(before.numpy(), after.numpy())


GRADIENTS: dict[str, Any] = {
    "flip": lambda x: x.flip(0, 2),
    "roll": lambda x: x.roll((1, -2), (0, 1)),
    "roll all": lambda x: x.roll(5),
    "repeat": lambda x: x.repeat(2, 1, 1, 3),
    "repeat none": lambda x: x.repeat(2, 0, 1),
    "expand": lambda x: x.narrow(1, 0, 1).expand(2, 2, 4, 5),
    "movedim": lambda x: x.movedim((0, 1), (-1, 0)),
    "stack": lambda x: cl.stack([x, x * 2, x], 2),
    "split": lambda x: cl.cat([part * k for k, part in enumerate(x.split([1, 3], 1), 1)], 1),
    "unbind": lambda x: x.unbind(2)[1] * x.unbind(2)[3],
    "unflatten": lambda x: x.unflatten(1, (2, 2)) * 3,
    "mT": lambda x: x.mT * 2,
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_second_derivatives(name: str) -> None:
    """Of sum(y^3), twice along a direction, against finite differences of the first derivative."""
    random = np.random.default_rng(0)
    x = cl.tensor(random.standard_normal((2, 4, 5)), requires_grad=True)
    d = cl.tensor(random.standard_normal((2, 4, 5)))

    def slope_along(x: cl.Tensor) -> cl.Tensor:
        (slope,) = cl.autograd.grad((GRADIENTS[name](x) ** 3).sum(), x, create_graph=True)
        assert slope is not None
        return (slope * d).sum()

    (second,) = cl.autograd.grad(slope_along(x), x)
    assert second is not None
    step = 1e-5
    with cl.no_grad():
        up, down = ((x + d * s).requires_grad_() for s in (step, -step))
    with cl.enable_grad():
        measured = (slope_along(up).item() - slope_along(down).item()) / (2 * step)
    assert measured == pytest.approx((second * d).sum().item(), rel=1e-6, abs=1e-6)
