"""A figure: a photograph and what kernels make of it, side by side, with each kernel's numbers."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from convolens.errors import ArgumentError
from convolens.lens.filters.filtered import Filtered, plans_in_words
from convolens.lens.filters.grid import Grid
from convolens.lens.filters.photo import SUFFIXES, Photo
from convolens.lens.filters.psnr import psnr
from convolens.lens.filters.words import filter_words
from convolens.lens.language import speaking
from convolens.lens.saving import save

if TYPE_CHECKING:
    from PIL import Image


@final
@dataclass(frozen=True)
class Figure:
    """Filtered photographs side by side.

    Args:
        results: Results of ``filter``, at least one, of one photograph.
        clean: What the photograph should be, where it has noise: the figure then says how close to
            it everything is.
        dark: Whether the page is dark.
        lang: ``'en'``, ``'zh'``, or None for what ``language`` says.

    Raises:
        ArgumentError: If there is no result.
    """

    results: Sequence[Filtered]
    clean: Photo | None = None
    dark: bool = False
    lang: str | None = None

    def __post_init__(self) -> None:
        if not self.results:
            raise filter_words(self.lang).problem(ArgumentError, "figure.none")

    @property
    def values(self) -> dict[str, object]:
        """What is shown, as plain data: kernels, how they ran, and how close the results are."""
        return {
            "padding": self.results[0].padding,
            "psnr": self._closeness(self.results[0].source),
            "kernels": [
                {
                    "name": result.kernel.name,
                    "grids": [[g.tolist() for g in grids] for grids in result.kernel.directions],
                    "ranks": [plan.rank for plan in result.plans],
                    "multiplications": [plan.numbers for plan in result.plans],
                    "signs": result.signs,
                    "psnr": self._closeness(result),
                }
                for result in self.results
            ],
        }

    @property
    def image(self) -> Image.Image:
        """The figure, as Pillow holds it."""
        from convolens.lens.filters.sheet import Panel, draw_sheet

        with speaking(self.lang):
            say = filter_words()
            before = self.results[0].source
            title = say("figure.noisy" if self.clean else "figure.original")
            panels = [Panel(title, before, (), self._psnr_line(before))]
            for result in self.results:
                lines = [*plans_in_words(result.plans), *self._psnr_line(result)]
                panels.append(Panel(result.kernel.name, result.photo, _grids(result), lines))
            if self.clean:
                panels.insert(0, Panel(say("figure.original"), self.clean, (), ()))
            return draw_sheet(panels, self.dark)

    def check(self) -> int:
        """Compute some pixels of each result a second time; return how many numbers.

        Raises:
            CheckError: If one is not what its definition says.
        """
        return sum(result.check() for result in self.results)

    def save(self, path: str | Path) -> None:
        """Write the figure, after a check: a picture by its suffix, or a page .html.

        Raises:
            ArgumentError: If the suffix is not known, or the file cannot be written.
            CheckError: If a pixel is not what its definition says.
        """
        self.check()
        makers: dict[str, Callable[[], str | bytes]] = {
            suffix: self._maker(suffix) for suffix in SUFFIXES
        }
        makers[".html"] = self.page
        save(path, makers)

    def page(self) -> str:
        """Return an HTML page that needs nothing else."""
        say = filter_words(self.lang)
        title = html.escape(say("figure.title"))
        return (
            f'<!DOCTYPE html>\n<html lang="{say.lang}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title></head>'
            f'<body style="margin:0;background:{"#16191d" if self.dark else "#ffffff"}">'
            f"{self._repr_html_()}</body></html>\n"
        )

    def _repr_html_(self) -> str:
        self.check()
        stream = io.BytesIO()
        self.image.save(stream, "PNG", optimize=True)
        data = base64.b64encode(stream.getvalue()).decode("ascii")
        names = ", ".join(result.kernel.name for result in self.results)
        return (
            f'<img alt="{html.escape(names, quote=True)}" style="max-width:100%" '
            f'src="data:image/png;base64,{data}">'
        )

    def _maker(self, suffix: str) -> Callable[[], bytes]:
        def make() -> bytes:
            from convolens.lens.filters.photo import read_photo

            return read_photo(self.image).encoded(suffix)

        return make

    def _closeness(self, shown: Photo | Filtered) -> float | None:
        if self.clean is None:
            return None
        if isinstance(shown, Filtered):
            return shown.psnr(self.clean)
        return psnr(shown.pixels, self.clean.pixels)

    def _psnr_line(self, shown: Photo | Filtered) -> list[str]:
        value = self._closeness(shown)
        return [] if value is None else [filter_words()("figure.psnr", value=f"{value:.2f}")]


def _grids(result: Filtered) -> tuple[tuple[str, Grid], ...]:
    """Return what stands over each grid, and the grid."""
    say, kernel = filter_words(), result.kernel
    if kernel.across is not None:
        return ((say("figure.x"), kernel.grids[0]), (say("figure.y"), kernel.across))
    if len(kernel.grids) > 1:
        return tuple(
            (say("figure.channel", number=number), grid) for number, grid in enumerate(kernel.grids)
        )
    return (("", kernel.grids[0]),)
