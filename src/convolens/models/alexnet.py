"""AlexNet in torchvision's layout: five convolutions, three fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from convolens import nn
from convolens.errors import ShapeError
from convolens.models.sizes import checked_classes, checked_image, maps_after


def alexnet(
    input_shape: Sequence[int] = (3, 224, 224), num_classes: int = 1000, *, dropout: float = 0.5
) -> nn.Sequential:
    """Return AlexNet with torchvision's layers and names, so that its ``state_dict`` loads.

    This is the single-column network of 2014, without response normalisation. torchvision averages
    any image's maps to 6x6; here the image must be of a size that gives 6x6 by itself, from 223 to
    254 pixels a side, where that averaging changes nothing.

    ============  ====================================  ========  ==========
    layer                                               output    parameters
    ============  ====================================  ========  ==========
    features.0    64 kernels of 11x11, stride 4, pad 2  64x55x55      23,296
    features.2    maximum of 3x3, stride 2              64x27x27
    features.3    192 kernels of 5x5, pad 2             192x27x27    307,392
    features.5    maximum of 3x3, stride 2              192x13x13
    features.6    384 kernels of 3x3, pad 1             384x13x13    663,936
    features.8    256 kernels of 3x3, pad 1             256x13x13    884,992
    features.10   256 kernels of 3x3, pad 1             256x13x13    590,080
    features.12   maximum of 3x3, stride 2              256x6x6
    classifier.1  4,096 outputs, dropout before         4096      37,752,832
    classifier.4  4,096 outputs, dropout before         4096      16,781,312
    classifier.6  1,000 outputs                         1000       4,097,000
    ============  ====================================  ========  ==========

    A ReLU follows each layer with parameters but the last.

    Args:
        input_shape: One image's channels, height and width.
        num_classes: The outputs of the last layer.
        dropout: The share of numbers dropped in training before the first two Linear layers.

    Shapes:
        [N, C, H, W] -> [N, num_classes]

    Raises:
        ArgumentError: If a size is below 1, or ``dropout`` is not a probability.
        ShapeError: If the image does not give maps of 6x6.

    Example:
        >>> sum(p.numel() for p in alexnet().parameters())
        61100840

    Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014;
    Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural
    Networks", 2012, for the idea; torchvision.models.alexnet for the layout.
    """
    classes = checked_classes(num_classes)
    features = nn.Sequential(
        nn.Conv2d(checked_image(input_shape)[0], 64, 11, stride=4, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
    )
    named = {f"features.{name}": layer for name, layer in features.named_children()}
    maps = maps_after(named, input_shape)
    if maps[1:] != (6, 6):
        raise ShapeError(
            f"alexnet: the last maps would be {maps[1]}x{maps[2]}, but the classifier needs 6x6.",
            [("image", "x".join(map(str, input_shape)), "C, H, W")],
            "use images of 224x224; from 223 to 254 pixels a side give 6x6.",
        )
    classifier = nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(256 * 6 * 6, 4096),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Linear(4096, classes),
    )
    return nn.Sequential({"features": features, "flatten": nn.Flatten(), "classifier": classifier})
