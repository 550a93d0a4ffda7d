"""Where a step spends its time: one row for each operator call, and what Python takes besides."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter_ns
from typing import Any

import numpy as np

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.backends.choose import Choice, changing
from convolens.ops import Op

#: (operator, inputs, algorithm, multiply-adds, elements moved)
Key = tuple[str, str, str, int, int]
_UPDATES = ("sgd", "adam", "adagrad", "rmsprop")


def profile(step: Callable[[], object], steps: int) -> list[dict[str, Any]]:
    """Return the rows of a step: operator, inputs, algorithm, nanoseconds, and their limit.

    The limit is the larger of multiply-adds over the peak and bytes over the bandwidth, both
    measured here. A row "Python" is what is left of the step.
    """
    peak, bandwidth = measured_peak(), measured_bandwidth()
    times: list[dict[Key, list[int]]] = []
    plain: list[int] = []
    for _ in range(20):
        step()
    gc.collect()
    gc.disable()
    try:
        for _ in range(steps):
            start = perf_counter_ns()
            step()
            plain.append(perf_counter_ns() - start)
            with _timed() as spent:
                step()
            times.append(dict(spent))
    finally:
        gc.enable()
    rows = []
    for key in times[0]:
        name, inputs, algorithm, multiply_adds, elements = key
        calls = len(times[0][key])
        limit = calls * max(2 * multiply_adds / peak, 4 * elements / bandwidth)
        spent_here = median(sum(t[key]) for t in times)
        rows.append(_row(name, inputs, algorithm, calls, spent_here, limit))
    whole = median(plain)
    rest = max(0.0, whole - sum(row["ns"] for row in rows))
    rows.append(_row("Python", "between the operators", "", 0, rest, 0.0))
    rows.append(_row("whole step", "", "", 0, whole, sum(row["limit"] for row in rows)))
    return rows


def _row(
    operator: str, inputs: str, algorithm: str, calls: int, ns: float, limit: float
) -> dict[str, Any]:
    return dict(locals())


@contextmanager
def _timed() -> Iterator[dict[Key, list[int]]]:
    """Time every operator call and every update inside a with block."""
    spent: dict[Key, list[int]] = defaultdict(list)

    def timed(op: Op, specs: Specs, choice: Choice) -> Choice:
        cost = op.cost(*specs)
        shapes = ", ".join("x".join(map(str, spec.shape)) or "1" for spec in specs)
        key = (op.name, shapes, choice.name, cost.multiply_adds, cost.elements_moved)
        return choice.wrapped(lambda run: _clocked(run, key, spent))

    updates = {name: getattr(_native, name) for name in _UPDATES}
    for name, update in updates.items():
        setattr(_native, name, _clocked_update(name, update, spent))
    try:
        with changing(timed):
            yield spent
    finally:
        for name, update in updates.items():
            setattr(_native, name, update)


def _clocked(run: Callable[..., Any], key: Key, spent: dict[Key, list[int]]) -> Callable[..., Any]:
    def clocked(*arrays: Any) -> Any:
        start = perf_counter_ns()
        result = run(*arrays)
        spent[key].append(perf_counter_ns() - start)
        return result

    return clocked


def _clocked_update(
    name: str, update: Callable[..., None], spent: dict[Key, list[int]]
) -> Callable[..., None]:
    def clocked(numbers: Any, parameter: Any, *others: Any) -> None:
        start = perf_counter_ns()
        update(numbers, parameter, *others)
        elapsed = perf_counter_ns() - start
        spent[name, "all parameters", "native", 0, 0].append(elapsed)

    return clocked


def measured_peak() -> float:
    """Return the floating point operations a nanosecond of our own inner kernel, in cache."""
    from convolens.backends.layout import empty
    from convolens.spec import TensorSpec

    size = 384
    a, b, c = (empty(TensorSpec((size, size))) for _ in range(3))
    a.fill(1)
    b.fill(1)
    return 2 * size**3 / _best(lambda: _native.matmul(a, b, None, c, False, True))


def measured_bandwidth() -> float:
    """Return the bytes a nanosecond that an elementwise kernel reads and writes: 8 MB, as here."""
    x = np.ones(1 << 20, np.float32)
    y = np.empty_like(x)
    return 8 * x.size / _best(lambda: _native.relu(x, y))


def _best(run: Callable[[], object]) -> float:
    """Return the shortest of many times, in nanoseconds."""
    best = float("inf")
    for _ in range(200):
        start = perf_counter_ns()
        run()
        best = min(best, perf_counter_ns() - start)
    return best
