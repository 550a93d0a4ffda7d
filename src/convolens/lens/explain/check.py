"""Compares the taps of a layer with the engine, on random numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from convolens.lens.explain.number import OutputNumber, take_many_apart
from convolens.lens.notation import LayerSpec
from convolens.lens.report.check import CheckError
from convolens.tensor.random import random_state, set_random_state

_MOST = 16


def check(spec: LayerSpec) -> int:
    """Take outputs of a layer apart: the corners of its first and last channel, and others.

    Returns:
        How many outputs were compared with the sums over the taps.

    Raises:
        CheckError: If one differs by more than rounding explains, or the output has another shape.
    """
    if spec.kind == "separable":
        between = spec.channels * spec.multiplier
        first = replace(
            spec,
            kind="conv",
            groups=spec.channels,
            out_channels=between,
            multiplier=1,
            bias=False,
        )
        return check(first) + _checked(spec)
    return _checked(spec)


def _checked(spec: LayerSpec) -> int:
    random = np.random.default_rng(0)
    x = random.standard_normal((1, *spec.input_shape)).astype(np.float32)
    state = random_state()
    try:
        layer = spec.layer()
    finally:
        set_random_state(state)
    numbers = take_many_apart(layer, spec, x, _places(spec, random))
    for number in numbers:
        if not number.agrees:
            raise _wrong(spec, number)
    return len(numbers)


def _places(spec: LayerSpec, random: np.random.Generator) -> list[tuple[int, ...]]:
    """Return the corners of two channels, and as many other places, each once."""
    shape = spec.output_shape
    corners = product(*({0, extent - 1} for extent in shape))
    others = (tuple(int(random.integers(extent)) for extent in shape) for _ in range(_MOST))
    return [(0, *place) for place in dict.fromkeys((*corners, *others))]


def _wrong(spec: LayerSpec, number: OutputNumber) -> CheckError:
    return CheckError(
        f"{spec.text}: output {list(number.at)} is not the sum over its taps.",
        [
            ("engine", number.engine, ""),
            ("sum", number.total, "in double precision"),
            ("allowed", number.tolerance, "difference by rounding"),
        ],
        "this is a fault in convolens: please report it.",
    )
