"""How a drill was judged: its score with limits and areas, and how far its objectives were met."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from analytics.grounds import LEEWAY, READS
from analytics.overrides import with_overrides
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.tables import each
from simulator.responses import GOOD, Verdict
from simulator.room.notes import HIGHEST, LOWEST
from simulator.text import clock
from ui.reports.finished import Finished
from ui.reports.hurt import harmed_more, of_harm, whole
from ui.reports.worth import worth_doing

MOST_FINDINGS = 5
"""Strengths, and areas to improve, that a report names."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
LATE = 0.25
"""What a late response is worth beside one in time: half would let an objective that was served late pass as solid."""
JUSTIFIED = (
    f"“Justified”: {READS} seconds after what speaks for a step was seen, or {LEEWAY // 60} minutes after it could "
    f"first have been, whoever looked."
)
"""What “justified from” means in limits and areas."""
WHY = 120
"""Letters of why a criterion has its points, in a report; the debrief has all of it."""
FEWEST = 3
"""Responses below which a letter says nothing."""


def objectives(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what the drill was for, with how far the responses it called for came, and what evaluators gave it."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in each(story.injects(drill.view)):
        spec = drill.scenario.find("injects", row.inject)
        if row.verdict in VERDICTS and spec is not None and spec.objective:
            seen[spec.objective][row.verdict] += 1
    for one in drill.scenario.objectives:
        found = seen[one.id]
        share = (sum(found[v] for v in GOOD) + LATE * found["late"]) / found.total() if found else 0.0
        rated = [n for what in (one.id, f"objective:{one.id}") for n in drill.rated.get(what, {}).values()]
        yield {
            "id": one.id, "title": one.title, "target": one.target,
            "by_record": drill.playbook.band(math.floor(100 * share)) if found.total() >= FEWEST else
                         "too few to tell" if found else "not judged",
            "shown": ", ".join(f"{found[v]} {v}" for v in VERDICTS if found[v]) or
                     f"no response was called for{_unasked(drill, one.id)}",
            "by_evaluators": _letter(rated) if rated else "not rated",
        }  # fmt: skip


def _unasked(drill: Finished, objective: str) -> str:
    """Return the steps that were taken for an objective though nobody came to ask for anything.

    They are those that its requests would have called for, and those that want a look first which they call for.
    """
    wanted = {name for one in drill.scenario.injects if one.objective == objective and one.expects is not None
              and not one.expects.never for field in ("action", "query")
              for name in _picks(one.expects.fields.get(field, ()))}  # fmt: skip
    ran = [run for run in drill.view.started if {run.spec.id, run.spec.precheck} & wanted]
    first = {run.spec.title: clock(run.begun) for run in reversed(ran)}
    done = ", ".join(f"{title} from {at}" for title, at in reversed(first.items()))
    return f"; done unasked: {done}" if done else ""


def _picks(given: Any) -> Sequence[str]:
    return (given,) if isinstance(given, str) else tuple(given)


def _letter(rated: Sequence[int]) -> str:
    """Return the mean of ratings as the letter of objectives; a rating of no known level is of the nearest one."""
    return "PSMU"[HIGHEST - min(HIGHEST, max(LOWEST, round(sum(rated) / len(rated))))]


def points(drill: Finished) -> dict[str, Any]:
    card = with_overrides(drill.card, drill.corrections) if drill.card is not None else None
    nothing: Mapping[str, Any] = {"parts": []}
    rows = [row for row in each(frames.findings(card or nothing, drill.playbook)) if row.status != "not_applicable"]
    good = sorted((r for r in rows if r.status == "met"), key=lambda r: -r.points)
    gaps = sorted((r for r in rows if r.gap > 0), key=lambda r: -r.gap)

    # Where acting did harm, to act earlier is no advice, and none is needed where the head of a report names steps.
    unadvised = of_harm(drill.playbook) if harmed_more(drill) or worth_doing(drill) else frozenset()

    def shown(row: Any) -> dict[str, Any]:
        return {"id": row.id, "title": row.title, "points": row.points, "out_of": row.out_of, "why": row.why,
                "short": whole(row.why, WHY),
                "advice": "" if row.id in unadvised else row.advice,
                "source": row.source, "status": row.status.replace("_", " ")}  # fmt: skip

    titles = {one.id: one.title for one in (*drill.playbook.caps, *drill.playbook.anti_patterns)}
    limits = limited((*(card or {}).get("caps", ()), *(card or {}).get("anti_patterns", ())), titles)
    bands = {band.id: band.title for band in drill.playbook.bands}
    band = str((card or {}).get("band") or "")
    return {
        "scored": card is not None, "total": (card or {}).get("total"),
        "no_total": _why_none(card), "uncapped": (card or {}).get("uncapped"), "band": band,
        "band_title": bands.get(band, "no total"), "by_hand": (card or {}).get("total_by_hand"),
        "spread": (card or {}).get("spread"),
        "parts": [{"title": r.title, "points": r.points, "out_of": r.out_of}
                  for r in each(frames.parts(card or nothing, drill.playbook))],
        "caps": limits, "justified": JUSTIFIED,
        "findings": [shown(row) for row in rows], "strengths": [shown(row) for row in good[:MOST_FINDINGS]],
        "areas": list(_once([shown(row) for row in gaps[:MOST_FINDINGS]])),
    }  # fmt: skip


def _why_none(card: Mapping[str, Any] | None) -> str:
    """Return why there is no total where there is none."""
    if card is None:
        return "not scored"
    if card["total"] is not None:
        return ""
    return str(next(iter(card.get("remarks", ())), "the facilitator ended the drill, or too little was there to judge"))


def _once(areas: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield areas to improve, each with that of its reasons which no area before it gave; what is cut is not given."""
    said = dict[str, str]()
    for one in areas:
        why = _sentences(one["why"])
        new, old = [s for s in why if s not in said], dict.fromkeys(said[s] for s in why if s in said)
        rest = f"{'For the rest see' if new else 'See'} {', '.join(f'“{title}”' for title in old)}." if old else ""
        reason = " ".join([*new, rest]).strip()
        short = whole(reason, WHY)
        yield {**one, "why": reason, "short": short}
        said = {**dict.fromkeys(_sentences(short), one["title"]), **said}


def limited(given: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the limits, the strictest first; those of one kind, or for one reason, are one."""
    found: list[dict[str, Any]] = []
    for one in sorted(given, key=lambda one: one["limit"]):
        title, why = titles.get(one["id"], one["id"]), _sentences(one["why"])
        twin = next((other for other in found if other["title"] == title
                     or (why and {*why} <= {*_sentences(other["why"])})), None)  # fmt: skip
        if twin is None:
            found.append({"id": one["id"], "title": title, "limit": one["limit"], "why": one["why"]})
        else:
            twin["why"] = " ".join(dict.fromkeys([*_sentences(twin["why"]), *why]))
    return [{**one, "short": whole(one["why"], WHY)} for one in found]


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?]) ", text) if one]
