"""Calls like one before: the same tensors as by Python, and nothing where that is not sure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.backends import call as calling
from convolens.backends.choose import choose
from convolens.backends.setting import present
from convolens.errors import MemoryLimitError, ShapeError
from convolens.nn import functional as F
from convolens.ops import Add, Conv, Op, Relu
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, apply
from convolens.tensor.base import TensorBase
from convolens.tensor.record import Version

CONV = Conv((1, 1), ((1, 1), (1, 1)), (1, 1))


def call(op: Op, *inputs: object) -> Any:
    return calling.call(present.decided.choices, op.key, inputs)


def decide(op: Op, *inputs: Tensor) -> None:
    choose(op, tuple(each.spec for each in inputs))


def test_only_what_has_been_decided_is_computed() -> None:
    x = cl.randn(2, 3, 7, 13)
    with cl.algorithm("reference"):  # a setting that no other test has used for this shape
        assert call(Relu(), x) is None
        decide(Relu(), x)
        y = call(Relu(), x)
        assert (y.numpy() == np.maximum(x.numpy(), 0)).all()
        assert call(Relu(), cl.randn(2, 3, 13, 7)) is None
    present.decided.choices.clear()
    assert call(Relu(), x) is None


def test_the_result_is_a_tensor_like_any_other() -> None:
    x = cl.ones(3)
    first, second = apply(Relu(), x), call(Relu(), x)
    assert type(second) is Tensor
    for name in set(TensorBase.__slots__) - {"array", "version", "__weakref__"}:
        assert hasattr(first, name) == hasattr(second, name)
        assert getattr(first, name, None) == getattr(second, name, None)
    for name in Version.__slots__:
        assert getattr(first.version, name) == getattr(second.version, name)
    assert second.version is not call(Relu(), x).version
    second.requires_grad_().sum().backward()
    assert second.grad.tolist() == [1, 1, 1]
    assert call(Relu(), x).grad is None


@pytest.mark.parametrize(
    "order",
    [
        lambda x: x,
        lambda x: x.transpose(2, 3),
        lambda x: x[..., ::2],
        lambda x: x.permute(3, 2, 1, 0),
        lambda x: x[:1, :, :1, :1].expand(4, 4, 4, 4),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_any_order_of_memory(order: Callable[[Tensor], Tensor], shared: bool) -> None:
    cl.manual_seed(0)
    x, weight = order(cl.randn(4, 4, 4, 4)), cl.randn(4, 4, 3, 3).permute(1, 0, 3, 2)
    dense = [cl.tensor(np.array(each.numpy() if shared else each.array)) for each in (x, weight)]
    for op, inputs, alike in (
        (CONV, (x, weight), dense),
        (Relu(), (x,), dense[:1]),
        (Add(), (x, x), dense[:1] * 2),
    ):
        decide(op, *inputs)
        expected = apply(op, *alike)
        for _ in range(3):  # laid out or borrowed, then kept
            np.testing.assert_array_equal(call(op, *inputs).numpy(), expected.numpy())


def test_what_is_kept_of_a_weight_follows_its_changes() -> None:
    x, weight = cl.ones(1, 8, 6, 6), cl.ones(8, 8, 3, 3)
    decide(CONV, x, weight)
    for value in (1.0, 2.0, 3.0):
        weight.fill_(value)
        for _ in range(3):
            assert call(CONV, x, weight).amax().item() == pytest.approx(72 * value)
    outside = weight.numpy()
    for value in (4.0, 5.0):
        outside[...] = value
        assert call(CONV, x, weight).amax().item() == pytest.approx(72 * value)


@pytest.mark.parametrize("inputs", [(), (3,), ("x",), (np.ones(3, np.float32),), (None, None)])
def test_no_tensors_are_left_to_those_who_can_say_so(inputs: tuple[object, ...]) -> None:
    assert call(Relu(), *inputs) is None
    with pytest.raises((cl.errors.DTypeError, ValueError, TypeError)):
        apply(Relu(), *inputs)  # type: ignore[arg-type]


def test_many_inputs_are_computed_all_the_same() -> None:
    parts = [cl.full((2,), float(place)) for place in range(12)]
    for _ in range(2):
        assert cl.cat(parts).tolist() == [float(place // 2) for place in range(24)]


def test_what_a_run_raises_passes_through() -> None:
    def run(*_: object) -> object:
        raise KeyError("odd")

    x = cl.ones(2)
    choices = {(Relu().key, (x.spec,)): ("odd", x.spec, run, True, None)}
    with pytest.raises(KeyError, match="odd"):
        calling.call(choices, Relu().key, (x,))


def test_without_memory_there_is_no_result() -> None:
    def run(*_: object) -> object:
        raise MemoryError

    x = cl.ones(2)
    call_of_it = Relu().key, (x.spec,)
    before = present.decided.choices.get(call_of_it)
    choices = {call_of_it: ("none", x.spec, run, True, None)}
    assert calling.call(choices, Relu().key, (x,)) is None
    choice = choose(Relu(), (x.spec,))
    present.decided.choices[call_of_it] = choice._replace(run=run)  # type: ignore[arg-type]
    try:
        with pytest.raises(MemoryLimitError, match="no memory"):
            apply(Relu(), x)
    finally:
        present.decided.choices[call_of_it] = before or choice


def test_refusals_are_worded_by_the_operator() -> None:
    for _ in range(2):
        with pytest.raises(ShapeError, match="has 3 channels"):
            F.conv2d(cl.ones(1, 3, 5, 5), cl.ones(2, 4, 3, 3))


@pytest.mark.parametrize(
    "choice",
    [
        ("short",),
        [1, 2, 3],
        ("no run", TensorSpec((2,)), 3, True, None),
        ("no tuple", TensorSpec((2,)), len, True, (0, "layout", len)),
        ("too far", TensorSpec((2,)), len, True, ((1,), "layout", len)),
        ("negative", TensorSpec((2,)), len, True, ((-1,), "layout", len)),
        ("short packing", TensorSpec((2,)), len, True, ((0,),)),
    ],
    ids=lambda choice: str(choice[0]),
)
def test_what_is_no_choice_is_refused(choice: Any) -> None:
    x = cl.ones(2)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        calling.call({(Relu().key, (x.spec,)): choice}, Relu().key, (x,))


@pytest.mark.parametrize("arguments", [(3, 4, ()), ({}, 4, []), ({}, [], (cl.ones(2),))])
def test_other_arguments_are_refused(arguments: Any) -> None:
    with pytest.raises(TypeError):
        calling.call(*arguments)


class NoSlots:
    array = spec = version = shared = _kept = None


@pytest.mark.parametrize(
    ("tensor", "version"),
    [(3, 4), (NoSlots(), Version()), (cl.ones(2), NoSlots()), (cl.ones(2), "x")],
    ids=["numbers", "no tensor", "no version", "text"],
)
def test_classes_without_such_slots_are_refused(tensor: object, version: object) -> None:
    with pytest.raises((ValueError, AttributeError)):
        calling.introduce(tensor, (), version, ())
    with pytest.raises((ValueError, AttributeError, TypeError)):
        calling.introduce(cl.ones(2), ("no_such_slot",), Version(), Version.__slots__)
    assert call(Relu(), apply(Relu(), cl.ones(2))).tolist() == [1, 1]
