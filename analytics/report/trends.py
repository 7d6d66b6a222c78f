"""Many scored drills as tables, in the manner of `analytics.report.tables`: what can be said of them, and no more.

Numbers are compared within a group alone: one scenario and variant, playbook, mode, pace and difficulty. Nothing here
puts people in an order.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations
from statistics import mean, quantiles
from typing import Any, Literal

from analytics.about import TIMES
from analytics.report.tables import table
from simulator.record.result import DrillResult

WHEN = "datetime64[s, UTC]"
ENOUGH = 8
"""Drills from which on something is said of their course; of fewer only the drills themselves are shown."""
TEAMS = 5
"""Teams from which on figures over several of them are shown: of fewer one could tell whose they are."""
QUARTERS = 8
"""Teams from which on it is said where a quarter of them lies: of fewer that is what one of them came to."""
STRETCH = 5
"""Drills over which a median and its quartiles are taken."""
SURE = 1.645
"""Standard deviations from which on a course counts as one (one in ten is chance, in either direction)."""
RECURS = 3
"""Drills in which the same gap shows before it is called recurring."""
TOTAL = "total"
"""What stands for the total among the parts."""
BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
"""Probabilities that were stated, from and up to."""
NOT_FOUND = ("missed", "not_observed", "partial")
Names = Mapping[str, str]
"""Id -> title, of parts and criteria."""


def when(second: float) -> datetime:
    """Return an instant as tables hold it."""
    return datetime.fromtimestamp(round(second), UTC)


def oldest_first(results: Iterable[DrillResult]) -> list[DrillResult]:
    """Return drills in the order in which they were."""
    return sorted(results, key=lambda one: (one.ended, one.drill))


@table(
    drill="str", ended=WHEN, scenario="str", title="str", variant="str", difficulty="str", playbook="str", mode="str",
    pace="str", kind="str", people="int64", total="Int64", uncapped="int64", band="str", low="Int64", high="Int64",
    caps="str", anti_patterns="str", team="str", sample="bool", ended_early="float64",
)  # fmt: skip
def drills(results: Iterable[DrillResult]) -> Iterator[Any]:
    """Return a row a drill, as they come; what has no number is missing, what has no word is empty.

    `ended_early` is the drill minute at which the facilitator ended it before its time.
    """
    for one in results:
        yield {
            "drill": one.drill, "ended": when(one.ended), "scenario": one.scenario, "title": one.title,
            "variant": one.variant, "difficulty": one.difficulty, "playbook": one.playbook, "mode": one.mode,
            "pace": one.pace, "kind": one.kind, "people": one.people, "total": one.total,
            "uncapped": one.uncapped, "band": one.band or "", "low": one.low, "high": one.high,
            "caps": ", ".join(one.caps), "anti_patterns": ", ".join(one.patterns.values()), "team": one.team or "",
            "sample": one.sample, "ended_early": _number(None if one.until is None else one.until / 60),
        }  # fmt: skip


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


@table(drill="str", ended=WHEN, title="str", part="str", criterion="str", status="str", share="float64")
def criteria(results: Iterable[DrillResult]) -> Iterator[Any]:
    """Return how each criterion was met in each drill; `share` is NaN where it did not apply."""
    for one in results:
        for found in one.criteria:
            counts = found.status != "not_applicable" and found.out_of > 0
            share = found.points / found.out_of if counts else math.nan
            yield one.drill, when(one.ended), one.title, found.part, found.id, found.status, share


@table(
    drill="str", ended=WHEN, number="int64", part="str", title="str", percent="float64", low="float64", high="float64",
    median="float64", first_quarter="float64", last_quarter="float64", early="bool",
)  # fmt: skip
def parts(results: Iterable[DrillResult], names: Names) -> Iterator[Any]:
    """Return what was earned of each part, in percent, and of the total, for drills of one group, oldest first.

    `low` and `high` are those of the same commands on other seeds, which only the total has. Median and quartiles are
    of the drill and the four before it, NaN before there are five. A drill that was ended `early` shows what it earned
    of what could be judged by then: it is in no median.
    """
    ordered = oldest_first(results)
    earned: dict[str, list[tuple[int, DrillResult, float, float, float]]] = defaultdict(list)
    for number, one in enumerate(ordered, 1):
        if one.total is not None:
            earned[TOTAL].append((number, one, float(one.total), _number(one.low), _number(one.high)))
        for part in one.parts:
            if part.out_of:
                share = 100 * part.points / part.out_of
                earned[part.id].append((number, one, share, math.nan, math.nan))
    for part_id, line in earned.items():
        whole = list[float]()
        for number, one, value, low, high in line:
            early = one.until is not None
            whole += [] if early else [value]
            last = whole[-STRETCH:]
            first, middle, third = _quartiles(last) if len(last) == STRETCH and not early else (math.nan,) * 3
            title = "Total" if part_id == TOTAL else names.get(part_id, part_id)
            yield (one.drill, when(one.ended), number, part_id, title, value, low, high, middle, first, third, early)


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return first quartile, median and third quartile (the values themselves counted in)."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    first, middle, third = quantiles(values, n=4, method="inclusive")
    return first, middle, third


def course(values: Sequence[float]) -> Literal["rises", "falls", "level", "too few"]:
    """Tell whether values in their order rise or fall more than chance would (Mann 1945, Econometrica 13; Kendall)."""
    n = len(values)
    if n < ENOUGH:
        return "too few"
    s = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    ties = sum(k * (k - 1) * (2 * k + 5) for k in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if not variance or abs(s) <= 1:
        return "level"
    z = (abs(s) - 1) / math.sqrt(variance)
    return "level" if z < SURE else "rises" if s > 0 else "falls"


DRILL, REAL, UNPAGED = "drill", "real", "real, after its first line"
"""Whose a turning point is: a drill's, or that of the people in a real incident; of which no page may be known."""


