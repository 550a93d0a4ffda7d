"""Resampling: an image of ramps, the transpose, and infinities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolens.backends.choose import choose
from convolens.backends.kernels.weigh import _stages
from convolens.ops import Resample, ResampleGrad
from convolens.ops._op import shared
from convolens.ops._weighted_taps import Weighted, linear
from convolens.ops.resample import Resampling
from convolens.spec import TensorSpec, float64

modes = st.sampled_from(["nearest", "nearest-exact", "linear", "cubic", "area"])
sizes = st.lists(st.integers(1, 7), min_size=3, max_size=3)


@given(modes, sizes, sizes, st.integers(1, 3), st.booleans())
@settings(max_examples=150)
def test_the_gradient_is_the_transpose(
    mode: str, inputs: list[int], outputs: list[int], rank: int, align: bool
) -> None:
    """<resample(x), g> = <x, transposed(g)>, in either precision."""
    op = Resample(mode, tuple(outputs[:rank]), (None,) * rank, align)  # type: ignore[arg-type]
    back = ResampleGrad(**shared(op, Resampling), sizes=tuple(inputs[:rank]))
    random = np.random.default_rng(0)
    for dtype in (np.float32, float64):
        x = random.standard_normal((2, 3, *inputs[:rank])).astype(dtype)
        g = random.standard_normal((2, 3, *outputs[:rank])).astype(dtype)
        y = choose(op, (TensorSpec(x.shape, x.dtype),)).run(x)
        dx = choose(back, (TensorSpec(g.shape, g.dtype),)).run(g)
        left, right = (y.astype(float) * g).sum(), (x.astype(float) * dx).sum()
        magnitude = np.abs(y * g).sum() + np.abs(x * dx).sum()
        assert abs(left - right) <= 40 * np.finfo(dtype).eps * magnitude


def test_axes_are_independent() -> None:
    """Along two axes at once is along one, then along the other, in either order."""
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 4))
    both = Resample("linear", (8, 3), (None, None)).reference(x)
    for first, second in (((8, 4), (8, 3)), ((5, 3), (8, 3))):
        one = Resample("linear", first, (None, None)).reference(x)
        two = Resample("linear", second, (None, None)).reference(one)
        np.testing.assert_allclose(two, both, rtol=1e-13)


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_infinities_reach_only_those_that_read_them(mode: str) -> None:
    """In the same size nothing else is read, so nothing becomes NaN."""
    x = np.array([[[0.0, np.inf, 1.0, np.nan, 2.0]]], np.float32)
    op = Resample(mode, (5,), (None,))  # type: ignore[arg-type]
    np.testing.assert_array_equal(op.reference(x), x)
    np.testing.assert_array_equal(choose(op, (TensorSpec(x.shape),)).run(x), x)


def test_stages() -> None:
    """Two neighbouring axes are one stage; of three, the image between is kept small."""
    same, more, fewer = linear(8, 8), linear(8, 64), linear(8, 2)

    def stages(*tables: Weighted) -> list[tuple[int, ...]]:
        return [stage.axes for stage in _stages((1, 4, *[8] * len(tables)), tables)]

    assert stages(more) == [(2,)]
    assert stages(more, fewer) == [(2, 3)]
    assert stages(more, same) == [(2,)]
    assert stages(same, same) == [(3,)]
    assert stages(more, fewer, fewer) == [(3, 4), (2,)]
    assert stages(fewer, more, more) == [(2,), (3, 4)]
    assert stages(more, same, fewer) == [(4,), (2,)]


def test_the_result_is_a_new_array() -> None:
    x = np.zeros((1, 2, 3, 3), np.float32)
    op = Resample("linear", (3, 3), (None, None))
    y = choose(op, (TensorSpec(x.shape),)).run(x)
    assert not np.shares_memory(x, y)
