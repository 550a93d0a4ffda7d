"""Operators that join others: outputs and gradients beside those of the others one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import convolens as cl
from convolens.ops import Array, Sample
from convolens.tensor import Tensor, apply


def assert_same(sample: Sample, apart: Callable[..., Tensor], constant: int | None = None) -> None:
    """Compare a call with ``apart``, which is called with its operator and inputs, bit by bit.

    All inputs have gradients but the ``constant`` one.
    """
    arrays = sample.arrays(np.random.default_rng(3))
    own, expected = (_results(run, sample.op, arrays, constant) for run in (apply, apart))
    assert len(own) == len(arrays) + (constant is None)
    for computed, wanted in zip(own, expected, strict=True):
        np.testing.assert_array_equal(computed, wanted)


def _results(
    run: Callable[..., Tensor], op: Any, arrays: list[Array], constant: int | None
) -> list[Array]:
    """Return the output, and the gradients."""
    inputs = [cl.tensor(a, requires_grad=place != constant) for place, a in enumerate(arrays)]
    y = run(op, *inputs)
    upstream = np.random.default_rng(4).standard_normal(y.shape)
    y.backward(cl.tensor(upstream.astype(np.float32)))
    return [y.detach().numpy(), *(t.grad.numpy() for t in inputs if t.grad is not None)]
