"""The tables of the store, and the steps that bring an older database up to date."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from simulator.errors import StoreError
from simulator.room import chain

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
    sa.Column("digest", sa.String(64)),
    sa.Column("branch_of", sa.String(16)),
    sa.Column("branch_at", sa.Integer),
    sa.Column("upload", sa.String(16)),
    sa.Index("drills_branch", "branch_of"),
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
    sa.Column("digest", sa.String(64)),
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
    sa.Column("second", sa.Float, nullable=False, server_default="0"),
)

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("second", sa.Float, nullable=False),
    sa.Column("wall", sa.Float, nullable=False),
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
    sa.Column("word", sa.String(100)),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("frozen", sa.Float, nullable=False),
    sa.Column("journal", sa.Text, nullable=False),
    sa.Column("references", sa.Text),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("digests", sa.Text),
)

scorecards = sa.Table(
    "scorecards",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("playbook", sa.String(80), primary_key=True),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64)),
)


def _written(name: str, *more: sa.Column[Any]) -> sa.Table:
    """Return a table of what people write about a drill, numbered there."""
    return sa.Table(
        name,
        metadata,
        sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        *more,
    )


overrides = _written("overrides", sa.Column("digest", sa.String(64)))
notes = _written("desk_notes", sa.Column("at", sa.Integer, nullable=False))
follow_ups = _written("follow_ups")

verbs = sa.Table(
    "verbs",
    metadata,
    sa.Column("person", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("drill", sa.ForeignKey("drills.id"), nullable=False, index=True),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("answer", sa.Text),
)

lessons = sa.Table(
    "lessons",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
"""SQLite numbers the rows of other tables as they come, which would tell whose is which beside `lessons_given`."""

lessons_given = sa.Table(
    "lessons_given",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("participant", sa.String(32), primary_key=True),
    sqlite_with_rowid=False,
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("alike", sa.Text, nullable=False, unique=True),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
)

members = sa.Table(
    "members",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("team", sa.ForeignKey("teams.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("joined", sa.Float, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("gone", sa.Float),
)

claims = sa.Table(
    "team_drills",
    metadata,
    sa.Column("drill", sa.ForeignKey("drills.id"), primary_key=True),
    sa.Column("team", sa.ForeignKey("teams.id"), nullable=False, index=True),
    sa.Column("by", sa.String(16), nullable=False),
    sa.Column("made", sa.Float, nullable=False),
)

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("team", sa.String(16), index=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("done", sa.Float, nullable=False),
    sa.Column("beat", sa.Float, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
)
"""A row a drill that a team brought, and each earlier state of it that drills were played of."""

KIND = ("scenario", "variant", "playbook", "mode", "pace", "difficulty")
"""What drills have in common that are compared number by number."""
results = sa.Table(
    "results",
    metadata,
    sa.Column("drill", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("team", sa.String(16)),
    sa.Column("sample", sa.Boolean, nullable=False),
    sa.Column("ended", sa.Float, nullable=False),
    sa.Column("scenario", sa.String(80), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("variant", sa.String(80), nullable=False),
    sa.Column("difficulty", sa.String(12), nullable=False),
    sa.Column("playbook", sa.String(80), nullable=False),
    sa.Column("mode", sa.String(12), nullable=False),
    sa.Column("pace", sa.String(12), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer),
    sa.Column("uncapped", sa.Integer, nullable=False),
    sa.Column("band", sa.Text),
    sa.Column("low", sa.Integer),
    sa.Column("high", sa.Integer),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("results_team", "team", "ended"),
    sa.Index("results_kinds", "team", *KIND, "title", "kind", "ended"),
    sa.Index("results_across", *KIND, "team", "ended", "drill", "kind", "sample"),
)
"""A row a scored drill: what is compared over many of them, made from scorecards and made again from them.

