"""The summary of a model: for each layer its output, parameters, cost, and what it sees."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

from convolens.errors import ArgumentError, ConvolensError
from convolens.lens.language import Lang, language
from convolens.lens.rows import Row, RowMaker
from convolens.lens.saving import save
from convolens.lens.sights import Follower
from convolens.lens.trace import Trace, trace
from convolens.lens.words import lens_words
from convolens.nn import Module, Parameter
from convolens.spec import FLOATS, DType, float32
from convolens.tensor import Tensor, zeros

__all__ = ["Row", "Summary", "summary"]

#: A file has no width of its own.
_FILE_WIDTH = 100


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
        memory: The bytes of the parameters, of one image, and of what all layers make of it.
        dtype: The type of its numbers.
        lang: The language of the notes, and of the table.
    """

    model: str
    input_shape: tuple[int, ...]
    rows: tuple[Row, ...]
    parameters: int
    multiply_adds: int
    notes: tuple[str, ...] = ()
    error: ConvolensError | None = None
    memory: Mapping[str, int] = field(default_factory=dict)
    dtype: str = "float32"
    lang: Lang = "en"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as numbers, texts, lists and dicts, as JSON has them."""
        return {
            "model": self.model,
            "input_shape": list(self.input_shape),
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "memory": dict(self.memory),
            "dtype": self.dtype,
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

    def text(self, width: int | None = None) -> str:
        """Return the table, and the error if there is one."""
        if self.error is None:
            return self.table(width)
        stopped = lens_words(self.lang)("summary.stopped", error=self.error)
        return f"{self.table(width)}\n\n{stopped}"

    def html(self) -> str:
        """Return the summary as one HTML document that needs nothing else."""
        from convolens.lens.summary_html import document

        return document(self)

    def json(self) -> str:
        """Return the values as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def save(self, path: str | Path) -> None:
        """Write the summary as .txt, .html or .json.

        Raises:
            ArgumentError: If the suffix is another one, or the file cannot be written.
        """
        makers = {
            ".txt": lambda: self.text(_FILE_WIDTH) + "\n",
            ".html": self.html,
            ".json": lambda: self.json() + "\n",
        }
        save(path, makers)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from convolens.lens.summary_html import html

        return html(self)


def summary(model: Module, input_shape: Sequence[int], lang: str | None = None) -> Summary:
    """Return what a model does with an image, layer by layer, found by running it on zeros.

    The model runs once, in evaluation, on a batch of one image; nothing about it is different
    afterwards, nor are the random numbers. If a layer refuses what comes to it, the summary ends
    there and holds the error. Multiply-adds are what the operators say of themselves; products with
    padding are not counted.

    Args:
        model: Any module that takes one tensor.
        input_shape: The shape of one image without the batch, such as (3, 224, 224).
        lang: The language of its notes, ``'en'`` or ``'zh'``; None for what ``language`` says.

    Raises:
        ArgumentError: If ``input_shape`` is empty, or holds something else than whole numbers of
            at least 1.

    Example:
        >>> from convolens import nn
        >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
        >>> print(summary(net, (1, 8, 8)).table(80))
        Sequential on 1x8x8
        <BLANKLINE>
        layer  kind     output  parameters  multiply-adds  sees  step  memory
        0      Conv2d    4x6x6          40          1,296   3x3     1   576 B
        1      ReLU      4x6x6                              3x3     1   576 B
        2      Flatten     144                              3x3         576 B
        3      Linear       10       1,450          1,440   all          40 B
        <BLANKLINE>
        1,490 parameters, 2,736 multiply-adds for one image
        memory in float32: 5.82 KiB for the parameters, 1.727 KiB for the outputs of
        all layers, 256 B for the input
        sees: the pixels that one output depends on, padding counted; step: from one
        output to the next; memory: the output of one image
    """
    seen = observed(model, input_shape, language(lang))
    return Summary(
        type(model).__name__,
        seen.shape,
        seen.rows,
        sum(parameter.numel() for parameter in model.parameters()),
        sum(row.multiply_adds for row in seen.rows),
        _model_notes(model, seen),
        seen.trace.error,
        _memory(model, seen.trace.image, seen.rows),
        seen.trace.image.dtype.name,
        seen.lang,
    )


@final
@dataclass(frozen=True, eq=False)
class Observed:
    """A model that ran on an image of zeros, and what its layers did.

    Attributes:
        shape: The shape of the image, (C, *I).
        trace: What was done.
        rows: The row of each step of the trace.
        counted: The parameters that were used, each with where it was met first.
        lang: The language of the rows' notes.
    """

    shape: tuple[int, ...]
    trace: Trace
    rows: tuple[Row, ...]
    counted: Mapping[int, tuple[Parameter, str]]
    lang: Lang


def observed(model: Module, input_shape: Sequence[int], lang: Lang) -> Observed:
    """Run a model on an image of zeros and return what its layers did.

    Raises:
        ArgumentError: If ``input_shape`` is no shape.
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
    maker = RowMaker(paths, follower, shape[1:], lang)
    rows = tuple(maker.row(step) for step in watched.steps)
    return Observed(shape, watched, rows, maker.counted, lang)


def _memory(model: Module, image: Tensor, rows: Sequence[Row]) -> dict[str, int]:
    return {
        "parameters": sum(parameter.spec.nbytes for parameter in model.parameters()),
        "input": image.spec.nbytes,
        "outputs": sum(row.bytes for row in rows),
    }


def _model_notes(model: Module, seen: Observed) -> tuple[str, ...]:
    say, counted = lens_words(seen.lang), seen.counted
    notes = []
    listed = {id(parameter): name for name, parameter in model.named_parameters()}
    unused = [name for key, name in listed.items() if key not in counted]
    if unused and seen.trace.error is None:
        notes.append(say("summary.unused", names=say("list.comma").join(unused)))
    hidden = [parameter for key, (parameter, _) in counted.items() if key not in listed]
    if hidden:
        number = sum(parameter.numel() for parameter in hidden)
        notes.append(say("summary.hidden", number=f"{number:,}"))
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
