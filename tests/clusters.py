"""A scheduler of Dask and its workers, as processes that a test may kill.

Workers load a script of ours first, which looks at a file before every unit: the
test writes there how workers should behave (slowly, or not at all).
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

BEHAVIOUR = """
import os, time
from pathlib import Path
from eppv_atlas.scale import work
work.real = getattr(work, "real", work.count)  # a script is loaded more than once
def count(unit, job, *more):
    mode = Path({mode!r}).read_text()
    if mode == "slow":
        time.sleep(0.12)
    elif mode == "die":
        os._exit(9)
    elif mode == "old":
        work.kernel = lambda: "eppv-atlas 0.0.1"
    elif mode == "fall":
        raise MemoryError("no more")
    return work.real(unit, job, *more)
work.count = count
"""


def until(true, seconds=120.0):
    """Wait for something, at most so long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Cluster:
    """Processes of Dask on the loopback address."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder, self.env = folder, {**os.environ, **env}
        folder.mkdir()
        self.mode = folder / "mode"
        self.behave("well")
        self.script = folder / "behaviour.py"
        self.script.write_text(BEHAVIOUR.format(mode=str(self.mode)))
        self.file = folder / "scheduler.json"
        self.scheduler = self._start(
            "dask_scheduler", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"
        )
        until(lambda: self.file.is_file() and self.file.stat().st_size > 10)
        self.address = json.loads(self.file.read_text())["address"]
        self.workers: list[subprocess.Popen] = []

    def _start(self, program: str, *more: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--host", "127.0.0.1", *more]
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [*command, "--scheduler-file", str(self.file)], env=self.env, stdout=log, stderr=log
            )

    def behave(self, how: str) -> None:
        self.mode.write_text(how)

    def ensure(self, number: int) -> None:
        """Have so many workers, and wait for them."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        fresh = number - len(self.workers)
        log = self.folder / "log"
        seen = log.read_text().count("Registered to:")
        for _ in range(fresh):
            self.workers.append(
                self._start(
                    "dask_worker",
                    *("--no-nanny", "--nthreads", "1", "--no-dashboard", "--preload", str(self.script)),
                    *("--local-directory", str(self.folder), "--dashboard-address", "127.0.0.1:0"),
                )
            )
        until(lambda: log.read_text().count("Registered to:") >= seen + fresh)

    def kill(self, process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                self.kill(process)
