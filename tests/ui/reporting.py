"""Finished drills that tests make documents of: recorded ones, one that was followed through, and tiny ones."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from scenarios.loader import load
from simulator.record.follow_up import FollowUpEntry, LessonAnswers
from simulator.record.journal import parse
from tests import recorded
from tests.analytics import builders as b
from ui.reports.finished import Finished, of_file

DOC = Path(__file__).resolve().parents[2] / "docs" / "reports.md"
EVIL = "=1+1 <script>alert(1)</script> | [x](javascript:1) **loud** ![p](http://x/y.png)"
DRILLS = ("auth_token-by_the_book-7", "billing_mismatch-by_the_book-7", "permission_leak-by_the_book-7")


@cache
def finished(name: str) -> Finished:
    """Return a recorded drill."""
    files = recorded.read(name)
    journal = parse("\n".join(recorded.journal_lines(files)), name)
    head = journal.header
    scenario = load(head.scenario, head.variant, head.difficulty).scenario
    return of_file(journal, scenario, json.loads(files["score.json"]), {})


def followed_through() -> Finished:
    """Return a drill that was followed through, with something nasty in every place in which people write."""
    drill = finished(DRILLS[0])
    entries = (
        FollowUpEntry(n=1, made=10, author="Ana", item="review", changes={"guardrail": f"{EVIL} human error"}),
        FollowUpEntry(n=2, made=11, author="Ana", item="action-2", changes={
            "text": EVIL, "owner": EVIL, "due": "2026-03-20", "factor": "flag_half", "class": "prevent",
            "signal": "alert_fires", "shown_by": "it fires", "retest": "auth_token/base"}),
    )  # fmt: skip
    lessons = (LessonAnswers(answers={"real": "4", "next": EVIL}), LessonAnswers(author="Bo", answers={"real": "2"}))
    return Finished(drill.journal, drill.scenario, drill.card, entries, lessons, created=5.0, ended=9.0)


def built(*lines: Any, **more: Any) -> Finished:
    """Return a finished drill of the fixture of criteria, which nobody has scored."""
    record = b.drill(*lines, **more)
    return Finished(record.journal, record.scenario, None)
