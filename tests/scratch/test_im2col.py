import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.scratch import col2im, conv_output_size, im2col


@st.composite
def problems(draw):
    """A shape, a filter that fits, a stride, and a pad."""
    shape = tuple(draw(st.integers(1, n)) for n in (3, 3, 7, 7))
    pad = draw(st.integers(0, 2))
    filter_h = draw(st.integers(1, shape[2] + 2 * pad))
    filter_w = draw(st.integers(1, shape[3] + 2 * pad))
    return shape, (filter_h, filter_w, draw(st.integers(1, 3)), pad)


def whole_numbers(shape, seed):
    """Integers, so that sums are exact and equality means equality."""
    return np.random.default_rng(seed).integers(-100, 100, shape)


def test_shapes_of_the_book():
    assert im2col(np.zeros((1, 3, 7, 7)), 5, 5).shape == (9, 75)
    assert im2col(np.zeros((10, 3, 7, 7)), 5, 5).shape == (90, 75)


@given(problems())
def test_every_entry_is_the_pixel_that_the_formula_names(problem):
    shape, (filter_h, filter_w, stride, pad) = problem
    x = whole_numbers(shape, 0)
    col = im2col(x, filter_h, filter_w, stride, pad, pad_value=7)

    N, C, H, W = shape
    out_h = conv_output_size(H, filter_h, stride, pad)
    out_w = conv_output_size(W, filter_w, stride, pad)
    expected = [
        [
            x[n, c, i, j] if 0 <= i < H and 0 <= j < W else 7
            for c in range(C)
            for i in range(p * stride - pad, p * stride - pad + filter_h)
            for j in range(q * stride - pad, q * stride - pad + filter_w)
        ]
        for n in range(N)
        for p in range(out_h)
        for q in range(out_w)
    ]
    assert col.tolist() == expected


@given(problems())
def test_col2im_is_the_transpose(problem):
    """<im2col(x), c> = <x, col2im(c)> for every x and c is what "transpose" means."""
    shape, window = problem
    x = whole_numbers(shape, 1)
    col = im2col(x, *window)
    c = whole_numbers(col.shape, 2)
    assert (col * c).sum() == (x * col2im(c, shape, *window)).sum()


@given(problems())
def test_col2im_of_ones_counts_the_windows_over_each_pixel(problem):
    shape, (filter_h, filter_w, stride, pad) = problem
    ones = im2col(np.ones(shape, dtype=int), filter_h, filter_w, stride, pad, pad_value=1)

    def cover(size, window):
        starts = range(-pad, size + pad - window + 1, stride)
        return np.array([sum(start <= i < start + window for start in starts) for i in range(size)])

    count = np.outer(cover(shape[2], filter_h), cover(shape[3], filter_w))
    counted = col2im(ones, shape, filter_h, filter_w, stride, pad)
    assert (counted == np.broadcast_to(count, shape)).all()


def test_overlap_count_of_a_3x3_image_under_2x2_windows():
    assert col2im(im2col(np.ones((1, 1, 3, 3)), 2, 2), (1, 1, 3, 3), 2, 2)[0, 0].tolist() == [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
    ]


@given(problems())
def test_a_batch_is_its_images_one_by_one(problem):
    shape, window = problem
    x = whole_numbers(shape, 3)
    one_by_one = [im2col(x[n : n + 1], *window) for n in range(len(x))]
    assert (im2col(x, *window) == np.concatenate(one_by_one)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64])
def test_the_dtype_stays(dtype):
    col = im2col(np.ones((1, 1, 3, 3), dtype), 2, 2, pad=1)
    assert col.dtype == dtype
    assert col2im(col, (1, 1, 3, 3), 2, 2, pad=1).dtype == dtype


def test_the_images_are_left_alone():
    x = np.ones((1, 1, 3, 3))
    im2col(x, 2, 2)[...] = 5
    assert (x == 1).all()


def test_no_images_give_no_rows_and_no_rows_no_images():
    col = im2col(np.zeros((0, 2, 4, 4)), 3, 3)
    assert col.shape == (0, 18)
    assert col2im(col, (0, 2, 4, 4), 3, 3).shape == (0, 2, 4, 4)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (
            (28, 20),
            "im2col: the shape (28, 20) has 2 axes, not 4.\nHint: a batch of images has the axes "
            "(N, C, H, W); for one grey image use x.reshape(1, 1, 28, 20).",
        ),
        (
            (3, 8, 8),
            "im2col: the shape (3, 8, 8) has 3 axes, not 4.\nHint: a batch of images has the axes "
            "(N, C, H, W); for one image with channels use x[np.newaxis].",
        ),
        (
            (784,),
            "im2col: the shape (784,) has 1 axes, not 4.\nHint: a batch of images has the axes "
            "(N, C, H, W).",
        ),
    ],
)
def test_refuses_what_is_no_batch_of_images(shape, text, refused):
    with refused(text):
        im2col(np.zeros(shape), 3, 3)


@pytest.mark.parametrize("function", [im2col, lambda x, *a: col2im(np.zeros((1, 1)), x.shape, *a)])
@pytest.mark.parametrize(
    ("window", "words"),
    [
        ((3, 5), "A window of 5 does not fit into 4 cells"),
        ((7, 3), "A window of 7 does not fit into 6 cells"),
        ((3, 3, 0), "stride is 0"),
        ((3, 3, -1), "stride is -1"),
        ((3, 3, 1, -1), "pad is -1"),
    ],
)
def test_refuses_windows_that_cannot_be(function, window, words):
    with pytest.raises(ValueError, match=words):
        function(np.zeros((1, 1, 6, 4)), *window)


def test_col2im_refuses_a_matrix_of_another_shape(refused):
    text = (
        "col2im: col has shape (9, 74), but these windows fill (9, 75).\n"
        "  rows     1*3*3  N*OH*OW\n"
        "  columns  3*5*5  C*FH*FW\n"
        "Hint: pass the input_shape, filter, stride and pad that im2col was given."
    )
    with refused(text):
        col2im(np.zeros((9, 74)), (1, 3, 7, 7), 5, 5)
