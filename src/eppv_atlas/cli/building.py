"""What `build` does: pages one after the other or side by side, and none of them in memory longer than needed.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

from eppv_atlas import claims, embed, interchange, measure, render
from eppv_atlas.errors import DataError, Problem
from eppv_atlas.schemes.of_case import plain_trials

if TYPE_CHECKING:
    from eppv_atlas.model import Settings
    from eppv_atlas.results import Measure, PlacedCase
    from eppv_atlas.store import Atlas
    from eppv_atlas.store.files import Aside

T = TypeVar("T")
R = TypeVar("R")
SIDE_BY_SIDE = 60
"""More cases than this are worked on by several processes."""
_LOT = 16


@dataclass(frozen=True)
class Order:
    """What is to be built.

    Attributes
    ----------
    pages
        Ids of the cases whose pages are made anew.
    kept
        File names of pages that are taken over from the generation before.
    missing
        Whether pages that are neither are made all the same.
    tiles
        Whether zones go into tiles, with a page that reads them.
    publish, secrets
        Whether the pages are for the public, and keys that must not be in them.
    address, lang
        Where the pages will be, and in which language oEmbed speaks.
    jobs
        Number of processes.
    """

    pages: frozenset[str]
    kept: frozenset[str]
    missing: bool
    tiles: bool
    publish: bool
    secrets: tuple[str, ...]
    address: str
    lang: str
    jobs: int


def jobs_for(asked: int | None, cases: int) -> int:
    """Number of processes: as asked, else one for few cases and one a core for many."""
    if asked is not None:
        return asked
    return 1 if cases <= SIDE_BY_SIDE else min(os.cpu_count() or 1, 8)


@contextmanager
def workers(jobs: int) -> Iterator[Callable[[Callable[[T], R], Iterable[T]], Iterator[R]]]:
    """A `map` over so many processes, in order; over none where there is one job."""
    if jobs <= 1:
        yield map
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:

        def side_by_side(act: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
            # so many lots are under way that no process waits, and no more: memory stays bounded
            rest, ahead = iter(items), []
            while lot := list(islice(rest, _LOT)):
                ahead.append(pool.submit(_lot, act, lot))
                if len(ahead) > 2 * jobs:
                    yield from ahead.pop(0).result()
            for future in ahead:
                yield from future.result()

        yield side_by_side


def _lot(act: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Work on a lot in a process of its own."""
    return [act(item) for item in items]


def measured(placed: PlacedCase) -> tuple[render.CaseRecord, list[Measure]]:
    """The record of a case and its measures."""
    rows = measure.case(placed)
    return render.case_record(placed, rows), rows


def case_page(
    settings: Settings,
    task: tuple[PlacedCase | None, PlacedCase, PlacedCase | None],
    *,
    publish: bool,
    address: str,
) -> bytes:
    """The page of a case, with everything that it shows worked out here."""
    before, placed, after = task
    measures = measure.case(placed)
    page = render.case_page(
        placed,
        measures,
        measure.totals(placed),
        claims.findings(placed.case),
        settings,
        trials=plain_trials(placed, measures),
        before=before,
        after=after,
        publish=publish,
    )
    return render.described(page, interchange.dataset.of_case(placed, settings, address))


def build(aside: Aside, atlas: Atlas, order: Order, step: Callable[[], None]) -> tuple[int, int]:
    """Write the pages of an atlas; returns how many there are, and their bytes.

    Parameters
    ----------
    aside
        Where the files go.
    atlas, order
        What is built.
    step
        Called after each case and after the national page.

    Raises
    ------
    DataError
        If pages for the public hold what must not stand in them.
    """
    from eppv_atlas import ledgers
    from eppv_atlas.cli.embed import shown_as

    settings = atlas.settings
    held = {placed.case.id for placed in atlas if _has_page(placed.case.id, order)}
    found: list[Problem] = []
    count = size = 0

    def put(name: str, page: bytes) -> None:
        nonlocal count, size
        if order.publish:
            found.extend(render.page_problems(name, page, order.secrets))
        aside.put(name, page)
        count, size = count + 1, size + len(page)

    with workers(order.jobs) as spread:
        records, rows = [], {}
        for record, measures in spread(measured, atlas.cases):
            records.append(record)
            if order.tiles or len(atlas) <= render.CROWD_FROM:
                rows[record.id] = measures
        options: dict[str, Any] = {
            "linked": None if len(held) == len(atlas) else held,
            "publish": order.publish,
        }
        put(render.NATIONAL, _national(atlas, records, rows, order, options))
        put(render.GLOSSARY, render.glossary_page(list(ledgers.vocabularies()), settings))
        if order.tiles:
            render.write_tiles(_checked(atlas, rows, order, found), aside.path(render.ARCHIVE))
            options["tiles"] = {"file": render.ARCHIVE, "from": render.LOW}
            put(render.TILED, render.crowd_page(records, settings, **options))
        del records, rows
        step()
        _oembed(aside, shown_as(None, settings, order.lang), render.NATIONAL, order)
        ordered = [p for p in render.reading_order(atlas.cases) if p.case.id in held]
        for name, content in interchange.catalogue.written(ordered, settings, order.address).items():
            aside.put(name, content)
        made = spread(
            partial(case_page, settings, publish=order.publish, address=order.address), _tasks(ordered, order)
        )
        for placed in ordered:
            name = f"{placed.case.id}.html"
            if _is_kept(placed.case.id, order):
                page = aside.keep(name)
                count, size = count + 1, size + len(page)
            else:
                put(name, next(made))
            _oembed(aside, shown_as(placed, settings, order.lang), name, order)
            step()
    if found:
        raise DataError(found)
    return count, size


