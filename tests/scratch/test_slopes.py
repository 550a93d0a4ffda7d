"""Back-propagation against differences: every layer, and the whole network.

The tolerance follows from the computation. With u = eps/2, a sum of n products is off by at most
gamma(n) = n*u / (1 - n*u) times the sum of the absolute products (Higham, "Accuracy and Stability
of Numerical Algorithms", section 3.1). A central difference of two such sums is off by that
over h, and by h*h/6 times the third derivative.
"""

import copy

import numpy as np
import pytest

from convolens.scratch import (
    Affine,
    Convolution,
    Pooling,
    Relu,
    SimpleConvNet,
    SoftmaxWithLoss,
    numerical_gradient,
)

EPS = float(np.finfo(np.float64).eps)
H = EPS ** (1 / 3)  # the step of numerical_gradient, at entries of at most 1
THIRD = 1 / (6 * 3**0.5)  # no third central moment of a variable on [0, 1] is larger


def gamma(n):
    return n * EPS / 2 / (1 - n * EPS / 2)


def agree(measured, computed, tolerance):
    """Assert agreement, and that the tolerance is too small to hide a wrong gradient."""
    assert measured.shape == computed.shape
    assert (abs(measured - computed) <= tolerance).all()
    assert np.max(tolerance) < 1e-4 * abs(computed).max()


def check_layer(layer, x, names, magnitude, terms):
    """Compare all slopes of L = sum(c * out); L is linear in x and in each array of ``names``."""
    rng = np.random.default_rng(9)
    c = rng.uniform(-1, 1, layer.forward(x).shape)
    dx = layer.backward(c)
    computed = {"x": dx} | {name: getattr(layer, "d" + name) for name in names}
    tolerance = gamma(terms + c.size) * magnitude * (1 / H + 1)
    for name, slope in computed.items():
        array = x if name == "x" else getattr(layer, name)
        agree(
            numerical_gradient(lambda _: float((c * layer.forward(x)).sum()), array),
            slope,
            tolerance,
        )


def sum_of_absolutes(layer, x):
    """Bound sum(abs(c * out)) and all its slopes, near x: every factor is raised by 1, c is 1."""
    raised = copy.copy(layer)
    raised.W, raised.b = abs(layer.W) + 1, abs(layer.b) + 1
    return raised.forward(abs(x) + 1).sum()


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_convolution(stride, pad):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (2, 3, 6, 5))
    layer = Convolution(rng.uniform(-1, 1, (2, 3, 3, 2)), rng.uniform(-1, 1, 2), stride, pad)
    check_layer(layer, x, ["W", "b"], sum_of_absolutes(layer, x), terms=3 * 3 * 2 + 1)


@pytest.mark.parametrize("shape", [(3, 12), (3, 2, 3, 2)])
def test_affine(shape):
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, shape)
    layer = Affine(rng.uniform(-1, 1, (12, 4)), rng.uniform(-1, 1, 4))
    check_layer(layer, x, ["W", "b"], sum_of_absolutes(layer, x), terms=12 + 1)


def far_apart(shape):
    """Numbers in [-1, 1], none 0, no two nearer than 1/size: no step H changes their order."""
    size = int(np.prod(shape))
    numbers = (2 * np.random.default_rng(2).permutation(size) + 1 - size) / size
    return np.where(numbers == 0, 0.5 / size, numbers).reshape(shape)


@pytest.mark.parametrize(
    "layer",
    [Relu(), Pooling(2, 2), Pooling(3, 2, stride=1, pad=1)],
    ids=["relu", "pooling", "overlapping pooling"],
)
def test_relu_and_pooling(layer):
    x = far_apart((2, 3, 5, 5))
    assert 1 / x.size > 100 * H
    check_layer(layer, x, [], magnitude=layer.forward(x).size, terms=0)


@pytest.mark.parametrize("soft", [False, True])
def test_softmax_with_loss(soft):
    rng = np.random.default_rng(3)
    N, K = 4, 5
    x, t = rng.uniform(-1, 1, (N, K)), rng.integers(0, K, N)
    if soft:
        t = np.full((N, K), 0.02) + 0.9 * np.eye(K)[t]
    layer = SoftmaxWithLoss()
    layer.forward(x, t)
    computed = layer.backward()
    measured = numerical_gradient(lambda x: layer.forward(x, t), x)
    # Along one score the third derivative of log sum exp is p(1-p)(1-2p), over N for the mean.
    # log y is a sum of K terms, with exp and log; it is at most log K + 2 in size.
    rounding = gamma(N * K + K + 10) * (np.log(K) + 2) / H
    agree(measured, computed, H * H / 6 * THIRD / N + rounding)


