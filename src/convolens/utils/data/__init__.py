"""Data sets of samples and their batches, with torch's names: see :class:`DataLoader`."""

from convolens.utils.data.collate import default_collate, default_convert
from convolens.utils.data.dataset import ConcatDataset, Dataset, TensorDataset
from convolens.utils.data.loader import DataLoader
from convolens.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
)
from convolens.utils.data.subset import Subset, random_split

__all__ = [
    "BatchSampler",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "default_collate",
    "default_convert",
    "random_split",
]
