"""The offsets scheme: the truth table of its rules, three answers that stay sound, and files."""

import itertools
import json

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from conftest import ROOT, call
from eppv_atlas import running
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.model.schemes.offsets import OffsetsScheme
from eppv_atlas.schemes import engine
from eppv_atlas.schemes.offsets import Market, grouped, settle
from eppv_atlas.schemes.offsets.geography import Geography
from eppv_atlas.schemes.offsets.matcher import Matcher, Sheet, same
from eppv_atlas.schemes.offsets.records import Impact, Nature, Offer, Subregion
from eppv_atlas.schemes.plain import as_json
from eppv_atlas.schemes.worksheet import work

WHICH = "nsw-biodiversity-offsets/like-for-like-and-variation"
EXAMPLES = ROOT / "docs" / "examples" / "offsets"
GROUPS = ("under-50", "from-50", "from-70", "from-90")


@pytest.fixture(scope="module")
def placed(atlas):
    return atlas["nsw-biodiversity-offsets"]


@pytest.fixture(scope="module")
def mechanism(placed):
    return next(one for one in placed.case.mechanisms if one.id == "like-for-like-and-variation")


@pytest.fixture(scope="module")
def tried(placed, mechanism):
    return engine("offsets").trial(placed, mechanism, ())


@pytest.fixture(scope="module")
def sheet(tried):
    return Sheet(tried.cells)


LIKE = {
    "rule": "like-for-like", "kind": "ecosystem", "same_kind": True, "decided": "2023-05-01", "impact_tec": False,
    "same_tec": False, "critical": False, "same_class": True, "same_formation": True, "impact_group": "from-50",
    "offer_group": "from-50", "impact_hollows": True, "offer_hollows": True, "offer_artificial": False,
    "place": "other", "same_region": False, "distance": 100_000.0, "same_species": False, "steps": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, True),
        ({"distance": 100_000.1}, False),
        ({"distance": 100_000.1, "place": "adjoining"}, True),
        ({"distance": None, "place": "same"}, True),
        ({"distance": None}, None),
        ({"distance": None, "place": None}, None),
        ({"distance": 100_001.0, "place": None}, None),
        ({"same_class": False}, False),
        ({"same_class": None}, None),
        ({"same_class": None, "place": "other", "distance": 2e5}, False),  # no, whatever the class is
        ({"offer_group": "under-50"}, False),
        ({"offer_group": "from-90"}, True),
        ({"offer_group": None}, None),
        ({"offer_hollows": False}, False),
        ({"offer_hollows": False, "offer_artificial": True}, False),
        ({"offer_hollows": False, "impact_hollows": False}, True),
        ({"offer_hollows": None}, None),
        ({"impact_tec": True}, False),
        ({"impact_tec": True, "same_tec": True, "same_class": False, "offer_group": "under-50"}, True),
        ({"impact_tec": None}, None),
        ({"impact_tec": None, "same_class": False}, False),
        ({"decided": None}, None),
        ({"decided": "2017-08-24"}, False),
        ({"decided": "2030-01-01"}, True),
        ({"same_kind": False}, False),
        ({"kind": "species"}, False),
        ({"kind": "species", "same_species": True, "distance": 9e5, "same_class": False}, True),
        ({"kind": "species", "same_species": None}, None),
        ({"kind": None}, None),
    ],
)
def test_like_for_like(sheet, change, answer):
    assert sheet.worked(LIKE | change)["settles"] is answer


VARIED = LIKE | {"rule": "variation", "same_class": False, "steps": True}


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, True),
        ({"rule": "like-for-like"}, False),
        ({"decided": "2025-03-06"}, True),
        ({"decided": "2025-03-07"}, False),
        ({"decided": "2025-03-07", "same_class": True}, True),  # like-for-like is never closed
        ({"critical": True}, False),
        ({"critical": None}, None),
        ({"steps": False}, False),
        ({"steps": None}, None),
        ({"same_formation": False}, False),
        ({"offer_group": "under-50"}, False),
        ({"offer_hollows": False}, False),
        ({"offer_hollows": False, "offer_artificial": True}, True),
        ({"distance": 2e5}, False),
        ({"distance": 2e5, "same_region": True}, True),
        ({"distance": 2e5, "place": "adjoining"}, False),  # another region's neighbour is not the same region
        ({"impact_tec": True}, True),  # endangered, not critically
        ({"kind": "species"}, None),
        ({"kind": "species", "critical": True}, False),
        ({"kind": "species", "same_species": True}, True),
    ],
)
def test_variation(sheet, change, answer):
    assert sheet.worked(VARIED | change)["settles"] is answer


