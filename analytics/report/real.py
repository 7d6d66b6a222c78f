"""A real incident's timeline, as teams and public collections write them: CSV, a Markdown table, or front matter.

Its minutes count from its first line, as a drill's count from the first page. What it leaves out stays left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.about import TIMES
from simulator.errors import DrillError

MOST_LINES, LONGEST_TEXT = 2_000, 400
"""Lines of a timeline, and characters of what one says."""
TIME_HEADS = ("time", "at", "when", "timestamp", "date", "datetime", "utc", "minute", "t")
WORD_HEADS = ("what", "event", "text", "description", "entry", "action", "happened", "details", "message", "update",
              "summary", "note")  # fmt: skip
TURN_HEADS = ("turn", "turning point", "milestone")
FORMS = "write HH:MM, a date with a time (2024-03-01 14:02), or T+12"
SAYS = {
    "acknowledged": (r"\back(ed|nowledged?)?\b", r"\bpage (was )?(taken|answered)\b", r"\bon-?call (joined|responded)"),
    "declared": (r"\bdeclared?\b", r"\bincident (was )?(opened|created|started)\b", r"\bsev-?\d\b"),
    "first_update": (r"\bstatus ?page\b", r"\bcustomers? (were |was )?(told|informed|notified)", r"\bfirst update\b",
                     r"\b(posted|published) (an? |the )?update\b"),
    "first_mitigation": (r"\bmitigat", r"\broll(ed|ing)? ?back\b", r"\brevert", r"\bfail(ed)? ?over\b",
                         r"\bdisabled?\b", r"\bhotfix", r"\brestart(ed)?\b"),
    "recovered": (r"\brecovered\b", r"\bresolved\b", r"\brestored\b", r"\bback to normal\b",
                  r"\bservice (is |was )?(fully )?back\b"),
    "verified": (r"\bverified\b", r"\bconfirmed (that )?(the )?(fix|recovery|service)",
                 r"\bmonitoring (shows|confirm)"),
    "closed": (r"\bclosed?\b", r"\ball clear\b", r"\bincident (is |was )?over\b"),
}  # fmt: skip
"""What a line says where it may be a turning point: a proposal, which whoever reads it changes."""
WORDS = {turn: re.compile("|".join(ways), re.IGNORECASE) for turn, ways in SAYS.items()}
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:Z|UTC)?", re.IGNORECASE)
AFTER = re.compile(r"T?\s*([+−-]?)\s*(\d{1,4})(?::(\d{2}))?\s*(?:m|min|mins|minutes)?", re.IGNORECASE)
DAY = 24 * 60
LATE, EARLY = 18 * 60, 6 * 60
"""Minutes of a day from which, and up to which, a clock that goes back went past midnight."""


@dataclass(frozen=True)
class RealLine:
    """One line of a real timeline."""

    minute: float
    """After the first line."""
    text: str
    turn: str = ""
    """The turning point it says it is, empty where it says nothing."""


@dataclass(frozen=True)
class RealIncident:
    """What a file says of an incident that happened."""

    title: str
    lines: tuple[RealLine, ...]

    def proposed(self) -> dict[str, int]:
        """Return turning point -> the line that seems to be it: the one that says so, else the first whose words do."""
        found = {line.turn: n for n, line in reversed(list(enumerate(self.lines))) if line.turn}
        for turn, words in WORDS.items():
            if turn not in found:
                n = next((n for n, line in enumerate(self.lines) if not line.turn and words.search(line.text)), None)
                if n is not None and n not in found.values():
                    found[turn] = n
        return {turn: found[turn] for turn in TIMES if turn in found}


def read_timeline(text: str, file: str) -> RealIncident:
    """Return the incident that a file tells of. Raises DrillError with file, line and remedy."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DrillError(f"{file}: is empty; give a timeline as CSV, as a Markdown table, or with front matter")
    if text.lstrip().startswith(("{", "[")):
        raise DrillError(f"{file}: is JSON; give a timeline as CSV or as a Markdown table, with a time and what "
                         "happened")
    head, body, skipped = _front_matter(text)
    title = head.get("title") or " ".join(filter(None, (head.get("company"), head.get("product"))))
    rows = list(_markdown(body, skipped)) or ([] if head else list(_csv(text, file)))
    if rows:
        return RealIncident(title or _stem(file), _lines(rows, file))
    if head:
        return RealIncident(title or _stem(file), _from_head(head, file))
    raise DrillError(f"{file}: has no table; give CSV, or a Markdown table, with a time and what happened")


def _stem(file: str) -> str:
    return file.rpartition("/")[2].rpartition(".")[0] or file


def _front_matter(text: str) -> tuple[dict[str, str], str, int]:
    """Return what stands between two lines of dashes at the top, the rest, and how many lines went before it."""
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        return {}, text, 0
    end = next(n for n, line in enumerate(lines) if n and line.strip() == "---")
    found = {}
    for line in lines[1:end]:
        if field := re.fullmatch(r"(\w+):(.*)", line):
            found[field[1]] = field[2].strip().strip("\"'")
    return found, "\n".join(lines[end + 1 :]), end + 1


