"""Which layers, and how many of their channels, can be taken apart on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from convolens.lens.report.cells import is_whole
from convolens.lens.report.conv_call import ConvCall
from convolens.lens.report.limits import PAYLOAD
from convolens.lens.report.numbers import POWER, decimals_for, largest
from convolens.lens.report.scene import Scene

_LAYERS = 6
_FIRST = 0.8  # of the payload, at most, for the first layer


@final
@dataclass(frozen=True, eq=False)
class Portion:
    """A layer of which the page can take every output apart.

    Attributes:
        number: Which of the network's convolutions it is.
        calls: Its calls, one an image.
        channels: Of how many output channels, from 0.
        live: Whether the page's script has the numbers; else one output is shown.
        scale: The pixel value that 1.0 stands for, where the layer reads whole pixel values.
    """

    number: int
    calls: tuple[ConvCall, ...]
    channels: int
    live: bool
    scale: int | None

    @property
    def is_units(self) -> bool:
        """Whether each output channel is a single number, as those of a linear layer are."""
        return int(np.prod(self.calls[0].output.shape[1:])) == 1

    @property
    def limits(self) -> dict[str, float]:
        """The magnitude with the full colour: of inputs x, weights w and outputs y."""
        return {
            "x": largest(*(call.x for call in self.calls)),
            "w": largest(self.calls[0].weight),
            "y": largest(*(call.output for call in self.calls)),
        }

    @property
    def decimals(self) -> dict[str, int]:
        """How many decimals are shown: of x, w, products p, outputs y, totals t, errors e."""
        limits = self.limits
        return {
            "x": decimals_for(limits["x"]),
            "w": decimals_for(limits["w"]),
            "p": decimals_for(limits["x"] * limits["w"]),
            "y": decimals_for(limits["y"], 3),
            "t": decimals_for(limits["y"], 9),
            "e": POWER,
        }


def portions(scene: Scene) -> list[Portion]:
    """Return the layers whose numbers fit on the page, the first one in any case."""
    result: list[Portion] = []
    left = float(PAYLOAD)
    for number, calls in enumerate(_calls_by_layer(scene)[:_LAYERS]):
        scale = _scale(scene, calls)
        fixed_part, each = _sizes(calls, scale)
        room = left if number else left * _FIRST
        fitting = int((room - fixed_part) // each)
        channels = min(fitting, len(calls[0].weight))
        if number and channels < len(calls[0].weight):
            break
        live = channels >= 1 and bool(scene.views)
        result.append(Portion(number, calls, max(channels, 1), live, scale))
        left -= fixed_part + each * channels
    return result


def default_pixel(portion: Portion) -> tuple[int, ...]:
    """Return the output with the largest magnitude in the first image."""
    output = portion.calls[0].output[: portion.channels]
    size = np.nan_to_num(np.abs(output.astype(np.float64)), nan=0.0, posinf=0.0)
    return tuple(int(i) for i in np.unravel_index(int(size.argmax()), output.shape))


def _calls_by_layer(scene: Scene) -> list[tuple[ConvCall, ...]]:
    """Return the calls of each layer, as far as the network does the same with every image."""
    layers: list[tuple[ConvCall, ...]] = []
    for number, first in enumerate(scene.calls):
        calls = [view.calls[number : number + 1] for view in scene.views] or [[first]]
        alike = {
            (call.op, call.layer, call.x.shape, call.output.shape)
            for part in calls
            for call in part
        }
        if not all(calls) or len(alike) > 1:
            break
        layers.append(tuple(call for (call,) in calls))
    return layers


def _sizes(calls: tuple[ConvCall, ...], scale: int | None) -> tuple[float, float]:
    """Return the characters that a layer takes in any case, and for each output channel."""
    first = calls[0]
    item = first.output.dtype.itemsize
    pixel = 1 if scale is not None and scale <= 255 else item
    inputs = sum(call.x.size * pixel for call in calls)
    outputs = sum(int(np.prod(call.output.shape[1:])) * item for call in calls)
    taps = 5 * sum(table.size for table in first.tables)
    each = item * (first.weight[0].size + 1) + outputs
    return inputs * 4 / 3 + taps + 500, each * 4 / 3


def _scale(scene: Scene, calls: tuple[ConvCall, ...]) -> int | None:
    """Return the scale if the layer reads the images themselves, and they are whole numbers."""
    scale = scene.inputs.scale
    for view, call in zip(scene.views, calls, strict=False):
        same = call.x.shape == view.image.shape and np.array_equal(call.x, view.image)
        if not same or not is_whole(view.image, scale):
            return None
    return scale if scene.views else None
