"""Products of matrices, and numbers picked by an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: Takes the library, its functions and the inputs.
Call = Callable[[Any, Any, Any], Any]
Shapes = list[tuple[int, ...]]

_IMAGE = (8, 64, 56, 56)
_ROWS = (128, 1000)
_RANDOM = np.random.default_rng(0)
_EXAMPLES = _RANDOM.integers(0, 64, 64)
_CHANNELS = _RANDOM.integers(0, 64, 48)
_PLACES = _RANDOM.integers(0, 1000, (128, 10))

CASES: list[tuple[str, Call, Shapes]] = [
    ("matmul", lambda m, F, t: t[0] @ t[1], [(512, 512), (512, 512)]),
    ("matmul, tall", lambda m, F, t: t[0] @ t[1], [(25088, 64), (64, 64)]),
    ("matmul, long sums", lambda m, F, t: t[0] @ t[1], [(64, 4096), (4096, 64)]),
    ("matmul of pairs", lambda m, F, t: t[0] @ t[1], [(64, 49, 64), (64, 64, 49)]),
    ("matmul of pairs, one right", lambda m, F, t: t[0] @ t[1], [(64, 49, 64), (64, 64)]),
    ("matmul of heads", lambda m, F, t: t[0] @ t[1], [(8, 8, 49, 32), (8, 8, 32, 49)]),
    ("bmm, large", lambda m, F, t: m.bmm(t[0], t[1]), [(4, 256, 256), (4, 256, 256)]),
    ("mv", lambda m, F, t: m.mv(t[0], t[1]), [(1000, 1000), (1000,)]),
    ("row times matrix", lambda m, F, t: t[0] @ t[1], [(1000,), (1000, 1000)]),
    ("dot", lambda m, F, t: m.dot(t[0], t[1]), [(100_000,), (100_000,)]),
    ("outer", lambda m, F, t: m.outer(t[0], t[1]), [(1000,), (1000,)]),
    ("addmm", lambda m, F, t: m.addmm(*t), [(100,), (128, 512), (512, 100)]),
    ("linear", lambda m, F, t: F.linear(*t), [(128, 512), (100, 512), (100,)]),
    ("linear of tokens", lambda m, F, t: F.linear(*t), [(8, 196, 256), (256, 256), (256,)]),
    ("index images", lambda m, F, t: t[0][m.tensor(_EXAMPLES)], [(64, 3, 32, 32)]),
    ("index_select channels", lambda m, F, t: t[0].index_select(1, m.tensor(_CHANNELS)), [_IMAGE]),
    ("gather", lambda m, F, t: t[0].gather(1, m.tensor(_PLACES)), [_ROWS]),
    ("mask", lambda m, F, t: t[0][t[0] > 1], [_ROWS]),
    ("topk", lambda m, F, t: t[0].topk(5)[0], [_ROWS]),
    ("sort", lambda m, F, t: t[0].sort(dim=1, stable=True)[0], [_ROWS]),
]
