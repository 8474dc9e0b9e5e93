"""Figures of the real atlas as SVG, drawn once a process and read by many tests."""

from functools import cache

import eppv_atlas as ea
from conftest import ROOT

NATIONAL = "national"


@cache
def atlas_() -> ea.Atlas:
    """The real atlas."""
    return ea.load(ROOT)


@cache
def svg(name: str, lang: str = "zh") -> bytes:
    """A figure by the id of its case, or the national one."""
    held = atlas_()
    return ea.figure(held if name == NATIONAL else held[name]).image("svg", lang=lang)
