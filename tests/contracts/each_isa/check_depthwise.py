"""Depthwise convolutions: tiles at every edge of an image, and both gradients in one pass.

`make explore` draws new shapes on each run.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import convolens as cl
from contracts.calls import EVERY, run
from contracts.each_isa.guards import guarded, guarded_outputs
from convolens import ops
from convolens.backends.choose import algorithm, candidates, choose_both
from convolens.ops import Op, Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec
from tolerance import assert_within, drawn

pytestmark = pytest.mark.usefixtures("threads_as_before")

EXAMPLES = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[ops.Conv, TensorSpec, TensorSpec]:
    """Draw a depthwise convolution whose images are not much larger than its windows."""

    def two(*values: int) -> tuple[int, int]:
        return draw(st.sampled_from(values)), draw(st.sampled_from(values))

    channels = draw(st.sampled_from([1, 3, 4, 7, 8, 9, 15, 16, 17, 24, 32, 37]))
    kernel, stride = two(1, 2, 3, 3, 3, 4, 5, 7, 9, 11), two(1, 1, 1, 2, 2, 3)
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (1, 1), (2, 2), (2, 1)]))
    padding = two(0, 1, 1, 2, 3), two(0, 1, 1, 2, 3)
    sizes = tuple(
        max(1, d * (r - 1) + 1 - sum(p)) + draw(st.integers(0, 21))
        for d, r, p in zip(dilation, kernel, padding, strict=True)
    )
    op = ops.Conv(stride, padding, dilation, channels)
    images = draw(st.integers(1, 3))
    return op, TensorSpec((images, channels, *sizes)), TensorSpec((channels, 1, *kernel))


def gradients(op: ops.Conv, x: TensorSpec, weight: TensorSpec) -> tuple[ops.Op, ops.Op]:
    attributes = shared(op, ConvGeometry)
    return (
        ops.ConvInputGrad(**attributes, sizes=x.shape[2:]),
        ops.ConvWeightGrad(**attributes, kernel=weight.shape[2:]),
    )


def by_depthwise(op: Op, specs: tuple[TensorSpec, ...], arrays: list[np.ndarray]) -> np.ndarray:
    """Compute a call by the depthwise kernels."""
    (candidate,) = (v.candidate for v in candidates(op, specs) if v.candidate.name == "depthwise")
    return run(Sample(op, specs), candidate, arrays)


def assert_values(
    call: tuple[ops.Conv, TensorSpec, TensorSpec], at_end: bool, threads: int
) -> None:
    op, x, weight = call
    cl.set_num_threads(threads)
    y, bias = op.infer(x, weight), TensorSpec(weight.shape[:1])
    input_grad, weight_grad = gradients(*call)
    calls = (op, (x, weight, bias)), (input_grad, (weight, y)), (weight_grad, (x, y))
    for each, specs in calls:
        arrays = drawn(Sample(each, specs))
        inputs = [guarded(array, at_end) for array in arrays]
        with guarded_outputs(at_end) as outputs:
            found = by_depthwise(each, specs, [one.array for one in inputs])
        for one in (*inputs, *outputs):
            one.check()
        assert_within(each, arrays, found, algorithm="depthwise")


@given(convolutions(), st.booleans(), st.integers(1, 3))
@EXAMPLES
def test_values(call: tuple, at_end: bool, threads: int) -> None:
    assert_values(call, at_end, threads)


def assert_both_gradients_have_the_bits_of_each(
    call: tuple[ops.Conv, TensorSpec, TensorSpec], at_end: bool, threads: int
) -> None:
    op, x, weight = call
    cl.set_num_threads(threads)
    y = op.infer(x, weight)
    input_grad, weight_grad = gradients(*call)
    arrays = [guarded(array, at_end) for array in drawn(Sample(op, (x, weight)))]
    image, kernel = (each.array for each in arrays)
    upstream = guarded(drawn(Sample(weight_grad, (x, y)))[1], at_end)
    calls = (input_grad, (weight, y)), (weight_grad, (x, y))
    with algorithm("depthwise"):
        both = choose_both(*calls)
    assert both is not None
    (packing,) = (
        v.candidate.prepare(input_grad, (weight, y), x)
        for v in candidates(input_grad, (weight, y))
        if v.candidate.name == "depthwise"
    )
    with guarded_outputs(at_end) as outputs:
        found = both((packing.pack(kernel), upstream.array), (image, upstream.array))
    for each in (*arrays, upstream, *outputs):
        each.check()
    cl.set_num_threads(4 - threads)
    for gradient, (each, specs), inputs in zip(found, calls, (kernel, image), strict=True):
        apart = by_depthwise(each, specs, [inputs, upstream.array])
        np.testing.assert_array_equal(gradient, apart)


@given(convolutions(), st.booleans(), st.integers(1, 3))
@EXAMPLES
def test_both_gradients_have_the_bits_of_each(call: tuple, at_end: bool, threads: int) -> None:
    assert_both_gradients_have_the_bits_of_each(call, at_end, threads)


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("sizes", [(61, 61), (8, 560)])
def test_rows_that_are_asked_for_while_others_are_summed(
    sizes: tuple[int, int], stride: int, at_end: bool
) -> None:
    """Whole ones, or strips of those that are long."""
    op = ops.Conv((stride, stride), ((1, 1), (0, 2)), (1, 1), 72)
    call = op, TensorSpec((2, 72, *sizes)), TensorSpec((72, 1, 3, 3))
    assert_values(call, at_end, 2)
    assert_both_gradients_have_the_bits_of_each(call, at_end, 2)


@given(convolutions())
@EXAMPLES
def test_an_image_has_the_same_bits_in_any_batch(call: tuple) -> None:
    op, x, weight = call
    few, many = (TensorSpec((n, *x.shape[1:])) for n in (1, 20))
    images, kernel = drawn(Sample(op, (many, weight)))
    y = op.infer(many, weight)
    together = by_depthwise(op, (many, weight), [images, kernel])
    alone = by_depthwise(op, (few, weight), [images[3:4].copy(), kernel])
    np.testing.assert_array_equal(together[3:4], alone)
    input_grad, _ = gradients(op, x, weight)
    together = by_depthwise(input_grad, (weight, y), [kernel, alone.repeat(20, axis=0)])
    alone = by_depthwise(input_grad, (weight, op.infer(few, weight)), [kernel, alone])
    np.testing.assert_array_equal(together[7:8], alone)


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
def test_images_far_away(stride: int, at_end: bool) -> None:
    """So many that their memory is asked for ahead, beyond the last one too."""
    op = ops.Conv((stride, stride), ((1, 1), (1, 1)), (1, 1), 20)
    many, weight = TensorSpec((8, 20, 87, 94)), TensorSpec((20, 1, 3, 3))
    one = TensorSpec((1, *many.shape[1:]))
    input_grad, weight_grad = gradients(op, many, weight)
    x, kernel = drawn(Sample(op, (many, weight)))
    g = drawn(Sample(weight_grad, (many, op.infer(many, weight))))[1]
    x, g = (guarded(array, at_end).array for array in (x.repeat(4, 0), g.repeat(4, 0)))
    many, upstream, above = (TensorSpec(array.shape) for array in (x, g, g[:1]))
    for call, specs, own, arrays in (
        (op, (many, weight), (one, weight), (x, kernel)),
        (input_grad, (weight, upstream), (weight, above), (kernel, g)),
    ):
        with guarded_outputs(at_end) as outputs:
            together = by_depthwise(call, specs, [*arrays])
        for each in outputs:
            each.check()
        alone = [array if array is kernel else array[30:31].copy() for array in arrays]
        np.testing.assert_array_equal(together[30:31], by_depthwise(call, own, alone))
    with guarded_outputs(at_end):
        found = by_depthwise(weight_grad, (many, upstream), [x, g])
    assert_within(weight_grad, [x, g], found, algorithm="depthwise")


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("channels", [128, 256, 512][:: min(EVERY, 2)])
@pytest.mark.parametrize("kernel", [(3, 3), (3, 2), (2, 3), (1, 3)])
@pytest.mark.parametrize("stride", [1, 2])
def test_pixels_that_compete_for_the_cache(
    stride: int, kernel: tuple[int, int], channels: int, at_end: bool
) -> None:
    """They lie a power of two apart: outputs have the bits of more channels, which do not."""
    geometry = (stride, stride), ((1, 1), (2, 1)), (1, 1)
    for sizes in ((7, 9), (4, 4), (12, 3)):
        calls = []
        for count in (channels, channels + 24):
            op = ops.Conv(*geometry, count)
            x, weight = TensorSpec((2, count, *sizes)), TensorSpec((count, 1, *kernel))
            input_grad, _ = gradients(op, x, weight)
            calls.append(((op, (x, weight)), (input_grad, (weight, op.infer(x, weight)))))
            assert_values((op, x, weight), at_end, 2)
            assert_both_gradients_have_the_bits_of_each((op, x, weight), at_end, 2)
        for (few, specs), (many, all_specs) in zip(*calls, strict=True):
            arrays = drawn(Sample(many, all_specs))
            # Channels are the axis that the numbers of channels tell apart.
            own = [
                np.ascontiguousarray(array[tuple(slice(size) for size in spec.shape)])
                for array, spec in zip(arrays, specs, strict=True)
            ]
            found = by_depthwise(few, specs, own)
            expected = by_depthwise(many, all_specs, arrays)
            np.testing.assert_array_equal(
                found, expected[tuple(slice(size) for size in found.shape)]
            )
