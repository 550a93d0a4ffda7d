from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from convolens.cli._network import load_network
from convolens.cli._report import report_inputs, settings_in_words
from convolens.cli._settings_words import CHINESE, ENGLISH
from convolens.data import load_digits
from convolens.lens.language import speaking
from convolens.train import evaluate


def test_holds_what_the_run_holds(run) -> None:
    known, model = load_network(run)
    test = load_digits().test
    judged = evaluate(model, test)
    inputs = report_inputs(known, model, test, judged)
    assert inputs.title == "C4k3-R-P2-F10 on digits"
    assert len(inputs.history) == 2
    assert inputs.history[1]["epoch"] == 2
    assert (inputs.confusion == judged.confusion).all()
    assert inputs.scale == 16
    # One image of each class, in the order of the classes.
    assert inputs.labels.tolist() == list(range(10))
    assert inputs.images.shape == (10, 1, 8, 8)
    first = np.flatnonzero(test.labels == 3)[0]
    assert (inputs.images[3] == test.batch(np.array([first]))[0][0]).all()
    assert set(inputs.initial) == set(model.state_dict())
    assert (inputs.initial["conv1.weight"] != model.state_dict()["conv1.weight"].numpy()).any()


def test_without_the_first_weights_there_is_no_comparison(run) -> None:
    (run / "initial.safetensors").unlink()
    known, model = load_network(run)
    assert report_inputs(known, model, load_digits().test).initial is None


def test_settings_in_words(run) -> None:
    known, _ = load_network(run)
    words = settings_in_words(known)
    assert words["images"] == "digits, 1x8x8"
    assert words["optimizer"] == "adam, learning rate 0.001"
    assert words["seed"] == "0"
    assert "momentum" not in words
    other = replace(
        known.task.settings,
        optimizer="sgd",
        momentum=0.9,
        weight_decay=1e-4,
        schedule="step",
        augment="shift1",
        early_stopping=5,
    )
    words = settings_in_words(replace(known, task=replace(known.task, settings=other)))
    assert words["schedule"] == "times 0.1 every 10 epochs"
    assert words["early stopping"] == "after 5 epochs without progress"
    assert (words["momentum"], words["weight decay"]) == ("0.9", "0.0001")
    assert words["augmentation"] == "shift1"
    with speaking("zh"):
        chinese = settings_in_words(replace(known, task=replace(known.task, settings=other)))
    assert len(chinese) == len(words)
    assert {name for name in chinese if name.isascii()} == {"convolens"}
    assert chinese["学习率调度"] == "每 10 轮乘以 0.1"
    assert chinese["优化器"] == "sgd，学习率 0.001"


def test_both_languages_have_all_settings() -> None:
    assert set(CHINESE) == {key for key in ENGLISH if not key.endswith(".one")}
    for key, text in CHINESE.items():
        assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", ENGLISH[key])), key
