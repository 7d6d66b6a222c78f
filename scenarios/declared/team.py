"""Who plays a drill in one file and what they know of it: what its book is written with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.declared.derive import Numbers
from scenarios.declared.drill import DrillData
from scenarios.declared.expand import inject
from scenarios.declared.spelling import Raw, ident
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Metric

SETTLES = 30
"""Seconds that what an action did is given to show on a panel."""
LOOKERS = ("triage", "verification", "mitigation", "deputy", "commander")
"""Places that look, in the order in which they are asked."""
HARDENING = (
    ("prevent", "Make it impossible, with a test that says so", 10), ("detect", "Have it seen before it hurts", 7),
    ("mitigate", "Keep small what it can do", 14),
)  # fmt: skip
"""What is put on the backlog against a factor each: its class, its words, in how many days."""


@dataclass
class CourseTeam:
    """A course, the people who take it, and what they state on the way."""

    drill: DrillData
    scenario: Scenario
    found: Numbers

    def __post_init__(self) -> None:
        d, s = self.drill, self.scenario
        self.course = d.course
        self.place = {role.id: s.place(role.id) for role in s.roles}
        """Role -> what it is called whatever its id."""
        looks = list(d.looks)
        self.impact = next(name for name in looks if d.looks[name].figures)
        self.scope = next((name for name in looks if d.looks[name].needed == "any decision"), self.impact)
        self.figure = d.looks[self.impact].figures[0]
        self.rerun = next(name for name in looks if d.looks[name].rerun_when)
        self.tests = list(self.course.test)
        self.readiness = [q for q in s.overlay.readiness_queries if q != self.rerun]
        self.page = next(rule for rule in s.alerts if rule.page)
        self.main: Metric = s.find("metrics", self.page.metric)
        self.lead = (self.course.hold or self.course.mend)[0]
        self.affected = [name for name, suffered in self.found.null.suffered.items() if suffered > 0]
        self.panel, self.times = self.found.panels.get(self.figure, ("", 1.0))
        self.wrong = [inject(say, n) for n, say in enumerate(d.says) if say.claims]
        self.pushed = [(inject(say, n), say.pushes) for n, say in enumerate(d.says) if say.pushes]
        self.early = list(dict.fromkeys((self.scope, self.impact)))

    def _action(self, name: str) -> Action:
        found: Action = self.scenario.find("actions", name)
        return found

    def _hands(self, name: str) -> str:
        """Return the place that carries an action out: whoever executes if they can, else the first who can."""
        executors = [self.place[role] for role in self._action(name).executors]
        return "mitigation" if "mitigation" in executors else executors[0]

    def _looker(self, name: str, first: str) -> str:
        """Return the place that runs a query."""
        places = [self.place[role] for role in self.scenario.find("queries", name).executors]
        return next((one for one in (first, *LOOKERS) if one in places), places[0])

    def _seated(self, place: str) -> bool:
        return any(self.place[role.id] == place for role in self.scenario.seats())

    def _risks(self, names: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(risk for name in names for risk in self._action(name).side_effects))

    def _undo(self, names: Iterable[str]) -> float:
        return max((self._action(name).reversal_minutes for name in names), default=1.0)

    def _checks(self, names: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(str(self._action(n).precheck) for n in names if self._action(n).precheck))

    def _settles(self, name: str) -> int:
        """Return the seconds from when an action is carried out until what it does has shown."""
        action = self._action(name)
        return SETTLES + max([action.propagation, *(effect.over for effect in action.effects)])

    def _after(self, names: Sequence[str]) -> Raw:
        """Return the condition that these have been carried out, and have shown."""
        return {"since": {name: self._settles(name) for name in names}}

    def _limit(self, share: float) -> Raw:
        """Return a condition on the paging metric: between normal (0) and what pages (1), and on which side."""
        normal = self.main.normal or 0.0
        pages = self.page.above if self.page.above is not None else self.page.below
        assert pages is not None
        edge = normal + (self.main.within_abs if self.page.above is not None else -self.main.within_abs)
        way = "below" if self.page.above is not None else "above"
        return {way: round(edge + share * (pages - edge), 4)}

    def _check(self, share: float, minutes: float = 10) -> Raw:
        ((way, threshold),) = self._limit(share).items()
        return {"metric": self.main.id, "is": way, "threshold": threshold, "within_minutes": minutes}

    def _gone_bad(self) -> Raw:
        ((way, threshold),) = self._limit(0.9).items()
        back = "above" if way == "below" else "below"
        return {"metric": self.main.id, "is": back, "threshold": threshold, "within_minutes": 5}

    def _values(self) -> Raw:
        d, s = self.drill, self.scenario
        risks = [one.id for one in s.residual_risks if one.true]
        unknowns = [one.id for one in s.unknowns if one.true]
        owners = ("mitigation", "verification", "triage")
        factors = [one for one in s.factors if one.true][:3]
        impact = self._impact()
        series = list(s.overlay.segment_indicators.values())
        metrics = [*dict.fromkeys((*series, self.main.id, *s.overlay.indicators))]
        figures = d.looks[self.impact].figures
        return {
            "good": ident(d.good), "began": round(d.fault.at / 60), "opened_by": f"alert:{self.page.id}",
            "shown_first": self.early, "impact": impact, "affected": self.affected, "cause": self.course.cause,
            "reaches": [one.id for one in s.reaches if one.true], "risks": risks, "unknowns": unknowns,
            "metrics": metrics[: max(4, len(series) + 1)], "stop_at": self._gone_bad(), "trigger": self._gone_bad(),
            "noted": [{"figure": figure, "of": self.impact} for figure in figures[:3]],
            "rejected": [{"rung": rung, "reason": why[0]} for rung, why in s.overlay.rejections.items() if why][:2],
            "prepared": "packet:1",
            "lead": self.lead, "lead_ref": f"action:{self.lead}", "then_ref": f"action:{self.course.mend[-1]}",
            "done": list(self.course.moves), "ask": "hands", "need": ident(d.need), "uncertain": unknowns,
            "scribe": "comms", "rerun": f"query:{self.rerun}", "strategy": self._strategy(self.course.moves),
            "hardening": [
                {"factor": one.id, "class": kind, "text": text, "owner": owner, "due_days": days}
                for one, (kind, text, days), owner in zip(factors, HARDENING, owners, strict=False)
            ],
        }  # fmt: skip

    def _impact(self, times: float = 1.0) -> Raw:
        """Return the figure that is stated: off its panel where there is one, else as it was last counted."""
        if self.panel:
            return {"figure": self.figure, "panel": self.panel, "times": round(times * self.times, 6), "digits": 2}
        return {"figure": self.figure, "of": self.impact, "times": times, "digits": 2}

    def _counted(self, at: int) -> tuple[list[Raw], Raw]:
        """Return what counts the figure anew for an update at a second, and the condition that it has been."""
        if self.panel:
            return [], {}
        return [step(at - 80, self._looker(self.impact, "verification"), "run_query", query=self.impact)], {
            "seen_after": {self.impact: at - 80}
        }

    def _sure(self, looks: Sequence[str]) -> str:
        """Return the level that these carry: what speaks for the cause, and what rules out a rival nobody claimed."""
        told = [self.drill.looks[name] for name in looks]
        claimed = {say.claims for say in self.drill.says if say.claims}
        supports = {name for name, look in zip(looks, told, strict=True) if look.for_}
        rules_out = {name for name, look in zip(looks, told, strict=True) if set(look.tells) - claimed}
        return "L3" if supports and rules_out and len(supports | rules_out) > 1 else "L2"

    def _strategy(self, names: Iterable[str]) -> str:
        branches = [self._action(name).branch for name in names]
        return next((branch for branch in branches if branch), "containment")

    def _usual(self) -> Raw:
        told = {"impact": {"plan": "impact"}, "segments": {"plan": "affected"}, "unknowns": {"plan": "unknowns"}}
        return {
            "update_stakeholders": {"audience": "public", **told},
            "update_executives": {"impact": {"plan": "impact"}, "cause": {"plan": "cause"},
                                  "unknowns": {"plan": "unknowns"}},
        }  # fmt: skip


def step(at: int, seat: str, do: str, *, when: Raw | None = None, each: Any = None, **fields: Any) -> Raw:
    """Return a step of a book."""
    out: Raw = {"at": at, "seat": seat, "do": do}
    if fields:
        out["with"] = fields
    if each is not None:
        out["each"] = each
    if when:
        out["when"] = when
    return out
