"""Layers that run together with the ReLU or ReLU6 behind them, in one pass, with the same bits."""

from __future__ import annotations

from math import inf
from typing import Any, TypeGuard

from convolens.errors import ConvolensError
from convolens.nn.activation import ReLU
from convolens.nn.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from convolens.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from convolens.nn.group_norm import GroupNorm
from convolens.nn.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from convolens.nn.module import Module
from convolens.nn.norm_base import ChannelNorm
from convolens.nn.rectifier import ReLU6
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

#: What cuts off negative numbers, and where it cuts off large ones.
MOST: dict[type[Module], float] = {ReLU: inf, ReLU6: 6.0}


def joins(layer: object, act: Module) -> TypeGuard[ConvNd | ChannelNorm]:
    """Return whether a layer can run together with an activation behind it.

    With a ReLU all do, with a ReLU6 normalisations.
    """
    if type(layer) not in LAYERS or type(act) not in MOST:
        return False
    return type(act) is ReLU or isinstance(layer, ChannelNorm)


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


def at_once(layer: ConvNd | ChannelNorm, act: Module, input: Any, addend: Any = None) -> Tensor:
    """Return act(layer(input) + addend), for two that join; an error is the layer's."""
    try:
        if isinstance(layer, ConvNd):
            return layer.forward_relu(input)
        return layer.forward_relu(input, addend, MOST[type(act)])
    except ConvolensError as error:
        error.module = layer
        raise


def norm_relu(norm: Module, act: Module, input: Tensor, addend: Any = None) -> Tensor:
    """Return act(norm(input) + addend), without an addend act(norm(input)).

    It is one pass for a normalisation and a ReLU or ReLU6 that nobody watches.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[1.0, 3.0, 10.0, 30.0]])
        >>> norm_relu(cl.nn.GroupNorm(2, 4, eps=1e-9), ReLU(), x, x).tolist()
        [[0.0, 4.0, 9.0, 31.0]]
    """
    if isinstance(norm, ChannelNorm) and joins(norm, act) and not observers:
        fits = addend is None or (isinstance(addend, Tensor) and addend.spec == input.spec)
        if fits and is_plain(norm) and is_plain(act):
            return at_once(norm, act, input, addend)
    y = norm(input)
    result: Tensor = act(y if addend is None else y + addend)
    return result
