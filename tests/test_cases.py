"""The eleven real cases against figures from outside and from the notice."""

import re

import pytest
import shapely

import eppv_atlas as ea
from conftest import CASES, ROOT
from eppv_atlas.area import CGCS2000, area_m2
from eppv_atlas.geometry import polygons
from eppv_atlas.units import UNITS

# stored outlines have six decimals (0.11 m): a few parts in a million of a small zone's area
ROUNDING = 1e-5


def rows(atlas, case):
    return {row.zone: row for row in ea.measure.case(atlas[case])}


def test_eleven_cases_in_the_order_of_the_notice(atlas):
    assert tuple(placed.case.id for placed in atlas) == CASES
    assert [placed.case.order for placed in atlas] == list(range(1, 12))


def test_everything_is_tidy_and_without_warnings():
    from eppv_atlas.store import read_folder, tidy

    loading = read_folder(ROOT)
    assert [p.text() for p in loading.problems] == []
    assert [str(t.file) for t in tidy.tidied(loading) if t.changed] == []


def test_size_of_the_dataset(atlas):
    zones = [zone for placed in atlas for zone in placed.case.zones]
    spatial = [
        f for p in atlas for f in p.case.facts if UNITS[f.unit].quantity in {"area", "length", "share"}
    ]
    assert len(zones) >= 260
    assert len(spatial) >= 125
    assert all(len(placed.case.headlines) == 3 for placed in atlas)


def test_typology(atlas):
    from eppv_atlas import vocabulary

    assert (len(vocabulary.PATHS), len(vocabulary.CATEGORIES), len(vocabulary.MODES)) == (3, 3, 11)
    for table in (vocabulary.PATHS, vocabulary.CATEGORIES, vocabulary.MODES):
        assert all(term.about_zh and term.about_en for term in table.values())
    stated = {p.case.id: (p.case.path.id, p.case.mode.id) for p in atlas if p.case.path.basis == "stated"}
    assert stated["hangzhou-xixi"] == ("spillover-sharing", "park-oriented-development")
    assert stated["yining-flower-sea"] == ("empowerment", "eco-industry")
    assert atlas["nsw-biodiversity-offsets"].case.mode.id == "wetland-quota-trading"


def test_zhenglu_spaces_and_shares(atlas):
    found = rows(atlas, "changzhou-zhenglu")
    town = found["zhenglu-town"].area_m2
    assert town == pytest.approx(8422e4, rel=ROUNDING)
    for zone, hectares, share in (
        ("production-space", 1039, 12.34),
        ("living-space", 3044, 36.14),
        ("ecological-space", 4339, 51.52),
    ):
        assert found[zone].stated_m2 == hectares * 1e4
        assert found[zone].area_m2 == pytest.approx(hectares * 1e4, rel=ROUNDING)
        assert found[zone].area_m2 / town * 100 == pytest.approx(share, abs=0.005)
    shapes = [
        atlas["changzhou-zhenglu"].shapes[z].geometry
        for z in ("production-space", "living-space", "ecological-space")
    ]
    assert area_m2(polygons(shapely.unary_union(shapes))) == pytest.approx(town, rel=ROUNDING)


def test_wuyishan_core_and_ring_inside_the_four_counties(atlas):
    found, shapes = rows(atlas, "nanping-wuyishan"), atlas["nanping-wuyishan"].shapes
    core, ring, four = (shapes[z].geometry for z in ("park-core", "buffer-ring", "nanping-four-counties"))
    assert found["park-core"].area_m2 == pytest.approx(1001.41e6, rel=ROUNDING)
    assert found["buffer-ring"].area_m2 == pytest.approx(4252e6, rel=ROUNDING)
    assert area_m2(polygons(shapely.intersection(core, ring))) < 1e3
    for shape in (core, ring):
        assert area_m2(polygons(shapely.difference(shape, four))) < 1e3
    cells = area_m2(list(shapes["patrol-grid"].geometry.geoms))
    assert len(cells) == 98
    assert cells == pytest.approx([1001.41e6 / 98] * 98, rel=1e-4)


