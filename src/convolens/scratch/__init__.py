"""The textbook chapter: a convolutional network in plain NumPy, to be read line by line.

The names are those of chapter 7 of "Deep Learning from Scratch", so that the book can lie beside
the screen: FN, FH, FW for filters and OH, OW for outputs are K, R, S and P, Q elsewhere in
convolens. The code is our own, and needs NumPy only. Read it in this order::

    output_size        how many places a window has
    im2col             windows as the rows of a matrix, and back
    layer              what all layers have in common
    convolution  pooling  affine  relu
    functions          softmax and the cross-entropy error
    softmax_with_loss  the two as one layer
    simple_convnet     the layers in a row
    gradient           how to check a gradient
    optimizer          what to do with it
    trainer            again and again
    storage            parameters in a file

Where the well-known listings (versions in the book's repository, and tutorials that copy them) go
wrong, a comment that begins with "Corrected:" says how. ``grep -rn Corrected:`` prints them all.
"""

from .affine import Affine
from .convolution import Convolution
from .functions import cross_entropy_error, log_softmax, softmax
from .gradient import numerical_gradient
from .im2col import col2im, im2col
from .optimizer import SGD, AdaGrad, Adam, Momentum
from .output_size import conv_output_size
from .pooling import Pooling
from .relu import Relu
from .simple_convnet import SimpleConvNet
from .softmax_with_loss import SoftmaxWithLoss
from .trainer import Trainer

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "Convolution",
    "Momentum",
    "Pooling",
    "Relu",
    "SimpleConvNet",
    "SoftmaxWithLoss",
    "Trainer",
    "col2im",
    "conv_output_size",
    "cross_entropy_error",
    "im2col",
    "log_softmax",
    "numerical_gradient",
    "softmax",
]
