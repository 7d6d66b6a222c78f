"""What the fields of forms are called, and one line on those that are not plain by themselves."""

from __future__ import annotations

from simulator.briefing import Briefing
from ui.parts.shapes import Shape

LABELS = {
    "due_minutes": "Due in (min)", "next_update_minutes": "Next update in (min)", "hold_minutes": "Hold still (min)",
    "next_checkpoint_minutes": "Next checkpoint in (min)", "reassess_minutes": "Look again in (min)",
    "contained_until_minutes": "Contained for (min)", "reversal_minutes": "Minutes to undo", "minutes": "Minutes back",
    "baseline_from": "Baseline from (min)", "baseline_to": "Baseline to (min)",
    "in_hours": "In (hours)", "due_days": "Due in (days)", "probability": "How sure (0 to 1)",
    "confidence": "Confidence (L1 to L3)", "blast_radius": "What it can hurt",
    "risk_of_waiting": "What waiting costs", "eta": "ETA given", "check": "Check that decides",
    "rejected": "Rungs not taken, and why", "recommendations": "The two recommendations",
    "rollback_trigger": "Roll back if", "need": "What you need", "ask": "What you need",
    "evidence_channel": "Evidence thread", "plan": "Plan if blocked", "included": "Segments affected",
    "coverage": "Segments it covers", "uncertain": "Still uncertain", "why": "Why this path",
    "known_good": "Known-good revision",
}  # fmt: skip
"""Names of fields that are called something else than they are written."""
OF_SOURCE = {"asks": "Who asked", "claims": "The claim", "own_cues": "What only you know", "answers": "Your answer"}
"""Names by what is picked, in responders' words; the ids behind them are those of the scenario."""

CONFIDENCE = (
    "L1: one linked observation. L2: a test that could have gone the other way, or a rival ruled out. "
    "L3: two independent lines, or a predicted effect that came."
)
HELP = {
    "severity": "By what is at risk: SEV-1 safety, sign-in, billing or data; SEV-2 users blocked; SEV-3 a regression.",
    "evidence": "Results, panels and alerts on record by now. Measurements and logs weigh most, words nothing; "
    "the first eight count.",
    "rejected": "For each rung of the reversible ladder you do not take, the reason that holds for it.",
    "check": "The signal that will tell whether it worked, with a number and a time.",
    "abort_if": "The signal on which you would stop it.",
    "risk_of_waiting": "What another half hour without acting would cost.",
    "baseline_from": "Minutes before the page, such as -55. The window must end before the trouble began.",
    "baseline_to": "Minutes before the page, such as -25.",
    "eta": "A range or “unknown” is honest; a point is a promise.",
    "class_": "What it does next time: prevent it, detect it sooner, make it hurt less, or learn.",
    "hold_minutes": "How long you look before you say it holds.",
}  # fmt: skip
LINES = {"confidence": CONFIDENCE + " Closing needs at least L2."}
"""Explanations that stand under their field, always in sight."""


def label(shape: Shape, mark: str = "") -> str:
    """Return a field's label: `*` needed, `◆` counts for your seat, `◇` for another."""
    words = OF_SOURCE.get(shape.source) or name_of(shape.path)
    return words + (" :red[*]" if shape.needed else "") + mark


def name_of(path: str) -> str:
    """Return what a path is called."""
    return LABELS.get(path) or spelled(path)


def spelled(path: str) -> str:
    """Return a path as words."""
    return path.replace("_", " ").strip().capitalize()


def help_of(shape: Shape, b: Briefing) -> str | None:
    """Return the line behind the question mark of a field."""
    if shape.path == "evidence":
        minimum = "; ".join(f"{one.title} (before {one.before})" for one in b.catalogue.needed)
        return HELP["evidence"] + (f" Evidence minimum here: {minimum}." if minimum else "")
    limit = f"Up to {shape.longest:,} characters." if shape.longest else None
    return HELP.get(shape.path, limit)
