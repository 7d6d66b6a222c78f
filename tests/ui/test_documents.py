"""Records as documents: whole, from one seat's knowledge alone, and inert whatever people typed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import product

import pytest

from simulator import acts
from simulator.acts.base import Record
from simulator.briefing import Briefing, briefing
from simulator.errors import DrillError
from simulator.record.history import History
from simulator.values import Ref
from tests import played
from tests.ui.test_start import Seat
from ui.documents import documents
from ui.documents.known import SeatView, code, fenced
from ui.documents.page import page
from ui.parts.text import markdown, unmarked
from ui.session import Here

SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")
WORDS_A_MINUTE = 230
"""Words that people read in a minute."""
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "# not a heading", "- not an item", "1. not a list",
    "a | b", "[click](https://evil.example)", "![x](https://evil.example/x.png)", "```\nout of the block", "**bold**",
    "`code`", "_x_ *y* ~~z~~", "&lt;b&gt;", "line\n\n## two", "https://evil.example www.evil.example a@evil.example",
    "</pre></article><h1>", "\u202eevil", "$x$", "> quoted", "=== ", "\\# escaped", "[x]: https://evil.example",
)  # fmt: skip
VOID = {"br"}
OURS = {
    "article", "h3", "h4", "h5", "p", "ul", "li", "b", "code", "pre", "details", "summary", "button", "table", "thead",
    "tbody", "tr", "th", "td", "div", "br",
}  # fmt: skip
"""What a document is made of."""


class Tags(HTMLParser):
    """Reads HTML, and notes what it has: tags, ids, and what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def whole(html: str) -> Tags:
    """Return HTML as it was read; it is well-formed and names nothing twice."""
    read = Tags(html)
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert not {one for one in read.attributes if one.startswith("on")} | read.attributes & {"style", "href", "src"}
    assert not {"script", "style", "img", "a", "iframe"} & set(read.tags)
    return read


def every(b: Briefing) -> list[tuple[str, str]]:
    """Return kind and number of every record of a seat that has a document."""
    refs = [ref for ref in b.incident.refs if ref.kind in documents.KINDS and ref.kind != "handoff"]
    refs += [ref for ref in b.incident.handoffs if documents.handed_over(SeatView(b), ref)]
    return [*dict.fromkeys((ref.kind, ref.ident) for ref in refs), ("closure", ""), ("backlog", ""), ("summary", "")]


@pytest.mark.parametrize(("name", "role"), list(product(SCENARIOS, ("commander", "comms"))))
def test_every_record_of_a_played_drill_has_its_document(name: str, role: str) -> None:
    b = briefing(played.engine(name, "base", "by_the_book", 7), role)
    found = every(b)
    kinds = {kind for kind, _ in found}
    assert role != "commander" or set(documents.KINDS) - {"correction", "leadership"} <= kinds
    for kind, ident in found:
        text = documents.document(b, kind, ident)
        assert text.startswith("# ")
        assert "None" not in text
        assert "{{" not in text
        assert "\n\n\n" not in re.sub(r"```.*?```", "output", text, flags=re.DOTALL)
        read = whole(documents.view(b, kind, ident))
        assert read.tags.count("h3") == 1


def test_a_handoff_shows_what_it_rests_on_to_whoever_is_to_take_it() -> None:
    drill = played.under_way("auth_token", "by_the_book", 7, 282)
    offer = next(one for one in drill.incident.handoffs.values() if one.accepted is None)
    b = briefing(drill, offer.receiver)
    text = documents.document(b, "handoff", offer.id.ident)
    assert "**Accepted:** not yet" in text
    packet = documents.document(b, "packet", "1")
    assert packet.split("\n", 1)[1].strip() in text
    parts = "Unresolved unknowns", "Next checkpoint at", "Roll back at once if", "Under way", "sessctl impact --now"
    assert [part for part in parts if part not in text] == []


