"""Shapes of a run as files: GeoPackage with its style, GeoJSON, CSV, or a map of its own.

Floor 3½, part of running: knows what came out of a run and forms of files; must not
know how it was worked out.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import shapely

from eppv_atlas import drivers
from eppv_atlas.errors import UsageError
from eppv_atlas.geometry import PRECISION
from eppv_atlas.model import Name
from eppv_atlas.running import looks, results
from eppv_atlas.schemes.figures import figure, said
from eppv_atlas.schemes.trial import Column, Layer, Mark, Ran, Value
from eppv_atlas.store.exchange import gpkg_styles
from eppv_atlas.store.files import write_file
from eppv_atlas.units import UNITS

_WRITTEN: Final = "2023-09-01T00:00:00.000Z"
"""A fixed time: the same run gives the same bytes."""
_SHAPE: Final = "geom"
_OTHERS: Final = (".json", ".xlsx")


def write(ran: Ran, out: Path, lang: str) -> None:
    """Write what came out of a run in the form that the suffix names.

    Parameters
    ----------
    ran
        What came out.
    out
        ``.gpkg``, ``.geojson``, ``.csv``, ``.html``; ``.json`` and ``.xlsx`` as for any run.
    lang
        Language of texts, ``zh`` or ``en``.

    Raises
    ------
    UsageError
        If the suffix is none of these, or the file cannot be written.
    """
    forms: dict[str, Callable[[Ran, str], bytes]] = {
        ".gpkg": geopackage,
        ".geojson": geojson,
        ".csv": table,
        ".html": page,
    }
    if out.suffix.lower() in _OTHERS:
        results.write(ran, out, lang)
        return
    form = forms.get(out.suffix.lower())
    if form is None:
        known = " ".join([*forms, *_OTHERS])
        raise UsageError(
            f"{out.name} is of no form that is known: {known}, and .gpx for a patrol",
            f"{out.name} 的格式无法识别；可用：{known}，巡护另有 .gpx",
        )
    write_file(out, form(ran, lang))


def geopackage(ran: Ran, lang: str) -> bytes:
    """GeoPackage: a table of shapes for each layer, what must be said in ``notes``, styles for QGIS."""
    pyogrio = drivers.pyogrio()
    kept = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    with tempfile.TemporaryDirectory(prefix="eppv-run-") as folder:
        path = Path(folder) / "run.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
        try:
            for number, layer in enumerate(ran.layers):
                pyogrio.write_arrow(
                    _arrow(layer, lang),
                    path,
                    layer=layer.id,
                    driver="GPKG",
                    append=number > 0,
                    geometry_name=_SHAPE,
                    geometry_type=_type(layer),
                    crs="EPSG:4326",
                    dataset_options={"VERSION": "1.2"},
                    layer_options={"IDENTIFIER": layer.label.zh, "DESCRIPTION": layer.label.en},
                )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": kept})
        with closing(sqlite3.connect(path)) as base, base:
            _notes(base, ran)
            gpkg_styles.add(base, {one.id: looks.style(one, lang) for one in ran.layers})
        return path.read_bytes()


def geojson(ran: Ran, lang: str) -> bytes:
    """GeoJSON of the first layer; notes beside the features."""
    layer = ran.layers[0]
    features = [
        {
            "type": "Feature",
            "id": mark.id,
            "geometry": shapely.geometry.mapping(shapely.set_precision(mark.geometry, PRECISION)),
            "properties": {
                "name": getattr(mark.label, lang),
                "confidence": layer.confidence,
                "value": mark.value,
                **{column.id: _said(mark, column, lang) for column in layer.columns},
            },
        }
        for mark in layer.marks
    ]
    whole = {
        "type": "FeatureCollection",
        "name": getattr(layer.label, lang),
        "notes": [getattr(note, lang) for note in ran.notes],
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=_listed).encode()


def table(ran: Ran, lang: str) -> bytes:
    """CSV of the first layer without its shapes; texts that a spreadsheet would run are kept from it."""
    layer = ran.layers[0]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["name", "confidence", *(_heading(column, lang) for column in layer.columns)])
    for mark in layer.marks:
        row = [getattr(mark.label, lang), layer.confidence]
        writer.writerow(
            [_cell(value) for value in [*row, *(_said(mark, column, lang) for column in layer.columns)]]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def page(ran: Ran, lang: str) -> bytes:  # noqa: ARG001 - a page has both languages
    """A map of the first layer in one file."""
    from eppv_atlas.render import PolygonLayer, map_page
    from eppv_atlas.render.features import Features, Field

    layer = ran.layers[0]
    groups, group_of = looks.groups(layer)
    shapes = looks.held([mark.geometry for mark in layer.marks])
    fields = tuple(
        Field(f"c{n}", _both(_labelled(column)), [_shown(mark, column) for mark in layer.marks])
        for n, column in enumerate(layer.columns)
    )
    features = Features(
        shapes,
        [_both(mark.label) for mark in layer.marks],
        fields,
        groups,
        group_of,
        [layer.confidence] * len(shapes),
    )
    notes = said(zh=_folded([n.zh for n in ran.notes]), en=_folded([n.en for n in ran.notes]))
    return map_page(_both(layer.label), PolygonLayer(features, _both(layer.label)), note=_both(notes))


def _listed(value: Any) -> Any:
    return list(value)


def _folded(notes: Sequence[str]) -> str:
    text = " ".join(notes)
    return (text if len(text) <= 400 else text[:399] + "…") or "-"


def _both(name: Name) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


def _labelled(column: Column) -> Name:
    if not column.unit:
        return column.label
    unit = UNITS[column.unit]
    return said(zh=f"{column.label.zh}（{unit.zh}）", en=f"{column.label.en} ({unit.en})")


def _heading(column: Column, lang: str) -> str:
    return str(getattr(_labelled(column), lang))


def _said(mark: Mark, column: Column, lang: str) -> Value:
    value = mark.about.get(column.id)
    if value is None and column.id in {"cell", "unit"}:
        return mark.id
    return str(getattr(value, lang)) if isinstance(value, Name) else value


def _shown(mark: Mark, column: Column) -> Any:
    """A value as a popup shows it."""
    value = mark.about.get(column.id)
    if isinstance(value, Name):
        return _both(value)
    if isinstance(value, bool):
        return {"zh": "是", "en": "yes"} if value else {"zh": "否", "en": "no"}
    return figure(value, column.unit) if isinstance(value, float) else value


def _cell(value: Any) -> Any:
    """A value for a spreadsheet, which takes texts with these beginnings for formulas."""
    return (
        f"'{value}" if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@")) else value
    )


def _type(layer: Layer) -> str:
    kinds = {mark.geometry.geom_type.removeprefix("Multi") for mark in layer.marks}
    return (
        {"Point": "Point", "LineString": "MultiLineString"}.get(kinds.pop(), "MultiPolygon")
        if len(kinds) == 1
        else "Unknown"
    )


def _arrow(layer: Layer, lang: str) -> pa.Table:
    """Columns with the names that GDAL hands on to other programs."""
    kind = _type(layer)
    many = {"MultiPolygon": shapely.multipolygons, "MultiLineString": shapely.multilinestrings}.get(kind)
    shapes = [
        many(shapely.get_parts(mark.geometry)) if many is not None else mark.geometry for mark in layer.marks
    ]
    trust = looks.trust(layer.confidence, lang)
    own = (
        ("name", Name(zh="名称", en="Name"), [getattr(mark.label, lang) for mark in layer.marks]),
        ("value", Name(zh="着色值", en="Value for colour"), [mark.value for mark in layer.marks]),
        ("confidence", Name(zh="几何可信度", en="Confidence of the shape"), [layer.confidence] * len(shapes)),
        ("trust", Name(zh="几何可信度（文字）", en="Confidence in words"), [trust] * len(shapes)),
    )
    columns = [(name, label, values) for name, label, values in own]
    columns += [
        (_free(column.id), _labelled(column), [_said(mark, column, lang) for mark in layer.marks])
        for column in layer.columns
    ]
    fields, arrays = [], []
    for name, label, values in columns:
        array = _array(values)
        meta = {"GDAL:OGR:alternative_name": label.zh, "GDAL:OGR:comment": label.en}
        fields.append(pa.field(name, array.type, metadata=meta))
        arrays.append(array)
    meta = {"ARROW:extension:name": "ogc.wkb"}
    fields.append(pa.field(_SHAPE, pa.binary(), metadata=meta))
    arrays.append(pa.array(shapely.to_wkb(looks.held(shapes), byte_order=1), pa.binary()))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _array(values: Sequence[Any]) -> pa.Array:
    held = [value for value in values if value is not None]
    if held and all(isinstance(value, bool) for value in held):
        return pa.array(values, pa.bool_())
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in held):
        return pa.array(values, pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _free(name: str) -> str:
    """A name of a column that is not taken by ours."""
    return f"{name}_" if name in {"name", "value", "confidence", "trust", "fid", _SHAPE} else name


def _notes(base: sqlite3.Connection, ran: Ran) -> None:
    base.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL)")
    base.executemany("INSERT INTO notes (zh, en) VALUES (?, ?)", [(note.zh, note.en) for note in ran.notes])
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES ('notes', 'attributes', '说明', 'Notes', ?, 0)",
        (_WRITTEN,),
    )
