"""Unfolding and folding: torch's columns and images, and each other's gradients."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, compare, draw, layouts, outcome, torch

TF = torch.nn.functional


@st.composite
def patches(draw_: st.DrawFn) -> tuple[tuple[int, ...], dict[str, Any], str]:
    def each(low: int, high: int) -> Any:
        values = (draw_(st.integers(low, high)), draw_(st.integers(low, high)))
        return values[0] if draw_(st.booleans()) else values

    def both(value: Any) -> tuple[int, int]:
        return (value, value) if isinstance(value, int) else value

    options = {
        "kernel_size": each(1, 4),
        "dilation": each(1, 3),
        "padding": each(0, 3),
        "stride": each(1, 4),
    }
    kernel, dilation, padding = (
        both(options[name]) for name in ("kernel_size", "dilation", "padding")
    )
    sizes = [
        max(1, d * (k - 1) + 1 - 2 * p) + draw_(st.integers(-1, 5))
        for k, d, p in zip(kernel, dilation, padding, strict=True)
    ]
    front = draw_(st.sampled_from(((2, 1), (1, 3), (2, 17), (3,), (0, 2), (1, 8))))
    return (*front, *(max(1, size) for size in sizes)), options, draw_(layouts)


@BOTH
@given(patches())
@settings(max_examples=150)
def test_any_patches(dtype: str, case: Any) -> None:
    shape, options, layout = case
    theirs = outcome(lambda: TF.unfold(torch.zeros(shape), **options))
    if isinstance(theirs, Exception):
        ours = outcome(lambda: F.unfold(cl.zeros(shape), **options))
        assert isinstance(ours, RuntimeError), (theirs, ours)
        return
    overlaps = 16
    compare(
        lambda x: F.unfold(x, **options),
        lambda x: TF.unfold(x, **options),
        draw(shape),
        dtype,
        [1, overlaps],
        layout=layout,
    )
    if len(shape) == 3 or shape[0]:  # torch 2.13 cannot fold an empty batch backwards
        compare(
            lambda x: F.fold(x, shape[-2:], **options),
            lambda x: TF.fold(x, shape[-2:], **options),
            draw(tuple(theirs.shape)),
            dtype,
            [overlaps, 1],
            layout=layout,
        )


@BOTH
@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((2, 64, 14, 14), {"kernel_size": 3, "padding": 1}),
        ((2, 3, 32, 32), {"kernel_size": 5, "stride": 2}),
        ((1, 16, 30, 37), {"kernel_size": (1, 7), "padding": (0, 3)}),
        ((2, 33, 40, 12), {"kernel_size": 2, "stride": 2}),
        ((1, 2, 20, 20), {"kernel_size": 6, "dilation": 3, "padding": 2}),
    ],
)
def test_large_images(shape: Any, options: Any, dtype: str) -> None:
    columns = tuple(TF.unfold(torch.zeros(shape), **options).shape)
    taps = columns[1] // shape[1]
    compare(
        lambda x: F.unfold(x, **options),
        lambda x: TF.unfold(x, **options),
        draw(shape),
        dtype,
        [1, taps],
    )
    compare(
        lambda x: F.fold(x, shape[2:], **options),
        lambda x: TF.fold(x, shape[2:], **options),
        draw(columns),
        dtype,
        [taps, 1],
    )


def test_folding_an_empty_batch() -> None:
    assert F.fold(cl.zeros(0, 27, 9), 5, 3).shape == (0, 3, 5, 5)
    assert tuple(TF.fold(torch.zeros(0, 27, 9), 5, 3).shape) == (0, 3, 5, 5)
