"""Makes src/convolens/data/digits.npz from the scikit-learn package.

    pip download --no-deps scikit-learn
    python tools/make_digits.py scikit_learn-*.whl

The source may also be the digits.csv.gz inside that wheel. The file holds three arrays: images
uint8 [1797, 8, 8] with values 0 to 16, labels uint8 [1797] and in_test bool [1797]. Their order is
that of scikit-learn.

How the split is drawn: image number i of the file, counted from 0, has the key
sha256("convolens digits <i>"), and the 36 images of each digit with the smallest keys are the test
images. So a test set of 360 has as many of each digit, and no random generator is involved.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

MEMBER = "sklearn/datasets/data/digits.csv.gz"
SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
TEST_IMAGES_PER_DIGIT = 36
TARGET = Path(__file__).parent.parent / "src" / "convolens" / "data" / "digits.npz"


def read_table(source: Path) -> np.ndarray:
    """Return the table, float64 [1797, 65]: 64 pixels row by row, then the digit."""
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as wheel:
            packed = wheel.read(MEMBER)
    else:
        packed = source.read_bytes()
    found = hashlib.sha256(packed).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{source}: {MEMBER} has the SHA-256 {found}, not {SHA256}.")
    return np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",")


def draw_test(labels: np.ndarray) -> np.ndarray:
    """Return bool [N]: whether an image is a test image."""
    in_test = np.zeros(len(labels), np.bool_)
    for digit in range(10):
        numbers = np.flatnonzero(labels == digit)
        keys = [hashlib.sha256(f"convolens digits {i}".encode()).digest() for i in numbers]
        order = sorted(range(len(numbers)), key=keys.__getitem__)
        in_test[numbers[order[:TEST_IMAGES_PER_DIGIT]]] = True
    return in_test


def write_npz(target: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write a compressed .npz without dates, so that the same arrays give the same bytes."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue(), compresslevel=9)


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description="Make the bundled digits.")
    parser.add_argument("source", type=Path, help="a scikit-learn wheel, or its digits.csv.gz")
    parser.add_argument("target", type=Path, nargs="?", default=TARGET)
    arguments = parser.parse_args()
    table = read_table(arguments.source)
    images = table[:, :64].reshape(-1, 8, 8).astype(np.uint8)
    labels = table[:, 64].astype(np.uint8)
    in_test = draw_test(labels)
    write_npz(arguments.target, {"images": images, "labels": labels, "in_test": in_test})
    size = arguments.target.stat().st_size
    print(f"{arguments.target}: {len(labels)} digits, {in_test.sum()} for testing, {size} bytes")


if __name__ == "__main__":
    main()
