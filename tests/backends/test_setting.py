"""Settings: what has been decided under one is not used under another, and not forgotten."""

from __future__ import annotations

import convolens as cl
from convolens.backends.choose import choose
from convolens.backends.setting import Setting, change, present
from convolens.ops import Conv
from convolens.spec import TensorSpec

CALL = (
    Conv((1, 1), ((1, 1), (1, 1)), (1, 1)),
    (TensorSpec((1, 64, 28, 28)), TensorSpec((64, 64, 3, 3))),
)


def test_each_setting_has_choices_of_its_own() -> None:
    usual = choose(*CALL)
    with cl.algorithm("gather"):
        assert present.decided.setting == Setting("gather", exact=False)
        forced = choose(*CALL)
        assert forced.name == "gather"
        cl.set_exact(True)
        assert present.decided.setting == Setting("gather", exact=True)
        cl.set_exact(False)
        assert choose(*CALL) is forced
    assert choose(*CALL) is usual
    assert present.decided.setting == Setting()


def test_a_change_comes_back_to_what_was_decided() -> None:
    before = present.decided
    change(Setting("direct"))
    assert present.decided is not before
    change(Setting())
    assert present.decided is before
