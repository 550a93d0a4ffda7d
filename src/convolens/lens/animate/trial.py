"""A layer tried with whole numbers of its own; weights near each other are all different."""

from __future__ import annotations

from typing import final

import numpy as np

from convolens.lens.animate.numbers import fresh_layer, run, write
from convolens.lens.notation import LayerSpec
from convolens.ops import Array

_INPUTS, _WEIGHTS = 9, 97


@final
class Trial:
    """The numbers of a trial, and what the engine makes of them.

    Two different sums of whole numbers are at least 1 apart. With inputs up to 9 and weights up to
    97, sums of thousands of products stay below 2**24, up to which float32 holds them exactly.

    Args:
        spec: One step of a layer.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> trial = Trial(parse_layer("3x3 k2"))
        >>> trial.output.shape, trial.kernel(0, 0).shape
        ((1, 4), (4,))
    """

    def __init__(self, spec: LayerSpec) -> None:
        self.spec = spec
        random = np.random.default_rng(0)
        layer = fresh_layer(spec)
        for name in ("weight", "bias"):
            parameter = getattr(layer, name, None)
            if parameter is not None:
                write(parameter, _whole(random, parameter.shape, _WEIGHTS))
        numbers = run(layer, _whole(random, spec.input_shape, _INPUTS))
        self.weight = numbers.weights[0] if numbers.weights else None
        self.bias = numbers.bias
        #: The input, [C, cells].
        self.image: Array = numbers.x.reshape(spec.channels, -1).astype(np.float64)
        #: What the engine computed, [K, cells].
        self.output: Array = numbers.outputs[0].reshape(spec.out_channels, -1).astype(np.float64)

    def kernel(self, k: int, c: int) -> Array:
        """Return the weights from an input channel to an output channel, tap by tap."""
        spec, weight = self.spec, self.weight
        if weight is None:
            raise TypeError("a pooling has no weights.")
        if spec.kind == "conv_transpose":
            chosen = weight[c, k % (spec.out_channels // spec.groups)]
        else:
            chosen = weight[k, c % (spec.channels // spec.groups)]
        flat: Array = chosen.reshape(-1).astype(np.float64)
        return flat


def _whole(random: np.random.Generator, shape: tuple[int, ...], most: int) -> Array:
    """Draw whole numbers from 1 to ``most``, each as often as the others, some of them negative."""
    count = int(np.prod(shape))
    drawn = random.permutation(count) % most + 1
    signed: Array = (drawn * random.choice([-1, 1], count)).reshape(shape).astype(np.float32)
    return signed
