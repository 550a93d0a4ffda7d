"""The measured peak."""

from __future__ import annotations

from convolens.backends.peak import measured_peak


def test_the_peak_is_that_of_all_threads() -> None:
    assert 1e8 < measured_peak() < 1e14
