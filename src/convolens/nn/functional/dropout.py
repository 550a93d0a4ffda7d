"""Dropout as functions: of elements, and of whole channels.

With ``inplace`` the input itself takes the result, and is returned.
"""

from __future__ import annotations

import math
import warnings

from convolens import ops
from convolens.errors import ShapeError
from convolens.spec import int64
from convolens.tensor import Tensor, apply, full, ones_like, random, tensor
from convolens.tensor.in_place import in_place

#: -lambda alpha of SELU: what it makes of minus infinity.
_SATURATED = -1.7580993408473766


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Return input with a share p of its elements zero and the others divided by 1 - p.

    Outside training input itself is returned. The elements follow from ``manual_seed``.

    Raises:
        ArgumentError: If p is not a probability.
    """
    op = ops.Dropout(float(p))
    if not training or p == 0.0:
        return input
    key = tensor(random.next_key(), dtype=int64)
    if inplace:
        return in_place("dropout_", input, lambda old: apply(op, old, key), needed=False)
    return apply(op, input, key)


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Return input [N, C, W] or [C, W] with a share p of its channels zero, the others grown.

    Raises:
        ArgumentError: If p is not a probability.
        ShapeError: If the input has another rank.
    """
    if inplace and training:
        return in_place("dropout1d_", input, lambda old: dropout1d(old, p))
    if input.ndim not in (2, 3):
        raise ShapeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input.",
            [("input", input.spec, "")],
            "give [N, C, W] or [C, W]; plain dropout takes any rank.",
        )
    if input.ndim == 3:
        return _drop_channels(input, p, training)
    return _drop_channels(input.unsqueeze(0), p, training).squeeze(0)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Return input [N, C, H, W] with a share p of its channels zero, and the others grown.

    As in torch, an input of rank 3 is [N, C, W], not one image, and warns.

    Raises:
        ArgumentError: If p is not a probability.
        ShapeError: If the input has no axis of channels.
    """
    if inplace and training:
        return in_place("dropout2d_", input, lambda old: dropout2d(old, p))
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: a 3D input is taken as [N, C, W], as torch does, not as one image "
            "[C, H, W]: use dropout1d, or add an axis with unsqueeze(0).",
            stacklevel=2,
        )
    elif input.ndim != 4:
        _warn_of_rank("dropout2d", input)
    return _drop_channels(input, p, training)


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Return input [N, C, D, H, W] or [C, D, H, W] with a share p of its channels zero.

    Raises:
        ArgumentError: If p is not a probability.
        ShapeError: If the input has no axis of channels.
    """
    if inplace and training:
        return in_place("dropout3d_", input, lambda old: dropout3d(old, p))
    if input.ndim == 5:
        return _drop_channels(input, p, training)
    if input.ndim != 4:
        _warn_of_rank("dropout3d", input)
    return _drop_channels(input.unsqueeze(0), p, training).squeeze(0)


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Return input with a share p of its elements saturated, so that mean 0 and variance 1 stay.

    Raises:
        ArgumentError: If p is not a probability.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017, section "New Dropout
    Technique".
    """
    if inplace and training:
        return in_place("alpha_dropout_", input, lambda old: alpha_dropout(old, p, True))
    ops.Dropout(float(p))
    if not training or p == 0.0:
        return input
    if p == 1.0:
        return input * 0.0
    kept = keep(ones_like(input.detach()), p)
    a = 1 / math.sqrt((1 - p) * (1 + p * _SATURATED**2))
    return (input * kept + (1.0 - kept) * _SATURATED) * a - a * p * _SATURATED


def keep(ones: Tensor, p: float) -> Tensor:
    """Return 0 for a share p of the elements, and 1 for the others."""
    return (dropout(ones, p) > 0.0).to(ones.dtype)


def _drop_channels(input: Tensor, p: float, training: bool) -> Tensor:
    """Draw once for each channel of each image, and let all of the channel share it."""
    ops.Dropout(float(p))
    if not training or p == 0.0 or input.numel() == 0:
        return input
    if input.ndim < 2:
        raise ShapeError(
            f"dropout of channels needs at least 2 dimensions, but the input has {input.ndim}.",
            [("input", input.spec, "")],
            "give [N, C, ...].",
        )
    one_each = full((*input.shape[:2], *(1,) * (input.ndim - 2)), 1.0, dtype=input.dtype)
    return input * dropout(one_each, p)


def _warn_of_rank(name: str, input: Tensor) -> None:
    warnings.warn(
        f"{name}: a {input.ndim}D input is deprecated, as in torch: use dropout, which takes any "
        "rank.",
        stacklevel=3,
    )
