"""The engine: one SimPy environment in which world, monitoring, people and MSEL run, and one journal.

Two ways in: `submit` (a person asks for something, now) and `advance` (time passes). A command at second
t precedes the engine's own events at t. State is never stored; it is rebuilt by giving the same commands
to a new engine (`simulator.record.replay`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import simpy

from simulator import acts
from simulator import events as e
from simulator.answers import Answer, Refusal
from simulator.briefing import briefing
from simulator.levels import PlayedBook
from simulator.loaded import LoadedScenario
from simulator.monitoring.onset import onset_shift, step_at
from simulator.monitoring.series import SCRAPE_SECONDS, Transition
from simulator.people.stand_ins import StandIns
from simulator.record.journal import Header, Journal
from simulator.rules import Rules
from simulator.scenario.conditions import holds
from simulator.staffed import StaffedDrill
from simulator.truth import EVERY, Truth
from simulator.values import WORLD, Author, Ref

VERSION = "7"
"""Changes whenever the same commands would give another journal."""
OPENS_AT = -60
HINT_GAP = 120
"""Seconds between two hints for one person: a hint is for whoever stands still, no course to walk along."""


def new_header(
    loaded: LoadedScenario,
    seed: int,
    *,
    mode: str = "training",
    policy: str | None = None,
    automation: bool = True,
    playbook: PlayedBook | None = None,
) -> Header:
    """Return the header of a new drill, with the playbook in the words of the scenario's company."""
    book = None if playbook is None else loaded.scenario.conventions.played(playbook)
    return Header.model_validate(
        {
            "scenario": loaded.scenario.id, "variant": loaded.scenario.variant, "difficulty": loaded.difficulty,
            "seed": seed, "mode": mode, "policy": policy, "scenario_version": loaded.version,
            "engine": VERSION,
            "automation": automation, "playbook": book,
        }
    )  # fmt: skip


class Engine(StaffedDrill):
    """A drill under way. Stands at `OPENS_AT` when made; T+0 is the first page."""

    def __init__(self, loaded: LoadedScenario, header: Header) -> None:
        scenario = loaded.scenario
        self._shift = onset_shift(loaded, header.seed)
        self.fault_at = scenario.fault_at + self._shift
        world = loaded.make_world()
        world.start(scenario.starts_at + self._shift, self.fault_at)
        super().__init__(scenario, world, header.seed, header.mode, header.book)
        self.header = header
        self.journal = Journal(header, self.entries)
        self.rules = Rules(self)
        makers = loaded.teammates(scenario) if header.automation else {}
        self.stand_ins = StandIns(self, makers)
        self._truth = Truth(self)
        self._hinted: set[str] = set()
        self._last_hint: dict[str, int] = {}
        self.env.process(self._heartbeat())
        self.env.process(self._fault())
        for role in scenario.roles:
            self.env.process(self.teammates.give_cues(role))
        self.advance(OPENS_AT)

    def advance(self, to: int) -> None:
        """Let time pass until just before the engine's own events at `to`; the only place that runs SimPy."""
        to = min(to, self.scenario.horizon + 1)
        if to > self.now and not self.finished:
            self.env.run(until=to)

    def submit(self, act: acts.Act, by: str) -> Answer:
        """Take an act at `now`; return its entry, and its refusal where nothing comes of it.

        Whoever speaks for an empty seat sits down in it first.
        """
        author = Author(by)
        person = not author.simulated and not self.ended
        if self._stands(act, author):
            self.submit(acts.TakeSeat(seat=author.role, name=author.name or author.role), author)
        # After they sat down: a replay finds them seated already, and must come to the same.
        if person and author.role in self.incident.seats and not isinstance(act, acts.LeaveSeat):
            self.stand_ins.person_acted(author.role)
        asked = acts.Asked(self, author.role)
        refusal = self.rules.refusal(act, asked)
        if refusal:
            return self.refuse(act, author, refusal)
        entry = self.record(act, author)
        self.fold(entry)
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

    def may(self, role: str, kind: str, /, **fields: str) -> bool:
        """Tell whether `role` could have an act of this kind now. Writes nothing."""
        return self.objection(acts.ACTS[kind].model_validate(fields), role) is None

    def refuse(self, act: acts.Act, by: str, refusal: Refusal) -> Answer:
        """Put an act on the record that nothing comes of; only who gave it sees it, and why."""
        author = Author(by)
        to = (author.role,)
        entry = self.record(act, author, to)
        self.emit(e.CommandRefused(to=to, command=entry.seq, code=refusal.code, reason=refusal.reason))
        return Answer(entry, refusal)

    def run_to_horizon(self) -> None:
        """Let the world run on to its horizon, ending the drill by time if nobody has ended it."""
        self.advance(self.scenario.horizon + 1)

    def _heartbeat(self) -> Generator[simpy.Event, Any, None]:
        """Step the world; on every scrape let monitoring, MSEL and simulated holders look at it."""
        now = self.now
        while now < self.scenario.horizon:
            dt = step_at(now, self.fault_at, self.world.step_seconds)
            yield self.env.timeout(dt)
            now += dt
            self.world.step(dt)
            if now % SCRAPE_SECONDS == 0:
                self._tick(now)
        self._stop()

    def _tick(self, now: int) -> None:
        seen = self.world.observe()
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
        for voice, agent in self.stand_ins.unasked():
            for command in agent(briefing(self, voice)):
                self.submit(command, Author.teammate(voice))

    def got_up(self, seat: str) -> None:
        """Let the simulated holder of a seat take over from the person who left it."""
        self.stand_ins.left(seat)
        self.teammates.catch_up(seat)

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

    def _hint(self, facts: Mapping[str, Any]) -> None:
        """Give each hint once, to one person and not soon after another: what was done, or cannot be, is no hint."""
        for hint in self.scenario.hints:
            if self.now < hint.at or hint.id in self._hinted:
                continue
            if holds(hint.until, facts):
                self._hinted.add(hint.id)
                continue
            seats = hint.seats or (self.incident.lead,)
            person = next((seat for seat in seats if seat in self.incident.seats), None)
            if person is None or self.now - self._last_hint.get(person, -HINT_GAP) < HINT_GAP:
                continue
            if holds(hint.when, facts):
                self._hinted.add(hint.id)
                self._last_hint[person] = self.now
                self.emit(e.HintGiven(to=(person,), text=hint.text))
