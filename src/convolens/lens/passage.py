"""A sight that comes to an operator call, with all that the call's shapes say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from convolens import ops
from convolens.lens.receptive_field import Sight
from convolens.ops import Op
from convolens.ops._pool_geometry import PoolGeometry
from convolens.ops._taps import Window
from convolens.spec import TensorSpec


def windows(op: Op, specs: Sequence[TensorSpec]) -> tuple[Window, ...]:
    """Return the windows of a call, one for each spatial axis; none if the operator has none.

    Example:
        >>> op = ops.Conv((2,), ((1, 1),), (1,))
        >>> windows(op, (TensorSpec((1, 3, 8)), TensorSpec((4, 3, 5))))
        (Window(kernel=5, stride=2, padding=(1, 1), dilation=1, ceil_mode=False),)
    """
    if isinstance(op, ops.Conv | ops.ConvRelu | ops.ConvNormalize):
        return op.windows(specs[1].shape[2:])
    return op.windows() if isinstance(op, PoolGeometry) else ()


@final
@dataclass(frozen=True)
class Passage:
    """A sight that comes to a call.

    Attributes:
        op: The operator.
        specs: All its inputs.
        number: By which of them the sight comes.
        shape: That input's shape.
        axis: The axis along which the sight moves.
        output: The shape of the output.
        sight: The sight.
        image: How many cells the image has.
    """

    op: Any
    specs: tuple[TensorSpec, ...]
    number: int
    shape: tuple[int, ...]
    axis: int
    output: tuple[int, ...]
    sight: Sight
    image: int

    def mixed(self) -> Sight:
        """Return the sight of an output that depends on all elements along the axis."""
        return self.sight.all_together(self.image)
