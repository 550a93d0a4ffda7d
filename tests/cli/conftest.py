"""What the tests of the command line share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import convolens as cl

from .runs import trained


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch) -> Iterator[None]:
    """Run in an empty folder, and give the threads back."""
    monkeypatch.chdir(tmp_path)
    threads = cl.get_num_threads()
    yield
    cl.set_num_threads(threads)


@pytest.fixture(scope="session")
def _run_once(tmp_path_factory) -> Path:
    return trained(tmp_path_factory.mktemp("cli") / "run")


@pytest.fixture
def run(_run_once: Path, tmp_path: Path) -> Path:
    """A copy of a small run on the bundled digits."""
    return Path(shutil.copytree(_run_once, tmp_path / "run"))
