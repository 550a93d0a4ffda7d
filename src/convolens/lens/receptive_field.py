"""The receptive field: which part of the image an element of a feature map depends on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from convolens.ops._taps import Table, Window


@final
@dataclass(frozen=True)
class Sight:
    """What the elements of a tensor see of the image, along one axis of the image.

    Cells are counted as if the image went on beyond its edges, where the padding is: that is how
    receptive fields are published.

    Attributes:
        size: How many cells of the image one element sees.
        stride: How far the sights of neighbouring elements are apart, in cells; None if they are
            not all equally far apart, or all the same.
        first: The cell where the sight of the first element begins; negative in the padding.
        last: The cell where the sight of the last element ends.
        axis: The axis of the tensor along which the sight moves; None if it does not.
        ranges: Where the elements are not equally far apart, but it is known what each of them
            sees: its first and its last cell, one element after the other. An element that sees
            nothing has them in the wrong order. Padding does not count here.

    Example:
        A 5x5 convolution and a 2x2 pooling on 28 pixels:

        >>> sight = pixels(28).through(Window(5), 28).through(Window(2, stride=2), 24)
        >>> sight.size, sight.stride
        (6, 2)
        >>> sight.of(3)
        (6, 11)

    Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
    Distill, 2019, https://doi.org/10.23915/distill.00021.
    """

    size: int
    stride: int | None
    first: int
    last: int
    axis: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()

    def of(self, index: int) -> tuple[int, int]:
        """Return the first and the last cell that the element at ``index`` along the axis sees.

        Where that is not known of each element, it is what all elements see together.
        """
        if self.ranges:
            return self.ranges[index]
        if self.stride is None:
            return self.first, self.last
        begin = self.first + index * self.stride
        return begin, begin + self.size - 1

    def through(self, window: Window, size: int) -> Sight | None:
        """Return what the outputs of a window see that slides over ``size`` such elements.

        None if that cannot be said, since the elements are not equally far apart.
        """
        if self.ranges:
            return self.read_by(window.taps(size))
        if self.stride is None:
            return self if self.axis is None or window == Window(1) else None
        step = self.stride * window.stride
        seen = self.size + (window.extent - 1) * self.stride
        first = self.first - window.padding[0] * self.stride
        last = first + (window.output_size(size) - 1) * step + seen - 1
        return replace(self, size=seen, stride=step, first=first, last=last)

    def read_by(self, table: Table) -> Sight | None:
        """Return what outputs see that read such elements by a tap table.

        None if that cannot be said, since it is not known what each of the elements sees.

        Example:
            A transposed convolution: two outputs, then three see the same pixels.

            >>> from convolens.ops._taps import transposed
            >>> pixels(3).read_by(transposed(3, kernel=3, stride=2)).ranges
            ((0, 0), (0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 2))
        """
        if self.stride is None and not self.ranges:
            return self if self.axis is None else None
        seen = []
        for row in table:
            ends = [self.of(int(element)) for element in row if element >= 0]
            first = min((begin for begin, _ in ends), default=1)
            seen.append((first, max((end for _, end in ends), default=0)))
        return _irregular(seen, self.axis)

    def each(self) -> tuple[tuple[int, int], ...]:
        """Return the first and the last cell that each element sees; none if it is not known."""
        if self.stride is None:
            return self.ranges
        count = (self.last - self.first + 1 - self.size) // self.stride + 1
        return tuple(self.of(index) for index in range(count))

    def all_together(self, image: int) -> Sight:
        """Return what all elements together see of the ``image`` cells that there are."""
        first, last = max(self.first, 0), min(self.last, image - 1)
        return Sight(last - first + 1, None, first, last)

    def scattered(self) -> Sight:
        """Return the sight for elements that are in no regular order any more."""
        return replace(self, stride=None, ranges=())

    def moved(self, axis: int) -> Sight:
        """Return the sight for a tensor that has the same elements along another axis."""
        return replace(self, axis=axis)

    def joined(self, other: Sight, image: int) -> Sight:
        """Return what elements see that are made of elements with this and with another sight."""
        if self == other:
            return self
        first, last = min(self.first, other.first), max(self.last, other.last)
        if self.axis is None or self.axis != other.axis:
            return Sight(0, None, first, last).all_together(image)
        mine, others = self.each(), other.each()
        if (self.ranges or other.ranges) and len(mine) == len(others):
            pairs = zip(mine, others, strict=True)
            return _irregular([_union(one, two) for one, two in pairs], self.axis)
        if self.stride is None or other.stride is None:
            return Sight(last - first + 1, None, first, last, self.axis)
        # From the first pair of elements to the last, what a pair sees is largest at an end.
        at_first = max(self.first + self.size, other.first + other.size) - first
        at_last = last - min(self.last - self.size, other.last - other.size)
        stride = self.stride if self.stride == other.stride else None
        return Sight(max(at_first, at_last), stride, first, last, self.axis)


def _union(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    seen = [pair for pair in (one, two) if pair[0] <= pair[1]] or [one]
    return min(first for first, _ in seen), max(last for _, last in seen)


def _irregular(seen: list[tuple[int, int]], axis: int | None) -> Sight:
    """Return the sight of elements that see these cells."""
    real = [(first, last) for first, last in seen if first <= last] or [(1, 0)]
    size = max(last - first + 1 for first, last in real)
    begin, end = min(first for first, _ in real), max(last for _, last in real)
    return Sight(size, None, begin, end, axis, tuple(seen))


def pixels(size: int, axis: int | None = 2) -> Sight:
    """Return the sight of the image itself, along an axis of ``size`` pixels: each sees itself."""
    return Sight(1, 1, 0, size - 1, axis)
