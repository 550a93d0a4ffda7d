"""Batch normalisation layers."""

from __future__ import annotations

from typing import ClassVar, final

from convolens.nn.functional._norm import Behind
from convolens.nn.functional.batch_norm import normalize_batch
from convolens.nn.norm_base import RunningNorm
from convolens.tensor import Tensor


class BatchNormNd(RunningNorm):
    """What the layers for one, two and three axes share. Abstract."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias=bias)

    def normalized(self, input: Tensor, behind: Behind) -> Tensor:
        """Return the normalised ``input``, and what is done behind that."""
        self.require_rank(input)
        training, tracks, factor = self.training, self.track_running_stats, self.momentum
        batches = self.num_batches_tracked if training and tracks else None
        if factor is None:
            factor = 0.0 if batches is None else 1 / (int(batches) + 1)
        mean, var = self.running_mean, self.running_var
        known = tracks or not training
        y = normalize_batch(
            behind,
            input,
            mean if known else None,
            var if known else None,
            self.weight,
            self.bias,
            training or (mean is None and var is None),
            factor,
            self.eps,
        )
        if batches is not None:
            batches.fill_(int(batches) + 1)
        return y


@final
class BatchNorm1d(BatchNormNd):
    """y = (x - mean) / sqrt(var + eps) weight + bias: each channel over the batch and its width.

    Args:
        num_features: C.
        eps: What is added to the variance.
        momentum: By which part the running averages move towards a batch; None: the mean of all.
        affine: Whether to have weights and biases, one a channel.
        track_running_stats: Whether to have running averages, which ``eval()`` uses.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C] -> [N, C]; [N, C, W] -> [N, C, W]

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015.
    """

    ranks: ClassVar[tuple[int, ...]] = (2, 3)


@final
class BatchNorm2d(BatchNormNd):
    """y = (x - mean) / sqrt(var + eps) weight + bias: each channel over the batch and its pixels.

    In training mean and var are those of the batch, and the running averages move towards them (the
    variance as that of a sample, divided by n - 1). After ``eval()`` these are used.

    Args:
        num_features: C.
        eps: What is added to the variance.
        momentum: By which part the running averages move towards a batch; None: the mean of all.
        affine: Whether to have weights and biases, one a channel.
        track_running_stats: Whether to have running averages, which ``eval()`` uses.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C, H, W] -> [N, C, H, W]

    Raises:
        ShapeError: If the input has another number of dimensions or channels.
        ArgumentError: If there is one value a channel in training.

    Example:
        >>> import convolens as cl
        >>> layer = BatchNorm2d(1, eps=1e-9)
        >>> layer(cl.tensor([[[[1.0, 3.0]]]])).tolist()
        [[[[-1.0, 1.0]]]]
        >>> layer.running_mean.tolist()
        [0.20000000298023224]

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015.
    """

    ranks: ClassVar[tuple[int, ...]] = (4,)


@final
class BatchNorm3d(BatchNormNd):
    """y = (x - mean) / sqrt(var + eps) weight + bias: each channel over the batch and its voxels.

    Args:
        num_features: C.
        eps: What is added to the variance.
        momentum: By which part the running averages move towards a batch; None: the mean of all.
        affine: Whether to have weights and biases, one a channel.
        track_running_stats: Whether to have running averages, which ``eval()`` uses.
        bias: Whether ``affine`` includes biases.

    Shapes:
        [N, C, D, H, W] -> [N, C, D, H, W]
    """

    ranks: ClassVar[tuple[int, ...]] = (5,)
