"""Elements picked by an index, a mask or square brackets: NumPy's values, slopes, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes

import convolens as cl
from convolens.errors import DTypeError, IndexRangeError, ShapeError
from convolens.tensor.places import split
from finite_differences import assert_slopes

TYPES = st.sampled_from(["float32", "float64", "int64", "uint8", "bool"])


def numbered(shape: tuple[int, ...], dtype: str = "float64") -> Any:
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@given(array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4), TYPES, st.data())
@settings(max_examples=80)
def test_gather_and_index_select(shape: tuple[int, ...], dtype: str, data: st.DataObject) -> None:
    x, rank = numbered(shape, dtype), len(shape)
    dim = data.draw(st.integers(-rank, rank - 1))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    # An index may be smaller than the tensor beside the axis, and of any size along it.
    size = [data.draw(st.integers(0, extent)) for extent in shape]
    size[dim] = data.draw(st.integers(0, 6))
    index = random.integers(0, shape[dim], size)
    part = tuple(slice(None) if axis == dim % rank else slice(n) for axis, n in enumerate(size))
    for kind in ("int64", "int32"):
        found = cl.tensor(x).gather(dim, cl.tensor(index.astype(kind)))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found.numpy(), np.take_along_axis(x[part], index, dim))
        line = random.integers(0, shape[dim], data.draw(st.integers(0, 6)))
        found = cl.tensor(x).index_select(dim, cl.tensor(line.astype(kind)))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found.numpy(), x.take(line, dim))


def _but(axis: int, size: list[int]) -> tuple[int, ...]:
    """Return a size with 1 along one axis."""
    return (*size[:axis], 1, *size[axis + 1 :])


@given(
    mutually_broadcastable_shapes(num_shapes=2, min_dims=1, max_dims=4, min_side=1, max_side=4),
    TYPES,
    st.data(),
)
@settings(max_examples=60)
def test_picking_along_an_axis_broadcasts(shapes: Any, dtype: str, data: st.DataObject) -> None:
    rank = len(shapes.result_shape)
    one, other = ([1] * (rank - len(s)) + list(s) for s in shapes.input_shapes)
    dim = data.draw(st.integers(-rank, rank - 1))
    one[dim], other[dim] = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 5))
    x = numbered(tuple(one), dtype)
    index = np.random.default_rng(0).integers(-one[dim], one[dim], other)
    found = cl.tensor(x).take_along_dim(cl.tensor(index), dim)
    assert found.dtype == dtype
    beside = list(np.broadcast_shapes(*(_but(dim % rank, size) for size in (one, other))))
    beside[dim] = one[dim]
    whole = np.broadcast_to(x, beside)
    beside[dim] = other[dim]
    expected = np.take_along_axis(whole, np.broadcast_to(index, beside), dim)
    np.testing.assert_array_equal(found.numpy(), expected)


def test_picking_of_all() -> None:
    x = cl.arange(6).reshape(2, 3)
    assert x.take_along_dim(cl.tensor([[5], [0]])).tolist() == [5, 0]
    assert cl.take_along_dim(x, x.argmax(1, keepdim=True), 1).tolist() == [[2], [5]]
    assert cl.take_along_dim(x, cl.tensor([[-1]]), 1).tolist() == [[2], [5]]
    assert cl.tensor(3.0).take_along_dim(cl.tensor([0])).tolist() == [3]


def test_single_numbers() -> None:
    """A number without axes stands for an axis of one, on either side."""
    number, line = cl.tensor(3.0), cl.tensor([1.0, 2.0])
    zero, one, two = cl.tensor(0), cl.tensor(1), cl.tensor([0, 0])
    assert number.gather(0, zero).shape == ()
    assert number.gather(-1, two).tolist() == [3, 3]
    assert line.gather(0, one).item() == 2
    assert line.gather(0, one).shape == ()
    assert line.index_select(0, one).tolist() == [2]
    assert number.index_select(0, zero).shape == ()
    assert number.index_select(0, cl.tensor([0])).item() == 3
    assert number.masked_select(cl.tensor(True)).tolist() == [3]
    assert number.masked_select(cl.tensor([True, False, True])).tolist() == [3, 3]
    with pytest.raises(IndexRangeError, match="2 parts of a single number"):
        number.index_select(0, two)


@given(
    mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4),
    TYPES,
    st.integers(0, 99),
)
@settings(max_examples=60)
def test_masks(shapes: Any, dtype: str, seed: int) -> None:
    x = numbered(shapes.input_shapes[0], dtype)
    mask = np.random.default_rng(seed).random(shapes.input_shapes[1]) < 0.5
    found = cl.masked_select(cl.tensor(x), cl.tensor(mask))
    assert found.dtype == dtype
    wide_x, wide_mask = np.broadcast_arrays(x, mask)
    np.testing.assert_array_equal(found.numpy(), wide_x[wide_mask])


@given(array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4), TYPES, st.integers(0, 99))
@settings(max_examples=50)
def test_places_of_what_is_not_zero(shape: tuple[int, ...], dtype: str, seed: int) -> None:
    x = np.random.default_rng(seed).integers(0, 2, shape).astype(dtype)
    rows = cl.nonzero(cl.tensor(x))
    assert isinstance(rows, cl.Tensor)
    assert rows.dtype == "int64"
    np.testing.assert_array_equal(rows.numpy(), np.argwhere(x))
    columns = cl.tensor(x).nonzero(as_tuple=True)
    assert len(columns) == max(1, len(shape))
    for own, expected in zip(columns, np.nonzero(np.atleast_1d(x)), strict=True):
        np.testing.assert_array_equal(own.numpy(), expected)


def test_slopes() -> None:
    """What is picked twice gets both gradients, and what is not picked gets 0."""
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    twice, line = cl.tensor([[[0], [2], [0]]]), cl.tensor([2, 0, 2])
    mask = cl.tensor(x > 0)
    for function in (
        lambda t: t.gather(2, twice) ** 2,
        lambda t: t.index_select(1, line) ** 2,
        lambda t: t.take_along_dim(twice, 1) ** 2,
        lambda t: t.masked_select(mask) ** 2,
        lambda t: t[:, [0, 2, 0]] ** 2,
        lambda t: t[[1, 0], :, [3, 3]] ** 2,
        lambda t: t[mask] ** 2,
        lambda t: t[0, line.tolist(), None] ** 2,
    ):
        assert_slopes(function, x)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.gather(1, cl.tensor([[3]])), IndexRangeError, "index 3 at position"),
        (lambda x: x.gather(1, cl.tensor([[-1]])), IndexRangeError, "index -1 at position"),
        (lambda x: x.gather(2, cl.tensor([[0]])), IndexRangeError, "dim is 2"),
        (lambda x: x.gather(1, cl.tensor([0])), ShapeError, "as many axes"),
        (lambda x: x.gather(0, cl.tensor(1)), ShapeError, "as many axes"),
        (lambda x: x.gather(1, cl.zeros(3, 1, dtype="int64")), ShapeError, r"\[3, 1\]"),
        (lambda x: x.gather(1, cl.ones(2, 1)), DTypeError, r"index.long\(\)"),
        (lambda x: x.gather(1, [[0]]), DTypeError, "index is a list"),
        (lambda x: x.index_select(0, cl.tensor([2])), IndexRangeError, "size 2"),
        (lambda x: x.index_select(0, cl.tensor([[0]])), IndexRangeError, "2 dimensions"),
        (lambda x: x.index_select(0, cl.tensor([True])), DTypeError, "index is bool"),
        (lambda x: x.take_along_dim(cl.tensor([0, 1]), 1), ShapeError, "2 dimensions .* 1"),
        (lambda x: x.take_along_dim(cl.tensor([[[0]]]), 1), ShapeError, "have 3"),
        (lambda x: x.take_along_dim(cl.tensor([[0]] * 3), 1), ShapeError, "do not broadcast"),
        (lambda x: x.take_along_dim(cl.tensor([[-4]]), 1), IndexRangeError, "size 3"),
        (lambda x: x.take_along_dim(cl.tensor([[3]]), 1), IndexRangeError, "size 3"),
        (lambda x: x.take_along_dim(cl.tensor([[0]]).int(), 1), DTypeError, "int32"),
        (lambda x: x.take_along_dim([[0]], 1), DTypeError, "index is a list"),
        (lambda x: x.take_along_dim(cl.tensor([6])), IndexRangeError, "size 6"),
        (lambda x: cl.tensor(1.0).take_along_dim(cl.tensor(0), 0), ShapeError, "one at least"),
        (lambda x: x.masked_select(cl.tensor([True, False])), ShapeError, "do not broadcast"),
        (lambda x: x.masked_select([True]), DTypeError, "mask is a list"),
        (lambda x: x.masked_select(x), DTypeError, "mask is float32"),
        (lambda x: x[[0, 2]], IndexRangeError, "index 2 is out of bounds for axis 0"),
        (lambda x: x[:, [-4]], IndexRangeError, "index -4 is out of bounds for axis 1"),
        (lambda x: x[[0, 1], [0, 1, 2]], IndexRangeError, r"\[2\], \[3\]"),
        (lambda x: x[cl.tensor([True])], IndexRangeError, r"mask \[1\] at axis 0"),
        (lambda x: x[x > 0, 0], IndexRangeError, "3 indices for a tensor of 2"),
        (lambda x: x[[0], ..., ...], IndexRangeError, "one ellipsis"),
        (lambda x: x["a"], DTypeError, "'a'"),
        (lambda x: x[[0.5]], IndexRangeError, r"\[0.5\]"),
    ],
    ids=range(31),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(2, 3))


def test_indices_of_nothing() -> None:
    x = cl.zeros(0, 3)
    assert x.gather(0, cl.zeros(0, 3, dtype="int64")).shape == (0, 3)
    assert x.gather(1, cl.zeros(0, dtype="int64")).shape == (0,)
    assert x.index_select(0, cl.zeros(0, dtype="int64")).shape == (0, 3)
    assert x.index_select(1, cl.tensor([2, 2])).shape == (0, 2)
    with pytest.raises(IndexRangeError, match="size 0"):
        x.index_select(0, cl.tensor([0]))
    with pytest.raises(IndexRangeError, match="has no elements"):
        x[[0]]


# Square brackets.


@st.composite
def brackets(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """A shape, and an index of which at least one item is an array or a mask."""
    shape = draw(array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    count = draw(st.integers(1, 3))
    items: list[Any] = []
    for extent in shape:
        kind = draw(st.sampled_from(["array", "line", "mask", "slice", "slice", "int"]))
        if kind == "array":
            items.append(random.integers(-extent, extent, (2, count)))
        elif kind == "line":
            items.append(random.integers(-extent, extent, count).tolist())
        elif kind == "mask":
            chosen = np.zeros(extent, bool)
            chosen[random.integers(extent)] = True  # one, which broadcasts
            items.append(chosen)
        elif kind == "slice":
            items.append(slice(draw(st.integers(-2, 2)), None, draw(st.integers(1, 2))))
        else:
            # As an array: NumPy takes plain integers for arrays, torch takes them first.
            items.append(random.integers(-extent, extent, (1,)))
    return shape, tuple(items)


@given(brackets(), TYPES)
@settings(max_examples=120)
def test_brackets_are_numpys(case: Any, dtype: str) -> None:
    shape, index = case
    x = numbered(shape, dtype)
    own = tuple(cl.tensor(i) if isinstance(i, np.ndarray) else i for i in index)
    np.testing.assert_array_equal(cl.tensor(x)[own].numpy(), x[index])


def test_integers_are_taken_before_arrays_as_in_torch() -> None:
    """NumPy would put the arrays' axes in front here."""
    x = numbered((2, 3, 4))
    found = cl.tensor(x)[0, :, [1, 3, 0]]
    np.testing.assert_array_equal(found.numpy(), x[0][:, [1, 3, 0]])


