import numpy as np
import pytest

from convolens.scratch import numerical_gradient


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_is_as_near_as_the_two_errors_allow(dtype):
    """f = sum sin x: f''' is at most 1, and f is rounded to eps/2 per term and addition."""
    x = np.linspace(-0.9, 0.9, 6).reshape(2, 3).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    h = eps ** (1 / 3)
    grad = numerical_gradient(lambda x: float(np.sin(x).sum()), x)
    truncation, rounding = h * h / 6, 2 * x.size * eps * x.size / (2 * h)
    assert grad.shape == x.shape
    assert grad.dtype == dtype
    assert abs(grad - np.cos(x.astype(float))).max() <= truncation + rounding
    assert truncation + rounding < 0.01


def test_the_step_grows_with_the_number():
    """At 1e9 a step of 1e-4, or of 6e-6, moves f = x by steps of 1.2e-7, or not at all."""
    x = np.array([1e9])
    eps = np.finfo(float).eps
    # f is exact, and so is the distance that was really gone.
    assert numerical_gradient(lambda x: float(x[0]), x) == pytest.approx(1, rel=2 * eps, abs=0)


def test_f_is_asked_one_step_above_and_one_below():
    asked = []

    def f(x):
        asked.append(x.tolist())
        return 0.0

    numerical_gradient(f, np.array([0.0, -8.0]))
    h = np.finfo(float).eps ** (1 / 3)
    assert asked == [[h, -8], [-h, -8], [0, -8 + 8 * h], [0, -8 - 8 * h]]


def test_x_is_put_back_to_the_bit():
    x = np.array([0.1, 1e9, -1e-9, 0.0])
    before = x.copy()
    numerical_gradient(lambda x: float((x**2).sum()), x)
    assert (x == before).all()


def test_x_is_put_back_even_if_f_fails():
    x = np.array([0.1, 0.2])

    def f(x):
        raise KeyError("f")

    with pytest.raises(KeyError):
        numerical_gradient(f, x)
    assert x.tolist() == [0.1, 0.2]


def test_f_may_hold_x_from_elsewhere():
    x = np.array([2.0])
    assert numerical_gradient(lambda _: float(3 * x[0]), x).round(6).tolist() == [3]


def test_views_and_scalars():
    x = np.arange(1.0, 7.0).reshape(2, 3).T[::2]
    assert (numerical_gradient(lambda x: float((x**2).sum()), x).round(6) == 2 * x).all()
    assert numerical_gradient(lambda x: float(x * x), np.array(3.0)).round(6) == 6


def test_refuses_whole_numbers(refused):
    whole = np.array([1, 2])
    text = (
        f"numerical_gradient: x holds {whole.dtype}, where a small step rounds to no step.\n"
        "Hint: pass x.astype(float)."
    )
    with refused(text):
        numerical_gradient(lambda x: float(x.sum()), whole)
