"""A parameter: a tensor that a module owns and an optimiser changes."""

from __future__ import annotations

from convolens.backends.layout import dense
from convolens.errors import GradientError
from convolens.spec import FLOATS, TensorSpec
from convolens.tensor import Tensor
from convolens.tensor.record import Version


class Parameter(Tensor):
    """A tensor that requires gradients and that ``Module.parameters()`` finds.

    Its one subclass is a parameter whose shape is not known yet, that of a lazy layer.

    Args:
        data: The initial values; the memory is shared if it is dense.
        requires_grad: Whether its gradient is wanted.

    Raises:
        GradientError: If ``data`` is not floating point.

    Example:
        >>> import convolens as cl
        >>> cl.nn.Parameter(cl.zeros(2))
        Parameter containing:
        tensor([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor, requires_grad: bool = True) -> None:
        if data.dtype not in FLOATS:
            raise GradientError(
                f"a parameter must be floating point, not {data.dtype.name}.",
                hint="convert it first: .float().",
            )
        self.array = dense(data.array)
        self.spec = TensorSpec(data.shape, data.dtype)
        self.version = data.version if self.array is data.array else Version()
        self.node = None
        self.recorded = requires_grad
        self._grad = None

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"
