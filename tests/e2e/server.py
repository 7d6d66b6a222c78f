"""The app as a process of its own, for whoever looks at it in a browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
"""Seconds after which what a test waits for will not come any more. It bounds what hangs, and is never slept."""


def eventually(wanted: Callable[[], Any], words: Callable[[], str] = lambda: "it never came") -> Any:
    """Return what `wanted` gives as soon as it gives something; `words` say what was there instead."""
    deadline = time.monotonic() + PATIENCE
    while not (found := wanted()):
        assert time.monotonic() < deadline, words()
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class Server:
    """The app as a process that can be killed and started again on the same database.

    It is that of this tree, unless a `python` that has another one installed is named, with its environment.
    """

    def __init__(
        self, folder: Path, *options: str, python: Path | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self._python, self._env = python or Path(sys.executable), env
        self._runs_in = folder if python else ROOT
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port = self.url.rpartition(":")[2]
        serve = [self._python, "-m", "ui.cli", "serve", "--port", port, "--data", self.database, *self._options]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                serve, stdout=log, stderr=subprocess.STDOUT, cwd=self._runs_in, env=self._env, start_new_session=True
            )
        process = self._process
        eventually(lambda: self._answers() or process.poll() is not None, self.log)
        assert process.poll() is None, self.log()

    @property
    def database(self) -> str:
        return str(self._folder / "drills.db")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, how)  # only our own process group
            self._process.wait(PATIENCE)
            self._process = None

    def log(self) -> str:
        return (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=PATIENCE) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            return False
