"""Modules: attributes, parts, state, hooks, and the path in front of an error."""

from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.spec import float32, float64


class Block(nn.Module):
    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.first = nn.Linear(2, width)
        self.scale = nn.Parameter(cl.ones(width))
        self.inner = nn.Sequential(nn.ReLU(), nn.Dropout(0.5), nn.Linear(width, 1, bias=False))
        self.name = "block"

    def forward(self, x: cl.Tensor, *, shift: float = 0.0) -> Any:
        return self.inner(self.first(x) * self.scale + shift)


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = self.a
        self.weight = self.a.weight

    def forward(self, x: cl.Tensor) -> Any:
        return self.b(self.a(x))


NAMES = ["scale", "first.weight", "first.bias", "inner.2.weight"]


def names(module: nn.Module) -> list[str]:
    return [name for name, _ in module.named_parameters()]


def test_attributes_are_found_where_they_belong() -> None:
    net = Block()
    assert names(net) == NAMES
    assert [name for name, _ in net.named_modules()] == [
        "",
        "first",
        "inner",
        "inner.0",
        "inner.1",
        "inner.2",
    ]
    assert [name for name, _ in net.named_children()] == ["first", "inner"]
    assert len(list(net.modules())) == 6
    assert list(net.children()) == [net.first, net.inner]
    assert net.name == "block"
    assert isinstance(net.first.weight, nn.Parameter)


def test_attributes_change_places() -> None:
    net = Block()
    net.first = nn.Linear(2, 3, bias=False)
    assert names(net) == ["scale", "first.weight", "inner.2.weight"]
    net.name = nn.Parameter(cl.ones(1))
    assert names(net) == ["scale", "name", "first.weight", "inner.2.weight"]
    net.inner = "gone"
    assert names(net) == ["scale", "name", "first.weight"]
    assert net.inner == "gone"
    del net.scale, net.first
    assert names(net) == ["name"]
    for gone in ("scale", "first", "never"):
        with pytest.raises(AttributeError, match=f"Block has no attribute '{gone}'"):
            getattr(net, gone)
    with pytest.raises(AttributeError):
        del net.never


def test_a_part_keeps_its_place_when_it_is_replaced() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    setattr(net, "0", nn.Linear(2, 3))
    assert [name for name, _ in net.named_children()] == ["0", "1", "2"]
    layer = nn.Linear(2, 3)
    layer.weight = nn.Parameter(cl.zeros(3, 2))
    assert names(layer) == ["weight", "bias"]


def test_a_parameter_is_replaced_by_parameters_only() -> None:
    layer = nn.Linear(2, 3)
    with pytest.raises(TypeError, match="weight is a parameter and cannot become a Tensor"):
        layer.weight = cl.zeros(3, 2)
    layer.bias = None
    assert names(layer) == ["weight"]
    assert layer.bias is None
    assert layer(cl.ones(1, 2)).shape == (1, 3)


def test_super_must_be_called_first() -> None:
    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(1, 1)

        def forward(self, x: Any) -> Any:
            return x

    with pytest.raises(AttributeError, match=r"call super\(\).__init__\(\) before setting Hasty"):
        Hasty()


def test_forward_is_needed() -> None:
    class Nothing(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Nothing"):
        Nothing()(cl.ones(1))


@pytest.mark.parametrize(("name", "part"), [("", nn.ReLU()), ("a.b", nn.ReLU()), ("a", 3)])
def test_bad_parts(name: str, part: Any) -> None:
    with pytest.raises((ArgumentError, TypeError)):
        nn.Sequential().add_module(name, part)


def test_training_and_evaluation() -> None:
    cl.manual_seed(1)  # with some weights nothing gets through
    net = Block()
    assert all(module.training for module in net.modules())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert net.train() is net
    assert net.inner[1].training
    x = cl.ones(64, 2)
    cl.manual_seed(0)
    assert net(x).tolist() != net(x).tolist()
    net.eval()
    assert net(x).tolist() == net(x).tolist()


def test_options_reach_forward() -> None:
    net = Block().eval()
    x = cl.ones(1, 2)
    assert net(x, shift=100.0).tolist() != net(x).tolist()
    assert net(x=x).tolist() == net(x).tolist()


def test_gradients_for_all_or_none() -> None:
    net = Block()
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())
    assert not net(cl.ones(1, 2)).requires_grad
    net.requires_grad_()
    net(cl.ones(1, 2)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_apply_goes_from_the_inside_out() -> None:
    net, seen = Block(), []
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "ReLU", "Dropout", "Linear", "Sequential", "Block"]


def test_types() -> None:
    net = Block().eval()
    x = cl.ones(1, 2)
    y = net(x).item()
    assert net.double() is net
    assert {p.dtype for p in net.parameters()} == {float64}
    assert net(x.double()).item() == pytest.approx(y, rel=1e-5)
    assert all(p.is_leaf and p.requires_grad for p in net.parameters())
    net.float()
    assert net(x).item() == y
    with pytest.raises(TypeError, match="float32 or float64"):
        net.to("int64")


