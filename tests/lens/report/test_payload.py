from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.lens.report import render_report
from convolens.lens.report.portion import default_pixel, portions

from .makers import digits_inputs, inputs_of, pixels, report_of, scene_of, small_net

DATA = re.compile(r'<script type="application/json" id="numbers">(.*?)</script>', re.DOTALL)


def numbers_of(page: str) -> dict:
    (text,) = DATA.findall(page)
    return json.loads(text)


def floats(text: str, kind: str = "f4") -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<" + kind)


def test_the_numbers_are_the_engines_own() -> None:
    scene = scene_of(small_net(), (1, 8, 8), 16)
    first, second = numbers_of(render_report(scene.inputs))["layers"]
    for number, view in enumerate(scene.views):
        one, two = view.calls
        assert np.array_equal(floats(first["images"][number]["y"]), one.output.ravel())
        assert np.array_equal(floats(second["images"][number]["y"]), two.output.ravel())
        assert np.array_equal(floats(second["images"][number]["x"]), two.x.ravel())
        whole = np.frombuffer(base64.b64decode(first["images"][number]["bytes"]), np.uint8)
        assert np.array_equal((whole / np.float32(16)).astype(np.float32), one.x.ravel())
    assert np.array_equal(floats(second["weights"]), scene.calls[1].weight.ravel())
    assert first["taps"] == [table.tolist() for table in scene.calls[0].tables]


def test_images_that_are_no_whole_numbers_travel_as_floats() -> None:
    image = pixels(1, (1, 8, 8), 16) * np.float32(0.999)
    layer = numbers_of(render_report(digits_inputs(images=image, labels=None)))["layers"][0]
    assert layer["scale"] is None
    assert np.array_equal(floats(layer["images"][0]["x"]), image.ravel())


def test_doubles_travel_as_doubles() -> None:
    layer = numbers_of(render_report(report_of("double")))["layers"][1]
    assert layer["type"] == "f8"
    assert len(floats(layer["weights"], "f8")) == 6 * 4 * 9


def test_large_layers_give_fewer_channels_and_say_so() -> None:
    inputs = report_of("photo")
    page = render_report(inputs)
    layer = numbers_of(page)["layers"][0]
    assert 1 <= layer["y"][0] < 32
    assert "channels can be chosen" in page


def test_what_is_too_large_is_shown_without_a_choice() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3))
    page = render_report(inputs_of(net, (1, 500, 500), count=1))
    assert numbers_of(page)["layers"] == []
    assert "too many for this page" in page


def test_the_first_pixel_shown_is_the_largest() -> None:
    scene = scene_of(small_net(), (1, 8, 8), 16)
    output = scene.calls[0].output
    assert abs(output[default_pixel(portions(scene)[0])]) == np.abs(output).max()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_json_of_numbers_that_are_not_finite(value: float) -> None:
    net = small_net()
    inputs = inputs_of(net, (1, 8, 8), 16)
    net[0].weight.data.copy_(np.full((4, 1, 3, 3), value, np.float32))
    assert len(numbers_of(render_report(inputs))["layers"]) == 2


def test_a_network_that_does_something_else_with_the_second_image() -> None:
    class Choosy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Conv2d(1, 2, 3)
            self.two = nn.Conv2d(1, 2, 5)

        def forward(self, x: cl.Tensor) -> cl.Tensor:
            return self.one(x) if x.numpy().mean() < 0.5 else self.two(x)

    image = np.stack([np.zeros((1, 8, 8)), np.ones((1, 8, 8))]).astype(np.float32)
    inputs = inputs_of(Choosy(), (1, 8, 8), 16, images=image)
    assert numbers_of(render_report(inputs))["layers"] == []
