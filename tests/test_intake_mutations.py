"""Damaged files of every format: a right reading or one line, within ten seconds, and never a crash of ours.

Mutants are made from sound samples by a seeded generator; ``EPPV_MUTANTS`` asks
for more of them than the few that every run tries. Files that shipped with other
packages, and invalid polygons of the kinds that geometry libraries test
themselves with, follow.
"""

import os
import random
import shutil
import time
from pathlib import Path

import pytest
import shapely

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.intake import doctor
from intake_samples import CASE, FIELD, FORMATS, near, write

MUTANTS = int(os.environ.get("EPPV_MUTANTS", "6"))
SECONDS = 10.0
STARTUP = 5.0
"""What starting a process may take on a busy machine besides."""


@pytest.fixture(scope="module")
def case():
    return ea.load(ROOT)[CASE].case


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    return {
        kind: write(folder / kind if (folder / kind).mkdir() is None else folder, kind) for kind in FORMATS
    }


def mutated(data, chance):
    """Bytes with damage as disks, networks and people do it; the name of the damage with them."""
    held = bytearray(data)
    how = chance.choice(["flip", "cut", "zeros", "insert", "swap", "double", "noise", "head"])
    at = chance.randrange(len(held))
    if how == "flip":
        for _ in range(chance.choice([1, 3, 20])):
            held[chance.randrange(len(held))] ^= 1 << chance.randrange(8)
    elif how == "cut":
        del held[at:]
    elif how == "zeros":
        held[at : at + 64] = bytes(len(held[at : at + 64]))
    elif how == "insert":
        held[at:at] = chance.randbytes(chance.choice([1, 4, 200]))
    elif how == "swap":
        other = chance.randrange(len(held))
        held[at : at + 16], held[other : other + 16] = held[other : other + 16], held[at : at + 16]
    elif how == "double":
        held[at:at] = held[at : at + 300]
    elif how == "noise":
        held[at : at + 32] = chance.randbytes(len(held[at : at + 32]))
    else:
        held[: min(16, len(held))] = chance.randbytes(min(16, len(held)))
    return bytes(held), how


def survived(path, case, order):
    """The diagnosis, or None for a refusal; anything else fails the test."""
    start = time.monotonic()
    try:
        found = doctor.examined(path, case, order)
    except DataError as error:
        found = None
        problems = error.problems
    except UsageError:
        found, problems = None, ()
    else:
        problems = found.refusals
    took = time.monotonic() - start
    assert took < SECONDS + STARTUP, took
    for problem in problems:
        assert path.name.split(".")[0] in problem.file
        assert "\n" not in problem.text() + problem.text("zh")
        assert len(problem.text()) < 2000
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_are_survived(kind, case, samples, tmp_path):
    sound, say = samples[kind]
    chance = random.Random(f"{kind} {MUTANTS}")
    order = doctor.Order(zone="park-core", **say)
    for number in range(MUTANTS):
        folder = tmp_path / str(number)
        shutil.copytree(sound.parent, folder)
        path = folder / sound.name
        victims = sorted(
            one
            for one in (path.rglob("*") if path.is_dir() else folder.glob(f"{path.stem}.*"))
            if one.is_file() and one.stat().st_size
        )
        victim = chance.choice(victims)
        damaged, how = mutated(victim.read_bytes(), chance)
        victim.write_bytes(damaged)
        found = survived(path, case, order)
        if (
            found is not None
            and not found.refusals
            and how == "cut"
            and victim.suffix in {".shp", ".kml", ".geojson", ".gpx", ".parquet", ".wkt"}
        ):
            assert near(found.shapes[0], FIELD, 1e-6), (
                "a file that is cut off gave another shape without a word"
            )
        shutil.rmtree(folder)


def shipped():
    """Vector files that come with packages we depend on."""
    found = []
    for name in ("pyogrio", "geopandas", "pyproj"):
        module = __import__(name)
        root = Path(module.__file__).parent
        for suffix in (
            ".shp",
            ".gpkg",
            ".geojson",
            ".json",
            ".zip",
            ".kml",
            ".gpx",
            ".parquet",
            ".dxf",
            ".csv",
            ".xlsx",
        ):
            found += [path for path in sorted(root.rglob(f"*{suffix}")) if path.stat().st_size < 5_000_000]
    return found


