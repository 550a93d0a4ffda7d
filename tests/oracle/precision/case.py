"""A call whose error is compared with torch's, written once for either library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: The package, its functional module and the inputs; what comes out.
Call = Callable[[Any, Any, Any], Any]
#: And the shapes of the inputs.
Case = tuple[Call, list[tuple[int, ...]]]


def like(m: Any, array: Any, x: Any) -> Any:
    """Return constant numbers, float32 as they are drawn, in the type of ``x``."""
    return m.tensor(array.astype(np.float32), dtype=x.dtype)
