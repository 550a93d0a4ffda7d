"""Switching the record off and on: blocks, functions, threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

import convolens as cl


@pytest.fixture(autouse=True)
def _recording() -> Iterator[None]:
    assert cl.is_grad_enabled()
    yield
    assert cl.is_grad_enabled()


def recorded() -> bool:
    return (cl.ones(1, requires_grad=True) * 2).requires_grad


@pytest.mark.parametrize("switch", [cl.no_grad, cl.inference_mode])
def test_as_a_block(switch: type) -> None:
    with switch():
        assert not recorded()
        with cl.enable_grad():
            assert recorded()
            with switch():
                assert not recorded()
            assert recorded()
        assert not recorded()
    assert recorded()


@pytest.mark.parametrize("switch", [cl.no_grad, cl.inference_mode])
def test_as_a_decorator(switch: type) -> None:
    @switch()
    def function(value: int, *, option: int = 0) -> tuple[bool, int, int]:
        """Has a name and a text."""
        return recorded(), value, option

    assert function(1, option=2) == (False, 1, 2)
    assert function.__name__ == "function"
    assert function.__doc__ == "Has a name and a text."


def test_as_a_decorator_without_brackets() -> None:
    @cl.no_grad
    def function() -> bool:
        return recorded()

    assert function() is False


def test_a_decorated_function_may_call_itself() -> None:
    @cl.no_grad()
    def function(depth: int) -> bool:
        return (function(depth - 1) if depth else False) or recorded()

    assert function(3) is False
    assert recorded()

    @cl.enable_grad()
    def inside(depth: int) -> bool:
        return recorded() and (depth == 0 or inside(depth - 1))

    with cl.no_grad():
        assert inside(2)
        assert not recorded()


def test_one_switch_twice() -> None:
    switch = cl.no_grad()
    with switch:
        with switch:
            assert not recorded()
        assert not recorded()
    assert recorded()


def test_an_error_switches_back() -> None:
    with pytest.raises(ZeroDivisionError), cl.no_grad():
        raise ZeroDivisionError
    assert recorded()


def test_a_mode() -> None:
    for mode in (True, False):
        with cl.set_grad_enabled(mode):
            assert recorded() is mode
        with cl.inference_mode(not mode):
            assert recorded() is mode


def test_as_a_plain_call() -> None:
    cl.set_grad_enabled(False)
    assert not recorded()
    cl.set_grad_enabled(True)
    assert recorded()


def test_threads_have_modes_of_their_own() -> None:
    seen: list[bool] = []
    with cl.no_grad():
        thread = threading.Thread(target=lambda: seen.append(recorded()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_a_decorated_function_in_two_threads() -> None:
    barrier = threading.Barrier(2)
    seen: list[tuple[bool, bool]] = []

    @cl.no_grad()
    def function() -> bool:
        barrier.wait(10)
        inside = recorded()
        barrier.wait(10)
        return inside

    def run() -> None:
        inside = function()
        seen.append((inside, recorded()))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(False, True)] * 2


def test_leaves_made_inside_may_require_gradients() -> None:
    with cl.no_grad():
        x = cl.ones(2, requires_grad=True)
    assert (x * 2).requires_grad


@pytest.mark.parametrize(
    ("decorate", "inside"),
    [
        (cl.no_grad(), False),
        (cl.no_grad, False),
        (cl.inference_mode(), False),
        (cl.enable_grad(), True),
        (lambda function: cl.set_grad_enabled(False)(function), False),
    ],
)
def test_a_decorated_generator(decorate: Any, inside: bool) -> None:
    """It is inside whenever it runs; those who call it are not."""

    @decorate
    def steps() -> Any:
        seen = []
        try:
            seen.append((yield cl.is_grad_enabled()))
        except ValueError:
            yield cl.is_grad_enabled()
        finally:
            ends.append(cl.is_grad_enabled())
        return seen

    ends: list[bool] = []
    with cl.no_grad() if inside else cl.enable_grad():
        running = steps()
        assert next(running) is inside
        assert cl.is_grad_enabled() is not inside
        with pytest.raises(StopIteration) as end:
            running.send(5)
        assert end.value.value == [5]
        running = steps()
        next(running)
        assert running.throw(ValueError()) is inside
        running.close()
        running = steps()
        next(running)
        running.close()
        assert cl.is_grad_enabled() is not inside
    assert ends == [inside] * 3
    assert steps.__name__ == "steps"
