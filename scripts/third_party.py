"""List the licences of everything that an installation brings along, from the SBOM.

Reads ``docs/sbom.cdx.json`` (``make sbom`` writes it) and writes ``docs/third-party.md``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
UNSAID = {"XStatic-Leaflet": "BSD-2-Clause", "XStatic-Leaflet-MarkerCluster": "MIT"}
"""Licences that a package holds as a file and not as a word."""


def licence(component: dict[str, Any]) -> str:
    """Licence of a package, as short as it is said."""
    said = []
    for entry in component.get("licenses", []):
        held = entry.get("license", {})
        text = entry.get("expression") or held.get("id") or held.get("name") or ""
        said.append(" ".join(text.split())[:60])
    words = [word for word in dict.fromkeys(said) if word and not word.startswith("License ::")]
    classes = [word.rpartition(":: ")[2] for word in said if word.startswith("License ::")]
    return " / ".join(words or classes) or UNSAID.get(component["name"], "?")


def main() -> None:
    """Write the list."""
    held = json.loads((ROOT / "docs" / "sbom.cdx.json").read_text("utf-8"))
    rows = sorted(
        (one["name"].lower(), one["version"], licence(one))
        for one in held["components"]
        if one["name"] != "eppv-atlas"
    )
    lines = [
        "# Packages that come along",
        "",
        "What `pip install 'eppv-atlas[pdf]'` brings, from [sbom.cdx.json](sbom.cdx.json) (`make sbom` writes both).",
        "None of it is copied into this repository.",
        "",
        "| package | version | licence |",
        "|---|---|---|",
        *(f"| {name} | {version} | {text} |" for name, version, text in rows),
    ]
    (ROOT / "docs" / "third-party.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
