"""What blocks are made of unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable

from convolens import nn
from convolens.nn.module import Module

#: Makes a normalisation for a number of channels.
NormLayer = Callable[[int], Module]


def norm_or_default(norm_layer: NormLayer | None) -> NormLayer:
    """Return ``norm_layer``, or batch normalisation if it is None."""
    if norm_layer is not None:
        return norm_layer
    default: NormLayer = getattr(nn, "BatchNorm2d")  # noqa: B009
    return default


def relu6() -> Module:
    """Return the activation of MobileNets: max(0, x), and 6 at most."""
    made: Module = getattr(nn, "ReLU6")()  # noqa: B009
    return made
