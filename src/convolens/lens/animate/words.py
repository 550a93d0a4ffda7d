"""Every text of the animations in English, and the choice of a language."""

from __future__ import annotations

from convolens.lens.animate.words_zh import CHINESE
from convolens.lens.language import Words

ENGLISH = {
    # Planes
    "input": "input",
    "input.channel": "input x[{c}]",
    "kernel": "kernel w",
    "kernel.rotated": "kernel w, rotated",
    "kernel.channel": "w[{k},{c}]",
    "products": "products",
    "product": "x · w",
    "partial": "sum",
    "output": "output",
    "output.channel": "output y[{k}]",
    "matrix": "windows as rows",
    "weights": "weights",
    "result": "rows × weights",
    # Titles of stages
    "stage.depthwise": "step 1 of 2: depthwise",
    "stage.pointwise": "step 2 of 2: pointwise",
    # Formulas
    "rounded": "{value}, rounded {way}: {size}",
    "down": "down",
    "up": "up",
    "height": "height: {formula}",
    "width": "width: {formula}",
    # Captions
    "reads": "y{at} reads {count} cells of the input",
    "reads.one": "y{at} reads one cell of the input",
    "reads.channels": "y{at} reads {count} cells of each of {channels} channels",
    "reads.padding": ", and {padding} of the padding",
    "reads.zeros": "; the other {zeros} places of its window hold zeros",
    "reads.copies": ", {copies} of them copies in the padding",
    "reads.nothing": "y{at} reads no input at all",
    "sum": "y{at} = {terms} = {value}",
    "sum.many": "y{at}: the sum of {count} products is {value}",
    "sum.partials": "y{at} = {terms} = {value}, from {channels} channels",
    "bias": "bias {value}",
    "max": "y{at} = the largest of {terms} = {value}",
    "max.many": "y{at} = the largest of {count} numbers = {value}",
    "max.reads": "y{at} is the largest of {count} inputs",
    "mean": "y{at} = ({terms}) / {divisor} = {value}",
    "mean.many": "y{at} = the mean of {count} cells = {value}",
    "mean.reads": "y{at} is the mean of {count} cells",
    "scatter": "x{at} adds its kernel to {count} outputs",
    "scatter.numbers": "x{at} = {value} times the kernel is added to {count} outputs",
    "scatter.cropped": "; {cropped} places are cut off by the padding",
    "row": "the window of output {at} becomes row {row} of the matrix",
    "entry": "row {row} times column {k} is y{at}",
    "entry.numbers": "row {row} times column {k}: y{at} = {value}",
    "numbered": "the numbers name the cells: the padding shows copies",
    # Legend
    "legend.input": "input",
    "legend.pad": "padding",
    "legend.copy": "padding: a copy",
    "legend.zero": "inserted zero",
    "legend.strip": "output padding",
    "legend.outside": "beyond the padding",
    "legend.crop": "cut off by the padding",
    "legend.window": "window",
    "legend.current": "now",
    "legend.done": "computed",
    "legend.winner": "the largest",
    # The player
    "player.play": "Play",
    "player.pause": "Pause",
    "player.back": "Step back",
    "player.step": "Step",
    "player.speed": "Speed",
    "player.frame": "Frame",
    "player.theme": "Light or dark",
    "player.release": "Release",
    "player.help": "Space plays and pauses, ← and → step, Home and End jump, + and − change the "
    "speed. Click an output to pin it; click an input to see which outputs read it; Esc releases.",
    "player.pinned": "pinned: y{at}",
    "player.readers": "x{at} is read by {count} outputs",
    "player.alone": "Without JavaScript the animation shows its first frame.",
    "alt": "Animation of the layer {title} in {count} frames.",
}


def words(lang: str | None = None) -> Words:
    """Return the texts in a language, see ``language``."""
    return Words(ENGLISH, CHINESE, lang)
