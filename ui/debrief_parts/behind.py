"""The group's guess, and then what was behind it: fault, contributing factors, teaching timeline."""

from __future__ import annotations

import streamlit as st

from analytics.follow_through.view import FollowUpView
from analytics.report import story
from analytics.report import tables as frames
from simulator.record.follow_up import FollowUp
from simulator.room import afterwards
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.charted import show_all
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import Sign, at_time, badge, minute, note, table
from ui.debrief_parts.sitting import Sitting
from ui.parts.live import SERVER
from ui.parts.text import escape, plain

NAMED, UNNAMED = Sign("✓", "you set a task against it", "good"), Sign("○", "no task against it", "quiet")
WRONG = Sign("✗", "not a factor here", "bad")
RIGHT, OTHER = Sign("✓", "so it was", "good"), Sign("✗", "it was something else", "bad")


def truth_view(sitting: Sitting) -> None:
    """Draw the guess, and once the group has committed to one, what it was."""
    drill = sitting.drill
    st.header("What was it?", anchor=False)
    if not keys.guessed(drill.digest):
        _guess(drill)
        return
    _verdict(drill)
    _fault(drill)
    show_all(drill, "truth")
    with st.expander("Contributing factors", key="debrief-factors"):
        if _key_open(sitting):
            _factors(drill)
        else:
            note("Name yours first, in the follow-through: then these are shown beside your tasks.")
    with st.expander("Teaching timeline beside yours", key="debrief-teaching"):
        _teaching(drill)
    with st.expander("What the drill was for", key="debrief-objectives"):
        aims = [(escape(o.title), escape(o.target)) for o in drill.scenario.objectives]
        st.html(table("Objectives", ("Objective", "Target"), aims, "No objectives are written down."))


def _key_open(sitting: Sitting) -> bool:
    """Tell whether the factors may be shown: to the facilitator always, to the team once it has named its own."""
    room, rules = sitting.room, sitting.drill.view.playbook.follow_through
    if room is None or rules is None or sitting.hosts:
        return True
    there = FollowUp.of(afterwards.written(SERVER.rooms.store, room.row.id))
    return FollowUpView(sitting.drill.view, rules, there, 0.0).key_open


def _guess(drill: Debriefed) -> None:
    note("Guess first, together: what was the trigger? Commit to one reading; then the truth opens.")
    # By their titles: an author writes the true one first.
    causes = {one.id: one.title for one in sorted(drill.scenario.causes, key=lambda one: one.title)}
    chosen = st.radio("We think it was", tuple(causes), None, format_func=lambda one: plain(causes[one]),
                      key="debrief_cause")  # fmt: skip
    with st.container(horizontal=True):
        st.button("We commit to it", type="primary", key="debrief_commit", disabled=chosen is None,
                  on_click=keys.commit, args=(drill.digest, chosen))  # fmt: skip
        st.button("Open it without a guess", key="debrief_no_guess", on_click=keys.commit, args=(drill.digest, None))


def _verdict(drill: Debriefed) -> None:
    """Say how the guess stands beside the truth."""
    _, cause = st.session_state[keys.GUESS]
    spec = drill.scenario.find("causes", cause) if cause else None
    if spec is not None:
        st.html(f'<p class="db-lead">You said: <b>{escape(spec.title)}</b> {badge(RIGHT if spec.true else OTHER)}</p>')


def _fault(drill: Debriefed) -> None:
    true = [cause for cause in drill.scenario.causes if cause.true]
    others = [cause for cause in drill.scenario.causes if not cause.true]
    st.html(
        f"<p><b>{escape(drill.scenario.fault)}</b>, from {clock(drill.view.fault_at)}.</p>"
        + "".join(f"<p>{escape(cause.title)}</p>" for cause in true)
    )
    rows = [(escape(o.title), escape(o.plausible), escape(o.killed_by)) for o in others]
    with st.expander("Other stories, and what kills them", key="debrief-fault"):
        st.html(table("Other stories", ("Other story", "Why it seemed so", "What kills it"), rows, "No other story."))


def _factors(drill: Debriefed) -> None:
    rows = []
    for r in frames.each(story.factors(drill.view)):
        sign = (NAMED if r.named else UNNAMED) if r.true else (WRONG if r.named else None)
        if sign is not None:
            rows.append((escape(r.layer), escape(r.title), badge(sign)))
    heads = ("Layer", "Factor", "Your tasks")
    st.html(table("Contributing factors", heads, rows, "The scenario names no contributing factors."))


def _teaching(drill: Debriefed) -> None:
    rows = [
        (at_time(r.at), escape(r.text), f'<span class="t">{minute(r.yours) if point.until else "–"}</span>')
        for r, point in zip(frames.each(drill.teaching), drill.scenario.teaching, strict=True)
    ]
    heads = ("One good way", "What", "Yours")
    st.html(table("Teaching timeline", heads, rows, "The scenario has no teaching timeline."))
    note("Not the only good way: the best course found may differ. A dash: nothing on record says when.")
