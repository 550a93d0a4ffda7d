from __future__ import annotations

import errno
from pathlib import Path

import pytest

import convolens as cl
from convolens.errors import ArgumentError, CheckpointError, TrainingError
from convolens.train.arrays_file import read_arrays
from convolens.train.history import Epoch
from convolens.train.position import Position
from convolens.train.state import State
from convolens.train.store import Store, saving

from .makers import network, weights


def store(folder: Path | None, *, keep_best: bool = False, **about: object) -> tuple[Store, State]:
    model = network()
    state = State(model, cl.optim.Adam(model.parameters()))
    return Store(folder, state, about, keep_best), state


def after_epoch(state: State, test_loss: float) -> None:
    number = len(state.history) + 1
    state.history.append(Epoch(number, 1.0, 0.5, test_loss, 0.5, 0.1, 1.0, 1.0))
    state.position = Position(number)
    with cl.no_grad():
        state.model.fc.bias.fill_(number)


def test_begins_once(tmp_path) -> None:
    made, state = store(tmp_path)
    made.begin()
    after_epoch(state, 1.0)
    made.begin()
    initial, facts = read_arrays(tmp_path / "initial.safetensors")
    assert facts["epoch"] == 0
    assert initial["fc.bias"][0] != 1


def test_without_a_folder_nothing_is_written() -> None:
    made, _ = store(None)
    made.begin()
    made.save_epoch()
    assert made.folder is None


def test_another_run_is_never_overwritten(tmp_path) -> None:
    made, _ = store(tmp_path)
    made.begin()
    made.begin()
    with pytest.raises(ArgumentError, match="another run"):
        store(tmp_path)[0].begin()


def test_keeps_the_best(tmp_path) -> None:
    made, state = store(tmp_path, keep_best=True)
    made.begin()
    for loss in (3.0, 1.0, 2.0):
        after_epoch(state, loss)
        made.save_epoch()
    best, facts = read_arrays(tmp_path / "best.safetensors")
    assert facts["epoch"] == 2
    assert best["fc.bias"][0] == 2
    last = weights(state.model)
    made.take_best()
    assert state.model.fc.bias.detach().numpy()[0] == 2
    # Training would go on from the last weights.
    made.begin()
    assert weights(state.model) == last


def test_keeps_no_best_unasked(tmp_path) -> None:
    made, state = store(tmp_path)
    made.begin()
    after_epoch(state, 1.0)
    made.save_epoch()
    assert not (tmp_path / "best.safetensors").exists()


def test_loads_what_was_saved_and_cleans_up(tmp_path) -> None:
    made, state = store(tmp_path, model="a")
    made.begin()
    after_epoch(state, 1.0)
    made.save_epoch()
    (tmp_path / ".checkpoint.safetensors.00000000.unfinished").write_bytes(b"half")
    again, restored = store(tmp_path, model="a")
    again.load()
    assert weights(restored.model) == weights(state.model)
    assert restored.history == state.history
    assert not list(tmp_path.glob(".*"))
    again.begin()
    with pytest.raises(CheckpointError, match="from another run"):
        store(tmp_path, model="b")[0].load()


def test_a_missing_best_is_refused(tmp_path) -> None:
    made, state = store(tmp_path, keep_best=True)
    made.begin()
    after_epoch(state, 1.0)
    made.save_epoch()
    (tmp_path / "best.safetensors").unlink()
    with pytest.raises(CheckpointError, match="there is no file"):
        store(tmp_path, keep_best=True)[0].load()


def test_errors_of_writing_are_said_in_words(tmp_path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        pytest.raises(TrainingError, match="cannot be saved: No space left on device"),
        saving(tmp_path),
    ):
        raise full