def test_every_pair_of_groups(sheet):
    for lost, gained in itertools.product(range(4), range(4)):
        made = sheet.worked(LIKE | {"impact_group": GROUPS[lost], "offer_group": GROUPS[gained]})
        assert made["settles"] is (gained >= lost)


VALUES = {
    "rule": ["like-for-like", "variation"], "kind": ["ecosystem", "species"], "same_kind": [True, False],
    "decided": ["2010-01-01", "2023-05-01", "2026-01-01"], "impact_group": list(GROUPS), "offer_group": list(GROUPS),
    "place": ["same", "adjoining", "other"], "distance": [0.0, 1e5, 100_001.0],
} | {
    name: [True, False]
    for name in (
        "impact_tec", "same_tec", "critical", "same_class", "same_formation", "impact_hollows", "offer_hollows",
        "offer_artificial", "same_region", "same_species", "steps",
    )
}  # fmt: skip
PAIRS = st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in VALUES.items()})


@settings(max_examples=300)
@given(pair=PAIRS, data=st.data())
def test_filling_in_never_turns_an_answer_round(sheet, pair, data):
    before = sheet.worked(pair)
    filled = {
        name: data.draw(st.sampled_from(VALUES[name]))
        if value is None and data.draw(st.booleans())
        else value
        for name, value in pair.items()
    }
    after = sheet.worked(filled)
    for cell in sheet.cells:
        if before[cell] is not None:
            assert after[cell] == before[cell], cell


@settings(max_examples=300)
@given(pair=PAIRS, better=st.sampled_from(["group", "near", "hollows", "artificial", "same"]))
def test_a_better_offer_is_never_worse(sheet, pair, better):
    best = {
        "group": {"offer_group": "from-90"}, "near": {"distance": 0.0, "place": "same", "same_region": True},
        "hollows": {"offer_hollows": True}, "artificial": {"offer_artificial": True},
        "same": {"same_class": True, "same_formation": True, "same_tec": True, "same_species": True},
    }[better]  # fmt: skip
    order = {False: 0, None: 1, True: 2}
    assert order[sheet.worked(pair | best)["settles"]] >= order[sheet.worked(pair)["settles"]]


@settings(max_examples=100)
@given(pair=PAIRS)
def test_the_page_and_the_matcher_say_the_same(sheet, tried, pair):
    """The worksheet takes kilometres, the matcher metres: the cells are the same."""
    chosen = pair | {"distance": None if pair["distance"] is None else pair["distance"] / 1000}
    lines = {line.id: line.value for line in work(tried, chosen).lines}
    assert lines["settles"] is sheet.worked(pair)["settles"]


def test_the_trial_is_plain_data_with_its_sources(tried):
    plain = as_json(tried)
    assert plain["engine"] == "offsets"
    assert {cell["role"] for cell in plain["cells"]} == {"test", "result", "step"}
    notes = " ".join(note["en"] for note in plain["notes"])
    assert "Biodiversity Conservation Regulation 2017" in notes
    assert "not in the document" in notes


def eco(**more):
    known = {
        "community": "", "vegetation_class": "P", "formation": "F", "group": "from-50", "hollows": False,
        "artificial_hollows": False,
    }  # fmt: skip
    return Nature("ecosystem", **(known | more))


def box(lon, lat, wide, high):
    return shapely.box(lon, lat, lon + wide, lat + high)


STRIPS = [Subregion(f"s{at}", "west" if at < 2 else "east", box(146 + at, -34, 1, 2)) for at in range(4)]


