"""A race as text and as numbers."""

from __future__ import annotations

import json
import re

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.lens.race.result import _bytes


@pytest.fixture(scope="module")
def found() -> cl.lens.Race:
    return cl.race("8x9x9 k3 p1 out4", batch=2, seconds=0.001)


def test_it_has_forward_and_both_gradients(found: cl.lens.Race) -> None:
    assert found.layer == "8x9x9 k3 p1 out4"
    assert found.shape == (2, 8, 9, 9)
    names = [heat.call.op.name for heat in found.heats]
    assert names == ["conv", "conv_input_grad", "conv_weight_grad", "sum"]
    assert found.threads == cl.get_num_threads()
    assert found.peak == max(heat.peak for heat in found.heats)


def test_its_text(found: cl.lens.Race) -> None:
    text = str(found)
    assert text.startswith("8x9x9 k3 p1 out4 on 2x8x9x9: ")
    assert text.count("<-\n") == len(found.heats)
    assert "product: refused, only a 1x1 kernel" in text
    assert all(heat.call.op.explain(*heat.call.specs) in text for heat in found.heats)


def test_its_numbers_are_json(found: cl.lens.Race) -> None:
    read = json.loads(json.dumps(found.to_dict()))
    first = read["heats"][0]
    assert first["operator"] == "conv"
    assert first["inputs"] == [[2, 8, 9, 9], [4, 8, 3, 3], [4]]
    direct = next(each for each in first["algorithms"] if each["name"] == "direct")
    assert direct["memory"]["packed"] > 0
    assert direct["seconds"] > 0


def test_a_layer_needs_the_shape_of_an_image() -> None:
    layer = nn.MaxPool2d(2)
    found = cl.race(layer, (2, 6, 6), seconds=0.001)
    assert [heat.call.op.name for heat in found.heats] == ["max_pool", "max_pool_grad"]
    with pytest.raises(ArgumentError, match="a race of MaxPool2d needs the shape"):
        cl.race(layer)
    with pytest.raises(ArgumentError, match="says its input itself"):
        cl.race("5x5 k3", (1, 5, 5))
    with pytest.raises(ArgumentError, match="must be positive"):
        cl.race("5x5 k3", batch=0)
    with pytest.raises(ArgumentError, match="must be positive"):
        cl.race("5x5 k3", seconds=float("nan"))
    with pytest.raises(ShapeError):
        cl.race(layer, (2, 1, 1))


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), ("", ""), (1000, "1.0 kB"), (2_500_000, "2.5 MB")]
)
def test_bytes_in_words(count: int | str, text: str) -> None:
    assert _bytes(count) == text


def test_a_race_in_chinese() -> None:
    text = cl.race("2x6x6 k3 out2", seconds=0.001).text("zh")
    assert text.startswith("2x6x6 k3 out2，输入 1x2x6x6：")
    assert "不可用，" in text
    assert not re.search("[a-z]{3,} [a-z]{2,} [a-z]{2,}", text)


def test_a_race_of_a_pooling() -> None:
    found = cl.race("2x6x6 max k2", seconds=0.001)
    assert [heat.call.op.name for heat in found.heats] == ["max_pool", "max_pool_grad"]
