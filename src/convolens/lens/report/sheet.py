"""A sheet: many small pictures of numbers stored as one, and tiles that show one of them each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from convolens.lens.report.html import Html, element
from convolens.lens.report.limits import step_of
from convolens.lens.report.palette import signed_picture
from convolens.ops import Array


@final
@dataclass(frozen=True)
class Sheet:
    """Pictures below one another, with an empty row between so that none shows in another's tile.

    Attributes:
        name: An identifier, unique on the page.
        rows: The rows of one picture.
        columns: Its columns.
        definition: The stored pictures; it must be on the page, where it takes no room.
    """

    name: str
    rows: int
    columns: int
    definition: Html

    def tile(self, number: int, label: str) -> Html:
        """Return the picture with this number."""
        return element(
            "svg",
            element("use", href=f"#{self.name}"),
            viewBox=f"0 {number * (self.rows + 1)} {self.columns} {self.rows}",
            class_="tile",
            role="img",
            aria_label=label,
        )


def make_sheet(name: str, arrays: Array, limit: float) -> Sheet:
    """Return the sheet of ``arrays`` [N, rows, columns]; large ones are thinned out."""
    thin = arrays[:, :: step_of(arrays.shape[1]), :: step_of(arrays.shape[2])]
    count, rows, columns = thin.shape
    spaced = np.zeros((count, rows + 1, columns), thin.dtype)
    spaced[:, :rows] = thin
    image = element(
        "image",
        id=name,
        href=signed_picture(spaced.reshape(count * (rows + 1), columns), limit),
        width=columns,
        height=count * (rows + 1),
    )
    definition = element(
        "svg", element("defs", image), class_="store", aria_hidden="true", focusable="false"
    )
    return Sheet(name, rows, columns, definition)
