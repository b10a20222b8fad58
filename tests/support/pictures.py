"""Small pictures for tests, made from nothing."""

import struct
import zlib


def png(width: int = 3, height: int = 2, padding: int = 0) -> bytes:
    """A grey PNG of this size in pixels, with so many more bytes in it."""
    rows = (b"\x00" + b"\x80" * width) * height
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(rows)),
            _chunk(b"teSt", b"\x00" * padding),
            _chunk(b"IEND", b""),
        )
    )


def jpeg(width: int = 3, height: int = 2) -> bytes:
    """The beginning of a JPEG of this size, which is all that is looked at."""
    comment = b"\xff\xfe\x00\x06note"
    frame = b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xda\x00\x02\xff\xd9"


def webp(kind: bytes = b"VP8X", width: int = 3, height: int = 2) -> bytes:
    """The beginning of a WebP of one of its three kinds."""
    if kind == b"VP8X":
        head = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif kind == b"VP8L":
        head = b"\x2f" + (width - 1 | (height - 1) << 14).to_bytes(4, "little")
    else:
        head = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return b"RIFF" + bytes(4) + b"WEBP" + kind + bytes(4) + head + bytes(8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
