"""What a field of an act is worth: a played drill in which that field says something else, judged once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from analytics.criteria import CAPS, CRITERIA, PATTERNS
from analytics.playbook import DEFAULT, Playbook, names
from analytics.playbook import load as book
from analytics.record import DrillRecord
from analytics.runs.counterfactual import make_references
from analytics.view import RecordView
from scenarios import load
from simulator import acts
from simulator.acts import Act
from simulator.errors import DrillError
from simulator.play import play_orders
from simulator.policy import Order
from simulator.record.entry import Body, Entry
from simulator.record.journal import Journal, accepted
from simulator.scenario.model import Scenario
from simulator.values import Author, Check, Figure, Pick, Recommendation, Ref, marked
from tests import played

Verdict = Mapping[str, Any]
GROUPS = {"seats": "roles", "own_cues": "cues", "asks": "injects", "claims": "injects"}
"""Source of picks -> the scenario's list behind it, where that has another name."""
MOST = 3
"""Other values that are tried of one field."""
BY_REFERENCES = {"branch_fits", "evidence"}
"""Predicates that read the reference runs of a drill's own decisions."""


def verdict(record: DrillRecord) -> Verdict:
    """Return what every predicate makes of a record: points, the acts that trip a cap, whether a pattern shows.

    Each is judged as the first playbook that names it has it, the default one before the others.
    """
    found: dict[str, Any] = {}
    for name in (DEFAULT, *(one for one in names() if one != DEFAULT)):
        found = {**_verdict(record, book(name)), **found}
    return found


def _verdict(record: DrillRecord, playbook: Playbook) -> Verdict:
    view = RecordView(record, playbook)
    found: dict[str, Any] = {}
    for _, criterion in playbook.criteria():
        one = CRITERIA[criterion.kind](view, criterion)
        found[criterion.kind] = (*found.get(criterion.kind, ()), one.points, one.out_of)
    for cap in playbook.caps:
        found[cap.kind] = (*found.get(cap.kind, ()), *((hit.limit, hit.act) for hit in CAPS[cap.kind](view, cap)))
    for pattern in playbook.anti_patterns:
        found[pattern.kind] = PATTERNS[pattern.kind](view, pattern) is not None
    return found


@cache
def verdict_as_played(drill: tuple[str, str]) -> Verdict:
    """Return the verdict on a drill in which nothing was said otherwise."""
    return verdict(played_as(*drill))


def moved(before: Verdict, after: Verdict) -> set[str]:
    """Return the predicates that judge otherwise."""
    return {ident for ident, was in before.items() if after[ident] != was}


# --- other things to say -----------------------------------------------------------------------------------


def others(act: Act, field: str, scenario: Scenario, refs: tuple[str, ...]) -> Iterator[Any]:
    """Yield other things that a field might have said."""
    info, value = type(act).model_fields[field], getattr(act, field)
    pick, many = marked(info, Pick), isinstance(value, tuple)
    if many:
        yield ()
    elif value is not None and info.default is None:
        yield None
    if pick is not None and not _of_models(value):
        listed = getattr(scenario, GROUPS.get(pick.source, pick.source), ())
        alike = {Ref(one).kind for one in (value if many else (value,)) if one}
        first = [one for one in refs if Ref(one).kind in alike][:3]
        known = [getattr(one, "id", one) for one in listed] or [*first, *(one for one in refs if one not in first)]
        yield from ((one,) if many else one for one in known if value not in (one, (one,)))
    else:
        yield from (choice for choice in _choices(info.annotation) if choice != value)
        yield from _numbers(value)


# --- drills ------------------------------------------------------------------------------------------------

