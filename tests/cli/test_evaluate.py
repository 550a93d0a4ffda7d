from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from convolens.cli._network import load_network
from convolens.data import load_digits
from convolens.train import evaluate as evaluated
from convolens.train import wilson_interval
from data.makers import write_idx_folder

from .runs import call, refused


def test_says_what_the_trainer_says(run) -> None:
    result = call("evaluate", run, "--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    _, model = load_network(run)
    expected = evaluated(model, load_digits().test, batch_size=32)
    assert facts["accuracy"] == expected.accuracy
    assert facts["correct"] == expected.correct
    assert facts["images"] == 360
    assert facts["interval"] == list(wilson_interval(expected.correct, 360))
    assert facts["confusion"] == expected.confusion.tolist()
    assert facts["loss"] == expected.loss
    assert len(facts["scores"]) == 10
    losses = [mistake["loss"] for mistake in facts["mistakes"]]
    assert losses == sorted(losses, reverse=True)
    for mistake in facts["mistakes"]:
        assert str(load_digits().test.labels[mistake["image"]]) == mistake["label"]
        assert mistake["predicted"] != mistake["label"]


def test_tables_for_people(run) -> None:
    output = call("evaluate", run, "--worst", "3").output
    for words in ("95% interval", "Confusion matrix", "recall", "precision", "Worst mistakes"):
        assert words in output
    assert len(output.split("Worst mistakes\n")[1].strip().splitlines()) == 4


def test_no_mistakes_asked_for_none_shown(run) -> None:
    assert "Worst mistakes" not in call("evaluate", run, "--worst", "0").output


def test_tables_on_a_terminal(run, monkeypatch) -> None:
    from convolens.cli import _tables

    shown = []
    monkeypatch.setattr(_tables, "_print_rich", lambda *arguments: shown.append(arguments[-1]))
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True)
    assert call("evaluate", run).exit_code == 0
    assert shown[0].startswith("Confusion matrix")


def test_training_images_of_the_run(run) -> None:
    facts = json.loads(call("evaluate", run, "--part", "train", "--json").stdout)
    # The run was limited to 100 of the images.
    assert facts["images"] == 100


def test_other_images_of_the_same_kind(run, tmp_path) -> None:
    test = load_digits().test
    images = np.stack([test.raw(index)[0][..., 0] for index in range(50)])
    scaled = np.rint(images / 16 * 255).astype(np.uint8)
    labels = test.labels[:50]
    for kind in (scaled, (images / 16).astype(np.float32)):
        np.savez(
            tmp_path / "a.npz",
            x_train=kind,
            y_train=labels,
            x_test=kind,
            y_test=labels,
            classes=np.array(list("0123456789")),
        )
        facts = json.loads(call("evaluate", run, tmp_path / "a.npz", "--json").stdout)
        assert facts["images"] == 50
    first = json.loads(call("evaluate", run, "--json", "--worst", "360").stdout)
    wrong = [mistake for mistake in first["mistakes"] if mistake["image"] < 50]
    assert facts["correct"] == 50 - len(wrong)


def test_images_of_another_size_or_classes_are_refused(run, tmp_path) -> None:
    write_idx_folder(tmp_path / "data")
    said = refused("evaluate", run, tmp_path / "data", words="not what the network was trained for")
    assert "1x4x5" in said
    assert "1x8x8" in said


def test_missing_data_are_refused(run) -> None:
    refused("evaluate", run, "nowhere", words="there is no data set")


@pytest.mark.parametrize("file", ["checkpoint.safetensors", "run.json"])
def test_damaged_runs_are_refused(run, file) -> None:
    content = (run / file).read_bytes()
    (run / file).write_bytes(content[:-1])
    refused("evaluate", run, words="checksum does not fit")
    (run / file).unlink()
    refused("evaluate", run, words="there is no")


def test_a_folder_that_is_no_run_is_refused(tmp_path) -> None:
    refused("evaluate", tmp_path, words="is no run folder")
    refused("evaluate", words="Missing argument")


def test_a_run_may_be_moved(run, tmp_path) -> None:
    shutil.move(run, tmp_path / "elsewhere")
    assert call("evaluate", tmp_path / "elsewhere").exit_code == 0


def test_does_not_change_the_run(run) -> None:
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    call("evaluate", run)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
