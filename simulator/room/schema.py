"""The tables of the store, and the steps that bring an older database up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    inspect,
    select,
    text,
)

from simulator.errors import StoreError

metadata = MetaData()

version_table = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

drills = Table(
    "drills",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("code", String(12), nullable=False, unique=True),
    Column("created", Float, nullable=False),
    Column("title", Text, nullable=False),
    Column("hosted", Boolean, nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("header", Text, nullable=False),
    Column("ended", Float),
)

commands = Table(
    "commands",
    metadata,
    Column("drill", ForeignKey("drills.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("wall", Float, nullable=False),
    Column("body", Text, nullable=False),
    Column("key", String(64)),
    Index("commands_key", "drill", "key", unique=True),
)

clock = Table(
    "clock",
    metadata,
    Column("drill", ForeignKey("drills.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("wall", Float, nullable=False),
    Column("what", String(12), nullable=False),
    Column("value", Float),
    Column("by", Text, nullable=False),
)

participants = Table(
    "participants",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("drill", ForeignKey("drills.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("seat", String(80)),
    Column("facilitator", Boolean, nullable=False),
    Column("joined", Float, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("drill", ForeignKey("drills.id"), primary_key=True),
    Column("frozen", Float, nullable=False),
    Column("journal", Text, nullable=False),
    Column("references", Text),
    Column("bytes", BigInteger, nullable=False),
)

scorecards = Table(
    "scorecards",
    metadata,
    Column("drill", ForeignKey("drills.id"), primary_key=True),
    Column("playbook", String(80), primary_key=True),
    Column("made", Float, nullable=False),
    Column("body", Text, nullable=False),
)

overrides = Table(
    "overrides",
    metadata,
    Column("drill", ForeignKey("drills.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("made", Float, nullable=False),
    Column("author", Text, nullable=False),
    Column("body", Text, nullable=False),
)

Step = Callable[[Connection], None]


def _keys(connection: Connection) -> None:
    """Let a command carry its key, and mark as ended what a killed process froze without saying so."""
    connection.execute(text("ALTER TABLE commands ADD COLUMN key VARCHAR(64)"))
    connection.execute(text("CREATE UNIQUE INDEX commands_key ON commands (drill, key)"))
    frozen = select(records.c.frozen).where(records.c.drill == drills.c.id).scalar_subquery()
    connection.execute(drills.update().where(drills.c.ended.is_(None)).values(ended=frozen))


STEPS: tuple[Step, ...] = (metadata.create_all, _keys)
"""How to get from version n to n + 1. A new table or column is a step of its own at the end, never an edit.

A fresh database gets today's tables at once and the newest version; the steps are for older ones.
"""


def version(connection: Connection) -> int:
    """Return the version of the database, 0 where it has none yet."""
    if not inspect(connection).has_table(version_table.name):
        return 0
    return connection.scalar(select(func.max(version_table.c.version))) or 0


def upgrade(connection: Connection, steps: Sequence[Step] = STEPS) -> None:
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
        have = 1 if inspect(connection).has_table(commands.name) else len(steps)
        metadata.create_all(connection)
    for step in steps[have:]:
        step(connection)
    connection.execute(version_table.insert().values(version=len(steps)))
