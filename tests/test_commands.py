"""Each command is imported alone, and none is forgotten."""

import subprocess
import sys

import pytest

from eppv_atlas import cli


def names(application):
    return [cli._name_of(one) for one in (*application.registered_commands, *application.registered_groups)]


def test_every_command_has_its_home_and_every_home_is_right():
    assert names(cli._application("")) == list(cli.HOMES)
    registered = names(cli.app)
    assert sorted(registered) == sorted(cli.HOMES)  # none but those of the table, none twice


@pytest.mark.parametrize("name", cli.HOMES)
def test_a_command_alone(name):
    assert names(cli._application(name)) == [name]


def test_list_imports_no_other_command_and_nothing_heavy():
    code = (
        "import sys; from eppv_atlas.cli import _application; _application('list'); import eppv_atlas.compiled, "
        "eppv_atlas.export; heavy = ('numpy', 'filelock', 'rich.progress', 'eppv_atlas.ledgers', 'eppv_atlas.model', "
        "'eppv_atlas.cli.look'); print([name for name in heavy if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
