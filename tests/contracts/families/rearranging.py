"""Operators that pad, resample, unfold, shuffle and repeat images."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from convolens import ops
from convolens.ops import Op, Sample
from convolens.ops._op import shared
from convolens.ops.resample import Resampling
from convolens.ops.unfold import Patches
from convolens.spec import TensorSpec

WIDTHS = range(1, 36)
_SEED = 20240301


def _picker() -> Callable[..., int]:
    random = np.random.default_rng(_SEED)
    return lambda *values: int(random.choice(values))


def _stack() -> Iterator[Sample]:
    for width in WIDTHS:
        for dim in range(5):
            yield Sample(ops.Stack(dim), (TensorSpec((2, width, 3, 4)),) * 2)


def _repeats() -> Iterator[tuple[ops.Repeat, TensorSpec]]:
    for width in WIDTHS:
        for repeats in ((1, 2, 1, 1), (2, 1, 1, 3), (1, 1, 2, 1), (2, 1, 3, 1, 2)):
            yield ops.Repeat(repeats), TensorSpec((2, width, 3, 4))
        yield ops.Repeat((3,)), TensorSpec((width,))


def _repeat() -> Iterator[Sample]:
    return (Sample(op, (x,)) for op, x in _repeats())


def _repeat_grad() -> Iterator[Sample]:
    for op, x in _repeats():
        yield Sample(ops.RepeatGrad(op.repeats, op.aligned(x.shape)), (op.infer(x),))


def _flip() -> Iterator[Sample]:
    for width in WIDTHS:
        for axes in ((1,), (3,), (2, 3), (0, 1, 2, 3)):
            yield Sample(ops.Flip(axes), (TensorSpec((2, width, 3, 4)),))


def _roll() -> Iterator[Sample]:
    for width in WIDTHS:
        for shifts in ((0, 1, 0, 0), (0, 0, 2, -1), (1, -2, 1, 1)):
            yield Sample(ops.Roll(shifts), (TensorSpec((2, width, 3, 4)),))


def _pads(inside: bool) -> Iterator[tuple[ops.Pad, TensorSpec]]:
    """Every number of channels, with all modes, cropping too."""
    pick = _picker()
    modes = ("reflect", "replicate", "circular") if inside else ("constant",)
    for channels, mode in itertools.product(WIDTHS, modes):
        rank = pick(1, 2, 2, 2, 3)
        sizes = tuple(pick(2, 3, 4, 5) for _ in range(rank))
        pairs = []
        for size in sizes:
            before, after = pick(0, 0, 1, size - 1, -1), pick(0, 1, 1, size - 1)
            most = size + min(before, 0)  # what a circle has left
            pairs.append((before, min(after, most)))
        x = TensorSpec((pick(1, 2), channels, *sizes))
        yield ops.Pad(tuple(pairs), mode, 0.0 if inside else 1.5), x  # type: ignore[arg-type]


def _pad() -> Iterator[Sample]:
    for op, x in (*_pads(inside=False), *_pads(inside=True)):
        yield Sample(op, (x,))
    for channels in WIDTHS:
        yield Sample(ops.Pad(((0, 1), (1, 2), (-1, 1), (2, 0))), (TensorSpec((2, channels, 3, 4)),))


def _pad_grad() -> Iterator[Sample]:
    for op, x in _pads(inside=True):
        grad = ops.PadGrad(op.padding, op.mode, x.shape[2:])
        yield Sample(grad, (op.infer(x),))


def _resamplings() -> Iterator[tuple[ops.Resample, TensorSpec]]:
    """Every number of channels, with all modes, larger and smaller."""
    pick = _picker()
    modes = ("nearest", "nearest-exact", "linear", "cubic", "area")
    for channels, mode in itertools.product(WIDTHS, modes):
        rank = pick(1, 2, 2, 2, 3)
        sizes = tuple(pick(1, 2, 3, 5) for _ in range(rank))
        outputs = tuple(pick(1, 2, 4, 7) for _ in range(rank))
        align = mode in ("linear", "cubic") and bool(pick(0, 1))
        op = ops.Resample(mode, outputs, (None,) * rank, align)  # type: ignore[arg-type]
        yield op, TensorSpec((pick(1, 2), channels, *sizes))


def _resample() -> Iterator[Sample]:
    return (Sample(op, (x,)) for op, x in _resamplings())


def _resample_grad() -> Iterator[Sample]:
    for op, x in _resamplings():
        grad = ops.ResampleGrad(**shared(op, Resampling), sizes=x.shape[2:])
        yield Sample(grad, (op.infer(x),))


def _unfoldings() -> Iterator[tuple[ops.Unfold, TensorSpec]]:
    """Every number of channels and, up to 35, of taps."""
    pick = _picker()
    for channels in WIDTHS:
        kernel = (pick(1, 2, 3), pick(1, 2, 3, 4))
        stride, dilation = ((pick(1, 2, 3), pick(1, 1, 2)) for _ in range(2))
        padding = tuple((pick(0, 1, 2), pick(0, 1)) for _ in range(2))
        sizes = [
            max(1, d * (k - 1) + 1 - sum(p)) + pick(0, 1, 3)
            for k, d, p in zip(kernel, dilation, padding, strict=True)
        ]
        yield ops.Unfold(kernel, stride, padding, dilation), TensorSpec((2, channels, *sizes))
    for taps in WIDTHS:
        window = ((1, taps), (1, 1), ((0, 0), (taps // 2, 1)), (1, 1))
        yield ops.Unfold(*window), TensorSpec((1, 17, 2, taps + 1))
        yield ops.Unfold((taps,), (2,), ((1, 1),), (1,)), TensorSpec((1, 3, taps + 3))
    tall = ops.Unfold((3, 2), (1, 1), ((1, 1), (0, 0)), (2, 1))  # more rows than a unit of work has
    yield tall, TensorSpec((1, 9, 37, 4))
    yield tall, TensorSpec((2, 2, 36, 4))


def _unfold() -> Iterator[Sample]:
    return (Sample(op, (x,)) for op, x in _unfoldings())


def _fold() -> Iterator[Sample]:
    for op, x in _unfoldings():
        yield Sample(ops.Fold(**shared(op, Patches), sizes=x.shape[2:]), (op.infer(x),))


def _images() -> Iterator[tuple[int, TensorSpec]]:
    for channels, factor in itertools.product(WIDTHS, (1, 2, 3, 4)):
        yield factor, TensorSpec((2, channels, 2 * factor, factor))


def _pixel_shuffle() -> Iterator[Sample]:
    for factor, image in _images():
        yield Sample(ops.PixelShuffle(factor), (ops.PixelUnshuffle(factor).infer(image),))


def _pixel_unshuffle() -> Iterator[Sample]:
    return (Sample(ops.PixelUnshuffle(factor), (image,)) for factor, image in _images())


def _channel_shuffle() -> Iterator[Sample]:
    for each, groups in itertools.product((1, 2, 3, 4, 8, 15, 16, 17, 40), (2, 3, 4, 5, 8, 16)):
        for group_count in (groups, each):
            x = TensorSpec((2, each * groups, 2, 3))
            yield Sample(ops.ChannelShuffle(group_count), (x,))


def _big(*samples: Sample) -> Callable[[], Iterable[Sample]]:
    return lambda: samples


_IMAGE = TensorSpec((4, 64, 42, 40))
_WINDOW = ((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))
_LINEAR = ("linear", (85, 19), (None, None), False)
_MARGIN = ((1, 2), (3, 1))

SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Stack: _stack,
    ops.Repeat: _repeat,
    ops.RepeatGrad: _repeat_grad,
    ops.Flip: _flip,
    ops.Roll: _roll,
    ops.Pad: _pad,
    ops.PadGrad: _pad_grad,
    ops.Resample: _resample,
    ops.ResampleGrad: _resample_grad,
    ops.Unfold: _unfold,
    ops.Fold: _fold,
    ops.PixelShuffle: _pixel_shuffle,
    ops.PixelUnshuffle: _pixel_unshuffle,
    ops.ChannelShuffle: _channel_shuffle,
}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {
    ops.Stack: _big(Sample(ops.Stack(), (_IMAGE,) * 2), Sample(ops.Stack(4), (_IMAGE,) * 2)),
    ops.Repeat: _big(Sample(ops.Repeat((1, 2, 1, 1)), (_IMAGE,))),
    ops.RepeatGrad: _big(
        Sample(ops.RepeatGrad((1, 2, 2, 1), (4, 32, 21, 40)), (_IMAGE,)),
    ),
    ops.Flip: _big(Sample(ops.Flip((1, 3)), (_IMAGE,)), Sample(ops.Flip((2,)), (_IMAGE,))),
    ops.Roll: _big(Sample(ops.Roll((0, 3, 5, -7)), (_IMAGE,))),
    ops.Pad: _big(
        Sample(ops.Pad(_MARGIN), (_IMAGE,)), Sample(ops.Pad(_MARGIN, "reflect"), (_IMAGE,))
    ),
    ops.PadGrad: _big(
        Sample(
            ops.PadGrad(_MARGIN, "replicate", (42, 40)),
            (ops.Pad(_MARGIN, "replicate").infer(_IMAGE),),
        )
    ),
    ops.Resample: _big(Sample(ops.Resample(*_LINEAR), (_IMAGE,))),  # type: ignore[arg-type]
    ops.ResampleGrad: _big(
        Sample(
            ops.ResampleGrad(*_LINEAR, sizes=(42, 40)),  # type: ignore[arg-type]
            (TensorSpec((4, 64, 85, 19)),),
        )
    ),
    ops.Unfold: _big(Sample(ops.Unfold(*_WINDOW), (_IMAGE,))),
    ops.Fold: _big(
        Sample(ops.Fold(*_WINDOW, sizes=(42, 40)), (ops.Unfold(*_WINDOW).infer(_IMAGE),))
    ),
    ops.PixelShuffle: _big(Sample(ops.PixelShuffle(2), (_IMAGE,))),
    ops.PixelUnshuffle: _big(Sample(ops.PixelUnshuffle(2), (_IMAGE,))),
    ops.ChannelShuffle: _big(
        Sample(ops.ChannelShuffle(4), (_IMAGE,)), Sample(ops.ChannelShuffle(32), (_IMAGE,))
    ),
}
