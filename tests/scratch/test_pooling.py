import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.scratch import Pooling


@st.composite
def problems(draw):
    """A window, a stride, a pad of at most half a window, and images into which it fits."""
    pool_h, pool_w = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    pad = draw(st.integers(0, min(pool_h, pool_w) // 2))
    N, C = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    H, W = draw(st.integers(pool_h, 7)), draw(st.integers(pool_w, 7))
    return (N, C, H, W), (pool_h, pool_w, draw(st.integers(1, 3)), pad)


def windows(shape, pool_h, pool_w, stride, pad):
    """Yield each output's place with the part of the input that its window sees."""
    for n, c in np.ndindex(shape[:2]):
        for p, i in enumerate(range(-pad, shape[2] + pad - pool_h + 1, stride)):
            for q, j in enumerate(range(-pad, shape[3] + pad - pool_w + 1, stride)):
                rows, columns = slice(max(i, 0), i + pool_h), slice(max(j, 0), j + pool_w)
                yield (n, c, p, q), (n, c, rows, columns)


@given(problems())
def test_forward_and_backward_equal_plain_loops(problem):
    """Distinct numbers, all negative: a zero from the padding would win every window it is in."""
    shape, arguments = problem
    rng = np.random.default_rng(0)
    x = -1.0 - rng.permutation(np.prod(shape)).reshape(shape)
    layer = Pooling(*arguments)
    out = layer.forward(x)
    dout = rng.integers(1, 10, out.shape).astype(float)
    dx = layer.backward(dout)

    expected, expected_dx, places = np.full(out.shape, np.nan), np.zeros(shape), 0
    for place, seen in windows(shape, *arguments):
        expected[place] = x[seen].max()
        expected_dx[x == x[seen].max()] += dout[place]
        places += 1
    assert places == out.size
    assert (out == expected).all()
    assert (dx == expected_dx).all()


def test_a_worked_example():
    x = np.array([[[[1, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]]]])
    assert Pooling(2, 2).forward(x)[0, 0].tolist() == [[2, 3], [4, 2]]


def test_the_stride_is_2_unless_said_otherwise():
    assert Pooling(3, 3).stride == 2


def test_of_equals_the_first_wins():
    layer = Pooling(2, 2)
    layer.forward(np.ones((1, 1, 2, 2)))
    assert layer.backward(np.ones((1, 1, 1, 1)))[0, 0].tolist() == [[1, 0], [0, 0]]


def test_a_pixel_that_wins_twice_gets_the_sum():
    layer = Pooling(1, 2, stride=1)
    layer.forward(np.array([[[[0.0, 9.0, 0.0]]]]))
    assert layer.backward(np.array([[[[2.0, 3.0]]]]))[0, 0].tolist() == [[0, 5, 0]]


def test_what_is_not_a_number_is_not_hidden():
    assert np.isnan(Pooling(2, 2).forward(np.array([[[[1.0, np.nan], [2.0, 3.0]]]]))).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_whole_numbers_become_floats_and_can_be_padded(dtype):
    out = Pooling(2, 2, pad=1).forward(np.array([[[[5, 1], [0, 7]]]], dtype))
    assert out.dtype == np.float64
    assert out[0, 0].tolist() == [[5, 1], [0, 7]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(dtype):
    layer = Pooling(2, 2, pad=1)
    out = layer.forward(np.ones((1, 2, 4, 4), dtype))
    assert out.dtype == layer.backward(out).dtype == dtype


def test_an_empty_batch_gives_an_empty_result():
    layer = Pooling(2, 2)
    out = layer.forward(np.zeros((0, 3, 4, 4)))
    assert out.shape == (0, 3, 2, 2)
    assert layer.backward(out).shape == (0, 3, 4, 4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 2), "The window covers 0 cells"),
        ((2, 2, 0), "stride is 0"),
        ((2, 2, -1), "stride is -1"),
        ((2, 2, 2, -1), "pad is -1"),
        ((2, 3, 2, 2), "Pooling: pad 2 is more than half of the 2x3 window.\nHint: use pad 1 or"),
        ((3, 3, 1, 2), "Pooling: pad 2 is more than half of the 3x3 window.\nHint: use pad 1 or"),
    ],
)
def test_refuses_to_be_built_wrong(arguments, words):
    with pytest.raises(ValueError, match=words):
        Pooling(*arguments)


def test_refuses_what_it_cannot_pool():
    with pytest.raises(ValueError, match="A window of 3 does not fit into 2 cells"):
        Pooling(2, 3).forward(np.zeros((1, 1, 2, 2)))
    with pytest.raises(ValueError, match=r"Pooling: the shape \(4, 4\) has 2 axes, not 4"):
        Pooling(2, 2).forward(np.zeros((4, 4)))


def test_refuses_a_gradient_that_is_not_of_its_output(refused):
    layer = Pooling(2, 2)
    with refused("Pooling.backward came before forward.\nHint: call forward(x) first."):
        layer.backward(np.zeros((1, 1, 2, 2)))
    layer.forward(np.zeros((1, 1, 4, 4)))
    with pytest.raises(ValueError, match=r"dout has shape \(1, 1, 4, 1\), but the output had"):
        layer.backward(np.zeros((1, 1, 4, 1)))
