"""The tables of the store, and the steps that bring an older database up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from simulator.errors import StoreError

metadata = sa.MetaData()

version_table = sa.Table(
    "schema_version", metadata, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False)
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

drills = sa.Table(
    "drills",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("code", sa.String(12), nullable=False, unique=True),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("hosted", sa.Boolean, nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False),
    sa.Column("header", sa.Text, nullable=False),
    sa.Column("ended", sa.Float),
)

commands = sa.Table(
    "commands",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("wall", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("key", sa.String(64)),
    sa.Index("commands_key", "drill", "key", unique=True),
)

clock = sa.Table(
    "clock",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("wall", sa.Float, nullable=False),
    sa.Column("what", sa.String(12), nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("by", sa.Text, nullable=False),
)

participants = sa.Table(
    "participants",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("drill", sa.ForeignKey("drills.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("seat", sa.String(80)),
    sa.Column("facilitator", sa.Boolean, nullable=False),
    sa.Column("joined", sa.Float, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, server_default="0"),
    sa.Column("ticket", sa.String(32)),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("frozen", sa.Float, nullable=False),
    sa.Column("journal", sa.Text, nullable=False),
    sa.Column("references", sa.Text),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)

scorecards = sa.Table(
    "scorecards",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("playbook", sa.String(80), primary_key=True),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

overrides = sa.Table(
    "overrides",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

Step = Callable[[sa.Connection], None]


def _keys(connection: sa.Connection) -> None:
    """Let a command carry its key, and mark as ended what a killed process froze without saying so."""
    connection.execute(sa.text("ALTER TABLE commands ADD COLUMN key VARCHAR(64)"))
    connection.execute(sa.text("CREATE UNIQUE INDEX commands_key ON commands (drill, key)"))
    frozen = sa.select(records.c.frozen).where(records.c.drill == drills.c.id).scalar_subquery()
    connection.execute(drills.update().where(drills.c.ended.is_(None)).values(ended=frozen))


def _withdrawable(connection: sa.Connection) -> None:
    """Let what a person holds be withdrawn, and given out once."""
    # Where the first version was killed between its tables, today's has just been made in its place.
    if "generation" not in {column["name"] for column in sa.inspect(connection).get_columns(participants.name)}:
        connection.execute(sa.text("ALTER TABLE participants ADD COLUMN generation INTEGER NOT NULL DEFAULT 0"))
        connection.execute(sa.text("ALTER TABLE participants ADD COLUMN ticket VARCHAR(32)"))


STEPS: tuple[Step, ...] = (metadata.create_all, _keys, _withdrawable)
"""How to get from version n to n + 1. A new table or column is a step of its own at the end, never an edit.

A fresh database gets today's tables at once and the newest version; the steps are for older ones.
"""


def version(connection: sa.Connection) -> int:
    """Return the version of the database, 0 where it has none yet."""
    if not sa.inspect(connection).has_table(version_table.name):
        return 0
    return connection.scalar(sa.select(sa.func.max(version_table.c.version))) or 0


def upgrade(connection: sa.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Bring the database to the newest version; the caller's transaction makes all of it one.

    Raises StoreError for one from the future.
    """
    have = version(connection)
    if have > len(steps):
        raise StoreError(
            f"the database is of version {have}, this program knows {len(steps)}; update Incident Drill and try again"
        )
    if have == len(steps):
        return
    if not have:
        # The first version made its tables one by one: killed in between it left some, and no version.
        have = 1 if sa.inspect(connection).has_table(commands.name) else len(steps)
        metadata.create_all(connection)
    for step in steps[have:]:
        step(connection)
    connection.execute(version_table.insert().values(version=len(steps)))