def test_masks_of_several_axes_and_of_none() -> None:
    x = numbered((2, 3, 4))
    mask = numbered((2, 3)) % 2 == 0
    t = cl.tensor(x)
    np.testing.assert_array_equal(t[cl.tensor(mask)].numpy(), x[mask])
    np.testing.assert_array_equal(t[mask, 1:].numpy(), x[mask, 1:])
    np.testing.assert_array_equal(t[:, mask[0]].numpy(), x[:, mask[0]])
    assert t[True].shape == (1, 2, 3, 4)
    assert t[False].shape == (0, 2, 3, 4)
    assert t[[]].shape == (0, 3, 4)
    # uint8 stands for truths in old programs.
    assert cl.arange(3)[cl.tensor([1, 0, 1], dtype="uint8")].tolist() == [0, 2]


def test_the_plan_of_an_index() -> None:
    basic, places = split((1, None, [2, -1], ...), (4, 3, 5))
    assert basic == (1, None, slice(None), slice(None))
    assert places[0] is None
    assert places[1] is not None
    assert places[1].tolist() == [2, 2]
    assert places[2] is None


def test_assignment_by_arrays_and_masks() -> None:
    x, expected = cl.zeros(3, 4), np.zeros((3, 4), np.float32)
    for place, value in (
        (([0, 2], slice(1, 3)), 1.0),
        ((slice(None), [3]), 2.0),
        (expected[:, 0] == 0, 3.0),
    ):
        x[place] = value
        expected[place] = value
        np.testing.assert_array_equal(x.numpy(), expected)
    x[x > 2] = 0
    assert x.tolist() == [[0] * 4] * 3
