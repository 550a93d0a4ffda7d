"""A race between all algorithms on one layer: time, memory and error of each."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import SupportsIndex

from convolens.backends.isa import isa
from convolens.backends.threads import get_num_threads
from convolens.errors import ArgumentError, DTypeError
from convolens.lens.notation import parse_layer
from convolens.lens.race.calls import LayerCall, calls_of
from convolens.lens.race.heat import Entry, Heat, WrongResultError, run_heat
from convolens.lens.race.result import Race
from convolens.nn import Module
from convolens.tensor.given import type_name
from convolens.tensor.random import random_state, set_random_state

__all__ = ["Entry", "Heat", "Race", "WrongResultError", "race"]


def race(
    layer: str | Module,
    input_shape: tuple[int, ...] | None = None,
    *,
    batch: int = 1,
    seconds: float = 0.25,
    notify: Callable[[LayerCall, int, int], None] | None = None,
) -> Race:
    """Run every algorithm on a layer, forward and for each gradient, and compare them.

    Each result is first compared with the definition in float64. Then the algorithms take turns, so
    that a disturbance meets all of them. Weights are laid out before the clock starts, as they are
    in inference. The layer stays as it is: what runs is a copy.

    Args:
        layer: A text such as ``"64x56x56 k3 p1 out64"``, as in docs/notation.md, or a layer.
        input_shape: The shape of one image, (C, *I): needed for a layer, and never for a text.
        batch: How many images.
        seconds: About how long each algorithm runs.
        notify: Called before each heat, with the operator call, its number from 1, and how many
            there are.

    Raises:
        DTypeError: If ``layer`` is neither a text nor a layer.
        ArgumentError: If the text cannot be read, or an argument is missing or out of range.
        ShapeError: If the images do not fit the layer.
        WrongResultError: If an algorithm computes something else than the definition.

    Example:
        >>> found = race("4x8x8 k3 p1 out4", seconds=0.001)
        >>> [heat.call.op.name for heat in found.heats]
        ['conv', 'conv_input_grad', 'conv_weight_grad', 'sum']
        >>> found.heats[0].chosen.error < 1e-5
        True
    """
    _require_numbers(batch, seconds)
    before = random_state()
    if isinstance(layer, str):
        if input_shape is not None:
            raise ArgumentError("the text says its input itself.", hint="leave input_shape out.")
        title = layer
        spec = parse_layer(layer)
        layer, input_shape = spec.layer(), spec.input_shape
    elif not isinstance(layer, Module):
        raise DTypeError(
            f"a race is of a layer, not of a {type_name(layer)}.",
            hint="give a text such as '64x56x56 k3 p1 out64', or a layer and its input_shape.",
        )
    elif input_shape is None:
        raise ArgumentError(
            f"a race of {type(layer).__name__} needs the shape of an image.",
            hint="give input_shape, such as (3, 224, 224).",
        )
    else:
        title = repr(layer)
        layer = deepcopy(layer)
    shape = (batch, *input_shape)
    try:
        calls = calls_of(layer, shape)
    finally:
        set_random_state(before)
    heats = []
    for number, call in enumerate(calls, 1):
        if notify is not None:
            notify(call, number, len(calls))
        heats.append(run_heat(call, seconds))
    peak = max((heat.peak for heat in heats), default=0.0)
    return Race(title, shape, get_num_threads(), isa(), tuple(heat.at_peak(peak) for heat in heats))


def _require_numbers(batch: int, seconds: float) -> None:
    if not isinstance(batch, SupportsIndex) or batch < 1:
        raise ArgumentError(f"batch is {batch!r}, but must be positive, and whole.")
    if not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise ArgumentError(f"seconds are {seconds!r}, but must be positive, and finite.")
