"""Who plays a drill in one file: the playbook's skeleton around its `course`, as data that a book is read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenarios.declared.derive import Numbers
from scenarios.declared.drill import DrillData
from scenarios.declared.expand import inject
from scenarios.declared.stock import paced
from scenarios.declared.team import CourseTeam, step
from simulator.scenario.model import Scenario

Raw = dict[str, Any]
GRAVE = ("auth_at_risk", "billing_at_risk", "data_at_risk", "data_lost_or_security", "correctness", "safety_at_risk")
"""Severity facts that make it the worst level."""


def hurried(one: Raw, horizon: int) -> Raw:
    """Return a step at the second at which it comes in a drill of this horizon."""
    found: Raw = {name: paced(at, horizon) if name in ("at", "from") else at for name, at in one.items()}
    when = found.get("when", {})
    if "seen_after" in when:
        after = {name: paced(at, horizon) for name, at in when["seen_after"].items()}
        found["when"] = {**when, "seen_after": after}
    return found


def book_of(drill: DrillData, scenario: Scenario, found: Numbers) -> Raw:
    """Return the book of a drill, in the form of a `book.yaml`."""
    return _Writer(drill, scenario, found).book()


class _Writer(CourseTeam):
    """Writes a book step by step."""

    def book(self) -> Raw:
        """Return the whole."""
        d = self.drill
        asked = {inject(say, n)["id"]: "right" for n, say in enumerate(d.says) if say.asks and say.right}
        return {
            "hero": "mitigation", "telling": self.tests, "answers": asked, "usual": self._usual(),
            "values": self._values(), "first": self._first(),
            "plans": {"one": {"steps": [hurried(one, d.horizon) for one in self._steps()]}},
            "scripts": self._scripts(),
        }  # fmt: skip

    def _first(self) -> list[Raw]:
        d, s = self.drill, self.scenario
        rank = 1 if any(fact in GRAVE for fact in d.severity) else 2
        paged = [role.id for role in s.roles if not role.seat]
        lanes = {"triage": "mitigation", "mitigation": "verification", "verification": "deputy", "comms": "deputy"}
        early = (self.scope, "triage"), (self.impact, "verification")
        asked = list(dict.fromkeys((
            *self.tests, *(n for n, look in d.looks.items() if look.needed), *s.overlay.baseline_queries,
        )))  # fmt: skip
        late = [name for name in asked if name not in self.early]
        return [
            step(20, "commander", "acknowledge_page", alert=self.page.id),
            step(25, "commander", "assign_role", role="commander", to="commander"),
            step(30, "commander", "assign_role", role="deputy", to="deputy"),
            step(32, "commander", "assign_role", role="scribe", to="scribe"),
            *(self._task(35 + n, name, who) for n, (name, who) in enumerate(dict(early).items())),
            *(self._task(40, name, "mitigation") for name in self.readiness),
            *(step(60 + 5 * n, "commander", "page_team", role=role) for n, role in enumerate(paged)),
            *(step(75 + 5 * n, place, "share_cue", cue=cue.id) for n, (place, cue) in enumerate(self._own_cues())),
            step(95, "commander", "declare", severity={"rank": rank}, title=d.title,
                 evidence=[f"alert:{self.page.id}", {"newest": self.early}], when={"seen": self.early}),
            step(105, "commander", "classify_dependency", dependency=d.dependency),
            step(110, "commander", "freeze", scope=list(d.freeze)),
            *(step(120 + n, "commander", "assign_lane", lane=lane, owner=lane, next_owner=after)
              for n, (lane, after) in enumerate(lanes.items())),
            *(step(130 + n, "commander", "name_merge_owner", surface=one, owner="mitigation")
              for n, one in enumerate(d.freeze)),
            *(self._task(100 + 2 * n, name) for n, name in enumerate(late)),
            step(155, "deputy", "capture_evidence"),
            step(170, "comms", "escalate_internally", impact={"plan": "impact"}, when={"seen": self.impact}),
            step(200, "comms", "update_stakeholders", status="investigating",
                 text="Something is wrong, and we are looking.", when={"seen": self.impact}),
            self._task(192, self.rerun, "verification"),
        ]  # fmt: skip

    def _own_cues(self) -> list[tuple[str, Any]]:
        seats = self.scenario.seats()
        return [(place, role.cues[0]) for role in seats if role.cues
                and (place := self.place[role.id]) in ("deputy", "comms")]  # fmt: skip

    def _task(self, at: int, query: str, first: str = "", when: Raw | None = None) -> Raw:
        who = self._looker(query, first)
        when = when or {}
        return step(at, "commander", "assign_task", to=who, query=query,
                    when=when if self._seated(who) else {**when, "here": who})  # fmt: skip

    def _steps(self) -> list[Raw]:
        passed_on = [{"use": "passed_on"}] if any(say.leaves for say in self.drill.says) else []
        return [
            *self._detected(), *self._held(), *self._voices(), *self._mended(), *self._finished(), *passed_on,
            *self._closed(),
        ]  # fmt: skip

    def _detected(self) -> list[Raw]:
        told = {"seen": self.tests}
        known = {"seen": [*dict.fromkeys((*self.tests, self.impact))]}
        options = [*dict.fromkeys((self.lead, self.course.mend[-1], *self.course.mend, *self.course.hold))][:2]
        if len(options) < 2:  # two cards are compared: what else could be done stands on the second
            options += [one.id for one in self.scenario.actions if one.treats and one.id not in options][:1]
        ready = self.readiness or [self.rerun]
        return [
            step(252, "triage", "state_scope", evidence={"newest": [*self.early, *self.tests]}, when=known),
            {"use": "noted"},
            step(240, "triage", "state_hypothesis", cause={"plan": "cause"}, probability=0.8, when=told),
            step(241, "deputy", "record_snapshot", phase="detection", candidate={"plan": "lead"},
                 next_owner="mitigation",
                 risk_of_waiting=self._impact(self.found.ahead.get(self.figure, 1.5)), when={"seen": self.impact}),
            *(step(240, "mitigation", "record_option", action=name, coverage=list(self._action(name).coverage),
                   minutes_to_effect=self._action(name).minutes_to_effect, risk=self._action(name).side_effects[0],
                   reversal_minutes=self._action(name).reversal_minutes, when=told) for name in options),
            step(242, "mitigation", "record_readiness", rollback="blocked" if self.course.ready else "ready",
                 plan=self.course.ready, evidence={"newest": [*ready, self.rerun]},
                 when={"seen": [*ready, self.rerun]}),
            step(270, "commander", "record_packet", next_owner="mitigation",
                 evidence={"newest": [*self.early, *self.tests]}, when=known),
            step(276, "triage", "hand_off", what="triage", to="mitigation", packet="packet:1",
                 when={"recorded": "packet:1"}),
        ]  # fmt: skip

    def _decided(
        self, at: int, number: int, names: Sequence[str], why: str, rest: Sequence[str], share: float, when: Raw
    ) -> list[Raw]:
        """Return a decision on some actions and the carrying out of each."""
        looks = list(dict.fromkeys(rest))[:4]
        out = [step(at, "commander", "record_decision", actions=list(names), why_now=why,
                    strategy=self._strategy(names), evidence={"newest": looks}, confidence=self._sure(looks),
                    reversal_minutes=self._undo(names), blast_radius=self._risks(names),
                    check=self._check(share, 15), when=when)]  # fmt: skip
        for n, name in enumerate(names):
            who = self._hands(name)
            ready = {"recorded": f"decision:{number}"} | ({} if self._seated(who) else {"here": who})
            given = {} if self._seated(who) else {"executor": who}
            out.append(step(at + 6 + n, "mitigation", "take_action", action=name, decision=f"decision:{number}",
                            when=ready, **given))  # fmt: skip
        return out

    def _held(self) -> list[Raw]:
        course, out = self.course, []
        if course.hold:
            rest = (*self._checks(course.hold), *self.tests, self.scope)
            when = {"seen": [*dict.fromkeys(rest)], "recorded": "option:1"}
            out += [self._task(244, name) for name in self._checks(course.hold) if name not in self.tests]
            out += self._decided(276, 1, course.hold, "quickest_undo", rest, 1.0, when)
        if course.ready:
            who = self._hands(course.ready)
            out.append(step(300, "commander", "assign_task", to=who, action=course.ready, due_minutes=8,
                            when={"seen": self.tests} | ({} if self._seated(who) else {"here": who})))  # fmt: skip
        out += [
            step(312, "commander", "assign_task", to="triage", text="Watch for other causes", due_minutes=10),
            step(313, "commander", "assign_task", to="verification", text="Watch all groups", due_minutes=10),
        ]
        return out

    def _voices(self) -> list[Raw]:
        out = []
        for one in self.wrong:
            proof = one["disproved_by"][:1]
            out += [
                self._task(300, name, when={"delivered": one["id"]})
                for name in proof
                if name not in (*self.tests, *self.early)
            ]
            out.append(step(one["at"] + 90, "triage", "challenge_claim", inject=one["id"], evidence={"newest": proof},
                            when={"delivered": one["id"], "seen": proof}))  # fmt: skip
        if len(self.pushed) > 1:
            (one, first), (two, second) = self.pushed[:2]
            said = [
                {"voice": voice["id"], "action": name, "reversal_minutes": self._undo([name]),
                 "blast_radius": self._risks([name])}
                for voice, name in ((one, str(first)), (two, str(second)))
            ]  # fmt: skip
            best = min(
                (str(first), str(second)), key=lambda name: (self._action(name).irreversible, self._undo([name]))
            )
            out.append(step(max(one["at"], two["at"]) + 60, "commander", "record_contradiction",
                            recommendations=said, choice=best, reassess_minutes=8, evidence=[{"newest": self.tests}],
                            when={"delivered": [one["id"], two["id"]], "seen": self.tests}))  # fmt: skip
        return out

    def _mended(self) -> list[Raw]:
        course = self.course
        checks = self._checks(course.mend)
        able = {"done": course.ready} if course.ready else {"seen": self.tests}
        # Where nothing is held or made ready first, the mend is the first step.
        looked, at = (330, 345) if course.hold or course.ready else (244, 276)
        out = [self._task(looked, name, "mitigation", able) for name in checks]
        go: Raw = {**able, "seen_after": dict.fromkeys(checks, looked), "seen": self.tests}
        number = 2 if course.hold else 1
        if course.hold:
            go = {**go, "done": [*course.hold, *([course.ready] if course.ready else [])]}
        go["recorded"] = "option:2"
        if course.hold and self._strategy(course.hold) != self._strategy(course.mend):
            # Another strategy wants something seen since the first began.
            quick = min(self.tests, key=lambda name: self.drill.looks[name].takes)
            out.append(self._task(480, quick, when={"done": course.hold[-1]}))
            go["seen_after"] = {**go["seen_after"], quick: 480}
        why = "fallback_ready" if checks else "evidence_agrees"
        out += self._decided(at, number, course.mend, why, (*checks, *self.tests), 0.5, go)
        last = course.mend[-1]
        (counted, fresh), (again, anew) = self._counted(600), self._counted(960)
        return [
            *out,
            step(570, "commander", "record_packet", next_owner="verification",
                 evidence={"newest": [*checks, *self.tests][:4]}, when={"done": self.lead}),
            *counted,
            step(600, "comms", "update_stakeholders", status="mitigating", mitigation=self.lead,
                 text="We are mending it.", when={"done": self.lead, **fresh}),
            step(780, "mitigation", "hand_off", what="mitigation", to="verification", packet="packet:2",
                 in_flight=[last], when={"recorded": "packet:2", "done": last}),
            step(840, "deputy", "record_snapshot", phase="recovery", candidate=last,
                 risk_of_waiting={"plan": "impact"}, next_owner="verification", when={"done": last}),
            step(900, "commander", "change_status", status="mitigating"),
            *again,
            step(960, "comms", "update_executives", mitigation=last, text="The mend is under way.",
                 when={"done": self.lead, **anew}),
        ]  # fmt: skip

    def _finished(self) -> list[Raw]:
        course, number = self.course, 3 if self.course.hold else 2
        out: list[Raw] = []
        before: Raw = self._after(course.mend)
        for name in course.finish:
            checks = self._checks([name])
            out += [self._task(360 + number, one, "verification", before) for one in checks]
            action = self._action(name)
            go = {**before, "seen_after": dict.fromkeys(checks, 360)} if checks else dict(before)
            heavy = action.wide or action.irreversible or action.mitigates or action.precheck is not None
            if number > 9 and not heavy:
                continue
            out += self._decided(
                420 + 60 * (number - 2), number, [name], "covers_rest", (*checks, *self.tests), 0.2, go
            )
            before = {"since": {**before["since"], name: self._settles(name)}}
            number += 1
        return out

    def _closed(self) -> list[Raw]:
        every = [*self.course.mend, *self.course.finish]
        calm = {**self._after(every), "panel": {self.main.id: self._limit(0.0)}}
        ran: Raw = {"seen_after": {self.rerun: 1080}}
        proven = {**ran, "passed": self.rerun}
        last = self.course.mend[-1]
        (counted, fresh), (again, anew) = self._counted(1700), self._counted(2010)
        return [
            step(1080, "verification", "run_query", query=self.rerun, when=calm),
            # What is mended may take a while until the whole path works again.
            *(step(at, "verification", "run_query", query=self.rerun, when={**ran, "failed": self.rerun})
              for at in (1290, 1500)),
            step(1170, "verification", "record_verification", hold_minutes=5, when=proven),
            step(1320, "commander", "record_packet", next_owner="deputy",
                 evidence={"newest": [self.rerun, self.impact]}, when=proven),
            *counted,
            step(1700, "comms", "update_stakeholders", status="mitigating", mitigation=last,
                 text="Most is back; we are checking.", when=fresh),
            *again,
            step(1800, "verification", "claim_recovery", claim="recovered", evidence={"newest": self.rerun},
                 when={"green": True, "passed": self.rerun}),
            step(2010, "comms", "update_stakeholders", status="recovered", mitigation=last,
                 text="It works again; we keep watching.",
                 when={"green": True, **anew}),
            step(2040, "deputy", "change_status", status="monitoring", when={"green": True}),
            step(2070, "comms", "update_executives", mitigation=last,
                 text="It is over; what is left stands in the note.", when={"green": True}),
            step(2160, "verification", "record_residual_risks"),
            step(2220, "mitigation", "add_hardening_task", each={"plan": "hardening"}),
            step(2340, "deputy", "record_snapshot", phase="hardening", risk_of_waiting={"plan": "impact"},
                 next_owner="verification"),
            step(2400, "deputy", "set_watch"),
            step(2640, "verification", "run_query", query=self.impact),
            step(2850, "deputy", "record_packet", next_owner="verification",
                 evidence={"newest": [self.rerun, self.impact]}),
            {"use": "closing", "from": 2880},
            step(3300, "deputy", "end_drill", how="resolved"),
        ]  # fmt: skip

    def _scripts(self) -> Raw:
        start = [
            step(20, "commander", "acknowledge_page", alert=self.page.id),
            step(30, "commander", "assign_role", role="commander", to="commander"),
            *(
                step(60 + 5 * n, "commander", "page_team", role=role.id)
                for n, role in enumerate(self.scenario.roles)
                if not role.seat
            ),
            step(120, "commander", "declare", severity={"rank": 2}, title=self.drill.title),
        ]
        end = [
            step(paced(2700, self.drill.horizon), "commander", "request_closure", confidence="L3"),
            step(paced(2760, self.drill.horizon), "commander", "end_drill", how="stopped"),
        ]
        scripts: Raw = {}
        trap = next((name for name, move in self.drill.moves.items() if move.trap), None)
        if trap is not None:
            scripts["impatient"] = {
                "about": "Do the obvious at once, and look afterwards.",
                "steps": [*start, self._ordered(240, trap), *end],
            }
        if self.wrong:
            claim = self.wrong[0]
            traps = {name for name, move in self.drill.moves.items() if move.trap}
            blind = next((say.pushes for say in self.drill.says if say.pushes in traps), None)
            moved = [self._ordered(600, blind)] if blind else []
            scripts["wrong_cause"] = {"about": "Believe the loudest story.", "steps": [
                *start,
                step(300, "triage", "state_hypothesis", cause=claim["claim"], probability=0.9),
                step(420, "comms", "update_stakeholders", audience="public", status="investigating",
                     cause=claim["claim"], next_update_minutes=30),
                *moved, *end,
            ]}  # fmt: skip
        return scripts

    def _ordered(self, at: int, name: str) -> Raw:
        who = self._hands(name)
        if self._seated(who):
            return step(at, who, "take_action", action=name)
        return step(at, "mitigation", "take_action", action=name, executor=who, when={"here": who})
