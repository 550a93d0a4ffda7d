"""What all tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Examples may share a test's folder; a busy machine may take long for one.
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# The same examples on each run: a change is judged by what it changed. `make explore` draws others.
settings.register_profile("repeat", parent=settings.get_profile("explore"), derandomize=True)
settings.load_profile(os.environ.get("CONVOLENS_HYPOTHESIS", "repeat"))

# A shell's job in the background ignores Ctrl-C, and so would all processes that tests begin.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let slow tests begin first, and each worker with its share: the last one would run alone.

    Workers begin with neighbouring parts of the list, and steal from the ends of others' parts.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    others = [item for item in items if not item.get_closest_marker("slow")]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [
        item
        for worker in range(workers)
        for share in (slow[worker::workers], _part(others, worker, workers))
        for item in share
    ]


def _part(items: list[pytest.Item], part: int, parts: int) -> list[pytest.Item]:
    """Return a part of a list that is cut into parts of nearly equal length."""
    return items[part * len(items) // parts : (part + 1) * len(items) // parts]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository, which is never part of it."""
    chosen = os.environ.get("CONVOLENS_TEST_DATA")
    folder = Path(chosen) if chosen else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data: there is no folder {folder} (set CONVOLENS_TEST_DATA)")
    return folder
