"""The sub-sampling layer of 1998: an average that is trained."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError, ShapeError
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.pooling import avg_pool_operator, pool_with
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor, ones, zeros


@final
class Subsampling(Module):
    """y[n,c] = weight[c] times the mean of each window of x[n,c], plus bias[c].

    In the networks of 1998 a squashing function follows. Two numbers a channel are trained: with a
    small weight the squashing is nearly linear and the layer blurs, with a large one it acts like a
    noisy "or" or "and" of the window, as the bias says. At first it is plain average pooling.

    Args:
        num_channels: C.
        kernel_size: The window's size, one number or (R, S).
        stride: The step between windows; the window's size if not given.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]; [C, H, W] -> [C, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the input has another number of channels.

    Example:
        >>> import convolens as cl
        >>> layer = Subsampling(6)
        >>> layer(cl.zeros(1, 6, 28, 28)).shape, sum(p.numel() for p in layer.parameters())
        ((1, 6, 14, 14), 12)

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document
    Recognition", 1998, section II.B, layers S2 and S4. There the four inputs are added up, so that
    the coefficient is a quarter of this one.
    """

    def __init__(
        self, num_channels: int, kernel_size: Ints = 2, stride: Ints | None = None
    ) -> None:
        super().__init__()
        if num_channels < 1:
            raise ArgumentError(f"num_channels is {num_channels}, but must be at least 1.")
        self.num_channels = num_channels
        self.operator = avg_pool_operator(2, kernel_size, stride)
        self.weight = Parameter(ones(num_channels))
        self.bias = Parameter(zeros(num_channels))

    def reset_parameters(self) -> None:
        """Make it average pooling again."""
        self.weight.data.fill_(1)
        self.bias.data.zero_()

    def forward(self, input: Tensor) -> Tensor:
        """Return the sub-sampled ``input``."""
        pooled = pool_with(self.operator, input)
        if pooled.shape[-3] != self.num_channels:
            raise ShapeError(
                f"subsampling: the input has {pooled.shape[-3]} channels, but the layer "
                f"{self.num_channels}.",
                [("input", input.spec, "N, C, H, W"), ("num_channels", self.num_channels, "")],
                f"make it with num_channels={pooled.shape[-3]}.",
            )
        shape = (self.num_channels, 1, 1)
        return pooled * self.weight.reshape(shape) + self.bias.reshape(shape)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        op = self.operator
        return f"{self.num_channels}, kernel_size={op.kernel}, stride={op.stride}"
