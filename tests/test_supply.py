"""Locks, bounds, SBOM and licences say the same."""

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def locked(name):
    """Versions by package, and how many hashes each has."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    found, hashes = {}, {}
    for block in re.split(r"\n(?=[a-z])", text):
        head = re.match(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", block)
        assert head, block[:80]
        found.setdefault(head[1], set()).add(Version(head[2]))
        hashes[head[1]] = block.count("--hash=sha256:")
    return found, hashes


def wanted(*extras):
    texts = [
        *PROJECT["dependencies"],
        *(one for extra in extras for one in PROJECT["optional-dependencies"][extra]),
    ]
    return [one for one in map(Requirement, texts) if one.name != "eppv-atlas"]


@pytest.mark.parametrize(
    ("name", "extras"),
    [("dev", ("dev", "pdf", "report")), ("run", ("pdf", "report")), ("lowest", ("dev", "pdf", "report"))],
)
def test_every_dependency_is_locked_within_its_bounds_and_hashed(name, extras):
    found, hashes = locked(name)
    assert all(hashes.values())
    for one in wanted(*extras):
        held = found[one.name.lower().replace("_", "-").replace(".", "-")]
        assert all(one.specifier.contains(version, prereleases=True) for version in held), one


def test_the_lowest_bounds_are_really_the_lowest():
    found, _ = locked("lowest")
    for one in wanted():
        least = [Version(bound.version) for bound in one.specifier if bound.operator == ">="]
        held = min(found[one.name.lower()])
        width = len(least[0].release[:2])
        assert held.release[:width] == least[0].release[:width], f"{one}: tested with {held}"


def test_sbom_and_licences_name_what_is_locked():
    held = json.loads((ROOT / "docs" / "sbom.cdx.json").read_text("utf-8"))["components"]
    named = {one["name"].lower().replace("_", "-").replace(".", "-"): one["version"] for one in held}
    found, _ = locked("run")
    here = {name for name in found if name not in {"colorama", "brotlicffi", "pywin32"}}  # other systems only
    missing = sorted(name for name in here if name not in named)
    assert missing == []
    listed = (ROOT / "docs" / "third-party.md").read_text("utf-8")
    assert "| ? |" not in listed
    assert all(
        f"| {name} |" in listed.lower()
        or f"| {name.replace('-', '_')} |" in listed.lower()
        or f"| {name.replace('-', '.')} |" in listed.lower()
        for name in here
    )


def test_security_file_and_ci_speak_of_both():
    assert "LOCKED=1" in (ROOT / ".ci" / "run").read_text("utf-8")
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    for word in ("make audit", "make lowest", "make sbom", "report"):
        assert word in text
