"""People at work: everybody has two hands, so queries and actions queue on who carries them out.

Each role is a `simpy.Resource` of capacity 1, and whoever had no break for long gets slower
(`simulator.persons.Strain`). One person doing everything is therefore slower than a team, because the
engine says so and not because the scorecard does.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

from simulator import events as e
from simulator.scenario.conditions import holds
from simulator.scenario.parts import Action, Duration, Mishap, Query
from simulator.scenario.people import WrongPlace
from simulator.stage import Stage

Process = Generator[simpy.Event, Any, Any]
STALL_POLL = 15
"""Seconds between looks at whether a stalled action can go on."""
CONTENDED = 1.6
"""Factor on how long an action takes while one that contradicts it is in flight: they fight over the same lock."""


def draw(duration: Duration, rng: random.Random) -> int:
    """Return a duration in whole seconds, at least 1: lognormal around the median."""
    return max(1, round(duration.median * rng.lognormvariate(0.0, duration.spread)))


def _of(run: str) -> str:
    """Return the action of a run such as `action:rollback#2`."""
    return run.partition(":")[2].partition("#")[0]


class Work:
    """Queries and actions under way."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._env = stage.env
        self._hands = {role.id: simpy.Resource(self._env, capacity=1) for role in stage.scenario.roles}
        self._processes: dict[str, simpy.Process] = {}
        self._signed: dict[str, dict[str, str]] = {}
        """Action -> role signed for -> seat that signed."""
        self._waiting: dict[str, simpy.Event] = {}
        self._counts: dict[str, int] = {}
        self._busy: dict[str, dict[str, tuple[int, int]]] = {role.id: {} for role in stage.scenario.roles}
        """Role -> run -> from when until when its hands were full with it."""
        self.forbidden: dict[str, str] = {}
        """Actions a facilitator forbids, with the reason."""
        self.forced: dict[str, str] = {}

    @property
    def now(self) -> int:
        """Return the drill second."""
        return self._stage.now

    def queued(self, role: str) -> int:
        """Return how many things a role has in hand or waiting for its hands."""
        hands = self._hands[role]
        return hands.count + len(hands.queue)

    def strain(self, role: str) -> float:
        """Return the factor on what takes a role's attention now: 1 unless its hands were full for long."""
        now, strain = self._stage.now, self._stage.scenario.strain
        since = now - strain.window
        busy = sum(min(until, now) - max(begun, since) for begun, until in self._busy[role].values() if until > since)
        return strain.factor(busy)

    # --- queries ---------------------------------------------------------------------------------------

    def query(self, query: Query, executor: str, pace: float = 1.0) -> Process:
        """Run a query with somebody's hands, at their pace; its output is the world's state when it ends.

        Returns the `QueryFinished` event.
        """
        run = self.named(f"query:{query.id}")
        takes = draw(query.takes, self._stage.stream(f"query/{query.id}"))
        yield from self._at_hand(run, executor, query.command, takes, pace)
        ok = holds(query.requires, self._stage.facts())
        finished = e.QueryFinished(
            run=run, query=query.id, executor=executor, command_line=query.command,
            output=self._stage.render(query.output if ok else query.refusal), evidence=query.evidence,
            figures=self._stage.measured_figures(query.figures) if ok else {},
            findings=self._stage.findings(query.findings) if ok else {}, ok=ok,
        )  # fmt: skip
        self._stage.emit(finished)
        return finished

    def misplaced(self, place: WrongPlace, query: Query, executor: str, takes: int) -> Process:
        """Run a query where it does not belong: the error is true of that place and says nothing of this one.

        Returns the reference of the run.
        """
        self._counts["misplaced"] = self._counts.get("misplaced", 0) + 1
        run = f"misplaced:{self._counts['misplaced']}"
        line = query.command.replace(place.starts, place.typed, 1)
        yield from self._at_hand(run, executor, line, takes)
        self._stage.emit(
            e.QueryFinished(
                run=run, query=None, executor=executor, command_line=line,
                output=self._stage.render(place.output), evidence="narrative", ok=False,
            )
        )  # fmt: skip
        return run

    def lookup(self, prefix: str, executor: str, line: str, takes: int, output: Any, evidence: Any) -> Process:
        """Run something that is no query of the scenario: a log search, an evidence capture."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        run = f"{prefix}:{self._counts[prefix]}"
        yield from self._at_hand(run, executor, line, takes)
        self._stage.emit(
            e.QueryFinished(
                run=run, query=None, executor=executor, command_line=line, output=output(), evidence=evidence
            )
        )

    def call(self, role: str, persona: str, seconds: int) -> Process:
        """Take somebody's time for a call: who was told nothing rings whoever may know."""
        said = f"{persona} wanted to hear what nobody had told them."
        yield from self.lookup("call", role, f"call with {persona}", seconds, lambda: said, "narrative")

    def _at_hand(self, run: str, executor: str, line: str, takes: int, pace: float = 1.0) -> Process:
        hands = self._hands[executor]
        with hands.request() as turn:
            if not turn.triggered:
                self._stage.emit(e.QueryQueued(run=run, executor=executor, command_line=line))
            yield turn
            takes = max(1, round(takes * pace * self.strain(executor)))
            self._busy[executor][run] = (self._stage.now, self._stage.now + takes)
            self._stage.emit(
                e.QueryStarted(run=run, executor=executor, command_line=line, expected=self._stage.now + takes)
            )
            yield self._env.timeout(takes)

    # --- actions ---------------------------------------------------------------------------------------

    def action(self, action: Action, executor: str, first: Process | None = None) -> Process:
        """Carry out an action: wait for sign-offs and hands, start, finish, take effect.

        `first` is what the executor sees to before they begin; the run can be aborted meanwhile.
        """
        run = self.named(f"action:{action.id}")
        me = self._env.active_process
        assert me is not None  # a generator handed to env.process runs inside one
        self._processes[run] = me
        try:
            yield from self._carry_out(run, action, executor, first)
        except simpy.Interrupt:
            self._signed.pop(action.id, None)  # a sign-off is for one run
            if run in self._busy[executor]:
                begun, until = self._busy[executor][run]
                self._busy[executor][run] = (begun, min(until, self._stage.now))
                # What never began has nothing to undo, and an earlier run of it may be in effect.
                self._stage.turn(action.abort_effects, run)
            self._stage.emit(e.ActionAborted(run=run, action=action.id))
        finally:
            self._processes.pop(run, None)
            self._waiting.pop(run, None)

    def _carry_out(self, run: str, action: Action, executor: str, first: Process | None) -> Process:
        stage = self._stage
        missing = self.missing_sign_offs(action)
        waits_for = f"sign-off by {', '.join(missing)}" if missing else executor
        stage.emit(e.ActionQueued(run=run, action=action.id, executor=executor, waits_for=waits_for))
        if first is not None:
            yield from first
        while self.missing_sign_offs(action):
            self._waiting[run] = self._env.event()
            yield self._waiting[run]
        self._waiting.pop(run, None)
        with self._hands[executor].request() as turn:
            yield turn
            obstacle = self.obstacle(action)
            if obstacle:
                stage.emit(e.ActionFinished(run=run, action=action.id, executor=executor, output=obstacle, ok=False))
                return
            self._signed.pop(action.id, None)  # a sign-off is for one run
            # How long the tool takes is the action's; only what takes somebody's attention depends on them.
            takes = draw(action.takes, stage.stream(f"action/{action.id}"))
            rival = self._in_flight_against(action)
            takes = round(CONTENDED * takes) if rival else takes
            self._busy[executor][run] = (stage.now, stage.now + takes)
            stage.emit(e.ActionStarted(run=run, action=action.id, executor=executor, expected=stage.now + takes))
            stage.turn(action.starts_with, run)
            yield self._env.timeout(takes)
        yield from self._while_stalled(run, action, executor)
        stage.turn(action.effects, run)
        held_up = f"(held up: waited for the lock of {rival.title})\n" if rival else ""
        output = held_up + stage.render(action.output)
        stage.emit(e.ActionFinished(run=run, action=action.id, executor=executor, output=output))
        self._env.process(self._take_effect(run, action))
        if action.mishap and stage.stream(f"mishap/{action.id}").random() < action.mishap.chance:
            self._env.process(self._go_wrong(run, action, action.mishap))

    def _in_flight_against(self, action: Action) -> Action | None:
        """Return an action under way that contradicts this one, if there is any."""
        for run in self._stage.incident.runs.values():
            if run.what == "action" and run.state in ("running", "stalled") and run.ident != action.id:
                other: Action = self._stage.scenario.find("actions", run.ident)
                if other.id in action.conflicts or action.id in other.conflicts:
                    return other
        return None

    def _go_wrong(self, run: str, action: Action, mishap: Mishap) -> Process:
        """Let what seemed to work show its second defect, unless it was taken back by then or somebody forced it."""
        done = self._stage.now
        over = max([action.propagation, *(effect.over for effect in action.effects)])
        yield self._env.timeout(over + draw(mishap.after, self._stage.stream(f"mishap/{action.id}/after")))
        undone = action.reversible_by and self._stage.incident.last_run("action", action.reversible_by)
        back = undone and undone.state == "done" and undone.finished is not None and undone.finished >= done
        if back or action.id in self.forced:
            return
        self._stage.turn(mishap.effects, run)
        said = self._stage.render(mishap.says)
        change = f"{action.id}_defect"
        self._stage.emit(e.ChangeHappened(change=change, service=mishap.service, summary=said, actor=mishap.actor))

    def _while_stalled(self, run: str, action: Action, executor: str) -> Process:
        if not action.stalls_when or action.id in self.forced or not holds(action.stalls_when, self._stage.facts()):
            return
        output = self._stage.render(action.stall_output)
        self._stage.emit(
            e.ActionFinished(run=run, action=action.id, executor=executor, output=output, ok=False, stalled=True)
        )
        while holds(action.stalls_when, self._stage.facts()):
            yield self._env.timeout(STALL_POLL)

    def _take_effect(self, run: str, action: Action) -> Process:
        over = max([action.propagation, *(effect.over for effect in action.effects)])
        if over:
            yield self._env.timeout(over)
        self._stage.emit(e.MitigationTookEffect(run=run, action=action.id))

    def obstacle(self, action: Action) -> str | None:
        """Return why an action cannot be done now, in the author's words, or None."""
        if action.id in self.forbidden:
            return f"{action.title}: not possible now ({self.forbidden[action.id]})"
        if action.id in self.forced:
            return None
        facts = self._stage.facts()
        unmet = next((p for p in action.preconditions if not holds(p.when, facts)), None)
        return self._stage.render(unmet.message) if unmet else None

    def abort(self, run: str) -> bool:
        """Interrupt a run that is waiting, running or stalled; tell whether there was one."""
        process = self._processes.get(run)
        if process is None or not process.is_alive:
            return False
        process.interrupt()
        return True

    def sign_off(self, action: str, role: str, seat: str) -> None:
        """Record one sign-off, given for `role` by `seat`, and wake what waits for it."""
        self._signed.setdefault(action, {})[role] = seat
        self._stage.emit(e.SignedOff(action=action, role=role, seat=seat))
        for run, event in list(self._waiting.items()):
            if _of(run) == action and not event.triggered:
                event.succeed()

    def unsigned(self, action: str) -> bool:
        """Tell whether a run of an action waits for a sign-off."""
        return any(_of(run) == action for run in self._waiting)

    def missing_sign_offs(self, action: Action) -> list[str]:
        """Return the roles whose sign-off an action still needs."""
        return [role for role in action.sign_offs if role not in self._signed.get(action.id, {})]

    def signed_by(self, action: Action, seat: str) -> bool:
        """Tell whether a seat has signed the run of an action that waits: two signatures are two people's."""
        return seat in self._signed.get(action.id, {}).values()

    def in_hand(self, action: Action) -> str | None:
        """Return why an action cannot be begun for what has become of it before, or None."""
        last = self._stage.incident.last_run("action", action.id)
        if last and last.state in ("waiting", "running", "stalled"):
            return "that is already under way; abort it or wait"
        if last and last.state == "done" and not action.repeatable:
            return "that has been done already"
        return None

    def named(self, base: str) -> str:
        """Return the reference of the next run of something: the second `query:ID` is `query:ID#2`."""
        self._counts[base] = self._counts.get(base, 0) + 1
        return base if self._counts[base] == 1 else f"{base}#{self._counts[base]}"
