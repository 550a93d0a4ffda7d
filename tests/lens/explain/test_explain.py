"""An explanation says what the operators and tap tables say, and what is known from papers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.lens import LayerSpec, explain
from convolens.lens.explain.patterns import contributions, even_kernel, grids, reads_in_the_middle
from convolens.lens.explain.sections import in_language
from convolens.lens.explain.words import ENGLISH, explain_words
from convolens.lens.explain.words_zh import CHINESE
from convolens.lens.unread import formula
from convolens.ops._taps import Window, transposed

from ..approved import assert_approved
from ..layers import layers, windows

APPROVED = Path(__file__).parent / "approved"


def test_the_convolution_that_saves_nearly_everything() -> None:
    found = explain("3x300x300 k3 p1 out2")
    assert (found.weights, found.dense_weights) == (54, 48_600_000_000)
    assert "48,600,000,000" in found.text("en")
    assert "900,000,000" in found.text("en")


@given(layers())
def test_every_layer_can_be_explained_in_both_languages(spec: LayerSpec) -> None:
    found = explain(spec)
    english, chinese = found.text("en"), found.text("zh")
    assert english.startswith(spec.text)
    assert chinese.startswith(spec.text)
    assert spec.torch_line() in english
    assert json.loads(found.json()) == json.loads(json.dumps(found.values))
    assert found.svg("en").startswith("<svg")


@settings(max_examples=60)
@given(layers())
def test_numbers_are_those_of_the_engine(spec: LayerSpec) -> None:
    """Reads are counted by gradients: a one for each weight and each output counts the reads."""
    found = explain(spec)
    if spec.pools:
        return
    layer = spec.layer().double()
    for name, parameter in layer.named_parameters():
        parameter.data = cl.zeros_like(parameter) if "bias" in name else cl.ones_like(parameter)
    x = cl.ones(1, *spec.input_shape).double().requires_grad_()
    y = layer(x)
    y.sum().backward()
    assert x.grad is not None
    if spec.kind != "separable" and spec.padding_mode == "zeros":
        assert y.sum().item() == found.multiply_adds
    reads = found.axes[0].reads
    for axis in found.axes[1:]:
        reads = np.multiply.outer(reads, axis.reads)
    gradient = x.grad.numpy()[0, 0]
    weights_of_one_input = gradient.max() / max(reads.max(), 1)
    assert np.array_equal(gradient, reads * weights_of_one_input)


@given(windows())
def test_the_size_formula_comes_to_the_size(window: Window) -> None:
    text = formula(window, 40, "en")
    left = re.split(" = | is about ", text)[0]
    exact = Fraction(eval(left.replace("(", "Fraction(", 1), {"Fraction": Fraction}))
    assert window.output_size(40) == exact.numerator // exact.denominator
    assert window.output_size(40) == len(window.taps(40))


@given(windows())
def test_patterns_are_those_of_a_long_axis(window: Window) -> None:
    size = 12 * window.extent + 12 * window.stride
    bare = Window(window.kernel, window.stride, (0, 0), window.dilation)
    reads = np.bincount(bare.taps(size).ravel(), minlength=size)
    middle = reads[4 * window.extent : -4 * window.extent - window.stride]
    assert set(reads_in_the_middle(window)) == set(middle.tolist())
    table = transposed(size, window.kernel, window.stride, 0, window.dilation)
    made_of = (table >= 0).sum(axis=1)[4 * window.extent : -4 * window.extent - window.stride]
    assert set(contributions(window)) == set(made_of.tolist())
    if 0 not in contributions(window):
        better = even_kernel(window)
        assert len(set(contributions(replace(window, kernel=better)))) == 1
        assert better - window.kernel < window.stride


@pytest.mark.parametrize(
    ("window", "sets"),
    [
        (Window(3), 1),
        (Window(3, dilation=2), 2),
        (Window(3, dilation=4), 4),
        (Window(3, 2, dilation=2), 1),
        (Window(3, 2, dilation=3), 3),
        (Window(2, 2, dilation=3), 0),
        (Window(2, 5), 0),
        (Window(1, dilation=3), 0),
    ],
)
def test_grids(window: Window, sets: int) -> None:
    assert grids(window) == sets


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "2 T k3 s2",
            "checkerboard: along the height and width neighbouring outputs are sums over",
        ),
        ("4 T k3 s2 d2", "made of 3, 0 inputs in turns; where that is 0, there is only the bias"),
        ("4 T k4 s2 p1", "no checkerboard along the height and width: each output is a sum over 2"),
        ("12 k3 d2", "the outputs fall into 2 interleaved sets"),
        ("7 k1 s2", "the stride of 2 skips 3 rows and 3 columns, which no window reads"),
        ("8x8 k2 s3", "never read along the height and width: 2, 5"),
        ("3x224x224 k11 s4", "the floor drops 1 row and 1 column: (224 - 11) / 4 + 1 = 54.25"),
        ("8 k2 psame", "shifted by half a cell"),
        ("9 k3", "Every input is read"),
        ("5 k3 s2 p1", "so gradients have a checkerboard"),
        ("5 max k2 s2 ceil", "(5 - 2) / 2 + 1 = 2.5, rounded up: 3"),
        ("4 max k2 s3 ceil p1", "the last window would begin in the padding, so it is left out: 2"),
        ("12 k3 d2 reflect p2", "padding is read at the cells that stand in for it (reflect)"),
        ("2x3 k1 psame_tf s2", "padding 'same_tf': 0 before and after"),
        ("16x8x8 sep k3 out32", "A plain convolution between the same channels has 4,608 weights"),
        ("3x9x9x9 k3", "kernels are for windows along 1 axis or 2 neighbouring ones"),
        ("16x100 1d k3", "convolution: 16 channels of 100 become 1 channel of 98"),
        ("32x8x8 dw k3", "depthwise convolution: 32 channels"),
    ],
)
def test_what_is_worth_knowing_is_said(text: str, words: str) -> None:
    assert words in " ".join(explain(text).text("en").split())


@pytest.mark.parametrize(
    "text",
    ["99999 1d k150 d660", "99999 1d k16 p8 reflect", "2 T k3 s2000", "3000x3000 k11 s3 p5"],
)
def test_large_layers_take_no_long_time(text: str) -> None:
    found = explain(text)
    assert all(
        max(map(len, shown.splitlines())) < 200 for shown in (found.text("en"), found.text("zh"))
    )
    assert len(found.svg("en")) < 100_000


def test_the_picture_of_the_taps_in_characters() -> None:
    assert """\
               0 1 2 3 4
    output 0 ○ ● ● · · · ·
    output 1 · · ● ● ● · ·
    output 2 · · · · ● ● ○
    read       1 2 1 2 1""" in explain("5x5 k3 s2 p1").text("en")


def test_candidates_are_those_of_the_engine() -> None:
    ((call, verdicts),) = explain("3x32x32 k3 out8").candidates
    assert call == "conv"
    assert verdicts[0].nanoseconds == min(verdict.nanoseconds for verdict in verdicts)
    assert any(verdict.reason for verdict in verdicts)
    assert len(explain("4x9x9 sep k3").candidates) == 2


def test_every_reason_for_a_refusal_is_in_both_languages() -> None:
    """Whatever a candidate says of a sample of an operator that a layer can be."""
    from convolens import ops
    from convolens.backends.choose import candidates
    from convolens.spec import TensorSpec, float64

    say = explain_words("zh")
    for op in (ops.Conv, ops.ConvTranspose, ops.MaxPool, ops.AvgPool):
        for sample in op.samples():
            wide = tuple(TensorSpec(spec.shape, float64) for spec in sample.specs)
            for specs in (sample.specs, wide):
                for verdict in candidates(sample.op, specs):
                    if verdict.reason:
                        assert in_language(verdict.reason, say) != verdict.reason


def test_a_layer_and_its_image() -> None:
    layer = nn.Conv2d(3, 8, 3, padding=1)
    assert explain(layer, (3, 8, 8)).spec.text == "3x8x8 k3 p1 out8"
    assert explain(layer, cl.zeros(2, 3, 8, 8)).spec.text == "3x8x8 k3 p1 out8"
    assert explain(layer, np.zeros((3, 8, 8), np.float32)).spec.text == "3x8x8 k3 p1 out8"
    assert explain(nn.MaxPool2d(2), cl.zeros(1, 4, 8, 8)).spec.text == "4x8x8 max k2"
    assert explain(nn.SeparableConv2d(4, 6, 3), (4, 8, 8)).spec.text == "4x8x8 sep k3 out6"
    assert explain(nn.AvgPool1d(2), (4, 8)).spec.text == "4x8 1d avg k2"
    assert explain("nn.Conv2d(3, 8, 3)", (3, 8, 8)).spec.text == "3x8x8 k3 out8"
    line = explain("nn.Conv2d(3, 8, 3)", cl.randn(2, 3, 8, 8), (1, 7, 0, 0))
    assert line.number is not None
    assert line.number.agrees


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((nn.Conv2d(3, 8, 3),), "the shape of the image is missing"),
        (("nn.Conv2d(3, 8, 3)",), "the shape of the image is missing"),
        (("nn.Linear(3, 8)", (3, 8)), "is no convolution and no pooling"),
        ((nn.Linear(3, 8), (3, 8, 8)), "has no window"),
        ((nn.Conv2d(3, 8, 3), (4, 8, 8)), "takes 3 channels"),
        (("5x5 k3", (1, 6, 6)), "the layer '5x5 k3' is on images of shape"),
        (("5x5 k3", None, (0, 0, 1, 1)), "x must have numbers"),
        (("5x5 k3", (1, 5, 5), (0, 0, 1, 1)), "x must have numbers"),
    ],
)
def test_what_cannot_be_explained(arguments: tuple, words: str) -> None:
    with pytest.raises((ArgumentError, ShapeError), match=re.escape(words)):
        explain(*arguments)


def test_words_are_complete_in_both_languages() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)", text))

    assert set(CHINESE) == {key for key in ENGLISH if not key.endswith(".one")}
    for key, text in CHINESE.items():
        assert places(text) <= places(ENGLISH[key]), key


@pytest.mark.parametrize("suffix", [".txt", ".html", ".json", ".svg"])
def test_saving(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"layer{suffix}"
    explain("5x5 k3 s2 p1").save(file)
    assert "5x5 k3 s2 p1" in file.read_text("utf-8")
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(ArgumentError, match=r"suffix '\.gif'"):
        explain("5x5 k3").save(tmp_path / "layer.gif")


@pytest.mark.parametrize("form", ["page", "notebook"])
def test_pages_need_nothing_else(form: str) -> None:
    found = explain("2x5x5 k3 p1 out2", cl.randn(1, 2, 5, 5), at=(0, 1, 0, 0))
    text = found.html("zh") if form == "page" else found._repr_html_()
    assert "5x5 k3 p1" in text
    assert not re.search(r"(src|href)=|url\((?!data:)|@import", text)
    assert ("@font-face" in text) == (form == "page")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("strided", "5x5 k3 s2 p1"),
        ("dilated_per_axis", "10x11 k3x4 p1 d2x1"),
        ("stem", "3x224x224 k7 s2 p3 out64"),
        ("transposed", "3 T k3 s2 p1 op1"),
        ("never_read", "8x8 k2 s3"),
    ],
)
def test_pictures_are_the_approved_ones(name: str, text: str) -> None:
    assert_approved(explain(text).svg("en"), APPROVED / f"{name}.svg")
