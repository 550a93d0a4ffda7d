import math

import numpy as np
import pytest

from convolens.scratch import SGD, AdaGrad, Adam, Momentum

EPS = np.finfo(np.float64).eps


def path(optimizer, slopes, start=1.0):
    """Return where one parameter goes when it meets these slopes."""
    params, places = {"p": np.array([start])}, []
    for slope in slopes:
        optimizer.update(params, {"p": np.array([slope])})
        places.append(float(params["p"][0]))
    return places


def test_sgd_by_hand():
    assert path(SGD(lr=0.5), [1.0, -2.0, 0.0]) == [0.5, 1.5, 1.5]


def test_momentum_by_hand():
    """v: -0.5, -0.25 + 1, 0.375 - 0."""
    assert path(Momentum(lr=0.5, momentum=0.5), [1.0, -2.0, 0.0]) == [0.5, 1.25, 1.625]


def test_adagrad_by_hand():
    """h: 9, 25."""
    steps = [3 / (3 + 0.5), 4 / (5 + 0.5)]
    assert path(AdaGrad(lr=1.0, eps=0.5), [3.0, 4.0]) == pytest.approx(
        [1 - steps[0], 1 - sum(steps)], rel=0, abs=8 * EPS
    )


def test_adam_equals_the_weighted_means_written_out():
    """m' is the mean of all slopes so far with weights beta1^(age), v' likewise of the squares."""
    slopes, lr, beta1, beta2, eps = [3.0, -4.0, 0.5, 0.0], 0.1, 0.8, 0.9, 1e-3
    place, expected = 1.0, []
    for t in range(1, len(slopes) + 1):
        ages = range(t - 1, -1, -1)
        m = sum(beta1**a * g for a, g in zip(ages, slopes, strict=False))
        v = sum(beta2**a * g * g for a, g in zip(ages, slopes, strict=False))
        m /= sum(beta1**a for a in range(t))
        v /= sum(beta2**a for a in range(t))
        place -= lr * m / (math.sqrt(v) + eps)
        expected.append(place)
    # 4 steps of some 20 roundings each, of numbers up to 16, divided by more than 1.
    assert path(Adam(lr, beta1, beta2, eps), slopes) == pytest.approx(
        expected, rel=0, abs=4 * 20 * 16 * EPS
    )


@pytest.mark.parametrize("slope", [1e-6, 1.0, -1e6])
def test_the_first_step_of_adam_is_lr_whatever_the_slope(slope):
    [place] = path(Adam(lr=0.001), [slope], start=0.0)
    # eps = 1e-8 shortens the step by at most 1 % at a slope of 1e-6.
    assert -np.sign(slope) * place == pytest.approx(0.001, rel=0.01)


@pytest.mark.parametrize("kind", [SGD, Momentum, AdaGrad, Adam])
def test_arrays_are_changed_in_place_and_keep_their_dtype(kind):
    held = np.ones(3, np.float32)
    params, grad = {"W": held}, np.ones(3, np.float32)
    optimizer = kind()
    for _ in range(2):
        optimizer.update(params, {"W": grad})
    assert params["W"] is held
    assert held.dtype == np.float32
    assert (held < 1).all()
    assert (grad == 1).all()


@pytest.mark.parametrize("kind", [SGD, Momentum, AdaGrad, Adam])
def test_each_parameter_has_a_memory_of_its_own(kind):
    params = {"a": np.array([1.0]), "b": np.array([1.0, 1.0])}
    optimizer = kind(lr=0.1)
    for slope in (1.0, 2.0):
        optimizer.update(params, {"a": np.array([slope]), "b": np.array([-slope, 0.0])})
    alone = path(kind(lr=0.1), [1.0, 2.0])
    assert params["a"][0] == alone[-1]
    assert params["b"][1] == 1
    assert params["b"][0] > 1


@pytest.mark.parametrize("kind", [AdaGrad, Adam])
def test_slopes_of_0_move_nothing(kind):
    assert path(kind(), [0.0, 0.0]) == [1, 1]


@pytest.mark.parametrize("kind", [SGD, Momentum, AdaGrad, Adam])
def test_plain_numbers_can_be_parameters_too(kind):
    """The book's comparison of optimizers walks over a surface with params = {"x": -7.0, ...}."""
    params = {"x": -7.0}
    kind(lr=0.5).update(params, {"x": -1.0})
    assert params["x"] > -7


def test_the_ends_of_the_ranges_are_allowed():
    assert path(SGD(lr=0), [1.0]) == [1]
    assert path(Momentum(lr=0.5, momentum=0), [1.0, 1.0]) == [0.5, 0]
    assert path(Adam(lr=0.5, beta1=0, beta2=0, eps=0), [4.0, -0.5]) == [0.5, 1]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: SGD(lr=-1), "lr is -1.\nHint: use 0 <= lr < inf."),
        (lambda: SGD(lr=math.nan), "lr is nan.\nHint: use 0 <= lr < inf."),
        (lambda: Momentum(momentum=1), "momentum is 1.\nHint: use 0 <= momentum < 1."),
        (lambda: AdaGrad(eps=-1e-7), "eps is -1e-07.\nHint: use 0 <= eps < inf."),
        (lambda: Adam(beta1=1.5), "beta1 is 1.5.\nHint: use 0 <= beta1 < 1."),
        (lambda: Adam(beta2=-0.5), "beta2 is -0.5.\nHint: use 0 <= beta2 < 1."),
    ],
)
def test_refusals(build, text, refused):
    with refused(text):
        build()
