"""The command that writes reports: report.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Ids, Language, app, by_suffix, say_if_bundled, speak
from eppv_atlas.errors import AtlasError, BilingualError, DataError, UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eppv_atlas.exhibits import Figure
    from eppv_atlas.report import Block
    from eppv_atlas.store import Atlas


_MADE_WITH = ("Compiled with eppv-atlas", "由 eppv-atlas 编制")


class Document(StrEnum):
    """File format of a report."""

    docx = "docx"
    html = "html"
    pdf = "pdf"
    pptx = "pptx"
    md = "md"
    qmd = "qmd"


@app.command()
def report(
    ids: Ids = None,
    to: Annotated[
        Document | None, typer.Option("--to", help="Format; by the suffix of --out if left out, else docx.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File; in this folder, named by the id of a single case or by the title, if left out."
        ),
    ] = None,
    language: Language = None,
    template: Annotated[
        Path | None, typer.Option(help="A .docx of yours: its styles, margins, head and foot are kept.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    all_facts: Annotated[
        bool, typer.Option("--all-facts", help="The whole ledger of facts, not the key facts only.")
    ] = False,
    static: Annotated[
        bool, typer.Option("--static", help="HTML without the live maps: smaller, and nothing in it runs.")
    ] = False,
    each: Annotated[
        bool, typer.Option("--each", help="A file for each case, named by its id, in the folder --out.")
    ] = False,
) -> None:
    """Write dossiers of cases, and an overview of all, as DOCX, HTML, PDF, slides or Markdown.

    Without ids: the overview and every case. A case that cannot be told is
    left out and named at the end.
    """
    from eppv_atlas.store import files

    lang = speak(language)
    if title is not None and not title.strip():
        raise UsageError("--title is blank; leave it out or write one", "--title 为空；请写标题或去掉该选项")
    form = by_suffix(to, None if each else out, Document, "docx")
    if template is not None and form != "docx":
        raise UsageError(
            "--template is a Word file and goes with --to docx", "--template 是 Word 文件，只用于 --to docx"
        )
    style = _read(template) if template is not None else None
    say_if_bundled()
    atlas, broken = _sound(ids)
    wanted = [placed.case.id for placed in atlas if not ids or placed.case.id in ids]
    one = atlas[wanted[0]].case if ids and len(wanted) == 1 else None
    heading = title or str(getattr(one.title if one else atlas.settings.title, lang))
    name = f"{one.id}-report" if one and not title else files.file_name(heading)
    writer = _Writer(
        form, lang, style, all_facts=all_facts, live=form == "html" and not static, left_out=len(broken)
    )
    made: list[Path] = []
    with console.progress() as progress:
        task = progress.add_task("report", total=len(wanted) + (not ids))
        step: Callable[[], None] = lambda: progress.advance(task)  # noqa: E731 - a name for a call
        figures = _figures(atlas, wanted, whole=not ids and not each)
        if each:
            folder = out or Path()
            for figure in figures:
                content, failed = writer.written([figure], figure.title(lang), step)
                broken += failed
                if not failed:
                    made += _put(content, folder / f"{figure.name}.{form}")
        else:
            content, failed = writer.written(figures, heading, step)
            broken += failed
            target = out or Path(f"{name}.{form}")
            made += _put(content, target / f"{name}.{form}" if target.is_dir() else target)
    for path in made:
        if path.is_dir():
            console.say(f"{path} (its pictures; keep them beside it)", f"{path}（报告的图片，请放在一起）")
            continue
        size = console.size_text(path.stat().st_size)
        console.say(f"{path} ({size})", f"{path}（{size}）")
    if broken:
        for name, why in broken:
            console.say(f"left out: {name}: {why}", f"未写入：{name}：{why}", err=True)
        raise typer.Exit(1)


def _read(template: Path) -> bytes:
    try:
        return template.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the template {template} cannot be read: {error.strerror}",
            f"模板 {template} 无法读取：{error.strerror}",
        ) from None


def _sound(ids: Sequence[str] | None) -> tuple[Atlas, list[tuple[str, str]]]:
    """The cases without problems, and the others with what is wrong with them.

    Raises
    ------
    DataError
        If no case is sound, or the settings are not.
    UsageError
        If an id is that of no case.
    """
    from eppv_atlas.store import Atlas, read

    with console.busy("reading the atlas", "读取图集"):
        loading = read(console.CHOICE.atlas)
    placed = [item.placed for item in loading.cases if item.placed is not None]
    known = {case.case.id for case in placed}
    files = {path.stem for path in (loading.root / "cases").glob("*.yaml")} or known
    unknown = sorted(set(ids or ()) - known - files)
    if unknown:
        raise UsageError(
            f"there is no case {', '.join(map(repr, unknown))}; known: {', '.join(sorted(known))}",
            f"没有案例 {'、'.join(map(repr, unknown))}；现有：{'、'.join(sorted(known))}",
        )
    if loading.settings is None or not known & set(ids or known):
        raise DataError(loading.errors)
    placed.sort(key=lambda case: (case.case.batch, case.case.order, case.case.id))
    lost = sorted((files - known) & set(ids or files))
    broken = []
    for name in lost:
        own = [problem for problem in loading.errors if Path(problem.file).stem == name]
        broken.append((name, own[0].text(console.CHOICE.lang) if own else ""))
    return Atlas(loading.root, loading.settings, tuple(placed)), broken


def _figures(atlas: Atlas, wanted: Sequence[str], *, whole: bool) -> list[Figure]:
    from eppv_atlas import exhibits, render

    ordered = [placed for placed in render.reading_order(atlas.cases) if placed.case.id in wanted]
    return [*([exhibits.figure(atlas)] if whole else []), *(exhibits.figure(placed) for placed in ordered)]


class _Writer:
    """Writes figures as a report of one format."""

    def __init__(
        self, form: str, lang: str, template: bytes | None, *, all_facts: bool, live: bool, left_out: int
    ) -> None:
        self.form, self.lang, self.template = form, lang, template
        self.all_facts, self.live, self.left_out = all_facts, live, left_out
        # what is missing, or wrong with the template, is said before the work
        module = {"pptx": "slides", "md": "markdown", "qmd": "markdown"}.get(form, form)
        try:
            import_module(f"eppv_atlas.report.{module}")
            if form == "pptx":
                import_module("pptx")
        except ImportError as error:
            raise UsageError(
                f"reports need more packages ({error.name} is missing): pip install 'eppv-atlas[report]'",
                f"生成报告需要更多组件（缺少 {error.name}）：pip install 'eppv-atlas[report]'",
            ) from None
        if form == "pdf":
            import_module("eppv_atlas.report.pdf").required()
        if template is not None:
            from eppv_atlas.report import docx_template

            docx_template.checked(docx_template.styles_of(docx_template.opened(template)))

    def written(
        self, figures: Sequence[Figure], title: str, step: Callable[[], None]
    ) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
        """Content by file suffix or name, and what was left out with the reason."""
        if self.form == "pptx":
            return self._slides(figures, title, step)
        blocks: list[Block] = []
        failed = []
        for figure in figures:
            try:
                blocks += self._blocks(figure)
            except UsageError:  # a package is missing: every other case would say the same
                raise
            except (AtlasError, ValueError, ArithmeticError, LookupError) as error:
                failed.append((figure.name, _why(error)))
            step()
        if not blocks:
            return {}, failed
        return self._file(tuple(blocks), title, _subtitle(figures, self.lang)), failed

    def _blocks(self, figure: Figure) -> tuple[Block, ...]:
        from eppv_atlas import certificate, report

        if figure.whole:
            return report.overview(figure, self.lang, live=self.live, left_out=self.left_out)
        certificates = certificate.case(figure.cases[0])
        return report.dossier(figure, certificates, self.lang, every_fact=self.all_facts, live=self.live)

    def _slides(
        self, figures: Sequence[Figure], title: str, step: Callable[[], None]
    ) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
        from eppv_atlas.report import slides

        failed: list[tuple[str, str]] = []
        made = slides.written(
            figures, self.lang, title, step, lambda figure, error: failed.append((figure.name, _why(error)))
        )
        return {"": made} if len(failed) < len(figures) else {}, failed

    def _file(self, blocks: tuple[Block, ...], title: str, subtitle: str) -> dict[str, bytes]:
        from eppv_atlas.report import Report

        made = Report(title, subtitle, self.lang, blocks)
        if self.form == "docx":
            from eppv_atlas.report import docx

            return {"": docx.written(made, self.template)}
        if self.form == "html":
            from eppv_atlas.report import html

            return {"": html.written(made)}
        if self.form == "pdf":
            from eppv_atlas.report import pdf

            return {"": pdf.written(made)}
        from eppv_atlas.report import markdown

        assert self.form in {"md", "qmd"}, self.form
        return markdown.written(made, quarto=self.form == "qmd")


def _subtitle(figures: Sequence[Figure], lang: str) -> str:
    """The documents that a report rests on, and what it was made with."""
    from eppv_atlas import sheets

    told = sheets.sources([placed for figure in figures for placed in figure.cases], lang)
    return f"{told}\n{console.words(*_MADE_WITH)}"


def _why(error: Exception) -> str:
    if isinstance(error, BilingualError):
        return printable(str(console.words(error.en, error.zh)))
    return printable(f"{type(error).__name__}: {error}")


def _put(content: dict[str, bytes], target: Path) -> list[Path]:
    """Write a report; pictures beside it first, so that it never names one that is not there.

    Returns the report, and the folder of its pictures where it has one.
    """
    from eppv_atlas.store import files

    beside = {name: data for name, data in content.items() if name and not name.startswith("report.")}
    for name, data in beside.items():
        files.write_file(target.parent / name, data)
    main = [data for name, data in content.items() if name not in beside]
    for data in main:
        files.write_file(target, data)
    folders = dict.fromkeys((target.parent / name).parent for name in beside)
    return [target, *folders] if main else []
