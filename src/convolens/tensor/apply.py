"""The one way an operator is called on tensors: infer, run, record."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from convolens.backends.call import call
from convolens.backends.candidate import Packed
from convolens.backends.choose import Choice, choose, choose_both
from convolens.backends.layout import are_dense
from convolens.backends.setting import present
from convolens.errors import MemoryLimitError
from convolens.ops import Op
from convolens.tensor.given import given
from convolens.tensor.grad_mode import thread
from convolens.tensor.observe import observers
from convolens.tensor.record import Node, Version

if TYPE_CHECKING:
    from convolens.tensor.base import TensorBase
    from convolens.tensor.tensor import Tensor

# Faster than functions written out: each call asks.
_spec, _array, _recorded = attrgetter("spec"), attrgetter("array"), attrgetter("recorded")


def apply(op: Op, *inputs: TensorBase) -> Tensor:
    """Compute an operator, and record the call if an input requires a gradient.

    Raises:
        DTypeError: If an input is no tensor.
        ConvolensError: If the operator refuses the inputs, or there is no memory.
    """
    output: Tensor | None = None
    if not op.is_view:
        output = call(present.decided.choices, op.key, inputs)
    if output is None:
        output = _decided(op, inputs)
    if thread.recording:
        _record(op, inputs, output)
    for observer in observers:
        observer(op, inputs, output)  # type: ignore[arg-type]
    return output


def _decided(op: Op, inputs: tuple[TensorBase, ...]) -> Tensor:
    """Return the output of a view, or of a call that is unlike those before or is refused."""
    try:
        specs = tuple(map(_spec, inputs))
    except AttributeError:
        for place, value in enumerate(inputs):
            given(op.name, value, f"input {place}")
        raise
    if op.is_view:
        inputs[0].version.settle(inputs[0])  # type: ignore[arg-type]
    try:
        choice = choose(op, specs)
        run, arrays = choice.run, _laid_out(choice, inputs)
        array = run.run(*arrays) if isinstance(run, Packed) else run(*arrays)
    except MemoryError:
        spec = op.infer(*specs)
        raise MemoryLimitError(
            f"{op.name}: there is no memory for {spec}: it needs {spec.nbytes / 2**30:.1f} GiB, "
            "and the computation some more.",
            [(f"input {i}", s, "") for i, s in enumerate(specs)],
            "make it smaller.",
        ) from None
    first = inputs[0]
    if not op.is_view:
        return first.made(array, choice.output, Version(), None)
    view = first.made(array, choice.output, first.version, None)
    first.version.view(first, view)  # type: ignore[arg-type]
    return view


def _record(op: Op, inputs: tuple[TensorBase, ...], output: Tensor) -> None:
    """Remember how a tensor was made, if a gradient is wanted and there can be one."""
    if any(map(_recorded, inputs)) and output.dtype.kind == "f":
        specs = tuple(map(_spec, inputs))
        made = output.spec, output.array, output.version
        output.node = Node(op, inputs, specs, *made)  # type: ignore[arg-type]
        output.recorded = True


def apply_both(*calls: tuple[Op, Sequence[TensorBase]]) -> list[Tensor]:
    """Compute two operators, in one pass where they can be and nobody records or looks on.

    Raises:
        ConvolensError: As ``apply``.
    """
    if not (thread.recording or observers):
        named = [(op, tuple(map(_spec, inputs))) for op, inputs in calls]
        run = choose_both(*named)
        if run is not None:
            choices = [choose(*call) for call in named]
            operands = [inputs for _, inputs in calls]
            try:
                made = run(*map(_laid_out, choices, operands))
            except MemoryError:
                pass  # each by itself says what is too large
            else:
                return [
                    inputs[0].made(array, choice.output, Version(), None)
                    for inputs, array, choice in zip(operands, made, choices, strict=True)
                ]
    return [apply(op, *inputs) for op, inputs in calls]


def _laid_out(choice: Choice, inputs: Sequence[TensorBase]) -> list[Any]:
    """Return the arrays of a call's inputs as its run takes them."""
    run = choice.run
    arrays: list[Any] = list(map(_array, inputs))
    if not (choice.any_order or are_dense(arrays)):
        arrays = [t.version.dense(t.array) for t in inputs]
    if isinstance(run, Packed):
        for index in run.indices:
            arrays[index] = inputs[index].version.packed(run, arrays[index])
    return arrays
