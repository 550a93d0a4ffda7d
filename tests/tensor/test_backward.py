"""The backward pass: sums over paths, what is kept, what is released, and clear refusals."""

from __future__ import annotations

import gc
import sys
import weakref

import numpy as np
import pytest

import convolens as cl
from convolens import _native
from convolens.errors import GradientError
from convolens.ops import OPERATORS, Value
from convolens.spec import FLOATS
from convolens.tensor.program import Program, gradient_program


def leaf(*numbers: float) -> cl.Tensor:
    return cl.tensor([float(number) for number in numbers], requires_grad=True)


def grad_of(x: cl.Tensor) -> list[float]:
    assert x.grad is not None
    result: list[float] = x.grad.tolist()
    return result


def test_paths_are_summed() -> None:
    x = leaf(2, 3)
    (x * x + x * 3 + x).sum().backward()
    assert grad_of(x) == [2 * 2 + 4, 2 * 3 + 4]


def test_a_node_is_visited_once_for_all_of_its_uses() -> None:
    """Without that, this would take 2^60 steps."""
    x = leaf(1)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert grad_of(x) == [2.0**60]


def test_gradients_add_up_from_pass_to_pass() -> None:
    x = leaf(1, 1)
    for count in (1, 2, 3):
        (x * 2).sum().backward()
        assert grad_of(x) == [2 * count] * 2
    x.grad = None
    (x * 2).sum().backward()
    assert grad_of(x) == [2, 2]


def test_a_gradient_of_ones_own() -> None:
    x = leaf(1, 2, 3)
    (x * x).backward(cl.tensor([1.0, 10.0, 100.0]))
    assert grad_of(x) == [2, 40, 600]


def test_a_leaf_is_its_own_output() -> None:
    x = leaf(3)
    x.backward()
    assert grad_of(x) == [1]


def test_gradients_of_leaves_have_memory_of_their_own() -> None:
    a, b, g = leaf(1, 1), leaf(1, 1), cl.ones(2)
    (a + b).backward(g)
    c = leaf(1, 1)
    c.reshape(2, 1).backward(g.reshape(2, 1))
    d = leaf(1, 1)
    d.backward(g)
    arrays = [t.grad.numpy() for t in (a, b, c, d) if t.grad is not None] + [g.numpy()]
    for i, first in enumerate(arrays):
        for second in arrays[i + 1 :]:
            assert not np.shares_memory(first, second)
    assert a.grad is not None
    a.grad.zero_()
    assert grad_of(b) == grad_of(c) == [1, 1]


def test_an_upstream_gradient_is_not_changed() -> None:
    x, g = leaf(1, 1), cl.ones(2)
    for _ in range(3):
        (x * 1.0).backward(g)
        x.backward(g)
    assert g.tolist() == [1, 1]


def test_a_second_pass_needs_what_the_first_kept() -> None:
    x = leaf(2)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert grad_of(x) == [8]
    with pytest.raises(GradientError, match="saved values an earlier pass has released") as caught:
        y.backward()
    assert "retain_graph=True" in str(caught.value)


def test_a_shared_part_is_released_too() -> None:
    x = leaf(2)
    shared = x.exp()
    (shared * 2).backward()
    with pytest.raises(GradientError, match="released"):
        (shared * 3).backward()


def test_intermediate_gradients_on_request() -> None:
    x = leaf(2, 3)
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    assert grad_of(y) == [8, 12]
    assert grad_of(x) == [16, 24]
    x.retain_grad()  # a leaf keeps its gradient anyway
    z = x * 3
    z.sum().backward()
    assert z.grad is None


def test_parts_that_need_no_gradient_are_left_out() -> None:
    w, x, frozen = leaf(1, 2), cl.tensor([3.0, 4.0]), leaf(5, 6)
    frozen.requires_grad_(False)
    y = w * x * frozen
    y.sum().backward()
    assert grad_of(w) == [15, 24]
    assert x.grad is None
    assert frozen.grad is None
    assert not (x * frozen).requires_grad


