"""Padding: torch's values, gradients and refusals, for every mode, rank and sign."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, compare, draw, layouts, outcome, to_torch, torch

TF = torch.nn.functional
INSIDE = ("reflect", "replicate", "circular")

#: shape, pad, mode, value
LISTED: list[tuple[tuple[int, ...], tuple[int, ...], str, float | None]] = [
    ((2, 3, 5, 6), (1, 2), "constant", None),
    ((2, 3, 5, 6), (1, 2, 3, 4), "constant", 1.5),
    ((2, 3, 5, 6), (1, 0, 0, 2, 1, 1), "constant", -1.0),
    ((2, 3, 5, 6), (0, 1, 2, 0, 1, 1, 3, 0), "constant", 0.0),
    ((2, 3, 5, 6), (-1, 2, 2, -3), "constant", 7.0),
    ((2, 3, 5, 6), (-6, 0), "constant", 2.0),
    ((2, 3, 5, 6), (-6, 3), "constant", 2.0),
    ((7,), (2, 2), "constant", 3.0),
    ((), (), "constant", None),
    ((2, 3), (), "constant", None),
    ((0, 3, 4), (1, 1), "constant", 1.0),
    ((2, 0, 4), (1, 1, 2, 2), "constant", 1.0),
    ((1, 2, 2, 2, 2, 2), (1, 0, 0, 1, 1, 0), "constant", 1.0),
    *(((2, 3, 7), pad, mode, None) for mode in INSIDE for pad in ((2, 3), (6, 0), (-2, 1), (0, 0))),
    *(((3, 7), (2, 3), mode, None) for mode in INSIDE),
    *(((2, 3, 5, 6), (2, 3, 4, 1), mode, None) for mode in INSIDE),
    *(((2, 17, 5, 6), (1, 1, 1, 1), mode, None) for mode in INSIDE),
    *(((3, 5, 6), (2, 3, 4, 1), mode, None) for mode in INSIDE),
    *(((2, 3, 5, 6), (-1, 2, 3, -2), mode, None) for mode in INSIDE),
    *(((2, 2, 3, 4, 5), (1, 2, 3, 0, 2, 1), mode, None) for mode in INSIDE),
    *(((2, 3, 4, 5), (1, 2, 3, 0, 2, 1), mode, None) for mode in INSIDE),
    *(((2, 2, 3, 4, 5), (1, -2, -1, 1, 0, 2), mode, None) for mode in INSIDE),
    *(((0, 2, 3, 3), (1, 1, 1, 1), mode, None) for mode in INSIDE),
    *(((1, 2, 1, 1), (0, 0, 0, 0), mode, None) for mode in INSIDE),
    ((1, 2, 1, 1), (3, 2, 1, 4), "replicate", None),
    ((1, 2, 1, 1), (1, 1, 1, 1), "circular", None),
    ((1, 1, 6), (-7, 7), "replicate", None),
    ((1, 1, 6), (9, -8), "replicate", None),
    ((1, 1, 6), (3, -5), "reflect", None),
    ((1, 1, 6), (3, -3), "circular", None),
    ((2, 0, 3), (1, 1), "circular", None),
]


@BOTH
@pytest.mark.parametrize("case", LISTED, ids=str)
def test_listed(case: Any, dtype: str) -> None:
    shape, pad, mode, value = case
    options = {"mode": mode} | ({} if value is None else {"value": value})
    compare(
        lambda x: F.pad(x, pad, **options),
        lambda x: TF.pad(x, pad, **options),
        draw(shape),
        dtype,
        [1, int(np.prod([abs(cells) + 1 for cells in pad], dtype=float)) + 1],
    )


@st.composite
def paddings(draw_: st.DrawFn) -> tuple[tuple[int, ...], list[int], str, str]:
    mode = draw_(st.sampled_from(("constant", *INSIDE)))
    if mode == "constant":
        shape = draw_(st.lists(st.integers(0, 5), min_size=1, max_size=5))
        axes = draw_(st.integers(0, len(shape)))
    else:
        axes = draw_(st.integers(1, 3))
        front = draw_(st.sampled_from(((2, 3), (1, 17), (3,), (0, 2))))
        shape = [*front, *(draw_(st.integers(1, 6)) for _ in range(axes))]
    pad = [draw_(st.integers(-3, 6)) for _ in range(2 * axes)]
    return tuple(shape), pad, mode, draw_(layouts)


def wraps_over_a_crop(shape: tuple[int, ...], pad: list[int]) -> bool:
    """Return whether along an axis more is added than is left after cropping."""
    pairs = zip(shape[::-1], pad[::2], pad[1::2], strict=False)
    return any(max(b, a) > size + min(b, 0) + min(a, 0) for size, b, a in pairs if min(b, a) < 0)


@BOTH
@given(paddings())
@settings(max_examples=250)
def test_any_padding(dtype: str, case: Any) -> None:
    """What torch refuses is refused, and what it computes is computed."""
    shape, pad, mode, layout = case
    theirs = outcome(lambda: TF.pad(torch.zeros(shape), pad, mode))
    ours = outcome(lambda: F.pad(cl.zeros(shape), pad, mode))
    if mode in ("reflect", "replicate") and min(getattr(theirs, "shape", ())[1:], default=1) <= 0:
        # Along one axis torch refuses to crop all; along several, only if it is all of each. With
        # no images it also crops more than all, and leaves a negative number of cells.
        assert isinstance(ours, RuntimeError)
        return
    if mode == "circular" and wraps_over_a_crop(shape, pad):
        # torch computes from memory that it has not written, or refuses that.
        assert isinstance(ours, RuntimeError)
        return
    assert isinstance(ours, Exception) == isinstance(theirs, Exception), (theirs, ours)
    if isinstance(theirs, Exception):
        assert isinstance(ours, RuntimeError)
        return
    readers = float(np.prod([abs(cells) + 2 for cells in pad]))
    compare(
        lambda x: F.pad(x, pad, mode),
        lambda x: TF.pad(x, pad, mode),
        draw(shape),
        dtype,
        [1, int(readers)],
        layout=layout,
    )


@pytest.mark.parametrize("mode", ["constant", *INSIDE])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_other_types(mode: str, dtype: str) -> None:
    x = np.arange(12).reshape(1, 3, 4).astype(dtype)
    ours = F.pad(cl.tensor(x), (1, 2), mode)  # type: ignore[arg-type]
    if dtype == "bool" and mode in ("reflect", "replicate"):
        with pytest.raises(NotImplementedError):  # torch has no such kernel; nothing is in doubt
            TF.pad(to_torch(x), (1, 2), mode)
        return
    theirs = TF.pad(to_torch(x), (1, 2), mode)
    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
    assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("value", [1.5, -1, 300, True, float("inf"), float("nan"), 1e300, 2**40])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_values_of_other_types(value: float, dtype: str) -> None:
    theirs = outcome(
        lambda: TF.pad(torch.zeros(2, dtype=getattr(torch, dtype)), (1, 0), value=value)
    )
    ours = outcome(lambda: F.pad(cl.zeros(2, dtype=dtype), (1, 0), value=value))
    if isinstance(theirs, Exception):
        assert isinstance(ours, RuntimeError), (value, dtype, theirs, ours)
    else:
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@BOTH
@pytest.mark.parametrize("mode", INSIDE)
def test_images_in_torchs_channels_last_order(mode: str, dtype: str) -> None:
    compare(
        lambda x: F.pad(x, (2, 1, 1, 3), mode),  # type: ignore[arg-type]
        lambda x: TF.pad(x.contiguous(memory_format=torch.channels_last), (2, 1, 1, 3), mode),
        draw((2, 8, 5, 6)),
        dtype,
        9,
        layout="channels last",
    )


def test_padding_then_a_convolution_is_a_padded_convolution() -> None:
    x, weight = cl.randn(2, 3, 8, 9), cl.randn(4, 3, 3, 3)
    for mode in INSIDE:
        conv = torch.nn.Conv2d(3, 4, 3, padding=1, padding_mode=mode, bias=False)
        conv.weight.data = to_torch(weight.numpy())
        theirs = conv(to_torch(x.numpy())).detach().numpy()
        ours = F.conv2d(F.pad(x, (1, 1, 1, 1), mode), weight).numpy()  # type: ignore[arg-type]
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@given(st.integers(1, 3), st.data())
@settings(max_examples=60)
def test_a_crop_undoes_padding(axes: int, data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from(("constant", *INSIDE)))
    pad = [data.draw(st.integers(0, 4)) for _ in range(2 * axes)]
    shape = (2, 3, *(5 + data.draw(st.integers(0, 2)) for _ in range(axes)))
    x = cl.tensor(draw(shape)[0])
    assume(max(pad))
    padded = F.pad(x, pad, mode)  # type: ignore[arg-type]
    np.testing.assert_array_equal(F.pad(padded, [-cells for cells in pad]).numpy(), x.numpy())
