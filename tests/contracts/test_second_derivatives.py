"""Every operator can be differentiated twice: finite differences of the first derivative say so.

The contract of a gradient is checked operator by operator in test_operators.py. Here the chain is
checked as users run it: ``grad(..., create_graph=True)``, and ``grad`` of what it returns.
"""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.ops import OPERATORS, Array, Op, Sample, Value
from convolens.spec import FLOATS, TensorSpec, float64
from convolens.tensor.apply import apply

#: Inputs that follow from the others, or are gradients: such operators are parts of a gradient.
DERIVED = {"g", "y", "u", "m", "s"}
#: So many samples of each operator, and none that is larger.
SAMPLES = 24
LARGEST = 300
STEP = 1e-5


def names(operator: type[Op]) -> set[str]:
    return {part.split("[")[0] for part in operator.signature.split(" -> ")[0].split(", ")}


def samples(operator: type[Op]) -> list[Sample]:
    small = [
        sample
        for sample in operator.samples()
        if sample.op.infer(*sample.specs).dtype in FLOATS
        and 0 < max(spec.size for spec in sample.specs) <= LARGEST
        and min(spec.size for spec in sample.specs) > 0
    ]
    return small[:SAMPLES]


CASES = [
    pytest.param(sample, id=f"{operator.name}-{number}")
    for operator in OPERATORS
    if operator.name != "cast" and not names(operator) & DERIVED
    for number, sample in enumerate(samples(operator))
]


def test_no_forward_operator_is_left_out() -> None:
    """But for those whose outputs are whole numbers."""
    left = {
        operator.name
        for operator in OPERATORS
        if not names(operator) & DERIVED and not samples(operator)
    }
    whole = {
        operator.name
        for operator in OPERATORS
        if all(s.op.infer(*s.specs).dtype not in FLOATS for s in operator.samples())
    }
    assert left <= whole


@pytest.mark.parametrize("sample", CASES)
def test_second_derivatives_are_finite_differences_of_the_first(sample: Sample) -> None:
    random = np.random.default_rng(7)
    arrays = sample.arrays(random, float64)
    values = [Value(TensorSpec(array.shape, array.dtype)) for array in arrays]
    y = Value(sample.op.infer(*(value.spec for value in values)))
    # Inputs without a gradient, such as labels and the weights of classes, stay as they are.
    moving = [place for place, dx in enumerate(sample.op.gradient(values, y, y)) if dx is not None]
    if not moving:
        pytest.skip("no input has a gradient")
    weights = random.standard_normal(y.shape)
    directions = {place: random.standard_normal(arrays[place].shape) for place in moving}

    def slope(step: float, along: dict[int, Array]) -> tuple[cl.Tensor, list[cl.Tensor]]:
        """The derivative along ``directions`` of sum(weights y + y^2 / 2) at x + step along.

        The square makes the upstream gradient a function of x, so that operators of straight pieces
        have a second derivative too.
        """
        inputs = [
            cl.tensor(a + step * along[n], requires_grad=True) if n in along else cl.tensor(a)
            for n, a in enumerate(arrays)
        ]
        leaves = [inputs[place] for place in moving]
        out = apply(sample.op, *inputs)
        total = (out * cl.tensor(np.asarray(weights)) + 0.5 * out * out).sum()
        first = cl.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
        parts = [
            (gradient * cl.tensor(directions[place])).sum()
            for place, gradient in zip(moving, first, strict=True)
            if gradient is not None
        ]
        return sum(parts, cl.zeros((), dtype="float64")), leaves

    along = {place: random.standard_normal(arrays[place].shape) for place in moving}
    value, leaves = slope(0.0, along)
    second = (
        cl.autograd.grad(value, leaves, allow_unused=True) if value.requires_grad else [None] * 9
    )
    computed = sum(
        float((gradient.numpy() * along[place]).sum())
        for place, gradient in zip(moving, second, strict=False)
        if gradient is not None
    )
    ahead, behind = (slope(step, along)[0].item() for step in (STEP, -STEP))
    measured = (ahead - behind) / (2 * STEP)
    # Truncation is of order STEP^2 = 1e-10, cancellation of order epsilon / STEP = 2e-11, both
    # times the size of what is added up.
    size = 1.0 + abs(ahead) + abs(behind) + float(np.abs(weights).sum())
    assert measured == pytest.approx(computed, rel=1e-6, abs=1e-7 * size)
