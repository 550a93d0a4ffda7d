"""Tensors and their gradients."""

from convolens.tensor.apply import apply
from convolens.tensor.create import (
    arange,
    cat,
    from_dlpack,
    from_numpy,
    full,
    ones,
    ones_like,
    rand,
    randn,
    tensor,
    zeros,
    zeros_like,
)
from convolens.tensor.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from convolens.tensor.random import manual_seed
from convolens.tensor.tensor import Tensor

__all__ = [
    "Tensor",
    "apply",
    "arange",
    "cat",
    "enable_grad",
    "from_dlpack",
    "from_numpy",
    "full",
    "inference_mode",
    "is_grad_enabled",
    "manual_seed",
    "no_grad",
    "ones",
    "ones_like",
    "rand",
    "randn",
    "set_grad_enabled",
    "tensor",
    "zeros",
    "zeros_like",
]
