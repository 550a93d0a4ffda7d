"""Going on equals never having stopped, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import convolens as cl
from convolens.data import Splits, Subset, load_digits
from convolens.errors import CheckpointError
from convolens.train import Trainer
from convolens.train.arrays_file import read_arrays
from convolens.train.interrupt import Interrupted

from .makers import (
    BATCH,
    OPTIMIZERS,
    TRANSFORMS,
    digits,
    fit,
    network,
    numbers,
    schedule,
    trainer,
    weights,
)

BATCHES = 3
EPOCHS = 3


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = cl.get_num_threads()
    yield
    cl.set_num_threads(before)


def state_of(folder: Path) -> tuple[dict[str, bytes], dict[str, object]]:
    """Return all arrays, and all facts but the times."""
    arrays, facts = read_arrays(folder / "checkpoint.safetensors")
    history = [
        {name: row[name] for name in row if name not in ("seconds", "images_per_second")}
        for row in facts["history"]
    ]
    rest = {name: value for name, value in facts.items() if name not in ("sha256", "history")}
    return {name: array.tobytes() for name, array in arrays.items()}, {**rest, "history": history}


def finish(folder: Path, optimizer: str, stops: list[int], seed: int = 9) -> Trainer:
    """Stop after the given numbers of batches, each time with objects that know nothing; finish."""
    resume = False
    for stop_after in stops:
        made = trainer(folder, optimizer=optimizer, stop_after=stop_after, seed=seed * resume)
        if resume:
            made.resume()
        with pytest.raises(Interrupted, match="Saved in"):
            fit(made, EPOCHS)
        resume = True
    cl.manual_seed(1234)
    made = trainer(folder, optimizer=optimizer, seed=seed)
    made.resume()
    fit(made, EPOCHS)
    return made


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_stopped_after_every_single_batch(tmp_path, optimizer) -> None:
    cl.set_num_threads(1)
    whole = trainer(tmp_path / "whole", optimizer=optimizer)
    fit(whole, EPOCHS)
    cl.set_num_threads(2)
    parts = finish(tmp_path / "parts", optimizer, [1] * (BATCHES * EPOCHS))
    assert weights(parts.model) == weights(whole.model)
    assert numbers(parts.history) == numbers(whole.history)
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


@pytest.mark.parametrize("stop_after", range(1, BATCHES * EPOCHS + 1))
def test_stopped_once_after_any_batch(tmp_path, stop_after) -> None:
    whole = trainer(tmp_path / "whole")
    fit(whole, EPOCHS)
    finish(tmp_path / "parts", "adam", [stop_after])
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


def test_stopped_within_an_evaluation(tmp_path) -> None:
    whole = trainer(tmp_path / "whole")
    fit(whole, EPOCHS)
    made = trainer(tmp_path / "parts")
    made.model.register_forward_hook(lambda model, x, y: None if model.training else made.stop())
    with pytest.raises(Interrupted, match="after batch 3"):
        fit(made, EPOCHS)
    finish(tmp_path / "parts", "adam", [])
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


def test_resumed_for_more_epochs(tmp_path) -> None:
    whole = trainer(tmp_path / "whole")
    fit(whole, EPOCHS)
    fit(trainer(tmp_path / "parts"), 1)
    finish(tmp_path / "parts", "adam", [])
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


def test_early_stopping_remembers_its_best(tmp_path) -> None:
    found = {}
    for name, stop_after in (("whole", None), ("parts", 7)):
        stopped = True
        while stopped:
            made = trainer(tmp_path / name, early_stopping=3, stop_after=stop_after)
            if (tmp_path / name).exists():
                made.resume()
            else:
                # So large a rate that the loss soon rises.
                made.optimizer.param_groups[0]["lr"] = made.state.scheduler.base_lrs[0] = 0.3
            try:
                fit(made, 40)
            except Interrupted:
                continue
            stopped = False
        found[name] = made
    assert found["whole"].has_stalled
    assert numbers(found["parts"].history) == numbers(found["whole"].history)
    assert weights(found["parts"].model) == weights(found["whole"].model)
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


def test_history_csv_equals_but_for_times(tmp_path) -> None:
    from convolens.train import read_history

    fit(trainer(tmp_path / "whole"), EPOCHS)
    finish(tmp_path / "parts", "adam", [4])
    both = [numbers(read_history(tmp_path / n / "history.csv")) for n in ("whole", "parts")]
    assert both[0] == both[1]


def stopped(tmp_path: Path) -> Path:
    with pytest.raises(Interrupted):
        fit(trainer(tmp_path, stop_after=4), EPOCHS)
    return tmp_path


def test_another_order_within_an_epoch_is_refused(tmp_path) -> None:
    made = trainer(stopped(tmp_path))
    made.resume()
    data = digits()
    for arguments, word in (
        ((data.train, data.test, 3, BATCH + 1, TRANSFORMS), "batch_size"),
        ((data.train, data.test, 3, BATCH), "transforms"),
        ((Subset(data.train, np.arange(59)), data.test, 3, BATCH, TRANSFORMS), "images"),
    ):
        with pytest.raises(CheckpointError, match=word):
            made.fit(*arguments)
    made.seed = 7
    with pytest.raises(CheckpointError, match="seed"):
        fit(made, 3)


def test_another_model_is_refused(tmp_path) -> None:
    cl.manual_seed(0)
    model = cl.nn.Sequential(cl.nn.Flatten(), cl.nn.Linear(64, 10))
    optimizer = cl.optim.Adam(model.parameters())
    made = Trainer(model, optimizer, scheduler=schedule(optimizer), out=stopped(tmp_path))
    before = weights(model)
    with pytest.raises(CheckpointError, match="another model"):
        made.resume()
    assert weights(model) == before


def test_another_type_of_weights_is_refused(tmp_path) -> None:
    model = network().double()
    optimizer = cl.optim.Adam(model.parameters())
    made = Trainer(model, optimizer, scheduler=schedule(optimizer), out=stopped(tmp_path))
    with pytest.raises(CheckpointError, match="another model"):
        made.resume()


def test_another_optimizer_is_refused(tmp_path) -> None:
    with pytest.raises(CheckpointError, match="of Adam, not of SGD"):
        trainer(stopped(tmp_path), optimizer="sgd").resume()


def test_a_missing_schedule_is_refused(tmp_path) -> None:
    model = network()
    made = Trainer(model, cl.optim.Adam(model.parameters()), out=stopped(tmp_path))
    with pytest.raises(CheckpointError, match="schedule"):
        made.resume()


def test_another_description_is_refused(tmp_path) -> None:
    with pytest.raises(Interrupted):
        fit(trainer(tmp_path, stop_after=4, about={"model": "a", "size": (1, 2)}), EPOCHS)
    trainer(tmp_path, about={"model": "a", "size": (1, 2)}).resume()
    with pytest.raises(CheckpointError, match="another run") as caught:
        trainer(tmp_path, about={"model": "b", "size": (1, 2)}).resume()
    assert "model  a  here b" in str(caught.value)


def test_a_changed_byte_is_refused_and_nothing_is_used(tmp_path) -> None:
    path = stopped(tmp_path) / "checkpoint.safetensors"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    made = trainer(tmp_path, seed=3)
    before = weights(made.model)
    with pytest.raises(CheckpointError, match="checksum does not fit"):
        made.resume()
    assert weights(made.model) == before


def test_a_missing_checkpoint_is_refused(tmp_path) -> None:
    with pytest.raises(CheckpointError, match="there is no file"):
        trainer(tmp_path).resume()


def test_weights_alone_are_no_checkpoint(tmp_path) -> None:
    folder = stopped(tmp_path)
    (folder / "initial.safetensors").replace(folder / "checkpoint.safetensors")
    with pytest.raises(CheckpointError, match="not the state of a run"):
        trainer(folder).resume()


def test_threads_do_not_change_the_bits(tmp_path) -> None:
    found = []
    data = load_digits()
    some = Splits(Subset(data.train, np.arange(300)), Subset(data.test, np.arange(50)), "some")
    for threads in (1, 2):
        cl.set_num_threads(threads)
        made = trainer(optimizer="sgd")
        fit(made, 2, some)
        found.append((weights(made.model), numbers(made.history)))
    assert found[0] == found[1]
