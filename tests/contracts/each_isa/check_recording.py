"""A recording holds what it reads and writes, and refuses what it is not meant for."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import _native
from convolens.spec import TensorSpec

from .check_boundary import USED, arguments_of, attempt, computes, methods, poison
from .right_calls import CALLS, floats
from .right_geometries import GEOMETRIES, arrays_of


@contextmanager
def listening() -> Iterator[Any]:
    recording = _native.Recording()
    recording.begin()
    try:
        yield recording
    finally:
        attempt(recording.end, [])


def in_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def replay(recording: Any) -> None:
    poison()
    for _ in range(2):
        recording.replay(0, recording.size())


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_again_after_its_arrays_are_gone(name: str) -> None:
    with listening() as recording:
        attempt(getattr(_native, name), CALLS[name](2, 3, 4))
    replay(recording)
    _native.set_thread_count(2)


@pytest.mark.parametrize("name", USED)
def test_a_method_again_after_its_object_is_gone(name: str) -> None:
    for method in methods(name):
        if computes(name, method):
            made = getattr(_native, name.split()[0])(*GEOMETRIES[name](2, 3, 4))
            arguments = arguments_of(name, made, arrays_of(name, 2, 3, 4), method)
            with listening() as recording:
                getattr(made, method)(*arguments)
            del made, arguments
            replay(recording)


def test_an_end_lives_with_its_arrays() -> None:
    conv = _native.Conv((1, 1, 2, 2), (1, 1, 2, 2), (1, 1), (1, 1), (0, 0), (1, 1), 1, "product")
    weights, x, y = conv.pack(floats(1, 1, 1, 1), False), floats(1, 1, 2, 2), floats(1, 1, 2, 2)
    moments = np.array([[1], [3]], np.float32)
    with listening() as recording:
        end = _native.ConvEnd(moments, floats(1), floats(1), 1.0, -np.inf, np.inf)
        conv.forward(x, weights, None, end, None, y)
    expected = y.copy()
    del end, conv, weights
    y[...] = 0
    replay(recording)
    np.testing.assert_array_equal(y, expected)
    moments[...] = [[2], [8]]  # read again
    replay(recording)
    assert not np.array_equal(y, expected)


def test_memory_is_used_again_and_given_back() -> None:
    with listening() as recording:
        first = _native.empty((1000,), np.dtype(np.float32))
        place = first.ctypes.data
        view = first[10:]
        del first
        second = _native.empty((1000,), np.dtype(np.float32))
        assert second.ctypes.data != place  # a view holds it
        del view
        third = _native.empty((990,), np.dtype(np.float32))
        assert third.ctypes.data == place
    outside = _native.empty((1000,), np.dtype(np.float32))
    assert outside.ctypes.data not in (place, second.ctypes.data)
    before = _native.memory_statistics()["in_use"]
    del recording, second
    third[...] = 1  # the last array holds all of it
    assert _native.memory_statistics()["in_use"] == before
    del third
    assert _native.memory_statistics()["in_use"] < before


def test_memory_is_taken_where_some_was_used_before() -> None:
    """The gaps of what is gone join, and hold whatever fits."""

    def floats(count: int) -> np.ndarray:
        array = _native.empty((count,), np.dtype(np.float32))
        array[:] = count
        return array

    with listening():
        first, second, third = floats(1000), floats(3000), floats(2000)
        places = [array.ctypes.data for array in (first, second, third)]
        del second
        small = [floats(500), floats(700), floats(900)]
        assert [array.ctypes.data for array in small] == sorted(
            array.ctypes.data for array in small
        )
        assert small[0].ctypes.data == places[1]
        small.clear()
        again = floats(2900)
        assert again.ctypes.data == places[1]
        for array in (first, again, third):
            assert (array == len(array)).all()


def test_what_it_cannot_hold_is_forgotten() -> None:
    recording = _native.Recording()
    recording.begin()
    _native.relu(floats(3), floats(3))
    assert recording.end() == 1
    recording.begin()
    _native.relu(floats(3), floats(3))
    _native.not_recorded()
    assert recording.end() == -1
    assert recording.size() == 1
    recording.begin()
    _native.pack_weight(floats(2, 3), floats(_native.packed_size(3, 2)))
    assert recording.end() == -1
    recording.begin()
    recording.replay(0, 1)  # others' calls are not its own
    assert recording.end() == -1
    _native.not_recorded()  # nobody listens


def test_one_listens_at_a_time_and_to_one_thread() -> None:
    recording, other = _native.Recording(), _native.Recording()
    recording.begin()
    with pytest.raises(ValueError, match="listens to this thread already"):
        other.begin()
    with pytest.raises(ValueError, match="does not listen to this thread"):
        other.end()
    refused: list[Exception] = []

    def from_elsewhere() -> None:
        _native.relu(floats(3), floats(3))  # not written down
        try:
            recording.end()
        except ValueError as error:
            refused.append(error)

    in_a_thread(from_elsewhere)
    assert len(refused) == 1
    assert recording.end() == 0


@pytest.mark.parametrize("span", [(0, 2), (-1, 1), (1, 0), (2, 2), (0, 2**62), (-(2**63), 0)])
def test_calls_that_there_are_not(span: tuple[int, int]) -> None:
    with listening() as recording:
        _native.relu(floats(3), floats(3))
    with pytest.raises(IndexError, match="no such calls"):
        recording.replay(*span)


def test_it_lives_while_it_listens() -> None:
    refused: list[Exception] = []

    def forget() -> None:
        _native.Recording().begin()
        gc.collect()
        _native.relu(floats(3), floats(3))
        try:
            _native.Recording().begin()
        except ValueError as error:
            refused.append(error)

    in_a_thread(forget)
    assert len(refused) == 1


def test_a_plan_outlives_what_it_was_made_of() -> None:
    with listening() as recording:
        x, y = floats(2, 3), floats(2, 3)
        _native.abs(x, y)
    spec = TensorSpec((2, 3))
    plan = _native.Plan(recording, (x,), (y, x), (spec, spec))
    del recording, x, y
    gc.collect()
    poison()
    given = -cl.ones(2, 3)
    first, second = plan.call((given,), None)
    np.testing.assert_array_equal(first.numpy(), np.ones((2, 3), np.float32))
    np.testing.assert_array_equal(second.numpy(), given.numpy())
    third, _ = plan.call((given * 3,), _native.Parts((), ()))
    assert third.numpy().min() == 3
    assert first.numpy().max() == 1  # of its own


def test_a_plan_takes_tensors_like_its_own() -> None:
    with listening() as recording:
        x, y = floats(2, 3), floats(2, 3)
        _native.abs(x, y)
    plan = _native.Plan(recording, (x,), (y,), (None,))
    for garbage in (
        (),
        (cl.ones(2, 3), cl.ones(2, 3)),
        (cl.ones(3, 2),),
        (cl.ones(2, 3, 1),),
        (cl.ones(3, 2).T,),
        (cl.ones(2, 3, dtype=cl.float64),),
        (np.ones((2, 3), np.float32),),
        (None,),
    ):
        assert plan.call(garbage, None) is None
    training = _native.Parts((), (cl.nn.ReLU(),))
    assert plan.call((cl.ones(2, 3),), training) is None
    assert plan.call((cl.ones(2, 3),), None) is not None


def test_what_no_plan_is_made_of() -> None:
    recording = _native.Recording()
    for arguments in (
        (None, (), (), ()),
        (recording, (None,), (), ()),
        (recording, (), (floats(2),), ()),
        (recording, (np.ones(2),), (), ()),
        (recording, (floats(4, 4)[:, 1:],), (), ()),
        (recording, None, None, None),
    ):
        assert attempt(_native.Plan, [*arguments]) is None


def test_parts_are_tables_of_anything() -> None:
    first, second = {"a": floats(2), "b": None}, {}
    parts = _native.Parts((first, second), ())
    assert parts.same()
    assert not parts.training()
    second["c"] = 1
    assert not parts.same()
    del second["c"]
    assert parts.same()
    first["a"] = floats(2)
    assert not parts.same()
    for garbage in ((first, None), ([],), None, first):
        with pytest.raises(TypeError):
            _native.Parts(garbage, ())
    with pytest.raises(AttributeError, match="training"):
        _native.Parts((), (None,)).training()


def test_parts_that_hold_themselves_are_collected() -> None:
    class Held:
        parts: object = None

    held = Held()
    held.parts = _native.Parts(({"held": held},), (held,))
    watched = weakref.ref(held)
    del held
    gc.collect()
    assert watched() is None