def test_a_closure_package_comes_from_the_record() -> None:
    b = briefing(played.engine("auth_token", "base", "by_the_book", 7), "deputy")
    text = documents.document(b, "closure")
    incident = b.incident
    assert text.count("## ") == 6
    for item in incident.hardening:
        assert isinstance(item.body, acts.AddHardeningTask)
        assert item.body.text in text
    risks = [b.catalogue.called.titles["residual_risks"][one] for one in incident.residual_risks]
    assert all(f"- {risk}" in text for risk in risks)
    done = [run for run in incident.runs.values() if run.what == "action"]
    assert all(run.line in text for run in done)
    assert "Declared SEV-1" in text
    assert "No command of the verification" not in text


def test_an_update_reads_as_customers_would_read_it() -> None:
    b = briefing(played.engine("auth_token", "base", "by_the_book", 7), "comms")
    texts = [documents.document(b, "update", str(n)) for n in range(1, 1 + len(b.incident.given("update")))]
    public = [text for text in texts if "to customers" in text]
    assert public
    assert all("SEV-" not in text and "Incident commander" not in text for text in public)
    assert "# We are looking into a problem" in public[0]
    assert "# Service is back" in public[-1]
    assert any(text.startswith("# [INCIDENT][SEV-1]") for text in texts)


@pytest.mark.parametrize(("name", "at"), list(product(SCENARIOS, (0, 400, 900, 1800, 3600))))
def test_whoever_joins_late_has_read_the_summary_in_a_minute(name: str, at: int) -> None:
    b = briefing(played.under_way(name, "by_the_book", 7, at), "comms")
    text = documents.summary(b)
    assert len(text.split()) <= WORDS_A_MINUTE
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## What happened", "## What is running", "## What waits"]  # fmt: skip


def test_at_the_first_page_there_is_a_summary_that_says_what_to_do(seat: Seat) -> None:
    b = seat("commander", 0).room.briefing("commander")
    assert "declare the incident" in documents.summary(b)
    assert "Nothing is on it" in documents.document(b, "backlog")
    assert "Nothing was carried out" in documents.document(b, "closure")


@pytest.mark.parametrize(("kind", "ident"), [("decision", "1"), ("decision", ""), ("handoff", "1"), ("nothing", "1"),
                                             ("leadership", ""), ("update", "7")])  # fmt: skip
def test_what_is_not_there_is_refused_in_words(kind: str, ident: str, seat: Seat) -> None:
    with pytest.raises(DrillError, match=r"no .* that you may see"):
        documents.view(seat("commander", 0).room.briefing("commander"), kind, ident)


# --- nothing but what a seat may know ----------------------------------------------------------------------


def test_a_document_reads_a_briefing_and_no_engine() -> None:
    b = briefing(played.engine("permission_leak", "base", "by_the_book", 7), "commander")
    assert not b.incident.with_truth
    assert isinstance(b.incident, History)
    for kind, ident in every(b):
        text = documents.document(b, kind, ident)
        assert "took effect" not in text
        assert "tolerance" not in text


def test_who_stands_outside_need_to_know_reads_none_of_its_records() -> None:
    drill = played.engine("permission_leak", "base", "by_the_book", 7)
    inside = set(drill.scenario.overlay.need_to_know)
    outside = [role.id for role in drill.scenario.seats() if role.id not in inside]
    assert outside
    told = {f"{kind}:{ident}" for kind, ident in every(briefing(drill, next(iter(inside))))}
    for role in outside:
        b = briefing(drill, role)
        own = {f"{kind}:{ident}" for kind, ident in every(b)}
        for ref in told - own:
            kind, _, ident = ref.partition(":")
            with pytest.raises(DrillError):
                documents.document(b, kind, ident)
        package = documents.document(b, "closure") + documents.summary(b)
        secrets = [x.body.cause for x in drill.journal.entries if isinstance(x.body, acts.StateHypothesis)]
        titles = {drill.scenario.find("causes", one).title for one in secrets}
        assert not [title for title in titles if title in package]


