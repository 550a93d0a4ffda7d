"""Traces of networks that work in place: the calls, and the numbers of their time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import lens, nn
from convolens.lens.trace import trace
from convolens.nn import functional as F


class Block(nn.Module):
    """relu(conv(x) + x), in place or not."""

    def __init__(self, in_place: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 2, 3, padding=1)
        self.relu = nn.ReLU(inplace=in_place)
        self.second = nn.Conv2d(2, 2, 3, padding=1)
        self.in_place = in_place

    def forward(self, x: cl.Tensor) -> cl.Tensor:
        y = self.second(self.relu(self.first(x)))
        if self.in_place:
            y += x
        else:
            y = y + x
        return F.relu(y, inplace=self.in_place)


def told(model: nn.Module, image: cl.Tensor) -> list[Any]:
    """Return the steps: the layer, the operators, which steps they read from, and their numbers."""
    watched = trace(model, image)
    assert watched.error is None
    made = {id(image): -1}
    steps = []
    for number, step in enumerate(watched.steps):
        read = [made.get(id(t)) for call in step.calls for t in call.inputs]
        names = [call.op.name for call in step.calls]
        steps.append((type(step.layer).__name__, names, read, step.output.numpy().tolist()))
        made.update({id(call.output): number for call in step.calls})
        assert id(step.output) in made
    assert watched.output is watched.steps[-1].output
    return steps


def test_in_place_and_not_are_the_same() -> None:
    plain, changing = Block(False), Block(True)
    changing.load_state_dict(plain.state_dict())
    x = cl.randn(1, 2, 5, 4)
    before = x.numpy().copy()
    assert told(changing, x) == told(plain, x)
    assert [step[0] for step in told(changing, x)] == [
        "Conv2d", "ReLU", "Conv2d", "NoneType", "NoneType",
    ]  # fmt: skip
    np.testing.assert_array_equal(x.numpy(), before)
    drawn = [str(lens.draw(net, (2, 5, 4), "net").svg()) for net in (plain, changing)]
    assert drawn[0] == drawn[1]
    text = [str(lens.summary(net, (2, 5, 4))) for net in (plain, changing)]
    assert text[0] == text[1].replace("(inplace=True)", "")


def test_an_assignment_is_a_call() -> None:
    class Net(nn.Module):
        def forward(self, x: cl.Tensor) -> cl.Tensor:
            y = x * 2
            y[..., 0] = x[..., 1]
            return y.relu()

    watched = trace(Net(), cl.tensor([[[[1.0, 3.0]]]]))
    assert watched.error is None
    assert [call.op.name for call in watched.calls if call.op.name in ("mul", "where", "relu")] == [
        "mul", "where", "relu",
    ]  # fmt: skip
    assert watched.calls[0].output.flatten().tolist() == [2.0, 6.0]
    assert watched.output.flatten().tolist() == [3.0, 6.0]


@pytest.mark.parametrize("first", [lambda: nn.ReLU(inplace=True), lambda: nn.Flatten()])
def test_an_image_that_is_changed_stays_what_it_was(first: Any) -> None:
    net = nn.Sequential(first(), nn.ReLU(inplace=True))
    x = cl.tensor([[[[-1.0, 2.0]]]])
    watched = trace(net, x)
    assert x.tolist() == [[[[-1.0, 2.0]]]]
    assert watched.calls[0].inputs[0] is x
    assert watched.output.flatten().tolist() == [0.0, 2.0]


def test_a_view_of_what_is_changed_shows_the_numbers_of_its_time() -> None:
    class Net(nn.Module):
        def forward(self, x: cl.Tensor) -> cl.Tensor:
            y = x * 2
            view = y.flatten(1)
            y += 1
            return y.flatten(1) * 3 + view.detach() * 0

    watched = trace(Net(), cl.tensor([[[1.0, 2.0]]]))
    numbers = [call.output.flatten().tolist() for call in watched.calls[:4]]
    assert numbers == [[2.0, 4.0], [2.0, 4.0], [3.0, 5.0], [3.0, 5.0]]
