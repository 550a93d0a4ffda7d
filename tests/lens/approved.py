"""Pictures that a person has looked at and approved, and the comparison with them.

A changed picture fails its test. Look at the new one; if it is right, run the test once more with
CONVOLENS_APPROVE=1 in the environment, which replaces the approved one.
"""

from __future__ import annotations

import os
from pathlib import Path


def assert_approved(text: str, file: Path) -> None:
    """Compare a picture with the approved one in ``file``."""
    if os.environ.get("CONVOLENS_APPROVE") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.exists(), f"{file.name} has not been approved"
    assert text == file.read_text("utf-8"), f"{file.name} is not the approved picture"
