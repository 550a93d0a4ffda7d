"""Errors: what they are besides ConvolensError, how they read, and that they travel."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from convolens import errors
from convolens.errors import ConvolensError, ShapeError

#: What code that was written for torch, NumPy or Python's own functions catches.
ALSO: dict[str, tuple[type[Exception], ...]] = {
    "ShapeError": (ValueError, RuntimeError),
    "ArgumentError": (ValueError, RuntimeError),
    "ArgumentTypeError": (ValueError, RuntimeError, TypeError),
    "PartNameError": (ValueError, RuntimeError, KeyError),
    "OptionError": (ValueError, RuntimeError, KeyError),
    "DTypeError": (TypeError, RuntimeError),
    "IndexRangeError": (IndexError, ValueError, RuntimeError),
    "MemoryLimitError": (MemoryError,),
    "GradientError": (RuntimeError,),
    "DataError": (ValueError,),
    "CheckpointError": (ValueError,),
    "TrainingError": (RuntimeError,),
    "DependencyError": (ImportError,),
}
KINDS = [
    item
    for item in vars(errors).values()
    if inspect.isclass(item) and issubclass(item, ConvolensError) and item is not ConvolensError
]
EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
TEXT = "conv: 3 is not 4.\n  x       float32[1]  N\n  groups  1\nHint: use 4."


def example(kind: type[ConvolensError]) -> ConvolensError:
    return kind("conv: 3 is not 4.", [("x", "float32[1]", "N"), ("groups", 1, "")], "use 4.")


@EACH
def test_each_error_is_also_what_others_raise(kind: type[ConvolensError]) -> None:
    for other in ALSO[kind.__name__]:
        with pytest.raises(other):
            raise example(kind)


@EACH
def test_the_text_has_a_headline_facts_and_a_hint(kind: type[ConvolensError]) -> None:
    assert str(example(kind)) == TEXT


@EACH
def test_an_error_goes_to_another_process_whole(kind: type[ConvolensError]) -> None:
    error = example(kind)
    error.enter("conv1")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(other) is kind
        assert str(other) == f"In layer conv1: {TEXT}"


def test_the_path_grows_from_the_inside() -> None:
    error = ShapeError("linear: 2 is not 3.")
    for layer in ("fc1", "classifier", "net"):
        error.enter(layer)
    assert str(error) == "In layer net.classifier.fc1: linear: 2 is not 3."
