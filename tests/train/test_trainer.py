from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.data import ArrayDataset, Normalize, Splits, Subset, load_digits
from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.train import Trainer, read_history
from convolens.train.arrays_file import read_arrays
from convolens.train.interrupt import Interrupted

from .makers import BATCH, digits, fit, network, numbers, trainer, weights


def test_learns_the_digits() -> None:
    made = trainer()
    data = load_digits()
    # Mirrored digits are other digits, so without transforms.
    rows = made.fit(data.train, data.test, 8, BATCH)
    assert rows[-1].test_accuracy > 0.8
    assert made.evaluate(data.test).accuracy == rows[-1].test_accuracy
    assert [row.epoch for row in rows] == list(range(1, 9))


def test_a_row_says_what_happened() -> None:
    made = trainer()
    (row,) = fit(made, 1)
    assert row.lr == 0.01
    assert 0 <= row.train_accuracy <= 1
    assert row.images_per_second == pytest.approx(60 / row.seconds)
    assert row.test_loss == made.evaluate(digits().test, BATCH).loss


def test_the_training_loss_is_the_mean_over_images_not_batches() -> None:
    # 50 images in batches of 20 are 20, 20 and 10; with a rate of 0 the loss is that of evaluate.
    model = cl.nn.Sequential(cl.nn.Flatten(), cl.nn.Linear(64, 10))
    made = Trainer(model, cl.optim.SGD(model.parameters(), lr=0.0), progress=False)
    data = digits(50)
    (row,) = made.fit(data.train, data.test, 1, 20)
    # The sums are float64 of float32 losses, whose rounding is 6e-8 relative.
    assert row.train_loss == pytest.approx(made.evaluate(data.train, 50).loss, rel=1e-6)
    assert row.train_accuracy == made.evaluate(data.train).accuracy


def test_the_same_seeds_give_the_same_bits() -> None:
    first = trainer()
    fit(first)
    second = trainer()
    fit(second)
    assert numbers(first.history) == numbers(second.history)
    assert weights(first.model) == weights(second.model)


def test_another_seed_gives_another_order() -> None:
    first = trainer()
    fit(first, 1)
    second = trainer()
    second.seed = 6
    fit(second, 1)
    assert weights(first.model) != weights(second.model)


def test_epochs_count_in_all() -> None:
    whole = trainer()
    fit(whole, 3)
    parts = trainer()
    fit(parts, 1)
    fit(parts, 3)
    fit(parts, 2)
    assert numbers(whole.history) == numbers(parts.history)
    assert weights(whole.model) == weights(parts.model)


def test_the_rate_follows_the_schedule() -> None:
    assert [row.lr for row in fit(trainer(), 5)] == [0.01, 0.01, 0.005, 0.005, 0.0025]


def test_files_are_written(tmp_path) -> None:
    made = trainer(tmp_path / "new" / "run")
    before = weights(made.model)
    rows = fit(made, 2)
    folder = tmp_path / "new" / "run"
    assert {path.name for path in folder.iterdir()} == {
        "checkpoint.safetensors",
        "history.csv",
        "initial.safetensors",
    }
    assert read_history(folder / "history.csv") == rows
    initial, _ = read_arrays(folder / "initial.safetensors")
    assert {name: array.tobytes() for name, array in initial.items()} == before


def test_another_run_is_not_overwritten(tmp_path) -> None:
    fit(trainer(tmp_path), 1)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(ArgumentError, match="another run"):
        fit(trainer(tmp_path), 2)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


def test_callbacks_see_each_epoch_and_may_stop() -> None:
    seen = []
    made = trainer(on_epoch=[seen.append])
    made.on_epoch.append(lambda row: made.stop() if row.epoch == 2 else None)
    with pytest.raises(Interrupted, match="Nothing was saved"):
        fit(made, 5)
    assert seen == made.history
    assert len(seen) == 2
    # A stopped trainer goes on where it was.
    assert len(fit(made, 3)) == 3


def test_early_stopping_takes_the_best_weights(tmp_path) -> None:
    kept = {}
    made = trainer(tmp_path, early_stopping=2)
    made.on_epoch.append(lambda row: kept.update({row.epoch: weights(made.model)}))
    # A rate so large that the loss soon rises.
    made.optimizer.param_groups[0]["lr"] = made.state.scheduler.base_lrs[0] = 0.3
    rows = fit(made, 40)
    losses = [row.test_loss for row in rows]
    best = int(np.argmin(losses)) + 1
    assert made.has_stalled
    assert made.best_epoch == best == len(rows) - 2
    assert weights(made.model) == kept[best] != kept[len(rows)]
    saved, facts = read_arrays(tmp_path / "best.safetensors")
    assert {name: array.tobytes() for name, array in saved.items()} == kept[best]
    assert facts["epoch"] == best


def test_best_weights_do_not_disturb_going_on() -> None:
    whole = trainer(early_stopping=9)
    fit(whole, 4)
    parts = trainer(early_stopping=9)
    fit(parts, 2)
    fit(parts, 4)
    assert numbers(whole.history) == numbers(parts.history)
    assert weights(whole.model) == weights(parts.model)


def test_normalisation_is_part_of_all() -> None:
    model = network()
    made = Trainer(
        model, cl.optim.Adam(model.parameters()), normalize=Normalize(0.3, 0.4), progress=False
    )
    data = digits()
    rows = made.fit(data.train, data.test, 1)
    assert rows[0].test_loss == made.evaluate(data.test).loss
    images, _ = data.test.batch(np.arange(30))
    expected = made.evaluate(data.test).confidence
    np.testing.assert_allclose(made.predict(images).max(1), expected, rtol=1e-6)


@pytest.mark.parametrize("options", [{"early_stopping": 0}, {"early_stopping": -1}])
def test_bad_options_are_refused(options) -> None:
    with pytest.raises(ArgumentError, match="must be 1 or more"):
        trainer(**options)


@pytest.mark.parametrize(("epochs", "batch"), [(0, 10), (-1, 10), (1, 0)])
def test_bad_numbers_are_refused(epochs, batch, tmp_path) -> None:
    data = digits()
    with pytest.raises(ArgumentError, match="must be 1 or more"):
        trainer(tmp_path / "x").fit(data.train, data.test, epochs, batch)
    assert not (tmp_path / "x").exists()


def test_images_of_another_size_are_refused_with_the_layer() -> None:
    blank = ArrayDataset(np.zeros((4, 12, 12), np.uint8), np.array([0, 1, 0, 1]), "abcdefghij")
    with pytest.raises(ShapeError, match="In layer fc"):
        fit(trainer(), 1, Splits(blank, blank, "blank"))


def test_a_label_outside_the_classes_is_refused() -> None:
    data = digits()
    labels = data.train.labels.copy()
    labels[7] = 10
    broken = Subset(data.train, np.arange(60))
    broken.labels = labels
    with pytest.raises(IndexRangeError, match="10"):
        fit(trainer(), 1, Splits(broken, data.test, "broken"))


def test_no_folder_nothing_to_resume() -> None:
    from convolens.errors import CheckpointError

    with pytest.raises(CheckpointError, match="no folder"):
        trainer().resume()
