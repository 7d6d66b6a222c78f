"""Teams without accounts: a team has a link that can be withdrawn, a member their own, a drill may be a team's.

Links and what a browser stays in with are tokens, signed like those of seats. What is of an earlier generation of a
team's link, or of a member, opens nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from simulator.errors import AccessDenied, DrillError, UnknownName
from simulator.room import schema as t
from simulator.room.access import Claim, Tokens, clean_name
from simulator.room.results import of_team
from simulator.room.store import Participant, Store
from simulator.room.tidy import scrub, sweep
from simulator.text import alike

MOST_MEMBERS = 200
"""People in one team; whoever has a link that is passed around cannot fill the database with it."""
GONE = "you are no longer in this team, or your link was renewed; ask somebody in it for the team's link"
CLOSED = "this team's link was withdrawn; ask somebody in the team for the new one"


@dataclass(frozen=True)
class Team:
    """People who drill together."""

    id: str
    name: str
    made: float
    generation: int
    """Of the team's link: an earlier one is withdrawn."""
    open: bool
    """Whether the team's link lets anybody in."""


@dataclass(frozen=True)
class Member:
    """One person in one team."""

    id: str
    team: str
    name: str
    joined: float
    generation: int
    """Of what the person was given to come in with."""


TEAM = tuple(t.teams.c[name] for name in ("id", "name", "made", "generation", "open"))
MEMBER = tuple(t.members.c[name] for name in ("id", "team", "name", "joined", "generation"))


class Teams:
    """The teams of a store."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self._store = store
        self._tokens = tokens

    def found(self, name: str, person: str) -> Member:
        """Make a team with its first member. Raises DrillError where the name is taken or cannot be read."""
        team = Team(secrets.token_hex(6), clean_name(name), self._store.now(), 1, True)
        member = Member(secrets.token_hex(6), team.id, clean_name(person), team.made, 1)
        try:
            with self._store.transaction(writes=True) as connection:
                connection.execute(t.teams.insert().values(**team.__dict__, alike=alike(team.name)))
                connection.execute(t.members.insert().values(member.__dict__))
        except IntegrityError:
            raise DrillError(f"there is a team called {team.name!r} already; take another name, or ask it for its "
                             "link") from None  # fmt: skip
        return member

    def team(self, ident: str) -> Team:
        """Return a team. Raises AccessDenied where there is none any more."""
        with self._store.transaction(writes=False) as connection:
            return _team(connection, ident)

    def members(self, team: str) -> list[Member]:
        """Return everybody in a team, in the order they came."""
        who = t.members.c
        query = select(*MEMBER).where(who.team == team, who.gone.is_(None)).order_by(who.joined, who.name)
        with self._store.transaction(writes=False) as connection:
            return [Member(*row) for row in connection.execute(query)]

    def invitation(self, member: Member) -> str | None:
        """Return what the team's link carries, None while it is withdrawn."""
        with self._store.transaction(writes=False) as connection:
            still_in(connection, member)
            team = _team(connection, member.team)
        return self._tokens.sign(Claim("invite", team.id, "", team.generation)) if team.open else None

    def invited(self, token: str) -> Team:
        """Return the team that an invitation leads to. Raises AccessDenied for one that was withdrawn."""
        claim = self._tokens.read(token, "invite")
        with self._store.transaction(writes=False) as connection:
            return _open(connection, claim)

    def join(self, token: str, name: str) -> Member:
        """Let somebody into the team that an invitation leads to; equal names are told apart. Raises AccessDenied."""
        claim = self._tokens.read(token, "invite")
        who = t.members.c
        with self._store.transaction(writes=True) as connection:
            team = _open(connection, claim)
            taken = connection.scalars(select(who.name).where(who.team == team.id, who.gone.is_(None))).all()
            if len(taken) >= MOST_MEMBERS:
                raise AccessDenied(f"the team {team.name!r} has {MOST_MEMBERS} members, and no team has more")
            member = Member(secrets.token_hex(6), team.id, clean_name(name, taken), self._store.now(), 1)
            connection.execute(t.members.insert().values(member.__dict__))
        return member

    def renew(self, member: Member, *, open: bool = True) -> None:
        """Withdraw the team's link, and have another one in its place where it stays `open`."""
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            c = t.teams.c
            change = t.teams.update().where(c.id == member.team).values(generation=c.generation + 1, open=open)
            connection.execute(change)

    def token(self, member: Member) -> str:
        """Return what a browser stays in the team with."""
        return self._tokens.sign(Claim("member", member.team, member.id, member.generation))

    def link(self, member: Member) -> str:
        """Return what a member's own link carries: it lets them in anywhere, until it is renewed."""
        return self._tokens.sign(Claim("member link", member.team, member.id, member.generation))

    def identify(self, token: str) -> tuple[Team, Member]:
        """Return the team and the member behind what a browser has. Raises AccessDenied."""
        return self._behind(self._tokens.read(token, "member"))

    def linked(self, token: str) -> tuple[Team, Member]:
        """Return the team and the member behind a member's own link. Raises AccessDenied."""
        return self._behind(self._tokens.read(token, "member link"))

    def leads(self, token: str) -> bool:
        """Tell whether a link leads into a team, whoever it is for and whether it still does."""
        try:
            self._tokens.read(token, "invite", "member link")
        except AccessDenied:
            return False
        return True

    def door(self, token: str) -> tuple[Team, Member | None]:
        """Return the team that a link leads into, and whom it lets in; None: somebody new. Raises AccessDenied."""
        if self._tokens.read(token, "invite", "member link").purpose == "invite":
            return self.invited(token), None
        return self.linked(token)

    def drills(self, team: str, most: int) -> list[tuple[str, str, float]]:
        """Return id, title and date of the newest drills of a team, scored or not."""
        d, c = t.drills.c, t.claims.c
        query = select(d.id, d.title, d.created).join(t.claims, c.drill == d.id).where(c.team == team)
        with self._store.transaction(writes=False) as connection:
            return [(one.id, one.title, one.created) for one in
                    connection.execute(query.order_by(d.created.desc()).limit(most))]  # fmt: skip

    def _behind(self, claim: Claim) -> tuple[Team, Member]:
        with self._store.transaction(writes=False) as connection:
            row = connection.execute(
                select(*MEMBER).where(t.members.c.id == claim.person, t.members.c.gone.is_(None))
            ).first()
            if row is None or row.team != claim.drill or row.generation != claim.generation:
                raise AccessDenied(GONE)
            return _team(connection, row.team), Member(*row)

    def renew_own(self, member: Member) -> Member:
        """Withdraw a member's own link and sign them out everywhere; return them as they come in from now on."""
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            c = t.members.c
            connection.execute(t.members.update().where(c.id == member.id).values(generation=c.generation + 1))
            return Member(*connection.execute(select(*MEMBER).where(c.id == member.id)).one())

    def leave(self, member: Member, other: Member | None = None) -> None:
        """Let a member out, or have them put an `other` out; the last one out leaves its drills to nobody.

        What the team brought goes with it, but for what drills were played of: that says no more whose it was.

        Raises AccessDenied for somebody of another team.
        """
        leaver = other or member
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            if leaver.team != member.team:
                raise AccessDenied(f"{leaver.name} is in another team")
            c = t.members.c
            gone = t.members.update().where(c.id == leaver.id, c.gone.is_(None)).values(gone=self._store.now())
            connection.execute(gone)
            left = connection.scalar(select(func.count()).where(c.team == member.team, c.gone.is_(None)))
            if not left:
                _dissolve(connection, member.team)
        if not left:
            scrub(self._store)

    def claim(self, member: Member, drill: str, person: Participant) -> None:
        """Make a drill the team's: its host may, or, of a drill alone, its player. Raises AccessDenied."""
        row = self._store.drill(drill)
        here = self._store.participant(person.id)
        if here is None or here.drill != drill or here.generation != person.generation:
            raise AccessDenied("you were not in this drill, or left it; only those in it may claim it")
        if not (here.facilitator if row.hosted else here.seat is not None and not here.observes):
            who = "its host" if row.hosted else "whoever played it"
            raise AccessDenied(f"only {who} may claim this drill for a team")
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            _set_owner(connection, drill, member, self._store.now())

    def release(self, member: Member, drill: str) -> None:
        """Let a drill of the team belong to nobody again. Raises AccessDenied for another team's."""
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            owned = (t.claims.c.drill == drill) & (t.claims.c.team == member.team)
            if not connection.execute(t.claims.delete().where(owned)).rowcount:
                raise AccessDenied("this drill is not your team's")
            of_team(connection, t.results.c.drill == drill, None)

    def owner(self, drill: str) -> Team | None:
        """Return the team that a drill belongs to, None while nobody claimed it."""
        with self._store.transaction(writes=False) as connection:
            ident = connection.scalar(select(t.claims.c.team).where(t.claims.c.drill == drill))
            return None if ident is None else _team(connection, ident)


