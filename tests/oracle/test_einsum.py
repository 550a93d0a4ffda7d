"""einsum beside torch: every kind of letter, with gradients, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl

from .peer import outcome, torch

SIZES = {"a": 2, "b": 3, "c": 4, "d": 1, "i": 3, "j": 2, "k": 5, "Z": 2}
EQUATIONS = [
    "ij,jk->ik",
    "ij,jk",
    "ij,kj->ki",
    "bij,bjk->bik",
    "abik,abjk->abij",
    "ij->ji",
    "ji",
    "ij->",
    "ij->j",
    "ii",
    "ii->i",
    "iij->j",
    "iji,ki->jk",
    "i,i",
    "i,j->ji",
    "i,i->i",
    "ij,ij->ij",
    "ijk,j->ik",
    "ij,k->",
    "ij,->ij",
    ",->",
    "aZ,aZ->Z",
    "Zi,iaj,jk->Zka",
    "ij,jk,kc,cb->ib",
    "ij,i,j->",
    "d,dk->kd",
    " i j , j k -> i k ",
    "iii->i",
]


def drawn(equation: str) -> list[Any]:
    random = np.random.default_rng(5)
    inputs = equation.replace(" ", "").partition("->")[0].split(",")
    return [np.asarray(random.standard_normal([SIZES[each] for each in own])) for own in inputs]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_values_and_gradients(equation: str) -> None:
    found = []
    for m in (cl, torch):
        operands = [m.tensor(array, requires_grad=True) for array in drawn(equation)]
        y = m.einsum(equation, *operands)
        weights = np.cos(np.arange(y.numel())).reshape(tuple(y.shape))
        (y * m.tensor(weights)).sum().backward()
        found.append([y.detach().numpy(), *(x.grad.numpy() for x in operands)])
    for ours, theirs in zip(*found, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def test_whole_numbers_and_lists() -> None:
    for m in (cl, torch):
        x = m.arange(6).reshape(2, 3)
        y = m.einsum("ij,kj->ik", [x, x])
        assert y.dtype == m.int64
        assert y.tolist() == [[5, 14], [14, 50]]
        assert m.einsum("ij->j", x).dtype == m.int64
    assert cl.einsum("ij,jk->ik", cl.zeros(0, 3), cl.zeros(3, 2)).shape == (0, 2)
    assert cl.einsum("ij,jk->ik", cl.zeros(2, 0), cl.zeros(0, 2)).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (4, 2)]),
        ("ij,jk->ik", [(2, 3)]),
        ("ij->ik", [(2, 3)]),
        ("ij->ii", [(2, 2)]),
        ("ij", [(2, 3, 4)]),
        ("i1->i", [(2, 3)]),
        ("ii", [(2, 3)]),
        ("ij->i->j", [(2, 3)]),
        ("ij,jk->ik", []),
    ],
)
def test_refusals(equation: str, shapes: list[tuple[int, ...]]) -> None:
    theirs = outcome(lambda: torch.einsum(equation, *map(torch.zeros, shapes)))
    ours = outcome(lambda: cl.einsum(equation, *map(cl.zeros, shapes)))
    assert isinstance(theirs, Exception)
    assert isinstance(ours, (ValueError, RuntimeError))


def test_what_is_no_tensor_is_refused() -> None:
    with pytest.raises(TypeError, match="operand 1 is a float"):
        cl.einsum("i,i", cl.ones(2), 2.0)
    with pytest.raises(ValueError, match="no equation for 1 operands of 3 dimensions"):
        cl.einsum("...ij->...ji", cl.ones(1, 2, 3))
