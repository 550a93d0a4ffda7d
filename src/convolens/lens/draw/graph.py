"""The graph of a network: its layers and calls, and which of them reads what another one made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import final

from convolens import ops
from convolens.lens.rows import Row
from convolens.lens.summary import Observed
from convolens.lens.trace import Called, Step
from convolens.nn import Module
from convolens.ops import Op
from convolens.tensor import Tensor

#: What an operator that decides a node's look is called. The first that a step has decides.
KINDS: tuple[tuple[str, tuple[type[Op], ...]], ...] = (
    ("conv", (ops.Conv, ops.ConvRelu, ops.ConvNormalize)),
    ("transposed", (ops.ConvTranspose,)),
    ("pool", (ops.MaxPool, ops.AvgPool, ops.LPPool, ops.AdaptiveMaxPool, ops.AdaptiveAvgPool)),
    ("linear", (ops.Linear, ops.Matmul)),
    ("concat", (ops.Concat,)),
    ("add", (ops.Add, ops.Sub)),
    ("multiply", (ops.Mul, ops.Div)),
    ("mean", (ops.Mean, ops.Sum)),
)
JOINS = ("concat", "add", "multiply")
#: Steps that only move numbers: they are passed through.
_VIEWS = (ops.Reshape, ops.Slice, ops.Permute, ops.Expand, ops.Cast)


@final
@dataclass
class Node:
    """A block of the drawing.

    Attributes:
        number: Its place in the order of the run; the image is 0.
        kind: ``image``, one of ``KINDS``, ``activation`` for what would be a band if no other
            step read the block before it, or ``other``.
        path: The layer's path in the model.
        name: The layer's class, or the operator with brackets.
        shape: The shape of its output without the batch.
        rows: The rows of the summary that it stands for: its own, and those of its bands.
        kernel: The kernel, for a layer with a window.
        stride: The stride, likewise.
        groups: The groups of a convolution.
        inputs: The nodes that it reads.
        bands: The names of the layers that are a band at it.
    """

    number: int
    kind: str
    path: str
    name: str
    shape: tuple[int, ...]
    rows: list[Row] = field(default_factory=list)
    kernel: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    groups: int = 1
    inputs: list[int] = field(default_factory=list)
    bands: list[str] = field(default_factory=list)


def graph(seen: Observed) -> list[Node]:
    """Return the nodes, each after those that it reads.

    Example:
        >>> from convolens import nn
        >>> from convolens.lens.summary import observed
        >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
        >>> for node in graph(observed(net, (1, 8, 8), "en")):
        ...     print(node.kind, node.shape, node.inputs, node.bands)
        image (1, 8, 8) [] []
        conv (4, 6, 6) [0] ['ReLU']
        linear (10,) [1] []
    """
    return _Builder(seen).nodes


@final
class _Builder:
    def __init__(self, seen: Observed) -> None:
        image = seen.trace.image
        self.nodes = [Node(0, "image", "", "", image.shape[1:])]
        #: The node that made a tensor, by the tensor's id; the trace keeps the tensors.
        self.maker = {id(image): 0}
        self.readers = _readers(seen.trace.steps)
        for step, row in zip(seen.trace.steps, seen.rows, strict=True):
            self.add(step, row)

    def add(self, step: Step, row: Row) -> None:
        """Add a step: as a node, as a band at the one before, or not at all."""
        sources = self.sources(step.calls)
        if not sources:
            return  # it does not depend on the image
        made = [called.output for called in step.calls]
        single = len(sources) == 1
        if single and all(isinstance(called.op, _VIEWS) for called in step.calls):
            self.note(made, sources[0])
            return
        band = single and self.is_band(step, row)
        if band and sources[0] and self.alone(step.calls):
            self.nodes[sources[0]].bands.append(row.kind)
            self.nodes[sources[0]].rows.append(row)
            self.note(made, sources[0])
            return
        node = self.node(step, row, sources)
        node.kind = "activation" if band else node.kind
        self.nodes.append(node)
        self.note(made, node.number)

    def sources(self, calls: Iterable[Called]) -> list[int]:
        """Return the nodes that calls read, but for what they make themselves."""
        own, found = set(), []
        for called in calls:
            for tensor in called.inputs:
                made_by = self.maker.get(id(tensor))
                if made_by is not None and id(tensor) not in own and made_by not in found:
                    found.append(made_by)
            own.add(id(called.output))
        return found

    def is_band(self, step: Step, row: Row) -> bool:
        """Whether a step on one tensor changes numbers and not what is drawn.

        That is so for activations, normalisations, dropout, and sums and products with parameters.
        """
        read = [t for called in step.calls for t in called.inputs if id(t) in self.maker]
        same = row.output_shape == read[0].shape
        return same and _kind(step)[0] in ("other", "add", "multiply")

    def alone(self, calls: list[Called]) -> bool:
        """Whether no other step reads what these calls read of the image."""
        read = [t for called in calls for t in called.inputs if id(t) in self.maker]
        return all(self.readers[id(tensor)] == 1 for tensor in read)

    def note(self, made: Iterable[Tensor], number: int) -> None:
        """Note which node tensors belong to."""
        for tensor in made:
            self.maker[id(tensor)] = number

    def node(self, step: Step, row: Row, sources: list[int]) -> Node:
        """Return the node of a step."""
        kind, op, called = _kind(step)
        node = Node(len(self.nodes), kind, row.path, row.kind, _shape(row), [row])
        node.inputs = sources
        if isinstance(op, ops.Conv | ops.ConvRelu | ops.ConvNormalize | ops.ConvTranspose):
            node.kernel, node.groups = called.inputs[1].shape[2:], op.groups
            node.stride = op.stride
        elif isinstance(op, ops.MaxPool | ops.AvgPool | ops.LPPool):
            node.kernel, node.stride = op.kernel, op.stride
        return node


def _readers(steps: Iterable[Step]) -> dict[int, int]:
    """Return how many steps read each tensor; those that only move numbers count their readers."""
    found: dict[int, int] = {}
    for step in steps:
        read = {id(tensor) for called in step.calls for tensor in called.inputs}
        for tensor in read:
            found[tensor] = found.get(tensor, 0) + 1
    return found


def _kind(step: Step) -> tuple[str, Op, Called]:
    for kind, operators in KINDS:
        for called in step.calls:
            if isinstance(called.op, operators):
                return kind, called.op, called
    return "other", step.calls[0].op, step.calls[0]


def _shape(row: Row) -> tuple[int, ...]:
    shape = row.output_shape or ()
    return shape[1:] if shape[:1] == (1,) else shape


def modules_of(model: Module) -> dict[str, str]:
    """Return the class of each module by its path.

    Example:
        >>> from convolens import nn
        >>> modules_of(nn.Sequential(nn.Sequential(nn.ReLU())))
        {'': 'Sequential', '0': 'Sequential', '0.0': 'ReLU'}
    """
    return {path: type(module).__name__ for path, module in model.named_modules()}
