"""The fully connected layer that learns its number of inputs from the first one."""

from __future__ import annotations

from typing import Any, ClassVar, final

from convolens.errors import ShapeError
from convolens.nn.lazy import LazyModuleMixin
from convolens.nn.linear import Linear, LinearBase
from convolens.nn.module import Module
from convolens.nn.uninitialized import UninitializedParameter
from convolens.tensor import Tensor


@final
class LazyLinear(LazyModuleMixin, LinearBase):
    """A ``Linear`` whose ``in_features`` the first input says.

    Args:
        out_features: O, the numbers of an output.
        bias: Whether to add a number to each output.

    Shapes:
        [*N, I] -> [*N, O]

    Example:
        >>> import convolens as cl
        >>> net = cl.nn.Sequential(cl.nn.Flatten(), LazyLinear(10))
        >>> net(cl.zeros(1, 30, 12, 12)).shape, net[1]
        ((1, 10), Linear(in_features=4320, out_features=10, bias=True))
    """

    cls_to_become: ClassVar[type[Module]] = Linear

    def __init__(self, out_features: int, bias: bool = True) -> None:
        super().__init__(0, out_features, bias)

    def make_parameters(self, bias: bool) -> None:
        """Own parameters without shapes."""
        self.weight = UninitializedParameter()
        self.register_parameter("bias", UninitializedParameter() if bias else None)

    def reset_parameters(self) -> None:
        """Draw new values, if there are any yet."""
        if not self.has_uninitialized_params():
            super().reset_parameters()

    def initialize_parameters(self, *inputs: Any, **options: Any) -> None:
        """Take the number of features from the input, or from a state that was loaded."""
        is_new = isinstance(self.weight, UninitializedParameter)
        features = self._features(*inputs, **options) if is_new else self.weight.shape[1]
        self.require_positive("in_features", features)
        self.in_features = features
        shapes = ((self.out_features, features), (self.out_features,))
        for parameter, shape in zip((self.weight, self.bias), shapes, strict=True):
            if isinstance(parameter, UninitializedParameter):
                parameter.materialize(shape)
        if is_new:
            self.reset_parameters()

    def _features(self, input: Tensor) -> int:
        if input.ndim == 0:
            raise ShapeError("linear: the input is a single number, without features.")
        return input.shape[-1]
