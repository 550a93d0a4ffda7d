"""The command ``python -m tools.operator_pages``."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.operator_pages.folder import differences, update

FOLDER = Path(__file__).parents[2] / "docs" / "operators"

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        found = differences(FOLDER)
        print("\n".join(found) or "the pages are up to date")
        sys.exit(bool(found))
    print(f"{update(FOLDER)} files written to {FOLDER}")
