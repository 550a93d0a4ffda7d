"""Drawing: a network as a picture of blocks, branches and joins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, final

from convolens.errors import ConvolensError
from convolens.lens.draw.arrange import Arrangement, arrange
from convolens.lens.draw.graph import Node
from convolens.lens.draw.place import Layout, place
from convolens.lens.draw.words import draw_words
from convolens.lens.language import Lang
from convolens.lens.saving import save


@final
@dataclass(frozen=True, eq=False)
class Drawing:
    """A network as a picture.

    Attributes:
        model: The model's name.
        nodes: Its blocks, each after those that it reads; the first is the image.
        error: The error at which the model stopped; None if it ran to its end.
        lang: The language of the texts.
    """

    model: str
    nodes: tuple[Node, ...]
    error: ConvolensError | None
    lang: Lang

    @cached_property
    def arrangement(self) -> Arrangement:
        """In which columns and lanes the blocks stand."""
        return arrange(self.nodes)

    @cached_property
    def layout(self) -> Layout:
        """At which points the blocks stand."""
        return place(self.nodes, self.arrangement)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The graph as numbers, texts, lists and dicts, as JSON has them."""
        return {
            "model": self.model,
            "nodes": [
                {
                    "kind": node.kind,
                    "path": node.path,
                    "name": node.name,
                    "shape": list(node.shape),
                    "kernel": list(node.kernel),
                    "stride": list(node.stride),
                    "groups": node.groups,
                    "inputs": list(node.inputs),
                    "bands": list(node.bands),
                    "parameters": sum(row.parameters for row in node.rows),
                    "multiply_adds": sum(row.multiply_adds for row in node.rows),
                }
                for node in self.nodes
            ],
            "error": None if self.error is None else str(self.error),
        }

    def svg(self) -> str:
        """Return the drawing as one SVG document that needs nothing else."""
        from convolens.lens.draw.svg import svg

        return svg(self, draw_words(self.lang))

    def html(self) -> str:
        """Return the drawing as one HTML document that needs nothing else."""
        lang = {"en": "en", "zh": "zh-CN"}[self.lang]
        return (
            f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>convolens'
            "</title><style>:root{color-scheme:light dark}body{margin:0;overflow-x:auto}</style>"
            f"</head><body>{self.svg()}</body></html>\n"
        )

    def json(self) -> str:
        """Return the values as JSON."""
        return json.dumps(self.values, indent=2, ensure_ascii=False)

    def save(self, path: str | Path) -> None:
        """Write the drawing as .svg or .html, or its graph as .json.

        Raises:
            ArgumentError: If the suffix is another one, or the file cannot be written.
        """
        makers = {".svg": self.svg, ".html": self.html, ".json": lambda: self.json() + "\n"}
        save(path, makers)

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto">{self.svg()}</div>'