REJECTED = Figure(name="reject_ratio_pct", low=5.5)
BUSY: Sequence[tuple[float, str, Act]] = (
    (2.6, "commander", acts.Freeze(scope=("auth-svc", "edge-gw"), what="both")),
    (5, "deputy", acts.LiftFreeze(scope=("auth-svc", "edge-gw"))),
    (5.5, "commander", acts.AssignRole(role="deputy", to="deputy")),
    (5.6, "deputy", acts.AcceptRole(role="deputy")),
    (6, "commander", acts.AssignTask(to="triage", lane="triage", text="Watch")),
    (6.5, "commander", acts.AssignTask(to="mitigation", lane="mitigation", text="Watch")),
    (9, "triage", acts.ReportTask(task=Ref("task:1"), text="Nothing")),
    (9, "mitigation", acts.ReportTask(task=Ref("task:2"), text="Nothing")),
    (14, "triage", acts.RunQuery(query="endpoints")),
    (15, "triage", acts.RunQuery(query="token_stats")),
    (16, "commander", acts.ChangeSeverity(severity="SEV-1", because="More of them", evidence=("query:endpoints",))),
    (18, "verification", acts.ClaimRecovery(claim="recovered")),
    (25, "triage", acts.ChallengeClaim(inject="ddos_claim", evidence=("query:token_stats",))),
    (31, "mitigation", acts.ChangeStrategy(strategy="containment", because="Stuck", evidence=("query:token_stats",))),
    (31.2, "mitigation", acts.TakeAction(action="flag_web")),
    (31.5, "mitigation", acts.RecordDecision(
        decision="continue mitigation", actions=("revoke",), strategy="containment", why_now="harm_grows",
        evidence=("alert:authn_reject_ratio_high",), execution_owner="mitigation", verification_owner="verification",
        reversal_minutes=30, check=Check(metric="reject_ratio", is_="below", threshold=0.01, within_minutes=10),
        confidence="L2",
    )),
    (32.1, "mitigation", acts.AbortAction(action=Ref("action:revoke"))),
    (43, "comms", acts.CorrectUpdate(update=Ref("update:2"), status="mitigating", impact=REJECTED)),
    (44, "comms", acts.UpdateExecutives(
        impact=REJECTED, mitigation="flag_web", unknowns=("how_many_more",), next_update_minutes=30,
    )),
)  # fmt: skip
"""What the impatient of scenario A would do besides, so that every act that counts stands in one drill."""


LEFT: Sequence[tuple[float, str, Act]] = (
    (2.7, "commander", acts.AssignRole(role="deputy", to="deputy")),
    (3, "commander", acts.ReleaseRole(role="commander")),
    (5, "deputy", acts.AcceptRole(role="deputy")),
)
"""What leaves the impatient of scenario B with a deputy and nobody in command."""
OPEN: Sequence[tuple[float, str, Act]] = (
    (4, "comms", acts.UpdateStakeholders(audience="public", status="investigating", next_update_minutes=15)),
)
"""What may be told outside in scenario C, as long as it names no segment."""
BESIDES = {"auth_token": ("impatient", BUSY), "billing_mismatch": ("impatient", LEFT),
           "permission_leak": ("by_the_book", OPEN)}  # fmt: skip


@cache
def played_as(name: str, policy: str) -> DrillRecord:
    """Return a finished drill's record; `busy` does much that the scripted responders leave out."""
    if policy != "busy":
        return played.record(name, "base", policy, 7)
    source, more = BESIDES[name]
    record = played.record(name, "base", source, 7)
    extra = [Order(round(60 * at), Author.person(role, "busy"), act) for at, role, act in more]
    given = sorted([*orders(record.journal.entries), *extra], key=lambda order: order.at)
    return with_own_references(played_again(record, given))


def orders(entries: Iterable[Entry]) -> list[Order]:
    """Return what people asked for, and were given."""
    return [
        Order(x.at, x.by, x.body) for x in accepted(entries) if isinstance(x.body, Act) and not x.by.simulated
    ]


def played_again(record: DrillRecord, given: Sequence[Order]) -> DrillRecord:
    """Return the record of the drill in which these were asked for, and the reference runs of the first one."""
    header = record.journal.header
    loaded = load(header.scenario, header.variant)
    engine = play_orders(loaded, given, header.seed, name=header.policy or "again")
    return DrillRecord(engine.journal, loaded.scenario, record.references)


def with_own_references(record: DrillRecord) -> DrillRecord:
    """Return a record with the reference runs of its own decisions, which are the costly part."""
    header = record.journal.header
    made = make_references(load(header.scenario, header.variant), record.journal, book(), seeds=0)
    return DrillRecord(record.journal, record.scenario, made)


