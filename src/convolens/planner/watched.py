"""A network as it was when its plans were made: its parts, and the numbers that they hold."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter, is_
from typing import final

import numpy as np

from convolens.nn import Module
from convolens.tensor import Tensor

# Faster than functions written out: each call asks.
_array, _state, _training = (
    attrgetter("array"),
    attrgetter("number", "shared"),
    attrgetter("training"),
)


@final
class Watched:
    """What a network consists of: modules, parameters, buffers, and the versions of their memory.

    Memory that arrays outside the library share, through ``tensor.data`` or ``numpy()``, may change
    without a new version: of that there are copies.
    """

    def __init__(self, network: Module) -> None:
        self._parts = list(network.modules())
        self._tables = [
            table
            for part in self._parts
            for table in (part._modules, part._parameters, part._buffers)
        ]
        self._held = self._now()
        self._tensors = [each for each in self._held if isinstance(each, Tensor)]
        self._arrays = list(map(_array, self._tensors))
        self._versions = [tensor.version for tensor in self._tensors]
        self._states = list(map(_state, self._versions))
        self._copies = [
            (tensor.array, tensor.array.copy()) for tensor in self._tensors if tensor.version.shared
        ]

    @property
    def requires_grad(self) -> bool:
        """Whether a parameter requires a gradient."""
        return any(tensor.requires_grad for tensor in self._tensors)

    def training(self) -> list[Module]:
        """Return the parts that are in training mode."""
        return list(filter(_training, self._parts))

    def changed(self) -> bool:
        """Return whether the network has other parts, or a tensor of it other numbers by now."""
        now = self._now()
        return not (
            len(now) == len(self._held)
            and all(map(is_, now, self._held))
            and all(map(is_, map(_array, self._tensors), self._arrays))
            and list(map(_state, self._versions)) == self._states
            and all(np.array_equal(array, copy, equal_nan=True) for array, copy in self._copies)
        )

    def _now(self) -> list[object]:
        return list(chain.from_iterable(table.values() for table in self._tables))