def judge(tried, impact_nature, offer_nature, subregions=STRIPS, **more):
    matcher = Matcher(tried.cells, Geography(subregions), decided="2023-05-01", **more)
    return matcher.verdict(Impact("i", impact_nature, 1, critical=False), Offer("o", offer_nature, 1, 100))


def test_places_come_from_shapes(tried):
    here = eco(shape=box(146.4, -33.0, 0.1, 0.1), confidence="surveyed", subregion="s3")
    for at, answer in enumerate([True, True, False, False]):
        there = eco(shape=box(146.5 + at, -33.0, 0.1, 0.1), confidence="surveyed")
        found = judge(tried, here, there)
        assert found.answer is answer  # the same, adjoining, and then over 100 km away
        if at:  # a geodesic towards a meridian is a little shorter than along the parallel
            assert found.distance_m == pytest.approx(
                CGCS2000.geod.inv(146.5, -33, 146 + at, -33)[2], rel=2e-3
            )


def test_a_border_at_one_hundred_kilometres(tried):
    """The subregion begins 100 km east of the site, give or take a metre."""
    edge = 146.5
    for more_m, answer in ((-1.0, True), (1.0, False)):
        lon = CGCS2000.geod.fwd(edge, 0.0, 90.0, 100_000.0 + more_m)[0]
        subregions = [
            Subregion("here", "r", box(146, -1, 1, 2)), Subregion("there", "q", box(lon, -1, 1, 2)),
        ]  # fmt: skip
        here = eco(shape=box(edge - 0.1, -1e-5, 0.1, 2e-5), confidence="surveyed")
        there = eco(shape=box(lon + 0.4, 0, 0.1, 0.1), confidence="surveyed")
        found = judge(tried, here, there, subregions)
        assert found.distance_m == pytest.approx(100_000.0 + more_m, abs=0.05)
        assert found.answer is answer


def test_a_schematic_shape_places_nothing(tried):
    here = eco(shape=box(146.4, -33.0, 0.1, 0.1), confidence="schematic")
    there = eco(shape=box(146.6, -33.0, 0.1, 0.1), confidence="surveyed")
    found = judge(tried, here, there)
    assert found.answer is None
    assert set(found.missing) == {"place", "distance"}
    # what it states still counts
    assert judge(tried, eco(shape=here.shape, confidence="schematic", subregion="s0"), there).answer is True


def test_a_site_across_a_border_counts_only_where_both_agree(tried):
    across = eco(shape=box(146.95, -33.0, 0.1, 0.1), confidence="surveyed")
    there = eco(shape=box(147.5, -33.0, 0.1, 0.1), confidence="surveyed")
    found = judge(tried, across, there)  # same for one half, adjoining for the other: the distance decides
    assert found.distance_m == 0.0
    assert found.answer is True
    outside = eco(shape=box(145.95, -33.0, 0.1, 0.1), confidence="surveyed")
    assert Geography(STRIPS).lying(outside) is None


def test_adjoining_has_three_answers():
    def adjoins(one, other):
        return Geography([Subregion("a", shape=one), Subregion("b", shape=other)]).adjoins("a", "b")

    unit = box(146, -34, 1, 1)
    assert adjoins(unit, box(147, -34, 1, 1)) is True
    assert adjoins(unit, box(147, -33, 1, 1)) is None  # a corner alone
    assert adjoins(unit, box(147.0005, -34, 1, 1)) is None  # a gap of 46 m may be a slip
    assert adjoins(unit, box(147.005, -34, 1, 1)) is False
    assert adjoins(unit, box(148, -34, 1, 1)) is False
    stated = Geography([Subregion("a", adjoining=frozenset({"b"})), Subregion("b"), Subregion("c")])
    assert stated.adjoins("b", "a") is True
    assert stated.adjoins("a", "c") is False
    assert stated.adjoins("b", "c") is None
    assert stated.adjoins("a", "nowhere") is None


