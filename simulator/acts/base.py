"""What all acts share: what each says of itself, and what it is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from simulator.answers import Refusal
from simulator.events import TaskAssigned
from simulator.names import Names
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Body
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.staffed import StaffedDrill
from simulator.text import clock
from simulator.values import COMMANDER, DEPUTY, HOST, Duty, Lane, Pick, Ref

LEAD: tuple[Duty, ...] = ("commands", "deputises")
SPEAKS: tuple[Duty, ...] = (*LEAD, "speaks")
EXECUTES: tuple[Duty, ...] = (*LEAD, "executes")
INVESTIGATES: tuple[Duty, ...] = (*LEAD, "investigates")
Tab = Literal["Command", "Investigate", "Decide", "Act", "Tell", "Close", ""]
"""Group of forms on the console; empty: no form."""


def already(reason: str) -> Refusal:
    """Return the refusal of what is so already."""
    return Refusal("already", reason)


def unmet(reason: str) -> Refusal:
    """Return the refusal of what something else must come before."""
    return Refusal("unmet", reason)


@dataclass
class Asked:
    """One act, asked for by a role: the drill as it stands, and what the check settled for the effect."""

    drill: StaffedDrill
    role: str
    executor: str = ""
    """Who carries it out, once the check has settled that."""

    @property
    def scenario(self) -> Scenario:
        return self.drill.scenario

    @property
    def incident(self) -> History:
        return self.drill.incident

    @property
    def circle(self) -> NeedToKnow:
        return self.drill.circle

    @property
    def only_observes(self) -> bool:
        """Tell whether who asks is there to look on and for nothing else: they ask for nothing."""
        return self.incident.duties(self.role) == frozenset({"observes"})

    def handle(self, role: str) -> str:
        """Return how a role appears in the channel."""
        return str(self.scenario.find("roles", role).handle)

    def title(self, role: str) -> str:
        """Return what a seat is called; the facilitator by that word."""
        known = self.scenario.find("roles", role)
        return known.title if known else role

    def absent(self, role: str) -> Refusal | None:
        """Return the refusal where a role is not in the room."""
        if self.incident.present[role]:
            return None
        paged = self.incident.paged.get(role)
        how = "page them first" if paged is None else f"paged at {clock(paged)}, not here yet"
        return Refusal("not_here", f"{self.handle(role)} is not in the room; {how}", role)

    def unable(self, group: str, ident: str | None, role: str) -> Refusal | None:
        """Return the refusal where a role cannot carry out a query or action."""
        part = self.scenario.find(group, ident) if ident else None
        if part is None or role in part.executors:
            return None
        who = " or ".join(self.handle(one) for one in part.executors)
        return Refusal("unable", f"{self.handle(role)} cannot do that; {who} can")

    def settle_executor(self, group: str, ident: str, wanted: str | None) -> Refusal | None:
        """Settle who carries something out: the one named, oneself where one can, else the least busy in the room.

        Who leads delegates, unless nobody else can or they name themselves. Returns the refusal where nobody can.
        """
        executors: tuple[str, ...] = self.scenario.find(group, ident).executors
        if wanted:
            self.executor = wanted
        elif self.role in executors and not self._leads(self.role):
            self.executor = self.role
        else:
            here = [one for one in executors if self.incident.present.get(one)]
            hands = [one for one in here if not self._leads(one)] or here
            if not hands:
                return self.absent(executors[0])
            self.executor = min(hands, key=self._busy)
        return self.unable(group, ident, self.executor) or self.absent(self.executor)

    def not_allowed(self, act: type[Act]) -> Refusal:
        """Return the refusal of an act that is not this role's to ask for."""
        incident, may = self.incident, act.may or ()
        if self.only_observes:
            return Refusal("rights", "an observer watches and asks for nothing; take another seat to play")
        if self.role == incident.lead and incident.command.moved and "commands" in may:
            now = incident.holder(COMMANDER)
            who = f"ask {self.handle(now)}" if now else "nobody holds command; somebody else has to take it"
            return Refusal("rights", f"you have given command up and decide nothing any more; {who}")
        others = [seat for duty in may if (seat := self.scenario.seat_for(duty)) is not None]
        names = [self.title(seat) for seat in (*dict.fromkeys(others), *([HOST] if act.host else []))]
        return Refusal("rights", f"{self.title(self.role)} may not do that; ask {' or '.join(names)}")

    def delegate(
        self, to: str, text: str, query: str | None = None, action: str | None = None, topic: str | None = None,
        lane: Lane | None = None, due_minutes: float = 5,
    ) -> None:  # fmt: skip
        """Give a role a task; a simulated owner goes to work on it."""
        task = Ref.to("task", len(self.incident.tasks) + 1)
        self.drill.emit(
            TaskAssigned(
                task=task, owner=to, assigned_by=self.role, text=text, lane=lane or self.incident.lane_of(to),
                query=query, action=action, topic=topic, due=self.drill.now + round(60 * due_minutes),
            )
        )  # fmt: skip
        self.drill.teammates.take_up(task)

    def _leads(self, role: str) -> bool:
        return role in (self.incident.home(COMMANDER), self.incident.home(DEPUTY))

    def _busy(self, role: str) -> int:
        tasks = sum(task.owner == role and task.reported is None for task in self.incident.tasks.values())
        return max(tasks, self.drill.work.queued(role))


