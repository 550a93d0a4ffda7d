"""The calls whose errors are compared with torch's."""

from __future__ import annotations

from .activations import ACTIVATIONS
from .case import Case
from .convolutions import CONVOLUTIONS, PRODUCTS
from .losses import LOSSES
from .norms import NORMS
from .sums import POOLING, SUMS

CASES: dict[str, Case] = CONVOLUTIONS | PRODUCTS | LOSSES | SUMS | POOLING | NORMS | ACTIVATIONS
