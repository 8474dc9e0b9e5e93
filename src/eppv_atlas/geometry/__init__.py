"""Discs, rings, buffers, parts and grids whose distances and areas are true on the ellipsoid.

Every size is solved with :func:`eppv_atlas.area.area_m2`; every distance is a
geodesic's. Nothing is buffered or measured in degrees or in Web Mercator.

Floor 2: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from typing import Final

from eppv_atlas.geometry.buffers import MAX_REACH_M, Outline, buffer, buffers, ring, rings
from eppv_atlas.geometry.overlay import PRECISION, canonical, clipped, polygons
from eppv_atlas.geometry.parts import CUT_STEP_DEGREES, grid, part
from eppv_atlas.geometry.sized import (
    DISC_VERTICES,
    Sized,
    disc,
    geodesic_disc,
    ring_of_area,
    sized_disc,
    sized_ring,
)
from eppv_atlas.geometry.solving import NEGLIGIBLE, Root, newton, solve_increasing
from eppv_atlas.geometry.strips import QUADRANT_SEGMENTS

__all__ = [
    "CUT_STEP_DEGREES",
    "DISC_VERTICES",
    "MAX_REACH_M",
    "METHOD",
    "NEGLIGIBLE",
    "PRECISION",
    "QUADRANT_SEGMENTS",
    "Outline",
    "Root",
    "Sized",
    "buffer",
    "buffers",
    "canonical",
    "clipped",
    "disc",
    "geodesic_disc",
    "grid",
    "newton",
    "part",
    "polygons",
    "ring",
    "ring_of_area",
    "rings",
    "sized_disc",
    "sized_ring",
    "solve_increasing",
]

METHOD: Final = "2"
"""Raised whenever a recipe would give another shape: stored results are then made anew."""
