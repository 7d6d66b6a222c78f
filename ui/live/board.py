"""The board: the incident as it stands for one seat, each record to be opened as a document or filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulator import acts
from simulator import events as e
from simulator.acts.close import backlog
from simulator.briefing import Briefing
from simulator.record.entry import Entry
from simulator.record.tracked import Task
from simulator.text import clock
from simulator.values import LANES, Check, Ref
from ui.documents.documents import handed_over
from ui.documents.known import SeatView
from ui.live.piece import Piece
from ui.live.progress import Milestone, at, played, progress
from ui.parts.bar import severity_tone
from ui.parts.catalogue import useful
from ui.parts.followups import left_open
from ui.parts.labels import name_of
from ui.parts.text import escape, minutes

PLACE = "board"
SOON = 180
"""Seconds before something is due from which it stands out."""
SIGNS = {"done": "✓", "due": "◔", "late": "✗", "not yet": "○", "too late": "–"}
NUMBERED = (
    "packet", "snapshot", "readiness", "scope", "contradiction", acts.RecordVerification.number, "update", "correction",
    "note",
)  # fmt: skip
"""Records that are listed under Records, by what they are cited by."""


def board(b: Briefing, plays: bool = True) -> list[Piece]:
    """Return the board of a seat in pieces, each of which says what to do where there is nothing yet.

    Who does not play reads it, and is offered no form.
    """
    b = b if plays else replace(b, ended=b.ended or "looked at")
    k = SeatView(b)
    drawn = (
        ("state", "Incident", _state(k)), ("progress", "Playbook", _progress(b)),
        ("people", "Who does what", _people(k)),
        ("decisions", "Options and decisions", _decisions(k)), ("work", "Tasks and work", _work(k)),
        ("promises", "Promised", _promises(k)), ("freezes", "Freezes", _freezes(k)),
        ("hypotheses", "What we think", _hypotheses(k)), ("records", "Records", _records(k)),
        ("after", "Risks, watch and backlog", _after(k)), ("cues", "Only you know", _cues(k)),
    )  # fmt: skip
    return [Piece(f"board-{ident}", _section(ident, title, html), PLACE) for ident, title, html in drawn]


def stamp(b: Briefing) -> tuple[int, int, bool]:
    """Return what a seat's board depends on: as long as this is the same, so is the board."""
    return recorded(b), at(b), bool(b.ended)


def recorded(b: Briefing) -> int:
    """Return how much a seat has seen beside what people said: talk is no evidence, and only the channel shows it."""
    return sum(not entry.body.talk for entry in b.entries)


def due_words(second: int, now: int) -> str:
    """Return how long it is until something is due, to the minute: what changes each second says no more."""
    left = second - now
    if left < 0:
        return f"{max(1, -left // 60)} min late"
    return f"in {minutes(left)}" if left >= 120 else "in under 2 min"


def _section(ident: str, title: str, html: str) -> str:
    return (
        f'<section class="board-part" aria-labelledby="board-{escape(ident)}-title">'
        f'<h3 id="board-{escape(ident)}-title">{escape(title)}</h3>{html}</section>'
    )


# --- pieces of it ------------------------------------------------------------------------------------------


def _state(k: SeatView) -> str:
    b, incident = k.b, k.b.incident
    tone, means = severity_tone(incident)
    dependency = next((one for one in incident.dependencies if one.id == incident.dependency), None)
    facts = [
        ("Status", "closed" if incident.closed else incident.status),
        ("Declared", clock(incident.declared_at) if incident.declared_at is not None else ""),
        ("Dependency", dependency.title or dependency.id if dependency else ""),
        ("Strategy", incident.strategy or ""),
    ]
    postures = "".join(f'<p class="quiet">{escape(name)}: {escape(words)}</p>' for name, words in _postures(b))
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts if value)
    if incident.declared_at is None:
        todo = _empty("Not declared yet. Say how grave it is and give it a title.", b, "declare")
    else:
        todo = _buttons(b, ("change_severity", "Change severity", ""), ("change_status", "Change status", ""),
                        ("classify_dependency", "Classify", "") if incident.dependency is None else None)  # fmt: skip
    title = escape(incident.title or b.catalogue.incident)
    return (
        f'<p class="board-head"><span class="board-level {escape(tone)}" title="{escape(means)}">'
        f'{escape(incident.severity or "no severity")}</span> <b>{title}</b></p>'
        f'<dl>{listed}</dl>{postures}{todo}<p class="board-row">{_open("summary", "", "Summary")}'
        f'{_open("closure", "", "Closure package")}</p>'
    )


