"""All parameters as one vector, and back."""

from __future__ import annotations

from convolens.errors import ShapeError
from convolens.nn.utils.total_norm import Tensors, listed
from convolens.tensor import Tensor, cat, no_grad
from convolens.tensor.given import given


def parameters_to_vector(parameters: Tensors) -> Tensor:
    """Return the elements of all parameters, one after the other. Gradients flow through it.

    Args:
        parameters: Parameters, or a single one.

    Raises:
        ArgumentError: If there are none.

    Example:
        >>> import convolens as cl
        >>> parameters_to_vector([cl.ones(2), cl.zeros(1, 2)])
        tensor([1., 1., 0., 0.])
    """
    return cat([each.reshape(-1) for each in listed("parameters_to_vector", parameters)])


def vector_to_parameters(vec: Tensor, parameters: Tensors) -> None:
    """Overwrite the parameters by the elements of a vector. What is left of it is not used.

    Args:
        vec: The vector, of rank 1.
        parameters: Parameters, or a single one.

    Raises:
        ShapeError: If it is too short, or no vector. Nothing is overwritten then.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1, 2))
        >>> vector_to_parameters(cl.tensor([3.0, 4.0]), [p])
        >>> p
        Parameter containing:
        tensor([[3., 4.]], requires_grad=True)
    """
    vector = given("vector_to_parameters", vec, "vec").detach()
    members = listed("vector_to_parameters", parameters)
    wanted = sum(each.numel() for each in members)
    if vector.ndim != 1 or vector.numel() < wanted:
        raise ShapeError(
            f"the vector has shape {list(vector.shape)}, but the parameters have {wanted} elements."
        )
    vector, begin = vector.clone(), 0  # the parameters may be where the vector lies
    with no_grad():
        for each in members:
            end = begin + each.numel()
            each.copy_(vector[begin:end].reshape(*each.shape))
            begin = end
