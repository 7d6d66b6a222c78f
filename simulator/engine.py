"""The engine: one SimPy environment in which world, monitoring, people and MSEL run, and one journal.

Two ways in: `submit` (a person asks for something, now) and `advance` (time passes). A command at second
t precedes the engine's own events at t. State is never stored; it is rebuilt by giving the same commands
to a new engine (`simulator.record.replay`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import simpy

from simulator import acts
from simulator import events as e
from simulator.answers import Answer, Refusal
from simulator.briefing import Catalogue, briefing, catalogue
from simulator.loaded import LoadedScenario
from simulator.monitoring.logs import Logs
from simulator.monitoring.onset import onset_shift, step_at
from simulator.monitoring.series import SCRAPE_SECONDS, Telemetry, Transition
from simulator.msel import Line, Msel
from simulator.need_to_know import NeedToKnow
from simulator.people.stand_ins import StandIns
from simulator.people.teammates import Teammates
from simulator.people.work import Work
from simulator.record.entry import Body, Entry, readers, sees
from simulator.record.facts import Facts
from simulator.record.history import History
from simulator.record.journal import Header, Journal
from simulator.rules import Rules
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Effect
from simulator.scenario.world import Remembers, World
from simulator.streams import streams
from simulator.text import Utc, dig, render
from simulator.truth import EVERY, Truth
from simulator.values import COMMANDER, DEPUTY, ENGINE, WORLD, Author, Ref, Scalar

VERSION = "4"
"""Changes whenever the same commands would give another journal."""
OPENS_AT = -60


def new_header(
    loaded: LoadedScenario,
    seed: int,
    *,
    mode: str = "training",
    policy: str | None = None,
    automation: bool = True,
) -> Header:
    """Return the header of a new drill."""
    return Header.model_validate(
        {
            "scenario": loaded.scenario.id, "variant": loaded.scenario.variant, "difficulty": loaded.difficulty,
            "seed": seed, "mode": mode, "policy": policy, "scenario_version": loaded.version,
            "engine": VERSION,
            "automation": automation,
        }
    )  # fmt: skip


class Engine:
    """A drill under way. Stands at `OPENS_AT` when made; T+0 is the first page."""

    def __init__(self, loaded: LoadedScenario, header: Header) -> None:
        self.scenario: Scenario = loaded.scenario
        self.header = header
        self.journal = Journal(header)
        self.incident = History(loaded.scenario)
        self.circle = NeedToKnow(loaded.scenario)
        self._partial = {role: History(loaded.scenario) for role in self.circle.outside}
        self.stream = streams(header.seed)
        self.telemetry = Telemetry(self.scenario.metrics, self.scenario.alerts, self.stream)
        self.logs = Logs(self.scenario, header.seed)
        self.msel = Msel(self.scenario)
        self.finished = False
        self.catalogue = catalogue(self.scenario, self.circle)
        self._catalogues = {role: catalogue(self.scenario, self.circle, role) for role in self.circle.outside}
        self._shift = onset_shift(loaded, header.seed)
        starts_at = self.scenario.starts_at + self._shift
        self.fault_at = self.scenario.fault_at + self._shift
        self.env = simpy.Environment(initial_time=starts_at)
        self.world: World = loaded.make_world()
        self.world.start(starts_at, self.fault_at)
        self.telemetry.memory = self.world.before if isinstance(self.world, Remembers) else None
        self.work = Work(self)
        self.teammates = Teammates(self, self.work)
        self.rules = Rules(self)
        makers = loaded.teammates(loaded.scenario) if header.automation else {}
        self._agents = {seat: make() for seat, make in makers.items()}
        self.stand_ins = StandIns(self, self.work, self.teammates, makers)
        self._truth = Truth(self, self.world)
        self._hinted: dict[int, bool] = {}
        self._inboxes: dict[str, list[Entry]] = {role.id: [] for role in self.scenario.roles}
        self.env.process(self._heartbeat())
        self.env.process(self._fault())
        for role in self.scenario.roles:
            self.env.process(self.teammates.give_cues(role))
        self.advance(OPENS_AT)

    # --- the two ways in -------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Return the drill second."""
        return int(self.env.now)

    @property
    def ended(self) -> bool:
        """Tell whether people have stopped."""
        return self.incident.ended is not None

    def advance(self, to: int) -> None:
        """Let time pass until just before the engine's own events at `to`; the only place that runs SimPy."""
        to = min(to, self.scenario.horizon + 1)
        if to > self.now and not self.finished:
            self.env.run(until=to)

    @property
    def mode(self) -> str:
        """Return training or assessment."""
        return self.header.mode

    def submit(self, act: acts.Act, by: str) -> Answer:
        """Take an act at `now`; return its entry, and its refusal where nothing comes of it.

        Whoever speaks for an empty seat sits down in it first.
        """
        author = Author(by)
        person = not author.simulated and not self.ended
        if self._stands(act, author):
            self.submit(acts.seated(author), author)
        # After they sat down: a replay finds them seated already, and must come to the same.
        if person and author.role in self.incident.seats and not isinstance(act, acts.LeaveSeat):
            self.stand_ins.person_acted(author.role)
        asked = acts.Asked(self, author.role)
        refusal = self.rules.refusal(act, asked)
        if refusal:
            return self.refuse(act, author, refusal)
        entry = self._record(act, author)
        self._fold(entry)
        if person:
            self.stand_ins.person_gave(author.role, act)
        act.carry_out(asked)
        return Answer(entry)

    def _stands(self, act: acts.Act, by: Author) -> bool:
        seating = isinstance(act, (acts.TakeSeat, acts.LeaveSeat))
        if seating or by.simulated or by.role in self.incident.seats:
            return False
        return not self.ended and any(seat.id == by.role for seat in self.scenario.seats())

    def objection(self, act: acts.Act, role: str) -> Refusal | None:
        """Return why `role` would be refused an act now, or None. Writes nothing."""
        return self.rules.refusal(act, acts.Asked(self, role))

    def refuse(self, act: acts.Act, by: str, refusal: Refusal) -> Answer:
        """Put an act on the record that nothing comes of; only who gave it sees it, and why."""
        author = Author(by)
        to = (author.role,)
        entry = self._record(act, author, to)
        self.emit(e.CommandRefused(to=to, command=entry.seq, code=refusal.code, reason=refusal.reason))
        return Answer(entry, refusal)

    def run_to_horizon(self) -> None:
        """Let the world run on to its horizon, ending the drill by time if nobody has ended it."""
        self.advance(self.scenario.horizon + 1)

    # --- what the parts use (simulator.drill.Drill) ----------------------------------------------------

    def emit(self, body: e.Event, by: Author = ENGINE) -> Entry:
        """Write an event into the journal, addressed to who may see it, and fold it into the incident."""
        entry = self._record(self._addressed(body), by)
        self._fold(entry)
        if isinstance(body, (e.RoleAccepted, e.HandOffAccepted)):
            self._one_holder_for_both()
        return entry

    def _addressed(self, body: e.Event) -> e.Event:
        """Return an event with its readers: what tells of a protected matter is for those who need to know."""
        inside = self.circle.inside
        if not inside or body.to or body.is_truth or not body.closed(self.circle, self._hands()):
            return body
        return body.model_copy(update={"to": inside})

    def _hands(self) -> dict[str, str]:
        hands: dict[str, str] = {run.run: run.executor for run in self.incident.runs.values()}
        return hands | {task.id: task.assigned_by for task in self.incident.tasks.values()}

    def _one_holder_for_both(self) -> None:
        """Say so where one holder has both posts: the playbook wants two people."""
        commander = self.incident.holder(COMMANDER)
        if commander and commander == self.incident.holder(DEPUTY):
            self.emit(e.RoleDoubled(seat=commander))

    def seen_as(self, role: str) -> History:
        """Return the incident as `role` sees it made."""
        return self._partial.get(role, self.incident)

    def entry(self, seq: int) -> Entry:
        """Return an entry by its number."""
        return self.journal.entries[seq - 1]

    def sees(self, ref: str, role: str) -> bool:
        """Tell whether `role` may see what is behind a reference that is on record."""
        return sees(self.entry(self.incident.refs[ref]), role, self.circle)

    def catalogue_of(self, role: str) -> Catalogue:
        """Return what `role` can ask for: outside need-to-know only what it can carry out itself."""
        return self._catalogues.get(role, self.catalogue)

    def _fold(self, entry: Entry) -> None:
        names = self.incident.apply(entry)
        for role, state in self._partial.items():
            if sees(entry, role, self.circle):
                state.apply(entry, names)

    def facts(self) -> Facts:
        """Return world facts and incident facts, as conditions read them."""
        return Facts(self.incident, self.world.facts, self.now, self.scenario.overlay.freeze_scope)

    def render(self, template: str, **extra: Any) -> str:
        """Fill a template with the world as it is now."""
        if "{" not in template:
            return template
        return render(template, {**self._scope(), **extra})

    def turn(self, effects: Sequence[Effect], by: str) -> None:
        """Apply effects to the world's knobs and record the truth."""
        for effect in effects:
            self.world.turn(effect.knob, effect.value, effect.over)
            self.emit(e.KnobTurned(knob=effect.knob, value=effect.value, over=effect.over, by=Ref(by)), by=WORLD)

    def measured(self, keys: Mapping[str, str]) -> dict[str, float]:
        """Return figure -> value for dotted keys into the world's context."""
        context = self.world.context()
        return {name: round(float(dig(context, key)), 4) for name, key in keys.items()}

    def findings(self, keys: Mapping[str, str]) -> dict[str, Scalar]:
        """Return finding -> value for dotted keys into what templates print."""
        return {name: dig(self._scope(), key) for name, key in keys.items()}

    def inbox(self, role: str) -> list[Entry]:
        """Return the entries `role` may see, oldest first (shared: do not change it)."""
        return self._inboxes[role]

    # --- time ------------------------------------------------------------------------------------------

    def _heartbeat(self) -> Generator[simpy.Event, Any, None]:
        """Step the world; on every scrape let monitoring, MSEL and simulated holders look at it."""
        while True:
            dt = step_at(self.now, self.fault_at, self.world.step_seconds)
            yield self.env.timeout(dt)
            self.world.step(dt)
            if self.now % SCRAPE_SECONDS == 0:
                self._tick()
            if self.now >= self.scenario.horizon:
                self._stop()
                return

    def _tick(self) -> None:
        now, seen = self.now, self.world.observe()
        self.telemetry.scrape(now, seen)
        if now % 60 == 0:
            self.logs.record(now, seen)
        for transition in self.telemetry.alerts(now):
            self._alert(transition)
        self._truth.look()
        for change in self.msel.changes(now - (self._shift if now < 0 else 0)):
            self._change(change.id, change.service, change.summary, change.actor, change.detail or None)
        if now >= 0:
            self._play()
            if now % EVERY == 0:
                self._truth.sample()

    def _play(self) -> None:
        """Let the MSEL act on what has become of the drill, then the simulated holders of empty seats."""
        facts = self.facts()
        for merge in self.msel.merges(self.now):
            if not any(self.incident.is_frozen((merge.service,), kind) for kind in merge.frozen_by):
                self._change(merge.id, merge.service, merge.summary, merge.actor)
                self.emit(e.MergeLanded(merge=merge.id, service=merge.service, harmful=merge.harmful), by=WORLD)
                self.turn(merge.effects, Ref.to("merge", merge.id))
        if self.ended:
            return
        for line in self.msel.due(self.now, facts):
            self.deliver(line)
        if self.header.mode == "training" or self.header.difficulty == "novice":
            self._hint(facts)
        if self._agents and self.stand_ins.unled(self._agents):
            self.stand_ins.look_around()
            self._act_unasked()

    def got_up(self, seat: str) -> None:
        """Let the simulated holder of a seat take over from the person who left it."""
        agent = self.stand_ins.left(seat, self._agents.get(seat))
        if agent is not None:
            self._agents[seat] = agent
        self.teammates.catch_up(seat)

    def _act_unasked(self) -> None:
        """Let simulated holders run the incident: with no person in the lead, people in other seats need a commander.

        Under a commander who is a person they do what they are asked and no more, or the trainee would watch.
        """
        for seat, agent in self._agents.items():
            # What a commander meant to do goes along with command, whoever sits in the seat by now.
            passed = self.incident.handed_on(seat)
            voice = self.incident.voice(seat) if passed else seat
            free = passed or seat not in self.incident.seats
            acting = agent if free else self.stand_ins.agents.get(seat)
            if acting is not None and self.incident.simulated(voice):
                for command in acting(briefing(self, voice)):
                    self.submit(command, Author.teammate(voice))

    def _fault(self) -> Generator[simpy.Event, Any, None]:
        before = self.fault_at if self.fault_at < self.now else None
        yield self.env.timeout(max(0, self.fault_at - self.now))
        self.emit(e.FaultStarted(fault=self.scenario.fault, since=before), by=WORLD)

    def _stop(self) -> None:
        if not self.ended:
            self.emit(e.DrillEnded(how="time"))
        if self.now % EVERY:
            self._truth.sample()
        self.emit(e.HorizonReached(), by=WORLD)
        self.finished = True

    # --- what happens ----------------------------------------------------------------------------------

    def _alert(self, transition: Transition) -> None:
        rule = transition.rule
        if not transition.firing:
            self.emit(e.AlertResolved(alert=rule.id))
            return
        self.emit(
            e.AlertFired(
                alert=rule.id, severity=rule.severity, summary=self.render(rule.summary, value=transition.value),
                value=transition.value, page=rule.page, runbook=rule.runbook or None,
            )
        )  # fmt: skip
        if rule.page:
            role = self.scenario.find("roles", rule.page)
            self.env.process(self.teammates.page(role, Ref.to("alert", rule.id)))

    def _change(self, ident: str, service: str, summary: str, actor: str, detail: str | None = None) -> None:
        self.emit(e.ChangeHappened(change=ident, service=service, summary=summary, actor=actor, detail=detail))

    def deliver(self, line: Line) -> None:
        """Put one line of the MSEL in front of those it is for."""
        inject = line.inject
        # The author's words are a template; what a facilitator made of them is said as it was typed.
        self.emit(
            e.InjectDelivered(
                to=self._reached(inject.to), inject=inject.id, persona=inject.persona, channel=inject.channel,
                text=self.render(line.text) if line.text == inject.text else line.text, form=inject.form,
                answers=tuple((a.id, a.label) for a in inject.answers),
            )
        )  # fmt: skip
        self.turn(inject.effects, Ref.to("inject", inject.id))
        for role in inject.occupies:
            if self.incident.present.get(role):
                self.env.process(self.work.call(role, inject.persona, inject.occupies_for))
        if inject.leaves:
            # Who led without ever having been named has to go all the same.
            holder = self.incident.holder(inject.leaves) or self.incident.home(inject.leaves)
            if holder is not None:
                self.env.process(self._leave(inject.leaves, holder, inject.grace))

    def _reached(self, to: tuple[str, ...]) -> tuple[str, ...]:
        """Return who is meant: what is for the commander is for whoever has taken over, too, if they may know."""
        holder = self.incident.commander()
        takes_over = self.incident.lead in to and holder not in to and self.circle.knows(holder)
        return (*to, holder) if takes_over else to

    def _leave(self, role: str, seat: str, grace: int) -> Generator[simpy.Event, Any, None]:
        yield self.env.timeout(grace)
        if (self.incident.holder(role) or seat) == seat and not self.ended:
            self.emit(e.RoleVacated(role=role, seat=seat))

    def _hint(self, facts: Mapping[str, Any]) -> None:
        for index, point in enumerate(self.scenario.teaching):
            if not point.hint or self.now < point.at or self._hinted.get(index):
                continue
            self._hinted[index] = True
            seats = point.seats or (self.incident.lead,)
            person = next((seat for seat in seats if seat in self.incident.seats), None)
            if person and not (point.until and holds(point.until, facts)):
                self.emit(e.HintGiven(to=(person,), text=point.hint))

    # --- bookkeeping -----------------------------------------------------------------------------------

    def _record(self, body: Body, by: Author, to: tuple[str, ...] = ()) -> Entry:
        entry = self.journal.append(self.now, by, body)
        for role in to or readers(by, body, self.circle) or self._inboxes:
            if role in self._inboxes:
                self._inboxes[role].append(entry)
        return entry

    def _scope(self) -> dict[str, Any]:
        return {
            **self.scenario.context, **self.world.context(),
            "t": self.now, "utc": Utc(self.scenario.t0_utc, self.now),
        }  # fmt: skip
