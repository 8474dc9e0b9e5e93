"""The way of an application as formulas: inputs that describe one obligation, cells that say where it stands.

They say the same as ``flow`` for an application with one class of credits whose steps are taken in
order, each way in the order of the record. What is not known stays unknown: it never makes a yes.

Floor 3, part of schemes: knows the record of the scheme and the language of formulas; must not know
files, cases or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.model.schemes.application import ApplicationScheme, Way
from eppv_atlas.schemes.application.words import NEXT, STATES, name
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.taking import ABSENT, Sources
from eppv_atlas.schemes.trial import Cell, Input, Option

MOST_CREDITS: Final = 1_000_000
"""Credits of a class or a step, at most."""
_TRIED: Final = name("设定：仅供试算", "assumed: for trying out only")
_SCOPES: Final = (
    Option("unchecked", name("尚未确认", "not yet found out")),
    Option("applies", name("适用", "applies")),
    Option("does-not-apply", name("不适用", "does not apply")),
)
_DECISIONS: Final = (
    Option("none", name("尚未决定", "none yet")),
    Option("approve", name("批准", "approved")),
    Option("refuse", name("不批准", "refused")),
)


def key(of: str) -> str:
    """An id as formulas take it."""
    return of.replace("-", "_")


def inputs(scheme: ApplicationScheme, source: Sources, day: str) -> tuple[Input, ...]:
    """What describes an application.

    Parameters
    ----------
    scheme
        The record.
    source
        Where its numbers are taken from.
    day
        Day of an approval of a way with which the page begins; empty where no rules are dated.
    """
    out = [
        Input("scope", name("计划是否适用", "Whether the scheme applies"), "choice", "applies", options=_SCOPES, whence=_TRIED),
        _flag("reported", "评估报告已提交", "The assessor's report is handed in", value=True),
    ]  # fmt: skip
    if scheme.serious_refused:
        out.append(
            _flag("serious", "影响严重且不可逆", "The impact is serious and irreversible", value=False)
        )
    out += [
        source.entered("proposed", scheme.proposed, step=1, bare=True),
        Input("decision", name("审批决定", "Decision of the authority"), "choice", "approve", options=_DECISIONS, whence=_TRIED),
        source.entered("obligation", scheme.obligation, step=1, bare=True),
    ]  # fmt: skip
    for way in scheme.ways:
        out += _of_way(way, day)
    return tuple(out)


def _of_way(way: Way, day: str) -> Iterator[Input]:
    yield Input(
        f"settled_{key(way.id)}",
        said(f"{way.name.zh}：已清偿份数", f"{way.name.en}: credits settled"),
        "number", 0.0, "", 0.0, None, 1, whence=_whence(way),
    )  # fmt: skip
    if way.after_search:
        yield _flag(
            f"searched_{key(way.id)}",
            "合理步骤已走完，仍无同类信用",
            "The reasonable steps were taken and turned up no like credits",
        )
    if way.approval:
        yield _flag(f"approved_{key(way.id)}", f"{way.name.zh}：已获准使用", f"{way.name.en}: use approved")
        if day and way.matched == "variation":
            yield Input(
                f"day_{key(way.id)}",
                said(f"{way.name.zh}：批准日期", f"{way.name.en}: day of that approval"),
                "date", day, whence=name("文件所给数字的截止日期", "Day up to which the document gives figures"),
            )  # fmt: skip
    if way.matched is not None:
        yield _flag(
            f"matched_{key(way.id)}",
            f"{way.name.zh}：匹配规则认定相符",
            f"{way.name.en}: they match, as the matcher says",
        )
    for one in way.conditions:
        yield _flag(f"met_{key(one.id)}", one.name.zh, one.name.en)


def _flag(of: str, zh: str, en: str, *, value: bool | None = None) -> Input:
    return Input(of, said(zh, en), "flag", value, whence=ABSENT if value is None else _TRIED)


def _whence(way: Way) -> Name:
    """That the number is assumed, and where the way is written."""
    zh = f"文件第 {way.page} 页" if way.page is not None else ""
    en = f"p. {way.page} of the document" if way.page is not None else ""
    if way.source is not None:
        zh, en = f"{zh}；{way.source.zh}".lstrip("；"), f"{en}; {way.source.en}".lstrip("; ")
    return said(f"设定：仅供试算。途径载于：{zh}", f"assumed: for trying out only. The way is written: {en}")


def cells(scheme: ApplicationScheme, opened: str) -> tuple[Cell, ...]:
    """What says where an application stands.

    Parameters
    ----------
    scheme
        The record.
    opened
        Formula in ``decided`` of whether the variation rule may be approved on that day; empty where no
        rules are dated.
    """
    start = [
        _test("in_scope", "计划适用", "The scheme applies", 'scope == "applies"'),
        _test(
            "assessed",
            "评估报告已提交",
            "The report is in, in whole credits",
            "in_scope and reported and proposed == round(proposed)",
        ),
    ]
    if scheme.serious_refused:
        start.append(
            _test(
                "not_serious",
                f"影响并非严重且不可逆（第 {scheme.serious_page} 页）",
                f"Impact not serious and irreversible (p. {scheme.serious_page})",
                "not serious",
            )
        )
    barred = " and not_serious" if scheme.serious_refused else ""
    start += [
        _test(
            "approved",
            "已批准，并定下信用数",
            "Approved, with whole credits set",
            f'assessed and decision == "approve" and obligation == round(obligation){barred}',
        ),
        Cell(
            "added",
            name("审批机构增减的信用数", "Added or taken off by the authority"),
            "obligation - proposed",
        ),
        Cell("owed", name("须清偿的信用数", "Credits owed"), "if(approved, obligation, 0)", role="result"),
    ]
    before = "owed"
    for way in scheme.ways:
        start += _counting(way, before, opened)
        before = f"left_{key(way.id)}"
    entered = " + ".join(f"settled_{key(way.id)}" for way in scheme.ways)
    counted = " + ".join(f"counted_{key(way.id)}" for way in scheme.ways)
    return (
        *start,
        Cell("settled", name("已清偿的信用数", "Credits settled"), counted, role="result"),
        Cell("left", name("尚欠的信用数", "Credits still owed"), before, role="result"),
        _test(
            "all_counted",
            "填入的清偿全部计入",
            "All credits entered count",
            f"{entered} == settled",
        ),
        _test("begin", "义务已清偿，可以动工", "Settled: work may begin", "approved and left == 0"),
        Cell(
            "state",
            name("申请所处阶段", "Where the application stands"),
            'if(scope == "unchecked", "proposed", if(not in_scope, "out-of-scope", if(not assessed, "in-scope", '
            'if(decision == "refuse", "refused", if(not approved, "assessed", if(left == 0, "settled", "approved"))))))',
            role="result",
            options=tuple(Option(state, told) for state, told in STATES.items()),
        ),
        Cell(
            "next",
            name("下一步", "What comes next"),
            "state",
            role="result",
            options=tuple(Option(state, told) for state, told in NEXT.items()),
        ),
    )  # fmt: skip


def _counting(way: Way, before: str, opened: str) -> Iterator[Cell]:
    """Whether a way is open, what counts of it, and what is owed after it."""
    own, needs = key(way.id), []
    if way.after_search:
        needs.append(f"searched_{own}")
    if way.approval:
        needs.append(f"approved_{own}")
        if opened and way.matched == "variation":
            yield _test(
                f"open_{own}",
                f"{way.name.zh}：按当日规则可以批准",
                f"{way.name.en}: could be approved on that day",
                opened.replace("decided", f"day_{own}"),
            )
            needs.append(f"open_{own}")
    if way.matched is not None:
        needs.append(f"matched_{own}")
    needs += [f"met_{key(one.id)}" for one in way.conditions]
    if needs:
        yield _test(f"may_{own}", f"{way.name.zh}：可用", f"{way.name.en}: may be used", " and ".join(needs))
    may = f"may_{own} and " if needs else ""
    put = f"settled_{own}"
    yield Cell(
        f"counted_{own}",
        said(f"{way.name.zh}：计入份数", f"{way.name.en}: credits that count"),
        f"if({put} == 0, 0, if({may}{put} == round({put}) and {put} <= {before}, {put}, 0))",
    )
    yield Cell(
        f"left_{own}",
        said(f"{way.name.zh}：此后尚欠", f"{way.name.en}: owed after it"),
        f"{before} - counted_{own}",
    )


def _test(of: str, zh: str, en: str, formula: str) -> Cell:
    return Cell(of, said(zh, en), formula, role="test")
