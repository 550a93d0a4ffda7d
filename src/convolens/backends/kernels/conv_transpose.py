"""The ways to compute a transposed convolution: those of the input gradient that it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import cast

from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels import conv, conv_blocks, conv_phases, conv_slices
from convolens.backends.kernels._common import refuse_all_but_float32
from convolens.backends.kernels.conv_merged import along_three
from convolens.ops import Array, ConvInputGrad, ConvTranspose, Op
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec

INPUT_GRAD = (
    *map(along_three, conv.INPUT_GRAD),
    *conv_blocks.INPUT_GRAD,
    *conv_phases.INPUT_GRAD,
    *conv_slices.INPUT_GRAD,
)


@lru_cache(maxsize=4096)
def _as_gradient(op: Op, specs: Specs) -> tuple[ConvInputGrad, Specs]:
    """Return the input gradient that computes a transposed convolution, and its inputs' specs.

    Cells that output_padding adds behind are taken from the padding there: without it, the
    convolution of so large an image has more outputs than x has pixels.
    """
    transpose = cast(ConvTranspose, op)
    x, weight, *_ = specs
    padding = tuple(
        (before, max(0, after - extra))
        for (before, after), extra in zip(transpose.padding, transpose.output_padding, strict=True)
    )
    attributes = {**shared(transpose, ConvGeometry), "padding": padding}
    return ConvInputGrad(**attributes, sizes=op.infer(*specs).shape[2:]), (weight, x)


def _refuse(candidate: Candidate) -> Callable[[Op, Specs], str]:
    def refuse(op: Op, specs: Specs) -> str:
        if reason := refuse_all_but_float32(op, specs):
            return reason
        transpose = cast(ConvTranspose, op)
        for (_, after), extra, step in zip(
            transpose.padding, transpose.output_padding, transpose.stride, strict=True
        ):
            if extra - after >= step:
                return "output_padding makes room for windows that no input has"
        return candidate.refuse(*_as_gradient(op, specs))

    return refuse


def _prepare(own: Candidate) -> Callable[[Op, Specs, TensorSpec], Run]:
    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        packed = cast(Packed, own.prepare(*_as_gradient(op, specs), output))

        def run(x: Array, weights: object, bias: Array | None = None) -> Array:
            return packed.run(weights, x, bias)

        return replace(packed, indices=(1,), run=run)

    return prepare


def _row(own: Candidate) -> Candidate:
    def nanoseconds(op: Op, specs: Specs) -> float:
        return own.nanoseconds(*_as_gradient(op, specs))

    def scratch(op: Op, specs: Specs) -> int:
        return own.scratch(*_as_gradient(op, specs))

    return replace(
        own, refuse=_refuse(own), nanoseconds=nanoseconds, prepare=_prepare(own), scratch=scratch
    )


CANDIDATES = tuple(map(_row, INPUT_GRAD))
