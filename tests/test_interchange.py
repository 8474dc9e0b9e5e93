"""Found and read by others: a data package, a catalogue, metadata for search engines; each checked by a library that is not ours."""

import dataclasses
import json
import re
import shutil

import frictionless
import pystac
import pytest
from pystac.validation import validate_dict

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas.interchange import catalogue, dataset
from eppv_atlas.render import described
from eppv_atlas.units import from_m2


def points(atlas):
    return [(placed.anchor.x, placed.anchor.y) for placed in atlas]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    from conftest import call

    out = tmp_path_factory.mktemp("package") / "data"
    assert call("--atlas", ROOT, "export", "--to", "datapackage", "--out", out) == 0
    return out


def test_a_data_package_is_valid_row_by_row(package):
    report = frictionless.validate(str(package / "datapackage.json"))
    assert report.valid, report.flatten(["path", "type", "note"])[:5]
    tables = {task.name: task.stats["rows"] for task in report.tasks if task.stats.get("rows")}
    assert tables["facts"] == 407 + len(ea.load().settings.documents["mnr-epv-cases-4"].facts)
    assert tables["mechanisms"] == 133


def test_the_package_says_licences_and_what_every_column_means(package):
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    assert [one["name"] for one in described["licenses"]] == ["CC-BY-4.0", "MIT"]
    assert {one["name"] for one in described["resources"]} >= {
        "facts",
        "zones",
        "zones-geojson",
        "mechanisms",
        "claims",
        "glossary",
    }
    for resource in described["resources"]:
        assert (package / resource["path"]).stat().st_size == resource["bytes"]
        for field in resource.get("schema", {}).get("fields", ()):
            assert len(field["description"]) > 6, field


def test_a_damaged_package_does_not_pass(package, tmp_path):
    copy = tmp_path / "p"
    shutil.copytree(package, copy)
    facts = copy / "facts.csv"
    lines = facts.read_text("utf-8").splitlines()
    head = lines[0].split(",").index("page")
    facts.write_text(
        "\n".join(
            [lines[0], ",".join("x" if i == head else "" for i in range(lines[0].count(",") + 1)), *lines[2:]]
        ),
        "utf-8",
    )
    assert not frictionless.validate(str(copy / "datapackage.json")).valid


def test_the_areas_of_a_package_are_those_of_the_atlas(package):
    resource = frictionless.Package(str(package / "datapackage.json")).get_resource("zones")
    rows = {(row["case"], row["id"]): row for row in resource.read_rows()}
    atlas = ea.load(ROOT)
    for placed in atlas:
        for one in ea.measure.case(placed):
            row = rows[one.case, one.zone]
            if one.area_m2 is not None:
                assert float(row["measured_m2"]) == one.area_m2
                assert float(row["measured_mu"]) == pytest.approx(from_m2(one.area_m2, "mu"), rel=1e-12)
                assert row["confidence"] == one.confidence


@pytest.mark.parametrize("address", ["", "https://atlas.example/maps/"])
def test_the_catalogue_is_stac(atlas, tmp_path, address):
    files = catalogue.written(atlas.cases, atlas.settings, address)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        data = json.loads(content)
        validate_dict(data)
    catalog = pystac.Catalog.from_file(str(tmp_path / catalogue.NAME))
    items = list(catalog.get_items())
    if not address:
        assert [item.id for item in items] == [placed.case.id for placed in atlas]
    for placed in atlas:
        item = json.loads(files[f"{placed.case.id}.stac.json"])
        assert item["properties"]["eppv:confidence"] == placed.anchor_confidence
        assert item["assets"]["page"]["href"] == f"./{placed.case.id}.html"
        assert item["properties"]["datetime"] == "2023-09-01T00:00:00Z"


def test_a_document_without_a_date_gives_no_invented_one(atlas):
    settings = atlas.settings.model_copy(
        update={
            "documents": {
                k: v.model_copy(update={"issued": "未注明"}) for k, v in atlas.settings.documents.items()
            }
        }
    )
    assert list(catalogue.written(atlas.cases, settings)) == [catalogue.NAME]


def test_datasets_say_what_search_engines_ask_for(atlas):
    whole = dataset.of_atlas(points(atlas), {"mnr-epv-cases-4"}, atlas.settings, "https://atlas.example/")
    assert whole["@type"] == ["Dataset", "http://www.w3.org/ns/dcat#Dataset"]
    assert 50 <= len(whole["description"]) <= 5000
    assert whole["distribution"][0]["contentUrl"] == "https://atlas.example/catalog.json"
    south, west, north, east = map(float, whole["spatialCoverage"]["geo"]["box"].split())
    for placed in atlas:
        assert south - 0.01 <= placed.anchor.y <= north + 0.01
        assert west - 0.01 <= placed.anchor.x <= east + 0.01
        part = dataset.of_case(placed, atlas.settings, "https://atlas.example/")
        assert 50 <= len(part["description"]) <= 5000
        assert part["url"].endswith(f"/{placed.case.id}.html")
        assert part["isPartOf"]["url"] == "https://atlas.example/"
    assert "url" not in dataset.of_atlas(points(atlas), {"mnr-epv-cases-4"}, atlas.settings)


def test_every_page_says_what_it_is_as_data_that_runs_nowhere(maps, atlas):
    for name, title in (
        ("index", atlas.settings.title.en),
        ("xichou-karst", atlas["xichou-karst"].case.title.en),
    ):
        page = (maps / f"{name}.html").read_text("utf-8")
        (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert title in json.loads(text)["name"]
        assert page.index("ld+json") < page.index("</head>")
    catalog = pystac.Catalog.from_file(str(maps / "catalog.json"))
    assert next(catalog.get_items("xichou-karst"), None) is not None
    assert (maps / "xichou-karst.html").is_file()


def test_hostile_titles_stay_data_in_the_metadata(atlas):
    placed = atlas["xichou-karst"]
    hostile = placed.case.model_copy(
        update={"title": placed.case.title.model_copy(update={"zh": "</script><script>alert(1)</script>"})}
    )
    made = dataset.of_case(dataclasses.replace(placed, case=hostile), atlas.settings)
    page = described(b"<html><head></head><body></body></html>", made)
    assert page.count(b"</script>") == 1
    assert b"<script>alert" not in page
