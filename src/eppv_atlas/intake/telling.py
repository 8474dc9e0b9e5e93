"""How an imported outline was come by, in the words of its provenance.

Floor 3, part of intake: knows diagnoses; must not know files of an atlas or the
command line.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from eppv_atlas.errors import printable
from eppv_atlas.intake.doctor import Diagnosis
from eppv_atlas.intake.layer import features_text
from eppv_atlas.intake.mapping import Target
from eppv_atlas.model import Name, Provenance

_LONGEST: Final = 400
_DIGITS: Final = 12


def provenance(diagnosis: Diagnosis, path: Path, target: Target, confidence: str, how: str) -> Provenance:
    """Say how a zone's outline was come by.

    Parameters
    ----------
    diagnosis
        What was found in the file.
    path
        The file itself.
    target
        The zone.
    confidence
        How far the user says that it can be trusted.
    how
        What the user says of it besides; may be empty.
    """
    settled = diagnosis.settled
    assert settled is not None
    name = printable(path.name)[:80]
    layer = diagnosis.layer.name
    inner = f" ({printable(layer)[:40]})" if layer and layer != path.stem else ""
    numbers = features_text([index + 1 for index in target.features])
    crs = settled.name if settled.crs in settled.name else f"{settled.name}, {settled.crs}"
    moved_en = f"moved back from {settled.name}" if settled.shift else f"from {crs}"
    moved_zh = f"由 {settled.name} 改回" if settled.shift else f"原坐标系 {crs}"
    mended = any(one.rule == "mended" for one in diagnosis.problems)
    mended_en, mended_zh = (", outline mended", "，边界经自动修正") if mended else ("", "")
    thinner = [one for one in diagnosis.problems if one.rule == "simplified"]
    if thinner:
        mended_en += f", {thinner[0].message_en.removeprefix('was ')}"
        mended_zh += f"，{thinner[0].message_zh}"
    mark = fingerprint(path)[:_DIGITS]
    lead_zh = f"{printable(how)}；" if how else ""
    lead_en = f"{printable(how)}; " if how else ""
    tail_zh = f"导入自 {name}{inner}，{_zh(numbers)}，{moved_zh}{mended_zh}，SHA-256 {mark}"
    tail_en = f"imported from {name}{inner}, {numbers}, {moved_en}{mended_en}, SHA-256 {mark}"
    if not lead_en:
        tail_en = tail_en[0].upper() + tail_en[1:]
    room = _LONGEST - max(len(tail_zh), len(tail_en)) - 2
    return Provenance(
        confidence=confidence,
        how=Name(zh=(lead_zh[: max(room, 0)] + tail_zh), en=(lead_en[: max(room, 0)] + tail_en)),
    )


def _zh(numbers: str) -> str:
    text = numbers.replace("features ", "要素 ").replace("feature ", "要素 ")
    return text.replace(" in all)", " 个)").replace("(", "共 ").replace(")", "") if "in all" in text else text


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder by name."""
    digest = hashlib.sha256()
    files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    for one in files:
        if path.is_dir():
            digest.update(one.name.encode("utf-8", "surrogateescape"))
        with one.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()
