"""Layers and windows for property tests: whatever can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from convolens.errors import ConvolensError
from convolens.lens.notation import KINDS, Kind, LayerSpec
from convolens.ops._taps import Window


@st.composite
def layers(draw: st.DrawFn, kinds: Sequence[Kind] = KINDS, most_groups: int = 3) -> LayerSpec:
    """Draw a layer that can be: of these kinds, any rank, and attributes in their range."""
    kind = draw(st.sampled_from(kinds))
    rank = 2 if kind == "separable" else draw(st.integers(1, 3))
    pools, moved = kind in ("max_pool", "avg_pool"), kind == "conv_transpose"

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank)))

    groups = 1 if pools or kind == "separable" else draw(st.integers(1, most_groups))
    more: dict[str, Any] = {}
    if kind in ("conv", "separable"):
        more["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        more["padding"] = draw(
            st.one_of(
                st.sampled_from(["valid", "same", "same_fixed", "same_tf", "full"]),
                st.just(tuple(zip(each(0, 3), each(0, 3), strict=True))),
            )
        )
    else:
        more["padding"] = tuple((cells, cells) for cells in each(0, 2))
    if pools:
        more["ceil_mode"] = draw(st.booleans())
        more["count_include_pad"] = kind == "max_pool" or draw(st.booleans())
    else:
        more["bias"] = draw(st.booleans())
        more["out_channels"] = groups * draw(st.integers(1, 3))
    if moved:
        more["output_padding"] = each(0, 1)
    if kind == "separable":
        more["multiplier"] = draw(st.integers(1, 2))
    try:
        return LayerSpec(
            (groups * draw(st.integers(1, 3)), *each(3, 9)),
            each(1, 4),
            kind,
            each(1, 3),
            dilation=(1,) * rank if kind == "avg_pool" else each(1, 2),
            groups=groups,
            **more,
        )
    except ConvolensError:
        assume(False)
        raise


def windows() -> st.SearchStrategy[Window]:
    """Draw windows that fit an axis of 40 inputs."""
    pairs = st.tuples(st.integers(0, 3), st.integers(0, 3))
    return st.builds(
        Window, st.integers(1, 5), st.integers(1, 4), padding=pairs, dilation=st.integers(1, 3)
    )
