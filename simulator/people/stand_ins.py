"""What a simulated team does about somebody who sits in a seat and does nothing while others wait for them.

Only while no person is in command: a person who leads sees to their people themselves. The simulated lead asks
once, in the channel; then gives the task to somebody else who can do it; and where the seat stays silent, has its
secondary paged, who does the seat's work until the person in it does anything at all. Everything that is taken
over is on the record, and a task can be taken back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.drill import Process
from simulator.loaded import Agent
from simulator.people.work import draw
from simulator.record.tracked import Task
from simulator.scenario.data import Duration
from simulator.staffed import StaffedDrill
from simulator.values import COMMANDER, DEPUTY, PLACES, Author, Ref

PATIENCE = 150
"""Seconds of silence, or after a thing was due, until the lead asks."""
GRACE = 120
"""Seconds from asking until a task goes to somebody else."""
SILENCE = 240
"""Seconds from asking until the secondary of a seat that stays silent is paged."""
DUE = 180
"""Seconds within which a signature or a decision's execution is expected."""
SECONDARY = Duration(median=120, spread=0.3)
HOLD = 120
"""Seconds for which a simulated team waits, once no person is in command any more, for one to go on."""
Essences = Counter[tuple[object, ...]]
"""What acts come to -> how often that was given."""
VACANT = (COMMANDER, "vacant")
"""What is waited for where nobody has command."""


class Waiting(NamedTuple):
    """Something others wait for that only one seat can give."""

    ref: Ref
    what: str
    since: int
    due: int
    task: Task | None = None


