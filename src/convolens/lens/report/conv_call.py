"""A convolution on one image with its numbers, whichever layer it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from convolens import ops
from convolens.lens.report.steps import Step
from convolens.ops import Array
from convolens.ops import _spatial as spatial
from convolens.ops._taps import Table, Window


@final
@dataclass(frozen=True, eq=False)
class ConvCall:
    """A convolution on one image, and what the engine made of it.

    Attributes:
        layer: The path of the layer in the model.
        kind: The layer's class.
        op: The operator.
        x: The input [C, *I].
        weight: [K, C/groups, *R].
        bias: [K], or None.
        output: What the engine computed, [K, *P].
        step: The operator call that it is.
    """

    layer: str
    kind: str
    op: ops.Conv
    x: Array
    weight: Array
    bias: Array | None
    output: Array
    step: Step

    @property
    def windows(self) -> tuple[Window, ...]:
        """The window of each axis."""
        return self.op.windows(self.weight.shape[2:])

    @property
    def tables(self) -> list[Table]:
        """The tap table of each axis."""
        return spatial.tables(self.windows, self.x.shape[1:])

    @property
    def terms(self) -> int:
        """How many terms make an output: its products, and the bias if there is one."""
        return int(self.weight[0].size) + (self.bias is not None)


def conv_calls(steps: Iterable[Step], image_shape: tuple[int, ...]) -> list[ConvCall]:
    """Return the convolutions among ``steps`` that read images of two axes, in order.

    A linear layer that reads the flattened image is one too: its window is the whole image.

    Example:
        >>> import numpy as np
        >>> from convolens import nn
        >>> from convolens.lens.report.steps import record_steps
        >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
        >>> (call,) = conv_calls(record_steps(net, np.zeros((1, 2, 2), np.float32)), (1, 2, 2))
        >>> call.kind, call.weight.shape, call.output.shape
        ('Linear', (3, 1, 2, 2), (3, 1, 1))
    """
    calls = []
    read_image = False
    for step in steps:
        match step.op:
            case ops.Conv(stride=(_, _)):
                x, weight, *bias = step.inputs
                call = ConvCall(
                    step.layer, step.kind, step.op, x[0], weight, _one(bias), step.output[0], step
                )
                calls.append(call)
                read_image = True
            case ops.Linear() if not read_image:
                calls += _whole_image(step, image_shape)
                read_image = True
    return calls


def _whole_image(step: Step, image_shape: tuple[int, ...]) -> list[ConvCall]:
    x, weight, *bias = step.inputs
    channels, *sizes = image_shape
    if x.size != channels * sizes[0] * sizes[1]:
        return []
    op = ops.Conv((1, 1), ((0, 0), (0, 0)), (1, 1))
    weights = weight.reshape(-1, *image_shape)
    output = step.output.reshape(-1, 1, 1)
    image = x.reshape(image_shape)
    return [ConvCall(step.layer, step.kind, op, image, weights, _one(bias), output, step)]


def _one(bias: list[Array]) -> Array | None:
    return bias[0] if bias else None
