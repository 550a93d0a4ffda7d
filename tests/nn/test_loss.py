"""Loss and activation layers: their functions, what they show, what they warn of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F

RANDOM = np.random.default_rng(0)
X = cl.tensor(RANDOM.standard_normal((2, 3, 4, 4)))
Y = cl.tensor(RANDOM.standard_normal((2, 3, 4, 4)))
SHARES = X.sigmoid()
WEIGHT = cl.tensor(RANDOM.random(3))
PIXELS = cl.tensor(RANDOM.integers(0, 3, (2, 4, 4)))

#: A layer, its function, the inputs, and what it shows.
LAYERS: dict[str, tuple[nn.Module, Callable[..., cl.Tensor], tuple[cl.Tensor, ...], str]] = {
    "relu6": (nn.ReLU6(), F.relu6, (X,), ""),
    "hardtanh": (
        nn.Hardtanh(-0.5, 0.25),
        lambda x: F.hardtanh(x, -0.5, 0.25),
        (X,),
        "min_val=-0.5, max_val=0.25",
    ),
    "leaky": (nn.LeakyReLU(0.2), lambda x: F.leaky_relu(x, 0.2), (X,), "negative_slope=0.2"),
    "elu": (nn.ELU(0.5), lambda x: F.elu(x, 0.5), (X,), "alpha=0.5"),
    "selu": (nn.SELU(), F.selu, (X,), ""),
    "gelu": (nn.GELU(), F.gelu, (X,), "approximate='none'"),
    "gelu tanh": (
        nn.GELU("tanh"),
        lambda x: F.gelu(x, approximate="tanh"),
        (X,),
        "approximate='tanh'",
    ),
    "silu": (nn.SiLU(), F.silu, (X,), ""),
    "hardswish": (nn.Hardswish(), F.hardswish, (X,), ""),
    "hardsigmoid": (nn.Hardsigmoid(), F.hardsigmoid, (X,), ""),
    "softplus": (
        nn.Softplus(2.0, 5.0),
        lambda x: F.softplus(x, 2.0, 5.0),
        (X,),
        "beta=2.0, threshold=5.0",
    ),
    "scaled tanh": (nn.ScaledTanh(), F.scaled_tanh, (X,), ""),
    "softmax2d": (nn.Softmax2d(), lambda x: F.softmax(x, 1), (X,), ""),
    "softmax2d of one": (nn.Softmax2d(), lambda x: F.softmax(x, 0), (X[0],), ""),
    "cross entropy": (
        nn.CrossEntropyLoss(WEIGHT, ignore_index=1, label_smoothing=0.1),
        lambda x, y: F.cross_entropy(x, y, WEIGHT, ignore_index=1, label_smoothing=0.1),
        (X, PIXELS),
        "reduction='mean', ignore_index=1, label_smoothing=0.1",
    ),
    "nll": (
        nn.NLLLoss(WEIGHT, 2, "sum"),
        lambda x, y: F.nll_loss(x, y, WEIGHT, 2, "sum"),
        (X, PIXELS),
        "reduction='sum', ignore_index=2",
    ),
    "mse": (nn.MSELoss(), F.mse_loss, (X, Y), "reduction='mean'"),
    "l1": (nn.L1Loss("sum"), lambda x, y: F.l1_loss(x, y, "sum"), (X, Y), "reduction='sum'"),
    "smooth l1": (
        nn.SmoothL1Loss(beta=0.5),
        lambda x, y: F.smooth_l1_loss(x, y, beta=0.5),
        (X, Y),
        "reduction='mean', beta=0.5",
    ),
    "huber": (
        nn.HuberLoss("none", 0.5),
        lambda x, y: F.huber_loss(x, y, "none", 0.5),
        (X, Y),
        "reduction='none', delta=0.5",
    ),
    "bce": (
        nn.BCELoss(WEIGHT.reshape(3, 1, 1)),
        lambda x, y: F.binary_cross_entropy(x, y, WEIGHT.reshape(3, 1, 1)),
        (SHARES, SHARES),
        "reduction='mean'",
    ),
    "bce with logits": (
        nn.BCEWithLogitsLoss(pos_weight=WEIGHT.reshape(3, 1, 1)),
        lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=WEIGHT.reshape(3, 1, 1)),
        (X, SHARES),
        "reduction='mean'",
    ),
    "kl div": (
        nn.KLDivLoss("batchmean", True),
        lambda x, y: F.kl_div(x, y, "batchmean", True),
        (X, Y),
        "reduction='batchmean', log_target=True",
    ),
    "distance": (
        nn.PairwiseDistance(1.0, 0.1, True),
        lambda x, y: F.pairwise_distance(x, y, 1.0, 0.1, True),
        (X, Y),
        "p=1.0, eps=0.1",
    ),
    "triplet": (
        nn.TripletMarginLoss(0.5, swap=True),
        lambda a, b, c: F.triplet_margin_loss(a, b, c, 0.5, swap=True),
        (X, Y, SHARES),
        "margin=0.5, p=2.0, eps=1e-06, swap=True, reduction='mean'",
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_its_function(name: str) -> None:
    layer, function, inputs, shown = LAYERS[name]
    np.testing.assert_array_equal(layer(*inputs).numpy(), function(*inputs).numpy())
    assert not list(layer.parameters())
    assert repr(layer) == f"{type(layer).__name__}({shown})"


def test_learned_slopes() -> None:
    layer = nn.PReLU(3, 0.1)
    assert layer.weight.tolist() == pytest.approx([0.1] * 3)
    assert repr(layer) == "PReLU(num_parameters=3)"
    assert list(layer.state_dict()) == ["weight"]
    np.testing.assert_array_equal(
        layer(X.float()).detach().numpy(), F.prelu(X.float(), layer.weight).detach().numpy()
    )
    layer.weight.data.fill_(5.0)
    layer.reset_parameters()
    assert layer.weight.tolist() == pytest.approx([0.1] * 3)
    with pytest.raises(ArgumentError, match="num_parameters is 0"):
        nn.PReLU(0)


def test_weights_are_part_of_the_state_as_in_torch() -> None:
    assert list(nn.CrossEntropyLoss(WEIGHT).state_dict()) == ["weight"]
    assert list(nn.NLLLoss().state_dict()) == []
    assert list(nn.BCEWithLogitsLoss(WEIGHT, pos_weight=WEIGHT).state_dict()) == [
        "weight",
        "pos_weight",
    ]
    assert nn.BCELoss(WEIGHT).float().weight.dtype == "float32"


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.MSELoss("avg"),
        lambda: nn.L1Loss("avg"),
        lambda: nn.SmoothL1Loss("avg"),
        lambda: nn.HuberLoss("avg"),
        lambda: nn.BCELoss(reduction="avg"),
        lambda: nn.BCEWithLogitsLoss(reduction="avg"),
        lambda: nn.KLDivLoss("avg"),
        lambda: nn.NLLLoss(reduction="avg"),
        lambda: nn.CrossEntropyLoss(reduction="avg"),
        lambda: nn.TripletMarginLoss(reduction="avg"),
    ],
)
def test_unknown_reductions(make: Any) -> None:
    with pytest.raises(ValueError, match="reduction is 'avg'"):
        make()


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="max_val is -1"):
        nn.Hardtanh(1.0, -1.0)
    with pytest.raises(ShapeError, match="the input has 2 dimensions"):
        nn.Softmax2d()(cl.ones(2, 3))
    with pytest.raises(ArgumentError, match="approximate is 'erf'"):
        nn.GELU("erf")  # type: ignore[arg-type]


class TestProbabilitiesInPlaceOfLogits:
    LABELS = cl.tensor([0, 2])

    def test_warns_once_and_says_what_to_change(self) -> None:
        loss = nn.CrossEntropyLoss()
        shares = X[:, :, 0, 0].softmax(1)
        with pytest.warns(
            UserWarning, match=r"look like probabilities.*Remove the softmax"
        ) as seen:
            loss(shares, self.LABELS)
        assert seen[0].filename == __file__
        loss(shares, self.LABELS)  # a second warning would be an error here

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_of_images_and_many_classes(self, dtype: str) -> None:
        for shape in ((4, 1000), (2, 21, 9, 9), (3, 2, 5)):
            shares = cl.randn(*shape, dtype=dtype).softmax(1)
            labels = cl.zeros(shape[:1] + shape[2:], dtype="int64")
            with pytest.warns(UserWarning, match="look like probabilities"):
                nn.CrossEntropyLoss()(shares, labels)
        with pytest.warns(UserWarning, match="look like probabilities"):
            nn.CrossEntropyLoss()(cl.tensor([0.5, 0.5]), cl.tensor(1))

    @pytest.mark.parametrize(
        "logits",
        [
            cl.zeros(2, 3),
            cl.tensor([[0.5, 0.5, 0.0], [0.5, 0.5, 0.5]]),
            cl.tensor([[1.5, -0.5, 0.0], [0.0, 0.0, 1.0]]),
            cl.tensor([[float("nan"), 0.0, 1.0]] * 2),
            cl.ones(2, 1),
        ],
        ids=range(5),
    )
    def test_logits_do_not(self, logits: cl.Tensor) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            nn.CrossEntropyLoss()(logits, cl.zeros(2, dtype="int64"))

    def test_only_the_first_input_is_looked_at(self) -> None:
        loss = nn.CrossEntropyLoss()
        loss(cl.zeros(2, 3), self.LABELS)
        loss(X[:, :, 0, 0].softmax(1), self.LABELS)
