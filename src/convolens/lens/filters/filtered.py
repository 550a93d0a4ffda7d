"""The result of a filter: pixels, numbers, how it was computed, a check and files."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, final, get_args

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError
from convolens.lens.filters.apply import Signs, filtered_pixels, filtered_values, plans
from convolens.lens.filters.check import check_pixels
from convolens.lens.filters.kernel import Kernel, as_kernel
from convolens.lens.filters.photo import Photo, read_photo
from convolens.lens.filters.plan import Plan
from convolens.lens.filters.psnr import psnr
from convolens.lens.filters.tiles import Pixels
from convolens.lens.filters.words import filter_words
from convolens.lens.language import speaking
from convolens.lens.saving import save

if TYPE_CHECKING:
    from PIL import Image

    from convolens.lens.filters.figure import Figure


@final
@dataclass(frozen=True, eq=False)
class Filtered:
    """A photograph through a kernel.

    Attributes:
        source: The photograph before.
        photo: The photograph after.
        kernel: The kernel.
        padding: What lies beyond the border.
        mix: Whether the channels were mixed to one.
        signs: What was made of negative numbers: ``'clip'``, ``'abs'`` or ``'shift'``.
    """

    source: Photo
    photo: Photo
    kernel: Kernel
    padding: str
    mix: bool
    signs: Signs

    @property
    def plans(self) -> list[Plan]:
        """How each grid was run: its rank, and in how many passes."""
        return plans(self.kernel)

    @property
    def pixels(self) -> NDArray[Any]:
        """The pixels, uint8 or uint16 [P, Q, C]."""
        return self.photo.pixels

    @property
    def values(self) -> NDArray[np.float32]:
        """The numbers before they became pixels, float32 [P, Q, C]: computed when asked for."""
        return filtered_values(self.source.pixels, self.kernel, padding=self.padding, mix=self.mix)

    @property
    def image(self) -> Image.Image:
        """The picture, as Pillow holds it."""
        return self.photo.image()

    def psnr(self, reference: Photo | Any) -> float:
        """Return how close it is to a photograph, in decibels; see ``psnr``.

        Args:
            reference: A photograph of the result's size and channels, or of the source's: then of
                its pixels those that remain, with its channels mixed as the source's are.

        Raises:
            ArgumentError: If sizes, channels or types differ.
        """
        other = reference if isinstance(reference, Photo) else read_photo(reference)
        pixels = other.pixels
        if pixels.shape == self.source.pixels.shape != self.pixels.shape:
            pixels = self._remaining(pixels)
        return psnr(self.pixels, pixels)

    def _remaining(self, pixels: Pixels) -> Pixels:
        """Return of pixels like the source's those that the result has, mixed alike.

        That is the mean of the channels or, with a grid for each channel, their sum, each times the
        sum of its grid: what the kernel makes of an even area.
        """
        if self.mix:
            grids = self.kernel.grids
            sums = [np.full((1, 1), grid.sum()) for grid in grids] if grids[1:] else [np.eye(1)]
            mixer = Kernel("mix", tuple(sums))
            pixels = filtered_pixels(pixels, mixer, padding="none", mix=True, signs="clip")
        return _inner(pixels, self.kernel.size) if self.padding == "none" else pixels

    def check(self) -> int:
        """Compute some pixels a second time, in float64 from the definition; return how many.

        Raises:
            CheckError: If one differs by more than rounding explains.
        """
        return check_pixels(
            self.source.pixels,
            self.photo.pixels,
            self.kernel,
            padding=self.padding,
            mix=self.mix,
            signs=self.signs,
            largest=self.photo.largest,
        )

    def lines(self) -> list[str]:
        """Return in words what the kernel is and how it was run, one line for each grid."""
        name = self.kernel.name
        signs = "length" if self.kernel.across is not None else self.signs
        lines = [f"{name}: {line}" for line in plans_in_words(self.plans)]
        return [*lines, filter_words()(f"signs.{signs}")]

    def figure(self, lang: str | None = None) -> Figure:
        """Return a figure of the photograph before and after, and of the kernel."""
        from convolens.lens.filters.figure import Figure

        return Figure((self,), lang=lang)

    def save(self, path: str | Path) -> None:
        """Write it, after a check: a picture by its suffix, the numbers as .npy, or a page .html.

        Raises:
            ArgumentError: If the suffix is not known, the file cannot be written, or a file of this
                kind cannot hold alpha or 16 bits.
            CheckError: If a pixel is not what the definition says.
        """
        self.check()
        makers: dict[str, Callable[[], str | bytes]] = {
            **self.photo.makers(),
            ".npy": self._npy,
            ".html": lambda: self.figure().page(),
        }
        save(path, makers)

    def _npy(self) -> bytes:
        stream = io.BytesIO()
        np.save(stream, self.values, allow_pickle=False)
        return stream.getvalue()

    def _repr_html_(self) -> str:
        return self.figure()._repr_html_()


def filter(
    image: str | Path | bytes | Photo | Any,
    kernel: Any = "sobel",
    *,
    padding: str = "reflect",
    mix: bool = False,
    grey: bool = False,
    flip: bool = False,
    signs: str = "auto",
    lang: str | None = None,
) -> Filtered:
    """Return a photograph through a kernel: y[p,q,c] = sum over r, s of k[r,s] x[p + r, q + s, c].

    The result has the size, the channels and the type of the photograph, and its alpha. It is
    computed by the kernels of the engine that compute convolutional layers; a kernel of low rank
    runs as passes along one axis each.

    Args:
        image: A file, its content, an image of Pillow, or an array uint8 or uint16 [H, W] or
            [H, W, C].
        kernel: A name such as ``'sobel'`` or ``'gaussian:2'``, a grid of numbers such as
            ``'1 0 -1; 2 0 -2; 1 0 -1'``, or an array [R, S] or
            [C, R, S].
        padding: What lies beyond the border: ``'reflect'`` mirrors at the border pixel,
            ``'replicate'`` repeats it, ``'circular'`` goes on at the other end, ``'zeros'`` is
            black, and with ``'none'`` the result is smaller.
        mix: Whether the channels are mixed to one: the mean of their results or, where the kernel
            has a grid for each channel, the sum.
        grey: Whether the photograph is turned into grey first.
        flip: Whether the kernel is turned by 180 degrees: what mathematics calls convolution.
        signs: What becomes of numbers below 0 and beyond the largest pixel: ``'clip'`` cuts them
            off, ``'abs'`` drops signs first, ``'shift'`` adds half of the range, so that 0 is
            middle grey. ``'auto'`` is ``'abs'`` if the kernel's numbers sum to 0, else
            ``'clip'``.
        lang: The language of errors: ``'en'``, ``'zh'``, or None for what was chosen before.

    Raises:
        ArgumentError: If an argument is out of range, or the image too small for the kernel.
        DataError: If the file is missing, damaged, too large or no image.

    Example:
        >>> photo = np.tile(np.uint8([[0, 0, 9, 9]]), (3, 1))
        >>> edges = filter(photo, "-1 0 1")
        >>> edges.pixels[..., 0].tolist()
        [[0, 9, 9, 0], [0, 9, 9, 0], [0, 9, 9, 0]]
        >>> edges.check() > 0, edges.signs
        (True, 'abs')
    """
    with speaking(lang):
        chosen = as_kernel(kernel)
        source = image if isinstance(image, Photo) else read_photo(image)
        source = source.grey() if grey else source
        return _applied(source, chosen.flipped() if flip else chosen, padding, mix, signs)


def _applied(source: Photo, kernel: Kernel, padding: str, mix: bool, signs: str) -> Filtered:
    if signs == "auto":
        signs = "abs" if kernel.balanced and kernel.across is None else "clip"
    if signs not in get_args(Signs):
        known = ", ".join(("auto", *get_args(Signs)))
        raise filter_words().problem(ArgumentError, "filter.signs", signs=signs, known=known)
    how = cast(Signs, signs)
    pixels = filtered_pixels(source.pixels, kernel, padding=padding, mix=mix, signs=how)
    same_size = pixels.shape[:2] == source.pixels.shape[:2]
    photo = replace(
        source,
        pixels=pixels,
        alpha=source.alpha if same_size else _inner_alpha(source.alpha, kernel.size),
        profile=source.profile if pixels.shape[2] == source.channels else None,
    )
    return Filtered(source, photo, kernel, padding, mix, how)


def _inner_alpha(alpha: Pixels | None, kernel: tuple[int, int]) -> Pixels | None:
    return None if alpha is None else _inner(alpha, kernel)


def _inner(pixels: Pixels, kernel: tuple[int, int]) -> Pixels:
    """Return the pixels whose windows lie inside the image, [H, W] or [H, W, C]."""
    top, left = ((cells - 1) // 2 for cells in kernel)
    height, width = (n - cells + 1 for n, cells in zip(pixels.shape[:2], kernel, strict=True))
    return pixels[top : top + height, left : left + width]


def plans_in_words(plans: Sequence[Plan]) -> list[str]:
    """Return how grids are run, in the language chosen; once for those that run alike."""
    texts = Counter(map(plan_in_words, plans))
    say = filter_words()
    return [
        say("plan.each", grids=count, plan=text) if count > 1 else text
        for text, count in texts.items()
    ]


def plan_in_words(plan: Plan) -> str:
    """Return how a grid is run, in the language chosen.

    Example:
        >>> from convolens.lens.filters.plan import plan
        >>> plan_in_words(plan(as_kernel("box:5").grids[0]))
        '5x5, rank 1: a column, then a row; 10 multiplications a pixel instead of 25'
    """
    say = filter_words()
    values = {
        "size": "x".join(map(str, plan.size)),
        "rank": plan.rank,
        "count": plan.numbers,
        "all": plan.numbers + plan.saved,
    }
    if not plan.separated:
        return say("plan.whole", **values)
    return say("plan.two" if plan.rank == 1 else "plan.more", **values)
