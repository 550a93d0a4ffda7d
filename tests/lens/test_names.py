"""The names of the lens, which are imported when they are first used."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import convolens.lens
from convolens.lens import __all__


def test_every_name_is_there_and_is_no_module() -> None:
    assert set(__all__) == set(convolens.lens._HOME_OF)
    for name in __all__:
        assert not isinstance(getattr(convolens.lens, name), ModuleType)


def test_what_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'drow'"):
        convolens.lens.drow  # noqa: B018


@pytest.mark.parametrize(
    "code",
    [
        "import convolens.lens.draw; from convolens.lens import draw",
        "from convolens.lens.draw.graph import graph; from convolens.lens import draw",
        "import convolens as cl; import convolens.lens.summary; draw = cl.lens.summary",
        "from convolens import lens; import convolens.lens.draw.svg; draw = lens.draw",
    ],
)
def test_a_function_goes_before_the_module_of_its_name(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(type(draw).__name__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "function\n"


def test_nothing_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, convolens.lens\n"
        "print([name for name in sys.modules if name.startswith('convolens.lens.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
