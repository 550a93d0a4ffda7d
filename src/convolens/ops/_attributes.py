"""The attributes of operators: the fields of a frozen dataclass, compiled when it is needed."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, fields, make_dataclass
from inspect import isabstract
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True)
def operator(cls: type[Class]) -> type[Class]:
    """Make a class of operators: a frozen dataclass, compared, hashed and printed as ``Op`` says.

    A dataclass compiles six methods where it stands. Of these an operator needs its constructor,
    and most programs make operators of few classes: it is compiled when it is first called.
    Without attributes there is one operator of a class, however often it is made.
    """
    made: Any = dataclass(init=False, eq=False, repr=False)(cls)
    names = [field.name for field in fields(made)]
    made.values = attrgetter(*names or ["name"])
    made.__init__ = _compiling(made)
    if not (names or isabstract(made)):
        only = object.__new__(made)
        made.__new__ = lambda *_, **__: only
    return cls


def _compiling(cls: Any) -> Any:
    """Return a constructor of ``cls`` that compiles the one that takes its place."""

    def first(self: Any, *args: Any, **attributes: Any) -> None:
        cls.__init__ = _constructor(cls)
        cls.__init__(self, *args, **attributes)

    return first


def _constructor(cls: Any) -> Any:
    """Return what a frozen dataclass of the same fields has for a constructor."""
    validated = {"__post_init__": None} if hasattr(cls, "__post_init__") else {}
    like = make_dataclass(
        cls.__qualname__,
        [(field.name, field.type, copy(field)) for field in fields(cls)],
        namespace=validated,
        eq=False,
        repr=False,
        frozen=True,
    )
    return vars(like)["__init__"]
