"""Data: labelled images from files, folders and the network, in batches for training."""

from convolens.data.dataset import ArrayDataset, Dataset, Subset
from convolens.data.digits import load_digits
from convolens.data.image_files import ImageFiles
from convolens.data.images import load_image
from convolens.data.loader import Loader
from convolens.data.open import NAMES, open_dataset
from convolens.data.randomness import SampleRandom
from convolens.data.splits import Splits, stratified
from convolens.data.transforms import (
    Normalize,
    RandomCrop,
    RandomHorizontalFlip,
    RandomShift,
    Transform,
)

__all__ = [
    "NAMES",
    "ArrayDataset",
    "Dataset",
    "ImageFiles",
    "Loader",
    "Normalize",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomShift",
    "SampleRandom",
    "Splits",
    "Subset",
    "Transform",
    "load_digits",
    "load_image",
    "open_dataset",
    "stratified",
]
