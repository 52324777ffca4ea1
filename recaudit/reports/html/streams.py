"""Whole numbers as bytes: seven bits a byte, lowest first, the eighth says that more follow (LEB128)."""

from __future__ import annotations

from collections.abc import Iterable


def put(out: bytearray, number: int) -> None:
    """Append one number. Raises ``ValueError`` for one below 0."""
    if number < 0:
        raise ValueError(f"{number} is below 0")
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def put_all(out: bytearray, numbers: Iterable[int]) -> None:
    for number in numbers:
        if 0 <= number < 0x80:
            out.append(number)
        else:
            put(out, number)


def signed(number: int) -> int:
    """A number that may be below 0 as one that is not: small ones stay small.

    >>> [signed(number) for number in (0, -1, 1, -2, 2)]
    [0, 1, 2, 3, 4]
    """
    return 2 * number if number >= 0 else -2 * number - 1


def unsigned(code: int) -> int:
    """
    >>> [unsigned(code) for code in (0, 1, 2, 3, 4)]
    [0, -1, 1, -2, 2]
    """
    return -(code + 1) // 2 if code & 1 else code // 2


class Reader:
    """Numbers out of bytes, one after the other. Raises ``IndexError`` at the end."""

    __slots__ = ("_at", "_bytes")

    def __init__(self, content: bytes, at: int = 0) -> None:
        self._bytes, self._at = content, at

    @property
    def at(self) -> int:
        return self._at

    def one(self) -> int:
        byte = self._bytes[self._at]
        self._at += 1
        number, shift = byte & 0x7F, 7
        while byte & 0x80:
            byte = self._bytes[self._at]
            self._at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
        return number

    def many(self, count: int) -> list[int]:
        return [self.one() for _ in range(count)]
