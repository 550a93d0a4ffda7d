"""Looking into layers and networks: what each of them makes, costs and sees."""

from convolens.lens.animate import Animation, animate
from convolens.lens.explain import Explanation, Ways, explain, find_layers
from convolens.lens.notation import LayerSpec, NotationError, parse_layer, parse_torch
from convolens.lens.receptive_field import Sight, pixels
from convolens.lens.rows import Row
from convolens.lens.summary import Summary, summary

__all__ = [
    "Animation",
    "Explanation",
    "LayerSpec",
    "NotationError",
    "Row",
    "Sight",
    "Summary",
    "Ways",
    "animate",
    "explain",
    "find_layers",
    "parse_layer",
    "parse_torch",
    "pixels",
    "summary",
]
