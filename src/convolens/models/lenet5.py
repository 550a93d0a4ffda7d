"""LeNet-5 in its modern form: two convolutions with maximum pooling, three fully connected."""

from __future__ import annotations

from collections.abc import Sequence

from convolens import nn
from convolens.models.sizes import checked_classes, checked_image, features_after


def lenet5(input_shape: Sequence[int] = (1, 28, 28), num_classes: int = 10) -> nn.Sequential:
    """Return LeNet-5 as it is built today: ReLU, maximum pooling, and every map sees every map.

    The network of 1998 had scaled tanh, trainable sub-sampling, a table of which map sees which,
    and 60,000 parameters.

    ======  ========================  ========  ==========
    layer                             output    parameters
    ======  ========================  ========  ==========
    conv1   6 kernels of 5x5, pad 2   6x28x28          156
    relu1
    pool1   maximum of 2x2, stride 2  6x14x14
    conv2   16 kernels of 5x5         16x10x10       2,416
    relu2
    pool2   maximum of 2x2, stride 2  16x5x5
    fc1     120 outputs               120           48,120
    relu3
    fc2     84 outputs                84            10,164
    relu4
    fc3     10 outputs                10               850
    ======  ========================  ========  ==========

    Args:
        input_shape: One image's channels, height and width.
        num_classes: The outputs of the last layer.

    Shapes:
        [N, C, H, W] -> [N, num_classes]

    Raises:
        ArgumentError: If a size is below 1.
        ShapeError: If the image is too small for a layer, which is named.

    Example:
        >>> sum(p.numel() for p in lenet5().parameters())
        61706

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document
    Recognition", 1998, section II.B.
    """
    channels = checked_image(input_shape)[0]
    maps: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(channels, 6, 5, padding=2),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2d(2),
        "conv2": nn.Conv2d(6, 16, 5),
        "relu2": nn.ReLU(),
        "pool2": nn.MaxPool2d(2),
    }
    return nn.Sequential(
        {
            **maps,
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(features_after(maps, input_shape), 120),
            "relu3": nn.ReLU(),
            "fc2": nn.Linear(120, 84),
            "relu4": nn.ReLU(),
            "fc3": nn.Linear(84, checked_classes(num_classes)),
        }
    )
