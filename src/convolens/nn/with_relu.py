"""Layers that run together with the ReLU behind them, in one pass and with the same bits."""

from __future__ import annotations

from typing import Any, TypeGuard

from convolens.errors import ConvolensError
from convolens.nn.activation import ReLU
from convolens.nn.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from convolens.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from convolens.nn.group_norm import GroupNorm
from convolens.nn.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from convolens.nn.module import Module
from convolens.nn.norm_base import ChannelNorm
from convolens.tensor import Tensor
from convolens.tensor.observe import observers

#: Those that have a ``forward_relu``. Subclasses may do something else.
LAYERS: tuple[type[ConvNd | ChannelNorm], ...] = (
    Conv1d,
    Conv2d,
    Conv3d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)


def joins(layer: object) -> TypeGuard[ConvNd | ChannelNorm]:
    """Return whether a layer can run together with a ReLU behind it."""
    return type(layer) in LAYERS


def is_plain(module: Module) -> bool:
    """Return whether nobody sees what a module reads and makes, nor has changed what it does."""
    own = module.__dict__
    return not (
        own["_forward_hooks"]
        or own["_forward_pre_hooks"]
        or "forward" in own
        # The place of a largest number does change: what is 0 after ReLU may have been larger.
        or own.get("return_indices")
    )


def at_once(layer: ConvNd | ChannelNorm, *inputs: Any) -> Tensor:
    """Return what a layer with a ReLU behind it makes; an error is the layer's."""
    try:
        return layer.forward_relu(*inputs)
    except ConvolensError as error:
        error.module = layer
        raise


def norm_relu(norm: Module, act: Module, input: Tensor, addend: Any = None) -> Tensor:
    """Return act(norm(input) + addend), without an addend act(norm(input)).

    It is one pass for a normalisation and a ReLU that nobody watches.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[1.0, 3.0, 10.0, 30.0]])
        >>> norm_relu(cl.nn.GroupNorm(2, 4, eps=1e-9), ReLU(), x, x).tolist()
        [[0.0, 4.0, 9.0, 31.0]]
    """
    if isinstance(norm, ChannelNorm) and joins(norm) and type(act) is ReLU and not observers:
        fits = addend is None or (isinstance(addend, Tensor) and addend.spec == input.spec)
        if fits and is_plain(norm) and is_plain(act):
            return at_once(norm, input) if addend is None else at_once(norm, input, addend)
    y = norm(input)
    result: Tensor = act(y if addend is None else y + addend)
    return result
