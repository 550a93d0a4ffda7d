from __future__ import annotations

import numpy as np
import pytest

from convolens.cli import _data
from convolens.errors import ArgumentError


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
