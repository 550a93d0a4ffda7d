"""Transposed convolution: values and all gradients, for hypothesis' attributes, shapes, layouts."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl

from .peer import BOTH, compare, draw, laid_out, layouts, outcome, torch


def torch_function(rank: int) -> Any:
    return getattr(torch.nn.functional, f"conv_transpose{rank}d")


def own_function(rank: int) -> Any:
    return getattr(cl.nn.functional, f"conv_transpose{rank}d")


def spread(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


@st.composite
def transposes(draw_: st.DrawFn) -> tuple[list[tuple[int, ...]], dict[str, Any], str]:
    rank = draw_(st.sampled_from((1, 2, 2, 2, 3)))

    def each(low: int, high: int) -> Any:
        one = draw_(st.booleans())
        values = tuple(draw_(st.integers(low, high)) for _ in range(rank))
        return values[0] if one else values

    groups = draw_(st.sampled_from((1, 1, 1, 2, 3)))
    c, k = (groups * draw_(st.sampled_from((1, 1, 2, 3, 5, 17))) for _ in range(2))
    kernel = tuple(draw_(st.integers(1, 4 if rank < 3 else 2)) for _ in range(rank))
    options: dict[str, Any] = {"stride": each(1, 3), "dilation": each(1, 3), "groups": groups}
    sizes = tuple(draw_(st.integers(1, 5)) for _ in range(rank))
    options["padding"] = each(0, 2)
    largest = [
        max(s, d) - 1
        for s, d in zip(
            spread(options["stride"], rank), spread(options["dilation"], rank), strict=True
        )
    ]
    options["output_padding"] = tuple(draw_(st.integers(0, high)) for high in largest)
    shapes = [(draw_(st.integers(1, 3)), c, *sizes), (c, k // groups, *kernel)]
    if draw_(st.booleans()):
        shapes.append((k,))
    return shapes, options, draw_(layouts)


def lengths(shapes: list[tuple[int, ...]], options: dict[str, Any], sizes: Any) -> list[int]:
    """How many products the output and each gradient are sums of."""
    x, weight = shapes[:2]
    forward = weight[0] // options.get("groups", 1) * prod(weight[2:]) + 1
    back = weight[1] * prod(weight[2:])
    return [forward, back, x[0] * prod(x[2:]), x[0] * prod(sizes)][: len(shapes) + 1]


@BOTH
@given(transposes())
@settings(max_examples=150)
def test_any_transposed_convolution(dtype: str, case: Any) -> None:
    shapes, options, layout = case
    rank = len(shapes[0]) - 2
    # In float32 torch computes outputs without cells, which it refuses in float64.
    zeros = [torch.zeros(s, dtype=torch.float64) for s in shapes]
    probe = outcome(lambda: torch_function(rank)(*zeros, **options))
    if isinstance(probe, Exception):
        ours = outcome(lambda: own_function(rank)(*(cl.zeros(*s) for s in shapes), **options))
        assert isinstance(ours, RuntimeError), (shapes, options, probe)
        return
    compare(
        lambda *inputs: own_function(rank)(*inputs, **options),
        lambda *inputs: torch_function(rank)(*inputs, **options),
        draw(*shapes),
        dtype,
        lengths(shapes, options, probe.shape[2:]),
        layout=layout,
    )


#: x, weight, options: typical layers of decoders, and odd ones.
LAYERS: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2, 32, 8, 8), (32, 16, 2, 2), {"stride": 2}),
    ((2, 33, 7, 5), (33, 24, 4, 4), {"stride": 2, "padding": 1}),
    ((1, 24, 9, 9), (24, 12, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
    ((2, 16, 10, 10), (16, 16, 3, 3), {"padding": 1}),
    ((2, 64, 6, 6), (64, 48, 1, 1), {}),
    ((2, 64, 6, 6), (64, 48, 1, 1), {"stride": 2, "output_padding": 1}),
    ((1, 16, 8, 8), (16, 1, 4, 4), {"stride": 2, "padding": 1, "groups": 16}),
    ((1, 100, 1, 1), (100, 32, 4, 4), {}),
    ((2, 8, 6, 7), (8, 3, 5, 3), {"dilation": (2, 3), "padding": (4, 2)}),
    ((1, 6, 4, 4), (6, 2, 3, 3), {"dilation": 3, "output_padding": 2, "groups": 2}),
    ((2, 6, 20), (6, 12, 7), {"stride": 3, "padding": 2, "output_padding": 2}),
    ((1, 4, 3, 4, 5), (4, 2, 3, 3, 3), {"stride": 2, "padding": 1, "output_padding": (1, 0, 1)}),
]


@BOTH
@pytest.mark.parametrize("layer", LAYERS, ids=str)
@pytest.mark.parametrize("algorithm", ["any", "direct", "gather", "scatter", "reference"])
def test_layers_of_networks(layer: Any, dtype: str, algorithm: str) -> None:
    x, weight, options = layer
    rank = len(x) - 2
    if algorithm not in ("any", "reference") and (dtype == "float64" or rank == 3):
        pytest.skip("has no kernel")
    if algorithm != "any" and spread(options.get("output_padding", 0), 1)[0] >= 2 and rank == 2:
        pytest.skip("output_padding beyond the stride has no kernel")
    outputs = weight[1] * options.get("groups", 1)
    shapes = [x, weight, (outputs,)]
    sizes = torch_function(rank)(*(torch.zeros(s) for s in shapes), **options).shape[2:]
    with cl.algorithm(algorithm) if algorithm != "any" else cl.enable_grad():
        compare(
            lambda *inputs: own_function(rank)(*inputs, **options),
            lambda *inputs: torch_function(rank)(*inputs, **options),
            draw(*shapes),
            dtype,
            lengths(shapes, options, sizes),
        )


@BOTH
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_no_batch_an_empty_one_and_single_cells(rank: int, dtype: str) -> None:
    size, kernel = (4,) * rank, (3,) * rank
    for x in ((2, *size), (0, 2, *size), (1, 2, *(1,) * rank)):
        compare(
            lambda *inputs: own_function(rank)(*inputs, stride=2, padding=1, output_padding=1),
            lambda *inputs: torch_function(rank)(*inputs, stride=2, padding=1, output_padding=1),
            draw(x, (2, 4, *kernel), (4,)),
            dtype,
            200,
        )


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_output_size_of_layers(rank: int) -> None:
    """Every size near the possible ones, in every form: the same layer or the same refusal."""
    name = f"ConvTranspose{rank}d"
    for stride, padding, dilation in ((1, 0, 1), (2, 1, 1), (3, 0, 2)):
        arguments = (3, 4, 3, stride, padding, 0, 1, True, dilation)
        theirs, own = getattr(torch.nn, name)(*arguments), getattr(cl.nn, name)(*arguments)
        own.load_state_dict(theirs.state_dict())
        smallest = 3 * stride - 2 * padding + 2 * dilation + 1
        x = np.random.default_rng(0).standard_normal((2, 3, *(4,) * rank)).astype(np.float32)
        for size in range(smallest - 1, smallest + stride + 1):
            for wanted in (
                (size,) * rank,
                (2, 4, *(size,) * rank),
                [size] * rank,
                (size,) * (rank + 1),
            ):
                expected = outcome(partial(theirs, torch.tensor(x), output_size=wanted))
                computed = outcome(partial(own, cl.tensor(x), output_size=wanted))
                if isinstance(expected, Exception):
                    assert isinstance(computed, type(expected)), (wanted, expected, computed)
                    head, _, _ = str(expected).partition(" (for an input")
                    assert str(computed).startswith(head)
                else:
                    assert computed.shape == tuple(expected.shape)
                    np.testing.assert_allclose(
                        computed.detach().numpy(), expected.detach().numpy(), rtol=0, atol=1e-5
                    )


@given(st.integers(0, 2**32 - 1), layouts)
@settings(max_examples=20)
def test_states_are_exchanged(seed: int, layout: str) -> None:
    random = np.random.default_rng(seed)
    arguments = (4, 6, (3, 2), 2, 1, 1, 2)
    theirs, own = torch.nn.ConvTranspose2d(*arguments), cl.nn.ConvTranspose2d(*arguments)
    theirs.load_state_dict(
        {name: torch.tensor(t.numpy().copy()) for name, t in own.state_dict().items()}
    )
    x = random.standard_normal((2, 4, 5, 6)).astype(np.float32)
    expected = theirs(torch.tensor(x)).detach().numpy()
    computed = own(cl.from_numpy(laid_out(x, layout))).detach().numpy()
    # Sums of 12 products and a bias, of weights below 0.41 and inputs below 6.
    np.testing.assert_allclose(computed, expected, rtol=0, atol=2 * 13 * 2**-24 * 13 * 2.5)
