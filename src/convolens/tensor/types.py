"""What type a tensor's elements have, how they lie in memory, and the same elements otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from convolens import ops
from convolens.backends.layout import dense, is_dense
from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Array
from convolens.spec import FLOATS, bool_, float32, float64, int32, int64, uint8
from convolens.tensor.apply import apply
from convolens.tensor.arrays import NAMES, Size, array_of, dtype_of, filled, new_array
from convolens.tensor.axes import one_axis
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.device import device as Device  # noqa: N812  # a method's name is device
from convolens.tensor.device import require_cpu

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor

# Within the class these types' names are those of methods.
Flag = bool
Whole = int


class Types(TensorBase):
    """Types, memory, conversions. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    # What it is.

    @property
    def device(self) -> Device:
        """Where the tensor is: on the CPU."""
        return Device()

    @property
    def is_cuda(self) -> Flag:
        """Whether the tensor is on a GPU: no."""
        return False

    @property
    def itemsize(self) -> Whole:
        """The number of bytes of an element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> Whole:
        """The number of bytes of all elements."""
        return self.spec.nbytes

    def element_size(self) -> Whole:
        """Return the number of bytes of an element."""
        return self.dtype.itemsize

    def nelement(self) -> Whole:
        """Return the number of elements."""
        return self.spec.size

    def is_floating_point(self) -> Flag:
        """Return whether the elements are float32 or float64."""
        return self.dtype in FLOATS

    def stride(self, dim: Whole | None = None) -> tuple[Whole, ...] | Whole:
        """Return how far apart neighbours along each axis, or along ``dim``, are in memory.

        New memory is channels-last, with the strides of ``torch.channels_last``.

        Example:
            >>> import convolens as cl
            >>> (cl.zeros(2, 3, 4, 5) + 1).stride()
            (60, 1, 15, 3)
        """
        strides = tuple(step // self.dtype.itemsize for step in self.array.strides)
        return strides if dim is None else strides[one_axis("stride", dim, self.ndim)]

    def is_contiguous(self, memory_format: object = None) -> Flag:
        """Return whether the elements lie without gaps, in channels-last order."""
        return is_dense(self.array)

    # The same elements.

    def contiguous(self, memory_format: object = None) -> Tensor:
        """Return the tensor itself if it lies in memory without gaps, else a copy, recorded.

        The one order that this asks for is channels-last: every ``memory_format`` means the same.
        """
        if self.is_contiguous():
            return self  # type: ignore[return-value]
        return self.clone()

    def cpu(self) -> Tensor:
        """Return the tensor itself: it is on the CPU."""
        return self  # type: ignore[return-value]

    def clone(self, memory_format: object = None) -> Tensor:
        """Return a copy, as a recorded call."""
        if self.dtype in FLOATS:
            return apply(ops.Scale(1.0), self)
        return self.leaf(np.array(dense(self.array), order="K"))

    def to(
        self,
        *wanted: Any,
        dtype: DTypeLike | None = None,
        device: Any = None,
        non_blocking: Flag = False,
        copy: Flag = False,
        memory_format: object = None,
    ) -> Tensor:
        """Return the tensor in another data type, itself if it has it already.

        Args:
            wanted: A data type, a device (the CPU), or a tensor whose type is taken; then, as in
                torch, ``non_blocking`` and ``copy``.
            dtype: The data type.
            device: The device: ``"cpu"``.
            non_blocking: Without effect.
            copy: Return a copy even if nothing changes.
            memory_format: Without effect: memory is channels-last.

        Raises:
            DTypeError: If tensors do not have the type.
            ArgumentError: If the device is not the CPU.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([1.7]).to("cpu", cl.int64)
            tensor([1])
        """
        dtype, flags = destination(wanted, dtype, device)
        if len(flags) > 1:
            copy = flags[1]
        target = dtype_of(dtype, self.dtype)
        if target != self.dtype:
            return apply(ops.Cast(target.name), self)
        return self.clone() if copy else self  # type: ignore[return-value]

    def type(self, dtype: DTypeLike | None = None, non_blocking: Flag = False) -> Tensor | str:
        """Return the name of the tensor's type, or the tensor in another data type.

        Example:
            >>> import convolens as cl
            >>> cl.ones(2).type(), cl.ones(2).type(cl.int64)
            ('convolens.FloatTensor', tensor([1, 1]))

        Raises:
            ArgumentError: If there is no type of this name.
        """
        if dtype is None:
            return f"convolens.{NAMES[self.dtype]}"
        try:
            return self.to(dtype_of(dtype))
        except DTypeError as error:
            raise ArgumentError(error.headline, hint=error.hint) from None

    def type_as(self, other: Tensor) -> Tensor:
        """Return the tensor in the data type of ``other``."""
        return self.to(other.dtype)

    # New tensors of its type.

    def new_tensor(
        self,
        data: Any,
        *,
        dtype: DTypeLike | None = None,
        requires_grad: Flag = False,
        device: Any = None,
    ) -> Tensor:
        """Return a new tensor with a copy of ``data``, in this tensor's type."""
        source = data.array if isinstance(data, TensorBase) else data
        return self._new(array_of(source, dtype_of(dtype, self.dtype)), requires_grad, device)

    def new_empty(
        self,
        *size: Size,
        dtype: DTypeLike | None = None,
        requires_grad: Flag = False,
        device: Any = None,
    ) -> Tensor:
        """Return a tensor of this tensor's type, with any numbers in it."""
        return self._new(new_array(size, dtype_of(dtype, self.dtype)), requires_grad, device)

    def new_zeros(
        self,
        *size: Size,
        dtype: DTypeLike | None = None,
        requires_grad: Flag = False,
        device: Any = None,
    ) -> Tensor:
        """Return zeros of this tensor's type."""
        return self._new(filled(size, 0, dtype_of(dtype, self.dtype)), requires_grad, device)

    def new_ones(
        self,
        *size: Size,
        dtype: DTypeLike | None = None,
        requires_grad: Flag = False,
        device: Any = None,
    ) -> Tensor:
        """Return ones of this tensor's type."""
        return self._new(filled(size, 1, dtype_of(dtype, self.dtype)), requires_grad, device)

    def new_full(
        self,
        size: Size,
        fill_value: Number,
        *,
        dtype: DTypeLike | None = None,
        requires_grad: Flag = False,
        device: Any = None,
    ) -> Tensor:
        """Return one number everywhere, in this tensor's type."""
        return self._new(
            filled((size,), fill_value, dtype_of(dtype, self.dtype)), requires_grad, device
        )

    def _new(self, array: Array, requires_grad: Flag, device: Any) -> Tensor:
        require_cpu(device)
        return self.leaf(array).requires_grad_(requires_grad)

    # Conversions. They come last: within the class their names hide Python's types.

    def float(self) -> Tensor:
        """Return the tensor as float32."""
        return self.to(float32)

    def double(self) -> Tensor:
        """Return the tensor as float64."""
        return self.to(float64)

    def long(self) -> Tensor:
        """Return the tensor as int64."""
        return self.to(int64)

    def int(self) -> Tensor:
        """Return the tensor as int32."""
        return self.to(int32)

    def byte(self) -> Tensor:
        """Return the tensor as uint8."""
        return self.to(uint8)

    def bool(self) -> Tensor:
        """Return whether each element is not 0."""
        return self.to(bool_)


def destination(wanted: tuple[Any, ...], dtype: Any, device: Any) -> tuple[Any, list[bool]]:
    """Return the data type that ``to(*wanted, dtype=..., device=...)`` asks for, and its flags.

    Raises:
        ArgumentError: If the device is not the CPU.
        DTypeError: If tensors do not have the type.
    """
    require_cpu(device)
    flags = []
    for item in wanted:
        if isinstance(item, TensorBase):
            dtype = item.dtype
        elif isinstance(item, bool):
            flags.append(item)
        elif isinstance(item, Device | int) or _names_device(item):
            require_cpu(item)
        else:
            dtype = dtype_of(item)
    return dtype, flags


def _names_device(item: Any) -> bool:
    places = ("cpu", "cuda", "mps", "xpu", "meta")
    return isinstance(item, str) and item.partition(":")[0] in places
