"""What torch keeps in ``utils``: data sets and their batches."""

from convolens.utils import data

__all__ = ["data"]
