import numpy as np
import pytest

from convolens.scratch import Relu


def test_forward_and_backward_by_hand():
    layer = Relu()
    assert layer.forward(np.array([[-1.0, 0.0], [2.0, -0.5]])).tolist() == [[0, 0], [2, 0]]
    assert layer.mask.tolist() == [[True, True], [False, True]]
    assert layer.backward(np.array([[5.0, 6.0], [7.0, 8.0]])).tolist() == [[0, 0], [7, 0]]


def test_writes_into_nothing_that_it_was_given():
    layer, x, dout = Relu(), np.array([-1.0, 1.0]), np.array([3.0, 3.0])
    layer.forward(x)
    layer.backward(dout)
    assert x.tolist() == [-1, 1]
    assert dout.tolist() == [3, 3]


def test_what_is_not_a_number_is_not_hidden():
    assert np.isnan(Relu().forward(np.array([np.nan]))).all()


def test_an_infinite_slope_is_stopped_too():
    layer = Relu()
    layer.forward(np.array([-1.0]))
    assert layer.backward(np.array([np.inf])).tolist() == [0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(dtype):
    layer = Relu()
    out = layer.forward(np.ones(3, dtype))
    assert out.dtype == layer.backward(out).dtype == dtype


def test_refuses_a_gradient_that_is_not_of_its_output(refused):
    layer = Relu()
    with refused("Relu.backward came before forward.\nHint: call forward(x) first."):
        layer.backward(np.zeros(3))
    layer.forward(np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"dout has shape \(3,\), but the output had \(3, 3\)"):
        layer.backward(np.zeros(3))
