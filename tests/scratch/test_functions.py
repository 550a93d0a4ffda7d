import math

import numpy as np
import pytest

from convolens.scratch import cross_entropy_error, log_softmax, softmax

EPS = np.finfo(np.float64).eps


def test_softmax_is_the_quotient_of_exponentials():
    x = [0.5, -1.25, 2.0]
    expected = [math.exp(v) / sum(map(math.exp, x)) for v in x]
    # Three exponentials, their sum and a quotient: less than 10 roundings.
    assert softmax(np.array(x)) == pytest.approx(expected, rel=10 * EPS, abs=0)
    assert log_softmax(np.array(x)) == pytest.approx(
        [math.log(e) for e in expected], rel=0, abs=10 * EPS * 4
    )


def test_softmax_works_along_the_last_axis():
    x = np.arange(24.0).reshape(2, 3, 4) ** 1.5
    for place in np.ndindex(2, 3):
        assert (softmax(x)[place] == softmax(x[place])).all()
        assert (log_softmax(x)[place] == log_softmax(x[place])).all()


def test_softmax_at_extremes():
    for dtype in (np.float32, np.float64):
        x = np.array([[1e4, -1e4, 1e4], [-np.inf, 0, 0]], dtype)
        assert softmax(x).tolist() == [[0.5, 0, 0.5], [0, 0.5, 0.5]]
        assert softmax(x).dtype == log_softmax(x).dtype == dtype
        assert log_softmax(x)[0, 1] == dtype(-2e4) - np.log(dtype(2))
        assert log_softmax(x)[1, 0] == -np.inf


def test_softmax_of_whole_numbers_without_a_sign():
    """In uint8, 0 - 200 would be 56."""
    assert softmax(np.array([0, 200], np.uint8)).tolist() == [math.exp(-200), 1]


def test_cross_entropy_error_by_hand():
    y = np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]])
    expected = (math.log(2) + math.log(8)) / 2
    one_hot = np.array([[1, 0, 0], [0, 1, 0]])
    soft = np.array([[0.5, 0.25, 0.25], [1.0, 0, 0]])
    # Two logarithms, a sum and a quotient.
    assert cross_entropy_error(y, np.array([0, 1])) == pytest.approx(expected, rel=4 * EPS)
    assert cross_entropy_error(y, one_hot) == pytest.approx(expected, rel=4 * EPS)
    assert cross_entropy_error(y, soft) == pytest.approx(
        (0.5 * math.log(2) + 0.5 * math.log(4) + math.log(8)) / 2, rel=8 * EPS
    )


def test_cross_entropy_error_of_one_sample():
    y = np.array([0.25, 0.75])
    assert cross_entropy_error(y, np.array(0)) == math.log(4)
    assert cross_entropy_error(y, np.array([1, 0])) == math.log(4)


def test_a_perfect_answer_scores_exactly_0():
    """Not -1e-7, which is what adding 1e-7 to the probability makes of it."""
    assert cross_entropy_error(np.eye(3), np.arange(3)) == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_worst_answer_scores_a_finite_number(dtype):
    worst = cross_entropy_error(np.array([[1, 0]], dtype), np.array([1]))
    assert worst == float(-np.log(np.finfo(dtype).tiny))


def test_one_class_is_told_from_one_hot():
    assert cross_entropy_error(np.array([[1.0], [1.0]]), np.array([0, 0])) == 0


@pytest.mark.parametrize("label", [3, -1])
def test_refuses_labels_out_of_range(label, refused):
    with refused(
        f"Label 1 is class {label}, but there are 3 classes.\nHint: labels go from 0 to 2."
    ):
        cross_entropy_error(np.full((2, 3), 1 / 3), np.array([0, label]))


@pytest.mark.parametrize(
    ("row", "total"), [([1, 1], "2"), ([0, 0], "0"), ([-1.0, 2.0], "1"), ([math.nan, 1.0], "nan")]
)
def test_refuses_rows_that_are_no_probabilities(row, total, refused):
    text = (
        f"Row 1 of t is {row}: its sum is {total}, or an entry is negative.\n"
        "Hint: a row of t holds probabilities: none below 0, sum 1."
    )
    with refused(text):
        cross_entropy_error(np.full((2, 2), 0.5), np.array([[0, 1], row]))


def test_accepts_rows_that_were_divided_in_float32():
    rng = np.random.default_rng(0)
    t = rng.random((50, 1000), dtype=np.float32)
    t /= t.sum(axis=1, keepdims=True)
    assert cross_entropy_error(np.full(t.shape, 1 / 1000), t.astype(float)) > 0


@pytest.mark.parametrize(
    ("t", "what"),
    [([0.0, 1.0], "float64[2]"), ([[0], [1]], "int64[2, 1]"), ([0, 1, 1], "int64[3]")],
)
def test_refuses_what_are_no_labels(t, what, refused):
    text = (
        f"t is {what}, but y is a batch of 2 rows with 3 classes.\n"
        "Hint: t is either 2 whole numbers, one class each, or an array of shape (2, 3)."
    )
    with refused(text):
        cross_entropy_error(np.full((2, 3), 1 / 3), np.array(t, what[: what.index("[")]))


@pytest.mark.parametrize("shape", [(0, 3), (2, 3, 4)])
def test_refuses_what_is_no_batch(shape, refused):
    text = (
        f"The scores have shape {shape}, but a loss is a mean over a batch of rows (N, K).\n"
        "Hint: pass at least one sample, and one row of scores for each."
    )
    with refused(text):
        cross_entropy_error(np.zeros(shape), np.zeros(shape[:1], int))
