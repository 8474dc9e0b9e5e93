"""Styles of QGIS: what they say, that they parse, and that the table which carries them is QGIS's own."""

import base64
import math
import os
import re
import sqlite3
import subprocess
import sys
from itertools import product
from xml.etree import ElementTree as ET

import pyogrio
import pytest
import shapely

from eppv_atlas import vocabulary
from eppv_atlas.render import qgis, style
from eppv_atlas.store.exchange import arrow, gpkg_styles, layers
from eppv_atlas.units import UNITS

LANGS = ("zh", "en")
HOSTILE = """</rule><x a='1' b="2">&amp;]]>\\' OR 1=1 -- %s {0} \u202e"""
PX = 0.75
SE = "{http://www.opengis.net/se}"
OGC = "{http://www.opengis.net/ogc}"


def looks(lang="zh"):
    return {
        layer.name: [
            qgis.FieldLook(field.name, getattr(field, lang), field.path is not None or field.name == "case")
            for field in layer.fields
        ]
        for layer in layers.LAYERS
    }


@pytest.fixture(scope="module", params=LANGS)
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def styles(lang):
    return qgis.styles(looks(lang), lang)


@pytest.fixture(scope="module")
def zones(styles):
    return ET.fromstring(styles["zones"].qml)


def options(layer):
    own = layer.find("Option")
    return {one.get("name"): one.get("value") for one in own}


def leaves(root):
    """Rules that draw: label, whole filter, layers of the symbol as (class, options)."""
    drawn = {one.get("name"): one for one in root.findall("renderer-v2/symbols/symbol")}
    out = {}
    for rule in root.findall("renderer-v2/rules/rule"):
        inner = rule.findall("rule")
        for leaf in inner or [rule]:
            tests = [rule.get("filter"), leaf.get("filter")] if inner else [rule.get("filter")]
            parts = [(one.get("class"), options(one), one) for one in drawn[leaf.get("symbol")]]
            out[leaf.get("key")] = (leaf.get("label"), [f"({test})" for test in tests], parts)
    return out


def rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def colours(value):
    *three, alpha = map(int, value.split(","))
    return tuple(three), alpha / 255


def test_every_layer_has_a_style_that_parses(styles):
    assert list(styles) == [layer.name for layer in layers.LAYERS]
    for layer, one in styles.items():
        root = ET.fromstring(one.qml)
        assert root.tag == "qgis"
        assert root.get("version").startswith("3.22")
        shaped = layers.LAYERS[list(styles).index(layer)].shapes is not None
        assert (root.find("renderer-v2") is not None) == shaped
        assert (root.find("labeling") is not None) == shaped
        assert bool(one.sld) == shaped
        if shaped:
            assert ET.fromstring(one.sld).get("version") == "1.1.0"
        assert one.name
        assert one.description


def test_every_rule_has_its_symbol_and_no_symbol_is_left_over(styles):
    for layer in ("cases", "sites", "zones"):
        root = ET.fromstring(styles[layer].qml)
        used = [rule.get("symbol") for rule in root.iter("rule") if rule.get("symbol")]
        held = [one.get("name") for one in root.findall("renderer-v2/symbols/symbol")]
        assert sorted(used) == sorted(held)
        keys = [rule.get("key") for rule in root.iter("rule")]
        assert len(set(keys)) == len(keys)


def test_every_family_has_every_confidence_and_no_two_look_alike(zones, lang):
    found = leaves(zones)
    wanted = {f"zones-{f}-{c}" for f in vocabulary.FAMILIES for c in vocabulary.CONFIDENCES}
    assert set(found) == wanted | {"zones-other-any"}
    for family, confidence in product(vocabulary.FAMILIES.values(), vocabulary.CONFIDENCES.values()):
        label = found[f"zones-{family.id}-{confidence.id}"][0]
        assert label == f"{getattr(family, lang)} · {getattr(confidence, lang)}"
    looks_of = [
        repr([(kind, given, [options(x) for x in one.iter("layer")]) for kind, given, one in parts])
        for _, _, parts in found.values()
    ]
    assert len(set(looks_of)) == len(looks_of) == 61


