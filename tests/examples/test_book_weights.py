"""The example that judges the book's weights, from both kinds of file."""

from __future__ import annotations

import importlib.util
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "book_weights.py"


@pytest.mark.parametrize("name", ["nosuch.pkl", "nosuch.npz", "text.pkl", "text.npz"])
def test_what_cannot_be_read_is_said_in_words(name, tmp_path) -> None:
    (tmp_path / "text.pkl").write_text("no pickle")
    (tmp_path / "text.npz").write_text("no arrays")
    program = [sys.executable, str(SCRIPT), name, "nodir"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("book_weights", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_published_weights_score_98_90(example, shared_data, tmp_path, capsys) -> None:
    params = shared_data / "models" / "dlfs_simple_convnet" / "params.npz"
    assert example.main(params, shared_data / "mnist") == 0.9890
    assert capsys.readouterr().out.startswith("9890 of 10000 right: 98.90%")

    pickled = tmp_path / "params.pkl"
    pickled.write_bytes(pickle.dumps(dict(np.load(params)), protocol=3))
    assert example.main(pickled, shared_data / "mnist") == 0.9890
