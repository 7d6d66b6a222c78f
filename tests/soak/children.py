"""Processes that are there to be killed, and what they said before."""

from __future__ import annotations

import os
import select
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

PATIENCE = 600.0
"""Seconds within which a process says what it is waited for; only what hangs takes so long."""
Tell = Callable[[str], None]


class Child:
    """A copy of this process that does one thing; whoever makes one has no database open meanwhile."""

    def __init__(self, work: Callable[[Tell], None]) -> None:
        self.said: list[str] = []
        """Whole lines it said; what the kill cut off has been read by nobody."""
        self._rest = b""
        self._out, out = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            _work(work, out, parent)
        os.close(out)

    @property
    def there(self) -> bool:
        """Tell whether it has not been killed yet."""
        return self._out >= 0

    def listen(self, seconds: float) -> bool:
        """Take in what it says within `seconds`; tell whether it said anything."""
        if not self.there or not select.select([self._out], [], [], seconds)[0]:
            return False
        *lines, self._rest = (self._rest + (read := os.read(self._out, 1 << 16))).split(b"\n")
        self.said += [line.decode() for line in lines]
        return bool(read)

    def until(self, done: Callable[[list[str]], bool]) -> None:
        """Listen until `done` of what it said, or its end."""
        limit = time.monotonic() + PATIENCE
        while self.there and not done(self.said):
            if not self.listen(0.05) and (self._over() or time.monotonic() > limit):
                break
        assert time.monotonic() < limit, f"a process said no more than {self.said[-3:]}"

    def kill(self) -> None:
        """End it by kill -9, or wait for its own end where that came first; take in what it had said."""
        if not self.there:
            return
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        while self.listen(0):
            pass
        os.close(self._out)
        self._out = -1

    def _over(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _work(work: Callable[[Tell], None], out: int, parent: int) -> None:
    """Do what a child is there for, and end with it, or with whoever made it."""

    def tell(line: str) -> None:
        if os.getppid() != parent:
            os._exit(1)
        os.write(out, f"{line}\n".encode())

    try:
        work(tell)
    except BaseException:
        last = traceback.format_exc().strip().replace("\n", " | ")
        os.write(out, f"broken {last[-1500:]}\n".encode())
    finally:
        os._exit(0)


class Files:
    """Databases in files, made and deleted like those of a server."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="drill-kills-"))
        self._made = 0

    def fresh(self) -> str:
        """Return the path of a database that is not there yet."""
        self._made += 1
        return str(self._folder / f"{self._made}.db")

    def close(self) -> None:
        """Delete them."""
        shutil.rmtree(self._folder)
