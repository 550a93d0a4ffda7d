"""The backward pass: gradients flow from outputs to leaves, node by node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from convolens.errors import GradientError
from convolens.ops import Add, Slice
from convolens.spec import FLOATS
from convolens.tensor.accumulate import accumulate
from convolens.tensor.apply import apply, apply_both
from convolens.tensor.create import ones_like
from convolens.tensor.given import given
from convolens.tensor.grad_mode import set_grad_enabled
from convolens.tensor.parts import Parts
from convolens.tensor.program import gradient_program
from convolens.tensor.record import Hook, Node, Saved
from convolens.tensor.tensor import Tensor

if TYPE_CHECKING:
    Place = Node | Tensor


def backward(
    outputs: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain_graph: bool,
    create_graph: bool,
    targets: Sequence[Tensor] | None = None,
    only: Sequence[Tensor] | None = None,
) -> dict[int, Tensor]:
    """Propagate ``gradients`` of ``outputs`` back.

    Without ``targets`` every leaf's gradient is added to its ``grad``, or that of the tensors in
    ``only``, leaves or not. With targets no leaf is changed, and the gradients that reach them are
    returned by their tensors' ids.

    Raises:
        GradientError: If an output was not recorded, is not a single number and has no gradient,
            if the graph was released by an earlier pass, or if ``only`` is empty or has a tensor
            that does not require a gradient.
    """
    chosen = None if only is None else _chosen(only)
    pending: dict[int, Tensor] = {}
    own: set[int] = set()  # places whose pending gradient's memory nothing else holds
    parts: dict[int, tuple[Place, Parts]] = {}
    hooked: dict[int, Tensor] = {}  # leaves whose hooks wait for all parts of the gradient

    def take(place: Place, part: Tensor, is_own: bool) -> None:
        """Take a part of the gradient of what made an input."""
        if isinstance(place, Node):
            if is_own or id(place) in pending:  # a sum is new memory
                own.add(id(place))
            _add(pending, place, part)
        elif targets is not None:
            if id(place) in wanted:
                _add(reached, place, part)
        elif chosen is None or id(place) in chosen:
            _reach(place, pending, hooked, part, is_own)

    with set_grad_enabled(create_graph):
        for output, gradient in zip(outputs, gradients, strict=True):
            _add(pending, _place(output), _first_gradient(output, gradient))
        roots = [output.node for output in outputs if output.node]
        wanted = {id(_place(target)) for target in targets or ()}
        reached = {key: value for key, value in pending.items() if key in wanted}
        if targets is None:
            for output in outputs:
                if output.node is None and id(output) in pending:
                    take(output, pending.pop(id(output)), False)
        for node in _in_order(roots):
            if id(node) in parts:
                take(node, parts.pop(id(node))[1].together(), True)
            upstream = pending.pop(id(node), None)
            if upstream is None:
                continue
            is_own = id(node) in own
            if node.hooks:
                upstream, is_own = _hooked(node.hooks, upstream), False
            if id(node) in wanted:
                reached[id(node)], is_own = upstream, False
            if node.retained is not None:
                accumulate(node.retained, upstream, own=False)
            _require_saved(node)
            edge = node.edges[0]
            if isinstance(node.op, Slice) and edge is not None:
                parts.setdefault(id(edge), (edge, Parts(node.specs[0])))[1].add(
                    node.op.bounds, upstream
                )
            else:
                handed = [upstream]
                del upstream
                _hand_on(node, handed, is_own, take)
            if not retain_graph:
                node.saved = None
        for place, sliced in parts.values():
            take(place, sliced.together(), True)
        for leaf in hooked.values():
            accumulate(leaf, _hooked(leaf.hooks, pending[id(leaf)]), own=False)
        for target in targets or ():
            if target.node is None and target.hooks and id(target) in reached:
                reached[id(target)] = _hooked(target.hooks, reached[id(target)])
    return {id(t): reached[id(_place(t))] for t in targets or () if id(_place(t)) in reached}


def _chosen(only: Sequence[Tensor]) -> set[int]:
    """Return the ids of tensors whose gradients are wanted; have those that are no leaves kept."""
    if not only:
        raise GradientError(
            "`inputs` argument to `backward()` cannot be empty.",
            hint="leave it out to reach every leaf.",
        )
    for place, tensor in enumerate(only):
        given("backward", tensor, f"inputs[{place}]").retain_grad()
    return set(map(id, only))


def _place(tensor: Tensor) -> Place:
    return tensor.node or tensor


def _add(gradients: dict[int, Tensor], place: Place, part: Tensor) -> None:
    have = gradients.get(id(place))
    gradients[id(place)] = part if have is None else apply(Add(), have, part)


def _reach(
    leaf: Tensor,
    pending: dict[int, Tensor],
    hooked: dict[int, Tensor],
    part: Tensor,
    own: bool,
) -> None:
    """Take a part of a leaf's gradient: at once, or, where hooks want to see it, when all is in."""
    if leaf.hooks:
        hooked[id(leaf)] = leaf
        _add(pending, leaf, part)
    else:
        accumulate(leaf, part, own)


