"""The scene: what a report shows, computed and checked before any of it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from convolens import ops
from convolens.lens.report.check import Checked, check_steps
from convolens.lens.report.conv_call import ConvCall, conv_calls
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.limits import Limits, choose_limits
from convolens.lens.report.steps import Step, record_steps
from convolens.ops import Array
from convolens.spec import float64


@final
@dataclass(frozen=True, eq=False)
class View:
    """What a network makes of one image.

    Attributes:
        image: The image, [C, H, W].
        label: Its class, or None where it is not known.
        steps: The operator calls, in order.
    """

    image: NDArray[np.float32]
    label: int | None
    steps: list[Step]

    @cached_property
    def calls(self) -> list[ConvCall]:
        """The convolutions, in order."""
        return conv_calls(self.steps, self.image.shape)

    @cached_property
    def shares(self) -> Array | None:
        """How sure the network is of each class, [classes]; None if it is no classifier."""
        if not self.steps or self.steps[-1].output.ndim != 2:
            return None
        scores: Array = self.steps[-1].output[0].astype(float64)
        match self.steps[-1].op:
            case ops.Softmax():
                return scores
            case ops.LogSoftmax():
                powers: Array = np.exp(scores)
                return powers
        with np.errstate(invalid="ignore"):
            powers = np.exp(scores - scores.max())
            shares: Array = powers / powers.sum()
        return shares

    @property
    def answer(self) -> int | None:
        """The class that the network is most sure of; None if it is no classifier."""
        if self.shares is None or not np.isfinite(self.shares).all():
            return None
        return int(self.shares.argmax())


@final
@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that a report shows.

    Attributes:
        inputs: What it is made from.
        views: One for each image that is shown.
        steps: The operator calls on the first image, or on a black one where there is none.
        limits: How much is shown.
        checked: What was recomputed on the way.
    """

    inputs: ReportInputs
    views: tuple[View, ...]
    steps: list[Step]
    limits: Limits
    checked: Checked

    @cached_property
    def calls(self) -> list[ConvCall]:
        """The convolutions of ``steps``, in order."""
        return conv_calls(self.steps, self.inputs.input_shape)


def compute(inputs: ReportInputs) -> Scene:
    """Run the network on the images to be shown, and check every number of every step.

    Raises:
        ConvolensError: If the model refuses an image.
        CheckError: If a number is not what the operator's definition says.
    """
    black = np.zeros(inputs.input_shape, np.float32)
    first = inputs.images[0] if len(inputs.images) else black
    steps = record_steps(inputs.model, first)
    checked = check_steps(steps)
    limits = choose_limits(steps)
    views = []
    for number, image in enumerate(inputs.images[: limits.images]):
        if number:
            steps_here = record_steps(inputs.model, image)
            checked += check_steps(steps_here)
        else:
            steps_here = steps
        label = None if inputs.labels is None else int(inputs.labels[number])
        views.append(View(image, label, steps_here))
    return Scene(inputs, tuple(views), steps, limits, checked)
