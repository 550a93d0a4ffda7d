"""SimpleConvNet, the chapter's network: conv - relu - pool - affine - relu - affine - softmax."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from .affine import Affine
from .arrays import Array
from .convolution import Convolution
from .gradient import numerical_gradient
from .layer import Layer
from .output_size import conv_output_size
from .pooling import Pooling
from .relu import Relu
from .softmax_with_loss import SoftmaxWithLoss
from .storage import load_arrays, save_arrays

CONV_PARAM = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}


class SimpleConvNet:
    """A small convolutional network that reads handwritten digits.

    Its methods take a batch of images ``x``, (N, C, H, W), and their labels ``t``: class numbers,
    (N,), or one-hot rows, (N, output_size).

    Args:
        input_dim: C, H, W of one image.
        conv_param: ``filter_num``, ``filter_size``, ``pad``, ``stride``; what is left out keeps
            its default (30, 5, 0, 1).
        hidden_size: Outputs of the first affine layer.
        output_size: Classes.
        weight_init_std: Standard deviation of the random weights; biases start at 0.
        dtype: Of all parameters, float64 or float32.
        seed: The same seed gives the same weights; None gives new ones every time.

    Attributes:
        params: W1, b1 (convolution), W2, b2, W3, b3 (affine). The layers hold these very arrays:
            write into one, ``net.params["W1"][...] = w``; a new array would not reach the layer.
        layers: The layers by name, in order.
        last_layer: Softmax and loss, apart from the others since prediction does without it.

    Raises:
        ValueError: If the sizes do not fit together.

    Example:
        >>> net = SimpleConvNet(seed=0)
        >>> {name: param.shape for name, param in net.params.items() if name.startswith("W")}
        {'W1': (30, 1, 5, 5), 'W2': (4320, 100), 'W3': (100, 10)}
        >>> sum(param.size for param in net.params.values())
        433890
        >>> net.predict(np.zeros((2, 1, 28, 28))).shape
        (2, 10)
    """

    # Corrected: a dict as default value is one object shared by all calls, hence the None.
    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        conv_param: Mapping[str, int] | None = None,
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init_std: float = 0.01,
        *,
        dtype: DTypeLike = np.float64,
        seed: int | None = None,
    ) -> None:
        if len(input_dim) != 3:
            raise ValueError(
                f"input_dim is {input_dim}, which has {len(input_dim)} entries, not 3.\n"
                "Hint: pass (channels, height, width); a grey image has 1 channel."
            )
        conv = CONV_PARAM | dict(conv_param or {})
        if conv.keys() != CONV_PARAM.keys():
            raise ValueError(
                f"conv_param does not know {sorted(conv.keys() - CONV_PARAM.keys())}.\n"
                f"Hint: its keys are {list(CONV_PARAM)}."
            )
        if not np.issubdtype(dtype, np.floating):
            raise ValueError(
                f"dtype is {np.dtype(dtype)}, in which a weight of {weight_init_std} is 0.\n"
                "Hint: use np.float64 or np.float32."
            )
        filter_num, filter_size = conv["filter_num"], conv["filter_size"]
        stride, pad = conv["stride"], conv["pad"]

        # Corrected: the listing squares one side, which is right for square images alone, and
        # halves it without rounding, which is right for even sides alone.
        C, H, W = input_dim
        out_h, out_w = (
            conv_output_size(conv_output_size(side, filter_size, stride, pad), 2, stride=2)
            for side in (H, W)
        )

        rng = np.random.default_rng(seed)

        def random(*shape: int) -> Array:
            return (weight_init_std * rng.standard_normal(shape)).astype(dtype)

        # Weights start at random because equal ones would get equal gradients, and stay equal.
        self.params: dict[str, Array] = {
            "W1": random(filter_num, C, filter_size, filter_size),
            "b1": np.zeros(filter_num, dtype),
            "W2": random(filter_num * out_h * out_w, hidden_size),
            "b2": np.zeros(hidden_size, dtype),
            "W3": random(hidden_size, output_size),
            "b3": np.zeros(output_size, dtype),
        }
        p = self.params
        self.layers: OrderedDict[str, Layer] = OrderedDict(
            Conv1=Convolution(p["W1"], p["b1"], stride, pad),
            Relu1=Relu(),
            Pool1=Pooling(2, 2, stride=2),
            Affine1=Affine(p["W2"], p["b2"]),
            Relu2=Relu(),
            Affine2=Affine(p["W3"], p["b3"]),
        )
        # Corrected: printed as last_layer here and as lastLayer where it is used.
        self.last_layer = SoftmaxWithLoss()

    def predict(self, x: Array) -> Array:
        """Compute the scores of a batch; softmax would not change which is the largest.

        Returns:
            Scores, (N, output_size).
        """
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x: Array, t: Array) -> float:
        """Compute the mean loss of a batch."""
        return self.last_layer.forward(self.predict(x), t)

    def accuracy(self, x: Array, t: Array, batch_size: int = 100) -> float:
        """Compute the share of images whose largest score is that of the true class.

        Args:
            x: Images.
            t: Labels.
            batch_size: Images at a time, which bounds the memory.
        """
        if len(x) == 0 or len(x) != len(t) or batch_size < 1:
            raise ValueError(
                f"accuracy: {len(x)} images, {len(t)} labels, batch_size {batch_size}.\n"
                "Hint: pass one label for each image, at least one image, and a batch of 1 or more."
            )
        if t.ndim == 2:
            t = t.argmax(axis=1)
        # Corrected: the listing skips the last images if they fill no batch, yet divides by all.
        right = 0
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            right += int((self.predict(x[batch]).argmax(axis=1) == t[batch]).sum())
        return right / len(x)

    def gradient(self, x: Array, t: Array) -> dict[str, Array]:
        """Compute the gradient of the loss by back-propagation: once forward, once back.

        Returns:
            A gradient for each of ``params``, under its name.
        """
        self.loss(x, t)
        dout = self.last_layer.backward()
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)

        grads: dict[str, Array] = {}
        weighted = (each for each in self.layers.values() if isinstance(each, Convolution | Affine))
        for number, layer in enumerate(weighted, start=1):
            grads[f"W{number}"] = layer.dW
            grads[f"b{number}"] = layer.db
        return grads

    def numerical_gradient(self, x: Array, t: Array) -> dict[str, Array]:
        """Measure the gradient by differences: twice forward for every single parameter.

        Returns:
            A gradient for each of ``params``, under its name.
        """
        return {  # by the function of that name, not by this method
            name: numerical_gradient(lambda _: self.loss(x, t), param)
            for name, param in self.params.items()
        }

    def save_params(self, file_name: str | os.PathLike[str] = "params.npz") -> None:
        """Write the parameters to an .npz file; an old file stays whole until the new one is."""
        save_arrays(file_name, self.params)

    def load_params(self, file_name: str | os.PathLike[str] = "params.npz") -> None:
        """Read the parameters from such a file, all or none.

        Raises:
            ValueError: If the file is damaged or belongs to another network.
        """
        # Corrected: the listing puts new arrays into params and must then hand each to its layer,
        # in one version under a wrong name (w, not W). Written into the old ones, they reach both.
        for name, array in load_arrays(file_name, like=self.params).items():
            self.params[name][...] = array
