from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ConvolensError, DTypeError, IndexRangeError, ShapeError
from convolens.lens import animate, parse_layer
from convolens.lens.animate.limits import FRAMES, frame_count
from convolens.tensor.observe import observe

from .makers import LAYERS


@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize("numbers", [False, True])
def test_every_kind_of_layer_is_what_the_engine_computes(text: str, numbers: bool) -> None:
    spec = parse_layer(text)
    views = ["window"]
    views += ["scatter"] if spec.kind == "conv_transpose" else []
    views += ["im2col"] if spec.kind == "conv" and spec.groups == 1 else []
    for view in views:
        animation = animate(spec, numbers=numbers, view=view)
        assert animation.check() >= np.prod(spec.output_shape)
        assert len(animation) == frame_count(spec, view, range(spec.out_channels))


@settings(max_examples=25)
@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.integers(1, 3),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    st.integers(1, 2),
    st.sampled_from(["conv", "T", "max", "avg"]),
    st.integers(0, 2),
)
def test_any_layer(size, kernel, stride, padding, dilation, kind, more) -> None:
    text = f"{size[0]}x{size[1]} k{kernel[0]}x{kernel[1]} s{stride} {kind}"
    if kind == "conv":
        text += f" d{dilation} p{padding[0]},{padding[1]} out{more + 1}"
    if kind == "T":
        text += f" d{dilation} p{min(padding)} op{min(more, max(stride, dilation) - 1)}"
    try:
        spec = parse_layer(text)
    except ConvolensError:
        return
    assert animate(spec).check()
    assert animate(spec, numbers=True, seed=more).check()
    if kind == "T":
        assert animate(spec, numbers=True, view="scatter").check()


def test_the_engines_numbers_are_shown() -> None:
    cl.manual_seed(0)
    layer, x = nn.Conv2d(3, 4, 3, padding=1, groups=1), cl.randn(3, 5, 6)
    animation = animate(layer, x)
    assert animation.check() == 4 * 5 * 6
    np.testing.assert_array_equal(animation.values["output"], layer(x).detach().numpy())
    np.testing.assert_array_equal(animation.values["input"], x.numpy())
    np.testing.assert_array_equal(animation.values["bias"], layer.bias.detach().numpy())


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv1d(2, 3, 3), (2, 8)),
        (nn.ConvTranspose2d(1, 2, 3, stride=2), (1, 3, 3)),
        (nn.ConvTranspose1d(1, 1, 3, stride=2), (1, 4)),
        (nn.MaxPool2d(2), (3, 4, 4)),
        (nn.AvgPool1d(2), (1, 6)),
        (nn.SeparableConv2d(2, 3, 3), (2, 5, 5)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_layers_of_nn(layer: nn.Module, shape: tuple[int, ...]) -> None:
    x = cl.randn(*shape)
    before = {name: tensor.numpy().copy() for name, tensor in layer.state_dict().items()}
    animation = animate(layer, x)
    assert animation.check()
    assert animate(layer, input_shape=shape).check()
    assert animate(layer, numbers=True, input_shape=shape).check()
    np.testing.assert_array_equal(animation.values["output"], layer(x).detach().numpy())
    for name, tensor in layer.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), before[name])


def test_inputs_of_any_form() -> None:
    grid = np.arange(9).reshape(3, 3)
    for x in (
        grid,
        grid[None],
        grid[None, None],
        cl.tensor(grid.astype(np.float32)),
        grid.tolist(),
    ):
        assert animate("3x3 k2", x, weight=[[1, 0], [0, 1]]).values["output"].tolist() == [
            [[4, 6], [10, 12]]
        ]


def test_weights_and_bias() -> None:
    animation = animate("2x3x3 k3 out2", np.ones((2, 3, 3)), weight=np.ones((3, 3)), bias=[1, 2])
    assert animation.values["output"].reshape(-1).tolist() == [19, 20]
    assert animation.scene.stages[0].frames[0].caption == (
        "y[0, 0, 0] = 9 + 9 + bias 1 = 19, from 2 channels"
    )


def test_captions_of_long_sums_name_the_bias_too() -> None:
    caption = animate("9x9 k7", numbers=True).scene.stages[0].frames[0].caption
    assert caption.startswith("y[0, 0] = the sum of 49 products + bias ")
    caption = animate("30x1x1 k1", numbers=True).scene.stages[0].frames[0].caption
    assert caption.startswith("y[0, 0, 0] = 30 sums + bias ")


@pytest.mark.parametrize("scale", [1e-30, 1e-9, 1e3, 1e30])
def test_numbers_of_any_size(scale: float) -> None:
    x = np.random.default_rng(0).normal(size=(4, 4)) * scale
    animation = animate("4x4 k2", x)
    assert animation.check() == 9
    assert animation.size[0] < 2000


def test_one_channel_alone() -> None:
    animation = animate("2x5x5 k3 out3", numbers=True, channel=2)
    assert len(animation) == 9
    assert animation.check() == 9
    assert [plane.name for plane in animation.scene.stages[0].planes][-1] == "y2"


