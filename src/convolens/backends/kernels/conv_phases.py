"""Strided convolution by the algorithms for stride 1 that save products, from phase to phase.

Where the phases lie is a matter of copies: they cost as much as memory takes, and the products
become fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import prod

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels import conv
from convolens.backends.kernels._common import refuse_all_but_float32
from convolens.backends.kernels.conv_geometry import image_of, images
from convolens.backends.kernels.phases import Phases, phases_of
from convolens.backends.kernels.tile_cost import registers
from convolens.backends.kernels.transform_cost import along_one_axis
from convolens.backends.layout import dense, empty
from convolens.ops import Array, ConvInputGrad, Op
from convolens.spec import TensorSpec

#: Nanoseconds to copy a float into its place, and for an image to begin a row of copies.
_COPY, _ROW = 0.5, 1_000.0
#: What a call takes beyond the models where registers are smaller than those of AVX-512, but for an
#: input gradient of lines. Measured on Zen 3.
_SMALL_REGISTERS = 1.1


def _refuse(op: Op, specs: Specs, own: Candidate) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    found = phases_of(op, specs)
    if isinstance(found, str):
        return found
    if own.refuse(*found.call()):
        return f"the kernel becomes {'x'.join(map(str, found.sides))}, which {own.name} refuses"
    return ""


def _found(op: Op, specs: Specs) -> Phases:
    found = phases_of(op, specs)
    assert isinstance(found, Phases)
    return found


def _nanoseconds(op: Op, specs: Specs, own: Candidate) -> float:
    found = _found(op, specs)
    batch = images(op, specs)[0].shape[0]
    copies = _COPY * prod(found.image_shape()) + _ROW * found.stride[0] * batch
    return _beyond(found) * (own.nanoseconds(*found.call()) + copies)


def _beyond(found: Phases) -> float:
    """Return by how much a call takes longer than the models say."""
    is_line = isinstance(found.op, ConvInputGrad) and along_one_axis(found.sides)
    return 1.0 if is_line or not registers().small else _SMALL_REGISTERS


def _scratch(op: Op, specs: Specs) -> int:
    return 4 * prod(_found(op, specs).image_shape())


def _readers(found: Phases, algorithm: str) -> conv.Readers:
    return conv.readers(*found.call(), algorithm, found.read_weight)


def _prepare_forward(op: Op, specs: Specs, output: TensorSpec, algorithm: str) -> Run:
    found = _found(op, specs)
    problem, pack, borrow, few = _readers(found, algorithm)
    run = conv.forward_run(op, output, problem, found.read_image)
    return Packed((1,), (*found.layout(algorithm), few), pack, run, borrow)


def _prepare_input_grad(op: Op, specs: Specs, output: TensorSpec, algorithm: str) -> Packed:
    """Return what computes an input gradient; its run takes a bias behind, for a transposed one."""
    found = _found(op, specs)
    flat, flat_specs = found.call()
    image = flat.infer(*flat_specs)
    problem, pack, borrow, few = _readers(found, algorithm)

    def run(weights: _native.ConvWeights, g: Array, bias: Array | None = None) -> Array:
        dx, phases = empty(output), empty(image)
        start = None if bias is None else dense(found.bias_of_image(bias))
        problem.input_grad(weights, image_of(g), start, phases)
        found.write_image(phases, dx, bias)
        return dx

    return Packed((0,), (*found.layout(algorithm), few), pack, run, borrow)


def _prepare_weight_grad(op: Op, specs: Specs, output: TensorSpec, algorithm: str) -> Run:
    found = _found(op, specs)
    flat, flat_specs = found.call()
    weight_grad = conv.problem_of(flat, flat_specs, algorithm).weight_grad
    weight = flat.infer(*flat_specs)

    def run(x: Array, g: Array) -> Array:
        dweight, phases = empty(output), empty(weight)
        weight_grad(found.read_image(x), image_of(g), phases)
        found.write_weight(phases, dweight)
        return dweight

    return run


def _by_phases(
    candidates: tuple[Candidate, ...], prepare: Callable[..., Run]
) -> tuple[Candidate, ...]:
    """Return a candidate for each that saves products."""
    return tuple(
        replace(
            own,
            name=f"phases_{own.name}",
            refuse=partial(_refuse, own=own),
            nanoseconds=partial(_nanoseconds, own=own),
            prepare=partial(prepare, algorithm=own.name),
            scratch=_scratch,
        )
        for own in candidates
        if not own.exact
    )


FORWARD = _by_phases(conv.FORWARD, _prepare_forward)
INPUT_GRAD = _by_phases(conv.INPUT_GRAD, _prepare_input_grad)
WEIGHT_GRAD = _by_phases(conv.WEIGHT_GRAD, _prepare_weight_grad)
