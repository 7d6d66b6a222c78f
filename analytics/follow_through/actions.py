"""Actions as the follow-through holds them: which fields they have, and what each may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from simulator.record.follow_up import FollowUp

CLASSES: Mapping[str, str] = {
    "prevent": "Prevent: it cannot happen again",
    "detect": "Detect: it is seen sooner",
    "mitigate": "Mitigate: it hurts less, or ends sooner",
    "learn": "Learn: find out, practise, verify a candidate",
}
CONTROLS: Mapping[str, str] = {
    "automation": "Guardrail that a machine holds",
    "regression_test": "Regression test for this kind of cause",
    "alert": "Alert or metric, new or redefined",
    "runbook": "Runbook or ownership written down",
    "change": "How changes are made and rolled out",
    "design": "Design or capacity of the system",
    "practice": "Training or another drill",
}
"""What an action puts in place."""
SIGNALS: Mapping[str, str] = {
    "test_fails_without": "A test fails without it and passes with it",
    "change_refused": "A bad change is refused in the pipeline",
    "alert_fires": "An alert fires in a rehearsal",
    "panel_within": "A panel stays within a limit",
    "drill_shows": "A later drill shows it",
    "link": "Something published, with its address",
}
"""By what anybody sees that it is done."""
STANDARDS: Mapping[str, str] = {
    "objectives": "Service level objectives",
    "observability": "Observability",
    "safe_change": "Safe change",
    "availability": "High availability",
    "dependencies": "Resilience to dependencies",
    "platform": "Platform improvement",
    "none": "None: it concerns this system alone",
}
"""What of the way we build it feeds, so that the same class of incident does not come back elsewhere."""
STATES: Mapping[str, str] = {"open": "Open", "done": "Done, its signal was seen"}
PICKED: Mapping[str, Mapping[str, str]] = {
    "class": CLASSES, "control": CONTROLS, "signal": SIGNALS, "standard": STANDARDS, "state": STATES,
}  # fmt: skip
"""Field -> what may be picked in it, with its title."""
FIELDS = ("text", "answers", "factor", "class", "control", "owner", "due", "signal", "shown_by", "standard", "retest",
          "measure", "state")  # fmt: skip
"""Fields of an action in the order in which they are asked."""


@dataclass(frozen=True)
class ActionItem:
    """One action as it stands."""

    item: str
    number: str
    """What people call it by: the first that was made is 1, also where some were taken off since."""
    text: str
    answers: str
    """The question of the follow-through that it came of."""
    factor: str
    """The contributing factor, or candidate, that it is put against."""
    kind: str
    """Its class: prevent, detect, mitigate or learn."""
    control: str
    owner: str
    due: str
    """A date as YYYY-MM-DD."""
    signal: str
    """What kind of thing shows that it is done."""
    shown_by: str
    """The same in words: which test, which panel, which limit."""
    standard: str
    retest: str
    """The drill that tests it again: `scenario/variant`."""
    measure: str
    """The turning point that is to come sooner there."""
    state: str
    made: float
    """When it was written first."""

    @property
    def due_on(self) -> date | None:
        """Return the day it is due, None where none is given."""
        try:
            return date.fromisoformat(self.due)
        except ValueError:
            return None


def actions(there: FollowUp) -> Iterator[ActionItem]:
    """Yield the actions that stand, in the order they were made."""
    made = sorted((*there.actions(), *there.actions(dropped=True)), key=lambda item: _begun(there, item))
    numbers = {item: str(n) for n, item in enumerate(made, 1)}
    for item in there.actions():
        value = {name: there.said(item, name).text for name in FIELDS}
        first = min(wordings[0].made for wordings in there.items[item].values())
        yield ActionItem(
            item=item, number=numbers[item], kind=value.pop("class"), made=first,
            **{**value, "state": value["state"] or "open"},
        )  # fmt: skip


def _begun(there: FollowUp, item: str) -> int:
    return min(wordings[0].n for wordings in there.items[item].values())
