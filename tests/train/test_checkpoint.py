from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convolens.errors import CheckpointError
from convolens.train import load_checkpoint
from convolens.train.arrays_file import read_arrays, write_arrays
from convolens.train.checkpoint import load_weights, weights_of

from .makers import OPTIMIZERS, fit, network, trainer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fit(trainer(tmp_path, about={"model": "small"}), 1)
    return tmp_path / "checkpoint.safetensors"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_holds_all_that_a_run_needs(tmp_path, optimizer) -> None:
    made = trainer(tmp_path, optimizer=optimizer)
    fit(made, 2)
    saved = load_checkpoint(tmp_path / "checkpoint.safetensors")
    assert saved.optimizer_name == type(made.optimizer).__name__
    assert saved.position.epoch == 2
    assert list(saved.history) == made.history
    assert saved.scheduler == made.state.scheduler.state_dict()
    own = made.optimizer.state_dict()
    assert saved.optimizer["param_groups"] == own["param_groups"]
    for number, state in own["state"].items():
        for name, value in state.items():
            assert np.array_equal(saved.optimizer["state"][number][name], value)


def test_each_changed_byte_and_each_cut_is_refused(path) -> None:
    # Every byte of the header; of the numbers, which are checked alike, every 16th.
    content = path.read_bytes()
    length = 8 + int.from_bytes(content[:8], "little")
    for place in [*range(length), *range(length, len(content), 16), len(content) - 1]:
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(CheckpointError):
            load_checkpoint(path)
    for cut in range(0, len(content), 16):
        path.write_bytes(content[:cut])
        with pytest.raises(CheckpointError):
            load_checkpoint(path)


@pytest.mark.parametrize(
    "change",
    [
        {"numbers": {"x": {}}},
        {"numbers": []},
        {"numbers": {}},
        {"groups": None},
        {"groups": [1]},
        {"random": [1]},
        {"random": "ab"},
        {"position": {"epoch": 1}},
        {"position": None},
        {"history": [{"epoch": "one"}]},
        {"history": 3},
        {"about": ...},
    ],
    ids=str,
)
def test_a_right_checksum_over_nonsense_is_refused(path, change) -> None:
    arrays, facts = read_arrays(path)
    facts = {name: value for name, value in facts.items() if name not in ("sha256", "format")}
    facts = {name: value for name, value in {**facts, **change}.items() if value is not ...}
    write_arrays(path, arrays, facts)
    with pytest.raises(CheckpointError):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "change",
    [
        {"random": [-1, 0]},
        {"scheduler": {}},
        {"scheduler": {"last_epoch": "x", "base_lrs": [0.1]}},
        {"scheduler": {"last_epoch": 1, "base_lrs": []}},
        {"groups": [{"params": [0]}]},
        {"groups": []},
        {"numbers": {"0": {}, "1": {}, "2": {}, "3": {}, "9": {"step": 1}}},
    ],
    ids=str,
)
def test_a_state_that_does_not_fit_changes_nothing(path, change) -> None:
    arrays, facts = read_arrays(path)
    facts = {name: value for name, value in facts.items() if name not in ("sha256", "format")}
    write_arrays(path, arrays, {**facts, **change})
    made = trainer(path.parent, seed=3, about={"model": "small"})
    before = {name: array.tobytes() for name, array in weights_of(made.model).items()}
    with pytest.raises(CheckpointError):
        made.resume()
    assert {name: array.tobytes() for name, array in weights_of(made.model).items()} == before
    assert made.history == []


def test_weights_of_another_model_are_refused_in_words() -> None:
    model = network()
    weights = weights_of(model)
    with pytest.raises(CheckpointError) as caught:
        load_weights(model, {**weights, "more": np.zeros(3, np.float32)}, "a file")
    assert "a file is from another model. Parameters that do not fit: 1" in str(caught.value)
    assert "more  float32[3]  the model has nothing" in str(caught.value)
    with pytest.raises(CheckpointError, match="3 more"):
        load_weights(model, {str(n): np.zeros(1) for n in range(3)}, "a file")
