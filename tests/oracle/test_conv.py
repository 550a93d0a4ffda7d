"""Convolution: values and all gradients, for hypothesis' attributes, shapes and layouts."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import ops
from convolens.nn.functional.conv import conv_operator, on_batch
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared

from .peer import BOTH, compare, draw, layouts, torch


@st.composite
def convolutions(draw_: st.DrawFn) -> tuple[list[tuple[int, ...]], dict[str, Any], str]:
    rank = draw_(st.sampled_from((1, 2, 2, 2, 3)))

    def each(low: int, high: int) -> Any:
        one = draw_(st.booleans())
        values = tuple(draw_(st.integers(low, high)) for _ in range(rank))
        return values[0] if one else values

    def spread(value: Any) -> tuple[int, ...]:
        return (value,) * rank if isinstance(value, int) else value

    groups = draw_(st.sampled_from((1, 1, 1, 2, 3)))
    c, k = (groups * draw_(st.sampled_from((1, 1, 2, 3, 5, 17))) for _ in range(2))
    kernel = tuple(draw_(st.integers(1, 4 if rank < 3 else 2)) for _ in range(rank))
    options: dict[str, Any] = {"dilation": each(1, 3), "groups": groups}
    name = draw_(st.sampled_from(("number", "number", "number", "same", "valid")))
    options["padding"] = each(0, 3) if name == "number" else name
    if name != "same":
        options["stride"] = each(1, 3)
    pads = (0,) * rank if isinstance(options["padding"], str) else spread(options["padding"])
    sizes = [
        max(1, d * (r - 1) + 1 - 2 * p) + draw_(st.integers(0, 5))
        for r, d, p in zip(kernel, spread(options["dilation"]), pads, strict=True)
    ]
    shapes = [(draw_(st.integers(1, 3)), c, *sizes), (k, c // groups, *kernel)]
    if draw_(st.booleans()):
        shapes.append((k,))
    return shapes, options, draw_(layouts)


@BOTH
@given(convolutions())
@settings(max_examples=120)
def test_any_convolution(dtype: str, case: Any) -> None:
    shapes, options, layout = case
    rank = len(shapes[0]) - 2
    name = f"conv{rank}d"
    weight = shapes[1]
    probe = getattr(torch.nn.functional, name)(
        *(torch.empty(s, device="meta") for s in shapes), **options
    )
    positions = probe.shape[0] * prod(probe.shape[2:])
    forward = prod(weight[1:]) + 1
    back = weight[0] // options["groups"] * prod(weight[2:])
    compare(
        lambda *inputs: getattr(cl.nn.functional, name)(*inputs, **options),
        lambda *inputs: getattr(torch.nn.functional, name)(*inputs, **options),
        draw(*shapes),
        dtype,
        [forward, back, positions, positions][: len(shapes) + 1],
        layout=layout,
    )


#: x, weight, options: typical layers of networks.
LAYERS = [
    ((4, 1, 28, 28), (30, 1, 5, 5), {}),
    ((2, 3, 32, 32), (16, 3, 3, 3), {"padding": 1}),
    ((1, 3, 63, 63), (24, 3, 11, 11), {"stride": 4, "padding": 2}),
    ((2, 16, 14, 14), (32, 16, 3, 3), {"padding": 1, "stride": 2}),
    ((2, 32, 10, 10), (32, 1, 3, 3), {"padding": 1, "groups": 32}),
    ((2, 32, 10, 10), (64, 1, 3, 3), {"padding": 1, "groups": 32}),
    ((2, 64, 7, 7), (48, 64, 1, 1), {}),
    ((2, 64, 7, 7), (48, 64, 1, 1), {"stride": 2}),
    ((1, 8, 20, 20), (8, 8, 3, 3), {"padding": 4, "dilation": 4}),
    ((1, 16, 12, 12), (16, 8, 5, 5), {"padding": "same", "groups": 2}),
    ((2, 6, 40), (12, 6, 7), {"stride": 2, "padding": 3}),
    ((1, 2, 6, 7, 8), (4, 2, 3, 3, 3), {"padding": 1}),
]


@BOTH
@pytest.mark.parametrize("layer", LAYERS, ids=str)
@pytest.mark.parametrize("algorithm", ["any", "direct", "gather", "reference"])
def test_layers_of_networks(layer: Any, dtype: str, algorithm: str) -> None:
    x, weight, options = layer
    rank = len(x) - 2
    if algorithm in ("direct", "gather") and (dtype == "float64" or rank == 3):
        pytest.skip("has no kernel")
    name = f"conv{rank}d"
    probe = getattr(torch.nn.functional, name)(
        torch.empty(x, device="meta"), torch.empty(weight, device="meta"), **options
    )
    positions = probe.shape[0] * prod(probe.shape[2:])
    back = weight[0] // options.get("groups", 1) * prod(weight[2:])

    def ours(*inputs: cl.Tensor) -> cl.Tensor:
        result: cl.Tensor = getattr(cl.nn.functional, name)(*inputs, **options)
        return result

    with cl.algorithm(algorithm) if algorithm != "any" else cl.enable_grad():
        compare(
            ours,
            lambda *inputs: getattr(torch.nn.functional, name)(*inputs, **options),
            draw(x, weight, weight[:1]),
            dtype,
            [prod(weight[1:]) + 1, back, positions, positions],
        )


@BOTH
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_no_batch_and_an_empty_one(rank: int, dtype: str) -> None:
    name = f"conv{rank}d"
    size, kernel = (5,) * rank, (3,) * rank
    for x in ((2, *size), (0, 2, *size)):
        compare(
            getattr(cl.nn.functional, name),
            getattr(torch.nn.functional, name),
            draw(x, (4, 2, *kernel), (4,)),
            dtype,
            200,
        )


@BOTH
@given(convolutions())
@settings(max_examples=60)
def test_any_convolution_with_its_relu(dtype: str, case: Any) -> None:
    """Sums of whole numbers are exact, so both sides cut off the same ones."""
    shapes, options, layout = case
    rank = len(shapes[0]) - 2
    weight = shapes[1]
    conv = conv_operator(
        weight[2:],
        options.get("stride", 1),
        options["padding"],
        options["dilation"],
        options["groups"],
    )
    op = ops.ConvRelu(**shared(conv, ConvGeometry))
    torch_conv = getattr(torch.nn.functional, f"conv{rank}d")
    probe = torch_conv(*(torch.empty(s, device="meta") for s in shapes), **options)
    positions = probe.shape[0] * prod(probe.shape[2:])
    back = weight[0] // options["groups"] * prod(weight[2:])
    compare(
        lambda x, w, bias=None: on_batch(op, x, w, bias),
        lambda *inputs: torch.relu(torch_conv(*inputs, **options)),
        [np.rint(3 * array) for array in draw(*shapes)],
        dtype,
        [prod(weight[1:]) + 1, back, positions, positions][: len(shapes) + 1],
        layout=layout,
    )
