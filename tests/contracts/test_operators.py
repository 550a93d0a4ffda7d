"""The promises that every operator keeps, checked on its own samples and mistakes."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from dataclasses import fields
from functools import wraps

import numpy as np
import pytest

from convolens import ops
from convolens.errors import ConvolensError
from convolens.ops import OPERATORS, Call, Op, Sample, Value
from convolens.ops._op import with_dependent
from convolens.spec import FLOATS, TensorSpec, float32, float64

OPS = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)


def each_sample(check: Callable[[Sample], None]) -> Callable[[type[Op]], None]:
    """Make of a check of one sample a test of an operator: a test of each would take far longer."""

    @OPS
    @wraps(check)
    def test(operator: type[Op]) -> None:
        for sample in operator.samples():
            try:
                check(sample)
            except BaseException as error:
                error.add_note(f"with {sample.op} of {', '.join(map(str, sample.specs))}")
                raise

    del test.__wrapped__  # pytest would ask for what it takes
    return test


@OPS
def test_has_samples_and_mistakes(operator: type[Op]) -> None:
    assert list(operator.samples())
    assert list(operator.mistakes())


@OPS
def test_is_documented(operator: type[Op]) -> None:
    assert operator.__doc__ is not None
    assert "Shapes:" in operator.__doc__
    assert re.fullmatch(r"[a-z][a-z0-9_]*", operator.name)


@OPS
def test_is_a_hashable_value(operator: type[Op]) -> None:
    for first, second in zip(operator.samples(), operator.samples(), strict=True):
        assert first.op == second.op
        assert hash(first.op) == hash(second.op)


@OPS
def test_mistakes_are_refused_in_words(operator: type[Op]) -> None:
    for mistake in operator.mistakes():
        with pytest.raises(ConvolensError) as caught:
            mistake.call()
        for word in mistake.words:
            assert word in str(caught.value)


@each_sample
def test_reference_has_the_inferred_spec(sample: Sample) -> None:
    for dtype in FLOATS:
        arrays = sample.arrays(np.random.default_rng(0), dtype)
        result = sample.op.reference(*arrays)
        expected = sample.op.infer(*map(spec_of, arrays))
        assert spec_of(np.asarray(result)) == expected


@each_sample
def test_reference_leaves_its_inputs_alone(sample: Sample) -> None:
    arrays = sample.arrays(np.random.default_rng(0))
    for array in arrays:
        array.flags.writeable = False
    before = [array.copy() for array in arrays]
    sample.op.reference(*arrays)
    for array, kept in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@each_sample
def test_reference_does_not_depend_on_memory_layout(sample: Sample) -> None:
    arrays = sample.arrays(np.random.default_rng(0), float64)
    turned = [np.array(array, order="F") for array in arrays]
    np.testing.assert_allclose(
        sample.op.reference(*turned), sample.op.reference(*arrays), rtol=1e-13, atol=1e-13
    )


@each_sample
def test_signature_agrees_with_infer(sample: Sample) -> None:
    inputs, output = sample.op.signature.split(" -> ")
    if "..." in inputs:
        return  # any number of inputs
    letters: dict[str, object] = {f.name: getattr(sample.op, f.name) for f in fields(sample.op)}
    parts = inputs.split(", ")
    required = sum(not part.endswith("?") for part in parts)
    assert required <= len(sample.specs) <= len(parts)
    for part, spec in zip(parts, sample.specs, strict=False):
        match_dimensions(part, spec.shape, letters)
    match_dimensions(output, sample.op.infer(*sample.specs).shape, letters)


def match_dimensions(part: str, shape: tuple[int, ...], letters: dict[str, object]) -> None:
    """Bind the dimension letters of ``x[N,C,*I]`` to ``shape``, or compare with their values."""
    names = part[part.index("[") + 1 : part.index("]")].split(",")
    starred = [i for i, name in enumerate(names) if name.startswith("*")]
    if starred:
        (at,) = starred
        tail = len(names) - at - 1
        middle = shape[at : len(shape) - tail]
        assert letters.setdefault(names[at], middle) == middle, (part, shape, letters)
        pairs = [*zip(names[:at], shape[:at], strict=True)]
        pairs += zip(names[at + 1 :], shape[len(shape) - tail :], strict=True)
    else:
        pairs = list(zip(names, shape, strict=True))
    for name, extent in pairs:
        value = int(name) if name.isdigit() else letters.get(name)
        if "/" in name:
            top, bottom = name.split("/")
            value = int(str(letters[top])) // int(str(letters[bottom])) if top in letters else None
            if value is None:
                letters[top] = extent * int(str(letters[bottom]))
                continue
        if value is None:
            letters[name] = extent
        else:
            assert value == extent, (part, shape, letters)


@each_sample
def test_cost_and_explanation(sample: Sample) -> None:
    cost = sample.op.cost(*sample.specs)
    assert min(cost) >= 0
    text = sample.op.explain(*sample.specs)
    assert text.endswith(".")
    assert "{" not in text


@each_sample
def test_gradient_is_the_finite_difference(sample: Sample) -> None:
    """d/dt sum(g f(x + t d)) at t = 0 is sum(gradient d), for a random direction d.

    Inputs that depend on others move with them, and have no gradient of their own.
    """
    random = np.random.default_rng(1)
    inputs = sample.arrays(random, float64)
    values = [Value(spec_of(array)) for array in inputs]
    output = np.asarray(sample.op.reference(*inputs))
    if output.dtype not in FLOATS:
        return  # whole numbers have no gradient
    upstream = random.standard_normal(output.shape)
    y, g = Value(spec_of(output)), Value(spec_of(upstream))
    known = {id(v): a for v, a in zip((*values, y, g), (*inputs, output, upstream), strict=True)}
    gradients = sample.op.gradient(values, y, g)
    assert len(gradients) == len(inputs)
    assert all(gradients[number] is None for number in sample.op.dependent(values))
    for number, (array, gradient) in enumerate(zip(inputs, gradients, strict=True)):
        if gradient is None:
            continue
        assert gradient.spec == spec_of(array)
        direction = random.standard_normal(array.shape)
        step = 1e-6

        def moved(by: float, number: int = number, d: object = direction) -> float:
            shifted = [a + by * d if i == number else a for i, a in enumerate(inputs)]
            shifted = with_dependent(sample.op, shifted)
            return float(np.sum(upstream * sample.op.reference(*shifted)))

        measured = (moved(step) - moved(-step)) / (2 * step)
        computed = float(np.sum(evaluate(gradient, known) * direction))
        # Central differences: truncation of order step^2, cancellation of order epsilon / step.
        magnitude = float(np.sum(np.abs(upstream))) + 1.0
        if float32 in {array.dtype, output.dtype}:
            magnitude *= 1e8  # the sample itself casts to float32
        assert measured == pytest.approx(computed, rel=1e-6, abs=2e-9 * magnitude)


def evaluate(value: Value, known: dict[int, np.ndarray]) -> np.ndarray:
    """Run calls by their references."""
    if id(value) not in known:
        assert isinstance(value, Call)
        result = value.op.reference(*(evaluate(arg, known) for arg in value.args))
        assert spec_of(np.asarray(result)) == value.spec
        known[id(value)] = np.asarray(result)
    return known[id(value)]


def spec_of(array: np.ndarray) -> TensorSpec:
    return TensorSpec(array.shape, array.dtype)


@each_sample
def test_a_copy_takes_its_attributes_along(sample: Sample) -> None:
    own = hash(sample.op)
    for copied in (pickle.loads(pickle.dumps(sample.op)), copy.deepcopy(sample.op)):
        names = {field.name for field in fields(copied)}
        assert set(vars(copied)) == names or (copied is sample.op and not names)
        assert copied == sample.op
        assert hash(copied) == own


def test_without_attributes_there_is_one_operator_of_a_class() -> None:
    assert ops.Add() is ops.Add()
    assert pickle.loads(pickle.dumps(ops.Add())) is ops.Add()
    assert copy.deepcopy(ops.Add()) is ops.Add()
    assert ops.Add() != ops.Sub()
    assert ops.Flip((0,)) is not ops.Flip((0,))
    assert ops.Flip((0,)) == ops.Flip((0,)) != ops.Flip((1,))
    with pytest.raises(TypeError):
        ops.Add(3)  # type: ignore[call-arg]
