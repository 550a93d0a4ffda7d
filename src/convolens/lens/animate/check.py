"""The check of a scene: what is drawn is what the tap table says and what the engine computes.

Nothing that made the scene is asked. The cells that frames mark are read as they are drawn; with
them each output is computed anew and compared with the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from convolens.errors import Fact
from convolens.lens.animate.errors import SceneError
from convolens.lens.animate.geometry import lifted, steps
from convolens.lens.animate.numbers import Numbers, run
from convolens.lens.animate.scene import Frame, Mark, Plane, Scene, Stage
from convolens.lens.notation import LayerSpec
from convolens.lens.report.rounding import sum_tolerance
from convolens.ops import Array
from convolens.tensor import from_numpy, no_grad


def check(scene: Scene, spec: LayerSpec, numbers: Numbers | None) -> int:
    """Compare everything that a scene draws with the tap table and the engine.

    Every layer is tried with whole numbers of its own: two different sums of such are at least 1
    apart, and the engine's rounding is far below a half. Where a scene shows numbers, each output
    is compared with the products that are drawn for it too.

    Args:
        scene: The scene.
        spec: Its layer.
        numbers: The numbers that it shows, or None.

    Returns:
        How many outputs were compared.

    Raises:
        SceneError: If anything is not so.
    """
    return sum(
        _Checker(stage, steps(spec)[stage.number], numbers).check() for stage in scene.stages
    )


@final
class _Checker:
    """Checks one stage."""

    def __init__(self, stage: Stage, spec: LayerSpec, numbers: Numbers | None) -> None:
        self.stage, self.spec, self.numbers = stage, spec, numbers
        self.outputs = lifted(spec.output_shape[1:])
        self.probe = _probe(spec)
        self.flat = self.probe.x.reshape(spec.channels, -1).astype(np.float64)

    def check(self) -> int:
        """Check the stage by its view, and return how many outputs were compared."""
        self.shown_inputs()
        if self.stage.view == "scatter":
            found = self.scattered()
        elif self.stage.view == "im2col":
            found = self.multiplied()
        else:
            found = self.gathered()
        engine = self.probe.outputs[0].reshape(self.spec.out_channels, -1).astype(np.float64)
        drawn = [int(p.name[1:]) for p in self.stage.planes if p.part == "output"]
        for k in drawn:
            for cell in range(engine.shape[1]):
                if (k, cell) not in found:
                    raise self.wrong("an output is never computed", (k, cell), None, None)
                value = engine[k, cell] * self.divisor(found, k, cell)
                if not abs(found[k, cell] - value) < 0.5:
                    raise self.wrong(
                        "the cells that are marked do not give the engine's number",
                        (k, cell), found[k, cell], value,
                    )  # fmt: skip
        if self.numbers is not None:
            self.shown_outputs(drawn, self.numbers)
        return len(drawn) * engine.shape[1]

    def wrong(
        self, what: str, output: Sequence[int], drawn: object, expected: object
    ) -> SceneError:
        """Return the error that says what is not so."""
        facts: list[Fact] = [
            ("layer", self.spec.text, ""),
            ("output", list(output), "channel, cell"),
        ]
        if drawn is not None:
            facts += [("drawn", drawn, ""), ("expected", expected, "")]
        return SceneError(
            f"the animation is wrong: {what}.", facts,
            "this is a fault in convolens: please report it with the layer.",
        )  # fmt: skip

    # Inputs

    def shown_inputs(self) -> None:
        """Compare the numbers in the input's cells with the image."""
        if self.numbers is None:
            return
        image = self.numbers.image(self.stage.number).reshape(self.spec.channels, -1)
        for plane in self.stage.planes:
            if plane.part != "input":
                continue
            values = np.asarray(plane.values).reshape(-1)
            for cell, source in enumerate(plane.sources):
                expected = image[int(plane.name[1:]), source] if source >= 0 else 0
                if not (values[cell] == expected or np.isnan(expected)):
                    raise self.wrong(
                        "an input", (int(plane.name[1:]), cell), values[cell], expected
                    )

    # Views

    def gathered(self) -> dict[tuple[int, int], float]:
        """Return each output, computed from the cells that its frame marks in the input."""
        found: dict[tuple[int, int], float] = {}
        self.divisors: dict[tuple[int, int], int] = {}
        for frame in self.stage.frames:
            k, p, q = self.target(frame)
            (output,) = self.marks(frame, f"y{k}", "current")
            if output.cells != (p * self.outputs[1] + q,) or (k, output.cells[0]) in found:
                raise self.wrong("a frame marks another output", (k, p, q), output.cells, None)
            windows = [m for m in frame.marks if m.role == "window"]
            terms: list[float] = []
            for mark in windows:
                plane = self.stage.plane(mark.plane)
                self.follows_table(plane, mark, (k, p, q))
                terms += self.terms(plane, mark, k)
            key = (k, output.cells[0])
            found[key] = max(terms) if self.spec.kind == "max_pool" else sum(terms)
            if self.spec.kind == "avg_pool":
                (mark,) = windows
                kinds = [self.stage.plane(mark.plane).kinds[cell] for cell in mark.cells]
                counted = ("input", "pad") if self.spec.count_include_pad else ("input",)
                self.divisors[key] = sum(kind in counted for kind in kinds)
        return self.with_bias(found)

    def follows_table(self, plane: Plane, mark: Mark, output: tuple[int, int, int]) -> None:
        """Compare the cells under a window with the rows of the tap tables."""
        _, p, q = output
        tables = [table.tolist() for table in self.spec.sources]
        rows, columns = ([0], tables[0][q]) if self.spec.rank == 1 else (tables[0][p], tables[1][q])
        across = self.spec.sizes[-1]
        expected = sorted(-1 if min(a, b) < 0 else a * across + b for a in rows for b in columns)
        drawn = sorted(plane.sources[cell] for cell in mark.cells)
        if drawn != expected:
            raise self.wrong("a window is not the row of the tap table", output, drawn, expected)

    def terms(self, plane: Plane, mark: Mark, k: int) -> list[float]:
        """Return what the cells under a window contribute, with the numbers of the trial."""
        c = int(plane.name[1:])
        read = [(i, plane.sources[cell]) for i, cell in enumerate(mark.cells)]
        read = [(i, source) for i, source in read if source >= 0]
        if self.spec.pools:
            return [float(self.flat[c, source]) for _, source in read]
        kernel = self.kernel(k, c)
        if self.spec.kind == "conv_transpose":
            kernel = kernel[::-1]  # rotated by half a turn
        return [float(kernel[i] * self.flat[c, source]) for i, source in read]

    def scattered(self) -> dict[tuple[int, int], float]:
        """Return each output, computed from what the frames add to it."""
        found: dict[tuple[int, int], float] = {}
        for plane in self.stage.planes:
            if plane.part == "output":
                found |= {(int(plane.name[1:]), s): 0.0 for s in plane.sources if s >= 0}
        for frame in self.stage.frames:
            c, _, _ = self.target(frame)
            (start,) = self.marks(frame, f"x{c}", "current")
            value = self.flat[c, self.stage.plane(f"x{c}").sources[start.cells[0]]]
            for mark in frame.marks:
                if mark.role != "window":
                    continue
                plane, k = self.stage.plane(mark.plane), int(mark.plane[1:])
                for weight, cell in zip(self.kernel(k, c), mark.cells, strict=True):
                    if plane.sources[cell] >= 0:
                        found[k, plane.sources[cell]] += float(weight * value)
        return self.with_bias(found)

    def multiplied(self) -> dict[tuple[int, int], float]:
        """Return each output, computed from the row that was filled and the column of weights."""
        rows: dict[int, list[float]] = {}
        found: dict[tuple[int, int], float] = {}
        terms = self.stage.plane("rows").columns
        for frame in self.stage.frames:
            if frame.target is None:
                (row,) = self.marks(frame, "rows", "current")
                numbers = []
                for mark in frame.marks:
                    if mark.role == "window":
                        plane = self.stage.plane(mark.plane)
                        padded = [*self.flat[int(mark.plane[1:])].tolist(), 0.0]
                        numbers += [padded[plane.sources[cell]] for cell in mark.cells]
                rows[row.cells[0] // terms] = numbers
                continue
            k, p, q = frame.target
            (row,) = self.marks(frame, "rows", "window")
            (output,) = self.marks(frame, f"y{k}", "current")
            if output.cells != (p * self.outputs[1] + q,):
                raise self.wrong("a frame marks another output", (k, p, q), output.cells, None)
            column = self.probe.weights[0][k].reshape(-1).astype(np.float64)
            found[k, output.cells[0]] = float(column @ rows[row.cells[0] // terms])
        return self.with_bias(found)

    # Outputs

    def shown_outputs(self, drawn: Sequence[int], numbers: Numbers) -> None:
        """Compare the numbers in the output's cells with the engine's, and with the products."""
        step = self.stage.number
        engine = numbers.outputs[step].reshape(self.spec.out_channels, -1).astype(np.float64)
        last = {
            (filled.plane, cell): value
            for frame in self.stage.frames
            for filled in frame.filled
            if filled.values is not None
            for cell, value in zip(filled.cells, filled.values, strict=True)
        }
        allowed = self.allowed(numbers).reshape(engine.shape)
        for k in drawn:
            plane = self.stage.plane(f"y{k}")
            places = plane.sources or range(engine.shape[1])
            for cell, index in enumerate(places):
                if index < 0:
                    continue
                start = 0.0 if plane.values is None else float(plane.values[cell])
                value, expected = last.get((plane.name, cell), start), engine[k, index]
                exact = self.stage.view != "scatter"
                limit = 0.0 if exact else allowed[k, index]
                if not (abs(value - expected) <= limit or np.isnan(expected)):
                    raise self.wrong("an output", (k, index), value, expected)
        if self.stage.view == "window" and not self.spec.pools:
            self.products(engine, allowed, numbers)

    def products(self, engine: Array, allowed: Array, numbers: Numbers) -> None:
        """Compare each output with the sum of the products that are drawn for it."""
        bias = numbers.bias if self.spec.bias else None
        for frame in self.stage.frames:
            k, p, q = self.target(frame)
            cell = p * self.outputs[1] + q
            total = 0.0 if bias is None else float(bias[k])
            for shown in frame.shown:
                if self.stage.plane(shown.plane).part == "product" and shown.values is not None:
                    total += float(shown.values.sum())
            expected = engine[k, cell]
            if np.isfinite(expected) and not abs(total - expected) <= allowed[k, cell]:
                raise self.wrong("the products do not add up", (k, cell), total, expected)

    def allowed(self, numbers: Numbers) -> Array:
        """Return how far the engine's sums may be from exact ones."""
        if self.spec.pools:
            return np.zeros(self.spec.output_shape)
        call = self.spec.calls[0]
        terms = call.op.cost(*(arg.spec for arg in call.args)).sum_length + 2
        image = np.abs(numbers.image(self.stage.number).astype(np.float64))
        weight = np.abs(numbers.weights[self.stage.number].astype(np.float64))
        bias = numbers.bias if self.spec.bias else None
        size = _run(self.spec, image, weight, None if bias is None else np.abs(bias))
        return sum_tolerance(terms, size, numbers.outputs[self.stage.number].dtype)

    # Parts

    def target(self, frame: Frame) -> tuple[int, int, int]:
        """Return what a frame is about."""
        if frame.target is None:
            raise self.wrong("a frame is about nothing", (), None, None)
        return frame.target

    def marks(self, frame: Frame, plane: str, role: str) -> list[Mark]:
        """Return a frame's marks on a plane."""
        found = [mark for mark in frame.marks if mark.plane == plane and mark.role == role]
        if len(found) != 1:
            raise self.wrong(f"a frame has {len(found)} marks on {plane}", (), None, None)
        return found

    def kernel(self, k: int, c: int) -> Array:
        """Return the trial's kernel from an input channel to an output channel, tap by tap."""
        weight, spec = self.probe.weights[0], self.spec
        if spec.kind == "conv_transpose":
            chosen = weight[c, k % (spec.out_channels // spec.groups)]
        else:
            chosen = weight[k, c % (spec.channels // spec.groups)]
        flat: Array = chosen.reshape(-1).astype(np.float64)
        return flat

    def with_bias(self, found: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
        """Return outputs with the trial's bias added."""
        bias = self.probe.bias
        if bias is None:
            return found
        return {(k, cell): value + float(bias[k]) for (k, cell), value in found.items()}

    def divisor(self, found: object, k: int, cell: int) -> int:
        """Return by how many cells the engine has divided."""
        return self.divisors[k, cell] if self.spec.kind == "avg_pool" else 1


def _probe(spec: LayerSpec) -> Numbers:
    """Try a step with whole numbers other than 0, so that no read can hide."""
    random = np.random.default_rng(0)
    layer = spec.layer()
    for name in ("weight", "bias"):
        parameter = getattr(layer, name, None)
        if parameter is not None:
            _write(parameter, _whole(random, parameter.shape, 3))
    return run(layer, _whole(random, spec.input_shape, 9))


def _whole(random: np.random.Generator, shape: tuple[int, ...], most: int) -> Array:
    """Draw whole numbers from 1 to ``most``, some of them negative."""
    drawn: Array = (random.integers(1, most + 1, shape) * random.choice([-1, 1], shape)).astype(
        np.float32
    )
    return drawn


def _run(spec: LayerSpec, image: Array, weight: Array, bias: Array | None) -> Array:
    """Return what a step makes of float64 numbers."""
    layer = spec.layer().double()
    _write(layer.weight, weight)
    if bias is not None:
        _write(layer.bias, bias)
    return run(layer, image).outputs[0]


def _write(parameter: object, array: Array) -> None:
    with no_grad():
        parameter.copy_(from_numpy(np.ascontiguousarray(array, parameter.dtype)))  # type: ignore[attr-defined]
