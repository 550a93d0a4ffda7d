"""The rest of the tensor's interface: expressions and refusals that mean the same in both.

Each is written once: ``m`` is the library and ``F`` its functions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import pytest

import convolens as cl

from .peer import outcome, torch
from .test_tensor import plain

Call = Callable[[Any, Any], Any]


def _changed(m: Any, change: Callable[[Any, Any], Any], start: Any = None) -> Any:
    """Make a tensor from a leaf, change it in place, and return it and the leaf's gradient."""
    x = m.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2 if start is None else start(m, x)
    change(y, x)
    (y * m.tensor([1.0, 10.0, 100.0])).sum().backward()
    return [y, x.grad]


def _hooked(m: Any) -> Any:
    """Call hooks on a leaf that is used twice, and on a result."""
    seen: list[Any] = []
    x = m.ones(2, requires_grad=True)
    x.register_hook(lambda g: g * 2)
    removed = x.register_hook(lambda g: g * 1000)
    removed.remove()
    y = x * 3
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g + 1)
    (y + x).sum().backward()
    return [x.grad, seen, m.autograd.grad((x * 3 + x).sum(), x)[0]]


EXPRESSIONS: dict[str, Call] = {
    # Types.
    "names of types": lambda m, F: [
        m.ones(1, dtype=getattr(m, name)).tolist()
        for name in ("float", "double", "int", "long", "bool", "uint8", "int32", "int64")
    ],
    "to a device": lambda m, F: m.ones(2).to("cpu"),
    "to a device object": lambda m, F: m.ones(2).to(m.device("cpu")),
    "to a device and a type": lambda m, F: m.ones(2).to("cpu", m.float64),
    "to by name": lambda m, F: m.ones(2).to(device="cpu", dtype=m.int64),
    "to the type of another": lambda m, F: m.ones(2).to(m.arange(2)),
    "to returns itself": lambda m, F: [x.to(m.float32) is x for x in [m.ones(2)]],
    "to a copy": lambda m, F: [x.to(m.float32, copy=True) is x for x in [m.ones(2)]],
    "type": lambda m, F: m.ones(2).type(m.int64),
    "type by name": lambda m, F: m.ones(2).type("torch.LongTensor"),
    "type_as": lambda m, F: m.arange(3).type_as(m.ones(1)),
    "conversions": lambda m, F: [m.tensor([0.0, 2.7]).int(), m.tensor([0.0, 2.7]).bool()],
    "byte": lambda m, F: m.tensor([3, 4]).byte(),
    "cpu": lambda m, F: [m.ones(2).cpu(), m.ones(2).device.type, m.ones(2).is_cuda],
    "sizes": lambda m, F: [
        m.ones(2, 3).element_size(),
        m.ones(2, 3).nelement(),
        m.ones(2, dtype=m.float64).itemsize,
        m.ones(2, dtype=m.float64).nbytes,
    ],
    "is_floating_point": lambda m, F: [
        m.ones(2).is_floating_point(),
        m.arange(2).is_floating_point(),
    ],
    "contiguous": lambda m, F: [x.contiguous() is x for x in [m.ones(2, 3)]],
    "is_contiguous": lambda m, F: [m.ones(2, 3).is_contiguous(), m.ones(2, 3).stride()],
    "stride": lambda m, F: [m.ones(2, 3).stride(0), m.ones(2, 3).stride(-1)],
    # New tensors.
    "new": lambda m, F: [
        m.arange(2).new_zeros(2, 3),
        m.ones(1).new_ones((2,)),
        m.ones(1, dtype=m.float64).new_full((2,), 7),
        m.ones(1).new_tensor([1, 2]),
        m.ones(1).new_zeros(2, dtype=m.int64),
    ],
    "shape of new_empty": lambda m, F: list(m.arange(2).new_empty(2, 3).shape),
    "full of a whole number": lambda m, F: m.full((2,), 1),
    "full of a truth": lambda m, F: m.full((2,), True),
    "full of a fraction": lambda m, F: m.full((2, 2), 1.5),
    "full_like": lambda m, F: m.full_like(m.arange(2), 7),
    "zeros_like in a type": lambda m, F: m.zeros_like(m.arange(2), dtype=m.float32),
    "empty": lambda m, F: [list(m.empty(2, 3).shape), list(m.empty_like(m.ones(4)).shape)],
    "requires_grad of a new one": lambda m, F: m.zeros_like(m.ones(2), requires_grad=True),
    "eye": lambda m, F: [m.eye(3), m.eye(2, 3), m.eye(3, 2, dtype=m.int64), m.eye(0)],
    "linspace": lambda m, F: [
        m.linspace(0, 1, 5),
        m.linspace(3, -2, 4),
        m.linspace(0, 1, 1),
        m.linspace(0, 1, 0),
        m.linspace(0, 10, 3, dtype=m.int64),
    ],
    "randint": lambda m, F: [
        list(m.randint(5, (2, 3)).shape),
        m.randint(4, 5, (3,)),
        m.randint(0, 1, (2,), dtype=m.float32),
        m.randint(-3, -2, (2,)),
    ],
    "randperm": lambda m, F: [m.randperm(5).sort().values, m.randperm(0), m.randperm(1)],
    "rand_like": lambda m, F: [
        list(m.rand_like(m.ones(2, 3)).shape),
        m.randn_like(m.arange(2), dtype=m.float64).dtype == m.float64,
    ],
    # Comparisons.
    "compared by name": lambda m, F: [
        getattr(m, name)(m.tensor([1.0, 2.0, nan]), m.tensor([2.0, 2.0, nan]))
        for name in ("eq", "ne", "lt", "le", "gt", "ge")
    ],
    "compared with a number": lambda m, F: [m.arange(3).ge(1), m.arange(3).eq(1.5)],
    "equal": lambda m, F: [
        m.equal(m.ones(2), m.ones(2)),
        m.equal(m.ones(2), m.ones(3)),
        m.tensor([nan]).equal(m.tensor([nan])),
    ],
    "isclose": lambda m, F: m.isclose(
        m.tensor([1.0, 1.0, inf, nan, 1e10]), m.tensor([1.0 + 1e-6, 1.1, inf, nan, 1.0000001e10])
    ),
    "allclose": lambda m, F: [
        m.allclose(m.ones(2), m.ones(2) + 1e-6),
        m.allclose(m.ones(2), m.ones(2) + 1e-3),
        m.allclose(m.ones(2), m.ones(2) + 1e-3, rtol=1e-2),
        m.allclose(m.tensor([nan]), m.tensor([nan])),
        m.allclose(m.tensor([nan]), m.tensor([nan]), equal_nan=True),
        m.allclose(m.arange(2), m.arange(2)),
        m.allclose(m.ones(2, 1), m.ones(3)),
    ],
    "finite": lambda m, F: [
        test(x)
        for test in (m.isnan, m.isinf, m.isfinite)
        for x in (m.tensor([1.0, inf, -inf, nan]), m.arange(2), m.tensor([True]))
    ],
    "logic": lambda m, F: [
        m.logical_and(m.tensor([1.0, 0.0, nan]), m.tensor([2, 2, 2])),
        m.logical_or(m.tensor([True, False]), m.tensor([[False], [True]])),
        m.logical_xor(m.tensor([True, False]), m.tensor([True, True])),
        m.logical_not(m.tensor([0.0, 3.0])),
    ],
    "bits": lambda m, F: [
        m.tensor([True, False]) & m.tensor([True, True]),
        m.tensor([True, False]) | False,
        ~m.tensor([True, False]),
        m.tensor([True, False]) ^ m.tensor([True, True]),
        ~m.arange(3),
        m.arange(4) & 1,
        3 & m.arange(4),
        m.tensor([True]) & 1,
        m.arange(3) | m.tensor([1], dtype=m.int32),
    ],
    # In place, outside of the record.
    "in place": lambda m, F: [
        m.ones(2).add_(m.ones(2), alpha=3),
        m.ones(2).sub_(1, alpha=2),
        m.ones(2).mul_(m.tensor([2.0, 3.0])),
        m.ones(2).div_(4),
        m.arange(3).add_(1),
        m.arange(3).mul_(m.tensor(2, dtype=m.int32)),
        m.ones(2).add_(m.ones(2, dtype=m.float64)),
        m.ones(2, dtype=m.uint8).add_(m.arange(2)),
        m.tensor([True]).add_(True),
        m.ones(2, 3).add_(m.arange(3)),
    ],
    "in place by operators": lambda m, F: _by_operators(m),
    "in place keeps the memory": lambda m, F: _keeps_memory(m),
    "in place on a parameter": lambda m, F: _in_no_grad(m),
    # In place, recorded.
    "recorded add_": lambda m, F: _changed(m, lambda y, x: y.add_(x)),
    "recorded add_ alpha": lambda m, F: _changed(m, lambda y, x: y.add_(x, alpha=2)),
    "recorded mul_": lambda m, F: _changed(m, lambda y, x: y.mul_(x)),
    "recorded mul_ number": lambda m, F: _changed(m, lambda y, x: y.mul_(3)),
    "recorded div_": lambda m, F: _changed(m, lambda y, x: y.div_(x + 1)),
    "recorded sub_ twice": lambda m, F: _changed(m, lambda y, x: y.sub_(x).sub_(x * x)),
    "recorded on no leaf's child": lambda m, F: _changed(
        m, lambda y, x: y.mul_(x), lambda m, x: m.ones(3)
    ),
    "recorded += of a residual": lambda m, F: _residual(m, F),
    "the saved values of the leaf stay": lambda m, F: _changed(
        m, lambda y, x: y.mul_(x), lambda m, x: x * x
    ),
    # The record.
    "requires_grad": lambda m, F: _set_requires_grad(m),
    "hooks": lambda m, F: _hooked(m),
    # Sorting and picking.
    "sort": lambda m, F: list(m.tensor([3.0, nan, 1.0, 2.0, nan]).sort()),
    "sort down": lambda m, F: list(m.tensor([3.0, nan, 1.0, 3.0]).sort(descending=True)),
    "sort of a number": lambda m, F: list(m.tensor(3.0).sort()),
    "sort of truths": lambda m, F: list(m.tensor([True, False]).sort()),
    "argsort": lambda m, F: [m.tensor([[3, 1], [0, 2]]).argsort(0), m.tensor([3, 1]).argsort()],
    "topk": lambda m, F: list(m.tensor([1.0, nan, 3.0]).topk(2)),
    "topk smallest": lambda m, F: list(m.tensor([1.0, nan, 3.0]).topk(2, largest=False)),
    "topk of a number": lambda m, F: list(m.tensor(3.0).topk(1)),
    "topk of nothing": lambda m, F: list(m.tensor([3.0]).topk(0)),
    "gather of a number": lambda m, F: m.tensor(3.0).gather(0, m.tensor(0)),
    "gather of nothing": lambda m, F: m.zeros(2, 3).gather(1, m.zeros(0, dtype=m.int64)),
    "gather int32": lambda m, F: m.arange(3).gather(0, m.tensor([2], dtype=m.int32)),
    "index_select of a number": lambda m, F: m.tensor(3.0).index_select(0, m.tensor([0])),
    "index_select by a number": lambda m, F: m.arange(3).index_select(0, m.tensor(1)),
    "take_along_dim": lambda m, F: [
        m.arange(6).reshape(2, 3).take_along_dim(m.tensor([[2]]), 1),
        m.arange(6).reshape(2, 3).take_along_dim(m.tensor([5, 0])),
    ],
    "masked_select": lambda m, F: [
        m.arange(6).reshape(2, 3).masked_select(m.tensor([True, False, True])),
        m.ones(3).masked_select(m.tensor([[True, True, False]])),
    ],
    "nonzero": lambda m, F: [
        m.tensor([[0.0, 1.0], [2.0, 0.0]]).nonzero(),
        *m.tensor([[0.0, 1.0], [2.0, 0.0]]).nonzero(as_tuple=True),
        m.tensor(3.0).nonzero(),
        m.tensor(0).nonzero(),
    ],
    "picked named tuple": lambda m, F: [
        m.tensor([1.0, 5.0]).max(0).values,
        m.tensor([1.0, 5.0]).min(dim=0).indices,
        m.max(m.tensor([[1, 2]]), 1, True)[0],
        m.tensor([True, False]).max(0)[1],
        *m.tensor(3.0).max(0),
    ],
    "aminmax": lambda m, F: [
        *m.aminmax(m.tensor([[1.0, 5.0]])),
        *m.aminmax(m.tensor([[1.0, 5.0]]), dim=1, keepdim=True),
    ],
    "extremes of whole numbers": lambda m, F: [
        m.arange(4).max(),
        m.arange(4).amin(),
        m.arange(4).reshape(2, 2).max(1).values,
        m.tensor([True, False]).amax(),
        m.tensor([3, 1], dtype=m.uint8).min(),
    ],
    "sums in a type": lambda m, F: [
        m.ones(2).sum(dtype=m.float64),
        m.arange(3).sum(dtype=m.int32),
        m.arange(3).cumsum(0, dtype=m.int32),
        m.arange(1, 3).prod(dtype=m.uint8),
        m.arange(3).mean(dtype=m.float32),
        m.arange(3).prod(),
        m.tensor([2, 3]).prod(dtype=m.float32),
        m.tensor([True, True]).cumsum(0),
        m.arange(3).cumsum(0, dtype=m.float64),
        m.arange(3).logsumexp(0),
        m.arange(3).softmax(0, dtype=m.float64),
        m.tensor(3.0).cumsum(0),
        m.tensor(3.0).prod(0),
    ],
    "norms": lambda m, F: [
        m.tensor([3.0, 4.0]).norm(),
        m.tensor([3.0, 4.0]).norm("fro"),
        m.norm(m.tensor([[3.0, 4.0]]), p=1, dim=1, keepdim=True),
        m.tensor([3.0, -4.0]).norm(float("inf")),
    ],
    "a mask made of two": lambda m, F: m.arange(6)[(m.arange(6) > 1) & (m.arange(6) < 4)],
    "an integer before an array": lambda m, F: list(m.zeros(2, 3, 4)[0, :, [0, 1]].shape),
    "a tensor of no axes before an array": lambda m, F: list(
        m.zeros(2, 3, 4)[m.tensor(0), :, [0, 1]].shape
    ),
    "arrays apart": lambda m, F: list(m.zeros(2, 3, 4)[[0], :, [0, 1]].shape),
    "a truth": lambda m, F: [list(m.zeros(3)[True].shape), list(m.zeros(3)[False].shape)],
    "an empty list": lambda m, F: m.arange(3)[[]],
    "a mask that picks nothing": lambda m, F: m.arange(3)[m.arange(3) > 7],
}