def _postures(b: Briefing) -> list[tuple[str, str]]:
    """Return how playbook or company meet an incident of this severity and of this class of dependency."""
    book, incident = played(b), b.incident
    level = next((one for one in book.severity.levels if one.id == incident.severity), None)
    dependency = next((one for one in book.dependencies if one.id == incident.dependency), None)
    found = [(level.id, level.posture)] if level and level.posture else []
    own = dict(b.catalogue.postures)
    return found + ([(dependency.title, own.get(dependency.id, dependency.posture))] if dependency else [])


def _progress(b: Briefing) -> str:
    rows = progress(b)
    done = sum(row.state == "done" for row in rows)
    listed = "".join(_progress_row(b, row) for row in rows)
    return (
        f'<p class="quiet">{done:d} of {len(rows)} on record. Whether they were right, the debrief says.</p>'
        f'<ul class="board-progress">{listed}</ul>'
    )


def _progress_row(b: Briefing, row: Milestone) -> str:
    at = f"at {clock(row.at)}" if row.at is not None else f"by {clock(row.by)}"
    button = _form(b, row.opens, "Do it", f"for {row.title}") if row.mine and row.state in ("due", "late") else ""
    return (
        f'<li class="{escape(row.state.replace(" ", "-"))}{" mine" if row.mine else ""}">'
        f'<span class="tag">{escape(SIGNS[row.state])} {escape(row.state)}</span> {escape(row.title)} '
        f'<span class="t">{escape(at)}</span>{button}</li>'
    )


def _people(k: SeatView) -> str:
    b, incident = k.b, k.b.incident
    posts = "".join(
        f'<tr><th scope="row">{escape(post)}</th><td>{escape(who or _asked(k, post))}</td><td></td></tr>'
        for post, who in k.posts()
    )
    lanes = [LANES[role.lane] for role in b.catalogue.roles if role.lane]
    named = {lane: (one, other) for lane, one, other in k.lanes()}
    rows = "".join(
        f'<tr><th scope="row">{escape(lane)}</th><td>{escape(named.get(lane, ("nobody", ""))[0])}</td>'
        f'<td>{escape(named.get(lane, ("", "nobody"))[1])}</td></tr>'
        for lane in dict.fromkeys(lanes)
    )
    missing = [post for post, who in k.posts() if not who][:1]
    buttons = _buttons(
        b, ("assign_role", f"Name a {missing[0].lower()}", "") if missing else None,
        ("assign_lane", "Assign a lane", "") if len(named) < len(dict.fromkeys(lanes)) else None,
        ("hand_off", "Hand off", ""),
    )  # fmt: skip
    merges = "".join(
        f"<li>Merges on {escape(service)} go through {escape(k.seat(owner))}</li>"
        for service, owner in incident.merge_owners.items()
    )
    return (
        '<table><thead><tr><th scope="col">Post or lane</th><th scope="col">Who</th><th scope="col">Next</th></tr>'
        f"</thead><tbody>{posts}{rows}</tbody></table>{_list(merges)}{_offers(k)}{_seated(k)}{buttons}"
    )


def _asked(k: SeatView, post: str) -> str:
    seat = k.b.incident.offered.get(post.lower())
    return f"asked {k.names.handle(seat)}" if seat else "nobody"


def _offers(k: SeatView) -> str:
    rows = "".join(
        f"<li>{escape(k.names.handle(one.giver))} hands {escape(one.what)} to {escape(k.names.handle(one.receiver))}: "
        f"{'accepted' if one.accepted is not None else 'waits to be accepted'} "
        f"{_open('handoff', one.id.ident) if handed_over(k, one.id) else ''}</li>"
        for one in k.b.incident.handoffs.values()
    )
    return _list(rows)