def test_training_goes_on_in_another_type() -> None:
    net = nn.Linear(2, 2)
    net(cl.ones(1, 2)).sum().backward()
    net.double().zero_grad()
    optimizer = cl.optim.Adam(net.parameters())
    net(cl.ones(1, 2).double()).sum().backward()
    optimizer.step()
    assert net.weight.dtype == float64


# State.


def values(module: nn.Module) -> dict[str, Any]:
    return {name: p.detach().numpy().copy() for name, p in module.named_parameters()}


def test_state_goes_round() -> None:
    a, b = Block(), Block()
    state = a.state_dict()
    assert list(state) == NAMES
    assert np.shares_memory(state["scale"].numpy(), a.scale.detach().numpy())
    b.load_state_dict(state)
    for name, value in values(b).items():
        np.testing.assert_array_equal(value, values(a)[name])
    assert not np.shares_memory(b.scale.detach().numpy(), a.scale.detach().numpy())
    b.load_state_dict({name: t.numpy().astype(np.float64) for name, t in state.items()})
    assert b.scale.dtype == float32
    b.load_state_dict(dict(a.named_parameters()))


def test_loading_into_images_keeps_their_memory_order() -> None:
    a, b = nn.Conv2d(3, 4, 5), nn.Conv2d(3, 4, 5)
    b.load_state_dict({k: np.ascontiguousarray(t.numpy()) for k, t in a.state_dict().items()})
    x = cl.randn(1, 3, 9, 9)
    np.testing.assert_array_equal(a(x).detach().numpy(), b(x).detach().numpy())


GOOD = {"weight": np.full((2, 2), 9.0), "bias": np.zeros(2)}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"bias": None}, ArgumentError, ["1 missing", "bias"]),
        ({"extra": np.zeros(2)}, ArgumentError, ["1 unexpected", "extra"]),
        ({"bias": np.zeros(3)}, ShapeError, ["bias", "[3], not [2]"]),
        ({"bias": np.zeros((2, 1))}, ShapeError, ["[2, 1]"]),
        ({"bias": np.array(["a", "b"])}, TypeError, ["bias"]),
        ({"bias": np.array([None, None])}, TypeError, ["bias"]),
        ({"bias": np.array([1j, 2j])}, TypeError, ["bias"]),
        ({"bias": "text"}, TypeError, ["bias"]),
    ],
    ids=range(8),
)
def test_a_state_that_does_not_fit_changes_nothing(
    change: dict[str, Any], error: type[Exception], words: list[str]
) -> None:
    layer = nn.Linear(2, 2)
    before = values(layer)
    state = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(error) as caught:
        layer.load_state_dict(state)
    for word in words:
        assert word in str(caught.value)
    for name, value in values(layer).items():
        np.testing.assert_array_equal(value, before[name])


def test_a_lenient_load_takes_what_there_is() -> None:
    layer = nn.Linear(2, 2)
    layer.load_state_dict({"weight": GOOD["weight"], "other": np.zeros(1)}, strict=False)
    assert (layer.weight.detach().numpy() == 9).all()
    with pytest.raises(ShapeError):
        layer.load_state_dict({"weight": np.zeros((3, 3))}, strict=False)


def test_loading_counts_as_a_change() -> None:
    layer = nn.Linear(2, 2)
    x = cl.ones(1, 2, requires_grad=True)
    loss = layer(x).sum()
    layer.load_state_dict(GOOD)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_shared_parts_appear_once_and_in_the_state_at_each_place() -> None:
    net = Shared()
    assert names(net) == ["weight", "a.bias"]
    assert len(list(net.modules())) == 2
    state = net.state_dict()
    assert sorted(state) == ["a.bias", "a.weight", "b.bias", "b.weight", "weight"]
    Shared().load_state_dict(state)
    net(cl.ones(1, 2)).sum().backward()
    assert net.a.weight.grad is not None


def test_copies_are_independent() -> None:
    net = Block()
    for again in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert names(again) == NAMES
        nn.init.zeros_(again.first.weight)
        assert (net.first.weight.detach().numpy() != 0).any()
        again(cl.ones(1, 2)).sum().backward()
        assert again.scale.grad is not None
        assert net.scale.grad is None
    shared = copy.deepcopy(Shared())
    assert shared.a is shared.b


# Hooks.


def test_hooks_see_and_replace() -> None:
    layer, seen = nn.ReLU(), []
    x = cl.ones(2)
    look = layer.register_forward_hook(lambda m, inputs, y: seen.append((m, inputs, y)))
    y = layer(x)
    assert seen == [(layer, (x,), y)]
    with layer.register_forward_hook(lambda m, inputs, y: y * 3):
        assert layer(x).tolist() == [3, 3]
    look.remove()
    look.remove()
    assert layer(x).tolist() == [1, 1]
    assert len(seen) == 2


