"""Every example in the README and the docs runs: Python blocks, and convolens commands.

In a ```python block everything is run, page by page in one namespace; a ```text block after it is
what it prints. In a ```console block every
line that begins with ``$ convolens`` is run, and what follows it, if anything, is its output; three
dots stand for any text.
"""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def all_blocks(page: Path) -> list[tuple[str, str]]:
    """Return (language, code) of each block."""
    return BLOCK.findall(page.read_text("utf-8"))


def blocks(page: Path, language: str) -> list[str]:
    return [code for kind, code in all_blocks(page) if kind == language]


def commands(block: str) -> list[tuple[str, str]]:
    """Split a console block into (command, expected output)."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_blocks_run(page: Path, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__page__"}
    printed = ""
    for language, code in all_blocks(page):
        if language == "python":
            exec(compile(code, str(page), "exec"), namespace)
            printed = capsys.readouterr().out
        elif language == "text" and printed:
            assert code == printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_run(page: Path, tmp_path, monkeypatch) -> None:
    from convolens.cli import cli

    monkeypatch.chdir(tmp_path)
    checker = doctest.OutputChecker()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for block in blocks(page, "console"):
        for command, expected in commands(block):
            program, *arguments = shlex.split(command, comments=True)
            if program != "convolens":
                continue
            result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
            assert result.exit_code == 0, result.output
            if expected.strip():
                assert checker.check_output(expected, result.output, flags), result.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
