"""The order in which a Sequential runs its modules: another one where the numbers stay the same."""

from __future__ import annotations

from collections.abc import Iterable

from convolens.nn.activation import ReLU
from convolens.nn.module import Module
from convolens.nn.pooling import MaxPool1d, MaxPool2d, MaxPool3d
from convolens.tensor.observe import observers


def cheapest(modules: Iterable[Module]) -> list[Module]:
    """Return the modules with each ReLU behind the max pooling that follows it.

    max(relu(x)) = relu(max(x)), bit for bit, and so are the gradients: where the largest number of
    a window is positive, the same element wins, and elsewhere nothing passes. A ReLU on a pooled
    image has a quarter of the work, or less.

    Nothing moves while somebody watches: an observer, or a hook on one of the two.

    Example:
        >>> from convolens import nn
        >>> [type(m).__name__ for m in cheapest([nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2)])]
        ['Conv2d', 'MaxPool2d', 'ReLU']
    """
    result = list(modules)
    if observers:
        return result
    for place in range(len(result) - 1):
        first, second = result[place : place + 2]
        # The place of a largest number does change: what is 0 after ReLU may have been larger.
        movable = type(second) in _POOLINGS and not second.return_indices
        if type(first) is ReLU and movable and not _watched(first, second):
            result[place : place + 2] = second, first
    return result


def _watched(*modules: Module) -> bool:
    return any(module._forward_hooks or module._forward_pre_hooks for module in modules)


_POOLINGS = (MaxPool1d, MaxPool2d, MaxPool3d)
