"""Hooks: functions that are called around a module's forward pass."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, final

if TYPE_CHECKING:
    from convolens.nn.module import Module

Inputs = tuple[Any, ...]
Options = dict[str, Any]
_handles = itertools.count()


class Hook(NamedTuple):
    """A function to call, and whether it takes the keyword arguments too."""

    function: Callable[..., Any]
    with_kwargs: bool


@final
class RemovableHandle:
    """Removes a hook again."""

    def __init__(self, hooks: dict[int, Hook], hook: Hook, prepend: bool = False) -> None:
        self._hooks = hooks
        self._number = next(_handles)
        others = {**hooks} if prepend else {}
        if prepend:
            hooks.clear()
        hooks[self._number] = hook
        hooks.update(others)

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        self._hooks.pop(self._number, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def before(
    hooks: dict[int, Hook], module: Module, inputs: Inputs, options: Options
) -> tuple[Inputs, Options]:
    """Call the hooks before a forward pass; return the inputs and options that it gets."""
    for hook in tuple(hooks.values()):
        if hook.with_kwargs:
            changed = hook.function(module, inputs, options)
            if changed is not None:
                inputs, options = changed
            continue
        changed = hook.function(module, inputs)
        if changed is not None:
            inputs = changed if isinstance(changed, tuple) else (changed,)
    return inputs, options


def after(
    hooks: dict[int, Hook], module: Module, inputs: Inputs, options: Options, output: Any
) -> Any:
    """Call the hooks after a forward pass; return the output, or what replaces it."""
    for hook in tuple(hooks.values()):
        arguments = (inputs, options) if hook.with_kwargs else (inputs,)
        replacement = hook.function(module, *arguments, output)
        if replacement is not None:
            output = replacement
    return output
