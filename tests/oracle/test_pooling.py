"""Every pooling beside plain maxima and means: values, places, gradients, and their gradients."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F
from convolens.ops._taps import Window

from .peer import BOTH, compare, draw, laid_out, layouts, to_torch, torch

TF = torch.nn.functional
#: exp and log are right to 4 u; (4 + 2) e log x is the error of an exponent, and |e log x| <= 9.
POWERS = 2 * (4 + 6 * 9)


@st.composite
def shares(draw_: st.DrawFn) -> tuple[tuple[int, ...], Any, str]:
    """(shape, output_size, layout)"""
    rank = draw_(st.sampled_from((1, 2, 2, 3)))
    sizes = tuple(draw_(st.integers(1, 8)) for _ in range(rank))
    shape = (draw_(st.integers(0, 2)), draw_(st.sampled_from((1, 2, 5, 17, 33))), *sizes)
    number = st.integers(1, 5)
    each = number if rank == 1 else st.one_of(number, st.none())
    outputs = draw_(st.one_of(number, st.tuples(*[each] * rank)))
    return shape, outputs, draw_(layouts)


@BOTH
@given(shares())
@settings(max_examples=80)
def test_adaptive_averages(dtype: str, case: Any) -> None:
    shape, outputs, layout = case
    name = f"adaptive_avg_pool{len(shape) - 2}d"
    compare(
        lambda x: getattr(F, name)(x, outputs),
        lambda x: getattr(TF, name)(x, outputs),
        draw(shape),
        dtype,
        int(np.prod(shape[2:])) + 2,
        layout=layout,
    )


@BOTH
@given(shares())
@settings(max_examples=80)
def test_adaptive_maxima(dtype: str, case: Any) -> None:
    shape, outputs, layout = case
    name = f"adaptive_max_pool{len(shape) - 2}d"
    compare(
        lambda x: getattr(F, name)(x, outputs),
        lambda x: getattr(TF, name)(x, outputs),
        draw(shape),
        dtype,
        # An input is in at most two shares along an axis, or in all where there are more than it.
        max(1, 10 ** (len(shape) - 2)),
        sums_of_products=False,
        layout=layout,
    )


@BOTH
def test_no_outputs(dtype: str) -> None:
    """torch has no gradients of them."""
    for name in ("adaptive_avg_pool2d", "adaptive_max_pool2d"):
        x = cl.ones(2, 3, 4, 5, requires_grad=True)
        y = getattr(F, name)(x, (0, 2))
        assert y.shape == tuple(getattr(TF, name)(torch.ones(2, 3, 4, 5), (0, 2)).shape)
        y.sum().backward()
        assert x.grad is not None
        assert (x.grad.numpy() == 0).all()


@st.composite
def windows(draw_: st.DrawFn, dilated: bool) -> tuple[tuple[int, ...], dict[str, Any], str]:
    rank = draw_(st.sampled_from((1, 2, 2, 3)))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw_(st.integers(low, high)) for _ in range(rank))

    kernel, dilation = each(1, 4), each(1, 2) if dilated else (1,) * rank
    options: dict[str, Any] = {"kernel_size": kernel, "ceil_mode": draw_(st.booleans())}
    options["stride"] = draw_(st.sampled_from((None, each(1, 3))))
    sizes = [
        d * (k - 1) + 1 + draw_(st.integers(0, 4)) for k, d in zip(kernel, dilation, strict=True)
    ]
    if dilated:
        options["dilation"] = dilation
        options["padding"] = tuple(draw_(st.integers(0, k // 2)) for k in kernel)
    # torch corrupts its memory where a dilated window reads no input (ours gives -infinity).
    strides, none = options["stride"] or kernel, (0,) * rank
    pads = options.get("padding", none)
    for size, k, s, p, d in zip(sizes, kernel, strides, pads, dilation, strict=True):
        table = Window(k, s, (p, p), d, options["ceil_mode"]).taps(size)
        assume((table >= 0).any(axis=1).all())
    shape = (draw_(st.integers(0, 2)), draw_(st.sampled_from((1, 2, 5, 17, 33))), *sizes)
    return shape, options, draw_(layouts)


@BOTH
@given(windows(dilated=True), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_places_of_maxima(dtype: str, case: Any, chance: Any) -> None:
    """Among ties, NaN and infinities too, and back to them by unpooling."""
    shape, options, layout = case
    values = [0.0, 1.0, 1.0, -1.0, 2.0, np.nan, np.inf, -np.inf]
    x = np.array([chance.choice(values) for _ in range(int(np.prod(shape)))], dtype).reshape(shape)
    rank = len(shape) - 2
    name = f"max_pool{rank}d"
    y, places = getattr(F, name)(cl.from_numpy(laid_out(x, layout)), **options, return_indices=True)
    z, others = getattr(TF, name)(to_torch(x), **options, return_indices=True)
    np.testing.assert_array_equal(y.numpy(), z.numpy())
    np.testing.assert_array_equal(places.numpy(), others.numpy())
    if len(set(options["dilation"])) == 1 and options["dilation"][0] == 1 and shape[0]:
        unique = len(np.unique(others.numpy().reshape(*shape[:2], -1)[0, 0])) == z[0, 0].numel()
        arguments = (options["kernel_size"], options["stride"], options["padding"])
        usual = getattr(TF, f"max_unpool{rank}d")
        sizes = [
            (p - 1) * (s or k) + k - 2 * pad
            for p, k, s, pad in zip(
                z.shape[2:],
                options["kernel_size"],
                options["stride"] or (None,) * rank,
                options["padding"],
                strict=True,
            )
        ]
        steps = options["stride"] or options["kernel_size"]
        fits = all(abs(a - b) < s for a, b, s in zip(shape[2:], sizes, steps, strict=True))
        if unique and fits:
            back = getattr(F, f"max_unpool{rank}d")(y, places, *arguments, shape[2:])
            expected = usual(z, others, *arguments, list(shape[2:]))
            np.testing.assert_array_equal(back.numpy(), expected.numpy())


@BOTH
@given(windows(dilated=False), st.sampled_from((1.0, 2.0, 3.0, 2.5, -1.0, 0.5, 4.0)))
@settings(max_examples=100)
def test_power_averages(dtype: str, case: Any, norm: float) -> None:
    shape, options, layout = case
    name = f"lp_pool{len(shape) - 2}d"
    taps = int(np.prod(options["kernel_size"]))
    if len(shape) == 3:  # torch's lp_pool1d takes no tuples
        options = {k: v[0] if isinstance(v, tuple) else v for k, v in options.items()}
    compare(
        lambda x: getattr(F, name)(x, norm, **options),
        lambda x: getattr(TF, name)(x, norm, **options),
        [np.abs(array) + 0.2 for array in draw(shape)],
        dtype,
        2 * taps + POWERS,
        sums_of_products=False,
        layout=layout,
    )


@BOTH
@pytest.mark.parametrize("norm", [float("inf"), -float("inf"), 2.0, 3.0, 2.5, 17.0])
def test_power_averages_of_any_sign(dtype: str, norm: float) -> None:
    """Odd powers may add up to less than zero: NaN. torch's gradients of zeros are not compared."""
    x = np.array([[[[1, -2, 3, -4], [2, 2, -1, -5], [-1, -1, 0, 0], [-1, 3, 0, 0]]]], dtype)
    ours, theirs = F.lp_pool2d(cl.tensor(x), norm, 2), TF.lp_pool2d(to_torch(x), norm, 2)
    tolerance = 64 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=tolerance)


@BOTH
@pytest.mark.parametrize("divisor", [1, 7, -3])
@pytest.mark.parametrize("rank", [2, 3])
def test_divisors_of_averages(dtype: str, rank: int, divisor: int) -> None:
    name = f"avg_pool{rank}d"
    for options in ({}, {"stride": 1, "padding": 1}, {"stride": 2, "ceil_mode": True}):
        compare(
            lambda x, o=options: getattr(F, name)(x, 3, divisor_override=divisor, **o),
            lambda x, o=options: getattr(TF, name)(x, 3, divisor_override=divisor, **o),
            draw((2, 5, *(7, 8, 6)[:rank])),
            dtype,
            3**rank + 2,
            sums_of_products=False,
        )


@BOTH
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_unpooling(dtype: str, rank: int) -> None:
    random = np.random.default_rng(0)
    sizes, pooled = (9, 8, 7)[:rank], (4, 4, 3)[:rank]
    count = int(np.prod(pooled))
    maps = [random.permutation(int(np.prod(sizes)))[:count] for _ in range(2 * 5)]
    places = np.array(maps).reshape(2, 5, *pooled)
    name = f"max_unpool{rank}d"
    for batch in ((), (slice(0, 1),), (slice(0, 0),)):
        own, other = cl.tensor(places[batch]), torch.tensor(places[batch])
        compare(
            lambda y, i=own: getattr(F, name)(y, i, 2, output_size=sizes),
            lambda y, i=other: getattr(TF, name)(y, i, 2, output_size=sizes),
            [a[batch] for a in draw((2, 5, *pooled))],
            dtype,
            1,
            sums_of_products=False,
        )


