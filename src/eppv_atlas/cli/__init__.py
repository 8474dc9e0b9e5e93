"""The command line: ``eppv-atlas``.

Floor 4: puts the floors below together; knows no rules and no formulas.
Exit codes: 0 good, 1 problems in the data, 2 misuse.
"""

from __future__ import annotations

import os
import sys
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console, early
from eppv_atlas.cli import (  # noqa: F401 - they add their commands
    bring,
    embed,
    figure,
    find,
    ledger,
    look,
    make,
    report,
    scheme,
    serve,
    share,
    table,
    tally,
)
from eppv_atlas.cli.options import Lang, app
from eppv_atlas.errors import AtlasError, DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


@app.callback()
def main(
    atlas: Annotated[
        str | None,
        typer.Option(
            help="Folder with atlas.yaml, cases/ and geodata/, a file or folder that 'export --to' wrote, "
            "or postgresql://…; the bundled cases if left out."
        ),
    ] = None,
    lang: Annotated[
        Lang | None, typer.Option(help="Language of messages and tables; that of the system if left out.")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """See, check and measure cases of ecological product value."""
    console.CHOICE.atlas = atlas if atlas is None or "://" in atlas else Path(atlas)
    console.CHOICE.lang = lang.value if lang else console.system_language()
    if version:
        from eppv_atlas import __version__

        typer.echo(f"eppv-atlas {__version__}")
        raise typer.Exit


def _only(name: str) -> typer.Typer:
    """The application with one command, as putting all of them together takes longer than most do; else all of it."""
    found = [one for one in app.registered_commands if one.callback is not None]
    found = [one for one in found if (one.name or one.callback.__name__.replace("_", "-")) == name]  # type: ignore[union-attr]
    if len(found) != 1:
        return app
    out = copy(app)
    out.registered_commands, out.registered_groups = found, []
    return out


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point: run the command line and turn errors into messages and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if stream.encoding.lower() != "utf-8" else "strict")
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        _only(early.named(given)[1])(args=given)
    except DataError as error:
        console.print_problems(error.problems)
        console.say(f"{len(error.problems)} problem(s)", f"{len(error.problems)} 个问题", err=True)
        sys.exit(1)
    except UsageError as error:
        console.complain(error)
        sys.exit(2)
    except AtlasError as error:
        console.complain(error)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"eppv-atlas: {error.strerror or error}\n")
        sys.exit(2)
