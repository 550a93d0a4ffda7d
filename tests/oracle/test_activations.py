"""Elementary functions and activations: values, slopes and slopes of slopes, beside torch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, compare, draw, layouts, outcome, to_torch, torch

TF = torch.nn.functional
Call = Callable[[Any, Any, Any], Any]
shapes = st.lists(st.integers(0, 5), max_size=5).map(tuple)

#: Written once for either library: ``m`` is the library, ``F`` its functions.
CALLS: dict[str, Call] = {
    "abs": lambda m, F, x: x.abs(),
    "erf": lambda m, F, x: m.erf(x),
    "clamp": lambda m, F, x: x.clamp(-0.5, 0.75),
    "clamp min": lambda m, F, x: m.clamp(x, min=0.25),
    "clamp max": lambda m, F, x: x.clip(max=0.25),
    "clamp crossed": lambda m, F, x: x.clamp(0.5, -0.5),
    "relu": lambda m, F, x: F.relu(x),
    "sigmoid": lambda m, F, x: F.sigmoid(x),
    "tanh": lambda m, F, x: F.tanh(x),
    "relu6": lambda m, F, x: F.relu6(x * 4),
    "hardtanh": lambda m, F, x: F.hardtanh(x),
    "hardtanh bounds": lambda m, F, x: F.hardtanh(x, -0.25, 2.0),
    "leaky_relu": lambda m, F, x: F.leaky_relu(x),
    "leaky_relu 0.3": lambda m, F, x: F.leaky_relu(x, 0.3),
    "leaky_relu -0.5": lambda m, F, x: F.leaky_relu(x, -0.5),
    "elu": lambda m, F, x: F.elu(x),
    "elu 0.4": lambda m, F, x: F.elu(x, 0.4),
    "selu": lambda m, F, x: F.selu(x),
    "gelu": lambda m, F, x: F.gelu(x),
    "gelu tanh": lambda m, F, x: F.gelu(x, approximate="tanh"),
    "silu": lambda m, F, x: F.silu(x),
    "hardswish": lambda m, F, x: F.hardswish(x * 2),
    "hardsigmoid": lambda m, F, x: F.hardsigmoid(x * 2),
    "softplus": lambda m, F, x: F.softplus(x),
    "softplus 2.5": lambda m, F, x: F.softplus(x, 2.5, 1.5),
    "softplus -1": lambda m, F, x: F.softplus(x, -1.0, 3.0),
    "scaled_tanh": lambda m, F, x: m.tanh(x * (2 / 3)) * 1.7159 if m is torch else F.scaled_tanh(x),
}
#: torch divides the gradient of hardsigmoid by 6 in float32, whatever its type.
SIXTH = {"float32": 24, "float64": 2**30}
POSITIVE: dict[str, Call] = {
    "log": lambda m, F, x: x.log(),
    "sqrt": lambda m, F, x: m.sqrt(x),
}


def sides(call: Call) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return a call as our function and as torch's."""
    return lambda *t: call(cl, F, *t), lambda *t: call(torch, TF, *t)


def roundings(name: str, dtype: str) -> list[int]:
    """Return how many roundings the output and the slope may see."""
    return [24, SIXTH[dtype] if name == "hardsigmoid" else 24]


@BOTH
@pytest.mark.parametrize("name", CALLS)
@given(shapes, layouts)
@settings(max_examples=20)
def test_values_and_slopes(name: str, dtype: str, shape: tuple[int, ...], layout: str) -> None:
    ours, theirs = sides(CALLS[name])
    compare(
        ours,
        theirs,
        draw(shape),
        dtype,
        roundings(name, dtype),
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


@BOTH
@pytest.mark.parametrize("name", POSITIVE)
@given(shapes, layouts)
@settings(max_examples=20)
def test_of_positive_numbers(name: str, dtype: str, shape: tuple[int, ...], layout: str) -> None:
    ours, theirs = sides(POSITIVE[name])
    x = np.abs(draw(shape)[0]) + 0.1
    compare(ours, theirs, [x], dtype, 12, sums_of_products=False, layout=layout)


@BOTH
@pytest.mark.parametrize("name", [*CALLS, *POSITIVE])
@pytest.mark.parametrize("shape", [(8, 33, 9, 7), (1, 1, 1, 1), (2, 3, 1, 5, 4), (1, 257)], ids=str)
def test_images(name: str, shape: tuple[int, ...], dtype: str) -> None:
    ours, theirs = sides((CALLS | POSITIVE)[name])
    x = draw(shape)[0]
    x = np.abs(x) + 0.1 if name in POSITIVE else x
    for layout in ("channels first", "channels last"):
        compare(
            ours,
            theirs,
            [x],
            dtype,
            roundings(name, dtype),
            sums_of_products=False,
            cancels=True,
            layout=layout,
        )


@pytest.mark.parametrize("name", [*CALLS, *POSITIVE])
def test_second_derivatives(name: str) -> None:
    x = np.abs(draw((3, 17))[0]) + 0.1 if name in POSITIVE else draw((3, 17))[0]
    v = draw((3, 17), seed=3)[0]

    def second(m: Any, functions: Any, make: Any) -> Any:
        t = make(x).requires_grad_()
        y = (CALLS | POSITIVE)[name](m, functions, t)
        (first,) = m.autograd.grad(y, t, make(v), create_graph=True)
        (found,) = m.autograd.grad((first * first).sum(), t)
        return np.array(found.detach().tolist())

    mine, other = second(cl, F, cl.tensor), outcome(lambda: second(torch, TF, torch.tensor))
    if isinstance(other, Exception):  # torch has none for some that are made of straight pieces
        straight = ("abs", "clamp", "relu6", "hardtanh", "leaky_relu", "hardsigmoid")
        assert name.split()[0] in straight, other
        other = np.zeros_like(x)
    np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-11)


