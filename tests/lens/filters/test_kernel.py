from __future__ import annotations

import numpy as np
import pytest

from convolens.errors import ArgumentError
from convolens.lens.filters.kernel import as_kernel


def test_a_kernel_is_itself() -> None:
    kernel = as_kernel("box")
    assert as_kernel(kernel) is kernel


def test_names_are_forgiving() -> None:
    assert as_kernel("Sobel-X").grids[0].tolist() == as_kernel(" sobel_x ").grids[0].tolist()


def test_settings_by_place_and_by_name() -> None:
    by_place = as_kernel("motion:15,45").grids[0]
    by_name = as_kernel("motion: angle=45, length=15").grids[0]
    np.testing.assert_array_equal(by_place, by_name)
    assert as_kernel("motion:15, angle = 45").name == "motion:15, angle = 45"


def test_the_length_of_a_gradient_has_two_directions() -> None:
    kernel = as_kernel("sobel")
    assert kernel.across is not None
    np.testing.assert_array_equal(kernel.across, kernel.grids[0].T)
    assert len(kernel.directions) == 2


def test_flipped() -> None:
    assert as_kernel("1 2; 3 4").flipped().grids[0].tolist() == [[4, 3], [2, 1]]
    assert as_kernel("sobel").flipped().across[0].tolist() == [1, 2, 1]


def test_an_array_is_named_by_its_size() -> None:
    assert as_kernel(np.ones((2, 3))).name == "2x3"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sobl", "did you mean sobel"),
        ("xyzzy", r"there is no kernel 'xyzzy'\.\nHint: kernels: identity, box"),
        ("box:3,4", "box is given 2 numbers; it takes: size"),
        ("sobel:3", "sobel is given 1 numbers; it takes: -"),
        ("box:radius=3", "box has no 'radius'; it takes: size"),
        ("box:2.5", "the size of box is '2.5', but must be a whole number from 1 to 511"),
        ("box:0", "must be a whole number from 1 to 511"),
        ("box:nan", "must be a whole number"),
        ("box:", None),
        ("gaussian:-1", "the sigma of gaussian is '-1', but must be a number from 0.1 to 85"),
        ("gaussian:inf", "from 0.1 to 85"),
        ("random:3,-1", "from 0 to 4,294,967,295"),
        ("edge:x", "the size of edge is 'x'"),
    ],
)
def test_what_is_no_kernel(text: str, words: str | None) -> None:
    if words is None:
        assert as_kernel(text).size == (3, 3)
        return
    with pytest.raises(ArgumentError, match=words):
        as_kernel(text)
