from __future__ import annotations

import contextlib
import os
import pickle
import pickletools
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolens.data.pickles import read_pickle
from convolens.errors import DataError

from .makers import cifar_arrays, cifar_python2, cifar_rows, python2_array, python2_string

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def read(folder: Path, content: bytes) -> object:
    path = folder / "data.pkl"
    path.write_bytes(content)
    return read_pickle(path)


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=300),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.binary(), inner)
    ),
    max_leaves=20,
)


@given(plain_values, st.sampled_from(PROTOCOLS))
def test_plain_values_round_trip(tmp_path: Path, value: object, protocol: int) -> None:
    assert read(tmp_path, pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", ["u1", "i1", ">i2", "<i4", "i8", "u8", "f2", "f4", ">f8", "?"])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (2, 1, 3)])
def test_arrays_round_trip(tmp_path: Path, protocol: int, kind: str, shape: tuple) -> None:
    array = (np.arange(np.prod(shape)) * 7 % 5).astype(kind).reshape(shape)
    both = {"same": array, "again": array, "other": np.array(array + array)}
    found = read(tmp_path, pickle.dumps(both, protocol))
    for key, expected in both.items():
        assert found[key].dtype == expected.dtype.newbyteorder("=")
        assert found[key].shape == expected.shape
        assert np.array_equal(found[key], expected)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_columns_first(tmp_path: Path, protocol: int) -> None:
    array = np.asfortranarray(np.arange(6).reshape(2, 3))
    assert np.array_equal(read(tmp_path, pickle.dumps(array, protocol)), array)


def test_old_and_new_names_of_numpy(tmp_path: Path) -> None:
    for name in (b"numpy.core.multiarray", b"numpy._core.multiarray"):
        content = b"\x80\x02" + python2_array(np.arange(6, dtype=np.uint8).reshape(2, 3)) + b"."
        found = read(tmp_path, content.replace(b"numpy.core.multiarray", name))
        assert found.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_python2(tmp_path: Path) -> None:
    images, labels = cifar_arrays(300)
    content = cifar_python2(images, labels)
    assert pickle.loads(content, encoding="bytes")[b"labels"] == labels.tolist()
    found = read(tmp_path, content)
    assert list(found) == [b"batch_label", b"labels", b"data", b"filenames"]
    assert found[b"labels"] == labels.tolist()
    assert np.array_equal(found[b"data"], cifar_rows(images))


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_command_is_refused_by_name_and_not_run(
    tmp_path: Path, protocol: int, depth: int
) -> None:
    witness = tmp_path / "it-ran"
    payload: object = Call(os.system, f"touch {witness}")
    for _ in range(depth):
        payload = {"data": [np.arange(3), (payload,)], "labels": [0]}
    with pytest.raises(DataError) as caught:
        read(tmp_path, pickle.dumps(payload, protocol))
    assert not witness.exists()
    if protocol >= 2:
        assert f"{os.system.__module__}.system" in str(caught.value)
        assert "It was not run." in str(caught.value)


@pytest.mark.parametrize(
    "function", [eval, exec, __import__, getattr, open, print, np.load, np.fromfile, bytearray]
)
def test_no_other_function(tmp_path: Path, function) -> None:
    with pytest.raises(DataError, match="asks for"):
        read(tmp_path, pickle.dumps(Call(function, "1")))


FUNCTION = b"cnumpy.core.multiarray\n_reconstruct\n"
NDARRAY = b"cnumpy\nndarray\n"
DTYPE = b"cnumpy\ndtype\n"
UNSIGNED = DTYPE + b"U\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
ENCODE = b"c_codecs\nencode\n"
ARRAY = FUNCTION + NDARRAY + b"K\x00\x85U\x01b\x87R"


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        (b"(S'ls'\nios\nsystem\n.", "cut short|STRING|INST"),
        (b"(ios\nsystem\n.", "INST"),
        (b"(cnumpy\nndarray\no.", "OBJ"),
        (NDARRAY + b")\x81.", "NEWOBJ"),
        (NDARRAY + b")}\x92.", "NEWOBJ_EX"),
        (b"\x82\x01.", "EXT1"),
        (b"Pfile\n.", "PERSID"),
        (b"K\x01Q.", "BINPERSID"),
        (b"\x97.", "NEXT_BUFFER"),
        (b"K\x012.", "DUP"),
        (b"\x8f.", "EMPTY_SET"),
        (b"\xfe.", "no instruction"),
        (b"I1\n.", "INT"),
        (NDARRAY + b"K\x00\x85R.", "not need"),
        (NDARRAY + b"K\x00R.", "not need"),
        (b"K\x00K\x00R.", "calls what is no function"),
        (b"U\x05numpyU\x07ndarray\x86)R.", "calls what is no function"),
        (b"cnumpy\nndarray.x\n.", "asks for numpy.ndarray.x"),
        (b"U\x02osU\x06system\x93.", "without a name"),
        (b"\x8c\x02os\x8c\x06system\x93.", "asks for os.system"),
        (b"cbuiltins\neval\n.", "asks for builtins.eval"),
        (FUNCTION + b"U\x01aK\x00\x85U\x01b\x87R.", "unknown kind"),
        (ARRAY + b".", "middle of a value"),
        (ARRAY + b"Nb.", "TypeError"),
        (DTYPE + b"U\x01OK\x00K\x01\x87R.", "'O', not of plain numbers"),
        (DTYPE + b"U\x03V99K\x00K\x01\x87R.", "'V99', not of plain numbers"),
        (DTYPE + b"]K\x00K\x01\x87R.", "something else"),
        (DTYPE + b"U\x02u1\x85R(K\x03U\x01|N]Ntb.", "records"),
        (ARRAY + b"(K\x02K\x03\x85" + UNSIGNED + b"\x89U\x03abctb.", "unknown version"),
        (ARRAY + b"(K\x01K\x04\x85" + UNSIGNED + b"\x89U\x03abctb.", "3 bytes for an array that"),
        (ARRAY + b"(K\x01J\xff\xff\xff\xff\x85" + UNSIGNED + b"\x89U\x03abctb.", "unknown way"),
        (ARRAY + b"(K\x01K\x03\x85" + UNSIGNED + b"\x89]tb.", "unknown way"),
        (ARRAY + b"(K\x01K\x03\x85N\x89U\x03abctb.", "unknown way"),
        (
            ARRAY + b"(K\x01\x8a\x09" + b"\xff" * 8 + b"\0\x85" + UNSIGNED + b"\x89Ctb.",
            "cut|unknown",
        ),
        (ENCODE + b"X\x01\x00\x00\x00aX\x03\x00\x00\x00rot\x86R.", "encodes text"),
        (
            b"c_codecs\nencode\nX\x03\x00\x00\x00\xe4\xb8\xadX\x06\x00\x00\x00latin1\x86R.",
            "Unicode",
        ),
        (b"K\x01K\x02.", "middle of a value"),
        (b".", "damaged"),
        (b"(.", "no"),
        (b"0.", "POP"),
        (b"h\x05.", "KeyError"),
        (b"]K\x01s.", "damaged|no dict"),
        (b"}]K\x01s.", "unusual keys"),
        (b"}K\x01a.", "no list"),
        (b"}(K\x01u.", "zip|ValueError"),
        (b"K\x01Nb.", "no array"),
        (b"N.N", "more bytes follow"),
        (b"\x8c\x01\xff.", "Unicode"),
        (b"T\xff\xff\xff\xff.", "cut short"),
        (b"\x8e" + b"\xff" * 8, "cut short"),
        (b"X\xff\xff\xff\xffabc.", "cut short"),
        (b"\x8b\xff\xff\xff\x7f.", "cut short"),
    ],
)
def test_refusals(tmp_path: Path, instructions: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, b"\x80\x02" + instructions)
    assert str(tmp_path / "data.pkl") in str(caught.value)
    assert "at byte" in str(caught.value)


