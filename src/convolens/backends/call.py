"""A call of an operator that is like one before, without a line of Python between its parts.

``introduce`` says once what tensors are made of. ``call`` then returns what ``tensor.apply`` would
return, unrecorded, for a choice that has been made before, or None if there is none, or no memory.
``Parts`` says whether the modules and tensors of a network are still what they were.
"""

from __future__ import annotations

from convolens import _native

introduce = _native.introduce
Parts = _native.Parts
call = _native.call
