"""What several checks share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import convolens as cl


@pytest.fixture
def threads_as_before() -> Iterator[None]:
    """Bring back the number of threads that a check changes."""
    before = cl.get_num_threads()
    yield
    cl.set_num_threads(before)
