"""How a Sequential runs its modules: in another order, or two at once, where no bit changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple, final

from convolens.nn.activation import ReLU
from convolens.nn.module import Module
from convolens.nn.pooling import MaxPool1d, MaxPool2d, MaxPool3d
from convolens.nn.with_norm import pairs, run_pair
from convolens.nn.with_relu import LAYERS, at_once, is_plain, joins
from convolens.tensor.observe import observers

_POOLINGS = (MaxPool1d, MaxPool2d, MaxPool3d)


class Step(NamedTuple):
    """What is called with the output of the step before, and the modules that it stands for."""

    run: Callable[[Any], Any]
    modules: tuple[Module, ...]


class _Decision(NamedTuple):
    """The steps for modules of some types, if no module in ``touched`` is watched."""

    modules: list[Module]
    types: list[type[Module]]
    steps: list[Step]
    touched: list[Module]


@final
class Order:
    """The steps of a Sequential: decided once, and anew when its modules have changed.

    Example:
        >>> from convolens import nn
        >>> net = [nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 3), nn.ReLU(), nn.MaxPool2d(2)]
        >>> for step in Order().steps(net):
        ...     print(*(type(module).__name__ for module in step.modules))
        Conv2d ReLU
        Conv2d
        MaxPool2d
        ReLU
    """

    def __init__(self) -> None:
        # One object, so that threads never see half of a decision.
        self._decision = _Decision([], [], [], [])

    def __reduce__(self) -> tuple[type[Order], tuple[()]]:
        """Return what makes a copy: it decides for itself."""
        return Order, ()

    def steps(self, modules: Iterable[Module]) -> list[Step]:
        """Return the steps that run ``modules``.

        While somebody watches, all run as they are: an observer sees every operator, and a hook
        what its module reads and makes.
        """
        now = list(modules)
        if observers:
            return _as_they_are(now)
        types = list(map(type, now))
        decision = self._decision
        if now != decision.modules or types != decision.types:
            steps = _decided(now, lambda module: True)
            decision = _Decision(now, types, steps, _touched(now, steps))
            self._decision = decision
        if all(map(is_plain, decision.touched)):
            return decision.steps
        return _decided(now, is_plain)


def cheapest(
    modules: Iterable[Module], may_move: Callable[[Module], bool] = is_plain
) -> list[Module]:
    """Return the modules with each ReLU behind the max pooling that follows it.

    max(relu(x)) = relu(max(x)), bit for bit, and so are the gradients: where the largest number of
    a window is positive, the same element wins, and elsewhere nothing passes. A ReLU on a pooled
    image has a quarter of the work, or less, forward and backward.

    Example:
        >>> from convolens import nn
        >>> [type(m).__name__ for m in cheapest([nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2)])]
        ['Conv2d', 'MaxPool2d', 'ReLU']
    """
    result = list(modules)
    for place in range(len(result) - 1):
        first, second = result[place : place + 2]
        is_pair = type(first) is ReLU and type(second) in _POOLINGS
        # In place it changes what it reads, so that must be nobody else's.
        is_pair = is_pair and (
            not first.inplace or (place > 0 and type(result[place - 1]) in LAYERS)
        )
        if is_pair and may_move(first) and may_move(second):
            result[place : place + 2] = second, first
    return result


def _decided(modules: Iterable[Module], may_move: Callable[[Module], bool]) -> list[Step]:
    """Return the steps, with layers that can run at once as one."""
    steps: list[Step] = []
    for module in cheapest(modules, may_move):
        before = steps[-1].run if steps else None
        if joins(before, module) and may_move(before) and may_move(module):
            steps[-1] = Step(partial(at_once, before, module), (before, module))
        else:
            steps.append(Step(module, (module,)))
    return _paired(steps, may_move)


def _paired(steps: list[Step], may_move: Callable[[Module], bool]) -> list[Step]:
    """Return the steps, with each convolution and the normalisation behind it as one."""
    result: list[Step] = []
    for step in steps:
        norm, *act = step.modules
        conv = result[-1].run if result else None
        if pairs(conv, norm) and may_move(conv) and may_move(norm):
            run = partial(run_pair, conv, norm, act[0] if act else None)
            result[-1] = Step(run, (conv, *step.modules))
        else:
            result.append(step)
    return result


def _as_they_are(modules: Iterable[Module]) -> list[Step]:
    return [Step(module, (module,)) for module in modules]


def _touched(modules: list[Module], steps: list[Step]) -> list[Module]:
    """Return the modules that run at another place, or two at once."""
    ordered = [module for step in steps for module in step.modules]
    moved = [old for old, new in zip(modules, ordered, strict=True) if old is not new]
    joined = [module for step in steps if len(step.modules) > 1 for module in step.modules]
    return moved + joined
