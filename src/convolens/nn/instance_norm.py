"""Instance normalisation layers."""

from __future__ import annotations

import warnings
from typing import ClassVar, final

from convolens.errors import ShapeError
from convolens.nn.functional._norm import NOTHING, Behind
from convolens.nn.functional.instance_norm import normalize_images
from convolens.nn.norm_base import RunningNorm
from convolens.tensor import Tensor


class InstanceNormNd(RunningNorm):
    """What the layers for one, two and three axes share. Abstract."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias=bias)

    def normalized(self, input: Tensor, behind: Behind) -> Tensor:
        """Return the normalised ``input``, and what is done behind that."""
        self.require_rank(input)
        axis = self.channel_axis(input)
        single = axis == 0
        self._check_channels(input, axis)
        y = normalize_images(
            NOTHING if single else behind,
            input.unsqueeze(0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return behind.apart(y.squeeze(0)) if single else y

    def channel_axis(self, input: Tensor) -> int:
        """Return which axis of ``input`` holds the channels: the first of a single image."""
        return 0 if input.ndim == self.ranks[0] else 1

    def _check_channels(self, input: Tensor, axis: int) -> None:
        channels = input.shape[axis]
        if channels == self.num_features:
            return
        text = f"the input has {channels} channels, but num_features is {self.num_features}"
        if self.affine:
            raise ShapeError(
                f"{type(self).__name__}: {text}.",
                [("input", input.spec, "")],
                f"make the layer with num_features={channels}.",
            )
        warnings.warn(f"{text}, which is not used without affine=True.", stacklevel=5)


@final
class InstanceNorm1d(InstanceNormNd):
    """y = (x - mean) / sqrt(var + eps): each channel of each image over its width.

    Args:
        num_features: C.
        eps: What is added to the variance.
        momentum: By which part running averages move.
        affine: Whether to have weights and biases, one a channel.
        track_running_stats: Whether to have running averages, which ``eval()`` uses.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C, W] -> [N, C, W]; [C, W] -> [C, W]
    """

    ranks: ClassVar[tuple[int, ...]] = (2, 3)


@final
class InstanceNorm2d(InstanceNormNd):
    """y = (x - mean) / sqrt(var + eps): each channel of each image over its pixels.

    Args:
        num_features: C.
        eps: What is added to the variance.
        momentum: By which part running averages move.
        affine: Whether to have weights and biases, one a channel.
        track_running_stats: Whether to have running averages, which ``eval()`` uses.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C, H, W] -> [N, C, H, W]; [C, H, W] -> [C, H, W]

    Raises:
        ShapeError: If the input has another number of dimensions, or, with ``affine``, of channels.
        ArgumentError: If a channel has one pixel.

    Example:
        >>> import convolens as cl
        >>> InstanceNorm2d(1, eps=1e-9)(cl.tensor([[[[1.0, 3.0]]]])).tolist()
        [[[[-1.0, 1.0]]]]

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing Ingredient for Fast
    Stylization", 2016.
    """

    ranks: ClassVar[tuple[int, ...]] = (3, 4)


@final
class InstanceNorm3d(InstanceNormNd):
    """y = (x - mean) / sqrt(var + eps): each channel of each image over its voxels.

    Args:
        num_features: C.
        eps: What is added to the variance.
        momentum: By which part running averages move.
        affine: Whether to have weights and biases, one a channel.
        track_running_stats: Whether to have running averages, which ``eval()`` uses.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C, D, H, W] -> [N, C, D, H, W]; [C, D, H, W] -> [C, D, H, W]
    """

    ranks: ClassVar[tuple[int, ...]] = (4, 5)
