from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from convolens.errors import CheckpointError
from convolens.train import Run, Settings, Task, fingerprint, load_run, save_run
from convolens.train.seal import BLANK, seal

from .makers import digits, fit, trainer

DATA = digits()
TASK = Task(
    model="C4k3-R-P2-F10",
    data="digits",
    name="a few digits",
    size=None,
    channels=None,
    limit=60,
    train=fingerprint(DATA.train),
    test=fingerprint(DATA.test),
    input_shape=(1, 8, 8),
    classes=("nul", "één", "二", *"3456789"),
    scale=16,
    settings=Settings(early_stopping=3),
    version="0.1.0",
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path, TASK)
    save_run(made)
    return made


def test_comes_back_equal(run) -> None:
    assert load_run(run.folder) == run
    assert "二" in (run.folder / "run.json").read_text("utf-8")


def test_each_changed_byte_is_refused(run) -> None:
    path = run.folder / "run.json"
    content = path.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x01
        path.write_bytes(changed)
        with pytest.raises(CheckpointError):
            load_run(run.folder)
    for length in range(0, len(content), 3):
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            load_run(run.folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "newer convolens"),
        ({"model": 3}, "model cannot be 3"),
        ({"input_shape": [1, 8]}, "input_shape"),
        ({"new": 1}, "'new' is not known"),
        ({"settings": {}}, "optimizer is missing"),
        ({"format": "x"}, "not laid out"),
    ],
)
def test_a_right_checksum_over_other_facts_is_refused(run, change, words) -> None:
    path = run.folder / "run.json"
    facts = {**json.loads(path.read_text("utf-8")), "sha256": BLANK, **change}
    path.write_bytes(seal(json.dumps(facts, indent=2).encode(), b'"sha256": "'))
    with pytest.raises(CheckpointError, match=words):
        load_run(run.folder)


def test_settings_that_do_not_go_are_refused(run) -> None:
    path = run.folder / "run.json"
    facts = {**json.loads(path.read_text("utf-8")), "sha256": BLANK}
    facts["settings"]["optimizer"] = "magic"
    path.write_bytes(seal(json.dumps(facts, indent=2).encode(), b'"sha256": "'))
    with pytest.raises(CheckpointError, match="not laid out"):
        load_run(run.folder)


def test_no_run_folder(tmp_path) -> None:
    with pytest.raises(CheckpointError, match="there is no run folder"):
        load_run(tmp_path / "missing")
    with pytest.raises(CheckpointError, match="is no run folder"):
        load_run(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CheckpointError, match="there is no run folder"):
        load_run(tmp_path / "file")


def test_a_checkpoint_of_another_run_is_refused(tmp_path) -> None:
    run = Run(tmp_path, replace(TASK, settings=Settings()))
    save_run(run)
    fit(trainer(tmp_path, about=run.task.about()), 1)
    assert len(load_run(tmp_path).state().history) == 1
    other = replace(run.task, model="C8k3-R-P2-F10")
    save_run(Run(tmp_path, other))
    with pytest.raises(CheckpointError, match="from another run") as caught:
        load_run(tmp_path).weights()
    assert "C8k3-R-P2-F10" in str(caught.value)


def test_more_epochs_are_the_same_run(tmp_path) -> None:
    run = Run(tmp_path, replace(TASK, settings=Settings(epochs=1)))
    save_run(run)
    fit(trainer(tmp_path, about=run.task.about()), 1)
    longer = run.with_epochs(9)
    save_run(longer)
    assert load_run(tmp_path).task.settings.epochs == 9
    assert load_run(tmp_path).state()


def test_with_early_stopping_the_best_weights_are_used(tmp_path) -> None:
    run = Run(tmp_path, TASK)
    save_run(run)
    made = trainer(tmp_path, about=run.task.about(), early_stopping=3)
    fit(made, 2)
    best = load_run(tmp_path).weights()
    assert {name: array.tobytes() for name, array in best.items()} == {
        name: tensor.numpy().tobytes() for name, tensor in made.model.state_dict().items()
    }
    (tmp_path / "best.safetensors").unlink()
    with pytest.raises(CheckpointError, match="there is no file"):
        load_run(tmp_path).weights()
