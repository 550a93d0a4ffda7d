"""Adds a gradient to ``grad`` of the tensor that it is the gradient of."""

from __future__ import annotations

from convolens.backends.add_to import add_to
from convolens.ops import Add
from convolens.tensor.apply import apply
from convolens.tensor.grad_mode import is_grad_enabled
from convolens.tensor.tensor import Tensor


def accumulate(tensor: Tensor, part: Tensor, own: bool) -> None:
    """Add ``part`` to a tensor's gradient, or make it the gradient if there is none.

    The gradient of a leaf stays the same tensor, with the same memory, unless the pass is recorded.
    A first gradient that is not the tensor's ``own`` is borrowed until somebody changes it.
    """
    have = tensor.grad
    if have is None:
        tensor._grad = _first(part, own)
    elif is_grad_enabled() or tensor.node is not None or not have.array.flags.writeable:
        tensor._grad = apply(Add(), have, part)
    elif have.version.borrowed(have):  # nobody else sees its memory: the sum may lie elsewhere
        total = apply(Add(), have, part)
        have.array, have.version = total.array, total.version
        have.version.bump()
    else:
        add_to(have.to_change(), part.array)


def _first(part: Tensor, own: bool) -> Tensor:
    if own and part.array.flags.writeable:
        return part
    if part.node is None and part.array.flags.writeable and not part.version.shared:
        borrowed = Tensor.made(part.array, part.spec, part.version, None)
        part.version.lend(borrowed)
        return borrowed
    return part.clone()  # an expanded gradient repeats numbers, so that it could not be changed