def test_colours_lines_and_fills_are_those_of_the_style_table(zones):
    found = leaves(zones)
    for family, confidence in product(vocabulary.FAMILIES, vocabulary.CONFIDENCES):
        trust = style.CONFIDENCE_STYLES[confidence]
        parts = found[f"zones-{family}-{confidence}"][2]
        line = parts[-1][1]
        assert parts[-1][0] == "SimpleLine"
        assert colours(line["line_color"]) == (rgb(style.FAMILY_COLOURS[family]), 1)
        assert float(line["line_width"]) == pytest.approx(trust.width * PX)
        assert line["line_width_unit"] == "Point"
        assert line["use_custom_dash"] == str(int(bool(trust.dash)))
        if trust.dash:
            steps = [float(step) for step in line["customdash"].split(";")]
            assert steps == [float(step) * PX for step in trust.dash.split()]
        fills = [given for kind, given, _ in parts if kind == "SimpleFill"]
        colour, opacity = colours(fills[-1]["color"])
        assert colour == rgb(style.FAMILY_COLOURS[family])
        if not trust.hatched:
            wanted = style.FILL_OPACITY.get(family, style.FILL_OTHERS)
            assert opacity == pytest.approx(wanted, abs=1 / 255)


def test_what_is_schematic_is_hatched_and_dashed_and_nothing_else_is_hatched(zones):
    for key, (_, _, parts) in leaves(zones).items():
        schematic = key.endswith("-schematic") or key == "zones-other-any"
        hatched = [given for kind, given, _ in parts if kind == "LinePatternFill"]
        assert bool(hatched) == schematic, key
        if schematic:
            assert parts[-1][1]["use_custom_dash"] == "1"
        if key.endswith("-schematic"):
            own = style.FAMILY_HATCHES[key.split("-")[1]]
            assert tuple(float(one["angle"]) for one in hatched) == own.angles
            assert {float(one["distance"]) for one in hatched} == {own.distance}


def matched(root, rows, scale=1000.0):
    """Keys of the rules that each row matches. SQLite reads these filters as QGIS does."""
    database = sqlite3.connect(":memory:")
    database.create_function("sqrt", 1, lambda x: None if x is None else math.sqrt(x))
    found = leaves(root)
    tests = ", ".join(" AND ".join(tests) for _, tests, _ in found.values())
    names = ", ".join(f'? AS "{name}"' for name in rows[0])
    query = f"SELECT {tests} FROM (SELECT {names})".replace("@map_scale", str(scale))
    hits = [database.execute(query, list(row.values())).fetchone() for row in rows]
    database.close()
    return [[key for key, hit in zip(found, row, strict=True) if hit] for row in hits]


def zone_row(kind, weakest=None, written=None, m2=None):
    return {"kind": kind, "weakest_confidence": weakest, "confidence": written, "measured_m2": m2}


def test_a_zone_matches_one_rule_and_that_of_its_worse_confidence(zones):
    order = list(vocabulary.CONFIDENCES)
    pairs = list(product([*order, None], repeat=2))
    worst = [max((x for x in pair if x), key=order.index, default="schematic") for pair in pairs]
    rows = [zone_row("wetland", *pair, 4e6) for pair in pairs]
    assert matched(zones, rows) == [[f"zones-water-{one}"] for one in worst]


def test_every_kind_matches_its_family_and_an_unknown_one_the_rest(zones):
    rows = [zone_row(kind, "official") for kind in vocabulary.ZONE_KINDS]
    wanted = [[f"zones-{vocabulary.family(kind).id}-official"] for kind in vocabulary.ZONE_KINDS]
    assert matched(zones, rows) == wanted
    unknown = (None, "", "no-such-kind", HOSTILE)
    rows = [zone_row(kind, trust) for kind in unknown for trust in ("surveyed", None)]
    assert matched(zones, rows) == [["zones-other-any"]] * 8


