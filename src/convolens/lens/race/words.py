"""Every text of a race, in English."""

from __future__ import annotations

from convolens.lens.language import Words
from convolens.lens.race.words_zh import CHINESE

ENGLISH = {
    "headline": "{layer} on {shape}: {count} threads, {instructions}, peak {peak} GFLOP/s",
    "headline.one": "{layer} on {shape}: {count} thread, {instructions}, peak {peak} GFLOP/s",
    "nothing": "{layer} on {shape} calls no operator that computes: there is nothing to race.",
    "algorithm": "algorithm",
    "share": "of peak",
    "packed": "packed",
    "scratch": "scratch",
    "error": "error",
    "refused": "{name}: refused, {reason}",
    "legend": "<- is what the engine takes. GFLOP/s count the products of the definition. packed: "
    "the weights in\nthe algorithm's own order, kept while they stay the same; scratch: what else "
    "a call takes; error:\nthe largest difference from float64, as a share of the largest output.",
}


def race_words(lang: str | None = None) -> Words:
    """Return the texts in a language; None for what ``language`` says."""
    return Words(ENGLISH, CHINESE, lang)
