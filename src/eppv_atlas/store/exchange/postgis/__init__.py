"""An atlas in a PostGIS database of an organisation: tables for GIS, many editors, nothing overwritten unread.

``migrate`` makes the tables, ``put`` writes an atlas case by case, ``get`` and
``stream`` read it back. Importing this room needs psycopg, so that commands
import it only where a database is meant.

Floor 3, part of the store: must not know how measures are made, maps or the
command line.
"""

from eppv_atlas.errors import UsageError

try:
    import psycopg  # noqa: F401 - whether it is there
except ImportError as error:
    raise UsageError(
        f"PostGIS needs one more package ({error.name or 'libpq'} is missing): pip install 'eppv-atlas[postgis]'",
        f"使用 PostGIS 还需组件（缺少 {error.name or 'libpq'}）：pip install 'eppv-atlas[postgis]'",
    ) from None

from eppv_atlas.store.exchange.postgis.address import Address, parse
from eppv_atlas.store.exchange.postgis.reading import Got, get, stream
from eppv_atlas.store.exchange.postgis.schema import Step, migrate, pending, roles
from eppv_atlas.store.exchange.postgis.settling import ATLAS, Base, Held, held
from eppv_atlas.store.exchange.postgis.writing import Outcome, put

__all__ = [
    "ATLAS",
    "Address",
    "Base",
    "Got",
    "Held",
    "Outcome",
    "Step",
    "get",
    "held",
    "migrate",
    "parse",
    "pending",
    "put",
    "roles",
    "stream",
]
