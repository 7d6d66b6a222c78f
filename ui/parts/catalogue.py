"""The forms of the console: every act that has one, by tab, as the acts say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, get_args

from simulator import acts
from simulator.acts.base import LEAD, Act, Tab
from simulator.briefing import Briefing
from simulator.values import Duty

FIRST: tuple[type[Act], ...] = (
    acts.Declare, acts.AssignRole, acts.AcceptRole, acts.Freeze, acts.AssignLane, acts.AssignTask, acts.PageTeam,
    acts.AskRole, acts.StateHypothesis, acts.ChallengeClaim, acts.ShareCue,
    acts.RecordOption, acts.RecordReadiness, acts.RecordDecision, acts.RecordPacket, acts.RecordSnapshot,
    acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally,
)  # fmt: skip
"""What is wanted most or first in its tab; the rest follows in the order in which the acts were written."""


OWN: Mapping[Duty, Tab] = {"investigates": "Investigate", "executes": "Act", "verifies": "Act", "speaks": "Tell"}
"""Duty -> the tab with which whoever has it begins, unless they lead."""


class Form(NamedTuple):
    """One kind of act as a form."""

    kind: str
    act: type[Act]

    @property
    def title(self) -> str:
        """Return what it is called."""
        return self.act.form or self.kind.replace("_", " ").capitalize()


def kind_of(act: type[Act]) -> str:
    """Return the kind by which an act's form is opened."""
    return str(act.model_fields["kind"].default)


def _in(tab: Tab) -> tuple[Form, ...]:
    found = (Form(kind, act) for kind, act in acts.ACTS.items() if act.tab == tab)
    return tuple(sorted(found, key=lambda form: FIRST.index(form.act) if form.act in FIRST else len(FIRST)))


FORMS: dict[str, tuple[Form, ...]] = {tab: _in(tab) for tab in get_args(Tab) if tab}
"""Tab -> its forms."""


def offered(b: Briefing) -> dict[str, tuple[Form, ...]]:
    """Return the tabs with the forms this role may use now, none that are empty; what a seat is for comes first."""
    found = {tab: tuple(form for form in forms if useful(form.act, b)) for tab, forms in FORMS.items()}
    own = {tab for duty, tab in OWN.items() if b.incident.has_duty(b.role, duty)}
    if b.incident.has_duty(b.role, *LEAD):
        own = set()
    return {tab: found[tab] for tab in sorted(found, key=lambda tab: tab not in own) if found[tab]}


def useful(act: type[Act], b: Briefing) -> bool:
    """Tell whether a role may ask for an act, and whether there is a use for it now."""
    may = act.may is None or act.for_executors or b.incident.has_duty(b.role, *act.may)
    return may and act.offered(b.incident, b.role) and (not act.opens_with or bool(b.options(act.opens_with)))
