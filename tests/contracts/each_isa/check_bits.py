"""One call gives the same bits, however many threads compute it, run after run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import convolens as cl
from contracts.calls import big, native, prepare, run, small, with_kernels
from contracts.families import pooling
from convolens import _native, ops
from convolens.backends.choose import choose
from convolens.ops import Op, Sample
from tolerance import drawn

from .equal import assert_equal

pytestmark = pytest.mark.usefixtures("threads_as_before")

EACH_KERNEL = pytest.mark.parametrize("operator", with_kernels(), ids=lambda op: op.name)
COUNTS = (2, 3, 7)


@EACH_KERNEL
def test_any_number_of_threads(operator: type[Op]) -> None:
    for sample in (*big(operator), *small(operator)[::9]):
        arrays = drawn(sample)
        for candidate in native(sample):
            compute = prepare(sample, candidate)
            cl.set_num_threads(1)
            alone = compute(*arrays)
            for count in COUNTS:
                cl.set_num_threads(count)
                for _ in range(2):
                    assert_equal(compute(*arrays), alone)


def results(sample: Sample, arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [run(sample, candidate, arrays) for candidate in native(sample)]


def test_updates_with_any_number_of_threads() -> None:
    def updated(name: str) -> list[np.ndarray]:
        random = np.random.default_rng(1)
        numbers = _native.Update()
        numbers.lr, numbers.momentum, numbers.epsilon, numbers.beta2 = 0.1, 0.9, 1e-8, 0.99
        numbers.maximize = True
        arrays = [np.abs(random.standard_normal(300_001)).astype(np.float32) for _ in range(5)]
        getattr(_native, name)(numbers, *arrays)
        return arrays

    for name in ("sgd", "adagrad", "rmsprop", "adam"):
        cl.set_num_threads(1)
        alone = updated(name)
        cl.set_num_threads(2)
        for found, wanted in zip(updated(name), alone, strict=True):
            assert_equal(found, wanted)


def test_calls_from_eight_python_threads() -> None:
    """Kernels release the interpreter's lock, so these calls run at the same time."""
    samples = [sample for operator in with_kernels() for sample in big(operator)[:1]]
    inputs = [drawn(sample) for sample in samples]
    expected = list(map(results, samples, inputs))

    def one(place: int) -> None:
        order = np.random.default_rng(place).permutation(len(samples))
        for at in order:
            for found, wanted in zip(results(samples[at], inputs[at]), expected[at], strict=True):
                assert_equal(found, wanted)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))


def test_the_number_of_threads_changes_under_way() -> None:
    sample = big(ops.Conv)[0]
    arrays = drawn(sample)
    expected = results(sample, arrays)

    def compute(_: int) -> None:
        for _ in range(10):
            for found, wanted in zip(results(sample, arrays), expected, strict=True):
                assert_equal(found, wanted)

    def change(place: int) -> None:
        for count in (1, 4, 2, 3, 1, 6) * 4:
            cl.set_num_threads(count + place % 2)

    with ThreadPoolExecutor(8) as pool:
        work = [pool.submit(compute if place % 2 else change, place) for place in range(8)]
        for each in work:
            each.result()


BATCHED = (
    ops.Conv,
    ops.ConvRelu,
    ops.ConvNormalize,
    ops.ConvInputGrad,
    ops.ConvTranspose,
    ops.MaxPool,
    ops.MaxPoolGrad,
    ops.AvgPool,
    ops.AvgPoolGrad,
)


@pytest.mark.parametrize("operator", BATCHED, ids=lambda op: op.name)
def test_a_batch_is_its_images_one_by_one(operator: type[Op]) -> None:
    """The algorithm, and the order of its sums, do not depend on the batch size."""
    # A convolution's weight has no batch: it is the first input of the input gradient.
    batched = {
        ops.Conv: (0,),
        ops.ConvRelu: (0,),
        ops.ConvNormalize: (0, 6),
        ops.ConvTranspose: (0,),
        ops.ConvInputGrad: (1,),
    }.get(operator, (0, 1))
    for sample in (*big(operator), *small(operator)):
        arrays = drawn(sample)
        count = arrays[batched[0]].shape[0]
        if count < 2 or sample.specs[0].rank > 4:
            continue
        chosen = choose(sample.op, sample.specs)
        together = chosen.run(*arrays)
        for image in range(count):
            single = [
                np.ascontiguousarray(array[image : image + 1]) if place in batched else array
                for place, array in enumerate(arrays)
            ]
            specs = tuple(
                type(spec)(array.shape, spec.dtype)
                for spec, array in zip(sample.specs, single, strict=True)
            )
            alone = choose(sample.op, specs)
            assert alone.name == chosen.name, sample
            assert_equal(alone.run(*single)[0], together[image])


@pytest.mark.parametrize("operator", pooling.SMALL, ids=lambda op: op.name)
def test_a_pooled_batch_is_its_images_one_by_one(operator: type[Op]) -> None:
    for sample in (*big(operator), *small(operator)[::2]):
        arrays = drawn(sample)
        together = choose(sample.op, sample.specs).run(*arrays)
        for image in range(len(together)):
            single = [np.ascontiguousarray(array[image : image + 1]) for array in arrays]
            specs = tuple(type(sample.specs[0])(array.shape, array.dtype) for array in single)
            alone = choose(sample.op, specs).run(*single)
            assert_equal(alone[0], together[image])
