"""The library: scenarios without their secrets, the playbook, the words we use."""

from __future__ import annotations

import streamlit as st

from scenarios import loader
from simulator.errors import DrillError
from ui.parts import shell
from ui.parts.playbook import sheet_html
from ui.parts.shell import plain

GLOSSARY = {
    "Drill": "One run of a scenario: its clock, its people, its record.",
    "Scenario": "A world that misbehaves, the roles in it, and what will happen around it.",
    "Inject": "Something from outside that reaches a channel: a message, a question, a claim.",
    "Seat": "A role a person holds; an empty one is held by a simulated teammate.",
    "Specialist": "Somebody who can be paged and asked, always simulated.",
    "Cue": "A piece of knowledge that only one role has.",
    "Query": "A command that looks and changes nothing; its output is the world as it is when it ends.",
    "Action": "A command that changes the world, after its duration and its propagation.",
    "Evidence": "A result, panel, alert or message that a decision names.",
    "Lane": "A part of the work with an owner and a next owner: triage, mitigation, verification, communication.",
    "Closure gate": "The conditions under which an incident may be closed; it says which one is missing.",
    "Truth": "What the world was really doing. Nobody sees it before the debrief.",
    "Cap": "A limit that one grave mistake sets on the score, whatever else went well.",
}


def render() -> None:
    """Draw the library."""
    shell.head("Library", "What there is to rehearse, and what a good response looks like.", narrow=True)
    scenarios, playbook, glossary = st.tabs(["Scenarios", "Playbook", "Glossary"])
    with scenarios:
        for name in loader.names():
            _scenario(name)
    with playbook, st.container(key="booktab"):
        st.html(sheet_html())
    with glossary:
        st.html(
            "<dl class='glossary'>"
            + "".join(f"<dt>{word}</dt><dd>{words}</dd>" for word, words in GLOSSARY.items())
            + "</dl>"
        )


def _scenario(name: str) -> None:
    try:
        scenario = loader.load(name).scenario
    except DrillError as error:
        st.error(plain(str(error)))
        return
    with st.container(border=True):
        st.markdown(f"### {scenario.title}")
        st.caption(
            f"{scenario.company} · {scenario.horizon // 60} minutes · {len(scenario.seats())} seats · "
            f"{len(scenario.roles)} roles"
        )
        st.text(scenario.summary)
        with st.expander("Briefing"):
            st.markdown(shell.prose(scenario.briefing))
        with st.expander("What it trains"):
            for objective in scenario.objectives:
                st.markdown(
                    f"- **{objective.title}**: {objective.target}" if objective.target else f"- **{objective.title}**"
                )
        with st.expander("Seats"):
            for role in scenario.seats():
                st.markdown(f"- **{role.title}**, {role.team}")


if __name__ == "__main__":
    render()