def _hooked(hooks: dict[int, Hook], gradient: Tensor) -> Tensor:
    """Call a tensor's hooks on its gradient; return what they make of it.

    Raises:
        GradientError: If a hook returns something that is no such gradient.
    """
    for hook in list(hooks.values()):
        result = hook(gradient)
        if result is None:
            continue
        if not isinstance(result, Tensor) or result.spec != gradient.spec:
            found = result.spec if isinstance(result, Tensor) else type(result).__name__
            raise GradientError(
                f"a hook returned {found}, but the gradient is {gradient.spec}.",
                hint="return a gradient of one shape and type, or None to leave it as it is.",
            )
        gradient = result
    return gradient


def _first_gradient(output: Tensor, gradient: Tensor | None) -> Tensor:
    if not output.requires_grad:
        raise GradientError(
            "this tensor does not require a gradient and was not made from one that does.",
            [("tensor", output.spec, "")],
            "make it from parameters or from tensors with requires_grad=True, outside no_grad().",
        )
    if gradient is None:
        if output.spec.size != 1:
            raise GradientError(
                "a gradient can be created implicitly only for a single number, but this tensor "
                f"has {output.spec.size}.",
                [("tensor", output.spec, "")],
                "reduce it first, for instance .sum().backward(), or pass backward(gradient).",
            )
        return ones_like(output.detach())
    if gradient.spec != output.spec:
        raise GradientError(
            f"the gradient is {gradient.spec}, but the tensor is {output.spec}.",
            hint="both must have one shape and type.",
        )
    return gradient


def _in_order(roots: Sequence[Node]) -> list[Node]:
    """Return all nodes that ``roots`` depend on; each comes before those that it depends on."""
    found: dict[int, Node] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node.number not in found:
            found[node.number] = node
            stack.extend(edge for edge in node.edges if isinstance(edge, Node))
    return [found[number] for number in sorted(found, reverse=True)]


def _require_saved(node: Node) -> None:
    """Refuse a node whose saved values are gone.

    Raises:
        GradientError: If so.
    """
    if node.saved is None:
        raise GradientError(
            f"the backward pass reached a {type(node.op).__name__} whose saved values an earlier "
            "pass has released.",
            hint="call backward(retain_graph=True) the first time.",
        )


def _hand_on(
    node: Node,
    handed: list[Tensor],
    upstream_is_own: bool,
    take: Callable[[Place, Tensor, bool], None],
) -> None:
    """Run the gradient program of a node on the upstream gradient that is handed over in a list.

    Call ``take`` with where each gradient goes, the gradient, and whether nothing else holds its
    memory. What no step reads any more is let go at once: the next step may then fill memory that
    is still in the cache.
    """
    program = gradient_program(node.op, node.specs, node.wanted)
    slots: list[Any] = [_restore(node, saved) for saved in node.saved or ()]
    slots.append(handed.pop())
    for number, ((op, args, _), last) in enumerate(zip(program.steps, program.last, strict=True)):
        if number == program.pair:
            after, others, _ = program.steps[number + 1]
            slots += apply_both(
                (op, [slots[arg] for arg in args]), (after, [slots[arg] for arg in others])
            )
        elif number - 1 != program.pair:  # the second of a pair is there already
            slots.append(apply(op, *[slots[arg] for arg in args]))
        for read in last:
            slots[read] = None
    for number, (place, slot) in enumerate(zip(node.edges, program.results, strict=True)):
        if place is not None and slot is not None:
            owned = program.owned[number]
            take(place, slots[slot], upstream_is_own if owned is None else owned)


def _restore(node: Node, saved: Saved | None) -> Tensor | None:
    if saved is None:
        return None
    if saved.version_now() != saved.version_number:
        spec = saved.source.spec if saved.source is not None else node.output
        raise GradientError(
            f"a tensor that {type(node.op).__name__} needs for its gradient has been modified by "
            "an inplace operation.",
            [
                ("tensor", spec, ""),
                ("saved at version", saved.version_number, ""),
                ("now at version", saved.version_now(), ""),
            ],
            "change a copy instead: x = x.clone().",
        )
    if saved.source is not None:
        return saved.source
    assert node.output.dtype in FLOATS
    return Tensor.made(saved.array, node.output, saved.version, node)
