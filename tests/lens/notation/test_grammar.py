"""Texts that are no layers are refused, and the error points at the character."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.errors import ConvolensError
from convolens.lens.language import speaking
from convolens.lens.notation import LayerSpec, NotationError, parse_layer, parse_torch
from convolens.lens.notation.words import ENGLISH
from convolens.lens.notation.words_zh import CHINESE


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "the text is empty"),
        ("   ", 0, "the text is empty"),
        ("5x5", 3, "the kernel is missing"),
        ("k3 5x5", 0, "whole numbers joined by x, but here is 'k'"),
        ("5x k3", 2, "here is nothing"),
        ("5x-5 k3", 2, "here is '-'"),
        ("5x0 k3", 2, "must be at least 1"),
        ("5x5 k", 5, "here is nothing"),
        ("5x5 k3.5", 6, "here is '.'"),
        ("5x5 k3 s2p1", 9, "here is 'p'"),
        ("5x5 k3 s0", 8, "s is 0"),
        ("5x5 k3 k4", 7, "the kernel is said twice"),
        ("5x5 k3 p1 psame", 10, "the padding is said twice"),
        ("5x5 k3 p1,x2", 10, "here is nothing"),
        ("5x5 k3 psamme", 8, "'psamme' is no padding"),
        ("5x5 k3 same", 7, "write psame"),
        ("5x5 k3 wide", 7, "'wide' is no part of a layer"),
        ("5x5 k3x3x3", 4, "the kernel has 3 numbers, but the image 2 axes"),
        ("1x2x3x4x5 k3", 0, "at most 4 numbers"),
        ("3x8x8 1d k3", 0, "no image of 1 axes"),
        ("5x5 k1234567", 5, "too large"),
        ("5x5 k3 g1x2", 8, "g is one number"),
        ("4x5x5 dw k3 g2", 12, "dw says the groups already"),
        ("4x5x5 k3 g3", 9, "in_channels 4 cannot be divided into 3 groups"),
        ("4x5x5 k3 g2 out3", 12, "out_channels 3 cannot be divided into 2 groups"),
        ("5x5 T k3 s2 op2", 12, "output_padding is 2"),
        ("5x5 k3 psame s2", 7, "not supported for strided"),
        ("5x5 k3 p7 reflect", 10, "cannot add 7 cells to an axis of 5"),
    ],
)
def test_the_error_points_at_the_character(text: str, position: int, words: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_layer(text)
    assert words in caught.value.headline
    assert caught.value.position == position
    assert str(caught.value).splitlines()[2] == f"  {' ' * position}^"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5x5 k9", "the window covers 9 inputs, but the padded input has only 5"),
        ("5x5 max k2 p2", "half of kernel size"),
        ("2x2 T k1 p4", "outputs"),
        ("5x5 max k2 psame", "a padding by name"),
        ("5x5 max k2 p0,1", "differs before and after"),
        ("5x5 T k2 reflect p1", "a padding mode"),
        ("5x5 k3 op1", "an output_padding"),
        ("5x5 k3 ceil", "ceil_mode"),
        ("5x5 k3 uncounted", "count_include_pad"),
        ("5x5 max k2 g1 out3", "out_channels"),
        ("5x5 avg k2 d2", "a dilation"),
        ("5x5 k3 m2", "a multiplier"),
        ("9 1d sep k3", "2 spatial axes, but the image has 1"),
        ("999999 1d k999", "taps that can be looked at"),
        ("5x5 k99 p999999", "taps that can be looked at"),
    ],
)
def test_the_operators_refuse_in_words(text: str, words: str) -> None:
    with pytest.raises(ConvolensError, match=words):
        parse_layer(text)


@given(st.text(alphabet="0123456789xX ,kspdgoutTdwmaxvgce-.\n\t×三", max_size=24))
def test_any_text_is_a_layer_or_refused(text: str) -> None:
    try:
        spec = parse_layer(text)
    except ConvolensError:
        return
    assert isinstance(spec, LayerSpec)
    assert parse_layer(spec.text) == spec


@pytest.mark.parametrize(
    ("line", "position", "words"),
    [
        ("nn.Conv2d(3, 8, 3", 9, "no line of Python"),
        ("42", 0, "no call of a layer"),
        ("nn.Linear(3, 8)", 0, "no convolution and no pooling"),
        ("os.system('true')", 0, "no layer of torch.nn"),
        ("nn.Conv2d(3, 8, open('x'))", 16, "must be a number"),
        ("nn.Conv2d(3, 8, **{})", 18, "cannot be handed on"),
        ("nn.Conv2d(3)", 0, "does not take these arguments"),
        ("nn.Sequential(3)", 0, "must be layers"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3))", 34, "a depthwise convolution"),
        ("nn.Sequential(nn.ZeroPad2d(1), nn.MaxPool2d(2))", 31, "can follow a padding layer"),
        ("nn.Sequential(nn.ZeroPad2d((1, 2)), nn.Conv2d(3, 8, 3))", 14, "one whole number, or 4"),
        ("nn.Sequential(nn.ZeroPad2d(1))", 0, "not one convolution"),
    ],
)
def test_lines_of_torch_that_are_no_layer(line: str, position: int, words: str) -> None:
    with pytest.raises(NotationError, match=words) as caught:
        parse_torch(line, (3, 8, 8))
    assert caught.value.position == position


def test_a_line_of_torch_may_be_long_ago_and_positional() -> None:
    spec = parse_torch("torch.nn.Conv2d(4, 8, (3, 5), 2, (1, 2), 1, 2, False)", (4, 9, 9))
    assert spec.text == "4x9x9 k3x5 s2 p1x2 g2 out8 nobias"


@pytest.mark.parametrize(
    "line",
    [
        "nn.Conv2d(3, 0, 3)",
        "nn.Conv2d(3, 9999999999999999999, 3)",
        "nn.Conv2d(3, 8, 999999999999)",
        "nn.Conv2d(3, 8, 3, padding=99999999999)",
        "nn.Conv2d(3, 8, 3, stride=-1)",
        "nn.Conv2d(3, 8, 3, stride='1')",
        "nn.Conv2d(3, 8, (3, 3, 3))",
        "nn.Conv2d(3, 8, None)",
        "nn.Conv2d(3, None, 3)",
        "nn.Conv2d(3, 8.5, 3)",
        "nn.Conv2d(3, 8, 3, padding='wide')",
        "nn.Conv2d(3, 8, 3, padding_mode='wide')",
        "nn.Conv2d(3, 8, 3, groups=0)",
        "nn.Conv2d(4, 8, 3)",
        "nn.ConvTranspose2d(3, 8, 3, padding='same')",
        "nn.ConvTranspose2d(3, 8, 3, output_padding=5)",
        "nn.MaxPool2d(2, padding=(1, 2))",
        "nn.MaxPool2d(2, stride=[])",
        "nn.Conv3d(3, 8, 3)",
    ],
)
def test_arguments_that_cannot_be_are_refused_before_anything_is_made(line: str) -> None:
    with pytest.raises(ConvolensError):
        parse_torch(line, (3, 8, 8))


WORDS = ["nn.", "Conv2d(", "MaxPool1d(", "Sequential(", "ZeroPad2d(", "kernel_size", "'same'"]


@given(
    st.lists(st.sampled_from([*WORDS, *"38,)([]=-*x"]), max_size=14),
    st.lists(st.integers(0, 9), max_size=4),
)
def test_any_line_is_a_layer_or_refused(words: list[str], shape: list[int]) -> None:
    try:
        spec = parse_torch("".join(words), shape)
    except ConvolensError:
        return
    assert isinstance(spec, LayerSpec)


BAD = [mark.args[1] for mark in test_the_error_points_at_the_character.pytestmark]
REFUSED = [mark.args[1] for mark in test_the_operators_refuse_in_words.pytestmark]
LINES = [mark.args[1] for mark in test_lines_of_torch_that_are_no_layer.pytestmark]


@pytest.mark.parametrize("text", [case[0] for case in (*BAD[0], *REFUSED[0])])
def test_refusals_are_in_chinese_too(text: str) -> None:
    with speaking("zh"), pytest.raises(ConvolensError) as caught:
        parse_layer(text)
    assert_chinese(caught.value)


@pytest.mark.parametrize("line", [case[0] for case in LINES[0]])
def test_refusals_of_lines_of_torch_are_in_chinese_too(line: str) -> None:
    with speaking("zh"), pytest.raises(ConvolensError) as caught:
        parse_torch(line, (3, 8, 8))
    assert_chinese(caught.value)


def assert_chinese(error: ConvolensError) -> None:
    assert re.search("[\u4e00-\u9fff]", error.headline), error.headline
    assert not error.hint or re.search("[\u4e00-\u9fff]", error.hint), error.hint


def test_words_are_complete_in_both_languages() -> None:
    assert set(CHINESE) == set(ENGLISH)
    for key, text in CHINESE.items():
        assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", ENGLISH[key])), key
