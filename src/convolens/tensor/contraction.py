"""Sums of products that are written with a letter for each axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import cast

from convolens.errors import ArgumentError, ShapeError
from convolens.tensor.given import given
from convolens.tensor.tensor import Tensor


def einsum(equation: str, *operands: Tensor | Sequence[Tensor]) -> Tensor:
    """Return the sum of products that an equation says, pair by pair as products of matrices.

    Each operand has a letter for each axis; axes of one letter go together. What stands behind
    ``->`` is kept, in that order, and the others are summed over. Without ``->`` the letters that
    come once are kept, in the order of the alphabet. ``...`` is not known here.

    Args:
        equation: Such as ``"bij,bjk->bik"``.
        operands: The tensors, one by one or in one list, all of one type.

    Raises:
        ArgumentError: If the equation is not one for these operands.
        ShapeError: If axes of one letter differ in size.

    Source: Einstein, "The Foundation of the General Theory of Relativity", 1916, section 5.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> einsum("ij,jk->ik", x, x).tolist(), einsum("ii", x).item()
        ([[7.0, 10.0], [15.0, 22.0]], 5.0)
    """
    one = len(operands) == 1 and isinstance(operands[0], list | tuple)
    listed = list(cast("Sequence[Tensor]", operands[0] if one else operands))
    tensors = [given("einsum", each, f"operand {place}") for place, each in enumerate(listed)]
    inputs, output = _parsed(equation, tensors)
    sizes: dict[str, int] = {}
    for letters, tensor in zip(inputs, tensors, strict=True):
        for letter, size in zip(letters, tensor.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ShapeError(
                    f"einsum: {letter!r} stands for axes of sizes {sizes[letter]} and {size}.",
                    [(each, t.spec, "") for each, t in zip(inputs, tensors, strict=True)],
                )
    have, total = "", None
    for place, (letters, tensor) in enumerate(zip(inputs, tensors, strict=True)):
        wanted = set(output).union(*inputs[place + 1 :])
        own, part = _once(letters, tensor)
        own, part = _summed(own, part, wanted | set(have))
        have, total = (own, part) if total is None else _product(have, total, own, part, wanted)
        have, total = _summed(have, total, wanted)
    assert total is not None
    return total.permute([have.index(letter) for letter in output])


def _parsed(equation: str, tensors: Sequence[Tensor]) -> tuple[list[str], str]:
    """Return the letters of each operand, and those of the result."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    if not arrow:
        counts = Counter("".join(inputs))
        output = "".join(sorted(letter for letter, count in counts.items() if count == 1))
    fits = len(inputs) == len(tensors) and all(
        len(letters) == tensor.ndim for letters, tensor in zip(inputs, tensors, strict=True)
    )
    known = all(letter.isascii() and letter.isalpha() for letter in (*"".join(inputs), *output))
    kept = len(set(output)) == len(output) and set(output) <= set("".join(inputs))
    if not (fits and known and kept):
        raise ArgumentError(
            f"einsum: {equation!r} is no equation for {len(tensors)} operands of "
            f"{', '.join(str(tensor.ndim) for tensor in tensors)} dimensions.",
            [(f"operand {place}", tensor.spec, "") for place, tensor in enumerate(tensors)],
            "give each operand a letter for each axis, and the result each letter at most once.",
        )
    return inputs, output


def _once(letters: str, tensor: Tensor) -> tuple[str, Tensor]:
    """Take the diagonal of axes that have one letter."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            tensor = tensor.diagonal(0, first, second)
            letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + letter
    return letters, tensor


def _summed(letters: str, tensor: Tensor, wanted: set[str]) -> tuple[str, Tensor]:
    """Sum over the axes that nobody wants."""
    axes = tuple(axis for axis, letter in enumerate(letters) if letter not in wanted)
    if not axes:
        return letters, tensor
    return "".join(each for each in letters if each in wanted), tensor.sum(axes, dtype=tensor.dtype)


def _product(a: str, x: Tensor, b: str, y: Tensor, wanted: set[str]) -> tuple[str, Tensor]:
    """Multiply two operands, and sum over the letters of both that nobody else wants."""
    both = [letter for letter in a if letter in b]
    batch = "".join(letter for letter in both if letter in wanted)
    inner = "".join(letter for letter in both if letter not in wanted)
    rows = "".join(letter for letter in a if letter not in both)
    columns = "".join(letter for letter in b if letter not in both)
    sizes = dict(zip(a + b, x.shape + y.shape, strict=True))
    count = [prod(sizes[letter] for letter in each) for each in (batch, rows, inner, columns)]
    left = x.permute([a.index(letter) for letter in batch + rows + inner])
    right = y.permute([b.index(letter) for letter in batch + inner + columns])
    product = left.reshape(count[:3]) @ right.reshape(count[0], *count[2:])
    letters = batch + rows + columns
    return letters, product.reshape([sizes[letter] for letter in letters])