def _by_operators(m: Any) -> Any:
    x = m.ones(3)
    same = x
    x += 2
    x *= m.tensor([1.0, 2.0, 3.0])
    x -= 1
    x /= 2
    return [x, same is x]


def _keeps_memory(m: Any) -> Any:
    x = m.zeros(2, 3)
    row, numbers = x[0], x.numpy()
    x += 1
    row.mul_(5)
    return [row, x, numbers]


def _in_no_grad(m: Any) -> Any:
    w = m.ones(2, requires_grad=True)
    with m.no_grad():
        w -= 0.5
        w.mul_(4)
    other = m.zeros(2)
    with m.no_grad():
        other += w
    return [w, other, w.is_leaf, other.requires_grad]


def _residual(m: Any, F: Any) -> Any:
    x = m.tensor([[1.0, -2.0, 3.0]], requires_grad=True)
    out = F.linear(x, m.eye(3) * 2)
    out += x
    out = F.relu(out)
    out.sum().backward()
    return [out, x.grad, out.is_leaf]


def _set_requires_grad(m: Any) -> Any:
    x = m.ones(2)
    x.requires_grad = True
    (x * 3).sum().backward()
    y = x.detach()
    y.requires_grad = False
    return [x.requires_grad, x.grad, y.requires_grad, x.grad_fn, (x * 2).grad_fn is None]


