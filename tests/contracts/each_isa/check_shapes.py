"""Every candidate of convolutions whose shapes are drawn, between guards.

`make explore` draws new shapes on each run.
"""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.calls import EVERY, native, run
from convolens import ops
from convolens.ops import Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec
from tolerance import Expected, drawn

from .guards import guarded, guarded_outputs

#: Rows that end with a register of planes.
WHOLE_ROWS = (
    ops.Conv((1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    TensorSpec((1, 1, 2, 16)),
    TensorSpec((8, 1, 1, 1)),
)
#: Rows of short sums with more outputs than stay near: all panels for some pixels, then the next.
LONG_ROWS = (
    ops.Conv((1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    TensorSpec((2, 3, 3, 140)),
    TensorSpec((100, 3, 3, 3)),
)
EXAMPLES = settings(max_examples=200 if EVERY == 1 else 100)


@st.composite
def large_windows(draw: st.DrawFn) -> tuple[ops.Conv, TensorSpec, TensorSpec]:
    """Draw a convolution that Fourier transforms compute, in one tile or a few."""
    kernel, padding, extra = (
        tuple(draw(st.integers(low, high)) for _ in range(2))
        for low, high in ((3, 13), (0, 7), (0, 20))
    )
    sizes = (max(1, r - 2 * p) + e for r, p, e in zip(kernel, padding, extra, strict=True))
    channels, outputs, images, groups = (draw(st.integers(1, high)) for high in (20, 20, 3, 2))
    op = ops.Conv((1, 1), tuple((each, each) for each in padding), (1, 1), groups)
    x = TensorSpec((images, groups * channels, *sizes))
    return op, x, TensorSpec((groups * outputs, channels, *kernel))


@st.composite
def long_rows(draw: st.DrawFn) -> tuple[ops.Conv, TensorSpec, TensorSpec]:
    """Draw a convolution whose rows of outputs are cut into strips, along one axis or two.

    Some of its windows reach far beyond the image.
    """
    rank = draw(st.integers(1, 2))

    def each(first: tuple[int, ...], last: tuple[int, ...]) -> tuple[int, ...]:
        return (
            *(draw(st.sampled_from(first)) for _ in range(rank - 1)),
            draw(st.sampled_from(last)),
        )

    kernel, stride = each((1, 3), (1, 2, 3, 7)), each((1, 2), (1, 1, 2, 3))
    dilation, padding = each((1,), (1, 1, 2, 17)), each((0, 1), (0, 1, 5, 40))
    groups = draw(st.sampled_from([1, 1, 4, 19]))
    own, filters = (draw(st.integers(1, max(2, 20 // groups))) for _ in range(2))
    if groups > 1 and draw(st.booleans()):
        own = 1
    columns = draw(st.one_of(st.integers(110, 300), st.integers(500, 1100)))
    sizes = (*(draw(st.integers(3, 5)) for _ in range(rank - 1)), columns)
    op = ops.Conv(stride, tuple((each, each) for each in padding), dilation, groups)
    x = TensorSpec((draw(st.integers(1, 2)), groups * own, *sizes))
    return op, x, TensorSpec((groups * filters, own, *kernel))


@st.composite
def lines(draw: st.DrawFn) -> tuple[ops.Conv, TensorSpec, TensorSpec]:
    """Draw a convolution whose windows reach along one axis, the last or the other."""
    rank = draw(st.integers(1, 2))
    taps, step = draw(st.one_of(st.integers(2, 8), st.integers(9, 25))), draw(st.integers(1, 3))
    pad, other = draw(st.integers(0, taps * step)), draw(st.integers(0, 1))
    own = max(1, (taps - 1) * step + 1 - 2 * pad) + draw(st.integers(0, 70))
    kernel, dilation, padding, sizes = (
        values[-rank:]
        for values in ((1, taps), (1, step), (other, pad), (draw(st.integers(1, 4)), own))
    )
    if rank == 2 and draw(st.booleans()):
        kernel, dilation, padding, sizes = (
            values[::-1] for values in (kernel, dilation, padding, sizes)
        )
    groups, channels, outputs = (draw(st.integers(1, high)) for high in (2, 20, 20))
    op = ops.Conv((1,) * rank, tuple((each, each) for each in padding), dilation, groups)
    x = TensorSpec((draw(st.integers(1, 3)), groups * channels, *sizes))
    return op, x, TensorSpec((groups * outputs, channels, *kernel))


@st.composite
def windows_along_few_axes(draw: st.DrawFn) -> tuple[ops.Conv, TensorSpec, TensorSpec]:
    """Draw a convolution along three axes whose windows reach along one or two of them."""
    reaches = draw(st.sampled_from([(1, 0, 0), (0, 1, 1), (0, 0, 1), (0, 0, 0)]))
    kernel, stride, padding = (
        tuple(draw(st.integers(low, high)) if reach else low for reach in reaches)
        for low, high in ((1, 4), (1, 2), (0, 2))
    )
    groups, channels, outputs = (draw(st.integers(1, high)) for high in (3, 9, 20))
    sizes = tuple(draw(st.integers(taps, 9)) for taps in kernel)
    op = ops.Conv(stride, tuple((each, each) for each in padding), (1, 1, 1), groups)
    x = TensorSpec((draw(st.integers(1, 2)), groups * channels, *sizes))
    return op, x, TensorSpec((groups * outputs, channels, *kernel))


@st.composite
def calls(draw: st.DrawFn) -> tuple[ops.Conv, TensorSpec, TensorSpec]:
    """Draw a convolution of one to three axes, its input and its weight."""
    rank = draw(st.sampled_from([1, 1, 2, 2, 2, 3, 3]))
    most = {1: 40, 2: 20, 3: 6}[rank]
    if draw(st.integers(0, 2)) == 0:
        special = {
            1: [long_rows, lines],
            2: [large_windows, lines],
            3: [windows_along_few_axes],
        }[rank]
        return draw(draw(st.sampled_from(special))())

    def each(*values: int) -> tuple[int, ...]:
        return tuple(draw(st.sampled_from(values)) for _ in range(rank))

    groups = draw(st.sampled_from([1, 1, 1, 2, 5, 16, 19]))
    own, filters = (draw(st.integers(1, max(2, 40 // groups))) for _ in range(2))
    if groups > 1 and draw(st.booleans()):
        own = 1  # depthwise, with any multiplier
    # Windows that Winograd's algorithms take, those that lie side by side, and others.
    same, beside = draw(st.sampled_from([(True, False), (False, True), (False, False)]))
    side, step = draw(st.integers(2, 5)), draw(st.sampled_from([1, 1, 2, 3]))
    square = side * step - draw(st.integers(0, step - 1))
    kernel = (square,) * rank if same else each(1, 2, 3, 4, 5, 7)
    stride = (step,) * rank if same else kernel if beside else each(1, 2, 3, 4)
    dilation = (1,) * rank if beside or (same and step > 1) else each(1, 1, 2, 3)
    padding = tuple(zip(each(0, 1, 2, 3), each(0, 1, 2, 3), strict=True))
    if beside:
        padding = ((0, 0),) * rank
    sizes = tuple(
        (1 + draw(st.integers(0, most // r))) * r
        if beside
        else max(1, d * (r - 1) + 1 - sum(p)) + draw(st.integers(0, most))
        for d, r, p in zip(dilation, kernel, padding, strict=True)
    )
    images = draw(st.integers(1, 3))
    op = ops.Conv(stride, padding, dilation, groups)
    x = TensorSpec((images, groups * own, *sizes))
    return op, x, TensorSpec((groups * filters, own, *kernel))


def check(sample: Sample, at_end: bool) -> None:
    """Compare each candidate with the definition, with guards at one end of each array."""
    arrays = drawn(sample)
    expected, tried = Expected(sample.op, arrays), native(sample)
    assert tried, sample
    for candidate in tried:
        inputs = [guarded(array, at_end) for array in arrays]
        with guarded_outputs(at_end) as outputs:
            found = run(sample, candidate, [each.array for each in inputs])
        for each in (*inputs, *outputs):
            each.check()
        for each, array in zip(inputs, arrays, strict=True):
            np.testing.assert_array_equal(each.array, array)
        expected.require(found, candidate.name)


@given(calls(), st.booleans(), st.booleans())
@example(WHOLE_ROWS, False, False)
@example(LONG_ROWS, True, False)
@example(LONG_ROWS, False, True)
@EXAMPLES
def test_convolutions(call: tuple, bias: bool, at_end: bool) -> None:
    op, x, weight = call
    check(Sample(op, (x, weight, *([TensorSpec(weight.shape[:1])] if bias else []))), at_end)


@given(calls(), st.booleans())
@EXAMPLES
def test_gradients(call: tuple, at_end: bool) -> None:
    op, x, weight = call
    y, attributes = op.infer(x, weight), shared(op, ConvGeometry)
    check(Sample(ops.ConvInputGrad(**attributes, sizes=x.shape[2:]), (weight, y)), at_end)
    check(Sample(ops.ConvWeightGrad(**attributes, kernel=weight.shape[2:]), (x, y)), at_end)


@given(calls(), st.booleans(), st.booleans())
@EXAMPLES
def test_transposed_convolutions(call: tuple, bias: bool, at_end: bool) -> None:
    op, x, weight = call
    y = op.infer(x, weight)
    extra = tuple(  # what the stride rounded away
        (size + sum(p) - d * (r - 1) - 1) % s
        for size, p, d, r, s in zip(
            x.shape[2:], op.padding, op.dilation, weight.shape[2:], op.stride, strict=True
        )
    )
    transposed = ops.ConvTranspose(**shared(op, ConvGeometry), output_padding=extra)
    inputs = (y, weight, *([TensorSpec((x.shape[1],))] if bias else []))
    check(Sample(transposed, inputs), at_end)
