from __future__ import annotations

import numpy as np
import pytest

from convolens.lens import parse_layer
from convolens.lens.animate.axis import axes_of
from convolens.lens.animate.geometry import Geometry, steps

from .makers import LAYERS


@pytest.mark.parametrize("text", LAYERS)
def test_drawn_cells_are_the_tap_table(text: str) -> None:
    for spec in steps(parse_layer(text)):
        axes = axes_of(spec)[-spec.rank :]
        for axis, table in zip(axes, spec.sources, strict=True):
            sources = np.array(axis.sources)[axis.reads]
            ordered = np.maximum(table[:, list(axis.taps)], -1)
            np.testing.assert_array_equal(sources, ordered)


def test_a_transposed_layer_is_stretched_as_in_the_guide() -> None:
    # Dumoulin and Visin, figure 4.7: 3x3, kernel 3, stride 2, padding 1, one more row and column.
    height, width = axes_of(parse_layer("3x3 T k3 s2 p1 op1"))
    assert height.kinds == width.kinds
    assert height.kinds == ("pad", "input", "zero", "input", "zero", "input", "pad", "strip")


def test_more_padding_than_the_kernel_reaches() -> None:
    height, _ = axes_of(parse_layer("5x5 T k1 p1"))
    assert height.kinds == ("input",) * 5
    assert height.reads.ravel().tolist() == [1, 2, 3]


def test_the_padding_of_each_mode() -> None:
    shown = {
        mode: Geometry(parse_layer(f"3 1d k3 p2 {mode}")).sources
        for mode in ("zeros", "reflect", "replicate", "circular")
    }
    assert shown == {
        "zeros": (-1, -1, 0, 1, 2, -1, -1),
        "reflect": (2, 1, 0, 1, 2, 1, 0),
        "replicate": (0, 0, 0, 1, 2, 2, 2),
        "circular": (1, 2, 0, 1, 2, 0, 1),
    }


def test_a_window_beyond_the_padding() -> None:
    height, _ = axes_of(parse_layer("6x6 max k3 s2 ceil"))
    assert height.kinds == ("input",) * 6 + ("outside",)


def test_corners_count_as_padding() -> None:
    geometry = Geometry(parse_layer("2x2 T k2 s2 op1"))
    kinds = np.array(geometry.kinds).reshape(geometry.rows, geometry.columns)
    assert kinds[0, 0] == "pad"
    assert kinds[2, 2] == "zero"
    assert kinds[-1, -1] == kinds[0, -1] == "strip"
