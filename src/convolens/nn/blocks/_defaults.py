"""What blocks are made of unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable

from convolens.nn.batch_norm import BatchNorm2d
from convolens.nn.module import Module

#: Makes a normalisation for a number of channels.
NormLayer = Callable[[int], Module]


def norm_or_default(norm_layer: NormLayer | None) -> NormLayer:
    """Return ``norm_layer``, or batch normalisation if it is None."""
    return BatchNorm2d if norm_layer is None else norm_layer