class StandIns:
    """Who is waited for, who was asked, and who stands in."""

    def __init__(self, drill: StaffedDrill, makers: Mapping[str, Callable[[], Agent]]) -> None:
        self._drill = drill
        self._incident = drill.incident
        self._work = drill.work
        self._teammates = drill.teammates
        self._makers = makers
        self._agents = {seat: make() for seat, make in makers.items()}
        """Seat -> who acts unasked while nobody sits there."""
        self._acted: dict[str, int] = {}
        """Seat -> when the person in it last did anything."""
        self._asked: dict[tuple[str, str], int] = {}
        self._first: dict[tuple[str, str], int] = {}
        """(seat, thing) -> since when it has been waited for, where nothing else says so."""
        self._called: dict[str, bool] = {}
        self._given: defaultdict[str, Essences] = defaultdict(Counter)
        """Seat -> what the people in it have given by kind and object, so that a stand-in does not do it twice."""
        self._unled: defaultdict[str, Essences] = defaultdict(Counter)
        """Seat -> what of it they gave while no person was in command, for whoever plays the seat after them."""
        self._led_at: int | None = None
        """When a person was last in command."""
        self._under_person: Essences = Counter()
        """What people have given while one of them was in command, for all who play a seat after that."""
        self._standing_in: dict[str, Agent] = {}
        """Seat -> what plays it while the person in it does nothing."""

    def person_acted(self, seat: str) -> None:
        """Take note that the person in a seat did something; whoever stood in for them goes."""
        self._acted[seat] = self._drill.now
        self._called.pop(seat, None)
        if seat in self._incident.stand_ins:
            self._standing_in.pop(seat, None)
            self._teammates.say(seat, "You are back, then it is yours again. What I began I finish.")
            self._drill.emit(e.StandInLeft(seat=seat), by=Author.teammate(seat))

    def left(self, seat: str) -> None:
        """Let the simulated holder of a seat whose person got up go on, without what people there have done already.

        Whoever sits down next begins afresh: nobody stands in for them, and they have been asked nothing yet.
        """
        self._standing_in.pop(seat, None)
        self._acted.pop(seat, None)
        self._called.pop(seat, None)
        self._asked = {key: at for key, at in self._asked.items() if key[0] != seat}
        if seat in self._incident.stand_ins:
            self._drill.emit(e.StandInLeft(seat=seat), by=Author.teammate(seat))
        if seat in self._agents:
            self._agents[seat] = _minus(self._agents[seat], self._unled.pop(seat, Counter()))

    def person_gave(self, seat: str, body: acts.Act) -> None:
        """Take note of an accepted command of the person in a seat."""
        self._given[seat][body.essence()] += 1
        kept = self._under_person if self._incident.led_by_person() else self._unled[seat]
        kept[body.essence()] += 1

    def unasked(self) -> Iterator[tuple[str, Agent]]:
        """Yield who runs the incident now, and what plays them; called on every tick.

        With no person in the lead, people in other seats need a commander. Under a commander who is a person,
        simulated people do what they are asked and no more, or the trainee would watch.
        """
        if not self._agents or not self._are_unled():
            return
        self._look_around()
        for seat, agent in self._agents.items():
            # What a commander meant to do goes along with command, whoever sits in the seat by now.
            passed = seat == self._incident.lead and self._incident.command.moved
            voice = self._incident.voice(seat) if passed else seat
            free = passed or seat not in self._incident.seats
            acting = agent if free else self._standing_in.get(seat)
            if acting is not None and self._incident.simulated(voice):
                yield voice, acting

    def _are_unled(self) -> bool:
        """Tell whether no person is in command, and none for long enough to think that none goes on.

        Agents then leave out what people gave while one of them led: nobody begins from the beginning.
        """
        led = self._incident.led_by_person()
        if led or self._incident.holder(COMMANDER):
            self._first.pop(VACANT, None)
        if led:
            self._led_at = self._drill.now
            return False
        if self._led_at is not None and self._drill.now - self._led_at < HOLD:
            return False
        if self._under_person:
            for seat, agent in self._agents.items():
                self._agents[seat] = _minus(agent, self._under_person.copy())
            self._under_person.clear()
        return True

    def _look_around(self) -> None:
        """Let the simulated lead see who is waited for."""
        self._fill_command()
        if not self._incident.simulated(self._lead()):
            return  # who had to leave command still sits there; nobody speaks for them
        for seat in list(self._incident.seats):
            if seat not in self._incident.stand_ins:
                self._see_to(seat)

    def _fill_command(self) -> None:
        """Let a simulated seat take command that was left vacant: the deputy's first."""
        incident = self._incident
        if not incident.command.left:
            return
        since = self._first.setdefault(VACANT, self._drill.now)
        if self._drill.now - since < GRACE:
            return
        seat = next(filter(incident.simulated, self._drill.successors()), None)
        if seat is not None:
            self._teammates.say(seat, "Nobody has command; I take it until somebody else does.")
            self._drill.emit(e.RoleAccepted(role=COMMANDER, seat=seat), by=Author.teammate(seat))

    def _see_to(self, seat: str) -> None:
        now = self._drill.now
        acted = self._acted.get(seat, now)
        self._acted.setdefault(seat, acted)
        for one in self._waiting(seat):
            key = (seat, one.ref)
            late = now - max(one.since, acted) >= PATIENCE or now >= one.due + PATIENCE
            asked = self._asked.get(key)
            if asked is None:
                if late:
                    self._asked[key] = now
                    self._say(seat, f"{self._handle(seat)}, are you on it? {one.what}", one.ref)
            elif one.task and now - asked >= GRACE and (acted <= asked or now >= one.due + PATIENCE + GRACE):
                self._give_away(seat, one.task)
        unanswered = [at for (who, _), at in self._asked.items() if who == seat and at >= acted]
        if unanswered and now - min(unanswered) >= SILENCE and not self._called.get(seat):
            self._called[seat] = True
            self._drill.emit(e.StandInCalled(seat=seat), by=Author.teammate(self._lead()))
            self._drill.env.process(self._come(seat, acted))

    def _lead(self) -> str:
        return self._incident.commander()

    def _handle(self, role: str) -> str:
        return str(self._drill.scenario.find("roles", role).handle)

    def _say(self, seat: str, text: str, about: Ref | None) -> None:
        """Speak as the simulated lead, where the one spoken to can read it."""
        self._teammates.say(self._lead(), text, about, self._drill.circle.channel(seat))

    def _give_away(self, seat: str, task: Task) -> None:
        """Give a task to the least busy simulated role that can do it; where there is none it stays.

        Work of those who need to know stays among them, and work of the others among the others.
        """
        find = self._drill.scenario.find
        part = find("queries", task.query) if task.query else find("actions", str(task.action))
        able = [
            role
            for role in part.executors
            if role != seat
            and self._incident.present.get(role)
            and self._incident.simulated(role)
            and self._drill.circle.knows(role) == self._drill.circle.knows(seat)
        ]
        leads = (self._incident.home(COMMANDER), self._incident.home(DEPUTY))
        hands = [role for role in able if role not in leads] or able
        new = min(hands, key=self._work.queued, default=None)
        if new is None:
            return
        due = self._drill.now + max(60, task.due - task.since)
        lead = self._lead()
        self._drill.emit(e.TaskReassigned(task=task.id, owner=new, was=seat, due=due), by=Author.teammate(lead))
        back = f"{self._handle(seat)} can have it back by acknowledging it."
        self._say(seat, f"{self._handle(new)} takes {task.id} over. {back}", task.id)
        self._teammates.take_up(task.id)

    def _come(self, seat: str, acted: int) -> Process:
        yield self._drill.env.timeout(draw(SECONDARY,
            self._drill.stream(f"standin/{self._drill.scenario.place(seat)}")))
        idle = self._acted.get(seat) == acted and seat in self._incident.seats
        if not idle or self._incident.ended:
            return
        if self._incident.led_by_person():
            self._called.pop(seat, None)  # not needed now; may be again when that person goes
            return
        self._drill.emit(e.StandInCame(seat=seat), by=Author.teammate(seat))
        title = self._drill.scenario.find("roles", seat).title
        self._teammates.say(seat, f"Secondary for {title} here. I stand in until whoever sits there says anything.")
        if seat in self._makers:
            self._standing_in[seat] = _minus(self._makers[seat](), self._given[seat].copy())
        self._teammates.catch_up(seat)

    def _waiting(self, seat: str) -> Iterator[Waiting]:
        incident, now = self._incident, self._drill.now
        for task in incident.tasks.values():
            wanted = task.owner == seat and task.reported is None and (task.query or task.action)
            if wanted and incident.simulated(task.assigned_by) and not incident.begun(task):
                yield Waiting(task.id, f"{task.id}: {task.text}", task.since, task.due, task)
        for action in self._drill.scenario.actions:
            if action.sign_offs and self._work.unsigned(action.id):
                for role in self._work.missing_sign_offs(action):
                    if incident.voice(role) == seat:
                        yield self._noted(seat, Ref.to("action", action.id),
                            f"{action.title} waits for your signature.")
        for role, offered in incident.offered.items():
            if offered == seat:
                yield self._noted(seat, Ref.to("role", role), f"You are asked to be {role}.")
        for offer in incident.handoffs.values():
            if offer.receiver == seat and offer.accepted is None:
                yield self._noted(seat, offer.id, f"{offer.what.capitalize()} was handed to you.")
        for number, entry in enumerate(incident.given("decision"), 1):
            body = entry.body
            assert isinstance(body, acts.RecordDecision)
            if body.execution_owner == seat and body.actions and not self._started(body.actions, entry.at):
                yield Waiting(Ref.to("decision", number), "The decision waits for your hands.", entry.at,
                    entry.at + DUE)
        due = incident.next_update_due
        if due is not None and now > due and seat == self._speaker():
            yield Waiting(Ref.to("update", due), "A stakeholder update is overdue.", due, due)

    def _speaker(self) -> str | None:
        """Return who owes outsiders an update: the owner of that lane, else the seat that is there for it."""
        named = self._incident.lanes.get(PLACES["speaks"])
        return named[0] if named else self._drill.scenario.seat_for("speaks")

    def _noted(self, seat: str, ref: Ref, what: str) -> Waiting:
        since = self._first.setdefault((seat, ref), self._drill.now)
        return Waiting(ref, what, since, since + DUE)

    def _started(self, actions: tuple[str, ...], since: int) -> bool:
        runs = self._incident.runs.values()
        return any(run.what == "action" and run.ident in actions and run.since >= since for run in runs)


def _minus(agent: Agent, given: Essences) -> Agent:
    """Return an agent that leaves out what has been given already, as often as it has."""

    def act(briefing: Briefing) -> Iterator[acts.Act]:
        for command in agent(briefing):
            essence = command.essence()
            if given[essence] > 0:
                given[essence] -= 1
            else:
                yield command

    return act
