"""People: pages, posts, tasks, handoffs, and who stands in for whom."""

from __future__ import annotations

from simulator.events.base import Event, system
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.tracked import Offer, Stretch, Task
from simulator.text import clock
from simulator.values import COMMANDER, Action, Id, Lane, Post, Query, Ref, Role, Seat, Topic, Words


class PageSent(Event, open=True, group="lead", minor=True):
    """A role was paged."""

    role: Role
    about: Words

    def fold(self, history: History, entry: Entry) -> None:
        history.paged[self.role] = entry.at

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"Pager rings at {n.handle(self.role)}")


class PageUnanswered(Event, open=True, group="lead", news="a page was not answered"):
    """Nobody answered; the secondary is being paged."""

    role: Role

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.role)} does not answer; the secondary is being paged")


class RoleJoined(Event, open=True, group="lead", news="somebody joined"):
    """A paged specialist is in the room."""

    role: Role

    def fold(self, history: History, entry: Entry) -> None:
        history.present[self.role] = True

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.role)} joined")


class RoleAccepted(Event, open=True, group="lead", doer="seat"):
    """A post has a holder who accepted it."""

    role: Post
    seat: Seat

    def fold(self, history: History, entry: Entry) -> None:
        held = history.holder(self.role)
        giver = history.offered_by.pop((self.role, self.seat), held)
        history.take_post(self.role, self.seat, entry, giver)
        history.offered.pop(self.role, None)

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{self.role.capitalize()} is {n.handle(self.seat)}")


class RoleVacated(Event, open=True, group="lead", doer="seat"):
    """The holder of a post had to go without having handed it over."""

    role: Post
    seat: Seat

    def fold(self, history: History, entry: Entry) -> None:
        post = history.posts[self.role]
        post.vacate(entry)
        post.gone = self.seat

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("decision", "leaves", n.handle(self.seat), f"had to go without handing over; nobody is {self.role}")


class RoleDoubled(Event, open=True, group="lead", news="one person is commander and deputy", doer="seat"):
    """One holder has both posts, which the playbook wants with two people: name another deputy."""

    seat: Seat

    def in_words(self, n: Names, entry: Entry) -> Said:
        text = "commander and deputy now; name somebody else deputy"
        return Said("decision", "one for both", n.handle(self.seat), text)


class TaskAssigned(
    Event, group="lead", news="you have a task", doer="owner", cited="task", closed_by=("owner", "assigned_by"),
):  # fmt: skip
    """A task got its id (`task`, such as `task:1`) and its owner."""

    task: Ref
    owner: Role
    assigned_by: Role
    text: Words
    lane: Lane | None = None
    query: Query | None = None
    action: Action | None = None
    topic: Topic | None = None
    due: int
    """Drill second by which a report is expected."""

    def concerns(self, role: str) -> bool:
        return self.owner == role

    def fold(self, history: History, entry: Entry) -> None:
        history.tasks[self.task] = Task(
            self.task, self.owner, self.assigned_by, self.text, self.due, entry.at, entry.seq, self.owner, self.lane,
            self.query, self.action, self.topic, begun_at=entry.at,
        )  # fmt: skip
        if self.action:
            history.order(self.action, entry)

    def in_words(self, n: Names, entry: Entry) -> Said:
        by = f"by {clock(self.due)}, from {n.handle(self.assigned_by)}"
        return system(f"{self.task} for {n.handle(self.owner)}: {self.text} ({by})")


class TaskReassigned(
    Event, group="lead", news="a task went to somebody else", doer="owner", closed_by=("owner", "was"),
):  # fmt: skip
    """A task went to somebody else because nothing came of it, or was taken back by who had it first."""

    task: Ref
    owner: Role
    was: Role
    due: int

    def concerns(self, role: str) -> bool:
        return role in (self.owner, self.was)

    def fold(self, history: History, entry: Entry) -> None:
        task = history.tasks[self.task]
        task.owner, task.was, task.due, task.since, task.acknowledged = self.owner, self.was, self.due, entry.at, None
        task.moved.append((entry.at, self.was, self.owner))

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{self.task} goes from {n.handle(self.was)} to {n.handle(self.owner)} (by {clock(self.due)})")


class TaskAcknowledged(Event, group="lead", minor=True, doer="owner", closed_by=("task", "owner")):
    """The owner said that they have it."""

    task: Ref
    owner: Role

    def fold(self, history: History, entry: Entry) -> None:
        history.tasks[self.task].acknowledged = entry.at

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.owner)} has {self.task}")


class TaskReported(Event, group="message", news="a task is reported", doer="owner", closed_by=("task", "owner")):
    """The owner reported back; the task is closed."""

    task: Ref
    owner: Role
    text: Words

    def fold(self, history: History, entry: Entry) -> None:
        history.tasks[self.task].reported = entry.at

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("person", "reports", n.handle(self.owner), f"{self.task}: {self.text}")


class StandInCalled(Event, open=True, group="lead", doer="seat"):
    """Somebody sits in a seat and does nothing while others wait; the secondary is being paged."""

    seat: Seat

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"Pager rings at the secondary of {n.role(self.seat)}")


class StandInCame(Event, open=True, group="lead", news="somebody stands in for a silent seat", doer="seat"):
    """A simulated secondary does the seat's work until the person in it does anything."""

    seat: Seat

    def fold(self, history: History, entry: Entry) -> None:
        history.stand_ins[self.seat] = entry.at
        history.stood_in.setdefault(self.seat, []).append(Stretch(self.seat, entry.at, entry.seq))

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"The secondary of {n.role(self.seat)} stands in for {n.handle(self.seat)}")


class StandInLeft(Event, open=True, group="lead", doer="seat"):
    """The person in the seat is back at work, or has got up; nobody stands in for them any more."""

    seat: Seat

    def fold(self, history: History, entry: Entry) -> None:
        history.stand_ins.pop(self.seat, None)
        for stretch in history.stood_in.get(self.seat, [])[-1:]:
            stretch.end(entry)

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"The secondary of {n.role(self.seat)} is gone again")


class HandOffOffered(
    Event, open=True, group="lead", minor=True, news="a handoff for you", doer="receiver", cited="handoff",
):  # fmt: skip
    """A handoff got its id (`handoff:N`)."""

    handoff: Ref
    what: Id
    """`commander`, or a lane."""
    giver: Role
    receiver: Role

    def concerns(self, role: str) -> bool:
        return self.receiver == role

    def fold(self, history: History, entry: Entry) -> None:
        history.handoffs[self.handoff] = Offer(self.handoff, self.what, self.giver, self.receiver, entry.seq)

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.giver)} hands {self.what} to {n.handle(self.receiver)}")


class HandOffAccepted(Event, open=True, group="lead", doer="receiver"):
    """The receiver has it."""

    handoff: Ref
    what: Id
    receiver: Role

    def fold(self, history: History, entry: Entry) -> None:
        history.handoffs[self.handoff].accepted = entry.at
        if self.what == COMMANDER:
            history.take_post(COMMANDER, self.receiver, entry, history.holder(COMMANDER))
        elif self.what in history.lanes:
            history.lanes[self.what] = (self.receiver, history.lanes[self.what][1])

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.receiver)} has {self.what}")
