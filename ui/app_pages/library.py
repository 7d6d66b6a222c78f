"""The library: scenarios without their secrets, the playbook, the words we use."""

from __future__ import annotations

import streamlit as st

from scenarios import loader
from simulator.errors import DrillError
from ui.pages import Page
from ui.parts import shell
from ui.parts.playbook import sheet_html
from ui.parts.shell import plain

GLOSSARY = {
    "The drill": {
        "Drill": "One run of a scenario: its clock, its people, its record.",
        "Scenario": "A world that misbehaves, the roles in it, and what will happen around it.",
        "Variant": "The same scenario and the same first alerts with another truth behind them.",
        "Seed": "The number all chance of a drill comes from; the same seed gives the same world.",
        "T+0": "The first page or report. T+12:30 is twelve and a half minutes later, T\u20115 is five minutes before.",
        "Training, assessment": "With hints when a step is late, and without any.",
        "Skip ahead": "Run on until something needs you: an alert, a message, a result, a due time.",
        "Inject": "Something from outside that reaches a channel: a message, a question, a claim, an order.",
        "Truth": "What the world was really doing. Nobody sees it before the debrief.",
        "Harm": "What the incident costs, by dimension. Loss: all of it weighed into one number.",
    },
    "People": {
        "Seat": "A role a person holds; an empty one is held by a simulated teammate.",
        "Specialist": "Somebody who can be paged and asked, always simulated.",
        "Commander, deputy": "Who decides, and who can go on if the commander drops out. Said aloud and accepted.",
        "Lane": "A part of the work with an owner and a next owner: triage, mitigation, verification, communication.",
        "Cue": "A piece of knowledge that only one role has and a decision needs.",
        "Handoff": "Giving a role or task on: scope, what is unknown, what runs, when to look again.",
        "Circle": "Those who need to know of a protected incident; its restricted channel is theirs alone.",
    },
    "Looking and acting": {
        "Query": "A command that looks and changes nothing; its output is the world as it is when it ends.",
        "Action": "A command that changes the world, after its duration and its propagation.",
        "Freeze": "Merges, deploys or both stopped on named services, so that nothing else moves meanwhile.",
        "Segment": "A part of those affected that recovers on its own terms, such as web and mobile.",
        "Rung": "A step of the ladder from easily undone to hardly: flag, hotfix, rollback.",
        "Blast radius": "What a step can hurt besides what it heals.",
        "Precheck": "The query or dry run that shows what an action would do, before it is done.",
        "Evidence": "A result, panel, alert or message that a statement names.",
        "Evidence minimum": "What a scenario says must have been seen before a decision.",
    },
    "Writing it down": {
        "Severity": "SEV-1 to SEV-4, from what is at risk; the playbook's matrix says which.",
        "Option": "One way to go with what it covers, how soon, at what risk and how it is undone.",
        "Decision": "What, why now, what was rejected, who does it, who checks it, and by what sign.",
        "Confidence": "L1 an observation, L2 a test that could have gone the other way, L3 two independent lines.",
        "Evidence packet": "Impact, segments, evidence, what remains, who looks next: one record.",
        "Snapshot": "Where the incident stands, what one would go back to, and what waiting costs.",
        "Contradiction": "Two recommendations that exclude each other, on one record, with a choice.",
        "Verification": "Indicators compared with a window from before the incident, after holding still.",
        "Closure gate": "The conditions under which an incident may be closed; it says which one is missing.",
    },
    "The score": {
        "Playbook": "What a team is judged by: parts, criteria, severity matrix, caps.",
        "Blueprint": "The part that goes by the clock: five windows of the first hour.",
        "Cap": "A limit that one grave mistake sets on the score, whatever else went well.",
        "Best found": "The best course known for this seed that could be seen from inside. Not perfection.",
        "Band": "The total in a word: Unready below 50, Mixed from 50, Solid from 70, Proficient from 85.",
    },
}


def render() -> None:
    """Draw the library."""
    shell.head("Library", "What there is to rehearse, and what a good response looks like.", narrow=True)
    scenarios, playbook, glossary = st.tabs(["Scenarios", "Playbook", "Glossary"])
    with scenarios:
        for name in loader.catalogue().offered:
            _scenario(name)
    with playbook, st.container(key="booktab"):
        st.html(sheet_html())
    with glossary:
        for group, words in GLOSSARY.items():
            rows = "".join(f"<dt>{word}</dt><dd>{meaning}</dd>" for word, meaning in words.items())
            st.html(f"<h3 class='group'>{group}</h3><dl class='glossary'>{rows}</dl>")


def _scenario(name: str) -> None:
    try:
        scenario = loader.load(name).scenario
    except DrillError as error:
        st.error(plain(str(error)))
        return
    variants = len(loader.variants(name)) - 1
    also = f" · {variants} more variants" if variants > 1 else ""
    specialists = len(scenario.roles) - len(scenario.seats())
    with st.container(border=True, key=f"scenario-{name}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.markdown(f"### {plain(scenario.title)}", width="stretch")
            ready = {"scenario": name}
            st.page_link(Page.LOBBY.file, label="Practise it", icon=":material/play_arrow:", query_params=ready)
        st.caption(
            f"{scenario.horizon // 60} minutes · {len(scenario.seats())} seats · {specialists} specialists{also}"
        )
        st.text(scenario.summary)
        trains, seats, briefing = st.tabs(["What it trains", "Seats", "Briefing"])
        trains.markdown(
            "\n".join(
                f"- **{plain(one.title)}**" + (f": {plain(one.target)}" if one.target else "")
                for one in scenario.objectives
            )
        )
        seats.markdown(
            "\n".join(f"- **{plain(one.title)}** {plain(shell.opening(one.brief))}" for one in scenario.seats())
        )
        briefing.markdown(shell.prose(scenario.briefing))


if __name__ == "__main__":
    render()
