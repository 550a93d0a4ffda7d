"""The tensor's interface: expressions that mean the same in both libraries.

Each is written once: ``m`` is the library. Values, shapes and types of the results must agree.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl

from .peer import torch

EXPRESSIONS: dict[str, Callable[[Any], Any]] = {
    "tensor of numbers": lambda m: m.tensor([1.5, 2]),
    "tensor of whole numbers": lambda m: m.tensor([[1, 2], [3, 4]]),
    "tensor of truths": lambda m: m.tensor([True, False]),
    "tensor of nothing": lambda m: m.tensor([]),
    "tensor of a number": lambda m: m.tensor(3),
    "tensor of numpy's numbers": lambda m: m.tensor([np.float64(1), np.float64(2)]),
    "tensor of an array": lambda m: m.tensor(np.arange(3, dtype=np.int32)),
    "tensor with a type": lambda m: m.tensor([1, 2], dtype=m.float64),
    "zeros": lambda m: m.zeros(2, 3),
    "zeros of a list": lambda m: m.zeros([2, 3]),
    "zeros of numpy's numbers": lambda m: m.zeros(np.int64(2), np.int64(3)),
    "zeros of no axes": lambda m: m.zeros(()),
    "full": lambda m: m.full((2, 2), 1.5),
    "ones_like": lambda m: m.ones_like(m.tensor([1, 2])),
    "arange": lambda m: m.arange(5),
    "arange of fractions": lambda m: m.arange(0, 1, 0.1),
    "arange of numpy's numbers": lambda m: m.arange(np.int64(4)),
    "arange back": lambda m: m.arange(5, 0, -2),
    "from_numpy": lambda m: m.from_numpy(np.ones((2, 3))),
    "size": lambda m: list(m.zeros(2, 3).size()),
    "size of an axis": lambda m: m.zeros(2, 3).size(-1),
    "numel": lambda m: (m.zeros(2, 3).numel(), m.zeros(2, 3).dim(), len(m.zeros(2, 3))),
    "item": lambda m: (m.tensor(2.5).item(), m.tensor([7]).item(), m.tensor(True).item()),
    "tolist": lambda m: m.tensor([[1.0, 2.0]]).tolist(),
    "index by a tensor": lambda m: [5, 6, 7][m.tensor(1)],
    "float and int": lambda m: (float(m.tensor(2.5)), int(m.tensor(2.9)), bool(m.tensor(0.0))),
    "add a number": lambda m: m.ones(2) + 1,
    "add a fraction to whole numbers": lambda m: m.arange(3) + 0.5,
    "add truths": lambda m: m.tensor([True, False]) + m.tensor([True, True]),
    "add a number to truths": lambda m: m.tensor([True, False]) + 1,
    "add uint8": lambda m: m.tensor([200], dtype=m.uint8) + m.tensor([100], dtype=m.uint8),
    "add types": lambda m: m.ones(2) + m.ones(2, dtype=m.float64),
    "add whole numbers to floats": lambda m: m.ones(2) + m.arange(2),
    "add int32": lambda m: m.arange(2, dtype=m.int32) + m.arange(2),
    "multiply by numpy's number": lambda m: m.ones(2) * np.float64(2.5),
    "numpy's number multiplied": lambda m: np.float64(2.5) * m.ones(2),
    "add rank 0": lambda m: m.ones(2) + m.tensor(1.0, dtype=m.float64),
    "add rank 0 of a wider kind": lambda m: m.arange(2) + m.tensor(1.5),
    "subtract from a number": lambda m: 5 - m.arange(3),
    "divide whole numbers": lambda m: m.arange(4) / 2,
    "divide by zero": lambda m: m.tensor([1.0, -1.0, 0.0]) / 0,
    "divide a number": lambda m: 1 / m.tensor([2.0, 4.0]),
    "negate": lambda m: -m.arange(3),
    "square": lambda m: m.arange(4) ** 2,
    "root": lambda m: m.tensor([4.0, 9.0]) ** 0.5,
    "truths squared": lambda m: m.tensor([True, False]) ** 2,
    "power 0": lambda m: m.tensor([0.0, 3.0]) ** 0,
    "compare": lambda m: m.tensor([1.0, 2.0]) < 1.5,
    "compare whole numbers with a fraction": lambda m: m.arange(3) > 0.5,
    "equal": lambda m: m.arange(3) == m.tensor([0, 5, 2]),
    "equal to nothing": lambda m: m.ones(2) == None,  # noqa: E711
    "count": lambda m: (m.tensor([1.0, 2.0, 1.0]) == 1).sum(),
    "sum of uint8": lambda m: m.tensor([200, 200], dtype=m.uint8).sum(),
    "sum over no axes": lambda m: m.ones(2, 3).sum(dim=()),
    "sum keepdim": lambda m: m.ones(2, 3).sum(1, keepdim=True),
    "mean": lambda m: m.tensor([[1.0, 2.0], [3.0, 6.0]]).mean(0),
    "argmax": lambda m: m.tensor([[1.0, 5.0, 5.0], [9.0, 0.0, 1.0]]).argmax(1),
    "argmax of all": lambda m: m.tensor([[1.0, 5.0], [9.0, 0.0]]).argmax(),
    "argmax of nan": lambda m: m.tensor([1.0, float("nan"), 3.0]).argmax(),
    "exp": lambda m: m.tensor([0.0, 1.0]).exp(),
    "float": lambda m: m.arange(3).float(),
    "double": lambda m: m.arange(3).double(),
    "long": lambda m: m.tensor([1.7, -1.7]).long(),
    "to": lambda m: m.ones(2).to(m.float64),
    "to bool": lambda m: m.tensor([0.0, 2.0]).to(m.bool if hasattr(m, "bool") else m.bool_),
    "reshape": lambda m: m.arange(6).reshape(2, 3),
    "reshape -1": lambda m: m.arange(6).reshape(-1, 2),
    "reshape of a tuple": lambda m: m.arange(6).reshape((3, 2)),
    "view": lambda m: m.arange(6).view(3, 2),
    "flatten": lambda m: m.zeros(2, 3, 4).flatten(1),
    "flatten of a number": lambda m: m.tensor(3.0).flatten(),
    "unsqueeze": lambda m: m.zeros(2, 3).unsqueeze(-1),
    "squeeze": lambda m: m.zeros(1, 3, 1).squeeze(),
    "squeeze one": lambda m: m.zeros(1, 3, 1).squeeze(0),
    "squeeze none": lambda m: m.zeros(1, 3, 1).squeeze(1),
    "index": lambda m: m.arange(12).reshape(3, 4)[1, ::2],
    "index -1": lambda m: m.arange(12).reshape(3, 4)[-1],
    "index by an array": lambda m: m.arange(12).reshape(3, 4)[m.tensor([2, 0])],
    "index by a mask": lambda m: m.arange(12)[m.arange(12) > 7],
    "index None": lambda m: m.arange(3)[None, :, None],
    "index ...": lambda m: m.arange(12).reshape(3, 4)[..., 1],
    "index of a number by ...": lambda m: m.tensor(3.0)[...],
    "index by numpy's number": lambda m: m.arange(3)[np.int64(1)],
    "iterate": lambda m: [t.tolist() for t in m.arange(4).reshape(2, 2)],
    "contains": lambda m: 2 in m.arange(3).tolist(),
    "cat": lambda m: m.cat([m.zeros(2, 1), m.ones(2, 2)], dim=1),
    "cat -1": lambda m: m.cat([m.zeros(2, 1), m.ones(2, 2)], -1),
    "softmax": lambda m: m.tensor([[1.0, 2.0]]).softmax(1),
    "softmax of a number": lambda m: m.tensor(3.0).softmax(0),
    "relu of nan": lambda m: m.tensor([float("nan"), -1.0]).relu(),
    "detach": lambda m: m.ones(2, requires_grad=True).detach().requires_grad,
    "requires_grad": lambda m: (m.ones(2, requires_grad=True) * 2).requires_grad,
    "requires_grad of casts": lambda m: m.ones(2, requires_grad=True).long().requires_grad,
    "is_leaf": lambda m: ((m.ones(2, requires_grad=True) * 2).is_leaf, m.ones(2).is_leaf),
    "clone of truths": lambda m: m.tensor([True]).clone(),
    "fill_": lambda m: m.zeros(2).fill_(3),
    "zero_": lambda m: m.ones(2).zero_(),
    "copy_": lambda m: m.zeros(2, 2).copy_(m.tensor([1.0, 2.0])),
    "numpy": lambda m: m.ones(2).numpy(),
    "asarray": lambda m: np.asarray(m.ones(2)),
    "sum by numpy": lambda m: np.asarray(m.ones(2)).sum(),
}


def plain(value: Any) -> Any:
    """Return values, shape and type, without the library's own objects."""
    if isinstance(value, torch.Tensor | cl.Tensor):
        kind = str(value.dtype).removeprefix("torch.")
        return tuple(value.shape), kind, value.detach().tolist()
    if isinstance(value, np.ndarray | np.generic):
        return value.shape, str(value.dtype), value.tolist()
    return value


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_same_expression(name: str) -> None:
    theirs, ours = plain(EXPRESSIONS[name](torch)), plain(EXPRESSIONS[name](Own))
    if isinstance(theirs, tuple) and len(theirs) == 3 and isinstance(theirs[1], str):
        assert ours[:2] == theirs[:2]
        np.testing.assert_allclose(ours[2], theirs[2], rtol=3e-7)
    else:
        assert ours == theirs


