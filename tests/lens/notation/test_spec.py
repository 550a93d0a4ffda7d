"""A LayerSpec says what its layer does: shapes, tables and round trips."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError
from convolens.lens.language import speaking
from convolens.lens.notation import LayerSpec, parse_layer, parse_torch

from ..layers import layers


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


@pytest.mark.parametrize(
    "layer",
    [nn.MaxPool2d(2, return_indices=True), nn.AvgPool2d(2, divisor_override=3)],
    ids=["return_indices", "divisor_override"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_no_text_says_of_a_pooling_is_refused(layer: nn.Module, lang: str) -> None:
    said = "return_indices=True" if isinstance(layer, nn.MaxPool2d) else "divisor_override=3"
    line = f"nn.{type(layer).__name__}(2, {said})"
    for read in (
        lambda: LayerSpec.from_layer(layer, (1, 8, 8)),
        lambda: parse_torch(line, (1, 8, 8)),
    ):
        with speaking(lang), pytest.raises(ArgumentError, match=said.split("=")[0]) as refused:
            read()
        assert refused.value.lang == lang
