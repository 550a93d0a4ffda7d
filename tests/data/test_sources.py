from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from convolens.data.idx import read_idx
from convolens.data.sources import SOURCES


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_every_source_is_complete(source) -> None:
    assert SOURCES[source.name] is source
    assert len(source.classes) == 10
    assert len(source.mirrors) >= 2, "one mirror may be down"
    assert len(set(source.mirrors)) == len(source.mirrors)
    assert all(re.fullmatch(r"https?://[\w.~/-]+/", mirror) for mirror in source.mirrors)
    assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) for file in source.files)
    assert source.work


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_checksums_are_those_of_the_real_files(shared_data: Path, name: str) -> None:
    source = SOURCES[name]
    for file in source.files:
        content = (shared_data / name / file.name).read_bytes()
        assert len(content) == file.size
        assert hashlib.sha256(content).hexdigest() == file.sha256
    labels = read_idx(shared_data / name / "t10k-labels-idx1-ubyte.gz")
    assert hashlib.sha256(labels.tobytes()).hexdigest() == source.test_labels_sha256