def test_a_zone_that_would_be_a_speck_is_not_drawn(zones):
    rows = [zone_row("forest", "official", None, 1e6), zone_row("no-such-kind", "official", None, 1e6)]
    assert all(matched(zones, rows, 100_000.0))
    assert matched(zones, rows, 1_000_000.0) == [[], []]


def test_larger_zones_are_drawn_first(zones):
    renderer = zones.find("renderer-v2")
    clause = renderer.find("orderby/orderByClause")
    assert renderer.get("enableorderby") == "1"
    assert clause.get("asc") == "0"
    assert "measured_m2" in clause.text


def test_sites_and_cases_match_one_rule_each(styles):
    pairs = list(product([*vocabulary.SITE_KINDS, "no-such", None], [*vocabulary.CONFIDENCES, None]))
    rows = [{"kind": kind, "confidence": confidence} for kind, confidence in pairs]
    for (kind, confidence), keys in zip(
        pairs, matched(ET.fromstring(styles["sites"].qml), rows), strict=True
    ):
        assert len(keys) == 1
        assert keys[0].endswith("-schematic") == (confidence in {"schematic", None})
        assert keys[0].startswith("sites-other") == (kind not in vocabulary.SITE_KINDS)
    rows = [{"path": path} for path in [*vocabulary.PATHS, "no-such", None]]
    wanted = [[f"cases-{path}"] for path in vocabulary.PATHS] + [["cases-other"]] * 2
    assert matched(ET.fromstring(styles["cases"].qml), rows) == wanted


def test_the_marker_of_a_case_stands_in_the_style(styles):
    for path, look in style.PATH_STYLES.items():
        parts = leaves(ET.fromstring(styles["cases"].qml))[f"cases-{path}"][2]
        kind, data = parts[0][1]["name"].split(":", 1)
        drawing = ET.fromstring(base64.b64decode(data, validate=True))
        assert kind == "base64"
        (outline,) = drawing
        assert outline.get("d") == look.outline
        assert look.colour in outline.get("fill")
        chosen = parts[1][2].find(".//Option[@name='expression']").get("value")
        for mode, glyph in style.MODE_GLYPHS.items():
            found = re.search(rf"'{mode}' THEN 'base64:([^']+)'", chosen)[1]
            assert ET.fromstring(base64.b64decode(found))[0].get("d") == glyph


def test_a_schematic_zone_is_called_so(zones, lang):
    told = {"zh": "（示意）", "en": " (schematic)"}[lang]
    rules = zones.findall("labeling/rules/rule/settings/text-style")
    assert len(rules) == 2
    assert all(told in one.get("fieldName") and f"name_{lang}" in one.get("fieldName") for one in rules)
    buffers = zones.findall(".//text-buffer")
    assert all(
        one.get("bufferDraw") == "1" and colours(one.get("bufferColor"))[0] == (255,) * 3 for one in buffers
    )


def test_what_is_worked_out_cannot_be_changed(styles):
    for layer in layers.LAYERS:
        root = ET.fromstring(styles[layer.name].qml)
        free = {one.get("name"): one.get("editable") == "1" for one in root.findall("editable/field")}
        assert free == {field.name: field.path is not None or field.name == "case" for field in layer.fields}
        on_form = [one.get("name") for one in root.iter("attributeEditorField")]
        assert sorted(on_form) == sorted(free)


def test_columns_have_words(styles, lang):
    for layer in layers.LAYERS:
        root = ET.fromstring(styles[layer.name].qml)
        words = {one.get("field"): one.get("name") for one in root.findall("aliases/alias")}
        for field in layer.fields:
            whole = getattr(field, lang)
            assert words[field.name]
            assert words[field.name].lower() in whole.lower()


