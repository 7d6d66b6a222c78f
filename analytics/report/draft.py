"""A draft of a drill from an incident that happened or an exercise that was written elsewhere.

What was read becomes what happens before the page and what people say after it, in the drill's time. What no list of
lines can tell (the world, what can be looked at and done) is a template's, and a TODO says so at its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Literal

from analytics.report.real import WORDS, RealIncident, RealLine
from simulator.errors import DrillError

Kind = Literal["change", "alert", "message", "ask", "claim", "order", "did"]
KINDS: Mapping[str, Kind] = {
    "change": "change", "deploy": "change", "release": "change", "merge": "change", "config": "change",
    "alert": "alert", "alarm": "alert", "page": "alert", "resolved": "alert", "symptom": "alert",
    "message": "message", "inject": "message", "update": "message", "email": "message", "call": "message",
    "ask": "ask", "asks": "ask", "question": "ask", "claim": "claim", "claims": "claim", "order": "order",
    "decides": "did", "does": "did", "starts": "did", "done": "did", "closed": "did", "action": "did",
    "decision": "did", "mitigated": "did",
}  # fmt: skip
"""First word of what a line says it is -> what it is to a drill; what it does not say, its words tell."""
_PAGES = re.compile(r"\b(alerts?|alarms?|pages?|paged|fired|monitor(s|ing)?|thresholds?)\b", re.IGNORECASE)
_TIME = re.compile(r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?Z?\b")
_SERVICE = re.compile(r"(?i)(?!(?:yes|no|on|off|true|false|null)$)[a-z][a-z0-9_-]{1,39}")
HOUR = 60.0
FULL, EARLIEST = 0.9, 100.0
"""Share of the drill that a longer incident is brought to, and minutes before the page of the earliest line kept."""
FIRST, QUIET = 10.0, 2.0
"""Minutes after the page that stay as they were, and of the silence that a longer incident is at least left."""
MOST_LISTED = 200
"""Lines of an incident that a draft has as what people say, and as what changed before the page."""
WIDE = 96
_KEY = re.compile(r"([\w.-]+):")


def draft(incident: RealIncident, name: str, template: str, source: str) -> str:
    """Return the file of a drill that begins with what was read; what it does not tell is a template's.

    Raises DrillError where nothing was read that could be played.
    """
    return _Draft(incident, template, source).filled(name)


class _Draft:
    """An incident in the drill's time."""

    def __init__(self, incident: RealIncident, template: str, source: str) -> None:
        self.incident, self.source = incident, source
        zero = _page(incident) if incident.zero is None else incident.zero
        self.lines = [(line.minute - zero, line) for line in incident.lines if line.text]
        if not self.lines:
            raise DrillError(f"{source}: holds no line that says anything; give times and what happened")
        last, first = self.lines[-1][0], self.lines[0][0]
        self.before = min(1.0, EARLIEST / -first) if first < 0 else 1.0
        self.pace = _Pace([at for at, _ in self.lines if at > FIRST] if last > HOUR - 2 else [])
        self.kinds = [_kind(line, at) for at, line in self.lines]
        both = zip(self.lines, self.kinds, strict=True)
        self.changes = [(at, line) for (at, line), kind in both if kind == "change" and at < 0]
        if len(self.changes) > MOST_LISTED:
            what = f"{len(self.changes)} lines before the page are changes, more than {MOST_LISTED}"
            raise DrillError(f"{source}: {what}; keep those that could be behind it")
        self.sections = list(_sections(template))
        owned = _KEY.findall(" ".join(dict(self.sections).get("services", ())))
        self.services: dict[str, str] = {}
        for one in (*owned, *filter(None, (_changed(line) for _, line in self.changes))):
            self.services.setdefault(one.casefold(), one)  # ids that differ in case alone are one

    def filled(self, name: str) -> str:
        """Return the template with what was read in the place of what it has."""
        title = " ".join(self.incident.title.split())[:120] or name
        about = self.incident.about or "TODO What they know before the page: what the company sells, who owns what."
        parts = {
            "#": self._head(),
            "drill": [f"drill: {name}"],
            "title": [f"title: {_text(title)}"],
            "summary": ["summary: TODO One sentence that users or support would say; not the cause."],
            "company": ["company: TODO the company's name", f"source: {_text(self.source)}"],
            "briefing": [f"briefing: {_text(self._said(about, 0))}"],
        }
        out: list[str] = []
        for key, lines in self.sections:
            out += self._before(key)
            worked_in = {"world": self._history, "services": self._owned, "says": self._says}.get(key)
            out += parts.get(key) or (worked_in(lines) if worked_in else lines)
        return "\n".join(out).rstrip() + "\n"

    def _head(self) -> list[str]:
        begun = f"# Begun with {len(self.lines)} lines of {_comment(self.source)}."
        left = "# `drill check` names what is left to do. Others are offered the drill once `draft` is taken out."
        return [begun, left]

    def _before(self, key: str) -> Iterator[str]:
        """Yield what is left to do at a section, above it."""
        if key == "t0":
            yield "# TODO t0: the wall clock at the page; fault: what was wrong, and since when"
            yield from (f"# TODO times: {one}; is there time for what people do?" for one in self.pace.told())
        elif key == "world":
            yield "# TODO world: this one is a template's. Who was hit, what turned it, how fast, what does it cost?"
            yield from self._noted("before the page, and no change", lambda kind, at: kind != "change" and at < 0)
        elif key == "signals":
            yield "# TODO signals: what they saw; the one with `page` opened the drill"
            yield from self._noted("an alert", lambda kind, at: kind == "alert" and at >= 0)
        elif key == "looks":
            yield "# TODO looks: the commands that they ran, and what those print"
        elif key == "moves":
            yield "# TODO moves: what they did, what they could have done, and one trap"
            yield from self._noted("what they did", lambda kind, at: kind == "did" and at >= 0)
            yield from self._noted("a change during it", lambda kind, at: kind == "change" and at >= 0)
        elif key == "causes":
            yield "# TODO causes: the true one, and the stories they believed on the way"

    def _noted(self, what: str, wanted: Callable[[Kind, float], bool]) -> Iterator[str]:
        for (at, line), kind in zip(self.lines, self.kinds, strict=True):
            if wanted(kind, at):
                who = f"{line.who}: " if line.who else ""
                yield f"# {self._at(at)} {what}: {_comment(who + line.text)}"[:WIDE]

    def _history(self, lines: Sequence[str]) -> list[str]:
        """Return the world's section with the changes that were read above those it has."""
        service = next(iter(re.findall(r"service: (\w+)", "\n".join(lines))), "")
        place = next((n for n, line in enumerate(lines) if line.strip() == "happens:"), None)
        if not self.changes or place is None:
            return list(lines)
        new = ["    # TODO which of these was it? Move the `set` of the template's change there, and take that out"]
        for at, line in self.changes:
            named = _changed(line)
            todo = "" if named else f"  # TODO which one{f'; {_comment(line.who)} did it' if line.who else ''}"[:WIDE]
            new.append(f"    - at: {self._at(at)}{self._really(at)}")
            new.append(f"      service: {self.services.get(named.casefold(), service)}{todo}")
            new.append(f"      says: {_text(self._said(line.text, at))}")
        return [*lines[: place + 1], *new, *lines[place + 1 :]]

    def _owned(self, lines: Sequence[str]) -> list[str]:
        """Return the section of services, with those that were changed."""
        known = _KEY.findall(" ".join(lines))
        found = [f"  {name}: TODO its team" for name in self.services.values() if name not in known]
        end = lines[-1].rstrip().removesuffix("}")
        return [*lines[:-1], ",\n".join([end, *found]) + "}"] if found else list(lines)

    def _says(self, lines: Sequence[str]) -> list[str]:
        """Return the section of what people say; the template's where nobody says anything."""
        said = [(at, line, kind) for (at, line), kind in zip(self.lines, self.kinds, strict=True)
                if kind in ("message", "ask", "claim", "order") and at >= 0 and not _is_page(at, line)]  # fmt: skip
        if len(said) > MOST_LISTED:
            what = f"{len(said)} lines after the page are said by somebody, more than {MOST_LISTED}"
            raise DrillError(f"{self.source}: {what}; keep those that a team has to hear")
        if not said:
            return list(lines)
        out = ["says:"]
        for at, line, kind in said:
            out += [f"  # TODO {one}" for one in _open_ends(line, kind)]
            out.append(f"  - at: {self._at(at)}{self._really(at)}")
            out.append(f"    who: {_text(_handle(line.who))}")
            out.append(f"    {'asks' if kind == 'ask' else 'text'}: {_text(self._said(line.text, at))}")
            if kind == "ask":
                out.append("    right: TODO the answer that is true, with the interval it is known to")
        return out

    def _seconds(self, at: float) -> int:
        return round(60 * (at * self.before if at < 0 else self.pace.at(at)))

    def _at(self, at: float) -> str:
        """Return a moment as a drill is written: `-12m`, `7m20s`."""
        return _time(self._seconds(at))

    def _really(self, at: float) -> str:
        """Return when it really was, as a comment, where that was another time."""
        return f"  # T{round(at):+d} min in the incident" if self._seconds(at) != round(60 * at) else ""

    def _said(self, text: str, at: float) -> str:
        """Return a text without what a template would fill in, its times moving with the drill's."""
        for mark, shown in (("{{", "["), ("}}", "]"), ("{%", "["), ("%}", "]"), ("{#", "["), ("#}", "]")):
            text = text.replace(mark, shown)
        return _TIME.sub(f"{{{{ utc({self._seconds(at)}) }}}}", text)


