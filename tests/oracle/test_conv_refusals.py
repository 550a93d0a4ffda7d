"""Convolutions, dropouts and containers refuse what torch refuses, by an error of the same kind.

Each call is written once, for either library: ``m`` is the library and ``F`` its functions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import convolens as cl

from .peer import outcome, torch

Call = Callable[[Any, Any], Any]


def transpose(**options: Any) -> Call:
    return lambda m, F: F.conv_transpose2d(m.zeros(1, 4, 5, 5), m.zeros(4, 6, 3, 3), **options)


def shapes(x: tuple[int, ...], weight: tuple[int, ...], rank: int = 2, **options: Any) -> Call:
    name = f"conv_transpose{rank}d"
    return lambda m, F: getattr(F, name)(m.zeros(*x), m.zeros(*weight), **options)


def built(name: str, *arguments: Any, **options: Any) -> Call:
    return lambda m, F: getattr(m.nn, name)(*arguments, **options)


def called(name: str, shape: tuple[int, ...], *arguments: Any, **options: Any) -> Call:
    return lambda m, F: getattr(m.nn, name)(*arguments, **options)(m.zeros(*shape))


def parts(m: Any) -> Any:
    return m.nn.Sequential(m.nn.Linear(2, 3), m.nn.ReLU())


CALLS: dict[str, Call] = {
    # Transposed convolution.
    "plain": transpose(),
    "all": transpose(stride=2, padding=1, output_padding=1, groups=2, dilation=2),
    "bias": lambda m, F: F.conv_transpose2d(m.zeros(1, 4, 5, 5), m.zeros(4, 6, 3, 3), m.zeros(4)),
    "bias of groups": lambda m, F: F.conv_transpose2d(
        m.zeros(1, 4, 5, 5), m.zeros(4, 6, 3, 3), m.zeros(12), groups=2
    ),
    "channels": shapes((1, 3, 5, 5), (4, 6, 3, 3)),
    "groups 3": transpose(groups=3),
    "groups 0": transpose(groups=0),
    "groups -1": transpose(groups=-1),
    "stride 0": transpose(stride=0),
    "stride -1": transpose(stride=-1),
    "dilation 0": transpose(dilation=0),
    "padding -1": transpose(padding=-1),
    "padding name": transpose(padding="same"),
    "padding 3": transpose(padding=3),
    "padding 4": transpose(padding=4),
    "output_padding 1": transpose(output_padding=1),
    "output_padding 1, stride 2": transpose(output_padding=1, stride=2),
    "output_padding 2, stride 2": transpose(output_padding=2, stride=2),
    "output_padding 2, dilation 3": transpose(output_padding=2, dilation=3),
    "output_padding 3, dilation 3": transpose(output_padding=3, dilation=3),
    "output_padding -1": transpose(output_padding=-1, stride=2),
    "output_padding for three": transpose(output_padding=(0, 0, 0)),
    "stride for three": transpose(stride=(1, 1, 1)),
    "stride of a fraction": transpose(stride=1.5),
    "rank of x": shapes((4, 5), (4, 6, 3, 3)),
    "rank of x 5": shapes((1, 1, 4, 5, 5), (4, 6, 3, 3)),
    "rank of weight": shapes((1, 4, 5, 5), (4, 6, 3)),
    "rank 1": shapes((1, 4, 5, 5), (4, 6, 3), 1),
    "rank 3": shapes((4, 5, 5), (4, 6, 3, 3, 3), 3),
    "one image": shapes((4, 5, 5), (4, 6, 3, 3)),
    "no images": shapes((0, 4, 5, 5), (4, 6, 3, 3)),
    "no rows": shapes((1, 4, 0, 5), (4, 6, 3, 3)),
    "no outputs": shapes((1, 4, 5, 5), (4, 0, 3, 3)),
    "kernel of nothing": shapes((1, 4, 5, 5), (4, 6, 0, 3)),
    "types": lambda m, F: F.conv_transpose2d(m.zeros(1, 4, 5, 5).double(), m.zeros(4, 6, 3, 3)),
    "whole numbers": lambda m, F: F.conv_transpose2d(
        m.zeros(1, 4, 5, 5).long(), m.zeros(4, 6, 3, 3).long()
    ),
    # Layers.
    "layer padding mode": built("ConvTranspose2d", 4, 6, 3, padding_mode="reflect"),
    "layer groups": built("ConvTranspose2d", 4, 6, 3, groups=3),
    "layer output groups": built("ConvTranspose2d", 6, 4, 3, groups=3),
    "layer no groups": built("ConvTranspose2d", 4, 6, 3, groups=0),
    "layer output_padding": called("ConvTranspose2d", (1, 4, 5, 5), 4, 6, 3, output_padding=1),
    "layer negative kernel": built("ConvTranspose2d", 4, 6, -3),
    "mode": built("Conv2d", 4, 6, 3, padding_mode="mirror"),
    "reflect": called("Conv2d", (1, 4, 5, 5), 4, 6, 3, padding=5, padding_mode="reflect"),
    "circular 5": called("Conv2d", (1, 4, 5, 5), 4, 6, 3, padding=5, padding_mode="circular"),
    "circular 6": called("Conv2d", (1, 4, 5, 5), 4, 6, 3, padding=6, padding_mode="circular"),
    "replicate 9": called("Conv2d", (1, 4, 5, 5), 4, 6, 3, padding=9, padding_mode="replicate"),
    "reflect same": called("Conv2d", (1, 4, 5, 5), 4, 6, 4, padding="same", padding_mode="reflect"),
    "reflect rank": called("Conv2d", (5, 5), 4, 6, 3, padding=1, padding_mode="reflect"),
    "reflect channels": called("Conv2d", (1, 3, 5, 5), 4, 6, 3, padding=1, padding_mode="reflect"),
    # Lazy layers.
    "lazy": called("LazyConv2d", (1, 4, 5, 5), 6, 3),
    "lazy one image": called("LazyConv2d", (4, 5, 5), 6, 3),
    "lazy rank": called("LazyConv2d", (5, 5), 6, 3),
    "lazy rank 5": called("LazyConv2d", (1, 1, 4, 5, 5), 6, 3),
    "lazy groups": called("LazyConv2d", (1, 3, 5, 5), 6, 3, groups=2),
    "lazy transpose groups": called("LazyConvTranspose2d", (1, 3, 5, 5), 6, 3, groups=2),
    "lazy shape": lambda m, F: m.nn.LazyLinear(3).weight.shape,
    "lazy arithmetic": lambda m, F: m.nn.LazyLinear(3).weight + 1,
    "lazy index": lambda m, F: m.nn.LazyLinear(3).weight[0],
    "lazy state into a plain layer": lambda m, F: m.nn.Linear(2, 3).load_state_dict(
        m.nn.LazyLinear(3).state_dict()
    ),
    "lazy state into a lazy layer": lambda m, F: (
        m.nn.LazyLinear(3).load_state_dict(m.nn.LazyLinear(3).state_dict()) and None
    ),
    "plain state into a lazy layer": lambda m, F: (
        m.nn.LazyLinear(3).load_state_dict(m.nn.Linear(2, 3).state_dict()) and None
    ),
    **{
        f"{name} of {rank} axes": called(name, (2,) * rank)
        for name in (
            *(f"LazyBatchNorm{axes}d" for axes in (1, 2, 3)),
            *(f"LazyInstanceNorm{axes}d" for axes in (1, 2, 3)),
        )
        for rank in range(2, 7)
    },
    "lazy norm shape": lambda m, F: m.nn.LazyBatchNorm2d().running_mean.shape,
    "lazy norm arithmetic": lambda m, F: m.nn.LazyBatchNorm2d().running_var + 1,
    "lazy norm state into a plain layer": lambda m, F: m.nn.BatchNorm2d(3).load_state_dict(
        m.nn.LazyBatchNorm2d().state_dict()
    ),
    "plain norm state into a lazy layer": lambda m, F: (
        m.nn.LazyBatchNorm2d().load_state_dict(m.nn.BatchNorm2d(3).state_dict()) and None
    ),
    # Dropouts.
    **{
        f"{name} {rank}": (
            lambda m, F, name=name, rank=rank: getattr(m.nn, name)()(m.ones(*(2,) * rank))
        )
        for name in ("Dropout1d", "Dropout2d", "Dropout3d")
        for rank in range(1, 7)
    },
    **{
        f"{name} {p}": lambda m, F, name=name, p=p: getattr(m.nn, name)(p)
        for name in ("Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout")
        for p in (-0.1, 1.1)
    },
    "dropout2d functional": lambda m, F: F.dropout2d(m.ones(1, 2, 3, 3), 2.0),
    "alpha functional": lambda m, F: F.alpha_dropout(m.ones(3), -1.0, True),
    # Containers and modules.
    "list of numbers": built("ModuleList", [3]),
    "list of a number": built("ModuleList", 3),
    "list index": lambda m, F: m.nn.ModuleList([m.nn.ReLU()])[1],
    "list index -2": lambda m, F: m.nn.ModuleList([m.nn.ReLU()])[-2],
    "list called": lambda m, F: m.nn.ModuleList([m.nn.ReLU()])(m.ones(1)),
    "list extended by a number": lambda m, F: m.nn.ModuleList().extend(3),
    "dict of numbers": lambda m, F: m.nn.ModuleDict({"a": 3}),
    "dict of a number": built("ModuleDict", 3),
    "dict key": lambda m, F: m.nn.ModuleDict({"a": m.nn.ReLU()})["b"],
    "dict key dot": lambda m, F: m.nn.ModuleDict({"a.b": m.nn.ReLU()}),
    "dict key empty": lambda m, F: m.nn.ModuleDict({"": m.nn.ReLU()}),
    "dict key taken": lambda m, F: m.nn.ModuleDict({"keys": m.nn.ReLU()}),
    "dict key of a number": lambda m, F: m.nn.ModuleDict({3: m.nn.ReLU()}),
    "dict called": lambda m, F: m.nn.ModuleDict({"a": m.nn.ReLU()})(m.ones(1)),
    "dict pair": lambda m, F: m.nn.ModuleDict([("a",)]),
    "parameters called": lambda m, F: m.nn.ParameterList()(),
    "parameters of a tensor": lambda m, F: m.nn.ParameterList(m.ones(3)),
    "parameters index": lambda m, F: m.nn.ParameterList([m.ones(3)])[1],
    "parameter dict of a number": built("ParameterDict", 3),
    "parameter dict key": lambda m, F: m.nn.ParameterDict({"a": m.ones(1)})["b"],
    "sequential plus list": lambda m, F: parts(m) + [m.nn.ReLU()],  # noqa: RUF005
    "sequential times 0": lambda m, F: parts(m) * 0,
    "sequential times a fraction": lambda m, F: parts(m) * 1.5,
    "sequential insert": lambda m, F: parts(m).insert(5, m.nn.ReLU()),
    "sequential place": lambda m, F: parts(m).__setitem__(2, m.nn.ReLU()),
    "sequential delete": lambda m, F: parts(m).__delitem__(2),
    "module name dot": lambda m, F: parts(m).add_module("a.b", m.nn.ReLU()),
    "module name empty": lambda m, F: parts(m).add_module("", m.nn.ReLU()),
    "module name taken": lambda m, F: parts(m).add_module("forward", m.nn.ReLU()),
    "module name of a number": lambda m, F: parts(m).add_module(3, m.nn.ReLU()),
    "no module": lambda m, F: parts(m).register_module("a", 3),
    "none module": lambda m, F: parts(m).register_module("a", None),
    "parameter name dot": lambda m, F: parts(m).register_parameter("a.b", None),
    "parameter name empty": lambda m, F: parts(m).register_parameter("", None),
    "parameter name taken": lambda m, F: parts(m).register_parameter("forward", None),
    "parameter of a tensor": lambda m, F: parts(m).register_parameter("a", m.ones(1)),
    "buffer name dot": lambda m, F: parts(m).register_buffer("a.b", None),
    "buffer name taken": lambda m, F: parts(m).register_buffer("training", None),
    "buffer of a number": lambda m, F: parts(m).register_buffer("a", 3),
    "no parameter": lambda m, F: parts(m).get_parameter("0.weights"),
    "no part": lambda m, F: parts(m).get_parameter("7.weight"),
    "no buffer": lambda m, F: parts(m).get_buffer("0.weight"),
    "no submodule": lambda m, F: parts(m).get_submodule("0.a"),
    "train of text": lambda m, F: parts(m).train("yes"),
    "assign whole numbers": lambda m, F: m.nn.Linear(1, 1).load_state_dict(
        {"weight": m.tensor([[1]]), "bias": m.ones(1)}, assign=True
    ),
    "assign shapes": lambda m, F: m.nn.Linear(1, 1).load_state_dict(
        {"weight": m.ones(2, 1), "bias": m.ones(1)}, assign=True
    ),
}

#: What torch computes and convolens refuses, and why.
STRICTER = {
    "whole numbers": "sums of whole numbers are not convolved",
    "layer output_padding": "refused before the layer is made; torch refuses the call",
}
#: What convolens computes and torch refuses, and why.
WIDER: dict[str, str] = {}


@pytest.mark.parametrize("name", CALLS)
def test_refused_by_both_or_by_neither(name: str) -> None:
    call = CALLS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = outcome(lambda: call(torch, torch.nn.functional))
        ours = outcome(lambda: call(cl, cl.nn.functional))
    if isinstance(theirs, Exception) and name not in WIDER:
        assert isinstance(ours, Exception), f"torch: {type(theirs).__name__}: {theirs}"
        kind = RuntimeError if isinstance(theirs, RuntimeError) else type(theirs)
        kind = TypeError if kind is AssertionError else kind
        assert isinstance(ours, kind), (type(ours).__mro__, kind, str(theirs))
        assert str(ours)
    elif isinstance(ours, Exception):
        assert name in STRICTER, (ours, theirs)
    elif hasattr(theirs, "shape"):
        assert tuple(ours.shape) == tuple(theirs.shape)


@pytest.mark.parametrize("rank", range(1, 7))
@pytest.mark.parametrize("name", ["Dropout1d", "Dropout2d", "Dropout3d"])
def test_warned_of_by_both_or_by_neither(name: str, rank: int) -> None:
    """Channels are dropped whole, or not, alike: seen from where an image is constant."""
    found = []
    for library in (torch, cl):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            outcome(lambda m=library: getattr(m.nn, name)(1.0)(m.ones(*(2,) * rank)))
        found.append([warning.category for warning in caught])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Dropout1d", (40, 50, 6)),
        ("Dropout1d", (2000, 6)),
        ("Dropout2d", (40, 50, 2, 3)),
        ("Dropout2d", (40, 50, 6)),
        ("Dropout3d", (40, 50, 1, 2, 3)),
        ("Dropout3d", (2000, 1, 2, 3)),
        ("Dropout3d", (20, 100, 6)),
    ],
)
def test_what_is_dropped_together(name: str, shape: tuple[int, ...]) -> None:
    """For each axis, whether neighbours along it are always dropped together."""
    together = []
    for library in (torch, cl):
        library.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y = getattr(library.nn, name)(0.5)(library.ones(*shape)).numpy()
        together.append([bool((y == y.take([0], axis=axis)).all()) for axis in range(len(shape))])
        assert set(y.ravel().tolist()) == {0.0, 2.0}
    assert together[0] == together[1]
