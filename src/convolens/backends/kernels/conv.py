"""The ways to compute a convolution and its gradients."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from typing import NamedTuple, cast

from convolens import _native
from convolens.backends.candidate import Arrays, Candidate, Chosen, Packed, Run, RunBoth, Specs
from convolens.backends.kernels import conv_cost, transform_cost, weight_grad_cost, winograd_cost
from convolens.backends.kernels._common import refuse_all_but_float32
from convolens.backends.kernels.conv_geometry import geometry, image_reader, images
from convolens.backends.kernels.tile_cost import registers
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Conv, ConvInputGrad, ConvRelu, ConvWeightGrad, Op
from convolens.spec import TensorSpec

Prepare = Callable[[Op, Specs, TensorSpec], Run]
LayOut = Callable[[Array], _native.ConvWeights]

_RECTIFIED = _native.ConvEnd(None, None, None, 0.0, 0.0, inf)
#: The padded rows of one row of outputs may have this many floats, far fewer than kernels take
#: (kLargestBlock in native/runtime/conv/common.h): each thread has its own.
_LARGEST_ROWS = 2**24


def refuse(op: Op, specs: Specs) -> str:
    """Return why no kernel for one or two axes computes a convolution, or nothing."""
    if reason := refuse_all_but_float32(op, specs):
        return reason
    if cast(Conv, op).rank > 2:
        return "kernels are for windows along 1 axis or 2 neighbouring ones"
    if (rows := _padded_row_floats(op, specs)) > _LARGEST_ROWS:
        return f"the padded rows that one row of outputs reads have {rows} numbers"
    return ""


def _refuse_depthwise(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    if cast(Conv, op).groups != images(op, specs)[0].shape[1]:
        return "only where each channel is a group of its own"
    return ""


def _refuse_row_scatter(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    g = geometry(op, specs)
    return "" if g.merged else "only where the taps of a kernel's row lie side by side in one group"


def _refuse_groups(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    groups = cast(Conv, op).groups
    image, weight, _ = images(op, specs)
    size = weight.shape[1]
    if image.shape[1] != weight.shape[0] or size not in (2, 4, 8):
        return "only groups of 2, 4 or 8 channels with as many outputs"
    lanes = registers().lanes
    return "" if lanes % size == 0 else f"{groups} groups of {size} do not fill {lanes} lanes"


def refuse_winograd(m: int) -> Callable[[Op, Specs], str]:
    """Return what says why Winograd's F(m x m, r x r) do not compute a convolution, or nothing."""
    sides = winograd_cost.TAPS[m]
    kernels = " and ".join(f"{side}x{side}" for side in sides)

    def refuse_others(op: Op, specs: Specs) -> str:
        if reason := refuse(op, specs):
            return reason
        conv = cast(Conv, op)
        plain = prod(conv.stride) == conv.groups == 1
        if not plain or images(op, specs)[1].shape[2:] not in [(side, side) for side in sides]:
            return f"only {kernels} kernels with stride 1 and one group"
        return ""

    return refuse_others


