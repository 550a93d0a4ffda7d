"""The command ``convolens filter``: a photograph through hand-made kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convolens.cli._language import lang_option
from convolens.cli._types import Finite

if TYPE_CHECKING:
    from convolens.lens.filters import Filtered, Kernel, Photo

_EPILOG = """\b
Examples:
  convolens filter photo.jpg --kernel sobel -o edges.png
  convolens filter photo.jpg -k "1 0 -1; 2 0 -2; 1 0 -1" -o edges.png
  convolens filter photo.jpg -k gaussian:2 -k edge:5 -k emboss -o figure.png
      several kernels: a figure, side by side, with their numbers
  convolens filter photo.jpg -k box:3 -k gaussian:1 --noise 25 -o denoised.png
      adds noise, takes it away, and says how well that went
  convolens filter photo.jpg -k sobel -o edges.npy
      the numbers before they become pixels
"""


def _list_kernels(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    from convolens.lens.filters import BANK

    rows = [
        (name, ", ".join(f"{s.name}={s.default:g}" for s in entry.settings))
        for name, entry in BANK.items()
    ]
    width = max(len(name) for name, _ in rows)
    for name, settings in rows:
        click.echo(f"{name:<{width}}  {settings}".rstrip())
    context.exit()


@click.command("filter", epilog=_EPILOG)
@click.argument("image")
@click.option(
    "-k",
    "--kernel",
    "kernels",
    multiple=True,
    default=("sobel",),
    show_default=True,
    metavar="KERNEL",
    help="A name, with its numbers behind a colon (gaussian:2, motion:length=15,angle=45), or "
    "numbers with a ';' between rows. Several make a figure.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_kernels,
    help="Show the names and the numbers that they take.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="FILE",
    help="What to write: .png, .jpg, .webp, .bmp, .tif, a page .html, or numbers .npy.",
)
@click.option(
    "--padding",
    type=click.Choice(["reflect", "replicate", "circular", "zeros", "none"]),
    default="reflect",
    show_default=True,
    help="What lies beyond the border.",
)
@click.option("--mix", is_flag=True, help="Mix the channels to one.")
@click.option("--grey", is_flag=True, help="Turn the image into grey first.")
@click.option("--flip", is_flag=True, help="Turn the kernel by 180 degrees: a true convolution.")
@click.option(
    "--signs",
    type=click.Choice(["auto", "clip", "abs", "shift"]),
    default="auto",
    show_default=True,
    help="Negative numbers: cut off, signs dropped, or 0 as middle grey; auto: abs for kernels "
    "whose numbers sum to 0, else clip.",
)
@click.option(
    "--noise",
    type=Finite(min=0),
    metavar="SIGMA",
    help="Add noise first; 255 is the whole range.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--compare", metavar="FILE", help="An image without noise: say how close the result is to it."
)
@click.option("--figure", is_flag=True, help="Write a figure also for one kernel.")
@click.option("--dark", is_flag=True, help="A figure on a dark page.")
@lang_option
def filter(
    image: str,
    kernels: tuple[str, ...],
    out: str,
    padding: str,
    mix: bool,
    grey: bool,
    flip: bool,
    signs: str,
    noise: float | None,
    seed: int,
    compare: str | None,
    figure: bool,
    dark: bool,
) -> None:
    """Put a photograph through hand-made kernels.

    IMAGE is a PNG, JPEG, BMP, WebP or TIFF file, in colour or grey, of 8 or 16 bits. The result has
    its size, its channels and its alpha. Kernels of low rank run as passes along one axis each.
    """
    from convolens.lens.filters import Figure, as_kernel, read_photo, with_noise
    from convolens.lens.filters import filter as filtered
    from convolens.lens.filters.output import check_target

    chosen = [as_kernel(kernel) for kernel in kernels]
    as_figure = figure or len(chosen) > 1
    check_target(out, as_figure=as_figure)
    _require_signs_that_are_used(signs, chosen)
    photo = read_photo(image)
    photo = photo.grey() if grey else photo
    clean = _clean(photo, compare, grey, noise)
    before = photo if noise is None else with_noise(photo, noise, seed)
    results = [
        filtered(before, kernel, padding=padding, mix=mix, flip=flip, signs=signs)
        for kernel in chosen
    ]
    report = _report(before, results, clean)
    if as_figure:
        Figure(results, clean=clean, dark=dark).save(out)
    else:
        results[0].save(out)
    for note in before.notes:
        click.echo(note, err=True)
    click.echo("\n".join([*report, out]))


def _require_signs_that_are_used(signs: str, kernels: list[Kernel]) -> None:
    """Refuse --signs where no kernel gives negative numbers."""
    if signs == "auto" or any(kernel.across is None for kernel in kernels):
        return
    from convolens.errors import ArgumentError
    from convolens.lens.filters.words import filter_words

    names = [kernel.name for kernel in kernels]
    raise filter_words().problem(
        ArgumentError,
        "filter.no_signs",
        signs=signs,
        kernels=", ".join(names),
        one=f"{names[0].partition(':')[0].strip().lower()}_x",
    )


def _clean(photo: Photo, compare: str | None, grey: bool, noise: float | None) -> Photo | None:
    from convolens.lens.filters import read_photo

    if compare is None:
        return None if noise is None else photo
    clean = read_photo(compare)
    return clean.grey() if grey else clean


def _report(before: Photo, results: list[Filtered], clean: Photo | None) -> list[str]:
    """Return how each kernel ran and, where an image without noise is known, how well."""
    from convolens.lens.filters import psnr
    from convolens.lens.filters.words import filter_words

    say = filter_words()

    def closeness(name: str, value: float) -> str:
        return f"{name}: {say('figure.psnr', value=f'{value:.2f}')}"

    if clean is None:
        return [line for result in results for line in result.lines()]
    lines = [closeness(say("figure.noisy"), psnr(before.pixels, clean.pixels))]
    for result in results:
        lines += [*result.lines(), closeness(result.kernel.name, result.psnr(clean))]
    return lines
