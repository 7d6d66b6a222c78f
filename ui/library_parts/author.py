"""An author's page of a scenario: its world under each move, its list of events, who knows what, every text.

It gives the drill away, so it is asked for twice, and nobody gets it who was in a drill of that scenario, in the same
browser, when the page was loaded. What somebody opens in another browser nobody can know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

import streamlit as st

from analytics.report.listed import msel_chart
from analytics.report.tables import each
from analytics.report.timed import msel
from analytics.runs import preview
from analytics.runs.curves import TRIED_AT, Curve, curves
from scenarios import loader
from simulator.errors import DrillError
from simulator.loaded import LoadedScenario
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Inject
from simulator.scenario.people import Role
from simulator.text import clock
from simulator.values import Ref
from ui import session
from ui.debrief_parts import look
from ui.parts import offered, shell
from ui.parts.live import SERVER
from ui.parts.offered import Playable
from ui.parts.text import escape, plain

ASKED, SHOWN = "author", "library-author"
"""Query parameter: the scenario whose author's page is asked for; and the one that this session asked for again."""
EQUAL = 0.005
"""Difference of loss that is none."""
OVER = ("over", "lost")
KINDS = {"message": "says", "ask": "asks", "claim": "claims", "order": "wants it done"}


def offer(name: str) -> None:
    """Offer the author's page of a scenario, by a link: a page loaded anew knows the seats of this browser by now."""
    st.link_button("Author’s page", f"./library?{ASKED}={name}", icon=":material/edit_note:", type="tertiary")


def asked() -> str:
    """Return the scenario whose author's page the address asks for, empty where it is none that there is."""
    name = str(st.query_params.get(ASKED, ""))
    return name if name in offered.offers() else ""


@session.callback()
def _show(name: str) -> None:
    st.session_state[SHOWN] = name


@session.callback()
def _close() -> None:
    st.session_state.pop(SHOWN, None)
    st.query_params.pop(ASKED, None)


def plays(name: str) -> bool:
    """Tell whether this browser, when the page was loaded, had a seat in a drill of a scenario, and did not host it."""
    for here in session.seats():
        with suppress(DrillError):
            mine = offered.key_of_drill(here.room.row) == name and not here.person.facilitator
            if mine and SERVER.rooms.lobby(here.room).state not in OVER:
                return True
    return False


def page(name: str) -> None:
    """Draw the author's page of a scenario, once it was asked for again; not for somebody in a drill of it."""
    offer = offered.offers()[name]
    try:
        base = offer.load()
    except DrillError as error:
        shell.head("Author’s page")
        st.error(plain(str(error)), icon=":material/error:")
        st.button("Back to the library", key="author-out", on_click=_close)
        return
    ready = st.session_state.get(SHOWN) == name and not plays(name)
    lead = "For those who write, host or review it: it gives the drill away."
    shell.head(base.scenario.title, lead, narrow=not ready)
    if ready:
        _whole(offer, base)
    else:
        _ask(name)


def _ask(name: str) -> None:
    if plays(name):
        st.warning("You are in a drill of it that is not over. Its debrief shows all of this afterwards.")
        st.button("Back to the library", key="author-not", icon=":material/arrow_back:", on_click=_close)
        return
    st.markdown("You will see what is wrong, what helps, and every text before it comes. Whoever has seen it cannot "
                "rehearse it any more: it is for those who write, host or review it.")  # fmt: skip
    with st.container(horizontal=True):
        st.button("Show it", key="author-show", type="primary", on_click=_show, args=(name,))
        st.button("Keep it from me", key="author-not", on_click=_close)


