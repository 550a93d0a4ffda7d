"""The record of what was computed: one node a call, for the backward pass."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from operator import is_
from typing import TYPE_CHECKING, Any, final
from weakref import ref

import numpy as np

from convolens.backends.candidate import Packed, Specs
from convolens.backends.layout import dense, is_dense
from convolens.ops import Array, Op
from convolens.spec import TensorSpec
from convolens.tensor.program import gradient_program

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor

LayOut = Callable[[Array], Any]

_count = itertools.count()


@final
class Version:
    """Counts the changes of a piece of memory. Views of it share one.

    It keeps what kernels laid out in an order of their own, until the memory changes. Memory that
    is ``shared`` with arrays outside the library may change unseen: of it nothing is kept.

    Tensors that should have memory of their own may borrow this one, as long as nothing changes it
    and no array outside the library has it: before that they are given copies.
    """

    __slots__ = ("_borrowers", "_kept", "_views", "number", "shared")

    def __init__(self, shared: bool = False) -> None:
        self.number = 0
        self.shared = shared
        self._kept: dict[Hashable, tuple[Any, Any]] | None = None
        self._borrowers: list[ref[Tensor]] | None = None
        # By its id: a tensor that is a view, or has one, and its family.
        self._views: dict[int, tuple[ref[Tensor], object]] | None = None

    def __reduce__(self) -> tuple[type[Version], tuple[bool]]:
        return Version, (self.shared,)  # a copy is memory of its own: nothing is laid out of it yet

    def bump(self) -> None:
        """Count a change."""
        self.number += 1
        self._kept = None

    def view(self, tensor: Tensor, view: Tensor) -> None:
        """Note that a tensor around this memory has a view.

        Both are of one family; what was detached, and is recorded apart, begins another.
        """
        views = self._views or {}
        if len(views).bit_count() == 1:  # now and then those that are gone are forgotten
            views = {key: known for key, known in views.items() if known[0]() is not None}
        self._views = views
        family = self._family(tensor)
        if family is None:
            family = object()
            views[id(tensor)] = ref(tensor), family
        views[id(view)] = ref(view), family

    def others_in(self, memory: Array, tensor: Tensor) -> bool:
        """Return whether another tensor of its family lies in a part of the memory."""
        family = self._family(tensor)
        if family is None or self._views is None:
            return False
        others = (known() for known, its in self._views.values() if its is family)
        return any(
            other is not None and other is not tensor and _share(other.array, memory)
            for other in others
        )

    def _family(self, tensor: Tensor) -> object | None:
        known, family = (self._views or {}).get(id(tensor), (None, None))
        # Another tensor may have had the same id.
        return family if known is not None and known() is tensor else None

    def lend(self, borrower: Tensor) -> None:
        """Note that a tensor around this memory should have its own."""
        self._borrowers = [*(self._borrowers or ()), ref(borrower)]

    def recall(self) -> None:
        """Give borrowers copies, since the memory is about to change or to be handed out."""
        if self._borrowers is not None:
            borrowers, self._borrowers = self._borrowers, None
            for borrower in borrowers:
                _settle(borrower(), self)

    def borrowed(self, tensor: Tensor) -> bool:
        """Return whether a tensor around this memory should have its own."""
        return self._borrowers is not None and any(b() is tensor for b in self._borrowers)

    def settle(self, tensor: Tensor) -> None:
        """Give a tensor a copy if it is a borrower, since a view of it is about to be made."""
        if self._borrowers is not None and self.borrowed(tensor):
            self._borrowers = [b for b in self._borrowers if b() is not tensor] or None
            _settle(tensor, self)

    def packed(self, packing: Packed, array: Array) -> Any:
        """Return ``array``, which lies in this memory, as a kernel lays it out or borrows it.

        What can be borrowed is laid out when it is read a second time: training reads its weights
        once and then changes them.
        """
        return self._laid_out(packing.layout, packing.pack, array, packing.borrow)

    def dense(self, array: Array) -> Array:
        """Return ``array``, which lies in this memory, in the order that kernels read."""
        if is_dense(array):
            return array
        copy: Array = self._laid_out("dense", dense, array)
        return copy

    def joined(self, array: Array, other: Tensor, join: Callable[[Array, Array], Any]) -> Any:
        """Return ``join(array, other.array)``, where ``array`` lies in this memory.

        It is kept until the one or the other changes.
        """
        version = other.version
        if self.shared or version.shared:
            return join(array, other.array)
        if self._kept is None:
            self._kept = {}
        now = array, other.array, version, version.number
        known, made = self._kept.get(join, ((), None))
        if not known or not all(map(is_, known, now)):
            made = join(array, other.array)
            self._kept[join] = now, made
        return made

    def _laid_out(
        self, layout: Hashable, lay_out: LayOut, array: Array, borrow: LayOut | None = None
    ) -> Any:
        if self.shared:
            return (borrow or lay_out)(array)
        if self._kept is None:
            self._kept = {}
        owner, laid_out = self._kept.get(layout, (None, None))
        if owner is array and laid_out is not None:
            return laid_out
        if borrow is not None and owner is not array:
            self._kept[layout] = array, None
            return borrow(array)
        laid_out = lay_out(array)
        self._kept[layout] = array, laid_out
        return laid_out


def _share(one: Array, other: Array) -> bool:
    try:
        return np.shares_memory(one, other, max_work=10_000)  # type: ignore[arg-type]  # NumPy knows it
    except np.exceptions.TooHardError:
        return True


def _settle(tensor: Tensor | None, lender: Version) -> None:
    if tensor is not None and tensor.version is lender:
        tensor.array, tensor.version = np.array(tensor.array, order="K"), Version()


@final
class Saved:
    """An input or output that the backward pass will need, and the version it had."""

    __slots__ = ("array", "source", "version", "version_number")

    def __init__(self, source: Tensor | None, array: Array, version: Version) -> None:
        self.source = source
        self.array = array
        self.version = version
        self.version_number = version.number

    def version_now(self) -> int:
        """Return the version of the numbers now: in this memory, or in what its borrower has."""
        now = self.version.number
        if self.source is not None and self.source.version is not self.version:
            now += self.source.version.number
        return now


Hook = Callable[["Tensor"], "Tensor | None"]


@final
class HookHandle:
    """Removes a hook of a tensor again."""

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        self._hooks = hooks
        self._number = next(_count)
        hooks[self._number] = hook

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        self._hooks.pop(self._number, None)

    def __enter__(self) -> HookHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


@final
class Node:
    """A recorded call.

    ``edges`` say, for each input, where its gradient goes: to the node that made it, to a leaf
    tensor, or nowhere. ``saved`` holds the inputs and, last, the output, where the gradient's
    operator calls use them; it is None once the backward pass has released them.
    """

    __slots__ = (
        "edges",
        "hooks",
        "number",
        "op",
        "output",
        "retained",
        "saved",
        "specs",
        "wanted",
    )

    def __init__(
        self,
        op: Op,
        inputs: tuple[Tensor, ...],
        specs: Specs,
        output: TensorSpec,
        array: Array,
        version: Version,
    ) -> None:
        self.op = op
        self.number = next(_count)
        self.specs = specs
        self.output = output
        self.wanted = tuple([t.recorded for t in inputs])
        self.edges: tuple[Node | Tensor | None, ...] = tuple(
            [(t.node or t) if t.recorded else None for t in inputs]
        )
        needs = gradient_program(op, specs, self.wanted).needs
        saved: list[Saved | None] = [
            Saved(t, t.array, t.version) if need else None
            for t, need in zip(inputs, needs, strict=False)
        ]
        # The output's own tensor refers to this node: keeping it here would be a cycle.
        saved.append(Saved(None, array, version) if needs[-1] else None)
        self.saved: list[Saved | None] | None = saved
        self.retained: Tensor | None = None
        self.hooks: dict[int, Hook] | None = None

    def __repr__(self) -> str:
        return f"<{type(self.op).__name__}>"
