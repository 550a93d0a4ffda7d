import math

import numpy as np
import pytest

from convolens.scratch import SoftmaxWithLoss, cross_entropy_error, softmax

EPS = np.finfo(np.float64).eps


def test_is_cross_entropy_after_softmax():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((5, 4)), np.array([0, 3, 1, 1, 2])
    layer = SoftmaxWithLoss()
    # Logarithms of numbers near 1/4, off by a few roundings of 1 each.
    assert layer.forward(x, t) == pytest.approx(cross_entropy_error(softmax(x), t), abs=20 * EPS)
    assert (layer.y == softmax(x)).all()


def test_gradient_by_hand():
    layer = SoftmaxWithLoss()
    layer.forward(np.log([[1.0, 3.0], [1.0, 1.0]]), np.array([0, 1]))
    expected = np.array([[0.25 - 1, 0.75], [0.5, 0.5 - 1]]) / 2
    # softmax rounds log, exp, sum and quotient of numbers near 1.
    assert layer.backward() == pytest.approx(expected, rel=0, abs=10 * EPS)


def test_labels_and_one_hot_rows_are_the_same():
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((6, 3)), np.array([0, 2, 1, 1, 0, 2])
    one, other = SoftmaxWithLoss(), SoftmaxWithLoss()
    assert one.forward(x, labels) == other.forward(x, np.eye(3, dtype=int)[labels])
    assert (one.backward() == other.backward()).all()


def test_dout_scales_the_gradient():
    layer = SoftmaxWithLoss()
    layer.forward(np.array([[1.0, 2.0]]), np.array([0]))
    assert (layer.backward(8.0) == 8 * layer.backward()).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_keeps_growing_where_the_probability_has_rounded_to_0(dtype):
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([[1e4, -1e4]], dtype), np.array([1])) == 2e4
    assert layer.backward().tolist() == [[1, -1]]
    assert layer.backward().dtype == dtype


@pytest.mark.parametrize("t", [[0], [[1, 0, 0]]])
def test_a_class_that_is_ruled_out_costs_nothing_unless_it_is_the_truth(t):
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([[0.0, 0.0, -np.inf]]), np.array(t)) == math.log(2)
    assert layer.backward().tolist() == [[-0.5, 0.5, 0]]
    assert layer.forward(np.array([[0.0, 0.0, -np.inf]]), np.array([2])) == math.inf


def test_refusals():
    layer = SoftmaxWithLoss()
    with pytest.raises(ValueError, match=r"SoftmaxWithLoss.backward came before forward.\nHint:"):
        layer.backward()
    with pytest.raises(ValueError, match="Label 0 is class 2, but there are 2 classes"):
        layer.forward(np.zeros((1, 2)), np.array([2]))
    with pytest.raises(ValueError, match=r"The scores have shape \(2,\)"):
        layer.forward(np.zeros(2), np.array([0, 1]))
