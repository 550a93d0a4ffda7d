"""A check that cannot fail says nothing: each kind of mistake in a scene must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from convolens.lens import animate, parse_layer
from convolens.lens.animate import Animation, SceneError
from convolens.lens.animate.check import check
from convolens.lens.animate.scene import Filled, Frame, Mark, Plane, Scene, Shown, Stage

Change = Callable[[Stage], Stage]


def frame_with(number: int, **values: object) -> Change:
    def change(stage: Stage) -> Stage:
        frames = list(stage.frames)
        frames[number] = replace(frames[number], **values)
        return replace(stage, frames=tuple(frames), _by_name={})

    return change


def marks_with(number: int, change_mark: Callable[[Mark], Mark]) -> Change:
    def change(stage: Stage) -> Stage:
        marks = tuple(change_mark(mark) for mark in stage.frames[number].marks)
        return frame_with(number, marks=marks)(stage)

    return change


def plane_with(name: str, change_plane: Callable[[Plane], Plane]) -> Change:
    def change(stage: Stage) -> Stage:
        planes = tuple(change_plane(p) if p.name == name else p for p in stage.planes)
        return replace(stage, planes=planes, _by_name={})

    return change


def shifted(mark: Mark) -> Mark:
    """Move a window by one cell."""
    return replace(mark, cells=tuple(c + 1 for c in mark.cells)) if mark.role == "window" else mark


def swapped(mark: Mark) -> Mark:
    """Exchange the first two places of a window: the same cells, by other weights."""
    first, second, *rest = mark.cells if len(mark.cells) > 1 else (mark.cells[0], None)
    return replace(mark, cells=(second, first, *rest)) if mark.role == "window" else mark


def elsewhere(mark: Mark) -> Mark:
    """Claim that another output is computed."""
    return replace(mark, cells=(mark.cells[0] + 1,)) if mark.role == "current" else mark


def other_value(plane: Plane) -> Plane:
    assert plane.values is not None
    values = plane.values.copy()
    values.reshape(-1)[-1] += 1
    return replace(plane, values=values)


def other_source(plane: Plane) -> Plane:
    return replace(plane, sources=(plane.sources[1], *plane.sources[1:]))


def wrong_output(stage: Stage) -> Stage:
    frame = stage.frames[0]
    filled = tuple(
        Filled(part.plane, part.cells, tuple(value + 1 for value in part.values or ()))
        for part in frame.filled
    )
    return frame_with(0, filled=filled)(stage)


def wrong_product(stage: Stage) -> Stage:
    frame = stage.frames[0]
    shown = tuple(
        Shown(part.plane, part.title, np.asarray(part.values) + 1) for part in frame.shown
    )
    return frame_with(0, shown=shown)(stage)


def without_a_channel(stage: Stage) -> Stage:
    frame = stage.frames[0]
    return frame_with(0, marks=frame.marks[1:])(stage)


def without_a_frame(stage: Stage) -> Stage:
    return replace(stage, frames=stage.frames[1:], _by_name={})


def twice(stage: Stage) -> Stage:
    return replace(stage, frames=(stage.frames[0], *stage.frames), _by_name={})


def without_target(stage: Stage) -> Stage:
    return frame_with(0, target=None)(stage)


def changed(animation: Animation, change: Change, number: int = 0) -> Scene:
    stages = list(animation.scene.stages)
    stages[number] = change(stages[number])
    return replace(animation.scene, stages=tuple(stages))


@pytest.mark.parametrize(
    ("text", "options", "change"),
    [
        ("5x5 k3", {}, marks_with(4, shifted)),
        ("5x5 k3", {}, marks_with(0, swapped)),
        ("5x5 k3", {}, marks_with(0, elsewhere)),
        ("5x5 k3", {}, without_a_frame),
        ("5x5 k3", {}, twice),
        ("5x5 k3", {}, without_target),
        ("2x5x5 k3", {}, without_a_channel),
        ("5x5 k3 p1 reflect", {}, plane_with("x0", other_source)),
        ("5x5 k3 s2 p1", {"numbers": True}, plane_with("x0", other_value)),
        ("5x5 k3", {"numbers": True}, plane_with("x0", other_value)),
        ("5x5 k3", {"numbers": True}, wrong_output),
        ("5x5 k3", {"numbers": True}, wrong_product),
        ("3x3 k3 s2 p1 op1 T", {}, marks_with(7, shifted)),
        ("3x3 k3 s2 p1 op1 T", {}, marks_with(7, swapped)),
        ("3x3 k3 s2 p1 op1 T", {"view": "scatter"}, marks_with(4, shifted)),
        ("3x3 k3 s2 p1 op1 T", {"view": "scatter"}, marks_with(4, swapped)),
        ("3x3 k3 s2 p1 op1 T", {"view": "scatter"}, without_a_frame),
        ("3x3 k3 s2 T", {"view": "scatter", "numbers": True}, wrong_output),
        ("5x5 k3", {"view": "im2col"}, marks_with(4, shifted)),
        ("5x5 k3", {"view": "im2col"}, marks_with(12, elsewhere)),
        ("5x5 k3", {"view": "im2col", "numbers": True}, plane_with("x0", other_value)),
        ("6x6 max k2", {}, marks_with(0, shifted)),
        ("6x6 max k2", {"numbers": True}, wrong_output),
        ("5x5 avg k3 s2 p1", {}, marks_with(0, shifted)),
    ],
)
def test_a_mistake_is_found(text: str, options: dict[str, object], change: Change) -> None:
    animation = animate(text, **options)
    assert animation.check()
    spoiled = changed(animation, change)
    with pytest.raises((SceneError, IndexError)) as found:
        check(spoiled, animation.spec, animation.numbers)
    assert "the animation is wrong" in str(found.value) or found.type is IndexError


def test_a_scene_of_another_layer() -> None:
    animation = animate("5x5 k3 s2 p1")
    with pytest.raises(SceneError, match="not the row of the tap table"):
        check(animation.scene, parse_layer("5x5 k3 s2 p1 reflect"), None)


def test_the_second_step_of_a_separable_convolution() -> None:
    animation = animate("2x4x4 k3 sep out2", numbers=True)
    spoiled = changed(animation, marks_with(1, shifted), number=1)
    with pytest.raises(SceneError):
        check(spoiled, animation.spec, animation.numbers)


def test_a_frame_without_a_mark() -> None:
    animation = animate("5x5 k3")
    empty = Frame("", target=(0, 0, 0))
    spoiled = changed(animation, lambda s: replace(s, frames=(empty, *s.frames[1:]), _by_name={}))
    with pytest.raises(SceneError, match="0 marks on y0"):
        check(spoiled, animation.spec, None)