class Act(Body):
    """One thing a person asks for. Refusal is an event in the journal, never an exception.

    What is judged is picked; words beside it are for people and never scored.
    """

    is_act: ClassVar[bool] = True
    form: ClassVar[str] = ""
    """What its form is called."""
    verb: ClassVar[str] = ""
    """What the button of its form says happens; empty: what the form is called says it."""
    first: ClassVar[tuple[str, ...]] = ()
    """Fields that its form begins with: what, who, by when. The rest can wait or be asked for; empty: all of them.

    `trigger.metric` is one part of a field; `figures.name` that part of each of its rows, `figures.0` one row.
    """
    settled: ClassVar[tuple[str, ...]] = ()
    """Those of `first` that are not asked for once the drill says them: said on record before, or nothing to judge."""
    tab: ClassVar[Tab] = ""
    may: ClassVar[tuple[Duty, ...] | None] = None
    """Duties of those who may ask for it; None: everybody who plays."""
    for_executors: ClassVar[bool] = False
    """Whoever would carry it out themselves may ask for it too, whatever their duties."""
    host: ClassVar[bool] = False
    """The facilitator may ask for it too; with no `may`, only they."""
    after_the_end: ClassVar[bool] = False
    """It may be asked for once the drill is over."""
    weighty: ClassVar[bool] = False
    """It decides something: its line in the channel stands out."""
    about: ClassVar[tuple[str, ...]] = ()
    """Fields that tell one of a kind from another: what has been done of these need not be done again."""
    hands_on: ClassVar[bool] = False
    """It looks at the world or changes it; a team that only talks leaves it out."""
    wordless: ClassVar[bool] = False
    """A team that says and writes nothing still does it."""
    opens_with: ClassVar[str] = ""
    """Its form is shown only while there is something to pick from this source."""

    def allowed(self, asked: Asked) -> bool:
        """Tell whether a role may ask for it, by its duties."""
        return self.may is None or asked.incident.has_duty(asked.role, *self.may)

    def objection(self, asked: Asked) -> Refusal | None:
        """Return why it cannot be had now, or None."""
        return None

    def carry_out(self, asked: Asked) -> None:
        """Set in motion what comes of it beyond being on the record."""

    def sentence(self, n: Names) -> str:
        """Return it as people read it in the channel; empty: it is not shown there."""
        return ""

    def essence(self) -> tuple[object, ...]:
        """Return what it comes to: two with the same essence do the same."""
        fields = vars(self)
        return (self.kind, *(fields.get(name) for name in self.about))

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        """Tell whether there is a use for it now, so that its form is shown."""
        return True


class Record(Act):
    """A record that may be written in a hurry and filled in afterwards: the same act again, whole, that `amends` it."""

    amendable: ClassVar[bool] = True

    amends: Annotated[Ref, Pick("records")] | None = None
    """The record that this says anew; it stays whose it was and when it was made."""

    def replaces(self) -> Ref | None:
        return self.amends

    def objection(self, asked: Asked) -> Refusal | None:
        if self.amends is not None and self.amends.kind != self.number:
            return Refusal("unknown", f"{self.amends} is no {self.number}; amend a {self.number}")
        return None
