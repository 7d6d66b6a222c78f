"""Where in a scenario names, conditions and templates stand: what the linter walks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Steps = tuple[str | int, ...]

GROUPS = (
    "services", "segments", "harm", "figures", "topics", "roles", "metrics", "alerts", "changes", "merges", "logs",
    "queries", "actions", "injects", "causes", "blast", "residual_risks", "unknowns", "reasons", "needs", "revisions",
    "factors", "evidence_minimum", "objectives", "wrong_places",
)  # fmt: skip
REFERENCES = (
    ("roles.*.cues.*.topics.*", "topics"), ("metrics.*.segment", "segments"), ("alerts.*.metric", "metrics"),
    ("alerts.*.page", "roles"), ("changes.*.service", "services"), ("merges.*.service", "services"),
    ("logs.*.service", "services"), ("logs.*.cause", "causes"), ("queries.*.executors.*", "roles"),
    ("queries.*.topic", "topics"), ("queries.*.serves.*", "evidence_minimum"),
    ("queries.*.discriminates.*", "causes"), ("queries.*.supports.*", "causes"),
    ("queries.*.precheck_of.*", "actions"), ("actions.*.executors.*", "roles"), ("actions.*.coverage.*", "segments"),
    ("actions.*.side_effects.*", "blast"), ("actions.*.reversible_by", "actions"),
    ("actions.*.precheck", "queries"), ("actions.*.sign_offs.*", "roles"), ("actions.*.conflicts.*", "actions"),
    ("actions.*.instead_of", "actions"),
    ("actions.*.topic", "topics"), ("injects.*.occupies.*", "roles"), ("expert.injects.*.occupies.*", "roles"),
    ("injects.*.to.*", "roles"), ("injects.*.channel", "channels"), ("injects.*.claim", "causes"),
    ("injects.*.disproved_by.*", "queries"), ("injects.*.proposes", "actions"),
    ("injects.*.objective", "objectives"), ("injects.*.leaves", "incident roles"),
    ("overlay.freeze_scope.*", "services"), ("overlay.readiness_queries.*", "queries"),
    ("overlay.baseline_queries.*", "queries"), ("overlay.health_queries.*", "queries"),
    ("overlay.indicators.*", "metrics"), ("overlay.segment_indicators.*", "metrics"),
    ("overlay.dual_sign_off.*", "seats"), ("overlay.write_freeze.*", "actions"),
    ("overlay.capture_before.*", "actions"),
    ("overlay.boundary_queries.*", "queries"),
    ("overlay.capture_action", "actions"), ("overlay.reporter_action", "actions"),
    ("overlay.deadlines.*.after.*", "queries"), ("overlay.deadlines.*.paged.*", "roles"),
    ("overlay.deadlines.*.done.*", "actions"), ("restricted.*", "channels"), ("room", "channels"),
    ("overlay.deadlines.*.cap", "caps"), ("actions.*.cap", "caps"), ("teaching.*.seats.*", "seats"),
    ("injects.*.answers.*.effects.*.knob", "knobs"), ("overlay.owner_chain.*", "seats"),
    ("overlay.need_to_know.*", "roles"),
    ("metrics.*.source", "sources"), ("severity_facts.*.fact", "facts"), ("overlay.readiness_fact", "facts"),
    ("actions.*.effects.*.knob", "knobs"), ("actions.*.starts_with.*.knob", "knobs"),
    ("actions.*.abort_effects.*.knob", "knobs"), ("actions.*.mishap.effects.*.knob", "knobs"),
    ("actions.*.mishap.service", "services"), ("injects.*.effects.*.knob", "knobs"),
    ("merges.*.effects.*.knob", "knobs"), ("novice.alerts.*.metric", "metrics"), ("novice.panels.*", "metrics"),
    ("expert.absent.*", "roles"), ("expert.injects.*.effects.*.knob", "knobs"), ("expert.injects.*.to.*", "roles"),
    ("expert.injects.*.channel", "channels"), ("expert.injects.*.objective", "objectives"),
    ("expert.merges.*.effects.*.knob", "knobs"), ("expert.merges.*.service", "services"),
)  # fmt: skip
"""Where in a scenario an id stands, and what it must be the id of."""
CONDITIONS = (
    "roles.*.cues.*.moot_when",
    "queries.*.requires", "actions.*.preconditions.*.when", "actions.*.stalls_when", "actions.*.ready_when",
    "actions.*.sign_when", "actions.*.cap_when",
    "injects.*.when", "expert.injects.*.when", "injects.*.answers.*.right_when", "teaching.*.until",
    "blast.*.true_when", "residual_risks.*.true_when", "unknowns.*.true_when", "revisions.*.true_when",
)  # fmt: skip
TEMPLATES = (
    "queries.*.output", "queries.*.refusal", "actions.*.output", "actions.*.stall_output",
    "actions.*.preconditions.*.message", "actions.*.mishap.says", "injects.*.text", "injects.*.answers.*.reply",
    "alerts.*.summary",
    "wrong_places.*.output", "logs.*.text", "novice.alerts.*.summary", "expert.injects.*.text",
)  # fmt: skip
STATES = ("none", "waiting", "running", "stalled", "done", "failed", "aborted")
COMPARISONS = ("above", "below", "not")


def parts(data: Any, pattern: str) -> Iterator[tuple[Steps, Any]]:
    """Yield (path, value) for every place that `pattern` names; `*` stands for every item or every value."""
    yield from _walk(data, pattern.split("."), ())


def _walk(data: Any, pattern: list[str], path: Steps) -> Iterator[tuple[Steps, Any]]:
    if not pattern:
        if data is not None:
            yield path, data
        return
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        items: Any = enumerate(data) if isinstance(data, list) else data.items() if isinstance(data, Mapping) else ()
        for key, value in items:
            yield from _walk(value, rest, (*path, key))
    elif isinstance(data, Mapping) and head in data:
        yield from _walk(data[head], rest, (*path, head))