def test_hooks_stay_without_their_handles() -> None:
    layer, calls = nn.ReLU(), []
    for number in range(50):
        layer.register_forward_hook(lambda *_, n=number: calls.append(n))
        gc.collect(0)
    layer(cl.ones(1))
    assert calls == list(range(50))


def test_a_hook_may_remove_itself() -> None:
    layer, calls = nn.ReLU(), []
    handle = layer.register_forward_hook(lambda *_: (calls.append(1), handle.remove())[0])
    layer(cl.ones(1))
    layer(cl.ones(1))
    assert calls == [1]


# Errors.


def test_an_error_begins_with_the_path_of_its_layer() -> None:
    net = nn.Sequential(
        {
            "features": nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()),
            "classifier": nn.Sequential(nn.Flatten(), nn.Linear(10, 2)),
        }
    )
    with pytest.raises(ShapeError) as caught:
        net(cl.zeros(1, 1, 8, 8))
    first, *rest = str(caught.value).splitlines()
    assert first == (
        "In layer classifier.1: linear: the input has 72 features, but the weight expects 10."
    )
    assert rest[-1] == (
        "Hint: make it Linear(72, 2): after conv [2, 6, 6], flatten gives 2 x 6 x 6 = 72."
    )
    with pytest.raises(ShapeError, match=r"^In layer features.0: conv: along the height"):
        net(cl.zeros(1, 1, 2, 8))


def test_a_layer_alone_has_no_path() -> None:
    with pytest.raises(ShapeError, match=r"^linear: the input has 3"):
        nn.Linear(2, 2)(cl.zeros(1, 3))


def test_a_shared_layer_is_named_once() -> None:
    layer = nn.Linear(3, 3)
    with pytest.raises(ShapeError, match=r"^In layer 0: linear"):
        nn.Sequential(layer, layer)(cl.zeros(1, 4))


def test_a_module_called_from_elsewhere_adds_nothing() -> None:
    stray = nn.Linear(2, 2)

    class Net(nn.Module):
        def forward(self, x: Any) -> Any:
            return stray(x)

    with pytest.raises(ShapeError, match=r"^linear"):
        Net()(cl.zeros(1, 3))


def test_other_errors_pass_unchanged() -> None:
    class Broken(nn.Module):
        def forward(self, x: Any) -> Any:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        nn.Sequential(Broken())(1)


def test_repr() -> None:
    assert repr(Block()) == (
        "Block(\n"
        "  (first): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (inner): Sequential(\n"
        "    (0): ReLU()\n"
        "    (1): Dropout(p=0.5)\n"
        "    (2): Linear(in_features=3, out_features=1, bias=False)\n"
        "  )\n"
        ")"
    )


class Counting(nn.Module):
    """A layer with two buffers, of which the state holds one."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", cl.tensor(0))
        self.register_buffer("scratch", cl.zeros(3), persistent=False)
        self.register_buffer("nothing", None)
        self.inner = nn.Linear(2, 2)

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        self.calls = self.calls + 1
        return self.inner(x)


def test_buffers_are_in_the_state_but_are_no_parameters() -> None:
    layer = Counting()
    assert [name for name, _ in layer.named_parameters()] == ["inner.weight", "inner.bias"]
    assert [name for name, _ in layer.named_buffers()] == ["calls", "scratch"]
    assert list(layer.state_dict()) == ["calls", "inner.weight", "inner.bias"]
    layer(cl.zeros(1, 2))
    assert layer.calls.item() == 1
    assert list(layer.state_dict()) == ["calls", "inner.weight", "inner.bias"]
    fresh = Counting()
    keys = fresh.load_state_dict(layer.state_dict())
    assert keys == ([], [])
    assert fresh.calls.item() == 1
    assert fresh.load_state_dict({}, strict=False).missing_keys == list(layer.state_dict())
    assert nn.Sequential(layer).double()[0].scratch.dtype == cl.float64
    assert layer.calls.dtype == cl.int64
    layer.nothing = cl.ones(1)
    assert "nothing" in layer.state_dict()
    del layer.calls
    assert not hasattr(layer, "calls")
    with pytest.raises(TypeError, match="is a buffer and cannot become a int"):
        layer.scratch = 3
    with pytest.raises(ValueError, match=r"cannot be called 'a\.b'"):
        layer.register_buffer("a.b", None)


def test_hooks_before_the_forward_pass() -> None:
    layer = nn.ReLU()
    seen: list[tuple[int, ...]] = []
    with layer.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape)):
        assert layer(cl.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]
    with layer.register_forward_pre_hook(lambda module, inputs: (-inputs[0],)):
        assert layer(cl.tensor([-1.0, 2.0])).tolist() == [1.0, 0.0]
    assert layer(cl.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]
    assert seen == [(2,)]


def test_parts_by_path() -> None:
    net = nn.Sequential(nn.Sequential(nn.ReLU()))
    assert net.get_submodule("0.0") is net[0][0]
    assert net.get_submodule("") is net
    with pytest.raises(AttributeError, match="no part 'x'"):
        net.get_submodule("0.x")
