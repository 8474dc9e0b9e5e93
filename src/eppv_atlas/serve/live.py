"""The atlas that is served follows its files: read anew when they change, shown only when whole.

Floor 3½, part of the server: is told how to read and what to compare; must not
know what is read, files or HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

State = TypeVar("State")
LOOK_S: Final = 1.0
"""How often the files are looked at, s."""
_TRIES: Final = 5


class Live(Generic[State]):
    """A state that is read anew, in a thread of its own, when its stamp has moved.

    Parameters
    ----------
    read
        Reads the state whole; raises if it cannot.
    stamp
        What to compare: cheap, and another whenever a file is another.
    tell
        Told the new state, or why there is none; the old one is then kept.
    """

    def __init__(
        self,
        read: Callable[[], State],
        stamp: Callable[[], object],
        tell: Callable[[State | Exception], None],
    ) -> None:
        self._read, self._stamp, self._tell = read, stamp, tell
        self._seen = stamp()
        self._stop = threading.Event()
        self.state = read()

    def look(self) -> bool:
        """Look once, and read anew where something moved; return whether the state is a new one."""
        now = self._stamp()
        if now == self._seen:
            return False
        for _ in range(_TRIES):
            outcome = self._outcome()
            before, now = now, self._stamp()
            if now == before:  # nobody wrote meanwhile
                break
        else:
            return False  # somebody still writes: the next look sees it
        self._seen = now
        if not isinstance(outcome, Exception):
            self.state = outcome  # one assignment: nobody sees half of it
        self._tell(outcome)
        return not isinstance(outcome, Exception)

    def _outcome(self) -> State | Exception:
        try:
            return self._read()
        except Exception as error:  # noqa: BLE001 - whatever an edit brings, the server goes on
            return error

    def start(self) -> None:
        """Look every so often, until stopped."""
        threading.Thread(target=self._run, name="atlas", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except OSError:
                continue  # the folder is being moved about; the next look sees it again
