"""Convolutional networks you can see through: every number in view, trained fast on any CPU."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from convolens import nn, optim
from convolens.backends.choose import algorithm
from convolens.backends.threads import get_num_threads, set_num_threads
from convolens.ops import _taps as taps
from convolens.spec import bool_, float32, float64, int64, uint8
from convolens.tensor import (
    Tensor,
    arange,
    autograd,
    broadcast_to,
    cat,
    chunk,
    enable_grad,
    flatten,
    flip,
    from_dlpack,
    from_numpy,
    full,
    inference_mode,
    is_grad_enabled,
    manual_seed,
    moveaxis,
    movedim,
    narrow,
    no_grad,
    ones,
    ones_like,
    permute,
    rand,
    randn,
    reshape,
    roll,
    set_grad_enabled,
    split,
    squeeze,
    stack,
    swapaxes,
    swapdims,
    t,
    tensor,
    tile,
    transpose,
    unbind,
    unflatten,
    unsqueeze,
    zeros,
    zeros_like,
)

if TYPE_CHECKING:
    from convolens import data, lens, models, scratch, train

__version__ = "0.1.0"

#: Imported when they are first used: a program that only computes need not wait for them.
_LAZY = ("data", "lens", "models", "scratch", "train")


def __getattr__(name: str) -> ModuleType:
    if name in _LAZY:
        return import_module(f"convolens.{name}")
    raise AttributeError(f"module 'convolens' has no attribute {name!r}")


__all__ = [
    "Tensor",
    "__version__",
    "algorithm",
    "arange",
    "autograd",
    "bool_",
    "broadcast_to",
    "cat",
    "chunk",
    "data",
    "enable_grad",
    "flatten",
    "flip",
    "float32",
    "float64",
    "from_dlpack",
    "from_numpy",
    "full",
    "get_num_threads",
    "inference_mode",
    "int64",
    "is_grad_enabled",
    "lens",
    "manual_seed",
    "models",
    "moveaxis",
    "movedim",
    "narrow",
    "nn",
    "no_grad",
    "ones",
    "ones_like",
    "optim",
    "permute",
    "rand",
    "randn",
    "reshape",
    "roll",
    "scratch",
    "set_grad_enabled",
    "set_num_threads",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "swapdims",
    "t",
    "taps",
    "tensor",
    "tile",
    "train",
    "transpose",
    "uint8",
    "unbind",
    "unflatten",
    "unsqueeze",
    "zeros",
    "zeros_like",
]
