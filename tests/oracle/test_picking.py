"""Indexing with arrays and masks, gather, index_select, topk: values and gradients beside torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

import convolens as cl

from .peer import BOTH, compare, draw, layouts, outcome, to_torch, torch


def as_torch(item: Any) -> Any:
    return torch.tensor(item) if isinstance(item, np.ndarray) else item


def as_own(item: Any) -> Any:
    return cl.tensor(item) if isinstance(item, np.ndarray) else item


@st.composite
def indices(draw_: st.DrawFn) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """A shape, and an index of integers, slices, None, dots, arrays and masks."""
    shape = draw_(array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    random = np.random.default_rng(draw_(st.integers(0, 10**6)))
    common = tuple(draw_(st.lists(st.integers(0, 3), max_size=2)))
    items: list[Any] = []
    axis = 0
    while axis < len(shape) and draw_(st.integers(0, 5)):
        extent = shape[axis]
        kind = draw_(st.sampled_from(["int", "slice", "array", "array", "mask", "mask2"]))
        if kind == "mask2" and axis + 1 < len(shape):
            items.append(random.random(shape[axis : axis + 2]) < 0.5)
            axis += 1
        elif kind.startswith("mask"):
            items.append(random.random(extent) < 0.5)
        elif kind == "array":
            # Shapes that broadcast to the common one.
            own = common[draw_(st.integers(0, len(common))) :]
            own = tuple(1 if draw_(st.integers(0, 3)) == 0 else size for size in own)
            items.append(np.asarray(random.integers(-extent, extent, own)))
        elif kind == "slice":
            items.append(slice(draw_(st.integers(-extent, extent)), None, draw_(st.integers(1, 2))))
        else:
            items.append(draw_(st.integers(-extent, extent - 1)))
        axis += 1
    if draw_(st.booleans()):
        items.insert(draw_(st.integers(0, len(items))), None)
    if draw_(st.booleans()):
        items.append(...)
    return shape, tuple(items)


@BOTH
@given(indices(), layouts)
@settings(max_examples=200)
def test_indexing(dtype: str, case: Any, layout: str) -> None:
    shape, index = case
    x = draw(shape)[0].astype(dtype)
    theirs = outcome(lambda: to_torch(x)[tuple(map(as_torch, index))])
    ours = outcome(lambda: cl.tensor(x)[tuple(map(as_own, index))])
    if isinstance(theirs, Exception):
        assert isinstance(ours, type(theirs)), (ours, theirs)
        return
    assert not isinstance(ours, Exception), ours
    assert ours.shape == tuple(theirs.shape)
    compare(
        lambda t: t[tuple(map(as_own, index))],
        lambda t: t[tuple(map(as_torch, index))],
        [x],
        dtype,
        max(1, ours.spec.size),
        layout=layout,
    )


@given(indices())
@settings(max_examples=100)
def test_assignment(case: Any) -> None:
    shape, index = case
    mine, other = cl.zeros(shape), torch.zeros(shape)
    theirs = outcome(lambda: other[tuple(map(as_torch, index))])
    if isinstance(theirs, Exception):
        return
    # Places that are named twice take either value: give them the same.
    mine[tuple(map(as_own, index))] = 5
    other[tuple(map(as_torch, index))] = 5
    np.testing.assert_array_equal(mine.numpy(), other.numpy())
    value = np.ones(tuple(theirs.shape), np.float32)
    mine[tuple(map(as_own, index))] = cl.tensor(value)
    other[tuple(map(as_torch, index))] = torch.tensor(value)
    np.testing.assert_array_equal(mine.numpy(), other.numpy())


@st.composite
def picks(draw_: st.DrawFn) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
    """A shape, an axis, and the shape of an index for it."""
    shape = draw_(array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=5))
    dim = draw_(st.integers(0, len(shape) - 1))
    index = [draw_(st.sampled_from([size, size, max(1, size - 1)])) for size in shape]
    index[dim] = draw_(st.integers(0, 7))
    return shape, dim, tuple(index)


@BOTH
@given(picks(), layouts, st.booleans())
@settings(max_examples=80)
def test_gather_and_select(dtype: str, case: Any, layout: str, negative: bool) -> None:
    shape, dim, index_shape = case
    random = np.random.default_rng(sum(shape))
    index = random.integers(0, shape[dim], index_shape)
    line = random.integers(0, shape[dim], 5)
    axis = dim - len(shape) if negative else dim
    for name, places in (("gather", index), ("index_select", line)):
        compare(
            lambda t, name=name, places=places: getattr(cl, name)(t, axis, cl.tensor(places)),
            lambda t, name=name, places=places: getattr(torch, name)(t, axis, torch.tensor(places)),
            draw(shape),
            dtype,
            8,
            layout=layout,
        )


@BOTH
@pytest.mark.parametrize("largest", [True, False])
@given(picks(), st.data())
@settings(max_examples=40)
def test_topk(largest: bool, dtype: str, case: Any, data: st.DataObject) -> None:
    shape, dim, _ = case
    k = data.draw(st.integers(0, shape[dim]))
    # No two numbers are equal: torch does not say which of equal ones it takes.
    x = np.random.default_rng(k).permutation(int(np.prod(shape))).reshape(shape).astype(dtype)
    ours, theirs = cl.topk(cl.tensor(x), k, dim, largest), torch.tensor(x).topk(k, dim, largest)
    np.testing.assert_array_equal(ours.values.numpy(), theirs.values.numpy())
    np.testing.assert_array_equal(ours.indices.numpy(), theirs.indices.numpy())
    if k:
        compare(
            lambda t: t.topk(k, dim, largest)[0],
            lambda t: t.topk(k, dim, largest)[0],
            [x],
            dtype,
            1,
        )


def test_one_hot() -> None:
    for labels, classes in (([0, 2], -1), ([[1, 0], [2, 2]], 4), ([], 3), (1, 3)):
        array = np.array(labels, np.int64)
        ours = cl.nn.functional.one_hot(cl.tensor(array), classes)
        theirs = torch.nn.functional.one_hot(torch.tensor(array), classes)
        assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_batches_of_a_data_set_train() -> None:
    """Rows picked twice get the sum of both gradients."""
    rows = np.array([3, 0, 3, 1])
    compare(
        lambda t: t[cl.tensor(rows)].relu(),
        lambda t: t[torch.tensor(rows)].relu(),
        draw((5, 3, 4, 4)),
        "float32",
        4,
    )
