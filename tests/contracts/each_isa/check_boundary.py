"""Nothing that Python can pass to the extension module ends the process: it works, or it raises.

Each call begins as a right one, with its arrays between pages that nobody may touch. Then each of
its arguments in turn, and at random several, are replaced by garbage.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Sequence
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
from .right_calls import CALLS, floats, kept, labels
from .right_geometries import GEOMETRIES, KERNELS, LACKED, arrays_of, channels_of

# A size that passes the checks by mistake must not fill the machine's memory. AddressSanitizer
# reserves more than any limit, and has one of its own.
_LIMIT = 6 << 30
if not SANITIZED:
    resource.setrlimit(resource.RLIMIT_AS, (_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))

EXAMPLES = 40 if EVERY == 1 else 12
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


def some(items: Sequence[Any], place: int) -> Sequence[Any]:
    """Return one item of so many, others at each place."""
    return items[place % EVERY :: EVERY]


def one_replaced(arguments: Callable[[], list[Any]]) -> Iterator[list[Any]]:
    """Yield the arguments with each of them, or each number within one, replaced in turn."""
    for place, old in enumerate(arguments()):
        for make in some(GARBAGE_ITEMS, place):
            spoiled = arguments()
            spoiled[place] = make()
            yield spoiled
        if isinstance(old, tuple):
            for at in range(len(old)):
                for number in some(NUMBERS, place + at):
                    spoiled = arguments()
                    spoiled[place] = (*old[:at], number, *old[at + 1 :])
                    yield spoiled


#: They have tests of their own.
WITHOUT_ARRAYS = {
    "begin_dry_run",
    "call",
    "end_dry_run",
    "introduce",
    "multiply_adds",
    "not_recorded",
}


def test_every_name_is_tried() -> None:
    assert set(CALLS) == set(functions()) - WITHOUT_ARRAYS
    named = {name.split()[0] for name in GEOMETRIES}
    # ConvWeights are made by Conv.pack alone; the others are tried in check_recording.
    assert {*named, "ConvWeights", "Parts", "Plan", "Recording"} == set(classes())


@pytest.mark.parametrize("name", sorted(CALLS))
def test_one_argument_replaced(name: str) -> None:
    poison()
    for arguments in one_replaced(lambda: CALLS[name](2, 3, 4)):
        attempt(getattr(_native, name), arguments)
    _native.set_thread_count(2)


def build(name: str, arguments: list[Any]) -> Any:
    return attempt(getattr(_native, name.split()[0]), arguments)


def methods(name: str) -> dict[str, list[str]]:
    own = classes()[name.split()[0]]
    return {method: parameters for method, parameters in own.items() if method != "__init__"}


def computes(name: str, method: str) -> bool:
    """Return whether an algorithm has the passes of a method, or lays out weights for one."""
    lacked = LACKED.get(name.split()[-1], set())
    passes = {"grads": {"input_grad", "weight_grad"}, "pack": {"forward"}, "borrow": {"forward"}}
    return not lacked & passes.get(method, {method})


def arguments_of(
    name: str, made: Any, arrays: dict[str, Any], method: str, borrowed: bool = False
) -> list[Any]:
    """Return the arguments of a method; weights are laid out, or borrowed, by ``made`` itself."""
    if method in ("forward", "input_grad", "grads"):
        backward = method != "forward"
        lay_out = made.borrow if borrowed else made.pack
        arrays = {**arrays, "weights": attempt(lay_out, [arrays["weight"], backward])}
    if method == "input_grad":
        arrays = {**arrays, "bias": arrays["input_bias"]}
    return [arrays[parameter] for parameter in methods(name)[method]]


def use(name: str, made: Any, arrays: dict[str, Any]) -> None:
    for method in methods(name):
        for borrowed in (False, True):
            attempt(getattr(made, method), arguments_of(name, made, arrays, method, borrowed))


USED = sorted(set(GEOMETRIES) - {"Update"})


@pytest.mark.parametrize("name", USED)
def test_the_right_methods_work(name: str) -> None:
    made = getattr(_native, name.split()[0])(*GEOMETRIES[name](2, 3, 4))
    for method in methods(name):
        for borrowed in (False, True):
            arguments = arguments_of(name, made, arrays_of(name, 2, 3, 4), method, borrowed)
            if computes(name, method):
                getattr(made, method)(*arguments)
            else:
                with pytest.raises((ValueError, TypeError), match=r"does not compute|incompatible"):
                    getattr(made, method)(*arguments)
            for each in kept:
                each.check()
            kept.clear()


@pytest.mark.parametrize("name", USED)
def test_one_argument_of_a_geometry_replaced(name: str) -> None:
    for arguments in one_replaced(lambda: GEOMETRIES[name](2, 3, 4)):
        made = build(name, arguments)
        if made is not None:
            use(name, made, arrays_of(name, 2, 3, 4))
    made = build(name, GEOMETRIES[name](2, 3, 4))
    for method in methods(name):
        for arguments in one_replaced(
            lambda m=method: arguments_of(name, made, arrays_of(name, 2, 3, 4), m)
        ):
            attempt(getattr(made, method), arguments)


def convolve(conv: Any, x: np.ndarray, weight: np.ndarray, y: np.ndarray) -> None:
    conv.forward(x, conv.pack(weight, False), None, None, None, y)


def pool_max(first: list[int], step: int) -> None:
    pool = _native.Pool(
        (1, 1, 1, 1, 2), ([0], [0], first), ([1], [1], [2]), ([1], [1], [2]), (1, 1, step), 0.0
    )
    pool.max_backward(floats(1, 1, 1, 1, 2), floats(1, 1, 1, 1, 1), floats(1, 1, 1, 1, 2))


def input_grad(algorithm: str, x: tuple[int, ...], y: tuple[int, ...]) -> None:
    conv = _native.Conv(x, y, (1, 1), (1, 1), (1, 0), (1, 1), 1, algorithm)
    conv.input_grad(conv.pack(floats(1, 1, 1, 1), True), floats(*y), None, floats(*x))


#: Calls that once ended the process, or could write past an array.
CRASHED: list[Callable[[], object]] = [
    lambda: _native.softmax_grad(floats(2, 3), None, floats(2, 3)),
    lambda: _native.log_softmax_grad(floats(2, 3), None, floats(2, 3)),
    lambda: _native.adagrad(_native.Update(), floats(3), floats(3), None, None, None),
    lambda: _native.rmsprop(_native.Update(), floats(3), floats(3), None, None, None),
    lambda: _native.adam(_native.Update(), floats(3), floats(3), None, None, None),
    lambda: _native.adam(_native.Update(), floats(3), floats(3), floats(3), None, None),
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
    lambda: pool_max([2**63 - 1], 2),
    # Images without pixels.
    lambda: input_grad("scatter", (1, 1, 0, 3), (1, 1, 0, 3)),
    lambda: input_grad("scatter", (1, 1, 3, 0), (1, 1, 3, 0)),
    lambda: input_grad("depthwise", (1, 1, 0, 3), (1, 1, 2, 3)),
    lambda: _native.cross_entropy_grad(floats(2, 0), labels(2), floats(2), floats(2, 0), 1.0),
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


@pytest.mark.parametrize("name", USED)
@given(data=st.data())
@GARBAGE
def test_geometries(name: str, data: st.DataObject) -> None:
    """A geometry that passes the checks is used: with the arrays that it asks for, and others."""
    drawn = data.draw(sizes)
    arguments = GEOMETRIES[name](*drawn)
    if data.draw(st.integers(0, 4)):
        arguments = spoil(data, arguments)
    made = build(name, arguments)
    if made is None:
        return
    arrays = arrays_of(name, *drawn)
    use(name, made, arrays)
    for method in methods(name):
        attempt(getattr(made, method), spoil(data, arguments_of(name, made, arrays, method)))


STEPS = st.sampled_from(
    [0, 1, 2, 3, 2**20, 2**29, 2**30, 2**31 - 1, 2**31, 2**31 + 1, 2**32, 2**63 - 1]
)


@pytest.mark.parametrize("algorithm", KERNELS)
def test_convolutions_of_tiny_arrays_with_huge_steps(algorithm: str) -> None:
    """Every geometry whose arrays are small, however far its windows reach."""
    made = []
    size = st.integers(1, 3)

    @given(data=st.data())
    @settings(GARBAGE, max_examples=2 * EXAMPLES)
    def try_one(data: st.DataObject) -> None:
        n, h, w, p, q = (data.draw(size) for _ in range(5))
        c, k, groups = channels_of(algorithm, data.draw(size))
        kernel = data.draw(st.one_of(st.just(KERNELS[algorithm]), st.tuples(size, size)))
        strides, padding, dilation = (
            data.draw(st.one_of(st.just(usual), st.tuples(STEPS, STEPS)))
            for usual in ((1, 1), (0, 0), (1, 1))
        )
        if data.draw(st.booleans()):
            p, q = h, w
        steps = strides, padding, dilation
        conv = attempt(
            _native.Conv, [(n, c, h, w), (n, k, p, q), kernel, *steps, groups, algorithm]
        )
        if conv is None:
            return
        made.append(conv)
        x, weight, y = (n, c, h, w), (k, c // groups, *kernel), (n, k, p, q)
        for backward in (False, True):
            for lay_out in (conv.pack, conv.borrow):
                weights = attempt(lay_out, [floats(*weight), backward])
                attempt(conv.forward, [floats(*x), weights, None, None, None, floats(*y)])
                attempt(conv.input_grad, [weights, floats(*y), None, floats(*x)])
                gradients = floats(*x), floats(*weight)
                attempt(conv.grads, [weights, floats(*x), floats(*y), *gradients])
        attempt(conv.weight_grad, [floats(*x), floats(*y), floats(*weight)])

    try_one()
    assert made


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
