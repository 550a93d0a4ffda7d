"""Looking into layers and networks: what each of them makes, costs and sees."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from convolens.lens.animate.animate import animate
    from convolens.lens.animate.animation import Animation
    from convolens.lens.draw import Drawing, draw
    from convolens.lens.explain import Explanation, Ways, explain, find_layers
    from convolens.lens.filters import Filtered, Kernel, filter
    from convolens.lens.notation import LayerSpec, NotationError, parse_layer, parse_torch
    from convolens.lens.race import Race, race
    from convolens.lens.receptive_field import Sight, pixels
    from convolens.lens.rows import Row
    from convolens.lens.summary import Summary, summary

#: Where each name is defined. It is imported when it is first used: a command that needs one of
#: them does not wait for the others.
_HOMES = {
    "animate": ("Animation", "animate"),
    "draw": ("Drawing", "draw"),
    "explain": ("Explanation", "Ways", "explain", "find_layers"),
    "filters": ("Filtered", "Kernel", "filter"),
    "notation": ("LayerSpec", "NotationError", "parse_layer", "parse_torch"),
    "race": ("Race", "race"),
    "receptive_field": ("Sight", "pixels"),
    "rows": ("Row",),
    "summary": ("Summary", "summary"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


@final
class _Lens(ModuleType):
    """This package. ``draw`` in it is the function, not the module of that name."""

    def __getattr__(self, name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{_HOME_OF[name]}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        # Whoever imports a module of a package sets it as an attribute of the package.
        if not (name in _HOME_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Lens

__all__ = [
    "Animation",
    "Drawing",
    "Explanation",
    "Filtered",
    "Kernel",
    "LayerSpec",
    "NotationError",
    "Race",
    "Row",
    "Sight",
    "Summary",
    "Ways",
    "animate",
    "draw",
    "explain",
    "filter",
    "find_layers",
    "parse_layer",
    "parse_torch",
    "pixels",
    "race",
    "summary",
]
