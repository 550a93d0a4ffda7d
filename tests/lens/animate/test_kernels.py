from __future__ import annotations

import numpy as np
import pytest

from convolens.errors import ArgumentError, ShapeError
from convolens.lens import animate, parse_layer
from convolens.lens.animate.kernels import weight_of
from convolens.lens.filters import BANK, as_kernel
from convolens.lens.language import speaking


@pytest.mark.parametrize("name", BANK)
def test_every_name_fits_a_layer_of_its_size(name: str) -> None:
    kernel = as_kernel(name)
    size = "x".join(map(str, kernel.size))
    for kind in ("", "T"):
        spec = parse_layer(f"3x13x13 {kind} k{size} out2 nobias")
        weight = weight_of(name, spec)
        values = animate(spec, numbers=True, weight=weight).values
        for k, grids in enumerate(kernel.directions):
            shown = values["weights"][0][:, k] if kind else values["weights"][0][k]
            for channel in shown:
                np.testing.assert_array_equal(channel, grids[0].astype(np.float32))


@pytest.mark.parametrize(
    ("layer", "kernel", "kind", "words"),
    [
        ("5x5 k3", "sobel", ArgumentError, "2 output channels in 1 group"),
        ("5x5 k3 out3", "prewitt", ArgumentError, "has 3 in 1"),
        ("5x5 k3", "gaussian", ShapeError, "name the kernel gaussian:size=3"),
        ("5x5 k1", "edge", ShapeError, "write k5x5 into the layer, or give a kernel of 1x1"),
        ("9 1d k3", "sobel_x", ShapeError, "has 2 axes, 3x3"),
        ("5x5 k3", "1 | 2", ArgumentError, "the kernel has 2 grids"),
    ],
)
def test_refusals(layer: str, kernel: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        weight_of(kernel, parse_layer(layer))
    with speaking("zh"), pytest.raises(kind, match="卷积核"):
        weight_of(kernel, parse_layer(layer))
