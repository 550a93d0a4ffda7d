"""How sure one can be of an accuracy that was counted on so many images."""

from __future__ import annotations

import math

from convolens.errors import ArgumentError

# The point that 2.5 % of the normal distribution lie above.
_Z = 1.959963984540054


def wilson_interval(correct: int, total: int, z: float = _Z) -> tuple[float, float]:
    """Return the range in which the true accuracy lies, with 95 % confidence.

    (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n), where p = correct / n. Unlike the
    usual p -+ z sqrt(p (1 - p)/n), it is right for few images and for accuracies near 1.

    Args:
        correct: How many were right.
        total: Of how many, n.
        z: The normal quantile; 1.96 gives 95 %.

    Raises:
        ArgumentError: If ``total`` is less than 1 or ``correct`` is outside 0 to ``total``.

    Example:
        >>> low, high = wilson_interval(9890, 10000)
        >>> f"{low:.4f} to {high:.4f}"
        '0.9868 to 0.9909'

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    Journal of the American Statistical Association 22, 1927.
    """
    if total < 1 or not 0 <= correct <= total:
        raise ArgumentError(f"{correct} right of {total} is not a share.")
    share = correct / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    whole = 1 + z * z / total
    # Exactly 0 and 1 at the ends, where rounding would miss them by 1e-17.
    low = 0.0 if correct == 0 else (middle - spread) / whole
    high = 1.0 if correct == total else (middle + spread) / whole
    return low, high
