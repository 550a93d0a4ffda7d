"""One output number taken apart is the engine's number, whatever the layer."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.lens import LayerSpec, explain
from convolens.lens.explain.number import OutputNumber
from convolens.lens.explain.number_text import number_lines
from convolens.lens.explain.words import explain_words
from convolens.tensor.observe import observe

from ..approved import assert_approved
from ..layers import layers

APPROVED = Path(__file__).parent / "approved"


def images(spec: LayerSpec, count: int, seed: int) -> cl.Tensor:
    random = np.random.default_rng(seed)
    x = random.standard_normal((count, *spec.input_shape)).astype(np.float32)
    return cl.from_numpy(x)


@settings(max_examples=100)
@given(layers(), st.integers(0, 2**31), st.data())
def test_every_number_agrees(spec: LayerSpec, seed: int, data: st.DataObject) -> None:
    cl.manual_seed(seed)
    layer, x = spec.layer(), images(spec, 2, seed)
    at = tuple(data.draw(st.integers(0, extent - 1)) for extent in (2, *spec.output_shape))
    number = explain(layer, x, at).number
    assert number is not None
    assert number.agrees
    assert number.engine == float(layer(x).detach().numpy()[at])
    if number.products is not None:
        assert number.partial_sums is not None
        assert math.isclose(
            number.total,
            number.products.sum() + (number.bias or 0.0),
            rel_tol=1e-9,
            abs_tol=1e-12,
        )
        # What reads no input adds nothing.
        assert not number.products[:, ~number.inside].any()


def altered(number: OutputNumber, **changes: Any) -> OutputNumber:
    return OutputNumber(**{**vars(number), **changes})


def test_a_wrong_number_is_told() -> None:
    number = explain(nn.Conv2d(1, 2, 3), cl.randn(1, 1, 5, 5), (0, 1, 2, 2)).number
    assert number is not None
    for engine in (number.total + 3 * number.tolerance, math.nan, math.inf):
        wrong = altered(number, engine=engine)
        assert not wrong.agrees
        assert "NOT the same" in "\n".join(number_lines(wrong, explain_words("en")))
        assert "并不相同" in "\n".join(number_lines(wrong, explain_words("zh")))


def test_the_books_example() -> None:
    """15 = 2 1 + 0 2 + 1 3 + ... as the book works it out, plus a bias of 3."""
    layer = nn.Conv2d(1, 1, 3)
    layer.weight.data = cl.tensor([[[[2.0, 0, 1], [0, 1, 2], [1, 0, 2]]]])
    assert layer.bias is not None
    layer.bias.data = cl.tensor([3.0])
    x = cl.tensor([[[1.0, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]])
    number = explain(layer, x, at=(0, 0, 0)).number
    assert number is not None
    assert number.products is not None
    assert number.products[0].tolist() == [[2, 0, 3], [0, 1, 4], [3, 0, 2]]
    assert (number.total, number.engine, number.bias) == (18.0, 18.0, 3.0)
    text = explain(layer, x, at=(0, 0, 0)).text("en")
    assert "15 + bias 3 = 18" in text
    assert "The engine computed 18: exactly the same." in text


def test_poolings() -> None:
    x = cl.tensor([[[1.0, 5, 2], [3, 4, 9], [6, 7, 8]]])
    most = explain(nn.MaxPool2d(2, 1), x, (0, 0, 1)).text("en")
    assert "the largest of 5, 2, 4, 9 is 9" in most
    mean = explain(nn.AvgPool2d(2, 1), x, (0, 0, 1)).text("en")
    assert "each input counts 1/4: (5 + 2 + 4 + 9) / 4 = 5" in mean
    padded = nn.AvgPool2d(2, 1, padding=1, count_include_pad=False)
    assert "each input counts 1/1: (1) / 1 = 1" in explain(padded, x, (0, 0, 0)).text("en")


def test_a_separable_convolution_is_its_second_step() -> None:
    layer = nn.SeparableConv2d(3, 2, 3)
    x = cl.randn(1, 3, 5, 5)
    number = explain(layer, x, (0, 1, 2, 0)).number
    assert number is not None
    assert number.step == 2
    assert number.window[:, 0, 0].tolist() == pytest.approx(layer.depthwise(x)[0, :, 2, 0].tolist())


def test_numbers_that_are_not_finite_are_shown() -> None:
    x = cl.tensor([[[math.inf, 1.0], [2.0, math.nan]]])
    found = explain(nn.Conv2d(1, 1, 2, bias=False), x, (0, 0, 0))
    assert found.number is not None
    assert found.number.agrees
    assert "nan" in found.text("en")
    assert json.loads(found.json())["number"]["total"] is None
    assert explain(nn.MaxPool2d(2), x, (0, 0, 0)).number.agrees


def test_large_windows_and_many_channels_are_cut_short() -> None:
    text = explain(nn.Conv2d(20, 1, 9), cl.randn(1, 20, 9, 9), (0, 0, 0, 0)).text("en")
    assert "... 12 channels more" in text
    assert "…" in text


def test_the_layer_stays_as_it_is() -> None:
    layer = nn.Conv2d(1, 1, 3).train()
    explain(layer, cl.randn(1, 1, 5, 5), (0, 0, 0, 0))
    assert layer.training
    assert layer.weight.grad is None


@pytest.mark.parametrize(
    ("x", "at", "error", "words"),
    [
        (cl.zeros(1, 1, 5, 5), (0, 0, 3, 0), IndexRangeError, "there is no output"),
        (cl.zeros(1, 1, 5, 5), (0, 0, -1, 0), IndexRangeError, "count images"),
        (cl.zeros(2, 1, 5, 5), (0, 0, 0), IndexRangeError, "there is no output"),
        (cl.zeros(1, 1, 5, 5), ("a", 0, 0, 0), ArgumentError, "whole numbers"),
        (cl.zeros(0, 1, 5, 5), (0, 0, 0, 0), ShapeError, "no images"),
    ],
)
def test_what_cannot_be_taken_apart(x: cl.Tensor, at: Any, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        explain(nn.Conv2d(1, 2, 3), x, at)


def test_the_page_is_the_approved_one() -> None:
    layer = nn.Conv2d(2, 2, 3, padding=1)
    count = np.arange(36, dtype=np.float32).reshape(2, 2, 3, 3)
    layer.weight.data = cl.from_numpy(count / 4 - 4)
    layer.bias.data = cl.tensor([0.5, -0.25])
    x = cl.from_numpy(np.arange(-25, 25, dtype=np.float32).reshape(1, 2, 5, 5))
    from convolens.lens.explain.number_html import number_section

    found = explain(layer, x, (0, 1, 0, 2))
    assert found.number is not None
    section = number_section(found.number, explain_words("en"))
    assert_approved(section.replace("</tr>", "</tr>\n"), APPROVED / "number.html")


def test_where_winograd_would_be_taken_the_products_are_still_added_up() -> None:
    layer = nn.Conv2d(64, 64, 3, padding=1)
    x, modes = cl.randn(1, 64, 16, 16), []
    with observe(lambda *call: modes.append(cl.is_exact())):
        found = [explain(layer, x, at=at).number for at in ((0, 0, 0, 0), (0, 63, 8, 9))]
    assert modes
    assert all(modes)
    assert not cl.is_exact()
    assert all(number is not None and number.agrees for number in found)
