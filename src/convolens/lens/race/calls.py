"""The operator calls of a layer: its forward pass, and those of its gradients."""

from __future__ import annotations

from typing import NamedTuple

from convolens.backends.candidate import Specs
from convolens.nn import Module
from convolens.ops import Call, Op, Value
from convolens.spec import FLOATS, float32
from convolens.tensor import Tensor, inference_mode, zeros
from convolens.tensor.observe import observe


class LayerCall(NamedTuple):
    """An operator call on inputs of some specs."""

    op: Op
    specs: Specs


def calls_of(layer: Module, shape: tuple[int, ...]) -> list[LayerCall]:
    """Return what a layer calls on images [N, C, *I], then what its gradients call.

    Operators that only move or look at numbers in another order are left out.

    Raises:
        ShapeError: If the images do not fit the layer.

    Example:
        >>> from convolens import nn
        >>> [call.op.name for call in calls_of(nn.Conv2d(1, 2, 3), (1, 1, 5, 5))]
        ['conv', 'conv_input_grad', 'conv_weight_grad', 'sum']
    """
    forward: list[LayerCall] = []

    def note(op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if not op.is_view:
            forward.append(LayerCall(op, tuple(each.spec for each in inputs)))

    dtypes = [p.dtype for p in layer.parameters() if p.dtype in FLOATS]
    with inference_mode(), observe(note):
        layer(zeros(*shape, dtype=dtypes[0] if dtypes else float32))
    return forward + [each for call in forward for each in _gradients(call)]


def _gradients(call: LayerCall) -> list[LayerCall]:
    inputs = [Value(spec) for spec in call.specs]
    output = call.op.infer(*call.specs)
    if output.dtype not in FLOATS:
        return []
    found = call.op.gradient(inputs, Value(output), Value(output))
    return [
        LayerCall(each.op, tuple(arg.spec for arg in each.args))
        for each in found
        if isinstance(each, Call)
    ]