def names(store: Store) -> dict[str, str]:
    """Return the name of every team by its id."""
    with store.transaction(writes=False) as connection:
        return {row.id: row.name for row in connection.execute(select(t.teams.c.id, t.teams.c.name))}


def named(store: Store, name: str) -> str:
    """Return the id of the team of this name. Raises UnknownName."""
    known = names(store)
    found = next((ident for ident, one in known.items() if alike(one) == alike(name.strip())), None)
    if found is None:
        raise UnknownName("team", name, known.values())
    return found


def _team(connection: Connection, ident: str) -> Team:
    row = connection.execute(select(*TEAM).where(t.teams.c.id == ident)).first()
    if row is None:
        raise AccessDenied("this team is no more: the last one in it left")
    return Team(*row)


def _open(connection: Connection, claim: Claim) -> Team:
    team = _team(connection, claim.drill)
    if not team.open or team.generation != claim.generation:
        raise AccessDenied(CLOSED)
    return team


def still_in(connection: Connection, member: Member) -> None:
    """Raise AccessDenied for somebody who is no longer in the team as they were."""
    c = t.members.c
    now = connection.scalar(select(c.generation).where(c.id == member.id, c.gone.is_(None)))
    if now != member.generation:
        raise AccessDenied(GONE)


def _set_owner(connection: Connection, drill: str, member: Member, now: float) -> None:
    has = connection.scalar(select(t.claims.c.team).where(t.claims.c.drill == drill))
    if has == member.team:
        return
    if has is not None:
        raise AccessDenied("this drill is another team's already; somebody in that team can let go of it")
    values: dict[str, Any] = {"drill": drill, "team": member.team, "by": member.id, "made": now}
    connection.execute(t.claims.insert().values(values))
    of_team(connection, t.results.c.drill == drill, member.team)


def _dissolve(connection: Connection, team: str) -> None:
    connection.execute(t.results.delete().where(t.results.c.team == team, t.results.c.sample))
    brought = t.uploads.update().where(t.uploads.c.team == team)
    connection.execute(brought.values(team=None, state="withdrawn", by=""))
    of_team(connection, t.results.c.team == team, None)
    sweep(connection)
    for table in (t.claims, t.members):
        connection.execute(table.delete().where(table.c.team == team))
    connection.execute(t.teams.delete().where(t.teams.c.id == team))
