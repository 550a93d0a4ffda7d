"""The layers of the suite: their list, their arithmetic, and what is expected of every peer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from benchmarks.agreement import DisagreementError, check
from benchmarks.exact import EPSILON
from benchmarks.layers.case import Group, LayerCase, Target, distinct, make_problem
from benchmarks.layers.convolution import Conv, ConvTranspose
from benchmarks.layers.groups import BEYOND, GROUPS
from benchmarks.layers.operation import Operation
from benchmarks.layers.pointwise import (
    Activation,
    Add,
    BatchNorm,
    CrossEntropy,
    Linear,
    LocalResponseNorm,
    Softmax,
)
from benchmarks.layers.pooling import AvgPool, MaxPool
from benchmarks.nets import LENET5, SIMPLE_CONVNET
from benchmarks.peers.convolens_layer import Layer

from benchmarks import jobs, layer_exact, resnet20, suite_row
from convolens import ops
from convolens.nn import functional
from convolens.spec import TensorSpec
from tolerance import OWN_BOUNDS

#: One small layer of each kind.
SMALL: list[tuple[Operation, tuple[int, ...]]] = [
    (Conv(5, (3, 3), padding=1, bias=True), (4, 3, 7, 6)),
    (Conv(4, (3, 3), stride=2, padding=1, groups=4), (4, 4, 7, 7)),
    (Conv(4, (3, 3), padding=2, dilation=2, groups=2), (2, 2, 7, 7)),
    (Conv(3, (9,), padding=4, bias=True), (2, 2, 12)),
    (Conv(3, (3, 3, 3), padding=1), (1, 2, 4, 5, 5)),
    (ConvTranspose(3, (4, 4), stride=2, padding=1, bias=True), (4, 2, 5, 5)),
    (MaxPool(3, 2, 1), (2, 3, 8, 8)),
    (AvgPool(2, 2), (2, 3, 8, 8)),
    (Linear(5), (4, 6)),
    (LocalResponseNorm(), (2, 7, 3, 3)),
    (Activation("relu"), (2, 3, 4, 4)),
    (Activation("tanh"), (2, 3, 4, 4)),
    (Activation("sigmoid"), (2, 3, 4, 4)),
    (Add(), (2, 3, 4, 4)),
    (Softmax(), (3, 10)),
    (CrossEntropy(), (3, 10)),
    pytest.param(
        BatchNorm(),
        (4, 3, 5, 5),
        marks=pytest.mark.skipif(
            not hasattr(functional, "batch_norm"), reason="no batch normalisation yet"
        ),
    ),
]


def small(operation: Operation, x: tuple[int, ...], first: bool = False) -> LayerCase:
    return LayerCase("small", "nowhere", x, operation, first)


@pytest.mark.parametrize("group", [*GROUPS, BEYOND], ids=lambda group: group.name)
def test_every_layer_has_a_source_and_appears_once(group: Group) -> None:
    assert all(case.source for case in group.cases)
    assert max(Counter(case.title for case in group.cases).values()) == 1


def test_the_list_covers_what_it_promises() -> None:
    cases = [case for group in GROUPS for case in group.cases]
    assert len({(case.x, case.operation) for case in cases}) >= 40
    assert {1, 8, 64} <= {case.x[0] for case in cases}
    names = " ".join(case.name for case in cases)
    for network in (
        "ResNet-18", "ResNet-50", "VGG-16", "MobileNet v1", "MobileNet v2", "AlexNet", "LeNet-5",
        "DCGAN", "U-Net", "FastSpeech", "C3D", "CIFAR",
    ):  # fmt: skip
        assert network in names
    assert len(jobs.ALL_GROUPS) == 7


@pytest.mark.parametrize(
    "case",
    [case for group in (*GROUPS, BEYOND) for case in group.cases],
    ids=lambda case: case.title,
)
def test_shapes_and_products_are_those_of_the_operator(case: LayerCase) -> None:
    operation = case.operation
    if not isinstance(operation, Conv):
        assert operation.output(case.x) is not None
        return
    x, weight, *_ = (TensorSpec(shape) for shape in operation.arrays(case.x).values())
    rank = len(operation.kernel)
    op = ops.Conv(
        operation.strides,
        tuple((zeros, zeros) for zeros in operation.paddings),
        (operation.dilation,) * rank,
        operation.groups,
    )
    assert op.infer(x, weight).shape == operation.output(case.x)
    # The operator counts no products with padding.
    assert op.cost(x, weight).multiply_adds <= operation.multiply_adds(case.x)


@pytest.mark.parametrize(("operation", "x"), SMALL)
@pytest.mark.parametrize("task", ["forward", "forward+backward"])
def test_convolens_computes_what_is_expected_and_a_change_is_noticed(
    operation: Operation, x: tuple[int, ...], task: Any
) -> None:
    problem = make_problem(small(operation, x), task)
    expected = layer_exact.expected(problem)
    result = Layer(problem).result()
    assert result.keys() == expected.keys()
    assert len(result) == 1 + len(problem.case.gradients(task))
    assert check("convolens", result, expected) <= 1
    for name, value in result.items():
        changed = value * 1.01 + (0.01 if np.abs(value).max() == 0 else 0)
        with pytest.raises(DisagreementError, match=name):
            check("changed", {**result, name: changed}, expected)


def test_a_first_layer_has_no_gradient_of_the_image() -> None:
    case = small(Conv(2, (3, 3), bias=True), (2, 3, 5, 5), first=True)
    assert case.gradients("forward+backward") == ["weight", "bias"]
    assert "gradient of x" not in Layer(make_problem(case, "forward+backward")).result()


@pytest.mark.parametrize(
    "operation", [Conv(3, (3, 3), bias=True), ConvTranspose(3, (2, 2), stride=2), Add()]
)
def test_repeated_images_give_what_the_whole_batch_gives(operation: Operation) -> None:
    case = small(operation, (6, 2, 6, 6))
    assert distinct(case).x[0] == 2
    problem = make_problem(case, "forward+backward")
    np.testing.assert_array_equal(problem.arrays[0][:2], problem.arrays[0][4:])
    arrays = [array.astype(np.float64) for array in problem.arrays]
    whole = layer_exact.definition(case, problem.task, arrays, problem.upstream.astype(np.float64))
    expected = layer_exact.expected(problem)
    for name, value in whole.items():
        np.testing.assert_allclose(expected[name].value, value, rtol=1e-12, atol=1e-12)


def test_the_tolerance_follows_from_the_sum_or_from_the_tiles() -> None:
    spread = small(Conv(3, (3, 3), dilation=2, groups=3), (1, 3, 9, 9))
    problem = make_problem(spread, "forward")
    absolute = [np.abs(array).astype(np.float64) for array in problem.arrays]
    magnitude = layer_exact.definition(spread, "forward", absolute, problem.upstream)["y"].max()
    direct = 1.01 * EPSILON / 2 * (9 + 1) * magnitude
    assert layer_exact.expected(problem)["y"].tolerance == pytest.approx(direct)
    tiles = make_problem(small(Conv(2, (3, 3)), (1, 3, 9, 9)), "forward")
    op = ops.Conv((1, 1), ((0, 0), (0, 0)), (1, 1))
    errors = {
        name: OWN_BOUNDS[name](op, [a.astype(np.float64) for a in tiles.arrays], name).max()
        for name in ("winograd2", "winograd4", "fourier")
    }
    assert layer_exact.least_exact(op, tiles.arrays) == ["winograd4", "fourier"]
    assert errors["winograd4"] > errors["winograd2"]
    by_tiles = 1.01 * EPSILON / 2 * max(errors.values())
    assert layer_exact.expected(tiles)["y"].tolerance == pytest.approx(by_tiles)


def test_the_limit_is_the_larger_of_products_and_bytes() -> None:
    case = small(Conv(4, (1, 1)), (1, 2, 3, 3))
    forward, both = case.work("forward"), case.work("forward+backward")
    assert forward == (2 * 4 * 9, 2 * 9 + 2 * 4 + 4 * 9)
    assert both.multiply_adds == 3 * forward.multiply_adds
    # x, weight, y; dx, dweight; then dy with the weight, and dy with x.
    assert both.elements == 18 + 8 + 36 + 18 + 8 + (36 + 8) + (36 + 18)
    assert suite_row.Limit(1.0, 1000.0).seconds(forward) == pytest.approx(2 * 72e-9)
    assert suite_row.Limit(1000.0, 1.0).seconds(forward) == pytest.approx(4 * 62e-9)


def test_the_residual_network_has_the_size_of_the_paper() -> None:
    problem = resnet20.make_problem(resnet20.ResNet20Case(1))
    # 0.27 million, and 41 million products, with projections on two shortcuts.
    assert sum(weight.size for weight in problem.weights) == 272_474
    assert resnet20.multiply_adds(1) == 40_813_184
    # 19 convolutions and a linear layer, and two projections.
    assert len(list(resnet20.convolutions())) == 19 + 2


def test_the_work_of_small_networks() -> None:
    products = jobs.net_work(SIMPLE_CONVNET, 1).multiply_adds
    conv = 30 * 24 * 24 * 25
    assert products == 3 * (conv + 30 * 144 * 100 + 1000) - conv
    assert jobs.net_work(LENET5, 2).multiply_adds == 2 * jobs.net_work(LENET5, 1).multiply_adds


def test_a_short_run_reaches_every_group() -> None:
    for group in (*GROUPS, BEYOND):
        short = list(jobs.jobs(group, 2, quick=True))
        whole = list(jobs.jobs(group, 2, quick=False))
        assert 0 < len(short) <= len(whole) == 2 * len(group.cases)
    assert [job.title for job in jobs.jobs(jobs.STEPS, 2, quick=True)] == [
        "SimpleConvNet, training step, batch 100",
        "LeNet-5, training step, batch 100",
        "CIFAR ResNet-20, training step, batch 128",
    ]


def test_targets_are_stated_for_every_task() -> None:
    for group in jobs.ALL_GROUPS:
        assert group.targets
        assert all(isinstance(target, Target) for target in group.targets.values())
        assert all(target.lowest <= target.mean for target in group.targets.values())