@table(who="str", drill="str", ended=WHEN, number="int64", turn="str", minute="float64")
def times(results: Iterable[DrillResult], beside: Mapping[str, float] | None = None) -> Iterator[Any]:
    """Return the drill minute of each turning point in each drill of one group, NaN for what never came.

    Those of a real incident, in minutes, stand `beside` them without a drill.
    """
    for number, one in enumerate(oldest_first(results), 1):
        for turn in TIMES:
            if turn in one.times:
                second = one.times[turn]
                minute = math.nan if second is None else second / 60
                yield DRILL, one.drill, when(one.ended), number, turn, minute
    for turn, minute in (beside or {}).items():
        yield REAL, "", None, 0, turn, minute


@table(turn="str", came="int64", of="int64", median="float64", first_quarter="float64", last_quarter="float64")
def times_over(results: Sequence[DrillResult]) -> Iterator[Any]:
    """Return how often each turning point came and when, over drills of one group.

    A turning point that did not come is later than any that did; a drill that was ended early says nothing of when what
    it lacks would have come, and is left out. With fewer drills than are enough, or where half of
    them never came to it, there is no median; means are not taken at all.
    """
    whole = [one for one in results if one.until is None]
    for turn in TIMES:
        seconds = [one.times[turn] for one in whole if turn in one.times]
        came = [second for second in seconds if second is not None]
        padded = sorted([second / 60 for second in came] + [math.inf] * (len(seconds) - len(came)))
        ends = (math.nan,) * 3
        if len(seconds) >= ENOUGH:
            ends = tuple(_finite(padded[min(len(padded) - 1, round(q * (len(padded) - 1)))]) for q in (0.5, 0.25, 0.75))  # type: ignore[assignment]
        yield turn, len(came), len(seconds), *ends


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


@table(name="str", role="str", title="str", drills="int64", last=WHEN)
def coverage(results: Iterable[DrillResult]) -> Iterator[Any]:
    """Return who has held which role in how many drills, by name: told to the team alone, and no measure of anybody.

    A role goes by what scenarios have in common of its title: `Triage lead`, whoever's on-call it is.
    """
    found: dict[tuple[str, str], tuple[str, int, float]] = {}
    for one in results:
        for held in one.held:
            title, number, last = found.get((held.name, held.role), (held.title.partition(" (")[0], 0, 0.0))
            found[held.name, held.role] = title, number + 1, max(last, one.ended)
    for (name, role), (title, number, last) in sorted(found.items()):
        yield name, role, title, number, when(last)


@table(criterion="str", title="str", part="str", gaps="int64", of="int64", lost="float64", last=WHEN)
def gaps(results: Iterable[DrillResult], names: Names) -> Iterator[Any]:
    """Return each criterion that was not fully met, in how many of the drills it applied to, and the share lost.

    The most frequent first.
    """
    applied: Counter[str] = Counter()
    found: dict[str, list[Any]] = {}
    for one in results:
        for row in one.criteria:
            if row.status != "not_applicable" and row.out_of:
                applied[row.id] += 1
                if row.status in NOT_FOUND:
                    gap = found.setdefault(row.id, [row.part, 0, 0.0, 0.0])
                    gap[1] += 1
                    gap[2] += 1 - row.points / row.out_of
                    gap[3] = max(gap[3], one.ended)
    for ident, (part, number, lost, last) in sorted(found.items(), key=lambda pair: (-pair[1][2], pair[0])):
        yield ident, names.get(ident, ident), part, number, applied[ident], lost / applied[ident], when(last)


