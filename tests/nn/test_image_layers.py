"""Layers that pad, resample, unfold and shuffle are their functions, and say what they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.nn import functional as F

X = cl.tensor(np.random.default_rng(0).standard_normal((2, 4, 6, 8)))
LINE, BLOCK = X[:, :, 0], X.unflatten(3, (2, 4))
Function = Callable[[cl.Tensor], cl.Tensor]

PAIRS: dict[str, tuple[nn.Module, Function, cl.Tensor]] = {
    "ConstantPad1d((1, 2), value=3.5)": (
        nn.ConstantPad1d((1, 2), 3.5),
        lambda x: F.pad(x, (1, 2), value=3.5),
        LINE,
    ),
    "ConstantPad2d(1, -1.0)": (
        nn.ConstantPad2d(1, -1.0),
        lambda x: F.pad(x, (1,) * 4, "constant", -1.0),
        X,
    ),
    "ConstantPad3d": (nn.ConstantPad3d(1, 2.0), lambda x: F.pad(x, (1,) * 6, value=2.0), BLOCK),
    "ZeroPad1d": (nn.ZeroPad1d(2), lambda x: F.pad(x, (2, 2)), LINE),
    "ZeroPad2d": (nn.ZeroPad2d((1, 0, -1, 2)), lambda x: F.pad(x, (1, 0, -1, 2)), X),
    "ZeroPad3d": (nn.ZeroPad3d(1), lambda x: F.pad(x, (1,) * 6), BLOCK),
    "ReflectionPad1d": (nn.ReflectionPad1d(2), lambda x: F.pad(x, (2, 2), "reflect"), LINE),
    "ReflectionPad2d": (
        nn.ReflectionPad2d((1, 2, 3, 4)),
        lambda x: F.pad(x, (1, 2, 3, 4), "reflect"),
        X,
    ),
    "ReflectionPad3d": (nn.ReflectionPad3d(1), lambda x: F.pad(x, (1,) * 6, "reflect"), BLOCK),
    "ReplicationPad1d": (nn.ReplicationPad1d(9), lambda x: F.pad(x, (9, 9), "replicate"), LINE),
    "ReplicationPad2d": (nn.ReplicationPad2d(1), lambda x: F.pad(x, (1,) * 4, "replicate"), X),
    "ReplicationPad3d": (nn.ReplicationPad3d(1), lambda x: F.pad(x, (1,) * 6, "replicate"), BLOCK),
    "CircularPad1d": (nn.CircularPad1d(8), lambda x: F.pad(x, (8, 8), "circular"), LINE),
    "CircularPad2d": (nn.CircularPad2d(1), lambda x: F.pad(x, (1,) * 4, "circular"), X),
    "CircularPad3d": (nn.CircularPad3d(1), lambda x: F.pad(x, (1,) * 6, "circular"), BLOCK),
    "Upsample": (nn.Upsample(scale_factor=2), lambda x: F.interpolate(x, scale_factor=2.0), X),
    "Upsample of a line": (
        nn.Upsample(11, mode="linear", align_corners=True),
        lambda x: F.upsample(x, 11, mode="linear", align_corners=True),
        LINE,
    ),
    "Upsample recomputed": (
        nn.Upsample(scale_factor=(1.3, 1.7), mode="bilinear", recompute_scale_factor=True),
        lambda x: F.interpolate(x, (7, 13), mode="bilinear"),
        X,
    ),
    "UpsamplingNearest2d": (
        nn.UpsamplingNearest2d(size=9),
        lambda x: F.interpolate(x, (9, 9)),
        X,
    ),
    "UpsamplingBilinear2d": (
        nn.UpsamplingBilinear2d(scale_factor=2),
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
        X,
    ),
    "Unfold": (
        nn.Unfold((2, 3), 2, 1, (1, 2)),
        lambda x: F.unfold(x, (2, 3), dilation=2, padding=1, stride=(1, 2)),
        X,
    ),
    "Fold": (
        nn.Fold((6, 8), 2, stride=2),
        lambda x: F.fold(x, (6, 8), 2, stride=2),
        F.unfold(X, 2, stride=2),
    ),
    "PixelShuffle": (nn.PixelShuffle(2), lambda x: F.pixel_shuffle(x, 2), X),
    "PixelUnshuffle": (nn.PixelUnshuffle(2), lambda x: F.pixel_unshuffle(x, 2), X),
    "ChannelShuffle": (nn.ChannelShuffle(2), lambda x: F.channel_shuffle(x, 2), X),
    "Unflatten": (nn.Unflatten(1, (2, -1)), lambda x: x.unflatten(1, (2, 2)), X),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_layer_is_its_function(name: str) -> None:
    layer, function, x = PAIRS[name]
    np.testing.assert_array_equal(layer(x).numpy(), function(x).numpy())
    assert not list(layer.parameters())
    assert repr(layer).startswith(name.split("(")[0].split(" ")[0] + "(")


def test_how_layers_are_written() -> None:
    assert repr(nn.ReflectionPad2d(1)) == "ReflectionPad2d((1, 1, 1, 1))"
    assert repr(nn.ConstantPad1d((1, 2), 0.5)) == "ConstantPad1d(padding=(1, 2), value=0.5)"
    assert repr(nn.Upsample(scale_factor=2)) == "Upsample(scale_factor=2.0, mode='nearest')"
    assert repr(nn.UpsamplingBilinear2d(3)) == "UpsamplingBilinear2d(size=3, mode='bilinear')"
    assert repr(nn.PixelShuffle(2)) == "PixelShuffle(upscale_factor=2)"
    assert repr(nn.Unflatten(1, [2, 3])) == "Unflatten(dim=1, unflattened_size=(2, 3))"


def test_a_padded_convolution_by_layers() -> None:
    """Zeros around the image are the convolution's own padding."""
    conv, padded = nn.Conv2d(4, 3, 3), nn.Conv2d(4, 3, 3, padding=1)
    padded.load_state_dict(conv.state_dict())
    x = X.float()
    np.testing.assert_array_equal(
        nn.Sequential(nn.ZeroPad2d(1), conv)(x).detach().numpy(), padded(x).detach().numpy()
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.ReflectionPad2d((1, 2)), "must be one whole number, or 4 of them"),
        (lambda: F.pad(X, (1, 1, 1)), "has 3 numbers, but must have two for each axis"),
        (lambda: F.pad(X, (1, 1), "reflect"), "x must have 2 or 3, but it has 4"),
        (lambda: F.pad(X, (1, 1), "reflect", 1.0), "takes no value"),
        (lambda: F.interpolate(X), "either size or scale_factor should be defined"),
        (lambda: F.interpolate(X, 3, 2.0), "but not both"),
        (lambda: F.interpolate(X, mode="cubic", size=3), "mode is 'cubic'"),
        (lambda: F.interpolate(X, (3, 3), mode="linear"), "needs an input of 3 dimensions"),
        (lambda: F.interpolate(X, (3, 3, 3)), "size has 3 numbers, but the input has 2"),
        (lambda: F.interpolate(X, 3, align_corners=True), "no corners to align"),
        (lambda: F.interpolate(X, 3, mode="bilinear", antialias=True), "mode='area'"),
        (lambda: F.interpolate(X, scale_factor=0.01), "sizes are .0, 0., but must be at least 1"),
        (lambda: F.interpolate(X, scale_factor=float("nan")), "makes no size"),
        (lambda: F.fold(X, (6, 8), 2), "the input has 4 dimensions"),
    ],
)
def test_refusals(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