def _seated(k: SeatView) -> str:
    seats = [role for role in k.b.catalogue.roles if role.seat]
    people = "".join(
        f"<li>{escape(role.title.partition(' (')[0])}: "
        f"{escape(k.b.incident.person(role.id) or f'{role.handle}, simulated')}</li>"
        for role in seats
    )
    incident = k.b.incident
    away = [role for role in k.b.catalogue.roles if not incident.present.get(role.id, True)]
    paged = [f"{role.handle} since {clock(incident.paged[role.id])}" for role in away if role.id in incident.paged]
    unpaged = [role.handle for role in away if role.id not in incident.paged]
    rest = f'<p class="quiet">Paged, not here yet: {escape(", ".join(paged))}.</p>' if paged else ""
    if unpaged:
        rest += f'<p class="quiet">Not in the room: {escape(", ".join(unpaged))}. Page them if you need them.</p>'
    return f'<details id="board-seats" data-keep><summary>Who sits where</summary>{_list(people)}{rest}</details>'


def _decisions(k: SeatView) -> str:
    b = k.b
    options = [x for x in b.incident.given("option") if isinstance(x.body, acts.RecordOption)]
    decided = list(reversed(b.incident.given("decision")))
    chosen = {action for x in decided for action in getattr(x.body, "actions", ())}
    cards = "".join(_option(k, x, chosen) for x in options)
    made = "".join(_decision(k, x) for x in decided)
    first = b.mitigating_since() is None
    asks = "Put at least two options there before anything is changed." if first else "Put there what may come next."
    empty = "" if cards or made else _empty(f"Nothing is on the table. {asks}", b, "record_option")
    more = _buttons(b, ("record_option", "Add an option", ""), ("record_decision", "Decide", ""),
                    ("record_contradiction", "Two want different things", "")) if cards or made else ""  # fmt: skip
    return f"{_list(made)}{_list(cards)}{empty}{more}"


def _option(k: SeatView, x: Entry, chosen: Iterable[str]) -> str:
    body, ref = x.body, _ref(k, "option", x)
    if not isinstance(body, acts.RecordOption) or ref is None:
        return ""
    taken = body.action in set(chosen)
    button = "" if taken else _form(k.b, "record_decision", "Decide on it", f"on {ref}", ref)
    return (
        f'<li><span class="tag">{"chosen" if taken else "option"}</span> '
        f"{escape(k.names.title('actions', body.action))}: {escape(k.names.titles('segments', body.coverage))}, "
        f"in {body.minutes_to_effect:g} min {button}{_amend(k, x, ref)}{_open('option', ref.ident)}</li>"
    )


def _decision(k: SeatView, x: Entry) -> str:
    body, ref = x.body, _ref(k, "decision", x)
    if not isinstance(body, acts.RecordDecision) or ref is None:
        return ""
    what = k.names.titles("actions", body.actions) or body.decision
    return (
        f'<li class="decision"><span class="tag">decided {escape(clock(x.at))}</span> <b>{escape(what)}</b> '
        f"does {escape(k.names.handle(body.execution_owner))}, checks "
        f"{escape(k.names.handle(body.verification_owner) if body.verification_owner else 'nobody yet')} "
        f"({escape(body.confidence)}) {_check(k, x, body.check)}{_amend(k, x, ref)}{_open('decision', ref.ident)}</li>"
    )


def _check(k: SeatView, x: Entry, check: Check | None) -> str:
    if check is None:
        return '<p class="quiet">No check is agreed: what would prove that it worked?</p>'
    due = x.at + round(60 * check.within_minutes)
    made = _looked(k, x, check)
    state = f"looked at {clock(made)}" if made is not None else f"due {clock(due)}, {due_words(due, at(k.b))}"
    tone = "" if made is not None or k.b.incident.closed else _tone(due, at(k.b))
    return (
        f'<p class="check {escape(tone)}" data-due="{due:d}">Check: {escape(k.names.check(check))} '
        f'<span class="t">{escape(state)}</span></p>'
    )


def _looked(k: SeatView, x: Entry, check: Check) -> int | None:
    """Return when somebody looked at the signal of a check since it was agreed."""
    for later in k.done(e.MetricPinned, e.VerificationMeasured):
        rows = [row.metric for row in later.body.rows] if isinstance(later.body, e.VerificationMeasured) else []
        pinned = later.body.metric if isinstance(later.body, e.MetricPinned) else None
        if later.at > x.at and check.metric in (pinned, *rows):
            return later.at
    return None


