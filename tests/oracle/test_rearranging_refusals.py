"""What torch refuses of padding, resampling, patches and rearranging is refused; the rest is not.

Each call is written once, for either library: ``m`` is the library and ``F`` its functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import convolens as cl

from .peer import outcome, torch

Call = Callable[[Any, Any], Any]

CALLS: dict[str, Call] = {
    # Padding.
    "pad odd": lambda m, F: F.pad(m.zeros(1, 2, 3), (1,)),
    "pad too many": lambda m, F: F.pad(m.zeros(1, 2, 3), (1,) * 8),
    "pad of a number": lambda m, F: F.pad(m.zeros(()), (1, 1)),
    "pad a fraction": lambda m, F: F.pad(m.zeros(1, 2, 3), (1.5, 1)),
    "pad text": lambda m, F: F.pad(m.zeros(1, 2, 3), ("a", 1)),
    "pad one number": lambda m, F: F.pad(m.zeros(1, 2, 3), 2),
    "pad a list": lambda m, F: F.pad(m.zeros(1, 2, 3), [1, 1]),
    "pad mode": lambda m, F: F.pad(m.zeros(1, 2, 3), (1, 1), "mirror"),
    "pad crop": lambda m, F: F.pad(m.zeros(1, 2, 3), (-2, -2)),
    "pad crop and add": lambda m, F: F.pad(m.zeros(1, 2, 3), (-4, 9)),
    "pad crop all": lambda m, F: F.pad(m.zeros(1, 2, 3), (-1, -2)),
    "pad value of reflect": lambda m, F: F.pad(m.zeros(1, 2, 3), (1, 1), "reflect", 1.0),
    "pad zero of reflect": lambda m, F: F.pad(m.zeros(1, 2, 3), (1, 1), "reflect", 0.0),
    **{
        f"pad {mode} {what}": lambda m, F, mode=mode, shape=shape, pad=pad: F.pad(
            m.zeros(shape), pad, mode
        )
        for mode in ("reflect", "replicate", "circular")
        for what, shape, pad in (
            ("a vector", (3,), (1, 1)),
            ("a matrix along two", (3, 3), (1,) * 4),
            ("an image along one", (2, 3, 3, 3), (1, 1)),
            ("a block along two", (1, 2, 3, 3, 3), (1,) * 4),
            ("six axes", (1, 1, 2, 3, 3, 3), (1,) * 6),
            ("no axes", (2, 3), ()),
            ("odd", (2, 3, 3), (1, 1, 1)),
            ("no width", (2, 3, 0), (1, 1)),
            ("no batch", (0, 3, 3), (1, 1)),
            ("as wide", (1, 1, 3), (3, 0)),
            ("wider", (1, 1, 3), (0, 4)),
            ("crop all", (1, 1, 3), (-1, -2)),
            ("crop more", (1, 1, 3), (-2, -2)),
            ("crop and add", (1, 1, 3), (3, -2)),
        )
    },
    "pad reflect no channels": lambda m, F: F.pad(m.zeros(2, 0, 3), (1, 1), "reflect"),
    "pad circular no channels": lambda m, F: F.pad(m.zeros(2, 0, 3), (1, 1), "circular"),
    "pad layer of three": lambda m, F: m.nn.ReflectionPad2d((1, 1, 1))(m.zeros(1, 2, 4, 4)),
    "pad layer rank": lambda m, F: m.nn.ReplicationPad2d(1)(m.zeros(1, 2, 4, 4, 4)),
    "pad layer too wide": lambda m, F: m.nn.ReflectionPad1d(4)(m.zeros(1, 2, 4)),
    # Resampling.
    "resample nothing": lambda m, F: F.interpolate(m.zeros(1, 1, 4)),
    "resample both": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=3, scale_factor=2),
    "resample rank 2": lambda m, F: F.interpolate(m.zeros(1, 4), size=3),
    "resample rank 6": lambda m, F: F.interpolate(m.zeros(1, 1, 4, 4, 4, 4), size=3),
    "resample sizes": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=(3, 3)),
    "resample factors": lambda m, F: F.interpolate(m.zeros(1, 1, 4, 4), scale_factor=(2,)),
    "resample size 0": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=0),
    "resample size -2": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=-2),
    "resample size 2.5": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=2.5),
    "resample sizes 2.5": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=(2.5,)),
    "resample factor 0": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor=0),
    "resample factor -1": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor=-1),
    "resample factor 0.1": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor=0.1),
    "resample factor nan": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor=float("nan")),
    "resample factor inf": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor=float("inf")),
    "resample factor huge": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor=1e30),
    "resample factor text": lambda m, F: F.interpolate(m.zeros(1, 1, 4), scale_factor="2"),
    "resample no batch": lambda m, F: F.interpolate(m.zeros(0, 1, 4, 4), size=3),
    "resample no channels": lambda m, F: F.interpolate(m.zeros(1, 0, 4, 4), size=3),
    "resample no rows": lambda m, F: F.interpolate(m.zeros(1, 1, 0, 4), size=3),
    "resample whole numbers": lambda m, F: F.interpolate(m.zeros(1, 1, 4).long(), size=3),
    "resample bytes": lambda m, F: F.interpolate(m.zeros(1, 1, 4, dtype=m.uint8), size=3),
    "resample mode": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=3, mode="cubic"),
    "resample mode None": lambda m, F: F.interpolate(m.zeros(1, 1, 4), size=3, mode=None),
    "resample bilinear of a line": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4), size=3, mode="bilinear"
    ),
    "resample linear of an image": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4, 4), size=3, mode="linear"
    ),
    "resample trilinear of an image": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4, 4), size=3, mode="trilinear"
    ),
    "resample bicubic of a block": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4, 4, 4), size=3, mode="bicubic"
    ),
    "resample corners of nearest": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4), size=3, align_corners=False
    ),
    "resample corners of area": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4), size=3, mode="area", align_corners=True
    ),
    "resample recomputed size": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4), size=3, recompute_scale_factor=True
    ),
    "resample antialias of nearest": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4), size=3, antialias=True
    ),
    "resample antialias": lambda m, F: F.interpolate(
        m.zeros(1, 1, 4, 4), size=3, mode="bilinear", antialias=True
    ),
    "resample layer of nothing": lambda m, F: m.nn.Upsample()(m.zeros(1, 1, 4)),
    "resample layer factor text": lambda m, F: m.nn.Upsample(scale_factor="x"),
    # Patches.
    "unfold wide": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), 6),
    "unfold 0": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), 0),
    "unfold padding": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), 3, padding=-1),
    "unfold stride": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), 3, stride=0),
    "unfold dilation": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), 3, dilation=0),
    "unfold three sizes": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), (3, 3, 3)),
    "unfold one size": lambda m, F: F.unfold(m.zeros(2, 3, 5, 5), (3,)),
    "unfold rank 5": lambda m, F: F.unfold(m.zeros(1, 2, 3, 5, 5), 3),
    "unfold one image": lambda m, F: F.unfold(m.zeros(3, 5, 5), 3),
    "unfold no batch": lambda m, F: F.unfold(m.zeros(0, 3, 5, 5), 3),
    "unfold no channels": lambda m, F: F.unfold(m.zeros(2, 0, 5, 5), 3),
    "unfold no rows": lambda m, F: F.unfold(m.zeros(2, 3, 0, 5), 3, padding=2),
    "unfold whole numbers": lambda m, F: F.unfold(m.zeros(1, 1, 4, 4).long(), 2),
    "fold rows": lambda m, F: F.fold(m.zeros(2, 26, 9), (5, 5), 3),
    "fold columns": lambda m, F: F.fold(m.zeros(2, 27, 8), (5, 5), 3),
    "fold small": lambda m, F: F.fold(m.zeros(2, 27, 9), (2, 2), 3),
    "fold one size": lambda m, F: F.fold(m.zeros(2, 27, 9), (5,), 3),
    "fold a number": lambda m, F: F.fold(m.zeros(2, 27, 9), 5, 3),
    "fold three sizes": lambda m, F: F.fold(m.zeros(2, 27, 9), (5, 5, 5), 3),
    "fold rank 4": lambda m, F: F.fold(m.zeros(2, 3, 27, 9), (5, 5), 3),
    "fold no size": lambda m, F: F.fold(m.zeros(2, 9, 9), (0, 5), 3),
    "fold negative size": lambda m, F: F.fold(m.zeros(2, 27, 9), (-5, 5), 3),
    "fold no rows": lambda m, F: F.fold(m.zeros(2, 0, 9), (5, 5), 3),
    "fold no columns": lambda m, F: F.fold(m.zeros(2, 27, 0), (5, 5), 3),
    "fold no batch": lambda m, F: F.fold(m.zeros(0, 27, 9), (5, 5), 3),
    "fold whole numbers": lambda m, F: F.fold(m.zeros(1, 4, 9).long(), (4, 4), 2),
    "unfold layer": lambda m, F: m.nn.Unfold(3, stride=0)(m.zeros(2, 3, 5, 5)),
    # Shuffles.
    "pixel_shuffle channels": lambda m, F: F.pixel_shuffle(m.zeros(1, 3, 2, 2), 2),
    "pixel_shuffle 0": lambda m, F: F.pixel_shuffle(m.zeros(1, 4, 2, 2), 0),
    "pixel_shuffle -1": lambda m, F: F.pixel_shuffle(m.zeros(1, 4, 2, 2), -1),
    "pixel_shuffle 1.5": lambda m, F: F.pixel_shuffle(m.zeros(1, 4, 2, 2), 1.5),
    "pixel_shuffle rank": lambda m, F: F.pixel_shuffle(m.zeros(4, 2), 2),
    "pixel_shuffle no batch": lambda m, F: F.pixel_shuffle(m.zeros(0, 4, 3, 2), 2),
    "pixel_shuffle no channels": lambda m, F: F.pixel_shuffle(m.zeros(1, 0, 2, 2), 2),
    "pixel_unshuffle rows": lambda m, F: F.pixel_unshuffle(m.zeros(1, 3, 3, 2), 2),
    "pixel_unshuffle columns": lambda m, F: F.pixel_unshuffle(m.zeros(1, 3, 2, 3), 2),
    "pixel_unshuffle 0": lambda m, F: F.pixel_unshuffle(m.zeros(1, 4, 2, 2), 0),
    "pixel_unshuffle rank": lambda m, F: F.pixel_unshuffle(m.zeros(2, 2), 2),
    "channel_shuffle groups": lambda m, F: F.channel_shuffle(m.zeros(1, 3, 2, 2), 2),
    "channel_shuffle 0": lambda m, F: F.channel_shuffle(m.zeros(1, 4, 2, 2), 0),
    "channel_shuffle rank": lambda m, F: F.channel_shuffle(m.zeros(4, 2), 2),
    "channel_shuffle no channels": lambda m, F: F.channel_shuffle(m.zeros(1, 0, 2, 2), 2),
    # Parts.
    "split 0": lambda m, F: m.zeros(2, 3).split(0),
    "split 0 of nothing": lambda m, F: m.zeros(0, 3).split(0)[0],
    "split -1": lambda m, F: m.zeros(2, 3).split(-1),
    "split sizes": lambda m, F: m.zeros(2, 3).split([1, 1], 1),
    "split negative sizes": lambda m, F: m.zeros(2, 3).split([4, -1], 1),
    "split axis": lambda m, F: m.zeros(2, 3).split(1, 2),
    "split of a number": lambda m, F: m.zeros(()).split(1),
    "split by a fraction": lambda m, F: m.zeros(2, 3).split(1.5),
    "chunk 0": lambda m, F: m.zeros(2, 3).chunk(0),
    "chunk of a number": lambda m, F: m.zeros(()).chunk(1),
    "chunk axis": lambda m, F: m.zeros(2, 3).chunk(2, 5),
    "unbind axis": lambda m, F: m.zeros(2, 3).unbind(2),
    "unbind of a number": lambda m, F: m.zeros(()).unbind(),
    "narrow beyond": lambda m, F: m.zeros(2, 3).narrow(0, 1, 2),
    "narrow start": lambda m, F: m.zeros(2, 3).narrow(0, 3, 0),
    "narrow negative start": lambda m, F: m.zeros(2, 3).narrow(0, -3, 1),
    "narrow length": lambda m, F: m.zeros(2, 3).narrow(0, 0, -1),
    "narrow at the end": lambda m, F: m.zeros(2, 3).narrow(0, 2, 0),
    "narrow of a number": lambda m, F: m.zeros(()).narrow(0, 0, 1),
    # Copies and orders.
    "stack nothing": lambda m, F: m.stack([]),
    "stack shapes": lambda m, F: m.stack([m.zeros(2), m.zeros(3)]),
    "stack axis": lambda m, F: m.stack([m.zeros(2)], 2),
    "stack a tensor": lambda m, F: m.stack(m.zeros(2, 3)),
    "stack numbers": lambda m, F: m.stack([1, 2]),
    "stack types": lambda m, F: m.stack([m.zeros(2), m.zeros(2).double()]),
    "repeat few": lambda m, F: m.zeros(2, 3).repeat(2),
    "repeat -1": lambda m, F: m.zeros(2, 3).repeat(-1, 1),
    "repeat nothing": lambda m, F: m.zeros(2, 3).repeat(),
    "expand other": lambda m, F: m.zeros(3).expand(2, 4),
    "expand few": lambda m, F: m.zeros(1, 3).expand(3),
    "expand new -1": lambda m, F: m.zeros(3).expand(-1, 3),
    "expand -2": lambda m, F: m.zeros(1).expand(-2),
    "expand to nothing": lambda m, F: m.zeros(1, 3).expand(0, 3),
    "broadcast_to other": lambda m, F: m.broadcast_to(m.zeros(3), (2, 4)),
    "flip axis": lambda m, F: m.zeros(2, 3).flip(2),
    "flip twice": lambda m, F: m.zeros(2, 3).flip(0, 0),
    "flip nothing": lambda m, F: m.zeros(2, 3).flip(),
    "flip by a number": lambda m, F: m.flip(m.zeros(2, 3), 0),
    "roll axis": lambda m, F: m.zeros(2, 3).roll(1, 2),
    "roll fewer": lambda m, F: m.zeros(2, 3).roll(1, (0, 1)),
    "roll more": lambda m, F: m.zeros(2, 3).roll((1, 2), 0),
    "roll all by two": lambda m, F: m.zeros(2, 3).roll((1, 2)),
    "roll by nothing": lambda m, F: m.zeros(2, 3).roll(()),
    "roll of a number": lambda m, F: m.zeros(()).roll(1, 0),
    "roll by a fraction": lambda m, F: m.zeros(2, 3).roll(1.5, 0),
    "movedim twice": lambda m, F: m.zeros(2, 3, 4).movedim((0, 0), (1, 2)),
    "movedim to one place": lambda m, F: m.zeros(2, 3, 4).movedim((0, 1), (1, 1)),
    "movedim axis": lambda m, F: m.zeros(2, 3).movedim(0, 2),
    "movedim fewer": lambda m, F: m.zeros(2, 3).movedim((0, 1), (1,)),
    "movedim of a number": lambda m, F: m.zeros(()).movedim(0, 0),
    "swapaxes axis": lambda m, F: m.zeros(2, 3).swapaxes(0, 2),
    "t of three": lambda m, F: m.zeros(2, 3, 4).t(),
    "T of a number": lambda m, F: m.zeros(()).T,
    "T of three": lambda m, F: m.zeros(2, 3, 4).T,
    "mT of a vector": lambda m, F: m.zeros(2).mT,
    "permute few": lambda m, F: m.permute(m.zeros(2, 3, 4), (0, 1)),
    "unflatten product": lambda m, F: m.zeros(2, 4).unflatten(1, (2, 3)),
    "unflatten -1": lambda m, F: m.zeros(2, 4).unflatten(1, (3, -1)),
    "unflatten -1 twice": lambda m, F: m.zeros(2, 4).unflatten(1, (-1, -1)),
    "unflatten nothing": lambda m, F: m.zeros(2, 4).unflatten(1, ()),
    "unflatten axis": lambda m, F: m.zeros(2, 4).unflatten(2, (1,)),
    "unflatten to a number": lambda m, F: m.zeros(2, 4).unflatten(1, 4),
    "unflatten of a number": lambda m, F: m.zeros(()).unflatten(0, (1,)),
    "unflatten of nothing": lambda m, F: m.zeros(2, 0).unflatten(1, (0, -1)),
    "unflatten layer": lambda m, F: m.nn.Unflatten(1, 3),
    "unflatten layer fraction": lambda m, F: m.nn.Unflatten(1, (3.0, 1)),
    "squeeze twice": lambda m, F: m.zeros(1, 3, 1).squeeze((0, 0)),
}

#: What torch computes and convolens refuses, and why.
STRICTER = {
    "resample antialias": "it is not built; the text names mode='area'",
    "resample bytes": "kernels and gradients are for floats: x.float()",
    "T of three": "torch warns that it will be refused",
}
#: What convolens computes and torch refuses, and why.
WIDER: dict[str, str] = {}


@pytest.mark.filterwarnings("ignore:The use of `x.T`:UserWarning")
@pytest.mark.filterwarnings("ignore:Tensor.T is deprecated:UserWarning")
@pytest.mark.parametrize("name", CALLS)
def test_refused_by_both_or_by_neither(name: str) -> None:
    call = CALLS[name]
    theirs = outcome(lambda: call(torch, torch.nn.functional))
    ours = outcome(lambda: call(cl, cl.nn.functional))
    refused = isinstance(theirs, Exception)
    if name in STRICTER or name in WIDER:
        assert isinstance(ours, Exception) == (name in STRICTER), ours
        assert refused == (name in WIDER), theirs
    elif refused:
        assert isinstance(ours, Exception), f"torch: {type(theirs).__name__}: {theirs}"
        kind = RuntimeError if isinstance(theirs, RuntimeError) else type(theirs)
        assert isinstance(ours, kind), (type(ours).__mro__, kind, str(theirs))
        assert str(ours)
    else:
        assert not isinstance(ours, Exception), ours
        assert tuple(ours.shape) == tuple(theirs.shape)
