"""Cells added around an input, or cropped from it; and the gradient, which adds them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, shared, size_of
from convolens.ops._padding_taps import PADDINGS, Mode, padded_size, runs
from convolens.ops._rearrangement import Rearrangement
from convolens.ops._taps import PAD, Pair, Table, coverage
from convolens.spec import TensorSpec, checked, int64, require_float


@operator
class PadGeometry(Op):
    """What padding and its gradient share.

    Args:
        padding: The cells before and after each of the last axes; negative numbers crop.
        mode: ``'constant'`` for any axes, or for one, two or three spatial axes ``'reflect'``
            (mirrored at the first and the last cell), ``'replicate'`` (these are repeated), or
            ``'circular'`` (the cells come round again).
    """

    padding: tuple[Pair, ...]
    mode: Mode = "constant"

    def output_shape(self, x: TensorSpec) -> tuple[int, ...]:
        """Return the shape of the padded ``x``.

        Raises:
            ShapeError: If ``x`` does not have the axes, or the mode has no inputs for the padding.
        """
        if self.mode != "constant":
            spatial.require_same_rank(self.name, padding=self.padding)
            self._require_image(x)
        kept = x.rank - len(self.padding)
        if kept < 0:
            raise ShapeError(
                f"{self.name}: {len(self.padding)} axes are padded, but x has {x.rank}.",
                [("x", x, ""), ("padding", self.padding, "before, after")],
                "give one pair for each of the last axes.",
            )
        sizes = []
        for axis, (size, (before, after)) in enumerate(
            zip(x.shape[kept:], self.padding, strict=True), start=kept
        ):
            try:
                sizes.append(padded_size(size, before, after, self.mode))
            except (ArgumentError, ShapeError) as error:
                error.headline = f"{self.name}: along axis {axis}, {error.headline}"
                raise
        return (*x.shape[:kept], *sizes)

    def _require_image(self, x: TensorSpec) -> None:
        rank = len(self.padding)
        batched = x.rank == rank + 2
        if not batched and x.rank != rank + 1:
            raise ShapeError(
                f"{self.name}: {rank} axes are padded, so x must have {rank + 1} or {rank + 2}, "
                f"but it has {x.rank}.",
                [("x", x, ""), ("mode", self.mode, "")],
                f"reshape x to [{spatial.IMAGE_LETTERS[rank]}], or use mode='constant'.",
            )
        if 0 in x.shape[batched:] and self.mode != "circular":
            raise ShapeError(
                f"{self.name}: x has no cells: only the batch may be empty.", [("x", x, "")]
            )

    def tables(self, sizes: Sequence[int]) -> list[Table]:
        """Return the tap table of each padded axis."""
        return [
            PADDINGS[self.mode](size, before, after)
            for size, (before, after) in zip(sizes, self.padding, strict=True)
        ]


@final
@operator
class Pad(PadGeometry, Rearrangement):
    """y[p] = x[table[p]] along each of the last axes, or ``value`` where the table has no input.

    Shapes:
        x [*I] -> y [*P], each axis as much longer as cells are added

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, for zeros; the other
    modes are NumPy's ``constant``, ``reflect``, ``edge`` and ``wrap``.
    """

    name: ClassVar[str] = "pad"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    value: float = 0.0

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        self._fill(x)
        return checked(self.output_shape(x), x.dtype)

    def _fill(self, x: TensorSpec) -> Array:
        """Return the value in the type of ``x``.

        Raises:
            ArgumentError: If it does not fit that type.
        """
        with np.errstate(over="ignore"):
            try:
                # Like torch, take whole numbers for whole numbers, and any number for a truth.
                value = int(self.value) if x.dtype.kind in "iu" else self.value
                fill = np.array(value, x.dtype)
            except (OverflowError, ValueError):
                fill = None
        if fill is None or (np.isinf(fill) and not np.isinf(self.value)):
            raise ArgumentError(
                f"{self.name}: value {self.value} does not fit {x.dtype.name}.", [("x", x, "")]
            )
        return fill

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        fill = self._fill(TensorSpec(x.shape, x.dtype)).reshape((1,) * x.ndim)
        for to, read in _pieces(self.padding, self.mode, x.shape):
            yield target[to], fill if read is None else x[read]

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        if self.mode == "constant":  # what was added is cropped
            opposite = tuple((-before, -after) for before, after in self.padding)
            return (Pad(opposite)(upstream),)
        sizes = inputs[0].shape[len(inputs[0].shape) - len(self.padding) :]
        return (PadGrad(**shared(self, PadGeometry), sizes=sizes)(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        y = self.infer(x)
        filled = {
            "constant": f"filled with {self.value:g}",
            "reflect": "mirrored at the edge cells",
            "replicate": "repeating the edge cells",
            "circular": "going round to the other side",
        }
        return (
            f"Pads by {spatial.show_padding(self.padding)}, {filled[self.mode]}: {list(x.shape)} "
            f"becomes {list(y.shape)}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        constants: tuple[tuple[tuple[int, ...], tuple[Pair, ...], float], ...] = (
            ((2, 3, 4, 5), ((1, 2), (0, 3)), 0.0),
            ((2, 3, 4, 5), ((-1, 2), (1, -2)), 1.5),
            ((2, 3, 4, 5), ((0, 1), (2, 0), (1, 1), (0, 0)), -1.0),
            ((5,), ((2, 1),), 0.5),
            ((3, 4), ((-3, 1), (0, 0)), 2.0),
            ((0, 3, 2), ((1, 1),), 0.0),
            ((), (), 0.0),
        )
        return (
            *(Sample(cls(p, "constant", value), (TensorSpec(x),)) for x, p, value in constants),
            *(Sample(cls(p, mode), (TensorSpec(x),)) for x, p, mode in _INSIDE),
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((1, 2, 5, 6))
        pairs = ((1, 1), (1, 1))
        return (
            Mistake(lambda: cls(((1, 1),) * 5).infer(x), ("5 axes are padded, but x has 4",)),
            Mistake(
                lambda: cls(((-3, -3), (0, 0))).infer(x),
                ("along axis 2, 6 cells are cropped, but there are only 5",),
            ),
            Mistake(
                lambda: cls(((0, 0), (6, 0)), "reflect").infer(x),
                ("along axis 3, a reflection of 6 cells needs more than 6, but there are 6",),
            ),
            Mistake(
                lambda: cls(((0, 7), (0, 0)), "circular").infer(x),
                ("along axis 2, a padding of 7 cells goes round 5 cells more than once",),
            ),
            Mistake(lambda: cls(((1, 1),), "replicate").infer(x), ("x must have 2 or 3",)),
            Mistake(lambda: cls(((1, 1),) * 4, "reflect").infer(x), ("1, 2 or 3 are supported",)),
            Mistake(
                lambda: cls(pairs, "replicate").infer(TensorSpec((1, 0, 2, 2))),
                ("only the batch may be empty",),
            ),
            Mistake(
                lambda: cls(((-3, -2), (0, 0)), "replicate").infer(x),
                ("0 cells are left after cropping",),
            ),
            Mistake(lambda: cls(pairs, "mirror").infer(x), ("mode is 'mirror'",)),  # type: ignore[arg-type]
            Mistake(lambda: cls(((0, 2**63 - 1),)).infer(x), ("does not fit 64 bits",)),
            Mistake(
                lambda: cls(pairs, value=float("inf")).infer(TensorSpec((1, 2), int64)),
                ("value inf does not fit int64",),
            ),
        )


@final
@operator
class PadGrad(PadGeometry):
    """dx[i] = the sum of g[p] over the cells p of the padded axes that read x[i].

    ``sizes`` are those of the padded axes of x.

    Shapes:
        g [*P] -> dx [*I]
    """

    name: ClassVar[str] = "pad_grad"
    signature: ClassVar[str] = "g[*P] -> dx[*I]"

    sizes: tuple[int, ...] = ()

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (g,) = specs
        kept = g.shape[: g.rank - len(self.sizes)]
        x = TensorSpec((*kept, *self.sizes), require_float(self.name, g=g))
        expected = self.output_shape(x)
        if g.shape != expected:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the output is {list(expected)}.",
                hint="g must be shaped as the output.",
            )
        return checked(x.shape, x.dtype)

    def reference(self, *arrays: Array) -> Array:
        (g,) = arrays
        kept = g.shape[: g.ndim - len(self.sizes)]
        padded: Array = np.zeros((*kept, *(size + 1 for size in self.sizes)), g.dtype)
        np.add.at(padded, spatial.reads(self.tables(self.sizes), (0,) * len(self.sizes)), g)
        dx: Array = padded[spatial.without_pad_cell(self.sizes)]
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Pad(**shared(self, PadGeometry))(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (g,) = specs
        readers = [
            int(coverage(table, size).max(initial=1))
            for table, size in zip(self.tables(self.sizes), self.sizes, strict=True)
        ]
        return Cost(g.size, size_of(g, self.infer(g)), prod(readers))

    def explain(self, *specs: TensorSpec) -> str:
        (g,) = specs
        return f"Adds each of {g.size} gradients to the cell that was read there."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(padding, mode, x[len(x) - len(padding) :]),
                (Pad(padding, mode).infer(TensorSpec(x)),),
            )
            for x, padding, mode in _INSIDE
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls(((1, 1), (1, 1)), "reflect", (8, 8))
        return (
            Mistake(
                lambda: op.infer(TensorSpec((1, 3, 8, 8))),
                ("g has shape [1, 3, 8, 8]", "[1, 3, 10, 10]"),
            ),
        )


_Piece = tuple[Any, Any]


@lru_cache(maxsize=1024)
def _pieces(padding: tuple[Pair, ...], mode: Mode, shape: tuple[int, ...]) -> tuple[_Piece, ...]:
    """Return the indices of the pieces of the output, and those of the inputs that go there.

    Along each axis a piece is a run of the tap table; one that reads no inputs has None.
    """
    pieces: list[_Piece] = [((), ())]
    for size, (before, after) in zip(shape[len(shape) - len(padding) :], padding, strict=True):
        parts = runs(PADDINGS[mode](size, before, after)[:, 0])
        pieces = [
            ((*to, slice(run.start, run.stop)), None if run.first == PAD else (*read, run.inputs))
            for to, read in pieces
            if read is not None
            for run in parts
        ] + [piece for piece in pieces if piece[1] is None]
    return tuple(
        (
            (..., *to, *[slice(None)] * (len(padding) - len(to))),
            None if read is None else (..., *read),
        )
        for to, read in pieces
    )


#: (shape of x, padding, mode): every mode whose padding comes from inside the image.
_INSIDE: tuple[tuple[tuple[int, ...], tuple[Pair, ...], Mode], ...] = (
    ((2, 3, 4, 5), ((1, 2), (3, 0)), "reflect"),
    ((2, 3, 4, 5), ((1, 2), (6, 0)), "replicate"),
    ((2, 3, 4, 5), ((1, 2), (3, 0)), "circular"),
    ((2, 3, 4, 5), ((-1, 2), (4, -2)), "reflect"),
    ((2, 3, 4, 5), ((-1, 2), (4, -2)), "replicate"),
    ((2, 3, 4, 5), ((-1, 2), (3, -2)), "circular"),
    ((2, 3, 6), ((2, 2),), "reflect"),
    ((3, 6), ((2, 1),), "circular"),
    ((2, 3, 3, 2, 4), ((1, 1), (1, 0), (2, 2)), "reflect"),
    ((2, 2, 3, 2, 1), ((1, 1), (0, 2), (2, 2)), "replicate"),
    ((1, 2, 1, 1), ((1, 1), (1, 0)), "circular"),
    ((0, 2, 3, 3), ((1, 1), (1, 1)), "reflect"),
)
