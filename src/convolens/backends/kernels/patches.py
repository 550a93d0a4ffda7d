"""Kernels for the patches of an image: copied side by side, and added up again."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Op, Pad, Unfold
from convolens.ops.unfold import Fold, Patches
from convolens.spec import TensorSpec


def _prepare_unfold(op: Op, specs: Specs, output: TensorSpec) -> Run:
    unfold, (x,) = cast(Unfold, op), specs
    outputs = unfold.output_sizes(x.shape[2:])
    shape = (*x.shape[:2], *unfold.kernel, *outputs)
    pad = Pad(unfold.padding)
    padded = pad.infer(x)

    def run(array: Array) -> Array:
        image = array
        if padded.shape != array.shape:
            image = empty(padded)
            for to, source in pad.pieces(image, array):
                _native.move(source, to)
        batch, channel, *steps = image.strides
        taps = [step * d for step, d in zip(steps, unfold.dilation, strict=True)]
        places = [step * s for step, s in zip(steps, unfold.stride, strict=True)]
        windows = as_strided(image, shape, (batch, channel, *taps, *places), writeable=False)
        y = empty(output)
        _native.move(windows, y.reshape(shape))
        return y

    return run


def _refuse_fold(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    return "" if cast(Patches, op).rank < 3 else "kernels have 1 or 2 spatial axes, not 3"


def _prepare_fold(op: Op, specs: Specs, output: TensorSpec) -> Run:
    fold = cast(Fold, op)
    tables = fold.tables(fold.sizes)
    one_row = np.zeros((1, 1), np.int64)
    rows, columns = (one_row, *tables) if len(tables) == 1 else tables

    def run(x: Array) -> Array:
        y = empty(output)
        _native.fold(dense(x), y if y.ndim == 4 else y[:, :, None], rows, columns)
        return y

    return run


UNFOLD = Candidate("native", refuse_all_but_float32, estimate, _prepare_unfold)
FOLD = Candidate("native", _refuse_fold, estimate, _prepare_fold)