def test_a_row_needs_its_case_and_its_id(styles):
    for layer in layers.LAYERS:
        held = ET.fromstring(styles[layer.name].qml).findall("constraints/constraint")
        wanted = {"case", "id"} & {field.name for field in layer.fields}
        assert {one.get("field") for one in held if one.get("notnull_strength") == "1"} == wanted


def choices(root, column):
    listed = root.findall(f"fieldConfiguration/field[@name='{column}']//Option[@type='List']/Option/Option")
    return {one.get("value"): one.get("name") for one in listed}


def test_an_officer_chooses_from_the_vocabulary(styles, lang):
    tables = {
        ("cases", "path"): vocabulary.PATHS,
        ("cases", "mode"): vocabulary.MODES,
        ("cases", "category"): vocabulary.CATEGORIES,
        ("sites", "kind"): vocabulary.SITE_KINDS,
        ("zones", "kind"): vocabulary.ZONE_KINDS,
        ("facts", "section"): vocabulary.SECTIONS,
        ("facts", "unit"): UNITS,
        ("mechanisms", "kind"): vocabulary.MECHANISM_KINDS,
    }
    for (layer, column), table in tables.items():
        found = choices(ET.fromstring(styles[layer].qml), column)
        assert list(found) == list(table)
        assert len(set(found.values())) == len(found), "two choices read alike"
        assert all(found[key].startswith(getattr(term, lang) or key) for key, term in table.items())
    optional = choices(ET.fromstring(styles["mechanisms"].qml), "mode")
    assert list(optional)[1:] == list(vocabulary.MODES)
    assert next(iter(optional)).startswith("{")


def test_the_ogc_style_has_the_same_colours_and_filters(styles):
    rules = {one.find(f"{SE}Name").text: one for one in ET.fromstring(styles["zones"].sld).iter(f"{SE}Rule")}
    assert len(rules) == 61
    for family, confidence in product(vocabulary.FAMILIES, vocabulary.CONFIDENCES):
        rule = rules[f"zones-{family}-{confidence}"]
        assert [one.text for one in rule.iter(f"{OGC}Literal")][:2] == [family, confidence]
        pens = {one.text for one in rule.iter(f"{SE}SvgParameter") if one.get("name") in {"fill", "stroke"}}
        assert pens == {style.FAMILY_COLOURS[family]}
        dashes = [one.text for one in rule.iter(f"{SE}SvgParameter") if one.get("name") == "stroke-dasharray"]
        assert (
            dashes
            == [style.CONFIDENCE_STYLES[confidence].dash][: bool(style.CONFIDENCE_STYLES[confidence].dash)]
        )
        hatched = rule.find(f".//{SE}GraphicFill") is not None
        assert hatched == style.CONFIDENCE_STYLES[confidence].hatched
    assert rules["zones-other-any"].find(f"{SE}ElseFilter") is not None


def test_the_ogc_style_marks_schematic_sites_and_leaves_nothing_out(styles):
    rules = {one.find(f"{SE}Name").text: one for one in ET.fromstring(styles["sites"].sld).iter(f"{SE}Rule")}
    kinds = [
        one.text
        for key, rule in rules.items()
        if key.endswith("-placed")
        for one in rule.iter(f"{OGC}Literal")
    ]
    assert set(vocabulary.SITE_KINDS) <= set(kinds)
    for key, rule in rules.items():
        dashed = any(one.get("name") == "stroke-dasharray" for one in rule.iter(f"{SE}SvgParameter"))
        assert dashed != key.endswith("-placed")
    for layer in ("cases", "sites", "zones"):
        *named, last = ET.fromstring(styles[layer].sld).iter(f"{SE}Rule")
        assert last.find(f"{SE}ElseFilter") is not None
        assert all(one.find(f"{OGC}Filter") is not None for one in named)


