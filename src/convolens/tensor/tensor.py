"""The tensor: its parts put together, its types, its backward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from convolens.backends.call import introduce
from convolens.ops import Array
from convolens.spec import TensorSpec
from convolens.tensor.arithmetic import Arithmetic
from convolens.tensor.base import TensorBase
from convolens.tensor.comparing import Comparing
from convolens.tensor.counting import Counting
from convolens.tensor.extremes import Extremes
from convolens.tensor.functions import Functions
from convolens.tensor.masks import Masks
from convolens.tensor.matrices import Matrices
from convolens.tensor.named import Named
from convolens.tensor.ordering import Ordering
from convolens.tensor.rearranging import Rearranging
from convolens.tensor.record import Node, Version
from convolens.tensor.reductions import Reductions
from convolens.tensor.rounding import Rounding
from convolens.tensor.scattering import Scattering
from convolens.tensor.shaping import Shaping
from convolens.tensor.splitting import Splitting
from convolens.tensor.types import Types


class Tensor(
    Arithmetic,
    Comparing,
    Counting,
    Extremes,
    Functions,
    Masks,
    Matrices,
    Named,
    Ordering,
    Rearranging,
    Reductions,
    Rounding,
    Scattering,
    Shaping,
    Splitting,
    Types,
):
    """An n-dimensional array that records how it was made. Make one with ``convolens.tensor``.

    Shapes and indices are torch's. New arrays of rank 3 and more lie in memory channels last, and
    views as what they are taken from; ``numpy()`` returns the same memory with the strides that say
    so.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4., 6.])
    """

    __slots__ = ()

    @staticmethod
    def made(array: Array, spec: TensorSpec, version: Version, node: Node | None) -> Tensor:
        """Return the tensor that a call made."""
        self = _new(Tensor)
        self.array = array
        self.spec = spec
        self.version = version
        self.node = node
        self.recorded = node is not None
        self._grad = None
        return self

    @staticmethod
    def leaf(array: Array) -> Tensor:
        """Return a tensor that no call made, around ``array``."""
        return Tensor.made(array, TensorSpec(array.shape, array.dtype), Version(), None)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor to ``grad`` of every leaf that it was made from.

        Args:
            gradient: The gradient with respect to this tensor; not needed for a single number.
            retain_graph: Keep what the record saved, for another pass. Default: ``create_graph``.
            create_graph: Record the pass itself, for second derivatives.
            inputs: The tensors whose ``grad`` is added to, leaves or not. Default: all leaves.

        Raises:
            GradientError: If nothing was recorded, the gradient is missing or does not fit, an
                earlier pass has released the record, or an input does not require a gradient.

        Example:
            >>> import convolens as cl
            >>> x, y = (cl.ones(2, requires_grad=True) for _ in range(2))
            >>> (x * y).sum().backward(inputs=[x])
            >>> x.grad, y.grad
            (tensor([1., 1.]), None)
        """
        from convolens.tensor.backward import backward

        only = [inputs] if isinstance(inputs, Tensor) else inputs
        keep = create_graph if retain_graph is None else retain_graph
        backward([self], [gradient], keep, create_graph, only=only)


_new = object.__new__
_OWN = {"array", "spec", "version"}  # what no two tensors share
_ALIKE = tuple(name for name in TensorBase.__slots__ if name not in {"__weakref__", *_OWN})
introduce(Tensor.leaf(np.empty(0, np.float32)), _ALIKE, Version(), Version.__slots__)
