"""Looking into layers and networks: what each of them makes, costs and sees."""

from convolens.lens.animate import Animation, animate
from convolens.lens.draw import Drawing, draw
from convolens.lens.explain import Explanation, Ways, explain, find_layers
from convolens.lens.filters import Filtered, Kernel, filter
from convolens.lens.notation import LayerSpec, NotationError, parse_layer, parse_torch
from convolens.lens.receptive_field import Sight, pixels
from convolens.lens.rows import Row
from convolens.lens.summary import Summary, summary

__all__ = [
    "Animation",
    "Drawing",
    "Explanation",
    "Filtered",
    "Kernel",
    "LayerSpec",
    "NotationError",
    "Row",
    "Sight",
    "Summary",
    "Ways",
    "animate",
    "draw",
    "explain",
    "filter",
    "find_layers",
    "parse_layer",
    "parse_torch",
    "pixels",
    "summary",
]
