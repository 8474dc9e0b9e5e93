"""The command line: ``eppv-atlas``.

Floor 4: puts the floors below together; knows no rules and no formulas.
Exit codes: 0 good, 1 problems in the data, 2 misuse.
"""

from __future__ import annotations

import os
import sys
from copy import copy
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from eppv_atlas import console, early
from eppv_atlas.cli.options import Lang, app
from eppv_atlas.errors import AtlasError, DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer.models import CommandInfo, TyperInfo

HOMES: Final = {
    "import": "bring",
    "embed": "embed",
    "figure": "figure",
    "list": "find",
    "check": "look",
    "show": "look",
    "measure": "measuring",
    "build": "make",
    "tidy": "make",
    "new": "make",
    "report": "report",
    "serve": "serve",
    "export": "share",
    "suggest": "share",
    "table": "table",
    "tally": "tally",
    "ledger": "ledger",
    "scheme": "scheme",
}
"""The module that adds each command, in the order in which ``--help`` names them."""


T = TypeVar("T", "CommandInfo", "TyperInfo")


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


def _application(name: str) -> typer.Typer:
    """The application with one command, as importing and putting together all of them takes longer than most do.

    Where the name is that of no command, all of it, so that the help and a hint know every command.
    """
    names = [name] if name in HOMES else list(HOMES)
    for home in dict.fromkeys(HOMES[one] for one in names):
        import_module(f"eppv_atlas.cli.{home}")
    out = copy(app)
    out.registered_commands = _named(app.registered_commands, names)
    out.registered_groups = _named(app.registered_groups, names)
    return out


def _named(held: list[T], names: Sequence[str]) -> list[T]:
    """Those of some names, in their order."""
    by_name = {_name_of(one): one for one in held}
    return [by_name[name] for name in names if name in by_name]


def _name_of(one: CommandInfo | TyperInfo) -> str:
    if hasattr(one, "typer_instance"):
        assert one.typer_instance is not None
        return str(one.typer_instance.info.name)
    return str(one.name or getattr(one.callback, "__name__", ""))


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point: run the command line and turn errors into messages and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if stream.encoding.lower() != "utf-8" else "strict")
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        _application(early.named(given)[1])(args=given)
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
