"""The way back finds every layer of its family that gives the size, and none that does not."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from convolens.errors import ArgumentError, ConvolensError
from convolens.lens import NotationError, find_layers, parse_layer
from convolens.lens.explain.backwards import MOST_KERNEL, MOST_STRIDE


@pytest.mark.parametrize(("size", "want"), [(28, 14), (28, 28), (7, 3), (16, 4)])
def test_all_ways_and_only_ways(size: int, want: int) -> None:
    ways = find_layers(str(size), want)
    found = {spec.text for spec in ways.layers}
    assert len(found) == len(ways.layers)
    expected = set()
    kernels, strides = range(1, MOST_KERNEL + 1), range(1, MOST_STRIDE + 1)
    for kernel, stride in itertools.product(kernels, strides):
        for cells, more in itertools.product(range(kernel // 2 + 1), (0, 1)):
            text = f"{size} k{kernel} s{stride} p{cells},{cells + more}"
            try:
                spec = parse_layer(text)
            except ConvolensError:
                continue
            if spec.output_shape[1] == want:
                expected.add(spec.text)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "want", "first"),
    [
        ("224", 112, "224x224 k3 s2 p1"),
        ("3x224x224 k7 out64", 112, "3x224x224 k7 s2 p3 out64"),
        ("28", 28, "28x28 k3 p1"),
        ("28 max", 14, "28x28 max k2"),
        ("14 T", 28, "14x14 T k2 s2"),
        ("14 T k3", 28, "14x14 T k3 s2 p1 op1"),
        ("16x100 1d k5", 50, "16x100 1d k5 s2 p2"),
        ("30x20 s2", (15, 10), "30x20 k3 s2 p1"),
        ("1x8x8x8", 8, "1x8x8x8 k3 p1"),
        ("28 k3 d2", 28, "28x28 k3 p2 d2"),
    ],
)
def test_the_usual_layer_comes_first(text: str, want: int | tuple[int, ...], first: str) -> None:
    assert find_layers(text, want).layers[0].text == first


@pytest.mark.parametrize(
    ("text", "want", "first"),
    [
        ("28", (14, 13), "28x28 k3 s2 p1x0"),
        ("224", (112, 111), "224x224 k3 s2 p1x0"),
        ("28 max", (14, 13), "28x28 max k4 s2 p1x0"),
        ("6x28x28 sep m2 out8", (14, 13), "6x28x28 sep k4 s2 p1x0 out8 m2"),
        ("14 T", (28, 27), "14x14 T k2 s2 p0x1 op0x1"),
        ("28 k3 psame_tf", (28, 14), "28x28 k3 s1x2 psame_tf"),
        ("28x28x28 3d k3", (14, 13, 28), "1x28x28x28 k3 s2x2x1 p1x0x1"),
        ("28 s1", (28, 26), "28x28 k3 p1x0"),
    ],
)
def test_one_number_an_axis_where_none_fits_all(
    text: str, want: tuple[int, ...], first: str
) -> None:
    ways = find_layers(text, want)
    assert ways.apart
    assert ways.layers[0].text == first
    for spec in ways.layers:
        assert spec.output_shape[1:] == want
        assert parse_layer(spec.text) == spec
    assert "differ between the axes" in ways.text("en")
    assert "各轴的数不同" in ways.text("zh")


def test_what_is_fixed_stays_fixed_along_each_axis() -> None:
    ways = find_layers("6x28x28 k5x3 g2 out4 s2", (14, 13))
    assert ways.apart
    for spec in ways.layers:
        assert (spec.kernel, spec.stride, spec.groups, spec.out_channels) == ((5, 3), (2, 2), 2, 4)


def test_what_fits_all_axes_comes_alone() -> None:
    ways = find_layers("28", 14)
    assert not ways.apart
    assert all(len(set(spec.kernel)) == len(set(spec.pads)) == 1 for spec in ways.layers)


def test_what_is_fixed_stays_fixed() -> None:
    for spec in find_layers("6x28x28 k5 g2 out4 s2", 14).layers:
        assert (spec.kernel, spec.stride, spec.groups, spec.out_channels) == ((5, 5), (2, 2), 2, 4)
        assert spec.output_shape == (4, 14, 14)


def test_no_way() -> None:
    ways = find_layers("28 max k2 s3", 15)
    assert not ways.layers
    assert ways.near == (9, 10)
    assert "no way" in ways.text("en")
    assert "The nearest sizes are 9, 10." in ways.text("en")
    assert "最接近的尺寸" in ways.text("zh")


@pytest.mark.parametrize("want", [0, -3, (3, 3, 3), (3, 0), True, ()])
def test_what_is_no_size(want: object) -> None:
    with pytest.raises(ArgumentError, match="the wanted size"):
        find_layers("28", want)  # type: ignore[arg-type]


def test_a_size_along_one_axis() -> None:
    with pytest.raises(ArgumentError, match=r"\(50, 50\), but an image along one axis") as caught:
        find_layers("100 1d", (50, 50))
    assert "112x112" not in str(caught.value)


def test_a_text_that_cannot_be_read() -> None:
    with pytest.raises(NotationError, match="is no part of a layer"):
        find_layers("28 wide", 14)


@pytest.mark.parametrize("suffix", [".txt", ".html", ".json"])
def test_saving(suffix: str, tmp_path: Path) -> None:
    ways = find_layers("224", 112)
    file = tmp_path / f"ways{suffix}"
    ways.save(file)
    text = file.read_text("utf-8")
    assert "224x224 k3 s2 p1" in text
    if suffix == ".json":
        assert json.loads(text) == ways.values
    assert not re.search(r"(src|href)=", text)


def test_a_long_list_is_cut_short() -> None:
    ways = find_layers("56", 28)
    assert "224x224" not in str(ways)
    assert f"{len(ways.layers)} ways" in ways.text("en")
    every = find_layers("7", 1)
    assert f"{len(every.layers) - 24} more are left out" in every.text("en")
    assert "<table" in every._repr_html_()
