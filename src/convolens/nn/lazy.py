"""Layers that learn the size of their input from the first one they see."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from convolens.errors import ConvolensError
from convolens.nn.module import Module
from convolens.nn.uninitialized import Uninitialized


class LazyModuleMixin(Module):
    """A layer without shapes. Abstract. At its first call it becomes a layer of ``cls_to_become``.

    Until then its parameters and buffers are ``Uninitialized``. Its state can be saved and loaded
    before and after; a state that has shapes gives them to the layer.
    """

    cls_to_become: ClassVar[type[Module]]

    @abc.abstractmethod
    def initialize_parameters(self, *inputs: Any, **options: Any) -> None:
        """Give the parameters the shapes that the first input asks for, and their first values."""

    def has_uninitialized_params(self) -> bool:
        """Return whether a parameter or buffer has no shape yet."""
        tensors = (*self._parameters.values(), *self._buffers.values())
        return any(isinstance(tensor, Uninitialized) for tensor in tensors)

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Become the layer that the inputs ask for, and compute its output."""
        try:
            self.initialize_parameters(*inputs, **options)
        except ConvolensError as error:
            error.module = self
            raise
        self.__class__ = self.cls_to_become  # type: ignore[assignment]
        return self(*inputs, **options)
