"""Figures that a person has looked at and approved: they do not change unnoticed.

After a wanted change run this file with the environment variable APPROVE=1, which writes what is
now drawn to ``approved``, and look at the pictures there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.lens.filters import Figure, Photo, filter, with_noise

from .pictures import drawn

APPROVED = Path(__file__).parent / "approved"
#: Another release of Pillow may draw a letter's edge by a shade lighter.
_SHADE = 0.5


def edges() -> Figure:
    photo = Photo(drawn(60, 90))
    return Figure([filter(photo, k) for k in ("sobel", "edge:5", "gaussian:2", "1 | 2 | 3")])


def denoised() -> Figure:
    clean = Photo(drawn(60, 90))
    noisy = with_noise(clean, 25)
    results = [filter(noisy, kernel) for kernel in ("box:3", "gaussian:1")]
    return Figure(results, clean=clean, dark=True, lang="zh")


@pytest.mark.parametrize("made", [edges, denoised], ids=["edges", "denoised"])
def test_it_is_the_approved_one(made: Callable[[], Figure]) -> None:
    figure = made()
    figure.check()
    path = APPROVED / f"{made.__name__}.png"
    if os.environ.get("APPROVE"):
        figure.image.save(path, optimize=True)
    with Image.open(path) as image:
        approved = np.asarray(image.convert("RGB")).astype(int)
    shown = np.asarray(figure.image)
    assert shown.shape == approved.shape
    assert np.abs(shown - approved).mean() < _SHADE


def test_another_figure_is_not() -> None:
    with Image.open(APPROVED / "edges.png") as image:
        approved = np.asarray(image.convert("RGB")).astype(int)
    photo = Photo(drawn(60, 90))
    kernels = ("sobel", "edge:5", "gaussian:2", "1 | 2 | -3")
    other = np.asarray(Figure([filter(photo, k) for k in kernels]).image)
    assert other.shape == approved.shape
    assert np.abs(other - approved).mean() > _SHADE
