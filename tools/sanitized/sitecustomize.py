"""Lets every Python process load the native part from the file that CONVOLENS_NATIVE names."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec


class Finder:
    """Stands before the editable install's own finder."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Find the native part alone."""
        if name != "convolens._native":
            return None
        return importlib.util.spec_from_file_location(name, os.environ["CONVOLENS_NATIVE"])


sys.meta_path.insert(0, Finder)