#: name: a call written once for either library, and the shape of its input.
TWICE: dict[str, tuple[Any, tuple[int, ...]]] = {
    "max_pool1d": (lambda F, x: F.max_pool1d(x, 3, 2, 1), (2, 3, 9)),
    "max_pool2d": (lambda F, x: F.max_pool2d(x, 3, 2, 1, 2), (2, 3, 9, 8)),
    "max_pool3d": (lambda F, x: F.max_pool3d(x, 2), (2, 3, 4, 4, 4)),
    "avg_pool1d": (lambda F, x: F.avg_pool1d(x, 3, 2, 1), (2, 3, 9)),
    "avg_pool2d": (lambda F, x: F.avg_pool2d(x, 3, 2, 1), (2, 3, 9, 8)),
    "avg_pool3d": (lambda F, x: F.avg_pool3d(x, 2), (2, 3, 4, 4, 4)),
    "lp_pool2d": (lambda F, x: F.lp_pool2d(x * x + 0.5, 3, 3, 2), (2, 3, 9, 8)),
    "adaptive_avg_pool2d": (lambda F, x: F.adaptive_avg_pool2d(x, (2, 5)), (2, 3, 7, 8)),
    "adaptive_max_pool2d": (lambda F, x: F.adaptive_max_pool2d(x, (2, 5)), (2, 3, 7, 8)),
    "max_unpool2d": (
        lambda F, x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2),
        (2, 3, 6, 8),
    ),
}


def second(module: Any, grad: Any, call: Any, x: Any) -> Any:
    """The gradient of the squares of a gradient."""
    y = call(module, x)
    (first,) = grad((y * y * y).sum(), [x], create_graph=True)
    (result,) = grad((first * first).sum(), [x])
    return result


@pytest.mark.parametrize("name", TWICE)
def test_second_derivatives(name: str) -> None:
    call, shape = TWICE[name]
    (x,) = draw(shape)
    ours = second(F, cl.autograd.grad, call, cl.tensor(x, requires_grad=True))
    theirs = second(TF, torch.autograd.grad, call, to_torch(x, requires_grad=True))
    scale = np.abs(theirs.numpy()).max()
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-12 * scale)


@pytest.mark.parametrize(
    "name",
    [
        *(f"{kind}{rank}d" for kind in ("lp_pool", "max_unpool") for rank in (1, 2, 3)),
        *(f"adaptive_avg_pool{rank}d" for rank in (2, 3)),
        "batch_norm",
        "group_norm",
        "instance_norm",
        "layer_norm",
    ],
)
def test_functions_have_torchs_arguments(name: str) -> None:
    def arguments(function: Any) -> list[tuple[str, Any]]:
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    assert arguments(getattr(F, name)) == arguments(getattr(TF, name))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_arguments_by_position(rank: int) -> None:
    """The signatures of torch's functions are not all known: calls are."""
    x = draw((1, 2, *(6,) * rank))[0]
    for name, arguments in (
        (f"max_pool{rank}d", (3, 2, 1, 1, True, True)),
        (f"avg_pool{rank}d", (3, 2, 1, True, False)),
        (f"adaptive_max_pool{rank}d", (3, True)),
    ):
        ours, theirs = (
            getattr(F, name)(cl.tensor(x), *arguments),
            getattr(TF, name)(to_torch(x), *arguments),
        )
        pairs = zip(ours, theirs, strict=True) if isinstance(ours, tuple) else [(ours, theirs)]
        for mine, other in pairs:
            np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "make",
    [
        lambda nn: nn.MaxPool1d(3, 2, 1),
        lambda nn: nn.MaxPool2d((2, 1), stride=(1, 2), ceil_mode=True),
        lambda nn: nn.MaxPool3d(2, dilation=2),
        lambda nn: nn.AvgPool1d(2, 1),
        lambda nn: nn.AvgPool2d(3, 2, 1),
        lambda nn: nn.AvgPool3d((1, 2, 3)),
        lambda nn: nn.LPPool1d(2.0, 3),
        lambda nn: nn.LPPool2d(2, 3, stride=(2, 1)),
        lambda nn: nn.LPPool3d(1.5, 2, ceil_mode=True),
        lambda nn: nn.AdaptiveAvgPool1d(5),
        lambda nn: nn.AdaptiveAvgPool2d((2, None)),
        lambda nn: nn.AdaptiveMaxPool2d(3),
        lambda nn: nn.AdaptiveMaxPool3d((1, 2, 3), return_indices=True),
        lambda nn: nn.MaxUnpool1d(2),
        lambda nn: nn.MaxUnpool2d((2, 1)),
        lambda nn: nn.MaxUnpool3d(2, 1, 1),
    ],
    ids=range(16),
)
def test_layers_have_torchs_attributes_and_repr(make: Any) -> None:
    ours, theirs = make(cl.nn), make(torch.nn)
    assert repr(ours) == repr(theirs)
    for name in (
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "ceil_mode",
        "return_indices",
        "count_include_pad",
        "divisor_override",
        "norm_type",
        "output_size",
    ):
        if hasattr(theirs, name):
            assert getattr(ours, name) == getattr(theirs, name)
