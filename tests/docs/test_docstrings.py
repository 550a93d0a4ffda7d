"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import convolens


def modules() -> Iterator[str]:
    yield "convolens"
    for info in pkgutil.walk_packages(convolens.__path__, "convolens."):
        if not info.name.endswith(("_native", "__main__")):
            yield info.name


@pytest.mark.parametrize("name", list(modules()))
def test_docstring_examples(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    threads = convolens.get_num_threads()
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    convolens.set_num_threads(threads)
    assert result.failed == 0
