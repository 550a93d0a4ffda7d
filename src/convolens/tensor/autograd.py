"""Gradients as values: ``grad`` returns them instead of adding them to leaves."""

from __future__ import annotations

from collections.abc import Sequence

from convolens.errors import ArgumentError, GradientError
from convolens.tensor.backward import backward
from convolens.tensor.create import zeros_like
from convolens.tensor.tensor import Tensor


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradients of ``outputs`` with respect to ``inputs``.

    Args:
        outputs: The tensors to differentiate.
        inputs: The tensors to differentiate with respect to.
        grad_outputs: The gradients with respect to the outputs; not needed for single numbers.
        retain_graph: Keep what the record saved. Default: ``create_graph``.
        create_graph: Record the pass itself, for second derivatives.
        allow_unused: Return None for an input that the outputs do not depend on. Default: what
            ``materialize_grads`` is.
        materialize_grads: Return zeros for such an input.

    Raises:
        GradientError: As ``Tensor.backward``, or if there is no input, or one is unused.
        ArgumentError: If ``materialize_grads`` is asked for and ``allow_unused`` forbidden.

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
    if not targets:
        raise GradientError("`inputs` argument to `grad()` cannot be empty.")
    for target in targets:
        if not target.requires_grad:
            raise GradientError(
                "an input does not require a gradient.",
                [("input", target.spec, "")],
                "call requires_grad_() on it before the forward pass.",
            )
    if isinstance(grad_outputs, Tensor) or grad_outputs is None:
        first: list[Tensor | None] = [grad_outputs] * len(listed)
    else:
        first = list(grad_outputs)
    if len(first) != len(listed):
        raise GradientError(f"{len(listed)} outputs need as many grad_outputs, not {len(first)}.")
    keep = create_graph if retain_graph is None else retain_graph
    found = backward(listed, first, keep, create_graph, targets)
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
