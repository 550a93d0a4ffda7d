"""The summary of a model: for each layer its output, parameters, cost, and what it sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, final

from convolens.errors import ArgumentError, ConvolensError
from convolens.lens.sights import Follower, Sights, windows
from convolens.lens.trace import Called, Step, tensors, trace
from convolens.lens.unread import notes as unread_notes
from convolens.nn import Module, Parameter
from convolens.spec import FLOATS, DType, float32
from convolens.tensor import zeros


@final
@dataclass(frozen=True)
class Row:
    """One layer, or one call outside of any layer.

    Attributes:
        path: The layer's path in the model; for a call, that of the module that made it.
        kind: The layer's class; for a call, the operator's name with brackets.
        output_shape: The shape of the output for one image: [1, C, *P], or whatever it is. None if
            the output is not one tensor.
        parameters: How many numbers the layer has to learn that no row above has.
        multiply_adds: How many multiplications, each with an addition, one image costs.
        receptive_field: How many pixels an output element depends on along each axis of the image,
            padding included. None where it cannot be said.
        stride: How many pixels neighbouring output elements are apart, along each axis of the
            image. None where they all see the same, or it cannot be said.
        whole: Whether every output element depends on all pixels.
        notes: Sentences on what is worth knowing.
    """

    path: str
    kind: str
    output_shape: tuple[int, ...] | None
    parameters: int
    multiply_adds: int
    receptive_field: tuple[int | None, ...]
    stride: tuple[int | None, ...]
    whole: bool
    notes: tuple[str, ...] = ()


@final
@dataclass(frozen=True)
class Summary:
    """The layers of a model in the order in which they ran, and what they come to.

    Attributes:
        model: The model's class.
        input_shape: The shape of one image, C and its sizes.
        rows: The layers.
        parameters: How many numbers the model has to learn, shared ones counted once.
        multiply_adds: How many multiplications, each with an addition, one image costs.
        notes: Sentences on the model as a whole.
        error: The error at which the model stopped; None if it ran to its end.
    """

    model: str
    input_shape: tuple[int, ...]
    rows: tuple[Row, ...]
    parameters: int
    multiply_adds: int
    notes: tuple[str, ...] = ()
    error: ConvolensError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as numbers, texts, lists and dicts, as JSON has them."""
        return {
            "model": self.model,
            "input_shape": list(self.input_shape),
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "rows": [_plain(asdict(row)) for row in self.rows],
            "notes": list(self.notes),
            "error": None if self.error is None else str(self.error),
        }

    @property
    def values(self) -> dict[str, Any]:
        """The same as ``to_dict()``."""
        return self.to_dict()

    def table(self, width: int | None = None) -> str:
        """Return the summary as a table in plain text, without the error.

        Args:
            width: The most characters a line may have; by default the terminal's. A table that
                needs more is not made narrower, but its notes are folded.
        """
        from convolens.lens.summary_text import table

        return table(self, width)

    def __str__(self) -> str:
        if self.error is None:
            return self.table()
        return f"{self.table()}\n\nThe model stopped here. {self.error}"

    def _repr_html_(self) -> str:
        from convolens.lens.summary_html import html

        return html(self)


def summary(model: Module, input_shape: Sequence[int]) -> Summary:
    """Return what a model does with an image, layer by layer, found by running it on zeros.

    The model runs once, in evaluation, on a batch of one image; nothing about it is different
    afterwards, nor are the random numbers. If a layer refuses what comes to it, the summary ends
    there and holds the error. Multiply-adds are what the operators say of themselves; products with
    padding are not counted.

    Args:
        model: Any module that takes one tensor.
        input_shape: The shape of one image without the batch, such as (3, 224, 224).

    Raises:
        ArgumentError: If ``input_shape`` is empty, or holds something else than whole numbers of
            at least 1.

    Example:
        >>> from convolens import nn
        >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
        >>> print(summary(net, (1, 8, 8)).table(80))
        Sequential on 1x8x8
        <BLANKLINE>
        layer  kind     output  parameters  multiply-adds  sees  step
        0      Conv2d    4x6x6          40          1,296   3x3     1
        1      ReLU      4x6x6                        144   3x3     1
        2      Flatten     144                              3x3
        3      Linear       10       1,450          1,440   all
        <BLANKLINE>
        1,490 parameters, 2,880 multiply-adds for one image
    """
    shape = _checked_shape(input_shape)
    image = zeros(1, *shape, dtype=_float_type(model))
    watched = trace(model, image)
    follower = Follower(image)
    for called in watched.calls:
        follower.follow(called.op, called.inputs, called.output)
    paths: dict[int, str] = {}
    for path, module in model.named_modules():
        paths.setdefault(id(module), path)
    builder = _Builder(paths, follower, shape[1:])
    rows = tuple(builder.row(step) for step in watched.steps)
    return Summary(
        type(model).__name__,
        shape,
        rows,
        sum(parameter.numel() for parameter in model.parameters()),
        sum(row.multiply_adds for row in rows),
        _model_notes(model, builder.counted, stopped=watched.error is not None),
        watched.error,
    )


