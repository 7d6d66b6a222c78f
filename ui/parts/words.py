"""A journal entry in words people read: who said or did what. Plain text; whoever shows it escapes it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import NamedTuple

from simulator import acts, values
from simulator import events as e
from simulator.briefing import Briefing, Called
from simulator.record.entry import Entry
from simulator.record.journal import refused
from simulator.text import clock


class Said(NamedTuple):
    """One line of the channel."""

    tone: str
    """person, command, decision, inject, alert, output, change, system, refused, hint or cue."""
    label: str
    """What kind of line it is, in one word: colour is never the only sign."""
    who: str
    text: str
    detail: str = ""
    """Monospace output that may be folded away."""


FEW = 3
"""Readers up to which something is said to be for you."""
Teller = Callable[["Names", "Entry", "acts.Act | e.Event"], "Said | None"]


class Names:
    """Ids of one drill as people call them."""

    def __init__(self, called: Called, seats: Mapping[str, str] | None = None, entries: Iterable[Entry] = ()) -> None:
        """`entries` are those in which whoever reads may look up who said something, and which answers there were."""
        self._titles, self._units, self._simulated = called.titles, called.units, called.handles
        self._handles = {**called.handles, **(seats or {})}
        self._roles = called.titles["roles"]
        self.injects = {x.body.inject: x.body for x in entries if isinstance(x.body, e.InjectDelivered)}

    def seated(self, seats: Mapping[str, str]) -> Names:
        """Return the same names with other people in the seats."""
        other = copy(self)
        other._handles = {**self._simulated, **seats}
        return other

    def handle(self, role: str) -> str:
        """Return how a role appears in the channel: the person in the seat, else its handle."""
        return self._handles.get(role, role)

    def voice(self, one: values.Recommendation) -> str:
        """Return whose recommendation it is: a role, or whoever said it in a message."""
        said = self.injects.get(one.voice) if one.voice else None
        return said.persona if said else self.handle(one.owner or "")

    def teammate(self, role: str) -> str:
        """Return the handle of a role's simulated holder, whoever sits there by now."""
        return self._simulated.get(role, role)

    def role(self, role: str) -> str:
        """Return the title of a role."""
        return self._roles.get(role, role)

    def title(self, group: str, ident: str | None) -> str:
        """Return the title of `ident` in a group of the scenario (`actions`, `causes`, `metrics` …)."""
        return self._titles.get(group, {}).get(ident, ident) if ident else ""

    def titles(self, group: str, idents: tuple[str, ...]) -> str:
        """Return several titles as one phrase."""
        return ", ".join(self.title(group, ident) for ident in idents)

    def blast(self, idents: tuple[str, ...]) -> str:
        """Return what can get worse, whether it is a risk or a segment."""
        return ", ".join(
            self.title("segments" if i in self._titles["segments"] else "blast", i) for i in idents
        )  # fmt: skip

    def evidence(self, ref: str, briefing: Briefing) -> str:
        """Return a reference as a list of evidence calls it."""
        prefix, _, ident = ref.partition(":")
        match prefix:
            case "alert":
                return f"Alert: {self.title('alerts', ident)}"
            case "inject":
                inject = self.injects.get(ident)
                return f"{inject.persona} said: {briefing_text(briefing, ref)[:50]}" if inject else ref
            case "change" | "cue":
                what = "Change" if prefix == "change" else "Shared"
                return f"{what}: {briefing_text(briefing, ref)[:60]}"
            case "task":
                task = briefing.incident.tasks.get(ref)
                return f"Task {ident}: {task.text[:50]}" if task else ref
        return briefing.title_of(ref)

    def figure(self, figure: values.Figure | None) -> str:
        """Return a stated number with its unit: `Users locked out now 12,000 to 14,000 users`."""
        if figure is None:
            return ""
        number = f"{figure.low:,g}" if figure.high is None else f"{figure.low:,g} to {figure.high:,g}"
        return f"{self.title('figures', figure.name)} {number} {self._units.get(figure.name, '')}".strip()

    def check(self, check: values.Check | None) -> str:
        """Return a signal that decides something."""
        if check is None:
            return ""
        metric = self.title("metrics", check.metric)
        return f"{metric} {check.is_} {check.threshold:g} within {check.within_minutes:g} min"

    def speaker(self, by: str) -> str:
        """Return who is behind `by`: a person's name, else the handle of the simulated teammate."""
        kind, _, rest = by.partition(":")
        if kind == "teammate":
            return self.teammate(rest)
        if kind in ("engine", "world"):
            return ""
        return rest or kind

    def person(self, by: str) -> str:
        """Return the name with the role behind it: `Ana (Incident commander)`."""
        kind, _, rest = by.partition(":")
        if kind in self._roles and rest:
            # In a record without names people go by their seats.
            title = self._roles[kind]
            return rest if rest == title[:40] else f"{rest} ({title.partition(' (')[0]})"
        return self.speaker(by)


