"""Everything here compares with torch, and is skipped, visibly, where torch is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.oracle)
            # A notice of torch's about its own memory.
            item.add_marker(pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning"))
