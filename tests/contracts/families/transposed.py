"""Transposed convolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from convolens import ops
from convolens.ops import Op, Sample
from convolens.spec import TensorSpec

WIDTHS = range(1, 36)


def _sample(
    x: tuple[int, ...],
    outputs: int,
    kernel: tuple[int, int],
    *,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[tuple[int, int], ...] = ((0, 0), (0, 0)),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
    extra: tuple[int, int] = (0, 0),
    bias: bool = True,
) -> Sample:
    op = ops.ConvTranspose(stride, padding, dilation, groups, extra)
    weight = TensorSpec((x[1], outputs // groups, *kernel))
    return Sample(op, (TensorSpec(x), weight, *([TensorSpec((outputs,))] if bias else [])))


def _small() -> Iterator[Sample]:
    """Every number of channels in and out up to 35, with windows of all kinds."""
    random = np.random.default_rng(20240301)

    def pick(*values: int) -> int:
        return int(random.choice(values))

    pairs = [
        *((c, pick(*WIDTHS)) for c in WIDTHS),
        *((pick(*WIDTHS), k) for k in WIDTHS),
        *((c, c) for c in WIDTHS),
        (48, 80),
        (70, 3),
        (3, 70),
    ]
    for c, k in pairs:
        kernel = (pick(1, 2, 3, 4), pick(1, 2, 2, 3, 4, 5))
        stride = (pick(1, 1, 2, 3), pick(1, 2, 2, 3))
        dilation = (pick(1, 1, 2), pick(1, 1, 2))
        sizes = (pick(1, 2, 3, 5), pick(1, 2, 4, 17))
        padding, extra = [], []
        for size, r, s, d in zip(sizes, kernel, stride, dilation, strict=True):
            room = (size - 1) * s + d * (r - 1)  # the cells that padding may take, but one
            pads = [min(pick(0, 0, 1, 2), room // 2) for _ in range(2)]
            padding.append((pads[0], pads[1]))
            extra.append(pick(*range(max(s, d))))
        yield _sample(
            (pick(1, 2), c, *sizes),
            k,
            kernel,
            stride=stride,
            padding=tuple(padding),
            dilation=dilation,
            groups=pick(*(g for g in range(1, 36) if c % g == k % g == 0)),
            extra=(extra[0], extra[1]),
            bias=bool(pick(0, 1, 1)),
        )
    # Windows that lie side by side.
    for k in WIDTHS:
        kernel, sizes = (pick(1, 2, 3), pick(1, 2, 4)), (pick(1, 2, 3), pick(1, 2, 17))
        x = (pick(1, 2), pick(*WIDTHS), *sizes)
        yield _sample(x, k, kernel, stride=kernel, bias=bool(pick(0, 1)))


def _big() -> Iterable[Sample]:
    return (
        _sample((4, 40, 30, 30), 24, (2, 2), stride=(2, 2)),
        _sample((2, 33, 25, 26), 16, (4, 4), stride=(2, 2), padding=((1, 1), (1, 1))),
        _sample((2, 24, 31, 29), 5, (3, 3), stride=(2, 2), padding=((1, 1),) * 2, extra=(1, 1)),
        _sample((4, 48, 20, 20), 64, (1, 1)),
        _sample((2, 32, 40, 40), 32, (3, 3), padding=((1, 1), (1, 1)), groups=32),
        _sample((8, 30, 24, 24), 1, (5, 5)),
    )


SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {ops.ConvTranspose: _small}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {ops.ConvTranspose: _big}
