"""The matrix of operators: what it says of each is so."""

from __future__ import annotations

from convolens.backends.coverage import coverage
from convolens.backends.native import KERNELS
from convolens.ops import OPERATORS


def test_every_operator_has_a_row() -> None:
    rows = coverage()
    assert [row.name for row in rows] == [operator.name for operator in OPERATORS]
    for row, operator in zip(rows, OPERATORS, strict=True):
        assert row.signature == operator.signature
        assert row.kernels == tuple(c.name for c in KERNELS.get(operator, ()))
        computed, all_samples = row.samples
        assert all_samples == len(list(operator.samples()))
        assert (computed > 0) == bool(row.kernels)
        assert (computed < all_samples) == bool(row.reasons) or not row.kernels
        assert "" not in row.reasons


def test_gradients_are_operators() -> None:
    names = {operator.name for operator in OPERATORS}
    for row in coverage():
        assert set(row.gradient) <= names
    by_name = {row.name: row for row in coverage()}
    assert by_name["relu"].gradient == ("relu_grad",)
    assert by_name["conv"].gradient == ("conv_input_grad", "conv_weight_grad", "sum")
