"""Why obligations cannot all be settled: by a largest flow, and the cut that proves it the largest.

Floor 3, part of schemes: knows the records of the offsets scheme and a library of
flows; must not know rules, files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from eppv_atlas.schemes.offsets.records import Shortage


def shortages(
    owed: Mapping[str, int], offered: Mapping[str, int], edges: Sequence[tuple[str, str]]
) -> list[Shortage]:
    """Groups of impacts that owe more credits than all that may settle them; none where all can be settled.

    Parameters
    ----------
    owed
        Credits by impact, of impacts that cannot pay into the fund.
    offered
        Credits by offer.
    edges
        Impact and offer, where the offer may settle the impact.

    Notes
    -----
    Lots and smallest sales are left aside: what is short without them is short with them. In a
    largest flow from impacts to offers, the impacts that can still be reached, and the offers
    reached from them, are such that every credit offered is used by these impacts alone
    (Hall's condition, the cut of Ford and Fulkerson). Each group is added up again before it is handed over.
    """
    impacts, offers = sorted(owed), sorted(offered)
    reached = _reached(impacts, offers, owed, offered, edges)
    near: dict[str, set[str]] = {one: set() for one in impacts}
    for impact, offer in edges:
        if impact in near:
            near[impact].add(offer)
    found = []
    for group in _together([one for one in impacts if one in reached], near):
        reach = sorted(set().union(*(near[one] for one in group)))
        shortage = Shortage(
            tuple(group), tuple(reach), sum(owed[one] for one in group), sum(offered[one] for one in reach)
        )
        if shortage.short > 0:
            found.append(shortage)
    return found


def _reached(
    impacts: list[str],
    offers: list[str],
    owed: Mapping[str, int],
    offered: Mapping[str, int],
    edges: Sequence[tuple[str, str]],
) -> set[str]:
    """Impacts that an unfilled impact reaches through what is left over of a largest flow."""
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    row = {one: 1 + at for at, one in enumerate(impacts)}
    column = {one: 1 + len(impacts) + at for at, one in enumerate(offers)}
    sink = 1 + len(impacts) + len(offers)
    kept = [(row[i], column[o], owed[i]) for i, o in edges if i in row and o in column]
    arcs = [(0, row[i], owed[i]) for i in impacts] + kept + [(column[o], sink, offered[o]) for o in offers]
    begin, end, size = np.array(arcs, dtype=np.int32).reshape(-1, 3).T
    room = csr_array(coo_array((size, (begin, end)), shape=(sink + 1, sink + 1)))
    flow = maximum_flow(room, 0, sink).flow
    left = csr_array(room - flow)
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    seen = set(breadth_first_order(left, 0, return_predecessors=False).tolist())
    return {one for one in impacts if row[one] in seen}


def _together(impacts: list[str], near: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Impacts in groups that share offers."""
    left = set(impacts)
    takers: dict[str, list[str]] = {}
    for one in impacts:
        for offer in near[one]:
            takers.setdefault(offer, []).append(one)
    for first in impacts:
        if first not in left:
            continue
        group, queue = set(), [first]
        left.discard(first)
        while queue:
            here = queue.pop()
            group.add(here)
            for offer in near[here]:
                for other in takers[offer]:
                    if other in left:
                        left.discard(other)
                        queue.append(other)
        yield sorted(group)
