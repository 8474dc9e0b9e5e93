"""DBF files written byte by byte, as no library would."""

import struct


def dbf(columns, rows, *, language=0, encoding="gbk", short=0):
    """A DBF of text columns.

    ``columns`` are (name, width); names and texts are cut to their room in bytes,
    in the middle of a letter if need be, as desktop programs do.
    """
    names = [name.encode(encoding)[:10] for name, _ in columns]
    head = 32 + 32 * len(columns) + 1
    width = 1 + sum(wide for _, wide in columns)
    out = bytearray(struct.pack("<BBBBIHH", 3, 126, 11, 26, len(rows), head, width))
    out += bytes(17) + bytes([language]) + bytes(2)
    for name, (_, wide) in zip(names, columns, strict=True):
        out += name.ljust(11, b"\0") + b"C" + bytes(4) + bytes([wide, 0]) + bytes(14)
    out += b"\r"
    for row in rows:
        out += b" "
        for text, (_, wide) in zip(row, columns, strict=True):
            out += text.encode(encoding)[:wide].ljust(wide)
    out += b"\x1a"
    return bytes(out[: len(out) - short] if short else out)
