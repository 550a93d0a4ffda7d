"""Layer normalisation as a function."""

from __future__ import annotations

from collections.abc import Sequence

from convolens import ops
from convolens.errors import ArgumentError, ArgumentTypeError, ShapeError
from convolens.nn.functional._arguments import kept
from convolens.nn.functional._norm import affine, of_nothing, unrecorded
from convolens.tensor import Tensor, apply


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) weight + bias, over the last axes of each entry.

    Args:
        input: [*B, *S]
        normalized_shape: S, the sizes of the axes that are normalised together.
        weight: [*S]; 1 if not given.
        bias: [*S]; 0 if not given.
        eps: What is added to the variance.

    Raises:
        ArgumentError: If S is empty.
        ShapeError: If the input does not end in S, or the parameters do not fit.

    Example:
        >>> import convolens as cl
        >>> layer_norm(cl.tensor([[1.0, 3.0], [10.0, 30.0]]), (2,), eps=1e-9).tolist()
        [[-1.0, 1.0], [-1.0, 1.0]]
    """
    name = "layer_norm"
    if isinstance(normalized_shape, str) or not isinstance(normalized_shape, Sequence):
        raise ArgumentTypeError(
            f"{name}: normalized_shape is {normalized_shape!r}, but must be a list of sizes.",
            hint="write the sizes of the last axes, such as (8,).",
        )
    shape = tuple(normalized_shape)
    if not shape:
        raise ArgumentError(
            f"{name}: normalized_shape is empty, but must have at least one size.",
            hint="give the sizes of the last axes.",
        )
    if input.shape[-len(shape) :] != shape:
        raise ShapeError(
            f"{name}: the input ends in {list(input.shape[-len(shape) :])}, but normalized_shape "
            f"is {list(shape)}.",
            [("input", input.spec, ""), ("normalized_shape", shape, "")],
            "give the sizes of the input's last axes.",
        )
    parameters = affine(weight, bias, shape, input)
    for which, parameter in zip(("weight", "bias"), parameters, strict=False):
        if parameter.shape != shape:
            raise ShapeError(
                f"{name}: {which} has shape {list(parameter.shape)}, but normalized_shape is "
                f"{list(shape)}.",
                hint=f"give {which} the shape {list(shape)}.",
            )
    if input.numel() == 0:
        return of_nothing(input, parameters, shape)
    moments, norm = _operators(len(shape), eps)
    return apply(norm, input, unrecorded(moments, input), *parameters)


@kept
def _operators(dims: int, eps: float) -> tuple[ops.RowMoments, ops.LayerNorm]:
    return ops.RowMoments(dims), ops.LayerNorm(dims, eps)
