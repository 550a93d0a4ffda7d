from __future__ import annotations

import base64
import hashlib
import re

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.lens.report import ReportInputs, render_report
from convolens.tensor.random import random_state

from .makers import (
    HISTORY,
    KINDS,
    Functional,
    changed,
    digits_inputs,
    inputs_of,
    report_of,
    small_net,
)
from .page_reader import PageReader


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: render_report(report_of(name)) for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_every_page_is_well_formed(pages: dict[str, str], name: str) -> None:
    page = PageReader(pages[name])
    assert page.problems == []
    identifiers = [a["id"] for _, a in page.elements if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    for link in page.all("a") + page.all("use"):
        assert str(link["href"]).removeprefix("#") in identifiers
    for label in page.all("label"):
        assert "for" not in label or label["for"] in identifiers


@pytest.mark.parametrize("name", KINDS)
def test_no_page_needs_the_network(pages: dict[str, str], name: str) -> None:
    page = PageReader(pages[name])
    for tag, attributes in page.elements:
        for key in ("src", "href", "data", "action", "srcset", "poster"):
            value = attributes.get(key)
            assert value is None or value.startswith(("data:image/png;base64,", "#")), (tag, value)
    assert not re.search(r"url\(|@import|https?:|//[a-z]+\.", pages[name].split("</style>")[0])
    assert not re.search(r"https?:|fetch\(|XMLHttp|import\(", pages[name].rsplit("<script>")[-1])


@pytest.mark.parametrize("name", KINDS)
def test_sizes(pages: dict[str, str], name: str) -> None:
    assert len(pages[name]) < 2_000_000
    if name == "digits":
        assert len(pages[name]) < 400_000


def test_the_browser_is_told_to_run_this_script_alone(pages: dict[str, str]) -> None:
    page = PageReader(pages["digits"])
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    script = re.findall(r"<script>(.*?)</script>", pages["digits"], re.DOTALL)
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert policy is not None
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_same_inputs_give_the_same_bytes(lang: str) -> None:
    assert render_report(digits_inputs(), lang) == render_report(digits_inputs(), lang)


def test_nothing_in_the_text_can_become_a_tag() -> None:
    evil = "</script><script>alert('x')</script>\"'&<img src=x onerror=alert(1)>"
    inputs = digits_inputs(title=evil, classes=(evil,) * 10, settings={evil: evil, "note": evil})
    text = render_report(inputs)
    page = PageReader(text)
    assert page.problems == []
    assert len(page.all("script")) == 2
    assert not any("onerror" in a for _, a in page.elements)
    assert "<img src=x" not in text
    assert evil in page.text


def test_a_layer_name_and_a_broken_character_are_text_too() -> None:
    net = nn.Sequential({"<b>\udcff": nn.Conv2d(1, 2, 3)})
    text = render_report(ReportInputs("x\x00\ud800", net, (1, 8, 8)))
    assert PageReader(text).problems == []
    text.encode("utf-8")


def test_the_least_that_can_be_given() -> None:
    text = render_report(ReportInputs("a layer", nn.Conv2d(1, 2, 3), (1, 8, 8)))
    words = PageReader(text).text
    for sentence in ("no curves", "no confusion matrix", "before training are not known"):
        assert sentence in words
    assert words.count("No image was given") == 2


def test_a_network_without_weights() -> None:
    text = render_report(inputs_of(nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), (1, 8, 8)))
    words = PageReader(text).text
    assert "no filters to show" in words
    assert "nothing to take apart" in words


def test_a_network_of_functions() -> None:
    page = PageReader(render_report(inputs_of(Functional(), (1, 8, 8), 16)))
    assert page.problems == []
    assert "conv()" in page.text


def test_missing_classes_are_numbers() -> None:
    page = PageReader(
        render_report(digits_inputs(classes=("zero", "", "two"), labels=np.arange(3)))
    )
    assert "class zero" in page.text
    assert "class 1" in page.text
    cells = [a["title"] for a in page.all("td") if "title" in a]
    assert "1 of class 9, taken for two" in cells


def test_labels_outside_the_classes_and_images_without_labels() -> None:
    assert "class 77" in PageReader(render_report(digits_inputs(labels=np.array([77, 0, 1])))).text
    assert "This is class" not in render_report(digits_inputs(labels=None))


def test_numbers_that_are_not_finite_are_shown_as_such() -> None:
    net = small_net()
    inputs = inputs_of(net, (1, 8, 8), 16)
    broken = net[0].weight.detach().numpy().copy()
    broken[1, 0, 1, 1] = np.nan
    broken[2, 0, 0, 0] = -np.inf
    net[0].weight.data.copy_(broken)
    page = PageReader(render_report(inputs))
    assert page.problems == []
    assert "NaN" in page.texts
    assert "−∞" in page.texts
    assert "could not be compared" in page.text
    assert "there is no answer" in page.text


def test_a_history_with_holes() -> None:
    rows = [*HISTORY, {"epoch": 6, "train_loss": np.nan, "test_loss": np.inf}]
    page = PageReader(render_report(digits_inputs(history=rows)))
    assert page.problems == []
    assert "The loss is not a number in epochs: 6." in page.text
    assert PageReader(render_report(digits_inputs(history=[{"epoch": 1}]))).problems == []
    assert PageReader(render_report(digits_inputs(history=rows[:1]))).problems == []


def test_training_flags_and_random_numbers_stay() -> None:
    inputs = digits_inputs()
    inputs.model.train()
    cl.manual_seed(17)
    state = random_state()
    render_report(inputs)
    assert all(module.training for module in inputs.model.modules())
    assert random_state() == state


def test_what_is_left_out_is_said() -> None:
    net = nn.Sequential(nn.Conv2d(1, 200, 3), *(nn.ReLU() for _ in range(30)))
    words = PageReader(render_report(inputs_of(net, (1, 8, 8), 16, count=12))).text
    assert "Shown: the first 128 of 200." in words
    assert "Shown: the first 64 of 200 channels." in words
    assert "Shown: the first 24 of 31 steps." in words
    assert "of 12 images." in words


def test_large_maps_are_thinned_out() -> None:
    net = changed(nn.Sequential(nn.Conv2d(1, 2, 3, padding=1)))
    page = PageReader(render_report(inputs_of(net, (1, 100, 150))))
    assert "Of each map, one row and column in 3 is drawn." in page.text


def test_chinese() -> None:
    page = PageReader(render_report(digits_inputs(), "zh"))
    assert page.problems == []
    assert page.all("html")[0]["lang"] == "zh-CN"
    for word in ("卷积核", "特征图", "步幅", "填充", "感受野", "乘加"):
        assert word in page.text
