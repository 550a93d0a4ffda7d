"""Kernels on a photograph of 12 megapixels beside OpenCV's filter2D, in turn in one process."""

from __future__ import annotations

import argparse
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.agreement import DisagreementError
from benchmarks.measure import tell
from benchmarks.options import whole
from benchmarks.outcome import Outcome, at_least, below
from benchmarks.peers.base import UnavailableError
from benchmarks.rounds import ratio, spread
from benchmarks.table import table

KERNELS = ("sharpen", "sobel_x", "box:5", "gaussian:1", "gaussian:3", "edge:9", "random:7")
_CHECKED_ROWS = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--rounds", type=whole, default=9)
    parser.add_argument("--kernels", nargs="+", default=KERNELS)
    parser.add_argument("--size", nargs=2, type=whole, default=(3000, 4000), metavar=("H", "W"))


def run(options: argparse.Namespace) -> Outcome:
    cv2 = _opencv()
    import convolens as cl
    from convolens.lens.filters import as_kernel
    from convolens.lens.filters.apply import filtered_pixels

    cl.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    image = np.random.default_rng(0).integers(0, 256, (*options.size, 3), dtype=np.uint8)
    rows, own_walls, ratios = [], [], []
    for name in options.kernels:
        tell(f"{name} ...")
        kernel = as_kernel(name)
        grid = kernel.grids[0]
        calls = {
            "convolens": lambda kernel=kernel: filtered_pixels(
                image, kernel, padding="reflect", mix=False, signs="clip"
            ),
            "filter2D": lambda grid=grid: cv2.filter2D(image, -1, grid),
        }
        worst = max(_check(peer, call(), image, grid) for peer, call in calls.items())
        wall, cpu = _in_turn(calls, options.rounds)
        against = ratio(wall["filter2D"], wall["convolens"])
        ratios.append(against.median)
        own_walls.append(spread(wall["convolens"]).median)
        rows.append(
            [
                f"{name} {'x'.join(map(str, kernel.size))}",
                spread([1e3 * t for t in wall["convolens"]]).text(0),
                spread([1e3 * t for t in wall["filter2D"]]).text(0),
                against.text(),
                ratio(cpu["filter2D"], cpu["convolens"]).text(),
                f"{worst:.3f}",
            ]
        )
    header = ["kernel", "convolens, ms", "filter2D, ms", "ratio", "ratio of CPU", "off by"]
    height, width = options.size
    return Outcome(
        f"Filters: {width}x{height} pixels of 3 channels, 8 bits, {options.threads} threads",
        [
            table(header, rows),
            "off by: the largest distance of a pixel of either from the sum in float64; half a "
            f"pixel is rounding. OpenCV {cv2.__version__} runs filter2D on one thread.",
        ],
        [
            below("the slowest", max(own_walls), 1, " s", 3),
            at_least("against filter2D, the least ratio", min(ratios), 1, "x"),
        ],
    )


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise UnavailableError(
            "OpenCV is not installed: pip install opencv-python-headless"
        ) from error
    return cv2


def _in_turn(
    calls: dict[str, Any], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return the seconds of each call in each round: on the clock, and of all processors."""
    wall: dict[str, list[float]] = {name: [] for name in calls}
    cpu: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start, busy = perf_counter(), process_time()
            call()
            wall[name].append(perf_counter() - start)
            cpu[name].append(process_time() - busy)
    return wall, cpu


def _check(peer: str, found: Any, image: Any, grid: Any) -> float:
    """Return how far the first rows are from the definition.

    Raises:
        DisagreementError: If that is more than rounding to pixels, and of floats, explains.
    """
    before = [(n - 1) // 2 for n in grid.shape]
    top = image[: _CHECKED_ROWS + grid.shape[0]].astype(np.float64)
    behind = [n // 2 for n in grid.shape]
    padded = np.pad(top, ((before[0], 0), (before[1], behind[1]), (0, 0)), mode="reflect")
    expected = np.zeros((_CHECKED_ROWS, *image.shape[1:]))
    for (r, s), weight in np.ndenumerate(grid):
        expected += weight * padded[r : r + _CHECKED_ROWS, s : s + image.shape[1]]
    off = float(np.abs(found[:_CHECKED_ROWS] - np.clip(expected, 0, 255)).max())
    allowed = 0.5 + grid.size * 2.0**-24 * float(np.abs(grid).sum()) * 255 * 4
    if not off <= allowed:
        raise DisagreementError(f"{peer}: a pixel is off by {off:.4f}, allowed are {allowed:.4f}.")
    return off