class _Pace:
    """How the minutes of a long incident go in a drill: as they were at first, then with its silences cut short."""

    def __init__(self, later: Sequence[float]) -> None:
        """`later` are the minutes after FIRST at which something was, in order; none where all fits as it is."""
        moments = [FIRST, *later]
        gaps = [after - before for before, after in pairwise(moments)]
        room = FULL * HOUR - FIRST
        self.most = max(QUIET, _level(gaps, room))
        cut = [min(gap, self.most) for gap in gaps]
        self.scale = min(1.0, room / max(sum(cut), room))
        ends = accumulate((gap * self.scale for gap in cut), initial=FIRST)
        self.ends = dict(zip(moments, ends, strict=True)) if gaps else {}

    def at(self, minute: float) -> float:
        """Return the drill minute of a moment of the incident that is not before its page."""
        return self.ends.get(minute, minute)

    def told(self) -> Iterator[str]:
        """Yield what was done to the incident's time, if anything was."""
        if self.ends:
            faster = f", and all goes {1 / self.scale:.1f} times as fast" if self.scale < 1 else ""
            kept = f"the first {FIRST:.0f} minutes are as they were"
            yield f"{kept}, after that silences are cut to {_time(round(60 * self.most))}{faster}"


def _level(gaps: Sequence[float], room: float) -> float:
    """Return the longest that gaps may be so that together they take no more than there is room for."""
    left = room
    for n, gap in enumerate(ordered := sorted(gaps)):
        if gap * (len(ordered) - n) > left:
            return left / (len(ordered) - n)
        left -= gap
    return room