def flat(value: Any) -> Any:
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        return [flat(item) for item in value]
    return plain(value)


def assert_same(ours: Any, theirs: Any) -> None:
    """Compare nested results; floats to the rounding of a few steps."""
    if isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs), (ours, theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)
    elif isinstance(theirs, float):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    else:
        assert ours == theirs


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_same_expression(name: str) -> None:
    theirs = flat(EXPRESSIONS[name](torch, torch.nn.functional))
    assert_same(flat(EXPRESSIONS[name](cl, cl.nn.functional)), theirs)


def _after(m: Any, change: Callable[[Any], Any], start: Callable[[Any, Any], Any]) -> Any:
    x = m.ones(3, requires_grad=True)
    y = start(m, x)
    change(y)
    return y.sum().backward()


CALLS: dict[str, Call] = {
    # Reductions.
    "max of nothing": lambda m, F: m.zeros(0).max(),
    "amax of nothing": lambda m, F: m.zeros(0).amax(),
    "amax of an empty axis": lambda m, F: m.zeros(0, 3).amax(0),
    "max of an empty axis": lambda m, F: m.zeros(0, 3).max(0),
    "max beside an empty axis": lambda m, F: m.zeros(0, 3).max(1).values,
    "argmin of nothing": lambda m, F: m.zeros(0).argmin(),
    "argmax of an empty axis": lambda m, F: m.zeros(0, 3).argmax(0),
    "argmax of truths": lambda m, F: m.tensor([True]).argmax(),
    "max axis": lambda m, F: m.zeros(2, 3).max(2),
    "amin axes twice": lambda m, F: m.zeros(2, 3).amin((0, 0)),
    "argmax of a tuple": lambda m, F: m.zeros(2, 3).argmax((0, 1)),
    "var of whole numbers": lambda m, F: m.arange(3).var(),
    "std axis": lambda m, F: m.zeros(2, 3).std(2),
    "norm of whole numbers": lambda m, F: m.arange(3).norm(),
    "norm axis": lambda m, F: m.ones(3).norm(2, 1),
    "norm of a text": lambda m, F: m.ones(3).norm("max"),
    "norm inf of nothing": lambda m, F: m.zeros(0).norm(inf),
    "norm of nothing": lambda m, F: m.zeros(0).norm(),
    "prod axis": lambda m, F: m.zeros(2, 3).prod(2),
    "cumsum axis": lambda m, F: m.zeros(2, 3).cumsum(-3),
    "logsumexp axis": lambda m, F: m.zeros(2, 3).logsumexp(2),
    "any axis": lambda m, F: m.zeros(2, 3).any(2),
    "mean of whole numbers": lambda m, F: m.arange(3).mean(),
    # Products.
    "mm of vectors": lambda m, F: m.mm(m.zeros(2), m.zeros(2)),
    "mm sizes": lambda m, F: m.mm(m.zeros(2, 3), m.zeros(2, 3)),
    "mv sizes": lambda m, F: m.mv(m.zeros(2, 3), m.zeros(2)),
    "mv of matrices": lambda m, F: m.mv(m.zeros(2, 3), m.zeros(3, 1)),
    "bmm of matrices": lambda m, F: m.bmm(m.zeros(2, 3), m.zeros(3, 2)),
    "bmm batches": lambda m, F: m.bmm(m.zeros(2, 3, 4), m.zeros(1, 4, 5)),
    "dot sizes": lambda m, F: m.dot(m.zeros(2), m.zeros(3)),
    "dot of matrices": lambda m, F: m.dot(m.zeros(2, 2), m.zeros(2)),
    "outer of matrices": lambda m, F: m.outer(m.zeros(2, 2), m.zeros(2)),
    "matmul of a number": lambda m, F: m.matmul(m.tensor(1.0), m.zeros(3)),
    "matmul of vectors": lambda m, F: m.matmul(m.zeros(2), m.zeros(3)),
    "matmul batches": lambda m, F: m.matmul(m.zeros(2, 3, 4), m.zeros(3, 4, 5)),
    "matmul of truths": lambda m, F: m.tensor([[True]]) @ m.tensor([[True]]),
    "matmul of two types": lambda m, F: m.ones(2, 2) @ m.ones(2, 2, dtype=m.int64),
    "matmul of a list": lambda m, F: m.ones(2, 2) @ [[1.0]],
    "matmul of nothing": lambda m, F: m.zeros(2, 0) @ m.zeros(0, 3),
    "matmul of no pairs": lambda m, F: m.zeros(0, 2, 3) @ m.zeros(0, 3, 4),
    "addmm sizes": lambda m, F: m.addmm(m.ones(3), m.ones(2, 3), m.ones(3, 2)),
    # Picking.
    "gather ranks": lambda m, F: m.zeros(2, 3).gather(1, m.tensor([0, 2])),
    "gather -1": lambda m, F: m.zeros(2, 3).gather(1, m.tensor([[-1], [2]])),
    "gather 3": lambda m, F: m.zeros(2, 3).gather(1, m.tensor([[3]])),
    "gather too long": lambda m, F: m.zeros(2, 3).gather(0, m.tensor([[0, 0, 0, 0]])),
    "gather axis": lambda m, F: m.zeros(2, 3).gather(2, m.tensor([[0]])),
    "gather by fractions": lambda m, F: m.zeros(2, 3).gather(1, m.tensor([[0.0]])),
    "gather by a list": lambda m, F: m.zeros(3).gather(0, [0]),
    "index_select -1": lambda m, F: m.zeros(2, 3).index_select(1, m.tensor([-1])),
    "index_select 5": lambda m, F: m.zeros(2, 3).index_select(1, m.tensor([5])),
    "index_select of a matrix": lambda m, F: m.zeros(2, 3).index_select(1, m.tensor([[0]])),
    "index_select by fractions": lambda m, F: m.zeros(2, 3).index_select(1, m.tensor([0.0])),
    "topk 6": lambda m, F: m.zeros(5).topk(6),
    "topk -1": lambda m, F: m.zeros(5).topk(-1),
    "topk axis": lambda m, F: m.zeros(5).topk(1, 1),
    "topk of truths": lambda m, F: m.tensor([True]).topk(1),
    "sort axis": lambda m, F: m.zeros(5).sort(1),
    "one_hot of -1": lambda m, F: F.one_hot(m.tensor([0, -1])),
    "one_hot too large": lambda m, F: F.one_hot(m.tensor([0, 2]), 2),
    "one_hot of fractions": lambda m, F: F.one_hot(m.tensor([0.0])),
    "one_hot of int32": lambda m, F: F.one_hot(m.tensor([0], dtype=m.int32)),
    "one_hot of nothing": lambda m, F: F.one_hot(m.zeros(0, dtype=m.int64)),
    "one_hot of no classes": lambda m, F: F.one_hot(m.tensor([0]), 0),
    "masked_select by numbers": lambda m, F: m.ones(2).masked_select(m.tensor([1, 0])),
    "mask of another size": lambda m, F: m.zeros(2, 3)[m.tensor([True])],
    "mask too large": lambda m, F: m.zeros(3)[m.tensor([True, False, True, True])],
    "mask of more axes": lambda m, F: m.zeros(3)[m.tensor([[True, False, True]])],
    "arrays that do not broadcast": lambda m, F: m.zeros(2, 3)[[0, 1], [0, 1, 2]],
    "fractions as an index": lambda m, F: m.zeros(3)[m.tensor([1.0])],
    "index out of range": lambda m, F: m.zeros(3)[[3]],
    "index out of range below": lambda m, F: m.zeros(3)[[-4]],
    "index of an empty axis": lambda m, F: m.zeros(0, 3)[[0]],
    "arrays for too many axes": lambda m, F: m.zeros(3)[[0], [0]],
    "assign out of range": lambda m, F: m.zeros(3).__setitem__([3], 1.0),
    "assign another shape": lambda m, F: m.zeros(3).__setitem__([0, 1], m.zeros(3)),
    # In place.
    "fraction into whole numbers": lambda m, F: m.arange(2).add_(1.5),
    "quotient into whole numbers": lambda m, F: m.arange(2).div_(2),
    "number into truths": lambda m, F: m.tensor([True]).add_(1),
    "larger in place": lambda m, F: m.ones(2).add_(m.ones(3, 2)),
    "misfit in place": lambda m, F: m.ones(2).mul_(m.ones(3)),
    "leaf in place": lambda m, F: m.ones(2, requires_grad=True).add_(1),
    "saved value in place": lambda m, F: _after(
        m, lambda y: y.add_(1), lambda m, x: m.sigmoid(x) if hasattr(m, "sigmoid") else x.sigmoid()
    ),
    "exponential in place": lambda m, F: _after(m, lambda y: y.mul_(2), lambda m, x: x.exp()),
    "unsaved value in place": lambda m, F: _after(m, lambda y: y.mul_(2), lambda m, x: x + 1),
    "text in place": lambda m, F: m.ones(2).add_("x"),
    # The record.
    "requires_grad of whole numbers": lambda m, F: setattr(m.arange(2), "requires_grad", True),
    "requires_grad of a result": lambda m, F: setattr(
        m.ones(2, requires_grad=True) * 2, "requires_grad", False
    ),
    "hook on a constant": lambda m, F: m.ones(2).register_hook(print),
    "hook of another shape": lambda m, F: _bad_hook(m, lambda g: g.sum()),
    # New tensors and types.
    "to cuda": lambda m, F: m.ones(2).to("cuda"),
    "to nowhere": lambda m, F: m.ones(2).to("foo"),
    "type of nothing": lambda m, F: m.ones(2).type("torch.FooTensor"),
    "stride axis": lambda m, F: m.ones(2).stride(1),
    "eye of -1": lambda m, F: m.eye(-1),
    "linspace of -1": lambda m, F: m.linspace(0, 1, -1),
    "randint of nothing": lambda m, F: m.randint(3, 3, (2,)),
    "randint without a tuple": lambda m, F: m.randint(5, 2),
    "randint too large": lambda m, F: m.randint(0, 300, (2,), dtype=m.uint8),
    "randperm of -1": lambda m, F: m.randperm(-1),
    "rand_like of whole numbers": lambda m, F: m.rand_like(m.arange(2)),
    "full of text": lambda m, F: m.full((2,), "x"),
    # Comparisons.
    "allclose of two types": lambda m, F: m.allclose(m.ones(2), m.ones(2, dtype=m.float64)),
    "allclose of two shapes": lambda m, F: m.allclose(m.ones(2), m.ones(3)),
    "allclose of a number": lambda m, F: m.ones(2).allclose(1.0),
    "bits of floats": lambda m, F: m.ones(2) & m.ones(2),
    "bits of a float": lambda m, F: ~m.ones(2),
    "logic of two shapes": lambda m, F: m.logical_and(m.ones(2), m.ones(3)),
    "compared with text": lambda m, F: m.ones(2).lt("x"),
}


