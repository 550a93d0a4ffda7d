"""A check of the taps passes for every layer, and fails when a table is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import convolens as cl
from convolens.lens import LayerSpec, explain
from convolens.lens.report.check import CheckError

from ..layers import layers


@settings(max_examples=60)
@given(layers())
def test_every_layer_passes(spec: LayerSpec) -> None:
    assert explain(spec).check() > 0


@pytest.mark.parametrize("text", ["5x5 k3 s2 p1", "3 T k3 s2", "6 max k2", "6 avg k3 s1"])
def test_a_wrong_table_is_found(text: str, tmp_path: Path) -> None:
    spec = explain(text).spec
    shifted = tuple(np.roll(table, 1, axis=0) for table in spec.sources)
    vars(spec)["sources"] = shifted
    with pytest.raises(CheckError, match="is not the sum over its taps"):
        explain(spec).check()
    with pytest.raises(CheckError):
        explain(spec).save(tmp_path / "taps.svg")
    assert not list(tmp_path.iterdir())


def test_random_numbers_go_on_where_they_were() -> None:
    cl.manual_seed(3)
    first = cl.randn(4).tolist()
    cl.manual_seed(3)
    explain("5x5 k3").check()
    assert cl.randn(4).tolist() == first