def _whole(offer: Playable, base: LoadedScenario) -> None:
    st.html(look.STYLE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.button("Back to the library", key="author-close", icon=":material/arrow_back:", on_click=_close)
        variant = loader.BASE
        if len(base.variants) > 1:
            variant = st.selectbox("Variant", base.variants, key=f"author-variant-{offer.key}", width=260)
    try:
        loaded = offer.load(str(variant))
        if not offer.team and (lent := loader.lent_by(offer.key)):
            st.caption(f"What is not in its own file comes from that of {plain(base.scenario.company)}: {plain(lent)}.")
        world, events, cues, texts = st.tabs(["World", "Events", "Who knows what", "Texts"])
        with loaded.guard():
            with world:
                _world(loaded)
            with events:
                _events(loaded.scenario)
            with cues:
                _cues(loaded.scenario)
            with texts:
                _texts(loaded)
    except DrillError as error:
        st.error(plain(str(error)), icon=":material/error:")


# --- the world ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _walked(loaded: LoadedScenario) -> tuple[Curve, ...]:
    return tuple(curves(loaded))


def _world(loaded: LoadedScenario) -> None:
    scenario = loaded.scenario
    nobody, *moved = _walked(loaded)
    end = f"T+{scenario.horizon // 60}"
    look.note("The share of all that is hit, where one move alone is made and where nobody does anything. Whoever acts "
              "has frozen what is hit. What another move makes possible or safe is shown after that one too, begun at "
              "T+0. Loss is the score’s: 0 is no harm.")  # fmt: skip
    titles = {one.id: one.title for one in scenario.segments}
    cards = [_card("Nobody does anything", nobody, nobody, titles, "", end)]
    ranked = sorted(moved, key=lambda curve: curve.loss)
    cards += [_card(_action(scenario, one.move).title, one, nobody, titles, _sign(_action(scenario, one.move), one),
                    end, _after(scenario, one)) for one in ranked]  # fmt: skip
    legend = (f'<p class="au-legend"><span><i class="au-move"></i>this move at T+{TRIED_AT // 60}</span>'
              '<span><i class="au-nobody"></i>nobody does anything</span></p>')  # fmt: skip
    st.html(f'{legend}<div class="au-grid">{"".join(cards)}</div>')


def _action(scenario: Scenario, ident: str) -> Action:
    found: Action = scenario.find("actions", ident)
    return found


def _after(scenario: Scenario, curve: Curve) -> str:
    """Return what a move was made after, and when where that is later than others."""
    before = [f"“{_action(scenario, one).title}”" for one in curve.after]
    after = f"after {', then '.join(before)}" if before else ""
    return " ".join(filter(None, (after, f"at {clock(curve.at)}" if curve.late else "")))


def _sign(action: Action, curve: Curve) -> str:
    """Return a badge for what a move is worth."""
    if abs(curve.loss - curve.without) <= EQUAL:
        return look.badge(look.Sign("–", "no difference by itself", "quiet"))
    if curve.loss > curve.without:
        return look.badge(look.Sign("✗", "costs more than leaving it", "bad"))
    if action.irreversible or action.cap is not None:
        return look.badge(look.Sign("!", "helps, and is dangerous", "warn"))
    return look.badge(look.Sign("✓", "helps", "good"))


def _card(
    title: str, curve: Curve, nobody: Curve, titles: Mapping[str, str], more: str, end: str, how: str = ""
) -> str:
    """Return a curve as a card; `end` is the moment at its right edge."""
    told = [*filter(None, [how]), f"loss {curve.loss:.2f}"]
    told += [f"helps {', '.join(titles[one] for one in curve.helps)}"] if curve.helps else []
    told += [f"hurts {', '.join(titles[one] for one in curve.hurts)}"] if curve.hurts else []
    label = f"{title}: {'; '.join(told)}; hit at most {100 * max(curve.hit, default=0):.0f} %"
    areas = f'<i class="au-nobody" style="clip-path:{escape(_area(nobody))}"></i>'
    if curve is not nobody:
        areas += f'<i class="au-move" style="clip-path:{escape(_area(curve))}"></i>'
    figure = (f'<div class="au-curve" role="img" aria-label="{escape(label)}"><span>100 %</span>{areas}</div>'
              f'<div class="au-axis" aria-hidden="true"><span>T+0</span><span>{escape(end)}</span></div>')  # fmt: skip
    return (f'<div class="au-card"><b>{escape(title)}</b> {more}{figure}'
            f'<small>{escape(" · ".join(told))}</small></div>')  # fmt: skip


def _area(curve: Curve) -> str:
    """Return what is under a curve as a shape in CSS, from the left below to the right below."""
    step = 100 / max(1, len(curve.hit) - 1)
    points = [f"{n * step:.1f}% {100 - 100 * min(1.0, hit):.1f}%" for n, hit in enumerate(curve.hit)]
    return f"polygon(0% 100%, {', '.join(points)}, 100% 100%)"


# --- events, cues, texts -----------------------------------------------------------------------------------


def _events(scenario: Scenario) -> None:
    look.note("Who says what when. A bar is as long as an event waits for something to be so; the table says for what.")
    st.plotly_chart(msel_chart(scenario), key="author-msel", config={"displaylogo": False, "displayModeBar": False},
                    alt=f"{len(scenario.injects)} events; the table below has them.")  # fmt: skip
    rows = [
        (look.minute(row.minute), escape(row.persona), escape(KINDS.get(row.form, row.form)), escape(row.text),
         escape(row.comes_when or "–"), escape(row.expected_response or "–"))
        for row in each(msel(scenario))
    ]  # fmt: skip
    heads = ("When", "From", "What", "Text", "Comes when", "Expected")
    st.html(look.table("Events", heads, rows, "Nobody says anything."))


def _cues(scenario: Scenario) -> None:
    look.note("How many things each seat knows about each topic, before anybody asks. A topic with one holder is "
              "theirs alone to bring up; an empty row has nothing to be asked for.")  # fmt: skip
    topics = [topic for topic in scenario.topics if any(topic.id in cue.topics for role in scenario.roles
                                                        for cue in role.cues)]  # fmt: skip
    rows = [(escape(_name(role)), *(_many(role, topic.id) for topic in topics)) for role in scenario.roles]
    heads = ("Seat or specialist", *(topic.title for topic in topics))
    st.html(look.table("Who knows what", heads, rows, "Nobody knows anything of their own.", cards=False))
    listed = [(escape(_name(role)), escape(cue.text), _comes(cue.volunteered_at), escape(cue.matters_for or "–"))
              for role in scenario.roles for cue in role.cues]  # fmt: skip
    heads = ("Who", "What they know", "Said unasked", "Matters for")
    st.html(look.table("Cues", heads, listed, "Nobody knows anything of their own."))


def _many(role: Role, topic: str) -> str:
    count = sum(topic in cue.topics for cue in role.cues)
    return f"{escape('●' * count)} <small>{escape(count)}</small>" if count else "<small>·</small>"


def _comes(at: int | None) -> str:
    return look.at_time(at) if at is not None else "only when asked"


def _name(role: Role) -> str:
    return role.title if role.seat else f"{role.title} (paged)"


@lru_cache(maxsize=32)
def _came(loaded: LoadedScenario) -> Mapping[str, tuple[int, str]]:
    return preview.said(loaded)


@lru_cache(maxsize=128)
def _printed(loaded: LoadedScenario, at: int) -> Mapping[str, str]:
    return preview.printed(loaded, at)


def _texts(loaded: LoadedScenario) -> None:
    scenario = loaded.scenario
    roles = {role.id: role for role in scenario.roles}
    seat = st.selectbox("As seen by", roles, format_func=lambda one: _name(roles[one]), key="author-seat", width=340)
    minute = st.slider("Drill minute of what commands print, where nobody does anything", 0, scenario.horizon // 60, 10,
                       key="author-minute")  # fmt: skip
    role = roles[str(seat)]
    _part("What only they are told", ("",), [(escape(role.brief),)], "")
    heads: tuple[str, ...] = ("When", "From", "What", "Text")
    _part("What they hear", heads, list(_hears(scenario, role, _came(loaded))), "Nothing is said to them.")
    output = _printed(loaded, 60 * int(minute))
    looks = (one for one in scenario.queries if role.id in one.executors)
    rows = [(_named(one.title, one.command), f'<pre class="au-out">{escape(output[one.id])}</pre>',
             escape(_known(scenario, one.known_by))) for one in looks]  # fmt: skip
    heads = ("Look", f"Prints at T+{int(minute):02d}", "Known from")
    _part("What they can look at", heads, rows, "They can look at nothing.")
    blast = {one.id: one.title for one in scenario.blast}
    moves = (one for one in scenario.actions if role.id in one.executors)
    rows = [(_named(one.title, one.command), escape(", ".join(blast[risk] for risk in one.side_effects) or "–"),
             escape(_known(scenario, one.known_by))) for one in moves]  # fmt: skip
    _part("What they can do", ("Move", "Risks said", "Known from"), rows, "They can do nothing to the system.")


def _part(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], nothing: str) -> None:
    st.html(f'<h2 class="db-finds">{escape(title)}</h2>{look.table(title, heads, rows, nothing)}')