#: The ends of the number line, and where pieces meet.
SPECIAL = np.array([0.0, 1e-30, 0.25, 0.5, 0.75, 1, 2, 3, 6, 20, 21, 100, 1e4, np.inf])
SPECIAL = np.array([*SPECIAL, *-SPECIAL, np.nan])
#: What torch makes of a number that is not finite differs between the ends of a row and its middle,
#: or between types: name, whether of the slope, and of which numbers.
UNDECIDED: dict[tuple[str, bool], list[float]] = {
    ("elu", True): [np.nan],
    ("elu 0.4", True): [np.nan],
    ("selu", True): [np.nan],
    ("hardswish", True): [np.nan],
    ("relu6", True): [np.nan],
    ("hardtanh", True): [np.nan],
    ("hardtanh bounds", True): [np.nan],
    ("hardsigmoid", True): [np.nan],
    # NaN in float32 where there is AVX-512, infinity in float64.
    ("gelu", False): [np.inf],
}


@BOTH
@pytest.mark.parametrize("name", [*CALLS, *POSITIVE])
def test_at_the_ends(name: str, dtype: str) -> None:
    x = SPECIAL.astype(dtype)
    mine, other = cl.tensor(x, requires_grad=True), to_torch(x, requires_grad=True)
    call = (CALLS | POSITIVE)[name]
    y, z = call(cl, F, mine), call(torch, TF, other)
    y.sum().backward()
    z.sum().backward()
    assert mine.grad is not None
    eps = np.finfo(dtype).eps
    pairs = ((False, y.detach().numpy(), z.detach().numpy()), (True, mine.grad.numpy(), other.grad))
    for of_slope, a, b in pairs:
        left_out = np.isin(x, UNDECIDED.get((name, of_slope), []))
        left_out |= np.isnan(x) & bool(np.isnan(UNDECIDED.get((name, of_slope), [0.0])).any())
        # 1 + erf and the like are as exact as 1; torch's erf in float32 is right to some 5e-7.
        np.testing.assert_allclose(
            a[~left_out],
            np.asarray(b)[~left_out],
            rtol=roundings(name, dtype)[of_slope] * eps,
            atol=8 * eps,
            err_msg=str(of_slope),
        )


@BOTH
@pytest.mark.parametrize("channels", [1, 3, 64])
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("spatial", [(), (5,), (3, 4), (2, 3, 2)], ids=str)
def test_learned_slopes(channels: int, single: bool, spatial: tuple[int, ...], dtype: str) -> None:
    x, weight = draw((3, channels, *spatial), (1 if single else channels,))
    length = x.size if single else x.size // channels
    for layout in ("channels first", "channels last", "every other"):
        lengths = [4, 4, 4 * length]
        compare(
            F.prelu,
            TF.prelu,
            [x, weight],
            dtype,
            lengths,
            sums_of_products=False,
            cancels=True,
            layout=layout,
        )
    compare(F.prelu, TF.prelu, [x[:0], weight], dtype, 4)


def test_learned_slopes_of_no_channels() -> None:
    x, weight = cl.zeros(6, 0, 2, requires_grad=True), cl.zeros(0, requires_grad=True)
    F.prelu(x, weight).sum().backward()
    assert x.grad is not None
    assert weight.grad is not None
    assert (x.grad.shape, weight.grad.shape) == ((6, 0, 2), (0,))