class _Own:
    """convolens, and the types that it leaves to NumPy."""

    int32 = np.dtype(np.int32)

    def __getattr__(self, name: str) -> Any:
        return getattr(cl, name)


Own = _Own()

REPR = {
    "numbers": lambda m: m.tensor([1.0, 2.0]),
    "whole numbers": lambda m: m.tensor([[1, 2], [3, 4]]),
    "truths": lambda m: m.tensor([True, False]),
    "a number": lambda m: m.tensor(3.0),
    "nothing": lambda m: m.tensor([]),
    "no rows": lambda m: m.zeros(0, 3),
    "a matrix": lambda m: m.ones(2, 3),
    "infinities": lambda m: m.tensor([float("inf"), float("nan")]),
    "a leaf": lambda m: m.ones(2, requires_grad=True),
}


@pytest.mark.parametrize("name", REPR)
def test_the_same_text(name: str) -> None:
    assert repr(REPR[name](cl)) == repr(REPR[name](torch))


def test_memory_is_shared_by_dlpack_both_ways() -> None:
    for shape in ((), (3,), (2, 3), (2, 3, 4, 5)):
        for dtype in ("float32", "float64", "int64", "int32", "uint8", "bool"):
            ours = cl.ones(shape, dtype=dtype)
            theirs = torch.from_dlpack(ours)
            assert tuple(theirs.shape) == shape
            assert theirs.stride() == tuple(
                s // ours.numpy().itemsize for s in ours.numpy().strides
            )
            theirs.zero_()
            assert not ours.numpy().any()
            other = torch.ones(shape, dtype=getattr(torch, dtype))
            mine = cl.from_dlpack(other)
            assert mine.dtype == dtype
            assert mine.tolist() == other.tolist()
            other.zero_()
            assert not mine.numpy().any()
    with pytest.raises(TypeError, match="cannot be read by DLPack"):
        cl.from_dlpack(torch.ones(2, requires_grad=True))
    with pytest.raises((RuntimeError, BufferError)):
        torch.from_dlpack(cl.ones(2, requires_grad=True))


