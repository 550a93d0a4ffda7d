"""How receptive fields go through operators: a row for each kind of operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, final

import numpy as np

from convolens import ops
from convolens.lens.receptive_field import Sight, pixels
from convolens.ops import Op
from convolens.ops._axis import AlongAxis
from convolens.ops._elementwise import Elementwise
from convolens.ops._taps import Window, inverse
from convolens.spec import TensorSpec
from convolens.tensor import Tensor

#: One sight for each axis of the image. None where it cannot be said.
Sights = tuple[Sight | None, ...]


@final
class Follower:
    """Follows the sights of tensors from the image on, one call after the other.

    Args:
        image: The tensor that is looked at, [1, C, *I].

    Example:
        >>> import convolens as cl
        >>> from convolens.tensor.observe import observe
        >>> x = cl.zeros(1, 1, 28, 28)
        >>> follower = Follower(x)
        >>> with observe(follower.follow):
        ...     y = cl.nn.Conv2d(1, 30, 5)(x)
        >>> [sight.size for sight in follower.sights(y)]
        [5, 5]
    """

    def __init__(self, image: Tensor) -> None:
        self.sizes = image.shape[2:]
        start = tuple(pixels(size, axis) for axis, size in enumerate(self.sizes, start=2))
        # The tensors are kept with their sights, so that no other can get the same id.
        self._known: dict[int, tuple[Tensor, Sights]] = {id(image): (image, start)}

    def sights(self, tensor: Tensor) -> Sights | None:
        """Return the sights of a tensor, or None if it does not depend on the image."""
        known = self._known.get(id(tensor))
        return known[1] if known else None

    def follow(self, op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        """Take note of an operator call. It has the form of an observer."""
        seen = [self.sights(tensor) for tensor in inputs]
        if any(seen):
            specs = tuple(tensor.spec for tensor in inputs)
            self._known[id(output)] = (output, self._through(op, specs, output.spec, seen))

    def _through(
        self, op: Op, specs: tuple[TensorSpec, ...], output: TensorSpec, seen: list[Sights | None]
    ) -> Sights:
        """Return the sights of an output, one axis of the image after the other."""
        results: list[Sight | None] = []
        for place, image in enumerate(self.sizes):
            joined: Sight | None = None
            for number, sights in enumerate(seen):
                if sights is None:
                    continue
                sight = sights[place]
                passed = sight and _passed(op, specs, number, output.shape, sight, image)
                if passed is None:
                    joined = None
                    break
                joined = joined.joined(passed, image) if joined else passed
            results.append(joined)
        return tuple(results)


def windows(op: Op, specs: Sequence[TensorSpec]) -> tuple[Window, ...]:
    """Return the windows of a call, one for each spatial axis; none if the operator has none.

    Example:
        >>> op = ops.Conv((2,), ((1, 1),), (1,))
        >>> windows(op, (TensorSpec((1, 3, 8)), TensorSpec((4, 3, 5))))
        (Window(kernel=5, stride=2, padding=(1, 1), dilation=1, ceil_mode=False),)
    """
    if isinstance(op, ops.Conv):
        return op.windows(specs[1].shape[2:])
    return op.windows() if isinstance(op, ops.MaxPool | ops.AvgPool) else ()


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


def _passed(
    op: Op,
    specs: tuple[TensorSpec, ...],
    number: int,
    output: tuple[int, ...],
    sight: Sight,
    image: int,
) -> Sight | None:
    """Return what the outputs see of the image through one of the inputs."""
    if sight.axis is None:
        return sight
    shape = specs[number].shape
    passage = Passage(op, specs, number, shape, sight.axis, output, sight, image)
    for kinds, row in ROWS:
        if isinstance(op, kinds):
            return row(passage)
    return None


def _slide(p: Passage) -> Sight | None:
    if p.number:
        return None
    if p.axis < 2:
        return p.sight if p.axis == 0 or not isinstance(p.op, ops.Conv) else p.mixed()
    return p.sight.through(windows(p.op, p.specs)[p.axis - 2], p.shape[p.axis])


def _moved(p: Passage) -> Sight | None:
    """A transposed convolution, whose tap table says which inputs an output is made of.

    At stride 1 it is a convolution with other padding, and its sights are equally far apart.
    """
    if p.number:
        return None
    if p.axis < 2:
        return p.sight if p.axis == 0 else p.mixed()
    place, size, outputs = p.axis - 2, p.shape[p.axis], p.output[p.axis]
    window = p.op.windows(p.specs[1].shape[2:])[place]
    if window.stride == 1 and p.sight.stride is not None:
        beyond = tuple(window.extent - 1 - cells for cells in window.padding)
        if min(beyond) >= 0 and not p.op.output_padding[place]:
            return p.sight.through(Window(window.kernel, 1, beyond, window.dilation), size)
    return p.sight.read_by(inverse(window.taps(outputs)[:size], outputs))


def _permuted(p: Passage) -> Sight:
    return p.sight.moved(p.op.dims.index(p.axis))


def _in_place(p: Passage) -> Sight:
    axis = p.axis + len(p.output) - len(p.shape)
    return p.sight.moved(axis) if p.shape[p.axis] == p.output[axis] else p.mixed()


def _among_channels(p: Passage) -> Sight | None:
    return None if p.axis == 1 else p.sight


def _along(p: Passage) -> Sight:
    return p.mixed() if p.axis == p.op.dim else p.sight


def _linear(p: Passage) -> Sight:
    return p.mixed() if p.number or p.axis == len(p.shape) - 1 else p.sight


def _matmul(p: Passage) -> Sight:
    transposed = p.op.transpose_b if p.number else p.op.transpose_a
    kept = p.number if not transposed else 1 - p.number
    return p.sight.moved(p.number) if p.axis == kept else p.mixed()


def _reduce(p: Passage) -> Sight:
    if p.axis in p.op.axes:
        return p.mixed()
    removed = 0 if p.op.keepdim else sum(axis < p.axis for axis in p.op.axes)
    return p.sight.moved(p.axis - removed)


def _reshape(p: Passage) -> Sight | None:
    extent, inner = p.shape[p.axis], prod(p.shape[p.axis + 1 :])
    if extent == 1:
        return p.mixed()
    for new in range(len(p.output)):
        # The new axis that holds the old one begins no further in and ends no further out.
        within = prod(p.output[new + 1 :])
        if within <= inner and within * p.output[new] >= inner * extent:
            same = within == inner and p.output[new] == extent
            return p.sight.moved(new) if same else p.sight.moved(new).scattered()
    return None


def _slice(p: Passage) -> Sight:
    begin, _, step = p.op.bounds[p.axis]
    stride, extent = p.sight.stride, p.output[p.axis]
    if p.sight.ranges:
        rows = np.arange(begin, begin + extent * step, step)[:, None]
        return p.sight.read_by(rows) or p.sight
    if stride is None or not extent:
        return p.sight
    first = p.sight.first + begin * stride
    last = first + (extent - 1) * stride * step + p.sight.size - 1
    return Sight(p.sight.size, stride * step, first, last, p.axis)


def _concat(p: Passage) -> Sight:
    return p.sight.scattered() if p.axis == p.op.dim else p.sight


#: Operators that are not listed make the sight unknown.
ROWS: tuple[tuple[tuple[type[Op], ...], Callable[[Passage], Sight | None]], ...] = (
    ((ops.Conv, ops.MaxPool, ops.AvgPool), _slide),
    ((ops.ConvTranspose,), _moved),
    ((Elementwise, ops.Dropout, ops.Cast, ops.Expand), _in_place),
    ((ops.Permute,), _permuted),
    ((ops.LocalResponseNorm,), _among_channels),
    ((AlongAxis,), _along),
    ((ops.Linear,), _linear),
    ((ops.Matmul,), _matmul),
    ((ops.Sum, ops.Mean), _reduce),
    ((ops.Reshape,), _reshape),
    ((ops.Slice,), _slice),
    ((ops.Concat,), _concat),
)
