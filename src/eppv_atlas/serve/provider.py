"""A collection as pygeoapi asks for it.

Floor 3½, part of the server: knows collections and pygeoapi; must not know
HTTP, files or how measures are made.
"""

from __future__ import annotations

from typing import Any

from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError

from eppv_atlas.serve.features import Box, Collection

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string"}},
}


class AtlasProvider(BaseProvider):  # type: ignore[misc]
    """Answers from a collection in memory; pygeoapi makes one for each request."""

    data: Collection

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, Any]:
        """The properties, with their types; a fresh dict, as pygeoapi writes into it."""
        return {
            column.name: {
                **TYPES[column.kind],
                "title": column.name,
                "description": f"{column.zh} · {column.en}",
            }
            for column in self.data.columns
        }

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        bbox: list[float] | None = None,
        properties: list[tuple[str, str]] | None = None,
        sortby: list[dict[str, str]] | None = None,
        **_rest: Any,
    ) -> dict[str, Any]:
        """The features that fit, a page of them, each as its number in the collection.

        pygeoapi hands features on as it gets them; their text, which is made
        once, takes the place of the numbers when it is done.
        """
        found = list(range(len(self.data.rows)))
        if bbox:
            inside = self.data.within(_boxes(bbox))
            found = [index for index in found if index in inside]
        for name, value in properties or []:
            kind = self.data.kinds[name]
            found = [index for index in found if _equals(self.data.rows[index][name], value, kind)]
        for order in reversed(sortby or []):
            name = order["property"]
            known = [index for index in found if self.data.rows[index][name] is not None]
            known.sort(key=lambda index, by=name: self.data.rows[index][by], reverse=order["order"] == "-")  # type: ignore[misc]
            found = known + [index for index in found if self.data.rows[index][name] is None]
        page = found[offset : offset + limit]
        return {
            "type": "FeatureCollection",
            "features": page,
            "numberMatched": len(found),
            "numberReturned": len(page),
        }

    def get(self, identifier: str, **_rest: Any) -> dict[str, Any]:
        """One feature by its id."""
        index = self.data.at.get(identifier)
        if index is None:
            raise ProviderItemNotFoundError(user_msg="there is no feature of this id")
        return self.data.feature(index)


def _boxes(bbox: list[float]) -> list[Box]:
    """A box, or the two that one across the antimeridian is."""
    west, south, east, north = bbox
    if west <= east:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def _equals(held: Any, value: str, kind: str) -> bool:
    """Whether a property has a value, as it stands in an address."""
    if held is None:
        return False
    if kind == "list":
        return value in held
    if kind == "boolean":
        return value == ("true" if held else "false")
    if kind in {"number", "integer"}:
        return float(held) == float(value)
    return bool(held == value)
