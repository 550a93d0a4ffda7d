"""Pooling, normalisation, linear layers, activations, sums, softmax with and without loss."""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.pointwise import (
    Activation,
    Add,
    BatchNorm,
    CrossEntropy,
    Linear,
    LocalResponseNorm,
    Softmax,
)
from benchmarks.layers.pooling import AvgPool, MaxPool

_RESNET = "He et al., Deep Residual Learning for Image Recognition, 2016, table 1"
_RESNET_CIFAR = "He et al., Deep Residual Learning for Image Recognition, 2016, section 4.2"
_VGG = "Simonyan and Zisserman, Very Deep Convolutional Networks, 2015, table 1, column D"
_ALEXNET = "Krizhevsky et al., ImageNet Classification, 2012, sections 3.3 and 3.5"
_LENET = "LeCun et al., Gradient-Based Learning, 1998, section II.B"
_BOOK = "Saitoh, Deep Learning from Scratch, 2016, section 7.5"
_INCEPTION = "Szegedy et al., Going Deeper with Convolutions, 2015, table 1"

CASES = (
    LayerCase("ResNet pool", _RESNET, (8, 64, 112, 112), MaxPool(3, 2, 1)),
    LayerCase("VGG-16 pool1", _VGG, (1, 64, 224, 224), MaxPool(2, 2)),
    LayerCase("VGG-16 pool3", _VGG, (8, 256, 56, 56), MaxPool(2, 2)),
    LayerCase("Inception 3a pool", _INCEPTION, (8, 192, 28, 28), MaxPool(3, 1, 1)),
    LayerCase("AlexNet pool1", _ALEXNET, (8, 96, 55, 55), MaxPool(3, 2)),
    LayerCase("LeNet-5 S2", _LENET, (64, 6, 28, 28), AvgPool(2, 2)),
    LayerCase("ResNet-50 last pool", _RESNET, (8, 2048, 7, 7), AvgPool(7, 1)),
    LayerCase("ResNet conv1 norm", _RESNET, (8, 64, 112, 112), BatchNorm()),
    LayerCase("ResNet-50 conv2_x norm", _RESNET, (8, 256, 56, 56), BatchNorm()),
    LayerCase("ResNet-18 conv5_x norm", _RESNET, (8, 512, 7, 7), BatchNorm()),
    LayerCase("CIFAR ResNet-20 norm", _RESNET_CIFAR, (64, 16, 32, 32), BatchNorm()),
    LayerCase("AlexNet norm1", _ALEXNET, (8, 96, 55, 55), LocalResponseNorm()),
    LayerCase("AlexNet norm2", _ALEXNET, (8, 256, 27, 27), LocalResponseNorm()),
    LayerCase("VGG-16 fc7", _VGG, (1, 4096), Linear(4096)),
    LayerCase("VGG-16 fc7", _VGG, (64, 4096), Linear(4096)),
    LayerCase("ResNet-50 fc", _RESNET, (8, 2048), Linear(1000)),
    LayerCase("LeNet-5 F6", _LENET, (64, 120), Linear(84)),
    LayerCase("SimpleConvNet fc1", _BOOK, (100, 4320), Linear(100)),
    LayerCase("ResNet conv1 activation", _RESNET, (8, 64, 112, 112), Activation("relu")),
    LayerCase("ResNet-18 conv4_x activation", _RESNET, (1, 256, 14, 14), Activation("relu")),
    LayerCase("LeNet-5 C1 activation", _LENET, (64, 6, 28, 28), Activation("tanh")),
    LayerCase("LeNet-5 S2 activation", _LENET, (64, 6, 14, 14), Activation("sigmoid")),
    LayerCase("ResNet-50 conv2_x sum", _RESNET, (8, 256, 56, 56), Add()),
    LayerCase("ResNet-18 conv5_x sum", _RESNET, (8, 512, 7, 7), Add()),
    LayerCase("ResNet classes", _RESNET, (64, 1000), Softmax()),
    LayerCase("ResNet loss", _RESNET, (64, 1000), CrossEntropy()),
    LayerCase("SimpleConvNet loss", _BOOK, (100, 10), CrossEntropy()),
)