def test_xixi_scope_and_reserve(atlas):
    found, shapes = rows(atlas, "hangzhou-xixi"), atlas["hangzhou-xixi"].shapes
    assert found["xixi-district"].area_m2 == pytest.approx(21.88e6, rel=ROUNDING)
    assert found["protected-scope"].area_m2 == pytest.approx(11e6, rel=ROUNDING)
    assert found["wetland-reserve"].area_m2 == pytest.approx(0.8 * 11e6, rel=ROUNDING)
    scope, district = shapes["protected-scope"].geometry, shapes["xixi-district"].geometry
    assert area_m2(polygons(shapely.difference(scope, district))) < 100


@pytest.mark.parametrize(
    ("case", "zone", "stated_m2", "lon", "lat", "within_m"),
    [
        ("chaka-salt-lake", "salt-lake", 112e6, 99.11, 36.70, 50),
        ("beijing-green-heart", "green-heart-park", 11.2e6, 116.72, 39.87, 50),
        ("hangzhou-xixi", "xixi-district", 21.88e6, 120.06, 30.27, 2500),
        ("changzhou-zhenglu", "zhenglu-town", None, 120.10, 31.82, 5000),
    ],
)
def test_sizes_and_positions(atlas, case, zone, stated_m2, lon, lat, within_m):
    row, shape = rows(atlas, case)[zone], atlas[case].shapes[zone].geometry
    assert row.stated_m2 == stated_m2
    assert stated_m2 is None or row.area_m2 == pytest.approx(stated_m2, rel=ROUNDING)
    centre = shapely.centroid(shape)
    assert CGCS2000.inv(lon, lat, centre.x, centre.y)[2] < within_m


def test_xichou_is_the_county_and_says_how_far_off(atlas):
    row = rows(atlas, "xichou-karst")["xichou-county"]
    assert (row.stated_m2, row.confidence, row.made_from_stated) == (1506e6, "administrative", False)
    assert abs(row.difference_pct) < 1
    assert row.difference_pct == pytest.approx((row.area_m2 - 1506e6) / 1506e6 * 100)


def test_wuzhou_layout_is_whole_counties(atlas):
    zones = {z.id: z.geometry for z in atlas["wuzhou-liubao-tea"].case.zones}
    assert zones["core-area"].places == ("450421",)
    assert set(zones["advantage-area"].places) == {"450481", "450422"}
    assert set(zones["extension-area"].places) == {"450423", "450403", "450405", "450406"}


def test_new_south_wales_outline(atlas):
    row = rows(atlas, "nsw-biodiversity-offsets")["new-south-wales"]
    assert row.area_m2 / 1e6 == pytest.approx(799_755, abs=2)
    assert row.area_m2 / 1e6 == pytest.approx(801_150, rel=0.002)


def test_flower_sea_lies_in_its_county_and_owns_up(atlas):
    placed = atlas["yining-flower-sea"]
    county = placed.shapes["yining-county"].geometry
    assert shapely.contains(county, placed.shapes["flower-sea"].geometry)
    zone = next(z for z in placed.case.zones if z.id == "flower-sea")
    assert re.search(r"\d+ km", zone.provenance.how.en)


def test_shapes_made_to_size_are_schematic_and_claim_no_agreement(atlas):
    for placed in atlas:
        for row in ea.measure.case(placed):
            shape = placed.shapes.get(row.zone)
            if shape is not None and shape.solved:
                assert (row.confidence, row.difference_pct, row.made_from_stated) == ("schematic", None, True)
            if shape is None:
                assert (row.area_m2, row.perimeter_m, row.confidence) == (None, None, None)


def test_totals_add_up(atlas):
    for placed in atlas:
        for total in ea.measure.totals(placed):
            assert total.overlap_m2 == pytest.approx(
                total.sum_m2 - total.union_m2, abs=1e-3 * total.sum_m2 + 1
            )
            assert 0 < total.union_m2 <= total.sum_m2 * (1 + 1e-9)
    by = {t.confidence: t for t in ea.measure.totals(atlas["hangzhou-xixi"])}
    assert by["schematic"].overlap_m2 == pytest.approx((11 + 8.8) * 1e6, rel=1e-4)