@final
class _Builder:
    """Makes the rows of a table, in order."""

    def __init__(self, paths: Mapping[int, str], follower: Follower, sizes: Sequence[int]) -> None:
        self.paths = paths
        self.follower = follower
        self.sizes = tuple(sizes)
        #: The parameters so far, each with where it was met first.
        self.counted: dict[int, tuple[Parameter, str]] = {}

    def row(self, step: Step) -> Row:
        """Return the row of a step."""
        path = self.paths.get(id(step.owner), "")
        kind = type(step.layer).__name__ if step.layer else f"{step.calls[0].op.name}()"
        outputs = list(tensors(step.output))
        single = outputs[0] if len(outputs) == 1 else None
        sights = (self.follower.sights(single) if single is not None else None) or ()
        parameters, shared = self._parameters(step, path or kind)
        notes = [f"shares parameters with {other}" for other in shared]
        for called in step.calls:
            specs = _specs(called)
            sliding = windows(called.op, specs)
            notes += unread_notes(sliding, specs[0].shape[2:]) if sliding else []
        return Row(
            path,
            kind,
            None if single is None else single.shape,
            parameters,
            sum(called.op.cost(*_specs(called)).multiply_adds for called in step.calls),
            tuple(sight and sight.size for sight in sights),
            tuple(sight and sight.stride for sight in sights),
            self._sees_all(sights),
            tuple(notes),
        )

    def _parameters(self, step: Step, name: str) -> tuple[int, list[str]]:
        """Return how many parameters are new with a step, and where the others were met."""
        own = list(step.layer.parameters()) if step.layer else []
        used = [t for called in step.calls for t in called.inputs if isinstance(t, Parameter)]
        number, shared = 0, {}
        for parameter in {id(parameter): parameter for parameter in (*own, *used)}.values():
            if id(parameter) in self.counted:
                shared[self.counted[id(parameter)][1]] = True
            else:
                self.counted[id(parameter)] = (parameter, name)
                number += parameter.numel()
        return number, list(shared)

    def _sees_all(self, sights: Sights) -> bool:
        return bool(sights) and all(
            sight is not None and sight.axis is None and sight.size == size
            for sight, size in zip(sights, self.sizes, strict=True)
        )


def _specs(called: Called) -> tuple[Any, ...]:
    return tuple(tensor.spec for tensor in called.inputs)


def _model_notes(
    model: Module, counted: Mapping[int, tuple[Parameter, str]], stopped: bool
) -> tuple[str, ...]:
    notes = []
    listed = {id(parameter): name for name, parameter in model.named_parameters()}
    unused = [name for key, name in listed.items() if key not in counted]
    if unused and not stopped:
        notes.append(f"parameters that were not used: {', '.join(unused)}")
    hidden = [parameter for key, (parameter, _) in counted.items() if key not in listed]
    if hidden:
        number = sum(parameter.numel() for parameter in hidden)
        notes.append(
            f"{number:,} parameters are used that model.parameters() does not list: keep modules "
            "as attributes, or in a Sequential, not in a list"
        )
    return tuple(notes)


def _checked_shape(shape: Sequence[int]) -> tuple[int, ...]:
    whole = [isinstance(extent, int) and not isinstance(extent, bool) for extent in shape]
    if not whole or not all(whole) or min(shape) < 1:
        raise ArgumentError(
            f"input_shape is {tuple(shape)}, but must be whole numbers of at least 1.",
            hint="it is the shape of one image without the batch, such as (3, 224, 224).",
        )
    return tuple(shape)


def _float_type(model: Module) -> DType:
    """Return the type of the model's parameters, which its input must have."""
    types = {parameter.dtype for parameter in model.parameters() if parameter.dtype in FLOATS}
    return types.pop() if len(types) == 1 else float32


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