def test_images_in_torchs_memory_orders_compute_alike() -> None:
    x = torch.randn(2, 3, 8, 9, generator=torch.Generator().manual_seed(0))
    weight = cl.randn(4, 3, 3, 3)
    expected = cl.nn.functional.conv2d(cl.tensor(x.numpy()), weight).numpy()
    for layout in (torch.contiguous_format, torch.channels_last):
        mine = cl.from_dlpack(x.to(memory_format=layout))
        np.testing.assert_array_equal(cl.nn.functional.conv2d(mine, weight).numpy(), expected)


@pytest.mark.parametrize("function", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_the_types_of_results(function: Any) -> None:
    """Tensors of all pairs of types, of rank 0 and 1."""
    names = ["bool", "uint8", "int32", "int64", "float32", "float64"]
    for a in names:
        for b in names:
            for shape_a in ((2,), ()):
                for shape_b in ((2,), ()):
                    try:
                        theirs = function(
                            torch.ones(shape_a, dtype=getattr(torch, a)),
                            torch.ones(shape_b, dtype=getattr(torch, b)),
                        )
                    except RuntimeError:
                        with pytest.raises(RuntimeError):
                            function(cl.ones(shape_a, dtype=a), cl.ones(shape_b, dtype=b))
                        continue
                    ours = function(cl.ones(shape_a, dtype=a), cl.ones(shape_b, dtype=b))
                    what = (a, shape_a, b, shape_b)
                    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch."), what
                    assert ours.tolist() == theirs.tolist(), what


MIXED: list[Callable[[Any], Any]] = [
    lambda m: [np.float32(1), 2.0],
    lambda m: [2.0, np.float64(1)],
    lambda m: [np.int64(1), 2.0],
    lambda m: [np.int32(1), 2],
    lambda m: [[1, 2], [np.int32(1), 1]],
    lambda m: [[np.float32(1)], [2]],
    lambda m: [np.uint8(1), 2],
    lambda m: [True, np.float32(1)],
    lambda m: [m.tensor(1.0, dtype=m.float64), 2.0],
    lambda m: [m.tensor(1), 2.0],
]


@pytest.mark.parametrize("data", MIXED)
def test_the_type_of_mixed_numbers(data: Callable[[Any], Any]) -> None:
    ours, theirs = (m.tensor(data(m)) for m in (cl, torch))
    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
    assert ours.tolist() == theirs.tolist()
