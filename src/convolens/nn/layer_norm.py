"""The layer of layer normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from convolens.errors import ArgumentError
from convolens.nn import functional, init
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor, ones, zeros


@final
class LayerNorm(Module):
    """y = (x - mean) / sqrt(var + eps) weight + bias, over the last axes of each entry.

    Args:
        normalized_shape: S, the sizes of the last axes, or the size of the last one.
        eps: What is added to the variance.
        elementwise_affine: Whether to have weights and biases, one for each place of S.
        bias: Whether ``elementwise_affine`` includes biases.

    Shapes:
        [*B, *S] -> [*B, *S]

    Raises:
        ArgumentError: If a size is negative.
        ShapeError: If the input does not end in S.

    Example:
        >>> import convolens as cl
        >>> LayerNorm(2, eps=1e-9)(cl.tensor([[1.0, 3.0], [10.0, 30.0]])).tolist()
        [[-1.0, 1.0], [-1.0, 1.0]]

    Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__()
        sizes = normalized_shape if isinstance(normalized_shape, Sequence) else [normalized_shape]
        shape = tuple(sizes)
        if min(shape, default=0) < 0:
            raise ArgumentError(
                f"normalized_shape is {shape}, but sizes must not be negative.",
                hint="give the sizes of the last axes.",
            )
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        has_bias = elementwise_affine and bias
        self.register_parameter("weight", Parameter(ones(shape)) if elementwise_affine else None)
        self.register_parameter("bias", Parameter(zeros(shape)) if has_bias else None)

    def reset_parameters(self) -> None:
        """Make weights 1 and biases 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised ``input``."""
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )
