"""Normalisations: values, gradients, running averages and states as in torch.

Numbers of a set with mean m and n of them, at most X standard deviations from it, are known only to
K u of the deviation, where K = 1 + max |x| / std, since their mean is a sum of n. This error and a
few roundings more reach every result, as its formula says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, draw, gradients, laid_out, layouts, own, to_torch, torch

TF = torch.nn.functional
#: Roundings of an element on its way, beside those of sums.
FEW = 30


def assert_near(
    ours: Any, theirs: Any, arrays: Sequence[np.ndarray], sets: Any, dtype: str, layout: str
) -> None:
    """Compare an output, and gradients of x, weight and bias; ``sets`` shows x as [sets, numbers].

    Args:
        ours: The function of convolens.
        theirs: That of torch.
        arrays: x, weight, bias, or x alone.
        sets: Brings x into the form [sets, numbers].
        dtype: In which ours computes.
        layout: How the inputs lie in memory.
    """
    arrays = [array.astype(dtype) for array in arrays]
    x, *parameters = arrays
    g = np.random.default_rng(11).standard_normal(x.shape).astype(dtype)
    expected = gradients(theirs, arrays, g)
    computed = own(ours, arrays, g, layout)
    u = float(np.finfo(dtype).eps) / 2
    if x.size == 0:
        limits = [0.0] * len(expected)
    else:
        rows = sets(x.astype(np.float64))
        factor = 1 / np.sqrt(rows.var(axis=1) + 1e-5)
        known = 1 + (np.abs(rows).max(axis=1) * factor).max()
        far = max(1.0, (np.abs(rows - rows.mean(axis=1, keepdims=True)).max(axis=1) * factor).max())
        w = np.abs(parameters[0]).max() if parameters else 1.0
        b = np.abs(parameters[1]).max() if parameters else 0.0
        error, upstream = (rows.shape[1] + FEW) * known * u, np.abs(g).max()
        every = (x.size + FEW) * known * u
        limits = [
            error * (w * far + b),
            # f (w g - A - xhat B), each of them off by its own error and that of f and xhat.
            8 * error * factor.max() * w * upstream * (1 + far) * far,
            every * x.size * upstream * far,
            every * x.size * upstream,
        ]
    for mine, exact, limit in zip(computed, expected, limits, strict=False):
        assert mine.dtype == dtype
        assert mine.shape == exact.shape
        np.testing.assert_allclose(mine, exact, rtol=0, atol=limit)


@st.composite
def images(draw_: st.DrawFn) -> tuple[tuple[int, ...], str]:
    rank = draw_(st.integers(0, 3))
    sizes = tuple(draw_(st.sampled_from((1, 2, 3, 5, 8))) for _ in range(rank))
    channels = draw_(st.sampled_from((1, 2, 3, 4, 6, 16, 17, 33)))
    return (draw_(st.sampled_from((0, 1, 2, 3, 7))), channels, *sizes), draw_(layouts)


def drawn(shape: tuple[int, ...], parameters: tuple[int, ...], plain: bool) -> list[np.ndarray]:
    x, weight, bias = draw(shape, parameters, parameters)
    return [3 * x + 1] if plain else [3 * x + 1, weight, bias]


@BOTH
@given(images(), st.booleans())
@settings(max_examples=80)
def test_batch_norm(dtype: str, case: Any, plain: bool) -> None:
    shape, layout = case
    count = int(np.prod(shape)) // shape[1]
    if count == 1:
        return  # refused by both
    assert_near(
        lambda x, *p: F.batch_norm(x, None, None, *p, training=True),
        lambda x, *p: TF.batch_norm(x, None, None, *p, training=True),
        drawn(shape, shape[1:2], plain),
        lambda x: np.moveaxis(x, 1, 0).reshape(shape[1], -1),
        dtype,
        layout,
    )


@BOTH
@given(images(), st.integers(0, 3), st.booleans())
@settings(max_examples=80)
def test_group_norm(dtype: str, case: Any, which: int, plain: bool) -> None:
    shape, layout = case
    n, c = shape[:2]
    divisors = [g for g in range(1, c + 1) if c % g == 0]
    groups = divisors[which % len(divisors)]
    each = int(np.prod(shape[2:])) * c // groups
    if each * n == 1:
        return  # refused by both
    assert_near(
        lambda x, *p: F.group_norm(x, groups, *p),
        lambda x, *p: TF.group_norm(x, groups, *p),
        drawn(shape, (c,), plain),
        lambda x: x.reshape(n * groups, each),
        dtype,
        layout,
    )


@BOTH
@given(images(), st.booleans())
@settings(max_examples=60)
def test_instance_norm(dtype: str, case: Any, plain: bool) -> None:
    shape, layout = case
    pixels = int(np.prod(shape[2:]))
    if pixels == 1 or shape[0] == 0:
        return  # refused by both; torch fails with parameters and no images
    assert_near(
        lambda x, *p: F.instance_norm(x, None, None, *p),
        lambda x, *p: TF.instance_norm(x, None, None, *p),
        drawn(shape, shape[1:2], plain),
        lambda x: x.reshape(-1, pixels),
        dtype,
        layout,
    )


@BOTH
@given(images(), st.integers(1, 4), st.booleans())
@settings(max_examples=80)
def test_layer_norm(dtype: str, case: Any, dims: int, plain: bool) -> None:
    shape, layout = case
    dims = min(dims, len(shape) - 1)
    rows = shape[-dims:]
    assert_near(
        lambda x, *p: F.layer_norm(x, rows, *p),
        lambda x, *p: TF.layer_norm(x, rows, *p),
        drawn(shape, rows, plain),
        lambda x: x.reshape(-1, int(np.prod(rows))),
        dtype,
        layout,
    )


@BOTH
@pytest.mark.parametrize("shape", [(4, 5), (2, 5, 7), (2, 5, 3, 4), (0, 5, 3), (1, 5, 1, 1)])
def test_in_evaluation(dtype: str, shape: tuple[int, ...]) -> None:
    mean, var = (array.astype(dtype) for array in draw((5,), (5,), seed=3))
    var = np.abs(var) + 0.1
    own_ones, others = (cl.tensor(mean), cl.tensor(var)), (to_torch(mean), to_torch(var))
    exact = tuple(tensor.double() for tensor in others)
    x, weight, bias = (array.astype(dtype) for array in draw(shape, (5,), (5,)))
    g = np.random.default_rng(11).standard_normal(shape).astype(dtype)
    for arrays in ([x], [x, weight], [x, weight, bias]):
        expected = gradients(lambda x, *p: TF.batch_norm(x, *exact, *p), arrays, g)
        computed = own(lambda x, *p: F.batch_norm(x, *own_ones, *p), arrays, g, "channels first")
        # d f w + b and sums of it.
        roundings = (FEW + x.size) * float(np.finfo(dtype).eps)
        for mine, other in zip(computed, expected, strict=True):
            scale = 10 * max(1.0, np.abs(other).max(initial=0.0))
            np.testing.assert_allclose(mine, other, rtol=0, atol=roundings * scale)


LAYERS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "BatchNorm1d": (lambda nn: nn.BatchNorm1d(6), (5, 6)),
    "BatchNorm1d of lines": (lambda nn: nn.BatchNorm1d(6, momentum=0.3), (5, 6, 7)),
    "BatchNorm2d": (lambda nn: nn.BatchNorm2d(6, eps=1e-3), (5, 6, 3, 4)),
    "BatchNorm2d of all": (lambda nn: nn.BatchNorm2d(6, momentum=None), (5, 6, 3, 4)),
    "BatchNorm2d plain": (lambda nn: nn.BatchNorm2d(6, affine=False), (5, 6, 3, 4)),
    "BatchNorm2d unbiased": (lambda nn: nn.BatchNorm2d(6, bias=False), (5, 6, 3, 4)),
    "BatchNorm2d untracked": (
        lambda nn: nn.BatchNorm2d(6, track_running_stats=False),
        (5, 6, 3, 4),
    ),
    "BatchNorm3d": (lambda nn: nn.BatchNorm3d(6), (2, 6, 3, 4, 2)),
    "GroupNorm": (lambda nn: nn.GroupNorm(3, 6), (2, 6, 5)),
    "GroupNorm plain": (lambda nn: nn.GroupNorm(3, 6, affine=False), (2, 6, 5)),
    "LayerNorm": (lambda nn: nn.LayerNorm(6), (2, 3, 6)),
    "LayerNorm of axes": (lambda nn: nn.LayerNorm((3, 6), bias=False), (2, 3, 6)),
    "LayerNorm plain": (lambda nn: nn.LayerNorm(6, elementwise_affine=False), (2, 6)),
    "InstanceNorm1d": (lambda nn: nn.InstanceNorm1d(6), (2, 6, 5)),
    "InstanceNorm2d": (lambda nn: nn.InstanceNorm2d(6, affine=True), (6, 4, 5)),
    "InstanceNorm2d tracked": (
        lambda nn: nn.InstanceNorm2d(6, track_running_stats=True, momentum=0.4),
        (3, 6, 4, 5),
    ),
    "InstanceNorm3d": (
        lambda nn: nn.InstanceNorm3d(6, affine=True, track_running_stats=True),
        (2, 6, 4, 3, 2),
    ),
}


LAZY: dict[str, dict[str, Any]] = {
    "with all": {},
    "plain": {"affine": False},
    "unbiased": {"bias": False, "eps": 1e-3, "momentum": 0.4},
    "untracked": {"track_running_stats": False},
}


@pytest.mark.parametrize("options", LAZY.values(), ids=list(LAZY))
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Batch", "Instance"])
def test_lazy_layers(kind: str, rank: int, options: dict[str, Any]) -> None:
    """Before and after the first input, and with a state of the plain layer."""
    name = f"{kind}Norm{rank}d"
    x = draw((4, 5, *(3, 4, 2)[:rank]))[0]
    ours, theirs = (getattr(nn, f"Lazy{name}")(**options).double() for nn in (cl.nn, torch.nn))
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [n for n, _ in ours.named_buffers()] == [n for n, _ in theirs.named_buffers()]
    close = {"rtol": 1e-11, "atol": 1e-11}

    def compare_outputs() -> None:
        found, expected = ours(cl.tensor(x)), theirs(torch.tensor(x))
        np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), **close)

    compare_outputs()
    assert type(ours).__name__ == type(theirs).__name__ == name
    assert repr(ours) == repr(theirs)
    for key, tensor in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), tensor.numpy(), **close)
    ours.eval()
    theirs.eval()
    compare_outputs()
    state = {key: tensor.numpy() for key, tensor in theirs.state_dict().items()}
    ours = getattr(cl.nn, f"Lazy{name}")(**options).double().eval()
    ours.load_state_dict(state)
    compare_outputs()


@pytest.mark.parametrize("name", LAYERS)
def test_layers_through_their_life(name: str) -> None:
    """Made, trained for three batches, stored, loaded into another one, and evaluated."""
    make, shape = LAYERS[name]
    ours, theirs = make(cl.nn).double(), make(torch.nn).double()
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    random = np.random.default_rng(0)
    for parameter, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        values = random.standard_normal(parameter.shape)
        parameter.data.copy_(values)
        other.data.copy_(torch.tensor(values))
    close = {"rtol": 1e-11, "atol": 1e-11}
    for _ in range(3):
        x = random.standard_normal(shape) * 2 + 1
        inputs = cl.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        mine, other = ours(inputs[0]), theirs(inputs[1])
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), **close)
        (mine * mine).sum().backward()
        (other * other).sum().backward()
        np.testing.assert_allclose(inputs[0].grad.numpy(), inputs[1].grad.numpy(), **close)
    for parameter, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert parameter.grad is not None
        np.testing.assert_allclose(parameter.grad.numpy(), other.grad.numpy(), rtol=1e-10)
    for key, tensor in theirs.state_dict().items():
        assert ours.state_dict()[key].dtype == tensor.numpy().dtype
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), tensor.numpy(), **close)
    loaded = make(cl.nn).double()
    loaded.load_state_dict(theirs.state_dict())
    x = random.standard_normal(shape)
    expected = theirs.eval()(torch.tensor(x)).detach().numpy()
    for layer in (ours, loaded):
        found = layer.eval()(cl.tensor(x)).detach().numpy()
        np.testing.assert_allclose(found, expected, **close)


TWICE: dict[str, tuple[Any, list[tuple[int, ...]]]] = {
    "batch_norm": (
        lambda F, x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        [(4, 3, 5), (3,), (3,)],
    ),
    "group_norm": (lambda F, x, w, b: F.group_norm(x, 2, w, b), [(2, 4, 5), (4,), (4,)]),
    "instance_norm": (
        lambda F, x, w, b: F.instance_norm(x, None, None, w, b),
        [(2, 4, 5), (4,), (4,)],
    ),
    "layer_norm": (lambda F, x, w, b: F.layer_norm(x, (4, 5), w, b), [(3, 4, 5), (4, 5), (4, 5)]),
}


def seconds(module: Any, grad: Any, call: Any, inputs: list[Any]) -> Any:
    y = call(module, *inputs)
    first = grad((y * y * y).sum(), inputs, create_graph=True)
    total = sum((each * each).sum() for each in first)
    return grad(total, inputs)


@pytest.mark.parametrize("name", TWICE)
def test_second_derivatives(name: str) -> None:
    call, shapes = TWICE[name]
    arrays = draw(*shapes)
    ours = seconds(F, cl.autograd.grad, call, [cl.tensor(a, requires_grad=True) for a in arrays])
    theirs = seconds(TF, torch.autograd.grad, call, [to_torch(a, True) for a in arrays])
    for mine, other in zip(ours, theirs, strict=True):
        scale = np.abs(other.numpy()).max()
        np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=0, atol=1e-11 * scale)


@BOTH
@pytest.mark.parametrize("layout", ["channels last", "every other", "backwards"])
def test_running_averages_of_any_layout(dtype: str, layout: str) -> None:
    x = draw((4, 5, 6, 7))[0].astype(dtype)
    mean, var = cl.zeros(5, dtype=dtype), cl.ones(5, dtype=dtype)
    other_mean, other_var = torch.zeros(5).double(), torch.ones(5).double()
    F.batch_norm(cl.from_numpy(laid_out(x, layout)), mean, var, training=True, momentum=0.3)
    TF.batch_norm(
        to_torch(x.astype(np.float64)), other_mean, other_var, training=True, momentum=0.3
    )
    limit = 4 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(mean.numpy(), other_mean.numpy(), rtol=0, atol=limit)
    np.testing.assert_allclose(var.numpy(), other_var.numpy(), rtol=limit)


@BOTH
@pytest.mark.parametrize("momentum", [None, 1.0])
def test_running_averages_of_small_numbers(dtype: str, momentum: float | None) -> None:
    """The first batch takes the place of the variances of 1, which are much larger."""
    x = (1e-4 * draw((8, 4, 5, 5))[0]).astype(dtype)
    mine, other = (each.nn.BatchNorm2d(4, momentum=momentum) for each in (cl, torch))
    mine.to(dtype)
    other.to(getattr(torch, dtype))
    mine(cl.tensor(x))
    other(to_torch(x))
    limit = 16 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(mine.running_var.numpy(), other.running_var.numpy(), rtol=limit)
