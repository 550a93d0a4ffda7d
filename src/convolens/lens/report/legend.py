"""The legend of the colours of signed numbers."""

from __future__ import annotations

from convolens.lens.report.html import Html, element
from convolens.lens.report.numbers import decimals_for, fixed

_STEPS = 11


def legend(limit: float) -> Html:
    """Return a strip of colours from -limit to limit with its ends and zero named."""
    decimals = decimals_for(limit, 3)
    strip = [
        element("i", class_="n" if n < 0 else "p", style=f"--v:{abs(n) / (_STEPS // 2):g}")
        for n in range(-(_STEPS // 2), _STEPS // 2 + 1)
    ]
    return element(
        "div",
        element("span", fixed(-limit, decimals)),
        element("span", *strip, class_="strip", aria_hidden="true"),
        element("span", fixed(limit, decimals)),
        class_="legend",
    )