def test_detach_cuts() -> None:
    x = leaf(3)
    y = x * 2
    (y.detach() * x).backward()
    assert grad_of(x) == [6]
    assert y.detach().numpy() is y.detach().numpy()
    assert np.shares_memory(y.detach().numpy(), y.data.numpy())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: cl.ones(1).backward(), "does not require a gradient"),
        (lambda x: (x * 2).backward(), "created implicitly only for a single number"),
        (lambda x: (x * 2).backward(cl.ones(3)), r"the gradient is float32\[3\]"),
        (lambda x: (x * 2).backward(cl.ones(2).double()), "float64"),
        (lambda x: (x * 2).requires_grad_(False), "always requires a gradient"),
        (lambda x: cl.arange(3).requires_grad_(), "only floating point tensors"),
        (lambda x: x.numpy(), "Can't call numpy"),
    ],
    ids=range(7),
)
def test_refusals(call, words: str) -> None:
    with pytest.raises(GradientError, match=words):
        call(leaf(1, 2))


@pytest.mark.parametrize("depth", [10_000, 100_000])
def test_deep_graphs(depth: int) -> None:
    """Neither the pass nor the release calls itself once a node."""
    assert depth > sys.getrecursionlimit()
    x = leaf(1)
    y = x
    for _ in range(depth):
        y = y + 1
    y.backward()
    assert grad_of(x) == [1]
    del y  # the record goes, node by node


def test_a_deep_graph_goes_without_a_pass() -> None:
    y = leaf(1)
    for _ in range(50_000):
        y = y * 1.0
    del y


def in_use() -> int:
    return _native.memory_statistics()["in_use"]


def test_the_record_goes_with_its_output() -> None:
    """At once, by counting references: no cycle waits for the collector."""
    gc.collect()
    gc.disable()
    try:
        x = cl.ones(1000, requires_grad=True)
        y = (x.exp().relu().sigmoid() * x).sum()
        del y
        before = in_use()
        for _ in range(3):
            y = (x.exp().relu().sigmoid() * x).sum()
            del y
        assert in_use() == before
    finally:
        gc.enable()


def test_the_pass_releases_what_was_saved() -> None:
    gc.collect()
    gc.disable()
    try:
        x = cl.ones(250_000, requires_grad=True)
        one = 4 * 250_000
        before = in_use()
        y = ((x * 2).exp() * x).sum()
        kept = in_use() - before
        assert kept >= one  # the exponential, which Exp and Mul both need
        y.backward()
        assert in_use() - before <= kept  # the gradient of x has taken its place
        del y
        x.grad = None
        assert in_use() == before
    finally:
        gc.enable()


def test_a_tensor_goes_when_nobody_refers_to_it() -> None:
    gc.disable()
    try:
        x = leaf(1, 2)
        y = (x * 2).exp()
        gone = weakref.ref(y)
        z = y.sum()
        z.backward()
        del y, z
        assert gone() is None
    finally:
        gc.enable()


def assert_let_go_when_read(program: Program, upstream: int) -> None:
    """A slot is let go once, behind the last step that reads it, unless it is a result."""
    gone: list[int] = []
    for step, last in zip(program.steps, program.last, strict=True):
        assert not set(step.args) & set(gone)
        assert set(last) <= set(step.args)
        gone += last
    read = {slot for step in program.steps for slot in step.args if slot >= upstream}
    assert sorted(gone) == sorted(read - set(program.results))


def test_programs_name_each_slot_once() -> None:
    """Every gradient of every sample: steps use earlier slots, results have the right specs."""
    for operator in OPERATORS:
        for sample in operator.samples():
            wanted = tuple(spec.dtype in FLOATS for spec in sample.specs)
            if sample.op.infer(*sample.specs).dtype not in FLOATS:
                continue
            program = gradient_program(sample.op, sample.specs, wanted)
            count = len(sample.specs) + 2
            specs = [*sample.specs, *[sample.op.infer(*sample.specs)] * 2]
            for number, step in enumerate(program.steps):
                assert all(arg < count + number for arg in step.args)
                assert [specs[arg] for arg in step.args] == list(step.specs)
                specs.append(step.op.infer(*step.specs))
            for spec, slot in zip(sample.specs, program.results, strict=True):
                assert slot is None or specs[slot] == spec
            assert len(program.needs) == len(sample.specs) + 1
            assert_let_go_when_read(program, len(sample.specs) + 1)
    assert Value(specs[0]).shape == specs[0].shape
