"""Deflate in whole bytes, so that rows are compressed once and put together again and again (RFC 1951).

In a stream of deflate a code begins at any bit, so compressed parts cannot be joined without shifting all
that follows. Here the codes are chosen so that every literal is one byte, and every run of a byte that has
just come is one or two: a code for a length of a run, the bits that it leaves open, and the one bit of its
distance make eight or sixteen bits together. What is encoded so can be joined by ``bytes.join``.
"""

import re
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_LITERALS = 256
_END = 256
_SHORTEST_RUN = 3
_RUN = re.compile(rb"(.)\1{3,258}", re.DOTALL)
_LITERAL_BITS = 8
_WHOLE = 1 << 15  # all codes of all lengths together: a code of n bits takes up 1 << (15 - n)
_DISTANCES = (1, 2, 2)  # lengths of codes; the first, one bit, is the distance 1; the others are not used
_EMPTY_FIXED_BLOCK = (0b010, 10)  # BTYPE 01 and the end of block at once: moves what follows by two bits
_EMPTY_STORED_BLOCK = b"\0\0\xff\xff"
_ADLER = 65521


@dataclass(frozen=True, slots=True)
class _Length:
    """A symbol for lengths of runs: the shortest of them, and how many bits tell it from the others."""

    shortest: int
    open_bits: int
    code_bits: int