class SumPooling:
    """The sum of each 2x2 window: no less than its maximum, nor is the slope, whoever wins."""

    def forward(self, x):
        self.shape = x.shape
        N, C, H, W = x.shape
        even = x[:, :, : H // 2 * 2, : W // 2 * 2]
        return even.reshape(N, C, H // 2, 2, W // 2, 2).sum(axis=(3, 5))

    def backward(self, dout):
        dx = np.zeros(self.shape)
        spread = dout.repeat(2, axis=2).repeat(2, axis=3)
        dx[:, :, : spread.shape[2], : spread.shape[3]] = spread
        return dx


def bounds(net, x):
    """Bound every sum of absolute products: the scores, and their slopes for each parameter.

    It is the network itself that computes them, with absolute weights on absolute pixels: then
    every ReLU is open.
    """
    net = copy.deepcopy(net)
    net.layers["Pool1"] = SumPooling()
    for param in net.params.values():
        param[...] = abs(param)
    scores = net.predict(abs(x))
    dout = np.ones_like(scores)
    for layer in reversed(net.layers.values()):
        dout = layer.backward(dout)
    slopes = {}
    for number, name in enumerate(("Conv1", "Affine1", "Affine2"), start=1):
        slopes |= {f"W{number}": net.layers[name].dW, f"b{number}": net.layers[name].db}
    return scores.max(), slopes


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize(
    ("input_dim", "conv_param"),
    [
        ((1, 8, 8), {"filter_num": 3, "filter_size": 3}),
        ((3, 7, 10), {"filter_num": 2, "filter_size": 3, "pad": 1, "stride": 2}),
    ],
)
def test_whole_network(input_dim, conv_param, one_hot):
    rng = np.random.default_rng(4)
    N, hidden, K = 3, 6, 4
    net = SimpleConvNet(input_dim, conv_param, hidden, K, weight_init_std=0.3, seed=4)
    for name in ("b1", "b2", "b3"):
        net.params[name][...] = rng.uniform(-0.1, 0.1, net.params[name].shape)
    x, t = rng.uniform(0, 1, (N, *input_dim)), rng.integers(0, K, N)
    t = np.eye(K)[t] if one_hot else t
    computed = net.gradient(x, t)

    # No step may carry a number over the bend of a ReLU or let another pixel win its window:
    # the loss has no slope there. Between the bends the scores are linear in each parameter.
    bends = [net.layers["Relu1"], net.layers["Relu2"]]
    masks, winners = [layer.mask for layer in bends], net.layers["Pool1"].arg_max

    def loss(_):
        value = net.loss(x, t)
        for layer, mask in zip(bends, masks, strict=True):
            assert (layer.mask == mask).all()
        assert (net.layers["Pool1"].arg_max == winners).all()
        return value

    measured = {name: numerical_gradient(loss, param) for name, param in net.params.items()}

    scores, slopes = bounds(net, x)
    sums = [net.params["W1"][0].size, len(net.params["W2"]), len(net.params["W3"])]
    terms = sum(sums) + 3 + N * K + K + 10  # with biases, the mean, log sum exp
    for name, param in net.params.items():
        # While a parameter moves by 1, two scores of a sample part by at most this.
        apart = 2 * slopes[name]
        h = H * np.maximum(1, abs(param))
        truncation = h * h / 6 * THIRD * apart**3
        rounding = gamma(terms) * (2 * scores / h + apart)
        agree(measured[name], computed[name], truncation + rounding)


def test_whole_network_measures_what_numerical_gradient_of_the_network_measures():
    rng = np.random.default_rng(5)
    net = SimpleConvNet((1, 5, 5), {"filter_num": 2, "filter_size": 2}, 3, 2, seed=5)
    x, t = rng.random((2, 1, 5, 5)), np.array([0, 1])
    measured = net.numerical_gradient(x, t)
    assert list(measured) == list(net.params) == list(net.gradient(x, t))
    for name, param in net.params.items():
        assert (measured[name] == numerical_gradient(lambda _: net.loss(x, t), param)).all()
