"""A network as it was when its plans were made: its parts, and the numbers that they hold."""

from __future__ import annotations

from typing import final

import numpy as np

from convolens.backends.call import Parts
from convolens.nn import Module
from convolens.tensor import Tensor


@final
class Watched:
    """What a network consists of: modules, parameters, buffers, and the versions of their memory.

    Memory that arrays outside the library share, through ``tensor.data`` or ``numpy()``, may change
    without a new version: of that there are copies.
    """

    def __init__(self, network: Module) -> None:
        self._modules = list(network.modules())
        tables = [
            table
            for part in self._modules
            for table in (part._modules, part._parameters, part._buffers)
        ]
        self._parts = Parts(tuple(tables), tuple(self._modules))
        self._tensors = [
            value for table in tables for value in table.values() if isinstance(value, Tensor)
        ]
        self._copies = [
            (tensor.array, tensor.array.copy()) for tensor in self._tensors if tensor.version.shared
        ]

    @property
    def parts(self) -> Parts | None:
        """What answers for all of it in one call; None if there is memory to be compared."""
        return None if self._copies else self._parts

    @property
    def requires_grad(self) -> bool:
        """Whether a parameter requires a gradient."""
        return any(tensor.requires_grad for tensor in self._tensors)

    def training(self) -> list[Module]:
        """Return the parts that are in training mode."""
        return [module for module in self._modules if module.training]

    def changed(self) -> bool:
        """Return whether the network has other parts, or a tensor of it other numbers by now."""
        return not self._parts.same() or not all(
            np.array_equal(array, copy, equal_nan=True) for array, copy in self._copies
        )
