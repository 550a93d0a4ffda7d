"""The rows of a summary: what one layer makes, has to learn, costs and sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from convolens.lens.passage import windows
from convolens.lens.sights import Follower, Sights
from convolens.lens.trace import Called, Step, tensors
from convolens.lens.unread import notes as unread_notes
from convolens.lens.words import lens_words
from convolens.nn import Parameter
from convolens.spec import TensorSpec


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
        bytes: The memory of the output for one image; 0 if it is not one tensor.
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
    bytes: int = 0


@final
class RowMaker:
    """Makes the rows of a summary, in order.

    Args:
        paths: The path of each module, by its id.
        follower: Knows what each tensor sees.
        sizes: The sizes of the image.
        lang: The language of the notes.
    """

    def __init__(
        self, paths: Mapping[int, str], follower: Follower, sizes: Sequence[int], lang: str
    ) -> None:
        self.paths = paths
        self.lang = lang
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
        say = lens_words(self.lang)
        notes = [say("summary.shares", other=other) for other in shared]
        for called in step.calls:
            specs = _specs(called)
            sliding = windows(called.op, specs)
            notes += unread_notes(sliding, specs[0].shape[2:], self.lang) if sliding else []
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
            0 if single is None else single.spec.nbytes,
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


def _specs(called: Called) -> tuple[TensorSpec, ...]:
    return tuple(tensor.spec for tensor in called.inputs)
