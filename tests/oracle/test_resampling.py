"""Resampling: torch's values and gradients; for nearest its very indices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, compare, draw, layouts, torch

TF = torch.nn.functional
MODES = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
    "area": (1, 2, 3),
}
SMOOTH = ("linear", "bilinear", "trilinear", "bicubic")
FACTORS = (0.5, 2, 3, 1.5, 1.3, 0.7, 2.5, 1 / 3, 0.1, 1.01, 2.1, 7.3, 0.999, 4.0, 1.25, 1.7, 2 / 3)


def roundings(sizes: Any, outputs: Any, mode: str) -> int:
    """Return how many roundings a number may see.

    A sum along each axis. And torch works a place out in the images' type, so that it is off by
    as many roundings as there are inputs and outputs; the weights are off by as much.
    """
    taps = {"bicubic": 4, "area": 1}.get(mode, 2)
    return sum(6 * (size + output) + taps for size, output in zip(sizes, outputs, strict=True))


def check(
    shape: tuple[int, ...], mode: str, dtype: str, layout: str = "channels first", **options: Any
) -> None:
    y = TF.interpolate(torch.zeros(shape), mode=mode, **options)
    compare(
        lambda x: F.interpolate(x, mode=mode, **options),
        lambda x: TF.interpolate(x, mode=mode, **options),
        draw(shape),
        dtype,
        roundings(shape[2:], y.shape[2:], mode),
        sums_of_products=mode not in SMOOTH,
        cancels=True,
        layout=layout,
    )


def listed() -> Iterator[tuple[tuple[int, ...], str, dict[str, Any]]]:
    for mode, ranks in MODES.items():
        for rank in ranks:
            corners = (False, True) if mode in SMOOTH else (None,)
            for align in corners:
                extra = {} if align is None else {"align_corners": align}
                for size in (1, 3, 7, 8, 11):
                    yield (2, 3, *(5, 7, 4)[:rank]), mode, {"size": size, **extra}
                yield (1, 2, *(1,) * rank), mode, {"size": 3, **extra}
                yield (0, 2, *(3,) * rank), mode, {"size": 4, **extra}
                for factor in (2, 0.5, 1.7, 1.05):
                    options = {"scale_factor": factor, **extra}
                    yield (1, 17, *(6, 5, 4)[:rank]), mode, options
                    options = {**options, "recompute_scale_factor": True}
                    yield (1, 2, *(6, 5, 4)[:rank]), mode, options


@BOTH
@pytest.mark.parametrize("case", list(listed()), ids=str)
def test_listed(case: Any, dtype: str) -> None:
    shape, mode, options = case
    if contradicts_itself(shape, mode, options):
        assert options["scale_factor"] == 1.05
        pytest.skip("torch's gradient is not that of its output")
    check(shape, mode, dtype, **options)


@st.composite
def resamplings(draw_: st.DrawFn) -> tuple[tuple[int, ...], str, dict[str, Any], str]:
    mode = draw_(st.sampled_from(tuple(MODES)))
    rank = draw_(st.sampled_from(MODES[mode]))
    sizes = [draw_(st.integers(1, 9)) for _ in range(rank)]
    options: dict[str, Any] = {}
    if mode in SMOOTH:
        options["align_corners"] = draw_(st.booleans())
    if draw_(st.booleans()):
        options["size"] = tuple(draw_(st.integers(1, 13)) for _ in range(rank))
    else:
        factors = tuple(draw_(st.floats(1 / size, 4.0)) for size in sizes)
        options["scale_factor"] = tuple(
            f if int(size * f) else f + 1 for f, size in zip(factors, sizes, strict=True)
        )
        options["recompute_scale_factor"] = draw_(st.sampled_from((None, False, True)))
    shape = (draw_(st.integers(0, 2)), draw_(st.sampled_from((1, 3, 5, 16, 17))), *sizes)
    return shape, mode, options, draw_(layouts)


@BOTH
@given(resamplings())
@settings(max_examples=300)
def test_any_resampling(dtype: str, case: Any) -> None:
    shape, mode, options, layout = case
    if not contradicts_itself(shape, mode, options):
        check(shape, mode, dtype, layout, **options)


def contradicts_itself(shape: Any, mode: str, options: dict[str, Any]) -> bool:
    """Return whether torch's gradient is not that of its output: <y(x), g> is not <x, dx(g)>.

    So it is in some cases with a factor that leaves a rest: its two ways to find the nearest input
    differ, and its cubic gradient takes an output of the input's size for the input itself.
    """
    x = torch.tensor(draw((1, 1, *shape[2:]))[0], requires_grad=True)
    y = TF.interpolate(x, mode=mode, **options)
    g = torch.tensor(draw(tuple(y.shape), seed=8)[0])
    y.backward(g)
    difference = (y * g).sum() - (x * x.grad).sum()
    return abs(difference.item()) > 1e-9


def sweep() -> Iterator[tuple[int, dict[str, Any]]]:
    for size in (*range(1, 34), 56, 63, 97, 100, 224, 299):
        for outputs in (*range(1, 48), 56, 64, 97, 112, 113, 128, 200, 224, 448, 997):
            yield size, {"size": outputs}
        for factor in FACTORS:
            if int(size * factor):
                yield size, {"scale_factor": factor}


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_the_indices_of_nearest(mode: str) -> None:
    """For thousands of pairs of sizes, and factors that leave a rest.

    torch works them out in two ways: one for images of many channels that lie channels last and for
    gradients, in float32 always; another for the rest. They differ in a few cases in a hundred.
    Ours are those of the first.
    """
    wrong = differ = count = 0
    for size, options in sweep():
        count += 1
        row = {key: (1, value) for key, value in options.items()}
        numbers = torch.arange(size, dtype=torch.float32).expand(1, 8, 1, size)
        last = numbers.contiguous(memory_format=torch.channels_last)
        theirs = TF.interpolate(last, mode=mode, **row)[0, 0, 0]
        other = TF.interpolate(numbers[0].contiguous(), mode=mode, **options)[0, 0]
        ours = F.interpolate(cl.arange(size).double().reshape(1, 1, size), mode=mode, **options)
        wrong += ours.flatten().tolist() != theirs.tolist()
        differ += theirs.tolist() != other.tolist()
    assert count > 2500
    assert wrong == 0
    assert 0 < differ < count / 50


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_torchs_gradients_read_the_same_inputs(mode: str, rank: int) -> None:
    for size, options in list(sweep())[::23]:
        axes = {k: (1,) * (rank - 1) + (v,) for k, v in options.items()}
        x = torch.zeros((1, 2) + (1,) * (rank - 1) + (size,), requires_grad=True)
        TF.interpolate(x, mode=mode, **axes).sum().backward()
        mine = cl.zeros(tuple(x.shape), requires_grad=True)
        F.interpolate(mine, mode=mode, **axes).sum().backward()
        assert mine.grad is not None
        np.testing.assert_array_equal(mine.grad.numpy(), x.grad.numpy())


def test_the_sizes_of_the_output() -> None:
    for size in range(1, 120):
        for factor in FACTORS:
            if int(size * factor):
                for recompute in (None, True):
                    options = {"scale_factor": factor, "recompute_scale_factor": recompute}
                    theirs = TF.interpolate(torch.zeros(1, 1, size), **options)
                    ours = F.interpolate(cl.zeros(1, 1, size), **options)  # type: ignore[arg-type]
                    assert ours.shape == tuple(theirs.shape), (size, factor)


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_large_images(mode: str, align: bool) -> None:
    for shape, options in (
        ((2, 35, 29, 31), {"scale_factor": 2}),
        ((1, 8, 64, 48), {"size": (33, 100)}),
        ((1, 3, 224, 224), {"size": 97}),
    ):
        check(shape, mode, "float32", align_corners=align, **options)


@BOTH
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "area"])
def test_images_in_torchs_channels_last_order(mode: str, dtype: str) -> None:
    shape, size = (2, 16, 9, 7), (13, 20)
    compare(
        lambda x: F.interpolate(x, size, mode=mode),
        lambda x: TF.interpolate(
            x.contiguous(memory_format=torch.channels_last), size=size, mode=mode
        ),
        draw(shape),
        dtype,
        roundings(shape[2:], size, mode),
        sums_of_products=mode not in SMOOTH,
        cancels=True,
        layout="channels last",
    )
