"""Explanation: a layer on an image, as everything that its arithmetic says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from convolens.backends.choose import Verdict, candidates
from convolens.backends.memory import Memory, memory
from convolens.backends.reference import REFERENCE
from convolens.lens.explain.axes import Axis, axes_of
from convolens.lens.notation import LayerSpec
from convolens.lens.saving import save, writable
from convolens.ops import Call
from convolens.spec import float32

if TYPE_CHECKING:
    from convolens.lens.explain.number import OutputNumber

_SUFFIXES = dict.fromkeys((".txt", ".html", ".json", ".svg"))
#: Products and outputs of a layer that is compared with the engine before a file is written.
_QUICK = 10**9
#: Bytes of a call's numbers, up to which its working memory is counted.
_MOST = 2**30
#: The stride up to which it is counted: algorithms go through its remainders one by one.
_FARTHEST = 64


@final
@dataclass(frozen=True, eq=False)
class Explanation:
    """What a layer does with an image: everything is read off its operators and tap tables.

    It shows itself in a terminal (``print``), in a notebook, and as a file (``save``).

    Attributes:
        spec: The layer and the image.
        number: One output number taken apart, if it was asked for.
    """

    spec: LayerSpec
    number: OutputNumber | None = None

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The spatial axes."""
        return axes_of(self.spec)

    @property
    def parameters(self) -> int:
        """How many numbers the layer has to learn."""
        return self.spec.parameters

    @property
    def weights(self) -> int:
        """How many of them are weights, not biases."""
        return sum(map(prod, self.spec.weight_shapes))

    @cached_property
    def multiply_adds(self) -> int:
        """How many products, each with an addition, one image costs; padding has none."""
        calls = self.spec.calls
        return sum(c.op.cost(*(arg.spec for arg in c.args)).multiply_adds for c in calls)

    @property
    def dense_weights(self) -> int:
        """How many weights a fully connected layer between the same two shapes has."""
        return prod(self.spec.input_shape) * prod(self.spec.output_shape)

    @property
    def dense_parameters(self) -> int:
        """How many numbers that layer has to learn, its biases counted if this one has some."""
        return self.dense_weights + prod(self.spec.output_shape) * self.spec.bias

    @cached_property
    def candidates(self) -> tuple[tuple[str, tuple[Verdict, ...]], ...]:
        """For each operator call its name and the ways to compute it, the fastest first.

        The definition in NumPy is the last that is able to: it is taken only if no kernel is.
        """
        return tuple(
            (
                call.op.name,
                tuple(
                    sorted(
                        candidates(call.op, tuple(arg.spec for arg in call.args)),
                        key=lambda verdict: (
                            bool(verdict.reason),
                            verdict.candidate is REFERENCE,
                            verdict.nanoseconds,
                        ),
                    )
                ),
            )
            for call in self.spec.calls
        )

    @cached_property
    def working_memory(self) -> tuple[tuple[Memory | None, ...], ...]:
        """What each of ``candidates`` takes besides inputs and output.

        None for one that is refused, for the definition in NumPy, and where counting takes long:
        the numbers of a call alone take more than 1 GiB, or a stride is beyond 64.
        """
        return tuple(
            tuple(_working_memory(call, verdict) for verdict in verdicts)
            for call, (_, verdicts) in zip(self.spec.calls, self.candidates, strict=True)
        )

    @property
    def memory(self) -> dict[str, int]:
        """The bytes of one image's numbers in float32, and of the matrix that im2col would make."""
        width = float32.itemsize
        found = {
            "input": prod(self.spec.input_shape) * width,
            "parameters": self.parameters * width,
            "output": prod(self.spec.output_shape) * width,
        }
        if not self.spec.pools and self.spec.kind != "conv_transpose":
            window = self.spec.channels * prod(self.spec.kernel)
            found["im2col"] = prod(axis.outputs for axis in self.axes) * window * width
        return found

    def check(self) -> int:
        """Compare the taps with the engine: take some of its outputs apart, corners among them.

        The weights and the image are random; the random numbers of the program go on where they
        were. Returns how many outputs were compared.

        Raises:
            CheckError: If the engine's number is not the sum over the taps.

        Example:
            >>> from convolens.lens import explain
            >>> explain("2x5x5 k3 s2 p1 out2").check()
            14
        """
        from convolens.lens.explain.check import check

        return check(self.spec)

    @cached_property
    def values(self) -> dict[str, Any]:
        """Everything as numbers, texts, lists and dicts, as JSON has them."""
        from convolens.lens.explain.values import values_of

        return values_of(self)

    def text(self, lang: str | None = None) -> str:
        """Return the explanation as plain text.

        Args:
            lang: ``'en'`` or ``'zh'``; None for what ``language`` says.
        """
        from convolens.lens.explain.text import text_of

        return text_of(self, lang)

    def svg(self, lang: str | None = None) -> str:
        """Return the picture of the taps: which input each output reads, and how often each is."""
        from convolens.lens.explain.tap_picture import tap_picture

        return tap_picture(self, lang)

    def html(self, lang: str | None = None) -> str:
        """Return the explanation as one HTML document that needs nothing else."""
        from convolens.lens.explain.page import page

        return page(self, lang)

    def json(self) -> str:
        """Return the values as JSON; what is not finite is null."""
        from convolens.lens.explain.values import json_of

        return json_of(self.values)

    def save(self, path: str | Path) -> None:
        """Write the explanation as .txt, .html or .json, or the picture of its taps as .svg.

        The taps are compared with the engine before, unless the layer is so large that this would
        take long.

        Raises:
            ArgumentError: If the suffix is another one, or the file cannot be written.
            CheckError: If the engine computes something else.
        """
        writable(path, _SUFFIXES)
        if self.multiply_adds + prod(self.spec.output_shape) <= _QUICK:
            self.check()
        makers = (lambda: self.text() + "\n", self.html, lambda: self.json() + "\n", self.svg)
        save(path, dict(zip(_SUFFIXES, makers, strict=True)))

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from convolens.lens.explain.page import fragment

        return fragment(self)


def _working_memory(call: Call, verdict: Verdict) -> Memory | None:
    specs = tuple(arg.spec for arg in call.args)
    numbers = sum(prod(spec.shape) * spec.dtype.itemsize for spec in (*specs, call.spec))
    if verdict.reason or numbers > _MOST or max(getattr(call.op, "stride", (1,))) > _FARTHEST:
        return None
    return memory(verdict.candidate, call.op, specs)
