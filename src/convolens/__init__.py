"""Convolutional networks you can see through: every number in view, trained fast on any CPU."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from convolens import nn, optim
from convolens.backends.choose import algorithm
from convolens.backends.exact import exact, is_exact, set_exact
from convolens.backends.threads import get_num_threads, set_num_threads
from convolens.ops import _taps as taps
from convolens.spec import bool_, float32, float64, int64, uint8
from convolens.tensor import (
    Tensor,
    arange,
    autograd,
    cat,
    enable_grad,
    from_dlpack,
    from_numpy,
    full,
    inference_mode,
    is_grad_enabled,
    manual_seed,
    no_grad,
    ones,
    ones_like,
    rand,
    randn,
    set_grad_enabled,
    tensor,
    zeros,
    zeros_like,
)

if TYPE_CHECKING:
    from convolens import data, lens, models, scratch, train
    from convolens.lens import race

__version__ = "0.1.0"

#: Imported when they are first used: a program that only computes need not wait for them.
_LAZY = ("data", "lens", "models", "scratch", "train")


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return import_module(f"convolens.{name}")
    if name == "race":
        return import_module("convolens.lens").race
    raise AttributeError(f"module 'convolens' has no attribute {name!r}")


__all__ = [
    "Tensor",
    "__version__",
    "algorithm",
    "arange",
    "autograd",
    "bool_",
    "cat",
    "data",
    "enable_grad",
    "exact",
    "float32",
    "float64",
    "from_dlpack",
    "from_numpy",
    "full",
    "get_num_threads",
    "inference_mode",
    "int64",
    "is_exact",
    "is_grad_enabled",
    "lens",
    "manual_seed",
    "models",
    "nn",
    "no_grad",
    "ones",
    "ones_like",
    "optim",
    "race",
    "rand",
    "randn",
    "scratch",
    "set_exact",
    "set_grad_enabled",
    "set_num_threads",
    "taps",
    "tensor",
    "train",
    "uint8",
    "zeros",
    "zeros_like",
]
