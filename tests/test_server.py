"""The server as readers meet it: a process of its own on loopback, OWSLib as client, and hostile requests."""

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urljoin

import jsonschema
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from owslib.ogcapi.features import Features

from conftest import CASES, ROOT
from eppv_atlas import __version__, claims, export, ledgers, measure, serve
from eppv_atlas.errors import UsageError
from eppv_atlas.serve import many
from eppv_atlas.serve.answers import accepts_gzip
from eppv_atlas.serve.holding import Holding
from eppv_atlas.serve.live import Live
from eppv_atlas.serve.pages import Pages

pytestmark = pytest.mark.usefixtures("socket_enabled")
PAGE = (
    b"<!DOCTYPE html><html><head><title>atlas</title></head><body>" + b"<p>row</p>" * 500 + b"</body></html>"
)
TILES = bytes(range(256)) * 400
HERE = b"|".join(re.escape(f"{place}/".encode()) for place in (ROOT.parent, tempfile.gettempdir()))
"""Where this checkout and what tests write lie."""
LEAKS = re.compile(
    rb"Traceback|site-packages|pygeoapi|waitress|/home/|/usr/|\.py\b|[A-Z]:\\\\|Python/|shapely|" + HERE
)
GEOJSON = {  # coordinates are held against the store one by one, below
    "$defs": {
        "plain": {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"enum": ["Point", "Polygon", "MultiPolygon"]},
                "coordinates": {"type": "array", "minItems": 1},
            },
            "additionalProperties": False,
        },
        "geometry": {
            "if": {
                "type": "object",
                "properties": {"type": {"const": "GeometryCollection"}},
                "required": ["type"],
            },
            "then": {
                "properties": {"geometries": {"type": "array", "items": {"$ref": "#/$defs/plain"}}},
                "required": ["geometries"],
            },
            "else": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/plain"}]},
        },
        "feature": {
            "type": "object",
            "required": ["type", "id", "geometry", "properties"],
            "properties": {
                "type": {"const": "Feature"},
                "id": {"type": "string"},
                "geometry": {"$ref": "#/$defs/geometry"},
                "properties": {"type": "object"},
            },
        },
        "link": {
            "type": "object",
            "required": ["rel", "href"],
            "properties": {
                "rel": {"type": "string"},
                "href": {"type": "string", "pattern": "^http://127\\.0\\.0\\.1:[0-9]+/"},
            },
        },
    },
    "type": "object",
    "required": ["type", "features", "links", "numberMatched", "numberReturned"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": {"$ref": "#/$defs/feature"}},
        "links": {"type": "array", "items": {"$ref": "#/$defs/link"}},
        "numberMatched": {"type": "integer"},
        "numberReturned": {"type": "integer"},
    },
    "not": {"required": ["timeStamp"]},
}


