"""The check of the numbers that a scene shows: they are the layer's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from convolens.errors import Fact
from convolens.lens.animate.errors import SceneError
from convolens.lens.animate.geometry import lifted
from convolens.lens.animate.numbers import Numbers, fresh_layer, run, write
from convolens.lens.animate.scene import Stage
from convolens.lens.notation import LayerSpec
from convolens.lens.report.rounding import sum_tolerance
from convolens.ops import Array


def check_shown(stage: Stage, spec: LayerSpec, numbers: Numbers) -> None:
    """Compare the numbers that a stage shows with the image, the engine and the products.

    Args:
        stage: The stage.
        spec: Its step.
        numbers: The numbers of all steps.

    Raises:
        SceneError: If one is not so.
    """
    image = numbers.image(stage.number).reshape(spec.channels, -1)
    for plane in stage.planes:
        if plane.part != "input":
            continue
        c, values = int(plane.name[1:]), np.asarray(plane.values).reshape(-1)
        expected = np.append(image[c], 0)[list(plane.sources)]
        _compare(spec, "an input", c, values, expected, np.zeros(len(values)))
    allowed = _allowed(stage, spec, numbers)
    engine = numbers.outputs[stage.number].reshape(spec.out_channels, -1).astype(np.float64)
    for k, drawn in _drawn_outputs(stage):
        # Outputs are shown as the engine gave them; sums that grow are the scene's own.
        bound = allowed[k] if stage.view == "scatter" else np.zeros_like(allowed[k])
        _compare(spec, "an output", k, drawn, engine[k], bound)
    if stage.view == "window" and not spec.pools:
        for k, totals in _sums_of_products(stage, spec, numbers):
            finite = np.where(np.isfinite(engine[k]), totals, engine[k])
            _compare(spec, "a sum of products", k, finite, engine[k], allowed[k])


def wrong(
    spec: LayerSpec,
    what: str,
    place: Sequence[int],
    drawn: object = None,
    expected: object = None,
) -> SceneError:
    """Return the error that says what is not so."""
    facts: list[Fact] = [("layer", spec.text, ""), ("place", list(place), "")]
    if drawn is not None:
        facts += [("drawn", drawn, ""), ("expected", expected, "")]
    return SceneError(
        f"the animation is wrong: {what}.",
        facts,
        "this is a fault in convolens: please report it with the layer.",
    )


def _compare(
    spec: LayerSpec, what: str, channel: int, drawn: Array, expected: Array, allowed: Array
) -> None:
    """Refuse numbers that differ by more than is allowed; NaN and infinite ones must be alike."""
    with np.errstate(invalid="ignore"):
        same = (drawn == expected) | np.isnan(expected) & np.isnan(drawn)
        same |= np.abs(drawn - expected) <= allowed
    if not same.all():
        cell = int(np.argmin(same))
        raise wrong(spec, what, (channel, cell), float(drawn[cell]), float(expected[cell]))


def _drawn_outputs(stage: Stage) -> Iterator[tuple[int, Array]]:
    """Return each channel of the output as it stands at the end of a stage."""
    last = {
        (filled.plane, cell): value
        for frame in stage.frames
        for filled in frame.filled
        if filled.values is not None
        for cell, value in zip(filled.cells, filled.values, strict=True)
    }
    for plane in stage.planes:
        if plane.part != "output":
            continue
        start = np.zeros(len(plane.kinds)) if plane.values is None else plane.values
        cells = [cell for cell in range(len(plane.kinds)) if not plane.sources or
                 plane.sources[cell] >= 0]  # fmt: skip
        drawn = [last.get((plane.name, cell), float(start[cell])) for cell in cells]
        yield int(plane.name[1:]), np.array(drawn)


def _sums_of_products(
    stage: Stage, spec: LayerSpec, numbers: Numbers
) -> Iterator[tuple[int, Array]]:
    """Return, for each channel of the output, the sums of the products that its frames show."""
    bias = numbers.bias if spec.bias else None
    columns = lifted(spec.output_shape[1:])[1]
    sums: dict[int, dict[int, float]] = {}
    for frame in stage.frames:
        k, p, q = frame.target or (0, 0, 0)
        total = 0.0 if bias is None else float(bias[k])
        for shown in frame.shown:
            if stage.plane(shown.plane).part == "product" and shown.values is not None:
                total += float(shown.values.sum())
        sums.setdefault(k, {})[p * columns + q] = total
    for k, cells in sums.items():
        yield k, np.array([cells[cell] for cell in sorted(cells)])


def _allowed(stage: Stage, spec: LayerSpec, numbers: Numbers) -> Array:
    """Return how far the engine's sums may be from exact ones, [K, cells]."""
    if spec.pools:
        return np.zeros((spec.out_channels, int(np.prod(spec.output_shape[1:]))))
    call = spec.calls[0]
    terms = call.op.cost(*(arg.spec for arg in call.args)).sum_length + 2
    layer = fresh_layer(spec).double()
    write(layer.weight, np.abs(numbers.weights[stage.number]))
    if spec.bias and numbers.bias is not None:
        write(layer.bias, np.abs(numbers.bias))
    image = np.abs(numbers.image(stage.number).astype(np.float64))
    with np.errstate(invalid="ignore", over="ignore"):
        size = run(layer, image).outputs[0].reshape(spec.out_channels, -1)
    return sum_tolerance(terms, size, numbers.outputs[stage.number].dtype)