def _time(seconds: int) -> str:
    """Return a moment or a duration as a drill is written: `-12m`, `7m20s`."""
    minutes, rest = divmod(abs(seconds), 60)
    return ("-" if seconds < 0 else "") + (f"{minutes}m" if not rest else f"{minutes}m{rest}s")


def _page(incident: RealIncident) -> float:
    """Return the minute of the line that seems to be the page: an alert, else what answers it, else the first."""
    paged = (line.minute for line in incident.lines if _kind(line, 0) == "alert")
    turns = incident.proposed()
    answers = (incident.lines[turns[one]].minute for one in ("acknowledged", "declared") if one in turns)
    return next(paged, next(answers, 0.0))


def _kind(line: RealLine, at: float) -> Kind:
    """Return what a line is to a drill: what it says it is, else what its words do."""
    said = line.kind.casefold().split()
    if said and said[0] in KINDS:
        return KINDS[said[0]]
    if at < 0:
        return "change"
    if line.text.rstrip().endswith("?"):
        return "ask"
    if line.turn or any(words.search(line.text) for words in WORDS.values()):
        return "did"
    return "alert" if _PAGES.search(line.text) else "message"


def _changed(line: RealLine) -> str:
    """Return the service that a change says it is of; whoever wrote a line that does not say it is one is none."""
    said = line.kind.casefold().split()
    return line.who if said and KINDS.get(said[0]) == "change" and _SERVICE.fullmatch(line.who) else ""


def _is_page(at: float, line: RealLine) -> bool:
    """Tell whether a line of an exercise is the page itself, which every drill has anyway."""
    return at == 0 and _handle(line.who) == "pager"


def _open_ends(line: RealLine, kind: Kind) -> Iterable[str]:
    """Yield what was read of a line and has no place in a draft yet."""
    if line.when:
        until = f", until minute {line.until}" if line.until else ""
        yield _comment(f"when: {line.when}{until}")[:WIDE]
    if line.expected:
        yield _comment(f"wants: {line.expected}")[:WIDE]
    if kind == "claim":
        yield "claims: which false cause, and killed_by: the looks that rule it out"
    if kind == "order":
        yield "pushes: which move"
    if "{{" in line.text or "{%" in line.text:
        yield "what stands in [brackets] was a figure; write {{ its name }}"
    if _TIME.search(line.text):
        yield "a time in it became the line's own"


def _handle(who: str) -> str:
    found = re.sub(r"[^a-z0-9]+", "-", who.casefold()).strip("-")[:40].strip("-")
    return found or "responder"


def _comment(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _text(text: str) -> str:
    """Return a text as YAML has it in quotes."""
    return json.dumps(_comment(text), ensure_ascii=False)


def _sections(template: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each section of a drill's file with its key; what stands above the first has the key `#`."""
    key, lines = "#", list[str]()
    for line in template.split("\n"):
        found = re.match(r"(\w+):", line)
        if found:
            yield key, lines
            key, lines = found[1], []
        lines.append(line)
    yield key, lines
