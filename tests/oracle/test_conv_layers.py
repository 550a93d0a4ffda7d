"""Convolution layers: every attribute and mode of padding, states exchanged, lazy ones, texts."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl

from .peer import BOTH, compare, draw, laid_out, layouts, outcome, torch

MODES = ("zeros", "reflect", "replicate", "circular")


def layer(library: Any, name: str, arguments: dict[str, Any], dtype: str = "float32") -> Any:
    made = getattr(library.nn, name)(**arguments)
    return made.double() if dtype == "float64" else made


def with_parameters(library: Any, module: Any, x: Any, *parameters: Any) -> Any:
    """Call a layer with other tensors for weight and bias, so that these get gradients."""
    named = dict(zip(("weight", "bias"), parameters, strict=False))
    if library is torch:
        return torch.func.functional_call(module, named, (x,))
    module._parameters.update(named)
    return module(x)


@st.composite
def layers(draw_: st.DrawFn) -> tuple[str, dict[str, Any], tuple[int, ...], str]:
    rank = draw_(st.sampled_from((1, 2, 2, 2, 3)))

    def each(low: int, high: int) -> Any:
        one = draw_(st.booleans())
        values = tuple(draw_(st.integers(low, high)) for _ in range(rank))
        return values[0] if one else values

    groups = draw_(st.sampled_from((1, 1, 2, 3)))
    arguments: dict[str, Any] = {
        "in_channels": groups * draw_(st.integers(1, 3)),
        "out_channels": groups * draw_(st.integers(1, 3)),
        "kernel_size": each(1, 4 if rank < 3 else 2),
        "dilation": each(1, 2),
        "groups": groups,
        "bias": draw_(st.booleans()),
        "padding_mode": draw_(st.sampled_from(MODES)),
        "padding": draw_(st.sampled_from(("number", "number", "number", "same", "valid"))),
    }
    if arguments["padding"] == "number":
        arguments["padding"] = each(0, 3)
    if arguments["padding"] != "same":
        arguments["stride"] = each(1, 3)
    batch = draw_(st.sampled_from(((), (0,), (1,), (2,), (3,))))
    sizes = tuple(draw_(st.integers(1, 8 if rank < 3 else 5)) for _ in range(rank))
    shape = (*batch, arguments["in_channels"], *sizes)
    return f"Conv{rank}d", arguments, shape, draw_(layouts)


@BOTH
@given(layers())
@settings(max_examples=150)
def test_any_layer(dtype: str, case: Any) -> None:
    name, arguments, shape, layout = case
    theirs, own = (layer(library, name, arguments, dtype) for library in (torch, cl))
    assert repr(own) == repr(theirs)
    assert {k: tuple(t.shape) for k, t in own.state_dict().items()} == {
        k: tuple(t.shape) for k, t in theirs.state_dict().items()
    }
    probe = outcome(lambda: theirs.double()(torch.zeros(shape, dtype=torch.float64)))
    if isinstance(probe, Exception):
        x = cl.zeros(*shape).to(own.weight.dtype)
        assert isinstance(outcome(lambda: own(x)), RuntimeError), (arguments, shape, probe)
        return
    weight = tuple(theirs.weight.shape)
    shapes = [shape, weight, *([weight[:1]] if arguments["bias"] else [])]
    rank = len(weight) - 2
    positions = probe.numel() // weight[0]
    # A cell that the border repeats gets the gradients of all its places.
    repeated = prod(size + 2 * 6 for size in shape[-rank:])
    lengths = [
        prod(weight[1:]) + 1,
        weight[0] // arguments["groups"] * prod(weight[2:]) + repeated,
        positions,
        positions,
    ]
    compare(
        lambda *inputs: with_parameters(cl, own, *inputs),
        lambda *inputs: with_parameters(torch, theirs, *inputs),
        draw(*shapes),
        dtype,
        lengths[: len(shapes) + 1],
        layout=layout,
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_as_many_cells_of_padding_as_torch_allows(mode: str, rank: int) -> None:
    """Every padding up to beyond the input: refused by both or by neither."""
    for size in (1, 2, 4):
        for padding in range(2 * size + 2):
            arguments = {
                "in_channels": 1,
                "out_channels": 1,
                "kernel_size": 1,
                "padding": padding,
                "padding_mode": mode,
            }
            theirs, own = (layer(library, f"Conv{rank}d", arguments) for library in (torch, cl))
            own.load_state_dict(theirs.state_dict())
            x = np.random.default_rng(0).standard_normal((1, 1, *(size,) * rank))
            x = x.astype(np.float32)
            expected = outcome(lambda m=theirs, x=x: m(torch.tensor(x)).detach().numpy())
            computed = outcome(lambda m=own, x=x: m(cl.tensor(x)).detach().numpy())
            if isinstance(expected, Exception):
                assert isinstance(computed, RuntimeError), (size, padding)
            else:
                np.testing.assert_allclose(computed, expected, rtol=2**-22, atol=2**-22)


PLAIN = {
    "Conv1d": ({"in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": 2}, (2, 4, 9)),
    "Conv2d": (
        {"in_channels": 4, "out_channels": 6, "kernel_size": (3, 2), "stride": 2},
        (2, 4, 7, 8),
    ),
    "Conv3d": ({"in_channels": 2, "out_channels": 3, "kernel_size": 2}, (1, 2, 4, 4, 4)),
    "ConvTranspose1d": ({"in_channels": 4, "out_channels": 6, "kernel_size": 3}, (2, 4, 5)),
    "ConvTranspose2d": (
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2, "groups": 2},
        (2, 4, 5, 5),
    ),
    "ConvTranspose3d": ({"in_channels": 2, "out_channels": 3, "kernel_size": 2}, (1, 2, 3, 3, 3)),
    "Linear": ({"in_features": 7, "out_features": 5}, (3, 7)),
}
EACH = pytest.mark.parametrize("name", PLAIN)


def same_numbers(own: Any, theirs: Any, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    expected = theirs(torch.tensor(x)).detach().numpy()
    computed = own(cl.tensor(x)).detach().numpy()
    assert computed.shape == expected.shape
    np.testing.assert_allclose(computed, expected, rtol=0, atol=64 * 2**-24 * 64)


@EACH
@pytest.mark.parametrize("lazy", [False, True])
def test_states_are_exchanged(name: str, lazy: bool) -> None:
    """Ours into torch's and torch's into ours, into plain layers and into lazy ones."""
    arguments, shape = PLAIN[name]
    fewer = {k: v for k, v in arguments.items() if k not in ("in_channels", "in_features")}
    own, theirs = (layer(library, name, arguments) for library in (cl, torch))

    def target(library: Any) -> Any:
        return layer(library, f"Lazy{name}" if lazy else name, fewer if lazy else arguments)

    to_own, to_theirs = target(cl), target(torch)
    to_own.load_state_dict({k: t.numpy() for k, t in theirs.state_dict().items()})
    same_numbers(to_own, theirs, shape)
    state = {k: torch.tensor(t.numpy().copy()) for k, t in own.state_dict().items()}
    to_theirs.load_state_dict(state)
    same_numbers(own, to_theirs, shape)


@EACH
@given(layouts)
@settings(max_examples=8)
def test_lazy_layers_are_torchs(name: str, layout: str) -> None:
    arguments, shape = PLAIN[name]
    fewer = {k: v for k, v in arguments.items() if k not in ("in_channels", "in_features")}
    own, theirs = (layer(library, f"Lazy{name}", fewer) for library in (cl, torch))
    assert list(own.state_dict()) == list(theirs.state_dict())
    assert [n for n, _ in own.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert own.has_uninitialized_params()
    assert theirs.has_uninitialized_params()
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    y, z = own(cl.from_numpy(laid_out(x, layout))), theirs(torch.tensor(x))
    assert y.shape == tuple(z.shape)
    assert type(own).__name__ == type(theirs).__name__ == name
    assert repr(own) == repr(theirs)
    assert {k: tuple(t.shape) for k, t in own.state_dict().items()} == {
        k: tuple(t.shape) for k, t in theirs.state_dict().items()
    }


@EACH
def test_initial_weights_have_torchs_bounds(name: str) -> None:
    arguments, _ = PLAIN[name]
    wide = {**arguments, **{k: 24 * arguments[k] for k in list(arguments)[:2]}}
    for own, theirs in zip(
        layer(cl, name, wide).parameters(), layer(torch, name, wide).parameters(), strict=True
    ):
        largest = np.abs(own.detach().numpy()).max()
        bound = float(theirs.detach().abs().max())
        # Both are the largest of many even draws up to one bound.
        assert 0.9 * bound < largest < bound / 0.9


def both_ways(x: Any) -> list[np.ndarray]:
    return [
        np.ascontiguousarray(x),
        np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
    ]


@pytest.mark.parametrize("name", ["Conv2d", "ConvTranspose2d"])
def test_nchw_and_channels_last_memory_give_the_same_bits(name: str) -> None:
    own = layer(cl, name, {"in_channels": 5, "out_channels": 7, "kernel_size": 3})
    x = np.random.default_rng(0).standard_normal((2, 5, 8, 9)).astype(np.float32)
    first, second = (own(cl.from_numpy(array)).detach().numpy() for array in both_ways(x))
    np.testing.assert_array_equal(first, second)
