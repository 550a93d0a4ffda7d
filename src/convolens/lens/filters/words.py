"""What filters say, in English."""

from __future__ import annotations

from convolens.lens.filters.words_zh import CHINESE
from convolens.lens.language import Words

ENGLISH = {
    # Grids
    "grid.empty": "the kernel has no numbers.",
    "grid.empty.hint": 'write rows with a ";" between them, such as "1 0 -1; 2 0 -2; 1 0 -1".',
    "grid.word": "the kernel's row {row} has {word!r} at place {column}, which is no number.",
    "grid.word.hint": 'write numbers with blanks between them and rows with a ";", such as '
    '"1 0 -1; 2 0 -2; 1 0 -1", or a name such as sobel_x.',
    "grid.ragged": "the kernel's rows differ: row 1 has {first} numbers, row {row} has {count}.",
    "grid.ragged.hint": "give all rows as many numbers.",
    "grid.divisor": "the kernel is divided by 0.",
    "grid.divisor.hint": "divide by another number.",
    "grid.finite": "the kernel's row {row} has a number at place {column} that is not finite.",
    "grid.finite.hint": "use numbers that a float can hold, and no fraction with 0 below.",
    "grid.large": "the kernel is {size}, but at most {most} numbers along an axis are allowed.",
    "grid.large.hint": "use a smaller kernel, or make the image smaller first.",
    "grid.sizes": "the channels' kernels differ in size: {first} and {other}.",
    "grid.sizes.hint": "give all channels kernels of one size; zeros do no harm.",
    "grid.array": "a kernel is an array of numbers [R, S] or [C, R, S], not {dtype} {shape}.",
    "grid.array.hint": "give one grid, or one for each channel.",
    # Names
    "kernel.close": "there is no kernel {name!r}.",
    "kernel.close.hint": "did you mean {close}? Kernels: {known}; or numbers such as "
    '"1 0 -1; 2 0 -2; 1 0 -1".',
    "kernel.unknown": "there is no kernel {name!r}.",
    "kernel.unknown.hint": 'kernels: {known}; or numbers such as "1 0 -1; 2 0 -2; 1 0 -1".',
    "kernel.count": "{name} is given {count} numbers; it takes: {most}.",
    "kernel.count.hint": "leave out those that it does not take.",
    "kernel.setting": "{name} has no {setting!r}; it takes: {known}.",
    "kernel.setting.hint": "write {name}, or {name}: and its numbers.",
    "kernel.whole": "the {setting} of {name} is {word!r}, but must be a whole number from {low} to "
    "{high}.",
    "kernel.whole.hint": "change it, or leave it out.",
    "kernel.number": "the {setting} of {name} is {word!r}, but must be a number from {low} to "
    "{high}.",
    "kernel.number.hint": "change it, or leave it out.",
    "kernel.only": "the {setting} of {name} is {word!r}, but must be {known}.",
    "kernel.only.hint": "change it, or leave it out.",
    "kernel.or": " or ",
    # How a kernel is run
    "plan.whole": "{size}, rank {rank}: as it is; {count} multiplications a pixel",
    "plan.whole.one": "{size}, rank {rank}: as it is; one multiplication a pixel",
    "plan.two": "{size}, rank {rank}: a column, then a row; {count} multiplications a pixel "
    "instead of {all}",
    "plan.more": "{size}, rank {rank}: {rank} times a column, then a row, added; {count} "
    "multiplications a pixel instead of {all}",
    "plan.each": "each of {grids} grids: {plan}",
    "signs.clip": "numbers below 0 are black, too large ones white",
    "signs.abs": "signs are dropped: how much the image changes, not which way",
    "signs.length": "how much the image changes where it changes most; too large numbers are white",
    "signs.shift": "0 is middle grey: darker is negative, lighter positive",
    # Arguments
    "filter.padding": "padding is {padding!r}.",
    "filter.padding.hint": "use one of {known}.",
    "filter.signs": "signs is {signs!r}.",
    "filter.signs.hint": "use one of {known}.",
    "filter.no_signs": "--signs {signs} says what becomes of negative numbers, but the length of a "
    "gradient, {kernels}, has none.",
    "filter.no_signs.hint": "leave out --signs, or use a kernel of one direction, such as {one}.",
    "filter.channels": "the kernel has grids for {grids} channels, but the image has {channels}.",
    "filter.channels.hint": "give one grid for all channels, or one for each.",
    "filter.room": "an image of {image} is too small for a kernel of {kernel} and the padding "
    "{padding!r}.",
    "filter.room.hint": "use a smaller kernel, or the padding replicate or zeros.",
    "check.differs": "the pixel in row {row}, column {column} is {found}, but its definition gives "
    "{exact}.",
    "check.differs.hint": "do not trust this picture, and please report it.",
    # Photographs
    "photo.floats": "the image holds floats, whose range is not known.",
    "photo.floats.hint": "save it with whole numbers of 8 or 16 bits.",
    "photo.integers": "the image holds numbers from {low} to {high}, but 0 to 65,535 are allowed.",
    "photo.integers.hint": "save it with whole numbers of 8 or 16 bits.",
    "photo.array": "an image is uint8 or uint16 [H, W] or [H, W, C] with 1 or 3 channels, or uint8 "
    "with 4, not {dtype} {shape}.",
    "photo.array.hint": "convert it first.",
    "photo.narrowed": "the file's colours have 16 bits, of which 8 are read; 16 bits of grey are "
    "read whole",
    "photo.no_alpha": "{format} files hold no alpha, which this image has.",
    "photo.no_alpha.hint": "write a .png or .webp file, or leave alpha away in the original.",
    "photo.no_wide": "{format} files hold 8 bits, but this image has 16.",
    "photo.no_wide.hint": "write a .png or .tif file.",
    # Noise
    "psnr.differ": "images of {image} and {reference} cannot be compared.",
    "psnr.differ.hint": "they must have the same size, channels and bits.",
    "noise.sigma": "the noise is {sigma}, but must be 0 or more.",
    "noise.sigma.hint": "it is a standard deviation, where 255 is the whole range: such as 25.",
    # The figure
    "figure.original": "original",
    "figure.noisy": "with noise",
    "figure.psnr": "PSNR {value} dB",
    "figure.x": "left to right",
    "figure.y": "top to bottom",
    "figure.channel": "channel {number}",
    "figure.range": "{low} to {high}",
    "figure.title": "Filters",
    "figure.none": "a figure needs at least one filtered image.",
    "figure.none.hint": "give the results of filter.",
}


def filter_words(lang: str | None = None) -> Words:
    """Return the texts in a language; None for what ``language`` says."""
    return Words(ENGLISH, CHINESE, lang)
