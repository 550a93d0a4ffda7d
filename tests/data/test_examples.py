from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import convolens.data

MODULES = [found.name for found in pkgutil.iter_modules(convolens.data.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    assert doctest.testmod(import_module(f"convolens.data.{name}")).failed == 0