def test_an_offered_site_nearby_needs_no_outline_of_its_subregion(tried):
    here = eco(shape=box(146.4, -33.0, 0.1, 0.1), confidence="surveyed", subregion="x")
    near = eco(shape=box(147.0, -33.0, 0.1, 0.1), confidence="surveyed", subregion="y")
    far = eco(shape=box(148.0, -33.0, 0.1, 0.1), confidence="surveyed", subregion="y")
    assert judge(tried, here, near, ()).answer is True  # its subregion is no farther
    assert judge(tried, here, far, ()).answer is None  # but it may be nearer


def test_every_test_has_words_in_both_languages(tried):
    found = judge(tried, eco(), eco(group=None, subregion="s1"))
    assert found.answer is None
    for check in found.checks:
        head = {True: ("是", "yes"), False: ("否", "no"), None: ("无法核验", "not auditable")}[check.answer]
        assert check.words.zh.startswith(head[0] + "：")
        assert check.words.en.startswith(head[1] + ": ")
    assert {"offer_group", "place", "distance"} <= set(found.missing)


def test_names_are_compared_without_case_width_and_spacing():
    assert same("Grassy  Woodlands", "grassy woodlands") is True
    assert same("Ｐ群落", "P群落") is True
    assert same("a", "b") is False
    assert same(None, "b") is None


def test_groups_by_share_cleared(mechanism):
    def group(**more):
        return grouped([Impact("i", eco(**more), 1)], mechanism.scheme.groups)[0].nature.group

    shares = {0: 0, 49.999: 0, 50: 1, 69.999: 1, 70: 2, 89.999: 2, 90: 3, 100: 3}
    for share, at in shares.items():
        assert group(group=None, cleared=float(share)) == GROUPS[at]
    assert group(group="清除 70% 至不到 90%", cleared=None) == "from-70"
    assert group(group=None, cleared=None) is None
    for wrong in ({"group": "tier 9"}, {"group": "from-90", "cleared": 10.0}):
        with pytest.raises(UsageError, match="trading groups"):
            group(**wrong)


def test_the_answers_do_not_depend_on_what_is_kept(tried):
    """Answers by signature are those of the full verdict."""
    impacts = [
        Impact(f"i{at}", eco(shape=box(146.1 + at, -33, 0.1, 0.1), confidence="surveyed"), 1)
        for at in range(3)
    ]
    offers = [
        Offer(f"o{at}-{group}", eco(group=group, shape=box(146.2 + at, -32.8, 0.1, 0.1), confidence="surveyed"), 1, 1)
        for at in range(4) for group in (None, "under-50", "from-90")
    ]  # fmt: skip
    matcher = Matcher(tried.cells, Geography(STRIPS), decided="2023-05-01")
    fresh = Matcher(tried.cells, Geography(STRIPS), decided="2023-05-01")
    for one in impacts:
        for other in offers:
            assert matcher.answer(one, other) is fresh.verdict(one, other).answer


def given_files(**names):
    return running.read("offsets", {name: EXAMPLES / file for name, file in names.items()})


def ran(tried, placed, mechanism, given, **chosen):
    return engine("offsets").run(tried, placed, mechanism, (), chosen, given)


def value(made, name):
    return next(line.value for line in made.lines if line.id == name)


def rows(made, name):
    return next((table.rows for table in made.tables if table.id == name), ())


def test_the_example_market(tried, placed, mechanism):
    given = given_files(impacts="impacts.geojson", offers="offers.geojson", subregions="subregions.geojson")
    made = ran(tried, placed, mechanism, given)
    uses = {(row[0], row[1]): row[2] for row in rows(made, "uses")}
    assert uses == {("impact-1", "offer-1"): 30, ("impact-2", "offer-3"): 18, ("impact-3", "offer-5"): 12}
    assert value(made, "cost") == (30 * 489_732 + 18 * 500_000 + 12 * 120_000) / 100
    assert value(made, "bound") == value(made, "cost")
    (shortage,) = rows(made, "shortages")
    assert shortage[:5] == ("impact-4", "offer-7", 20, 14, 6)
    assert "20 − 14 = 6" in shortage[5].en
    # the cheapest of all does not say whether it has hollow-bearing trees: it is told apart, never used
    assert [row[:2] for row in rows(made, "not-auditable")] == [("impact-1", "offer-4")]
    assert len(rows(made, "pairs")) == 4 * 7
    assert {layer.confidence for layer in made.layers} == {"digitised"}