def _bad_hook(m: Any, hook: Any) -> Any:
    x = m.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(hook)
    y.sum().backward()
    return x.grad


#: What convolens refuses and torch computes, and why.
STRICTER: dict[str, str] = {}
#: What convolens computes and torch refuses, and why.
WIDER: dict[str, str] = {}


@pytest.mark.parametrize("name", CALLS)
def test_refused_by_both_or_by_neither(name: str) -> None:
    call = CALLS[name]
    theirs = outcome(lambda: call(torch, torch.nn.functional))
    ours = outcome(lambda: call(cl, cl.nn.functional))
    if isinstance(theirs, Exception) and name not in WIDER:
        assert isinstance(ours, Exception), f"torch: {type(theirs).__name__}: {theirs}"
        kind = RuntimeError if isinstance(theirs, RuntimeError | AssertionError) else type(theirs)
        assert isinstance(ours, kind), (type(ours).__mro__, kind, str(theirs))
        assert str(ours)
    elif isinstance(ours, Exception):
        assert name in STRICTER, ours
    else:
        assert isinstance(theirs, Exception) == (name in WIDER)
        if hasattr(theirs, "shape"):
            assert tuple(ours.shape) == tuple(theirs.shape)


def test_views_are_not_left_with_a_wrong_record() -> None:
    """torch changes the views' record too; here the change is refused."""
    x = cl.ones(2, 3, requires_grad=True)
    y = x * 2
    view = y.reshape(6)
    for tensor in (y, view):
        with pytest.raises(RuntimeError, match=r"shared by other tensors"):
            tensor.mul_(2)
    with cl.no_grad(), contextlib.suppress(RuntimeError):
        y.mul_(2)
