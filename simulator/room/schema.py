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
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    inspect,
    select,
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
STEPS: tuple[Step, ...] = (metadata.create_all,)
"""How to get from version n to n + 1. A new table or column is a step of its own at the end, never an edit.

A fresh database gets today's tables at once and the newest version; the steps are for older ones.
"""


def upgrade(connection: Connection, steps: Sequence[Step] = STEPS) -> int:
    """Bring the database to the newest version and return it. Raises StoreError for one from the future."""
    have = 0
    if inspect(connection).has_table(version_table.name):
        have = connection.scalar(select(func.max(version_table.c.version))) or 0
    if not have:
        metadata.create_all(connection)
    if have > len(steps):
        raise StoreError(
            f"the database is of version {have}, this program knows {len(steps)}; update Incident Drill and try again"
        )
    for step in steps[have:] if have else ():
        step(connection)
    if have < len(steps):
        connection.execute(version_table.insert().values(version=len(steps)))
    return len(steps)
