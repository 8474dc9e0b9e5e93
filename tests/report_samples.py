"""Reports small enough to read, with everything that a report may hold."""

import struct
import zlib

from eppv_atlas.report.blocks import Bullets, Heading, Item, Paragraph, Picture, Report, Table
from eppv_atlas.sheets import Sheet, SheetColumn

CONTROLS = "a\x00b\x0bc\x1fd\ud800e\ufffef\x85g\u2028h\x7fi"
"""What XML cannot hold, and what only looks like a line."""
WORDS = {
    "zh": ("杭州西溪", "面积", "说明", "“湿地公园型”城区", "合计", "乡镇"),
    "en": ("Xixi wetland", "area", "remark", "a “park” district", "Sum", "town"),
}


def png(width=60, height=40, colour=(200, 220, 200)):
    """A picture of one colour, written by hand."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def sheet(lang="zh", rows=4, numbers=2, text="", ident="zones"):
    """A sheet with a name, so many numbers, a percentage, a page and a remark; the last row is a total."""
    place, area, remark, said, total, _ = WORDS[lang]
    columns = (
        SheetColumn("zone", f"{place}{text}"),
        *(SheetColumn(f"a{i}", f"{area} {i}{text}", "area", "km2") for i in range(numbers)),
        SheetColumn("difference", f"%{text}", "percent"),
        SheetColumn("page", f"p{text}", "page"),
        SheetColumn("remark", f"{remark}{text}"),
    )
    body = [
        (f"{place} {i}{text}", *(1234.5 * (i + j) or None for j in range(numbers)), 0.37, 17, f"{said}{text}")
        for i in range(rows)
    ]
    body.append((f"{total}{text}", *(98765.4 for _ in range(numbers)), None, None, None))
    return Sheet(
        ident,
        lang,
        f"{place}{area}{text}",
        columns,
        tuple(body),
        (f"{remark} 1{text}。", f"{remark} 2{text}。"),
        f"{said}{text}",
        frozenset({rows}),
    )


def report(lang="zh", text="", live=(b"", b"")):
    """Two parts: figure, list, short table; a table on its side with its heading; a figure; a very wide table."""
    place, area, remark, said, _, town = WORDS[lang]
    return Report(
        f"{place}{text}",
        f"{said}{text}",
        lang,
        (
            Heading(1, f"{place} A{text}", f"first{text}"),
            Paragraph(f"{town}{text}", "lead"),
            Bullets(
                (
                    Item(f"{area} 1{text}", f"{said}{text}", (f"{remark} 1{text}", f"{remark} 2{text}")),
                    Item(f"{area} 2{text}", f"{town}{text}"),
                )
            ),
            Picture(png(), f"{place} alt 1{text}", f"{place} map 1{text}", 12.0, live[0]),
            Heading(2, f"{area} A2{text}"),
            Paragraph(f"{said} body{text}\n{said} line two{text}"),
            Table(sheet(lang, text=text)),
            Heading(3, f"{remark} A3{text}"),
            Paragraph(f"{said} small{text}", "note"),
            Heading(1, f"{place} B{text}", "second"),
            Paragraph(f"{said} between. {text}" * 40),
            Heading(2, f"{area} wide{text}"),
            Table(sheet(lang, numbers=9, text=text, ident="wide")),
            Heading(1, f"{place} C{text}", "first"),
            Picture(png(50, 200), f"{place} alt 2{text}", f"{place} map 2{text}", 16.0, live[1]),
            Table(sheet(lang, numbers=30, rows=40, text=text, ident="widest")),
        ),
    )


def words(made):
    """Every text that a report holds, as it was given."""
    out = [made.title, made.subtitle]
    for block in made.blocks:
        if isinstance(block, Heading | Paragraph):
            out.append(block.text)
        elif isinstance(block, Bullets):
            for item in block.items:
                out += [item.name, item.text, *item.remarks]
        elif isinstance(block, Picture):
            out += [block.caption]
        else:
            out += [block.sheet.title, *block.sheet.notes, block.sheet.source]
            out += [column.name for column in block.sheet.columns]
            out += [value for row in block.sheet.rows for value in row if isinstance(value, str)]
    return out