def test_tables_in_gbk_with_chinese_columns(tried, placed, mechanism):
    given = given_files(impacts="impacts-gbk.csv", offers="offers-gbk.csv", subregions="subregions-gbk.csv")
    made = ran(tried, placed, mechanism, given)
    assert value(made, "cost") == 236_919.60
    assert [row[:2] for row in rows(made, "not-auditable")] == [("影响-1", "供给-3")]


def test_the_same_market_gives_the_same_bytes(tmp_path):
    files = [f"--with={name}={EXAMPLES / name}.geojson" for name in ("impacts", "offers", "subregions")]
    out = [tmp_path / f"{at}.json" for at in range(2)]
    for one in out:
        assert call("--atlas", ROOT, "scheme", "run", WHICH, *files, "--out", one) == 0
    assert out[0].read_bytes() == out[1].read_bytes()
    assert json.loads(out[0].read_text("utf-8"))["tables"]


BROKEN = """id,kind,credits,hollows,decided,fund_price,cleared,confidence,wkt
one,ecosystem,12.5,yes,2023-05-01,100,50,,
,plants,0,maybe,2023-13-01,12.345,120,,
one,species,5,no,,,,certain,POINT (150 -33)
"""


def test_every_mistake_is_named_with_its_line(tmp_path):
    file = tmp_path / "impacts.csv"
    file.write_text(BROKEN, "utf-8")
    with pytest.raises(DataError) as caught:
        running.read("offsets", {"impacts": file, "offers": tmp_path / "impacts.csv"})
    found = {(p.line, p.rule) for p in caught.value.problems}
    assert {
        (2, "whole"), (3, "missing"), (3, "one-of"), (3, "whole"), (3, "yes-no"), (3, "date"), (3, "money"),
        (3, "bounds"), (4, "twice"), (4, "one-of"),
    } <= found  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("head.csv", b"id,kind\n"),
        ("columns.csv", b"a,b\n1,2\n"),
        ("plane.csv", b"id,kind,credits,wkt\na,ecosystem,1,POINT (500000 6000000)\n"),
        ("bow.geojson", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "a", "kind": "species", "credits": 1}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}}]}).encode()),
        ("noise.gpkg", b"SQLite format 3\0" + bytes(200)),
        ("huge.csv", b"id,kind,credits\na,ecosystem,99999999999999999999\n"),
        ("wide.csv", b"id,kind,credits\n" + b"x" * 5000 + b",ecosystem,1\n"),
    ],
)  # fmt: skip
def test_files_that_are_wrong_are_refused(tmp_path, capsys, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    code = call("--atlas", ROOT, "scheme", "run", WHICH, f"--with=impacts={file}", f"--with=offers={file}")
    assert code == 1
    assert name in capsys.readouterr().err


def test_text_of_files_is_only_text(tmp_path, capsys):
    file = tmp_path / "impacts.csv"
    file.write_text(
        "id,kind,credits,decided,species\n\x1b[31m<script>alert(1)</script>,species,1,2023-05-01,=1+1\n",
        "utf-8",
    )
    offers = tmp_path / "offers.csv"
    offers.write_text("id,kind,credits,price,species\n{{7*7}},species,5,10,=1+1\n", "utf-8")
    assert (
        call("--atlas", ROOT, "scheme", "run", WHICH, f"--with=impacts={file}", f"--with=offers={offers}")
        == 0
    )
    assert "\x1b[31m<script" not in capsys.readouterr().out


def test_a_market_needs_both_sides_and_no_inputs_of_a_pair(tried, placed, mechanism):
    given = given_files(impacts="impacts.geojson")
    with pytest.raises(UsageError, match="--with offers"):
        ran(tried, placed, mechanism, given)
    given = given_files(impacts="impacts.geojson", offers="offers.geojson")
    with pytest.raises(UsageError, match="same_class"):
        ran(tried, placed, mechanism, given, same_class=True)
    with pytest.raises(UsageError, match="no file 'prices'"):
        given_files(prices="offers.geojson")


def test_without_subregions_nothing_but_equal_names_is_a_yes(tried, placed, mechanism):
    given = given_files(impacts="impacts-gbk.csv", offers="offers-gbk.csv")
    made = ran(tried, placed, mechanism, given)
    assert {(row[0], row[1]) for row in rows(made, "uses")} == {("影响-2", "供给-2")}
    assert any("No subregions" in note.en for note in made.notes)


def test_a_layer_of_subregions_as_the_agencies_name_its_columns(tmp_path):
    file = tmp_path / "ibra.geojson"
    shape = json.loads(shapely.to_geojson(box(146, -34, 1, 1)))
    properties = {"SUB_NAME_7": "Inland Slopes", "REG_NAME_7": "NSW South Western Slopes"}
    file.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": properties, "geometry": shape}],
            }
        ),
        "utf-8",
    )
    (one,) = running.read("offsets", {"subregions": file})["subregions"]
    assert (one.id, one.region, one.adjoining) == ("Inland Slopes", "NSW South Western Slopes", None)
    assert one.shape.equals(box(146, -34, 1, 1))


