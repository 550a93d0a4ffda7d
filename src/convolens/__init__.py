"""Convolutional networks you can see through."""

from convolens import nn, optim
from convolens.backends.choose import algorithm
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
