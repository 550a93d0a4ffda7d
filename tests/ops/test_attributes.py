"""Classes of operators: what their constructors accept and refuse, and when these are compiled."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields, replace
from threading import Barrier
from typing import Any

import pytest

from convolens import ops
from convolens.ops._attributes import operator
from convolens.ops._op import Op


def declared() -> tuple[Any, Any]:
    """Declare a class of operators, and one that derives from it."""

    @operator
    class Base(Op):
        name = "base"
        factor: float
        count: int = 2

        def __post_init__(self) -> None:
            if self.count < 1:
                raise ValueError(f"count is {self.count}")

    @operator
    class Derived(Base):
        name = "derived"
        flag: bool = False

    for each in (Base, Derived):
        each.__abstractmethods__ = frozenset()  # they are never called
    return Base, Derived


def test_attributes_come_in_order_by_place_or_by_name() -> None:
    base, derived = declared()
    assert [field.name for field in fields(derived)] == ["factor", "count", "flag"]
    assert vars(derived(0.5)) == {"factor": 0.5, "count": 2, "flag": False}
    assert vars(derived(0.5, 3, True)) == vars(derived(flag=True, count=3, factor=0.5))
    assert vars(base(1.5)) == {"factor": 1.5, "count": 2}
    assert replace(derived(0.5), count=7) == derived(0.5, 7)
    assert derived(0.5) != base(0.5)


def test_the_order_in_which_classes_are_used_does_not_matter() -> None:
    base, derived = declared()
    assert vars(base(1.5)) == {"factor": 1.5, "count": 2}
    assert vars(derived(0.5)) == {"factor": 0.5, "count": 2, "flag": False}


@pytest.mark.parametrize("number", range(2))
def test_refusals_are_the_same_from_the_first_call_on(number: int) -> None:
    cls = declared()[number]
    for _ in range(2):
        with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'factor'"):
            cls()
        with pytest.raises(TypeError, match="positional arguments but"):
            cls(1.0, 2, True, 4)
        with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
            cls(1.0, size=3)
        with pytest.raises(ValueError, match="count is 0"):
            cls(1.0, 0)


def test_attributes_stay_as_they_are() -> None:
    made = ops.Clamp(-1.0, 1.0)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'min'"):
        made.min = 0.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'other'"):
        made.other = 0.0
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'max'"):
        del made.max
    assert made == ops.Clamp(-1.0, 1.0)


def test_threads_may_make_the_first_operator_of_a_class_together() -> None:
    threads = 4
    for _ in range(50):
        _, derived = declared()
        ready = Barrier(threads)

        def first(number: int, cls: Any = derived, ready: Barrier = ready) -> dict[str, Any]:
            ready.wait()
            return dict(vars(cls(float(number), count=number + 1)))

        with ThreadPoolExecutor(threads) as pool:
            made = list(pool.map(first, range(threads)))
        expected = [{"factor": float(n), "count": n + 1, "flag": False} for n in range(threads)]
        assert made == expected


def test_an_import_compiles_few_constructors() -> None:
    """It would take a third of the time that the import takes."""
    count = """if True:
        import dataclasses
        made = []
        make, dataclasses.make_dataclass = dataclasses.make_dataclass, lambda name, *rest, **more: (
            made.append(name), make(name, *rest, **more))[1]
        from convolens import ops
        import convolens
        print(len(made), len(ops.OPERATORS))
    """
    printed = subprocess.run(
        [sys.executable, "-c", count], capture_output=True, text=True, check=True
    )
    compiled, operators = map(int, printed.stdout.split())
    assert compiled < operators / 10
