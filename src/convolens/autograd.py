"""Gradients under torch's names: as values, or added to leaves; and whether calls are recorded."""

from __future__ import annotations

from collections.abc import Sequence

from convolens.errors import ArgumentError, GradientError
from convolens.tensor import (
    Tensor,
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
    zeros_like,
)
from convolens.tensor.backward import backward as propagate

__all__ = ["backward", "enable_grad", "grad", "inference_mode", "no_grad", "set_grad_enabled"]


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradients of ``outputs`` with respect to ``inputs``.

    Args:
        outputs: The tensors to differentiate.
        inputs: The tensors to differentiate with respect to.
        grad_outputs: The gradients with respect to the outputs; not needed for single numbers.
        retain_graph: Keep what the record saved. Default: ``create_graph``.
        create_graph: Record the pass itself, for second derivatives.
        only_inputs: Without effect, as in torch.
        allow_unused: Return None for an input that the outputs do not depend on. Default: what
            ``materialize_grads`` is.
        is_grads_batched: Several gradients at once: refused.
        materialize_grads: Return zeros for such an input.

    Raises:
        GradientError: As ``Tensor.backward``, or if there is no input, or one is unused.
        ArgumentError: If ``materialize_grads`` is asked for and ``allow_unused`` forbidden, or
            ``is_grads_batched`` is true.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor(3.0, requires_grad=True)
        >>> (slope,) = grad(x**3, x, create_graph=True)
        >>> slope.item(), grad(slope, x)[0].item()
        (27.0, 18.0)
    """
    listed = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    targets = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if materialize_grads and allow_unused is False:
        raise ArgumentError(
            "grad: materialize_grads is True, but allow_unused False.",
            hint="leave allow_unused out: zeros for unused inputs are what materialize_grads asks.",
        )
    if is_grads_batched:
        raise ArgumentError("grad: is_grads_batched is True.", hint="call grad for each gradient.")
    if not targets:
        raise GradientError("`inputs` argument to `grad()` cannot be empty.")
    for target in targets:
        if not target.requires_grad:
            raise GradientError(
                "an input does not require a gradient.",
                [("input", target.spec, "")],
                "call requires_grad_() on it before the forward pass.",
            )
    first = _firsts(listed, grad_outputs)
    keep = create_graph if retain_graph is None else retain_graph
    found = propagate(listed, first, keep, create_graph, targets)
    if not (allow_unused or materialize_grads):
        for place, target in enumerate(targets):
            if id(target) not in found:
                raise GradientError(
                    f"input {place} does not influence the outputs.",
                    [("input", target.spec, "")],
                    "pass allow_unused=True to get None for it.",
                )
    if materialize_grads:
        for target in targets:
            if id(target) not in found:
                found[id(target)] = zeros_like(target, requires_grad=create_graph)
    return tuple(found.get(id(target)) for target in targets)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add the gradients of ``tensors`` to ``grad`` of the leaves: see ``Tensor.backward``.

    Args:
        tensors: The tensors to differentiate.
        grad_tensors: The gradients with respect to them; not needed for single numbers.
        retain_graph: Keep what the record saved. Default: ``create_graph``.
        create_graph: Record the pass itself, for second derivatives.
        inputs: The tensors whose ``grad`` is added to, leaves or not. Default: all leaves.

    Raises:
        GradientError: As ``Tensor.backward``.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor(3.0, requires_grad=True)
        >>> backward([x * 2, x * x])
        >>> x.grad.item()
        8.0
    """
    listed = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    only = [inputs] if isinstance(inputs, Tensor) else inputs
    keep = create_graph if retain_graph is None else retain_graph
    propagate(listed, _firsts(listed, grad_tensors), keep, create_graph, only=only)


def _firsts(
    outputs: Sequence[Tensor], gradients: Tensor | Sequence[Tensor | None] | None
) -> list[Tensor | None]:
    """Return the gradient of each output; None where it is not given."""
    if isinstance(gradients, Tensor) or gradients is None:
        return [gradients] * len(outputs)
    first = list(gradients)
    if len(first) != len(outputs):
        raise GradientError(f"{len(outputs)} outputs need as many gradients, not {len(first)}.")
    return first
