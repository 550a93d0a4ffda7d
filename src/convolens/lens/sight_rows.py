"""What each kind of operator does to a sight: a row for each."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from convolens import ops
from convolens.lens.passage import Passage, windows
from convolens.lens.receptive_field import Sight
from convolens.ops import Op
from convolens.ops._axis import AlongAxis
from convolens.ops._elementwise import Elementwise
from convolens.ops._on_labels import OnLabels
from convolens.ops._over_axes import Reduction
from convolens.ops._padding_taps import PADDINGS
from convolens.ops._pairwise_loss import PairwiseLoss
from convolens.ops._rearrangement import Rearrangement
from convolens.ops._taps import PAD, Table, Window, inverse
from convolens.ops.conv_normalize import OWN as ADDEND
from convolens.spec import int64

_CONVOLUTIONS = (ops.Conv, ops.ConvRelu, ops.ConvNormalize)


def _slide(p: Passage) -> Sight | None:
    if p.number:
        return p.sight if p.number == ADDEND else None
    if p.axis < 2:
        return p.sight if p.axis == 0 or not isinstance(p.op, _CONVOLUTIONS) else p.mixed()
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


def _shared_out(p: Passage) -> Sight | None:
    """An adaptive pooling, whose windows are not all equally long."""
    if p.axis < 2:
        return p.sight
    table = p.op.tables(p.shape[2:])[p.axis - 2]
    return p.mixed() if len(table) == 1 else p.sight.read_by(table)


def _resampled(p: Passage) -> Sight | None:
    return p.sight if p.axis < 2 else p.sight.read_by(p.op.tables(p.shape[2:])[p.axis - 2].taps)


def _unpooled(p: Passage) -> Sight:
    """Numbers go where the indices say: to any pixel."""
    return p.sight if p.axis < 2 else p.mixed()


def _unfolded(p: Passage) -> Sight | None:
    """The windows run along one axis, the last spatial axis fastest. All taps are seen together."""
    if p.axis < 2:
        return p.sight if p.axis == 0 else p.mixed()
    tables = p.op.tables(p.shape[2:])
    places = np.indices([len(table) for table in tables])[p.axis - 2].ravel()
    return p.sight.moved(2).read_by(tables[p.axis - 2][places])


def _padded(p: Passage) -> Sight | None:
    """Cells of a constant count as if the image went on; those of other modes are the input's."""
    place = p.axis - len(p.shape) + len(p.op.padding)
    if place < 0:
        return p.sight
    before, after = p.op.padding[place]
    size, stride = p.sight.size, p.sight.stride
    if p.op.mode != "constant" or stride is None:
        return p.sight.read_by(PADDINGS[p.op.mode](p.shape[p.axis], before, after))
    first = p.sight.first - before * stride
    return Sight(size, stride, first, first + (p.output[p.axis] - 1) * stride + size - 1, p.axis)


def _rearranged(p: Passage) -> Sight | None:
    """Follow the places along the axis through the operator itself."""
    places = np.arange(1.0, p.shape[p.axis] + 1).reshape(-1, *(1,) * (len(p.shape) - p.axis - 1))
    arrays = [np.zeros(spec.shape) for spec in p.specs]
    arrays[p.number] = arrays[p.number] + places
    moved = p.op.reference(*arrays)
    if not moved.size:
        return None
    tables = [_ends(moved, axis) for axis in range(moved.ndim)]
    reads = [int((table[:, 1] - table[:, 0]).sum() + len(table)) / len(table) for table in tables]
    axis = min(range(moved.ndim), key=lambda axis: (reads[axis], axis != p.axis))
    first, last = tables[axis].T
    if len(first) == p.shape[p.axis] and (first == last).all() and (np.diff(first) == 1).all():
        return p.sight.moved(axis)
    rows = first[:, None] + np.arange(int((last - first).max()) + 1)
    return p.sight.moved(axis).read_by(np.where(rows <= last[:, None], rows, PAD))


def _ends(places: np.ndarray[Any, Any], axis: int) -> Table:
    """Return the first and the last place that stands at each index of an axis; 0 is none."""
    rows = np.moveaxis(places, axis, 0).reshape(places.shape[axis], -1)
    first = np.where(rows > 0, rows, np.inf).min(axis=1)
    last = rows.max(axis=1)
    first = np.where(last > 0, first, 1)
    return np.stack([first, last], axis=1).astype(np.int64) - 1


def _channel_moments(p: Passage) -> Sight:
    return p.sight if p.axis == 1 and not p.op.groups else p.mixed()


