"""What an office file is packed in: text that XML can hold, a container with fixed times.

Floor 3¾, part of report: knows characters and zip containers; must not know
blocks, sheets or what a file says.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAK: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
_FIRST: Final = ("[Content_Types].xml", "_rels/.rels")
_TIME: Final = (1980, 1, 1, 0, 0, 0)


def clean(text: str) -> str:
    """Text that XML 1.0 and a reader can hold: no control character, no half of a pair; breaks are line feeds.

    >>> clean("a" + chr(0) + "b" + chr(13) + "c").splitlines()
    ['a\ufffdb', 'c']
    """
    return _UNFIT.sub("\ufffd", _BREAK.sub("\n", text))


def in_line(text: str) -> str:
    """Clean text in one line, each run of white space one space; full-width spaces stay."""
    return re.sub(r"[ \t\n\x0b\x0c\x1c-\x1f]+", " ", clean(text)).strip()


def steady(container: bytes) -> bytes:
    """A zip container packed anew: fixed times, fixed order, no trace of the machine it was made on."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as old, zipfile.ZipFile(out, "w") as new:
        names = {info.filename: info for info in old.infolist() if not info.is_dir()}
        order = [name for name in _FIRST if name in names]
        for name in [*order, *sorted(set(names) - set(order))]:
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # else it tells Windows from the others
            info.external_attr = 0
            new.writestr(info, old.read(names[name]), compresslevel=9)
    return out.getvalue()
