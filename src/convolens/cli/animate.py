"""The command ``convolens animate``: a layer at work, as a file that moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convolens.cli._language import lang_option
from convolens.cli._types import Finite, Numbers

if TYPE_CHECKING:
    from convolens.lens.animate import Animation
    from convolens.lens.notation import LayerSpec

_HELP = """\
Show a layer at work, frame by frame.

LAYER is the size of the image and then the layer's items, as for 'convolens explain', or the name
of a classic animation, such as padding_strides, or a line of torch, with --input. The suffix of the
file says what is written:

\b
  .gif .svg .mp4   moves by itself (.mp4 needs pip install 'convolens[video]')
  .html            a page: play, step, speed, keyboard; click a cell to pin it
  .png             nine of the frames side by side

Every frame is made from the layer's tap table; before a file is written, all that is drawn is
compared with what the engine computes.
"""
_EPILOG = """\b
Examples:
  convolens animate 5x5 k3 s2 p1 -o convolution.gif
  convolens animate 5x5 k3 --numbers -o numbers.html
  convolens animate 3x3 T k3 s2 p1 op1 --view scatter --numbers -o transposed.svg
  convolens animate 2x5x5 k3 sep out3 --numbers --theme dark -o separable.gif
  convolens animate 4x4 k3 --view im2col --numbers -o matrix.svg
  convolens animate 6x6 k3 nobias --kernel "1 0 -1; 2 0 -2; 1 0 -1" -o edges.gif
  convolens animate 6x6 k3 out2 nobias --kernel sobel -o sobel.gif
  convolens animate "nn.MaxPool2d(2)" --input 3x6x6 --numbers -o pooling.gif
  convolens animate padding_strides_odd_transposed --lang zh -o classic.gif
  convolens animate --gallery pictures               all classic animations
  convolens animate --gallery pictures --format svg
"""
_FORMATS = ("gif", "svg", "html", "mp4", "png")


@click.command(help=_HELP, epilog=_EPILOG)
@click.argument("layer", metavar="LAYER...", nargs=-1)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to write.",
)
@click.option(
    "--gallery",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write all classic animations into a folder, instead of one layer.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(_FORMATS),
    help="The kind of the gallery's files.  [default: gif]",
)
@click.option("--numbers", is_flag=True, help="Show numbers: small whole ones, drawn at random.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Fixes which numbers --numbers draws.",
)
@click.option(
    "--image",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show the numbers of a picture: it is stretched to the layer's size.",
)
@click.option(
    "--input",
    "input_shape",
    type=Numbers("x"),
    metavar="CxHxW",
    help="The shape of one image, where LAYER is a line of torch.",
)
@click.option(
    "--kernel",
    metavar="KERNEL",
    help='Show this kernel for all channels: numbers, such as "1 0 -1; 2 0 -2; 1 0 -1", or a name '
    "of 'convolens filter --list', such as sobel_x.",
)
@click.option(
    "--view",
    type=click.Choice(["window", "scatter", "im2col"]),
    default="window",
    show_default=True,
    help="window: what each output reads; scatter: what each input of a transposed convolution "
    "adds; im2col: windows as rows of a matrix.",
)
@click.option(
    "--channel", type=click.IntRange(min=0), metavar="K", help="Draw one output channel alone."
)
@click.option(
    "--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True,
    help="The colours.",
)  # fmt: skip
@click.option(
    "--seconds",
    type=Finite(0.02, 60),
    default=0.5,
    show_default=True,
    help="How long a frame lasts.",
)
@lang_option
def animate(
    layer: tuple[str, ...],
    out: Path | None,
    gallery: Path | None,
    kind: str | None,
    **options: Any,
) -> None:
    """Show a layer at work, frame by frame."""
    if gallery is not None:
        if layer or out is not None:
            raise click.UsageError("--gallery stands alone: name no layer and no file.")
        _gallery(gallery, f".{kind or 'gif'}", options)
        return
    if not layer:
        raise click.UsageError("name a layer, such as 5x5 k3 s2 p1, or use --gallery FOLDER.")
    if out is None:
        raise click.UsageError("name a file to write, such as -o animation.gif.")
    from convolens.lens.animate.animation import require_target

    _require_one_kind(kind, out)
    require_target(out)
    animation = _animation(" ".join(layer), **options)
    animation.check()
    animation.save(out)
    click.echo(_saved(out, len(animation)))


def _require_one_kind(kind: str | None, out: Path) -> None:
    """Refuse a --format that is not what the file's suffix says."""
    if kind is None or out.suffix.lower() == f".{kind}":
        return
    from convolens.errors import ArgumentError
    from convolens.lens.animate.words import words

    raise words().problem(ArgumentError, "wrong.format", form=kind, path=out)


def _saved(out: Path, count: int) -> str:
    """Return what was written: a .png holds some of the frames."""
    from convolens.lens.animate.words import words

    shown = count
    if out.suffix.lower() == ".png":
        from convolens.lens.animate.strip import chosen_frames

        shown = len(chosen_frames(count))
    if shown < count:
        return words()("saved.some", path=out, shown=shown, all=f"{count:,}")
    return words()("saved", path=out, count=f"{count:,}")


def _animation(
    text: str,
    numbers: bool,
    seed: int,
    image: Path | None,
    kernel: str | None,
    input_shape: tuple[int, ...] | None,
    **options: Any,
) -> Animation:
    """Return the animation of a layer, or the classic one of that name."""
    from convolens.lens.animate import animate as animated
    from convolens.lens.animate.gallery import classic_called

    if (entry := classic_called(text)) is not None:
        text, x, weight = entry.layer, entry.x, entry.weight
    else:
        x = weight = None
    spec = _spec(text, input_shape)
    if kernel is not None:
        from convolens.lens.animate.kernels import weight_of

        weight = weight_of(kernel, spec)
    if image is not None:
        x = _image(image, spec.input_shape)
    shows = numbers or kernel is not None
    return animated(spec, x, weight=weight, numbers=shows, seed=seed, **options)


def _spec(text: str, input_shape: tuple[int, ...] | None) -> LayerSpec:
    """Return the layer that a text or a line of torch says."""
    from convolens.lens.notation import parse_layer, parse_torch

    if "(" not in text:
        if input_shape is not None:
            raise click.UsageError("--input is for a line of torch: LAYER says its input itself.")
        return parse_layer(text)
    if input_shape is None:
        raise click.UsageError("a line of torch needs --input, such as --input 3x8x8.")
    return parse_torch(text, input_shape)


def _image(path: Path, shape: tuple[int, ...]) -> Any:
    """Return the numbers of a picture in the shape of a layer's input."""
    from convolens.data import load_image

    if len(shape) != 3 or shape[0] not in (1, 3):
        raise click.BadParameter(
            "a picture has two axes, and 1 or 3 channels.", param_hint="'--image'"
        )
    return load_image(str(path), shape[0], shape[1:], fit=True)[0]


def _gallery(folder: Path, suffix: str, options: dict[str, Any]) -> None:
    """Write the classic animations."""
    alone = ("numbers", "image", "kernel", "channel", "input_shape")
    refused = [name.removesuffix("_shape") for name in alone if options[name] is not None]
    refused = [name for name in refused if options.get(name) is not False]
    if refused or options["view"] != "window":
        name = refused[0] if refused else "view"
        raise click.UsageError(f"--{name} is for one layer, not for --gallery.")
    from convolens.lens.animate import save_gallery

    save_gallery(
        folder,
        suffix,
        theme=options["theme"],
        seconds=options["seconds"],
        tell=lambda path: click.echo(str(path)),
    )
