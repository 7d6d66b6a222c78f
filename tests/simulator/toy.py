"""A scenario small enough to read in one go: a cache fills up, a flag stops it, a purge mends it."""
# ruff: noqa: E501  (a table reads better in long lines)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.engine import Engine, new_header
from simulator.loaded import LoadedScenario
from simulator.scenario.model import Scenario


class ToyWorld:
    """Errors ramp up from the fault on; `flag` off stops the growth, `purge` empties the backlog."""

    step_seconds = 5

    def __init__(self) -> None:
        self.now = 0
        self.fault_at = 0
        self.backlog = 0.0
        self.lost = 0.0
        self._knobs = {"flag": 1.0, "purge": 0.0, "merged": 0.0}

    def start(self, at: int, fault_at: int) -> None:
        self.now, self.fault_at = at, fault_at

    def step(self, dt: int) -> None:
        self.now += dt
        if self.now > self.fault_at and self._knobs["flag"]:
            self.backlog += dt * (1.0 + self._knobs["merged"])
        if self._knobs["purge"]:
            self.backlog = 0.0
        if self.now > 0:
            self.lost += self.backlog * dt / 60

    def turn(self, knob: str, value: float, over: int) -> None:
        self._knobs[knob] = value if knob in self._knobs else self._knobs[knob]

    def knobs(self) -> Mapping[str, float]:
        return self._knobs

    def observe(self) -> Mapping[str, float]:
        return {"errors": 10.0 + self.backlog, "steady": 5.0}

    def context(self) -> Mapping[str, Any]:
        return {"backlog": self.backlog, "release": "r2"}

    def facts(self) -> Mapping[str, bool | int | float | str]:
        return {"flag_on": bool(self._knobs["flag"]), "backlog": self.backlog}

    def figures(self) -> Mapping[str, float]:
        return {"backlog": self.backlog}

    def outside(self) -> Mapping[str, float]:
        return {"all": min(1.0, self.backlog / 1000)}

    def harm(self) -> Mapping[str, float]:
        return {"lost": self.lost}


def role(ident: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "title": ident.title(),
        "handle": f"@{ident}",
        "team": "web",
        "brief": f"You are {ident}.",
        **more,
    }


