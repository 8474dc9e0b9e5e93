"""A report as a PDF: tagged, with bookmarks, laid out by WeasyPrint from the HTML.

Nothing is fetched: the two fonts come from an installed package, pictures stand
in the markup, every other address is refused.

Floor 3¾, part of report: knows blocks; must not know how their texts, figures
or tables come about, or where the file goes.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.report.blocks import Report
from eppv_atlas.report.html import asset, page

_FONTS: Final = {"Report Sans": "sans_path", "Report Serif": "serif_path"}


def written(report: Report) -> bytes:
    """A report as PDF.

    Returns
    -------
    bytes
        The file; the same for the same report, fonts and WeasyPrint.

    Raises
    ------
    UsageError
        If WeasyPrint, its fonts or Pango are not installed.
    """
    weasyprint, fonts = _tools()
    paths = {name: getattr(fonts, call)() for name, call in _FONTS.items()}
    addresses = {path.as_uri() for path in paths.values()}

    class Closed(weasyprint.urls.URLFetcher):  # type: ignore[misc,name-defined]
        """Lets through the fonts, and what stands in the markup itself."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in addresses and not url.startswith("data:image/png;base64,"):
                raise ValueError("not part of the report")
            return super().fetch(url, headers)

    faces = "".join(
        f'@font-face {{ font-family: "{name}"; src: url("{path.as_uri()}"); }}\n'
        for name, path in paths.items()
    )
    style = faces + asset("report.css") + asset("paged.css")
    markup = page(report, style=style, script="", policy="", paged=True)
    identifier = hashlib.sha256(markup.encode()).digest()[:16]
    document = weasyprint.HTML(string=markup, url_fetcher=Closed(fail_on_errors=True))
    written_: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return written_


def required() -> None:
    """See that everything is there that a PDF needs, before the work.

    Raises
    ------
    UsageError
        Naming what is missing and how it comes in.
    """
    _tools()


def _tools() -> tuple[Any, Any]:
    """The library that lays out and the fonts; both come with the extra ``pdf``."""
    try:
        import pylopdf_fonts_zh_cn
        import weasyprint
        import weasyprint.urls
    except ImportError as error:
        name = error.name or "WeasyPrint"
        raise _lacking(f"{name} is not installed", f"未安装 {name}") from None
    except OSError:  # WeasyPrint loads Pango when it is imported
        raise _lacking("the system has no Pango", "系统缺少 Pango") from None
    return weasyprint, pylopdf_fonts_zh_cn


def _lacking(en: str, zh: str) -> UsageError:
    return UsageError(
        f"no PDF can be made: {en}. Run pip install 'eppv-atlas[pdf]'; Pango comes by "
        "apt install libpango-1.0-0 libpangoft2-1.0-0 (Debian, Ubuntu), brew install pango (macOS), or MSYS2's "
        "mingw-w64-x86_64-pango (Windows). DOCX and HTML work without; both print to PDF",
        f"无法生成 PDF：{zh}。请运行 pip install 'eppv-atlas[pdf]'；Pango 的安装：Debian、Ubuntu 用 "
        "apt install libpango-1.0-0 libpangoft2-1.0-0，macOS 用 brew install pango，Windows 用 MSYS2 的 "
        "mingw-w64-x86_64-pango。DOCX 与 HTML 不需要它，均可另行打印为 PDF",
    )
