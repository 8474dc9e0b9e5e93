"""How tables fit their pages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas.report import fitting
from eppv_atlas.report.blocks import Heading, Paragraph, Table
from eppv_atlas.sheets import Sheet, SheetColumn
from report_samples import sheet


def wide_sheet(widths, rows, lang):
    columns = tuple(
        SheetColumn(f"c{i}", name, kind, "km2" if kind == "area" else "")
        for i, (name, kind) in enumerate(widths)
    )
    body_ = tuple(
        tuple(1234.5 * (i + 1) if c.kind == "area" else f"{c.name} {i} 字" for c in columns)
        for i in range(rows)
    )
    return Sheet("s", lang, "t", columns, body_)


@given(
    st.lists(
        st.tuples(st.text("字段名称 abcdefg-（）()", max_size=60), st.sampled_from(["text", "area"])),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 8),
    st.sampled_from(["zh", "en"]),
    st.tuples(st.floats(5, 30), st.floats(5, 40)),
)
@settings(deadline=None, max_examples=150)
def test_every_column_has_a_place_and_no_part_is_wider_than_its_page(widths, rows, lang, text_cm):
    text_cm = (text_cm[0], max(text_cm))
    one = wide_sheet(widths, rows, lang)
    fit = fitting.fitted(fitting.face(one), text_cm)
    assert fit.size_pt >= 8
    assert {i for part_ in fit.parts for i in part_.columns} == set(range(len(one.columns)))
    for part_ in fit.parts:
        assert sum(part_.widths_cm) <= text_cm[fit.sideways] + 0.01 * len(part_.columns)
        assert min(part_.widths_cm) > 0
        assert part_.columns[0] == 0
    later = [i for part_ in fit.parts for i in part_.columns if i]
    assert later == sorted(set(later))  # each other column once, in order


def test_a_number_is_never_broken():
    one = sheet("zh", numbers=30, rows=40)
    shown_as = fitting.face(one)
    fit = fitting.fitted(shown_as)
    assert len(fit.parts) > 1
    for part_ in fit.parts:
        for i, width in zip(part_.columns, part_.widths_cm, strict=True):
            if shown_as.right[i]:
                digits = max(len(row[i]) for row in shown_as.rows)
                # Noto Sans and Arial: 0.556 em a digit
                assert digits * 0.5 * fit.size_pt * 2.54 / 72 < width - 0.2


def test_a_few_lines_after_a_wide_table_stay_with_it():
    table = Table(sheet("zh", numbers=9))
    fits = {1: fitting.fitted(fitting.face(table.sheet)), 3: fitting.fitted(fitting.face(table.sheet))}
    blocks = (Heading(1, "甲"), table, Paragraph("乙" * 600), table, Heading(2, "丙"), Paragraph("丁"))
    assert fitting.sideways(blocks, fits) == [True] * 6
    blocks = (Heading(1, "甲"), table, Paragraph("乙" * 900), table, Heading(1, "丙"), Paragraph("丁"))
    assert fitting.sideways(blocks, fits) == [True, True, False, True, False, False]
