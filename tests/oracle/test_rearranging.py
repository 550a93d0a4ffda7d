"""Shuffles, parts, orders and copies: what each call gives, in torch and here, with gradients.

Each call is written once: ``m`` is the library and ``F`` its functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, compare, draw, layouts, outcome, torch

TF = torch.nn.functional
Call = Callable[[Any, Any, Any], Any]

#: The call on the library, its functions and x, and the shape of x.
CALLS: dict[str, tuple[Call, tuple[int, ...]]] = {
    "pixel_shuffle 2": (lambda m, F, x: F.pixel_shuffle(x, 2), (2, 12, 3, 5)),
    "pixel_shuffle 3": (lambda m, F, x: F.pixel_shuffle(x, 3), (1, 18, 4, 2)),
    "pixel_shuffle 4": (lambda m, F, x: F.pixel_shuffle(x, 4), (1, 32, 2, 3)),
    "pixel_shuffle 1": (lambda m, F, x: F.pixel_shuffle(x, 1), (1, 3, 2, 3)),
    "pixel_shuffle of one": (lambda m, F, x: F.pixel_shuffle(x, 2), (8, 3, 5)),
    "pixel_shuffle of many": (lambda m, F, x: F.pixel_shuffle(x, 2), (2, 3, 8, 3, 2)),
    "pixel_shuffle layer": (lambda m, F, x: m.nn.PixelShuffle(2)(x), (2, 64, 5, 7)),
    "pixel_unshuffle 2": (lambda m, F, x: F.pixel_unshuffle(x, 2), (2, 3, 4, 6)),
    "pixel_unshuffle 3": (lambda m, F, x: F.pixel_unshuffle(x, 3), (1, 17, 6, 3)),
    "pixel_unshuffle of one": (lambda m, F, x: F.pixel_unshuffle(x, 2), (3, 4, 6)),
    "pixel_unshuffle layer": (lambda m, F, x: m.nn.PixelUnshuffle(2)(x), (1, 16, 4, 6)),
    "channel_shuffle 2": (lambda m, F, x: F.channel_shuffle(x, 2), (2, 32, 3, 5)),
    "channel_shuffle 3": (lambda m, F, x: F.channel_shuffle(x, 3), (2, 12, 3, 5)),
    "channel_shuffle 4": (lambda m, F, x: F.channel_shuffle(x, 4), (2, 72, 3, 5)),
    "channel_shuffle of a line": (lambda m, F, x: F.channel_shuffle(x, 2), (2, 6, 5)),
    "channel_shuffle of a block": (lambda m, F, x: F.channel_shuffle(x, 2), (2, 6, 2, 3, 2)),
    "channel_shuffle of none": (lambda m, F, x: F.channel_shuffle(x, 2), (0, 4, 3, 3)),
    "channel_shuffle layer": (lambda m, F, x: m.nn.ChannelShuffle(8)(x), (1, 128, 3, 3)),
    "unflatten": (lambda m, F, x: x.unflatten(1, (3, 4)), (2, 12, 3, 5)),
    "unflatten -1": (lambda m, F, x: m.unflatten(x, -1, (-1, 2)), (2, 3, 6)),
    "unflatten layer": (lambda m, F, x: m.nn.Unflatten(1, (2, 3, 4))(x), (5, 24)),
    "unflatten and flatten": (lambda m, F, x: x.unflatten(1, (2, 3)).flatten(2), (2, 6, 4, 5)),
    "flip": (lambda m, F, x: x.flip(3), (2, 17, 3, 5)),
    "flip of channels": (lambda m, F, x: x.flip(1, 0), (2, 17, 3, 5)),
    "flip of all": (lambda m, F, x: m.flip(x, (0, -1, 1, 2)), (2, 17, 3, 5)),
    "flip of none": (lambda m, F, x: x.flip(()), (2, 3)),
    "flip of a number": (lambda m, F, x: x.flip(0), ()),
    "roll": (lambda m, F, x: x.roll(2, 3), (2, 17, 3, 5)),
    "roll of several": (lambda m, F, x: m.roll(x, (1, -7, 30), (0, 1, -1)), (2, 17, 3, 5)),
    "roll twice along one": (lambda m, F, x: x.roll((1, 1), (1, 1)), (2, 5)),
    "roll of all": (lambda m, F, x: x.roll(7), (2, 3, 4, 5)),
    "roll of a number": (lambda m, F, x: x.roll(1), ()),
    "roll of nothing": (lambda m, F, x: x.roll(1, 0), (0, 3)),
    "stack": (lambda m, F, x: m.stack([x, x * 2]), (2, 17, 3, 5)),
    "stack 1": (lambda m, F, x: m.stack((x, x * 2, x), dim=1), (2, 3, 4)),
    "stack -1": (lambda m, F, x: m.stack([x, x * 2], -1), (2, 5, 3, 4)),
    "stack of numbers": (lambda m, F, x: m.stack([x, x * 2]), ()),
    "split": (
        lambda m, F, x: m.cat([p * k for k, p in enumerate(x.split(5, 1), 1)], 1),
        (2, 17, 3),
    ),
    "split by sizes": (lambda m, F, x: m.split(x, [2, 0, 3], 1)[2] * 2, (2, 5, 3, 4)),
    "chunk": (lambda m, F, x: x.chunk(3, -1)[1] * x.chunk(3, -1)[0], (2, 3, 9)),
    "chunk of few": (lambda m, F, x: m.stack(m.chunk(x, 5)), (3, 2)),
    "unbind": (lambda m, F, x: m.unbind(x, 1)[2] * 2, (2, 3, 4)),
    "narrow": (lambda m, F, x: x.narrow(1, -2, 2), (2, 5, 3, 4)),
    "narrow function": (lambda m, F, x: m.narrow(x, 0, 1, 2), (4, 3)),
    "repeat": (lambda m, F, x: x.repeat(1, 2, 1, 1), (2, 17, 3, 5)),
    "repeat of several": (lambda m, F, x: x.repeat(2, 1, 3), (2, 3, 4)),
    "repeat with new axes": (lambda m, F, x: x.repeat((2, 1, 3)), (5,)),
    "repeat of nothing": (lambda m, F, x: x.repeat(0, 2), (2, 3)),
    "repeat of a number": (lambda m, F, x: x.repeat(3), ()),
    "tile": (lambda m, F, x: m.tile(x, (2, 1)), (2, 3, 4)),
    "expand": (lambda m, F, x: x.expand(4, -1, 5), (1, 3, 1)),
    "expand with new axes": (lambda m, F, x: x.expand(2, 3, 4), (4,)),
    "expand of a number": (lambda m, F, x: x.expand(2, 3), ()),
    "broadcast_to": (lambda m, F, x: m.broadcast_to(x, (2, 3, 4)), (3, 1)),
    "expand_as": (lambda m, F, x: x.expand_as(m.zeros(2, 3)), (1, 3)),
    "movedim": (lambda m, F, x: x.movedim(1, -1), (2, 17, 3, 5)),
    "movedim of several": (lambda m, F, x: m.movedim(x, (0, 1), (2, 0)), (2, 3, 4, 5)),
    "moveaxis": (lambda m, F, x: x.moveaxis((-1, -2), (0, 1)), (2, 3, 4)),
    "swapaxes": (lambda m, F, x: m.swapaxes(x, 0, -1), (2, 3, 4)),
    "swapdims": (lambda m, F, x: x.swapdims(1, 2), (2, 3, 4)),
    "transpose": (lambda m, F, x: m.transpose(x, 2, 3), (2, 17, 3, 5)),
    "permute": (lambda m, F, x: m.permute(x, (3, 0, 1, 2)), (2, 17, 3, 5)),
    "T": (lambda m, F, x: x.T, (7, 5)),
    "t": (lambda m, F, x: m.t(x), (7, 5)),
    "mT": (lambda m, F, x: x.mT, (2, 3, 4, 5)),
    "reshape": (lambda m, F, x: m.reshape(x, (4, 3, 7, 5)), (2, 6, 5, 7)),
    "view_as": (lambda m, F, x: x.view_as(m.zeros(6, 4)), (2, 3, 4)),
    "ravel": (lambda m, F, x: x.ravel(), (2, 3, 4, 2)),
    "squeeze of several": (lambda m, F, x: x.squeeze((0, 2)), (1, 3, 1, 1)),
    "squeeze": (lambda m, F, x: m.squeeze(x), (1, 3, 1, 1)),
    "unsqueeze": (lambda m, F, x: m.unsqueeze(x, 1), (2, 3, 4, 5)),
    "flatten": (lambda m, F, x: m.flatten(x, 1, 2), (2, 3, 4, 5)),
}


@BOTH
@pytest.mark.parametrize("layout", ["channels first", "channels last", "every other", "backwards"])
@pytest.mark.parametrize("name", CALLS)
def test_values_and_gradients(name: str, dtype: str, layout: str) -> None:
    call, shape = CALLS[name]
    compare(
        lambda x: call(cl, F, x),
        lambda x: call(torch, TF, x),
        draw(shape),
        dtype,
        8,
        layout=layout,
    )


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
@pytest.mark.parametrize("name", CALLS)
def test_whole_numbers_and_truths(name: str, dtype: str) -> None:
    call, shape = CALLS[name]
    x = (draw(shape)[0] * 9).astype(dtype)
    theirs = outcome(lambda: call(torch, TF, torch.tensor(x)))
    ours = outcome(lambda: call(cl, F, cl.tensor(x)))
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), theirs
        return
    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


shapes = st.lists(st.integers(0, 4), min_size=1, max_size=5).map(tuple)


@BOTH
@given(shapes, st.data(), layouts)
@settings(max_examples=120)
def test_any_order(dtype: str, shape: tuple[int, ...], data: st.DataObject, layout: str) -> None:
    rank = len(shape)
    axes = st.integers(-rank, rank - 1)
    kind = data.draw(st.sampled_from(("flip", "roll", "movedim", "repeat", "unbind", "stack")))
    dim, other = data.draw(axes), data.draw(axes)
    counts = [data.draw(st.integers(0, 3)) for _ in range(rank + data.draw(st.integers(0, 1)))]
    shift = data.draw(st.integers(-9, 9))

    def call(m: Any, x: Any) -> Any:
        if kind == "flip":
            return x.flip(dim)
        if kind == "roll":
            return x.roll((shift, 1), (dim, other))
        if kind == "movedim":
            return x.movedim(dim, other)
        if kind == "repeat":
            return x.repeat(*counts)
        if kind == "unbind":
            parts = x.unbind(dim)
            return m.stack(parts[::-1], other) if parts else x * 2
        return m.stack([x, x * 3], dim)

    compare(
        lambda x: call(cl, x),
        lambda x: call(torch, x),
        draw(shape),
        dtype,
        int(np.prod([max(count, 1) for count in counts])) + 2,
        layout=layout,
    )