def _refuse_fourier(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    conv, kernel = cast(Conv, op), images(op, specs)[1].shape[2:]
    line = transform_cost.along_one_axis(kernel)
    side = transform_cost.LONGEST_LINE if line else transform_cost.LONGEST_SIDE
    fewest = transform_cost.FEWEST_LINE_TAPS if line else transform_cost.FEWEST_TAPS
    fits = prod(conv.stride) == 1 and max(kernel) <= side and prod(kernel) >= fewest
    if line and not fits:
        return f"only {fewest} to {side} taps along one axis, with stride 1"
    if not fits or (not line and prod(conv.dilation) > 1):
        return f"only kernels of {fewest} taps to {side}x{side}, with stride 1 and dilation 1"
    weights = transform_cost.transformed_weights(op, specs)
    if weights > transform_cost.MOST_WEIGHTS and not isinstance(op, ConvWeightGrad):
        return f"transformed weights would be {weights} numbers"
    return ""


def _refuse_line_winograd(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    kernel = images(op, specs)[1].shape[2:]
    taps = max(kernel)
    if prod(cast(Conv, op).stride) > 1 or prod(kernel) != taps or not 2 <= taps <= 4:
        return "only 2 to 4 taps along one axis, with stride 1"
    return ""


def _padded_row_floats(op: Op, specs: Specs) -> int:
    """Return how many numbers the rows have, padding included, that one row of outputs reads."""
    conv = cast(Conv, op)
    image, weight, output = images(op, specs)
    kernel, stride, dilation = (
        _two(axes, 1) for axes in (weight.shape[2:], conv.stride, conv.dilation)
    )
    extents = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if isinstance(op, ConvInputGrad):
        # One phase of the stride: a convolution of the gradient with stride 1.
        high, wide = (e // s + 1 for e, s in zip(extents, stride, strict=True))
        return high * (wide + -(-image.shape[-1] // stride[1])) * output.shape[1]
    columns = (output.shape[-1] - 1) * stride[1] + extents[1] + 1
    return (extents[0] + 1) * columns * image.shape[1]


def _refuse_product(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    conv = cast(Conv, op)
    kernel = images(op, specs)[1].shape[2:]
    is_product = (
        prod(kernel) == prod(conv.stride) == conv.groups == 1 and sum(map(sum, conv.padding)) == 0
    )
    return "" if is_product else "only a 1x1 kernel with stride 1 and no padding is one product"


def _refuse_planes(op: Op, specs: Specs) -> str:
    if reason := refuse(op, specs):
        return reason
    one = images(op, specs)[0].shape[1] == 1 and prod(cast(Conv, op).stride) == 1
    return "" if one else "planes need one channel and stride 1"


def problem_of(op: Op, specs: Specs, algorithm: str) -> _native.Conv:
    """Return a convolution, or one of its gradients, as an algorithm of the kernels takes it."""
    conv = cast(Conv, op)
    image, weight, output = images(op, specs)
    return _native.Conv(
        input=_four(image.shape),
        output=_four(output.shape),
        kernel=_two(weight.shape[2:], 1),
        stride=_two(conv.stride, 1),
        padding=_two(tuple(before for before, _ in conv.padding), 0),
        dilation=_two(conv.dilation, 1),
        groups=conv.groups,
        algorithm=algorithm,
    )


def end_of(op: Op) -> _native.ConvEnd | None:
    """Return what a convolution ends with, or None."""
    return _RECTIFIED if isinstance(op, ConvRelu) else None


def _two(values: tuple[int, ...], missing: int) -> tuple[int, int]:
    """Return two numbers: a convolution along one axis is one along the width."""
    first, second = (missing, *values) if len(values) == 1 else values
    return first, second


def _four(shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    return (shape[0], shape[1], *_two(shape[2:], 1))


def _layout(op: Op, specs: Specs, algorithm: str, few: bool) -> tuple[object, ...]:
    """Return what decides how the weights are laid out."""
    conv, backward = cast(Conv, op), isinstance(op, ConvInputGrad)
    image = images(op, specs)[0]
    phases = tuple(min(pair) for pair in zip(conv.stride, image.shape[2:], strict=True))
    return algorithm, backward, conv.stride, conv.padding, conv.dilation, conv.groups, phases, few


class Readers(NamedTuple):
    """How a call reads its weight.

    Args:
        problem: Computes the call.
        pack: Lays the weight out.
        borrow: Borrows it for one call, or None where that takes longer.
        few: Whether it is laid out for a call that reads it but a few times.
    """

    problem: _native.Conv
    pack: LayOut
    borrow: LayOut | None
    few: bool


def readers(op: Op, specs: Specs, algorithm: str, weight: Callable[[Array], Array]) -> Readers:
    """Return how a call reads its weight, of which ``weight`` makes the one that is convolved.

    Transforms of many weights are written, and read again, far away: then it may take less time to
    borrow them for a call, or to keep them as they are for a few tiles.
    """
    problem = problem_of(op, specs, algorithm)
    backward = isinstance(op, ConvInputGrad)
    few, borrows = False, False
    if algorithm.startswith("winograd"):
        few = winograd_cost.reads_few(op, specs, int(algorithm[-1]))
        borrows = winograd_cost.borrows(op, specs, int(algorithm[-1]))
    elif algorithm in transform_cost.NAMES:
        borrows = transform_cost.borrows(op, specs, algorithm)

    def pack(array: Array) -> _native.ConvWeights:
        return problem.pack(weight(array), backward=backward, few=few)

    def borrow(array: Array) -> _native.ConvWeights:
        return problem.borrow(weight(array), backward=backward)

    return Readers(problem, pack, borrow if borrows else None, few)


def forward_run(
    op: Op, output: TensorSpec, problem: _native.Conv, read_image: Callable[[Array], Array]
) -> Run:
    """Return a run; it takes another end than the operator's, and an image that is added there.

    ``read_image`` makes of the input the image that ``problem`` reads.
    """
    own, as_image = end_of(op), image_reader(op)

    def run(
        x: Array,
        weights: _native.ConvWeights,
        bias: Array | None = None,
        end: _native.ConvEnd | None = own,
        addend: Array | None = None,
    ) -> Array:
        y = empty(output)
        start = None if bias is None else dense(bias)
        problem.forward(read_image(x), weights, start, end, addend, as_image(y))
        return y

    return run


def _prepare_forward(algorithm: str) -> Prepare:
    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        as_image = image_reader(op)
        problem, pack, borrow, few = readers(op, specs, algorithm, as_image)
        run = forward_run(op, output, problem, as_image)
        return Packed((1,), _layout(op, specs, algorithm, few), pack, run, borrow)

    return prepare


def _prepare_input_grad(algorithm: str) -> Prepare:
    """Return what makes runs; they take a bias behind, for a transposed convolution."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        as_image = image_reader(op)
        problem, pack, borrow, few = readers(op, specs, algorithm, as_image)

        def run(weights: _native.ConvWeights, g: Array, bias: Array | None = None) -> Array:
            dx = empty(output)
            start = None if bias is None else dense(bias)
            problem.input_grad(weights, as_image(g), start, as_image(dx))
            return dx

        return Packed((0,), _layout(op, specs, algorithm, few), pack, run, borrow)

    return prepare


def _prepare_weight_grad(algorithm: str) -> Prepare:
    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        weight_grad = problem_of(op, specs, algorithm).weight_grad
        as_image = image_reader(op)

        def run(x: Array, g: Array) -> Array:
            dw = empty(output)
            weight_grad(as_image(x), as_image(g), as_image(dw))
            return dw

        return run

    return prepare


def prepare_both(input_grad: Chosen, weight_grad: Chosen) -> RunBoth | None:
    """Return what computes both gradients in one pass over the upstream one, with the same bits.

    Only a depthwise convolution along one axis or two has it: the rows of its gradients need no
    others.
    """
    op, specs, dx, name = input_grad
    image, weight, _ = images(op, specs)
    chosen = {name, weight_grad.name}
    if chosen != {"depthwise"} or image.rank > 4 or image.shape[1] != weight.shape[0]:
        return None
    grads, dw = problem_of(op, specs, name).grads, weight_grad.output
    as_image = image_reader(op)

    def run(first: Arrays, second: Arrays) -> tuple[Array, Array]:
        weights, _ = first
        x, g = second
        both = empty(dx), empty(dw)
        grads(weights, as_image(x), as_image(g), *map(as_image, both))
        return both

    return run


def _winograd(m: int, prepare: Callable[[str], Prepare]) -> Candidate:
    name, cost = f"winograd{m}", winograd_cost.winograd(m)
    return Candidate(name, refuse_winograd(m), cost, prepare(name), exact=False)


def _transform(name: str, prepare: Callable[[str], Prepare]) -> Candidate:
    refuse_others = _refuse_fourier if name == "fourier" else _refuse_line_winograd
    return Candidate(
        name, refuse_others, transform_cost.transform(name), prepare(name), exact=False
    )


FORWARD = (
    Candidate("product", _refuse_product, conv_cost.product, _prepare_forward("product")),
    Candidate("direct", refuse, conv_cost.direct, _prepare_forward("direct")),
    Candidate("gather", refuse, conv_cost.gather, _prepare_forward("gather")),
    Candidate("planes", _refuse_planes, conv_cost.planes, _prepare_forward("planes")),
    Candidate("depthwise", _refuse_depthwise, conv_cost.depthwise, _prepare_forward("depthwise")),
    Candidate("groups", _refuse_groups, conv_cost.groups, _prepare_forward("groups")),
    _winograd(2, _prepare_forward),
    _winograd(3, _prepare_forward),
    _winograd(4, _prepare_forward),
    _transform("line_winograd", _prepare_forward),
    _transform("fourier", _prepare_forward),
)
INPUT_GRAD = (
    Candidate("product", _refuse_product, conv_cost.product, _prepare_input_grad("product")),
    Candidate("direct", refuse, conv_cost.direct, _prepare_input_grad("direct")),
    Candidate("gather", refuse, conv_cost.gather, _prepare_input_grad("gather")),
    Candidate("scatter", refuse, conv_cost.scatter, _prepare_input_grad("scatter")),
    Candidate(
        "row_scatter",
        _refuse_row_scatter,
        conv_cost.row_scatter,
        _prepare_input_grad("row_scatter"),
    ),
    Candidate(
        "depthwise", _refuse_depthwise, conv_cost.depthwise, _prepare_input_grad("depthwise")
    ),
    Candidate("groups", _refuse_groups, conv_cost.groups, _prepare_input_grad("groups")),
    _winograd(2, _prepare_input_grad),
    _winograd(3, _prepare_input_grad),
    _winograd(4, _prepare_input_grad),
    _transform("line_winograd", _prepare_input_grad),
    _transform("fourier", _prepare_input_grad),
)
WEIGHT_GRAD = (
    Candidate(
        "product", _refuse_product, weight_grad_cost.product, _prepare_weight_grad("product")
    ),
    Candidate("direct", refuse, weight_grad_cost.direct, _prepare_weight_grad("direct")),
    Candidate("gather", refuse, weight_grad_cost.gather, _prepare_weight_grad("gather")),
    Candidate(
        "gather_taps", refuse, weight_grad_cost.gather_taps, _prepare_weight_grad("gather_taps")
    ),
    Candidate("planes", _refuse_planes, weight_grad_cost.planes, _prepare_weight_grad("planes")),
    Candidate(
        "depthwise",
        _refuse_depthwise,
        weight_grad_cost.depthwise,
        _prepare_weight_grad("depthwise"),
    ),
    Candidate("groups", _refuse_groups, conv_cost.groups, _prepare_weight_grad("groups")),
    _winograd(2, _prepare_weight_grad),
    _winograd(3, _prepare_weight_grad),
    _winograd(4, _prepare_weight_grad),
    _transform("line_winograd", _prepare_weight_grad),
    _transform("fourier", _prepare_weight_grad),
)
