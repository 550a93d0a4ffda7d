"""The device that tensors live on: the CPU, the only one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from convolens.errors import ArgumentError


@final
@dataclass(frozen=True)
class device:  # noqa: N801  # torch's name
    """A device by its name. All tensors are on the CPU.

    Raises:
        ArgumentError: If the name is not ``"cpu"``, such as ``"cuda"``.

    Example:
        >>> device("cpu")
        device(type='cpu')
    """

    type: str = "cpu"

    index: ClassVar[None] = None

    def __post_init__(self) -> None:
        if self.type != "cpu":
            raise ArgumentError(
                f"there is no device {self.type!r}: convolens computes on the CPU.",
                hint="use 'cpu', or leave the device out.",
            )

    def __str__(self) -> str:
        return self.type


def require_cpu(wanted: Any) -> None:
    """Refuse another device than the CPU; None is none.

    Raises:
        ArgumentError: If so.
    """
    if wanted is not None:
        device(str(wanted).removesuffix(":0"))