def test_disagreeing_statements_are_told(tried):
    lying = eco(shape=box(146.4, -33.0, 0.1, 0.1), confidence="surveyed", subregion="s3")
    made = settle(tried, Market([Impact("i", lying, 1)], [Offer("o", lying, 1, 1)], STRIPS), {})
    assert any("the shapes count" in note.en for note in made.notes)
    assert value(made, "pairs_unknown") == 1  # no day of approval is known


def test_records_are_checked():
    rules = {
        "since": "2020-01-01", "within": {"assumed": 100, "unit": "km", "why": {"zh": "设", "en": "set"}},
        "variation": True, "artificial_hollows": False, "source": {"zh": "法", "en": "law"},
    }  # fmt: skip
    group = [
        {"id": f"g{at}", "name": {"zh": f"组{at}", "en": f"group {at}"}, "cleared_from": 50 * at}
        for at in range(2)
    ]
    whole = {
        "engine": "offsets",
        "groups": group,
        "groups_source": {"zh": "法", "en": "law"},
        "rules": [rules],
    }
    OffsetsScheme.model_validate(whole)
    for wrong in (
        {"rules": [rules, rules]},
        {"rules": [rules | {"since": "2020-02-30"}]},
        {"rules": [rules | {"within": {"zone": "z"}}]},
        {"rules": [rules | {"within": {"assumed": 100, "unit": "mu", "why": {"zh": "设", "en": "set"}}}]},
        {"groups": group[::-1]},
        {"groups": [group[0], group[1] | {"id": "g0"}]},
    ):
        with pytest.raises(ValidationError):
            OffsetsScheme.model_validate(whole | wrong)


def test_a_new_rule_is_a_new_record(atlas, placed, mechanism):
    """Rules to come: from 2027 on 50 km, as data alone."""
    later = mechanism.scheme.rules[1].model_copy(
        update={
            "since": "2027-01-01",
            "within": mechanism.scheme.rules[1].within.model_copy(update={"assumed": 50.0}),
        }
    )
    scheme = mechanism.scheme.model_copy(update={"rules": (*mechanism.scheme.rules, later)})
    made = engine("offsets").trial(placed, mechanism.model_copy(update={"scheme": scheme}), ())
    sheet = Sheet(made.cells)
    assert sheet.worked(LIKE | {"distance": 8e4})["settles"] is True
    assert sheet.worked(LIKE | {"distance": 8e4, "decided": "2027-01-01"})["settles"] is False


def test_a_scheme_that_is_wrong_is_named_with_its_line(folder, capsys):
    file = folder / "cases" / "nsw-biodiversity-offsets.yaml"
    text = file.read_text("utf-8")
    assert 'since: "2025-03-07"' in text
    file.write_text(text.replace('since: "2025-03-07"', 'since: "2015-03-07"'), "utf-8")
    assert call("--atlas", folder, "check") == 1
    assert "earliest to the latest" in "".join(capsys.readouterr())
