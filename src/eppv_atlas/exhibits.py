"""One figure, three outputs: the live map, the picture and the table of a case or of all cases.

>>> import eppv_atlas as ea
>>> figure = ea.figure(ea.load()["changzhou-zhenglu"])
>>> page, picture, table = figure.page(), figure.image("svg"), figure.table("en")

Floor 3½: puts map, figure and table together over the same measures; must not
know files, formulas or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from eppv_atlas import claims, measure, render, sheets
from eppv_atlas.errors import RenderError, UsageError
from eppv_atlas.framing import web_address
from eppv_atlas.model import Settings
from eppv_atlas.render import legend, still
from eppv_atlas.results import Finding, Measure, PlacedCase, Total
from eppv_atlas.schemes.of_case import plain_trials
from eppv_atlas.store import Atlas
from eppv_atlas.units import AREA_UNITS

LANGUAGES: Final = ("zh", "en")
WIDTHS_CM: Final = (12.0, 100.0)
"""Narrower, names and legend would not find room at a size that can be read."""
_LONGEST: Final = 180
"""Characters of an address; a QR code of more has dots that no printer keeps apart."""
DPI: Final = (50, 1200)


@dataclass(frozen=True, repr=False)
class Figure:
    """A case, or the whole atlas, ready to be shown as a live map, a picture or a table.

    Attributes
    ----------
    cases
        The one case, or all of them in reading order.
    measures
        Measures of their zones, by case id.
    settings
        The atlas that they were read with; None where a case has none.
    address
        Where the atlas is published (``https://…/``); empty where it is not. A
        picture then carries a QR code of the live map.
    whole
        Whether this is the national map.
    """

    cases: tuple[PlacedCase, ...]
    measures: Mapping[str, tuple[Measure, ...]]
    settings: Settings | None
    address: str = ""
    whole: bool = False

    def __repr__(self) -> str:
        """Name it, in one line."""
        return f"<Figure {self.name}: .page(), .image(), .table()>"

    @property
    def name(self) -> str:
        """Name for a file: the id of the case, or ``national``."""
        return "national" if self.whole else self.cases[0].case.id

    def title(self, lang: str = "zh") -> str:
        """What the figure is called."""
        if self.whole:
            return str(getattr(self._settings().title, lang))
        return str(getattr(self.cases[0].case.title, lang))

    def alt(self, lang: str = "zh", unit: str = "km2") -> str:
        """What the picture shows, for those who do not see it."""
        if self.whole:
            return still.national_alt(self.cases, lang)
        return still.case_alt(self.cases[0], self._own(), unit, lang)

    def link(self, lang: str = "zh") -> str:
        """Address of the live map at the view of the picture; empty where it is not published."""
        if not self.address:
            return ""
        return f"{self.address}{'index' if self.whole else self.name}.html#lang={lang}"

    def image(
        self,
        form: str = "png",
        *,
        lang: str = "zh",
        unit: str = "km2",
        width_cm: float = 16.0,
        dpi: int = 300,
        titled: bool = True,
    ) -> bytes:
        """The picture.

        Parameters
        ----------
        form
            ``png``, ``svg`` or ``pdf``; text stays text in the last two.
        lang
            ``zh`` or ``en``.
        unit
            Unit of areas: ``km2``, ``ha``, ``mu``, ``m2``.
        width_cm, dpi
            How wide it is, and how many dots an inch of a PNG has.
        titled
            Whether its title stands above it.

        Raises
        ------
        UsageError
            If a choice is none of these, the picture would be too large, or the
            packages of ``eppv-atlas[report]`` are missing.
        RenderError
            If the shapes reach too far over the globe to be drawn.
        """
        _one_of("form", form, still.FORMS)
        _one_of("lang", lang, LANGUAGES)
        _one_of("unit", unit, AREA_UNITS)
        _between("width (cm)", width_cm, *WIDTHS_CM)
        _between("dpi", dpi, *DPI)
        order = still.Order(form, lang, unit, width_cm, dpi, self.link(lang), titled)
        try:
            if self.whole:
                return still.national(self.cases, self._settings(), order)
            return still.case(self.cases[0], self._own(), self.settings, order)
        except (ShapelyError, ProjError) as error:  # half the world, a pole: no projection of ours holds it
            raise RenderError(
                f"{self.name} cannot be drawn: its shapes reach too far over the globe ({type(error).__name__})",
                f"{self.name} 无法成图：图形跨度过大（{type(error).__name__}）",
            ) from error

    def page(self) -> bytes:
        """The live map: one HTML file that works without a network."""
        if self.whole:
            return render.national_page(self.cases, self.measures, self._settings())
        placed = self.cases[0]
        return render.case_page(
            placed,
            self._own(),
            self.totals(),
            self.findings(),
            self._settings(),
            trials=plain_trials(placed, self._own()),
        )

    def table(self, lang: str = "zh", unit: str | None = None) -> sheets.Sheet:
        """The table: areas of zones of a case, or the cases beside each other.

        Parameters
        ----------
        lang
            ``zh`` or ``en``.
        unit
            One unit of area; None for km², ha and 亩 beside each other (a case only).

        Raises
        ------
        UsageError
            If a choice is none of these.
        """
        _one_of("lang", lang, LANGUAGES)
        if unit is not None:
            _one_of("unit", unit, AREA_UNITS)
        if self.whole:
            return sheets.comparison(self.cases, self.measures, lang, unit or "km2")
        return sheets.areas(self.cases[0], self._own(), self.totals(), lang, unit)

    def legend(self, lang: str = "zh") -> tuple[str, ...]:
        """What the legend explains, in its order: paths and modes, or families and confidences of zones."""
        if self.whole:
            paths, modes = legend.typology(self.cases)
            return tuple(str(getattr(term, lang)) for term, _ in (*paths, *modes))
        families, confidences = legend.present(self.cases)
        return tuple(str(getattr(term, lang)) for term in (*families, *confidences))

    def totals(self) -> list[Total]:
        """Totals of the case's zones, each confidence apart."""
        return measure.totals(self.cases[0])

    def findings(self) -> list[Finding]:
        """Figures of the case, recomputed."""
        return claims.findings(self.cases[0].case)

    def _own(self) -> tuple[Measure, ...]:
        return self.measures[self.cases[0].case.id]

    def _settings(self) -> Settings:
        if self.settings is None:
            raise UsageError(
                "this case was read without an atlas.yaml, which holds its document; load it with eppv_atlas.load()",
                "此案例没有随 atlas.yaml 读入，缺少其出处文件；请用 eppv_atlas.load() 读取",
            )
        return self.settings


def figure(thing: PlacedCase | Atlas, *, address: str = "") -> Figure:
    """Make a figure of a case, or of a whole atlas.

    Parameters
    ----------
    thing
        ``atlas["changzhou-zhenglu"]``, or the atlas itself.
    address
        Where the atlas is published, e.g. ``https://example.org/atlas/``.

    Raises
    ------
    UsageError
        If it is neither, or the address is none of the web.
    """
    if address:
        address = web_address(address)
        if len(address) > _LONGEST:
            raise UsageError(
                f"an address of {len(address)} characters makes a QR code too fine to print; keep it under {_LONGEST}",
                f"网址有 {len(address)} 个字符，二维码过密无法印刷；请不超过 {_LONGEST} 个字符",
            )
    if isinstance(thing, PlacedCase):
        return Figure((thing,), {thing.case.id: tuple(measure.case(thing))}, thing.settings, address=address)
    if isinstance(thing, Atlas):
        cases = tuple(render.reading_order(thing.cases))
        measures = {placed.case.id: tuple(measure.case(placed)) for placed in cases}
        return Figure(cases, measures, thing.settings, address=address, whole=True)
    raise UsageError(
        f"a figure is made of a case or an atlas, not of {type(thing).__name__}; write ea.figure(atlas[ID])",
        f"出图对象应为案例或图集，不是 {type(thing).__name__}；请写 ea.figure(atlas[ID])",
    )


def _one_of(what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise UsageError(
            f"{what} {value!r} is none of {', '.join(known)}",
            f"{what} 不能为 {value!r}；可用：{'、'.join(known)}",
        )


def _between(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # also catches a number that is none
        raise UsageError(
            f"{what} {value:g} is not between {least:g} and {most:g}",
            f"{what} 应在 {least:g} 到 {most:g} 之间，不是 {value:g}",
        )
