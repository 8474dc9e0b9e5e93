"""OGC API - Features over the collections of an atlas, by pygeoapi.

pygeoapi answers as its own server would; what it gets was checked here first
(every parameter known, given once and in range), and what it says is put right:
only what this server offers is linked and claimed, nothing in an answer
depends on the hour, and its HTML pages, which call out to other hosts, are
never made.

Floor 3½, part of the server: knows collections and pygeoapi; must not know
files, HTTP below the parameters, or how measures are made.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from pygeoapi import api as core
from pygeoapi.api import itemtypes

from eppv_atlas.serve import parameters
from eppv_atlas.serve.answers import GEOJSON, JSON, Answer, as_json, made
from eppv_atlas.serve.asking import Asked, Refused, missing
from eppv_atlas.serve.features import Collection
from eppv_atlas.serve.holding import Holding
from eppv_atlas.serve.openapi import document
from eppv_atlas.serve.parameters import CRS84, DEFAULT_ITEMS, MOST_ITEMS

CONFORMS: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
)
"""What is kept to; pygeoapi would also claim HTML, other CRSs and writing."""
SCHEMA: Final = "application/schema+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
_ELSEWHERE: Final = ("processes", "job-list", "tiling-schemes")


class _Request:
    """As much of a request as pygeoapi reads, none of it unchecked."""

    data = b""

    def __init__(self, given: dict[str, str], path: str) -> None:
        self.args, self.path_info = given, path
        self.headers: dict[str, str] = {}


class Api:
    """The API over one holding.

    Parameters
    ----------
    holding
        What is served.
    base
        Address of the server, without a slash at its end.
    """

    def __init__(self, holding: Holding, base: str) -> None:
        self.collections = holding.collections
        self.base = f"{base}/api"
        title = holding.settings.title
        self._openapi = document(self.collections, self.base, f"{title.zh} · {title.en}")
        logging.getLogger("pygeoapi").setLevel(logging.CRITICAL + 1)  # its log has readers' queries in it
        self._core = core.API(_settings(holding, base, self.base), self._openapi)

    def answer(self, asked: Asked, path: str) -> Answer:
        """The answer for a path below ``/api/``.

        Raises
        ------
        Refused
            If there is nothing there, or a parameter cannot be used.
        """
        steps = path.split("/") if path else []
        if len(steps) >= 2 and steps[0] == "collections":
            collection = self.collections.get(steps[1])
            if collection is None:
                raise missing("there is no such collection")
            return self._of_collection(asked, collection, steps[2:])
        given = parameters.formatted(asked.single(("f",)))
        if not steps:
            return self._told(core.landing_page, given, JSON)
        if steps == ["conformance"]:
            return made(as_json({"conformsTo": list(CONFORMS)}), JSON)
        if steps == ["openapi"]:
            return made(as_json(self._openapi), OPENAPI)
        if steps == ["collections"]:
            return self._told(core.describe_collections, given, JSON)
        raise missing()

    def _of_collection(self, asked: Asked, collection: Collection, steps: list[str]) -> Answer:
        name = collection.name
        if steps == ["items"]:
            return self._items(asked, collection)
        given = parameters.formatted(asked.single(("f", "crs") if len(steps) == 2 else ("f",)))
        if not steps:
            return self._told(core.describe_collections, given, JSON, name)
        if steps == ["queryables"]:
            found = self._asked(itemtypes.get_collection_queryables, given, name)
            for column in collection.columns:
                found["properties"][column.name]["description"] = f"{column.zh} · {column.en}"
            found["additionalProperties"] = False  # what is not named here is refused
            found["$id"] = f"{self.base}/collections/{name}/queryables"
            return _told(found, SCHEMA)
        if steps == ["schema"]:
            return self._told(core.get_collection_schema, given, SCHEMA, name)
        if len(steps) == 2 and steps[0] == "items":
            if steps[1] not in collection.at:
                raise missing("there is no feature of this id")
            parameters.crs(given)
            return self._told(itemtypes.get_collection_item, given, GEOJSON, name, steps[1])
        raise missing()

    def _items(self, asked: Asked, collection: Collection) -> Answer:
        given = parameters.formatted(asked.single(("f", *parameters.OF_ITEMS, *collection.kinds)))
        parameters.check(given, collection)
        found = self._asked(itemtypes.get_collection_items, given, collection.name)
        limit = min(int(given.get("limit", DEFAULT_ITEMS)), MOST_ITEMS)
        offset = int(given.get("offset", 0))
        found.pop("timeStamp", None)  # the same question has the same answer
        found["links"] = self._page_links(collection, given, limit, offset, found["numberMatched"])
        features = _texts(collection, found.pop("features"), given)
        start = b'{"type":"FeatureCollection","features":[' + b",".join(features) + b"],"
        del found["type"]
        return made(start + as_json(found)[1:], GEOJSON)

    def _page_links(
        self, collection: Collection, given: Mapping[str, str], limit: int, offset: int, matched: int
    ) -> list[dict[str, str]]:
        """Link to the page itself, its neighbours where there are any, and the collection."""
        place = f"{self.base}/collections/{collection.name}"
        rest = {key: value for key, value in given.items() if key not in {"f", "offset", "limit"}}

        def link(rel: str, title: str, start: int) -> dict[str, str]:
            query = urlencode({**rest, "limit": limit, "offset": start}, safe=",")
            return {"rel": rel, "type": GEOJSON, "title": title, "href": f"{place}/items?{query}"}

        links = [link("self", "This page · 本页", offset)]
        if offset:
            links.append(link("prev", "Page before · 上一页", max(0, min(offset, matched) - limit)))
        if offset + limit < matched:
            links.append(link("next", "Next page · 下一页", offset + limit))
        links.append(
            {"rel": "collection", "type": JSON, "title": f"{collection.zh} · {collection.en}", "href": place}
        )
        return links

    def _told(self, what: Callable[..., Any], given: dict[str, str], media_type: str, *names: str) -> Answer:
        return _told(self._asked(what, given, *names), media_type)

    def _asked(self, what: Callable[..., Any], given: dict[str, str], *names: str) -> dict[str, Any]:
        """What pygeoapi says to it, put right.

        Raises
        ------
        Refused
            If it refuses.
        """
        request = core.APIRequest(_Request(given, "api"), self._core.locales)
        _, status, content = what(self._core, request, *names)
        found: dict[str, Any] = json.loads(content)
        if int(status) != 200:
            raise Refused(int(status), str(found.get("code")), str(found.get("description")))
        for part in (found, *found.get("collections", ())):
            if "links" in part:
                part["links"] = [link for link in part["links"] if _served(link)]
        return found


def _texts(collection: Collection, page: list[int], given: Mapping[str, str]) -> list[bytes]:
    """Features as text, whole or as much of them as is asked for."""
    names, plain = given.get("properties", ""), given.get("skipGeometry") == "true"
    if not names and not plain:
        return [collection.texts[index] for index in page]
    wanted = names.split(",") if names else []
    return [as_json(collection.feature(index, wanted, plain=plain)).rstrip() for index in page]


def _told(content: Mapping[str, Any], media_type: str) -> Answer:
    return made(as_json(content), media_type)


def _served(link: Mapping[str, str]) -> bool:
    """Whether this server has what a link of pygeoapi leads to."""
    foreign = link["type"] in {"text/html", "application/ld+json"} and link["rel"] != "about"
    return not foreign and not link["rel"].endswith(_ELSEWHERE)


def _settings(holding: Holding, base: str, address: str) -> dict[str, Any]:
    """The settings that pygeoapi wants, of an atlas."""
    title = holding.settings.title
    name = f"{title.zh} · {title.en}"
    return {
        "server": {
            "url": address,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "language": "en-US",
            "limits": {"default_items": DEFAULT_ITEMS, "max_items": MOST_ITEMS, "on_exceed": "throttle"},
            "map": {"url": "", "attribution": ""},
            "api_rules": {"api_version": "1.0.0"},
        },
        "logging": {"level": "CRITICAL"},
        "metadata": {
            "identification": {
                "title": name,
                "description": holding.citation(holding.cases),
                "keywords": ["生态产品价值实现", "ecological product value"],
                "terms_of_service": "CC BY 4.0",
                "url": f"{base}/",
            },
            "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
            "provider": {"name": name, "url": f"{base}/"},
            "contact": {"name": name},
        },
        "resources": {
            collection.name: {
                "type": "collection",
                "title": f"{collection.zh} · {collection.en}",
                "description": collection.about,
                "keywords": [collection.name],
                "links": [],
                "extents": {"spatial": {"bbox": list(collection.bounds), "crs": CRS84}},
                "providers": [
                    {
                        "type": "feature",
                        "name": "eppv_atlas.serve.provider.AtlasProvider",
                        "data": collection,
                        "crs": [CRS84],
                        "storage_crs": CRS84,
                    }
                ],
            }
            for collection in holding.collections.values()
        },
    }
