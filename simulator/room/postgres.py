"""What PostgreSQL needs to keep drills as SQLite does: durable, one writer at a time, patient for as long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL

DRIVER = "postgresql+psycopg"
WRITING = 0x0D_1211
"""The advisory lock of a database whose holder may write."""
WAIT_MS = 4000
"""How long a writer waits for its turn."""
IDLE_MS = 10_000
"""After how long a transaction that does nothing is ended: its process hangs or sleeps and keeps others waiting."""
PATIENCE = {"connect_timeout": "4", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "15000"}  # fmt: skip
"""How long a server that does not answer is waited for, unless the address says otherwise (seconds; the last in ms)."""
AWAY = "does not answer; check DRILL_DATABASE_URL and that the server runs, then try again"
REMEDIES = (
    ("password authentication", "refuses the user or the password; check DRILL_DATABASE_URL"),
    ('database "', "is not on that server; create it there (`createdb`), or check DRILL_DATABASE_URL"),
    ("permission denied", "may not be used by this user; make the user its owner (`ALTER DATABASE … OWNER TO …`)"),
    ("read-only transaction", "takes no changes: that server is a standby or set so; check DRILL_DATABASE_URL"),
    ("connection slots", "has no connection left; raise its max_connections, or serve from fewer processes"),
    ("too many clients", "has no connection left; raise its max_connections, or serve from fewer processes"),
    ("no space left", "has no room left on its disk; free some space, then try again"),
    ("lock timeout", "is locked by another program; close what has it open, then try again"),
    ("in encoding", "cannot hold this text; create it with ENCODING 'UTF8'"),
    ("nul (0x00)", "keeps no text with the character U+0000; take it out, then try again"),
    *((sign, AWAY) for sign in (
        "connection failed", "connection refused", "connection is lost", "connection is closed", "connection timeout",
        "closed the connection", "terminating connection", "starting up", "shutting down", "recovery mode",
        "could not translate", "not yet accepting", "resolve host",
    )),
)  # fmt: skip
"""Signs in what the server or its driver says (in small letters), and what to do then."""


def patience(url: URL) -> dict[str, str]:
    """Return how long to wait for the server, as far as its address does not say."""
    return {name: value for name, value in PATIENCE.items() if name not in url.query}


def tune(connection: Any, _record: Any) -> None:
    """Have a connection acknowledge only what is on disk, and wait for nobody for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET lock_timeout = {WAIT_MS}; SET idle_in_transaction_session_timeout = {IDLE_MS};"
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def begin(connection: Connection, writes: bool) -> None:
    """Let a transaction that is going to write wait for its turn now, as SQLite's do: what it reads stays so."""
    if writes:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")
