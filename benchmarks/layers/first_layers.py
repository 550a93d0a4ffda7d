"""First layers, which read one or three channels; their input is an image and has no gradient."""

from __future__ import annotations

from benchmarks.layers.case import LayerCase
from benchmarks.layers.convolution import Conv

_RESNET = "He et al., Deep Residual Learning for Image Recognition, 2016, table 1"
_RESNET_CIFAR = "He et al., Deep Residual Learning for Image Recognition, 2016, section 4.2"
_VGG = "Simonyan and Zisserman, Very Deep Convolutional Networks, 2015, table 1, column D"
_ALEXNET = "Krizhevsky et al., ImageNet Classification, 2012, section 3.5"
_LENET = "LeCun et al., Gradient-Based Learning, 1998, section II.B"
_BOOK = "Saitoh, Deep Learning from Scratch, 2016, section 7.5"
_MOBILENET = "Howard et al., MobileNets, 2017, table 1"
_UNET = "Ronneberger et al., U-Net, 2015, figure 1"

_LENET_C1 = Conv(6, (5, 5), padding=2, bias=True)
_RESNET_1 = Conv(64, (7, 7), stride=2, padding=3)
_ALEXNET_1 = Conv(96, (11, 11), stride=4, bias=True)
_VGG_1 = Conv(64, (3, 3), padding=1, bias=True)

CASES = tuple(
    LayerCase(name, source, x, operation, first=True)
    for name, source, x, operation in (
        ("SimpleConvNet conv1", _BOOK, (100, 1, 28, 28), Conv(30, (5, 5), bias=True)),
        ("LeNet-5 C1", _LENET, (64, 1, 28, 28), _LENET_C1),
        ("LeNet-5 C1", _LENET, (1, 1, 28, 28), _LENET_C1),
        ("ResNet conv1", _RESNET, (8, 3, 224, 224), _RESNET_1),
        ("ResNet conv1", _RESNET, (1, 3, 224, 224), _RESNET_1),
        ("VGG-16 conv1_1", _VGG, (1, 3, 224, 224), _VGG_1),
        ("VGG-16 conv1_1", _VGG, (8, 3, 224, 224), _VGG_1),
        ("AlexNet conv1", _ALEXNET, (8, 3, 227, 227), _ALEXNET_1),
        ("AlexNet conv1", _ALEXNET, (1, 3, 227, 227), _ALEXNET_1),
        (
            "MobileNet v1, first",
            _MOBILENET,
            (8, 3, 224, 224),
            Conv(32, (3, 3), stride=2, padding=1),
        ),
        ("CIFAR ResNet-20, first", _RESNET_CIFAR, (64, 3, 32, 32), Conv(16, (3, 3), padding=1)),
        ("U-Net, first", _UNET, (1, 1, 572, 572), Conv(64, (3, 3), bias=True)),
    )
)