@BOTH
@pytest.mark.parametrize("name", ["maximum", "minimum"])
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=5, max_side=4, min_side=0), layouts)
@settings(max_examples=40)
def test_the_larger_and_the_smaller(name: str, dtype: str, shapes: Any, layout: str) -> None:
    a, b = (np.round(array * 2) / 2 for array in draw(*shapes.input_shapes))
    size = int(np.prod(shapes.result_shape, dtype=int))
    compare(
        lambda x, y: getattr(cl, name)(x, y),
        lambda x, y: getattr(torch, name)(x, y),
        [a, b],
        dtype,
        size + 4,
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


@BOTH
def test_the_larger_of_what_is_not_a_number(dtype: str) -> None:
    a = np.array([1.0, 2, np.nan, 1, 0, np.inf, -np.inf, np.nan], dtype)
    b = np.array([1.0, 3, 1, np.nan, 0, np.inf, 1, np.nan], dtype)
    for name in ("maximum", "minimum"):
        results = []
        for make, m in ((cl.tensor, cl), (torch.tensor, torch)):
            x, y = make(a).requires_grad_(), make(b).requires_grad_()
            z = getattr(m, name)(x, y)
            z.backward(make(np.arange(1, 9).astype(dtype)))
            results.append([z.detach().numpy(), x.grad.numpy(), y.grad.numpy()])
        for mine, other in zip(*results, strict=True):
            np.testing.assert_array_equal(mine, other)


@BOTH
@given(mutually_broadcastable_shapes(num_shapes=3, max_dims=5, max_side=3, min_side=0), layouts)
@settings(max_examples=60)
def test_where(dtype: str, shapes: Any, layout: str) -> None:
    truths = draw(shapes.input_shapes[0])[0] > 0
    size = int(np.prod(shapes.result_shape, dtype=int))
    compare(
        lambda a, b: cl.where(cl.tensor(truths), a, b),
        lambda a, b: torch.where(torch.tensor(truths), a, b),
        draw(*shapes.input_shapes[1:]),
        dtype,
        size + 2,
        layout=layout,
    )


#: Results of which value, shape and type must be torch's.
EXPRESSIONS: dict[str, Callable[[Any], Any]] = {
    "abs": lambda m: m.abs(m.arange(-2, 2)),
    "abs of uint8": lambda m: m.tensor([200], dtype=m.uint8).abs(),
    "abs()": lambda m: abs(m.tensor([-1.5])),
    "neg": lambda m: m.neg(m.arange(3)),
    "log of whole numbers": lambda m: m.arange(1, 4).log(),
    "sqrt of truths": lambda m: m.sqrt(m.tensor([True, False])),
    "erf of whole numbers": lambda m: m.arange(3).erf(),
    "exp of whole numbers": lambda m: m.exp(m.arange(3)),
    "sigmoid of whole numbers": lambda m: m.sigmoid(m.arange(3)),
    "tanh of whole numbers": lambda m: m.tanh(m.arange(3)),
    "pow": lambda m: m.pow(m.tensor([1.0, 2.0]), 3),
    "clamp of whole numbers": lambda m: m.arange(-2, 3).clamp(-1, 1),
    "clamp by a fraction": lambda m: m.arange(-2, 3).clamp(-1.5, 1),
    "clamp of truths": lambda m: m.tensor([True, False]).clamp(0, 1),
    "clamp of uint8": lambda m: m.tensor([1, 200], dtype=m.uint8).clamp(max=100),
    "clamp by not a number": lambda m: m.tensor([1.0, 2.0]).clamp(float("nan"), 1.0),
    "clip": lambda m: m.clip(m.tensor([1.0, 5.0]), 2.0, 3.0),
    "maximum of types": lambda m: m.maximum(m.arange(3), m.tensor([0.5, 1.5, 1.5])),
    "maximum of whole numbers": lambda m: m.maximum(m.arange(3), m.tensor([1])),
    "minimum of truths": lambda m: m.minimum(m.tensor([True, False]), m.tensor([True])),
    "maximum of rank 0": lambda m: m.maximum(m.ones(2), m.tensor(2.0, dtype=m.float64)),
    "where": lambda m: m.where(m.tensor([True, False]), m.ones(2), 0),
    "where of numbers": lambda m: m.where(m.tensor([True, False]), 1.0, 0.0),
    "where of whole numbers": lambda m: m.where(m.tensor([True, False]), 1, 0),
    "where of truths": lambda m: m.where(m.tensor([True, False]), True, False),
    "where of types": lambda m: m.where(m.tensor([True, False]), m.arange(2), 0.5),
    "where of floats": lambda m: m.where(m.tensor([True]), m.ones(1), m.ones(1, dtype=m.float64)),
    "where as a method": lambda m: m.ones(2).where(m.tensor([True, False]), 0),
    "where of rank 0": lambda m: m.where(
        m.tensor([True, False]), m.tensor(1.0, dtype=m.float64), m.ones(2)
    ),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_same_expression(name: str) -> None:
    mine, other = EXPRESSIONS[name](cl), EXPRESSIONS[name](torch)
    assert tuple(mine.shape) == tuple(other.shape)
    assert mine.dtype.name == str(other.dtype).removeprefix("torch.")
    np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=3e-7)
