"""Layers as functions, with torch's names and arguments."""

from convolens.nn.functional.activation import log_softmax, relu, sigmoid, softmax, tanh
from convolens.nn.functional.conv import conv1d, conv2d, conv3d
from convolens.nn.functional.conv_transpose import (
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from convolens.nn.functional.convolve import convolve
from convolens.nn.functional.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
)
from convolens.nn.functional.fold import fold, unfold
from convolens.nn.functional.labels import one_hot
from convolens.nn.functional.linear import linear
from convolens.nn.functional.loss import cross_entropy
from convolens.nn.functional.normalization import local_response_norm
from convolens.nn.functional.padding import pad
from convolens.nn.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from convolens.nn.functional.shape import flatten
from convolens.nn.functional.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle
from convolens.nn.functional.upsampling import interpolate, upsample

__all__ = [
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "convolve",
    "cross_entropy",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "flatten",
    "fold",
    "interpolate",
    "linear",
    "local_response_norm",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "one_hot",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "unfold",
    "upsample",
]