def _named(title: str, command: str) -> str:
    return f"{escape(title)}<br><code>{escape(command)}</code>"


def _hears(scenario: Scenario, role: Role, came: Mapping[str, tuple[int, str]]) -> Iterator[tuple[str, ...]]:
    """Yield what is said to a role: as it came where nobody does anything, else as it is written."""
    for one in sorted(scenario.injects, key=lambda one: one.at):
        if not one.to or role.id in one.to:
            when = look.at_time(came[one.id][0]) if one.id in came else escape(f"from {clock(one.at)}, if it applies")
            yield when, escape(one.persona), escape(KINDS[one.form]), _heard(one, came)


def _heard(one: Inject, came: Mapping[str, tuple[int, str]]) -> str:
    text = came[one.id][1] if one.id in came else " ".join(one.text.split())
    answers = "".join(f"<li>{escape(choice.label)}</li>" for choice in one.answers)
    return escape(text) + (f"<ul>{answers}</ul>" if answers else "")


def _known(scenario: Scenario, refs: tuple[Ref, ...]) -> str:
    return ", or ".join(_titles(scenario, refs)) or "the start"


def _titles(scenario: Scenario, refs: tuple[Ref, ...]) -> Iterator[str]:
    groups = {"query": "queries", "action": "actions", "alert": "alerts"}
    for ref in refs:
        found = scenario.find(groups[ref.kind], ref.ident) if ref.kind in groups else None
        yield found.title if found is not None else f"{ref.kind} {ref.ident}".replace("_", " ")
