"""The font of the pictures: Latin letters, symbols and the Chinese of the texts, in one file."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

#: Its name in CSS, with those that a system may have after it.
FAMILY = "'Lens Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


@lru_cache(maxsize=1)
def font_bytes() -> bytes:
    """Return the OpenType file."""
    return (resources.files("convolens.lens.fonts") / "lens_sans.otf").read_bytes()


@lru_cache(maxsize=64)
def font(size: float) -> FreeTypeFont:
    """Return the font for Pillow; it is the same on every machine.

    Args:
        size: The height of a line's letters, in pixels.

    Example:
        >>> font(20).getlength("卷积")
        40.0
    """
    from PIL import ImageFont

    # Without Raqm, which not every Pillow has, so that lengths are everywhere the same.
    return ImageFont.truetype(io.BytesIO(font_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def font_face() -> str:
    """Return a CSS rule with the whole font in it, for a page or a picture that stands alone.

    Needed only where a text is Chinese: Latin letters are on every system.
    """
    data = base64.b64encode(font_bytes()).decode("ascii")
    return f"@font-face{{font-family:'Lens Sans';src:url(data:font/otf;base64,{data})}}"
