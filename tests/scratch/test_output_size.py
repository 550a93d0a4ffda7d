import re

import pytest

from convolens.scratch import conv_output_size


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("window", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 4))
@pytest.mark.parametrize("pad", range(3))
def test_counts_the_places_where_the_window_fits(size, window, stride, pad):
    places = [
        start for start in range(0, size + 2 * pad, stride) if start + window <= size + 2 * pad
    ]
    if places:
        assert conv_output_size(size, window, stride, pad) == len(places)
    else:
        with pytest.raises(ValueError, match="does not fit"):
            conv_output_size(size, window, stride, pad)


def test_window_too_large_by_less_than_a_stride_is_refused(refused):
    """int((4 - 5) / 2) + 1 is 1: the listing's formula lets this window in."""
    assert int((4 - 5) / 2) + 1 == 1
    text = (
        "A window of 5 does not fit into 4 cells with pad 0: 5 > 4 + 2*0 = 4.\n"
        "Hint: take a window of at most 4, a larger input, or pad 1 or more."
    )
    with refused(text):
        conv_output_size(4, 5, stride=2)


def test_the_pad_in_the_hint_is_the_least_that_is_enough():
    assert conv_output_size(4, 9, pad=3) == 2
    with pytest.raises(ValueError, match="pad 3 or more"):
        conv_output_size(4, 9, pad=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((5, 0, 1, 0), "The window covers 0 cells."),
        ((5, 3, 0, 0), "stride is 0: the window would never reach the other end."),
        ((5, 3, -2, 0), "stride is -2"),
        ((5, 3, 1, -1), "pad is -1: padding adds cells, it cannot take them away."),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(ValueError, match=rf"\A{re.escape(words)}.*\nHint: "):
        conv_output_size(*arguments)
