import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.scratch import Convolution

BOOK_INPUT = np.array([[[[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]]])
BOOK_FILTER = np.array([[[[2, 0, 1], [0, 1, 2], [1, 0, 2]]]])


def convolve(x, bias=0, **options):
    return Convolution(BOOK_FILTER, np.array([bias]), **options).forward(x)[0, 0].tolist()


def test_the_worked_example_of_the_book():
    assert convolve(BOOK_INPUT) == [[15, 16], [6, 15]]


def test_the_worked_example_with_a_bias():
    assert convolve(BOOK_INPUT, bias=3) == [[18, 19], [9, 18]]


def test_the_worked_example_with_padding():
    assert convolve(BOOK_INPUT, pad=1) == [
        [7, 12, 10, 2],
        [4, 15, 16, 10],
        [10, 6, 15, 6],
        [8, 10, 4, 3],
    ]


def test_the_worked_example_with_a_stride():
    row = np.array([1, 2, 3, 0, 1, 2, 3])
    cyclic = np.array([np.roll([1, 2, 3, 0], i)[np.arange(7) % 4] for i in range(7)])
    assert (cyclic[0] == row).all()
    assert (cyclic[:4, :4] == BOOK_INPUT[0, 0]).all()
    assert convolve(cyclic[np.newaxis, np.newaxis], stride=2) == [
        [15, 17, 15],
        [17, 15, 17],
        [15, 17, 15],
    ]


@given(
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(3, 6), st.integers(3, 6)),
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_is_the_sum_that_the_formula_says(shape, filters, stride, pad):
    rng = np.random.default_rng(0)
    (N, C, H, W), (FN, FH, FW) = shape, filters
    x = rng.integers(-9, 10, shape)
    weight, bias = rng.integers(-9, 10, (FN, C, FH, FW)), rng.integers(-9, 10, FN)
    out = Convolution(weight, bias, stride, pad).forward(x)

    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=int)
    padded[:, :, pad : pad + H, pad : pad + W] = x
    rows = range(0, H + 2 * pad - FH + 1, stride)
    columns = range(0, W + 2 * pad - FW + 1, stride)
    expected = [
        [
            [[int((image[:, i : i + FH, j : j + FW] * w).sum() + b) for j in columns] for i in rows]
            for w, b in zip(weight, bias, strict=True)
        ]
        for image in padded
    ]
    assert out.tolist() == expected


def test_backward_is_the_transpose_of_forward_in_x_and_in_w():
    """Without bias <conv(x, W), d> = <x, dx> = <W, dW>; in whole numbers, exactly."""
    rng = np.random.default_rng(1)
    x, weight = rng.integers(-9, 10, (2, 3, 7, 6)), rng.integers(-9, 10, (4, 3, 3, 2))
    layer = Convolution(weight, np.zeros(4, dtype=int), stride=2, pad=1)
    out = layer.forward(x)
    d = rng.integers(-9, 10, out.shape)
    dx = layer.backward(d)
    assert (out * d).sum() == (x * dx).sum() == (weight * layer.dW).sum()
    assert (layer.db == d.sum(axis=(0, 2, 3))).all()


def test_col_can_be_looked_at():
    layer = Convolution(np.ones((2, 3, 5, 5)), np.zeros(2))
    layer.forward(np.zeros((10, 3, 7, 7)))
    assert layer.col.shape == (90, 75)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(dtype):
    layer = Convolution(np.ones((2, 1, 3, 3), dtype), np.zeros(2, dtype), pad=1)
    out = layer.forward(np.ones((1, 1, 4, 4), dtype))
    assert {out.dtype, layer.backward(out).dtype, layer.dW.dtype, layer.db.dtype} == {
        np.dtype(dtype)
    }


def test_an_empty_batch_gives_an_empty_result_and_no_slope():
    layer = Convolution(np.ones((2, 1, 3, 3)), np.zeros(2))
    out = layer.forward(np.zeros((0, 1, 5, 5)))
    assert out.shape == (0, 2, 3, 3)
    assert layer.backward(out).shape == (0, 1, 5, 5)
    assert (layer.dW == 0).all()
    assert (layer.db == 0).all()


def test_refuses_other_channels(refused):
    layer = Convolution(np.zeros((8, 4, 3, 3)), np.zeros(8))
    text = (
        "Convolution: the images have 3 channels, but each filter has 4.\n"
        "  x  (1, 3, 8, 8)  N, C, H, W\n"
        "  W  (8, 4, 3, 3)  FN, C, FH, FW\n"
        "Hint: W.shape[1] must equal x.shape[1]."
    )
    with refused(text):
        layer.forward(np.zeros((1, 3, 8, 8)))


@pytest.mark.parametrize(
    ("weight", "bias", "options", "words"),
    [
        ((3, 3), (1,), {}, r"W has shape \(3, 3\), which has 2 axes, not 4.\nHint: W is \(FN, C"),
        ((2, 1, 3, 3), (3,), {}, r"W holds 2 filters, but b has shape \(3,\).\nHint: b has one"),
        ((2, 1, 3, 3), (2, 1, 1), {}, r"b has shape \(2, 1, 1\)"),
        ((2, 1, 0, 3), (2,), {}, "The window covers 0 cells"),
        ((2, 1, 3, 3), (2,), {"stride": 0}, "stride is 0"),
        ((2, 1, 3, 3), (2,), {"stride": -1}, "stride is -1"),
        ((2, 1, 3, 3), (2,), {"pad": -1}, "pad is -1"),
    ],
)
def test_refuses_to_be_built_wrong(weight, bias, options, words):
    with pytest.raises(ValueError, match=words):
        Convolution(np.zeros(weight), np.zeros(bias), **options)


def test_refuses_images_smaller_than_the_filter():
    layer = Convolution(np.zeros((1, 1, 5, 5)), np.zeros(1), stride=2)
    with pytest.raises(ValueError, match="A window of 5 does not fit into 4 cells with pad 0"):
        layer.forward(np.zeros((1, 1, 8, 4)))


def test_refuses_a_gradient_that_is_not_of_its_output(refused):
    layer = Convolution(np.zeros((2, 1, 3, 3)), np.zeros(2))
    with refused("Convolution.backward came before forward.\nHint: call forward(x) first."):
        layer.backward(np.zeros((1, 2, 3, 3)))
    layer.forward(np.zeros((1, 1, 5, 5)))
    text = (
        "Convolution.backward: dout has shape (1, 2, 3, 1), but the output had (1, 2, 3, 3).\n"
        "Hint: dout holds one slope for each number that forward returned."
    )
    with refused(text):
        layer.backward(np.zeros((1, 2, 3, 1)))
