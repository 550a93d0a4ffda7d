"""Runs ``convolens train`` as a user does, in a process of its own, and reads what it wrote."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import final

from benchmarks.peers.base import UnavailableError
from benchmarks.process import ROOT


@final
@dataclass(frozen=True)
class Training:
    """A finished run.

    Attributes:
        seconds: Wall time, from the start of the process to its end.
        megabytes: The most memory that it held at once.
        accuracies: Of the test images after each epoch, 0 to 1.
    """

    seconds: float
    megabytes: float
    accuracies: list[float]


def train(arguments: Sequence[str]) -> Training:
    """Run the command and return how it went.

    Raises:
        UnavailableError: If it fails.
    """
    with TemporaryDirectory() as parent:
        out = Path(parent, "run")
        command = [sys.executable, "-m", "convolens", "train", *arguments, "--out", str(out)]
        start = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        # wait4 tells the memory of this child; getrusage(RUSAGE_CHILDREN) that of the largest ever.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise UnavailableError(f"convolens train ended with status {process.returncode}.")
        with (out / "history.csv").open(newline="") as stream:
            accuracies = [float(row["test_accuracy"]) for row in csv.DictReader(stream)]
    per_megabyte = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Training(seconds, usage.ru_maxrss / per_megabyte, accuracies)
