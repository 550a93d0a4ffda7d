"""nn.utils: torch's norms, clipped gradients and vectors."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

import convolens as cl
from tolerance import rounding

from .peer import BOTH, torch

SHAPES = ((37,), (5, 7), (3, 2, 3, 3), (1,))
ORDERS = (2.0, 1.0, 3.0, 0.5, inf, -inf, -1.0, 0)


def parameters(m: Any, dtype: str, scale: float = 1.0, bad: float | None = None) -> list[Any]:
    random = np.random.default_rng(3)
    made = []
    for shape in SHAPES:
        p = m.nn.Parameter(m.from_numpy(random.standard_normal(shape).astype(dtype)))
        gradient = (scale * random.standard_normal(shape)).astype(dtype)
        if bad is not None and shape == (5, 7):
            gradient[2, 3] = bad
        p.grad = m.from_numpy(gradient)
        made.append(p)
    return [*made, m.nn.Parameter(m.from_numpy(np.ones(3, dtype)))]


def found(m: Any, name: str, dtype: str, *arguments: Any, **more: Any) -> list[Any]:
    params = parameters(m, dtype, **more)
    result = getattr(m.nn.utils, name)(iter(params), *arguments)
    return [np.array(result.item() if result is not None else 0.0)] + [
        p.grad.numpy() for p in params[:-1]
    ]


def close(mine: list[Any], theirs: list[Any], dtype: str) -> None:
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=200 * rounding(dtype))


@BOTH
@pytest.mark.parametrize("norm_type", ORDERS)
@pytest.mark.parametrize("max_norm", [0.1, 1e9])
@pytest.mark.parametrize("scale", [0.01, 1.0, 1e5])
def test_norms(dtype: str, norm_type: float, max_norm: float, scale: float) -> None:
    call = "clip_grad_norm_", dtype, max_norm, norm_type
    close(found(cl, *call, scale=scale), found(torch, *call, scale=scale), dtype)


@BOTH
@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("norm_type", [2.0, inf, 1.0])
def test_norms_that_are_not_finite(dtype: str, bad: float, norm_type: float) -> None:
    call = "clip_grad_norm_", dtype, 1.0, norm_type
    close(found(cl, *call, bad=bad), found(torch, *call, bad=bad), dtype)
    for m in (cl, torch):
        with pytest.raises(RuntimeError, match=r"[tT]he total norm"):
            found(m, *call, True, bad=bad)


@BOTH
def test_values(dtype: str) -> None:
    call = "clip_grad_value_", dtype, 0.6
    close(found(cl, *call), found(torch, *call), dtype)
    close(found(cl, *call, bad=nan), found(torch, *call, bad=nan), dtype)
    close(found(cl, *call, bad=-inf), found(torch, *call, bad=-inf), dtype)


@BOTH
def test_vectors(dtype: str) -> None:
    """The order of an image's elements is that of its indices, wherever they lie in memory."""

    def run(m: Any) -> list[Any]:
        params = parameters(m, dtype)
        vector = m.nn.utils.parameters_to_vector(params)
        m.nn.utils.vector_to_parameters(vector.detach().flip(0) * 2, params)
        return [vector.detach().numpy(), *(p.detach().numpy() for p in params)]

    for a, b in zip(run(cl), run(torch), strict=True):
        np.testing.assert_array_equal(a, b)


def test_nothing() -> None:
    for m in (cl, torch):
        norm = m.nn.utils.clip_grad_norm_([m.nn.Parameter(m.ones(2))], 1.0)
        assert (norm.item(), norm.dtype) == (0, m.float32)
        with pytest.warns(UserWarning, match="empty generator"):
            m.nn.utils.clip_grad_norm_((p for p in ()), 1.0)
