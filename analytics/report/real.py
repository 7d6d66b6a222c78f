"""A real incident's timeline, as people write them: CSV, a Markdown table or list, or front matter.

Its minutes count from its first line; a drill's count from the first page, so which line is the page has to be known
before they are compared. What it leaves out stays left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from analytics.about import TIMES
from analytics.report.cells import active
from simulator.errors import DrillError

MOST_LINES, LONGEST_TEXT = 2_000, 600
"""Lines of a timeline, and characters of what one says."""
TIME_HEADS = ("time", "at", "when", "timestamp", "date", "datetime", "utc", "minute", "t")
WORD_HEADS = ("what", "event", "text", "description", "entry", "action", "happened", "details", "message", "update",
              "summary", "note")  # fmt: skip
OTHERS: Mapping[str, tuple[str, ...]] = {
    "turn": ("turn", "turning point", "milestone"),
    "who": ("who", "by", "from", "persona", "actor", "author", "owner"),
    "kind": ("kind", "form", "type"),
    "when": ("comes when", "condition"),
    "until": ("until minute", "until"),
    "expected": ("expected response", "expects"),
}
"""What else a table may say of a line -> what its column is called."""
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
PAGES = re.compile(
    r"\bpaged\b|\bpager(?:duty)?\b|(?<!web )\bpage (?:was |is )?(?:fired|sent|went|came|triggered|received)\b|"
    r"\b(?:first|1st) page (?:at|for|to|by)\b|^\W*first page\W*$|\bpages? on-?call\b|\balert(?:s|ed)?\b|\balarms?\b|"
    r"\breported\b|\b(?:customers?|users?|support|partners?) reports?\b|\breports? (?:of|from|by|that|came|come)\b|"
    r"\b(?:we|support|on-?call|I) (?:were|was|got) (?:called|phoned|told|alerted)\b",
    re.IGNORECASE,
)
"""What a line says with which people heard of it: a proposal, too."""
NOT_PAGED = re.compile(
    r"\b(?:no|without|not|never|nor|nobody|zero)(?: [\w-]+){0,2} (?:paged?|pager(?:duty)?|alert(?:s|ed)?|alarms?|"
    r"report(?:s|ed)?)\b|"
    r"\b(?:alert|alarm)s? (?:rules?|thresholds?|polic(?:y|ies)|config\w*|channels?|dashboards?)\b|"
    r"\bpager(?:duty)? (?:rota|schedule|config\w*)\b",
    re.IGNORECASE,
)
"""What it says with which nobody did: that none came, or how alerts are set up."""
LISTED = re.compile(
    r"\s*[-*+]\s+[*_`\[(]*((?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}(?::\d{2})?(?: ?(?:UTC|Z))?|T[+−-]\d+(?::\d{2})?)"
    r"[*_`\])]*+\s*[-–—:|,]*+[*_]*+\s+(.+)", re.IGNORECASE,
)  # fmt: skip
"""A line of a list that begins with a time."""
MARKED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""A character that Markdown would have taken for markup."""
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:Z|UTC)?", re.IGNORECASE)
AFTER = re.compile(r"T?\s*([+−-]?)\s*(\d{1,4}(?:\.\d{1,20})?)(?::(\d{2}))?\s*(?:m|min|mins|minutes)?", re.IGNORECASE)
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
    who: str = ""
    kind: str = ""
    """What kind of line it says it is, in its own words."""
    when: str = ""
    """Of an exercise: what must be so for it to come."""
    until: str = ""
    expected: str = ""
    """Of an exercise: what it calls for."""


@dataclass(frozen=True)
class RealIncident:
    """What a file says of an incident that happened."""

    title: str
    lines: tuple[RealLine, ...]
    zero: float | None = None
    """Where its times count from a moment of its own, such as the page: the minute of that after its first line."""
    about: str = ""

    def page(self) -> int | None:
        """Return which line seems to be the page: the first that says an alert, a page or a report came."""
        kinds = ("alert", "page", "report")
        return next((n for n, line in enumerate(self.lines)
                     if line.kind.casefold() in kinds or PAGES.search(NOT_PAGED.sub("", line.text))), None)  # fmt: skip

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
    rows = list(_markdown(body, skipped)) or list(_list(body, skipped)) or ([] if head else list(_csv(text, file)))
    if rows:
        heading = re.search(r"^#\s+(.+)$", body, re.MULTILINE)
        return of_rows(rows, file, title or (MARKED.sub(r"\1", heading[1].strip())[:120] if heading else ""))
    if head:
        return RealIncident(title or _stem(file), _from_head(head, file))
    raise DrillError(f"{file}: has no table; give CSV, or a Markdown table or list, with a time and what happened")


