"""Every text of an explanation, in English."""

from __future__ import annotations

from convolens.lens.explain.words_zh import CHINESE
from convolens.lens.language import Words

ENGLISH = {
    # What the layer is
    "error.shape": "x has shape {shape}, but the layer {layer!r} is on images of shape {expected}.",
    "error.shape.hint": "leave x out, or give images of this shape.",
    "error.no_shape": "the shape of the image is missing: what a {layer} does depends on it.",
    "error.no_shape.hint": "explain(layer, (3, 224, 224)), or explain(layer, x).",
    "error.no_numbers": "to take an output number apart, x must have numbers.",
    "error.no_numbers.hint": "explain(layer, x, at=(0, 0, 2, 2)) with images x [N, C, *I].",
    "error.no_images": "x has no images.",
    "error.no_images.hint": "give at least one.",
    "error.at": "at is {at}, but must be {count} whole numbers.",
    "error.no_output": "there is no output {at}: the outputs are {shape}.",
    "error.no_output.hint": "count images, channels and positions from 0.",
    "error.want": "the wanted size is {want}, but must be one whole number of at least 1, or "
    "{rank} of them.",
    "error.want.hint": "write, for instance, 112 or 112x112.",
    "error.want_one": "the wanted size is {want}, but an image along one axis needs one whole "
    "number of at least 1.",
    "error.want_one.hint": "write, for instance, 112.",
    "kind.conv": "convolution",
    "kind.depthwise": "depthwise convolution",
    "kind.conv_transpose": "transposed convolution",
    "kind.max_pool": "maximum pooling",
    "kind.avg_pool": "average pooling",
    "kind.separable": "depthwise separable convolution",
    "headline": "{kind}: {inputs} of {sizes} become {outputs} of {results}",
    "channels": "{count} channels",
    "channels.one": "1 channel",
    "height": "height",
    "width": "width",
    "depth": "depth",
    "and": " and ",
    "comma": ", ",
    "semicolon": "; ",
    # Size
    "size": "Output size",
    "size.sliding": "(input + padding - span) / stride + 1",
    "size.transposed": "(input - 1) stride - padding + span + output padding",
    "size.down": "{axes}: {formula}, rounded down: {size}",
    "size.up": "{axes}: {formula}, rounded up: {size}",
    "size.dropped": "{axes}: {formula}, rounded up; the last window would begin in the padding, so "
    "it is left out: {size}",
    "size.whole": "{axes}: {formula}",
    "size.span": "a kernel of {kernel} with dilation {dilation} spans {dilation} ({kernel} - 1) + "
    "1 = {span}",
    "size.named": "padding {name!r}: {pairs} before and after",
    # Taps
    "taps": "Which input each output reads",
    "taps.axis": "{axes}: {size} inputs, {outputs} outputs",
    "taps.output": "output {p}",
    "taps.reads": "reads {cells}",
    "taps.none": "reads no input",
    "taps.times": "read",
    "taps.legend": "● an input, ○ padding; below: how often each input is read",
    "taps.legend_moved": "● the inputs that an output is made of; below: how often each is read",
    "taps.negative": "cells below 0 or from {size} on are padding",
    "taps.copies": "padding is read at the cells that stand in for it ({mode})",
    "taps.often": "how often inputs are read: {runs}",
    "taps.run": "{cells}: {times}",
    "taps.range": "{first} to {last}",
    "taps.turns": "far from the borders, in turns: {turns}",
    # Cost
    "cost": "Cost for one image",
    "cost.layer": "this layer",
    "cost.dense": "fully connected",
    "cost.share": "ratio",
    "cost.weights": "weights",
    "cost.parameters": "parameters",
    "cost.multiply_adds": "multiply-adds",
    "cost.note": "A fully connected layer between the same shapes has a weight for each input and "
    "each output: {inputs} x {outputs}. Products with padding are not counted.",
    "cost.separable": "A plain convolution between the same channels has {plain} weights: {share} "
    "times as many.",
    # What it sees
    "sees": "What one output sees",
    "sees.line": "{sees} inputs along the {axes}, {step} apart from those of its neighbour",
    "sees.moved": "at most {sees} inputs along the {axes}; {stride} neighbouring outputs see about "
    "the same",
    "sees.cells": "{taps} of the {span} cells that its window spans",
    # What is worth knowing
    "notes": "Worth knowing",
    "notes.none": "Every input is read, and equally often far from the borders.",
    "notes.never": "never read along the {axes}: {cells}",
    "notes.holes": "holes: along the {axes} outputs are made of {turns} inputs in turns; where "
    "that is 0, there is only the bias",
    "notes.checkerboard": "checkerboard: along the {axes} neighbouring outputs are sums over "
    "{turns} inputs in turns, since the stride {stride} does not divide the kernel {kernel}; with "
    "a kernel of {better} all are sums over as many",
    "notes.even": "no checkerboard along the {axes}: each output is a sum over {count} inputs, far "
    "from the borders",
    "notes.even.one": "no checkerboard along the {axes}: each output is made of one input, far "
    "from the borders",
    "notes.gradient": "along the {axes} the inputs are read {turns} times in turns, so gradients "
    "have a checkerboard: the stride {stride} does not divide the kernel {kernel}",
    "notes.gridding": "gridding: along the {axes} the outputs fall into {grids} interleaved sets "
    "that share no input; another dilation in the next layer joins them",
    "notes.alone": "along the {axes} no two outputs share an input",
    "notes.odd_same": "the padding differs before and after along the {axes}, so the output is "
    "shifted by half a cell: the span {span} is even",
    # Memory
    "memory": "Memory, float32",
    "memory.input": "input",
    "memory.parameters": "parameters",
    "memory.output": "output",
    "memory.im2col": "matrix of windows, if it were made (im2col)",
    # Candidates
    "candidates": "Ways to compute it here",
    "candidates.call": "call",
    "candidates.name": "algorithm",
    "candidates.time": "estimate, one core",
    "candidates.packed": "packed",
    "candidates.scratch": "scratch",
    "candidates.memory": "packed: weights in the algorithm's own order, kept while they stay the "
    "same; scratch: what else a call takes",
    "candidates.chosen": "chosen",
    "candidates.slower": "slower",
    "candidates.refused": "refused: {reason}",
    # Code
    "torch": "The same in torch",
    # One number
    "number": "Output {at} taken apart",
    "number.step": "the second step, 1x1: what it reads are the outputs of the first",
    "number.channel": "channel {channel}",
    "number.padding": "pad",
    "number.partial": "sum of channel {channel}",
    "number.left_out": "... {count} channels more; each has its partial sum in the total",
    "number.left_out.one": "... one channel more; its partial sum is in the total",
    "number.sum": "{terms} = {total}",
    "number.bias": "bias {bias}",
    "number.average": "each input counts 1/{divisor}",
    "number.max": "the largest of {values} is {total}",
    "number.agrees": "The engine computed {engine}: the same within rounding (difference "
    "{difference}, allowed {tolerance}).",
    "number.equal": "The engine computed {engine}: exactly the same.",
    "number.differs": "The engine computed {engine}, which is NOT the same: the difference is "
    "{difference}, but rounding explains only {tolerance}. Please report it.",
    # The picture
    "picture.title": "Taps of {text}",
    "picture.input": "input",
    "picture.read": "times read",
    "picture.begin": "the first {count} outputs",
    "picture.end": "the last {count} outputs",
    # Backwards
    "wanted": "{input} to {want}: {count} ways",
    "wanted.one": "{input} to {want}: one way",
    "wanted.apart": "{input} to {want}: {count} ways, whose numbers differ between the axes",
    "wanted.apart.one": "{input} to {want}: one way, whose numbers differ between the axes",
    "wanted.none": "{input} to {want}: no way with kernels up to {kernel} and strides up to "
    "{stride}.",
    "wanted.near": "The nearest sizes are {sizes}.",
    "wanted.kernel": "kernel",
    "wanted.stride": "stride",
    "wanted.padding": "padding",
    "wanted.output_padding": "output padding",
    "wanted.dropped": "dropped at the end",
    "wanted.text": "layer",
    "wanted.more": "{count} more are left out; all are in --json, and with fixed items there are "
    "fewer, such as k3 or s2.",
}


def explain_words(lang: str | None = None) -> Words:
    """Return the texts in a language; None for what ``language`` says."""
    return Words(ENGLISH, CHINESE, lang)
