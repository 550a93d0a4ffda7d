"""Looking into layers and networks: what each of them makes, costs and sees."""

from convolens.lens.notation import LayerSpec, NotationError, parse_layer, parse_torch
from convolens.lens.receptive_field import Sight, pixels
from convolens.lens.rows import Row
from convolens.lens.summary import Summary, summary

__all__ = [
    "LayerSpec",
    "NotationError",
    "Row",
    "Sight",
    "Summary",
    "parse_layer",
    "parse_torch",
    "pixels",
    "summary",
]
