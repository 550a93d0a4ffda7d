"""Writes an animation as MP4 (H.264), by PyAV, which is an extra."""

from __future__ import annotations

import io
from fractions import Fraction

from PIL import Image

from convolens.errors import DependencyError
from convolens.lens.animate.raster import images
from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import Theme
from convolens.lens.animate.timing import Timing

#: Pictures a second: every player takes this rate.
_RATE = 20


def require_video() -> None:
    """Refuse to begin a video that cannot be written.

    Raises:
        DependencyError: If PyAV is not installed.
    """
    try:
        import av  # noqa: F401
    except ImportError:
        raise DependencyError(
            "an .mp4 needs the package av, which is not installed.",
            hint="pip install 'convolens[video]', or save a .gif, .svg or .html.",
        ) from None


def video(pictures: list[Picture], size: tuple[int, int], theme: Theme, timing: Timing) -> bytes:
    """Return the file's bytes.

    Raises:
        DependencyError: If PyAV is not installed.
    """
    require_video()
    import av

    # H.264 stores colours for squares of two by two.
    width, height = (side + side % 2 for side in size)
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4", options={"movflags": "faststart"}) as container:
        track = container.add_stream("libx264", rate=Fraction(_RATE))
        track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        track.options = {"crf": "18", "preset": "veryfast", "tune": "animation"}
        lengths = timing.milliseconds()
        for image, length in zip(images(pictures, size, theme), lengths, strict=True):
            whole = Image.new("RGB", (width, height), theme.page)
            whole.paste(image)
            frame = av.VideoFrame.from_image(whole)
            for _ in range(max(1, round(length * _RATE / 1000))):
                for packet in track.encode(frame):
                    container.mux(packet)
        for packet in track.encode(None):
            container.mux(packet)
    return stream.getvalue()