def _work(k: SeatView) -> str:
    tasks = "".join(_task(k, task) for task in sorted(k.tasks(), key=lambda one: one.due))
    runs = "".join(f'<li><span class="tag">work</span> {escape(line)}</li>' for line in k.under_way())
    if not tasks and not runs:
        return _empty("Nobody has a task and nothing is running. Give somebody one, by name and with a time.", k.b,
                      "assign_task")  # fmt: skip
    return f"{_list(tasks)}{_list(runs)}{_buttons(k.b, ('assign_task', 'Give a task', ''))}"


def _task(k: SeatView, task: Task) -> str:
    state = "has it" if task.acknowledged is not None else "has not answered"
    report = _form(k.b, "report_task", "Report", f"on task {task.id.ident}", task.id) if task.owner == k.b.role else ""
    return (
        f'<li class="{escape(_tone(task.due, at(k.b)))}"><span class="tag">task {escape(task.id.ident)}</span> '
        f"{escape(task.text)} · {escape(k.names.handle(task.owner))} {escape(state)} "
        f'<span class="t" data-due="{task.due:d}">by {escape(clock(task.due))}, '
        f"{escape(due_words(task.due, at(k.b)))}</span>{report}</li>"
    )


def _promises(k: SeatView) -> str:
    incident, now = k.b.incident, at(k.b)
    due = [
        ("Next update", incident.next_update_due, "update_stakeholders", "Write it"),
        ("Next checkpoint", incident.next_checkpoint_due, "record_snapshot", "Hold it"),
    ]
    rows = "".join(
        f'<li class="{escape(_tone(second, now))}"><span class="tag">{escape(name)}</span> '
        f'<span data-due="{second:d}">{escape(clock(second))}, {escape(due_words(second, now))}</span>'
        f"{_form(k.b, kind, words, f'for {name}')}</li>"
        for name, second, kind, words in due
        if second is not None and not incident.closed
    )
    told = "".join(f"<li>{escape(who)} heard last at {escape(clock(at))}</li>" for who, at in incident.told.items())
    empty = "" if rows or incident.closed else _empty(
        "Nobody outside was promised anything. Tell them, and say when they hear again.", k.b, "update_stakeholders")
    return f"{_list(rows)}{_list(told)}{empty}" or '<p class="quiet">Closed: nothing is owed any more.</p>'


def _freezes(k: SeatView) -> str:
    rows = "".join(
        f"<li>{escape(service)}: {escape(' and '.join(kinds))} stand still</li>"
        for service, kinds in k.b.incident.frozen.items()
    )
    if not rows:
        return _empty("Nothing is frozen: merges and deploys still land.", k.b, "freeze")
    return f"{_list(rows)}{_buttons(k.b, ('freeze', 'Freeze more', ''), ('lift_freeze', 'Lift a freeze', ''))}"


def _hypotheses(k: SeatView) -> str:
    rows = "".join(
        f"<li><b>{sure:.0%}</b> {escape(title)} · {escape(who)}</li>" for title, sure, who in k.hypotheses()
    )
    if not rows:
        return _empty("Nobody has said what it might be, and how sure they are.", k.b, "state_hypothesis")
    return f"{_list(rows)}{_buttons(k.b, ('state_hypothesis', 'State one', ''))}"


def _records(k: SeatView) -> str:
    found = [(x, number) for number in NUMBERED for x in k.b.incident.given(number)]
    rows = "".join(_record(k, x, number) for x, number in sorted(found, key=lambda one: -one[0].seq))
    notes = k.done(acts.WriteLeadershipNote)
    last = f"<li>Leadership note {_open('leadership', '')}</li>" if notes else ""
    if not rows:
        return _empty("No packet, snapshot or update is on record. What others take over rests on them.", k.b,
                      "record_snapshot", "record_packet")  # fmt: skip
    return _list(last + rows) + _buttons(
        k.b, ("record_packet", "New packet", ""), ("record_snapshot", "New snapshot", ""),
        ("state_scope", "State the scope", ""), ("record_readiness", "Readiness", ""))


