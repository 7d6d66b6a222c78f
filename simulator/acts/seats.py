"""Sitting down and getting up, and who holds which post and which lane."""

from __future__ import annotations

from simulator import events as e
from simulator import values as v
from simulator.acts.base import LEAD, Act, Asked, already
from simulator.answers import Refusal
from simulator.names import Names
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.tracked import Stretch


class TakeSeat(Act, host=True, open=True, wordless=True, group="lead", minor=True):
    """A person sits down in a role, that of a specialist too; until then a simulated teammate holds it."""

    seat: v.Role
    name: v.Name

    def objection(self, asked: Asked) -> Refusal | None:
        holder = asked.incident.person(self.seat)
        if holder and holder != self.name:
            return Refusal("taken", f"{asked.title(self.seat)} is taken by {holder}; pick another seat")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        if self.seat not in history.seats:
            history.sat.setdefault(self.seat, []).append(Stretch(self.seat, entry.at, entry.seq))
        history.seats[self.seat] = self.name
        history.count_seated(entry)

    def sentence(self, n: Names) -> str:
        return f"takes the seat of {n.role(self.seat)}"


class LeaveSeat(Act, host=True, open=True, group="lead", minor=True):
    """A person gets up; a simulated teammate takes over."""

    seat: v.Role

    def carry_out(self, asked: Asked) -> None:
        asked.drill.got_up(self.seat)

    def fold(self, history: History, entry: Entry) -> None:
        if history.seats.pop(self.seat, None) is not None:
            history.sat[self.seat][-1].end(entry)
            history.count_seated(entry)

    def sentence(self, n: Names) -> str:
        return f"leaves the seat of {n.role(self.seat)}"


class AssignRole(
    Act, form="Commander, deputy, scribe", verb="Offer the post", tab="Command", open=True, about=("role",),
    group="lead", number="post",
):  # fmt: skip
    """Offer a post (commander, deputy, scribe) to the holder of a seat; your own is accepted at once."""

    role: v.Post
    to: v.Seat

    def objection(self, asked: Asked) -> Refusal | None:
        incident = asked.incident
        if incident.posts[self.role].gone == self.to:
            return Refusal("gone", f"{asked.title(self.to)} had to leave; pick another seat")
        if self.role == v.DEPUTY and incident.holder(v.COMMANDER) == self.to:
            who = asked.handle(self.to)
            return Refusal("one_for_both", f"{who} is in command; the deputy is somebody else, pick another seat")
        if incident.holder(self.role) == self.to:
            return already(f"{asked.handle(self.to)} is {self.role}; pick somebody else to change that")
        return None

    def carry_out(self, asked: Asked) -> None:
        if self.to == asked.role:
            asked.drill.emit(e.RoleAccepted(role=self.role, seat=asked.role))
        elif asked.incident.simulated(self.to):
            asked.drill.env.process(asked.drill.teammates.accept_role(self.role, self.to))

    def fold(self, history: History, entry: Entry) -> None:
        history.offered[self.role] = self.to
        history.offered_by[self.role, self.to] = entry.role

    def sentence(self, n: Names) -> str:
        return f"{self.role.title()}: {n.handle(self.to)}"


class AcceptRole(
    Act, form="Accept role", verb="Accept", tab="Command", open=True, about=("role",), group="lead", minor=True,
):  # fmt: skip
    """Accept the post offered to your seat."""

    role: v.Post

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.offered.get(self.role) != asked.role:
            return Refusal("not_offered", f"nobody offered you {self.role}")
        return None

    def carry_out(self, asked: Asked) -> None:
        asked.drill.emit(e.RoleAccepted(role=self.role, seat=asked.role))

    def sentence(self, n: Names) -> str:
        return f"accepts {self.role}"

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return role in history.offered.values()


class ReleaseRole(Act, form="Release role", verb="Give it up", tab="Command", open=True, about=("role",), group="lead"):
    """Give up a post without a successor."""

    role: v.Post

    def objection(self, asked: Asked) -> Refusal | None:
        held = asked.incident.holder(self.role) == asked.role
        return None if held else Refusal("not_held", f"you are not {self.role}")

    def fold(self, history: History, entry: Entry) -> None:
        history.posts[self.role].vacate(entry)

    def sentence(self, n: Names) -> str:
        return f"gives up {self.role}"

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return any(post.holder == role for post in history.posts.values())


class AssignLane(
    Act, form="Lane", verb="Assign the lane", tab="Command", may=LEAD, open=True, about=("lane",), group="lead",
    number="lane",
):  # fmt: skip
    """Name the owner of a lane and the next owner after them."""

    lane: v.Lane
    owner: v.Seat
    next_owner: v.Seat

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.lanes.get(self.lane) == (self.owner, self.next_owner):
            lane = v.LANES[self.lane].lower()
            return already(f"{asked.handle(self.owner)} owns the {lane} lane, with the same next owner")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.lanes[self.lane] = (self.owner, self.next_owner)

    def sentence(self, n: Names) -> str:
        return f"{v.LANES[self.lane]} lane: {n.handle(self.owner)}, then {n.handle(self.next_owner)}"


class NameMergeOwner(
    Act, form="Merge owner", verb="Name the merge owner", tab="Command", may=LEAD, open=True, about=("surface",),
    group="lead",
):  # fmt: skip
    """Where two lanes touch one surface, name who merges."""

    surface: v.Service
    owner: v.Seat

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.merge_owners.get(self.surface) == self.owner:
            return already(f"merges on {self.surface} go through {asked.handle(self.owner)} as it is")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.merge_owners[self.surface] = self.owner

    def sentence(self, n: Names) -> str:
        return f"Merges on {self.surface} go through {n.handle(self.owner)}"
