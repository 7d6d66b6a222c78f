"""The run sheet of a drill as a page to print: what comes when, who knows what, and the scenario's own notes."""

from __future__ import annotations

from simulator.room.room import Room
from simulator.text import clock
from ui.live.desk_model import Desk, scenario_notes
from ui.parts.text import escape

STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;"
    "background:#fff}table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top}pre{white-space:pre-wrap;font:13px/1.45 system-ui,sans-serif}"
    "h2{margin-top:1.6rem}tr{break-inside:avoid}.box{width:5rem}"
)


def runsheet(room: Room, d: Desk) -> str:
    """Return the page; it gives everything away, so only facilitators are sent it."""
    scenario = room.loaded.scenario
    titles = {role.id: role.title for role in scenario.roles}
    lines = "".join(
        f"<tr><td>{clock(line.planned)}</td><td>{clock(line.came) if line.came is not None else ''}</td>"
        f"<td>{escape(line.persona)} → {escape(', '.join(titles[one] for one in line.to) or line.channel)}</td>"
        f"<td>{escape(line.text)}{_waits(line.waits_for)}</td><td>{escape(line.expects)}</td><td class='box'></td></tr>"
        for line in sorted(d.lines, key=lambda line: (line.planned, line.ident))
    )
    cues = "".join(
        f"<tr><td>{escape(role.title)}</td><td>{escape(cue.text)}</td></tr>"
        for role in scenario.roles
        for cue in role.cues
    )
    course = "".join(f"<li>{clock(point.at)} {escape(point.text)}</li>" for point in scenario.teaching)
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Run sheet · {escape(room.row.title)}</title>"
        f"<style>{STYLE}</style><h1>Run sheet: {escape(room.row.title)}</h1>"
        f"<p>Join code {escape(room.row.code)} · {escape(room.row.header.mode)} · seed {room.row.header.seed:d} · "
        f"ends at {clock(d.horizon)} at the latest. Print it with the browser; it gives everything away.</p>"
        "<h2>Events</h2><table><thead><tr><th>Planned</th><th>Came</th><th>From → to</th><th>What</th><th>Expected</th>"
        f"<th>Seen</th></tr></thead><tbody>{lines}</tbody></table>"
        f"<h2>What is broken</h2><p>{escape(d.fault)}</p><h2>A course</h2><ol>{course}</ol>"
        f"<h2>Who knows what</h2><table><tbody>{cues}</tbody></table>"
        f"<h2>Notes of the scenario</h2><pre>{escape(scenario_notes(scenario.id))}</pre></html>"
    )


def _waits(waits: tuple[tuple[str, bool], ...]) -> str:
    return f"<br><small>waits for: {escape('; '.join(words for words, _ in waits))}</small>" if waits else ""
