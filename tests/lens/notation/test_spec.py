"""A LayerSpec says what its layer does: shapes, tables and round trips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ConvolensError
from convolens.lens.notation import KINDS, Kind, LayerSpec, parse_layer, parse_torch


@st.composite
def layers(draw: st.DrawFn, kinds: Sequence[Kind] = KINDS, most_groups: int = 3) -> LayerSpec:
    """Draw a layer that can be: of these kinds, any rank, and attributes in their range."""
    kind = draw(st.sampled_from(kinds))
    rank = 2 if kind == "separable" else draw(st.integers(1, 3))
    pools, moved = kind in ("max_pool", "avg_pool"), kind == "conv_transpose"

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank)))

    groups = 1 if pools or kind == "separable" else draw(st.integers(1, most_groups))
    more: dict[str, Any] = {}
    if kind in ("conv", "separable"):
        more["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        more["padding"] = draw(
            st.one_of(
                st.sampled_from(["valid", "same", "same_fixed", "same_tf", "full"]),
                st.just(tuple(zip(each(0, 3), each(0, 3), strict=True))),
            )
        )
    else:
        more["padding"] = tuple((cells, cells) for cells in each(0, 2))
    if pools:
        more["ceil_mode"] = draw(st.booleans())
        more["count_include_pad"] = kind == "max_pool" or draw(st.booleans())
    else:
        more["bias"] = draw(st.booleans())
        more["out_channels"] = groups * draw(st.integers(1, 3))
    if moved:
        more["output_padding"] = each(0, 1)
    if kind == "separable":
        more["multiplier"] = draw(st.integers(1, 2))
    try:
        return LayerSpec(
            (groups * draw(st.integers(1, 3)), *each(3, 9)),
            each(1, 4),
            kind,
            each(1, 3),
            dilation=(1,) * rank if kind == "avg_pool" else each(1, 2),
            groups=groups,
            **more,
        )
    except ConvolensError:
        assume(False)
        raise


@given(layers())
def test_text_is_read_back_as_the_same_layer(spec: LayerSpec) -> None:
    assert parse_layer(spec.text) == spec


@settings(max_examples=50)
@given(layers())
def test_the_layer_has_the_shapes_and_is_read_back(spec: LayerSpec) -> None:
    layer = spec.layer()
    assert layer(cl.zeros(1, *spec.input_shape)).shape == (1, *spec.output_shape)
    assert sum(parameter.numel() for parameter in layer.parameters()) == spec.parameters
    again = LayerSpec.from_layer(layer, spec.input_shape)
    assert again == spec


@given(layers())
def test_the_line_of_torch_is_read_back_as_the_same_layer(spec: LayerSpec) -> None:
    again = parse_torch(spec.torch_line(), spec.input_shape)
    assert again.pads == spec.pads
    assert again.torch_line() == spec.torch_line()
    assert again.calls[-1].shape == spec.calls[-1].shape
    assert [call.op for call in again.calls] == [call.op for call in spec.calls]


@given(layers())
def test_tables_have_a_row_for_each_output(spec: LayerSpec) -> None:
    assert tuple(map(len, spec.tables)) == spec.output_shape[1:]
    for table, size in zip(spec.tables, spec.sizes, strict=True):
        assert table.max() < size
    if spec.kind != "conv_transpose":
        for cells, table, size in zip(spec.cells, spec.tables, spec.sizes, strict=True):
            inside = (cells >= 0) & (cells < size)
            assert np.array_equal(cells[inside], table[inside])
            assert (table[~inside] < 0).all()


@settings(max_examples=50)
@given(layers(kinds=("conv",), most_groups=1), st.integers(0, 2**31))
def test_sources_are_what_the_engine_reads(spec: LayerSpec, seed: int) -> None:
    """With weights of 1 for one tap and 0 elsewhere, an output is the value that the tap reads."""
    layer: Any = spec.layer()
    random = np.random.default_rng(seed)
    tap = tuple(int(random.integers(k)) for k in spec.kernel)
    weight = np.zeros(layer.weight.shape, np.float32)
    weight[(0, 0, *tap)] = 1
    image = random.standard_normal((1, *spec.input_shape)).astype(np.float32)
    with cl.no_grad():
        layer.weight.copy_(cl.from_numpy(weight))
        if layer.bias is not None:
            layer.bias.zero_()
        got = layer(cl.from_numpy(image)).numpy()[0, 0]
    padded = np.pad(image[0, 0], [(0, 1)] * spec.rank)
    columns = [source[:, t] for source, t in zip(spec.sources, tap, strict=True)]
    assert np.array_equal(got, padded[np.ix_(*columns)])


@pytest.mark.parametrize(
    ("text", "shape", "output"),
    [
        ("28 k5", (1, 28, 28), (1, 24, 24)),
        ("3x224x224 k7 s2 p3 out64", (3, 224, 224), (64, 112, 112)),
        ("16x100 1d k3 s2 out33", (16, 100), (33, 49)),
        ("100 1d k3", (1, 100), (1, 98)),
        ("3x16x112x112 k3x7x7 s1x2x2 p1x3x3 out45", (3, 16, 112, 112), (45, 16, 56, 56)),
        ("16x112x112 3d k3", (1, 16, 112, 112), (1, 14, 110, 110)),
        ("2x2 T k3 s2", (1, 2, 2), (1, 5, 5)),
        ("3 T k3 s2 p1 op1", (1, 3, 3), (1, 6, 6)),
        ("64x112x112 max k3 s2 p1", (64, 112, 112), (64, 56, 56)),
        ("64x112x112 max k3 s2 ceil", (64, 112, 112), (64, 56, 56)),
        ("6x28x28 avg k2", (6, 28, 28), (6, 14, 14)),
        ("32x112x112 dw k3 p1", (32, 112, 112), (32, 112, 112)),
        ("16x12x12 sep k3 psame out32", (16, 12, 12), (32, 12, 12)),
        ("8x8 k2 p0,1", (1, 8, 8), (1, 8, 8)),
        ("8x9 k3 p1x0,2", (1, 8, 9), (1, 8, 9)),
        ("3×8×8 K3 PFULL", (3, 8, 8), (1, 10, 10)),
    ],
)
def test_published_layers(text: str, shape: tuple[int, ...], output: tuple[int, ...]) -> None:
    spec = parse_layer(text)
    assert (spec.input_shape, spec.output_shape) == (shape, output)
