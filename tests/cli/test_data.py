from __future__ import annotations

import click
import numpy as np
import pytest

from convolens.cli import _data
from convolens.errors import ArgumentError, DataError
from data.makers import write_image, write_image_folder


def test_the_limit_draws_by_the_seed() -> None:
    first, again = (_data.open_images("digits", limit=200, seed=1) for _ in range(2))
    other = _data.open_images("digits", limit=200, seed=2)
    assert len(first.train) == 200
    assert len(first.test) == 360
    assert (first.train.labels == again.train.labels).all()
    assert (first.train.labels != other.train.labels).any()
    assert len(np.unique(first.train.labels)) == 10


def test_too_large_a_limit_is_refused() -> None:
    with pytest.raises(ArgumentError, match="1,437 training images"):
        _data.open_images("digits", limit=1438)


@pytest.mark.parametrize(("option", "hint"), [("size", "--size 6x5"), ("other", "")])
def test_advice_is_in_options_that_the_command_has(tmp_path, option, hint) -> None:
    write_image_folder(tmp_path, {"a": 3, "b": 3})
    write_image(tmp_path / "b" / "001.png", size=(6, 7))
    command = click.Command("a", params=[click.Option([f"--{option}"])])
    with click.Context(command), pytest.raises(DataError, match="different sizes") as caught:
        _data.open_images(str(tmp_path))
    assert hint in caught.value.hint
    assert bool(caught.value.hint) == bool(hint)
    assert "size=" not in caught.value.hint


def test_names_stay_and_paths_become_absolute(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _data.absolute("mnist") == "mnist"
    assert _data.absolute("./mnist") == str(tmp_path / "mnist")


def test_a_download_is_shown_on_a_terminal(monkeypatch, capsys) -> None:
    with _data._download_bar() as show:
        assert show is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with _data._download_bar() as show:
        show("file.gz", 500_000, 1_000_000)
        show("file.gz", 1_000_000, 1_000_000)
    assert "file.gz" in capsys.readouterr().err
