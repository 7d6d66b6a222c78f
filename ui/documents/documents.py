"""The registry of documents: kind -> template, what goes into it, and how a seat opens one.

A document is made of one seat's briefing alone, so it can hold nothing that this seat may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulator import acts
from simulator import events as e
from simulator.acts import Act
from simulator.acts.close import backlog
from simulator.briefing import Briefing
from simulator.errors import DrillError
from simulator.record.entry import Entry
from simulator.record.tracked import Run
from simulator.text import clock
from simulator.values import Ref
from ui.documents.known import Made, SeatView, code
from ui.documents.page import page
from ui.documents.summing import summary_parts
from ui.parts.text import escape, markdown

MOST_COMMANDS = 4
"""Commands since the last step that stand in a package which names none."""
Context = Mapping[str, Any]
_MEASURED = acts.RecordVerification.number


class Kind(NamedTuple):
    """One kind of document."""

    title: str
    template: str
    more: Callable[[SeatView, Entry], Context] = lambda k, x: {}
    """What its template is given beside the record."""


def _decision(k: SeatView, x: Entry) -> Context:
    assert isinstance(x.body, acts.RecordDecision)
    return {"rejected": [f"{one.rung}: {one.reason.replace('_', ' ')}" for one in x.body.rejected]}


def _option(k: SeatView, x: Entry) -> Context:
    assert isinstance(x.body, acts.RecordOption)
    chosen = [d.at for d in k.b.incident.given("decision") if x.body.action in getattr(d.body, "actions", ())]
    return {"decided": clock(chosen[-1]) if chosen else ""}


def _readiness(k: SeatView, x: Entry) -> Context:
    posts = [f"{post}: {who}" for post, who in k.posts() if who]
    return {"owners": posts + [f"{lane}: {owner}" for lane, owner, _ in k.lanes()]}


def _scope(k: SeatView, x: Entry) -> Context:
    assert isinstance(x.body, acts.StateScope)
    titles = {option.id: option.title for option in k.b.options("reaches")}
    return {"reaches": [titles.get(one, one) for one in x.body.reaches]}


def _eta(k: SeatView, x: Entry) -> Context:
    body: Any = x.body
    if body.eta == "range" and body.eta_low is not None and body.eta_high is not None:
        return {"eta": f"in {body.eta_low:g} to {body.eta_high:g} minutes"}
    return {"eta": f"in {body.eta_low:g} minutes" if body.eta == "point" and body.eta_low is not None else ""}


def _handoff(k: SeatView, x: Entry) -> Context:
    assert isinstance(x.body, acts.HandOff)
    offer = next((one for one in k.b.incident.handoffs.values() if handed_over(k, one.id) is x), None)
    packet = k.entry(x.body.packet) if x.body.packet else None
    rests = _filled(k, _KINDS["packet"], packet, x.body.packet) if packet and x.body.packet else ""
    return {
        "accepted": clock(offer.accepted) if offer and offer.accepted is not None else "",
        "packet": Made(rests.replace("# ", "## ", 1).strip()) if rests else "",
        "tasks": [f"{task.text}, {k.names.handle(task.owner)} by {clock(task.due)}" for task in k.tasks()],
    }


def _verification(k: SeatView, x: Entry) -> Context:
    own = next((ref for ref, seq in k.b.incident.refs.items() if seq == x.seq and ref.kind == _MEASURED), None)
    for entry in k.b.incident.measured:
        if isinstance(entry.body, e.VerificationMeasured) and entry.body.run == own:
            came = "all within the baseline" if entry.body.green else "not back to the baseline"
            return {"came": came, "rows": [row.sentence(k.names) for row in entry.body.rows]}
    return {"came": "", "rows": []}


def _backlog(k: SeatView) -> Context:
    return {"items": [item for _, item in backlog(k.b.incident)]}


def _closure(k: SeatView) -> Context:
    incident = k.b.incident
    package = incident.package.body if incident.package else None
    last = max((run.finished or 0 for run in k.steps() if run.state == "done"), default=None)
    package = package if isinstance(package, acts.PublishClosurePackage) else None
    cited = [ref for one in (package.verification if package else ()) for ref in _behind(k, Ref(one))]
    ran = [(ref, k.at_of(seq)) for ref, seq in incident.refs.items() if ref.kind == "query"]
    since = [ref for ref, at in ran if last is not None and at > last]
    verification = cited if any(ref.kind == "query" for ref in cited) else since[-MOST_COMMANDS:]
    risks = (package.residual_risks if package else ()) or incident.residual_risks
    return {
        "published": clock(incident.package.at) if incident.package else "", "timeline": k.timeline(),
        "summary": package.summary if package else "", "steps": [_step(k, run) for run in k.steps()],
        "measurements": k.measurements(), "commands": k.commands(verification),
        "risks": [k.names.title("residual_risks", one) for one in risks],
        "watch": incident.watch.body if incident.watch else None,
        "backlog": Made(_rendered(k, "backlog", _backlog(k)).replace("# ", "## ", 1)),
    }  # fmt: skip


def _behind(k: SeatView, ref: Ref) -> list[Ref]:
    """Return a reference, and what a verification rests on with it."""
    entry = k.entry(ref)
    return [ref, *map(Ref, getattr(entry.body, "evidence", ()))] if entry else []


def _step(k: SeatView, run: Run) -> Context:
    times = [clock(run.started) if run.started is not None else "not begun"]
    times += [f"to {clock(run.finished)}"] if run.finished is not None else []
    return {"title": k.names.title("actions", run.ident), "state": run.state, "line": code(run.line),
            "who": k.names.handle(run.executor), "times": " ".join(times), "decision": run.decision or ""}  # fmt: skip


_KINDS: Mapping[str, Kind] = {
    "option": Kind("Option", "option", _option),
    "readiness": Kind("Readiness", "readiness", _readiness),
    "contradiction": Kind("Contradiction", "contradiction"),
    "decision": Kind("Checkpoint decision record", "decision", _decision),
    "snapshot": Kind("Incident command snapshot", "snapshot"),
    "packet": Kind("Evidence packet", "packet"),
    "scope": Kind("Impact and scope", "scope", _scope),
    _MEASURED: Kind("Verification", "measured", _verification),
    "correction": Kind("Correction", "correction"),
    "note": Kind("Decision note", "note"),
    "handoff": Kind("Handoff", "handoff", _handoff),
}
"""What a record is cited by -> its document."""
_UPDATES: Mapping[type[Act], Kind] = {
    acts.UpdateStakeholders: Kind("Stakeholder update", "update", _eta),
    acts.UpdateExecutives: Kind("Executive update", "executives", _eta),
    acts.EscalateInternally: Kind("Escalation", "escalation"),
}
"""Updates are numbered together; each has the template of whom it is for."""
_LEADERSHIP = Kind("Leadership note", "leadership")
_WHOLE: Mapping[str, Callable[[SeatView], Context]] = {
    "closure": _closure, "backlog": _backlog, "summary": summary_parts,
}  # fmt: skip
"""Documents of the whole incident, made from the record as it is now."""
KINDS: tuple[str, ...] = (*_KINDS, "update", "leadership", *_WHOLE)
"""Every kind of document."""


def document(b: Briefing, kind: str, ident: str = "") -> str:
    """Return a document as Markdown: a record (`decision`, `1`) or one of the whole incident (`summary`).

    Raises DrillError where this seat has no such record.
    """
    k = SeatView(b)
    if kind in _WHOLE:
        return _rendered(k, kind, _WHOLE[kind](k))
    if kind == "leadership":
        notes = k.done(acts.WriteLeadershipNote)
        entry = notes[-1] if notes else None
        ref: Ref | None = None
    else:
        ref = Ref.to(kind, ident)
        entry = handed_over(k, ref) if kind == "handoff" else k.entry(ref)
    known = _LEADERSHIP if kind == "leadership" else _UPDATES.get(type(entry.body)) if kind == "update" and entry else \
        _KINDS.get(kind)
    if entry is None or known is None:
        raise DrillError(f"there is no {kind} {ident} that you may see".replace("  ", " "))
    return _filled(k, known, entry, ref)


def summary(b: Briefing) -> str:
    """Return what whoever joins late needs, in under a minute of reading: what happened, what runs, what waits."""
    return document(b, "summary")


def view(b: Briefing, kind: str, ident: str = "") -> str:
    """Return a document as HTML, with its Markdown to copy."""
    text = document(b, kind, ident)
    name = f"document-{kind}-{ident}".rstrip("-")
    return (
        f'<article class="document" id="{escape(name)}">'
        f'<button type="button" class="plain" data-close>← Back to the board</button>{page(text)}'
        f'<details id="{escape(name)}-source" data-keep><summary>Markdown</summary>'
        f'<button type="button" data-copy="{escape(name)}-text">Copy</button>'
        f'<pre id="{escape(name)}-text">{escape(text)}</pre></details></article>'
    )


def handed_over(k: SeatView, handoff: Ref) -> Entry | None:
    """Return the act by which something was handed over; an offer has its number from the event that follows it."""
    offer = k.b.incident.handoffs.get(handoff)
    if offer is None:
        return None
    given = (x for x in reversed(k.done(acts.HandOff)) if x.seq < offer.seq and x.role == offer.giver)
    return next((x for x in given if getattr(x.body, "to", "") == offer.receiver), None)


def _filled(k: SeatView, kind: Kind, entry: Entry, ref: Ref | None) -> str:
    return _rendered(k, kind.template, {"x": entry, "r": entry.body, "ref": ref or "", **kind.more(k, entry)})


def _rendered(k: SeatView, template: str, context: Context) -> str:
    text = _templates().get_template(f"{template}.md.j2").render(k=k, n=k.names, **context)
    lines = [line.rstrip() for line in text.splitlines()]
    return _spaced(lines)


def _spaced(lines: list[str]) -> str:
    """Return lines with no two empty ones in a row and none between the items of a list; output stays as it is."""
    found: list[str] = []
    fence = ""
    for line in lines:
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line
        elif not line and (not found or not found[-1]):
            continue
        elif _item(line) and len(found) > 1 and not found[-1] and _item(found[-2]):
            found.pop()
        found.append(line)
    return "\n".join(found).strip() + "\n"


def _item(line: str) -> bool:
    return line.lstrip().startswith("- ")


@cache
def _templates() -> Environment:
    # What is put in is escaped as Markdown; as HTML it would be escaped where it is shown.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
        finalize=lambda value: value if hasattr(value, "__html__") else Made(markdown(value)), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
