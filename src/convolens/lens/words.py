"""What several views of the lens say, in English."""

from __future__ import annotations

from convolens.lens.language import Words
from convolens.lens.words_zh import CHINESE

ENGLISH = {
    "save.failed": "{path} cannot be written: {reason}.",
    "save.failed.hint": "choose another file or folder.",
    "save.failed_option": "{path} cannot be written: {reason}.",
    "save.failed_option.hint": "name another file with -o.",
    "save.is_folder": "{path} is a folder.",
    "save.is_folder.hint": "name a file in it.",
    "save.suffix": "{path}: nothing is written with the suffix {suffix!r}.",
    "save.suffix.hint": "use one of {known}.",
    "save.no_folder": "{path} cannot be written: there is no folder {folder}.",
    "save.no_folder.hint": "make it, or name another file.",
    # Sizes
    "list.and": "{first} and {last}",
    "list.comma": ", ",
    "list.semicolon": "; ",
    "size.formula": "{formula} = {value}",
    "size.about": "{formula} is about {value}",
    # Cells that no window reads
    "cells.position": "{count} positions",
    "cells.position.one": "1 position",
    "cells.slice": "{count} slices",
    "cells.slice.one": "1 slice",
    "cells.row": "{count} rows",
    "cells.row.one": "1 row",
    "cells.column": "{count} columns",
    "cells.column.one": "1 column",
    "unread.dropped": "the floor drops {cells}: {formulas}",
    "unread.padding": "the floor drops {cells} of padding: {formulas}",
    "unread.skipped": "the stride of {stride} skips {cells}, which no window reads",
    "unread.skipped_many": "the strides skip {cells}, which no window reads",
    # The summary
    "summary.on": "{model} on {shape}",
    "summary.layer": "layer",
    "summary.kind": "kind",
    "summary.output": "output",
    "summary.parameters": "parameters",
    "summary.multiply_adds": "multiply-adds",
    "summary.sees": "sees",
    "summary.step": "step",
    "summary.memory": "memory",
    "summary.all": "all",
    "summary.one_number": "one number",
    "summary.totals": "{parameters} parameters, {multiply_adds} multiply-adds for one image",
    "summary.bytes": "memory in {dtype}: {weights} for the parameters, {outputs} for the outputs "
    "of all layers, {input} for the input",
    "summary.legend": "sees: the pixels that one output depends on, padding counted; step: from "
    "one output to the next; memory: the output of one image",
    "summary.stopped": "The model stopped here. {error}",
    "summary.shares": "shares parameters with {other}",
    "summary.unused": "parameters that were not used: {names}",
    "summary.hidden": "{number} parameters are used that model.parameters() does not list: keep "
    "modules as attributes, or in a Sequential, not in a list",
}


def lens_words(lang: str | None = None) -> Words:
    """Return the texts in a language; None for what ``language`` says."""
    return Words(ENGLISH, CHINESE, lang)
