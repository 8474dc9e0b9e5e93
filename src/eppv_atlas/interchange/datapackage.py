"""Ledgers as a Data Package: CSV files, and one JSON that says what every column means.

The form is that of Data Package 2.0 and Table Schema 2.0 (datapackage.org).

Floor 3, part of interchange: knows ledgers; must not know files or the command line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from shapely.geometry import mapping

from eppv_atlas import export
from eppv_atlas.interchange import licences
from eppv_atlas.ledgers import Column, Ledger

NAME: Final = "datapackage.json"
_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: Final = {
    "text": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "list": "list",
}
_KEYS: Final = {
    "facts": ["document", "case", "id"],
    "zones": ["case", "record", "id"],
    "mechanisms": ["case", "id"],
    "glossary": ["group", "id"],
}
"""Columns that tell the rows of a ledger apart."""


def written(
    ledgers: Sequence[Ledger], title: tuple[str, str], citation: str, version: str
) -> dict[str, bytes]:
    """Files of a data package by name.

    Parameters
    ----------
    ledgers
        Tables; one with shapes is written as GeoJSON too.
    title
        Title of the atlas in Chinese and English.
    citation
        How to cite the data, one source a line.
    version
        Version of the software.

    Returns
    -------
    dict
        Content by file name; the same for the same ledgers.
    """
    contents: dict[str, bytes] = {}
    resources = []
    for ledger in ledgers:
        name = f"{ledger.name}.csv"
        contents[name] = export.written(ledger, "csv", citation)
        resources.append(_table(ledger, name, contents[name]))
        if ledger.geometries:
            name = f"{ledger.name}.geojson"
            contents[name] = _geojson(ledger)
            resources.append(_shapes(ledger, name, contents[name]))
    package = {
        "$schema": _PROFILE,
        "name": "eppv-atlas",
        "title": f"{title[0]} · {title[1]}",
        "description": f"{citation}\n\n{licences.NOT_STANDARD}",
        "version": version,
        "licenses": [licences.RECORDS, licences.OUTLINES],
        "contributors": [{"title": "The EPPV Atlas founders", "roles": ["creator"]}],
        "sources": [{"title": line} for line in citation.splitlines()[:-1]] or [{"title": citation}],
        "keywords": ["ecological product value", "生态产品价值实现"],
        "resources": resources,
    }
    contents[NAME] = (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()
    return contents


def _resource(name: str, path: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {
        "name": name,
        "path": path,
        "bytes": len(content),
        "hash": f"sha256:{digest}",
        "encoding": "utf-8",
    }


def _table(ledger: Ledger, path: str, content: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in ledger.columns], "missingValues": [""]}
    if key := _KEYS.get(ledger.name):
        schema["primaryKey"] = key
    return _resource(ledger.name, path, content) | {
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.kind],
        "title": column.name,
        "description": f"{column.zh}。 {column.en}.",
    }
    if column.kind == "list":
        made |= {"delimiter": "; ", "itemType": "string"}
    if column.kind == "boolean":
        made |= {"trueValues": ["true"], "falseValues": ["false"]}
    return made


def _shapes(ledger: Ledger, path: str, content: bytes) -> dict[str, Any]:
    return _resource(f"{ledger.name}-geojson", path, content) | {
        "format": "geojson",
        "mediatype": "application/geo+json",
        "title": f"{ledger.name}: WGS 84 longitude and latitude (OGC:CRS84)",
    }


def _geojson(ledger: Ledger) -> bytes:
    """Rows with their shapes as GeoJSON, a feature a line."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": row,
                "geometry": None if shape is None else mapping(shape),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row, shape in zip(ledger.rows, ledger.geometries, strict=True)
    ]
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode()