It refers to no other table: a sample has no drill behind it. Both later indexes hold all that counting, grouping and
ranking ask of a row, so that none of its body is read.
"""

Step = Callable[[sa.Connection], None]


def _add(connection: sa.Connection, table: str, column: str, kind: str) -> None:
    connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column} {kind}"))


def _keys(connection: sa.Connection) -> None:
    """Let a command carry its key, and mark as ended what a killed process froze without saying so."""
    _add(connection, "commands", "key", "VARCHAR(64)")
    connection.execute(sa.text("CREATE UNIQUE INDEX commands_key ON commands (drill, key)"))
    frozen = sa.select(records.c.frozen).where(records.c.drill == drills.c.id).scalar_subquery()
    connection.execute(drills.update().where(drills.c.ended.is_(None)).values(ended=frozen))


def _digests(connection: sa.Connection) -> None:
    """Chain the commands there are, and give every record, scorecard and correction its digest."""
    for name in ("drills", "commands", "scorecards", "overrides"):
        _add(connection, name, "digest", "VARCHAR(64)")
    _add(connection, "records", "digests", "TEXT")
    ends = {
        drill: chain.digest(header) for drill, header in connection.execute(sa.select(drills.c.id, drills.c.header))
    }
    _fill(connection, drills.c.digest, list(ends.items()))
    c, links = commands.c, []
    for drill, seq, at, by, body in connection.execute(
        sa.select(c.drill, c.seq, c.at, c.by, c.body).order_by(c.drill, c.seq)
    ):
        ends[drill] = chain.of_command(ends.get(drill, ""), seq, at, by, body)
        links.append((drill, seq, ends[drill]))
    _fill(connection, c.digest, links)
    frozen = []
    for drill, journal, made in connection.execute(sa.select(records.c.drill, records.c.journal, records.c.references)):
        found = chain.of_record(journal, ends.get(drill, ""))
        frozen.append((drill, json.dumps(chain.with_references(found, made) if made else found)))
    _fill(connection, records.c.digests, frozen)
    for table in (scorecards, overrides):
        rows = connection.execute(sa.select(*table.primary_key, table.c.body))
        _fill(connection, table.c.digest, [(*key, chain.digest(body)) for *key, body in rows])


def _fill(connection: sa.Connection, column: sa.Column[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Set a column where there was none; `rows` are primary keys, each with a value behind it."""
    table = column.table
    assert isinstance(table, sa.Table)
    own = {f"own_{key.name}": key for key in table.primary_key}
    mine = sa.and_(*(key == sa.bindparam(name) for name, key in own.items()))
    change = table.update().where(mine).values({column.name: sa.bindparam("new_value")})
    if rows:
        connection.execute(change, [dict(zip((*own, "new_value"), row, strict=True)) for row in rows])


def _heartbeats(connection: sa.Connection) -> None:
    """Let the clock log tell drill seconds and not only wall instants, and say how far each drill has come.

    How far people have seen one that is under way nobody wrote down: it stands at the last thing that anybody did.
    """
    _add(connection, "clock", "second", "FLOAT DEFAULT '0' NOT NULL")
    heartbeats.create(connection, checkfirst=True)
    lines = connection.execute(sa.select(clock).order_by(clock.c.drill, clock.c.seq)).all()
    for drill, log in groupby(lines, key=lambda line: line.drill):
        reached = list(_seconds(log))
        for seq, second, _ in reached:
            this = (clock.c.drill == drill) & (clock.c.seq == seq)
            connection.execute(clock.update().where(this).values(second=second))
        last = sa.select(sa.func.max(commands.c.at), sa.func.max(commands.c.wall)).where(commands.c.drill == drill)
        ends = [(second, since) for _, second, since in reached[-1:]]
        ends += [(at, wall) for at, wall in connection.execute(last) if at is not None]
        second, wall = map(max, zip(*ends, strict=True))
        connection.execute(heartbeats.insert().values(drill=drill, number=1, second=second, wall=wall))


