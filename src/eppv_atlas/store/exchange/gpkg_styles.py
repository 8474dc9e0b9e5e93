"""The table ``layer_styles`` of a GeoPackage, from which QGIS takes the look of a layer as it opens it.

The table is as QGIS makes it itself, so that one who saves a style of their
own into the file finds it as they expect.

Floor 3, part of the store: knows SQL only; must not know what a style says,
cases or other formats.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Final, Protocol

TABLE: Final = "layer_styles"
WHEN: Final = "2000-01-01T00:00:00.000Z"
"""When the styles were written, as far as the file says: the same for the same atlas."""

_CREATE: Final = """CREATE TABLE "layer_styles" (
 "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
 "f_table_catalog" TEXT(256),
 "f_table_schema" TEXT(256),
 "f_table_name" TEXT(256),
 "f_geometry_column" TEXT(256),
 "styleName" TEXT(30),
 "styleQML" TEXT,
 "styleSLD" TEXT,
 "useAsDefault" BOOLEAN,
 "description" TEXT,
 "owner" TEXT(30),
 "ui" TEXT(30),
 "update_time" DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)"""
_CONTENTS: Final = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
    "VALUES (?, 'attributes', ?, '', ?, 0)"
)
_STYLE: Final = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
    "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
    "VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '', ?)"
)
_COLUMNS: Final = "SELECT table_name, column_name FROM gpkg_geometry_columns"
_LONGEST: Final = 30


class StyleText(Protocol):
    """A style as text."""

    @property
    def name(self) -> str:
        """What QGIS lists it by."""

    @property
    def qml(self) -> str:
        """In the words of QGIS."""

    @property
    def sld(self) -> str:
        """In those of the OGC; may be empty."""

    @property
    def description(self) -> str:
        """What a reader should know of it."""


def add(connection: sqlite3.Connection, styles: Mapping[str, StyleText], when: str = WHEN) -> None:
    """Put styles into a GeoPackage that has its layers but no styles yet; each is its layer's default.

    Parameters
    ----------
    connection
        The file; committing is up to the caller.
    styles
        Styles by layer.
    when
        When they were written, as ISO 8601 with milliseconds and ``Z``.

    Raises
    ------
    sqlite3.Error
        If the file is no GeoPackage or has the table already.
    """
    shapes = dict(connection.execute(_COLUMNS))
    connection.execute(_CREATE)
    connection.execute(_CONTENTS, (TABLE, TABLE, when))
    connection.executemany(
        _STYLE,
        [
            (layer, shapes.get(layer, ""), one.name[:_LONGEST], one.qml, one.sld, one.description, when)
            for layer, one in styles.items()
        ],
    )
