"""Checks that no kernel object holds a weak symbol.

The kernels are compiled once per instruction set. Of a function that several objects define weakly,
such as an inline function of the standard library, the linker keeps one copy for the whole program:
if that is the AVX-512 one, an older processor stops at it.

Usage: python tools/check_symbols.py BUILD_FOLDER
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

WEAK = frozenset("WwVvu")


def weak_symbols(objects: Sequence[Path]) -> dict[str, list[str]]:
    """Return the names of weak or unique symbols, for each object that has some."""
    listing = subprocess.run(
        ["nm", "--format=posix", "--print-file-name", *map(str, objects)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found: dict[str, list[str]] = {}
    for line in listing.splitlines():
        path, _, symbol = line.partition(": ")
        name, kind = symbol.split()[:2]
        if kind in WEAK:
            found.setdefault(path, []).append(name)
    return found


def main(build: Path) -> int:
    """Check all kernel objects below a build folder; return the exit status."""
    objects = sorted(build.glob("**/kernels_*.dir/**/*.o"))
    if not objects:
        print(f"no kernel objects below {build}: build first", file=sys.stderr)
        return 2
    found = weak_symbols(objects)
    for path, names in found.items():
        print(f"{path}: weak symbols: {', '.join(names)}", file=sys.stderr)
    print(f"{len(objects)} kernel objects, {len(found)} with weak symbols")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