def _seconds(log: Iterable[sa.Row[Any]]) -> Iterator[tuple[int, float, float]]:
    """Yield number, drill second reached and wall instant of each line of a log that paced the drill by the wall."""
    at, since, pace, state = -60.0, 0.0, 1.0, "waiting"
    for line in log:
        wall = max(line.wall, since)
        at += (wall - since) * pace if state == "running" else 0.0
        since = wall
        if line.what == "speed":
            pace = line.value
        elif line.what == "skip" and state != "stopped":
            at = max(at, line.value)
        else:
            state = "stopped" if line.what == "stop" else MOVES.get((state, line.what), state)
        yield line.seq, at, since


MOVES = {("waiting", "start"): "running", ("running", "pause"): "paused", ("paused", "resume"): "running"}
"""What a line of that log made of the clock's state."""


def _withdrawable(connection: sa.Connection) -> None:
    """Let what a person holds be withdrawn, and given out once."""
    _add(connection, "participants", "generation", "INTEGER DEFAULT '0' NOT NULL")
    _add(connection, "participants", "ticket", "VARCHAR(32)")


def _desk(connection: sa.Connection) -> None:
    """Let people come back by a word of their own, drills branch off others, and facilitators keep notes."""
    _add(connection, "participants", "word", "VARCHAR(100)")
    _add(connection, "drills", "branch_of", "VARCHAR(16)")
    _add(connection, "drills", "branch_at", "INTEGER")
    notes.create(connection, checkfirst=True)


def _once(connection: sa.Connection) -> None:
    """Remember which verbs were done under which key, and find a drill's second lives without reading all drills."""
    verbs.create(connection, checkfirst=True)
    connection.execute(sa.text("CREATE INDEX IF NOT EXISTS drills_branch ON drills (branch_of)"))


def _afterwards(connection: sa.Connection) -> None:
    """Let people follow a drill through once it is over, and say what they learnt."""
    for table in (follow_ups, lessons, lessons_given):
        table.create(connection, checkfirst=True)


def _teams(connection: sa.Connection) -> None:
    """Let teams be, drills belong to them, and scored drills be compared; `rebuild` makes rows of what is scored."""
    for table in (teams, members, claims, results):
        table.create(connection, checkfirst=True)


def _uploads(connection: sa.Connection) -> None:
    """Let teams bring drills of their own, and a drill say which of them it is played of."""
    _add(connection, "drills", "upload", "VARCHAR(16)")
    uploads.create(connection, checkfirst=True)


def _series(connection: sa.Connection) -> None:
    """Forget rows of drills that teams brought: two teams' were of one series. `rebuild` makes them again."""
    own = sa.select(drills.c.id).where(drills.c.upload.is_not(None))
    connection.execute(results.delete().where(results.c.drill.in_(own)))


STEPS: tuple[Step, ...] = (
    metadata.create_all, _keys, _digests, _heartbeats, _withdrawable, _desk, _once, _afterwards, _teams, _uploads,
    _series,
)  # fmt: skip
"""How to get from version n to n + 1. A new table or column is a step of its own at the end, never an edit.

A fresh database gets today's tables at once and the newest version; the steps are for older ones.
"""


def version(connection: sa.Connection) -> int:
    """Return the version of the database, 0 where it has none yet."""
    if not sa.inspect(connection).has_table(version_table.name):
        return 0
    return connection.scalar(sa.select(sa.func.max(version_table.c.version))) or 0


def _begin_anew(connection: sa.Connection) -> None:
    # The first version made its tables one by one: killed in between it left some, with nothing in them.
    if sa.inspect(connection).has_table(drills.name) and connection.scalar(sa.select(sa.func.count(drills.c.id))):
        raise StoreError("the database holds drills and does not say its version; restore a backup")
    metadata.drop_all(connection)
    metadata.create_all(connection)


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
        _begin_anew(connection)
        have = len(steps)
    for step in steps[have:]:
        step(connection)
    connection.execute(version_table.insert().values(version=len(steps)))
