"""How receptive fields go through the operator calls of a network."""

from __future__ import annotations

from typing import final

from convolens import ops
from convolens.lens.passage import Passage
from convolens.lens.receptive_field import Sight, pixels
from convolens.lens.sight_rows import ROWS
from convolens.ops import Op
from convolens.spec import TensorSpec
from convolens.tensor import Tensor

#: One sight for each axis of the image. None where it cannot be said.
Sights = tuple[Sight | None, ...]


@final
class Follower:
    """Follows the sights of tensors from the image on, one call after the other.

    Args:
        image: The tensor that is looked at, [1, C, *I].

    Example:
        >>> import convolens as cl
        >>> from convolens.tensor.observe import observe
        >>> x = cl.zeros(1, 1, 28, 28)
        >>> follower = Follower(x)
        >>> with observe(follower.follow):
        ...     y = cl.nn.Conv2d(1, 30, 5)(x)
        >>> [sight.size for sight in follower.sights(y)]
        [5, 5]
    """

    def __init__(self, image: Tensor) -> None:
        self.sizes = image.shape[2:]
        start = tuple(pixels(size, axis) for axis, size in enumerate(self.sizes, start=2))
        # The tensors are kept with their sights, so that no other can get the same id.
        self._known: dict[int, tuple[Tensor, Sights]] = {id(image): (image, start)}

    def sights(self, tensor: Tensor) -> Sights | None:
        """Return the sights of a tensor, or None if it does not depend on the image."""
        known = self._known.get(id(tensor))
        return known[1] if known else None

    def follow(self, op: Op, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        """Take note of an operator call. It has the form of an observer."""
        seen = [self.sights(tensor) for tensor in inputs]
        if any(seen):
            specs = tuple(tensor.spec for tensor in inputs)
            self._known[id(output)] = (output, self._through(op, specs, output.spec, seen))

    def _through(
        self, op: Op, specs: tuple[TensorSpec, ...], output: TensorSpec, seen: list[Sights | None]
    ) -> Sights:
        """Return the sights of an output, one axis of the image after the other."""
        results: list[Sight | None] = []
        for place, image in enumerate(self.sizes):
            joined: Sight | None = None
            for number, sights in enumerate(seen):
                # Moments of x say no more of the image than x does, whose row counts them.
                if sights is None or (number == 1 and isinstance(op, ops.LayerNorm)):
                    continue
                sight = sights[place]
                passed = sight and _passed(op, specs, number, output.shape, sight, image)
                if passed is None:
                    joined = None
                    break
                joined = joined.joined(passed, image) if joined else passed
            results.append(joined)
        return tuple(results)


def _passed(
    op: Op,
    specs: tuple[TensorSpec, ...],
    number: int,
    output: tuple[int, ...],
    sight: Sight,
    image: int,
) -> Sight | None:
    """Return what the outputs see of the image through one of the inputs."""
    if sight.axis is None:
        return sight
    shape = specs[number].shape
    passage = Passage(op, specs, number, shape, sight.axis, output, sight, image)
    for kinds, row in ROWS:
        if isinstance(op, kinds):
            return row(passage)
    return None
