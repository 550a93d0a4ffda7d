"""The memory of each candidate: what it says is what it takes, and it is little."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import pytest

import convolens as cl
from contracts.calls import native, run
from convolens import _native, ops
from convolens.backends.candidate import Packed
from convolens.backends.choose import candidates, choose
from convolens.backends.memory import memory
from convolens.backends.reference import REFERENCE
from convolens.ops import Op, Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec
from tolerance import drawn

#: x, weight, stride, padding, groups: layers of published networks.
LAYERS = [
    ((1, 3, 224, 224), (64, 3, 7, 7), 2, 3, 1),
    ((1, 64, 56, 56), (64, 64, 3, 3), 1, 1, 1),
    ((1, 128, 28, 28), (128, 128, 3, 3), 1, 1, 1),
    ((8, 256, 14, 14), (256, 256, 3, 3), 1, 1, 1),
    ((1, 512, 7, 7), (512, 512, 3, 3), 1, 1, 1),
    ((8, 64, 56, 56), (128, 64, 3, 3), 2, 1, 1),
    ((1, 1024, 14, 14), (256, 1024, 1, 1), 1, 0, 1),
    ((1, 3, 224, 224), (64, 3, 11, 11), 4, 2, 1),
    ((8, 128, 56, 56), (128, 1, 3, 3), 1, 1, 128),
    ((8, 128, 56, 56), (128, 1, 3, 3), 2, 1, 128),
    ((8, 64, 28, 28), (64, 8, 3, 3), 1, 1, 8),
    ((100, 1, 28, 28), (30, 1, 5, 5), 1, 0, 1),
    ((1, 32, 16, 28, 28), (32, 32, 3, 3, 3), 1, 1, 1),
    ((2, 64, 8, 14, 14), (128, 64, 3, 3, 3), 2, 1, 1),
]
#: What stays in the second level of cache of a core is free.
CACHE = 2 * 2**20
THREADS = 2


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    before = cl.get_num_threads()
    cl.set_num_threads(THREADS)
    yield
    cl.set_num_threads(before)


def calls() -> Iterator[tuple[Op, tuple[TensorSpec, ...]]]:
    for x, weight, stride, padding, groups in LAYERS:
        rank = len(x) - 2
        geometry = (stride,) * rank, ((padding,) * 2,) * rank, (1,) * rank
        op = ops.Conv(*geometry, groups)
        image, weights = TensorSpec(x), TensorSpec(weight)
        y = op.infer(image, weights)
        attributes = shared(op, ConvGeometry)
        yield op, (image, weights)
        yield ops.ConvInputGrad(**attributes, sizes=x[2:]), (weights, y)
        yield ops.ConvWeightGrad(**attributes, kernel=weight[2:]), (image, y)


CALLS = list(calls())
EACH_CALL = pytest.mark.parametrize(
    ("op", "specs"),
    CALLS,
    ids=[f"{op.name}-{specs[0].shape}-{specs[1].shape}" for op, specs in CALLS],
)


@EACH_CALL
def test_scratch_is_no_more_than_inputs_and_output(op: Op, specs: tuple[TensorSpec, ...]) -> None:
    name = choose(op, specs).name
    (chosen,) = (v.candidate for v in candidates(op, specs) if v.candidate.name == name)
    found = memory(chosen, op, specs)
    assert found is not None
    arrays = 4 * sum(prod(spec.shape) for spec in (*specs, op.infer(*specs)))
    assert found.scratch <= arrays + THREADS * CACHE, name


def test_it_computes_nothing() -> None:
    op, specs = CALLS[0]
    before = _native.memory_statistics()["in_use"]
    for verdict in candidates(op, specs):
        if not verdict.reason:
            memory(verdict.candidate, op, specs)
    assert _native.memory_statistics()["in_use"] == before


def test_the_reference_has_no_figure() -> None:
    assert memory(REFERENCE, *CALLS[0]) is None


@pytest.mark.parametrize("place", range(3), ids=["forward", "input gradient", "weight gradient"])
def test_packed_weights_are_what_packing_leaves(place: int) -> None:
    op, specs = CALLS[3 + place]
    cl.set_num_threads(1)
    arrays: list[Any] = [np.zeros(spec.shape, np.float32) for spec in specs]
    for verdict in candidates(op, specs):
        if verdict.reason or verdict.candidate is REFERENCE:
            continue
        counted = memory(verdict.candidate, op, specs)
        assert counted is not None
        run = verdict.candidate.prepare(op, specs, op.infer(*specs))
        if not isinstance(run, Packed):
            assert counted.packed == 0
        else:
            run.pack(arrays[run.indices[0]])  # threads keep their scratch
            before = _native.memory_statistics()["in_use"]
            packed = run.pack(arrays[run.indices[0]])
            taken = _native.memory_statistics()["in_use"] - before
            # The allocator rounds sizes up, to use memory again for similar ones.
            assert counted.packed <= taken <= 1.25 * counted.packed
            del packed


def test_a_dry_run_ends_with_its_call() -> None:
    """Also where the call fails: the next one computes."""
    sample = Sample(*CALLS[1])
    (candidate, *_) = native(sample)
    arrays = drawn(sample)
    expected = run(sample, candidate, arrays)

    def fails(*_: object) -> Any:
        raise ZeroDivisionError

    broken = candidate.__class__(
        "broken", candidate.refuse, candidate.nanoseconds, lambda *_: fails
    )
    with pytest.raises(ZeroDivisionError):
        memory(broken, sample.op, sample.specs)
    np.testing.assert_array_equal(run(sample, candidate, arrays), expected)
