from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from convolens import nn
from convolens.errors import ArgumentError
from convolens.lens.report import ReportInputs, render_report, write_report

INPUTS = ReportInputs("a layer", nn.Conv2d(1, 2, 3), (1, 8, 8))


def test_the_file_is_the_page(tmp_path: Path) -> None:
    path = tmp_path / "名字.html"
    write_report(INPUTS, path)
    assert path.read_text("utf-8") == render_report(INPUTS)
    write_report(INPUTS, str(path), "zh")
    assert path.read_text("utf-8") == render_report(INPUTS, "zh")


@pytest.mark.parametrize("stage", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, stage, full)
    with pytest.raises(OSError, match="No space left"):
        write_report(INPUTS, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_written_for_a_language_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="lang is 'fr'"):
        write_report(INPUTS, tmp_path / "report.html", "fr")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
