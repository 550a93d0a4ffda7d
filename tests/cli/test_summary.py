from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from convolens.cli.summary import summary
from convolens.errors import ArgumentError, ShapeError
from convolens.models import MODELS, list_models

from .runs import call, refused


def run(*arguments: str) -> Result:
    return CliRunner().invoke(summary, arguments)


def test_a_name() -> None:
    result = run("simple_convnet")
    assert result.exit_code == 0
    assert result.output.startswith("simple_convnet on 1x28x28\n")
    assert "433,890 parameters" in result.output


@pytest.mark.parametrize("name", list_models())
def test_every_name_with_the_images_it_was_designed_for(name: str) -> None:
    result = run(name)
    assert result.exit_code == 0
    assert "x".join(map(str, MODELS[name].input_shape)) in result.output.splitlines()[0]


def test_alexnets_first_layer_without_padding() -> None:
    result = run("C96k11s4", "--input", "3x224x224")
    assert result.exit_code == 0
    assert "the floor drops 1 row and 1 column: (224 - 11) / 4 + 1 = 54.25" in result.output


def test_json() -> None:
    result = run("C30k5-R-P2-F100-R-F10", "--json")
    values = json.loads(result.output)
    assert values["model"] == "C30k5-R-P2-F100-R-F10"
    assert values["parameters"] == 433_890
    assert len(values["rows"]) == 7


def test_input_and_classes() -> None:
    values = json.loads(run("lenet5", "--input", "3x32x32", "--classes", "100", "--json").output)
    assert values["input_shape"] == [3, 32, 32]
    assert values["rows"][-1]["output_shape"] == [1, 100]


@pytest.mark.parametrize("text", ["3X8X9", "3×8×9", " 3 , 8, 9", "3 x 8 x 9"])
def test_spellings_of_a_shape(text: str) -> None:
    assert run("F2", "--input", text).output.startswith("F2 on 3x8x9\n")


@pytest.mark.parametrize(
    "text", ["", "28", "28x28", "1x28x0", "1x-2x3", "axbxc", "1x2x3x4", "1x2x٣"]
)
def test_no_shape(text: str) -> None:
    result = run("lenet5", "--input", text)
    assert result.exit_code == 2
    assert "is not a shape; write channels x height x width" in result.output


def test_a_shape_too_large() -> None:
    result = run("lenet5", "--input", "1x1000000000x28")
    assert result.exit_code == 2
    assert "1000000000 has 10 digits, and 9 are the most" in " ".join(result.output.split())
    assert "is not a shape" not in result.output


def test_no_number_of_classes() -> None:
    assert run("lenet5", "--classes", "0").exit_code == 2


def test_an_unknown_network() -> None:
    result = run("lenet")
    assert isinstance(result.exception, ArgumentError)
    assert "did you mean 'lenet5'?" in str(result.exception)
    assert result.output == ""


def test_classes_that_differ_from_the_text() -> None:
    result = run("C8k3-F10", "--classes", "3")
    assert isinstance(result.exception, ArgumentError)
    assert "ends in 10 outputs, but there are 3 classes" in str(result.exception)


def test_an_image_too_small() -> None:
    result = run("lenet5", "--input", "1x8x8")
    assert isinstance(result.exception, ShapeError)
    assert "In layer conv2" in str(result.exception)


def test_a_model_that_stops_is_shown_up_to_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from convolens import models
    from convolens.models import registry

    monkeypatch.setattr(registry, "create_model", lambda *_, **__: models.lenet5())
    result = run("lenet5", "--input", "1x32x32")
    assert "conv2" in result.output
    assert "fc1" not in result.output
    assert isinstance(result.exception, ShapeError)
    assert "In layer fc1" in str(result.exception)


LONG = "C4k3p1-R-" * 40 + "F10"


@pytest.mark.parametrize("text", [LONG, LONG.replace("-", " - ") + "-R"])
def test_a_text_longer_than_a_file_name(text: str) -> None:
    assert len(text) > 255
    assert "conv40" in call("summary", text).output
    assert call("draw", text, "-o", "long.svg").output == "long.svg\n"


def test_no_text() -> None:
    refused("summary", "", words="there is no network ''")


def test_sizes_too_large_are_bad_input() -> None:
    said = refused("summary", "lenet5", "--input", "1x999999999x999999999", words="2**63 - 1 bytes")
    assert "use a smaller image" in said
    assert "larger" not in said
    refused("summary", "lenet5", "--classes", "99999999999", words="no memory for float32[")


def test_padding_counts_in_what_an_output_sees() -> None:
    table = call("summary", "C4k3p1-R-P2-C8k3p1-R-P2-F10", "--input", "1x8x8").output
    assert "10x10" in table  # on an image of 8x8
    assert "sees: the pixels that one output depends on, padding counted" in table


def test_help_teaches() -> None:
    text = " ".join(run("--help").output.split())
    for name in list_models():
        assert name in text
    for words in ("C30k5", "psame", "receptive field", "3x224x224", "Examples:", "no window reads"):
        assert words in text
