"""Weights that are borrowed, or laid out for a few tiles, give the bits of those laid out."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from contracts.calls import EVERY
from contracts.each_isa.guards import Guarded, guarded, guarded_outputs
from convolens import _native, ops
from convolens.backends.candidate import Packed
from convolens.backends.choose import choose
from convolens.spec import TensorSpec
from tolerance import assert_within

pytestmark = pytest.mark.usefixtures("threads_as_before")

#: Images, channels, outputs, size, taps and padding, for both axes or each: several chains of
#: channels and blocks of tiles, few tiles, panels that are not full or have one register of
#: outputs, and too little room to borrow.
CASES: list[tuple] = [
    (1, 80, 150, 34, 3, 1),
    (2, 130, 70, 23, 3, 0),
    (1, 200, 96, 7, 3, 2),
    (5, 66, 129, 9, 3, 1),
    (1, 65, 17, 40, 3, 1),
    (1, 133, 70, 7, 3, 1),
    (3, 67, 131, 4, 3, 1),
    (1, 3, 5, 4, 3, 1),
    (2, 90, 110, 23, 2, 1),
    (2, 90, 110, 23, 4, 1),
    (1, 100, 33, 23, 5, 2),
    (0, 70, 70, 9, 3, 1),
    (2, 19, 40, 25, 7, 3),
    (1, 40, 150, 17, (1, 3), (0, 1)),
    (2, 70, 129, 9, (4, 1), (1, 0)),
    (2, 35, 150, 20, (1, 7), (0, 3)),
    (1, 19, 70, 40, (13, 1), (6, 0)),
    (1, 3, 5, 30, (1, 7), (0, 0)),
]
ALGORITHMS = {
    (2, 2): ("winograd3", "winograd4"),
    (3, 3): ("winograd2", "winograd4", "fourier"),
    (4, 4): ("winograd3", "fourier"),
    (5, 5): ("winograd2", "fourier"),
    (7, 7): ("fourier",),
    (1, 3): ("line_winograd", "fourier"),
    (4, 1): ("line_winograd", "fourier"),
    (1, 7): ("fourier",),
    (13, 1): ("fourier",),
}


EACH_NUMBER_OF_THREADS = pytest.mark.parametrize("threads", [1, 2, 3] if EVERY == 1 else [3])


@pytest.mark.parametrize("case", CASES[:: min(EVERY, 2)], ids=str)
@EACH_NUMBER_OF_THREADS
def test_all_weights_give_the_same_bits(case: tuple, threads: int) -> None:
    n, c, k, size, *axes = case
    cl.set_num_threads(threads)
    kernel, padding = ((each, each) if isinstance(each, int) else each for each in axes)
    outputs = (size + 2 * pad - taps + 1 for taps, pad in zip(kernel, padding, strict=True))
    shapes = (n, c, size, size), (k, c, *kernel), (n, k, *outputs)
    random = np.random.default_rng(0)
    x, weight, g = (
        guarded(random.standard_normal(shape).astype(np.float32), at_end=bool(place % 2))
        for place, shape in enumerate(shapes)
    )
    for algorithm in ALGORITHMS[kernel]:
        conv = _native.Conv(
            input=x.array.shape,
            output=g.array.shape,
            kernel=kernel,
            stride=(1, 1),
            padding=padding,
            dilation=(1, 1),
            groups=1,
            algorithm=algorithm,
        )
        for backward, image, result in ((False, x, g), (True, g, x)):
            found = []
            for weights, at_end in (
                (conv.pack(weight.array, backward=backward), True),
                (conv.borrow(weight.array, backward=backward), False),
                (conv.pack(weight.array, backward=backward, few=True), True),
            ):
                to = Guarded(result.array.shape, np.dtype(np.float32), at_end)
                if backward:
                    conv.input_grad(weights, image.array, None, to.array)
                else:
                    conv.forward(image.array, weights, None, None, None, to.array)
                to.check()
                found.append(to.array)
            assert not np.isnan(found[0]).any()
            np.testing.assert_array_equal(found[1], found[0])
            np.testing.assert_array_equal(found[2], found[0])


@pytest.mark.parametrize("rows", [1, 2, 13, 24, 25, 65, 200, 1030])
@pytest.mark.parametrize("size", [(1, 30), (7, 1), (100, 1100), (40, 513), (300, 70)], ids=str)
@EACH_NUMBER_OF_THREADS
def test_linear_layers(rows: int, size: tuple[int, int], threads: int) -> None:
    cl.set_num_threads(threads)
    features, inputs = size
    shapes = (rows, inputs), (features, inputs), (features,)
    op, specs = ops.Linear(), tuple(map(TensorSpec, shapes))
    chosen = choose(op, specs)
    assert chosen.name == "native"
    random = np.random.default_rng(0)
    arrays = [guarded(random.standard_normal(s).astype(np.float32), at_end=True) for s in shapes]
    x, weight, bias = (each.array for each in arrays)
    with guarded_outputs(at_end=False) as made:
        found = chosen.run(x, weight, bias)
        assert_within(op, [x, weight, bias], found)
        run = chosen.run
        if isinstance(run, Packed):
            np.testing.assert_array_equal(run.run(x, run.pack(weight), bias), found)
        for each in made:
            each.check()


def test_other_algorithms_lay_out_what_they_borrow() -> None:
    x, y = _dense(np.ones((1, 3, 5, 5), np.float32)), _dense(np.empty((1, 4, 3, 3), np.float32))
    conv = _native.Conv(x.shape, y.shape, (3, 3), (1, 1), (0, 0), (1, 1), 1, "direct")
    weight = _dense(np.ones((4, 3, 3, 3), np.float32))
    borrowed = conv.borrow(weight, backward=False)
    weight[...] = np.nan
    conv.forward(x, borrowed, None, None, None, y)
    np.testing.assert_array_equal(y, 27.0)


def test_borrowed_weights_outlive_their_name() -> None:
    x, y = _dense(np.ones((1, 3, 5, 5), np.float32)), _dense(np.empty((1, 4, 3, 3), np.float32))
    conv = _native.Conv(x.shape, y.shape, (3, 3), (1, 1), (0, 0), (1, 1), 1, "winograd2")
    borrowed = conv.borrow(_dense(np.ones((4, 3, 3, 3), np.float32)), backward=False)
    _dense(np.full((4, 3, 3, 3), 7.0, np.float32))  # would take the place of what is let go
    conv.forward(x, borrowed, None, None, None, y)
    np.testing.assert_allclose(y, 27.0, rtol=1e-5)


def _dense(array: np.ndarray) -> np.ndarray:
    made = _native.empty(array.shape, array.dtype)
    made[...] = array
    return made