class Served:
    """A server in a process of its own, and what it said."""

    def __init__(self, *arguments):
        self.lines = []
        command = [
            sys.executable,
            "-c",
            "from eppv_atlas.cli import run; run()",
            "--lang",
            "en",
            *map(str, arguments),
        ]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "no_proxy": "127.0.0.1"},
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(r"data: ")
        self.base = re.search(r"http://127\.0\.0\.1:\d+", self.said())[0]
        self.port = int(self.base.rpartition(":")[2])

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def said(self):
        return "".join(self.lines)

    def wait(self, pattern, seconds=60):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.said()):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def ask(self, path, method="GET", **headers):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def json(self, path):
        answer, body = self.ask(path)
        assert answer.status == 200, body
        return json.loads(body)

    def raw(self, content, seconds=10):
        """Send bytes as they are; return what comes back until the other side closes, or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as held:
            held.sendall(content)
            got = b""
            while piece := held.recv(65536):
                got += piece
                head, gap, body = got.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                if gap and length and len(body) >= int(length[1]):
                    break
            return got


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the real atlas that the server's test may edit."""
    import shutil

    root = tmp_path_factory.mktemp("served") / "atlas"
    for name in ("cases", "geodata", "schema"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "atlas.yaml", root / "atlas.yaml")
    return root


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A small folder of pages, with what may lie beside them."""
    folder = tmp_path_factory.mktemp("shown") / "maps"
    folder.mkdir()
    for name, content in {
        "index.html": PAGE,
        "chaka-salt-lake.html": PAGE,
        "national.oembed.json": b'{"version":"1.0"}',
        "atlas.pmtiles": TILES,
        "zones.geojson": b'{"type":"FeatureCollection","features":[]}',
        "map.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "map.png": b"\x89PNG\r\n\x1a\n",
        "map.pdf": b"%PDF-1.7\n",
        ".eppv-atlas": b"",
        "notes.txt": b"not for readers",
        "run.sh": b"not for readers",
    }.items():
        (folder / name).write_bytes(content)
    (folder / "secret.html").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.json")
    return folder


@pytest.fixture(scope="module")
def server(copied, shown):
    held = Served("--atlas", copied, "serve", shown, "--port", "0", "--api")
    yield held
    assert held.process.poll() is None, held.said()
    held.process.terminate()
    held.process.wait(10)
    held.process.stdout.close()
    assert "Traceback" not in held.said()
    assert "an answer failed" not in held.said()


@pytest.fixture(scope="module")
def holding(atlas):
    return Holding(
        settings=atlas.settings,
        cases=atlas.cases,
        measures={placed.case.id: tuple(measure.case(placed)) for placed in atlas},
        totals={placed.case.id: tuple(measure.totals(placed)) for placed in atlas},
        findings={placed.case.id: tuple(claims.findings(placed.case)) for placed in atlas},
        maker=f"eppv-atlas {__version__}",
    )


def is_geojson(content):
    return jsonschema.Draft202012Validator(GEOJSON).is_valid(content)


def is_refusal(answer, body, status):
    assert answer.status == status, (answer.status, body[:300])
    assert answer.headers["Content-Type"] == "application/json"
    content = json.loads(body)
    assert set(content) == {"code", "description"}
    assert not LEAKS.search(body), body
    assert "Python" not in str(answer.headers)


# OGC API - Features, by a client that is not ours


def test_a_client_finds_its_way(server):
    client = Features(f"{server.base}/api/")
    assert client.response["title"].startswith("生态产品价值实现案例图集")
    conforms = client.conformance()["conformsTo"]
    for part in ("core", "geojson", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" in conforms
    assert not [name for name in conforms if re.search("html|crs|create|filter", name)]
    assert client.feature_collections() == ["cases", "sites", "zones", "facts", "mechanisms"]
    zones = client.collection("zones")
    assert zones["storageCrs"].endswith("/OGC/1.3/CRS84")
    assert zones["crs"] == [zones["storageCrs"]]
    queryables = client.collection_queryables("zones")
    assert set(queryables["properties"]) == {"geometry", *(column.name for column in ledgers.columns.ZONES)}
    assert queryables["properties"]["stated_m2"]["type"] == "number"
    assert "m²" in queryables["properties"]["measured_m2"]["description"]
    jsonschema.Draft201909Validator.check_schema(queryables)
    assert client.api()["openapi"].startswith("3.0")


def test_paging_through_all_items_gives_the_store(server, holding):
    client = Features(f"{server.base}/api/")
    for name, collection in holding.collections.items():
        features, offset = [], 0
        while True:
            page = client.collection_items(name, limit=90, offset=offset)
            assert is_geojson(page)
            features += page["features"]
            assert page["numberMatched"] == len(collection.rows)
            assert page["numberReturned"] == len(page["features"])
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            before = [link for link in page["links"] if link["rel"] == "prev"]
            assert bool(before) == (offset > 0)
            if not following:
                break
            offset += 90
            assert f"offset={offset}" in following[0]
        assert [feature["id"] for feature in features] == list(collection.ids)
        assert [feature["properties"] for feature in features] == [
            json.loads(json.dumps(row)) for row in collection.rows
        ]
        for feature, shape in zip(features, collection.shapes, strict=True):
            if shape is None:
                assert feature["geometry"] is None
            else:
                got = shapely.geometry.shape(feature["geometry"])
                assert shapely.equals_exact(got, shapely.orient_polygons(shape))
                polygons = [
                    part for part in shapely.get_parts(shapely.get_parts(got)) if part.geom_type == "Polygon"
                ]
                rings = [part.exterior for part in polygons]
                assert all(ring.is_ccw for ring in rings)


def test_gdal_reads_it_as_it_reads_others(server, holding):
    address = f"OAPIF:{server.base}/api"
    assert [name for name, _ in pyogrio.list_layers(address)] == list(holding.collections)
    for name in ("cases", "zones"):
        read = pyogrio.read_dataframe(address, layer=name)
        collection = holding.collections[name]
        assert list(read["id"]) == list(collection.ids) or list(read["id"]) == [
            row["id"] for row in collection.rows
        ]
        assert read.geometry.notna().sum() == sum(shape is not None for shape in collection.shapes)
        assert "CRS84" in str(read.crs)
    zones = pyogrio.read_dataframe(address, layer="zones", bbox=(120, 30, 120.5, 30.5))
    assert set(zones["case"]) == {"hangzhou-xixi"}


def test_every_zone_says_how_far_to_trust_it(server, atlas):
    page = server.json("/api/collections/zones/items?limit=1000&skipGeometry=true")
    assert len(page["features"]) == sum(len(placed.case.zones) for placed in atlas)
    for feature in page["features"]:
        told = feature["properties"]
        if told["measured_m2"] is None:
            assert told["absent_zh"]
            assert told["absent_en"]
            assert told["confidence"] is None
        else:
            assert told["confidence"]
            assert told["how_zh"]
            assert told["how_en"]
            assert told["measured_mu"] == pytest.approx(told["measured_m2"] / (2000 / 3), rel=1e-12)
        if told["stated_m2"] is not None:
            assert told["stated_unit"]
            assert told["stated_as_printed"]
            assert told["stated_page"]
    reserve = {row.zone: row for row in measure.case(atlas["hangzhou-xixi"])}["wetland-reserve"]
    one = server.json("/api/collections/zones/items/hangzhou-xixi.wetland-reserve")
    assert one["properties"]["measured_m2"] == reserve.area_m2
    assert one["properties"]["stated_m2"] == reserve.stated_m2
    assert one["properties"]["made_from_stated"] == reserve.made_from_stated


@pytest.mark.parametrize(
    "box",
    [
        (120, 30, 120.1, 30.3),
        (140, -40, 155, -25),
        (100, 20, 110, 40),
        (-180, -90, 180, 90),
        (0, 0, 1, 1),
        (140, -40, -170, -20),
        (170, -60, -170, 60),
    ],
)
def test_a_box_finds_what_touches_it(server, holding, box):
    west, south, east, north = box
    area = (
        shapely.box(*box)
        if west <= east
        else shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))
    )
    for name in ("cases", "zones", "facts"):
        collection = holding.collections[name]
        wanted = [
            i
            for i, shape in zip(collection.ids, collection.shapes, strict=True)
            if shape is not None and shape.intersects(area)
        ]
        page = server.json(
            f"/api/collections/{name}/items?limit=1000&properties=id&skipGeometry=true&bbox={','.join(map(str, box))}"
        )
        assert [feature["id"] for feature in page["features"]] == wanted
        assert page["numberMatched"] == len(wanted)


def test_properties_filter_sort_and_choose(server, holding):
    client = Features(f"{server.base}/api/")
    rows = holding.collections["zones"].rows
    for name, value in (
        ("case", "chaka-salt-lake"),
        ("confidence", "schematic"),
        ("made_from_stated", "true"),
        ("page", "9"),
        ("page", "9.0"),
    ):
        found = client.collection_items("zones", limit=1000, skipGeometry="true", **{name: value})["features"]
        wanted = [row for row in rows if str(row[name]).lower() == value.removesuffix(".0")]
        assert wanted
        assert [feature["properties"]["id"] for feature in found] == [row["id"] for row in wanted]
    member = next(row for row in holding.collections["facts"].rows if row["series"])
    page = server.json(
        f"/api/collections/facts/items?limit=1000&series={member['series'][0]}&skipGeometry=true"
    )
    assert member["id"] in [feature["properties"]["id"] for feature in page["features"]]
    page = server.json(
        "/api/collections/zones/items?limit=1000&sortby=-measured_m2&properties=id,measured_m2&skipGeometry=true"
    )
    got = [feature["properties"]["measured_m2"] for feature in page["features"]]
    known = [value for value in got if value is not None]
    assert known == sorted(known, reverse=True)
    assert got == known + [None] * (len(got) - len(known))
    assert set(page["features"][0]["properties"]) == {"id", "measured_m2"}
    assert page["features"][0]["geometry"] is None
    assert server.json("/api/collections/zones/items?name_zh=%27%20OR%201=1--")["numberMatched"] == 0
    up = server.json("/api/collections/zones/items?limit=5&sortby=+page&skipGeometry=true")
    assert [f["properties"]["page"] for f in up["features"]] == sorted(
        row["page"] for row in rows if row["page"]
    )[:5]


def test_a_page_is_cut_at_a_thousand_and_links_keep_the_question(server):
    page = server.json(
        "/api/collections/facts/items?limit=999999999999&skipGeometry=true&confidence_=".removesuffix(
            "&confidence_="
        )
    )
    assert page["numberReturned"] <= 1000
    page = server.json("/api/collections/facts/items?limit=7&offset=7&unit=km2&bbox=70,0,140,60")
    links = {link["rel"]: link["href"] for link in page["links"]}
    for rel in ("self", "prev"):
        assert "unit=km2" in links[rel]
        assert "bbox=70.0,0.0,140.0,60.0" in links[rel]
    again = server.json(links["self"].removeprefix(server.base))
    assert again == page
    assert server.json("/api/collections/facts/items?offset=99999")["features"] == []


def test_everything_linked_and_described_is_there(server):
    seen, todo = set(), {"/api/"}
    while todo:
        path = todo.pop()
        seen.add(path)
        answer, body = server.ask(path)
        assert answer.status == 200, path
        if "html" in answer.headers["Content-Type"]:
            continue
        hosts = set(re.findall(rb"https?://([^/\"\\ )]+)", body))
        own = f"127.0.0.1:{server.port}".encode()
        # names of standards and of a licence are names, not addresses that an answer calls
        assert hosts <= {own, b"www.opengis.net", b"json-schema.org", b"creativecommons.org"}, (path, hosts)
        assert b"text/html" not in body.replace(b'"rel":"about","type":"text/html"', b"")
        if "/items" not in path:
            todo |= {
                link.removeprefix(server.base) for link in re.findall(rf"{server.base}/[^\"]+", body.decode())
            } - seen
    assert len(seen) > 20
    described = server.json("/api/openapi")
    assert not [
        ref for ref in re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(described)) if not ref.startswith("#/")
    ]
    for path in described["paths"]:
        name = (
            path.replace(
                "{featureId}",
                server.json(f"/api{path.partition('/items/')[0]}/items?limit=1")["features"][0]["id"],
            )
            if "{" in path
            else path
        )
        assert server.ask(f"/api{name}")[0].status == 200, path
    limits = described["components"]["parameters"]["limit"]["schema"]
    assert limits["maximum"] == 1000


# cases and downloads


def test_a_case_whole(server, atlas):
    for case_id in CASES:
        told = server.json(f"/cases/{case_id}.json")
        placed = atlas[case_id]
        assert told["case"] == json.loads(placed.case.model_dump_json())
        assert [row["area_m2"] for row in told["measures"]] == [row.area_m2 for row in measure.case(placed)]
        assert told["claims"] or not claims.findings(placed.case)
        assert len(told["shapes"]) == len(placed.shapes)
        assert told["citation"]
        assert told["units"]["area_m2"] == "m²"


def test_cases_are_found(server, atlas):
    def ids(query):
        return [row["id"] for row in server.json(f"/cases.json?{query}")["cases"]]

    assert ids("") == [placed.case.id for placed in atlas]
    assert ids("place=330106") == ids("place=330100") == ["hangzhou-xixi"]
    assert set(ids("place=330000")) == {
        placed.case.id for placed in atlas if placed.case.places[0].startswith("33")
    }
    assert ids("place=AU-NSW") == ["nsw-biodiversity-offsets"]
    mode = atlas["chaka-salt-lake"].case.mode.id
    assert set(ids(f"mode={mode}")) == {
        p.case.id for p in atlas if mode in {p.case.mode.id, *(m.id for m in p.case.further_modes)}
    }
    assert ids("q=" + quote("盐湖"))[0] == "chaka-salt-lake"
    assert ids("q=SALT%20lake%20chaka") == ["chaka-salt-lake"]
    assert ids("q=no-such-words") == []
    path = atlas["chaka-salt-lake"].case.path.id
    category = atlas["chaka-salt-lake"].case.category.id
    assert set(ids(f"path={path}&category={category}")) == {
        p.case.id for p in atlas if p.case.path.id == path and p.case.category.id == category
    }
    assert ids("limit=2&offset=3") == [placed.case.id for placed in atlas][3:5]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet", "geojson"])
@pytest.mark.parametrize("subject", ["facts", "zones", "mechanisms"])
def test_downloads_are_the_exports(server, holding, subject, form):
    answer, body = server.ask(f"/download/{subject}.{form}?case=chaka-salt-lake,xichou-karst")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith(
        f'attachment; filename="eppv-{subject}.{form}"; filename*'
    )
    chosen = [
        holding.by_id[name]
        for name in sorted(("chaka-salt-lake", "xichou-karst"), key=list(holding.by_id).index)
    ]
    ledger, citation = holding.ledger(subject, chosen), holding.citation(chosen)
    if form == "geojson":
        told = json.loads(body)
        assert [f["properties"] for f in told["features"]] == json.loads(json.dumps(list(ledger.rows)))
        assert told["citation"] == citation
        assert len(told["dictionary"]) == len(ledger.columns)
        assert is_geojson({**told, "links": [], "numberMatched": 0, "numberReturned": 0})
        return
    assert body == export.written(ledger, form, citation)
    if form == "parquet":
        assert pq.read_table(io.BytesIO(body)).num_rows == len(ledger.rows)
    if form == "xlsx":
        book = load_workbook(io.BytesIO(body))
        assert book.sheetnames == [subject, "dictionary", "citation"]
        assert all(cell.data_type != "f" for row in book[subject].iter_rows() for cell in row)
    if form in {"csv", "json"}:
        beside = re.search('<([^>]+)>; rel="describedby"', answer.headers["Link"])[1]
        described = server.json(urljoin("/download/", beside))
        assert described["url"] == f"eppv-{subject}.{form}"
        assert described["dc:bibliographicCitation"] == citation


def test_downloads_are_filtered_and_named(server, atlas):
    answer, body = server.ask("/download/facts.json?case=chaka-salt-lake")
    assert 'filename="eppv-facts-chaka-salt-lake.json"' in answer.headers["Content-Disposition"]
    assert {row["case"] for row in json.loads(body)} == {"chaka-salt-lake", "general"}
    mode = atlas["chaka-salt-lake"].case.mode.id
    rows = json.loads(server.ask(f"/download/mechanisms.json?mode={mode}")[1])
    assert {row["case"] for row in rows} <= {
        row["id"] for row in server.json(f"/cases.json?mode={mode}")["cases"]
    }
    assert server.ask("/download/glossary.csv")[1].decode().startswith("group,id,zh,en")
    assert len(json.loads(server.ask("/download/claims.json")[1])) > 50


# HTTP


TAGGED = [
    "/",
    "/cases.json",
    "/api/collections/facts/items?limit=50",
    "/atlas.pmtiles",
    "/download/zones.csv",
    "/cases/chaka-salt-lake.json",
]


@pytest.mark.parametrize("path", TAGGED)
def test_tags_name_content_and_spare_it(server, path):
    answer, body = server.ask(path)
    tag = answer.headers["ETag"]
    assert tag == f'"{hashlib.sha256(body).hexdigest()[:32]}"'  # strong, and of the content
    assert server.ask(path)[1] == body
    for said in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again, nothing = server.ask(path, If_None_Match=said)
        assert (again.status, nothing) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Type" not in again.headers
    assert server.ask(path, If_None_Match='"another"')[0].status == 200
    head, nothing = server.ask(path, "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.headers["Content-Length"] == str(len(body))
    assert head.headers["ETag"] == tag
    for name in ("Content-Security-Policy", "Cache-Control", "Referrer-Policy"):
        assert answer.headers[name], name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] in {"no-cache", "max-age=300"}


@pytest.mark.parametrize("path", [path for path in TAGGED if "pmtiles" not in path])
def test_what_is_packed_is_the_same_and_has_its_own_tag(server, path):
    plain, body = server.ask(path)
    answer, packed = server.ask(path, Accept_Encoding="br, gzip;q=0.8")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == body
    assert len(packed) < len(body) / 2
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["ETag"] != plain.headers["ETag"]
    for said in (answer.headers["ETag"], plain.headers["ETag"]):
        assert server.ask(path, Accept_Encoding="gzip", If_None_Match=said)[0].status == 304
    assert "Content-Encoding" not in server.ask(path, Accept_Encoding="gzip;q=0")[0].headers
    assert server.ask(path, "HEAD", Accept_Encoding="gzip")[0].headers["Content-Length"] == str(len(packed))


def test_encodings_are_weighed():
    assert accepts_gzip("GZIP")
    assert accepts_gzip("*;q=0.1")
    assert not accepts_gzip("*, gzip;q=0.0")
    assert not accepts_gzip("gzip;q=nonsense")
    assert not accepts_gzip("")


def test_parts_of_files(server):
    size = len(TILES)
    for said, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, size - 1),
        ("bytes=-5", size - 5, size - 1),
        (f"bytes=10-{size * 2}", 10, size - 1),
        ("bytes=0-0", 0, 0),
        (f"bytes=-{size * 2}", 0, size - 1),
    ):
        answer, body = server.ask("/atlas.pmtiles", Range=said, Accept_Encoding="gzip")
        assert answer.status == 206
        assert body == TILES[first : last + 1]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert answer.headers["Content-Type"] == "application/vnd.pmtiles"
        assert "Content-Encoding" not in answer.headers
    tag = server.ask("/atlas.pmtiles")[0].headers["ETag"]
    assert server.ask("/atlas.pmtiles", Range="bytes=0-9", If_Range=tag)[0].status == 206
    for more in ({"If_Range": '"old"'}, {"If_Range": f"W/{tag}"}):
        answer, body = server.ask("/atlas.pmtiles", Range="bytes=0-9", **more)
        assert (answer.status, body) == (200, TILES)
    for said in ("bytes=0-1,5-6", "lines=0-1", "bytes=9-1", "bytes=-", "bytes=x-y"):
        assert server.ask("/atlas.pmtiles", Range=said)[0].status == 200
    for said in (f"bytes={size}-", "bytes=-0"):
        answer, body = server.ask("/atlas.pmtiles", Range=said)
        is_refusal(answer, body, 416)
        assert answer.headers["Content-Range"] == f"bytes */{size}"
    assert server.ask("/atlas.pmtiles", "HEAD", Range="bytes=0-9")[0].status == 200
    answer, body = server.ask("/index.html", Range="bytes=5-9", Accept_Encoding="gzip")
    assert (answer.status, body) == (206, PAGE[5:10])


def test_files_have_their_types_and_only_some_are_files(server):
    for name, kind in {
        "index.html": "text/html; charset=utf-8",
        "national.oembed.json": "application/json",
        "zones.geojson": "application/geo+json",
        "map.svg": "image/svg+xml",
        "map.png": "image/png",
        "map.pdf": "application/pdf",
    }.items():
        answer, _ = server.ask(f"/{name}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    for name in (
        ".eppv-atlas",
        "notes.txt",
        "run.sh",
        "secret.html",
        "pipe.json",
        "INDEX.HTML",
        "map.svg/",
        "",
    ):
        if name:
            is_refusal(*server.ask(f"/{name}"), 404)
    policy = server.ask("/index.html")[0].headers["Content-Security-Policy"]
    assert "default-src" not in policy  # the page itself knows the hashes of its scripts
    assert "script-src" not in policy
    assert "sandbox" in server.ask("/map.svg")[0].headers["Content-Security-Policy"]
    assert "default-src 'none'" in server.ask("/cases.json")[0].headers["Content-Security-Policy"]


def test_a_file_that_changes_changes_its_tag(server, shown):
    before = server.ask("/zones.geojson")[0].headers["ETag"]
    (shown / "zones.geojson").write_bytes(b'{"type":"FeatureCollection","features":[ ]}')
    assert server.ask("/zones.geojson")[0].headers["ETag"] != before


# hostile requests


@pytest.mark.parametrize(
    ("status", "path"),
    [
        *((404, path) for path in (
            "/../atlas.yaml", "/%2e%2e/atlas.yaml", "/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/%00index.html", "/index.html%00",
            "/%ff%fe", "/index.html/", "/" + "a" * 390, "/%0d%0aSet-Cookie:%20a=b", "/cases/../../atlas.yaml", "/cases/%2e%2e%2fatlas.json",
            "/cases/chaka-salt-lake", "/cases/no-such-case.json", "/cases/.json", "/cases/", "/download/", "/download/zones", "/download/zones.exe",
            "/download/../zones.csv", "/download/zones.csv/x", "/download/claims.geojson", "/download/zones.xlsx-metadata.json",
            "/api/nothing", "/api/collections/", "/api/collections/x", "/api/collections/x/items", "/api/collections/zones/items/x",
            "/api/collections/zones/items/", "/api/collections/zones/items/../x", "/api/processes", "/api/jobs", "/api/TileMatrixSets", "/api/stac",
            "/api/static/css/default.css", "/api/admin/config", "/api/collections/zones/tiles", "/cases.json/", "/api//collections",
        )),
        *((400, path) for path in (
            "/cases.json?x=1", "/cases.json?mode=x", "/cases.json?place=x", "/cases.json?limit=0", "/cases.json?limit=-1", "/cases.json?limit=1&limit=2",
            "/cases.json?q=%00", "/cases.json?q=%ff", "/cases.json?q=a%0d%0ab", "/download/zones.csv?case=../x", "/download/glossary.csv?case=chaka-salt-lake",
            "/cases.json?" + "&".join(["q=a"] * 60), "/cases/chaka-salt-lake.json?x=1",
            "/api/?f=html", "/api/collections?f=xml", "/api/collections?lang=en", "/api/collections/zones/items?x=1", "/api/collections/zones/items?limit=0",
            "/api/collections/zones/items?limit=x", "/api/collections/zones/items?limit=-5", "/api/collections/zones/items?limit=1e3",
            "/api/collections/zones/items?limit=" + "9" * 400, "/api/collections/zones/items?offset=-1", "/api/collections/zones/items?limit=1&limit=2",
            "/api/collections/zones/items?bbox=nan,nan,nan,nan", "/api/collections/zones/items?bbox=inf,0,1,1", "/api/collections/zones/items?bbox=1,2,3",
            "/api/collections/zones/items?bbox=1,2,3,4,5,6", "/api/collections/zones/items?bbox=-181,0,1,1", "/api/collections/zones/items?bbox=0,91,1,92",
            "/api/collections/zones/items?bbox=0,10,1,5", "/api/collections/zones/items?bbox=", "/api/collections/zones/items?bbox=1,2,3,4;drop",
            "/api/collections/zones/items?bbox=0,0,1,1e99", "/api/collections/zones/items?bbox=0,0,1,1&bbox-crs=x", "/api/collections/zones/items?bbox-crs=x",
            "/api/collections/zones/items?crs=http://www.opengis.net/def/crs/EPSG/0/3857", "/api/collections/zones/items?datetime=yesterday",
            "/api/collections/zones/items?datetime=/", "/api/collections/zones/items?sortby=", "/api/collections/zones/items?sortby=x",
            "/api/collections/zones/items?sortby=--id", "/api/collections/zones/items?sortby=places", "/api/collections/zones/items?properties=__class__",
            "/api/collections/zones/items?skipGeometry=2", "/api/collections/zones/items?page=x", "/api/collections/zones/items?page=nan",
            "/api/collections/zones/items?made_from_stated=2", "/api/collections/zones/items?filter=1=1", "/api/collections/zones/items?f=../../x",
            "/api/collections/zones/items?resulttype=hits", "/api/collections/zones/queryables?profile=actual-domain", "/api/openapi?ui=redoc",
        )),
        (414, "/cases.json?q=" + "a" * 10_000),
        (414, "/" + "a" * 5000),
    ],
)  # fmt: skip
def test_hostile_addresses(server, status, path):
    is_refusal(*server.ask(path), status)


def test_only_reading(server):
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X"):
        for path in ("/", "/api/collections/zones/items", "/cases.json"):
            answer, body = server.ask(path, method)
            is_refusal(answer, body, 405)
            assert answer.headers["Allow"] == "GET, HEAD"
    long = b"POST /api/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n"
    assert b" 413 " in server.raw(long + b"x" * 2000).splitlines()[0]


def test_names_of_the_server(server):
    for host in (
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "[::1]:1",
        "",
        "127.0.0.1:x",
        "127.0.0.1, evil",
        "a" * 300,
    ):
        is_refusal(*server.ask("/index.html", Host=host), 421)
    for host in ("localhost", f"localhost:{server.port}", "LOCALHOST"):
        assert server.ask("/index.html", Host=host)[0].status == 200
    got = server.raw(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
    assert got.split()[1] in {b"400", b"421"}
    assert b"link" not in server.ask("/cases.json", X_Forwarded_Host="evil.example", Forwarded="host=evil")[1]
    assert b"evil" not in server.ask("/api/", X_Forwarded_Host="evil.example", X_Forwarded_Proto="https")[1]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_what_is_no_http(server, sent):
    got = server.raw(sent)
    assert not LEAKS.search(got)
    assert b"generated by" not in got
    if got:
        assert 200 <= int(got.split()[1]) < 502
        head, _, body = got.partition(b"\r\n\r\n")
        if not got.split()[1].startswith(b"2"):
            assert b"application/json" in head
            assert set(json.loads(body)) == {"code", "description"}
    assert server.ask("/index.html")[0].status == 200


def test_slow_readers_hold_up_nobody(server):
    held = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(60)]
    try:
        for one in held:
            one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        begin = time.monotonic()
        for _ in range(5):
            assert server.ask("/cases.json")[0].status == 200
        assert time.monotonic() - begin < 3
    finally:
        for one in held:
            one.close()


def test_a_request_that_trickles_is_dropped(shown, monkeypatch):
    monkeypatch.setattr(many, "REQUEST_S", 0.6)
    with serve.bound("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        running = serve.running(serve.Site(Pages(shown), serve.names_of("127.0.0.1")), held)
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
            begin = time.monotonic()
            with pytest.raises(OSError):  # noqa: PT011, PT012 - reset or broken pipe
                while time.monotonic() - begin < 5:
                    slow.sendall(b"a")
                    time.sleep(0.1)
            assert 0.5 < time.monotonic() - begin < 3
        with socket.create_connection(("127.0.0.1", port), timeout=5) as quick:
            quick.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert quick.recv(100).startswith(b"HTTP/1.1 200")
        running.task_dispatcher.shutdown(timeout=2)
        running.close()
        running.asyncore.close_all(running._map)
        thread.join(5)


PIECES = st.sampled_from(
    ["api", "collections", "zones", "cases", "facts", "items", "queryables", "schema", "conformance", "openapi", "cases.json", "download",
     "zones.csv", "facts.json", "zones.csv-metadata.json", "index.html", "chaka-salt-lake.json", "hangzhou-xixi.wetland-reserve", "..", ".", "", "%2e%2e", "%00", "a.html"]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "limit",
        "offset",
        "bbox",
        "bbox-crs",
        "crs",
        "datetime",
        "sortby",
        "properties",
        "skipGeometry",
        "f",
        "case",
        "mode",
        "q",
        "place",
        "page",
        "measured_m2",
        "made_from_stated",
        "filter",
        "lang",
    ]
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers(-5, 2000).map(str),
    st.lists(st.floats(), min_size=3, max_size=5).map(lambda v: ",".join(map(str, v))),
    st.sampled_from(
        [
            "",
            "json",
            "html",
            "true",
            "id",
            "-page",
            "chaka-salt-lake",
            "330106",
            "2023-01-01/..",
            "0,0,180,90",
            "' OR 1=1 --",
            "{{7*7}}",
            "%s%n",
            "../../etc/passwd",
        ]
    ),
)
PATHS = st.lists(st.one_of(PIECES, PIECES, PIECES, st.text(max_size=8).map(quote)), max_size=6).map(
    lambda parts: "/" + "/".join(parts)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=PATHS,
    query=st.lists(st.tuples(st.one_of(NAMES, st.text(max_size=6)), VALUES), max_size=4),
    method=st.sampled_from(["GET", "GET", "HEAD", "POST"]),
)
def test_no_address_breaks_it(server, path, query, method):
    answer, body = server.ask(
        path + ("?" + urlencode(query, errors="surrogatepass") if query else ""), method
    )
    assert answer.status in {200, 400, 404, 405, 414}
    if answer.status != 200:
        if method != "HEAD":
            is_refusal(answer, body, answer.status)
        return
    assert method != "POST"
    assert not re.search(rb"Traceback|site-packages|pygeoapi|waitress|" + HERE, body)


# the atlas behind it


def test_the_same_atlas_gives_the_same_bytes(server, holding):
    from eppv_atlas.serve.asking import Asked

    shelf = serve.shelf(holding, server.base)
    for path, query in (
        ("api/", ()),
        ("api/collections", ()),
        ("api/openapi", ()),
        ("api/collections/sites/schema", ()),
        ("cases.json", ()),
        ("cases/xichou-karst.json", ()),
        ("download/zones.xlsx", (("case", "xichou-karst"),)),
    ):
        _, body = server.ask(f"/{path}" + (f"?{urlencode(query)}" if query else ""))
        assert shelf.answer(Asked("GET", path, query, {})).body == body, path
    shelf = serve.shelf(holding, "https://atlas.example.org/a")
    for path in ("api/", "api/collections", "api/collections/cases/items/xichou-karst"):
        links = re.findall(rb'"href":"([^"]+)"', shelf.answer(Asked("GET", path, (), {})).body)
        assert links
        assert all(link.startswith(b"https://atlas.example.org/a/") for link in links)


def test_a_state_is_never_half():
    stamps, states, told = (
        iter([0, 1, 2, 2, 2, 3, 3, 3]),
        iter(["first", "half", "whole", ValueError("broken")]),
        [],
    )

    def read():
        state = next(states)
        if isinstance(state, Exception):
            raise state
        return state

    live = Live(read, lambda: next(stamps), told.append)
    assert live.state == "first"
    assert live.look()  # it moved while the half was read: read again
    assert live.state == "whole"
    assert not live.look()
    assert not live.look()  # what cannot be read changes nothing
    assert live.state == "whole"
    assert not live.look()  # and is said once
    assert [type(item).__name__ for item in told] == ["str", "ValueError"]


def test_the_server_follows_its_files(server, copied):
    address, feature = "/cases/chaka-salt-lake.json", "/api/collections/cases/items/chaka-salt-lake"
    before = {path: server.ask(path)[1] for path in (address, feature)}
    file = copied / "cases" / "chaka-salt-lake.yaml"
    text = file.read_text("utf-8")
    short = re.search(r"^short:\n(?:  .*\n)*?  en: (.+)$", text, re.MULTILINE)[1]
    file.write_text(text.replace("\nbatch:", "\nbatsch:", 1), "utf-8")  # a broken edit
    server.wait("served as it was")
    assert "chaka-salt-lake.yaml" in server.said()
    assert {path: server.ask(path)[1] for path in before} == before
    name = "=1+2 <script>alert(1)</script>"
    file.write_text(text.replace(f"  en: {short}\n", f"  en: '{name}'\n", 1), "utf-8")
    seen = {path: [] for path in before}
    while "read anew" not in server.said():  # readers meanwhile get the old state or the new one, never half
        for path in before:
            answer, body = server.ask(path)
            assert answer.status == 200
            seen[path].append(body)
        assert server.process.poll() is None
    after = {path: server.ask(path)[1] for path in before}
    for path, old in before.items():
        assert after[path] != old
        assert set(seen[path]) <= {old, after[path]}
    assert json.loads(after[address])["case"]["short"]["en"] == name
    assert json.loads(after[feature])["properties"]["short_en"] == name
    assert server.said().count("served as it was") == 1
    answer, body = server.ask("/download/mechanisms.csv?case=chaka-salt-lake")
    assert f",'{name}," in body.decode()  # no formula for a spreadsheet
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(server.ask("/download/mechanisms.json?case=chaka-salt-lake")[1])[0]["case_en"] == name


def test_many_at_once_get_what_one_gets(server):
    paths = [
        f"/api/collections/{name}/items?limit=20&offset={n}"
        for name in ("zones", "facts")
        for n in range(0, 60, 20)
    ]
    paths += ["/", "/cases.json", "/atlas.pmtiles", "/download/zones.csv"]
    found = {path: set() for path in paths}

    def ask(turn):
        for path in paths[turn:] + paths[:turn]:
            found[path].add(server.ask(path)[1])

    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(bodies) == 1 for bodies in found.values())


def test_pages_alone_are_as_strict(shown):
    held = serve.server(shown, 0)
    thread = threading.Thread(target=held.serve_forever, daemon=True)
    thread.start()
    plain = Served.__new__(Served)
    plain.port = held.server_address[1]
    answer, body = plain.ask("/index.html", Accept_Encoding="gzip")
    assert gzip.decompress(body) == PAGE
    assert plain.ask("/index.html", If_None_Match=answer.headers["ETag"])[0].status == 304
    assert plain.ask("/atlas.pmtiles", Range="bytes=5-9")[1] == TILES[5:10]
    assert plain.ask("/atlas.pmtiles")[1] == TILES
    for path, status in (
        ("/cases.json", 404),
        ("/api/", 404),
        ("/secret.html", 404),
        ("/?" + "a" * 5000, 414),
    ):
        is_refusal(*plain.ask(path), status)
    is_refusal(*plain.ask("/", "DELETE"), 405)
    is_refusal(*plain.ask("/", Host="evil.example"), 421)
    for sent in (b"GET\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n"):  # fmt: skip
        got = plain.raw(sent)
        assert not LEAKS.search(got)
        if got:
            assert set(json.loads(got.rpartition(b"\r\n")[2])) == {"code", "description"}, got
    held.shutdown()
    held.server_close()
    thread.join()


# the command


def test_what_is_missing_or_risky_is_said(cli, shown, monkeypatch):
    monkeypatch.setattr(serve, "needed", lambda: "pygeoapi")
    for more in (["--api"], ["--host", "0.0.0.0"]):
        code, _out, err = cli("serve", shown, *more)
        assert code == 2
        assert err.count("\n") == 1
        assert "pip install 'eppv-atlas[server]'" in err
    monkeypatch.undo()
    made = []

    class Stub:
        def run(self):
            made.append("run")

        def close(self):
            made.append("close")

    def on_loopback(host, port):
        made.append(host)
        return socket.create_server(("127.0.0.1", port))

    monkeypatch.setattr(serve, "bound", on_loopback)  # tests listen on loopback only
    monkeypatch.setattr(serve, "running", lambda site, _held: made.append(site.hosts) or Stub())
    code, _, err = cli(
        "serve", shown, "--host", "0.0.0.0", "--port", 0, "--no-api", "--allow-host", "Atlas.example.org"
    )
    assert code == 0
    assert made == ["0.0.0.0", {"127.0.0.1", "localhost", "atlas.example.org"}, "run", "close"]
    assert err.count("\n") == 1
    assert "other machines" in err
    for more in (["--allow-host", "http://x/"], ["--url", "ftp://x/"], ["--allow-host", "a b"]):
        assert (
            cli("serve", shown, "--port", 0, "--no-api", "--host", "127.0.0.1", "--allow-host", "ok", *more)[
                0
            ]
            == 2
        )


def test_without_the_extra_pages_are_served_and_it_is_said(cli, shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygeoapi", None)
    assert serve.needed() == "pygeoapi"
    monkeypatch.setattr(serve, "plain", lambda pages, port, hosts: contextlib.nullcontext(Stub(pages, hosts)))

    class Stub:
        server_address = ("127.0.0.1", 8000)

        def __init__(self, pages, hosts):
            assert pages.answer("index.html").body == PAGE
            assert hosts == {"127.0.0.1", "localhost", "here.example"}

        def serve_forever(self):
            raise KeyboardInterrupt

    code, out, err = cli("serve", shown, "--allow-host", "here.example")
    assert (code, err) == (0, "")
    assert "at http://127.0.0.1:8000/" in out
    assert "pages only; for the data: pip install 'eppv-atlas[server]'" in out
    assert "pages only" not in cli("serve", shown, "--no-api", "--allow-host", "here.example")[1]


def test_names_and_addresses():
    assert serve.is_loopback("127.0.0.1")
    assert serve.is_loopback("::1")
    assert serve.is_loopback("localhost")
    assert not serve.is_loopback("0.0.0.0")
    assert not serve.is_loopback("192.0.2.1")
    assert serve.names_of("::1") == {"127.0.0.1", "localhost", "[::1]"}
    with pytest.raises(UsageError, match="cannot be used"):
        serve.bound("192.0.2.1", 0)
    with pytest.raises(UsageError, match="cannot be used"):
        serve.bound("127.0.0.1", 99999)
