"""What normalisations of channels share."""

from __future__ import annotations

import abc
from math import inf
from typing import ClassVar

from convolens.errors import ArgumentError, ShapeError
from convolens.nn import init
from convolens.nn.functional._norm import NOTHING, Behind
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor, ones, tensor, zeros


class ChannelNorm(Module):
    """A normalisation of channels. Abstract."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised ``input``; in training, running averages learn from it."""
        return self.normalized(input, NOTHING)

    def forward_relu(
        self, input: Tensor, addend: Tensor | None = None, most: float = inf
    ) -> Tensor:
        """Return ``hardtanh(forward(input) + addend, 0, most)``, that is a ReLU, in one pass.

        The addend has the shape and the type of ``input``; without it nothing is added.
        """
        return self.normalized(input, Behind(most, addend))

    @abc.abstractmethod
    def normalized(self, input: Tensor, behind: Behind) -> Tensor:
        """Return the normalised ``input``, and do what follows."""


class RunningNorm(ChannelNorm):
    """A normalisation of C channels that remembers their means and variances. Abstract."""

    #: The numbers of dimensions that an input may have.
    ranks: ClassVar[tuple[int, ...]]

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        *,
        bias: bool,
    ) -> None:
        super().__init__()
        if num_features < 0:
            raise ArgumentError(
                f"num_features is {num_features}, but must not be negative.",
                hint="it is the number of channels.",
            )
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.make_parameters(affine, affine and bias)
        self.make_averages(track_running_stats)
        self.register_buffer("num_batches_tracked", tensor(0) if track_running_stats else None)

    def make_parameters(self, weight: bool, bias: bool) -> None:
        """Own weights of 1 and biases of 0, or None."""
        count = self.num_features
        self.register_parameter("weight", Parameter(ones(count)) if weight else None)
        self.register_parameter("bias", Parameter(zeros(count)) if bias else None)

    def make_averages(self, tracked: bool) -> None:
        """Own running averages, or None."""
        count = self.num_features
        self.register_buffer("running_mean", zeros(count) if tracked else None)
        self.register_buffer("running_var", ones(count) if tracked else None)

    def channel_axis(self, input: Tensor) -> int:
        """Return which axis of ``input`` holds the channels."""
        return 1

    def reset_running_stats(self) -> None:
        """Forget the batches that were seen."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Forget the batches, and make weights 1 and biases 0."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def require_rank(self, input: Tensor) -> None:
        """Refuse an input with another number of dimensions.

        Raises:
            ShapeError: If so.
        """
        if input.ndim not in self.ranks:
            expected = " or ".join(f"{rank}D" for rank in self.ranks)
            raise ShapeError(
                f"{type(self).__name__}: expected {expected} input (got {input.ndim}D input).",
                [("input", input.spec, "")],
                "use the layer for this number of axes.",
            )

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )
