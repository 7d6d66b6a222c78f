"""Journal entries as lines of the two lanes: in words, escaped, with what the world says to them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from analytics.report import story
from analytics.report import tables as frames
from analytics.scorecard import listed
from simulator import acts
from simulator import events as e
from simulator.names import Said
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.journal import accepted
from simulator.text import clock, shortened
from simulator.values import Ref
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import badge, minute, number, sign, stated, truth_badge
from ui.parts.feed import pre_html
from ui.parts.labels import words
from ui.parts.text import escape
from ui.parts.words import told

LONGEST = 900
"""Characters of one text shown in a lane; the journal has the rest."""


class Lines:
    """Puts one drill's entries into words; with `guessed` also what gives away what it was."""

    def __init__(self, drill: Debriefed, guessed: bool) -> None:
        self.drill = drill
        self.guessed = guessed

    def said(self, entry: Entry) -> Said:
        """Return an entry in words."""
        words = self._world(entry) if entry.body.is_truth else None
        if words is not None:
            return words
        found = told(self.drill.names_then.at(entry.seq), entry)
        if isinstance(entry.body, e.CommandRefused):
            given = self.drill.entry(entry.body.command)
            what = given.body.kind.replace("_", " ")
            return Said("refused", "refused", self.drill.names.person(given.by), f"{what}: {entry.body.reason}")
        return found or Said("system", "", self.drill.names.person(entry.by), self._order(entry))

    def _order(self, entry: Entry) -> str:
        """Return a small step in words; what came of it has a line of its own."""
        names, body = self.drill.names_then.at(entry.seq), entry.body
        match body:
            case acts.TakeAction():
                return f"orders: {names.title('actions', body.action)}"
            case acts.RunQuery():
                return f"asks for: {names.title('queries', body.query)}"
            case acts.AssignTask():
                return f"gives {names.handle(body.to)} a task: {body.text}"
            case acts.PinMetric():
                return f"pins: {names.title('metrics', body.metric)}"
            case acts.ReportTask():
                return f"reports: {body.text}"
        return body.kind.replace("_", " ")

    def short(self, entry: Entry) -> str:
        """Return an entry in one short line of plain text."""
        said = self.said(entry)
        text = said.text or said.label
        text = f"{said.who}: {text}" if said.tone in ("inject", "person", "alert") and said.who else text
        text = " ".join(text.split())
        return shortened(text, 46)

    def html(self, seq: int, focus: bool = False, opened: bool = False, anchor: bool = True) -> str:
        """Return one line of a lane; `anchor` gives it an id, which must be the only one on the page."""
        entry = self.drill.entry(seq)
        group = entry.body.group or "lead"
        said = self.said(entry)
        label = _label(group, said.label)
        label = f'<span class="k">{escape(label)}</span>' if label else ""
        who = f"<b>{escape(said.who)}</b> " if said.who else ""
        text = shortened(said.text, LONGEST)
        name = f"db-it g-{group}{' focus' if focus else ''}"
        # Without its T: lines stand beside their minute.
        stamp = escape(clock(entry.at).removeprefix("T").removeprefix("+"))
        ident = f' id="moment-{seq}"' if anchor else ""
        return (
            f'<div class="{name}"{ident}><span class="t">{stamp}</span>'
            f"{label}{who}{escape(text)}{_detail(said, opened)}{self._verdict_html(seq)}</div>"
        )

    def _verdict_html(self, seq: int) -> str:
        return "".join(self._verdicts.get(seq, ()))

    @cached_property
    def _verdicts(self) -> Mapping[int, list[str]]:
        """What the world says to each line, and how an inject was answered."""
        found = defaultdict(list)
        for claim in frames.each(self.drill.claims):
            whose = {"severity": "by the playbook", "closure": "the gate"}.get(claim.about, "the world")
            true = f"{whose}: {claim.true}"
            found[claim.seq].append(_verdict(f"{truth_badge(claim.holds)} said {escape(claim.said)}; {escape(true)}"))
        for row in frames.each(self.drill.figures):
            if row.where != "record_snapshot":
                said = f"{row.title}: said {stated(row.low, row.high)}, true {number(row.true)} {row.unit}"
                found[row.seq].append(_verdict(f"{truth_badge(row.holds, 'true enough', 'off')} {escape(said)}"))
        # What a claim calls for tells whether it is true.
        for inject in frames.each(self.drill.injects) if self.guessed else ():
            if inject.expected:
                when = f" at {minute(inject.answered)}" if not math.isnan(inject.answered) else ""
                called_for = f"called for: {escape(inject.expected)}{when}"
                found[inject.seq].append(_verdict(f"{badge(sign('verdict', inject.verdict))} {called_for}"))
        return found

    def _world(self, entry: Entry) -> Said | None:
        names, body = self.drill.names, entry.body
        match body:
            case e.FaultStarted():
                return Said("world", "fault", "", "It begins. What it was opens once you have guessed.")
            case e.KnobTurned():
                over = f" over {body.over} s" if body.over else ""
                return Said("world", "changed", "", f"{body.knob} → {body.value:g}{over}, by {self._cause(body.by)}")
            case e.MitigationTookEffect():
                return Said("world", "in effect", "", names.title("actions", body.action))
            case e.ToleranceCrossed():
                label, how = ("✓ back", "back within") if body.within else ("✗ out", "out of")
                return Said("world", label, "", f"{names.title('segments', body.segment)}: {how} tolerance")
            case e.MergeLanded():
                merge = self.drill.scenario.find("merges", body.merge)
                return Said("world", "merge landed", body.service, merge.summary if merge else body.merge)
            case e.SlipMade():
                what = words("slips")[body.slip] + (f" ({body.said})" if body.said else "")
                return Said("world", "slip", names.teammate(body.role), f"{body.about}: {what}")
            case e.TruthSampled():
                return Said("world", "stands at", "", self._state(body))
        return None

    def _cause(self, ref: Ref) -> str:
        if ref.kind == "action":
            return self.drill.names.title("actions", ref.ident)
        return f"{ref.kind} {ref.ident}".strip()

    def _state(self, body: e.TruthSampled) -> str:
        outside = [
            f"{100 * body.outside[s.id]:.0f} % of {_lowered(s.title)}"
            for s in self.drill.scenario.segments
            if body.outside.get(s.id, 0.0) > s.tolerance
        ]
        return f"Affected: {listed(outside)}" if outside else "Every segment within tolerance"

    def reference(self, ref: Ref) -> str:
        """Return a reference to evidence in words."""
        run = f" (run {ref.run})" if ref.run > 1 else ""
        group = {"query": "queries", "action": "actions", "alert": "alerts", "metric": "metrics"}.get(ref.kind)
        if group:
            return self.drill.names.title(group, ref.ident) + run
        if ref.kind == "change":
            change = self.drill.scenario.find("changes", ref.ident)
            return str(change.summary) if change else ref
        if ref.kind in ("inject", "cue"):
            seq = self._refs.get(ref)
            return self.short(self.drill.entry(seq)) if seq else ref
        return f"{ref.kind} {ref.ident}{run}"

    @cached_property
    def _refs(self) -> Mapping[str, int]:
        return History.of(self.drill.scenario, accepted(self.drill.journal.entries)).refs


