"""A small language for layers: ``5x5 k3 s2 p1``, and the way to and from layers and torch."""

from convolens.lens.notation.errors import NotationError
from convolens.lens.notation.grammar import parse_layer
from convolens.lens.notation.read_torch import parse_torch
from convolens.lens.notation.spec import KINDS, Kind, LayerSpec

__all__ = ["KINDS", "Kind", "LayerSpec", "NotationError", "parse_layer", "parse_torch"]
