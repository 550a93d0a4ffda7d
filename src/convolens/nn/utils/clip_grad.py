"""Gradients that are made smaller where they are too large."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from types import GeneratorType

from convolens.errors import ArgumentError
from convolens.nn.utils.total_norm import Tensors, listed, total_norm
from convolens.tensor import Tensor, no_grad


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients by one factor, so that their norm is at most ``max_norm``.

    g *= min(1, max_norm / (norm + 1e-6)), where the norm is that of all gradients as one vector.

    Args:
        parameters: Parameters, or a single one; those without a gradient are left out.
        max_norm: The largest norm.
        norm_type: The order of the norm, infinity for the largest gradient.
        error_if_nonfinite: Refuse a norm that is NaN or infinite, which would leave no gradients.

    Returns:
        The norm before.

    Raises:
        ArgumentError: If the norm is not finite, and that is to be refused.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(2))
        >>> p.grad = cl.tensor([3.0, 4.0])
        >>> clip_grad_norm_([p], max_norm=0.5)
        tensor(5.)
        >>> [round(g, 3) for g in p.grad.tolist()]
        [0.3, 0.4]

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training Recurrent Neural Networks",
    2013, algorithm 1.
    """
    if isinstance(parameters, GeneratorType):
        parameters = list(parameters)
        if not parameters:
            warnings.warn(
                "`parameters` is an empty generator, no gradient clipping will occur.",
                stacklevel=2,
            )
    members = listed("clip_grad_norm_", parameters)
    norm = get_total_norm(_gradients(members), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(members, max_norm, norm)
    return norm


def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Return the norm of all tensors as one vector; 0 if there are none.

    Args:
        tensors: Tensors, or a single one.
        norm_type: The order of the norm, infinity for the largest number.
        error_if_nonfinite: Refuse a norm that is NaN or infinite.

    Raises:
        ArgumentError: If the norm is not finite, and that is to be refused.

    Example:
        >>> import convolens as cl
        >>> get_total_norm([cl.tensor([3.0]), cl.tensor([4.0])])
        tensor(5.)
    """
    norm = total_norm(listed("get_total_norm", tensors), float(norm_type))
    if error_if_nonfinite and not abs(norm.item()) < float("inf"):
        raise ArgumentError(
            f"the total norm of order {float(norm_type):g} is {norm.item()}, so that gradients "
            "cannot be scaled by it.",
            hint="look for a learning rate that is too large; error_if_nonfinite=False scales "
            "them all the same.",
        )
    return norm


def clip_grads_with_norm_(parameters: Tensors, max_norm: float, total_norm: Tensor) -> None:
    """Scale all gradients by min(1, max_norm / (total_norm + 1e-6)).

    Args:
        parameters: Parameters, or a single one; those without a gradient are left out.
        max_norm: The largest norm.
        total_norm: The norm of all gradients.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(2))
        >>> p.grad = cl.tensor([3.0, 4.0])
        >>> clip_grads_with_norm_([p], 0.5, get_total_norm([p.grad]))
        >>> [round(g, 3) for g in p.grad.tolist()]
        [0.3, 0.4]
    """
    share = float(max_norm) / (float(total_norm) + 1e-6)
    if share >= 1:
        return
    with no_grad():
        for gradient in _gradients(listed("clip_grads_with_norm_", parameters)):
            gradient.mul_(share)


def clip_grad_value_(parameters: Tensors, clip_value: float) -> None:
    """Limit each number of the gradients to the range from -clip_value to clip_value.

    Args:
        parameters: Parameters, or a single one; those without a gradient are left out.
        clip_value: The largest absolute value.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(3))
        >>> p.grad = cl.tensor([-3.0, 0.5, 4.0])
        >>> clip_grad_value_([p], 1.0)
        >>> p.grad
        tensor([-1. ,  0.5,  1. ])
    """
    most = float(clip_value)
    with no_grad():
        for gradient in _gradients(listed("clip_grad_value_", parameters)):
            gradient.copy_(gradient.clamp(-most, most))


def _gradients(parameters: Iterable[Tensor]) -> list[Tensor]:
    return [parameter.grad for parameter in parameters if parameter.grad is not None]
