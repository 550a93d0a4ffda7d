"""Nothing that Python can pass to the extension module ends the process: it works, or it raises.

Each call begins as a right one, with its arrays between pages that nobody may touch. Then each of
its arguments in turn, and at random several, are replaced by garbage.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import currently_in_test_context, given, note, settings
from hypothesis import strategies as st

from contracts.calls import EVERY
from contracts.stub import classes, functions
from convolens import _native

from .garbage import GARBAGE_ITEMS, NUMBERS, sizes, spoil
from .guards import SANITIZED
from .right_calls import CALLS, GEOMETRIES, floats, kept, labels, method_arrays, pool_arrays

# A size that passes the checks by mistake must not fill the machine's memory. AddressSanitizer
# reserves more than any limit, and has one of its own.
_LIMIT = 6 << 30
if not SANITIZED:
    resource.setrlimit(resource.RLIMIT_AS, (_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))

EXAMPLES = 40 if EVERY == 1 else 20
GARBAGE = settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)
#: How a call may fail. SystemError would be a broken extension module.
REFUSALS = (TypeError, ValueError, IndexError, MemoryError, OverflowError, RuntimeError)


def poison() -> None:
    """Fill what the allocator will hand out next with bytes that are no pointers."""
    arrays = [_native.empty((2**power,), np.dtype(np.float32)) for power in range(4, 12)]
    for array in arrays:
        array.fill(0.5)


def short(argument: Any) -> Any:
    """Return what says enough of an argument: to write out its numbers takes longer than a call."""
    if isinstance(argument, np.ndarray):
        return f"{argument.dtype}{argument.shape} strides {argument.strides}"
    return f"{argument!r:.200}"


def attempt(function: Callable[..., Any], arguments: list[Any]) -> Any:
    if currently_in_test_context():
        note(f"{function} {[short(argument) for argument in arguments]}")
    try:
        result = function(*arguments)
        if isinstance(result, np.ndarray) and result.size < 10**6:
            result.copy()
        return result
    except REFUSALS as error:
        assert str(error) or isinstance(error, MemoryError)  # noqa: PT017
        return None
    finally:
        for each in kept:
            each.check()
        kept.clear()


def one_replaced(arguments: Callable[[], list[Any]]) -> Iterator[list[Any]]:
    """Yield the arguments with each of them, or each number within one, replaced in turn."""
    for place, old in enumerate(arguments()):
        for make in GARBAGE_ITEMS:
            spoiled = arguments()
            spoiled[place] = make()
            yield spoiled
        if isinstance(old, tuple):
            for at in range(len(old)):
                for number in NUMBERS:
                    spoiled = arguments()
                    spoiled[place] = (*old[:at], number, *old[at + 1 :])
                    yield spoiled


#: They have tests of their own.
WITHOUT_ARRAYS = {"begin_dry_run", "call", "end_dry_run", "introduce", "multiply_adds"}


def test_every_name_is_tried() -> None:
    assert set(CALLS) == set(functions()) - WITHOUT_ARRAYS
    assert {*GEOMETRIES, "ConvWeights"} == set(classes())  # which only Conv.pack makes


@pytest.mark.parametrize("name", sorted(CALLS))
def test_one_argument_replaced(name: str) -> None:
    poison()
    for arguments in one_replaced(lambda: CALLS[name](2, 3, 4)):
        attempt(getattr(_native, name), arguments)
    _native.set_thread_count(2)


@pytest.mark.parametrize("name", ["Conv", "ConvEnd", "Pool"])
def test_one_argument_of_a_geometry_replaced(name: str) -> None:
    build = method_arrays if name == "Conv" else pool_arrays
    for arguments in one_replaced(lambda: GEOMETRIES[name](2, 3, 4)):
        made = attempt(getattr(_native, name), arguments)
        if made is not None:
            use(name, made, build(2, 3, 4))
    made = getattr(_native, name)(*GEOMETRIES[name](2, 3, 4))
    for method in methods(name):
        for arguments in one_replaced(lambda m=method: arguments_of(made, build(2, 3, 4), m)):
            attempt(getattr(made, method), arguments)


def methods(name: str) -> dict[str, list[str]]:
    return {method: own for method, own in classes()[name].items() if method != "__init__"}


def arguments_of(
    made: Any, arrays: dict[str, Any], method: str, borrowed: bool = False
) -> list[Any]:
    """Return the arguments of a method; weights are laid out, or borrowed, by ``made`` itself."""
    if method in ("forward", "input_grad", "grads"):
        backward = method != "forward"
        lay_out = made.borrow if borrowed else made.pack
        arrays = {**arrays, "weights": attempt(lay_out, [arrays["weight"], backward])}
    return [arrays[parameter] for parameter in methods(type(made).__name__)[method]]


def use(name: str, made: Any, arrays: dict[str, Any]) -> None:
    for method in methods(name):
        for borrowed in (False, True):
            attempt(getattr(made, method), arguments_of(made, arrays, method, borrowed))


def convolve(conv: Any, x: np.ndarray, weight: np.ndarray, y: np.ndarray) -> None:
    conv.forward(x, conv.pack(weight, False), None, None, None, y)


#: Calls that once ended the process.
CRASHED: list[Callable[[], object]] = [
    lambda: _native.softmax_grad(floats(2, 3), None, floats(2, 3)),
    lambda: _native.log_softmax_grad(floats(2, 3), None, floats(2, 3)),
    lambda: _native.adagrad(_native.Update(), floats(3), floats(3), None, None),
    lambda: _native.rmsprop(_native.Update(), floats(3), floats(3), None, None),
    lambda: _native.adam(_native.Update(), floats(3), floats(3), None, None),
    lambda: _native.adam(_native.Update(), floats(3), floats(3), floats(3), None),
    lambda: _native.sum(floats(0), floats(0), 2**32, 1, 2**32, 1.0),
    lambda: _native.empty((300,), np.dtype(object)).copy(),
    lambda: _native.dense(np.full((40, 50, 3), None)[:, ::2]).copy(),
    # (2^32 + 1) (2^32 - 1) floats of padded rows are -1 of them in 64 bits.
    lambda: convolve(
        _native.Conv(
            (1, 1, 1, 1),
            (1, 1, 1, 3),
            (3, 1),
            (1, 2**31 - 1),
            (0, 0),
            (2**31, 1),
            1,
            "direct",
        ),
        floats(1, 1, 1, 1),
        floats(1, 1, 3, 1),
        floats(1, 1, 1, 3),
    ),
]


@pytest.mark.parametrize("call", CRASHED, ids=lambda call: f"line-{call.__code__.co_firstlineno}")
def test_what_once_crashed(call: Callable[[], object]) -> None:
    poison()
    attempt(call, [])


@pytest.mark.parametrize("name", sorted(name for name in CALLS if CALLS[name](1, 1, 1)))
@given(data=st.data())
@GARBAGE
def test_functions(name: str, data: st.DataObject) -> None:
    threads = _native.thread_count()
    try:
        attempt(getattr(_native, name), spoil(data, CALLS[name](*data.draw(sizes))))
    finally:
        _native.set_thread_count(threads)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_right_calls_work(name: str) -> None:
    getattr(_native, name)(*CALLS[name](2, 3, 4))
    _native.set_thread_count(2)


@pytest.mark.parametrize("name", ["Conv", "ConvEnd", "Pool"])
@given(data=st.data())
@GARBAGE
def test_geometries(name: str, data: st.DataObject) -> None:
    """A geometry that passes the checks is used: with the arrays that it asks for, and others."""
    drawn = data.draw(sizes)
    arguments = GEOMETRIES[name](*drawn)
    if data.draw(st.integers(0, 4)):
        arguments = spoil(data, arguments)
    made = attempt(getattr(_native, name), arguments)
    if made is None:
        return
    arrays = (method_arrays if name == "Conv" else pool_arrays)(*drawn)
    use(name, made, arrays)
    for method in methods(name):
        attempt(getattr(made, method), spoil(data, arguments_of(made, arrays, method)))


STEPS = st.sampled_from([0, 1, 2, 3, 2**20, 2**29, 2**30, 2**31 - 1, 2**31, 2**31 + 1, 2**32])


@given(data=st.data())
@settings(GARBAGE, max_examples=8 * EXAMPLES)
def test_convolutions_of_tiny_arrays_with_huge_steps(data: st.DataObject) -> None:
    """Every geometry whose arrays are small, however far its windows reach."""
    n, c, h, w, k, r, s, p, q = (data.draw(st.integers(1, 3)) for _ in range(9))
    steps = [data.draw(st.tuples(STEPS, STEPS)) for _ in range(3)]
    algorithm = data.draw(
        st.sampled_from(["direct", "gather", "scatter", "planes", "depthwise", "product"])
    )
    relu = data.draw(st.booleans())
    geometry = [(n, c, h, w), (n, k, p, q), (r, s), *steps, 1, algorithm, relu]
    made = attempt(_native.Conv, geometry)
    if made is not None:
        x, weight, y = (n, c, h, w), (k, c, r, s), (n, k, p, q)
        for backward in (False, True):
            for lay_out in (made.pack, made.borrow):
                weights = attempt(lay_out, [floats(*weight), backward])
                attempt(made.forward, [floats(*x), weights, None, floats(*y)])
                attempt(made.input_grad, [weights, floats(*y), None, floats(*x)])
                gradients = floats(*x), floats(*weight)
                attempt(made.grads, [weights, floats(*x), floats(*y), *gradients])
        attempt(made.weight_grad, [floats(*x), floats(*y), floats(*weight)])


@given(data=st.data())
@settings(GARBAGE, max_examples=8 * EXAMPLES)
def test_poolings_of_tiny_arrays_with_huge_steps(data: st.DataObject) -> None:
    n, c, *sizes = (data.draw(st.integers(0, 3)) for _ in range(5))
    outputs = [data.draw(st.integers(0, 3)) for _ in range(3)]

    def lists(numbers: Any) -> tuple[list[int], ...]:
        return tuple(data.draw(st.lists(numbers, min_size=o, max_size=o)) for o in outputs)

    near = st.one_of(st.integers(-1, 3), st.integers(0, 1), STEPS)
    first, count, cells = lists(near), lists(near), lists(st.one_of(st.just(1), STEPS))
    step = data.draw(st.tuples(near, near, near))
    divisor = data.draw(st.sampled_from([0.0, 2.0, -1.0, float("nan"), 1e300]))
    made = attempt(_native.Pool, [(n, c, *sizes), first, count, cells, step, divisor])
    if made is not None:
        x, y = (n, c, *sizes), (n, c, *outputs)
        attempt(made.max_forward, [floats(*x), floats(*y)])
        attempt(made.max_indices, [floats(*x), floats(*y), labels(*y)])
        attempt(made.max_indices, [floats(*x), None, labels(*y)])
        attempt(made.avg_forward, [floats(*x), floats(*y)])
        attempt(made.max_backward, [floats(*x), floats(*y), floats(*x)])
        attempt(made.avg_backward, [floats(*y), floats(*x)])


@pytest.mark.parametrize("steps", [0, -1, 2**32 + 1])
def test_the_steps_of_multiply_adds_are_bounded(steps: int) -> None:
    with pytest.raises(ValueError, match="steps must be from 1"):
        _native.multiply_adds(steps)


def test_multiply_adds_are_counted() -> None:
    lanes, _ = _native.register_tile()
    assert _native.multiply_adds(3) == 64 * 3 * 12 * lanes
