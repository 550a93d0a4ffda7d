"""Builds the native part with sanitizers, and tries it: kernels, bindings, and the pool of threads.

Usage: python -m tools.sanitize all | quick | threads

threads: the pool of threads under ThreadSanitizer
quick:   threads; then one instruction set, on a part of the calls, under AddressSanitizer and
         UndefinedBehaviorSanitizer
all:     threads; then every instruction set of this machine, and AVX-512's registers if it lacks
         them, on all calls, and the tests that draw their shapes
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "sanitize"
CHECKS = ROOT / "tests" / "contracts" / "each_isa"
COMPILER = os.environ.get("CXX", "c++")
JOBS = os.cpu_count() or 1
#: Every kernel between guards, what Python may pass, weights in every order, shapes that are drawn,
#: special numbers, small images, steps of optimisers, and arrays larger than the caches.
QUICK = (
    "check_activations",
    "check_borrow",
    "check_boundary",
    "check_calls",
    "check_depthwise",
    "check_functions",
    "check_large",
    "check_pixels",
    "check_recording",
    "check_shapes",
    "check_small",
    "check_updates",
)
#: The end of what a failed run printed: a test's name, a report with its stacks, a summary.
LINES = 400


@dataclass(frozen=True)
class Run:
    """Tests that one process runs with one instruction set."""

    isa: str
    name: str
    arguments: tuple[str, ...]
    every: int = 1  # of so many small calls, one is tried


def runs(sets: list[str], quick: bool) -> Iterator[Run]:
    """Yield what to run."""
    for isa in sets:
        if not quick:
            folders = ("ops", "tensor", "nn", "backends", "lens/filters")
            tests = tuple(str(ROOT / "tests" / folder) for folder in folders)
            yield Run(isa, "tests with drawn shapes", ("-m", "hypothesis and not oracle", *tests))
        for path in sorted(CHECKS.glob("check_*.py")):
            if not quick or path.stem in QUICK:
                every = 4 if quick else 1
                yield Run(isa, path.stem, (str(path),), every)


def runtime(name: str) -> str:
    """Return the path of a compiler's library, such as libasan.so."""
    if not shutil.which(COMPILER):
        sys.exit(f"there is no compiler {COMPILER}. Name one: CXX=g++ make ...")
    asked = [COMPILER, f"-print-file-name={name}"]
    path = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    if not os.path.isabs(path):
        sys.exit(
            f"{COMPILER} has no {name}, which sanitizers need. Install it: 'sudo apt install g++' "
            "(Debian, Ubuntu; it comes with the compiler), 'sudo dnf install libasan libubsan "
            "libtsan' (Fedora). With another compiler, name g++: CXX=g++ make ..."
        )
    return path


def build(folder: Path, sanitizers: str, target: str, sets: list[str]) -> None:
    """Compile a target for some instruction sets, all if none is named."""
    tools = Path(sys.executable).parent
    options = {
        "CMAKE_MAKE_PROGRAM": tools / "ninja",
        "Python_EXECUTABLE": sys.executable,
        "CONVOLENS_SANITIZE": sanitizers,
        **({"CONVOLENS_SETS": ";".join(sets)} if sets else {}),
    }
    defined = [f"-D{name}={value}" for name, value in options.items()]
    configure = [tools / "cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", *defined]
    compile_ = [tools / "cmake", "--build", folder, "--parallel", str(JOBS), "--target", target]
    began = time.monotonic()
    for command in (configure, compile_):
        result = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if result.returncode != 0:
            sys.exit(result.stdout)
    print(f"built with {sanitizers}: {time.monotonic() - began:.0f} s", flush=True)


def environment() -> dict[str, str]:
    """Return the variables with which Python can load a native part built with sanitizers."""
    # libstdc++ too: AddressSanitizer looks for its exceptions before Python loads an extension.
    libraries = [runtime(name) for name in ("libasan.so", "libubsan.so", "libstdc++.so")]
    return {
        **os.environ,
        "LD_PRELOAD": " ".join(libraries),
        # Python keeps memory until it ends. A refused size must raise, and fill no machine.
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=4096",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONPATH": str(ROOT / "tools" / "sanitized"),
    }


def python(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python, and keep what it prints in order."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def loaded_sets(variables: dict[str, str]) -> list[str]:
    """Return the instruction sets that can run here, of the native part that Python loads."""
    asked = python(
        variables,
        "-c",
        "from convolens import _native\n"
        "print(_native.__file__, *[s for s, here in _native.instruction_sets().items() if here])",
    )
    words = asked.stdout.split()
    if asked.returncode != 0 or variables.get("CONVOLENS_NATIVE", words[0]) != words[0]:
        sys.exit(f"Python did not load the native part as it should:\n{asked.stdout}")
    return words[1:]


def to_try(sets: list[str], quick: bool) -> list[str]:
    """Return which instruction sets to build for, of those that can run here.

    Where AVX-512 cannot, its registers are tried by other instructions.
    """
    if quick:
        return ["avx2"] if "avx2" in sets else sets[:1]
    return [*sets, "portable16"] if "avx2" in sets and "avx512" not in sets else sets


def passes(run: Run, variables: dict[str, str]) -> bool:
    """Run tests, and print a line, or what they said if they failed."""
    began = time.monotonic()
    result = python(
        {**variables, "CONVOLENS_ISA": run.isa, "CONVOLENS_TEST_EVERY": str(run.every)},
        *("-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:xdist"),
        # A sanitizer writes to the process's own output, and handles its signals.
        *("--capture=sys", "-p", "no:faulthandler"),
        *run.arguments,
    )
    lines = result.stdout.splitlines()
    verdict = lines[-1].strip("= ")
    if result.returncode != 0:
        print("\n".join(lines[-LINES:]))
        verdict = f"FAILED with status {result.returncode}"
    print(f"{run.isa}, {run.name}: {verdict}, {time.monotonic() - began:.0f} s", flush=True)
    return result.returncode == 0


def kernels(quick: bool) -> bool:
    """Try kernels and bindings; return whether all tests passed."""
    folder = FOLDER / "kernels"
    variables = environment()
    sets = loaded_sets(dict(os.environ))
    build(folder, "address,undefined", "_native", to_try(sets, quick))
    (native,) = folder.glob("_native.*.so")
    variables["CONVOLENS_NATIVE"] = str(native)
    with ThreadPoolExecutor(JOBS) as pool:
        found = pool.map(lambda run: passes(run, variables), runs(loaded_sets(variables), quick))
        return all(list(found))


def threads() -> bool:
    """Try the pool of threads; return whether it passed."""
    runtime("libtsan.so")
    build(FOLDER / "threads", "thread", "check_threads", [])
    # The default ends a child that was forked beside threads and begins its own.
    options = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0"}
    began = time.monotonic()
    result = subprocess.run([FOLDER / "threads" / "check_threads"], env=options)
    verdict = "passed" if result.returncode == 0 else f"FAILED with status {result.returncode}"
    print(f"threads: {verdict}, {time.monotonic() - began:.0f} s", flush=True)
    return result.returncode == 0


def main(asked: list[str]) -> int:
    """Run what the command line asks for; return the exit status."""
    if asked not in (["all"], ["quick"], ["threads"]):
        print(__doc__, file=sys.stderr)
        return 2
    passed = threads()
    if asked != ["threads"]:
        passed = kernels(quick=asked == ["quick"]) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