def _numbers(value: Any) -> Iterator[Any]:
    match value:
        case int() | float():
            yield from (value * 10 + 10, value / 10, 0.0, -value)
        case Check():
            turned = "above" if value.is_ == "below" else "below"
            changes = ({"is_": turned}, {"threshold": 1e9}, {"within_minutes": 0.01}, {"metric": "nonsense"})
            yield from (value.model_copy(update=change) for change in changes)
        case Figure():
            yield _wrong(value)
        case (Figure(), *_):
            yield tuple(_wrong(one) for one in value)
        case (Recommendation() as first, *_):
            yield (first, first)


def _wrong(figure: Figure) -> Figure:
    return figure.model_copy(update={"low": figure.low * 10 + 1000})


def _of_models(value: Any) -> bool:
    return isinstance(value, BaseModel) or (isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value))


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for inner in get_args(annotation):
        yield from _choices(inner)


# --- records in which it is said ---------------------------------------------------------------------------


@cache
def refs_as_played(drill: tuple[str, str]) -> tuple[str, ...]:
    """Return the references of a drill in which nothing was said otherwise."""
    return tuple(RecordView(played_as(*drill), book()).history.refs)


def said_otherwise(drill: tuple[str, str], act: type[Act], field: str, pick: int) -> list[Body] | None:
    """Return the bodies of a record with the `pick`-th other value of a field; None where there are not so many."""
    record, refs = played_as(*drill), refs_as_played(drill)
    bodies, changed = [], False
    for entry in record.journal.entries:
        body = entry.body
        if isinstance(body, act):
            options = list(others(body, field, record.scenario, refs))
            if pick < len(options):
                body, changed = body.model_copy(update={field: options[pick]}), True
        bodies.append(body)
    return bodies if changed else None


def all_otherwise(drill: tuple[str, str], fields: Set[tuple[str, ...]]) -> Iterator[list[Body]]:
    """Yield the bodies of records in which all these fields (kind of act, field) say something else at once."""
    record, refs = played_as(*drill), refs_as_played(drill)
    for pick in range(MOST):
        bodies: list[Body] = []
        for entry in record.journal.entries:
            changes = {}
            for _, field in (one for one in fields if one[0] == entry.body.kind):
                options = list(others(entry.body, field, record.scenario, refs))  # type: ignore[arg-type]
                changes |= {field: options[pick]} if pick < len(options) else {}
            bodies.append(entry.body.model_copy(update=changes))
        yield bodies


def moved_by(drill: tuple[str, str], bodies: list[Body]) -> set[str]:
    """Return the predicates that judge a record with these bodies otherwise than the one that was played."""
    return moved(verdict_as_played(drill), verdict(recorded(played_as(*drill), bodies)))


def recorded(record: DrillRecord, bodies: list[Body]) -> DrillRecord:
    """Return the record with these bodies; what came of them stays as it was."""
    pairs = zip(record.journal.entries, bodies, strict=True)
    entries = [Entry(entry.seq, entry.at, entry.by, body) for entry, body in pairs]
    return DrillRecord(Journal(record.journal.header, entries), record.scenario, record.references)


def moved_by_playing(drill: tuple[str, str], bodies: list[Body]) -> set[str]:
    """Return the predicates that judge the drill in which these were asked for otherwise than the first one."""
    record = played_as(*drill)
    entries = [Entry(x.seq, x.at, x.by, body) for x, body in zip(record.journal.entries, bodies, strict=True)]
    again, before = played_again(record, orders(entries)), verdict_as_played(drill)
    found = moved(before, verdict(again)) - BY_REFERENCES
    return found or moved(before, verdict(with_own_references(again)))


def moves(
    drill: tuple[str, str], act: type[Act], field: str, picks: Iterable[int], *, replay: bool = False
) -> set[str]:
    """Return what these other values of a field move, in the record or, with `replay`, in the drill played again."""
    found = set[str]()
    if not any(isinstance(entry.body, act) for entry in played_as(*drill).journal.entries):
        return found
    for pick in picks:
        bodies = said_otherwise(drill, act, field, pick)
        if bodies is None:
            break
        try:
            found |= (moved_by_playing if replay else moved_by)(drill, bodies)
        except (DrillError, KeyError, ValueError):
            continue  # nonsense that no drill could hold
        if replay and found:
            break
    return found
