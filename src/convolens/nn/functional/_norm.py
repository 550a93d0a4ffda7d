"""What normalisations share: parameters, running averages, refusals, and what follows them."""

from __future__ import annotations

from functools import lru_cache
from math import inf, prod
from typing import NamedTuple, NoReturn, final

import numpy as np

from convolens.backends.update import approach
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.ops import Array, Hardtanh, Normalize, NormalizeRelu, Op
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, apply, no_grad, ones, zeros

Tensors = tuple[Tensor, ...]


def affine(
    weight: Tensor | None, bias: Tensor | None, shape: tuple[int, ...], input: Tensor
) -> Tensors:
    """Return (weight, bias), 1 or 0 in place of a missing one, or nothing if both are missing."""
    if weight is None and bias is None:
        return ()
    dtype = input.dtype
    return (
        ones(shape, dtype=dtype) if weight is None else weight,
        zeros(shape, dtype=dtype) if bias is None else bias,
    )


def unrecorded(op: Op, input: Tensor) -> Tensor:
    """Call an operator on what is normalised, outside the record."""
    if not input.recorded:
        return apply(op, input)
    with no_grad():
        return apply(op, input)


def of_nothing(input: Tensor, parameters: Tensors, view: tuple[int, ...]) -> Tensor:
    """Return an empty input, normalised: there are no numbers, so no mean, but gradients of 0."""
    if not parameters:
        return input * 1.0
    weight, bias = (parameter.reshape(view) for parameter in parameters)
    return input * weight + bias


@lru_cache(maxsize=256)
def _normalization(
    most: float | None, groups: int, eps: float, fixed: bool
) -> Normalize | NormalizeRelu:
    """Return the operator, the same one in each call: making it takes as long as a small image."""
    if most is None:
        return Normalize(groups, eps, fixed)
    return NormalizeRelu(groups, eps, fixed, most)


@final
class Behind(NamedTuple):
    """What is done to a normalised input: nothing, or an addend is added and ReLU applied.

    Attributes:
        most: What larger numbers become then, infinite for ReLU; None: nothing is done.
        addend: What is added before, of the input's shape and type.
    """

    most: float | None = None
    addend: Tensor | None = None

    def normalize(
        self,
        input: Tensor,
        m: Tensor,
        affine: Tensors,
        eps: float,
        groups: int = 0,
        fixed: bool = False,
    ) -> Tensor:
        """Normalise with these moments and parameters, and do the rest in the same pass.

        ``eps``, ``groups`` and ``fixed`` are those of ``ops.Normalize``.
        """
        if self.addend is None:
            return apply(_normalization(self.most, groups, eps, fixed), input, m, *affine)
        if affine:
            op = _normalization(self.most, groups, eps, fixed)
            return apply(op, input, m, *affine, self.addend)
        return self.apart(apply(_normalization(None, groups, eps, fixed), input, m))

    def apart(self, normalized: Tensor) -> Tensor:
        """Do it to what is normalised already."""
        if self.addend is not None:
            normalized = normalized + self.addend
        if self.most is None:
            return normalized
        return (
            normalized.relu() if self.most == inf else apply(Hardtanh(0.0, self.most), normalized)
        )


NOTHING = Behind()


def require_several(operator: str, input: Tensor, each: int) -> None:
    """Refuse sets of one number: each would be its own mean.

    Raises:
        ArgumentError: If so.
    """
    if each == 1:
        raise ArgumentError(
            f"{operator}: expected more than 1 value per channel when training, got input size "
            f"{list(input.shape)}.",
            [("input", input.spec, "N, C, ...")],
            "use a larger batch, or evaluate: .eval().",
        )


def moments_of(mean: Tensor, var: Tensor) -> Tensor:
    """Return means [C] and variances [C] as constants [2, C]: the same until one changes."""
    made: Tensor = mean.version.joined(mean.array, var, _constants)
    return made


def _constants(*rows: Array) -> Tensor:
    return Tensor.leaf(np.array(rows))


@final
class Running(NamedTuple):
    """Running averages of means and variances, one for each channel."""

    mean: Tensor
    var: Tensor

    def moments(self) -> Tensor:
        """Return them as constants [2, C], the means first."""
        return moments_of(self.mean, self.var)

    def update(self, mean: Array, var: Array, count: int, momentum: float) -> None:
        """Move towards a batch's means and variances, of ``count`` numbers each, by ``momentum``.

        The variances count as those of a sample: divided by count - 1.
        """
        sample = var * (count / (count - 1))
        for tensor, new in ((self.mean, mean), (self.var, sample)):
            approach(tensor.detach().to_change(), new, momentum)


def running(
    operator: str, mean: Tensor | None, var: Tensor | None, input: Tensor
) -> Running | None:
    """Return running averages, or None if there are none.

    Args:
        operator: Whose they are.
        mean: [C]
        var: [C]
        input: What is normalised, [N, C, *I].

    Raises:
        ArgumentError: If there is only one of the two.
        ShapeError: If there are not as many as channels.
        DTypeError: If they have another type than the input.
    """
    if mean is None and var is None:
        return None
    if mean is None or var is None:
        raise ArgumentError(
            f"{operator}: running_mean and running_var must both be None, or neither.",
            hint="give both.",
        )
    if input.ndim < 2:
        raise ShapeError(
            f"{operator}: the input has {input.ndim} dimensions, but at least 2 are needed.",
            [("input", input.spec, "")],
            "reshape it to [N, C, ...].",
        )
    needed = TensorSpec(input.shape[1:2], input.dtype)
    if mean.spec != needed:
        _refuse(operator, "running_mean", mean, input)
    if var.spec != needed:
        _refuse(operator, "running_var", var, input)
    return Running(mean, var)


def _refuse(operator: str, name: str, average: Tensor, input: Tensor) -> NoReturn:
    channels = input.shape[1]
    if average.shape != (channels,):
        raise ShapeError(
            f"{operator}: {name} should contain {channels} elements, not {average.numel()}: the "
            f"input has {channels} channels.",
            [("input", input.spec, "N, C, ..."), (name, average.spec, "C")],
            f"make the layer for {channels} channels, or give it {average.numel()} of them.",
        )
    raise DTypeError(
        f"{operator}: {name} is {average.dtype.name}, but the input is {input.dtype.name}.",
        hint="convert one of them: .float() or .double().",
    )


def pixels(input: Tensor) -> int:
    """Return how many pixels a channel of an image has."""
    return prod(input.shape[2:])


def channel_view(input: Tensor) -> tuple[int, ...]:
    """Return the shape in which a number for each channel fits the input."""
    return (1, input.shape[1], *(1,) * (input.ndim - 2))
