"""Engines that have units counted: this process, or Dask's distributed scheduler.

Results come in the order in which they are ready. Dask sees to what is lost with
a worker: its units are counted again elsewhere. What Dask gives up (a unit that
ended one worker after another, no worker for a while, no scheduler) is one error.

Floor 3½, part of scale: knows units and jobs; must not know kept results or the
command line.
"""

from __future__ import annotations

import logging
import os
import re
import time
import warnings
from asyncio import CancelledError
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from eppv_atlas.errors import AtlasError, EngineError, UsageError
from eppv_atlas.scale.dataset import Unit
from eppv_atlas.scale.work import Job, Outcome, attempt, count

MEMORY: Final = "1GB"
"""What a worker of our own may take."""
TRIES: Final = 2
"""How often a unit is tried again after an accident that did not end its worker."""
CONNECT_S = 10.0
PATIENCE_S = 60.0
"""How long we wait while there is no worker."""
_ADDRESS: Final = re.compile(r"((tcp|tls)://)?[\w.\-\[\]:]+:\d{1,5}")
_LOUD: Final = ("distributed", "distributed.client", "tornado", "asyncio")
"""Loggers of Dask; what matters of what they say, we say in a line."""
_CALM: Final = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "250ms",
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "2s",
}
"""Less to look after itself with: of three processes, 3 % of a core instead of 9 % (measured idle)."""
_AHEAD: Final = 3
"""Units handed to the scheduler for every thread, so that none waits for us."""

Result = tuple[Unit, Outcome | AtlasError]


@dataclass(frozen=True)
class Engine:
    """Who counts.

    Attributes
    ----------
    name
        ``local`` or ``dask``.
    address
        Of Dask's scheduler; None for processes of our own on this machine.
    workers
        Number of these; one a core if None.
    """

    name: str = "local"
    address: str | None = None
    workers: int | None = None

    def results(
        self, units: Iterable[Unit], job: Job, most: int | None, advance: Any
    ) -> Generator[Result, None, None]:
        """Have units counted.

        Parameters
        ----------
        units
            In the order in which they should be begun.
        job
            What is counted.
        most
            Defects after which a unit is given up.
        advance
            Told how many patches more have been read.

        Raises
        ------
        EngineError, UsageError
            If the engine cannot be had, or is lost.
        """
        run = _local if self.name == "local" else self._dask
        return run(units, job, most, advance)

    def _dask(
        self, units: Iterable[Unit], job: Job, most: int | None, advance: Any
    ) -> Generator[Result, None, None]:
        with ExitStack() as stack:
            client = _client(stack, self.address, self.workers)
            for unit, outcome in _Run(client, job, most).results(iter(units)):
                if not isinstance(outcome, AtlasError):
                    advance(outcome["rows"])
                yield unit, outcome


def _local(units: Iterable[Unit], job: Job, most: int | None, advance: Any) -> Generator[Result, None, None]:
    for unit in units:
        try:
            yield unit, count(unit, job, most, advance)
        except AtlasError as error:
            yield unit, error


def _client(stack: ExitStack, address: str | None, workers: int | None) -> Any:
    """A client of the scheduler at an address, or of one of our own."""
    try:
        dask: Any = import_module("dask")
        distributed: Any = import_module("distributed")
        if address is None:
            import_module("cryptography")
    except ImportError as error:
        raise UsageError(
            f"--engine dask needs more packages ({error.name} is missing): pip install 'eppv-atlas[scale]'",
            f"--engine dask 需要更多组件（缺少 {error.name}）：pip install 'eppv-atlas[scale]'",
        ) from None
    if address is not None and not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address} is no address of a scheduler; it reads like tcp://HOST:PORT",
            f"{address} 不是调度器地址；格式如 tcp://主机:端口",
        )
    settings: dict[str, Any] = {
        f"logging.{name}": "critical" for name in ("distributed", "tornado", "asyncio")
    }
    if address is not None:
        settings["distributed.comm.timeouts.connect"] = f"{CONNECT_S:g}s"
    settings |= {f"distributed.{name}.http.routes": [] for name in ("scheduler", "worker")}  # no pages
    settings |= _CALM
    stack.enter_context(dask.config.set(settings))
    for name in _LOUD:  # for good: some of it is said after the end
        logging.getLogger(name).setLevel(logging.CRITICAL)
    stack.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")  # what matters of other versions, the kernel says
    try:
        if address is None:
            cluster = distributed.LocalCluster(
                n_workers=workers or os.cpu_count() or 1,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                security=distributed.Security.temporary(),  # others on this machine must not hand it work
                dashboard_address=None,
                memory_limit=MEMORY,
                silence_logs=logging.CRITICAL,
            )
            stack.callback(_quietly, cluster.close)
            client = distributed.Client(cluster, set_as_default=False)
        else:
            client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TimeoutError) as error:
        what = address or "127.0.0.1"
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise UsageError(
            f"no scheduler of Dask can be reached at {what}: {why}",
            f"无法连接 {what} 处的 Dask 调度器：{why}",
        ) from None
    stack.callback(_quietly, client.close)
    return client


