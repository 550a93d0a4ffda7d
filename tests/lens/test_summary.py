from __future__ import annotations

import itertools
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ConvolensError, ShapeError
from convolens.lens import Summary, summary
from convolens.models import alexnet, create_model, lenet5, simple_convnet
from convolens.tensor import random
from convolens.tensor.observe import observers


def costs(found: Summary, *kinds: str) -> dict[str, int]:
    return {row.path: row.multiply_adds for row in found.rows if row.kind in kinds}


def counted_by_hand(x: tuple[int, ...], layer: nn.Conv2d) -> int:
    """Count the products of a convolution with real inputs, one by one."""
    _, height, width = x
    (kernel, _), (stride, _), (dilation, _) = layer.kernel_size, layer.stride, layer.dilation
    before, _ = layer.padding
    rows, columns = (
        (size + 2 * before - dilation * (kernel - 1) - 1) // stride + 1 for size in (height, width)
    )
    count = 0
    for p, q, r, s in itertools.product(range(rows), range(columns), range(kernel), range(kernel)):
        row, column = p * stride + r * dilation - before, q * stride + s * dilation - before
        count += 0 <= row < height and 0 <= column < width
    return count * layer.out_channels * layer.in_channels // layer.groups


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 3, 3),
        nn.Conv2d(2, 3, 3, padding=1),
        nn.Conv2d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2),
        nn.Conv2d(4, 4, 5, padding=2, groups=4),
    ],
    ids=repr,
)
def test_multiply_adds_of_a_convolution_counted_one_by_one(layer: nn.Conv2d) -> None:
    shape = (layer.in_channels, 9, 7)
    assert summary(layer, shape).multiply_adds == counted_by_hand(shape, layer)


def test_multiply_adds_of_the_books_network() -> None:
    found = summary(simple_convnet(), (1, 28, 28))
    assert costs(found, "Conv2d", "Linear") == {
        "conv1": 24 * 24 * 30 * 5 * 5,
        "fc1": 4_320 * 100,
        "fc2": 100 * 10,
    }
    assert found.parameters == 433_890


# torchvision's AlexNet: output side, kernel, padding, stride, input side, channels in and out.
CONVOLUTIONS = {
    "features.0": (55, 11, 2, 4, 224, 3, 64),
    "features.3": (27, 5, 2, 1, 27, 64, 192),
    "features.6": (13, 3, 1, 1, 13, 192, 384),
    "features.8": (13, 3, 1, 1, 13, 384, 256),
    "features.10": (13, 3, 1, 1, 13, 256, 256),
}
LINEARS = {
    "classifier.1": 9216 * 4096,
    "classifier.4": 4096 * 4096,
    "classifier.6": 4096 * 1000,
}


def test_multiply_adds_of_alexnet() -> None:
    with_padding = sum(out**2 * k**2 * c * f for out, k, _, _, _, c, f in CONVOLUTIONS.values())
    assert with_padding + sum(LINEARS.values()) == 714_188_480  # the published 714 million
    expected = {}
    for name, (out, k, pad, stride, size, c, f) in CONVOLUTIONS.items():
        taps = sum(0 <= p * stride + r - pad < size for p in range(out) for r in range(k))
        expected[name] = taps**2 * c * f
    found = summary(alexnet(), (3, 224, 224))
    assert costs(found, "Conv2d", "Linear") == {**expected, **LINEARS}
    assert sum(expected.values()) + sum(LINEARS.values()) == 657_918_720
    assert found.parameters == 61_100_840
    assert found.multiply_adds == sum(row.multiply_adds for row in found.rows)


def test_the_floor_drops_pixels_of_alexnets_first_layer_without_padding() -> None:
    row = summary(nn.Conv2d(3, 96, 11, stride=4), (3, 224, 224)).rows[0]
    assert row.output_shape == (1, 96, 54, 54)
    assert row.notes == ("the floor drops 1 row and 1 column: (224 - 11) / 4 + 1 = 54.25",)


def test_rows_of_a_network() -> None:
    rows = summary(lenet5(), (1, 28, 28)).rows
    assert [(row.path, row.kind, row.output_shape, row.parameters) for row in rows] == [
        ("conv1", "Conv2d", (1, 6, 28, 28), 156),
        ("relu1", "ReLU", (1, 6, 28, 28), 0),
        ("pool1", "MaxPool2d", (1, 6, 14, 14), 0),
        ("conv2", "Conv2d", (1, 16, 10, 10), 2_416),
        ("relu2", "ReLU", (1, 16, 10, 10), 0),
        ("pool2", "MaxPool2d", (1, 16, 5, 5), 0),
        ("flatten", "Flatten", (1, 400), 0),
        ("fc1", "Linear", (1, 120), 48_120),
        ("relu3", "ReLU", (1, 120), 0),
        ("fc2", "Linear", (1, 84), 10_164),
        ("relu4", "ReLU", (1, 84), 0),
        ("fc3", "Linear", (1, 10), 850),
    ]


