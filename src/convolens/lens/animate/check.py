"""The check of a scene: what is drawn is what the tap table says and what the engine computes.

Nothing that made the scene is asked. The cells that frames mark are read as they are drawn; with
them each output is computed anew and compared with the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from convolens.lens.animate.geometry import lifted, steps
from convolens.lens.animate.numbers import Numbers
from convolens.lens.animate.scene import Frame, Mark, Plane, Scene, Stage
from convolens.lens.animate.shown import check_shown, wrong
from convolens.lens.animate.trial import Trial
from convolens.lens.notation import LayerSpec

#: Outputs by (channel, cell).
Found = dict[tuple[int, int], float]


def check(scene: Scene, spec: LayerSpec, numbers: Numbers | None) -> int:
    """Compare everything that a scene draws with the tap table and the engine.

    Every layer is tried with whole numbers of its own, see ``Trial``. Where a scene shows numbers,
    each output is compared with the engine's and with the products that are drawn for it too.

    Args:
        scene: The scene.
        spec: Its layer.
        numbers: The numbers that it shows, or None.

    Returns:
        How many outputs were compared.

    Raises:
        SceneError: If anything is not so.
    """
    count = 0
    for stage in scene.stages:
        step = steps(spec)[stage.number]
        count += _Checker(stage, step).check()
        if numbers is not None:
            check_shown(stage, step, numbers)
    return count


@final
class _Checker:
    """Computes the outputs of one stage from the cells that its frames mark."""

    def __init__(self, stage: Stage, spec: LayerSpec) -> None:
        self.stage, self.spec, self.trial = stage, spec, Trial(spec)
        self.columns = lifted(spec.output_shape[1:])[1]

    def check(self) -> int:
        """Compare all outputs with the engine's, and return how many there are."""
        views = {
            "window": self.gathered,
            "scatter": self.scattered,
            "im2col": self.multiplied,
        }
        found = views[self.stage.view]()
        engine, bias = self.trial.output, self.trial.bias
        drawn = [int(plane.name[1:]) for plane in self.stage.planes if plane.part == "output"]
        for k in drawn:
            for cell in range(engine.shape[1]):
                if (k, cell) not in found:
                    raise wrong(self.spec, "an output is never computed", (k, cell))
                value = found[k, cell] + (0 if bias is None else float(bias[k]))
                if not abs(value - engine[k, cell]) < 0.5 / self.divisor((k, cell)):
                    raise wrong(
                        self.spec,
                        "the cells that are marked do not give the engine's number",
                        (k, cell),
                        value,
                        float(engine[k, cell]),
                    )
        return len(drawn) * int(engine.shape[1])

    # Views

    def gathered(self) -> Found:
        """Return each output, computed from the cells that its frame marks in the input."""
        found: Found = {}
        self.divisors: dict[tuple[int, int], int] = {}
        for frame in self.stage.frames:
            k, p, q = self.target(frame)
            key = self.output(frame)
            if key in found:
                raise wrong(self.spec, "an output is computed twice", key)
            terms: list[float] = []
            for mark in frame.marks:
                if mark.role == "window":
                    plane = self.stage.plane(mark.plane)
                    self.follow_table(plane, mark, p, q)
                    terms += self.terms(plane, mark, k)
                    self.divisors[key] = self.counted(plane, mark)
            found[key] = max(terms) if self.spec.kind == "max_pool" else sum(terms)
            found[key] /= self.divisor(key)
        return found

    def scattered(self) -> Found:
        """Return each output, computed from what the frames add to it."""
        found: Found = {}
        for plane in self.stage.planes:
            if plane.part == "output":
                found |= {(int(plane.name[1:]), s): 0.0 for s in plane.sources if s >= 0}
        for frame in self.stage.frames:
            c, _, _ = self.target(frame)
            start = self.mark(frame, f"x{c}", "current").cells[0]
            value = self.trial.image[c, self.stage.plane(f"x{c}").sources[start]]
            for mark in frame.marks:
                if mark.role != "window":
                    continue
                plane, k = self.stage.plane(mark.plane), int(mark.plane[1:])
                for weight, cell in zip(self.trial.kernel(k, c), mark.cells, strict=True):
                    if plane.sources[cell] >= 0:
                        found[k, plane.sources[cell]] += float(weight * value)
        return found

    def multiplied(self) -> Found:
        """Return each output, computed from the row that was filled and the column of weights."""
        rows: dict[int, list[float]] = {}
        found: Found = {}
        terms = self.stage.plane("rows").columns
        for frame in self.stage.frames:
            if frame.target is None:
                row = self.mark(frame, "rows", "current").cells[0] // terms
                rows[row] = [
                    value
                    for mark in frame.marks
                    if mark.role == "window"
                    for value in self.values(self.stage.plane(mark.plane), mark.cells)
                ]
                continue
            key = self.output(frame)
            row = self.mark(frame, "rows", "window").cells[0] // terms
            channels = range(self.spec.channels)
            column = np.concatenate([self.trial.kernel(key[0], c) for c in channels])
            found[key] = float(column @ rows[row])
        return found

    # Parts

    def follow_table(self, plane: Plane, mark: Mark, p: int, q: int) -> None:
        """Compare the cells under a window with the rows of the tap tables."""
        tables = [table.tolist() for table in self.spec.sources]
        rows, columns = ([0], tables[0][q]) if self.spec.rank == 1 else (tables[0][p], tables[1][q])
        across = self.spec.sizes[-1]
        expected = sorted(-1 if min(a, b) < 0 else a * across + b for a in rows for b in columns)
        drawn = sorted(plane.sources[cell] for cell in mark.cells)
        if drawn != expected:
            text = "a window is not the row of the tap table"
            raise wrong(self.spec, text, (p, q), drawn, expected)

    def values(self, plane: Plane, cells: Sequence[int]) -> list[float]:
        """Return the trial's numbers in cells of the input, 0 where they show none."""
        image = self.trial.image[int(plane.name[1:])]
        sources = [plane.sources[cell] for cell in cells]
        return [float(image[source]) if source >= 0 else 0.0 for source in sources]

    def terms(self, plane: Plane, mark: Mark, k: int) -> list[float]:
        """Return what the cells under a window contribute."""
        if self.spec.pools:
            return self.values(plane, [c for c in mark.cells if plane.sources[c] >= 0])
        kernel = self.trial.kernel(k, int(plane.name[1:]))
        if self.spec.kind == "conv_transpose":
            kernel = kernel[::-1]  # rotated by half a turn
        values = self.values(plane, mark.cells)
        return [float(weight) * value for weight, value in zip(kernel, values, strict=True)]

    def counted(self, plane: Plane, mark: Mark) -> int:
        """Return how many cells of a window an average counts."""
        kinds = ("input", "pad") if self.spec.count_include_pad else ("input",)
        return sum(plane.kinds[cell] in kinds for cell in mark.cells)

    def divisor(self, output: tuple[int, int]) -> int:
        """Return by how many cells an output was divided."""
        return self.divisors[output] if self.spec.kind == "avg_pool" else 1

    def target(self, frame: Frame) -> tuple[int, int, int]:
        """Return what a frame is about."""
        if frame.target is None:
            raise wrong(self.spec, "a frame is about nothing", ())
        return frame.target

    def output(self, frame: Frame) -> tuple[int, int]:
        """Return the output that a frame marks, after comparing it with what it is about."""
        k, p, q = self.target(frame)
        cells = self.mark(frame, f"y{k}", "current").cells
        if cells != (p * self.columns + q,):
            raise wrong(self.spec, "a frame marks another output", (k, *cells))
        return k, cells[0]

    def mark(self, frame: Frame, plane: str, role: str) -> Mark:
        """Return a frame's mark on a plane."""
        found = [mark for mark in frame.marks if mark.plane == plane and mark.role == role]
        if len(found) != 1:
            raise wrong(self.spec, f"a frame has {len(found)} marks on {plane}", ())
        return found[0]
