"""The classic animations by name, and a folder full of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from convolens.errors import ArgumentError
from convolens.lens.animate.animate import animate
from convolens.lens.animate.animation import SUFFIXES, Animation, require_target
from convolens.lens.animate.words import words

if TYPE_CHECKING:
    from convolens.lens.animate.scene import View
    from convolens.lens.animate.theme import ThemeName


@final
@dataclass(frozen=True)
class Classic:
    """A well-known animation.

    Attributes:
        layer: The layer as text.
        x: Its input, or None for no numbers.
        weight: Its kernel, or None.
        view: How it is shown.
    """

    layer: str
    x: tuple[tuple[float, ...], ...] | None = None
    weight: tuple[tuple[float, ...], ...] | None = None
    view: View = "window"


#: The input and the kernel of the guide's numerical figures.
_X = ((3, 3, 2, 1, 0), (0, 0, 1, 3, 1), (3, 1, 2, 2, 3), (2, 0, 0, 2, 2), (2, 0, 0, 0, 1))
_W = ((0, 1, 2), (2, 2, 0), (0, 1, 2))

#: Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016: figures
#: 1.1, 1.5, 1.6, 2.1 to 2.7, 4.1 to 4.7 and 5.1.
GALLERY: dict[str, Classic] = {
    "no_padding_no_strides": Classic("4x4 k3"),
    "arbitrary_padding_no_strides": Classic("5x5 k4 p2"),
    "same_padding": Classic("5x5 k3 p1"),
    "full_padding": Classic("5x5 k3 p2"),
    "no_padding_no_strides_transposed": Classic("2x2 T k3"),
    "arbitrary_padding_no_strides_transposed": Classic("6x6 T k4 p2"),
    "same_padding_transposed": Classic("5x5 T k3 p1"),
    "full_padding_transposed": Classic("7x7 T k3 p2"),
    "no_padding_strides": Classic("5x5 k3 s2"),
    "padding_strides": Classic("5x5 k3 s2 p1"),
    "padding_strides_odd": Classic("6x6 k3 s2 p1"),
    "no_padding_strides_transposed": Classic("2x2 T k3 s2"),
    "padding_strides_transposed": Classic("3x3 T k3 s2 p1"),
    "padding_strides_odd_transposed": Classic("3x3 T k3 s2 p1 op1"),
    "dilation": Classic("7x7 k3 d2"),
    "numerical_no_padding_no_strides": Classic("5x5 k3 nobias", _X, _W),
    "numerical_padding_strides": Classic("5x5 k3 s2 p1 nobias", _X, _W),
    "numerical_max_pooling": Classic("5x5 max k3 s1", _X),
    "numerical_average_pooling": Classic("5x5 avg k3 s1", _X),
}

#: Words without the digits that every layer has, or one word with underscores.
_LIKE_A_NAME = re.compile(r"\s*[A-Za-z_][A-Za-z_\s-]*|[A-Za-z]\w*_\w*")


def classic(
    name: str, *, theme: ThemeName = "light", seconds: float = 0.5, lang: str | None = None
) -> Animation:
    """Return a classic animation.

    Raises:
        ArgumentError: If there is none of that name.

    Example:
        >>> classic("numerical_no_padding_no_strides").values["output"].astype(int).tolist()
        [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]
    """
    if name not in GALLERY:
        raise _no_classic(name, lang)
    entry = GALLERY[name]
    return animate(
        entry.layer, entry.x, weight=entry.weight, view=entry.view, theme=theme, seconds=seconds,
        lang=lang,
    )  # fmt: skip


def classic_called(text: str) -> Classic | None:
    """Return the classic animation that a text names, or None for a text that may be a layer.

    Raises:
        ArgumentError: If it can be no layer, and is no classic's name either.

    Example:
        >>> classic_called("padding_strides").layer
        '5x5 k3 s2 p1'
        >>> classic_called("5x5 k3 s2 p1") is None
        True
    """
    if text in GALLERY:
        return GALLERY[text]
    if _LIKE_A_NAME.fullmatch(text):
        raise _no_classic(text)
    return None


def _no_classic(name: str, lang: str | None = None) -> ArgumentError:
    """Return the error for a name that no classic has, with the nearest names if there are any."""
    joined = re.sub(r"[\s-]+", "_", name.strip().lower())
    close = difflib.get_close_matches(joined, GALLERY, 3)
    return words(lang).problem(
        ArgumentError,
        "wrong.classic_close" if close else "wrong.classic",
        name=name,
        close=", ".join(close),
        known=", ".join(GALLERY),
    )


def save_gallery(
    folder: str | Path,
    suffix: str = ".gif",
    *,
    theme: ThemeName = "light",
    seconds: float = 0.5,
    lang: str | None = None,
    tell: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Write every classic animation into a folder, which is made if it does not exist.

    Args:
        folder: Where to.
        suffix: The kind of the files, one of ``SUFFIXES``.
        theme: ``'light'`` or ``'dark'``.
        seconds: How long a frame lasts.
        lang: ``'en'`` or ``'zh'``, see ``language``.
        tell: Called with each file that has been written.

    Raises:
        ArgumentError: If the kind is not known, or the folder cannot be made or written to.
        DependencyError: If it is .mp4 and the package av is not installed.
        SceneError: If a scene shows what is not so.
    """
    target = Path(folder)
    if suffix not in SUFFIXES:
        raise words(lang).problem(
            ArgumentError, "wrong.suffix", suffix=suffix, known=", ".join(SUFFIXES)
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise words(lang).problem(
            ArgumentError, "wrong.folder", folder=target, reason=error.strerror or error
        ) from None
    written = []
    for name, animation in _animations(theme, seconds, lang):
        path = target / f"{name}{suffix}"
        require_target(path)
        animation.check()
        animation.save(path)
        written.append(path)
        if tell is not None:
            tell(path)
    return written


def _animations(
    theme: ThemeName, seconds: float, lang: str | None
) -> Iterator[tuple[str, Animation]]:
    for name in GALLERY:
        yield name, classic(name, theme=theme, seconds=seconds, lang=lang)
