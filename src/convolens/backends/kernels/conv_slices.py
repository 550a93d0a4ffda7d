"""Convolution along three axes as one along two: slices of the depth side by side, as channels.

The slices that an output slice reads, one a tap of the depth, lie behind one another as channels of
one image [C R, H, W]; the weight's taps along the depth become channels likewise. Then the kernels
for two axes compute an output slice, or the slices of one image at once. Only some slices are laid
side by side at a time. Where many taps read zeros, each adds what it has to the outputs instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels import conv
from convolens.backends.kernels._common import refuse_all_but_float32
from convolens.backends.kernels.conv_geometry import images
from convolens.backends.kernels.slice_parts import Part, fill, parts_of
from convolens.backends.kernels.tile_cost import IMAGES
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Conv, ConvInputGrad, ConvRelu, ConvWeightGrad, Op
from convolens.spec import TensorSpec

#: The weights of each part, laid out or borrowed.
Weights = list[_native.ConvWeights]

#: Nanoseconds to copy a float into its place, to lay out a weight, and to begin a call.
_COPY, _LAID_OUT, _CALL = 0.5, 1.0, 5000.0
#: Pairs of a slice and a tap, so that their list stays small.
_MOST_READS = 2**16


def _flat(op: Op, specs: Specs, part: Part) -> tuple[Op, Specs]:
    """Return the call along two axes that computes one slice."""
    image, weight, output = images(op, specs)
    geometry, taps = cast(Conv, op), len(part.taps)
    attributes = (geometry.stride[1:], geometry.padding[1:], geometry.dilation[1:], geometry.groups)
    k, c, _, *kernel = weight.shape
    x = TensorSpec((1, image.shape[1] * taps, *image.shape[3:]))
    w = TensorSpec((k, c * taps, *kernel))
    y = TensorSpec((1, output.shape[1], *output.shape[3:]))
    if isinstance(op, ConvInputGrad):
        x = TensorSpec((1, *image.shape[1:2], *image.shape[3:]))
        w = TensorSpec((k * taps, c, *kernel))
        y = TensorSpec((1, output.shape[1] * taps, *output.shape[3:]))
        return ConvInputGrad(*attributes, sizes=x.shape[2:]), (w, y)
    if isinstance(op, ConvWeightGrad):
        return ConvWeightGrad(*attributes, kernel=w.shape[2:]), (x, y)
    return Conv(*attributes), (x, w)


def _best(op: Op, specs: Specs, winograd: str) -> Candidate:
    """Return the way along two axes of that name.

    Without a name, return the fastest that adds up the definition's own products.
    """
    row: tuple[Candidate, ...] = conv.FORWARD
    if isinstance(op, ConvInputGrad):
        row = conv.INPUT_GRAD
    elif isinstance(op, ConvWeightGrad):
        row = conv.WEIGHT_GRAD
    able = [
        candidate
        for candidate in row
        if (candidate.name == winograd if winograd else candidate.exact)
        and not candidate.refuse(op, specs)
    ]
    return min(able, key=lambda candidate: candidate.nanoseconds(op, specs))


def _refuse(op: Op, specs: Specs, winograd: str = "") -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    if (rank := cast(Conv, op).rank) != 3:
        return f"slices are for three spatial axes, not {rank}"
    image, weight, output = images(op, specs)
    if (reads := max(image.shape[2], output.shape[2]) * weight.shape[2]) > _MOST_READS:
        return f"the taps of the depth read {reads} slices"
    refuse = conv.refuse_winograd(int(winograd[-1])) if winograd else conv.refuse
    parts = parts_of(op, specs)
    if winograd and not parts:
        return "no slice is read"
    for part in parts:
        if reason := refuse(*_flat(op, specs, part)):
            return reason
    return ""


def _nanoseconds(op: Op, specs: Specs, winograd: str = "") -> float:
    image, weight, output = images(op, specs)
    moved = output if isinstance(op, ConvInputGrad) else image
    floats = moved.size // moved.shape[2]
    taps = weight.size // weight.shape[2]
    if winograd:
        side = int(winograd[-1]) + weight.shape[-1] - 1
        taps = taps // prod(weight.shape[3:]) * side * side
    laid_out = 0.0 if isinstance(op, ConvWeightGrad) else _LAID_OUT * taps / IMAGES
    total = 0.0
    for part in parts_of(op, specs):
        flat = _flat(op, specs, part)
        each = _best(*flat, winograd).nanoseconds(*flat) + _CALL
        total += part.count * (image.shape[0] * each + _COPY * floats * len(part.taps))
        total += image.shape[0] * laid_out * len(part.taps)
    return total


def _scratch(op: Op, specs: Specs) -> int:
    """Return the bytes of the slices that are laid side by side, or added, at a time."""
    image, _, output = images(op, specs)
    read, written = (output, image) if isinstance(op, ConvInputGrad) else (image, output)
    floats = [0]
    for part in parts_of(op, specs):
        beside = _beside(part, read)
        own = written.size // (written.shape[0] * written.shape[2])
        slices = next(part.blocks(beside)).stop
        copied = 0 if part.is_read_in_place else beside
        floats.append(slices * (copied + own * (part.adds or part.step > 1)))
    return 4 * max(floats)


def _slices(array: Array) -> Array:
    """Return [N, D, H, W, C], as the numbers lie in memory."""
    return dense(array).transpose(0, 2, 3, 4, 1)


def _room(shape: tuple[int, ...]) -> Array:
    """Return an array whose numbers lie in the order of its axes, from memory that is kept."""
    return empty(TensorSpec((prod(shape),))).reshape(shape)


def _image(slices: Array) -> Array:
    """Return [D, C, H, W] of slices [D, H, W, C]."""
    return slices.transpose(0, 3, 1, 2)


def _taps_of(flat: Array, taps: int) -> Array:
    """Return [K, S, T, R, C/G] of a dense weight [K, R C/G, S, T], in the same memory."""
    k, channels, *kernel = flat.shape
    return flat.transpose(0, 2, 3, 1).reshape(k, *kernel, taps, channels // taps)


def _side_by_side(slices: Array, part: Part, block: slice, groups: int) -> Array:
    """Return [count, H, W, G taps C/G]: what some output slices read, channels by group and tap."""
    reads = part.reads[block]
    if part.is_read_in_place:
        return slices[reads[0][0] : reads[-1][0] + 1]
    _, height, width, channels = slices.shape
    shape = (len(reads), height, width, groups, len(part.taps), channels // groups)
    beside = _room(shape)
    for tap, places in enumerate(zip(*reads, strict=True)):
        # Those inside the image are neighbours, as far apart as the stride.
        inside = [at for at, place in enumerate(places) if place >= 0]
        to = beside[:, :, :, :, tap]
        if not inside:
            to[...] = 0
            continue
        begin, end = inside[0], inside[-1] + 1
        to[:begin] = to[end:] = 0
        step = places[begin + 1] - places[begin] if end - begin > 1 else 1
        own = slices[places[begin] : places[end - 1] + 1 : step]
        _native.move(own.reshape(*own.shape[:3], groups, -1), to[begin:end])
    return beside.reshape(len(reads), height, width, -1)


def _batched(flat: Op, specs: Specs, count: int) -> Specs:
    """Return the specs of a call that computes so many slices at once."""

    def many(spec: TensorSpec) -> TensorSpec:
        return TensorSpec((count, *spec.shape[1:]))

    first, second = specs
    if isinstance(flat, ConvInputGrad):
        return first, many(second)
    return many(first), many(second) if isinstance(flat, ConvWeightGrad) else second


def _problem(op: Op, specs: Specs, part: Part, winograd: str) -> Callable[[int], _native.Conv]:
    """Return, as a function of the number of slices, what computes so many at once."""
    flat, one = _flat(op, specs, part)
    algorithm = _best(flat, one, winograd).name

    @lru_cache(maxsize=8)
    def problem(count: int) -> _native.Conv:
        return conv.problem_of(flat, _batched(flat, one, count), algorithm)

    return problem


def _readers(
    op: Op, specs: Specs, winograd: str, flat_weight: Callable[[Part, Array], Array]
) -> tuple[Callable[[Array], Weights], Callable[[Array], Weights] | None]:
    """Return what lays out the weights of each part, and what borrows them, if that pays anywhere.

    It does only where a part is computed in one call. ``flat_weight`` makes of the weight the one
    that a part reads.
    """
    ways = []
    for part in parts_of(op, specs):
        flat, one = _flat(op, specs, part)
        many = _batched(flat, one, part.count)
        weight = partial(flat_weight, part)
        own = conv.readers(flat, many, _best(flat, one, winograd).name, weight)
        read = specs[isinstance(op, ConvInputGrad)]
        ways.append((own.pack, own.borrow if _calls(part, read) == 1 else None))

    def pack(weight: Array) -> Weights:
        return [lay_out(weight) for lay_out, _ in ways]

    def borrow_or_pack(weight: Array) -> Weights:
        return [(borrow or lay_out)(weight) for lay_out, borrow in ways]

    return pack, borrow_or_pack if any(borrow for _, borrow in ways) else None


def _calls(part: Part, read: TensorSpec) -> int:
    """Return in how many calls a part is computed, from what it reads."""
    return read.shape[0] * len([*part.blocks(_beside(part, read))])


def _beside(part: Part, read: TensorSpec) -> int:
    """Return how many numbers are laid side by side for one output slice."""
    return read.size // (read.shape[0] * read.shape[2]) * len(part.taps)


def _prepare_forward(op: Op, specs: Specs, output: TensorSpec, winograd: str = "") -> Run:
    parts = parts_of(op, specs)
    problems = [_problem(op, specs, part, winograd) for part in parts]
    groups, are_begun = cast(Conv, op).groups, not fill(parts, output.shape[2])
    adds = any(part.adds for part in parts)
    end = None if adds else conv.end_of(op)
    rectifies = isinstance(op, ConvRelu) and (are_begun or adds)

    def flat_weight(part: Part, weight: Array) -> Array:
        # [K, C/G, R, S, T] -> [K, taps C/G, S, T]
        k, c, _, *kernel = weight.shape
        slices = _slices(weight)
        flat = empty(TensorSpec((k, len(part.taps) * c, *kernel)))
        target = _taps_of(flat, len(part.taps))
        for place, tap in enumerate(part.taps):
            _native.move(slices[:, tap], target[:, :, :, place])
        return flat

    pack, borrow = _readers(op, specs, winograd, flat_weight)

    def run(x: Array, weights: Weights, bias: Array | None = None) -> Array:
        _native.not_recorded()
        y = empty(output)
        start = None if bias is None else dense(bias)
        for image, result in zip(_slices(x), _slices(y), strict=True):
            if are_begun:
                result[...] = 0 if start is None else start
            for part, problem, packed in zip(parts, problems, weights, strict=True):
                own = None if part.adds else start
                for block in part.blocks(image[0].size * len(part.taps)):
                    beside = _side_by_side(image, part, block, groups)
                    to = result[part.outputs][block]
                    into = _room(to.shape) if part.adds else to
                    flat = problem(len(beside))
                    flat.forward(_image(beside), packed, own, end, None, _image(into))
                    part.put(into, to)
            if rectifies:
                np.maximum(result, 0, out=result)
        return y

    return Packed((1,), ("slices", winograd, False, op, specs[0].shape[2:]), pack, run, borrow)


def prepare_input_grad(op: Op, specs: Specs, output: TensorSpec, winograd: str = "") -> Packed:
    """Return what computes an input gradient; its run takes a bias behind, for a transposed one."""
    parts = parts_of(op, specs)
    problems = [_problem(op, specs, part, winograd) for part in parts]
    groups, are_begun = cast(Conv, op).groups, not fill(parts, output.shape[2])

    def flat_weight(part: Part, weight: Array) -> Array:
        # [K, C/G, R, S, T] -> [G taps K/G, C/G, S, T]; a tap in memory: [K, S, T, C/G]
        k, c, _, *kernel = weight.shape
        slices = _slices(weight)
        flat = empty(TensorSpec((len(part.taps) * k, c, *kernel)))
        target = flat.transpose(0, 2, 3, 1).reshape(groups, len(part.taps), -1, *kernel, c)
        for place, tap in enumerate(part.taps):
            _native.move(slices[:, tap].reshape(groups, -1, *kernel, c), target[:, place])
        return flat

    pack, borrow = _readers(op, specs, winograd, flat_weight)

    def run(weights: Weights, g: Array, bias: Array | None = None) -> Array:
        _native.not_recorded()
        dx = empty(output)
        start = None if bias is None else dense(bias)
        for upstream, result in zip(_slices(g), _slices(dx), strict=True):
            if are_begun:
                result[...] = 0 if start is None else start
            for part, problem, packed in zip(parts, problems, weights, strict=True):
                own = None if part.adds else start
                for block in part.blocks(upstream[0].size * len(part.taps)):
                    beside = _side_by_side(upstream, part, block, groups)
                    to = result[part.outputs][block]
                    lies = part.step == 1 and not part.adds
                    into = to if lies else _room(to.shape)
                    problem(len(beside)).input_grad(packed, _image(beside), own, _image(into))
                    part.put(into, to)
        return dx

    return Packed((0,), ("slices", winograd, True, op, specs[1].shape[2:]), pack, run, borrow)


def _prepare_weight_grad(op: Op, specs: Specs, output: TensorSpec, winograd: str = "") -> Run:
    parts = parts_of(op, specs)
    problems = [_problem(op, specs, part, winograd) for part in parts]
    groups = cast(Conv, op).groups
    k, c, all_taps, *kernel = output.shape
    used = {tap for part in parts for tap in part.taps}
    unused = [tap for tap in range(all_taps) if tap not in used]

    def run(x: Array, g: Array) -> Array:
        _native.not_recorded()
        dweight = empty(output)
        slices = _slices(dweight)
        slices[:, unused] = 0
        for part, problem in zip(parts, problems, strict=True):
            taps = len(part.taps)
            total: Array | None = None
            for image, upstream in zip(_slices(x), _slices(g), strict=True):
                for block in part.blocks(image[0].size * taps):
                    beside = _side_by_side(image, part, block, groups)
                    dw = empty(TensorSpec((k, taps * c, *kernel)))
                    own = upstream[part.outputs][block]
                    problem(len(beside)).weight_grad(_image(beside), _image(own), dw)
                    total = dw if total is None else np.add(total, dw, out=total)
            # There is one: an empty input is refused.
            found = _taps_of(cast(Array, total), taps)
            for place, tap in enumerate(part.taps):
                _native.move(found[:, :, :, place], slices[:, tap])
        return dweight

    return run


def _ways(prepare: Callable[..., Run]) -> tuple[Candidate, ...]:
    """Return slices computed by the definition's own products, and by Winograd's algorithm."""
    plain = Candidate("slices", _refuse, _nanoseconds, prepare, scratch=_scratch)
    return plain, *(
        Candidate(
            f"slices_{name}",
            partial(_refuse, winograd=name),
            partial(_nanoseconds, winograd=name),
            partial(prepare, winograd=name),
            exact=False,
            scratch=_scratch,
        )
        for name in ("winograd2", "winograd3", "winograd4")
    )


FORWARD = _ways(_prepare_forward)
INPUT_GRAD = _ways(prepare_input_grad)
WEIGHT_GRAD = _ways(_prepare_weight_grad)
