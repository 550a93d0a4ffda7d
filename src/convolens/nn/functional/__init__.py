"""Layers as functions, with torch's names and arguments."""

from convolens.nn.functional.activation import log_softmax, relu, sigmoid, softmax, tanh
from convolens.nn.functional.conv import conv1d, conv2d, conv3d
from convolens.nn.functional.dropout import dropout
from convolens.nn.functional.labels import one_hot
from convolens.nn.functional.linear import linear
from convolens.nn.functional.loss import cross_entropy
from convolens.nn.functional.normalization import local_response_norm
from convolens.nn.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from convolens.nn.functional.shape import flatten

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "conv1d",
    "conv2d",
    "conv3d",
    "cross_entropy",
    "dropout",
    "flatten",
    "linear",
    "local_response_norm",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "one_hot",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