def _national(
    atlas: Atlas,
    records: Sequence[render.CaseRecord],
    rows: Mapping[str, Sequence[Measure]],
    order: Order,
    options: Mapping[str, Any],
) -> bytes:
    """The national page, with what search engines read of it."""
    if len(atlas) > render.CROWD_FROM:
        page = render.crowd_page(records, atlas.settings, **options)
    else:
        page = render.national_page(atlas.cases, rows, atlas.settings, **options)
    return _described(page, records, atlas.settings, order.address)


def _described(page: bytes, records: Sequence[render.CaseRecord], settings: Settings, address: str) -> bytes:
    points = [(record.lon, record.lat) for record in records]
    used = {record.filed.document for record in records}
    return render.described(page, interchange.dataset.of_atlas(points, used, settings, address))


@contextmanager
def keeping_all() -> Iterator[None]:
    """Make millions of objects of which hardly one is given up: looking for those again and again would take half the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def national_only(
    aside: Aside, records: Sequence[render.CaseRecord], settings: Settings, order: Order
) -> tuple[int, int]:
    """Write the national page of a large atlas by what was kept of it; returns pages and bytes.

    Parameters
    ----------
    aside
        Where the files go.
    records
        What the page needs of each case.
    settings, order
        The atlas, and what is built.

    Raises
    ------
    DataError
        If a page for the public holds what must not stand in it.
    """
    from eppv_atlas import ledgers
    from eppv_atlas.cli.embed import shown_as

    page = render.crowd_page(records, settings, linked=frozenset(), publish=order.publish)
    pages = {
        render.NATIONAL: _described(page, records, settings, order.address),
        render.GLOSSARY: render.glossary_page(list(ledgers.vocabularies()), settings),
    }
    for name, content in pages.items():
        found = render.page_problems(name, content, order.secrets) if order.publish else []
        if found:
            raise DataError(found)
        aside.put(name, content)
    _oembed(aside, shown_as(None, settings, order.lang), render.NATIONAL, order)
    for name, content in interchange.catalogue.written([], settings, order.address).items():
        aside.put(name, content)
    return len(pages), sum(map(len, pages.values()))


def _checked(
    atlas: Atlas, rows: Mapping[str, Sequence[Measure]], order: Order, found: list[Problem]
) -> Iterator[tuple[PlacedCase, Sequence[Measure]]]:
    """Cases for the tiles; for the public, what they say is looked through for keys like any page."""
    for placed in atlas:
        measures = rows[placed.case.id]
        if order.publish:
            says = json.dumps(render.zones_say(placed, measures), ensure_ascii=False)
            found.extend(render.page_problems(render.ARCHIVE, says.encode("utf-8", "replace"), order.secrets))
        yield placed, measures


def _is_kept(case_id: str, order: Order) -> bool:
    return case_id not in order.pages and f"{case_id}.html" in order.kept


def _has_page(case_id: str, order: Order) -> bool:
    return case_id in order.pages or order.missing or _is_kept(case_id, order)


def _tasks(
    ordered: Sequence[PlacedCase], order: Order
) -> Iterator[tuple[PlacedCase | None, PlacedCase, PlacedCase | None]]:
    """Cases whose pages are to be made, each between its neighbours."""
    around = chain([None], ordered), ordered, chain(ordered[1:], [None])
    for before, placed, after in zip(*around, strict=False):
        if not _is_kept(placed.case.id, order):
            yield before, placed, after


def _oembed(aside: Aside, page: embed.Page, name: str, order: Order) -> None:
    frame = embed.Frame(address=order.address, lang=order.lang)
    aside.put(f"{name.removesuffix('.html')}.oembed.json", embed.oembed(page, frame).encode("utf-8"))
