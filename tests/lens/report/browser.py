"""Opens a page in Chromium, lets a script act on it, and returns what the script found."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_DATA = '<script type="application/json" id="numbers">'
_FOUND = re.compile(r'<pre id="found">(.*?)</pre>', re.DOTALL)


def program() -> str:
    """Return the path of Chromium, or skip the test."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: the page's script is not tried")
    return found


def act(folder: Path, page: str, script: str, before: str = "return null;") -> Any:
    """Return the value of ``script``, the body of a function, run on the loaded page.

    What ``before`` returned, before the page's own script ran, is its argument. The page's policy
    forbids any script but its own, so it is taken out for these two.
    """
    first = f"<script>const early = (() => {{ {before} }})();</script>"
    last = (
        f"<script>const result = ((early) => {{ {script} }})(early);"
        'const found = document.createElement("pre"); found.id = "found";'
        "found.textContent = JSON.stringify(result); document.body.append(found);</script>"
    )
    free = _POLICY.sub("", page).replace(_DATA, first + _DATA).replace("</body>", last + "</body>")
    (found,) = _FOUND.findall(dump(folder, free))
    return json.loads(html.unescape(found))


def dump(folder: Path, page: str) -> str:
    """Return the document as it is after its scripts have run."""
    path = folder / "page.html"
    path.write_text(page, "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [program(), *options, profile, path.as_uri()], capture_output=True, timeout=60, check=True
    )
    return done.stdout.decode("utf-8")
