from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ConvolensError, ShapeError
from convolens.models import alexnet, lenet5, simple_convnet, text_network, to_text
from convolens.tensor import random


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def test_the_books_network() -> None:
    model = text_network("C30k5-R-P2-F100-R-F10")
    assert parameters(model) == 433_890
    assert model(cl.zeros(2, 1, 28, 28)).shape == (2, 10)
    shapes = {name: t.shape for name, t in simple_convnet().state_dict().items()}
    assert {name: t.shape for name, t in model.state_dict().items()} == shapes


@pytest.mark.parametrize(
    ("text", "image", "count"),
    [
        ("C6k5p2-R-P2-C16k5-R-P2-F120-R-F84-R-F10", (1, 28, 28), 61_706),
        ("C32k3-F10", (16, 3, 3), 32 * 16 * 9 + 32 + 330),
        ("C16k3psameg16-C32k1-F1", (16, 4, 4), 16 * 9 + 16 + 16 * 32 + 32 + 32 * 16 + 1),
        ("C4k3s2p1d2-S-A2-T-L3-D25-F3", (2, 11, 9), 4 * 2 * 9 + 4 + (4 * 2 * 2 + 1) * 3),
        ("F5-R-F2", (1, 2, 2), 25 + 12),
        ("P2", (1, 2, 2), 0),
    ],
)
def test_sizes_and_parameters(text: str, image: tuple[int, int, int], count: int) -> None:
    model = text_network(text, image)
    assert parameters(model) == count
    assert to_text(model) == text
    assert model(cl.zeros(2, *image)).shape[0] == 2


def test_layers_get_what_the_text_says() -> None:
    model = text_network("C4k3s2p1d2g2-P3s2p1-A2s1-L3-D25-F3", (2, 17, 17))
    conv = model.conv1
    assert (conv.stride, conv.padding, conv.dilation, conv.groups) == ((2, 2), (1, 1), (2, 2), 2)
    assert (model.pool1.operator.stride, model.pool1.operator.padding[0]) == ((2, 2), (1, 1))
    assert isinstance(model.pool2, nn.AvgPool2d)
    assert (model.norm1.operator.size, model.drop1.p) == (3, 0.25)


def test_same_padding_of_an_even_kernel() -> None:
    assert text_network("C1k4psame", (1, 5, 7))(cl.zeros(1, 1, 5, 7)).shape == (1, 1, 5, 7)


def refusal(text: str, image: tuple[int, ...] = (1, 28, 28), classes: int | None = None) -> str:
    with pytest.raises((ArgumentError, ShapeError)) as caught:
        text_network(text, image, classes)
    return str(caught.value)


def test_classes_that_differ() -> None:
    text = refusal("C30k5-R-P2-F100-R-F11", classes=10)
    assert "ends in 11 outputs, but there are 10 classes" in text
    assert "write F10 there" in text
    lines = text.splitlines()
    assert lines[1][lines[2].index("^") :] == "F11"
    assert "F11" not in str(text_network("C30k5-F11-R", num_classes=11))


def test_classes_without_a_fully_connected_layer() -> None:
    text = refusal("C30k5-R", classes=10)
    assert "ends in maps of 30x24x24, but 10 classes" in text
    assert "end it with -F10" in text


@pytest.mark.parametrize(
    ("text", "image", "words"),
    [
        ("C30k5-C16k30-F10", (1, 28, 28), ("In layer conv2:", "covers 30 inputs", "only 24")),
        ("P2-P2-P2", (1, 4, 4), ("In layer pool3:", "covers 2 inputs", "1x4x4")),
        ("F10-C3k3", (1, 8, 8), ("In layer conv1:", "C3k3 needs feature maps", "first F")),
        ("F10-L3", (1, 8, 8), ("In layer norm1:", "needs feature maps")),
        ("C4k3g2-F10", (3, 8, 8), ("In layer conv1:", "3 input channels", "2 groups")),
        ("C3k3g2-F10", (2, 8, 8), ("In layer conv1:", "3 output channels", "2 groups")),
        ("C4k3s2psame", (1, 8, 8), ("In layer conv1:", "padding='same' is not supported")),
        ("P2p2", (1, 8, 8), ("In layer pool1:", "half of kernel size")),
        ("C999999999k9-F9", (1, 99, 99), ("parameters, but 1,000,000,000 are the most", "fc1")),
        ("C999999999k9-C999999999k9", (1, 99, 99), ("In layer conv2:", "2**63 - 1 bytes")),
    ],
)
def test_layers_that_do_not_fit(
    text: str, image: tuple[int, int, int], words: tuple[str, ...]
) -> None:
    message = refusal(text, image)
    for word in words:
        assert word in message
    assert "^" in message


def test_no_weight_is_drawn_before_all_sizes_are_checked() -> None:
    before = random.random_state()
    with pytest.raises(ConvolensError):
        text_network("C30k5-P99")
    assert random.random_state() == before


def test_known_networks_as_text() -> None:
    assert to_text(simple_convnet()) == "C30k5-R-P2-F100-R-F10"
    assert to_text(lenet5()) == "C6k5p2-R-P2-C16k5-R-P2-F120-R-F84-R-F10"
    text = to_text(alexnet(num_classes=2))
    assert text.endswith("P3s2-D50-F4096-R-D50-F4096-R-F2")
    assert parameters(text_network(text, (3, 224, 224))) == parameters(alexnet(num_classes=2))


def test_the_same_scores_from_the_text_of_a_network() -> None:
    model = simple_convnet()
    again = text_network(to_text(model))
    again.load_state_dict(model.state_dict())
    x = cl.from_numpy(np.random.default_rng(0).random((2, 1, 28, 28), np.float32))
    assert np.array_equal(model(x).detach().numpy(), again(x).detach().numpy())


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 2, (3, 5)),
        nn.Conv2d(1, 2, 3, bias=False),
        nn.Conv2d(1, 2, 3, padding=(1, 0)),
        nn.Conv2d(1, 2, 3, padding=[(1, 2), (1, 2)]),
        nn.Conv2d(1, 2, 3, padding="full"),
        nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"),
        nn.Conv1d(1, 2, 3),
        nn.MaxPool2d((2, 3)),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.MaxPool2d(2, dilation=2),
        nn.AvgPool2d(2, count_include_pad=False),
        nn.Linear(3, 2, bias=False),
        nn.Dropout(1.0),
        nn.LocalResponseNorm(5, k=2.0),
        nn.Softmax(1),
        nn.Flatten(0),
    ],
    ids=repr,
)
def test_layers_that_no_text_can_say(layer: nn.Module) -> None:
    with pytest.raises(ArgumentError, match=r"layer 0\.1 cannot be written as text"):
        to_text(nn.Sequential(nn.Sequential(nn.ReLU(), layer)))
