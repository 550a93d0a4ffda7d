"""The handwritten digits inside the package: 1,797 images of 8x8, so that nothing is downloaded."""

from __future__ import annotations

from importlib import resources

import numpy as np

from convolens.data.dataset import ArrayDataset
from convolens.data.splits import Splits

CLASSES = tuple("0123456789")
SOURCE = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
    "UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49"
)
LICENCE = "CC BY 4.0"
LARGEST_PIXEL = 16


def load_digits() -> Splits:
    """Return the bundled digits: 1,437 training and 360 test images, float32 [N, 1, 8, 8].

    A pixel counts the inked dots, 0 to 16, in a 4x4 block of the scanned digit; batches hold them
    divided by 16. The split is stored in the file and never changes: 36 test images of each digit,
    drawn by ``tools/make_digits.py``, which says how.

    Example:
        >>> digits = load_digits()
        >>> digits.train, digits.test
        (<digits: 1,437 images of 1x8x8 in 10 classes>, <digits: 360 images of 1x8x8 in 10 classes>)
        >>> image, label = digits.train.raw(0)
        >>> label, image[0, :, 0]
        (0, array([ 0,  0,  5, 13,  9,  1,  0,  0], dtype=uint8))

    Source: https://doi.org/10.24432/C50P49, as packaged by scikit-learn; see digits.LICENCE.txt.
    """
    file = resources.files("convolens.data") / "digits.npz"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        images, labels, in_test = arrays["images"], arrays["labels"], arrays["in_test"]

    def part(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> ArrayDataset:
        return ArrayDataset(
            images[chosen], labels[chosen], CLASSES, name="digits", scale=LARGEST_PIXEL
        )

    return Splits(part(~in_test), part(in_test), SOURCE, LICENCE)
