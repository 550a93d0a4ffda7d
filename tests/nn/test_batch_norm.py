"""Layers with running averages: what they remember, and when they use it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F

BATCH = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
INSTANCE = {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}


def numbers(tensor: Any) -> np.ndarray:
    return np.asarray(tensor.detach().numpy())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_in_training_it_is_its_function_without_averages(rank: int) -> None:
    layer, x = BATCH[rank](5), cl.randn(4, 5, *(3,) * rank)
    layer.weight.data.copy_(np.arange(5))
    expected = F.batch_norm(x, None, None, layer.weight, layer.bias, training=True)
    np.testing.assert_array_equal(numbers(layer(x)), numbers(expected))


def test_what_it_remembers_follows_the_batches() -> None:
    layer, mean, var = nn.BatchNorm1d(3, momentum=0.25), np.zeros(3), np.ones(3)
    for step in range(1, 4):
        x = cl.randn(6, 3)
        layer(x)
        mean += 0.25 * (x.numpy().mean(axis=0) - mean)
        var += 0.25 * (x.numpy().var(axis=0, ddof=1) - var)
        assert layer.num_batches_tracked.item() == step
    np.testing.assert_allclose(numbers(layer.running_mean), mean, atol=1e-6)
    np.testing.assert_allclose(numbers(layer.running_var), var, atol=1e-6)


def test_without_a_momentum_it_averages_over_all_batches() -> None:
    layer, batches = nn.BatchNorm1d(3, momentum=None), [cl.randn(6, 3) for _ in range(4)]
    for x in batches:
        layer(x)
    means = np.mean([x.numpy().mean(axis=0) for x in batches], axis=0)
    np.testing.assert_allclose(numbers(layer.running_mean), means, atol=1e-6)


def test_evaluation_uses_the_averages_and_changes_nothing() -> None:
    layer = nn.BatchNorm2d(2)
    layer(cl.randn(8, 2, 4, 4) * 3 + 5)
    before = {name: numbers(tensor).copy() for name, tensor in layer.state_dict().items()}
    layer.eval()
    x = cl.randn(1, 2, 1, 1)
    expected = F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias)
    np.testing.assert_array_equal(numbers(layer(x)), numbers(expected))
    for name, tensor in layer.state_dict().items():
        np.testing.assert_array_equal(numbers(tensor), before[name])


def test_without_averages_evaluation_takes_the_batch_itself() -> None:
    layer = nn.BatchNorm1d(3, track_running_stats=False).eval()
    assert list(layer.state_dict()) == ["weight", "bias"]
    assert abs(numbers(layer(cl.randn(50, 3) + 9)).mean()) < 1e-5


def test_the_state_has_torchs_names_and_types() -> None:
    state = nn.BatchNorm2d(3).state_dict()
    names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    assert list(state) == names
    assert state["num_batches_tracked"].dtype == np.int64
    assert state["num_batches_tracked"].shape == ()
    assert list(nn.BatchNorm2d(3, affine=False).state_dict()) == names[2:]
    assert list(nn.BatchNorm2d(3, bias=False).state_dict()) == [names[0], *names[2:]]


def test_a_state_moves_to_another_layer() -> None:
    one, other = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    one(cl.randn(5, 3))
    other.load_state_dict(one.state_dict())
    x = cl.randn(2, 3)
    np.testing.assert_array_equal(numbers(one.eval()(x)), numbers(other.eval()(x)))
    assert other.num_batches_tracked.item() == 1


def test_a_state_shares_the_memory_that_training_changes() -> None:
    layer = nn.BatchNorm1d(3)
    state = layer.state_dict()
    layer(cl.randn(5, 3) + 1)
    np.testing.assert_array_equal(numbers(state["running_mean"]), numbers(layer.running_mean))
    assert (numbers(state["running_mean"]) != 0).all()


def test_it_forgets() -> None:
    layer = nn.BatchNorm1d(3)
    layer(cl.randn(5, 3))
    layer.weight.data.fill_(4)
    layer.reset_parameters()
    assert layer.running_mean.tolist() == [0] * 3
    assert layer.running_var.tolist() == [1] * 3
    assert layer.num_batches_tracked.item() == 0
    assert layer.weight.tolist() == [1] * 3


def test_in_float64() -> None:
    layer = nn.BatchNorm1d(3).double()
    assert layer(cl.randn(5, 3).double()).dtype == np.float64
    assert layer.running_mean.dtype == np.float64
    assert layer.num_batches_tracked.dtype == np.int64


def test_a_refused_batch_is_not_counted() -> None:
    layer = nn.BatchNorm1d(3)
    with pytest.raises(ArgumentError, match="more than 1 value per channel"):
        layer(cl.randn(1, 3))
    assert layer.num_batches_tracked.item() == 0


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.BatchNorm1d(3), (2, 3, 4, 4), "expected 2D or 3D input (got 4D input)"),
        (nn.BatchNorm2d(3), (2, 3, 4), "expected 4D input (got 3D input)"),
        (nn.BatchNorm3d(3), (2, 3, 4), "expected 5D input"),
        (nn.BatchNorm2d(3), (2, 4, 3, 3), "contain 4 elements, not 3"),
        (nn.InstanceNorm2d(3, affine=True), (2, 4, 3, 3), "num_features is 3"),
        (nn.InstanceNorm2d(3), (4, 4), "expected 3D or 4D input"),
        (nn.GroupNorm(2, 4), (2, 6, 3), "weight has shape [4]"),
        (nn.LayerNorm((3, 4)), (2, 4, 3), "normalized_shape is [3, 4]"),
    ],
    ids=range(8),
)
def test_other_shapes_are_refused(layer: Any, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(cl.zeros(*shape))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.BatchNorm1d(-1), "num_features is -1"),
        (lambda: nn.GroupNorm(3, 4), r"num_channels \(4\) must be divisible by num_groups \(3\)"),
        (lambda: nn.GroupNorm(0, 4), "divisible"),
        (lambda: nn.LayerNorm((3, -1)), "must not be negative"),
    ],
    ids=range(4),
)
def test_other_arguments_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        make()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_instances_with_and_without_a_batch(rank: int) -> None:
    layer, x = INSTANCE[rank](4), cl.randn(2, 4, *(3,) * rank)
    assert not list(layer.parameters())
    np.testing.assert_array_equal(numbers(layer(x)), numbers(F.instance_norm(x)))
    assert layer(x[0]).shape == x.shape[1:]


def test_instances_warn_of_a_number_of_channels_that_is_not_used() -> None:
    with pytest.warns(UserWarning, match="num_features is 3, which is not used"):
        nn.InstanceNorm1d(3)(cl.randn(2, 4, 5))


def test_instances_that_track_use_their_averages_in_evaluation() -> None:
    layer = nn.InstanceNorm1d(2, track_running_stats=True)
    layer(cl.randn(3, 2, 8) + 4)
    layer.eval()
    x = cl.randn(3, 2, 8)
    expected = F.batch_norm(x, layer.running_mean, layer.running_var)
    np.testing.assert_array_equal(numbers(layer(x)), numbers(expected))


def test_groups_and_rows_are_their_functions() -> None:
    x = cl.randn(2, 6, 5)
    groups, rows = nn.GroupNorm(3, 6), nn.LayerNorm((6, 5))
    np.testing.assert_array_equal(numbers(groups(x)), numbers(F.group_norm(x, 3)))
    np.testing.assert_array_equal(numbers(rows(x)), numbers(F.layer_norm(x, (6, 5))))
    for layer in (groups, rows):
        layer.weight.data.fill_(3)
        layer.reset_parameters()
        assert (numbers(layer.weight) == 1).all()
    assert [name for name, _ in nn.LayerNorm(5, bias=False).named_parameters()] == ["weight"]
    assert not list(nn.GroupNorm(2, 4, affine=False).parameters())


def test_repr_is_torchs() -> None:
    assert repr(nn.BatchNorm2d(3)) == (
        "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)"
    )
    assert repr(nn.GroupNorm(2, 4)) == "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)"
    assert repr(nn.LayerNorm(5)) == "LayerNorm((5,), eps=1e-05, elementwise_affine=True, bias=True)"


def test_a_network_learns_through_it() -> None:
    """The gradient of the mean square of an output that is scaled to 1 is the weight's alone."""
    cl.manual_seed(0)
    layer = nn.BatchNorm2d(4)
    y = layer(cl.randn(8, 4, 5, 5).requires_grad_())
    (y * y).mean().backward()
    assert layer.weight.grad is not None
    np.testing.assert_allclose(numbers(layer.weight.grad), np.full(4, 0.5), rtol=1e-4)
