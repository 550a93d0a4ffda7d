"""The errors that convolens raises: what is wrong, the facts, and what to change."""

from __future__ import annotations

from collections.abc import Iterable

Fact = tuple[str, object, str]

#: What stands before the layer's path and before the hint, in the language of the error.
_LABELS = {"en": ("In layer {}: ", "Hint: "), "zh": ("在层 {} 中：", "提示：")}


class ConvolensError(Exception):
    """An error with a headline, facts and a hint.

    Args:
        headline: What is wrong, in numbers, in one sentence.
        facts: Rows of (name, value, meaning), printed one a line below the headline.
        hint: What to change.

    Inside a model the paths of the layers that the error passed through come first.

    Example:
        >>> print(ConvolensError("conv2d: 3 is not 4.", [("x", 3, "channels")], "Use 4."))
        conv2d: 3 is not 4.
          x  3  channels
        Hint: Use 4.
    """

    def __init__(self, headline: str, facts: Iterable[Fact] = (), hint: str = "") -> None:
        super().__init__(headline)
        self.headline = headline
        self.facts = [(name, str(value), meaning) for name, value, meaning in facts]
        self.hint = hint
        self.layer = ""
        #: The language of the headline, 'en' or 'zh'.
        self.lang = "en"
        #: The module that the error passed through last.
        self.module: object = None

    def __str__(self) -> str:
        layer, hint = _LABELS[self.lang]
        prefix = layer.format(self.layer) if self.layer else ""
        lines = [prefix + self.headline, *self._fact_lines()]
        if self.hint:
            lines.append(f"{hint}{self.hint}")
        return "\n".join(lines)

    def _fact_lines(self) -> list[str]:
        names = max((len(name) for name, _, _ in self.facts), default=0)
        values = max((len(value) for _, value, _ in self.facts), default=0)
        return [
            f"  {name:<{names}}  {value:<{values}}  {meaning}".rstrip()
            for name, value, meaning in self.facts
        ]

    def enter(self, layer: str) -> None:
        """Put ``layer`` in front of the path of layers that the error passed through."""
        self.layer = f"{layer}.{self.layer}" if self.layer else layer


class ShapeError(ConvolensError, ValueError, RuntimeError):
    """Shapes that do not fit. A RuntimeError too, since torch raises that."""


class ArgumentError(ConvolensError, ValueError, RuntimeError):
    """An argument outside its allowed range. A RuntimeError too, since torch raises that."""


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument of a type that it cannot have. A TypeError too, since torch raises that."""


class PartNameError(ArgumentError, KeyError):
    """A name that a part of a module cannot have. A KeyError too, since torch raises that."""


class OptionError(ArgumentError, KeyError):
    """An option that a group of parameters lacks. A KeyError too, since torch raises that."""


class DTypeError(ConvolensError, TypeError, RuntimeError):
    """A data type that the operation does not take. A RuntimeError too, since torch raises that."""


class IndexRangeError(ConvolensError, IndexError, ValueError, RuntimeError):
    """An index, such as a class label, outside its range. torch raises either of these."""


class MemoryLimitError(ConvolensError, MemoryError, RuntimeError):
    """An allocation that the machine cannot satisfy. A RuntimeError too, as in torch."""


class GradientError(ConvolensError, RuntimeError):
    """A backward pass that cannot be run."""


class DataError(ConvolensError, ValueError):
    """A data file or folder that cannot be read as what it should be."""


class CheckpointError(ConvolensError, ValueError):
    """A run folder or checkpoint that is damaged or belongs to another model."""


class TrainingError(ConvolensError, RuntimeError):
    """A training run that failed, for instance because the loss is not a number."""


class DependencyError(ConvolensError, ImportError):
    """An optional package that is needed here and not installed."""
