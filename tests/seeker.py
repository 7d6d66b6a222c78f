"""Somebody who knows no tool by name: types the words of playbook, gate, hints and of what was shown, and takes what is
found. Plays a whole drill alone, with simulated teammates; a word that stands nowhere in front of them is an error."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import analytics.playbook
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing, briefing
from simulator.catalogue import CommandLine, Panel
from simulator.engine import Engine, new_header
from simulator.finding import SMALL, find
from simulator.values import Author, Ref

BOOKS = Path(analytics.playbook.__file__).parent.parent / "scenarios" / "playbooks"
STEM = 4
"""Letters in which a typed word and one that was read have to be alike."""
SHORTEST = 3
"""Letters of a word that counts as read."""
NAME = "Seeker"


class Lost(AssertionError):
    """Nothing is found, or what was ordered never comes about."""


class Seeker:
    """One person in the commander's seat and the deputy's, who finds everything by words."""

    def __init__(self, scenario: str, variant: str = "base", seed: int = 7) -> None:
        loaded = load(scenario, variant)
        self.engine = Engine(loaded, new_header(loaded, seed, mode="training", policy="by_search"))
        self.seat = "commander"
        self.found: list[str] = []
        """Ids of what was found and used, in order."""
        for seat in ("commander", "deputy"):
            self.give(acts.TakeSeat(seat=seat, name=NAME), seat)
        self.engine.advance(5)

    @property
    def b(self) -> Briefing:
        return briefing(self.engine, self.seat)

    def give(self, act: acts.Act, seat: str = "") -> None:
        by = seat or self.seat
        answer = self.engine.submit(act, Author.person(by, NAME))
        if answer.refusal is not None:
            raise Lost(f"T+{self.engine.now} {act.kind}: {answer.refusal}")

    def act(self, kind: str, **fields: Any) -> None:
        self.give(acts.ACTS[kind].model_validate(fields))

    def wait(self, until: Callable[[], bool], minutes: float = 12) -> None:
        end = self.engine.now + round(60 * minutes)
        while not until():
            if self.engine.now >= end:
                raise Lost(f"T+{self.engine.now}: waited {minutes} min in vain")
            self._sign()
            self.engine.advance(self.engine.now + 5)

    def wait_until(self, minute: float) -> None:
        self.wait(lambda: self.engine.now >= 60 * minute, 60)

    def hint(self, word: str, minutes: float = 15) -> None:
        """Wait for a hint that says `word`."""
        self.wait(lambda: any(word in x.body.text for x in self.b.entries if isinstance(x.body, e.HintGiven)), minutes)

    def search(self, words: str, what: str) -> CommandLine:
        """Return the first of what is found by words that stand in front of this seat."""
        read = self._read()
        for word in words.lower().split():
            if word not in SMALL and not any(one.startswith(word[:STEM]) or word.startswith(one) for one in read):
                raise Lost(f"{word!r} stands nowhere that the {self.seat} reads")
        line = next((one for one in find(self.b, words) if one.what == what), None)
        if line is None:
            raise Lost(f"T+{self.engine.now}: no {what} is found by {words!r}")
        self.found.append(line.id)
        return line

    def look(self, words: str) -> None:
        """Find a query, have it run, and wait for its output."""
        line = self.search(words, "query")
        self._here(line)
        self.give(acts.RunQuery(query=line.id))
        before = self.b.latest_result(line.id)
        self.wait(lambda: self.b.latest_result(line.id) is not before)

    def do(self, words: str, minutes: float = 15, strategy: str = "containment", settle: float = 5) -> None:
        """Find an action, decide for it, have it done, and give it time to take effect."""
        self.finish(self.order(words, strategy), minutes)
        self.wait_until(self.engine.now / 60 + settle)

    def order(self, words: str, strategy: str = "containment") -> str:
        """Find an action, decide for it and order it; return its id."""
        line = self.search(words, "action")
        self._here(line)
        b = self.b
        metric = b.catalogue.panels[0].id
        self.act(
            "record_decision", decision="continue mitigation", actions=(line.id,), strategy=strategy,
            why_now=b.options("reasons")[0].id, evidence=tuple(o.id for o in b.options("evidence"))[-4:],
            rejected=({"rung": "hotfix", "reason": "time"},), execution_owner="mitigation",
            verification_owner="verification", reversal_minutes=5, blast_radius=(b.options("blast")[0].id,),
            check={"metric": metric, "is": "above", "threshold": 0.5, "within_minutes": 10}, confidence="L2",
            contained_until_minutes=240,
        )  # fmt: skip
        self.give(acts.TakeAction(action=line.id, decision=Ref(self.b.options("decisions")[-1].id)))
        return line.id

    def finish(self, action: str, minutes: float = 15) -> None:
        """Wait until an action is done."""
        self.wait(lambda: self._state(action) == "done", minutes)

    def open(self) -> None:
        """Take command, declare and stop other changes, as the playbook's first minutes ask."""
        for alert in self.b.alerts():
            if alert.page and alert.acknowledged is None:
                self.give(acts.AcknowledgePage(alert=alert.alert))
        self.act("assign_role", role="commander", to="commander")
        self.act("assign_role", role="deputy", to="deputy")
        self.give(acts.AcceptRole(role="deputy"), "deputy")
        self.act("declare", severity=self.b.incident.levels[0].id, title=self.b.catalogue.title)
        self.give(acts.Freeze(scope=tuple(one.id for one in self.b.catalogue.services)))

    def hand_over(self) -> None:
        """Pass command on before the commander has to leave."""
        b = self.b
        self.act(
            "record_packet", segments=(b.options("segments")[0].id,),
            impact=({"name": b.options("figures")[0].id, "low": 0, "high": 1e6},),
            evidence=tuple(o.id for o in b.options("evidence"))[-3:], next_checkpoint_minutes=10, next_owner="deputy",
        )  # fmt: skip
        panel = b.catalogue.panels[0].id
        self.act(
            "hand_off", what="commander", to="deputy", packet=self.b.options("packets")[-1].id,
            included=(b.options("segments")[0].id,), unknowns=(b.options("unknowns")[0].id,), state="mitigating",
            hypothesis=b.options("causes")[0].id, decision_point="verify", update_minutes=20,
            next_checkpoint_minutes=10,
            rollback_trigger={"metric": panel, "is": "above", "threshold": 0.5, "within_minutes": 5},
        )  # fmt: skip
        self.seat = "deputy"
        self.give(acts.AcceptHandOff(handoff=self.b.options("handoffs")[-1].id))

    def close(self, audience: str = "public", hold: float = 5) -> None:
        """Do what the gate says is missing, one after the other, and ask it to open; the rerun was found last."""
        verify = self.found[-1]
        b = self.b
        from_, to = b.catalogue.quiet
        panels = tuple(panel.id for panel in b.panels if panel.on_console and self._as_usual(panel))[:3]
        self.act("record_verification", metrics=panels, baseline_from=from_, baseline_to=to, hold_minutes=hold)
        self.wait_until(self.engine.now / 60 + hold + 1)
        risk = next(o.id for o in b.options("residual_risks") if o.title != "None")
        self.act("update_stakeholders", audience=audience, status="recovered", next_update_minutes=60)
        self.act("record_residual_risks", risks=(risk,))
        task = {"factor": b.options("factors")[0].id, "class": "prevent", "text": "So that it does not come back"}
        self.act("add_hardening_task", **task, owner="mitigation", due_days=7)
        trigger = {"metric": panels[0], "is": "above", "threshold": 0.5, "within_minutes": 5}
        self.act("set_watch", owner="verification", trigger=trigger, hours=24)
        self.act("publish_closure_package", verification=("verification:1",), residual_risks=(risk,))
        self.act("request_closure", confidence="L2", evidence=(Ref.to("query", verify),))
        if not self.engine.incident.closed:
            raise Lost(f"the gate: {self.b.missing_for_closure()}")
        self.act("end_drill", how="resolved")
        self.engine.run_to_horizon()

    def _as_usual(self, panel: Panel) -> bool:
        now = self.b.latest(panel.id)
        return now is not None and panel.normal is not None and abs(now - panel.normal) <= 0.15 * abs(panel.normal)

    def _state(self, action: str) -> str:
        run = self.engine.incident.last_run("action", action)
        return run.state if run else "none"

    def _here(self, line: CommandLine) -> None:
        """Page somebody who can carry it out, where nobody who can is in the room."""
        if not any(self.b.incident.present.get(role) for role in line.executors):
            self.give(acts.PageTeam(role=line.executors[0]))
            self.wait(lambda: bool(self.b.incident.present.get(line.executors[0])))

    def _sign(self) -> None:
        for seat in ("commander", "deputy"):
            for option in briefing(self.engine, seat).options("to_sign"):
                run = self.engine.incident.last_run("action", option.id)
                if run is not None and run.waits_to_be_signed:
                    self.engine.submit(acts.SignOff(action=option.id), Author.person(seat, NAME))

    def _read(self) -> set[str]:
        """Return the beginnings of all words that stand in front of this seat."""
        b = self.b
        shown = [b.catalogue.briefing, b.catalogue.title, *(one.words for one in b.missing_for_closure())]
        shown += [need.title for need in b.catalogue.needed]
        shown += [str(text) for entry in b.entries for text in _texts(entry.body)]
        shown.append(playbook())
        return {word for text in shown for word in _split(text) if len(word) >= SHORTEST}


