from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.cli._network import load_network
from convolens.data import load_digits
from convolens.train import predict as predicted
from data.makers import write_image

from .runs import call, refused


@pytest.fixture
def digit(tmp_path: Path) -> Path:
    """The first test digit as a PNG."""
    pixels, _ = load_digits().test.raw(0)
    scaled = np.rint(pixels[..., 0] / 16 * 255).astype(np.uint8)
    Image.fromarray(scaled).save(tmp_path / "digit.png")
    return tmp_path / "digit.png"


def test_says_what_the_network_says(run, digit) -> None:
    result = call("predict", run, digit, "--json", "--top", "10")
    assert result.exit_code == 0, result.output
    (answer,) = json.loads(result.stdout)
    assert answer["image"] == str(digit)
    _, model = load_network(run)
    images, _ = load_digits().test.batch(np.array([0]))
    (shares,) = predicted(model, images)
    found = {item["class"]: item["share"] for item in answer["predictions"]}
    # A grey level of 16 is stored as one of 255: a pixel is off by up to 0.5 / 255.
    np.testing.assert_allclose([found[name] for name in "0123456789"], shares, atol=0.01)
    assert sum(found.values()) == pytest.approx(1, abs=1e-6)
    ordered = [item["share"] for item in answer["predictions"]]
    assert ordered == sorted(ordered, reverse=True)


def test_a_table_with_the_three_likeliest(run, digit) -> None:
    header, row = call("predict", run, digit).output.splitlines()
    assert header.split() == ["image", *["class", "share"] * 3]
    assert row.startswith(str(digit))
    assert row.count("%") == 3


def test_several_images_at_once(run, digit) -> None:
    answers = json.loads(call("predict", run, digit, digit, "--json").stdout)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert len(answers[0]["predictions"]) == 3


def test_more_classes_than_there_are_gives_all(run, digit) -> None:
    (answer,) = json.loads(call("predict", run, digit, "--json", "--top", "99").stdout)
    assert len(answer["predictions"]) == 10


def test_images_that_do_not_fit_are_refused(run, tmp_path) -> None:
    large = write_image(tmp_path / "large.png", size=(28, 28))
    said = refused("predict", run, large, words="it is 28x28, but the network wants 8x8")
    assert "Hint: resize it, or let convolens stretch it with --fit." in said
    colour = write_image(tmp_path / "colour.png", "RGB", size=(8, 8))
    words = "it is in colour, 3 channels, but the network wants 1"
    assert "fit=" not in refused("predict", run, colour, words=words)
    result = call("predict", run, large, colour, "--fit")
    assert result.exit_code == 0


def test_missing_and_damaged_images_are_refused(run, digit, tmp_path) -> None:
    refused("predict", run, tmp_path / "missing.png", words="there is no file")
    digit.write_bytes(digit.read_bytes()[:40])
    refused("predict", run, digit, words="digit.png")
    (tmp_path / "text.png").write_text("no picture")
    refused("predict", run, tmp_path / "text.png", words="no PNG, JPEG, BMP or WebP image")
    refused("predict", run, tmp_path, words="is a folder")
    refused("predict", run, words="Missing argument")


def test_one_bad_image_gives_no_half_answer(run, digit) -> None:
    result = call("predict", run, digit, "missing.png")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_run_of_another_model_is_refused(run, digit, tmp_path) -> None:
    from .runs import SMALL

    call("train", *SMALL[2:], "--model", "C5k3-R-P2-F10", "--out", tmp_path / "other")
    (tmp_path / "other" / "run.json").replace(run / "run.json")
    refused("predict", run, digit, words="from another run")