class Block(nn.Module):
    """A residual block with functional calls before, between and after its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)
        self.drop = nn.Dropout(0.5)
        self.scale = nn.Parameter(cl.ones(1))

    def forward(self, x):
        y = nn.functional.relu(x)
        y = self.drop(self.conv(y))
        return (x + y) * self.scale


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 2, 3)
        self.block = Block()
        self.last = nn.Linear(2 * 6 * 6, 3)

    def forward(self, x):
        x = nn.functional.sigmoid(self.first(x))
        x = self.block(x)
        return self.last(x.flatten(1)).softmax(1)


def test_a_module_of_ones_own() -> None:
    found = summary(Net(), (1, 8, 8))
    assert [(row.path, row.kind, row.parameters) for row in found.rows] == [
        ("first", "Conv2d", 20),
        ("", "sigmoid()", 0),
        ("block", "relu()", 0),
        ("block.conv", "Conv2d", 38),
        ("block.drop", "Dropout", 0),
        ("block", "add()", 0),
        ("block", "mul()", 1),
        ("", "reshape()", 0),
        ("last", "Linear", 219),
        ("", "softmax()", 0),
    ]
    assert found.parameters == 278
    seen = {(row.path, row.kind): row.receptive_field for row in found.rows}
    assert seen["block.conv", "Conv2d"] == (5, 5)
    assert seen["block", "add()"] == (5, 5)
    assert found.rows[-1].whole


def test_parameters_shared_by_layers_are_counted_once() -> None:
    first, second = nn.Linear(4, 4), nn.Linear(4, 4)
    second.weight = first.weight
    found = summary(nn.Sequential(first, second, first), (4,))
    assert found.parameters == 16 + 4 + 4
    assert [row.parameters for row in found.rows] == [20, 4, 0]
    assert found.rows[1].notes == ("shares parameters with 0",)
    assert found.rows[2].notes == ("shares parameters with 0",)


class Listed(nn.Module):
    """A mistake: layers in a list, which the module does not find; and one that is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.spare = nn.Linear(4, 4)
        self.layers = [nn.Linear(4, 2)]

    def forward(self, x):
        return self.layers[0](x)


def test_parameters_that_are_not_listed_or_not_used() -> None:
    found = summary(Listed(), (4,))
    assert found.parameters == 20
    assert found.notes == (
        "parameters that were not used: spare.weight, spare.bias",
        "10 parameters are used that model.parameters() does not list: keep modules as attributes, "
        "or in a Sequential, not in a list",
    )
    assert found.notes[0] in str(found)
    assert found.notes[0] in found._repr_html_()


def test_a_model_that_fails_is_summarised_up_to_there() -> None:
    found = summary(simple_convnet(), (1, 8, 8))
    assert [row.path for row in found.rows] == ["conv1", "relu1", "pool1", "flatten"]
    assert isinstance(found.error, ShapeError)
    for text in (str(found), found._repr_html_(), found.to_dict()["error"]):
        assert "In layer fc1: linear: the input has 120 features" in text
    assert not found.notes
    assert "stopped" not in found.table()


def test_an_error_of_the_models_own_passes_through_and_leaves_nothing_behind() -> None:
    class Broken(nn.Module):
        def forward(self, x):
            return x.no_such_method()

    model = nn.Sequential(nn.ReLU(), Broken())
    with pytest.raises(AttributeError, match="no_such_method"):
        summary(model, (1, 8, 8))
    assert not observers
    assert model.training
    assert not any(part._forward_hooks for part in model.modules())


def test_nothing_is_different_afterwards() -> None:
    class Noisy(nn.Module):
        def forward(self, x):
            return x + cl.randn(*x.shape)

    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Dropout(0.5), Noisy(), nn.ReLU())
    model[1].eval()
    before = {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}
    state = random.random_state()
    summary(model, (1, 8, 8))
    assert random.random_state() == state
    assert [part.training for part in model.modules()] == [True, True, False, True, True]
    assert all(np.array_equal(before[k], t.numpy()) for k, t in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert not observers
    assert not any(part._forward_hooks for part in model.modules())
    assert cl.is_grad_enabled()


def test_float64_vectors_and_other_ranks() -> None:
    assert summary(nn.Linear(4, 2).double(), (4,)).rows[0].receptive_field == ()
    assert summary(nn.Conv1d(2, 3, 5), (2, 9)).rows[0].receptive_field == (5,)
    row = summary(nn.Conv3d(1, 2, (1, 2, 3)), (1, 4, 4, 4)).rows[0]
    assert (row.receptive_field, row.output_shape) == ((1, 2, 3), (1, 2, 4, 3, 2))


def test_a_layer_with_two_outputs() -> None:
    class Two(nn.Module):
        def forward(self, x):
            return x.relu(), {"b": [x.sigmoid()]}

    found = summary(nn.Sequential(Two()), (1, 2, 2))
    assert (found.rows[0].kind, found.rows[0].output_shape) == ("Two", None)
    assert found.rows[0].multiply_adds == found.multiply_adds
    assert " ?" in str(found)


@pytest.mark.parametrize("shape", [(), (1, 0, 8), (1, -8, 8), (1, 8.0, 8), (True, 8, 8)])
def test_no_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match="whole numbers of at least 1"):
        summary(nn.ReLU(), shape)


