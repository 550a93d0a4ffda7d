"""Every text of the animations in English, and the choice of a language."""

from __future__ import annotations

from convolens.lens.animate.words_zh import CHINESE
from convolens.lens.language import Words

ENGLISH = {
    # Planes
    "input": "input",
    "input.channel": "input x[{channel}]",
    "kernel": "kernel w",
    "kernel.rotated": "kernel w, rotated",
    "kernel.channel": "w[{k}, {c}]",
    "products": "products",
    "product": "x × w",
    "partial": "sum",
    "output": "output",
    "between.channel": "in between z[{channel}]",
    "between": "in between z",
    "output.channel": "output y[{channel}]",
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
    "reads": "{at} reads {count} cells of the input",
    "reads.one": "{at} reads one cell of the input",
    "reads.channels": "{at} reads {count} cells of each of {channels} channels",
    "reads.channels.one": "{at} reads one cell of each of {channels} channels",
    "reads.padding": ", and {padding} of the padding",
    "reads.zeros": "; the other {count} places of its window hold zeros",
    "reads.zeros.one": "; the other place of its window holds a zero",
    "reads.copies": ", {copies} of them copies in the padding",
    "reads.nothing": "{at} reads no input at all",
    "sum": "{at} = {terms} = {value}",
    "products.many": "the sum of {count} products",
    "channels.many": "{count} sums",
    "sum.partials": "{at} = {terms} = {value}, from {channels} channels",
    "bias": "bias {value}",
    "max": "{at} = the largest of {terms} = {value}",
    "max.many": "{at} = the largest of {count} numbers = {value}",
    "max.reads": "{at} is the largest of {count} inputs",
    "mean": "{at} = ({terms}) / {divisor} = {value}",
    "mean.many": "{at} = the mean of {count} cells = {value}",
    "mean.reads": "{at} is the mean of {count} cells",
    "scatter": "{at} times the kernel is added to {count} outputs",
    "scatter.numbers": "{at} = {value}: {value} × kernel is added to {count} outputs",
    "scatter.cropped": "; {cropped} places are cut off by the padding",
    "row": "the window of output {at} becomes row {row} of the matrix",
    "entry": "row {row} times column {k} is {at}",
    "entry.numbers": "row {row} times column {k}: {at} = {value}",
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
    "legend.added": "added to",
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
    "player.pinned": "pinned: {at}",
    "player.readers": "{at} is read by {count} outputs",
    "player.writers": "{count} inputs add to {at}",
    "player.alone": "Without JavaScript the animation shows its first frame.",
    "alt": "Animation of the layer {title} in {count} frames.",
    # The command
    "saved": "{path}: {count} frames",
    "saved.one": "{path}: 1 frame",
    "saved.some": "{path}: {shown} of {all} frames",
    # Refusals
    "wrong.view": "view is {view}.",
    "wrong.view.hint": "use one of {known}.",
    "wrong.rank": "an animation draws one axis or two, but the layer {layer} has {rank}.",
    "wrong.rank.hint": "use a 1-D or 2-D layer: a third axis works as the others do.",
    "wrong.scatter": "the view by inputs is for transposed convolutions, but the layer is {layer}.",
    "wrong.scatter.hint": "use the view 'window', or write T into the layer.",
    "wrong.im2col": "windows as rows of one matrix are drawn for convolutions of one group, but "
    "the layer is {layer}.",
    "wrong.im2col.hint": "use the view 'window', or a convolution with one group.",
    "wrong.channel": "there is no output channel {channel}.",
    "wrong.channel.hint": "the channels are 0 to {last}.",
    "wrong.weights_twice": "a {layer} has its own weights.",
    "wrong.weights_twice.hint": "leave out weight and bias, or give the layer as text.",
    "wrong.no_input": "weights are given, but no input to put them on.",
    "wrong.no_input.hint": "give x, or numbers=True to draw one.",
    "wrong.no_shape": "the size of the input is not known.",
    "wrong.no_shape.hint": "give x, or input_shape=(C, H, W).",
    "wrong.classic": "there is no classic animation {name!r}.",
    "wrong.classic.hint": "the names are {known}; a layer begins with the size of its input, such "
    "as 5x5 k3 s2 p1.",
    "wrong.classic_close": "there is no classic animation {name!r}.",
    "wrong.classic_close.hint": "did you mean {close}? The names are {known}; a layer begins with "
    "the size of its input, such as 5x5 k3 s2 p1.",
    "wrong.format": "--format {form} and -o {path} are two kinds of file.",
    "wrong.format.hint": "leave out --format: the suffix says what is written.",
    "wrong.suffix": "{suffix!r} is no kind of file that an animation can be.",
    "wrong.suffix.hint": "use one of {known}.",
    "wrong.folder": "the folder {folder} cannot be made: {reason}.",
    "wrong.folder.hint": "name another folder.",
    "wrong.no_video": "an .mp4 needs the package av, which is not installed.",
    "wrong.no_video.hint": "pip install 'convolens[video]', or save a .gif, .svg or .html.",
    "wrong.seconds": "seconds is {seconds}, but a frame lasts {least} to {most} seconds.",
    "wrong.theme": "theme is {theme}.",
    "wrong.theme.hint": "use 'light' or 'dark'.",
    "wrong.input_type": "the input is of type {dtype}, but must hold numbers.",
    "wrong.input_shape": "the input has shape {shape}, but the layer {layer} takes {wanted}.",
    "wrong.input_shape.hint": "give one image of that shape.",
    "wrong.no_weight": "a {layer} has no {name} of its own.",
    "wrong.no_weight.hint": "leave out {name}, or give a layer whose numbers are set.",
    "wrong.weight": "weight has shape {shape}, but the layer's is {wanted}.",
    "wrong.weight.hint": "give {wanted}, or one kernel {kernel}.",
    "wrong.kernel_grids": "the kernel has {count} grids, but one is shown for all channels.",
    "wrong.kernel_grids.hint": "write one grid, without a '|'.",
    "wrong.kernel_size": "the kernel {name} is {size}, but that of the layer {layer} is {wanted}.",
    "wrong.kernel_size.hint": "write k{size} into the layer, or give a kernel of {wanted}.",
    "wrong.kernel_resized": "the kernel {name} is {size}, but that of the layer {layer} is "
    "{wanted}.",
    "wrong.kernel_resized.hint": "write k{size} into the layer, or name the kernel {instead}.",
    "wrong.kernel_axes": "the kernel {name} has 2 axes, {size}, but the layer {layer} has {rank}.",
    "wrong.kernel_axes.hint": "use a 2-D layer, or, along one axis, write numbers such as '1 2 1'.",
    "wrong.gradient": "{name} is 2 kernels, left to right and top to bottom, and takes 2 output "
    "channels in 1 group, but the layer {layer} has {channels} in {groups}.",
    "wrong.gradient.hint": "name the kernel {name}_x or {name}_y, or write out2 into the layer.",
    "wrong.bias": "bias has shape {shape}, but the layer's is {wanted}.",
    "wrong.frame": "frame {frame} does not exist: there are {frames}.",
    "limit.frames": "the animation of {layer} would have {count} frames, but at most "
    "{most} are made.",
    "limit.frames.hint": "use a smaller input or a larger stride: {size} positions can be shown.",
    "limit.frames.channels": "the animation of {layer} would have {count} frames, but at most "
    "{most} are made.",
    "limit.frames.channels.hint": "use a smaller input, a larger stride, or draw one output "
    "channel alone, which takes {one} frames (channel=0, --channel 0).",
    "limit.cells": "the animation of {layer} would draw {cells} cells, but at most {most} can be "
    "told apart.",
    "limit.cells.hint": "use a smaller input, or fewer channels.",
    "limit.picture": "the picture of {layer} would be {width} x {height} pixels, but at most "
    "{most} are drawn.",
    "limit.picture.hint": "use a smaller input, fewer channels, or draw one output channel alone.",
}


def words(lang: str | None = None) -> Words:
    """Return the texts in a language, see ``language``."""
    return Words(ENGLISH, CHINESE, lang)
