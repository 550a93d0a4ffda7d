"""A race as text and as numbers."""

from __future__ import annotations

import json
import re

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, DTypeError, ShapeError
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
    ("name", "value"), [("batch", "2"), ("batch", 1.5), ("seconds", "1"), ("seconds", None)]
)
def test_numbers_of_other_types_are_refused(name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match="must be positive"):
        cl.race("5x5 k3", **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", [None, 5, nn.Conv2d, b"5x5 k3"])
def test_what_is_no_layer_is_refused(thing: object) -> None:
    with pytest.raises(DTypeError, match="a race is of a layer, not of a"):
        cl.race(thing, (1, 5, 5))  # type: ignore[arg-type]


def test_the_layer_and_the_random_numbers_stay_as_they_are() -> None:
    norm, lazy = nn.BatchNorm2d(3), nn.LazyConv2d(4, 3)
    cl.manual_seed(1)
    expected = cl.randn(2).tolist()
    cl.manual_seed(1)
    cl.race(nn.Sequential(nn.Conv2d(3, 3, 3), norm), (3, 6, 6), seconds=0.001)
    assert (norm.running_mean.tolist(), norm.num_batches_tracked.item()) == ([0.0] * 3, 0)
    cl.race(lazy, (3, 6, 6), seconds=0.001)
    assert lazy.has_uninitialized_params()
    cl.manual_seed(1)
    cl.race("6x6 k3", seconds=0.001)
    assert cl.randn(2).tolist() == expected


@pytest.mark.parametrize(
    "layer",
    [
        nn.BatchNorm2d(3),
        nn.BatchNorm2d(3).eval(),
        nn.GroupNorm(1, 3),
        nn.InstanceNorm2d(3),
        nn.LayerNorm(6),
        nn.LocalResponseNorm(3),
        nn.PReLU(),
        nn.Conv2d(3, 2, 3).double(),
    ],
    ids=str,
)
def test_layers_of_many_kinds(layer: nn.Module) -> None:
    found = cl.race(layer, (3, 6, 6), seconds=0.001)
    assert found.heats
    assert all(heat.chosen.seconds > 0 for heat in found.heats)


def test_shares_are_of_the_peak_that_is_shown(found: cl.lens.Race) -> None:
    for heat in found.heats:
        for entry in heat.entries:
            assert entry.share == pytest.approx(entry.rate / found.peak)


def test_what_does_not_run_has_no_numbers(found: cl.lens.Race) -> None:
    entries = [each for heat in found.to_dict()["heats"] for each in heat["algorithms"]]
    refused = [each for each in entries if each["reason"]]
    assert refused
    assert all(each["seconds"] is each["rate"] is each["error"] is None for each in refused)


def test_a_layer_without_operators() -> None:
    found = cl.race(nn.Flatten(), (2, 3, 3), seconds=0.001)
    assert str(found).endswith("there is nothing to race.")


def test_each_heat_is_announced() -> None:
    told = []
    cl.race(
        "5x5 k3",
        seconds=0.001,
        notify=lambda call, number, count: told.append((call.op.name, number, count)),
    )
    names = "conv", "conv_input_grad", "conv_weight_grad", "sum"
    assert told == [(name, number, 4) for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), ("", ""), (1000, "1000 B"), (2_500_000, "2.384 MiB")]
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