def _from_head(head: Mapping[str, str], file: str) -> tuple[RealLine, ...]:
    """Return the two moments that front matter has: when it began and when it was over."""
    ends = []
    for name, other in (("start_time", "end_time"), ("end_time", "start_time")):
        value = head.get(name)
        if not value:
            what = "is empty" if name in head else "is missing"
            raise DrillError(f"{file}: {name} {what}; give it beside {other}, such as 2024-03-01T14:02:00Z")
        ends.append(_moment(value, f"{file}: {name}"))
    begun, over = ends
    if over < begun:
        raise DrillError(f"{file}: end_time is before start_time; put them right")
    minutes = (over - begun).total_seconds() / 60
    return RealLine(0.0, "It began"), RealLine(minutes, "It was over", "recovered")


def _moment(value: str, where: str) -> datetime:
    """Return a date with its time; without a zone it is UTC."""
    text = value.strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise DrillError(f"{where}: {text} has no hour; write it as {text} 14:02")
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "Z").replace("Z", "+00:00"))
    except ValueError:
        raise DrillError(f"{where}: {_short(text)!r} is no time; {FORMS}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


Row = tuple[int, str, str, str]
"""Line of the file, time, words, turning point."""


def _markdown(text: str, skipped: int) -> Iterator[Row]:
    """Yield the rows of the first table whose head names a time."""
    places: tuple[int, int, int] | None = None
    for number, line in enumerate(text.split("\n"), skipped + 1):
        if not line.lstrip().startswith("|"):
            if places:
                return
            continue
        inner = line.strip().removeprefix("|").removesuffix("|")
        cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner)]
        if places is None:
            places = _places(cells)
        elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            yield _row(number, cells, places)


def _csv(text: str, file: str) -> Iterator[Row]:
    first = text.lstrip("\n").split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    if mark not in first:
        return
    table = csv.reader(io.StringIO(text), delimiter=mark)
    places: tuple[int, int, int] | None = None
    try:
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if places is None:
                places = _places(cells)
                if places is None:
                    where = f"{file}:{table.line_num}"
                    raise DrillError(f"{where}: no column is called time and none what; name them so in the first line")
                continue
            yield _row(table.line_num, cells, places)
    except csv.Error as error:
        raise DrillError(f"{file}:{table.line_num}: is no CSV ({error}); save it as CSV in UTF-8") from None


def _places(heads: Sequence[str]) -> tuple[int, int, int] | None:
    """Return in which columns time, words and turning point stand; -1 for none of the last."""
    names = [re.sub(r"[*_`]|\(.*\)", "", head).strip().casefold() for head in heads]
    at = next((names.index(name) for name in TIME_HEADS if name in names), None)
    turn = next((names.index(name) for name in TURN_HEADS if name in names), -1)
    words = next((n for word in WORD_HEADS for n, name in enumerate(names) if word in name.split()), None)
    if words is None and at is not None:
        words = next((n for n in range(len(names)) if n not in (at, turn)), None)
    return None if at is None or words is None else (at, words, turn)


def _row(number: int, cells: Sequence[str], places: tuple[int, int, int]) -> Row:
    at, words, turn = (cells[place].strip() if 0 <= place < len(cells) else "" for place in places)
    return number, at, " ".join(words.split())[:LONGEST_TEXT], turn.casefold().replace(" ", "_")


def _lines(rows: Sequence[Row], file: str) -> tuple[RealLine, ...]:
    if len(rows) > MOST_LINES:
        raise DrillError(f"{file}: has {len(rows)} lines, more than {MOST_LINES}; give the incident alone")
    found: list[RealLine] = []
    first: float | None = None
    before: tuple[int, str, float] | None = None
    kind = ""
    for number, at, words, turn in rows:
        where = f"{file}:{number}"
        if turn and turn not in TIMES:
            raise DrillError(f"{where}: {_short(turn)!r} is no turning point; take one of {', '.join(TIMES)}, or none")
        now_kind, minute = _minute(at, where)
        if kind and now_kind != kind:
            raise DrillError(f"{where}: {_short(at)!r} is {now_kind}, the lines before have {kind}; write all alike")
        kind = now_kind
        if before and minute < before[2] and kind == "a clock's time":
            minute += before[2] - before[2] % DAY
            if minute < before[2] and before[2] % DAY >= LATE and minute % DAY <= EARLY:
                minute += DAY
        if before and minute < before[2]:
            raise DrillError(f"{where}: {_short(at)} comes before {_short(before[1])} of line {before[0]}; put the "
                             "lines in order, or add the date where a day went by")  # fmt: skip
        before = number, at, minute
        first = minute if first is None else first
        found.append(RealLine(minute - first, words, turn))
    return tuple(found)


def _minute(text: str, where: str) -> tuple[str, float]:
    """Return how a time is written and which minute it is, of its day, of the drill or since 1970."""
    if not text:
        raise DrillError(f"{where}: has no time; {FORMS}")
    if found := CLOCK.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in found.groups())
        if hour > 23 or minute > 59 or second > 59:
            raise DrillError(f"{where}: {text} is no time of a day; {FORMS}")
        return "a clock's time", 60 * hour + minute + second / 60
    if found := AFTER.fullmatch(text):
        sign, minutes, seconds = found.groups()
        return "minutes", (-1 if sign in ("-", "−") else 1) * (int(minutes) + int(seconds or 0) / 60)
    moment = _moment(text, where)
    return "a date and time", (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(minutes=1)
