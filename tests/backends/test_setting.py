"""Settings: what has been decided under one is not used under another, and not forgotten."""

from __future__ import annotations

import convolens as cl
from convolens.backends.choose import changing, choose
from convolens.backends.setting import Setting, change_setting, present
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
    change_setting(Setting("direct"))
    assert present.decided is not before
    change_setting(Setting())
    assert present.decided is before


def test_a_choice_can_be_changed_for_a_while() -> None:
    x, weight = cl.ones(1, 2, 4, 4), cl.ones(3, 2, 3, 3)
    seen = []

    def change(op, specs, choice):
        def wrap(run):
            def counted(*arrays):
                seen.append(op.name)
                return run(*arrays)

            return counted

        return choice.wrapped(wrap)

    before = present.decided
    expected = cl.nn.functional.conv2d(x, weight).relu()
    with changing(change):
        for _ in range(3):  # decided, laid out, kept
            assert (cl.nn.functional.conv2d(x, weight).relu() == expected).all()
    assert present.decided is before
    cl.nn.functional.conv2d(x, weight)
    assert seen == ["conv", "relu"] * 3
