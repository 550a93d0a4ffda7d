"""Max unpooling of any rank: numbers go back to where max pooling found them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import DTypeError, IndexRangeError, ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.spec import TensorSpec, checked, int64, require_float


@operator
class Unpooling(Op):
    """An operator between an image of ``sizes`` and some of its pixels, named by their places."""

    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        spatial.require_same_rank(self.name, sizes=self.sizes)

    def require_indices(self, indices: TensorSpec) -> None:
        """Refuse indices that are not whole numbers, one for each pixel of images.

        Raises:
            DTypeError, ShapeError: If so.
        """
        letters = spatial.IMAGE_LETTERS[len(self.sizes)]
        facts = [("indices", indices, letters), ("sizes", self.sizes, "of the whole image")]
        if indices.dtype != int64:
            raise DTypeError(
                f"{self.name}: indices are {indices.dtype.name}, but int64 is needed.",
                facts,
                "use those that max pooling returns with return_indices=True.",
            )
        spatial.require_image(self.name, indices, len(self.sizes), "indices")
        if indices.shape[1] == 0:
            raise ShapeError(
                f"{self.name}: indices have no channels: only the batch may be empty.", facts
            )

    def refuse_outside(self, indices: Array) -> None:
        """Refuse indices that name no pixel.

        Raises:
            IndexRangeError: If there is one.
        """
        pixels = prod(self.sizes)
        wrong = (indices < 0) | (indices >= pixels)
        if wrong.any():
            place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
            raise IndexRangeError(
                f"{self.name}: found an invalid index {int(indices[place])}, but the image has "
                f"{pixels} pixels.",
                [
                    ("place", list(map(int, place)), "of the index"),
                    ("sizes", spatial.times(self.sizes), "of the image"),
                ],
                f"indices go from 0 to {pixels - 1}, row by row; give the output_size that was "
                "pooled.",
            )

    def flat(self, array: Array) -> Array:
        """Return the array with its pixels along one axis: [N, C, pixels]."""
        return array.reshape(*array.shape[:2], prod(array.shape[2:]))

    @classmethod
    def operators(cls) -> Iterable[tuple[tuple[int, ...], TensorSpec, TensorSpec]]:
        """Yield (sizes, x, indices) for samples."""
        for shape, sizes in (
            ((2, 3, 3, 4), (6, 8)),
            ((1, 33, 2, 2), (5, 4)),
            ((2, 5, 4), (9,)),
            ((1, 2, 2, 2, 2), (4, 4, 5)),
            ((0, 3, 2, 2), (4, 4)),
            ((2, 17, 1, 1), (1, 1)),
        ):
            yield sizes, TensorSpec(shape), TensorSpec(shape, int64)


def different(place: int, sizes: tuple[int, ...], arrays: list[Array]) -> list[Array]:
    """Make the indices of each map different places."""
    shape = arrays[place].shape
    random = np.random.default_rng(int(np.prod(shape)))
    pixels, count = prod(sizes), prod(shape[2:])
    maps = [random.permutation(pixels)[:count] for _ in range(shape[0] * shape[1])]
    arrays[place] = np.array(maps, np.int64).reshape(shape)
    return arrays


@final
@operator
class MaxUnpool(Unpooling):
    """y[n,c,indices[n,c,p]] = x[n,c,p], and 0 elsewhere.

    Where several numbers go to one place the last of them stays, or, with ``accumulate``, their
    sum. The gradient of x is g at its place in either case, as in torch.

    Shapes:
        x [N, C, *P], indices [N, C, *P] -> y [N, C, *sizes]

    Raises:
        IndexRangeError: If an index names no pixel.

    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section
    2.1.
    """

    name: ClassVar[str] = "max_unpool"
    signature: ClassVar[str] = "x[N,C,*P], indices[N,C,*P] -> y[N,C,*I]"

    accumulate: bool = False

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, indices = specs
        dtype = require_float(self.name, x=x)
        self.require_indices(indices)
        if x.shape != indices.shape:
            raise ShapeError(
                f"{self.name}: x has shape {list(x.shape)}, but indices have "
                f"{list(indices.shape)}.",
                hint="give one index for each number.",
            )
        return checked((*x.shape[:2], *self.sizes), dtype)

    def reference(self, *arrays: Array) -> Array:
        x, indices = arrays
        self.refuse_outside(indices)
        y: Array = np.zeros((*x.shape[:2], prod(self.sizes)), x.dtype)
        n, c = np.ix_(range(x.shape[0]), range(x.shape[1]))
        places = (n[..., None], c[..., None], self.flat(indices))
        if self.accumulate:
            np.add.at(y, places, self.flat(x))
        else:
            y[places] = self.flat(x)
        return y.reshape(*x.shape[:2], *self.sizes)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return MaxUnpoolGrad(self.sizes)(inputs[1], upstream), None

    def cost(self, *specs: TensorSpec) -> Cost:
        x, indices = specs
        return Cost(0, size_of(x, x, indices, self.infer(x, indices)), max(1, prod(x.shape[2:])))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return (
            f"Puts {x.size} numbers at their places among the zeros of images of "
            f"{spatial.times(self.sizes)}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for sizes, x, indices in cls.operators():
            for accumulate in (False, True):
                yield Sample(
                    cls(sizes, accumulate),
                    (x, indices),
                    prepare=lambda a, sizes=sizes: different(1, sizes, a),  # type: ignore[misc]
                )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, places = TensorSpec((1, 2, 2, 2)), TensorSpec((1, 2, 2, 2), int64)
        numbers, high = np.zeros(x.shape, np.float32), np.full(x.shape, 16)
        return (
            Mistake(lambda: cls((4, 4)).infer(x, x), ("indices are float32", "int64")),
            Mistake(
                lambda: cls((4, 4)).infer(x, TensorSpec((1, 2, 2, 1), int64)),
                ("x has shape [1, 2, 2, 2]", "indices have [1, 2, 2, 1]"),
            ),
            Mistake(lambda: cls((4,)).infer(x, places), ("indices has 4 dimensions, but 3",)),
            Mistake(
                lambda: cls((4, 4)).reference(numbers, high), ("index 16", "16 pixels", "0 to 15")
            ),
            Mistake(lambda: cls((4, 4)).reference(numbers, -high), ("index -16",)),
        )


@final
@operator
class MaxUnpoolGrad(Unpooling):
    """dx[n,c,p] = g[n,c,indices[n,c,p]].

    Shapes:
        indices [N, C, *P], g [N, C, *sizes] -> dx [N, C, *P]

    Raises:
        IndexRangeError: If an index names no pixel.
    """

    name: ClassVar[str] = "max_unpool_grad"
    signature: ClassVar[str] = "indices[N,C,*P], g[N,C,*I] -> dx[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        indices, g = specs
        dtype = require_float(self.name, g=g)
        self.require_indices(indices)
        if g.shape != (*indices.shape[:2], *self.sizes):
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the output is "
                f"{[*indices.shape[:2], *self.sizes]}.",
                hint="g must be shaped as the output.",
            )
        return checked(indices.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        indices, g = arrays
        self.refuse_outside(indices)
        found = np.take_along_axis(self.flat(g), self.flat(indices), axis=2)
        return found.reshape(indices.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return None, MaxUnpool(self.sizes, accumulate=True)(upstream, inputs[0])

    def cost(self, *specs: TensorSpec) -> Cost:
        indices, _ = specs
        return Cost(0, 4 * indices.size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        indices, g = specs
        return f"Reads {indices.size} of {g.size} gradients, at the places of the indices."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        for sizes, x, indices in cls.operators():
            yield Sample(
                cls(sizes),
                (indices, TensorSpec((*x.shape[:2], *sizes))),
                prepare=lambda a, sizes=sizes: different(0, sizes, a),  # type: ignore[misc]
            )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        places, g = TensorSpec((1, 2, 2, 2), int64), TensorSpec((1, 2, 4, 4))
        high, numbers = np.full(places.shape, 16), np.zeros(g.shape, np.float32)
        return (
            Mistake(
                lambda: cls((4, 4)).infer(places, TensorSpec((1, 2, 4, 5))),
                ("g has shape [1, 2, 4, 5]", "[1, 2, 4, 4]"),
            ),
            Mistake(lambda: cls((4, 4)).reference(high, numbers), ("index 16", "16 pixels")),
        )