def _texts(body: BaseModel) -> list[str]:
    return [value for value in body.__dict__.values() if isinstance(value, str)]


def _split(text: str) -> list[str]:
    return "".join(one if one.isalnum() else " " for one in text.lower()).split()


@cache
def playbook() -> str:
    """Return the words of the playbook that drills are played with by default."""
    return (BOOKS / "recovery.yaml").read_text(encoding="utf-8")


def auth_token() -> Seeker:
    """Solve scenario A by a pin of the key id instead of two flags."""
    s = Seeker("auth_token")
    s.open()
    s.look("list of failing endpoints")
    s.look("hash of the first bad deploy")
    s.hint("broken down")
    s.look("refused tokens broken down")
    s.look("runbook page signing keys")
    s.do("pin the key id")
    s.hand_over()
    s.look("sessions by their state")
    s.look("dry run sign out sessions fail")
    s.do("sign out the sessions whose tokens fail", settle=8)
    s.look("rerun the failing path")
    s.close()
    return s


def billing_mismatch() -> Seeker:
    """Solve scenario B by stopping and going back, without a switch."""
    s = Seeker("billing_mismatch")
    s.open()
    s.hint("sample")
    s.look("random sample of invoices")
    s.hint("PayGrid")
    s.look("compare the ledger with PayGrid")
    s.do("pause", settle=3)
    s.look("rollback safety check")
    s.do("roll back", strategy="rollback", settle=3)
    s.do("record the watermark", settle=1)
    s.look("canary invoices three ways")
    s.do("take invoices from the queue again", settle=2)
    s.hand_over()
    s.look("one invoice in the sources")
    s.look("messages in the dead letter queue")
    s.look("dry run of the dead letter queue")
    s.do("replay the dead letter queue, ledger only", strategy="restore", settle=4)
    s.do("recompute revenue from the ledger", strategy="restore", settle=2)
    s.look("invoices PayGrid charged more than once")
    s.do("refund what PayGrid charged more than once", strategy="restore", settle=4)
    s.look("rerun events, ledger and PayGrid against each other")
    s.close()
    return s


def permission_leak() -> Seeker:
    """Solve scenario C by closing the route and patching, without going back."""
    s = Seeker("permission_leak")
    s.wait_until(1)
    s.open()
    s.do("restricted room", settle=0)
    s.look("member opens it first")
    s.look("what changed")
    s.look("what evidence there is")
    s.do("evidence snapshot", settle=1)
    s.do("close previews", settle=1)
    patch = s.order("patch with review and canary", "hotfix")
    s.hint("awareness")
    s.do("time of awareness on record", settle=0)
    s.do("answer the reporter", settle=0)
    s.hint("Tokens", 30)
    s.look("token epoch by place")
    s.hand_over()
    s.finish(patch, 40)
    s.do("open the preview route again", settle=1)
    s.do("previews in the shared cache", settle=4)
    s.do("new token epoch", settle=1)
    s.look("token epoch by place")
    s.do("token epoch that lags", settle=1)
    s.look("rerun the failing path in every place")
    s.close(audience="restricted")
    return s