class NamesThen:
    """Names as they were: a line goes on saying who it was about, whoever has taken that seat since."""

    def __init__(self, names: Names, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        no, seats = refused(entries), dict[str, str]()
        self._since, self._names = [0], [names.seated({})]
        for entry in entries:
            if entry.seq in no:
                continue
            match entry.body:
                case acts.TakeSeat(seat=seat, name=name):
                    seats[seat] = name
                case acts.LeaveSeat(seat=seat):
                    seats.pop(seat, None)
                case _:
                    continue
            self._since.append(entry.seq)
            self._names.append(names.seated(seats))

    def at(self, seq: int) -> Names:
        """Return the names that held when entry `seq` was written."""
        return self._names[bisect_right(self._since, seq) - 1]


def names_of(briefing: Briefing) -> Names:
    """Return the names of the drill a briefing is about, with those in the seats who sit there now."""
    return Names(briefing.catalogue.called, briefing.incident.seats, briefing.entries)


def briefing_text(briefing: Briefing, ref: str) -> str:
    """Return the words of the entry behind a reference."""
    seq = briefing.incident.refs.get(ref)
    body = next((entry.body for entry in briefing.entries if entry.seq == seq), None)
    return str(getattr(body, "text", None) or getattr(body, "summary", None) or ref)


def due(minutes: float) -> str:
    """Return when somebody hears again."""
    return f"next in {minutes:g} min"


def clauses(*parts: str) -> str:
    """Join the parts that say something."""
    return " · ".join(part for part in parts if part)


def told(names: Names, entry: Entry) -> Said | None:
    """Return an entry as a line of the channel, None where it is bookkeeping that nobody reads."""
    kind = entry.body.kind
    if kind in _EVENTS:
        return _EVENTS[kind](names, entry, entry.body)
    if kind in _SAY:
        text = _SAY[kind](names, entry.body)
        tone = "person" if kind == "post_message" else "decision" if kind in _WEIGHTY else "command"
        label = "says" if tone == "person" else "decides" if tone == "decision" else "does"
        return Said(tone, label, names.person(entry.by), text) if text else None
    return None


_WEIGHTY = frozenset({
    "declare", "change_severity", "change_status", "change_strategy", "freeze", "record_decision", "record_packet",
    "record_contradiction", "record_snapshot", "record_verification", "publish_decision_note", "commit_checkpoint",
    "request_closure", "claim_recovery", "update_stakeholders", "update_executives", "escalate_internally",
    "correct_update", "publish_closure_package",
})  # fmt: skip

_SAY: dict[str, Callable[..., str]] = {
    "take_seat": lambda n, b: f"takes the seat of {n.role(b.seat)}",
    "leave_seat": lambda n, b: f"leaves the seat of {n.role(b.seat)}",
    "acknowledge_page": lambda n, b: f"acknowledges {n.title('alerts', b.alert)}",
    "declare": lambda n, b: clauses(
        f"Declared {b.severity}: {b.title}", f"thinks: {n.title('causes', b.hypothesis)}" if b.hypothesis else ""
    ),
    "classify_dependency": lambda n, b: f"Dependency class: {b.dependency}",
    "change_severity": lambda n, b: clauses(f"Severity is now {b.severity}", b.because),
    "change_status": lambda n, b: f"Status: {b.status}",
    "change_strategy": lambda n, b: clauses(f"New strategy: {b.strategy}", b.because),
    "assign_role": lambda n, b: f"{b.role.title()}: {n.handle(b.to)}",
    "accept_role": lambda n, b: f"accepts {b.role}",
    "release_role": lambda n, b: f"gives up {b.role}",
    "assign_lane": lambda n, b: f"{b.lane.title()} lane: {n.handle(b.owner)}, then {n.handle(b.next_owner)}",
    "name_merge_owner": lambda n, b: f"Merges on {b.surface} go through {n.handle(b.owner)}",
    "freeze": lambda n, b: f"Frozen ({b.what}): {', '.join(b.scope)}",
    "lift_freeze": lambda n, b: f"Freeze lifted: {', '.join(b.scope)}",
    "page_team": lambda n, b: f"pages {n.handle(b.role)}",
    "ask_role": lambda n, b: f"{n.handle(b.role)}: what do you know about {n.title('topics', b.topic).lower()}?",
    "answer_asker": lambda n, b: clauses(f"answers: {_answer(n, b)}", b.text),
    "challenge_claim": lambda n, b: f"challenges the claim with {', '.join(b.evidence)}",
    "post_message": lambda n, b: b.text if b.channel == "incident" else f"#{b.channel}: {b.text}",
    "state_hypothesis": lambda n, b: f"Hypothesis {round(100 * b.probability)} %: {n.title('causes', b.cause)}",
    "record_option": lambda n, b: clauses(
        f"Option: {n.title('actions', b.action)}", f"covers {n.titles('segments', b.coverage)}",
        f"effect in {b.minutes_to_effect:g} min", f"back in {b.reversal_minutes:g} min", b.effect,
    ),
    "record_contradiction": lambda n, b: clauses(
        "Two recommendations: "
        + " / ".join(f"{n.voice(r)}: {n.title('actions', r.action)}" for r in b.recommendations),
        f"choice: {n.title('actions', b.choice)}", f"looked at again in {b.reassess_minutes:g} min",
    ),
    "record_readiness": lambda n, b: clauses(
        f"Readiness: rollback {b.rollback}", f"known good {n.title('revisions', b.known_good)}",
        f"plan: {n.title('actions', b.plan)}" if b.plan else "",
    ),
    "record_decision": lambda n, b: clauses(
        f"Decision ({b.confidence}): {b.decision} by {b.strategy}", n.titles("actions", b.actions),
        f"does {n.handle(b.execution_owner)}", f"checks {n.handle(b.verification_owner)}",
        f"if not: {n.check(b.check)}", b.note,
    ),
    "record_snapshot": lambda n, b: clauses(
        f"Snapshot, {b.phase}", f"stable: {n.title('revisions', b.stable_revision)}",
        f"waiting costs {n.figure(b.risk_of_waiting)}", f"next checkpoint in {b.next_checkpoint_minutes:g} min",
    ),
    "record_packet": lambda n, b: clauses(
        "Evidence packet: " + "; ".join(n.figure(f) for f in b.impact), n.titles("segments", b.segments),
        f"{len(b.evidence)} references", f"next checkpoint in {b.next_checkpoint_minutes:g} min",
    ),
    "sign_off": lambda n, b: f"signs off: {n.title('actions', b.action)}",
    "abort_action": lambda n, b: f"aborts {b.action.partition(':')[2] or b.action}",
    "record_verification": lambda n, b: clauses(
        f"Verification of {n.titles('metrics', b.metrics)}",
        f"against {b.baseline_from:g} … {b.baseline_to:g} min", f"holding still {b.hold_minutes:g} min",
    ),
    "escalate_internally": lambda n, b: clauses(
        f"Escalation: {n.figure(b.impact)}", f"needs: {n.title('needs', b.ask)}", due(b.next_update_minutes), b.text
    ),
    "update_stakeholders": lambda n, b: clauses(
        f"Update ({b.audience}): {b.status}", n.figure(b.impact), f"ETA {b.eta}", due(b.next_update_minutes), b.text
    ),
    "update_executives": lambda n, b: clauses(
        f"Update (executives): {n.figure(b.impact)}", f"ETA {b.eta}", due(b.next_update_minutes), b.text
    ),
    "correct_update": lambda n, b: clauses(f"Correction of {b.update}: {b.status}", n.figure(b.impact), b.text),
    "hand_off": lambda n, b: clauses(f"Hands {b.what} to {n.handle(b.to)}", b.note),
    "claim_recovery": lambda n, b: f"Claims: {b.claim}",
    "record_residual_risks": lambda n, b: f"Residual risks: {n.titles('residual_risks', b.risks)}",
    "add_hardening_task": lambda n, b: f"Hardening ({b.class_}): {b.text} · {n.handle(b.owner)}, {b.due_days:g} days",
    "set_watch": lambda n, b: f"Watch for {b.hours:g} h: {n.handle(b.owner)}, rolls back on {n.check(b.trigger)}",
    "publish_decision_note": lambda n, b: clauses(
        f"Decision note ({b.confidence}): {n.title('causes', b.cause)}", n.titles("actions", b.actions),
        "; ".join(n.figure(f) for f in b.figures), b.text,
    ),
    "commit_checkpoint": lambda n, b: f"Checkpoint in {b.in_hours:g} h: {n.handle(b.owner)}",
    "request_closure": lambda n, b: f"Requests closure at {b.confidence}",
    "publish_closure_package": lambda n, b: clauses("Closure package published", b.summary),
    "write_leadership_note": lambda n, b: clauses(
        f"Note to leadership ({b.confidence}): {n.title('causes', b.cause)}",
        f"needs: {n.title('needs', b.need)}", b.text,
    ),
    "end_drill": lambda n, b: "ends the drill",
}  # fmt: skip


def _answer(n: Names, body: acts.AnswerAsker) -> str:
    inject = n.injects.get(body.inject)
    return dict(inject.answers).get(body.answer, body.answer) if inject else body.answer


def _system(text: Callable[..., str]) -> Teller:
    return lambda n, entry, body: Said("system", "system", "", text(n, body))


def _inject(n: Names, entry: Entry, body: e.InjectDelivered) -> Said:
    label = {"ask": "asks", "claim": "claims", "order": "orders"}.get(body.form, "message")
    who = body.persona if body.channel == "incident" else f"{body.persona} in #{body.channel}"
    # A whole circle of readers is a channel, not an address.
    return Said("inject", f"{label}, to you" if 0 < len(body.to) <= FEW else label, who, body.text)


def _output(n: Names, entry: Entry, body: e.QueryFinished) -> Said:
    failed = "" if body.ok else " failed"
    return Said("output", f"output{failed}", n.handle(body.executor), f"$ {body.command_line}", body.output)


def _done(n: Names, entry: Entry, body: e.ActionFinished) -> Said:
    how = "done" if body.ok else "hangs" if body.stalled else "failed"
    return Said("action", how, n.handle(body.executor), n.title("actions", body.action), body.output)


def _posted(n: Names, entry: Entry, body: e.MessagePosted) -> Said:
    where = "" if body.channel == "incident" else f" in #{body.channel}"
    return Said("person", "says", n.teammate(body.role) + where, body.text)


def _shared(n: Names, entry: Entry, body: e.CueShared) -> Said:
    who = n.person(entry.by) if not entry.by.startswith("engine") else n.handle(body.role)
    return Said("person", "shares", who, body.text)


def _reported(n: Names, entry: Entry, body: e.TaskReported) -> Said:
    return Said("person", "reports", n.handle(body.owner), f"{body.task}: {body.text}")


def _measured(n: Names, entry: Entry, body: e.VerificationMeasured) -> Said:
    rows = "\n".join(
        f"{'within' if row.within else 'OUTSIDE'}: {n.title('metrics', row.metric)}"
        f"{f' [{row.segment}]' if row.segment else ''} · now {_number(row.current)}, before {_number(row.baseline)}"
        for row in body.rows
    )
    good = all(row.within for row in body.rows)
    text = "Verification measured: " + ("all within the baseline" if good else "not back to the baseline")
    return Said("output", "measured", "", text, rows)


def _without(service: str, text: str) -> str:
    """Return what happened to a service without its name in front, which stands before the line."""
    return text.removeprefix(service).lstrip(": ") if text.startswith((f"{service}: ", f"{service} ")) else text


def _number(value: float | None) -> str:
    return "no data" if value is None else f"{value:g}"


_EVENTS: dict[str, Callable[..., Said | None]] = {
    "command_refused": lambda n, x, b: Said("refused", "refused", "", f"Refused, only you see this: {b.reason}"),
    "drill_ended": _system(lambda n, b: f"The drill is over ({b.how})."),
    "alert_fired": lambda n, x, b: Said(
        "alert", f"alert {b.severity}", n.title("alerts", b.alert),
        b.summary + (f" · pages {n.handle(b.page)}" if b.page else ""),
    ),
    "alert_resolved": lambda n, x, b: Said("alert", "resolved", n.title("alerts", b.alert), "no longer holds"),
    "change_happened": lambda n, x, b: Said(
        "change", "change", b.service, f"{_without(b.service, b.summary)} ({b.actor})"
    ),
    "inject_delivered": _inject,
    "message_posted": _posted,
    "cue_given": lambda n, x, b: Said("cue", "only you know", "", b.text),
    "cue_shared": _shared,
    "hint_given": lambda n, x, b: Said("hint", "hint", "", b.text),
    "page_sent": _system(lambda n, b: f"Pager rings at {n.handle(b.role)}"),
    "page_unanswered": _system(lambda n, b: f"{n.handle(b.role)} does not answer; the secondary is being paged"),
    "role_joined": _system(lambda n, b: f"{n.handle(b.role)} joined"),
    "role_vacated": lambda n, x, b: Said(
        "decision", "leaves", n.handle(b.seat), f"had to go without handing over; nobody is {b.role}"
    ),
    "role_doubled": lambda n, x, b: Said(
        "decision", "one for both", n.handle(b.seat), "is commander and deputy now; name somebody else deputy"
    ),
    "role_accepted": _system(lambda n, b: f"{n.handle(b.seat)} is {b.role}"),
    "task_assigned": _system(
        lambda n, b: f"{b.task} for {n.handle(b.owner)}: {b.text} (by {clock(b.due)}, from {n.handle(b.assigned_by)})"
    ),
    "task_reassigned": _system(
        lambda n, b: f"{b.task} goes from {n.handle(b.was)} to {n.handle(b.owner)} (by {clock(b.due)})"
    ),
    "stand_in_called": _system(lambda n, b: f"Pager rings at the secondary of {n.role(b.seat)}"),
    "stand_in_came": _system(lambda n, b: f"The secondary of {n.role(b.seat)} stands in for {n.handle(b.seat)}"),
    "stand_in_left": _system(lambda n, b: f"The secondary of {n.role(b.seat)} is gone again"),
    "task_acknowledged": _system(lambda n, b: f"{n.handle(b.owner)} has {b.task}"),
    "task_reported": _reported,
    "query_queued": _system(lambda n, b: f"{n.handle(b.executor)} has hands full; waiting: $ {b.command_line}"),
    "query_started": _system(lambda n, b: f"{n.handle(b.executor)} runs $ {b.command_line}"),
    "query_finished": _output,
    "metric_pinned": _system(lambda n, b: f"Panel pinned: {n.title('metrics', b.metric)}, now {_number(b.last)}"),
    "action_queued": _system(
        lambda n, b: f"{n.title('actions', b.action)}: waits for {n.handle(b.waits_for)}"
    ),
    "signed_off": _system(lambda n, b: f"{n.handle(b.seat)} signed: {n.title('actions', b.action)}"),
    "action_started": lambda n, x, b: Said(
        "action", "starts", n.handle(b.executor), f"{n.title('actions', b.action)} · until about {clock(b.expected)}"
    ),
    "action_finished": _done,
    "action_aborted": lambda n, x, b: Said("action", "aborted", "", n.title("actions", b.action)),
    "verification_measured": _measured,
    "hand_off_offered": _system(lambda n, b: f"{n.handle(b.giver)} hands {b.what} to {n.handle(b.receiver)}"),
    "hand_off_accepted": _system(lambda n, b: f"{n.handle(b.receiver)} has {b.what}"),
    "closure_refused": lambda n, x, b: Said(
        "refused", "not closed", "", "The gate keeps the incident open:", "\n".join(f"- {one}" for one in b.missing)
    ),
    "incident_closed": lambda n, x, b: Said("decision", "closed", "", "Every condition is met: closed."),
}  # fmt: skip
