"""The steps of a network: every operator call on one image, with the layer that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.backends.exact import exact
from convolens.lens.trace import trace
from convolens.nn import Module
from convolens.ops import Array, Op
from convolens.spec import FLOATS, DType, float32
from convolens.tensor import from_numpy


@final
@dataclass(frozen=True, eq=False)
class Step:
    """One operator call.

    Attributes:
        layer: The path of the layer in the model, "" for a call outside any layer.
        kind: The layer's class, or the operator's name with brackets where it is not a layer's
            last call.
        op: The operator.
        inputs: What it read.
        output: What the engine computed.
    """

    layer: str
    kind: str
    op: Op
    inputs: tuple[Array, ...]
    output: Array


def record_steps(model: Module, image: NDArray[Any]) -> list[Step]:
    """Run ``model`` on one image [C, H, W] and return its operator calls in order.

    Sums are those of the products that the report shows: no algorithm that has others is taken.

    Raises:
        ConvolensError: If the model refuses the image.

    Example:
        >>> from convolens import nn
        >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
        >>> for step in record_steps(net, np.zeros((1, 5, 5), np.float32)):
        ...     print(step.layer, step.kind, step.output.shape)
        0 Conv2d (1, 2, 3, 3)
        1 ReLU (1, 2, 3, 3)
    """
    batch = np.ascontiguousarray(image[None], dtype=_float_type(model))
    with exact():
        watched = trace(model, from_numpy(batch))
    if watched.error is not None:
        raise watched.error
    paths = {id(module): path for path, module in reversed(list(model.named_modules()))}
    return [
        Step(
            paths.get(id(step.owner), ""),
            type(step.layer).__name__
            if step.layer is not None and called is step.calls[-1]
            else f"{called.op.name}()",
            called.op,
            tuple(tensor.array for tensor in called.inputs),
            called.output.array,
        )
        for step in watched.steps
        for called in step.calls
    ]


def _float_type(model: Module) -> DType:
    """Return the type of the model's weights, which its input must have."""
    types = {parameter.dtype for parameter in model.parameters()}
    return types.pop() if len(types) == 1 and types <= set(FLOATS) else float32
