import numpy as np
import pytest

from convolens.scratch import Affine


def test_forward_and_backward_by_hand():
    layer = Affine(np.array([[1, 2], [3, 4], [5, 6]]), np.array([10, 20]))
    assert layer.forward(np.array([[1, 0, 2], [0, 1, 0]])).tolist() == [[21, 34], [13, 24]]
    assert layer.backward(np.array([[1, 0], [1, 1]])).tolist() == [[1, 3, 5], [3, 7, 11]]
    assert layer.dW.tolist() == [[1, 0], [1, 1], [2, 0]]
    assert layer.db.tolist() == [2, 1]


def test_rows_of_w_are_numbered_in_the_order_c_h_w():
    """Also where the input is a transposed view, as every convolution returns."""
    C, H, W = 2, 3, 4
    x = np.moveaxis(np.arange(1 * H * W * C).reshape(1, H, W, C), -1, 1)
    layer = Affine(np.eye(C * H * W, dtype=int), np.zeros(C * H * W, dtype=int))
    out = layer.forward(x)
    for c, h, w in np.ndindex(C, H, W):
        assert out[0, c * H * W + h * W + w] == x[0, c, h, w]
    assert (layer.backward(out) == x).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(dtype):
    layer = Affine(np.ones((3, 2), dtype), np.ones(2, dtype))
    out = layer.forward(np.ones((4, 3), dtype))
    assert {out.dtype, layer.backward(out).dtype, layer.dW.dtype, layer.db.dtype} == {
        np.dtype(dtype)
    }


def test_an_empty_batch_gives_an_empty_result():
    layer = Affine(np.ones((12, 2)), np.ones(2))
    out = layer.forward(np.zeros((0, 3, 2, 2)))
    assert out.shape == (0, 2)
    assert layer.backward(out).shape == (0, 3, 2, 2)


@pytest.mark.parametrize(("weight", "bias"), [((3,), (3,)), ((3, 2), (3,)), ((3, 2), (1, 2))])
def test_refuses_to_be_built_wrong(weight, bias, refused):
    text = (
        f"Affine: W has shape {weight} and b has shape {bias}.\n"
        "Hint: W is (in, out), and b is (out,)."
    )
    with refused(text):
        Affine(np.zeros(weight), np.zeros(bias))


def test_refuses_samples_of_another_size(refused):
    layer = Affine(np.zeros((4320, 100)), np.zeros(100))
    text = (
        "Affine: a sample has 4680 numbers, but W has 4320 rows.\n"
        "  x  (5, 30, 12, 13)  the first axis counts the samples\n"
        "  W  (4320, 100)  in, out\n"
        "Hint: W.shape[0] must be the product of x.shape[1:]."
    )
    with refused(text):
        layer.forward(np.zeros((5, 30, 12, 13)))
    with pytest.raises(ValueError, match="a sample has 1 numbers"):
        layer.forward(np.zeros(4320))


def test_refuses_a_gradient_that_is_not_of_its_output(refused):
    layer = Affine(np.zeros((3, 2)), np.zeros(2))
    with refused("Affine.backward came before forward.\nHint: call forward(x) first."):
        layer.backward(np.zeros((1, 2)))
    layer.forward(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"dout has shape \(1, 2\), but the output had \(4, 2\)"):
        layer.backward(np.zeros((1, 2)))
