"""Imports go downward only (the floor table of DESIGN.md)."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "eppv_atlas"
FLOORS = {
    "errors": 1.0,
    "units": 1.0,
    "markdown": 1.0,
    "sums": 1.0,
    "early": 1.0,
    "vocabulary": 1.0,
    "scalars": 2.0,
    "model": 2.0,
    "results": 2.0,
    "slim": 2.0,
    "reading_out": 2.0,
    "area": 2.0,
    "defects": 2.0,
    "drivers": 2.0,
    "boundaries": 2.0,
    "geometry": 2.0,
    "arithmetic": 2.0,
    "accounts": 2.0,
    "recipes": 2.5,
    "measure": 3.0,
    "certificate": 3.0,
    "patches": 3.0,
    "intake": 3.0,
    "tally": 3.0,
    "tables": 3.0,
    "listing": 3.0,
    "choosing": 3.0,
    "claims": 3.0,
    "ledgers": 3.0,
    "export": 3.0,
    "interchange": 3.0,
    "cards": 3.0,
    "suggest": 3.0,
    "schemes": 3.0,
    "store": 3.0,
    "render": 3.0,
    "sheets": 3.0,
    "embed": 3.0,
    "framing": 3.0,
    "exhibits": 3.5,
    "running": 3.5,
    "serve": 3.5,
    "scale": 3.5,
    "compiled": 3.5,
    "report": 3.7,
    "notebook": 3.7,
    "console": 4.0,
    "cli": 4.0,
    "__main__": 4.0,
    "": 4.0,  # the package itself: its public face
}
# inside a floor: who may know whom besides its own room
NEIGHBOURS = {
    ("model", "scalars"),
    ("results", "model"),
    ("reading_out", "model"),
    ("geometry", "area"),
    ("defects", "area"),
    ("cli", "console"),
    ("__main__", "cli"),
    ("arithmetic", "model"),
    ("accounts", "model"),
    ("export", "ledgers"),
    ("interchange", "export"),
    ("render", "cards"),
    ("interchange", "ledgers"),
    ("store", "intake"),
    ("tables", "ledgers"),
    ("store", "tables"),
    ("sheets", "export"),
    ("intake", "patches"),
    ("listing", "choosing"),
}


def _room(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def _imports(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("eppv_atlas"):
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {a.name.split(".")[1] for a in node.names if a.name.startswith("eppv_atlas.")}
    return {room for room in rooms if room in FLOORS}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_downward(path):
    room = _room(path)
    assert room in FLOORS, f"{room} has no floor yet: add it here and to DESIGN.md"
    for other in _imports(path) - {room}:
        lower = FLOORS[other] < FLOORS[room]
        assert lower or (room, other) in NEIGHBOURS, f"{room} must not import {other}"


def test_the_reader_in_its_own_process_imports_nothing_of_the_package():
    for path in (SOURCE / "intake" / "reading").glob("*.py"):
        assert not re.search(r"^\s*(from|import) eppv_atlas", path.read_text("utf-8"), re.MULTILINE), (
            path.name
        )


def test_every_room_stands_in_the_floor_table():
    design = (SOURCE.parents[1] / "DESIGN.md").read_text("utf-8")
    for room in filter(None, FLOORS):
        assert f"`{room}`" in design or f"`{room}/`" in design, room


def test_types_do_not_load_draw_or_print():
    text = "".join(file.read_text("utf-8") for file in (SOURCE / "model").glob("*.py"))
    text += (SOURCE / "results.py").read_text("utf-8")
    for word in (r"\bopen\(", r"\bprint\(", "folium", "geopandas", r"\bPath\("):
        assert not re.search(word, text), word
