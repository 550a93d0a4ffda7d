"""The float64 result of a layer and of its gradients, and how far from it float32 may be.

The result is the operators' definition in NumPy, recorded and differentiated in float64. A sum of
n products is off by at most n u times the sum of their absolute values, u being half of epsilon
(Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1); that sum is the same
call on absolute values. Where Winograd's algorithm may be used, its own bound counts if it is
larger. Results that are no sums of products may be off by their number of roundings, times epsilon,
times the largest value.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

import convolens as cl
from benchmarks.exact import EPSILON, Expected
from benchmarks.layers.case import (
    LayerCase,
    LayerProblem,
    LayerTask,
    distinct,
    make_problem,
    repeated,
)
from benchmarks.layers.convolution import Conv, ConvTranspose
from benchmarks.nets import Array
from benchmarks.peers.base import UnavailableError
from benchmarks.process import ROOT
from convolens import ops
from convolens.backends.choose import candidates
from convolens.nn import functional
from convolens.spec import TensorSpec

_U = EPSILON / 2
#: For terms of higher order.
_MORE = 1.01


def expected(problem: LayerProblem) -> dict[str, Expected]:
    """Return what every peer must compute."""
    case = problem.case
    if not case.operation.independent:
        return _of_few(case, problem.task)
    found = _of_few(case, "forward+backward")
    return {name: found[name] for name in ("y", *map(result_name, case.gradients(problem.task)))}


@lru_cache(maxsize=1)
def _of_few(case: LayerCase, task: LayerTask) -> dict[str, Expected]:
    """Return result and gradients of a batch, from its images that differ."""
    operation, few = case.operation, distinct(case)
    problem = make_problem(few, task)
    arrays, upstream = [_wide(array) for array in problem.arrays], _wide(problem.upstream)
    values = definition(few, task, arrays, upstream)
    times = case.x[0] // few.x[0]
    activations = {"y", *map(result_name, [*operation.arrays(case.x)][: operation.activations])}
    # Gradients of parameters add up over the batch.
    sums = {name: 1 if name in activations else times for name in values}
    whole = {
        name: repeated(value, times) if sums[name] == 1 and times > 1 else value * sums[name]
        for name, value in values.items()
    }
    lengths = {name: operation.lengths(case.x)[_argument(name)] for name in values}
    if not operation.multilinear:
        return {
            name: Expected(value, lengths[name] * EPSILON * _largest(value))
            for name, value in whole.items()
        }
    absolute = [np.abs(array) for array in arrays]
    bounds = definition(few, task, absolute, np.abs(upstream))
    by_tiles = _tiles(few, arrays, upstream, values)
    limits = {
        # The bound by tiles holds the length of the sum of the few images: it grows with both.
        name: max(lengths[name] * sums[name] * _largest(bounds[name]), sums[name] ** 2 * tiles)
        for name, tiles in by_tiles.items()
    }
    return {name: Expected(whole[name], _MORE * _U * limits[name]) for name in whole}


def result_name(argument: str) -> str:
    """Return the name of the gradient of an array."""
    return f"gradient of {argument}"


def definition(
    case: LayerCase, task: LayerTask, arrays: Sequence[Array], upstream: Array
) -> dict[str, Array]:
    """Return result and gradients by the operators' definitions in float64."""
    names = list(case.operation.arrays(case.x))
    wanted = case.gradients(task)
    tensors = [cl.tensor(array) for array in arrays]
    leaves = {name: tensor for name, tensor in zip(names, tensors, strict=True) if name in wanted}
    for leaf in leaves.values():
        leaf.requires_grad_()
    with what_is_missing():
        y = case.operation.call(functional, tensors, bool(wanted))
    results = {"y": np.array(y.detach().numpy())}
    if wanted:
        y.backward(cl.tensor(upstream))
        for name, leaf in leaves.items():
            results[result_name(name)] = np.array(leaf.grad.numpy())
    return results


@contextmanager
def what_is_missing() -> Iterator[None]:
    """Say that a function does not exist here, inside a with block.

    Raises:
        UnavailableError: If it does not.
    """
    try:
        yield
    except AttributeError as error:
        raise UnavailableError(f"convolens cannot compute it: {error}") from error


def least_exact(op: ops.Op, arrays: Sequence[Array]) -> list[str]:
    """Return which algorithms that transform tiles can compute a call.

    Of Winograd's for squares it is the one with the largest tiles, which has the largest bound.
    """
    specs = tuple(TensorSpec(array.shape) for array in arrays)
    names = [
        verdict.candidate.name
        for verdict in candidates(op, specs)
        if not verdict.candidate.exact and not verdict.reason
    ]
    squares = sorted((name for name in names if name[-1].isdigit()), key=lambda name: name[-1])
    return [*squares[-1:], *(name for name in names if not name[-1].isdigit())]


def _tiles(
    case: LayerCase, arrays: Sequence[Array], upstream: Array, values: dict[str, Array]
) -> dict[str, float]:
    """Return for each result the largest error of algorithms that transform tiles, in units u."""
    limits = dict.fromkeys(values, 0.0)
    bounds = _bounds()
    for name, (op, inputs) in _calls(case, arrays, upstream).items():
        for algorithm in least_exact(op, inputs) if name in limits else ():
            largest = _largest(bounds[algorithm](op, inputs, algorithm))
            limits[name] = max(limits[name], largest)
    return limits


def _calls(
    case: LayerCase, arrays: Sequence[Array], upstream: Array
) -> dict[str, tuple[ops.Op, list[Array]]]:
    """Return what computes each result of a convolution, or nothing for other layers."""
    operation = case.operation
    if not isinstance(operation, Conv | ConvTranspose):
        return {}
    rank = len(operation.kernel)
    geometry: dict[str, Any] = {
        "stride": operation.strides,
        "padding": tuple((zeros, zeros) for zeros in operation.paddings),
        "dilation": (operation.dilation,) * rank,
        "groups": operation.groups,
    }
    x, weight = arrays[:2]
    weight_grad = ops.ConvWeightGrad(**geometry, kernel=operation.kernel)
    if isinstance(operation, ConvTranspose):
        return {
            "y": (ops.ConvTranspose(**geometry), list(arrays)),
            "gradient of x": (ops.Conv(**geometry), [upstream, weight]),
            "gradient of weight": (weight_grad, [upstream, x]),
        }
    return {
        "y": (ops.Conv(**geometry), list(arrays)),
        "gradient of x": (ops.ConvInputGrad(**geometry, sizes=x.shape[2:]), [weight, upstream]),
        "gradient of weight": (weight_grad, [x, upstream]),
    }


def _bounds() -> Any:
    """Return the bounds that the tests have for algorithms that transform tiles."""
    folder = str(ROOT / "tests")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("tolerance").OWN_BOUNDS


def _argument(result: str) -> str:
    return result.removeprefix("gradient of ")


def _wide(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype == np.float32 else array


def _largest(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0.0))
