"""The hint where a flattened image has another number of features than the next layer expects."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ShapeError


def hint(net: nn.Module, *shape: int) -> str:
    with pytest.raises(ShapeError) as caught:
        net(cl.zeros(*shape))
    return str(caught.value).splitlines()[-1]


def book(features: int) -> nn.Sequential:
    return nn.Sequential(
        {
            "conv1": nn.Conv2d(1, 30, 5),
            "relu1": nn.ReLU(),
            "pool1": nn.MaxPool2d(2),
            "flatten": nn.Flatten(),
            "drop": nn.Dropout(),
            "fc1": nn.Linear(features, 100),
        }
    )


def test_the_whole_text() -> None:
    with pytest.raises(ShapeError) as caught:
        book(4000)(cl.zeros(10, 1, 28, 28))
    assert str(caught.value) == (
        "In layer fc1: linear: the input has 4320 features, but the weight expects 4000.\n"
        "  x       float32[10, 4320]   *N, I\n"
        "  weight  float32[100, 4000]  O, I\n"
        "Hint: make it Linear(4320, 100): after conv1 [30, 24, 24] and pool1 [30, 12, 12], flatten "
        "gives 30 x 12 x 12 = 4320."
    )


def test_names_are_known_without_a_record() -> None:
    with cl.no_grad():
        assert hint(book(4000), 1, 1, 28, 28).endswith(
            "pool1 [30, 12, 12], flatten gives 30 x 12 x 12 = 4320."
        )


def test_parts_without_names_are_told_by_their_kind() -> None:
    net = nn.Sequential(*book(7))
    assert "after Conv2d (0) [30, 24, 24] and MaxPool2d (2) [30, 12, 12], flatten" in hint(
        net, 1, 1, 28, 28
    )


class Written(nn.Module):
    """As most people write it: the steps are only in forward."""

    def __init__(self, start: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 30, 5)
        self.fc = nn.Linear(4320, 10)
        self.start = start

    def forward(self, x: cl.Tensor) -> Any:
        x = nn.functional.max_pool2d(self.conv(x).relu(), 2)
        return self.fc(x.flatten(self.start).relu())


def test_steps_of_a_forward_are_read_from_the_record() -> None:
    assert hint(Written(), 1, 1, 30, 30) == (
        "Hint: make it Linear(5070, 10): after conv [30, 26, 26] and max_pool [30, 13, 13], "
        "flatten gives 30 x 13 x 13 = 5070."
    )


def test_a_batch_that_was_flattened_too() -> None:
    assert hint(Written(start=0), 2, 1, 28, 28) == (
        "Hint: flatten from axis 1: the 2 images of the batch were joined too, "
        "2 x 30 x 12 x 12 = 8640."
    )


def test_one_image_without_a_batch() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(0), nn.Linear(10, 3))
    assert hint(net, 1, 6, 6) == (
        "Hint: make it Linear(32, 3): after Conv2d (0) [2, 4, 4], flatten gives 2 x 4 x 4 = 32."
    )


def test_an_image_that_goes_straight_into_the_layer() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(10, 3))
    assert hint(net, 5, 1, 4, 4) == "Hint: make it Linear(16, 3): flatten gives 1 x 4 x 4 = 16."


def test_within_a_part_the_record_knows_more() -> None:
    net = nn.Sequential(
        {
            "features": nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2)),
            "classifier": nn.Sequential(nn.Flatten(), nn.Linear(10, 3)),
        }
    )
    assert hint(net, 1, 1, 8, 8) == (
        "Hint: make it Linear(18, 3): after conv [2, 6, 6] and max_pool [2, 3, 3], flatten gives "
        "2 x 3 x 3 = 18."
    )
    with cl.no_grad():
        assert hint(net, 1, 1, 8, 8) == (
            "Hint: make it Linear(18, 3): flatten gives 2 x 3 x 3 = 18."
        )


@pytest.mark.parametrize(
    ("net", "shape", "words"),
    [
        (nn.Linear(4, 3), (1, 5), "write Linear(in_features=5, out_features=3)."),
        (nn.Sequential(nn.Linear(4, 3), nn.Linear(5, 2)), (1, 4), "in_features=3, out_features=2"),
        (nn.Sequential(nn.Conv2d(1, 3, 3), nn.Linear(10, 3)), (1, 1, 8, 8), "put a Flatten before"),
    ],
    ids=["alone", "dense", "no flatten"],
)
def test_where_nothing_was_flattened_the_plain_hint_stays(
    net: nn.Module, shape: tuple[int, ...], words: str
) -> None:
    assert words in hint(net, *shape)


def test_other_errors_keep_their_hints() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3).double())
    with pytest.raises(TypeError, match="convert them to one type"):
        net(cl.zeros(1, 1, 4, 4))