@table(pattern="str", title="str", drills="int64", of="int64", last=WHEN)
def patterns(results: Sequence[DrillResult]) -> Iterator[Any]:
    """Return each anti-pattern that showed, in how many of the drills, and when last; the most frequent first."""
    found: dict[str, tuple[str, int, float]] = {}
    for one in results:
        for ident, title in one.patterns.items():
            _, number, last = found.get(ident, (title, 0, 0.0))
            found[ident] = title, number + 1, max(last, one.ended)
    for ident, (title, number, last) in sorted(found.items(), key=lambda pair: (-pair[1][1], pair[0])):
        yield ident, title, number, len(results), when(last)


@table(since="float64", until="float64", said="float64", came="float64", low="float64", high="float64", n="int64")
def calibration(results: Iterable[DrillResult]) -> Iterator[Any]:
    """Return how sure the team said to be of causes, and how often they were true, in percent, by fifths.

    `low` and `high` are Wilson's 90 % interval of that share.
    """
    forecasts = [forecast for one in results for forecast in one.forecasts]
    for low, high in BINS:
        inside = [f for f in forecasts if low <= f.probability < high or (high == 1.0 and f.probability == 1.0)]
        if inside:
            true = sum(f.true for f in inside)
            ends = _wilson(true, len(inside))
            said = sum(f.probability for f in inside) / len(inside)
            yield 100 * low, 100 * high, 100 * said, 100 * true / len(inside), *(100 * x for x in ends), len(inside)


def _wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's interval of a share (Wilson 1927, JASA 22)."""
    share, z = hits / n, SURE
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def brier(results: Iterable[DrillResult]) -> tuple[float, int]:
    """Return the mean Brier score of all forecasts and how many there are; 0.25 is what always saying 50 % gets."""
    squares = [(f.probability - f.true) ** 2 for one in results for f in one.forecasts]
    return (sum(squares) / len(squares) if squares else math.nan), len(squares)


@table(turn="str", yours="float64", median="float64", first_quarter="float64", last_quarter="float64", teams="int64")
def across(newest: Sequence[DrillResult], yours: DrillResult | None = None) -> Iterator[Any]:
    """Return the minutes of turning points over the newest drill of each of several teams, and those of yours.

    Nothing at all for fewer teams than five, and no line of what fewer than five of them came to; quarters from eight
    on. Each figure is the mean of three or four teams that lie next to each other there, in whole minutes: none says
    what one came to, nor does it together with what yours did.
    """
    if len({one.team for one in newest}) < TEAMS:
        return
    for turn in TIMES:
        minutes = sorted(second / 60 for one in newest if (second := one.times.get(turn)) is not None)
        if len(minutes) >= TEAMS:
            own = yours.times.get(turn) if yours else None
            known = len(minutes) >= QUARTERS
            first, last = (_around(minutes, share) if known else math.nan for share in (0.25, 0.75))
            yield (turn, math.nan if own is None else round(own / 60), _around(minutes, 0.5), first, last,
                   len(minutes))  # fmt: skip


def _around(values: Sequence[float], share: float) -> float:
    """Return the mean of three or four of sorted values, as many on either side of a share of the way through them."""
    place = share * (len(values) - 1)
    low, high = math.floor(place), math.ceil(place)
    # Of two, whoever is one of them could tell the other.
    return round(mean(values[low - 1 : high + 2]))


@dataclass(frozen=True)
class FollowedAction:
    """What a team resolved to do after a drill, and what has become of it."""

    drill: str
    what: str
    owner: str
    due: date | None
    state: Literal["open", "done", "dropped"]
    retested: str | None = None
    """The later drill that shows it holds, None while none does."""


@table(drill="str", what="str", owner="str", due="str", state="str", late="bool", retested="str")
def actions(resolved: Iterable[FollowedAction], today: date) -> Iterator[Any]:
    """Return the actions of many drills: what is open first, the earliest due first."""
    last = date.max
    for one in sorted(resolved, key=lambda a: (a.state != "open", a.retested is not None, a.due or last, a.what)):
        late = one.state == "open" and one.due is not None and one.due < today
        due = one.due.isoformat() if one.due else ""
        yield one.drill, one.what, one.owner, due, one.state, late, one.retested or ""
