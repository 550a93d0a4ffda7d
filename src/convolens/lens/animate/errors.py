"""The error of a scene that shows what is not so."""

from __future__ import annotations

from typing import final

from convolens.errors import ConvolensError


@final
class SceneError(ConvolensError, RuntimeError):
    """A scene that shows what the tap table or the engine does not say."""
