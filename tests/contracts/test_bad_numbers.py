"""Whatever numbers a call is given, it is computed or refused in words: nothing crashes.

Numbers near the ends of 32 and 64 bits have crashed other programs: as strides, paddings, kernels,
sizes. Those between 2**31 and 2**45 are left out, since memory for them might be there.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ConvolensError
from convolens.nn import functional as F

HUGE = [2**p for p in (45, 62, 63, 64)]
ODD = st.sampled_from([0, -1, -3, -(2**31), -(2**63), -(2**64), 2**63 - 1, *HUGE])
PLAIN = st.integers(1, 3)
NUMBER = PLAIN | PLAIN | ODD
EXTENT = st.integers(0, 5)

Draw = Callable[[Any], Any]
Call = Callable[[Draw, int], cl.Tensor]


def each(draw: Draw, rank: int) -> Any:
    """Draw a number, or one for each axis."""
    return draw(NUMBER | st.tuples(*[NUMBER] * rank))


def image(draw: Draw, rank: int, channels: int | None = None) -> cl.Tensor:
    sizes = [draw(EXTENT) for _ in range(rank)]
    channels = draw(EXTENT) if channels is None else channels
    return cl.ones(draw(st.integers(0, 2)), channels, *sizes, dtype=draw(TYPE))


TYPE = st.sampled_from([cl.float32, cl.float64])


def convolve(draw: Draw, rank: int, transposed: bool) -> cl.Tensor:
    x = image(draw, rank, draw(st.sampled_from([2, 4])))
    weight = cl.ones(draw(EXTENT), draw(EXTENT), *(draw(EXTENT) for _ in range(rank)))
    if draw(st.booleans()):  # one that may fit
        groups = draw(st.sampled_from([1, 2]))
        first = x.shape[1] if transposed else 2
        second = 2 if transposed else x.shape[1] // groups
        weight = cl.ones(first, second, *[draw(PLAIN)] * rank, dtype=x.dtype)
    else:
        groups = draw(NUMBER)
    options = {name: each(draw, rank) for name in ("stride", "padding", "dilation")}
    if transposed:
        options["output_padding"] = draw(st.just(0) | NUMBER)
    function = getattr(F, f"conv{'_transpose' if transposed else ''}{rank}d")
    return function(x, weight, groups=groups, **options)


def pool(draw: Draw, rank: int, kind: str) -> cl.Tensor:
    options = {name: each(draw, rank) for name in ("kernel_size", "stride")}
    options["padding"] = draw(st.just(0)) if draw(st.booleans()) else each(draw, rank)
    options["ceil_mode"] = draw(st.booleans())
    if kind == "max":
        options["dilation"] = each(draw, rank)
    return getattr(F, f"{kind}_pool{rank}d")(image(draw, rank), **options)


def unpool(draw: Draw, rank: int) -> cl.Tensor:
    x = image(draw, rank)
    places = draw(st.lists(PLAIN | st.just(0) | ODD.filter(fits), min_size=1, max_size=4))
    indices = cl.tensor([places[i % len(places)] for i in range(x.numel())]).reshape(x.shape)
    options = {name: each(draw, rank) for name in ("kernel_size", "stride")}
    options["padding"] = draw(st.just(0)) if draw(st.booleans()) else each(draw, rank)
    if draw(st.booleans()):
        sizes = st.lists(NUMBER, min_size=rank - 1, max_size=rank + 2)
        options["output_size"] = tuple(draw(sizes))
    return getattr(F, f"max_unpool{rank}d")(x, indices, **options)


def fits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def no_gigabytes(number: int) -> bool:
    """Leave out the one that a machine may have memory for, and takes long to count to."""
    return number != -(2**31)


def adaptive(draw: Draw, rank: int, kind: str) -> cl.Tensor:
    return getattr(F, f"adaptive_{kind}_pool{rank}d")(image(draw, rank), each(draw, rank))


def lp_pool(draw: Draw, rank: int) -> cl.Tensor:
    norms = [1, 2, 0.5, 0.0, -1.0, 1e-300, 1e300, float("inf"), float("nan"), 2**64]
    options = {name: each(draw, rank) for name in ("kernel_size", "stride")}
    options |= {"norm_type": draw(st.sampled_from(norms)), "ceil_mode": draw(st.booleans())}
    return getattr(F, f"lp_pool{rank}d")(image(draw, rank), **options)


def split(draw: Draw, rank: int) -> cl.Tensor:
    sizes = NUMBER | st.lists(NUMBER, max_size=3)
    parts = image(draw, rank).split(draw(sizes), draw(NUMBER))
    return parts[0] if parts else cl.zeros(0)


def made(draw: Draw, rank: int) -> cl.Tensor:
    make = draw(st.sampled_from([cl.zeros, cl.ones, cl.empty, cl.rand, cl.randn]))
    return make(*(draw(NUMBER) for _ in range(rank)), dtype=draw(TYPE))


def patches(draw: Draw, rank: int) -> cl.Tensor:
    options = {n: each(draw, 2) for n in ("kernel_size", "dilation", "padding", "stride")}
    if draw(st.booleans()):
        return F.unfold(image(draw, 2), **options)
    columns = cl.ones(1, draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    return F.fold(columns, each(draw, 2), **options)


def pad(draw: Draw, rank: int) -> cl.Tensor:
    cells = draw(st.lists(st.integers(-1, 2) | ODD, max_size=2 * rank + 2))
    modes = st.sampled_from(["constant", "reflect", "replicate", "circular"])
    return F.pad(image(draw, rank), tuple(cells), mode=draw(modes))


def resample(draw: Draw, rank: int) -> cl.Tensor:
    modes = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"]
    mode = draw(st.sampled_from(modes))
    if draw(st.booleans()):
        return F.interpolate(image(draw, rank), size=each(draw, rank), mode=mode)
    scales = [0.0, -1.0, 0.5, 2.0, 1e-300, 1e30, float("inf"), float("nan")]
    return F.interpolate(image(draw, rank), scale_factor=draw(st.sampled_from(scales)), mode=mode)


CALLS: dict[str, Call] = {
    "conv": lambda draw, rank: convolve(draw, rank, False),
    "conv_transpose": lambda draw, rank: convolve(draw, rank, True),
    "max_pool": lambda draw, rank: pool(draw, rank, "max"),
    "avg_pool": lambda draw, rank: pool(draw, rank, "avg"),
    "max_unpool": unpool,
    "adaptive_max_pool": lambda draw, rank: adaptive(draw, rank, "max"),
    "adaptive_avg_pool": lambda draw, rank: adaptive(draw, rank, "avg"),
    "lp_pool": lp_pool,
    "unfold and fold": patches,
    "pad": pad,
    "interpolate": resample,
    "pixel_shuffle": lambda draw, rank: F.pixel_shuffle(image(draw, rank), draw(NUMBER)),
    "pixel_unshuffle": lambda draw, rank: F.pixel_unshuffle(image(draw, rank), draw(NUMBER)),
    "channel_shuffle": lambda draw, rank: F.channel_shuffle(image(draw, rank), draw(NUMBER)),
    "local_response_norm": lambda draw, rank: F.local_response_norm(
        image(draw, rank), draw(NUMBER)
    ),
    "reshape": lambda draw, rank: image(draw, rank).reshape(each(draw, rank)),
    "repeat": lambda draw, rank: image(draw, rank).repeat(*(draw(NUMBER) for _ in range(rank + 2))),
    "expand": lambda draw, rank: cl.ones(1, 1).expand(draw(NUMBER), draw(NUMBER)),
    "roll": lambda draw, rank: image(draw, rank).roll(draw(NUMBER), draw(st.integers(-3, 3))),
    "narrow": lambda draw, rank: image(draw, rank).narrow(0, draw(NUMBER), draw(NUMBER)),
    "group_norm": lambda draw, rank: F.group_norm(image(draw, rank), draw(NUMBER)),
    "layer_norm": lambda draw, rank: F.layer_norm(image(draw, rank), [draw(NUMBER)] * rank),
    "flatten": lambda draw, rank: image(draw, rank).flatten(draw(NUMBER), draw(NUMBER)),
    "unflatten": lambda draw, rank: image(draw, rank).unflatten(1, [draw(NUMBER), draw(NUMBER)]),
    "split": split,
    "chunk": lambda draw, rank: image(draw, rank).chunk(draw(NUMBER), draw(NUMBER))[0],
    "tile": lambda draw, rank: image(draw, rank).tile([draw(NUMBER), draw(NUMBER)]),
    "permute": lambda draw, rank: image(draw, 1).permute(draw(NUMBER), draw(NUMBER), 0),
    "unsqueeze": lambda draw, rank: image(draw, rank).unsqueeze(draw(NUMBER)),
    "stack": lambda draw, rank: cl.stack([image(draw, rank)] * 2, draw(NUMBER)),
    "cat": lambda draw, rank: cl.cat([image(draw, rank)] * 2, draw(NUMBER)),
    "sum": lambda draw, rank: image(draw, rank).sum((draw(NUMBER), draw(NUMBER))),
    "prod": lambda draw, rank: image(draw, rank).prod(draw(NUMBER)),
    "cumsum": lambda draw, rank: image(draw, rank).cumsum(draw(NUMBER)),
    "softmax": lambda draw, rank: image(draw, rank).softmax(draw(NUMBER)),
    "var": lambda draw, rank: image(draw, rank).var(1, correction=draw(NUMBER)),
    "pow": lambda draw, rank: image(draw, rank).pow(draw(NUMBER)),
    "index_select": lambda draw, rank: image(draw, rank).index_select(
        1, cl.tensor([draw(NUMBER.filter(fits))])
    ),
    "made": made,
    "eye": lambda draw, rank: cl.eye(draw(NUMBER), draw(NUMBER)),
    "arange": lambda draw, rank: cl.arange(*(draw(NUMBER.filter(no_gigabytes)) for _ in range(3))),
    "linspace": lambda draw, rank: cl.linspace(0, 1, draw(NUMBER)),
    "randperm": lambda draw, rank: cl.randperm(draw(NUMBER)),
    "topk": lambda draw, rank: image(draw, rank).topk(draw(NUMBER)).values,
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_computed_or_refused_in_words(name: str) -> None:
    @given(st.data(), st.integers(1, 3))
    @settings(max_examples=80, derandomize=True, deadline=None)
    def check(data: st.DataObject, rank: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                y = CALLS[name](data.draw, rank)
            except ConvolensError:
                return  # any other error fails
            assert y.numpy().shape == y.shape

    check()
