"""Need-to-know: who may see what in a drill whose incident is protected. In every other drill all see all.

Roles inside the circle see everything that is not addressed to somebody else. Roles outside see what is said in
open channels, who holds what, what is frozen, who was paged, and their own work; never what the circle finds,
thinks and does. Events carry their readers (`to`) in the journal; commands are told apart here.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator import acts
from simulator import events as e
from simulator.record.journal import NOBODY, Entry, audience, role_of
from simulator.scenario.model import Scenario

OPEN = (
    acts.TakeSeat, acts.LeaveSeat, acts.AcknowledgePage, acts.ChangeStatus, acts.AssignRole, acts.AcceptRole,
    acts.ReleaseRole,
    acts.AssignLane, acts.NameMergeOwner, acts.Freeze, acts.LiftFreeze, acts.PageTeam, acts.EndDrill,
)  # fmt: skip
"""Commands that show nothing of the matter: seats, roles, lanes, freezes, pages."""
CLOSED = (
    "causes", "factors", "residual_risks", "unknowns", "reasons", "needs", "revisions", "blast", "segments", "figures",
)  # fmt: skip
"""What is picked from these lists is the matter itself; a list alone would tell what it may be about."""
WORK = (
    e.QueryQueued, e.QueryStarted, e.QueryFinished, e.ActionQueued, e.ActionStarted, e.ActionFinished,
)  # fmt: skip


class Circle:
    """The roles that need to know, and the channels that are theirs."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.inside = scenario.overlay.need_to_know
        self.outside = tuple(r.id for r in scenario.roles if r.id not in self.inside) if self.inside else ()

    def knows(self, role: str) -> bool:
        """Tell whether a role is inside; in an open drill every role is."""
        return not self.inside or role in self.inside

    def channel(self, role: str) -> str:
        """Return the channel in which a role works with others."""
        return self._scenario.room if self.knows(role) else self._scenario.channels[0]

    def offers(self, source: str, ident: str, role: str) -> bool:
        """Tell whether a pick of `source` may be offered to a role: outside, only what is its own or everybody's."""
        if role not in self.outside:
            return True
        s = self._scenario
        match source:
            case "queries" | "actions":
                return role in s.find(source, ident).executors
            case "metrics":
                return bool(s.find("metrics", ident).panel)
            case "channels":
                return ident not in s.restricted
            case "topics":
                own = [cue.topics for cue in s.find("roles", role).cues]
                return any(ident in topics for topics in own) or any(
                    role in query.executors and query.topic == ident for query in s.queries
                )
        return source not in CLOSED

    def addressed(self, body: e.Event, runs: Mapping[str, str]) -> e.Event:
        """Return an event with its readers; `runs` tells who carries out what (reference -> executor)."""
        if not self.inside or body.to or isinstance(body, e.TRUTH) or not self._is_inner(body, runs):
            return body
        return body.model_copy(update={"to": self.inside})

    def _is_inner(self, body: e.Event, runs: Mapping[str, str]) -> bool:
        match body:
            case e.InjectDelivered() | e.MessagePosted():
                return body.channel in self._scenario.restricted
            case e.CueShared():
                return self.knows(body.role)
            case e.TaskAssigned():
                return self.knows(body.owner) and self.knows(body.assigned_by)
            case e.TaskReassigned():
                return self.knows(body.owner) and self.knows(body.was)
            case e.TaskAcknowledged() | e.TaskReported():
                return self.knows(runs.get(body.task, body.owner)) and self.knows(body.owner)
            case e.ActionAborted():
                return self.knows(runs.get(body.run, ""))
            case e.MetricPinned() | e.VerificationMeasured():
                return True
            case _:
                return isinstance(body, WORK) and self.knows(body.executor)

    def audience(self, by: str, body: acts.Command | e.Event) -> tuple[str, ...]:
        """Return the roles that may see an entry; empty means all of them."""
        roles = audience(by, body)
        if roles or not self.inside or isinstance(body, e.Event):
            return roles
        author = role_of(by)
        return self.inside if self.knows(author) and self._is_closed(body) else ()

    def _is_closed(self, body: acts.Command) -> bool:
        match body:
            case acts.PostMessage():
                return body.channel in self._scenario.restricted
            case acts.UpdateStakeholders():
                return body.audience == "restricted"
            case acts.AssignTask():
                return self.knows(body.to)
            case acts.AskRole():
                return self.knows(body.role)
            case acts.Declare():
                return body.hypothesis is not None or bool(body.evidence)
            case acts.AnswerAsker() | acts.ChallengeClaim():
                inject = self._scenario.find("injects", body.inject)
                return inject is None or bool(inject.to) or inject.channel in self._scenario.restricted
        return not isinstance(body, OPEN)

    def sees(self, entry: Entry, role: str) -> bool:
        """Tell whether `role` may ever see `entry`."""
        roles = self.audience(entry.by, entry.body)
        return roles != NOBODY and (not roles or role in roles)


def tells_detail(body: acts.Command, inside: tuple[str, ...]) -> bool:
    """Tell whether an update says outside the circle what only the circle may know: a cause, or where it leaks."""
    if not inside:
        return False
    if isinstance(body, acts.UpdateStakeholders):
        return body.audience != "restricted" and (body.cause is not None or bool(body.segments))
    return isinstance(body, acts.UpdateExecutives) and body.cause is not None
