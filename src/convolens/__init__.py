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
    abs,
    arange,
    autograd,
    cat,
    clamp,
    clip,
    enable_grad,
    erf,
    exp,
    from_dlpack,
    from_numpy,
    full,
    inference_mode,
    is_grad_enabled,
    log,
    manual_seed,
    maximum,
    minimum,
    neg,
    no_grad,
    ones,
    ones_like,
    pow,
    rand,
    randn,
    relu,
    set_grad_enabled,
    sigmoid,
    sqrt,
    tanh,
    tensor,
    where,
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
    "abs",
    "algorithm",
    "arange",
    "autograd",
    "bool_",
    "cat",
    "clamp",
    "clip",
    "data",
    "enable_grad",
    "erf",
    "exp",
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
    "log",
    "manual_seed",
    "maximum",
    "minimum",
    "models",
    "neg",
    "nn",
    "no_grad",
    "ones",
    "ones_like",
    "optim",
    "pow",
    "rand",
    "randn",
    "relu",
    "scratch",
    "set_grad_enabled",
    "set_num_threads",
    "sigmoid",
    "sqrt",
    "tanh",
    "taps",
    "tensor",
    "train",
    "uint8",
    "where",
    "zeros",
    "zeros_like",
]
