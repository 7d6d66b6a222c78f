"""The desk's help and judgement: hints in three steps, freeze probes, notes and marks, ratings and how they agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from analytics.report.probed import Probed, overlap
from simulator import acts
from simulator.probes import FEWEST, MOST, TITLES
from simulator.room.notes import Note, agreement, evaluators, first_ratings, rated_by
from simulator.text import clock
from ui.live.desk_model import BEHAVIOURS, Desk, Ladder
from ui.live.desk_widgets import field, note, select
from ui.live.html import OUTPUT, hidden, press, verb
from ui.parts.text import escape

STEPS = {"nudge": "Nudge", "pointer": "Pointer", "answer": "Answer"}
FIRST = ("worst", "trend", "leads", "update")
"""What is asked unless the facilitator picks otherwise: what is there, where it goes, who leads, what is due."""


def help_html(d: Desk) -> str:
    """Return hints and freeze probes."""
    titles = {chair.id: chair.title for chair in d.chairs}
    return f"<h3>Hints</h3>{_hints(d)}<h3>Freeze and ask</h3>{_freeze()}{probes_html(d.probes, titles)}"


def _hints(d: Desk) -> str:
    titles = {chair.id: chair.title for chair in d.chairs}
    ready = "".join(_ladder(one, titles.get(one.seat, one.seat)) for one in d.ladders)
    inside = (
        '<div class="fields">' + field("To", select("to", {"": "everybody", **titles}))
        + field("Step", select("step", STEPS)) + "</div>"
        + field("Words", '<textarea name="text" rows="2" maxlength="2000" required></textarea>', "wide")
        + "<button>Give the hint</button>"
    )  # fmt: skip
    own = f'<form data-act="give_hint" class="act-form">{inside}{OUTPUT}</form>'
    return f'<ul class="ladders">{ready}</ul>{own}'


def _ladder(one: Ladder, whom: str) -> str:
    """Return the steps of a hint, each with its words; a step that says no more than one before it is left out."""
    said: dict[str, str] = {}
    for step in STEPS:
        if getattr(one, step) not in said.values():
            said[step] = getattr(one, step)
    buttons = "".join(
        press(acts.GiveHint.model_validate({"to": one.seat, "text": text, "step": step}), STEPS[step])
        for step, text in said.items()
    )
    lines = "<br>".join(f"{STEPS[step]}: {escape(text)}" for step, text in said.items())
    return (
        f'<li><span class="t">{clock(one.at)}</span> for {escape(whom)}<span class="row-of">{buttons}</span>'
        f'<br><span class="quiet">{lines}</span></li>'
    )


def _freeze() -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="questions" value="{escape(ask)}" data-type="list"'
        f"{' checked' if ask in FIRST else ''}> {escape(words)}</label>"
        for ask, words in TITLES.items()
    )
    about = f"The drill pauses; everybody who sits is asked {FEWEST} to {MOST} things alone. Resume when they are done."
    return f'{note(about)}{verb("freeze", f"<div class=boxes-row>{boxes}</div><button>Freeze and ask</button>", "ask")}'


def probes_html(probes: Sequence[Probed], titles: Mapping[str, str]) -> str:
    """Return who was asked what, what they said and what was so; sums stand apart from any score."""
    if not probes:
        return ""
    rows = "".join(
        f"<tr><td><span class='t'>{clock(row.at)}</span> {escape(titles.get(row.seat, row.seat))}</td>"
        f"<td>{escape(row.text)}</td><td>{escape(row.said or '…')}</td><td>{escape(row.right)}</td>"
        f"<td>{'' if row.points is None else f'{row.points:g}'}</td></tr>"
        for row in probes
    )
    said = [row.points for row in probes if row.points is not None]
    alike = overlap(probes)
    sums = f"{sum(said):g} of {len(said)} right" if said else "No answers yet"
    same = f"; pairs who answer alike: {alike:.0%}" if alike is not None else ""
    return (
        '<table class="plain probes"><thead><tr><th>Who</th><th>Asked</th><th>Said</th><th>So it was</th>'
        f"<th>Points</th></tr></thead><tbody>{rows}</tbody></table>{note(f'{sums}{same}. Never part of the score.')}"
    )


def notes_html(d: Desk) -> str:
    """Return private notes and marks; each is stamped with the second at which it is made."""
    criteria = {"": "nothing in particular", **{ident: f"{ident} {title}" for ident, title in d.criteria}}
    inside = (
        field("Note, for facilitators alone", '<textarea name="text" rows="2" maxlength="2000"></textarea>', "wide")
        + field("About", select("criterion", criteria))
        + '<span class="row-of"><button name="tag" value="+" data-key="u">+ as it should be</button>'
        '<button name="tag" value="-" data-key="j">– not so</button>'
        '<button name="tag" value="" data-key="m">Note</button></span>'
    )
    keys = "From anywhere: Alt+U as it should be, Alt+J not so, Alt+M a note; without words it marks the moment."
    return f'{verb("note", inside, "act-form")}{note(keys)}{noted_html(d.notes)}'


def noted_html(notes: Sequence[Note]) -> str:
    """Return notes and marks, the newest first."""
    rows = "".join(
        f"<tr><td><span class='t'>{clock(one.at)}</span></td><td>{escape(one.tag)}</td>"
        f"<td>{escape(one.text)} <span class='quiet'>{escape(one.criterion)}</span></td>"
        f"<td>{escape(one.author)}</td></tr>"
        for one in reversed(list(notes))
        if one.kind in ("note", "mark")
    )
    return f'<table class="plain notes"><tbody>{rows}</tbody></table>'


def ratings_html(d: Desk, me: str) -> str:
    """Return what an evaluator rates, how far evaluators agree, and who is left out, as one of them may see it."""
    about = {**{one: one for one in BEHAVIOURS}, **{ident: f"{ident} {title}" for ident, title in d.criteria}}
    buttons = "".join(f'<button name="rating" value="{value:d}">{value:d}</button>' for value in range(1, 5))
    form = verb("rate", field("What", select("about", about)) + field("In words", '<input name="text" maxlength="400">')
                + f'<span class="row-of" role="group" aria-label="Rating">{buttons}</span>', "act-form")  # fmt: skip
    who = evaluators(d.notes)
    out = "".join(
        verb("leave_out", hidden({"evaluator": one})
             + f"<button>{'Leave out' if counts else 'Count again'} {escape(one)}</button>")
        for one, counts in who.items()
    )
    return f'{note(SCALE)}{form}{rated_html(d.notes, about, me)}<div class="row-of">{out}</div>'


SCALE = "1: missing. 4: as good as it can be. Shown beside the score, never part of it."
INDEPENDENT = "What others gave for something is shown once you have rated it yourself."


def rated_html(notes: Sequence[Note], about: Mapping[str, str], me: str) -> str:
    """Return what `me` rated, beside it what others gave, and how far they agree in that.

    Evaluators judge for themselves first: of what somebody has not rated they see that others have, and no more.
    `about` says what is rated in words.
    """
    own = rated_by(notes, me)
    if not any(one.kind == "rating" for one in notes):
        return note(INDEPENDENT)
    who, waits = evaluators(notes), len({one.criterion for one in notes if one.kind == "rating"} - own)
    given: dict[str, dict[str, list[Note]]] = defaultdict(lambda: defaultdict(list))
    for one in notes:
        if one.kind == "rating" and one.rating is not None and one.criterion in own:
            given[one.criterion][one.author].append(one)
    head = "".join(f"<th>{escape(one)}{'' if counts else ' (left out)'}</th>" for one, counts in who.items())
    rows = "".join(
        f"<tr><td>{escape(about.get(what, what))}</td>" + "".join(_mark(marks.get(one)) for one in who) + "</tr>"
        for what, marks in given.items()
    )
    more = note(f"Others have rated {waits:d} more. {INDEPENDENT}") if waits else ""
    table = f'<table class="plain rated"><thead><tr><th>Rated</th>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f"{table if rows else ''}{more}{_agreement(notes, own)}"


def _mark(given: Sequence[Note] | None) -> str:
    if not given:
        return "<td></td>"
    first, last = given[0], given[-1]
    changed = f"first {first.rating}" if last.rating != first.rating else ""
    more = "; ".join(escape(one) for one in (changed, last.text) if one)
    return f'<td>{escape(last.rating)}{f" <span class=quiet>{more}</span>" if more else ""}</td>'


def _agreement(notes: Sequence[Note], own: Set[str]) -> str:
    found = agreement({what: given for what, given in first_ratings(notes).items() if what in own})
    if found is None:
        return note("Agreement is shown once you and another evaluator have rated the same.")
    kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
    return note(f"{found.pairs} ratings compared: {found.exact:.0%} the same, {found.near:.0%} at most one apart; "
                f"Cohen's kappa with linear weights {kappa}. The first that each gave counts.")  # fmt: skip
