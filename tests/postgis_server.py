"""A real PostgreSQL server with PostGIS for tests: started from the system's packages, killed as tests like."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql


def binaries():
    """Folder of the newest server that has PostGIS; None where there is none."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    fit = []
    for folder in folders:
        if not all((folder / name).exists() for name in ("initdb", "postgres", "pg_config")):
            continue
        share = subprocess.run(
            [folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
        )
        version = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
        if (Path(share.stdout.strip()) / "extension" / "postgis.control").exists():
            fit.append((int(version.stdout.split()[2].split(".")[0]), folder))
    return max(fit)[1] if fit else None


def _user():
    """Whom the server runs as: it refuses to run as root."""
    if os.getuid():
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _place():
    """Where the cluster lies: in memory where there is room, under a short path in any case (sockets)."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 4 * 2**30
    return shared if roomy else Path("/tmp")


class Server:
    """A cluster in a folder of its own, reached by a Unix socket only."""

    def __init__(self, bin_folder):
        self.bin = bin_folder
        self.user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="eppv", dir=_place()))
        self.data = self.folder / "d"
        if self.user:
            shutil.chown(self.folder, self.user)
        self.process = None
        self.number, self.shared, self.dirty = 0, None, False
        self._run(self.bin / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync", "--wal-segsize=4")  # fmt: skip
        hba = self.data / "pg_hba.conf"
        hba.write_text("local all guarded scram-sha-256\nlocal all all trust\n")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(
                f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nfsync = off\n"
                "full_page_writes = off\nsynchronous_commit = local\nautovacuum = off\nshared_buffers = 32MB\n"
                "max_connections = 40\nmax_wal_size = 64MB\ndeadlock_timeout = 200ms\nlc_messages = 'C'\n"
                "logging_collector = off\n"
            )

    def _run(self, *command):
        subprocess.run(
            [str(part) for part in command], check=True, capture_output=True, user=self.user, cwd=self.folder
        )

    def start(self, blocks="unlimited"):
        """Start it; no file may grow beyond so many blocks of 512 bytes."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", f'ulimit -f {blocks}; exec "$0" -D "$1"', self.bin / "postgres", self.data], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                user=self.user, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self.await_up()

    def await_up(self):
        end = time.monotonic() + 30
        while True:
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.03)
            else:
                return

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def kill(self):
        """End every process of the server at once, as a power cut does."""
        children = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                stat = entry.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(stat[1]) == self.process.pid:
                children.append(int(entry.parent.name))
        self.process.kill()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(30)

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, base, user="postgres", schema="eppv", more=""):
        return f"postgresql://{user}@/{base}?host={self.folder}&schema={schema}{more}"

    def connect(self, base="postgres", user="postgres", **more):
        return psycopg.connect(host=str(self.folder), user=user, dbname=base, autocommit=True, **more)

    def ask(self, query, given=None, base="postgres", user="postgres"):
        """Rows of a statement of its own connection; none where it has no rows."""
        with self.connect(base, user) as connection:
            cursor = connection.execute(query, given)
            return cursor.fetchall() if cursor.description else []

    def database(self, template="bare"):
        """A new database with PostGIS."""
        self.number += 1
        name = f"db{self.number}"
        self.ask(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name
