"""What scripts for torch write around the computation: devices, types, states, printed numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import errors

from .peer import outcome, torch
from .test_tensor import plain

Call = Callable[[Any], Any]


def _seen(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_seen(each) for each in value]
    return plain(value)


class _Nothing:
    """Makes modules without ``forward``."""

    def __new__(cls, m: Any) -> Any:
        return type("Nothing", (m.nn.Module,), {})()


EXPRESSIONS: dict[str, Call] = {
    # Devices and types.
    "module to a device": lambda m: m.nn.Linear(2, 3).to("cpu").weight.shape,
    "module to a device object": lambda m: (
        m.nn.Linear(2, 3).to(m.device("cpu")).weight.dtype.itemsize
    ),
    "module to a device by name": lambda m: (
        m.nn.Linear(2, 3).to(device="cpu").weight.dtype.itemsize
    ),
    "module to both": lambda m: m.nn.Linear(2, 3).to("cpu", m.float64).weight.dtype.itemsize,
    "module to both by name": lambda m: (
        m.nn.Linear(2, 3).to(device=m.device("cpu"), dtype=m.float64).weight.dtype.itemsize
    ),
    "module to a tensor's": lambda m: m.nn.Linear(2, 3).to(m.ones(1).double()).bias.dtype.itemsize,
    "module to without waiting": lambda m: (
        m.nn.Linear(2, 3).to("cpu", non_blocking=True).bias.shape
    ),
    "module to nothing": lambda m: m.nn.Linear(2, 3).to().bias.dtype.itemsize,
    "module to in order": lambda m: (
        m.nn.Conv2d(1, 2, 3)
        .to(memory_format=getattr(m, "channels_last", torch.channels_last))
        .weight.shape
    ),
    "factories": lambda m: [
        m.zeros(2, device="cpu"),
        m.ones(2, 3, device=m.device("cpu"), dtype=m.float64),
        m.empty(2, device="cpu").shape,
        m.full((2,), 3.0, device="cpu"),
        m.tensor([1, 2], device="cpu"),
        m.as_tensor([1.0], device="cpu"),
        m.arange(3, device="cpu"),
        m.linspace(0, 1, 3, device="cpu"),
        m.eye(2, device="cpu"),
        m.rand(2, device="cpu").shape,
        m.randn(2, device="cpu:0").shape,
        m.randint(0, 1, (2,), device="cpu"),
        m.randperm(1, device="cpu"),
        m.zeros(2, device=None),
    ],
    "factories of a kind": lambda m: [
        m.zeros_like(m.ones(2), device="cpu"),
        m.ones_like(m.ones(2), device="cpu"),
        m.full_like(m.ones(2), 2, device="cpu"),
        m.empty_like(m.ones(2), device="cpu").shape,
        m.rand_like(m.ones(2), device="cpu").shape,
        m.randn_like(m.ones(2), device="cpu").shape,
        m.ones(1).new_zeros(2, device="cpu"),
        m.ones(1).new_ones(2, device="cpu"),
        m.ones(1).new_full((2,), 3, device="cpu"),
        m.ones(1).new_tensor([3], device="cpu"),
        m.ones(1).new_empty(2, device="cpu").shape,
    ],
    # Printed.
    "formatted": lambda m: [
        f"{m.tensor(1.23456):.2f}",
        f"{m.tensor(3)}",
        f"{m.tensor(2.5)}",
        f"{m.tensor(3):>6}",
        f"{m.tensor(0.5, requires_grad=True) * 3:.1f}",
        f"{m.tensor([1, 2])}",
        f"{m.tensor(True)}",
    ],
    # Joined and compared.
    "cat of types": lambda m: [
        m.cat([m.zeros(2), m.arange(2)]),
        m.cat([m.ones(1, dtype=m.uint8), m.ones(1, dtype=m.bool), m.ones(1, dtype=m.int32)]),
        m.cat([m.zeros(1, 2), m.zeros(1, 1).double()], 1),
        m.hstack([m.zeros(2), m.arange(2)]),
    ],
    "max of two": lambda m: [
        m.max(m.tensor([1.0, 5.0]), m.tensor([3.0, 2.0])),
        m.min(m.tensor([1.0, 5.0]), m.tensor([3.0, 2.0])),
        m.tensor([1, 5]).max(m.tensor([[2.5], [7.0]])),
        m.tensor([1, 5]).min(m.tensor(2)),
    ],
    "where of one": lambda m: [
        m.where(m.tensor([[True, False], [True, True]])),
        m.where(m.tensor([0.0, 2.0])),
    ],
    # Gradients.
    "gradient of cat of types": lambda m: _slope(
        m, lambda x: (m.cat([x, m.arange(2), x.double()]) ** 2).sum()
    ),
    "gradient of max of two": lambda m: _slope(m, lambda x: m.max(x, 2 * x - 2).sum()),
    "backward of several": lambda m: _slope(m, lambda x: x, m.autograd.backward),
    "grad with only_inputs": lambda m: _grad(m, only_inputs=True),
    "grad by position": lambda m: _grad(m, None, None, False, True, True, False, True),
    # Optimisers.
    **{
        f"{name} with {option}": lambda m, name=name, option=option: _trained(m, name, option)
        for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")
        for option in ("foreach", "capturable", "differentiable")
        if (name, option) != ("SGD", "capturable") and (name, option) != ("Adagrad", "capturable")
    },
    "options of a group": lambda m: m.optim.SGD(
        [{"params": [m.ones(1, requires_grad=True)], "foreach": False}], lr=1.0
    ).param_groups[0]["foreach"],
    "state of a parameter": lambda m: _state(m),
    # States without the number of batches.
    "old state": lambda m: _old_state(m, True),
    "old state, not strict": lambda m: _old_state(m, False),
}


def _slope(m: Any, function: Call, backward: Any = None) -> Any:
    x = m.tensor([1.0, 4.0], requires_grad=True)
    if backward is None:
        function(x).backward()
    else:
        y = x * x
        backward([y.sum(), y], [None, m.tensor([10.0, 100.0])])
    return x.grad


def _grad(m: Any, *arguments: Any, **options: Any) -> Any:
    x, y = m.tensor([1.0, 4.0], requires_grad=True), m.ones(1, requires_grad=True)
    if arguments:
        return list(m.autograd.grad((x * x).sum(), [x, y], *arguments))
    return list(m.autograd.grad((x * x).sum(), x, **options))


def _trained(m: Any, name: str, option: str) -> Any:
    x = m.tensor([1.0, 4.0], requires_grad=True)
    optimizer = getattr(m.optim, name)([x], lr=0.125, **{option: False})
    (x * x).sum().backward()
    optimizer.step()
    return [round(number, 5) for number in x.tolist()]


def _state(m: Any) -> Any:
    x, unused = m.tensor([1.0, 4.0], requires_grad=True), m.ones(1, requires_grad=True)
    optimizer = m.optim.Adam([x, unused], lr=0.125)
    empty = dict(optimizer.state[unused])
    (x * x).sum().backward()
    optimizer.step()
    state = optimizer.state[x]
    return [empty, x in optimizer.state, sorted(state), int(state["step"]), len(state["exp_avg"])]


def _old_state(m: Any, strict: bool) -> Any:
    net = m.nn.Sequential(m.nn.Linear(1, 2), m.nn.BatchNorm1d(2))
    net(m.tensor([[1.0], [2.0]]))
    state = dict(net.state_dict())
    del state["1.num_batches_tracked"]
    found = net.load_state_dict(state, strict=strict)
    return [list(found.missing_keys), list(found.unexpected_keys), net[1].num_batches_tracked]


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_same_expression(name: str) -> None:
    assert _seen(EXPRESSIONS[name](cl)) == _seen(EXPRESSIONS[name](torch))


CALLS: dict[str, Call] = {
    "module to cuda": lambda m: m.nn.Linear(1, 1).to("cuda"),
    "module to a number": lambda m: m.nn.Linear(1, 1).to(0),
    "module to whole numbers": lambda m: m.nn.Linear(1, 1).to(m.int64),
    "module to no device": lambda m: m.nn.Linear(1, 1).to(device="graphics"),
    "tensor to a number": lambda m: m.ones(1).to(0),
    **{
        f"{name} on cuda": lambda m, name=name, given=given: getattr(m, name)(*given, device="cuda")
        for name, given in {
            "zeros": (2,),
            "tensor": ([1.0],),
            "as_tensor": ([1.0],),
            "arange": (2,),
            "linspace": (0, 1, 2),
            "eye": (2,),
            "randn": (2,),
            "randint": (2, (1,)),
            "randperm": (2,),
            "full": ((2,), 1.0),
        }.items()
    },
    "like on cuda": lambda m: m.zeros_like(m.ones(2), device="cuda"),
    "new on cuda": lambda m: m.ones(2).new_zeros(2, device="cuda"),
    "no forward": lambda m: _Nothing(m)(m.ones(1)),
    "format of several": lambda m: f"{m.ones(2):.2f}",
    "truth of two": lambda m: bool(m.ones(2)),
    "truth of none": lambda m: bool(m.ones(0)),
    "cat of a number": lambda m: m.cat([m.ones(1), 2.0]),
    "max of a tensor that does not fit": lambda m: m.max(m.ones(2), m.ones(3)),
    "where of two": lambda m: m.where(m.tensor([True]), m.ones(1)),
    "mean of whole numbers": lambda m: m.arange(3).mean(),
    "optimiser of a module": lambda m: m.optim.SGD(m.nn.Linear(1, 1)),
    "optimiser of a strange option": lambda m: m.optim.SGD(
        m.nn.Linear(1, 1).parameters(), lr=0.1, momentumm=0.9
    ),
    "sequential of a function": lambda m: m.nn.Sequential(m.nn.Linear(1, 2), m.relu),
}


@pytest.mark.parametrize("name", CALLS)
def test_refused_by_both(name: str) -> None:
    theirs, ours = outcome(lambda: CALLS[name](torch)), outcome(lambda: CALLS[name](cl))
    assert isinstance(theirs, Exception)
    kinds = (RuntimeError, AssertionError) if "cuda" in name or "number" in name else type(theirs)
    assert isinstance(ours, kinds), (type(theirs), ours)


def test_autograd_is_a_module() -> None:
    module = importlib.import_module("convolens.autograd")
    assert module is cl.autograd
    theirs = importlib.import_module("torch.autograd")
    assert all(hasattr(theirs, name) for name in module.__all__)
    with pytest.raises(errors.GradientError, match="1 outputs need as many gradients, not 2"):
        cl.autograd.backward(cl.ones(1, requires_grad=True).sum(), [None, None])
    with pytest.raises(errors.ArgumentError, match="is_grads_batched"):
        cl.autograd.grad(cl.ones(1), cl.ones(1), is_grads_batched=True)


OPTIONS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9},
    "Adam": {"amsgrad": True},
    "AdamW": {"foreach": True},
    "RMSprop": {"centered": True, "momentum": 0.5},
    "Adagrad": {"lr_decay": 0.1},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_state_of_torchs_optimiser_goes_on_here(name: str) -> None:
    numbers = np.array([[1.0, -2.0, 0.5]])

    def steps(m: Any, x: Any, optimizer: Any, count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            (x * x * x).sum().backward()
            optimizer.step()

    a = torch.tensor(numbers, requires_grad=True)
    b = cl.tensor(numbers, requires_grad=True)
    theirs = getattr(torch.optim, name)([a], lr=0.01, **OPTIONS[name])
    ours = getattr(cl.optim, name)([b], lr=0.5)
    steps(torch, a, theirs, 2)
    with cl.no_grad():
        b.copy_(cl.from_dlpack(a.detach()))
    ours.load_state_dict(theirs.state_dict())
    before = ours.state_dict()["state"][0]
    steps(torch, a, theirs, 3)
    steps(cl, b, ours, 3)
    np.testing.assert_allclose(b.tolist(), a.tolist(), rtol=1e-12)
    assert all(isinstance(value, np.ndarray | float | int) for value in before.values())


def test_options_that_are_not_used_here() -> None:
    x = cl.ones(1, requires_grad=True)
    for name in OPTIONS:
        for option in ("capturable", "differentiable"):
            with pytest.raises(errors.ArgumentError, match=f"{option} is True"):
                getattr(cl.optim, name)([x], lr=0.1, **{option: True})
            with pytest.raises(errors.ArgumentError, match=f"{option} is True"):
                getattr(cl.optim, name)([{"params": [x], option: True}], lr=0.1)
        optimizer = getattr(cl.optim, name)([x], lr=0.1, foreach=True, fused=None)
        again = getattr(cl.optim, name)([x], lr=0.1)
        again.load_state_dict(optimizer.state_dict())
        assert again.param_groups[0]["foreach"]


STATES: dict[str, tuple[Call, str]] = {
    "a part of a checkpoint": (lambda state: {"epoch": 3, "net": state}, r"state\['net'\]"),
    "a wrapped network": (
        lambda state: {f"module.{name}": value for name, value in state.items()},
        r"removeprefix\('module\.'\)",
    ),
    "another network": (lambda state: {"weight": state["weight"]}, "same structure"),
    "nothing": (lambda state: {}, "same structure"),
    "a type that NumPy lacks": (
        lambda state: {name: value.bfloat16() for name, value in state.items()},
        r"the state's weight cannot be read.*\n.*float\(\)",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_words_about_a_state_that_does_not_fit(name: str) -> None:
    change, words = STATES[name]
    layer = cl.nn.Linear(2, 1)
    with pytest.raises(RuntimeError, match=words):
        layer.load_state_dict(change(torch.nn.Linear(2, 1).state_dict()))


def test_torchs_parameters_are_a_state() -> None:
    theirs, ours = torch.nn.Linear(2, 1), cl.nn.Linear(2, 1)
    ours.load_state_dict(dict(theirs.named_parameters()))
    assert ours.weight.tolist() == theirs.weight.tolist()
    assert ours.weight.requires_grad


def test_words_about_what_is_no_module_and_no_list() -> None:
    with pytest.raises(TypeError, match=r"(?s)part '1' is a function.*nn\.ReLU"):
        cl.nn.Sequential(cl.nn.Linear(1, 2), cl.relu)
    with pytest.raises(TypeError, match=r"(?s)params is a Linear.*model\.parameters"):
        cl.optim.SGD(cl.nn.Linear(1, 2))
    with pytest.raises(RuntimeError, match="mean: x is int64"):
        cl.arange(3).mean()
    with pytest.raises(RuntimeError, match=r"(?s)2 elements is ambiguous.*any"):
        bool(cl.ones(2))
