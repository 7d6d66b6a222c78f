"""Tiny drills for scoring: a scenario of two client classes, and words that put entries on a record.

`drill(declare("04:00"), act("12:00", "flag"), …)` returns a finished record; every helper returns the entries it
stands for, and they are put in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from analytics.playbook import Criterion, Playbook
from analytics.playbook import load as book
from analytics.record import Course, Delay, DrillRecord, Fit, References
from analytics.scorecard import CapHit, Finding, PatternHit
from analytics.view import RecordView
from simulator import acts, values
from simulator import events as e
from simulator.record.journal import Header, Journal
from simulator.scenario.model import Scenario

Line = tuple[int, str, Any]
Lines = list[Line]

SEATS = ("commander", "deputy", "triage", "mitigation", "verification", "comms")
HORIZON = 3600


def seconds(clock: str) -> int:
    """Return the second of `mm:ss`, which may begin with a minus sign."""
    minutes, _, rest = clock.lstrip("-").partition(":")
    value = 60 * int(minutes) + int(rest)
    return -value if clock.startswith("-") else value


def _query(ident: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident, "title": ident, "command": ident, "executors": ["triage", "mitigation", "verification"],
        "evidence": "receipt", "output": "",
    } | more  # fmt: skip


def _action(ident: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident, "title": ident, "command": ident, "executors": ["mitigation"], "rung": "flag",
        "strategy": "containment", "coverage": ["web", "mobile"], "minutes_to_effect": 2, "reversal_minutes": 2,
        "side_effects": ["slow"], "effects": [{"knob": ident, "value": 1}],
        "justified_by": ["query:zones", "query:keyring"],
    } | more  # fmt: skip


def scenario(**more: Any) -> Scenario:
    """Return the fixture: tokens are refused, a flag cures it, a rollback is blocked, stuck users need a sign-out."""
    data: dict[str, Any] = {
        "id": "fixture", "title": "Fixture", "summary": "", "company": "", "briefing": "",
        "t0_utc": "2026-01-01T00:00:00Z", "incident": "INC-1", "starts_at": -3600, "horizon": HORIZON,
        "fault_at": -600, "fault": "wrong key",
        "severity_facts": [{"fact": "auth_at_risk"}],
        "objectives": [],
        "services": [
            {"id": "auth", "title": "auth", "team": "Identity", "surfaces": ["triage", "mitigation"]},
            {"id": "edge", "title": "edge", "team": "Edge"},
        ],
        "roles": [
            {"id": seat, "title": seat, "handle": f"@{seat}", "team": "T", "brief": "",
             "lane": place if place not in ("commander", "deputy", "scribe") else None, "duties": [duty]}
            for duty, place in values.PLACES.items() for seat in [place]
        ] + [{"id": "mobile", "title": "mobile", "handle": "@mobile", "team": "M", "brief": "", "seat": False}],
        "segments": [
            {"id": "web", "title": "Web", "weight": 0.6}, {"id": "mobile", "title": "Mobile", "weight": 0.4},
        ],
        "harm": [{"id": "minutes", "title": "Minutes", "unit": "min", "weight": 1.0, "scale": 1000}],
        "figures": [{"id": "locked", "title": "Locked users"}, {"id": "minutes", "title": "Minutes lost"}],
        "metrics": [
            {"id": name, "title": name, "source": name, "segment": segment}
            for name, segment in (("ratio", None), ("web_ratio", "web"), ("mobile_ratio", "mobile"), ("cpu", None))
        ],
        "alerts": [], "changes": [], "logs": [],
        "queries": [
            _query("impact", evidence="physics", serves=["endpoints"]),
            _query("zones", evidence="physics", discriminates=["attack"], supports=["key"]),
            _query("keyring", evidence="physics", supports=["key"]),
            _query("compat", evidence="physics", serves=["safety"], precheck_of=["rollback"]),
            _query("dry_run", evidence="receipt", precheck_of=["revoke"]),
            _query("git_log", evidence="artifact", serves=["deploy"]),
            _query("rerun", evidence="physics", verifies=True),
            _query("asn", evidence="receipt", discriminates=["attack"]),
            _query("hearsay", evidence="narrative"),
        ],
        "actions": [
            _action("flag", conflicts=["rollback"], reversible_by="flag_off"),
            _action("flag_off", mitigates=False, coverage=[]),
            _action("web_flag", coverage=["web"]),
            _action("block", rung="containment", coverage=["mobile"], hold={"until": 1800}),
            _action("copy", mitigates=False, coverage=[], looks=True),
            _action("rollback", rung="rollback", strategy="rollback", minutes_to_effect=6, reversal_minutes=6,
                wide=True,
                    ready_when={"fallback": "ready"}, needs_confidence="L2"),
            _action("hotfix", rung="hotfix", strategy="hotfix", minutes_to_effect=20, reversal_minutes=6),
            _action("revoke", rung="repair", strategy=None, coverage=["mobile"], irreversible=True,
                needs_confidence="L2", justified_by=["query:dry_run", "query:zones"]),
            _action("publish", rung="repair", cap="C3", reversible_by="withdraw"),
            _action("withdraw", mitigates=False, coverage=[]),
            _action("rewrite", mitigates=False, coverage=[], cap="C7"),
        ],
        "injects": [
            {"id": "attack_claim", "at": 300, "persona": "@veteran", "form": "claim", "text": "", "wrong": True,
             "disproved_by": ["asn"], "claim": "attack"},
            {"id": "push", "at": 600, "persona": "@boss", "text": "", "proposes": "rollback"},
            {"id": "calm", "at": 620, "persona": "@architect", "text": "", "proposes": "flag"},
            {"id": "leaves", "at": 1680, "persona": "@deputy", "text": "", "leaves": "commander"},
        ],
        "topics": [],
        "causes": [{"id": "key", "title": "Wrong key", "true": True}, {"id": "attack", "title": "Attack"}],
        "blast": [{"id": "slow", "title": "Slow"}, {"id": "lies", "title": "Lies", "true": False}],
        "residual_risks": [{"id": "old_key", "title": "Old key"}, {"id": "none", "title": "None", "true": False,
            "nothing": True}],
        "unknowns": [{"id": "why", "title": "Why"}, {"id": "nonsense", "title": "Nonsense", "true": False}],
        "reasons": [{"id": "growing", "title": "It grows"}],
        "needs": [{"id": "hands", "title": "Hands"}],
        "revisions": [{"id": "good", "title": "Good"}, {"id": "bad", "title": "Bad", "true": False}],
        "factors": [
            {"id": "mount", "title": "Mount", "layer": "technical"},
            {"id": "size", "title": "Size", "layer": "technical", "true": False},
        ],
        "evidence_minimum": [
            {"id": "endpoints", "title": "endpoints", "supports": "any decision"},
            {"id": "deploy", "title": "deploy", "supports": "mitigation"},
            {"id": "safety", "title": "safety", "supports": "rollback"},
        ],
        "teaching": [],
        "overlay": {
            "dependency": "auth", "freeze_scope": ["auth", "edge"], "readiness_queries": ["compat"],
            "readiness_fact": "fallback", "baseline_queries": ["impact", "zones"],
            "rejections": {"rollback": ["readiness"], "hotfix": ["time"], "flag": ["coverage"]},
            "indicators": ["ratio", "web_ratio", "mobile_ratio"],
            "segment_indicators": {"web": "web_ratio", "mobile": "mobile_ratio"}, "health_queries": ["rerun"],
        },
    } | more  # fmt: skip
    return Scenario.model_validate(data)


SCENARIO = scenario()


# --- what is said ------------------------------------------------------------------------------------------


def say(clock: str, role: str, command: acts.Act) -> Lines:
    return [(seconds(clock), f"{role}:Ana", command)]


def event(clock: str, body: e.Event, by: str = "engine") -> Lines:
    return [(seconds(clock), by, body)]


def declare(clock: str = "04:00", severity: str = "SEV-1", evidence: Sequence[str] = ()) -> Lines:
    return say(clock, "commander", acts.Declare.model_validate(
        {"severity": severity, "title": "t", "evidence": tuple(evidence)}))  # fmt: skip


def freeze(clock: str = "05:00", *scope: str) -> Lines:
    return say(clock, "commander", acts.Freeze(scope=scope or ("auth", "edge")))


def in_command(clock: str = "02:00", seat: str = "commander", role: str = "commander", by: str = "commander") -> Lines:
    return [
        *say(clock, by, acts.AssignRole.model_validate({"role": role, "to": seat})),
        *event(clock, e.RoleAccepted(role=role, seat=seat)),
    ]


def pair(clock: str = "03:00") -> Lines:
    return [*in_command(clock), *in_command(clock, "deputy", "deputy")]


def lanes(clock: str = "05:00", **next_owners: str) -> Lines:
    following = {"triage": "mitigation", "mitigation": "verification", "verification": "comms", "comms": "deputy"}
    found: Lines = []
    for lane, after in (following | next_owners).items():
        if after:
            command = acts.AssignLane.model_validate({"lane": lane, "owner": lane, "next_owner": after})
            found += say(clock, "commander", command)
    return found


def query(clock: str, ident: str, run: str = "", executor: str = "triage", ok: bool = True) -> Lines:
    spec = SCENARIO.find("queries", ident)
    return event(clock, e.QueryFinished(
        run=run or f"query:{ident}", query=None if spec is None else ident, executor=executor, command_line=ident,
        output="", evidence=spec.evidence if spec else "physics", ok=ok))  # fmt: skip


def capture(clock: str) -> Lines:
    return query(clock, "audit capture", "capture:1")


def act(
    clock: str, ident: str, *, start: str = "", takes: int = 30, over: int = 30, decision: str | None = None,
    ends: str = "effect", ref: str = "", abort: str = "", executor: str = "mitigation", role: str = "commander",
) -> Lines:  # fmt: skip
    """Return an action from order to effect; `ends` may be started, stalled, aborted or effect."""
    run = ref or f"action:{ident}"
    begun = seconds(start or clock)
    lines = say(clock, role, acts.TakeAction(action=ident, executor=executor, decision=decision))
    lines.append((seconds(clock), "engine", e.ActionQueued(run=run, action=ident, executor=executor)))
    started = e.ActionStarted(run=run, action=ident, executor=executor, expected=begun + takes)
    lines.append((begun, "engine", started))
    if ends == "started":
        return lines
    if ends == "aborted":
        return [*lines, (seconds(abort), "engine", e.ActionAborted(run=run, action=ident))]
    finished = e.ActionFinished(
        run=run, action=ident, executor=executor, output="", ok=ends == "effect", stalled=ends == "stalled"
    )
    lines.append((begun + takes, "engine", finished))
    if ends == "effect":
        lines.append((begun + takes + over, "world", e.MitigationTookEffect(run=run, action=ident)))
    return lines


def check(metric: str = "ratio", **more: Any) -> values.Check:
    return values.Check.model_validate({"metric": metric, "is": "below", "threshold": 0.01,
        "within_minutes": 10} | more)


def decide(clock: str, *actions: str, role: str = "commander", **more: Any) -> Lines:
    data = {
        "decision": "continue mitigation", "actions": actions or ("flag",), "strategy": "containment",
        "why_now": "growing", "evidence": ("query:zones",), "execution_owner": "mitigation",
        "verification_owner": "verification", "reversal_minutes": 2, "blast_radius": ("slow",), "check": check(),
        "confidence": "L2", "contained_until_minutes": 60,
    }  # fmt: skip
    return say(clock, role, acts.RecordDecision.model_validate(data | more))


def card(clock: str, action: str = "flag", minutes: float = 2, coverage: Sequence[str] = ("web", "mobile")) -> Lines:
    option = acts.RecordOption(
        action=action, coverage=tuple(coverage), minutes_to_effect=minutes, risk="slow", reversal_minutes=2
    )
    return say(clock, "mitigation", option)


def ready(clock: str, rollback: str = "blocked", plan: str | None = "flag", known_good: str = "good") -> Lines:
    return say(clock, "mitigation", acts.RecordReadiness.model_validate(
        {"known_good": known_good, "rollback": rollback, "plan": plan, "evidence": ("query:compat",)}))  # fmt: skip


def figure(low: float = 1000, high: float | None = None, name: str = "locked") -> values.Figure:
    return values.Figure(name=name, low=low, high=high)


def packet(clock: str, *figures: values.Figure, evidence: Sequence[str] = ("query:zones",)) -> Lines:
    return say(clock, "commander", acts.RecordPacket(
        segments=("web",), impact=figures or (figure(),), evidence=tuple(evidence), residual_risks=("old_key",),
        next_checkpoint_minutes=15, next_owner="deputy"))  # fmt: skip


def snapshot(clock: str, risk: values.Figure | None = None, revision: str = "good") -> Lines:
    return say(clock, "commander", acts.RecordSnapshot(
        phase="containment", stable_revision=revision, risk_of_waiting=risk or figure(2000),
        next_checkpoint_minutes=15, next_owner="deputy"))  # fmt: skip


def verify(
    clock: str, *metrics: str, window: tuple[float, float] = (-55, -25), hold: int = 5, number: int = 1,
    green: bool = True,
) -> Lines:  # fmt: skip
    names = metrics or ("ratio", "web_ratio", "mobile_ratio")
    command = acts.RecordVerification(
        metrics=names, baseline_from=window[0], baseline_to=window[1], segments=("web", "mobile"), hold_minutes=hold
    )
    segments = {m.id: m.segment for m in SCENARIO.metrics}
    rows = tuple(
        e.MeasuredRow(metric=name, segment=segments.get(name), baseline=0.01, current=0.01,
            within=green) for name in names
    )
    measured = e.VerificationMeasured(run=f"verification:{number}", held=60 * hold, rows=rows)
    at = seconds(clock)
    return [(at, "verification:Ana", command), (at + 60 * hold, "engine", measured)]


def update(clock: str, status: str = "investigating", following: float = 20, **more: Any) -> Lines:
    data = {
        "audience": "public", "status": status, "impact": figure(), "unknowns": ("why",),
        "next_update_minutes": following,
    }  # fmt: skip
    return say(clock, "comms", acts.UpdateStakeholders.model_validate(data | more))


def escalate(clock: str) -> Lines:
    return say(clock, "comms", acts.EscalateInternally(
        impact=figure(), ask="hands", next_update_minutes=20, owner="comms"))  # fmt: skip


def hand_off(
    clock: str, what: str = "commander", giver: str = "commander", to: str = "deputy", number: int = 1,
    accepted: bool = True, **more: Any,
) -> Lines:  # fmt: skip
    data = {
        "what": what, "to": to, "included": ("web",), "unknowns": ("why",), "next_checkpoint_minutes": 10,
        "rollback_trigger": check(**{"is": "above"}), "packet": "packet:1",
    } | more  # fmt: skip
    ident = f"handoff:{number}"
    offered = e.HandOffOffered(handoff=ident, what=what, giver=giver, receiver=to)
    lines = [*say(clock, giver, acts.HandOff.model_validate(data)), *event(clock, offered)]
    return [*lines, *event(clock, e.HandOffAccepted(handoff=ident, what=what, receiver=to))] if accepted else lines


def task(clock: str, until: str, lane: str, number: int) -> Lines:
    ident = f"task:{number}"
    assigned = e.TaskAssigned(task=ident, owner=lane, assigned_by="commander", text="", lane=lane, due=0)
    return [*event(clock, assigned), *event(until, e.TaskReported(task=ident, owner=lane, text=""))]


def inject(clock: str, ident: str) -> Lines:
    spec = SCENARIO.find("injects", ident)
    return event(clock, e.InjectDelivered(
        inject=ident, persona=spec.persona, channel="incident", text="", form=spec.form))  # fmt: skip


def fired(clock: str, ident: str) -> Lines:
    """Return a line that the facilitator fired though its condition did not hold."""
    return [*say(clock, "facilitator", acts.FireInject(inject=ident, anyway=True)), *inject(clock, ident)]


def cut_short(clock: str, *groups: Lines, **more: Any) -> DrillRecord:
    """Return the record of a drill that its facilitator ended before its time; the world goes on."""
    return drill(*groups, say(clock, "facilitator", acts.EndDrill(how="early")), ended=clock, **more)


def closure(clock: str, *missing: str, confidence: str = "L3") -> Lines:
    answer = e.ClosureRefused(missing=missing) if missing else e.IncidentClosed()
    request = acts.RequestClosure.model_validate({"confidence": confidence})
    return [*say(clock, "commander", request), *event(clock, answer)]


def note(clock: str, *figures: values.Figure, cause: str = "key", actions: Sequence[str] = ("flag",)) -> Lines:
    return say(clock, "commander", acts.PublishDecisionNote(
        cause=cause, confidence="L3", actions=tuple(actions), figures=figures))  # fmt: skip


# --- records -----------------------------------------------------------------------------------------------


def truth(
    recovers: str | None = None, harm: float = 400.0, locked: float = 1000.0, only: Sequence[str] = ("web", "mobile"),
    fallback: str = "blocked", until: int = HORIZON,
) -> Lines:  # fmt: skip
    """Return the world once a minute: `only` these segments are out of tolerance until `recovers` (or for good)."""
    return list(_truth(seconds(recovers) if recovers else until + 1, harm, locked, tuple(only), fallback, until))


@cache
def _truth(back: int, harm: float, locked: float, only: tuple[str, ...], fallback: str, until: int) -> tuple[Line, ...]:
    """Return it from one copy: tables of records ask for the same few worlds while tests are collected."""
    lines: Lines = [(SCENARIO.fault_at, "world", e.FaultStarted(fault="wrong key"))]
    for at in range(0, until + 1, 60):
        outside = {s: 0.3 if s in only and at < back else 0.0 for s in ("web", "mobile")}
        lines.append((at, "world", e.TruthSampled(
            harm={"minutes": round(harm * at / until, 4)}, outside=outside,
            facts={"fallback": fallback, "auth_at_risk": True},
            figures={"locked": locked, "minutes": round(harm * at / until, 4)},
        )))  # fmt: skip
    return (*lines, (until, "world", e.HorizonReached()))


def run(name: str, loss: float) -> Course:
    return Course(name=name, harm={"minutes": 1000 * loss}, loss=loss, series={"minutes": ()}, losses=())


def references(
    null: float = 1.0, best: float = 0.1, fits: Iterable[Fit] = (), waiting: Iterable[Delay] = (),
    earliest: dict[str, int] | None = None, without: float | None = None,
) -> References:  # fmt: skip
    return References(
        null=run("nothing", null), best=run("best", best), fits=tuple(fits), waiting=tuple(waiting),
        earliest=earliest or {}, without=without,
    )  # fmt: skip


def fit(taken: float, *others: tuple[str, float], ref: str = "decision:1", null: float = 1.0) -> Fit:
    from analytics.record import Branch

    return Fit(
        ref=ref, at=600, taken=taken, null=null, branches=tuple(Branch(name=name, loss=loss) for name, loss in others)
    )


def waits(number: int, then: float, now: float = 1000, name: str = "locked") -> Delay:
    return Delay(ref=f"snapshot:{number}", at=0, now={name: now}, then={name: then})


def journal(*groups: Lines, policy: str | None = "fixture", ended: str = "60:00") -> Journal:
    """Return a journal of these lines in order of time."""
    header = Header(scenario="fixture", seed=1, scenario_version="1", engine="1", policy=policy)
    made = Journal(header)
    end: Lines = [(seconds(ended), "engine", e.DrillEnded(how="stopped"))]
    lines = [line for group in (*groups, end) for line in group]
    for at, by, body in sorted(lines, key=lambda line: line[0]):
        made.append(at, by, body)
    return made


def drill(
    *groups: Lines, world: Lines | None = None, refs: References | None = None, policy: str | None = "fixture",
    ended: str = "60:00", of: Scenario = SCENARIO,
) -> DrillRecord:  # fmt: skip
    """Return a finished record of these lines; the world stays broken unless `world` says otherwise."""
    made = journal(*groups, truth() if world is None else world, policy=policy, ended=ended)
    return DrillRecord(made, of, refs or references())


def criterion(ident: str, playbook: Playbook | None = None) -> Criterion:
    return next(one for _, one in (playbook or book()).criteria() if one.id == ident)


def judge(ident: str, record: DrillRecord) -> Finding:
    """Return one criterion's finding on a record."""
    from analytics.criteria import CRITERIA

    one = criterion(ident)
    return CRITERIA[one.kind](RecordView(record, book()), one)


def hits(ident: str, record: DrillRecord) -> list[CapHit]:
    """Return every time that a record trips one cap."""
    from analytics.criteria import CAPS

    cap = next(one for one in book().caps if one.id == ident)
    return CAPS[cap.kind](RecordView(record, book()), cap)


def limit_of(ident: str, record: DrillRecord) -> int | None:
    """Return the lowest limit that one cap sets a record, None where it does not trip it."""
    return min((hit.limit for hit in hits(ident, record)), default=None)


def shown(ident: str, record: DrillRecord) -> PatternHit | None:
    """Return one anti-pattern as it shows in a record."""
    from analytics.criteria import PATTERNS

    pattern = next(one for one in book().anti_patterns if one.id == ident)
    return PATTERNS[pattern.kind](RecordView(record, book()), pattern)
