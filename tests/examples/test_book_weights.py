"""The example that judges the book's weights, from both kinds of file."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "book_weights.py"


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
