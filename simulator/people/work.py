"""People at work: everybody has two hands, so queries and actions queue on who carries them out.

Each role is a `simpy.Resource` of capacity 1, and whoever had no break for long gets slower
(`simulator.scenario.people.Strain`). One person doing everything is therefore slower than a team, because the
engine says so and not because the scorecard does.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import simpy

from simulator import events as e
from simulator.actions import STALL_POLL, ActionRun, lasting, obstacle
from simulator.drill import Drill, Process
from simulator.scenario.conditions import holds
from simulator.scenario.data import Duration
from simulator.scenario.parts import Action, Mishap, Query
from simulator.scenario.people import WrongPlace
from simulator.values import Ref


def draw(duration: Duration, rng: random.Random) -> int:
    """Return a duration in whole seconds, at least 1: lognormal around the median."""
    return max(1, round(duration.median * rng.lognormvariate(0.0, duration.spread)))


class Work:
    """Queries and actions under way."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._env = drill.env
        self._hands = {role.id: simpy.Resource(self._env, capacity=1) for role in drill.scenario.roles}
        self._processes: dict[str, simpy.Process] = {}
        self._signed: dict[str, dict[str, str]] = {}
        """Action -> role signed for -> seat that signed."""
        self._waiting: dict[Ref, simpy.Event] = {}
        self._counts: Counter[str] = Counter()
        self._busy: dict[str, dict[str, tuple[int, int]]] = {role.id: {} for role in drill.scenario.roles}
        """Role -> run -> from when until when its hands were full with it."""
        self.forbidden: dict[str, str] = {}
        """Actions a facilitator forbids, with the reason."""
        self.forced: dict[str, str] = {}

    def queued(self, role: str) -> int:
        """Return how many things a role has in hand or waiting for its hands."""
        hands = self._hands[role]
        return hands.count + len(hands.queue)

    def strain(self, role: str) -> float:
        """Return the factor on what takes a role's attention now: 1 unless its hands were full for long."""
        now, strain = self._drill.now, self._drill.scenario.strain
        since = now - strain.window
        busy = sum(min(until, now) - max(begun, since) for begun, until in self._busy[role].values() if until > since)
        return strain.factor(busy)

    def query(self, query: Query, executor: str, pace: float = 1.0) -> Process:
        """Run a query with somebody's hands, at their pace; its output is the world's state when it ends.

        Returns the `QueryFinished` event.
        """
        run = self.named(Ref.to("query", query.id))
        takes = draw(query.takes, self._drill.stream(f"query/{query.id}"))
        yield from self._at_hand(run, executor, query.command, takes, pace)
        ok = holds(query.requires, self._drill.facts())
        finished = e.QueryFinished(
            run=run, query=query.id, executor=executor, command_line=query.command,
            output=self._drill.render(query.output if ok else query.refusal), evidence=query.evidence,
            figures=self._drill.measured(query.figures) if ok else {},
            findings=self._drill.findings(query.findings) if ok else {}, ok=ok,
        )  # fmt: skip
        self._drill.emit(finished)
        return finished

    def lookup(
        self, prefix: str, executor: str, line: str, takes: int, output: Callable[[], str], evidence: Any,
        ok: bool = True,
    ) -> Process:  # fmt: skip
        """Run something that is no query of the scenario: a log search, an evidence capture. Returns its reference."""
        self._counts[prefix] += 1
        run = Ref.to(prefix, self._counts[prefix])
        yield from self._at_hand(run, executor, line, takes)
        self._drill.emit(
            e.QueryFinished(
                run=run, query=None, executor=executor, command_line=line, output=output(), evidence=evidence, ok=ok
            )
        )
        return run

    def misplaced(self, place: WrongPlace, query: Query, executor: str, takes: int) -> Process:
        """Run a query where it does not belong: the error is true of that place and says nothing of this one."""
        line = query.command.replace(place.starts, place.typed, 1)
        error = partial(self._drill.render, place.output)
        return self.lookup("misplaced", executor, line, takes, error, "narrative", ok=False)

    def call(self, role: str, persona: str, seconds: int) -> Process:
        """Take somebody's time for a call: who was told nothing rings whoever may know."""
        said = f"{persona} wanted to hear what nobody had told them."
        return self.lookup("call", role, f"call with {persona}", seconds, lambda: said, "narrative")

    def _at_hand(self, run: Ref, executor: str, line: str, takes: int, pace: float = 1.0) -> Process:
        hands = self._hands[executor]
        with hands.request() as turn:
            if not turn.triggered:
                self._drill.emit(e.QueryQueued(run=run, executor=executor, command_line=line))
            yield turn
            takes = max(1, round(takes * pace * self.strain(executor)))
            self._busy[executor][run] = (self._drill.now, self._drill.now + takes)
            self._drill.emit(
                e.QueryStarted(run=run, executor=executor, command_line=line, expected=self._drill.now + takes)
            )
            yield self._env.timeout(takes)

    def action(self, action: Action, executor: str, first: Process | None = None) -> Process:
        """Carry out an action: wait for sign-offs and hands, start, finish, take effect.

        `first` is what the executor sees to before they begin; the run can be aborted meanwhile.
        """
        run = self.named(Ref.to("action", action.id))
        me = self._env.active_process
        assert me is not None  # a generator handed to env.process runs inside one
        self._processes[run] = me
        doing = ActionRun(action)
        try:
            yield from self._carry_out(run, doing, executor, first)
        except simpy.Interrupt:
            self._signed.pop(action.id, None)  # a sign-off is for one run
            if run in self._busy[executor]:
                begun, until = self._busy[executor][run]
                self._busy[executor][run] = (begun, min(until, self._drill.now))
            self._drill.turn(doing.stop(), run)
            self._drill.emit(e.ActionAborted(run=run, action=action.id))
        finally:
            self._processes.pop(run, None)
            self._waiting.pop(run, None)

    def _carry_out(self, run: Ref, doing: ActionRun, executor: str, first: Process | None) -> Process:
        drill, action = self._drill, doing.action
        finished = partial(e.ActionFinished, run=run, action=action.id, executor=executor)
        missing = tuple(self.missing_sign_offs(action))
        drill.emit(e.ActionQueued(run=run, action=action.id, executor=executor, waits_for=missing))
        if first is not None:
            yield from first
        while self.missing_sign_offs(action):
            self._waiting[run] = self._env.event()
            yield self._waiting[run]
        self._waiting.pop(run, None)
        with self._hands[executor].request() as turn:
            yield turn
            blocked = self._forbidden(action)
            if not blocked:
                effects = doing.start(drill.facts(), self._in_flight(), forced=action.id in self.forced)
                blocked = drill.render(doing.missing.message) if doing.missing else None
            if blocked is not None:
                drill.emit(finished(output=blocked, ok=False))
                return
            self._signed.pop(action.id, None)  # a sign-off is for one run
            # How long the tool takes is the action's; only what takes somebody's attention depends on them.
            takes = doing.takes(draw(action.takes, drill.stream(f"action/{action.id}")))
            self._busy[executor][run] = (drill.now, drill.now + takes)
            drill.emit(e.ActionStarted(run=run, action=action.id, executor=executor, expected=drill.now + takes))
            drill.turn(effects, run)
            yield self._env.timeout(takes)
        effects = doing.end(drill.facts(), forced=action.id in self.forced)
        if doing.state == "stalled":
            drill.emit(finished(output=drill.render(action.stall_output), ok=False, stalled=True))
        while doing.state == "stalled":
            yield self._env.timeout(STALL_POLL)
            effects = doing.end(drill.facts(), forced=action.id in self.forced)
        drill.turn(effects, run)
        held_up = f"(held up: waited for the lock of {doing.held_up_by.title})\n" if doing.held_up_by else ""
        drill.emit(finished(output=held_up + drill.render(action.output)))
        self._env.process(self._take_effect(run, action))
        if action.mishap and drill.stream(f"mishap/{action.id}").random() < action.mishap.chance:
            self._env.process(self._go_wrong(run, action, action.mishap))

    def _in_flight(self) -> Iterator[Action]:
        """Yield the actions under way."""
        for run in self._drill.incident.runs.values():
            if run.what == "action" and run.state in ("running", "stalled"):
                yield self._drill.scenario.find("actions", run.ident)

    def _go_wrong(self, run: Ref, action: Action, mishap: Mishap) -> Process:
        """Let what seemed to work show its second defect, unless it was taken back by then or somebody forced it."""
        drill, done = self._drill, self._drill.now
        yield self._env.timeout(lasting(action) + draw(mishap.after, drill.stream(f"mishap/{action.id}/after")))
        undone = action.reversible_by and drill.incident.last_run("action", action.reversible_by)
        back = undone and undone.state == "done" and undone.finished is not None and undone.finished >= done
        if back or action.id in self.forced:
            return
        drill.turn(mishap.effects, run)
        said = drill.render(mishap.says)
        change = f"{action.id}_defect"
        drill.emit(e.ChangeHappened(change=change, service=mishap.service, summary=said, actor=mishap.actor))

    def _take_effect(self, run: Ref, action: Action) -> Process:
        over = lasting(action)
        if over:
            yield self._env.timeout(over)
        self._drill.emit(e.MitigationTookEffect(run=run, action=action.id))

    def obstacle(self, action: Action) -> str | None:
        """Return why an action cannot be done now, in the author's words, or None."""
        unmet = None if action.id in self.forced else obstacle(action, self._drill.facts())
        return self._forbidden(action) or (self._drill.render(unmet.message) if unmet else None)

    def _forbidden(self, action: Action) -> str | None:
        # The facilitator's reason is for facilitators: who tries it learns that it does not work, as from a tool.
        return f"{action.title}: not possible now" if action.id in self.forbidden else None

    def abort(self, run: Ref) -> bool:
        """Interrupt a run that is waiting, running or stalled; tell whether there was one."""
        process = self._processes.get(run)
        if process is None or not process.is_alive:
            return False
        process.interrupt()
        return True

    def sign_off(self, action: str, role: str, seat: str) -> None:
        """Record one sign-off, given for `role` by `seat`, and wake what waits for it."""
        self._signed.setdefault(action, {})[role] = seat
        self._drill.emit(e.SignedOff(action=action, role=role, seat=seat))
        for run, event in list(self._waiting.items()):
            if run.ident == action and not event.triggered:
                event.succeed()

    def unsigned(self, action: str) -> bool:
        """Tell whether a run of an action waits for a sign-off."""
        return any(run.ident == action for run in self._waiting)

    def missing_sign_offs(self, action: Action) -> list[str]:
        """Return the roles whose sign-off an action still needs."""
        return [role for role in action.sign_offs if role not in self._signed.get(action.id, {})]

    def signed_by(self, action: Action, seat: str) -> bool:
        """Tell whether a seat has signed the run of an action that waits: two signatures are two people's."""
        return seat in self._signed.get(action.id, {}).values()

    def in_hand(self, action: Action) -> str | None:
        """Return why an action cannot be begun for what has become of it before, or None."""
        last = self._drill.incident.last_run("action", action.id)
        if last and last.under_way:
            return "that is already under way; abort it or wait"
        if last and last.state == "done" and not action.repeatable:
            return "that has been done already"
        return None

    def named(self, base: Ref) -> Ref:
        """Return the reference of the next run of something: the second `query:ID` is `query:ID#2`."""
        self._counts[base] += 1
        return Ref.to(base.kind, base.ident, self._counts[base])
