"""A process that judges cases for another one: orders on standard input, parcels on standard output.

Floor 3½, part of compiled: knows judging and parcels only.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import IO, Final

from eppv_atlas.compiled import parcels

SENT: Final = ("keys", "rows", "words", "sizes", "cards", "problems")
_SELDOM: Final = (50_000, 20, 20)
"""Looking for circles as often as Python does by itself took a fifth of the time of judging."""


def main() -> None:
    """Do what is ordered until the input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no parcel
    orders = sys.stdin.buffer
    first = json.loads(orders.readline())
    from eppv_atlas import boundaries
    from eppv_atlas.compiled import judging
    from eppv_atlas.model import Settings

    boundaries.load_all()
    gc.freeze()  # what has been imported is never garbage, and cases hold no circles to look for at every step
    gc.set_threshold(*_SELDOM)
    root = Path(first["root"])
    settings = None if first["settings"] is None else Settings.model_validate(first["settings"])
    for line in orders:
        order = json.loads(line)
        items = judging.judged(root, settings, order["stems"])
        packed = [parcels.packed(kind, items[kind]) for kind in SENT]
        head = {"segment": order["segment"], "hashes": items["hashes"], "sizes": [len(one) for one in packed]}
        out.write(json.dumps(head).encode() + b"\n")
        for one in packed:
            out.write(one)
        out.flush()


def received(stream: IO[bytes]) -> tuple[int, list[list[str]], dict[str, bytes]] | None:
    """What a process has sent for one order; None where it ended instead."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    packed = [stream.read(size) for size in head["sizes"]]
    if [len(one) for one in packed] != head["sizes"]:
        return None
    return head["segment"], head["hashes"], dict(zip(SENT, packed, strict=True))


if __name__ == "__main__":
    main()