def _quietly(close: Any) -> None:
    with suppress(Exception):
        close()


class _Run:
    """Units on their way through a scheduler."""

    def __init__(self, client: Any, job: Job, most: int | None) -> None:
        self.client, self.most = client, most
        # a task of its own, so that it is made anew where a worker with it is lost
        self.job = client.submit(_same, job, pure=False, key=f"eppv-job-{job.digest[:16]}-{time.time_ns()}")
        self.running: dict[Any, Unit] = {}
        self.seen = time.monotonic()

    def results(self, units: Iterator[Unit]) -> Iterator[Result]:
        """Hand units out and take results in, whichever is ready."""
        wait: Any = import_module("distributed").wait
        left = True
        threads = self._threads()
        while True:
            while left and len(self.running) < _AHEAD * max(threads, 1) + 2:
                unit = next(units, None)
                left = unit is not None
                if unit is not None:
                    future = self.client.submit(attempt, unit, self.job, self.most, pure=False, retries=TRIES)
                    self.running[future] = unit
            if not self.running:
                return
            try:
                with self.client.as_current():
                    done = wait(list(self.running), timeout=1.0, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                done = set()
            except (Exception, CancelledError) as error:  # noqa: BLE001 - the scheduler went away in one of many ways
                raise self._lost(error) from None
            # what is finished first, so that it is kept; then what is wrong with the others
            for future in sorted(
                done, key=lambda future: (future.status != "finished", self.running[future].number)
            ):
                found = self._outcome(future)
                yield self.running.pop(future), found
            threads = self._threads()
            if threads:
                self.seen = time.monotonic()
            elif time.monotonic() - self.seen > PATIENCE_S:
                raise EngineError(
                    f"for {PATIENCE_S:g} s there has been no worker; start some, and run the same command again",
                    f"已有 {PATIENCE_S:g} 秒没有工作进程；请启动后再次运行同一命令",
                )

    def _threads(self) -> int:
        """Threads of all workers that there are now."""
        try:
            return sum(self.client.nthreads().values())
        except Exception as error:  # noqa: BLE001 - as above
            raise self._lost(error) from None

    def _lost(self, error: BaseException) -> EngineError:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        return EngineError(
            f"the scheduler of Dask is lost ({why}); run the same command again",
            f"与 Dask 调度器的连接已断开（{why}）；请再次运行同一命令",
        )

    def _outcome(self, future: Any) -> Outcome | AtlasError:
        """What became of a unit; an accident of the engine ends the run."""
        killed: Any = import_module("distributed").KilledWorker
        if future.status == "finished":
            found: Outcome | AtlasError = future.result()
            if isinstance(found, EngineError):
                raise found
            return found
        if future.status != "error":
            raise self._lost(RuntimeError(future.status))
        error = future.exception()
        unit = self.running[future]
        what = unit.layer.file
        if unit.groups is not None:
            what += f", row groups {unit.groups.start} to {unit.groups.stop - 1}"
        if isinstance(error, killed):
            raise EngineError(
                f"{what}: several workers ended while they counted this, one after another; "
                f"is {MEMORY} enough for one?",
                f"{what}：多个工作进程在计算时相继终止；内存是否足够（每个 {MEMORY}）？",
            )
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise EngineError(f"{what}: a worker cannot count this: {why}", f"{what}：工作进程无法计算：{why}")


def _same(job: Job) -> Job:
    """A job as the result of a task."""
    return job