def _record(k: SeatView, x: Entry, number: str) -> str:
    ref = _ref(k, number, x)
    if ref is None:
        return ""
    return (
        f'<li><span class="t">{escape(clock(x.at))}</span> {escape(number.capitalize())} {escape(ref.ident)} · '
        f"{escape(k.who(x))} {_amend(k, x, ref)}{_open(number, ref.ident)}</li>"
    )


def _after(k: SeatView) -> str:
    b, incident = k.b, k.b.incident
    risks = "".join(f"<li>{escape(k.names.title('residual_risks', one))}</li>" for one in incident.residual_risks)
    watch = incident.watch.body if incident.watch else None
    watched = (
        f"<p>Watch for {watch.hours:g} h: {escape(k.seat(watch.owner))}, "
        f"back on {escape(k.names.check(watch.trigger))}</p>"
        if isinstance(watch, acts.SetWatch)
        else _empty("Nobody watches afterwards.", b, "set_watch")
    )
    items = "".join(
        f"<li>{escape(item.text or k.names.title('factors', item.factor))} · "
        f"{escape(k.names.handle(item.owner))}, {item.due_days:g} day{'' if item.due_days == 1 else 's'}</li>"
        for _, item in backlog(incident)
    )
    return (
        f"<h4>Still open</h4>{_list(risks) or _empty('No residual risk is on record.', b, 'record_residual_risks')}"
        f"<h4>Watch</h4>{watched}<h4>Backlog</h4>"
        f"{_list(items) or _empty('Nothing is on the backlog.', b, 'add_hardening_task')}"
        f'<p class="board-row">{_open("backlog", "", "Backlog")}</p>'
    )


def _cues(k: SeatView) -> str:
    shared = k.b.incident.cues
    rows = "".join(
        f'<li><span class="tag">{"shared" if option.id in shared else "only you know"}</span> {escape(option.title)}'
        f"{'' if option.id in shared else _form(k.b, 'share_cue', 'Share', 'what only you know', option.id)}</li>"
        for option in k.b.options("own_cues")
    )
    return _list(rows) or '<p class="quiet">Nothing so far that others do not know.</p>'


# --- buttons -----------------------------------------------------------------------------------------------


def _ref(k: SeatView, number: str, x: Entry) -> Ref | None:
    return next((ref for ref, seq in k.b.incident.refs.items() if seq == x.seq and ref.kind == number), None)


def _amend(k: SeatView, x: Entry, ref: Ref) -> str:
    """Return the button that fills a record in, with what it leaves open; none for what cannot be amended."""
    if not x.body.amendable:
        return ""
    left = [name_of(shape.path) for shape in left_open(k.b, x)]
    more = f" ({len(left)} open)" if left else ""
    return _form(k.b, x.body.kind, f"Amend{more}", f"{ref}: {', '.join(left)}" if left else str(ref), ref)


def _open(kind: str, ident: str, words: str = "Open") -> str:
    about = f"{kind}:{ident}".rstrip(":")
    return (
        f'<button type="button" class="plain" data-open="document" data-about="{escape(about)}" '
        f'aria-label="{escape(f"{words} {about} as a document")}">{escape(words)}</button>'
    )


def _form(b: Briefing, kind: str, words: str, more: str = "", about: str = "") -> str:
    """Return the button that opens the form of an act, nothing where this seat has no use for it."""
    if b.ended or not useful(acts.ACTS[kind], b):
        return ""
    target = f' data-about="{escape(about)}"' if about else ""
    named = f' aria-label="{escape(f"{words} {more}")}"' if more else ""
    return f'<button type="button" data-open="{escape(kind)}"{target}{named}>{escape(words)}</button>'


def _buttons(b: Briefing, *wanted: tuple[str, str, str] | None) -> str:
    drawn = "".join(_form(b, kind, words, "", about) for kind, words, about in filter(None, wanted))
    return f'<p class="board-row">{drawn}</p>' if drawn else ""


def _empty(words: str, b: Briefing, *kinds: str) -> str:
    buttons = "".join(_form(b, kind, acts.ACTS[kind].verb) for kind in kinds)
    return f'<p class="quiet">{escape(words)}</p>{buttons}'


def _list(html: str) -> str:
    return f"<ul>{html}</ul>" if html else ""


def _tone(second: int, now: int) -> str:
    return "bad" if now > second else "warn" if now > second - SOON else ""
