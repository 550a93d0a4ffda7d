"""Poolings and normalisations: what torch refuses is refused, by an error of the same kind.

Each call is written once, for either library: ``m`` is the library and ``F`` its functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import convolens as cl

from .peer import outcome, torch

Call = Callable[[Any, Any], Any]

SHAPES = (
    (0, 3, 4, 4),
    (2, 0, 4, 4),
    (2, 3, 0, 4),
    (3, 4, 4),
    (0, 4, 4),
    (4, 4),
    (4,),
    (1, 2, 1, 1),
)


def window(pool: str) -> dict[str, Call]:
    """Calls of a pooling with a window."""

    def call(*arguments: Any, **options: Any) -> Call:
        return lambda m, F: getattr(F, pool)(m.zeros(1, 1, 8, 8), *arguments, **options)

    return {
        **{
            f"{pool} of {shape}": lambda m, F, s=shape: getattr(F, pool)(m.zeros(*s), 2)
            for shape in SHAPES
        },
        f"{pool} padding above half": call(3, 1, 2),
        f"{pool} negative padding": call(3, 1, -1),
        f"{pool} no kernel": call(0),
        f"{pool} negative kernel": call(-2),
        f"{pool} no stride": call(2, 0),
        f"{pool} negative stride": call(2, -1),
        f"{pool} empty stride": call(2, ()),
        f"{pool} one number in a tuple": call((2,)),
        f"{pool} three numbers": call((2, 2, 2)),
        f"{pool} three strides": call(2, (2, 2, 2)),
        f"{pool} large kernel": call(9),
        f"{pool} a text": call("2"),
    }


def adaptive(pool: str) -> dict[str, Call]:
    """Calls of a pooling to a given size."""

    def call(size: Any) -> Call:
        return lambda m, F: getattr(F, pool)(m.zeros(1, 1, 4, 4), size)

    return {
        **{
            f"{pool} of {shape}": lambda m, F, s=shape: getattr(F, pool)(m.zeros(*s), 2)
            for shape in SHAPES
        },
        **{
            f"{pool} to {size}": call(size)
            for size in (0, 1, -1, (2, None), (None, None), (2,), (2, 2, 2), (2, -1), None, "2")
        },
    }


def line(pool: str) -> dict[str, Call]:
    return {
        f"{pool} to {size}": lambda m, F, s=size: getattr(F, pool)(m.zeros(1, 1, 4), s)
        for size in (2, (2,), (2, 2), None, (None,), -1)
    }


def unpool(**options: Any) -> Call:
    return lambda m, F: F.max_unpool2d(
        m.zeros(1, 1, 2, 2), m.zeros(1, 1, 2, 2).long(), **({"kernel_size": 2} | options)
    )


def index(change: Callable[[Any], Any], shape: tuple[int, ...] = (1, 1, 2, 2)) -> Call:
    return lambda m, F: F.max_unpool2d(m.zeros(*shape), change(m.zeros(*shape).long()), 2)


def batch(*shape: int, **options: Any) -> Call:
    """A batch normalisation; options that are numbers are the lengths of parameters."""

    def call(m: Any, F: Any) -> Any:
        lengths = {"running_mean": 4, "running_var": 4} | options
        given = {
            name: m.ones(value) if type(value) is int else value for name, value in lengths.items()
        }
        return F.batch_norm(m.ones(*shape), **given)

    return call


def group(*shape: int, groups: int = 2, **options: int) -> Call:
    return lambda m, F: F.group_norm(
        m.zeros(*shape), groups, **{name: m.ones(size) for name, size in options.items()}
    )


def layer(make: Callable[[Any], Any], *shape: int) -> Call:
    return lambda m, F: make(m.nn)(m.zeros(*shape))


CALLS: dict[str, Call] = {
    **window("max_pool2d"),
    **window("avg_pool2d"),
    **adaptive("adaptive_avg_pool2d"),
    **adaptive("adaptive_max_pool2d"),
    **line("adaptive_avg_pool1d"),
    **line("adaptive_max_pool1d"),
    "max pooling no dilation": lambda m, F: F.max_pool2d(m.zeros(1, 1, 8, 8), 2, dilation=0),
    "max pooling wide padding": lambda m, F: F.max_pool2d(m.zeros(1, 1, 9, 9), 3, 1, 2, 2),
    "max pooling of a line": lambda m, F: F.max_pool1d(m.zeros(4), 2),
    "max pooling of whole lines": lambda m, F: F.max_pool1d(m.zeros(2, 2, 4).long(), 2),
    "max pooling of whole numbers": lambda m, F: F.max_pool2d(m.zeros(2, 2, 4, 4).long(), 2),
    "average divided by 0": lambda m, F: F.avg_pool2d(m.ones(1, 1, 4, 4), 2, divisor_override=0),
    "volume divided by 0": lambda m, F: F.avg_pool3d(m.ones(1, 1, 4, 4, 4), 2, divisor_override=0),
    "divided by a half": lambda m, F: F.avg_pool2d(m.ones(1, 1, 4, 4), 2, divisor_override=0.5),
    "volume smaller than the window": lambda m, F: F.avg_pool3d(m.zeros(1, 1, 1, 3, 3), 3, 1, 1),
    "norm large kernel": lambda m, F: F.lp_pool2d(m.ones(1, 1, 4, 4), 2.0, 5),
    "norm of an image": lambda m, F: F.lp_pool2d(m.ones(1, 4, 4), 2.0, 2),
    "norm of no image": lambda m, F: F.lp_pool2d(m.ones(0, 1, 4, 4), 2.0, 2),
    "norm nan": lambda m, F: F.lp_pool2d(m.ones(1, 1, 4, 4), float("nan"), 2),
    "norm infinite": lambda m, F: F.lp_pool2d(m.ones(1, 1, 4, 4), float("inf"), 2),
    "unpool": unpool(),
    "unpool to a size": unpool(output_size=(5, 3)),
    "unpool to a shape": unpool(output_size=(1, 1, 5, 3)),
    "unpool too large": unpool(output_size=(6, 4)),
    "unpool too small": unpool(output_size=(2, 4)),
    "unpool to one number": unpool(output_size=(5,)),
    "unpool to nothing": unpool(padding=3),
    "unpool to a number": unpool(output_size=4),
    "unpool to halves": unpool(output_size=(4.5, 4)),
    "norm of a text": lambda m, F: F.lp_pool2d(m.ones(1, 1, 4, 4), "2", 2),
    "norm of nothing": lambda m, F: F.lp_pool2d(m.ones(1, 1, 4, 4), None, 2),
    "adaptive halves": lambda m, F: F.adaptive_avg_pool2d(m.ones(1, 1, 4, 4), (2.5, 2)),
    "divisor of many digits": lambda m, F: F.avg_pool2d(
        m.ones(1, 1, 4, 4), 2, divisor_override=10**400
    ),
    "group of halves": group(1, 4, 3, groups=2.0),  # type: ignore[arg-type]
    "layer of a number": lambda m, F: F.layer_norm(m.ones(3, 4), 4),
    "nn BatchNorm1d of halves": lambda m, F: m.nn.BatchNorm1d(2.5),
    "nn LayerNorm of halves": lambda m, F: m.nn.LayerNorm(2.5),
    "unpool three kernels": unpool(kernel_size=(2, 2, 2)),
    "unpool index": index(lambda i: i + 15),
    "unpool high index": index(lambda i: i + 16),
    "unpool negative index": index(lambda i: i - 1),
    "unpool float index": index(lambda i: i.float()),
    "unpool fewer indices": index(lambda i: i[..., :1]),
    "unpool an image": index(lambda i: i, (1, 2, 2)),
    "unpool no image": index(lambda i: i, (0, 1, 2, 2)),
    "unpool no channel": index(lambda i: i, (1, 0, 2, 2)),
    "unpool no pixel": index(lambda i: i, (1, 1, 0, 2)),
    "unpool a matrix": index(lambda i: i, (2, 2)),
    "unpool whole numbers": lambda m, F: F.max_unpool2d(
        m.zeros(1, 1, 2, 2).long(), m.zeros(1, 1, 2, 2).long(), 2
    ),
    "unpool volume no stride": lambda m, F: m.nn.MaxUnpool3d(2, 0)(
        m.zeros(1, 1, 1, 1, 1), m.zeros(1, 1, 1, 1, 1).long()
    ),
    "batch": batch(2, 4, 3, training=True),
    "batch evaluated": batch(2, 4, 3),
    "batch empty": batch(0, 4, 3, training=True),
    "batch without pixels": batch(2, 4, 0, training=True),
    "batch empty evaluated": batch(0, 4, 3),
    "batch of one": batch(1, 4, training=True),
    "batch of one pixel": batch(1, 4, 1, 1, training=True),
    "batch of one evaluated": batch(1, 4),
    "batch rank 1": batch(4, training=True),
    "batch mean": batch(2, 4, running_mean=3, training=True),
    "batch variance": batch(2, 4, running_var=5),
    "batch no mean": batch(2, 4, running_mean=None),
    "batch no variance": batch(2, 4, running_var=None, training=True),
    "batch no averages": batch(2, 4, running_mean=None, running_var=None),
    "batch weight": batch(2, 4, weight=3),
    "batch bias": batch(2, 4, bias=5, training=True),
    "batch bias only": batch(2, 4, bias=4),
    "batch weight only": batch(2, 4, weight=4, training=True),
    "batch eps 0": batch(2, 4, training=True, eps=0.0),
    "batch eps 0 evaluated": batch(2, 4, eps=0.0),
    "batch eps below 0": batch(2, 4, eps=-1.0),
    "batch momentum": batch(2, 4, training=True, momentum=2.0),
    "batch types": lambda m, F: F.batch_norm(m.zeros(2, 4).double(), m.zeros(4), m.ones(4)),
    "batch weight types": lambda m, F: F.batch_norm(
        m.zeros(2, 4), m.zeros(4), m.ones(4), m.ones(4).double(), m.ones(4).double()
    ),
    "batch whole numbers": lambda m, F: F.batch_norm(m.zeros(2, 4).long(), m.zeros(4), m.ones(4)),
    "group": group(1, 4, 3),
    "group empty": group(0, 4, 3, 3),
    "group without pixels": group(2, 4, 0, 3),
    "group without channels": group(2, 0, 3, 3, groups=1),
    "group of one": group(1, 2, 1),
    "group of one of two": group(2, 2, 1),
    "group four of four": group(1, 4, groups=4),
    "group three of four": group(1, 4, 3, groups=3),
    "group negative": group(1, 4, 3, groups=-1),
    "group rank 1": group(4),
    "group weight": group(1, 4, 3, weight=3),
    "group bias": group(1, 4, 3, bias=5),
    "instance": lambda m, F: F.instance_norm(m.zeros(2, 4, 3, 3)),
    "instance empty": lambda m, F: F.instance_norm(m.zeros(0, 4, 3, 3)),
    "instance without pixels": lambda m, F: F.instance_norm(m.zeros(2, 4, 0, 3)),
    "instance of one": lambda m, F: F.instance_norm(m.zeros(2, 4, 1, 1)),
    "instance rank 2": lambda m, F: F.instance_norm(m.zeros(2, 4)),
    "instance averages": lambda m, F: F.instance_norm(
        m.zeros(2, 4, 1, 1), m.zeros(4), m.ones(4), use_input_stats=False
    ),
    "instance no averages": lambda m, F: F.instance_norm(
        m.zeros(2, 4, 2, 2), use_input_stats=False
    ),
    "instance mean": lambda m, F: F.instance_norm(m.zeros(2, 4, 2, 2), m.zeros(3), m.ones(3)),
    "layer": lambda m, F: F.layer_norm(m.zeros(3, 4), (4,)),
    "layer empty": lambda m, F: F.layer_norm(m.zeros(0, 4), (4,)),
    "layer empty rows": lambda m, F: F.layer_norm(m.zeros(3, 0), (0,)),
    "layer other rows": lambda m, F: F.layer_norm(m.zeros(3, 4), (3,)),
    "layer no axes": lambda m, F: F.layer_norm(m.zeros(3, 4), ()),
    "layer more axes": lambda m, F: F.layer_norm(m.zeros(4), (3, 4)),
    "layer weight": lambda m, F: F.layer_norm(m.zeros(3, 4), (4,), m.ones(3)),
    "layer weight of rows": lambda m, F: F.layer_norm(m.zeros(2, 3, 4), (3, 4), m.ones(4)),
    "nn BatchNorm2d": layer(lambda nn: nn.BatchNorm2d(3), 2, 3, 3, 3),
    "nn BatchNorm2d channels": layer(lambda nn: nn.BatchNorm2d(3), 2, 4, 3, 3),
    "nn BatchNorm2d of a line": layer(lambda nn: nn.BatchNorm2d(3), 2, 3, 3),
    "nn BatchNorm1d of an image": layer(lambda nn: nn.BatchNorm1d(3), 2, 3, 3, 3),
    "nn BatchNorm3d of an image": layer(lambda nn: nn.BatchNorm3d(3), 2, 3, 3, 3),
    "nn BatchNorm1d of -1": lambda m, F: m.nn.BatchNorm1d(-1),
    "nn BatchNorm1d of 0": lambda m, F: m.nn.BatchNorm1d(0),
    "nn GroupNorm": lambda m, F: m.nn.GroupNorm(3, 4),
    "nn GroupNorm channels": layer(lambda nn: nn.GroupNorm(2, 4), 2, 6, 3),
    "nn LayerNorm of -1": lambda m, F: m.nn.LayerNorm(-1),
    "nn LayerNorm of no axes": lambda m, F: m.nn.LayerNorm(()),
    "nn LayerNorm rows": layer(lambda nn: nn.LayerNorm(4), 4, 3),
    "nn InstanceNorm1d": layer(lambda nn: nn.InstanceNorm1d(3), 3, 2),
    "nn InstanceNorm2d": layer(lambda nn: nn.InstanceNorm2d(3), 3, 2, 2),
    "nn InstanceNorm2d of a line": layer(lambda nn: nn.InstanceNorm2d(3), 3, 2),
    "nn InstanceNorm2d channels": layer(lambda nn: nn.InstanceNorm2d(3, affine=True), 1, 4, 2, 2),
    "nn InstanceNorm2d tracked channels": layer(
        lambda nn: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), 1, 4, 2, 2
    ),
    "nn AdaptiveAvgPool2d of -1": layer(lambda nn: nn.AdaptiveAvgPool2d(-1), 1, 1, 4, 4),
    "nn MaxPool2d no kernel": layer(lambda nn: nn.MaxPool2d(0), 1, 1, 4, 4),
    "nn LPPool2d": layer(lambda nn: nn.LPPool2d(2, 3), 1, 1, 8, 8),
}

#: What torch computes and convolens refuses, and why.
STRICTER = {
    "norm nan": "it is a mistake: every result would be NaN",
    "max pooling of whole numbers": "gradients and kernels are those of floats",
    "adaptive_max_pool2d of (0, 4, 4)": "an image without channels, not an empty batch",
}
#: What convolens computes and torch refuses, and why.
WIDER = {
    "volume smaller than the window": "padding makes it large enough, as it does on two axes",
}

#: What both refuse, but torch by an IndexError of its own code, before it has looked at all.
STUMBLES = {"avg_pool2d of (4, 4)", "avg_pool2d of (4,)", "unpool three kernels"}


@pytest.mark.parametrize("name", CALLS)
def test_refused_by_both_or_by_neither(name: str) -> None:
    theirs = outcome(lambda: CALLS[name](torch, torch.nn.functional))
    ours = outcome(lambda: CALLS[name](cl, cl.nn.functional))
    if isinstance(theirs, Exception) and name not in WIDER:
        assert isinstance(ours, Exception), f"torch: {type(theirs).__name__}: {theirs}"
        kind = RuntimeError if isinstance(theirs, RuntimeError) else type(theirs)
        if name in STUMBLES:
            assert kind is IndexError
            return
        assert isinstance(ours, kind), (type(ours).__mro__, kind, str(theirs))
        assert isinstance(ours, cl.errors.ConvolensError)
    elif isinstance(ours, Exception):
        assert name in STRICTER, ours
    else:
        assert isinstance(theirs, Exception) == (name in WIDER)
        if hasattr(theirs, "shape"):
            assert tuple(ours.shape) == tuple(theirs.shape)


def test_the_tables_of_differences_are_true() -> None:
    """What is listed still differs."""
    for name in (*STRICTER, *WIDER):
        theirs = outcome(lambda n=name: CALLS[n](torch, torch.nn.functional))
        ours = outcome(lambda n=name: CALLS[n](cl, cl.nn.functional))
        assert isinstance(ours, Exception) == (name in STRICTER), name
        assert isinstance(theirs, Exception) == (name in WIDER), name
