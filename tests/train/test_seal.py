from __future__ import annotations

import pytest

from convolens.train.seal import BLANK, has_seal, is_intact, seal

MARK = b'"sha256": "'


def test_every_changed_bit_is_found() -> None:
    sealed = seal(b"head " + MARK + BLANK.encode() + b'" tail', MARK)
    assert is_intact(sealed, MARK)
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            assert not is_intact(bytes(changed), MARK)


def test_every_cut_and_addition_is_found() -> None:
    sealed = seal(MARK + BLANK.encode() + b"tail", MARK)
    assert not any(is_intact(sealed[:length], MARK) for length in range(len(sealed)))
    assert not is_intact(sealed + b"\0", MARK)
    assert not has_seal(b"", MARK)


def test_only_the_first_mark_counts() -> None:
    content = MARK + BLANK.encode() + MARK + BLANK.encode()
    assert is_intact(seal(content, MARK), MARK)


def test_zeros_must_be_there() -> None:
    with pytest.raises(ValueError, match="64 zeros"):
        seal(MARK + b"1" * 64, MARK)
