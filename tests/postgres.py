"""A PostgreSQL server of our own, as Debian ships it: on loopback, with a data folder that is gone afterwards."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

MISSING = "no PostgreSQL server; `make test` installs it where apt-get can, or set POSTGRES_BIN=/folder/of/initdb"
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200", "shared_buffers": "16MB",
    "autovacuum": "off", "jit": "off", "log_min_messages": "fatal", "max_wal_size": "64MB",
    # Processes are killed, never the machine: what the system was handed is on its way to the disk.
    "fsync": "off", "full_page_writes": "off",
}  # fmt: skip
PATIENCE = 60.0
"""Seconds within which a server starts or stops; only what hangs takes so long."""


def programs() -> Path | None:
    """Return the folder of the newest server's programs, None where there is none."""
    said = os.environ.get("POSTGRES_BIN") or str(Path(shutil.which("initdb") or "").parent)
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return next((path for path in (Path(said), *debian) if (path / "initdb").exists()), None)


class Server:
    """One server process and its data. Give it up with `close`."""

    def __init__(self, folder: Path) -> None:
        self._bin = folder
        # Neither below pytest's own folder, which nobody else may enter, nor as root, whom the server refuses.
        self._data = Path(tempfile.mkdtemp(prefix="drill-postgres-"))
        self._as = _somebody()
        self._password = secrets.token_hex(8)
        self._port = _free_port()
        self._schemas = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._make()
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start it, again after a `kill` or `stop`, and wait until it answers."""
        import psycopg

        limit = time.monotonic() + PATIENCE
        self._process = self._begun()
        while True:
            try:
                psycopg.connect(self.url().set(drivername="postgresql").render_as_string(hide_password=False)).close()
                return
            except psycopg.OperationalError:
                ended = self._process.poll() is not None
                said = (self._data / "log").read_text(encoding="utf-8", errors="replace")[-2000:] if ended else ""
                if time.monotonic() > limit or (ended and "still in use" not in said[-500:]):
                    raise AssertionError(f"PostgreSQL does not start: {said}") from None
                time.sleep(0.02)
                if ended:  # the kernel has not yet let go of what a killed one held
                    self._process = self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(self._port)}.items()]
        with (self._data / "log").open("ab") as log:
            return self._run(subprocess.Popen, "postgres", "-D", self._data / "db", *settings, stdout=log,
                             stderr=log)  # fmt: skip

    @property
    def running(self) -> bool:
        """Tell whether it was started and has not ended since."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it as an administrator does who waits for nobody."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it and all its children at once, as `kill -9` or the kernel does when memory runs out."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)  # so that it makes no more children meanwhile
        ask = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        for child in map(int, subprocess.run(ask, capture_output=True, text=True).stdout.split()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._end(signal.SIGKILL)

    def url(self, schema: str = "") -> URL:
        """Return where the server's database is, or one schema of it."""
        query = {"options": f"-c search_path={schema}"} if schema else {}
        return URL.create("postgresql+psycopg", "drill", self._password, "127.0.0.1", self._port, "postgres", query)

    def fresh(self) -> str:
        """Return the address of an empty schema of its own: a database to whoever opens it, and cheaper to make."""
        name = f"s{next(self._schemas)}"
        self.execute(f"CREATE SCHEMA {name}")
        return self.url(name).render_as_string(hide_password=False)

    def execute(self, statement: str, schema: str = "") -> list[tuple[Any, ...]]:
        """Run one statement or several beside the store, and return the rows of the last one."""
        import psycopg

        address = self.url(schema).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Stop it and delete its data."""
        if self.running:
            self._end(signal.SIGQUIT)
        shutil.rmtree(self._data, ignore_errors=True)

    def _make(self) -> None:
        secret = self._data / "password"
        secret.write_text(self._password)
        if self._as:
            for path in (self._data, secret):
                os.chown(path, self._as["user"], self._as["group"])
        self._run(subprocess.run, "initdb", "-D", self._data / "db", "-U", "drill", "--auth=password", "--no-sync",
                  f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-instructions", check=True,
                  capture_output=True)  # fmt: skip

    def _run(self, how: Any, program: str, *args: Any, **more: Any) -> Any:
        return how([self._bin / program, *args], cwd=self._data, **more, **self._as)

    def _end(self, how: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(how)
        self._process.wait(PATIENCE)


def _somebody() -> dict[str, Any]:
    """Return as whom the server runs where we are root."""
    if os.getuid():
        return {}
    names = {one.pw_name: one for one in pwd.getpwall()}
    found = names.get("postgres") or names["nobody"]
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
