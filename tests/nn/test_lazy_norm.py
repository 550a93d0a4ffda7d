"""Lazy normalisations: no channels before the first input, the plain layer after it."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.nn.uninitialized import Uninitialized, UninitializedBuffer

RANKS = {1: (4,), 2: (4, 3), 3: (2, 3, 2)}
NAMES = ("weight", "bias", "running_mean", "running_var")
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"affine": False},
    {"track_running_stats": False},
    {"affine": False, "track_running_stats": False},
    {"bias": False, "eps": 1e-3, "momentum": 0.3},
)
KINDS = [f"{kind}Norm{rank}d" for kind in ("Batch", "Instance") for rank in RANKS]
EACH = pytest.mark.parametrize("name", KINDS)


def made(name: str, **options: Any) -> tuple[Any, Any, cl.Tensor]:
    """Return a lazy layer, the plain one for five channels, and an input."""
    whole = {"affine": True, "track_running_stats": True} | options
    plain = getattr(nn, name)(5, **whole)
    return getattr(nn, f"Lazy{name}")(**options), plain, cl.randn(3, 5, *RANKS[int(name[-2])])


def states(*layers: Any) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    first, second = (layer.state_dict() for layer in layers)
    assert list(first) == list(second)
    for key in first:
        yield key, first[key].numpy(), second[key].numpy()


@EACH
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_first_input_makes_it_the_plain_layer(name: str, options: dict[str, Any]) -> None:
    lazy, plain, x = made(name, **options)
    assert repr(lazy).startswith(f"Lazy{name}(0, ")
    before = [getattr(lazy, key) for key in NAMES]
    assert lazy.has_uninitialized_params() == any(t is not None for t in before)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = lazy(x)
    np.testing.assert_array_equal(y.detach().numpy(), plain(x).detach().numpy())
    assert type(lazy) is type(plain)
    assert repr(lazy) == repr(plain)
    assert all(getattr(lazy, key) is old for key, old in zip(NAMES, before, strict=True))
    for key, own, other in states(lazy, plain):
        np.testing.assert_array_equal(own, other, key)
    lazy.eval()
    np.testing.assert_array_equal(lazy(x).detach().numpy(), plain.eval()(x).detach().numpy())


@EACH
def test_a_state_of_shapes_gives_them(name: str) -> None:
    lazy, plain, x = made(name)
    plain(x)
    lazy.load_state_dict(plain.state_dict())
    assert not lazy.has_uninitialized_params()
    lazy.eval()
    plain.eval()
    np.testing.assert_array_equal(lazy(x).detach().numpy(), plain(x).detach().numpy())
    assert repr(lazy) == repr(plain)


@EACH
def test_a_part_of_a_state_says_the_rest(name: str) -> None:
    lazy, _, x = made(name)
    lazy.load_state_dict({"running_mean": np.full(5, 2.0)}, strict=False)
    lazy.eval()(x)
    assert lazy.num_features == 5
    assert lazy.weight.tolist() == lazy.running_var.tolist() == [1] * 5
    assert lazy.running_mean.tolist() == [2] * 5
    assert lazy.bias.tolist() == [0] * 5


@EACH
def test_a_state_without_shapes(name: str) -> None:
    lazy, plain, _ = made(name)
    state = lazy.state_dict()
    assert list(state) == [*NAMES, "num_batches_tracked"]
    assert all(isinstance(state[key], Uninitialized) for key in NAMES)
    again = made(name)[0]
    again.load_state_dict(state)
    assert again.has_uninitialized_params()
    with pytest.raises(ArgumentError, match="4 of its parameters have no shape yet"):
        plain.load_state_dict(state)


@EACH
def test_copies_are_lazy_too(name: str) -> None:
    lazy, _, x = made(name)
    lazy.double()
    for again in (copy.deepcopy(lazy), pickle.loads(pickle.dumps(lazy))):
        assert again.running_mean is not lazy.running_mean
        y = again(x.double())
        assert {y.dtype, again.weight.dtype, again.running_var.dtype} == {np.dtype("float64")}
    assert lazy.has_uninitialized_params()


@EACH
def test_an_input_of_another_rank_changes_nothing(name: str) -> None:
    lazy, _, _ = made(name)
    with pytest.raises(ShapeError, match=f"Lazy{name}: expected"):
        lazy(cl.zeros(*[2] * 7))
    assert lazy.has_uninitialized_params()
    lazy.reset_parameters()  # does nothing yet
    assert lazy.num_features == 0


@pytest.mark.parametrize("rank", RANKS)
def test_one_image_is_enough(rank: int) -> None:
    lazy = getattr(nn, f"LazyInstanceNorm{rank}d")()
    assert lazy(cl.randn(5, *RANKS[rank])).shape == (5, *RANKS[rank])
    assert lazy.num_features == 5


def test_a_network_is_trained() -> None:
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten())
    optimizer = cl.optim.SGD(net.parameters(), lr=0.1)
    (net(cl.randn(2, 2, 5, 5)) ** 2).sum().backward()
    before = net[1].weight.detach().numpy().copy()
    optimizer.step()
    assert (net[1].weight.detach().numpy() != before).any()
    assert int(net[1].num_batches_tracked) == 1


def test_a_buffer_without_shape() -> None:
    buffer = UninitializedBuffer(cl.float64)
    assert repr(buffer) == "<UninitializedBuffer>"
    assert buffer.detach() is buffer
    for use in (lambda: buffer.shape, lambda: buffer + 1, buffer.zero_):
        with pytest.raises(ArgumentError, match="Can't access the shape of an uninitialized"):
            use()
    assert pickle.loads(pickle.dumps(buffer)).dtype == cl.float64
    buffer.materialize((2, 3))
    assert type(buffer) is cl.Tensor
    assert buffer.dtype == cl.float64
    assert not buffer.requires_grad
    assert (buffer.numpy() == 0).all()
