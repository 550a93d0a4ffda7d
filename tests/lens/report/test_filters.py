from __future__ import annotations

import numpy as np
import pytest

from convolens import nn
from convolens.lens.report import render_report
from convolens.lens.report.filters import weights_before
from convolens.lens.report.numbers import fixed

from .makers import changed, digits_inputs, inputs_of, scene_of, small_net, weights
from .page_reader import PageReader


def test_before_and_after_as_numbers() -> None:
    inputs = digits_inputs()
    assert inputs.initial is not None
    texts = set(PageReader(render_report(inputs)).texts)
    after = inputs.model.state_dict()["conv1.weight"].numpy()
    for value in (*inputs.initial["conv1.weight"].flat, *after.flat):
        assert fixed(float(value), 3) in texts


def test_the_scale_is_common_and_stated() -> None:
    inputs = digits_inputs()
    assert inputs.initial is not None
    pair = (inputs.initial["conv1.weight"], inputs.model.state_dict()["conv1.weight"].numpy())
    limit = max(float(np.abs(array).max()) for array in pair)
    assert f"±{fixed(limit, 3)}" in PageReader(render_report(inputs)).text


def test_the_weights_before_are_found_by_name() -> None:
    scene = scene_of(small_net(), (1, 8, 8), 16)
    before = weights_before(scene.inputs, scene.calls[0])
    assert scene.inputs.initial is not None
    assert before is not None
    assert np.array_equal(before, scene.inputs.initial["conv1.weight"])


@pytest.mark.parametrize("initial", [None, {}, {"conv1.weight": np.zeros((4, 1, 5, 5))}])
def test_weights_before_that_are_missing_or_of_another_size(initial: object) -> None:
    page = PageReader(render_report(digits_inputs(initial=initial)))
    assert "The weights before training are not known." in page.text


def test_a_linear_layers_weights_are_images() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    before = weights(net)
    scene = scene_of(changed(net), (1, 8, 8), 16, initial=before)
    found = weights_before(scene.inputs, scene.calls[0])
    assert found is not None
    assert np.array_equal(found, before["1.weight"].reshape(3, 1, 8, 8))


def test_colour_filters_show_each_plane() -> None:
    net = nn.Sequential(nn.Conv2d(3, 2, 3))
    page = PageReader(render_report(inputs_of(net, (3, 8, 8))))
    for letter in "RGB":
        assert page.texts.count(letter) >= 4


def test_many_input_channels() -> None:
    net = nn.Sequential(nn.Conv2d(5, 2, 3))
    page = PageReader(render_report(inputs_of(net, (5, 8, 8))))
    assert page.problems == []
    assert "Of each, shown: the first 3 of 5 input channels." in page.text