def of_rows(rows: Sequence[RealRow], file: str, title: str = "") -> RealIncident:
    """Return the incident that rows of a table tell of. Raises DrillError with file, line and remedy."""
    zero, lines = _lines(rows, file)
    return RealIncident(title or _stem(file), lines, zero)


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


class RealRow(NamedTuple):
    """A row of a table: its line in the file, and what stands in it."""

    number: int
    at: str
    words: str
    turn: str = ""
    who: str = ""
    kind: str = ""
    when: str = ""
    until: str = ""
    expected: str = ""


LONGEST_HEAD = 200
"""Characters of a column's head that are read."""
Places = Mapping[str, int]
"""Field of a row -> the column in which it stands."""


def _markdown(text: str, skipped: int) -> Iterator[RealRow]:
    """Yield the rows of the first table whose head names a time."""
    places: Places | None = None
    for number, line in enumerate(text.split("\n"), skipped + 1):
        if not line.lstrip().startswith("|"):
            if places:
                return
            continue
        inner = line.strip().removeprefix("|").removesuffix("|")
        cells = [MARKED.sub(r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", inner)]
        if places is None:
            places = places_of(cells)
        elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            yield row_of(number, cells, places)


def _list(text: str, skipped: int) -> Iterator[RealRow]:
    """Yield the lines of a list that begin with a time."""
    for number, line in enumerate(text.split("\n"), skipped + 1):
        if found := LISTED.fullmatch(line[:2_000]):
            words = MARKED.sub(r"\1", found[2]).replace("**", "").replace("`", "")
            yield RealRow(number, found[1], " ".join(words.split())[:LONGEST_TEXT])


def _csv(text: str, file: str) -> Iterator[RealRow]:
    first = text.lstrip("\n").split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    if mark not in first:
        return
    table = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        yield from rows_of(((table.line_num, cells) for cells in table), file)
    except csv.Error as error:
        raise DrillError(f"{file}:{table.line_num}: is no CSV ({error}); save it as CSV in UTF-8") from None


def rows_of(table: Iterable[tuple[int, Sequence[str]]], file: str) -> Iterator[RealRow]:
    """Yield the rows under the head of a table, given line by line. Raises DrillError where no column is a time."""
    places: Places | None = None
    for number, cells in table:
        if not any(cell.strip() for cell in cells):
            continue
        if places is not None:
            yield row_of(number, cells, places)
            continue
        places = places_of(cells)
        if places is None:
            what = "no column is called time and none what; name them so in the first line"
            raise DrillError(f"{file}:{number}: {what}")


def places_of(heads: Sequence[str]) -> Places | None:
    """Return in which column each field stands; None where no column is a time and another says what happened."""
    names = [" ".join(re.sub(r"[*_`]|\([^()]*\)", " ", head[:LONGEST_HEAD]).split()).casefold() for head in heads]
    at = next((names.index(name) for name in TIME_HEADS if name in names), None)
    others = {field: next((names.index(name) for name in heads_of if name in names), -1)
              for field, heads_of in OTHERS.items()}  # fmt: skip
    taken = (at, *others.values())
    words = next((n for word in WORD_HEADS for n, name in enumerate(names) if word in name.split() and n not in taken),
                 None)  # fmt: skip
    if words is None and at is not None:
        words = next((n for n in range(len(names)) if n not in taken), None)
    return None if at is None or words is None else {"at": at, "words": words, **others}


def row_of(number: int, cells: Sequence[str], places: Places) -> RealRow:
    """Return what stands in a row of a table."""
    found = {field: active(cells[place].strip()) if 0 <= place < len(cells) else "" for field, place in places.items()}
    found["words"] = " ".join(found["words"].split())[:LONGEST_TEXT]
    return RealRow(number, **{**found, "turn": found["turn"].casefold().replace(" ", "_")})


def _lines(rows: Sequence[RealRow], file: str) -> tuple[float | None, tuple[RealLine, ...]]:
    """Return the lines, and which minute after the first is the one that their times count from, if any."""
    if len(rows) > MOST_LINES:
        raise DrillError(f"{file}: has {len(rows)} lines, more than {MOST_LINES}; give the incident alone")
    found: list[RealLine] = []
    first: float | None = None
    before: tuple[int, str, float] | None = None
    kind = ""
    for row in rows:
        number, at, turn = row.number, row.at, row.turn
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
        found.append(RealLine(minute - first, row.words, turn, *row[4:]))
    return None if kind != "minutes" or first is None else -first, tuple(found)


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
        return "minutes", (-1 if sign in ("-", "−") else 1) * (float(minutes) + int(seconds or 0) / 60)
    moment = _moment(text, where)
    return "a date and time", (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(minutes=1)
