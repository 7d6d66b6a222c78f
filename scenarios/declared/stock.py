"""What is the same in most drills, and need not be written: words of seats, reasons, needs, hints."""

from __future__ import annotations

from typing import Any

from scenarios.declared.drill import DrillData
from simulator.values import Duty, Lane

DUTIES: dict[str, tuple[Duty, ...]] = {
    "commander": ("commands",), "deputy": ("deputises", "scribes"), "triage": ("investigates",),
    "mitigation": ("executes",), "verification": ("verifies",), "comms": ("speaks",),
}  # fmt: skip
LANES: dict[Duty, Lane] = {
    "investigates": "triage", "executes": "mitigation", "verifies": "verification", "speaks": "comms",
}  # fmt: skip
TITLES = {
    "commander": "Incident commander", "deputy": "Deputy", "triage": "Triage lead", "mitigation": "Mitigation lead",
    "verification": "Verification lead", "comms": "Communications lead",
}  # fmt: skip
BRIEFS = {
    "commander": "You decide, others look and do. Keep one channel, and give every task a name and a time.",
    "deputy": "You keep the clock, the list and the timeline. Be ready to take command at any moment.",
    "triage": "Find out what fails, for whom, since when, and what tells the stories apart.",
    "mitigation": "You have your hands on the system. Put options on the table before you touch anything.",
    "verification": "You say when it is over, and nobody else does. Decide early what would prove it.",
    "comms": "You speak for the team: facts, what people can do, when they hear again; no guesses.",
}
TOPICS = {
    "impact": "Who is affected and how", "release": "Releases and what is in them",
        "data": "The data and its backups",
    "baseline": "What normal looks like", "flow": "Flow and lag", "edge": "The edge and its copies",
    "capacity": "Capacity and load", "schedule": "Today's schedule and queues",
}  # fmt: skip
REASONS = {
    "harm_grows": "Every minute of waiting makes it worse",
    "quickest_undo": "It is the quickest to undo",
    "fallback_ready": "The way is prepared and checked",
    "evidence_agrees": "Independent evidence agrees",
    "covers_rest": "It covers what the last step left open",
    "need_evidence": "We know too little for more",
    "leadership_wants": "Leadership asked for it",
}
NEEDS = {
    "hands": "Hands of another team",
    "cover": "Cover towards large customers",
    "nothing_now": "Nothing at the moment",
}

HOUR, ACTS = 3600, 360
"""Seconds of the horizon that the steps are written for; those up to which none is hurried, however short it is."""
CLOSING, CLOSES = 2880, 250
"""When the closing begins, and how long before the horizon it does at the latest: it takes three minutes."""


def paced(at: int, horizon: int) -> int:
    """Return when a step of an hour comes in a drill of less: in proportion, once the first decision was made."""
    if horizon >= HOUR or at <= ACTS:
        return at
    closing = min(CLOSING, horizon - CLOSES)
    if at > CLOSING:
        return min(closing + at - CLOSING, horizon - 30)
    return round(ACTS + (at - ACTS) * (closing - ACTS) / (CLOSING - ACTS))


def teaching(drill: DrillData) -> list[dict[str, Any]]:
    """Return one good way through, in lines."""
    lines: list[tuple[float, str, dict[str, Any]]] = [
        (1, "The page is acknowledged", {"incident.acknowledged": True}),
        (3, "The incident is declared, with a deputy", {"incident.declared": True, "incident.deputy": {"not": ""}}),
        (5, f"{' and '.join(drill.freeze)}: frozen", {"incident.frozen": True}),
        (6, "First public update", {"incident.public_update": True}),
    ]
    lines += [
        (6 + 0.5 * n, drill.looks[one].title, {f"query.{one}": True}) for n, one in enumerate(drill.course.test)
    ]
    lines += [
        (8 + 2 * n, drill.moves[one].title, {f"action.{one}": "done"}) for n, one in enumerate(drill.course.moves)
    ]
    lines += [
        (24, "Recovery is measured against a quiet window", {"incident.verified": True}),
        (40, "The status is monitoring", {"incident.status": "monitoring"}),
        (50, "The incident is closed", {"closed": True}),
    ]
    return [{"at": paced(round(60 * at), drill.horizon), "text": text, "until": until} for at, text, until in lines]


def hints(drill: DrillData) -> list[dict[str, Any]]:
    """Return what is said once to whoever stands still; nothing of the cause, which the world has to tell."""
    declared = {"incident.declared": True}
    rerun = next((name for name, look in drill.looks.items() if look.rerun_when), None)
    out: list[dict[str, Any]] = [
        {"id": "acknowledge", "at": 120, "text": "Acknowledge the page, so that all know that somebody is on it.",
         "until": {"incident.acknowledged": True}},
        {"id": "declare", "at": 240, "text": "Declare the incident; when in doubt, at the higher severity.",
         "until": declared},
        {"id": "deputy", "at": 360, "text": "Name a deputy: somebody who can go on at once.",
         "until": {"incident.deputy": {"not": ""}}, "when": declared},
        {"id": "freeze", "at": 480, "text": "Somebody else's change can land in this. Freeze what is hit.",
         "until": {"incident.frozen": True}, "when": declared},
        {"id": "public", "at": 600, "text": "Customers have heard nothing. Tell the public what they see, no cause.",
         "until": {"incident.public_update": True}, "when": declared},
    ]  # fmt: skip
    if rerun:
        text = f"A quiet graph is no proof. Rerun the failing path: {drill.looks[rerun].title}."
        at = paced(1320, drill.horizon)
        out.append(
            {"id": "rerun", "at": at, "text": text, "until": {f"query.{rerun}": True}, "when": {"all_back": True}}
        )
    return out
