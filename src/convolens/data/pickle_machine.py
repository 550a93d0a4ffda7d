"""The machine that reads a pickle: a stack, a memo, and instructions that only make values."""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable
from typing import Any, final

from convolens.data.pickled_arrays import ALLOWED, Name, Pending, RefusedError, call

MARK = object()


@final
class Machine:
    """The state of reading: bytes, a stack of values and a memo of values met before."""

    def __init__(self, data: bytes) -> None:
        self.position = 0
        self._data = data
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._pending = 0
        self._copied = 0

    def run(self) -> Any:
        """Follow the instructions to their end and return the one value that is left."""
        while (code := self.take(1)) != b".":
            instruction = _INSTRUCTIONS.get(code)
            if instruction is None:
                raise RefusedError(f"the pickle uses {_opcode_name(code)}.", _RESAVE)
            instruction(self)
        value = self.pop()
        if self._stack or self._pending:
            raise RefusedError("the pickle ends in the middle of a value.")
        if self.position != len(self._data):
            raise RefusedError("more bytes follow the end of the pickle.")
        return value

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes."""
        end = self.position + count
        if not self.position <= end <= len(self._data):
            raise RefusedError(f"the pickle is cut short: {count} more bytes are needed.")
        part = self._data[self.position : end]
        self.position = end
        return part

    def number(self, form: str) -> int:
        """Return the next number, in the form that :mod:`struct` knows it by."""
        (value,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(value)

    def sized(self, form: str) -> bytes:
        """Return bytes whose count comes before them."""
        return self.take(self.number(form))

    def line(self) -> str:
        """Return the text up to the next line feed."""
        end = self._data.find(b"\n", self.position)
        if end < 0:
            raise RefusedError("the pickle is cut short: a name does not end.")
        return self.take(end + 1 - self.position)[:-1].decode("utf-8")

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Any:
        """Take a value off the stack."""
        value = self._stack.pop()
        if value is MARK:
            raise RefusedError("the pickle takes a value where there is none.")
        return value

    def pop_to_mark(self) -> list[Any]:
        """Take the values above the last mark off the stack, and the mark."""
        values: list[Any] = []
        while (value := self._stack.pop()) is not MARK:
            values.append(value)
        return values[::-1]

    def append(self, values: list[Any]) -> None:
        """Append values to the list on top of the stack."""
        target = self._stack[-1]
        if type(target) is not list:
            raise RefusedError("the pickle appends to what is no list.")
        target.extend(values)

    def set_items(self, flat: list[Any]) -> None:
        """Set items, given as key, value, key, value, of the dict on top of the stack."""
        target = self._stack[-1]
        # Keys of nested tuples could take for ever to hash.
        if type(target) is not dict or any(type(k) not in (str, bytes, int) for k in flat[::2]):
            raise RefusedError("the pickle sets items of what is no dict, or with unusual keys.")
        target.update(zip(flat[::2], flat[1::2], strict=True))

    def memorise(self, place: int) -> None:
        """Note the value on top of the stack under a number."""
        value = self._stack[-1]
        if isinstance(value, Pending):
            value.slots.append(place)
        self._memo[place] = value

    def memorise_next(self) -> None:
        """Note the value on top of the stack under the next number."""
        self.memorise(len(self._memo))

    def recall(self, place: int) -> None:
        """Put a noted value on the stack again."""
        self.push(self._memo[place])

    def name(self, module: Any, attribute: Any) -> None:
        """Put a name on the stack, if it is one of the few that are allowed."""
        if type(module) is not str or type(attribute) is not str:
            raise RefusedError("the pickle asks for a function without a name.")
        name = Name(module, attribute)
        if name not in ALLOWED:
            raise RefusedError(
                f"the pickle asks for {module[:60]}.{attribute[:60]}, which is not among the names "
                "that arrays need. It was not run.",
                "only numbers, strings, lists, dicts and NumPy arrays are read.",
            )
        self.push(name)

    def reduce(self) -> None:
        """Replace a name and its arguments by what our function of that name makes of them."""
        arguments, name = self.pop(), self.pop()
        if not isinstance(name, Name):
            raise RefusedError("the pickle calls what is no function.")
        result = call(name, arguments)
        self._pending += isinstance(result, Pending)
        if isinstance(result, bytes):
            self._copied += len(result)
            if self._copied > len(self._data):
                raise RefusedError("the pickle makes more bytes than it holds.")
        self.push(result)

    def build(self) -> None:
        """Replace an announced array and its state by the array."""
        state, pending = self.pop(), self.pop()
        if not isinstance(pending, Pending):
            raise RefusedError("the pickle sets the state of what is no array.")
        value = pending.described(state)
        self._pending -= 1
        for place in pending.slots:
            self._memo[place] = value
        self.push(value)


_RESAVE = (
    "save the data again with numpy.savez, or with pickle protocol 2 as plain values and arrays."
)


def _opcode_name(code: bytes) -> str:
    known = {opcode.code.encode("latin-1"): opcode.name for opcode in pickletools.opcodes}
    if code in known:
        return f"the instruction {known[code]}, which is not read"
    return f"the byte {code.hex()}, which is no instruction"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _long(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


_INSTRUCTIONS: dict[bytes, Callable[[Machine], Any]] = {
    # PROTO, FRAME
    b"\x80": lambda m: m.take(1),
    b"\x95": lambda m: m.take(8),
    # NONE, NEWTRUE, NEWFALSE
    b"N": lambda m: m.push(None),
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    # BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
    b"J": lambda m: m.push(m.number("<i")),
    b"K": lambda m: m.push(m.number("<B")),
    b"M": lambda m: m.push(m.number("<H")),
    b"\x8a": lambda m: m.push(_long(m.sized("<B"))),
    b"\x8b": lambda m: m.push(_long(m.sized("<i"))),
    b"G": lambda m: m.push(struct.unpack(">d", m.take(8))[0]),
    # SHORT_BINSTRING, BINSTRING, SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
    b"U": lambda m: m.push(m.sized("<B")),
    b"T": lambda m: m.push(m.sized("<i")),
    b"C": lambda m: m.push(m.sized("<B")),
    b"B": lambda m: m.push(m.sized("<I")),
    b"\x8e": lambda m: m.push(m.sized("<Q")),
    b"\x96": lambda m: m.push(m.sized("<Q")),
    # SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
    b"\x8c": lambda m: m.push(_text(m.sized("<B"))),
    b"X": lambda m: m.push(_text(m.sized("<I"))),
    b"\x8d": lambda m: m.push(_text(m.sized("<Q"))),
    # EMPTY_LIST, APPEND, APPENDS, LIST
    b"]": lambda m: m.push([]),
    b"a": lambda m: m.append([m.pop()]),
    b"e": lambda m: m.append(m.pop_to_mark()),
    b"l": lambda m: m.push(m.pop_to_mark()),
    # EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
    b")": lambda m: m.push(()),
    b"\x85": lambda m: m.push((m.pop(),)),
    b"\x86": lambda m: m.push((m.pop(), m.pop())[::-1]),
    b"\x87": lambda m: m.push((m.pop(), m.pop(), m.pop())[::-1]),
    b"t": lambda m: m.push(tuple(m.pop_to_mark())),
    # EMPTY_DICT, SETITEM, SETITEMS
    b"}": lambda m: m.push({}),
    b"s": lambda m: m.set_items([m.pop(), m.pop()][::-1]),
    b"u": lambda m: m.set_items(m.pop_to_mark()),
    # MARK, BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
    b"(": lambda m: m.push(MARK),
    b"q": lambda m: m.memorise(m.number("<B")),
    b"r": lambda m: m.memorise(m.number("<I")),
    b"\x94": lambda m: m.memorise_next(),
    b"h": lambda m: m.recall(m.number("<B")),
    b"j": lambda m: m.recall(m.number("<I")),
    # GLOBAL, STACK_GLOBAL, REDUCE, BUILD
    b"c": lambda m: m.name(m.line(), m.line()),
    b"\x93": lambda m: m.name(*[m.pop(), m.pop()][::-1]),
    b"R": lambda m: m.reduce(),
    b"b": lambda m: m.build(),
}
