"""Writes an animation as MP4 (H.264), by PyAV, which is an extra."""

from __future__ import annotations

import io
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np
from PIL import Image

from convolens.errors import DependencyError
from convolens.lens.animate.raster import images
from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import Theme
from convolens.lens.animate.timing import Timing
from convolens.lens.animate.words import words

#: The ticks of a second in which times are told: hundredths, as in a GIF.
_RATE = 100


def require_video() -> Any:
    """Return the package that writes videos, before anything else is done.

    Raises:
        DependencyError: If it is not installed.
    """
    try:
        return import_module("av")
    except ImportError:
        raise words().problem(DependencyError, "wrong.no_video") from None


def video(pictures: list[Picture], size: tuple[int, int], theme: Theme, timing: Timing) -> bytes:
    """Return the file's bytes.

    Raises:
        DependencyError: If PyAV is not installed.
    """
    av = require_video()
    # H.264 stores colours for squares of two by two.
    width, height = (side + side % 2 for side in size)
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        track = container.add_stream("libx264", rate=_RATE)
        track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        track.options = {"crf": "18", "preset": "veryfast", "tune": "animation"}
        begin = 0
        lengths = timing.milliseconds()
        # Each frame is stored once, with the time at which it appears; the last one twice, so that
        # it has a length.
        for image, length in zip(images(pictures, size, theme), lengths, strict=True):
            whole = Image.new("RGB", (width, height), theme.page)
            whole.paste(image)
            frame = av.VideoFrame.from_ndarray(np.asarray(whole), format="rgb24")
            frame.pts, frame.time_base = begin * _RATE // 1000, Fraction(1, _RATE)
            container.mux(track.encode(frame))
            begin += length
        frame.pts = begin * _RATE // 1000 - 1
        container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return stream.getvalue()
