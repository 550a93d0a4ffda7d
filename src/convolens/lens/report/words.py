"""Every sentence of the report, in English."""

from __future__ import annotations

from convolens.lens.language import Words
from convolens.lens.report.words_zh import CHINESE

ENGLISH = {
    "page.lang": "en",
    # The page
    "page.theme": "Light or dark",
    "page.contents": "Contents",
    "page.headline": "Result",
    "page.curves": "How it learned",
    "page.confusion": "What it confuses",
    "page.network": "The network",
    "page.filters": "First-layer filters",
    "page.views": "An image through the network",
    "page.pixel": "One output number taken apart",
    "page.checked": "Before this page was written, {numbers} numbers on the way through the "
    "network were computed a second time, in double precision, from the definition of each "
    "operation. The engine's numbers are the same within rounding: the largest difference is "
    "{share} of what rounding allows.",
    "page.not_finite": "{numbers} numbers are NaN, infinite or too large, and could not be "
    "compared.",
    "page.made": "Made by convolens. This page is one file and needs no network.",
    # Headline
    "headline.accuracy": "test accuracy",
    "headline.interval": "{right} of {total} right; 95 % interval {low} to {high} (Wilson)",
    "headline.no_interval": "the number of test images is not known, so there is no interval",
    "headline.parameters": "parameters",
    "headline.input": "input {shape}",
    "headline.epochs": "epochs",
    "headline.time": "training time",
    "headline.speed": "{speed} images/s",
    # Curves
    "curves.none": "This network comes without a record of its training, so there are no curves.",
    "curves.intro": "Loss and accuracy after each epoch, on the images that it learns from "
    "(train) and on images that it never learns from (test).",
    "curves.loss": "Loss",
    "curves.accuracy": "Accuracy",
    "curves.train": "train",
    "curves.test": "test",
    "curves.epoch": "epoch",
    "curves.at": "Epoch {epoch}: {values}",
    "curves.gaps": "The loss is not a number in epochs: {epochs}.",
    "curves.unknown": "{what}: not recorded.",
    "curves.table": "The same as a table",
    "curves.table_some": "The same as a table, every {every} epochs",
    "curves.train_loss": "train loss",
    "curves.test_loss": "test loss",
    "curves.train_accuracy": "train accuracy",
    "curves.test_accuracy": "test accuracy",
    "curves.lr": "learning rate",
    "curves.seconds": "seconds",
    "curves.images_per_second": "images/s",
    # Confusion matrix
    "confusion.none": "This network was not tested here, so there is no confusion matrix.",
    "confusion.intro": "Each row is what the images are, each column what the network took them "
    "for. Blue: right, by the share of the row. Orange: wrong, by the number of mistakes.",
    "confusion.corner": "is ↓ taken for →",
    "confusion.images": "images",
    "confusion.recall": "recall",
    "confusion.right": "{number} of class {name}, taken for {taken}: right",
    "confusion.wrong": "{number} of class {name}, taken for {taken}",
    "confusion.worst": "The most frequent mistakes:",
    "confusion.large": "With {classes} classes the matrix is not drawn (up to {most} are).",
    # Network
    "network.intro": "Each layer with the shape of its output for one image. A multiply-add is "
    "one product of a weight and an input, padding not counted; the receptive field is how many "
    "pixels of the input one output can see, padding counted.",
    "network.layer": "layer",
    "network.kind": "kind",
    "network.output": "output shape",
    "network.parameters": "parameters",
    "network.multiply_adds": "multiply-adds",
    "network.receptive_field": "receptive field",
    "network.all": "all",
    "network.total": "total",
    # Filters
    "filters.none": "This network has no layer that reads the image by weights, so there are no "
    "filters to show.",
    "filters.intro": "The first layer has {count} filters of {size} weights.",
    "filters.intro.one": "The first layer has one filter of {size} weights.",
    "filters.pairs": "Left are the random weights that training began with, right what it made of "
    "them.",
    "filters.linear": "The first layer is no convolution: each of its {count} units has a weight "
    "of its own for each of the {size} pixels.",
    "filters.linear.one": "The first layer is no convolution: its one unit has a weight of its "
    "own for each of the {size} pixels.",
    "filters.scale": "Blue is negative, orange positive; the full colour stands for ±{limit}, the "
    "same for all filters.",
    "filters.no_before": "The weights before training are not known.",
    "filters.left_out": "Shown: the first {shown} of {total}.",
    "filters.planes_left_out": "Of each, shown: the first {shown} of {total} input channels.",
    "filters.no_numbers": "With {weights} weights in all, they are drawn without numbers.",
    "filters.numbers_below": "The last section shows weights as numbers.",
    "filters.before": "before",
    "filters.after": "after",
    "filters.before_of": "Weights of filter {number} before training",
    "filters.after_of": "Weights of filter {number} after training",
    "filters.filter": "filter {number}",
    "filters.unit": "unit {number}",
    # Views
    "views.none": "No image was given, so there are no feature maps.",
    "views.intro": "Choose an image. Below is what each step of the network makes of it: one "
    "picture, a feature map, for each channel. Blue is negative, orange positive, and the colour "
    "of the paper is 0.",
    "views.left_out": "Shown: the first {shown} of {total} images.",
    "views.image": "image {number}",
    "views.image_of": "image {number}, class {name}",
    "views.input": "The input",
    "views.pixels": "Each number is a pixel, from 0 to {scale}; the network reads it divided by "
    "{scale}.",
    "views.whole": "whole",
    # Answer
    "answer.is": "This is class {name}.",
    "answer.says": "The network says {name}, and is {share} sure.",
    "answer.right": "That is right.",
    "answer.wrong": "That is wrong.",
    "answer.title": "The answer",
    "answer.left_out": "{count} classes with smaller shares are left out.",
    "answer.left_out.one": "One class with a smaller share is left out.",
    "answer.not_finite": "The scores are not all finite numbers, so there is no answer.",
    # Feature maps
    "maps.shape": "{shape}",
    "maps.reshape": "The same {numbers} numbers, in one row.",
    "maps.range": "Values from {low} to {high}; the full colour stands for ±{limit}.",
    "maps.channel": "Channel {number}",
    "maps.channels_left_out": "Shown: the first {shown} of {total} channels.",
    "maps.every": "Of each map, one row and column in {every} is drawn.",
    "maps.vector": "The numbers, in order",
    "maps.rows": "The numbers in order, {row} to a row.",
    "maps.not_drawn": "Its numbers are not in the form of maps, and are not drawn.",
    "maps.steps_left_out": "Shown: the first {shown} of {total} steps.",
    # Pixel
    "pixel.none": "This network has no layer that sums products over an image, so there is "
    "nothing to take apart.",
    "pixel.intro": "Each number in a feature map is a sum: the window on the input, times the "
    "weights, plus the bias. Choose one, and see every product. The arithmetic is done in double "
    "precision from the same table of taps that the program uses, and compared with what its "
    "engine computed. Channels, rows and columns are counted from 0.",
    "pixel.linear": "The first layer is no convolution. Each of its units sees the whole image at "
    "once: its window is as large as the input, and there is one output for each unit.",
    "pixel.static": "Without JavaScript one output of each layer is shown: the one with the "
    "largest magnitude in the first image.",
    "pixel.layers_left_out": "{count} of {total} such layers are left out.",
    "pixel.layers_left_out.one": "One of {total} such layers is left out.",
    "pixel.too_large": "The numbers of this layer are too many for this page, so one output is "
    "shown: the one with the largest magnitude.",
    "pixel.channels_left_out": "The outputs of the first {shown} of {total} channels can be "
    "chosen.",
    "pixel.kernels": "{count} kernels of {size}",
    "pixel.kernels.one": "1 kernel of {size}",
    "pixel.units": "{count} units, each with {size} weights",
    "pixel.units.one": "1 unit with {size} weights",
    "pixel.stride": "stride {stride}",
    "pixel.padding": "padding {padding}",
    "pixel.dilation": "dilation {dilation}",
    "pixel.groups": "{groups} groups",
    "page.comma": ", ",
    "pixel.here": "{image}: output channel {k}, row {p}, column {q}",
    "pixel.here_unit": "{image}: unit {k}",
    "pixel.choose_unit": "unit",
    "pixel.choose_image": "image",
    "pixel.choose_k": "channel",
    "pixel.choose_p": "row",
    "pixel.choose_q": "column",
    "pixel.keys": "or click a number in the output; the arrow keys move it",
    "pixel.input": "input",
    "pixel.input_plane": "input, {name}",
    "pixel.input_channel": "input channel {number}",
    "pixel.map": "output channel {number}",
    "pixel.outputs": "outputs, one a unit",
    "pixel.channel": "Input channel {number}",
    "pixel.plane": "Input channel {name}",
    "pixel.chips": "The sums of the products of each of the {total} input channels; choose one to "
    "see its products.",
    "pixel.partial_sums": "Partial sums of the input channels",
    "pixel.window": "window",
    "pixel.weights": "weights",
    "pixel.products": "products",
    "pixel.rounded": "Printed numbers are rounded; the sums are not. Hatched: padding, which "
    "counts as 0.",
    "pixel.rounded_pixels": "A pixel of 5 enters as 5/{scale}. Printed numbers are rounded; the "
    "sums are not. Hatched: padding, which counts as 0.",
    "pixel.partial": "sum of the products",
    "pixel.partial_plane": "sum of the products, {name}",
    "pixel.partial_channel": "sum of the products, input channel {number}",
    "pixel.all": "sum of the products of all {count} input channels",
    "pixel.bias": "bias",
    "pixel.total": "total, in double precision",
    "pixel.engine": "what the engine computed, {dtype}",
    "pixel.difference": "difference",
    "pixel.allowed": "allowed by rounding: {terms} terms × 2{power} × the sum of their magnitudes",
    "pixel.agrees": "The same: the engine's number is this sum, within rounding.",
    "pixel.differs": "NOT the same: the engine's number differs from this sum by more than "
    "rounding allows. Do not trust this page, and please report it.",
    "pixel.not_finite": "There is a NaN or infinity among the terms, so the numbers cannot be "
    "compared.",
}


def report_words(lang: str | None = None) -> Words:
    """Return the sentences of the report in a language.

    Args:
        lang: ``'en'``, ``'zh'``, or None for what ``language`` says.

    Raises:
        ArgumentError: If the language is another one.

    Example:
        >>> say = report_words("en")
        >>> say("filters.filter", number=3)
        'filter 3'
    """
    return Words(ENGLISH, CHINESE, lang)