def test_the_same_seed_draws_the_same_numbers() -> None:
    first, second, other = (animate("5x5 k3", numbers=True, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.values["input"], second.values["input"])
    np.testing.assert_array_equal(first.values["output"], second.values["output"])
    assert (first.values["input"] != other.values["input"]).any()


def test_drawing_numbers_leaves_the_random_numbers_where_they_were() -> None:
    cl.manual_seed(3)
    expected = cl.randn(4).tolist()
    cl.manual_seed(3)
    assert animate("2x5x5 k3 sep", numbers=True).check()
    assert cl.randn(4).tolist() == expected


def test_numbers_that_are_not_finite() -> None:
    x = np.array([[np.nan, 1, 2], [np.inf, 4, 5], [6, 7, 8]])
    for text in ("3x3 k2 nobias", "3x3 max k2 s1", "3x3 avg k2 s1"):
        animation = animate(text, x)
        assert animation.check()
        assert animation.gif()


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: animate("5x5x5 k3 3d"), ArgumentError, "one axis or two"),
        (lambda: animate("5x5 k3", view="cube"), ArgumentError, "'window', 'scatter', 'im2col'"),
        (lambda: animate("5x5 k3", view="scatter"), ArgumentError, "transposed"),
        (lambda: animate("5x5 max k3", view="im2col"), ArgumentError, "of one group"),
        (lambda: animate("2x5x5 k3 dw", view="im2col"), ArgumentError, "of one group"),
        (lambda: animate("5x5 k3", channel=1), IndexRangeError, "the channels are 0 to 0"),
        (lambda: animate("5x5 k3", channel=-1), IndexRangeError, "no output channel -1"),
        (lambda: animate("5x5 k6"), ShapeError, "covers 6 inputs, but"),
        (lambda: animate("5x5 k3", np.ones((4, 4))), ShapeError, "[4, 4]"),
        (lambda: animate("5x5 k3", [["a"] * 5] * 5), DTypeError, "must hold numbers"),
        (lambda: animate("5x5 k3", weight=np.ones((3, 3))), ArgumentError, "no input"),
        (lambda: animate("5x5 k3", np.ones((5, 5)), weight=[1, 2]), ShapeError, "[1, 1, 3, 3]"),
        (lambda: animate("5x5 max k3", np.ones((5, 5)), weight=[[1]]), ArgumentError, "MaxPool2d"),
        (lambda: animate(nn.Conv2d(1, 1, 3)), ArgumentError, "size of the input"),
        (lambda: animate(nn.ReLU(), input_shape=(1, 4, 4)), ArgumentError, "no window"),
        (
            lambda: animate(nn.Conv2d(1, 1, 3), np.ones((1, 5, 5)), weight=np.ones((3, 3))),
            ArgumentError,
            "has its own weights",
        ),
        (lambda: animate("5x5 k3", theme="pink"), ArgumentError, "'light' or 'dark'"),
        (lambda: animate("5x5 k3", seconds=0), ArgumentError, "0.02 to 60 seconds"),
        (lambda: animate("5x5 k3", seconds=float("nan")), ArgumentError, "0.02 to 60 seconds"),
        (lambda: animate("5x5 k3", lang="de"), ArgumentError, "'en', 'zh'"),
    ],
)
def test_refusals(call, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as found:
        call()
    assert words in str(found.value)


def test_too_many_frames_say_how_many_and_what_to_change() -> None:
    with pytest.raises(ArgumentError) as found:
        animate("3x224x224 k7 s2 p3 out64", numbers=True)
    assert "802,816 frames, but at most 3,000" in str(found.value)
    with pytest.raises(ArgumentError) as found:
        animate("28x28 k5 out64")
    assert "36,864 frames" in str(found.value)
    assert "takes 576 frames (channel=0" in str(found.value)
    assert len(animate("28x28 k5 out64", channel=0)) == 576
    with pytest.raises(ArgumentError) as found:
        animate("100x100 k3")
    assert "54x54 positions can be shown" in str(found.value)
    assert len(animate("56x56 k3")) <= FRAMES


def test_too_many_cells() -> None:
    with pytest.raises(ArgumentError, match="80,001 cells, but at most 40,000"):
        animate("1x200x200 k200")
    with pytest.raises(ArgumentError, match="pixels, but at most 3,000 x 2,400"):
        animate("99x99 k95", numbers=True).gif()


def test_refusals_in_chinese() -> None:
    with pytest.raises(ArgumentError) as found:
        animate("5x5 k3", view="scatter", lang="zh")
    assert str(found.value).startswith("按输入查看只适用于转置卷积")
    assert "提示：" in str(found.value)


def test_a_layer_for_which_winograd_would_be_taken() -> None:
    """The sums that are shown are those of the products, and the engine's are compared."""
    layer, x, modes = nn.Conv2d(64, 64, 3, padding=1), cl.randn(64, 16, 16), []
    with observe(lambda *call: modes.append(cl.is_exact())):
        animation = animate(layer, x, channel=0)
    assert modes
    assert all(modes)
    assert not cl.is_exact()
    assert animation.check() >= 16 * 16