# --- what people typed -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_words_in_markdown_and_on_the_page(text: str) -> None:
    line = f"- **Label:** {markdown(text)}"
    read = whole(page(line))
    assert read.tags == ["ul", "li", "b"]
    assert " ".join("".join(read.words).split()) == " ".join(f"Label: {unmarked(markdown(text))}".split())
    assert "\n" not in markdown(text)
    assert not re.search(r"https?://|www\.|@\w", markdown(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_and_a_bullet_hold_whatever_is_typed(text: str) -> None:
    table = whole(page(f"| Who | What |\n|---|---|\n| Ana | {markdown(text)} |"))
    assert table.tags.count("td") == 2
    bullet = markdown(text)
    assert not re.match(r"\s*([#>+=-]|\d+[.)](\s|$))", bullet)


def test_a_number_stays_as_it_is_where_it_begins_no_list() -> None:
    assert [markdown(text) for text in ("8.96", "4.18.1 is out", "1. first", "2)")] == [
        "8.96", "4.18.1 is out", r"1\. first", r"2\)"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_output_cannot_end_its_block(text: str) -> None:
    shown = fenced(f"{text}\n````\n{text}")
    read = whole(page(f"before\n\n{shown}\n\nafter"))
    assert read.tags == ["p", "pre", "p"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_command_line_is_code_and_nothing_else(text: str) -> None:
    read = whole(page(f"at T+00:00 · {code(text)} · end"))
    assert read.tags == ["p", "code"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_incident_has_documents_like_any_other(text: str, seat: Seat) -> None:
    here = seat("commander", 120)
    b = here.room.briefing("commander")
    give(here, acts.Declare(severity="SEV-1", title=text[:200]))
    pick = {name: b.options(name)[0].id for name in ("actions", "segments", "reasons", "needs", "figures")}
    figure = {"name": pick["figures"], "low": 3}
    for body in (
        acts.RecordOption(action=pick["actions"], effect=text[:200], coverage=(pick["segments"],), minutes_to_effect=1),
        acts.RecordDecision(why_now=pick["reasons"], execution_owner="mitigation", confidence="L1", note=text),
        acts.UpdateStakeholders(audience="public", status="investigating", next_update_minutes=15, text=text),
        acts.EscalateInternally.model_validate({
            "impact": figure, "ask": pick["needs"], "next_update_minutes": 15, "owner": "commander", "text": text}),
    ):  # fmt: skip
        give(here, body)
    b = here.room.briefing("commander")
    for kind, ident in every(b):
        read = whole(documents.view(b, kind, ident))
        assert read.tags.count("h3") == 1, kind
        assert set(read.tags) <= OURS


def give(here: Here, body: acts.Act) -> None:
    answer = here.room.submit(body, here.person)
    assert answer.refusal is None, answer.refusal


def test_a_record_that_was_filled_in_says_so_and_when(seat: Seat) -> None:
    here = seat("commander", 120)
    b = here.room.briefing("commander")
    first = acts.RecordSnapshot(phase="detection", next_checkpoint_minutes=10, next_owner="deputy")
    give(here, first)
    text = documents.document(here.room.briefing("commander"), "snapshot", "1")
    assert "**Latest stable revision:** not said yet" in text
    here.room.skip_ahead(here.person, 30)
    revision = b.options("revisions")[0]
    give(here, first.model_copy(update={"amends": Ref("snapshot:1"), "stable_revision": revision.id}))
    text = documents.document(here.room.briefing("commander"), "snapshot", "1")
    assert f"**Latest stable revision:** {markdown(revision.title)}" in text
    assert "filled in at" in text


def test_every_kind_of_record_has_a_document() -> None:
    numbered = {act.number for act in acts.ACTS.values() if issubclass(act, Record)}
    sent = {act.number for act in acts.ACTS.values() if act.number and act.weighty}
    assert numbered | sent <= set(documents.KINDS) | {"post", "lane"}
