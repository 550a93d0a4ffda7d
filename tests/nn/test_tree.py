"""What is below a module: paths, prefixes, one level or all."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import DTypeError, PartNameError


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(cl.ones(1))
        self.register_buffer("mean", cl.zeros(2))

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        return x * self.scale


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Layer()
        self.again = self.first
        self.deep = nn.Sequential(nn.Linear(2, 2), Layer())
        self.bias = nn.Parameter(cl.zeros(2))

    def forward(self, x: cl.Tensor) -> Any:
        return self.deep(self.first(x)) + self.bias


def test_one_level_or_all() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["bias"]
    assert len(list(net.parameters(recurse=False))) == 1
    assert len(list(net.parameters())) == 5
    assert [name for name, _ in net.named_buffers()] == ["first.mean", "deep.1.mean"]
    assert list(net.buffers(recurse=False)) == []
    assert len(list(net.buffers())) == 2


def test_prefixes() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters("net")] == [
        f"net.{name}" for name, _ in net.named_parameters()
    ]
    assert next(net.named_modules(prefix="net"))[0] == "net"
    assert [name for name, _ in net.named_buffers("net")][0] == "net.first.mean"  # noqa: RUF015


def test_shared_parts_at_one_place_or_all() -> None:
    net = Net()
    assert [name for name, _ in net.named_children()] == ["first", "deep"]
    assert list(net.children()) == [net.first, net.deep]
    every = [name for name, _ in net.named_modules(remove_duplicate=False)]
    assert every == ["", "first", "again", "deep", "deep.0", "deep.1"]
    assert "again" not in [name for name, _ in net.named_modules()]
    places = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert {"first.scale", "again.scale"} <= set(places)
    assert "again.mean" in [name for name, _ in net.named_buffers(remove_duplicate=False)]
    seen: set[nn.Module] = {net.deep}
    assert [name for name, _ in net.named_modules(seen)] == ["", "first", "deep.0", "deep.1"]
    assert len(seen) == 5


def test_by_path() -> None:
    net = Net()
    assert net.get_parameter("deep.0.weight") is net.deep[0].weight
    assert net.get_parameter("bias") is net.bias
    assert net.get_buffer("deep.1.mean") is net.deep[1].mean
    for wrong in ("deep.0.scale", "nothing", "deep.7.weight", "first.mean", "deep.0", ""):
        with pytest.raises(AttributeError):
            net.get_parameter(wrong)
    for wrong in ("bias", "first.scale", "x.mean"):
        with pytest.raises(AttributeError):
            net.get_buffer(wrong)
    net.deep[0].bias = None
    with pytest.raises(AttributeError, match="Linear has no parameter 'bias'"):
        net.get_parameter("deep.0.bias")


def test_parts_are_replaced_by_path() -> None:
    net = Net()
    net.set_submodule("deep.0", nn.ReLU())
    assert [type(part).__name__ for part in net.deep] == ["ReLU", "Layer"]
    net.set_submodule("new", nn.Tanh())
    assert isinstance(net.new, nn.Tanh)
    net.set_submodule("deep.1", nn.ReLU(), strict=True)
    for path, strict in (("newer", True), ("deep.7", True), ("x.y", False), ("deep.0.a.b", False)):
        with pytest.raises(AttributeError):
            net.set_submodule(path, nn.ReLU(), strict)
    with pytest.raises(ValueError, match="the path is empty"):
        net.set_submodule("", nn.ReLU())
    with pytest.raises(TypeError, match="is no module"):
        net.set_submodule("new", 3)  # type: ignore[arg-type]


def test_states_into_a_dict_and_with_a_prefix() -> None:
    net = Net()
    state: dict[str, cl.Tensor] = {"kept": cl.zeros(1)}
    assert net.state_dict(destination=state, prefix="net.") is state
    assert list(state) == ["kept", *(f"net.{name}" for name in net.state_dict())]
    assert not state["net.bias"].requires_grad
    assert net.state_dict(keep_vars=True)["bias"] is net.bias


def test_names_listed() -> None:
    names = dir(Net())
    assert {"first", "deep", "bias", "forward", "training"} <= set(names)
    assert {"scale", "mean"} <= set(dir(Layer()))


@pytest.mark.parametrize("register", ["register_parameter", "register_buffer", "add_module"])
def test_names_that_are_taken_or_impossible(register: str) -> None:
    value: Any = {
        "register_parameter": nn.Parameter(cl.zeros(1)),
        "register_buffer": cl.zeros(1),
        "add_module": nn.ReLU(),
    }[register]
    net = Net()
    for name in ("", "a.b", "forward", "training"):
        with pytest.raises(PartNameError) as caught:
            getattr(net, register)(name, value)
        assert isinstance(caught.value, KeyError)
        assert not str(caught.value).startswith("'")
    with pytest.raises(DTypeError):
        getattr(net, register)(3, value)
    other = {"register_parameter": "first", "register_buffer": "bias", "add_module": "bias"}
    with pytest.raises(PartNameError, match="Net has such an attribute"):
        getattr(net, register)(other[register], value)


def test_what_is_registered_is_checked() -> None:
    net = Net()
    with pytest.raises(TypeError, match="is a Tensor, not a parameter"):
        net.register_parameter("new", cl.zeros(1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is a int, not a module"):
        net.register_module("new", 3)  # type: ignore[arg-type]
    net.register_module("new", nn.ReLU())
    assert isinstance(net.get_submodule("new"), nn.ReLU)
    net.add_module("none", None)
    assert net.none is None
    assert "none" not in [name for name, _ in net.named_children()]
    net.register_parameter("absent", None)
    assert net.absent is None
    assert "absent" not in net.state_dict()


def test_gradients_are_forgotten_or_become_zero() -> None:
    net = nn.Linear(2, 1)
    net(cl.ones(1, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.weight.grad.tolist() == [[0.0, 0.0]]
    net.zero_grad()
    assert net.weight.grad is None
    net.zero_grad(set_to_none=False)
    assert net.weight.grad is None


def test_a_module_is_on_the_processor() -> None:
    net = nn.Linear(2, 1)
    assert net.cpu() is net
    assert net.to("cpu") is net
    with pytest.raises(AttributeError, match="cuda"):
        net.cuda()


def test_modes_are_truths() -> None:
    with pytest.raises(ValueError, match="expected to be boolean"):
        nn.ReLU().train("yes")  # type: ignore[arg-type]


def test_a_state_can_be_taken_over() -> None:
    layer = nn.Linear(2, 2).double()
    weight = layer.weight
    state = {"weight": cl.ones(2, 2), "bias": cl.zeros(2).double()}
    layer.load_state_dict(state, assign=True)
    assert layer.weight is weight
    assert (layer.weight.dtype, layer.bias.dtype) == (cl.float32, cl.float64)
    state["weight"].fill_(3.0)
    assert layer.weight.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    with pytest.raises(TypeError, match="load it without assign"):
        layer.load_state_dict({**state, "bias": cl.tensor([1, 2])}, assign=True)
    with pytest.raises(ValueError, match="other shapes"):
        layer.load_state_dict({**state, "bias": cl.zeros(3)}, assign=True)


def test_hooks_in_front_and_with_options() -> None:
    class Shift(nn.Module):
        def forward(self, x: cl.Tensor, *, by: float = 0.0) -> cl.Tensor:
            return x + by

    layer, order = Shift(), []
    x = cl.zeros(1)
    layer.register_forward_hook(lambda m, i, y: order.append("second"))
    layer.register_forward_hook(lambda m, i, y: order.append("first"), prepend=True)
    assert layer(x, by=2.0).tolist() == [2.0]
    assert order == ["first", "second"]
    with layer.register_forward_pre_hook(
        lambda m, i, o: (i, {"by": 2 * o["by"]}), with_kwargs=True
    ):
        assert layer(x, by=2.0).tolist() == [4.0]
    seen: list[dict[str, float]] = []
    with layer.register_forward_pre_hook(lambda m, i, o: seen.append(o), with_kwargs=True):
        layer(x, by=1.0)
    assert seen == [{"by": 1.0}]
    with layer.register_forward_hook(lambda m, i, o, y: y * o["by"], with_kwargs=True):
        assert layer(x, by=3.0).tolist() == [9.0]


def test_arguments_and_parts_are_shown_together() -> None:
    class Described(nn.Sequential):
        def extra_repr(self) -> str:
            return "depth=1"

    assert repr(Described(nn.ReLU())) == "Described(\n  depth=1\n  (0): ReLU()\n)"
    assert repr(Described()) == "Described(depth=1)"
