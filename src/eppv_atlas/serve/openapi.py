"""The OpenAPI document of the server: complete in itself, so that nobody need fetch a schema elsewhere.

Floor 3½, part of the server: knows collections; must not know HTTP, files or pygeoapi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eppv_atlas.serve.features import Collection
from eppv_atlas.serve.parameters import DEFAULT_ITEMS, MOST_ITEMS

_TYPES: Final = {
    "text": "string",
    "list": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
}


def document(collections: Mapping[str, Collection], address: str, title: str) -> dict[str, Any]:
    """The OpenAPI 3.0 document.

    Parameters
    ----------
    collections
        What is served.
    address
        Address of the API.
    title
        Title of the atlas.
    """
    plain = {"200": {"description": "JSON", "content": {"application/json": {"schema": {"type": "object"}}}}}
    paths: dict[str, Any] = {
        path: {"get": {"operationId": name, "summary": name, "responses": _responses(plain)}}
        for path, name in (
            ("/", "getLandingPage"),
            ("/conformance", "getConformanceDeclaration"),
            ("/openapi", "getOpenapi"),
            ("/collections", "getCollections"),
        )
    }
    for name, collection in collections.items():
        paths |= _paths(f"/collections/{name}", name, collection)
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1", "license": {"name": "CC BY 4.0"}},
        "servers": [{"url": address}],
        "paths": paths,
        "components": {"parameters": _parameters(), "schemas": _schemas(), "responses": _errors()},
    }


def _paths(place: str, name: str, collection: Collection) -> dict[str, Any]:
    word = name.capitalize()
    told = {"200": {"description": "JSON", "content": {"application/json": {"schema": {"type": "object"}}}}}
    features = _features("#/components/schemas/featureCollection")
    feature = _features("#/components/schemas/feature")
    common = [
        {"$ref": f"#/components/parameters/{key}"}
        for key in ("limit", "offset", "bbox", "datetime", "sortby", "properties", "skipGeometry", "f")
    ]
    own = [
        {
            "name": column.name,
            "in": "query",
            "description": f"{column.zh} · {column.en}",
            "schema": {"type": _TYPES[column.kind]},
        }
        for column in collection.columns
    ]

    def get(suffix: str, answers: Mapping[str, Any], parameters: list[Any]) -> dict[str, Any]:
        return {
            "get": {
                "operationId": f"get{word}{suffix}",
                "summary": collection.about,
                "parameters": parameters,
                "responses": _responses(answers),
            }
        }

    f = {"$ref": "#/components/parameters/f"}
    return {
        place: get("", told, [f]),
        f"{place}/queryables": get("Queryables", told, [f]),
        f"{place}/schema": get("Schema", told, [f]),
        f"{place}/items": get("Features", features, [*common, *own]),
        f"{place}/items/{{featureId}}": get(
            "Feature", feature, [{"$ref": "#/components/parameters/featureId"}, f]
        ),
    }


def _features(schema: str) -> dict[str, Any]:
    return {
        "200": {"description": "GeoJSON", "content": {"application/geo+json": {"schema": {"$ref": schema}}}}
    }


def _responses(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {**answers, "default": {"$ref": "#/components/responses/error"}}


def _errors() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/exception"}
    return {"error": {"description": "Error", "content": {"application/json": {"schema": schema}}}}


def _parameters() -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 0, "default": 0}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": DEFAULT_ITEMS}
    box = {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}}
    names = {"type": "array", "items": {"type": "string"}}
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "limit": ("Features on a page; more than the maximum is cut to it", limit),
        "offset": ("Features before the page", whole),
        "bbox": ("west,south,east,north in degrees (CRS84); west beyond east crosses the antimeridian", box),
        "datetime": ("Features have no time of their own: all match", {"type": "string"}),
        "sortby": ("Properties; - before those that go down", names),
        "properties": ("Properties to give", names),
        "skipGeometry": ("Leave geometries out", {"type": "boolean", "default": False}),
        "f": ("Format", {"type": "string", "enum": ["json"], "default": "json"}),
    }
    out: dict[str, Any] = {
        name: {
            "name": name,
            "in": "query",
            "description": about,
            "schema": schema,
            **({"style": "form", "explode": False} if schema["type"] == "array" else {}),
        }
        for name, (about, schema) in found.items()
    }
    out["featureId"] = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    return out


def _schemas() -> dict[str, Any]:
    nullable = {"type": "object", "nullable": True}
    return {
        "exception": {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
        },
        "feature": {
            "type": "object",
            "required": ["type", "geometry", "properties"],
            "properties": {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": {"type": "string"},
                "geometry": nullable,
                "properties": nullable,
                "links": {"type": "array", "items": {"type": "object"}},
            },
        },
        "featureCollection": {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
                "links": {"type": "array", "items": {"type": "object"}},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
            },
        },
    }
