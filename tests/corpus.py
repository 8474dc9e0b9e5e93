"""Try the import doctor on a folder of somebody else's files, as a program.

    python tests/corpus.py FOLDER

Vector files are examined as ``import`` would; XML files of the tests of JTS and
GEOS give their polygons, moved into a county, and for ``isValid`` the answer that
they expect. Prints how many were read, refused and answered otherwise; a crash,
a traceback or more than ten seconds for a file is a failure (exit code 1).
"""

import re
import sys
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import shapely

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.intake import doctor, soundness, sources

CASE = "nanping-wuyishan"


def in_a_county(shape):
    """The same shape, at most twenty kilometres wide, in the county of the case."""
    west, south, east, north = shape.bounds
    size = max(east - west, north - south) or 1.0
    return shapely.transform(shape, lambda xy: (xy - (west, south)) / size * 0.2 + (117.6, 27.6))


def geometries(path):
    """Polygons of a test file, each with whether it is said to be valid (None where nothing is said)."""
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError:
        return
    for case in root.iter("case"):
        expected = {}
        for op in case.iter("op"):
            if (op.get("name") or "").lower() == "isvalid":
                expected[(op.get("arg1") or "A").upper()] = "true" in (op.text or "").lower()
        for name in ("a", "b"):
            for element in case.findall(name):
                text = " ".join((element.text or "").split())
                try:
                    shape = (
                        shapely.from_wkt(text) if "(" in text else shapely.from_wkb(re.sub(r"\s", "", text))
                    )
                except shapely.errors.GEOSException:
                    continue
                if (
                    shape is not None
                    and shape.geom_type in {"Polygon", "MultiPolygon"}
                    and not shape.is_empty
                ):
                    yield shape, expected.get(name.upper())


def of_jts(folder, told):
    for path in sorted(folder.rglob("*.xml")):
        for shape, expected in geometries(path):
            finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
            start = time.monotonic()
            moved = in_a_county(shape) if finite else shape
            held = np.array([moved], dtype=object)
            faults = soundness.faults("x", held)
            sound = not faults
            if sound:
                list(soundness.oddities("x", held))
            else:
                made, _ = soundness.mended(held) if finite else (held, [])
                assert not finite or made[0].is_empty or made[0].is_valid, path
            assert time.monotonic() - start < 10, path
            told["polygons"] += 1
            told["taken" if sound else "refused"] += 1
            if expected is not None and finite:
                told["with an expected answer"] += 1
                # what is moved is rounded anew: where GEOS itself then answers otherwise, so may we
                if sound != expected and shapely.is_valid(moved) == expected:
                    told["answered otherwise"] += 1
                    print("otherwise:", path.name, expected, shape.wkt[:100])


def of_files(folder, case, told):
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {*sources.KINDS, ".zip", ".kmz"} or path.suffix.lower() in {
            ".dbf",
            ".shx",
            ".prj",
            ".txt",
        }:
            continue
        start = time.monotonic()
        try:
            found = doctor.examined(path, case)
            told["files read" if not found.refusals else "files read and refused for this case"] += 1
        except (DataError, UsageError):
            told["files refused"] += 1
        took = time.monotonic() - start
        if took > 15:  # ten seconds, and what starting a process may take on a busy machine
            print("slow:", path, round(took, 1))
            told["slow"] += 1


def main():
    folder = Path(sys.argv[1])
    told = Counter()
    of_jts(folder, told)
    of_files(folder, ea.load(ROOT)[CASE].case, told)
    for name, count in sorted(told.items()):
        print(f"{count:6d}  {name}")
    sys.exit(bool(told["answered otherwise"] or told["slow"]))


if __name__ == "__main__":
    main()
