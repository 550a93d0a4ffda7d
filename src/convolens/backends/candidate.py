"""A candidate: one way to compute an operator."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from convolens.ops import Array, Op
from convolens.spec import TensorSpec

Specs = tuple[TensorSpec, ...]
Arrays = Sequence[Any]
#: Takes the input arrays and returns a new array.
Run = Callable[..., Array]
#: Takes the input arrays of two calls, laid out as each wants them, and returns both results.
RunBoth = Callable[[Arrays, Arrays], tuple[Array, Array]]


@dataclass(frozen=True)
class Packed:
    """A run that first lays out some of its inputs in an order of its own, which can be kept.

    Args:
        indices: Which inputs it lays out.
        layout: Equal for runs that read the same layout of the same array.
        pack: Lays an input out.
        run: As a ``Run``, with what ``pack`` made in the places of those inputs.
        borrow: Makes of an input what ``run`` can take instead, for one call and with the same
            bits, where to lay it out takes longer than a call without. None where it does not.
    """

    indices: tuple[int, ...]
    layout: Hashable
    pack: Callable[[Array], Any]
    run: Callable[..., Array]
    borrow: Callable[[Array], Any] | None = None

    def __call__(self, *arrays: Array) -> Array:
        """Compute a call, keeping nothing."""
        inputs: list[Any] = list(arrays)
        for index in self.indices:
            inputs[index] = (self.borrow or self.pack)(arrays[index])
        return self.run(*inputs)


class Chosen(NamedTuple):
    """A call for which a way to compute it has been chosen."""

    op: Op
    specs: Specs
    output: TensorSpec
    name: str


#: Makes the function that computes two calls in one pass, or None where there is none.
PrepareBoth = Callable[[Chosen, Chosen], RunBoth | None]


@dataclass(frozen=True)
class Candidate:
    """One way to compute an operator.

    Args:
        name: What it is called, such as ``direct``.
        refuse: Why it cannot compute a call, in words; the empty string if it can.
        nanoseconds: About how long a call takes on one core.
        prepare: Makes the function that computes calls on inputs of the given specs, into an output
            of the given spec. What can be decided from the specs alone is decided here, once.
        scratch: The bytes of arrays that it makes itself for a call, besides those of its kernels.
        exact: Whether it adds up the definition's own products, in whatever order.
        any_order: Whether it takes arrays of any strides as they are. Others are given dense ones.
    """

    name: str
    refuse: Callable[[Op, Specs], str]
    nanoseconds: Callable[[Op, Specs], float]
    prepare: Callable[[Op, Specs, TensorSpec], Run]
    exact: bool = True
    any_order: bool = False
    scratch: Callable[[Op, Specs], int] = lambda op, specs: 0
