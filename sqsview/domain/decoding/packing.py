"""Bytes in text and in fewer bytes: base64, gzip, zlib, UTF-8; strictly, and with a bound on what comes out."""

from __future__ import annotations

import binascii
import codecs
import re
import zlib
from dataclasses import dataclass, field

from sqsview.domain.decoding.layers import Step
from sqsview.domain.words.figures import size

_STANDARD = re.compile(r"[A-Za-z0-9+/]*+={0,2}")
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*+={0,2}")
_TO_STANDARD = str.maketrans("-_", "+/")

_READABLE_FROM = 16
"""Characters of base64 from which readable text is no accident: a word of as many letters gives readable bytes about
once in 100,000."""
_MEANT_FROM = 64
"""Characters from which the text that comes out may also be broken in places."""
_GZIP = b"\x1f\x8b"
_PIECE = 16_384
"""Bytes that are unpacked at a time: of broken data, what comes before the broken piece is kept."""
_MOST_MEMBERS = 1_000
"""Members of a gzip file that are unpacked: an empty one takes 20 bytes, and time."""
_SAMPLE = 4_096
"""Characters by which text is told from binary data."""
_WIDEST = 4
"""Bytes that a character of UTF-8 takes at most."""
_ODD = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")


@dataclass(slots=True)
class Allowance:
    """How much may still be unpacked, so that a few bytes cannot fill the memory."""

    at_most: int
    """Bytes in all steps together."""
    left: int = field(init=False)
    spent: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.left = self.at_most


def bytes_of_base64(text: str) -> bytes | None:
    """Decode standard or URL-safe base64, with line breaks or without; None where it is not strictly that.

    Missing padding is forgiven. That a word is valid base64 does not say that it was meant: see `is_meant`.
    """
    text = text.strip(" \t\r\n")
    if "\n" in text or "\r" in text:
        text = "".join([line.lstrip(" \t") for line in text.replace("\r", "\n").split("\n")])
    if not _STANDARD.fullmatch(text):
        if not _URL_SAFE.fullmatch(text):
            return None
        text = text.translate(_TO_STANDARD)
    bare = text.rstrip("=")
    if len(bare) % 4 == 1 or not bare or (bare != text and len(text) % 4):
        return None
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except binascii.Error:
        return None


def is_meant(text: str, decoded: str | None) -> bool:
    """Tell whether text that happens to be base64 of readable text was meant to be."""
    if decoded is None or len(text) < _READABLE_FROM or text in (text.lower(), text.upper()):
        return False
    return len(text) >= _MEANT_FROM or not _ODD.search(decoded)


def unpack(data: bytes, allowance: Allowance) -> tuple[Step, bytes, str] | None:
    """Unpack gzip or zlib: which it was, what came out, and what is wrong with it; None where it is neither."""
    if data.startswith(_GZIP):
        out, note, end = _gunzip(data, allowance)
        return (Step.GZIP, out, note) if out or end else None
    if len(data) > 2 and data[0] & 0x0F == 8 and not (data[0] << 8 | data[1]) % 31:
        out, note, end = _inflate(memoryview(data), 0, 15, allowance)
        return (Step.ZLIB, out, note) if allowance.spent or (not note and end == len(data)) else None
    return None


def _gunzip(data: bytes, allowance: Allowance) -> tuple[bytes, str, int]:
    """Unpack the members of a gzip file; also say what is wrong, and where the last that is whole ends."""
    view = memoryview(data)
    pieces: list[bytes] = []
    note, end = "", 0
    while data.startswith(_GZIP, end) and not note:
        if len(pieces) == _MOST_MEMBERS:
            note = f"more than {_MOST_MEMBERS:,} gzip members: those after them are left out"
        else:
            piece, note, end = _inflate(view, end, 31, allowance)
            pieces.append(piece)
    if not note and data[end:].strip(b"\0"):
        note = f"{size(len(data) - end)} after the end of the gzip data are left out"
    return b"".join(pieces), note, end


def _inflate(data: memoryview, begin: int, window: int, allowance: Allowance) -> tuple[bytes, str, int]:
    """Unpack the stream at ``begin``; also say what is wrong, and where it ends: where it begins if it does not."""
    engine = zlib.decompressobj(window)
    pieces: list[bytes] = []
    try:
        for start in range(begin, len(data), _PIECE):
            given = data[start : start + _PIECE]
            piece = engine.decompress(given, allowance.left + 1)
            if len(piece) > allowance.left:
                pieces.append(piece[: allowance.left])
                allowance.left, allowance.spent = 0, True
                return b"".join(pieces), _bomb(allowance), begin
            allowance.left -= len(piece)
            pieces.append(piece)
            if engine.eof:
                return b"".join(pieces), "", start + len(given) - len(engine.unused_data)
    except zlib.error:
        return b"".join(pieces), f"broken after {size(sum(map(len, pieces)))}", begin
    return b"".join(pieces), "cut short: the packed data do not end", begin


def _bomb(allowance: Allowance) -> str:
    return f"a decompression bomb: more than {size(allowance.at_most)}; what is shown is its beginning"


def text_of(data: bytes) -> tuple[str | None, str]:
    """Read UTF-8, with a note on where it is broken; None where the bytes are no text."""
    sample = data[: _WIDEST * (_SAMPLE + 1)].decode("utf-8", "replace")[:_SAMPLE]
    if len(_ODD.findall(sample)) * 10 > len(sample):
        return None, ""
    try:
        return data.decode(), ""
    except UnicodeDecodeError as error:
        return _mended(data), f"broken UTF-8 at byte {error.start:,}"


def _mended(data: bytes) -> str:
    """Read broken UTF-8 a piece at a time: with a fault in every byte, all at once would let no other thread run."""
    reader = codecs.getincrementaldecoder("utf-8")("replace")
    pieces = [reader.decode(data[start : start + _PIECE]) for start in range(0, len(data), _PIECE)]
    return "".join([*pieces, reader.decode(b"", final=True)])
