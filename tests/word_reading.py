"""Reading Word documents as what they are: XML in a zip container."""

import io
import zipfile

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}


def part(content, name="word/document.xml"):
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        return etree.fromstring(container.read(name))


def found(tree, path):
    return tree.xpath(path, namespaces=NS)


def body(content):
    return list(found(part(content), "/w:document/w:body/*"))


def said(element):
    """Text as a reader sees it, breaks as line feeds."""
    marks = {f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(marks.get(node.tag) or node.text or "" for node in element.iter(f"{W}t", *marks))


def style(element):
    names = found(element, "./w:pPr/w:pStyle/@w:val")
    return names[0] if names else ""


def styles(content):
    return {s.get(f"{W}styleId"): s for s in found(part(content, "word/styles.xml"), "//w:style")}


def named(content, name):
    """Id of the style that Word calls so."""
    for ident, one in styles(content).items():
        if found(one, "./w:name/@w:val")[0].lower() == name.lower():
            return ident
    raise AssertionError(name)


def has(element, tag):
    return bool(found(element, f"./w:pPr/w:{tag}"))


def sections(content):
    """Each child of the body with the properties of its section."""
    children = body(content)
    ends = [(i, found(c, "./w:pPr/w:sectPr")) for i, c in enumerate(children)]
    bounds = [(i, s[0]) for i, s in ends if s] + [(len(children) - 1, children[-1])]
    out, start = [], 0
    for end, section in bounds:
        out += [(child, section) for child in children[start : end + 1]]
        start = end + 1
    return out


def room(section):
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    return int(size.get(f"{W}w")) - int(margins.get(f"{W}left")) - int(margins.get(f"{W}right"))
