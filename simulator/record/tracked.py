"""What the incident keeps track of, one thing each: a task, a run, an alert, an offer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Task:
    """One task: who has it, since when, until when, and how far it is."""

    id: str
    owner: str
    assigned_by: str
    text: str
    due: int
    since: int
    lane: str | None = None
    query: str | None = None
    action: str | None = None
    topic: str | None = None
    acknowledged: int | None = None
    reported: int | None = None
    was: str | None = None
    """Who had it before it went to somebody else."""


@dataclass
class Run:
    """A query or action under way or over."""

    run: str
    what: str
    """`query` or `action`."""
    ident: str
    executor: str
    line: str
    since: int
    state: str
    """waiting, running, stalled, done, failed, aborted."""
    expected: int | None = None
    finished: int | None = None
    waits_for: str = ""


@dataclass
class AlertState:
    """One alert: what it said last and whether somebody has it."""

    alert: str
    severity: str
    summary: str
    since: int
    firing: bool = True
    acknowledged: int | None = None
    page: str | None = None
    runbook: str | None = None


@dataclass
class Offer:
    """A handoff that was offered."""

    id: str
    what: str
    giver: str
    receiver: str
    seq: int
    accepted: int | None = None
