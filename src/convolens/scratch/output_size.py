"""How many places a window has along one axis of an image."""

from __future__ import annotations


def conv_output_size(input_size: int, filter_size: int, stride: int = 1, pad: int = 0) -> int:
    """Count the places of a window that slides along one axis.

    OH = floor((H + 2*pad - FH) / stride) + 1

    The window starts at the left edge of the padded axis and moves ``stride`` cells at a time for
    as long as it fits. Cells behind its last place are never read.

    Args:
        input_size: H, cells of the axis before padding.
        filter_size: FH, cells that the window covers.
        stride: Cells from one place to the next.
        pad: Cells added at both ends.

    Returns:
        OH, the number of places; at least 1.

    Raises:
        ValueError: If the window does not fit even once, or an argument is out of its range.

    Example:
        >>> conv_output_size(28, 5), conv_output_size(7, 3, stride=2), conv_output_size(4, 3, pad=1)
        (24, 3, 4)
    """
    check_window(filter_size, stride, pad)
    padded = input_size + 2 * pad
    if filter_size > padded:
        enough = -(-(filter_size - input_size) // 2)
        raise ValueError(
            f"A window of {filter_size} does not fit into {input_size} cells with pad {pad}: "
            f"{filter_size} > {input_size} + 2*{pad} = {padded}.\n"
            f"Hint: take a window of at most {padded}, a larger input, or pad {enough} or more."
        )
    # Corrected: the listing's int(.../stride) rounds towards zero, so that a window too large by
    # less than one stride is said to fit once. Refused above, it cannot reach the division.
    return (padded - filter_size) // stride + 1


def check_window(filter_size: int, stride: int, pad: int) -> None:
    """Refuse a window, stride or pad that no image could satisfy."""
    if filter_size < 1:
        raise ValueError(
            f"The window covers {filter_size} cells.\nHint: a window covers 1 cell or more."
        )
    if stride < 1:
        raise ValueError(
            f"stride is {stride}: the window would never reach the other end.\n"
            "Hint: use a stride of 1 or more."
        )
    if pad < 0:
        raise ValueError(
            f"pad is {pad}: padding adds cells, it cannot take them away.\n"
            "Hint: use pad 0 or more; to cut an image smaller, slice it."
        )
