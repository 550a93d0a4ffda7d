"""Looking into a network: what each layer makes, costs and sees."""

from convolens.lens.race import Race, race
from convolens.lens.receptive_field import Sight, pixels
from convolens.lens.rows import Row
from convolens.lens.summary import Summary, summary

__all__ = ["Race", "Row", "Sight", "Summary", "pixels", "race", "summary"]