def test_every_instruction_is_known_or_refused(tmp_path: Path) -> None:
    for opcode in pickletools.opcodes:
        for tail in (b"", b"\0" * 12, b"1\n1\n."):
            with contextlib.suppress(DataError):
                read(tmp_path, opcode.code.encode("latin-1") + tail)


def test_cut_anywhere(tmp_path: Path) -> None:
    for content in (
        cifar_python2(*cifar_arrays(1)),
        pickle.dumps({"data": np.arange(9, dtype=np.uint8), "labels": [1, 300, 2**70]}, 5),
    ):
        for length in range(len(content)):
            with pytest.raises(DataError):
                read(tmp_path, content[:length])


@settings(max_examples=300)
@given(st.data())
def test_damaged_anywhere(tmp_path: Path, data: st.DataObject) -> None:
    value = {"data": np.arange(9, dtype=np.uint8), "labels": [1, 300, 2**70], b"k": ("x", 0.5)}
    content = bytearray(pickle.dumps(value, data.draw(st.sampled_from(PROTOCOLS))))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        read(tmp_path, bytes(content))


@settings(max_examples=300)
@given(st.lists(st.sampled_from([o.code.encode("latin-1") for o in pickletools.opcodes])))
def test_any_instructions(tmp_path: Path, codes: list[bytes]) -> None:
    with contextlib.suppress(DataError):
        read(tmp_path, b"".join(codes) + b".")


def bombs() -> dict[str, bytes]:
    grow = b"K\x00" + b"".join(b"q\x00h\x00\x86" for _ in range(60))
    text = b"X" + struct.pack("<I", 10_000) + b"a" * 10_000 + b"q\x01"
    again = ENCODE + b"h\x01X\x06\x00\x00\x00latin1\x86R"
    huge = b"\x8b" + struct.pack("<i", 100_000) + b"\x7f" * 100_000 + b"q\x02"
    return {
        "a tuple of 2**60 parts as a key": b"}" + grow + b"Ns.",
        "a tuple of 2**60 parts as a function": grow + b")R.",
        "a tuple of 2**60 parts as a shape": ARRAY + b"(K\x01" + grow + UNSIGNED + b"\x89Ctb.",
        "a tuple of 2**60 parts as a word": DTYPE + grow + b"\x85R.",
        "a tuple of 2**60 parts as a name": grow + grow + b"\x93.",
        "a memo of 2**32 places": b"Nr\xff\xff\xff\xff0.",
        "copies of one text": text + b"]q\x03(" + again * 1_000 + b"e\x86.",
        "an enormous extent": ARRAY
        + b"(K\x01"
        + huge
        + b"h\x02h\x02\x87"
        + UNSIGNED
        + b"\x89U\x00tb.",
        "a deep list": b"]" * 100_000 + b"a" * 99_999 + b"q\x00}h\x00Ns.",
    }


@pytest.mark.parametrize("name", bombs())
def test_the_file_bounds_the_memory_of_a_bomb(tmp_path: Path, name: str) -> None:
    content = b"\x80\x02" + bombs()[name]
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            read(tmp_path, content)
        _, highest = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert highest < 64 * len(content) + 32 * 1024


def test_strings_of_python2_are_bytes(tmp_path: Path) -> None:
    assert read(tmp_path, b"\x80\x02" + python2_string(b"\xff" * 300) + b".") == b"\xff" * 300
