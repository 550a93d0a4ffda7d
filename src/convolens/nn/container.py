"""Modules one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.nn.linear import LinearBase
from convolens.nn.module import Module
from convolens.nn.numbered import Numbered
from convolens.nn.order import Order
from convolens.nn.trail import Step, feature_hint


class Sequential(Numbered):
    """Modules one after the other; each gets the output of the one before.

    Where no bit changes and no hook watches, a convolution or a normalisation of channels and the
    ``ReLU`` behind it run in one pass, so do a normalisation and a ``ReLU6``, and max pooling runs
    before the ``ReLU`` in front of it.

    Args:
        modules: The modules, or one dict of them by name.

    Example:
        >>> import convolens as cl
        >>> net = Sequential(cl.nn.Conv2d(1, 2, 3), cl.nn.ReLU())
        >>> net(cl.zeros(1, 1, 5, 5)).shape
        (1, 2, 3, 3)
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        self._order = Order()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                self._own(name, module)
        else:
            self.extend(modules)  # type: ignore[arg-type]

    def forward(self, input: Any) -> Any:
        """Run the modules in order, or by cheaper steps that give the same numbers."""
        x = input
        done: list[tuple[tuple[Module | None, ...], Any]] = [((None,), getattr(x, "spec", None))]
        for run, modules in self._order.steps(self._modules.values()):
            try:
                y = run(x)
            except ShapeError as error:
                if isinstance(run, LinearBase):
                    error.hint = feature_hint(run, x, self._named(done)) or error.hint
                raise
            x = y
            done.append((modules, getattr(x, "spec", None)))
        return x

    def _named(self, done: list[tuple[tuple[Module | None, ...], Any]]) -> list[Step]:
        names = {
            id(module): f"{type(module).__name__} ({name})" if name.isdecimal() else name
            for name, module in self._modules.items()
        }
        return [
            Step(names.get(id(module), ""), spec.shape)
            for modules, spec in done
            if spec is not None
            for module in modules
        ]

    def __getitem__(self, place: int | slice) -> Module:
        if not isinstance(place, slice):
            return self._modules[self._name(place)]
        part = dict(list(self._modules.items())[place])
        numbered = all(name.isdecimal() for name in part)
        return Sequential(*part.values()) if numbered else Sequential(part)

    def pop(self, key: int | slice) -> Module:
        """Take a module out and return it, or several as a Sequential."""
        part = self[key]
        del self[key]
        return part

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self).extend(_sequential(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(_sequential(other))

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*list(self) * _positive(times))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(list(self) * (_positive(times) - 1))


def _sequential(other: Any) -> Sequential:
    if not isinstance(other, Sequential):
        raise ArgumentError(
            f"a Sequential and a {type(other).__name__} cannot be added.",
            hint="put the modules into a Sequential, or use extend.",
        )
    return other


def _positive(times: Any) -> int:
    if not isinstance(times, int):
        raise DTypeError(f"a Sequential cannot be multiplied with a {type(times).__name__}.")
    if times < 1:
        raise ArgumentError(f"a Sequential cannot be repeated {times} times.")
    return times
