"""The layer of group normalisation."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.nn import init
from convolens.nn.functional._norm import Behind
from convolens.nn.functional.group_norm import normalize_groups
from convolens.nn.norm_base import ChannelNorm
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor, ones, zeros


@final
class GroupNorm(ChannelNorm):
    """y = (x - mean) / sqrt(var + eps) weight + bias: each image's groups of channels.

    It does not depend on the batch. One group normalises the whole image; as many groups as
    channels, each channel by itself.

    Args:
        num_groups: In how many groups of neighbours the channels are divided.
        num_channels: C.
        eps: What is added to the variance.
        affine: Whether to have weights and biases, one a channel.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C, *I] -> [N, C, *I]

    Raises:
        ArgumentError: If the groups do not divide the channels.
        ShapeError: If the input has another number of channels.

    Example:
        >>> import convolens as cl
        >>> GroupNorm(2, 4, eps=1e-9)(cl.tensor([[1.0, 3.0, 10.0, 30.0]])).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]

    Source: Wu and He, "Group Normalization", 2018.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels < 0 or num_channels % num_groups:
            raise ArgumentError(
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups}).",
                hint="use a number of groups that divides the number of channels.",
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self.register_parameter("weight", Parameter(ones(num_channels)) if affine else None)
        has_bias = affine and bias
        self.register_parameter("bias", Parameter(zeros(num_channels)) if has_bias else None)

    def reset_parameters(self) -> None:
        """Make weights 1 and biases 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def normalized(self, input: Tensor, behind: Behind) -> Tensor:
        """Return the normalised ``input``, and do what follows."""
        return normalize_groups(behind, input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )
