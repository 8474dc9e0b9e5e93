"""A sum over the names, sizes, times and inodes of a folder: the loop that every list of a large atlas waits for.

Also a program of its own, so that two folders are looked at side by side.

Floor 3½, part of compiled: knows names and numbers only; imports next to nothing, as it is run alone.
"""

from __future__ import annotations

import os
import sys
import zlib

MASK = (1 << 64) - 1


def number(name: str, found: tuple[int, int, int, int] | None) -> int:
    """What one file adds to the sum."""
    return hash((zlib.crc32(name.encode("utf-8", "surrogateescape")), found or (0, 0, 0, 0)))


def total(folder: str) -> int:
    """Sum over all of a folder but what is hidden; 0 for a folder that cannot be read."""
    out, crc32 = 0, zlib.crc32
    try:
        handle = os.open(folder, os.O_RDONLY) if os.scandir in os.supports_fd else None
    except OSError:
        return 0
    try:
        with os.scandir(
            folder if handle is None else handle
        ) as entries:  # by a handle no name is walked down anew
            for entry in entries:
                name = entry.name
                if name[0] != ".":
                    try:
                        seen = entry.stat()
                    except OSError:
                        out += number(name, None)
                        continue
                    out += hash(
                        (
                            crc32(name.encode("utf-8", "surrogateescape")),
                            (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino),
                        )
                    )
    except OSError:
        pass
    finally:
        if handle is not None:
            os.close(handle)
    return out & MASK


if __name__ == "__main__":
    sys.stdout.write(f"{total(sys.argv[1]):x}\n")