def _lengths() -> dict[int, _Length]:
    """Return the symbols 257 to 285; each with its open bits and its distance fills whole bytes."""
    found, shortest = {}, _SHORTEST_RUN
    for symbol in range(257, 285):
        open_bits = max(0, (symbol - 261) // 4)
        most_of_one_byte = 2  # above that, one byte would leave too few codes for literals
        whole = 8 if open_bits <= most_of_one_byte else 16
        found[symbol] = _Length(shortest, open_bits, whole - 1 - open_bits)
        shortest += 1 << open_bits
    found[285] = _Length(258, 0, 15)
    return found


_LENGTHS = _lengths()
_END_BITS = 15
_TAKEN = (1 << (15 - _END_BITS)) + sum(1 << (15 - one.code_bits) for one in _LENGTHS.values())
MOST_VALUES = (_WHOLE - _TAKEN) // (1 << (15 - _LITERAL_BITS))
"""So many different bytes can be encoded by one code."""


class _Bits:
    """Bits in the order of deflate: the lowest of each byte first."""

    def __init__(self) -> None:
        self.value = 0
        self.count = 0

    def add(self, value: int, count: int) -> None:
        self.value |= value << self.count
        self.count += count

    def add_code(self, code: int, count: int) -> None:
        """Add a code of Huffman's: its highest bit first."""
        self.add(int(f"{code:0{count}b}"[::-1], 2), count)

    def whole(self) -> bytes:
        return self.value.to_bytes(-(-self.count // 8), "little")


def _canonical(bits: dict[int, int]) -> dict[int, int]:
    """Return the codes of symbols, from how many bits each has."""
    codes, code, before = {}, 0, 0
    for symbol, count in sorted(bits.items(), key=lambda one: (one[1], one[0])):
        code <<= count - before
        codes[symbol], before = code, count
        code += 1
    return codes


class ByteCode:
    """A code in whole bytes for data in which only some bytes occur.

    Attributes:
        opening: begins a block; it must come at the beginning of a byte.
        closing: ends it; what follows begins at a byte.

    Args:
        values: the bytes that may occur; at most ``MOST_VALUES``.

    Raises:
        ValueError: there are too many.
    """

    def __init__(self, values: Collection[int]) -> None:
        self._values = bytes(sorted(set(values)))
        bits = {_END: _END_BITS} | {symbol: one.code_bits for symbol, one in _LENGTHS.items()}
        bits |= dict.fromkeys(self._values, _LITERAL_BITS) | self._filling()
        codes = _canonical(bits)
        self.opening = _opening(bits)
        self.closing = self._closing(codes[_END])
        self._literals = bytes(self._literal(codes, value) for value in range(_LITERALS))
        self._runs = dict(self._encoded_runs(codes))

    def encode(self, data: bytes) -> bytes:
        """Return data but for their first byte encoded: it is what comes before them, and is only looked at.

        Raises:
            ValueError: a byte is among them for which there is no code.
        """
        if data.translate(None, self._values):
            raise ValueError("a byte for which there is no code")
        return _RUN.sub(self._shortened, data.translate(self._literals))[1:]

    def _shortened(self, found: re.Match[bytes]) -> bytes:
        return found[1] + self._runs[len(found[0]) - 1]

    def _filling(self) -> dict[int, int]:
        """Return bits of bytes that do not occur, such that no code is left over: decoders insist on that."""
        left = _WHOLE - _TAKEN - len(self._values) * (1 << (15 - _LITERAL_BITS))
        if left < 0:
            raise ValueError("too many different bytes")
        unused = iter(sorted(set(range(_LITERALS)) - set(self._values)))
        return {next(unused): 15 - power for power in range(15) if left >> power & 1}

    def _literal(self, codes: dict[int, int], value: int) -> int:
        if value not in self._values:
            return 0
        bits = _Bits()
        bits.add_code(codes[value], _LITERAL_BITS)
        return bits.value

    @staticmethod
    def _encoded_runs(codes: dict[int, int]) -> Iterable[tuple[int, bytes]]:
        for symbol, one in _LENGTHS.items():
            for more in range(1 << one.open_bits):
                bits = _Bits()
                bits.add_code(codes[symbol], one.code_bits)
                bits.add(more, one.open_bits)
                bits.add(0, _DISTANCES[0])
                yield one.shortest + more, bits.whole()

    @staticmethod
    def _closing(code: int) -> bytes:
        bits = _Bits()
        bits.add_code(code, _END_BITS)
        bits.add(0b000, 3)  # an empty stored block, whose contents begin at a byte
        return bits.whole() + _EMPTY_STORED_BLOCK


def _opening(bits: dict[int, int]) -> bytes:
    """Return a block's header: how many bits each symbol has. It fills whole bytes."""
    every = [bits.get(symbol, 0) for symbol in range(286)] + list(_DISTANCES)
    header = _Bits()
    header.add(*_EMPTY_FIXED_BLOCK)
    header.add(0b100, 3)  # BTYPE 10, not the last
    header.add(286 - 257, 5)
    header.add(len(_DISTANCES) - 1, 5)
    header.add(19 - 4, 4)
    for length in [0, 0, 0, *[4] * 16]:  # 16, 17 and 18 are not used; 0 to 15 have four bits each
        header.add(length, 3)
    for count in every:
        header.add_code(count, 4)
    if header.count % 8:
        raise AssertionError("the header of a block must fill whole bytes")
    return header.whole()


@dataclass(frozen=True, slots=True)
class Sums:
    """What data add to the checksum of the stream in which they stand (Adler-32), wherever that is.

    Attributes:
        plain: the sum of the bytes.
        placed: the sum of the bytes, each times its place, counted from the beginning of the data.
    """

    plain: int
    placed: int

    def at(self, place: int) -> "Sums":
        """Return what they add as a part of longer data, ``place`` bytes from the beginning of those."""
        return Sums(self.plain, self.placed + place * self.plain)

    def __add__(self, other: "Sums") -> "Sums":
        """Return what both add together."""
        return Sums(self.plain + other.plain, self.placed + other.placed)

    def adler(self, count: int) -> int:
        """Return the checksum of data of ``count`` bytes that have these sums."""
        return (1 + self.plain) % _ADLER | (count + count * self.plain - self.placed) % _ADLER << 16


def sums_of(data: bytes) -> Sums:
    """Return the sums of data, modulo the checksum's."""
    found = zlib.adler32(data, 0)
    plain, falling = found & 0xFFFF, found >> 16
    return Sums(plain, (len(data) * plain - falling) % _ADLER)
