"""A race between all algorithms on one layer: time, memory and error of each."""

from __future__ import annotations

from convolens.backends.isa import isa
from convolens.backends.threads import get_num_threads
from convolens.errors import ArgumentError
from convolens.lens.notation import parse_layer
from convolens.lens.race.calls import calls_of
from convolens.lens.race.heat import Entry, Heat, WrongResultError, run_heat
from convolens.lens.race.result import Race
from convolens.nn import Module

__all__ = ["Entry", "Heat", "Race", "WrongResultError", "race"]


def race(
    layer: str | Module,
    input_shape: tuple[int, ...] | None = None,
    *,
    batch: int = 1,
    seconds: float = 0.25,
) -> Race:
    """Run every algorithm on a layer, forward and for each gradient, and compare them.

    Each result is first compared with the definition in float64. Then the algorithms take turns, so
    that a disturbance meets all of them. Weights are laid out before the clock starts, as they are
    in inference.

    Args:
        layer: A text such as ``"64x56x56 k3 p1 out64"``, as in docs/notation.md, or a layer.
        input_shape: The shape of one image, (C, *I): needed for a layer, and never for a text.
        batch: How many images.
        seconds: About how long each algorithm runs.

    Raises:
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
    if batch < 1 or not 0 < seconds < float("inf"):
        raise ArgumentError(
            f"batch is {batch} and seconds are {seconds}, but both must be positive."
        )
    if isinstance(layer, str):
        if input_shape is not None:
            raise ArgumentError("the text says its input itself.", hint="leave input_shape out.")
        title = layer
        spec = parse_layer(layer)
        layer, input_shape = spec.layer(), spec.input_shape
    elif input_shape is None:
        raise ArgumentError(
            f"a race of {type(layer).__name__} needs the shape of an image.",
            hint="give input_shape, such as (3, 224, 224).",
        )
    else:
        title = repr(layer)
    shape = (batch, *input_shape)
    heats = tuple(run_heat(call, seconds) for call in calls_of(layer, shape))
    return Race(title, shape, get_num_threads(), isa(), heats)
