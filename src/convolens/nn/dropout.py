"""Dropout layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, final

from convolens import ops
from convolens.nn import functional
from convolens.nn.functional.dropout import keep
from convolens.nn.module import Module
from convolens.tensor import Tensor, ones_like
from convolens.tensor.in_place import in_place


class _Dropout(Module):
    """A share p, and what is done with it. Abstract."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        self.p = ops.Dropout(float(p)).p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with some of it dropped, or ``input`` itself outside training."""
        return type(self).function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"p={self.p}{', inplace=True' if self.inplace else ''}"


@final
class Dropout(_Dropout):
    """In training, a share p of the elements becomes 0 and the others are divided by 1 - p.

    Which ones follows from ``manual_seed`` and the number of draws since: not from threads.

    Args:
        p: The share that becomes 0.
        inplace: The input itself takes the result.

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> Dropout(0.5).eval()(cl.ones(3)).tolist()
        [1.0, 1.0, 1.0]

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    2014.
    """

    function = staticmethod(functional.dropout)


@final
class Dropout1d(_Dropout):
    """In training, a share p of the channels becomes 0 and the others are divided by 1 - p.

    Neighbouring elements of a feature map are alike, so dropping single ones hides little.

    Args:
        p: The share of channels that becomes 0.
        inplace: The input itself takes the result.

    Shapes:
        [N, C, W] -> [N, C, W]; [C, W] -> [C, W]

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> y = Dropout1d()(cl.ones(2, 8, 5))
        >>> sorted({len(set(channel)) for image in y.tolist() for channel in image})
        [1]

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015,
    section 3.2.
    """

    function = staticmethod(functional.dropout1d)


@final
class Dropout2d(_Dropout):
    """In training, a share p of the channels becomes 0 and the others are divided by 1 - p.

    Args:
        p: The share of channels that becomes 0.
        inplace: The input itself takes the result.

    Shapes:
        [N, C, H, W] -> [N, C, H, W]; as in torch, a rank of 3 is [N, C, W] and warns

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> y = Dropout2d(0.25)(cl.ones(4, 16, 3, 3))
        >>> set(y.sum((2, 3)).flatten().tolist()) <= {0.0, 12.0}
        True

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015,
    section 3.2.
    """

    function = staticmethod(functional.dropout2d)


@final
class Dropout3d(_Dropout):
    """In training, a share p of the channels becomes 0 and the others are divided by 1 - p.

    Args:
        p: The share of channels that becomes 0.
        inplace: The input itself takes the result.

    Shapes:
        [N, C, D, H, W] -> [N, C, D, H, W]; [C, D, H, W] -> [C, D, H, W]

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> Dropout3d().eval()(cl.ones(1, 2, 1, 1, 2)).tolist()
        [[[[[1.0, 1.0]]], [[[1.0, 1.0]]]]]

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015,
    section 3.2.
    """

    function = staticmethod(functional.dropout3d)


@final
class AlphaDropout(_Dropout):
    """In training, a share p of the elements becomes what SELU makes of minus infinity.

    All are scaled and shifted then, so that inputs of mean 0 and variance 1 keep both.

    Args:
        p: The share that is dropped.
        inplace: The input itself takes the result.

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> len(set(AlphaDropout()(cl.zeros(100)).tolist()))
        2

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    function = staticmethod(functional.alpha_dropout)


@final
class DropoutScaledAtTest(_Dropout):
    """Dropout as first published: in training a share p becomes 0; else all is multiplied by 1 - p.

    AlexNet has p = 1/2, so it halves its outputs at test time. The expectation is that of
    ``Dropout``, which scales in training instead: what one trains with, the other must test with.

    Args:
        p: The share that becomes 0 in training.
        inplace: The input itself takes the result.

    Raises:
        ArgumentError: If p is not a probability.

    Example:
        >>> import convolens as cl
        >>> layer = DropoutScaledAtTest(0.5)
        >>> set(layer(cl.ones(100)).tolist()), layer.eval()(cl.ones(2)).tolist()
        ({0.0, 1.0}, [0.5, 0.5])

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional
    Neural Networks", 2012, section 4.2.
    """

    @staticmethod
    def function(input: Tensor, p: float, training: bool, inplace: bool = False) -> Tensor:
        """Return ``input`` with a share p at 0 in training, else multiplied by 1 - p."""
        if inplace:
            function = DropoutScaledAtTest.function
            return in_place("dropout_", input, lambda old: function(old, p, training))
        return input * keep(ones_like(input.detach()), p) if training else input * (1 - p)
