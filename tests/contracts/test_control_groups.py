"""Limits of control groups, as files say them: of a container, of a service, of both versions."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from convolens import _native

GiB = 2**30


def limits(folder: Path, groups: str, files: dict[str, str]) -> tuple[float, float]:
    """Write files by their paths, and return the cores and the bytes that they allow."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    (folder / "self").write_text(groups)
    return _native.group_limits(str(folder / "self"), str(folder))


def test_a_container_of_version_2(tmp_path: Path) -> None:
    files = {"cpu.max": "150000 100000", "memory.max": str(4 * GiB)}
    assert limits(tmp_path, "0::/\n", files) == (1.5, 4 * GiB)


def test_nothing_is_limited(tmp_path: Path) -> None:
    assert _native.group_limits(str(tmp_path / "none"), str(tmp_path)) == (inf, inf)
    assert limits(tmp_path, "0::/\n", {}) == (inf, inf)
    files = {"cpu.max": "max 100000", "memory.max": "max"}
    assert limits(tmp_path, "0::/\n", files) == (inf, inf)


def test_the_least_of_a_group_and_those_around_it(tmp_path: Path) -> None:
    files = {
        "a/memory.max": str(3 * GiB),
        "a/b/memory.max": str(8 * GiB),
        "a/cpu.max": "max 100000",
        "a/b/cpu.max": "200000 100000",
        "other/memory.max": str(GiB),
    }
    assert limits(tmp_path, "0::/a/b\n", files) == (2, 3 * GiB)


@pytest.mark.parametrize("path", ["/", "/docker/of/the/host"])
def test_a_container_of_version_1(tmp_path: Path, path: str) -> None:
    """Its own group is the root of what it sees, whatever the host calls it."""
    groups = f"9:name=systemd:/\n4:memory:{path}\n2:cpuacct,cpu:{path}\n0::/\n"
    files = {
        "memory/memory.limit_in_bytes": str(2 * GiB),
        "cpu/cpu.cfs_quota_us": "50000",
        "cpu/cpu.cfs_period_us": "100000",
    }
    assert limits(tmp_path, groups, files) == (0.5, 2 * GiB)
    files["cpu/cpu.cfs_quota_us"] = "-1"
    assert limits(tmp_path, groups, files) == (inf, 2 * GiB)


@pytest.mark.parametrize(
    "groups", ["", "\n", "no colons\n", "1:memory\n", "0::\n", "::::\n", "0::/.."]
)
def test_lines_that_say_nothing(tmp_path: Path, groups: str) -> None:
    files = {"cpu.max": "quick", "memory.max": "", "memory/memory.limit_in_bytes": "x"}
    assert limits(tmp_path, groups, files) == (inf, inf)