TOY: dict[str, Any] = {
    "id": "toy", "title": "Cache fills up", "summary": "s", "company": "Larkfield", "briefing": "b",
    "t0_utc": "2026-03-12T14:00:00Z", "incident": "INC-1", "starts_at": -1800, "horizon": 1800,
    "fault_at": "-5m", "fault": "leak", "severity_facts": [{"fact": "production_affected"}], "objectives": [],
    "services": [{"id": "web", "title": "web", "team": "web"}],
    "roles": [
        role("commander", duties=["commands"]), role("deputy", duties=["deputises"]), role("comms", duties=["speaks"]),
        role("mitigation", lane="mitigation", duties=["executes"],
             cues=[{"id": "purge_is_safe", "text": "Purging is safe.", "topics": ["purge"], "volunteered_at": "20m"}]),
        role("dba", seat=False, present=False, joins_after="2m"),
    ],
    "segments": [{"id": "all", "title": "All", "weight": 1.0, "tolerance": 0.05}],
    "harm": [{"id": "lost", "title": "Lost", "unit": "requests", "weight": 1.0, "scale": 1000}],
    "figures": [{"id": "backlog", "title": "Backlog"}],
    "metrics": [
        {"id": "errors", "title": "Errors", "source": "errors", "panel": True, "segment": "all"},
        {"id": "gone", "title": "Gone", "source": "steady", "missing_from": "-10m"},
    ],
    "alerts": [{"id": "Errors", "title": "Errors", "metric": "errors", "above": 60, "for": "1m", "severity": "critical",
                "page": "commander", "summary": "errors {{ value }}"}],
    "changes": [{"id": "r2", "at": "-5m", "service": "web", "summary": "deploy r2", "actor": "bot"}],
    "merges": [{"id": "r3", "at": "10m", "service": "web", "summary": "deploy r3", "actor": "bot",
                "effects": [{"knob": "merged", "value": 1}]}],
    "logs": [{"id": "err", "service": "web", "level": "ERROR", "text": "boom {{ hex(4) }} {{ shard }}", "rate": "errors",
              "scale": 0.05, "fields": {"shard": ["s1", "s2"]}}],
    "queries": [
        {"id": "check", "title": "Check", "command": "check web", "executors": ["mitigation", "commander"],
         "takes": {"median": 30}, "evidence": "physics", "output": "backlog {{ n(backlog) }}",
         "figures": {"backlog": "backlog"}, "verifies": True},
        {"id": "deep", "title": "Deep", "command": "deep", "executors": ["dba"], "takes": "2m",
         "evidence": "receipt", "output": "fine", "requires": {"flag_on": False}, "refusal": "busy"},
    ],
    "actions": [
        {"id": "flag_off", "title": "Flag off", "command": "ff set leak off", "executors": ["mitigation"],
         "rung": "flag", "strategy": "containment", "takes": {"median": 20}, "coverage": ["all"],
         "effects": [{"knob": "flag", "value": 0, "over": 30}], "minutes_to_effect": 1, "reversal_minutes": 1},
        {"id": "purge", "title": "Purge", "command": "purge", "executors": ["mitigation"], "rung": "repair",
         "preconditions": [{"when": {"flag_on": False}, "message": "it would fill again; flag off first"}],
         "takes": {"median": 60}, "effects": [{"knob": "purge", "value": 1}], "coverage": ["all"],
         "minutes_to_effect": 1, "reversal_minutes": 0, "irreversible": True, "abortable": False},
        {"id": "move", "title": "Move", "command": "move", "executors": ["mitigation"], "rung": "rollback",
         "takes": {"median": 60}, "stalls_when": {"flag_on": True}, "stall_output": "hangs", "minutes_to_effect": 2,
         "reversal_minutes": 5, "sign_offs": ["deputy"]},
    ],
    "injects": [
        {"id": "boss", "at": "3m", "persona": "Boss", "text": "ETA? backlog {{ n(backlog) }}", "form": "ask",
         "answers": [{"id": "no", "label": "No ETA", "reply": "Fine."}, {"id": "ten", "label": "10 min"}]},
        {"id": "late", "at": "5m", "when": {"flag_on": True}, "hold": "1m", "persona": "Ops", "text": "still on"},
        {"id": "plane", "at": "20m", "persona": "Ops", "text": "off you go", "leaves": "commander", "grace": "2m"},
        {"id": "secret", "at": "4m", "to": ["mitigation"], "persona": "Ops", "text": "for you only"},
    ],
    "topics": [{"id": "purge", "title": "Purging"}], "causes": [{"id": "leak", "title": "Leak", "true": True}],
    "blast": [], "residual_risks": [{"id": "regrow", "title": "May grow again"}], "unknowns": [], "reasons": [], "needs": [],
    "revisions": [], "factors": [{"id": "f", "title": "F", "layer": "technical"}], "evidence_minimum": [],
    "teaching": [{"at": "2m", "text": "flag", "until": {"flag_on": False}}],
    "hints": [{"id": "flag", "at": "2m", "text": "Take the flag off.", "until": {"flag_on": False}}],
    "overlay": {"dependency": "queue", "freeze_scope": ["web"], "readiness_queries": ["check"], "readiness_fact": "flag_on"},
}  # fmt: skip


def toy(**changes: Any) -> LoadedScenario:
    """Return the toy scenario, with top-level fields replaced by `changes`."""
    scenario = Scenario.model_validate({**TOY, **changes})
    return LoadedScenario(scenario=scenario, make_world=ToyWorld, responders={})


def engine(seed: int = 7, *, mode: str = "assessment", **changes: Any) -> Engine:
    """Return a toy drill at T-01:00."""
    loaded = toy(**changes)
    return Engine(loaded, new_header(loaded, seed, mode=mode))
