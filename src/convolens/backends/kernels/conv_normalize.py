"""A convolution with the normalisation behind it: by the ways to compute the convolution.

Those for one axis or two end with the normalisation where they store their sums. What is computed
slice by slice, or one pixel of a plane beside the next, is normalised in a pass of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, prod
from typing import TypeVar, cast

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels.conv_geometry import image_reader
from convolens.backends.layout import dense
from convolens.ops import Array, Conv, ConvNormalize, Op
from convolens.ops.conv_normalize import CONV, OWN
from convolens.spec import TensorSpec

Result = TypeVar("Result")


def _of_convolution(ask: Callable[[Op, Specs], Result]) -> Callable[[Op, Specs], Result]:
    """Return what asks a question about the convolution alone."""

    def asked(op: Op, specs: Specs) -> Result:
        return ask(*_convolution(op, specs))

    return asked


def _convolution(op: Op, specs: Specs) -> tuple[Conv, Specs]:
    return cast(ConvNormalize, op).conv, specs[:CONV]


def _ends_itself(own: Candidate, op: Conv, specs: Specs) -> bool:
    """Return whether a way to compute the convolution can end with the normalisation."""
    adds_to_planes = own.name == "planes" and len(specs) > OWN
    return op.rank < 3 and not adds_to_planes


def _prepare(own: Candidate, op: Op, specs: Specs, output: TensorSpec) -> Run:
    normalized = cast(ConvNormalize, op)
    conv, conv_specs = _convolution(op, specs)
    packed = cast(Packed, own.prepare(conv, conv_specs, output))
    eps, max_val = normalized.eps, normalized.max_val
    least, most = (-inf, inf) if max_val is None else (0.0, max_val)

    ends_itself = _ends_itself(own, conv, specs)
    n, channels, *sizes = output.shape
    columns = 1, n * prod(sizes), channels, channels
    as_image = image_reader(conv)

    def run(
        x: Array,
        weights: object,
        bias: Array,
        m: Array,
        gamma: Array,
        beta: Array,
        addend: Array | None = None,
    ) -> Array:
        numbers = dense(m), dense(gamma), dense(beta)
        if ends_itself:
            end = _native.ConvEnd(*numbers, eps, least, most)
            return packed.run(x, weights, bias, end, None if addend is None else as_image(addend))
        added = None if addend is None else dense(addend)
        y = packed.run(x, weights, bias)
        _native.normalize(y, *numbers, added, y, *columns, eps, max_val is not None, most)
        return y

    return replace(packed, run=run)


def with_normalisation(own: Candidate) -> Candidate:
    """Return a way to compute a convolution as one to compute it with its normalisation."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        return _prepare(own, op, specs, output)

    return replace(
        own,
        refuse=_of_convolution(own.refuse),
        nanoseconds=_of_convolution(own.nanoseconds),
        prepare=prepare,
        scratch=_of_convolution(own.scratch),
    )
