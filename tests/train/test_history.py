from __future__ import annotations

import math

import pytest

from convolens.errors import CheckpointError
from convolens.train.history import Epoch, best_epoch, has_stalled, read_history, write_history


def rows(*losses: float) -> list[Epoch]:
    return [
        Epoch(number, 0.1, 1 / 3, loss, 0.5, 1e-3, 0.7, 1000.0)
        for number, loss in enumerate(losses, 1)
    ]


def test_comes_back_bit_for_bit(tmp_path) -> None:
    written = rows(math.pi, 1e-300, 1 / 7)
    write_history(tmp_path / "history.csv", written)
    assert read_history(tmp_path / "history.csv") == written


def test_is_a_table_that_people_can_read(tmp_path) -> None:
    write_history(tmp_path / "history.csv", rows(0.25))
    assert (tmp_path / "history.csv").read_text() == (
        "epoch,train_loss,train_accuracy,test_loss,test_accuracy,lr,seconds,images_per_second\n"
        "1,0.1,0.3333333333333333,0.25,0.5,0.001,0.7,1000.0\n"
    )


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n", b"\xff\xfe", b"1,2,3", b'"', b"epoch,train_loss\n1,2\n"]
)
def test_another_table_is_refused(tmp_path, content) -> None:
    (tmp_path / "history.csv").write_bytes(content)
    with pytest.raises(CheckpointError):
        read_history(tmp_path / "history.csv")


@pytest.mark.parametrize("row", ["x,1,1,1,1,1,1,1", "1,2", "", "1,2,3,4,5,6,7,8,9"])
def test_a_damaged_row_is_refused(tmp_path, row) -> None:
    write_history(tmp_path / "history.csv", rows(1.0))
    with (tmp_path / "history.csv").open("a") as stream:
        stream.write(row + "\n")
    with pytest.raises(CheckpointError):
        read_history(tmp_path / "history.csv")


def test_a_missing_file_is_refused(tmp_path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_history(tmp_path / "history.csv")


def test_the_best_epoch_is_the_first_with_the_least_loss() -> None:
    assert best_epoch([]) == 0
    assert best_epoch(rows(3, 1, 2, 1)) == 2


@pytest.mark.parametrize(
    ("losses", "patience", "stalled"),
    [
        ((), 1, False),
        ((1,), 1, False),
        ((1, 2), 1, True),
        ((2, 1), 1, False),
        ((1, 1), 1, True),
        ((1, 2), 2, False),
        ((1, 2, 3), 2, True),
        ((1, 2, 3), None, False),
    ],
)
def test_stalls_after_so_many_epochs(losses, patience, stalled) -> None:
    assert has_stalled(rows(*losses), patience) is stalled
