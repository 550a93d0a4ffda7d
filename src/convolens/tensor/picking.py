"""Square brackets with arrays and masks: a plan of recorded calls, by torch's rules.

Integers and slices are taken first, as in torch. The axes that arrays name are brought together,
joined to one, and picked from by one index; then the axes of the arrays stand where the first of
them was, or in front if other axes lie between them.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from convolens import ops
from convolens.errors import IndexRangeError
from convolens.ops import Array
from convolens.spec import bool_, int64
from convolens.tensor.apply import apply
from convolens.tensor.places import split

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


def pick(x: Tensor, index: Any) -> Tensor:
    """Return ``x[index]`` for an index that holds arrays or masks.

    Raises:
        IndexRangeError: If an index is out of range, a mask has another shape than the axes it is
            for, or arrays do not broadcast.
        DTypeError: If an item is text.

    Example:
        >>> import convolens as cl
        >>> pick(cl.arange(6).reshape(2, 3), (slice(None), [2, 0])).tolist()
        [[2, 0], [5, 3]]
    """
    mask = getattr(index, "array", index)
    if isinstance(mask, np.ndarray) and mask.dtype == bool_ and mask.shape == x.shape != ():
        # All axes at once, without a place for each.
        chosen = x.leaf(np.flatnonzero(mask))
        return apply(ops.IndexSelect(0), x.reshape(-1), chosen)
    basic, places = split(index, x.shape)
    part = x[basic]
    return part if all(place is None for place in places) else _from_axes(part, places)


def _from_axes(x: Tensor, places: list[Array | None]) -> Tensor:
    """Pick from the axes that have places, together."""
    axes = [axis for axis, place in enumerate(places) if place is not None]
    given = [place for place in places if place is not None]
    try:
        shape = np.broadcast_shapes(*(place.shape for place in given))
    except ValueError:
        shapes = ", ".join(str(list(place.shape)) for place in given)
        raise IndexRangeError(
            f"shape mismatch: indexing tensors could not be broadcast together: {shapes}."
        ) from None
    rest = [axis for axis in range(x.ndim) if axis not in axes]
    apart = axes[-1] - axes[0] >= len(axes)
    front = 0 if apart else axes[0]
    if len(axes) == 1:
        joined, at = x, axes[0]
        flat = given[0]
    else:
        # The axes side by side at the front of the place where the result has them.
        order = (*rest[:front], *axes, *rest[front:])
        turned = x if order == tuple(range(x.ndim)) else x.permute(order)
        sizes = [x.shape[axis] for axis in axes]
        beside = [x.shape[axis] for axis in rest]
        joined = turned.reshape((*beside[:front], prod(sizes), *beside[front:]))
        at = front
        flat = np.zeros(shape, int64)
        for place, size in zip(given, sizes, strict=True):
            flat = flat * size + place
    picked = apply(ops.IndexSelect(at), joined, x.leaf(np.array(flat.reshape(-1))))
    wanted = (*picked.shape[:at], *shape, *picked.shape[at + 1 :])
    return picked if picked.shape == wanted else picked.reshape(wanted)
