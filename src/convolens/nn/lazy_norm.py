"""Normalisations with running averages that learn their channels from the first input."""

from __future__ import annotations

from typing import Any, ClassVar, final

from convolens.nn.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d, BatchNormNd
from convolens.nn.instance_norm import (
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    InstanceNormNd,
)
from convolens.nn.lazy import LazyModuleMixin
from convolens.nn.module import Module
from convolens.nn.norm_base import RunningNorm
from convolens.nn.uninitialized import (
    Uninitialized,
    UninitializedBuffer,
    UninitializedParameter,
)
from convolens.tensor import Tensor

#: What each tensor holds before the first batch.
_FIRST = {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}


class _LazyNorm(LazyModuleMixin, RunningNorm):
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, affine, track_running_stats, bias=bias)

    def make_parameters(self, weight: bool, bias: bool) -> None:
        """Own parameters without shapes."""
        self.register_parameter("weight", UninitializedParameter() if weight else None)
        self.register_parameter("bias", UninitializedParameter() if bias else None)

    def make_averages(self, tracked: bool) -> None:
        """Own averages without shapes."""
        self.register_buffer("running_mean", UninitializedBuffer() if tracked else None)
        self.register_buffer("running_var", UninitializedBuffer() if tracked else None)

    def reset_parameters(self) -> None:
        """Start anew, if there is anything yet."""
        if not self.has_uninitialized_params():
            super().reset_parameters()

    def initialize_parameters(self, *inputs: Any, **options: Any) -> None:
        """Take the number of channels from the input, or from a state that was loaded."""
        self.num_features = self._features(*inputs, **options)
        for name, value in _FIRST.items():
            tensor = getattr(self, name)
            if isinstance(tensor, Uninitialized):
                tensor.materialize((self.num_features,))
                tensor.detach().fill_(value)

    def _features(self, input: Tensor) -> int:
        self.require_rank(input)
        tensors = (getattr(self, name) for name in _FIRST)
        known = [t for t in tensors if t is not None and not isinstance(t, Uninitialized)]
        return known[0].shape[0] if known else input.shape[self.channel_axis(input)]


@final
class LazyBatchNorm1d(_LazyNorm, BatchNormNd):
    """A ``BatchNorm1d`` whose ``num_features`` the first input says; it takes the other arguments.

    Example:
        >>> import convolens as cl
        >>> layer = LazyBatchNorm1d(affine=False)
        >>> layer(cl.zeros(4, 3)).shape, layer.num_features
        ((4, 3), 3)
    """

    ranks: ClassVar[tuple[int, ...]] = BatchNorm1d.ranks
    cls_to_become: ClassVar[type[Module]] = BatchNorm1d


@final
class LazyBatchNorm2d(_LazyNorm, BatchNormNd):
    """A ``BatchNorm2d`` whose ``num_features`` the first input says; it takes the other arguments.

    Example:
        >>> import convolens as cl
        >>> net = cl.nn.Sequential(cl.nn.LazyConv2d(8, 3), LazyBatchNorm2d())
        >>> net(cl.zeros(2, 3, 5, 5)).shape, net[1].running_mean.shape
        ((2, 8, 3, 3), (8,))
    """

    ranks: ClassVar[tuple[int, ...]] = BatchNorm2d.ranks
    cls_to_become: ClassVar[type[Module]] = BatchNorm2d


@final
class LazyBatchNorm3d(_LazyNorm, BatchNormNd):
    """A ``BatchNorm3d`` whose ``num_features`` the first input says; it takes the other arguments.

    Example:
        >>> import convolens as cl
        >>> layer = LazyBatchNorm3d()
        >>> layer(cl.zeros(1, 2, 3, 3, 3)).shape, layer.weight.shape
        ((1, 2, 3, 3, 3), (2,))
    """

    ranks: ClassVar[tuple[int, ...]] = BatchNorm3d.ranks
    cls_to_become: ClassVar[type[Module]] = BatchNorm3d


@final
class LazyInstanceNorm1d(_LazyNorm, InstanceNormNd):
    """An ``InstanceNorm1d`` whose ``num_features`` the first input says.

    It takes the other arguments. As in torch, and unlike InstanceNorm1d's, ``affine`` and
    ``track_running_stats`` are True unless given.

    Example:
        >>> import convolens as cl
        >>> layer = LazyInstanceNorm1d()
        >>> layer(cl.zeros(4, 3, 5)).shape, layer.num_features
        ((4, 3, 5), 3)
    """

    ranks: ClassVar[tuple[int, ...]] = InstanceNorm1d.ranks
    cls_to_become: ClassVar[type[Module]] = InstanceNorm1d


@final
class LazyInstanceNorm2d(_LazyNorm, InstanceNormNd):
    """An ``InstanceNorm2d`` whose ``num_features`` the first input says.

    It takes the other arguments. As in torch, and unlike InstanceNorm2d's, ``affine`` and
    ``track_running_stats`` are True unless given.

    Example:
        >>> import convolens as cl
        >>> layer = LazyInstanceNorm2d()
        >>> layer(cl.zeros(3, 4, 4)).shape, layer.num_features
        ((3, 4, 4), 3)
    """

    ranks: ClassVar[tuple[int, ...]] = InstanceNorm2d.ranks
    cls_to_become: ClassVar[type[Module]] = InstanceNorm2d


@final
class LazyInstanceNorm3d(_LazyNorm, InstanceNormNd):
    """An ``InstanceNorm3d`` whose ``num_features`` the first input says.

    It takes the other arguments. As in torch, and unlike InstanceNorm3d's, ``affine`` and
    ``track_running_stats`` are True unless given.

    Example:
        >>> import convolens as cl
        >>> layer = LazyInstanceNorm3d(affine=False)
        >>> layer(cl.zeros(1, 2, 3, 3, 3)).shape, layer.num_features
        ((1, 2, 3, 3, 3), 2)
    """

    ranks: ClassVar[tuple[int, ...]] = InstanceNorm3d.ranks
    cls_to_become: ClassVar[type[Module]] = InstanceNorm3d