def test_hostile_words_are_text(monkeypatch):
    bad = vocabulary.Term("x'y\\", HOSTILE, HOSTILE, group="buffer")
    family = vocabulary.Term("buffer", HOSTILE + "\x00\x1b\ud800", HOSTILE)
    monkeypatch.setitem(vocabulary.ZONE_KINDS, bad.id, bad)
    monkeypatch.setitem(vocabulary.FAMILIES, "buffer", family)
    given = looks() | {
        "zones": [
            qgis.FieldLook("kind", HOSTILE, editable=True),
            qgis.FieldLook(HOSTILE, "x\x08", editable=False),
        ]
    }
    made = qgis.styles(given)["zones"]
    root = ET.fromstring(made.qml)
    assert choices(root, "kind")[bad.id] == HOSTILE
    words = {one.get("field"): one.get("name") for one in root.findall("aliases/alias")}
    assert words == {"kind": HOSTILE, HOSTILE: "x\ufffd"}
    label = leaves(root)["zones-buffer-official"][0]
    assert label == f"{HOSTILE}\ufffd\ufffd\ufffd · {vocabulary.CONFIDENCES['official'].zh}"
    assert "'x''y\\\\'" in root.find(".//rule[@key='zones-buffer']").get("filter")
    assert ET.fromstring(made.sld) is not None
    made.qml.encode("utf-8")


def test_same_styles_same_bytes():
    given = {"zones": ["kind", "how_zh", "record"], "facts": ["unit", "value"]}
    code = (
        "import hashlib; from eppv_atlas.render import qgis;"
        f"given = {given!r};"
        "made = qgis.styles({k: [qgis.FieldLook(n, n, editable=True) for n in v] for k, v in given.items()});"
        "digest = hashlib.sha256(repr(made).encode()).hexdigest()"
    )
    here = {}
    exec(code, here)
    seeded = os.environ | {"PYTHONHASHSEED": "7"}
    there = subprocess.run(
        [sys.executable, "-c", code + ";print(digest)"],
        env=seeded,
        capture_output=True,
        check=True,
        text=True,
    )
    assert there.stdout.strip() == here["digest"]


@pytest.fixture
def geopackage(tmp_path):
    path = tmp_path / "a.gpkg"
    for layer in layers.LAYERS:
        table = arrow.table(layer, [{"case": "a", "geometry": shapely.Point(1, 2)}])
        shaped = {"geometry_name": "geometry", "geometry_type": layer.shapes, "crs": "EPSG:4326"}
        more = shaped if layer.shapes else {"geometry_type": None}
        pyogrio.write_arrow(table, path, driver="GPKG", layer=layer.name, append=path.exists(), **more)
    return path


def test_the_styles_stand_in_the_table_that_qgis_reads(geopackage):
    made = qgis.styles(looks())
    with sqlite3.connect(geopackage) as database:
        gpkg_styles.add(database, made)
    rows = database.execute(
        "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, "
        "useAsDefault, description, update_time FROM layer_styles ORDER BY id"
    ).fetchall()
    column = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert [row[2] for row in rows] == list(made)
    for catalog, schema, layer, shape, name, qml, sld, default, told, when in rows:
        assert (catalog, schema, default) == ("", "", 1)
        assert shape == column.get(layer, "")
        assert (name, qml, sld, told) == tuple(
            getattr(made[layer], x) for x in ("name", "qml", "sld", "description")
        )
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", when)
    named = database.execute("SELECT data_type, srs_id FROM gpkg_contents WHERE table_name = 'layer_styles'")
    assert named.fetchall() == [("attributes", 0)]
    with pytest.raises(sqlite3.Error):
        gpkg_styles.add(database, made)
    database.close()
    assert "layer_styles" in pyogrio.list_layers(geopackage)[:, 0]


def test_a_file_that_is_no_geopackage_is_refused():
    database = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.Error):
        gpkg_styles.add(database, {})
    assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    database.close()
