"""The incident as people have made it so far: a fold over accepted commands and public events.

It holds nothing of the world's truth, so a role's page may read it.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field

from simulator.events import CueShared
from simulator.record.folds import FOLDS
from simulator.record.journal import Entry, names_of
from simulator.record.tracked import AlertState, Offer, Run, Task
from simulator.scenario.model import Scenario

CADENCE = {"SEV-1": 30, "SEV-2": 60, "SEV-3": 120, "SEV-4": 240}
"""Minutes within which a stakeholder hears again, by severity."""


@dataclass
class IncidentState:
    """Who holds what, what is frozen, what runs, what is due."""

    scenario: InitVar[Scenario]
    severity: str | None = None
    title: str = ""
    status: str = "triage"
    declared_at: int | None = None
    dependency: str | None = None
    strategy: str | None = None
    seats: dict[str, str] = field(default_factory=dict)
    """Seat -> name of the person in it."""
    stand_ins: dict[str, int] = field(default_factory=dict)
    """Seat whose work a simulated secondary does while the person in it does nothing -> since when."""
    present: dict[str, bool] = field(default_factory=dict)
    paged: dict[str, int] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    """Incident role (commander, deputy) -> seat that accepted it."""
    commanded_since: int | None = None
    """Since when the one who holds command has held it."""
    offered: dict[str, str] = field(default_factory=dict)
    paired: bool = False
    """Whether commander and deputy were ever two seats; it stays so when the deputy takes command over."""
    gone: dict[str, str] = field(default_factory=dict)
    """Incident role -> seat whose holder had to leave it and cannot take it again."""
    lanes: dict[str, tuple[str, str]] = field(default_factory=dict)
    merge_owners: dict[str, str] = field(default_factory=dict)
    frozen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    alerts: dict[str, AlertState] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    asks: dict[str, int] = field(default_factory=dict)
    """Open asks: inject id -> delivered at."""
    claims: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    """Inject id -> sequence number."""
    handoffs: dict[str, Offer] = field(default_factory=dict)
    refs: dict[str, int] = field(default_factory=dict)
    """Reference -> sequence number of the entry behind it."""
    cues: dict[str, int] = field(default_factory=dict)
    """Cues in the channel: id -> when."""
    options: list[Entry] = field(default_factory=list)
    decisions: list[Entry] = field(default_factory=list)
    packets: list[Entry] = field(default_factory=list)
    updates: list[Entry] = field(default_factory=list)
    verifications: list[Entry] = field(default_factory=list)
    measured: list[Entry] = field(default_factory=list)
    readiness: Entry | None = None
    note: Entry | None = None
    checkpoint: Entry | None = None
    watch: Entry | None = None
    residual_risks: tuple[str, ...] = ()
    hardening: list[Entry] = field(default_factory=list)
    claim: str | None = None
    closure_requests: int = 0
    closed: bool = False
    ended: str | None = None
    public_update_at: int | None = None
    next_update_due: int | None = None
    next_checkpoint_due: int | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self, scenario: Scenario) -> None:
        # Not the scenario itself: a role's page reads this, and must find no answers in it.
        self.present = {role.id: role.present for role in scenario.roles}
        self._lines = {action.id: action.command for action in scenario.actions}
        self._strategies = {action.id: action.strategy for action in scenario.actions if action.strategy}

    def holder(self, role: str) -> str | None:
        """Return the seat that holds an incident role."""
        return self.holders.get(role)

    def person(self, seat: str) -> str | None:
        """Return the name of the person in a seat, None where a simulated teammate holds it."""
        return self.seats.get(seat)

    def simulated(self, role: str) -> bool:
        """Tell whether nobody sits in a role, or a secondary stands in for a person who does nothing."""
        return role not in self.seats or role in self.stand_ins

    def seats_of(self, seat: str) -> tuple[str, ...]:
        """Return the roles whose rights a seat has: its own and the incident roles it accepted."""
        held = tuple(role for role, holder in self.holders.items() if holder == seat and role != seat)
        return held if self.handed_on(seat) else (seat, *held)

    def handed_on(self, seat: str) -> bool:
        """Tell whether the commander's seat has lost command: handed over, given away, or left vacant."""
        return seat == "commander" and (self.gone.get(seat) == seat or self.holders.get(seat, seat) != seat)

    def led_by_person(self) -> bool:
        """Tell whether command lies with a person: whoever holds it, else who sits in the seat that leads and may."""
        holder = self.holders.get("commander")
        vacant = holder is None and self.handed_on("commander")
        return not vacant and not self.simulated(holder or "commander")

    def begun(self, task: Task) -> bool:
        """Tell whether the owner of a task has begun what it asks for."""
        return any(
            run.executor == task.owner and run.ident in (task.query, task.action) and run.since >= task.since
            for run in self.runs.values()
        )

    def is_frozen(self, scope: tuple[str, ...], kind: str | None = None) -> bool:
        """Tell whether every service of `scope` is frozen (for merges or deploys, where `kind` says so)."""
        return bool(scope) and all(
            service in self.frozen and (kind is None or kind in self.frozen[service]) for service in scope
        )

    def last_run(self, what: str, ident: str) -> Run | None:
        """Return the latest run of a query or action."""
        return next((r for r in reversed(self.runs.values()) if r.what == what and r.ident == ident), None)

    def apply(self, entry: Entry, names: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Fold one accepted entry in; return its references.

        A role that sees only part of the entries has a state of its own; its references are those of the whole.
        """
        names = names_of(entry, self.counts) if names is None else names
        for name in names:
            # What everybody has heard stands for what one was told before.
            if isinstance(entry.body, CueShared) or name not in self.refs:
                self.refs[name] = entry.seq
        handler = FOLDS.get(entry.body.kind)
        if handler:
            handler(self, entry, entry.body)
        return names