def _normalised(p: Passage) -> Sight:
    """The moments are those of x, unless they are constants. An addend stays in place."""
    if p.number == 4:
        return p.sight
    if p.number:
        return p.mixed()
    own = p.op.fixed or (p.axis == 0 if p.op.groups else p.axis == 1)
    return p.sight if own else p.mixed()


def _row_moments(p: Passage) -> Sight:
    kept = p.axis < len(p.shape) - p.op.dims
    return p.sight.moved(1).scattered() if kept else p.mixed()


def _row_normalised(p: Passage) -> Sight | None:
    if p.number:
        return p.mixed()
    return p.sight if p.axis < len(p.shape) - p.op.dims else p.mixed()


def _first_in_place(p: Passage) -> Sight:
    """Of the first input, in place; of slopes and of a seed all elements may count."""
    return p.mixed() if p.number else p.sight


def _along_removed(p: Passage) -> Sight:
    if p.axis == p.op.dim:
        return p.mixed()
    return p.sight.moved(p.axis - (p.axis > p.op.dim and not p.op.keepdim))


def _picked(p: Passage) -> Sight:
    """Any element along the axis may be picked, as the indices say."""
    return p.mixed() if p.axis == p.op.dim else p.sight


def _selected(p: Passage) -> Sight:
    is_index = len(p.specs[p.number].shape) == 1 and p.specs[p.number].dtype == int64
    return p.sight.moved(p.op.dim) if is_index else _picked(p)


def _loss(p: Passage) -> Sight:
    return p.sight if p.op.reduction == "none" else p.mixed()


def _loss_on_labels(p: Passage) -> Sight:
    if p.op.reduction != "none" or p.number > 1:
        return p.mixed()
    if p.number == 1 or p.axis == 0:
        return p.sight
    return p.mixed() if p.axis == 1 else p.sight.moved(p.axis - 1)


def _label_shares(p: Passage) -> Sight:
    if p.number > 1:
        return p.mixed()
    if p.number == 1:
        return p.sight.moved(p.axis + (p.axis > 0))
    return p.mixed() if p.axis == 1 else p.sight


def _distance(p: Passage) -> Sight:
    return p.mixed() if p.axis == len(p.shape) - 1 else p.sight


def _mixed(p: Passage) -> Sight:
    return p.mixed()


#: Operators that are not listed make the sight unknown.
ROWS: tuple[tuple[tuple[type[Op], ...], Callable[[Passage], Sight | None]], ...] = (
    ((*_CONVOLUTIONS, ops.MaxPool, ops.MaxPoolIndices, ops.AvgPool, ops.LPPool), _slide),
    ((ops.ConvTranspose,), _moved),
    ((ops.AdaptiveMaxPool, ops.AdaptiveMaxPoolIndices, ops.AdaptiveAvgPool), _shared_out),
    ((ops.MaxUnpool,), _unpooled),
    ((ops.Resample,), _resampled),
    ((ops.Unfold,), _unfolded),
    ((Elementwise, ops.Cast, ops.Expand, ops.Where), _in_place),
    ((ops.Prelu, ops.Dropout), _first_in_place),
    ((ops.Permute,), _permuted),
    ((ops.LocalResponseNorm, ops.ChannelSum), _among_channels),
    ((ops.Moments,), _channel_moments),
    ((ops.Normalize, ops.NormalizeRelu), _normalised),
    ((ops.RowMoments,), _row_moments),
    ((ops.LayerNorm,), _row_normalised),
    ((AlongAxis, ops.ArgSort, ops.TopK), _along),
    ((ops.ArgMax, ops.ArgMin), _along_removed),
    ((ops.Gather, ops.ScatterAdd), _picked),
    ((ops.IndexSelect, ops.IndexAdd), _selected),
    ((ops.Linear,), _linear),
    ((ops.Matmul,), _matmul),
    ((ops.Dot,), _mixed),
    ((ops.Sum, ops.Mean, Reduction), _reduce),
    ((ops.LabelShares,), _label_shares),
    ((OnLabels,), _loss_on_labels),
    ((PairwiseLoss,), _loss),
    ((ops.PairwiseDistance,), _distance),
    ((ops.Reshape,), _reshape),
    ((ops.Slice,), _slice),
    ((ops.Concat,), _concat),
    ((ops.Pad,), _padded),
    ((Rearrangement,), _rearranged),
)

#: Operators whose sights are unknown, and why.
UNKNOWN: dict[type[Op], str] = {
    ops.Fold: "the windows of all axes run along one, so that an axis cannot be followed alone",
}
