"""Modules, containers and their states: what torch answers, written once for either library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import convolens as cl

from .peer import torch


def tree(m: Any) -> Any:
    """A network with a shared part, a buffer that no state holds, and lists of all kinds."""

    class Scale(m.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = m.nn.Parameter(m.ones(2))
            self.register_buffer("seen", m.zeros(1))
            self.register_buffer("scratch", m.zeros(2), persistent=False)

        def forward(self, x: Any) -> Any:
            return x * self.factor

    class Net(m.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bias = m.nn.Parameter(m.zeros(2))
            self.first = m.nn.Linear(2, 2)
            self.again = self.first
            self.list = m.nn.ModuleList([Scale(), m.nn.Linear(2, 2, bias=False)])
            self.dict = m.nn.ModuleDict({"a": m.nn.ReLU(), "b": Scale()})
            self.extra = m.nn.ParameterList([m.ones(1), m.ones(2, 2)])
            self.named = m.nn.ParameterDict({"x": m.ones(3)})
            self.tail = m.nn.Sequential(m.nn.Sequential(m.nn.Linear(2, 1)), m.nn.Dropout(0.5))

        def forward(self, x: Any) -> Any:
            for part in self.list:
                x = part(x)
            return self.tail(self.dict["b"](self.again(self.first(x)))) + self.bias.sum()

    return Net()


def shapes(named: Any) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(tensor.shape)) for name, tensor in named]


def names(named: Any) -> list[tuple[str, str]]:
    return [(name, type(part).__name__) for name, part in named]


def kinds(container: Any) -> list[tuple[str, str]]:
    return names(container.named_children())


def net(m: Any) -> Any:
    return m.nn.Sequential(m.nn.Linear(2, 3), m.nn.ReLU(), m.nn.Linear(3, 4))


def changed(m: Any, *changes: Callable[[Any], Any]) -> Any:
    own = net(m)
    for change in changes:
        own = change(own) or own
    return kinds(own)


def calls_in_order(m: Any) -> list[str]:
    order: list[str] = []
    layer = m.nn.Linear(1, 1)
    layer.register_forward_pre_hook(lambda *_: order.append("pre 1"))
    layer.register_forward_hook(lambda *_: order.append("post 1"))
    layer.register_forward_pre_hook(lambda *_: order.append("pre 0"), prepend=True)
    layer.register_forward_hook(lambda *_: order.append("post 0"), prepend=True)
    handle = layer.register_forward_hook(lambda *_: order.append("gone"))
    handle.remove()
    layer.register_forward_hook(lambda m, i, o, y: order.append(sorted(o)), with_kwargs=True)
    layer(input=m.ones(1, 1))
    return order


def trained(m: Any, **options: Any) -> list[Any]:
    own = m.nn.Linear(2, 1)
    own(m.ones(1, 2)).sum().backward()
    own.zero_grad(**options)
    return [None if p.grad is None else p.grad.tolist() for p in own.parameters()]


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "named_parameters": lambda m: shapes(tree(m).named_parameters()),
    "named_parameters of one level": lambda m: shapes(tree(m).named_parameters("p", False)),
    "named_parameters at all places": lambda m: shapes(
        tree(m).named_parameters(remove_duplicate=False)
    ),
    "parameters of one level": lambda m: len(list(tree(m).parameters(recurse=False))),
    "named_buffers": lambda m: shapes(tree(m).named_buffers()),
    "named_buffers of one level": lambda m: shapes(tree(m).list[0].named_buffers("b", False)),
    "named_modules": lambda m: names(tree(m).named_modules()),
    "named_modules at all places": lambda m: names(
        tree(m).named_modules(prefix="p", remove_duplicate=False)
    ),
    "named_children": lambda m: names(tree(m).named_children()),
    "state_dict": lambda m: shapes(tree(m).state_dict().items()),
    "state_dict with a prefix": lambda m: list(tree(m).state_dict(prefix="net.")),
    "state_dict keep_vars": lambda m: [
        t.requires_grad for t in tree(m).state_dict(keep_vars=True).values()
    ],
    "get_parameter": lambda m: tuple(tree(m).get_parameter("list.1.weight").shape),
    "get_buffer": lambda m: tuple(tree(m).get_buffer("dict.b.scratch").shape),
    "get_submodule": lambda m: type(tree(m).get_submodule("tail.0.0")).__name__,
    "apply": lambda m: (
        (order := []) or (tree(m).apply(lambda p: order.append(type(p).__name__)) and order)
    ),
    "modes": lambda m: [p.training for p in tree(m).eval().tail.train().modules()],
    "requires_grad_": lambda m: [
        p.requires_grad for p in tree(m).requires_grad_(False).tail.requires_grad_().parameters()
    ],
    "zero_grad": trained,
    "zero_grad to zeros": lambda m: trained(m, set_to_none=False),
    "hooks": calls_in_order,
    "missing and unexpected": lambda m: [
        list(keys)
        for keys in net(m).load_state_dict({"0.weight": m.ones(3, 2), "x": m.ones(1)}, strict=False)
    ],
    "none in place of a bias": lambda m: (
        (own := net(m)),
        setattr(own[0], "bias", None),
        shapes(own.named_parameters()),
    )[2],
    # Sequential.
    "append": lambda m: changed(m, lambda s: s.append(m.nn.Tanh())),
    "insert": lambda m: changed(m, lambda s: s.insert(1, m.nn.Tanh())),
    "insert at -1": lambda m: changed(m, lambda s: s.insert(-1, m.nn.Tanh())),
    "extend": lambda m: changed(m, lambda s: s.extend([m.nn.Tanh(), m.nn.Sigmoid()])),
    "overwrite": lambda m: changed(m, lambda s: s.__setitem__(-2, m.nn.Tanh())),
    "delete": lambda m: changed(m, lambda s: s.__delitem__(0)),
    "delete a slice": lambda m: changed(m, lambda s: s.__delitem__(slice(0, 2))),
    "pop": lambda m: (own := net(m), type(own.pop(1)).__name__, kinds(own))[1:],
    "add": lambda m: kinds(net(m) + net(m)),
    "add in place": lambda m: changed(m, lambda s: s.__iadd__(net(m))),
    "multiply": lambda m: [type(part).__name__ for part in net(m) * 2],
    "multiply from the left": lambda m: len(2 * net(m)),
    "multiply in place": lambda m: len(net(m).__imul__(3)),
    "slice": lambda m: [type(part).__name__ for part in net(m)[::2]],
    "iterate": lambda m: [type(part).__name__ for part in net(m)],
    "names": lambda m: (
        kinds(m.nn.Sequential({"a": m.nn.ReLU(), "b": m.nn.Tanh()}))
        if m is cl
        else kinds(m.nn.Sequential(torch_ordered(a=m.nn.ReLU(), b=m.nn.Tanh())))
    ),
    "delete of a named one": lambda m: (
        own := m.nn.Sequential(torch_ordered(a=m.nn.ReLU(), b=m.nn.Tanh())),
        own.__delitem__(0),
        kinds(own),
    )[2],
    # Lists and dictionaries.
    "list": lambda m: repr(m.nn.ModuleList([m.nn.ReLU(), *(m.nn.Linear(1, 1) for _ in range(3))])),
    "list slice": lambda m: kinds(m.nn.ModuleList([m.nn.ReLU(), m.nn.Tanh()])[1:]),
    "list insert": lambda m: (
        own := m.nn.ModuleList([m.nn.ReLU()]),
        own.insert(0, m.nn.Tanh()),
        own.extend([m.nn.Sigmoid()]),
        own.append(m.nn.Identity()),
        kinds(own),
        type(own.pop(2)).__name__,
        kinds(own + [m.nn.ReLU()]),  # noqa: RUF005
    )[4:],
    "dict": lambda m: (
        own := m.nn.ModuleDict({"a": m.nn.ReLU()}),
        own.update({"b": m.nn.Tanh(), "a": m.nn.Sigmoid()}),
        own.update([("c", m.nn.Identity())]),
        list(own.keys()),
        [type(part).__name__ for part in own.values()],
        "b" in own,
        len(own),
        type(own.pop("a")).__name__,
        kinds(own),
    )[3:],
    "parameter list": lambda m: (
        own := m.nn.ParameterList([m.ones(1)]),
        own.append(m.ones(2)),
        own.extend([m.ones(3)]),
        shapes(own.named_parameters()),
        len(own),
        tuple(own[-1].shape),
        [tuple(p.shape) for p in own[:2]],
    )[3:],
    "parameter dict": lambda m: (
        own := m.nn.ParameterDict({"a": m.ones(1)}),
        own.update([("b", m.ones(2))]),
        shapes(own.items()),
        own.get("c"),
        "a" in own,
        tuple(own.pop("a").shape),
        list(own.state_dict()),
    )[2:],
    # Texts.
    "repr": lambda m: repr(
        m.nn.Sequential(
            net(m),
            m.nn.Conv2d(1, 2, 3, padding="same", bias=False),
            m.nn.ConvTranspose2d(2, 1, 3, 2, output_padding=1),
            m.nn.ModuleDict({"a": m.nn.Conv1d(2, 2, 3, groups=2, padding_mode="reflect")}),
        )
    ),
}


def torch_ordered(**parts: Any) -> Any:
    from collections import OrderedDict

    return OrderedDict(parts)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answers_are_torchs(question: str) -> None:
    assert QUESTIONS[question](cl) == QUESTIONS[question](torch)


def test_names_listed_are_torchs() -> None:
    """What one can write after a dot: parameters, buffers, parts; not parts with numbers."""
    for library in (cl, torch):
        listed = dir(tree(library))
        assert {"bias", "first", "list", "forward", "training"} <= set(listed)
        assert "0" not in dir(net(library))
