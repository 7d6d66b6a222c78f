"""Which few of all forms a seat has a use for now: what playbook and gate still ask of it, and what it does most.

Made of the playbook, the record and the seat's duties; what is wrong in the world plays no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator import acts
from simulator.acts import ACTS, Act
from simulator.briefing import Briefing
from simulator.values import Duty
from ui.live.ending import measured_at
from ui.live.progress import progress
from ui.parts.catalogue import Form, kind_of, useful

MOST = 6
"""Forms that are shown of each kind: more is what the whole list is for."""
OFTEN: Mapping[Duty, tuple[type[Act], ...]] = {
    "commands": (acts.AssignTask, acts.AskRole, acts.RecordOption, acts.RecordDecision, acts.TakeAction,
                 acts.UpdateStakeholders),
    "deputises": (acts.AssignTask, acts.RecordOption, acts.NoteTimeline, acts.StateScope),
    "speaks": (acts.UpdateStakeholders, acts.UpdateExecutives, acts.AskRole),
    "investigates": (acts.RunQuery, acts.SearchLogs, acts.StateHypothesis, acts.ShareCue),
    "executes": (acts.TakeAction, acts.RecordOption, acts.RecordReadiness),
    "verifies": (acts.RunQuery, acts.RecordVerification, acts.ChallengeClaim),
    "scribes": (acts.NoteTimeline, acts.StateScope, acts.RecordSnapshot),
    "signs": (acts.SignOff,),
}  # fmt: skip
"""Duty -> what whoever has it does again and again, most of all first."""


def wanted(b: Briefing) -> dict[str, list[Form]]:
    """Return the forms in short: what is asked for now, soonest first, then what the seat does most."""
    duties = b.incident.duties(b.role)
    open_ = (row.opens for row in progress(b) if row.mine and row.state not in ("done", "too late"))
    asked = _forms(b, [*_gate(b), *open_])
    often = (kind_of(act) for duty, kinds in OFTEN.items() if duty in duties for act in kinds)
    found = {"Asked now": asked, "Often": [form for form in _forms(b, often, 2 * MOST) if form not in asked][:MOST]}
    return {name: forms for name, forms in found.items() if forms}


def _gate(b: Briefing) -> list[str]:
    """Return what closing still needs, once something was done about it; nothing more: to close."""
    acted = any(run.what == "action" and run.state == "done" for run in b.incident.runs.values())
    if not acted or b.incident.closed:
        return []
    missing = [one.by for one in b.missing_for_closure()] or [kind_of(acts.RequestClosure)]
    under_way = {kind_of(acts.RecordVerification)} if measured_at(b) is not None else set()
    return [kind for kind in missing if kind not in under_way]


def _forms(b: Briefing, kinds: Iterable[str], most: int = MOST) -> list[Form]:
    found = (Form(kind, ACTS[kind]) for kind in dict.fromkeys(kinds))
    return [form for form in found if form.act.tab and useful(form.act, b)][:most]
