"""The time of ``import convolens``, what it imports, and the size of the installed package."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import tell
from benchmarks.options import whole
from benchmarks.outcome import Outcome, Verdict, below
from benchmarks.peers.base import UnavailableError
from benchmarks.process import ROOT
from benchmarks.rounds import Spread, spread
from benchmarks.table import table

#: Packages that only extras, tests and benchmarks need.
FORBIDDEN = ("matplotlib", "onnx", "onnxruntime", "starlette", "torch", "pooch", "requests")
_MEGABYTE = 1e6
#: Runs without the site module, so that an editable install next to it plays no part.
_TIMED_IMPORT = """
import json, sys, time
sys.path[:0] = {paths!r}
before = set(sys.modules)
start = time.perf_counter_ns()
import {name}
seconds = (time.perf_counter_ns() - start) * 1e-9
first = {{module.partition('.')[0] for module in set(sys.modules) - before}}
print(json.dumps([seconds, sorted(first - set(sys.stdlib_module_names))]))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=whole, default=15)


def run(options: argparse.Namespace) -> Outcome:
    with TemporaryDirectory() as folder:
        tell("building a wheel ...")
        site = install(Path(folder))
        # Byte code is written by the first import of each.
        for name in ("numpy", "convolens"):
            timed_import(name, site)
        seconds: dict[str, list[float]] = {"numpy": [], "convolens": []}
        for _ in range(options.rounds):
            for name, times in seconds.items():
                times.append(timed_import(name, site)[0])
        modules = timed_import("convolens", site)[1]
        sizes = folder_sizes(site)
    found = {name: spread(times) for name, times in seconds.items()}
    present = [name for name in FORBIDDEN if name in modules]
    total = sum(sizes.values()) / _MEGABYTE
    verdicts = [
        below("import convolens", found["convolens"].median, 0.3, " s", 3),
        Verdict(
            f"without {', '.join(FORBIDDEN)}", ", ".join(present) or "none of them", not present
        ),
        below("installed package", total, 15, " MB", 1),
    ]
    sections = [
        _times(found),
        f"Fresh interpreters in turn. Imported beside the standard library: {', '.join(modules)}.",
        table(
            ["part of the package", "MB"],
            [[name, f"{size / _MEGABYTE:.2f}"] for name, size in sizes.items()],
        ),
    ]
    return Outcome("Footprint", sections, verdicts)


def _times(found: dict[str, Spread]) -> str:
    return table(
        ["import", "seconds, median (min to max)"],
        [[name, times.text(3)] for name, times in found.items()],
    )


def install(folder: Path) -> Path:
    """Build a wheel from this tree, install it into ``folder``, and return where.

    Raises:
        UnavailableError: If it cannot be built.
    """
    site = folder / "site"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-build-isolation", f"-Cbuild-dir={folder / 'build'}"]
    _call([*pip, "wheel", str(ROOT), *offline, "-w", str(folder)])
    wheel = next(folder.glob("convolens-*.whl"))
    _call([*pip, "install", "--no-deps", "--target", str(site), str(wheel)])
    return site


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-8:]
        raise UnavailableError("the wheel cannot be built:\n" + "\n".join(last))


def timed_import(name: str, site: Path) -> tuple[float, list[str]]:
    """Return the seconds of an import in a fresh interpreter, and the packages that it loads."""
    paths = [str(site), *{sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}]
    script = _TIMED_IMPORT.format(paths=paths, name=name)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True
    )
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


def folder_sizes(site: Path) -> dict[str, int]:
    """Return the bytes of all installed files: the native extension, byte code, the rest."""
    sizes = {"native extension": 0, "byte code": 0, "everything else": 0}
    for path in site.rglob("*"):
        if path.is_file():
            kind = {".so": "native extension", ".pyd": "native extension", ".pyc": "byte code"}
            sizes[kind.get(path.suffix, "everything else")] += path.stat().st_size
    return sizes