def test_to_dict_is_json_and_complete() -> None:
    found = summary(lenet5(), (1, 28, 28))
    values = json.loads(json.dumps(found.to_dict()))
    assert values == found.values
    assert values["model"] == "Sequential"
    assert values["input_shape"] == [1, 28, 28]
    assert values["parameters"] == 61_706
    assert values["error"] is None
    assert values["rows"][3] == {
        "path": "conv2",
        "kind": "Conv2d",
        "output_shape": [1, 16, 10, 10],
        "parameters": 2_416,
        "multiply_adds": 16 * 10 * 10 * 6 * 25,
        "receptive_field": [14, 14],
        "stride": [2, 2],
        "whole": False,
        "bytes": 4 * 16 * 10 * 10,
        "notes": [],
    }


def test_the_columns_of_the_table_are_aligned() -> None:
    lines = str(summary(create_model("C96k11s4-R-F10", input_shape=(3, 60, 80)), (3, 60, 80)))
    table = lines.splitlines()[2:]
    table = [line for line in table[: table.index("")] if not line.startswith("  - ")]
    right = table[0].index("parameters") + len("parameters")
    for line in table[1:]:
        assert line[right - 1 : right + 1].strip() == "" or line[right - 1].isdigit()
    assert len({line.index("Conv2d") for line in table if "Conv2d" in line}) == 1


def test_notes_are_folded_to_the_width() -> None:
    found = summary(nn.Conv2d(3, 96, 11, stride=4), (3, 224, 224))
    for width in (40, 60, 200):
        shown = found.table(width).splitlines()
        folded = [line for line in shown[: shown.index("", 3)] if line.startswith("  ")]
        notes = [line for line in folded if "Conv2d" not in line]
        assert all(len(line) <= width for line in notes)
        assert " ".join(" ".join(notes).split()) == f"- {found.rows[0].notes[0]}"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs) -> None:
        self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_balanced_and_escaped() -> None:
    evil = type("<script>", (nn.ReLU,), {})
    model = nn.Sequential({"a<b": evil(), "conv": nn.Conv2d(1, 1, 2, stride=2)})
    found = summary(model, (1, 5, 5))
    text = found._repr_html_()
    parser = Tags()
    parser.feed(text)
    assert not parser.open
    assert parser.rows == 1 + 2 + 1 + 3  # heading, layers, note, totals, memory and legend
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "a&lt;b" in text
    assert "http" not in text


def test_the_error_is_an_error_of_ours() -> None:
    found = summary(nn.Conv2d(3, 4, 3), (1, 8, 8))
    assert isinstance(found.error, ConvolensError)
    assert found.rows == ()


def test_memory_is_that_of_the_numbers() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()).double()
    found = summary(net, (1, 8, 8))
    assert found.dtype == "float64"
    assert found.memory == {"parameters": 8 * 40, "input": 8 * 64, "outputs": 2 * 8 * 4 * 36}
    assert [row.bytes for row in found.rows] == [8 * 4 * 36] * 2


@pytest.mark.parametrize("suffix", [".txt", ".html", ".json", ".JSON"])
def test_a_summary_is_saved_by_its_suffix(suffix: str, tmp_path: Path) -> None:
    found = summary(nn.Conv2d(1, 4, 3), (1, 8, 8))
    file = tmp_path / f"summary{suffix}"
    found.save(file)
    text = file.read_text("utf-8")
    assert "1,296" in text or json.loads(text)["multiply_adds"] == 1296
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["summary.pdf", "summary", "missing/summary.txt", "."])
def test_what_cannot_be_saved_leaves_nothing(name: str, tmp_path: Path) -> None:
    found = summary(nn.ReLU(), (1, 2, 2))
    with pytest.raises(ArgumentError):
        found.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_in_chinese() -> None:
    net = nn.Sequential(nn.Conv2d(3, 96, 11, stride=4), nn.Linear(7, 1))
    found = summary(net, (3, 224, 224), lang="zh")
    assert found.rows[0].notes == ("向下取整舍去了 1 行和 1 列：(224 - 11) / 4 + 1 = 54.25",)
    assert "个参数" in found.table()
    assert "模型在这里停止" in str(found)
    assert "感受野" in found._repr_html_()
    assert 'lang="zh-CN"' in found.html()
