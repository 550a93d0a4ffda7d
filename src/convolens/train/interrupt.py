"""Ctrl-C during training: finish the batch, save, then stop."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, final


@final
class Interrupted(KeyboardInterrupt):
    """Training that was stopped between two batches, with everything saved if there is a folder.

    A KeyboardInterrupt, so that it also stops a notebook that runs all its cells.

    Attributes:
        folder: The run's folder, or None where nothing is saved.
    """

    def __init__(self, text: str, folder: Path | None) -> None:
        super().__init__(text)
        self.folder = folder


@final
class StopRequest:
    """Remembers a Ctrl-C inside a with block, so that a batch is not torn apart.

    A second Ctrl-C before the batch is done, or while its state is being saved, raises
    KeyboardInterrupt at once: then what was saved before is what there is.

    Outside the main thread, or where the program has a handler of its own, nothing is caught.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: Any = None

    def __enter__(self) -> StopRequest:
        self.requested = False
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._remember)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
