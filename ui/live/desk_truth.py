"""The desk's truth, which no role sees: what is broken, whom it hurts, how it compares; and the run of the drill."""

from __future__ import annotations

from simulator.text import clock
from ui.live.desk_model import Desk, Harm
from ui.live.desk_widgets import field, note, select
from ui.live.html import OUTPUT, verb
from ui.parts.text import escape


def truth_html(d: Desk) -> str:
    """Return the truth beside what the console shows, and what can be forced."""
    rows = "".join(
        f'<tr class="{"hurt" if share > tolerance else "fine"}"><td>{escape(title)}</td>'
        f'<td><meter min="0" max="1" value="{share:.3f}" aria-label="{escape(title)}"></meter> {share:.1%}</td>'
        f"<td>{'beyond' if share > tolerance else 'within'} {tolerance:.1%}</td></tr>"
        for title, share, tolerance in d.segments
    )
    harms = "".join(_harm(one) for one in d.harms)
    coming = "; ".join(
        f"{clock(line.at)} {escape(line.persona)}" for line in d.lines if line.state == "pending" and not line.waits_for
    )
    return (
        f"<h3>What is broken</h3><p>{escape(d.fault)}</p>"
        '<table class="plain"><thead><tr><th>Who</th><th>Affected now</th><th>Tolerance</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f'<h3>Harm up to {clock(d.harmed_by)}</h3><table class="plain harm"><thead><tr><th>Harm</th><th>This drill</th>'
        f"<th>Nobody does anything</th><th>Best found</th></tr></thead><tbody>{harms}</tbody></table>"
        f"<h3>To come by the clock</h3><p>{coming or 'nothing more'}</p>{_outcome(d)}"
    )


def _harm(one: Harm) -> str:
    unit = f" ({one.unit})" if one.unit else ""
    cells = "".join(f"<td>{'–' if value is None else f'{value:,.3g}' if value < 100 else f'{value:,.0f}'}</td>"
                    for value in (one.now, one.nobody, one.best))  # fmt: skip
    return f"<tr><td>{escape(one.title)}{escape(unit)}</td>{cells}</tr>"


def _outcome(d: Desk) -> str:
    titles = dict(d.actions)
    forced = [f"{titles.get(one, one)} is forced: {why}" for one, why in d.forced.items()]
    forced += [f"{titles.get(one, one)} is forbidden: {why}" for one, why in d.forbidden.items()]
    lines = "".join(f"<li>{escape(one)}</li>" for one in forced)
    how = {"forbid": "does not work", "force": "works whatever stands against it", "leave": "is left to the world"}
    inside = (
        field("Action", select("action", titles)) + field("From now on", select("outcome", how))
        + field("Why (facilitators alone read it)", '<input name="reason" required maxlength="400">', "wide")
        + "<button>Override</button>"
    )  # fmt: skip
    warning = note("Takes the drill out of the automatic score.")
    form = f'<form data-act="override_outcome" class="act-form">{inside}{OUTPUT}</form>'
    asks = "<summary>Force or forbid an outcome …</summary>"
    return f'<details id="outcome">{asks}{warning}{form}</details><ul>{lines}</ul>'


def run_html(d: Desk) -> str:
    """Return the run of the drill: its sheet, a second life, and the real-world stop."""
    lives = "".join(
        f'<li><a href="./follow?drill={escape(row.id)}" target="_self">{escape(row.title)}</a></li>' for row in d.lives
    )
    rewind = verb("rewind", field("Moment, such as 12:30", '<input name="at" required maxlength="12">')
                  + "<button>Play on from there</button>")  # fmt: skip
    stop = (
        '<details id="real-world"><summary>Real world: stop now …</summary>'
        + note("Every console goes blank and says that it was a real-world stop. There is no total.")
        + verb("real_world", '<button class="danger">Stop for the real world</button>')
        + "</details>"
    )
    return (
        '<h3>Run sheet</h3><p><a href="./live/runsheet?drill=' + escape(d.drill)
        + '" target="_blank">Run sheet and scenario notes, to print</a></p>'
        "<h3>A second life</h3>"
        + note("Rewind to a moment and play on from there as a drill of its own: this one stands as it is.")
        + f"{rewind}<ul>{lives}</ul><h3>Stop</h3>{stop if not d.ended else ''}"
    )
