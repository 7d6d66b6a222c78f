"""Points that a facilitator sets by hand: they stand beside what the record gave and never in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.scorecard import tenths

Card = Mapping[str, Any]
"""A published scorecard."""
SHOWN = ("criterion", "points", "out_of", "was", "reason", "author", "made")


def playbook_of(card: Card | None) -> str | None:
    """Return the id of the playbook that a published scorecard was made with; older ones do not say."""
    said = (card or {}).get("playbook")
    return str(said["id"]) if isinstance(said, Mapping) else said


def in_force(overrides: Iterable[Mapping[str, Any]], card: Card) -> dict[str, Mapping[str, Any]]:
    """Return criterion -> the last correction of it that was made under this scorecard's playbook."""
    book = playbook_of(card)
    return {str(one["criterion"]): one for one in overrides if one.get("playbook") in (None, book)}


def total_by_hand(card: Card, corrections: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Return what the total would be with these corrections; None without any, or where there is no total."""
    findings = [one for part in card["parts"] for one in part["criteria"]]
    if card["total"] is None or not any(one["id"] in corrections for one in findings):
        return None
    attainable = tenths(one["out_of"] for one in findings)
    earned = tenths(corrections.get(one["id"], one)["points"] for one in findings)
    limits = [one["limit"] for one in (*card["caps"], *card.get("anti_patterns", ()))]
    if card["total"] < card["uncapped"]:
        limits.append(card["total"])  # several limits together may cut deeper than the lowest of them
    return int(min([100 * earned // attainable if attainable else 0, *limits]))


def with_overrides(card: Card, overrides: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a published scorecard with the corrections beside it; all that it had stays as it was."""
    made = list(overrides)
    if not made:
        return dict(card)
    corrected = total_by_hand(card, in_force(made, card))
    return {
        **card,
        "overrides": [{name: one[name] for name in SHOWN if name in one} for one in made],
        "total_by_hand": corrected,
    }