@pytest.mark.parametrize("path", shipped(), ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_files_of_other_packages_are_read_or_refused(path, case):
    survived(path, case, doctor.Order())


def polygon(text):
    return shapely.from_wkt(f"POLYGON({text})", on_invalid="ignore")


SQUARE = "(0 0,10 0,10 10,0 10,0 0)"
INVALID = {  # kinds of invalid polygon, each of the simplest shape that has it
    "bow tie": polygon("(0 0,10 10,10 0,0 10,0 0)"),
    "figure of eight": polygon("(0 0,5 5,10 0,10 10,5 5,0 10,0 0)"),
    "hole outside": polygon(f"{SQUARE},(20 20,22 20,22 22,20 22,20 20)"),
    "hole across": polygon(f"{SQUARE},(5 5,15 5,15 8,5 8,5 5)"),
    "hole as large as the shell": polygon(f"{SQUARE},{SQUARE}"),
    "nested holes": polygon(f"{SQUARE},(1 1,9 1,9 9,1 9,1 1),(3 3,6 3,6 6,3 6,3 3)"),
    "crossing holes": polygon(f"{SQUARE},(1 1,5 1,5 5,1 5,1 1),(3 3,8 3,8 8,3 8,3 3)"),
    "same hole twice": polygon(f"{SQUARE},(1 1,5 1,5 5,1 5,1 1),(1 1,5 1,5 5,1 5,1 1)"),
    "interior cut by a hole": polygon(f"{SQUARE},(5 0,6 5,5 10,4 5,5 0)"),
    "interior cut by touching holes": polygon(f"{SQUARE},(0 5,5 6,5 4,0 5),(5 4,10 5,5 6,5 5.5,7 5,5 4)"),
    "spike outwards": polygon("(0 0,10 0,10 5,20 5,10 5,10 10,0 10,0 0)"),
    "spike inwards": polygon("(0 0,10 0,10 5,4 5,10 5,10 10,0 10,0 0)"),
    "line of a polygon": polygon("(0 0,10 0,0 0,0 0)"),
    "point of a polygon": polygon("(1 1,1 1,1 1,1 1)"),
    "ring run twice": polygon("(0 0,10 0,10 10,0 10,0 0,10 0,10 10,0 10,0 0)"),
    "ring that crosses itself thrice": polygon("(0 0,10 0,10 10,5 -5,0 10,0 0)"),
    "shells overlap": shapely.from_wkt(f"MULTIPOLYGON(({SQUARE}),((5 5,15 5,15 15,5 15,5 5)))"),
    "shells nested": shapely.from_wkt(f"MULTIPOLYGON(({SQUARE}),((2 2,8 2,8 8,2 8,2 2)))"),
    "same shell twice": shapely.from_wkt(f"MULTIPOLYGON(({SQUARE}),({SQUARE}))"),
    "shells with a common edge": shapely.from_wkt(f"MULTIPOLYGON(({SQUARE}),((10 0,20 0,20 10,10 10,10 0)))"),
}
VALID = {
    "hole touches the shell once": polygon(f"{SQUARE},(0 5,5 4,5 6,0 5)"),
    "holes touch once": polygon(f"{SQUARE},(1 1,5 5,1 5,1 1),(5 5,9 5,9 9,5 5)"),
    "shells touch once": shapely.from_wkt(f"MULTIPOLYGON(({SQUARE}),((10 10,20 10,20 20,10 20,10 10)))"),
    "shell in a hole": shapely.from_wkt(
        f"MULTIPOLYGON(({SQUARE},(2 2,8 2,8 8,2 8,2 2)),((4 4,6 4,6 6,4 6,4 4)))"
    ),
    "vertex twice": polygon("(0 0,10 0,10 0,10 10,0 10,0 0)"),
}


def there(shape):
    """The same shape, some kilometres wide, in the county of the case."""
    return shapely.transform(shape, lambda xy: xy * 0.002 + (117.70, 27.70))


@pytest.mark.parametrize("name", INVALID)
def test_invalid_polygons_are_refused_and_mended_on_demand(name, case, tmp_path):
    path = tmp_path / "a.wkt"
    path.write_text(there(INVALID[name]).wkt + "\n" + FIELD.wkt, "utf-8")
    found = survived(path, case, doctor.Order(zone="park-core"))
    assert found.refusals
    assert found.refusals[0].place == "feature 1"
    mended = survived(path, case, doctor.Order(zone="park-core", mend=True))
    assert bool(mended.refusals) == bool(mended.shapes[0].is_empty)
    if not mended.refusals:
        assert all(shape.is_valid for shape in mended.shapes)


@pytest.mark.parametrize("name", VALID)
def test_valid_polygons_that_look_invalid_are_taken(name, case, tmp_path):
    path = tmp_path / "a.wkt"
    path.write_text(there(VALID[name]).wkt, "utf-8")
    assert not survived(path, case, doctor.Order(zone="park-core")).refusals