def _lowered(title: str) -> str:
    """Return a title within a sentence; names in it keep their capitals, an abbreviation at its beginning as well."""
    return f"{title[:1].lower()}{title[1:]}" if title[1:2].islower() else title


def _label(group: str, label: str) -> str:
    """Return what kind of line it is, in a word or two; nothing where the text says it."""
    if label in ("says", "system", "does"):
        return ""
    if group == "inject":
        return f"inject: {label}"
    return "tells" if (group, label) == ("message", "decides") else label


def _detail(said: Said, opened: bool) -> str:
    if not said.detail:
        return ""
    text = pre_html(said.detail[:4000])
    if opened:
        return text
    count = said.detail.count("\n") + 1
    return f"<details><summary>output, {count} {'line' if count == 1 else 'lines'}</summary>{text}</details>"


def _verdict(html: str) -> str:
    return f'<span class="v">{html}</span>'


def lanes_html(lines: Lines, rows: Iterable[tuple[int, int, str]], focus: int | None = None) -> str:
    """Return (drill second, entry, lane) rows, in order, as two lanes side by side, aligned by the minute."""
    minutes: dict[str, dict[str, list[int]]] = {}
    for at, seq, lane in rows:
        stamp = clock(at).rpartition(":")[0]
        minutes.setdefault(stamp, {story.WORLD: [], story.TEAM: []})[lane].append(seq)
    cells = []
    for stamp, lane_rows in minutes.items():
        world, team = (
            "".join(lines.html(seq, seq == focus, seq == focus) for seq in lane_rows[lane])
            for lane in (story.WORLD, story.TEAM)
        )
        cells.append(f'<div class="m">{escape(stamp)}</div><div class="w">{world}</div><div class="p">{team}</div>')
    return (
        '<div class="db-lanes" role="log" tabindex="0" aria-label="The world beside the team, by drill minute">'
        '<div class="h"></div><div class="h">What the world did</div>'
        '<div class="h">What people knew, said and did</div>'
        f"{''.join(cells)}</div>"
    )
