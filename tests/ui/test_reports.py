"""Documents of a finished drill: what they hold, in every form, and a template of one's own that cannot do harm."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.about import times
from analytics.report import story
from analytics.report.tables import each
from scenarios.loader import load
from simulator import acts
from simulator import events as e
from simulator.errors import DrillError
from simulator.record.follow_up import FollowUpEntry, LessonAnswers
from simulator.record.journal import Journal, parse, refused
from simulator.room.notes import Note
from simulator.text import clock
from simulator.values import Recommendation, Ref
from tests import recorded
from tests.analytics import builders as b
from ui import cli
from ui.parts.text import markdown
from ui.reports import fill, page
from ui.reports.context import context, limited
from ui.reports.decided import REASONS, RUNGS
from ui.reports.finished import Finished, of_file
from ui.reports.hurt import harmed_more
from ui.reports.numbers import counted, hundredths
from ui.reports.opening import recovered, worth_most
from ui.reports.registry import REPORTS, escaped, file_name, formats, report

DOC = Path(__file__).resolve().parents[2] / "docs" / "reports.md"
EVIL = "=1+1 <script>alert(1)</script> | [x](javascript:1) **loud** ![p](http://x/y.png)"
DRILLS = ("auth_token-by_the_book-7", "billing_mismatch-by_the_book-7", "permission_leak-by_the_book-7")


@pytest.fixture(scope="module")
def finished() -> Callable[[str], Finished]:
    made: dict[str, Finished] = {}

    def of(name: str) -> Finished:
        if name not in made:
            files = recorded.read(name)
            journal = parse("\n".join(recorded.journal_lines(files)), name)
            head = journal.header
            scenario = load(head.scenario, head.variant, head.difficulty).scenario
            made[name] = of_file(journal, scenario, json.loads(files["score.json"]), {})
        return made[name]

    return of


@pytest.fixture(scope="module")
def followed(finished: Callable[[str], Finished]) -> Finished:
    """A drill that was followed through, with something nasty in every place in which people write."""
    drill = finished(DRILLS[0])
    entries = (
        FollowUpEntry(n=1, made=10, author="Ana", item="review", changes={"guardrail": f"{EVIL} human error"}),
        FollowUpEntry(n=2, made=11, author="Ana", item="action-2", changes={
            "text": EVIL, "owner": EVIL, "due": "2026-03-20", "factor": "flag_half", "class": "prevent",
            "signal": "alert_fires", "shown_by": "it fires", "retest": "auth_token/base"}),
    )  # fmt: skip
    lessons = (LessonAnswers(answers={"real": "4", "next": EVIL}), LessonAnswers(author="Bo", answers={"real": "2"}))
    return Finished(drill.journal, drill.scenario, drill.card, entries, lessons, created=5.0, ended=9.0)


@pytest.mark.parametrize("kind", REPORTS)
def test_every_document_is_made_in_every_form_and_what_people_typed_stays_text(followed: Finished, kind: str) -> None:
    for form in formats(kind):
        text = report(followed, kind, form)
        assert text.strip()
        if form == "json":
            assert json.loads(text)["document"] == kind
        if form == "csv":
            rows = list(csv.reader(io.StringIO(text)))
            assert {len(row) for row in rows} == {len(REPORTS[kind].heads)}
            assert tuple(rows[0]) == REPORTS[kind].heads
            cells = [cell for row in rows for cell in row if not re.fullmatch(r"-?\d+", cell)]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        if form == "html":
            assert not re.search(r"<script|<img|src=|javascript:\d\"|<link", text.split("<body>")[1])
            assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert EVIL not in report(followed, kind, "md")


def test_a_table_of_nothing_has_its_heads_and_no_cell_is_a_formula(
    followed: Finished, finished: Callable[[str], Finished]
) -> None:
    assert report(finished(DRILLS[0]), "actions", "csv") == f"{','.join(REPORTS['actions'].heads)}\n"
    entry = FollowUpEntry(n=1, made=1, author="Ana", item="action-1", changes={"text": "＝1+1", "owner": "  =1"})
    (_, row) = csv.reader(io.StringIO(report(replace(followed, entries=(entry,)), "actions", "csv")))
    assert (row[1], row[3]) == ("'＝1+1", "'=1")


def test_a_document_says_what_it_is_called_as_a_file(followed: Finished) -> None:
    assert file_name(followed, "report", "html") == "auth_token-base-seed7-report.html"


def test_a_form_or_kind_that_there_is_not_says_so(followed: Finished) -> None:
    with pytest.raises(DrillError, match="after-action report is no table; ask for md, html, json"):
        report(followed, "report", "csv")
    with pytest.raises(DrillError, match=r"unknown document 'reprot'.*did you mean 'report'"):
        report(followed, "reprot")
    with pytest.raises(DrillError, match="a template makes md or html"):
        report(followed, "report", "json", ("x", "own.md"))


def test_a_postmortem_with_such_sentences_is_a_draft(followed: Finished, finished: Callable[[str], Finished]) -> None:
    assert report(followed, "postmortem").startswith("# Draft: Postmortem")
    assert "human error" in report(followed, "postmortem").split("## ")[0]
    assert report(finished(DRILLS[0]), "postmortem").startswith("# Postmortem")


def test_without_names_nobody_is_named(followed: Finished) -> None:
    for kind in REPORTS:
        text = report(followed.without_names(), kind, "json")
        assert "by_the_book (" not in text.replace("(“by_the_book”)", "")
        assert '"Ana"' not in text
        assert '"Bo"' not in text


def test_without_names_those_are_not_named_either_who_are_in_no_record(followed: Finished) -> None:
    said = "Cleo and Dorian waited, so did Edda, Finn Marsh and Gesa."
    drill = replace(
        followed, entries=(FollowUpEntry(n=1, made=9, author="Cleo", item="retro", changes={"slowed": said}),),
        lessons=(LessonAnswers(author="Dorian", answers={"next": said}),), notes=(Note(1, 9, 1, "Edda", "note"),),
        corrections=({"criterion": "B1a", "points": 1, "author": "Finn Marsh", "reason": said},),
        participants=("Gesa",),
    )  # fmt: skip
    tree = json.dumps(context(drill.without_names()))
    assert not re.findall("Cleo|Dorian|Edda|Finn|Marsh|Gesa", tree)
    assert "somebody waited" in tree


def test_two_decisions_of_one_second_have_each_what_it_left(finished: Callable[[str], Finished]) -> None:
    drill = finished(DRILLS[0])
    first, second = drill.view.decisions[:2]
    entries = [replace(one, at=second.at) if one.seq == first.seq else one for one in drill.journal]
    once = replace(drill, journal=Journal(drill.journal.header, entries, drill.journal.references))
    before = [row["left"] for row in context(drill)["decisions"]]
    assert before[0] != before[1]
    assert [row["left"] for row in context(once)["decisions"]] == before


@pytest.mark.parametrize(("found", "says"), [
    ({"notes": [{"n": 2**70, "made": 1.0, "at": 1, "author": "E", "body": "{}"}]}, "n: what is there .int. is out of"),
    ({"lessons": [{"id": "a", "author": "", "body": "[]"}]}, "lessons: a row cannot be read"),
    ({"notes": [{"n": 1, "made": 1.0, "at": 1, "author": "E", "body": '{"kind": "rating", "rating": 0}'}]}, "1 to 4"),
    ({"corrections": {}}, "nothing that is kept"),
])  # fmt: skip
def test_what_a_file_holds_beside_a_record_is_read_or_refused(
    finished: Callable[[str], Finished], found: dict[str, Any], says: str
) -> None:
    drill = finished(DRILLS[0])
    with pytest.raises(DrillError, match=says):
        of_file(drill.journal, drill.scenario, None, found)
    odd = of_file(drill.journal, drill.scenario, None, {"drill": {"created": 10**400, "ended": 1e20}})
    assert (odd.created, odd.ended) == (0.0, 0.0)


def test_a_rating_of_no_known_level_is_of_the_nearest(followed: Finished) -> None:
    ident = followed.scenario.objectives[0].id
    for given, letter in ((0, "U"), (9, "P")):
        drill = replace(followed, notes=(Note(1, 9, 1, "Edda", "rating", criterion=ident, rating=given),))
        assert context(drill)["objectives"][0]["by_evaluators"] == letter


def test_the_timeline_tells_what_was_told_held_and_shown_and_when_it_came_back(finished: Callable[[str], Finished]
                                                                               ) -> None:
    drill = finished(DRILLS[0])
    rows = [(one["at"], one["kind"], one["what"]) for one in context(drill)["timeline"]]
    recovered = times(drill.view)["recovered"]
    assert recovered is not None
    assert (clock(recovered), "recovers") in {row[:2] for row in rows}
    assert (clock(drill.view.fault_at), "breaks", drill.scenario.fault) in rows
    for words in ("acknowledges", "Frozen", "Update (public)", "Update (executives)", "Commander is", "measured"):
        assert any(words in what for _, _, what in rows), words


def test_survey_and_actions_stand_in_the_report(followed: Finished) -> None:
    text = report(followed, "report")
    assert "1: 0 · 2: 1 · 3: 0 · 4: 1 · 5: 0" in text
    assert "tested again by auth_token/base" in text
    assert "1970-01-01" in text


# --- a fresh reader --------------------------------------------------------------------------------------


COUNTED = {
    "auth_token": ("users", "logins", "tickets"), "billing_mismatch": ("USD", "rows", "invoices"),
    "permission_leak": ("reads", "tenants"),
}  # fmt: skip
"""What figures of who was hit are counted in, by scenario; the others have none in all."""


def answers(drill: Finished) -> Iterator[tuple[str, list[str]]]:
    """Yield the ten questions of docs/reports.md, each with what a right answer says, out of the record."""
    view, s = drill.view, drill.scenario
    found, card = times(view), drill.card or {"parts": []}
    first, declared = next(iter(view.decisions), None), view.first(acts.Declare)
    assert declared is not None
    gaps = sorted((one for part in card["parts"] for one in part["criteria"]),
                  key=lambda one: one["points"] - one["out_of"])  # fmt: skip
    titles = {one.id: one.title for _, one in drill.playbook.criteria()}
    yield "What broke?", [s.fault, *(cause.title for cause in s.causes if cause.true)]
    yield "Since when?", [f"from {clock(view.fault_at)}"]
    assert view.final is not None
    worst = {one.id: max(m.body.figures.get(one.id, 0) for m in view.samples if m.at >= 0) for one in s.figures}
    yield "Who was hit, and how much?", [
        *(f"{one.title} | {view.final.body.harm[one.id]:,.0f} {one.unit}" for one in s.harm
          if view.final.body.harm[one.id] >= 10),
        *(f"{one.title} | {worst[one.id]:,.0f} {one.unit} |" for one in s.figures
          if worst[one.id] >= 10 and one.hit is not False and one.unit in COUNTED.get(s.id, ())
          and one.id not in {h.id for h in s.harm}),
        *(f"| {view.title('segments', one)} | {100 * share:.0f} % |" for one, share in view.affected.items()),
    ]  # fmt: skip
    yield "When was it declared, and at which severity?", [f"{clock(declared.at)} | Declared", declared.body.severity]
    turned_down = {one.rung for m in view.decisions for one in m.body.rejected}
    yield "Who decided what first, and why?", ["No checkpoint decision is on record"] if first is None else [
        f"Decision 1 at {clock(first.at)}", view.titles("actions", first.body.actions).split(" and ")[0],
        view.title("roles", first.role), view.title("reasons", first.body.why_now),
    ]  # fmt: skip
    turned = [
        *(f"{RUNGS[one.rung]} ({REASONS[one.reason]})" for m in view.decisions[:1] for one in m.body.rejected),
        *(view.title("actions", one.action) for m in view.all(acts.RecordContradiction)
          for one in m.body.recommendations if one.action != m.body.choice),
        *(f"{clock(x.at)}, refused" for x in drill.journal if isinstance(x.body, acts.TakeAction)
          and x.seq in refused(drill.journal.entries)),
        *(f"not taken up: {row['who']}" for row in context(drill)["injects"] if row["verdict"] == "kept"
          and row["proposed"]),
        *(f"compared: {view.title('actions', m.body.action)}" for m in view.all(acts.RecordOption)
          if not any(run.spec.id == m.body.action for run in view.started)
          and view.part("actions", m.body.action).rung not in turned_down),
    ]  # fmt: skip
    yield "Which alternatives were rejected?", turned or ["Nothing else is on record as turned down"]
    back = [f"{clock(at)} | {title}" for at, title in ((found["recovered"], "Recovered"), (found["verified"],
            "Recovery verified")) if at is not None]  # fmt: skip
    out = ", ".join(view.title("segments", one) for one in view.outside(view.final.at))
    yield "When did it recover, and when was that verified?", back or [f"not recovered: {out}; never verified"]
    late = [row["text"] for row in context(drill)["injects"] if row["verdict"] in ("late", "missed")]
    untrue = [f"{clock(m.at)} | {drill.names_then.at(m.seq).person(m.by)} | the room | recovery: recovered" for m in
              view.all(acts.ClaimRecovery) if view.outside(m.at)]  # fmt: skip
    last = max((span.until for span in view.commanders), default=0)
    unled = [f"nobody {clock(last)} to {clock(view.left)}"] if last < view.left else []
    worse = [f"{clock(m.at)}, a queued change landed" for m in view.all(e.MergeLanded) if m.body.harmful]
    unheard = [f"nobody | {row.text}" for row in each(story.cues(view)) if row.how == "never" and row.known >= 0]
    red = [f"{clock(one.at)} | " for one in view.recovery.certificates]
    yield "What was missed?", [*late, *untrue, *unled, *worse, *unheard, *red, "### What was passed over"]
    limits = sorted((one for one in (*card.get("caps", ()), *card.get("anti_patterns", ()))
                     if one["limit"] < card["uncapped"]), key=lambda one: one["limit"])  # fmt: skip
    caps = {one.id: one.title for one in (*drill.playbook.caps, *drill.playbook.anti_patterns)}
    most = caps[limits[0]["id"]] if limits else titles[gaps[0]["id"]]
    yield "What is worth most next time?", [titles[gaps[0]["id"]], f"For the score: {most}"]
    risks = [view.title("residual_risks", one) for one in view.history.residual_risks]
    open_ = [view.title("segments", one) for one in view.outside(view.final.at)]
    yield "What remains, and who watches?", [
        *risks, "Watch for" if view.history.watch else "Nobody was named to watch", *open_,
        *(f"Checkpoint in {m.body.in_hours:g} h" for m in view.all(acts.CommitCheckpoint)[-1:]),
        *(["72 h run until"] if any(x.spec.id == "note_awareness" and x.done for x in view.runs) else []),
        *(f"promised for {clock(round(m.at + 60 * m.body.next_update_minutes))} (executives)"
          for m in view.all(acts.UpdateExecutives)[-1:] if not view.closed),
        *(drill.names.answer(m.body.inject, m.body.answer) for m in view.all(acts.AnswerAsker)),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [
    *DRILLS, "auth_token-impatient-7", "billing_mismatch-impatient-7", "permission_leak-impatient-7",
    "checkout_dip-by_the_book-7", "parcel_lag-by_the_book-7", "sign_in_link-by_the_book-7",
    "levels_unseen-by_the_book-7",
])  # fmt: skip
def test_a_fresh_reader_answers_ten_questions_from_the_report_alone(
    finished: Callable[[str], Finished], name: str
) -> None:
    asked = re.findall(r"^\d+\. (.+)$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    told = list(answers(finished(name)))
    assert [question for question, _ in told] == asked
    assert len(asked) == 10
    text = report(finished(name), "report")
    missing = {question: [one for one in right if markdown(one) not in text and one not in text]
               for question, right in told}  # fmt: skip
    assert {question: left for question, left in missing.items() if left} == {}
    assert all(right for _, right in told)


def built(*lines: Any, **more: Any) -> Finished:
    """Return a finished drill of the fixture of criteria, which nobody has scored."""
    record = b.drill(*lines, **more)
    return Finished(record.journal, record.scenario, None)


def test_what_was_decided_is_no_deed_until_it_is_begun() -> None:
    flag = [*b.decide("08:00", "flag"), *b.act("10:00", "flag", decision="decision:1")]
    (done,) = context(built(flag))["decisions"]
    assert done["begun"]
    assert done["deeds"] == ["flag: begun T+10:00 (@mitigation), in effect T+11:00"]
    assert "Never begun" not in report(built(flag), "report")
    order = b.say("09:00", "mitigation", acts.TakeAction(action="flag", decision="decision:4"))
    decided = b.decide("08:00", "flag")
    seq = next(x.seq for x in b.drill(decided, order).journal if isinstance(x.body, acts.TakeAction))
    refusal = b.event("09:00", e.CommandRefused(command=seq, code="unknown", reason="decision: nothing is called so"))
    for lines, says in (([], "flag: never begun"), ([order, refusal], "flag: never begun, the order at T+09:00 was")):
        drill = built(decided, *lines)
        (never,) = context(drill)["decisions"]
        assert never["deeds"][0].startswith(says)
        assert "**Never begun.**" in report(drill, "report")
        dropped = [one["what"] for one in context(drill)["missed"]]
        assert ("flag: ordered and refused" in dropped) == bool(lines)
        assert "never begun" in report(drill, "closure")
    (bare,) = context(built(b.act("10:00", "flag")))["undecided"]
    assert bare["what"].startswith("flag: begun T+10:00")
    assert not bare["looks"]
    assert context(built(flag))["undecided"] == []
    (turned,) = context(drill)["alternatives"]
    assert (turned["at"], turned["how"]) == ("T+09:00", "refused")
    assert turned["why"] == "it was given for decision 4, which there never was; never asked for again"


def test_a_refusal_says_what_was_not_there_yet_and_whether_it_was_asked_for_again() -> None:
    early, later = b.decide("08:00", "flag", evidence=("query:zones",)), b.query("09:00", "zones")
    seq = next(x.seq for x in b.drill(early, later).journal if isinstance(x.body, acts.RecordDecision))
    refusal = b.event("08:00", e.CommandRefused(command=seq, code="unknown", reason="nothing here is called that"))
    title = b.SCENARIO.find("queries", "zones").title
    later_on = b.decide("12:00", "flag")
    for more, again in (([], "never asked for again"), (later_on, "asked for again and granted at T+12:00")):
        (one,) = context(built(early, refusal, later, more))["alternatives"]
        assert one["why"] == f"it rests on {title}, which ended only at T+09:00; {again}"


def test_what_was_asked_for_again_and_again_in_vain_is_one_row() -> None:
    orders = [b.say(f"{minute}:00", "mitigation", acts.TakeAction(action="flag")) for minute in (10, 11, 12)]
    card, late = b.card("09:00", "flag"), b.act("20:00", "flag")
    seqs = [x.seq for x in b.drill(card, *orders).journal if isinstance(x.body, acts.TakeAction)]

    def why(reasons: Sequence[str], *more: Any) -> list[str]:
        # Refusals come last, so that they count no entry of the journal they speak of.
        vain = [b.event("40:00", e.CommandRefused(command=seq, code="busy", reason=said))
                for seq, said in zip(seqs, reasons, strict=True)]  # fmt: skip
        found = context(built(card, *orders, *more, *vain))["alternatives"]
        assert {one["how"] for one in found} == {"refused"}
        return [one["why"] for one in found]

    assert why(["It is out."] * 3) == ["It is out; 3 times until T+12:00, never granted"]
    assert why(["No", "No", "Off"]) == [
        "No; 2 times until T+11:00, asked for again at T+12:00, refused again, never granted",
        "Off; never asked for again",
    ]  # fmt: skip
    assert why(["No"] * 3, late) == ["No; 3 times until T+12:00, asked for again and granted at T+20:00"]


def test_what_was_chosen_against_and_begun_all_the_same_says_so() -> None:
    wants = (Recommendation(action="flag", owner="triage"), Recommendation(action="rollback", owner="mitigation"))
    chosen = b.say("10:00", "commander", acts.RecordContradiction(recommendations=wants, choice="flag"))
    (one,) = context(built(chosen, b.act("12:00", "rollback")))["alternatives"]
    assert one["why"] == "in favour of flag, never begun; rollback was begun at T+12:00"


def test_what_was_decided_is_not_told_as_neither_rejected_nor_done() -> None:
    assert context(built(b.card("07:00", "flag"), b.decide("08:00", "flag")))["alternatives"] == []


def test_a_step_says_what_it_printed_and_that_its_decision_does_not_name_it() -> None:
    run = b.act("10:00", "rollback", decision="decision:1")
    lines = [replace_output(line, "2 of 3 done\n---\nC skipped") for line in run]
    (one,) = context(built(b.decide("08:00", "flag"), lines))["decisions"]
    assert one["deeds"][1] == ("rollback: begun T+10:00 (@mitigation), in effect T+11:00 (ordered for this decision, "
                               "which does not name it): 2 of 3 done / C skipped")  # fmt: skip


def replace_output(line: Any, output: str) -> Any:
    at, by, body = line
    return at, by, body.model_copy(update={"output": output}) if isinstance(body, e.ActionFinished) else body


def test_what_others_heard_falsely_stands_until_somebody_puts_it_right() -> None:
    false = b.update("20:00", "recovered", impact=b.figure(3), text="All is well.")
    told = context(built(false))["remains"]["untrue"]
    assert told == ["public, T+20:00: status: recovered: “All is well.”; Locked users: 3"]
    assert context(built(false, b.update("22:00")))["remains"]["untrue"] == []


def test_what_is_owed_is_told_by_audience() -> None:
    higher = b.say("24:00", "comms", acts.UpdateExecutives(eta="unknown", next_update_minutes=20))
    over = b.say("59:00", "deputy", acts.EndDrill(how="resolved"))
    owed = context(built(b.declare("02:00"), b.update("50:00"), higher, over))["remains"]["clocks"]
    assert [one.partition(" (Ana")[0] for one in owed] == [
        "The next update was promised for T+70:00 (public)",
        "The next update was promised for T+44:00 (executives), and did not come",
    ]  # fmt: skip


def test_an_alert_that_cleared_while_users_were_hit_says_so_and_a_commander_who_left_did_not_command() -> None:
    fired = b.event("00:00", e.AlertFired(alert="rejects", severity="critical", summary="s", value=1, page="commander"))
    cleared = b.event("20:00", e.AlertResolved(alert="rejects"))
    left = [*b.in_command("02:00"), *b.event("31:00", e.RoleVacated(role="commander", seat="commander"))]
    sat = b.say("00:30", "commander", acts.TakeSeat(seat="commander", name="Ana"))
    over = b.say("59:00", "deputy", acts.EndDrill(how="resolved"))
    for begun, after in (("09:00", ""), ("16:30", " after flag (T+17:30)")):
        looked = b.act("17:50", "copy")
        tree = context(built(fired, sat, left, b.act(begun, "flag"), looked, cleared, over))
        (one,) = (one for one in tree["missed"] if one["what"].startswith("Alert"))
        assert one["note"].partition(", never acknowledged, ")[2].startswith(
            f"cleared T+20:00{after}, still outside tolerance: ")
    (person,) = (one for one in tree["people"] if one["name"] == "Ana")
    assert person["led"] == 29


def test_what_nobody_rejected_is_not_told_as_rejected(finished: Callable[[str], Finished]) -> None:
    drill = finished("auth_token-impatient-7")
    found = {(one["how"], one["what"]) for one in context(drill)["alternatives"]}
    assert ("not taken up", "@support-lead: Sign everybody out") in found
    assert not [what for _, what in found if "IdentiHub" in what]
    text = report(drill, "report")
    assert "Nothing else is on record as turned down." in text
    assert text.index("### Neither rejected nor done") < text.index("not taken up: @support-lead")
    assert "never | Does the release before fit the schema, before Roll auth-svc back" in text
    assert report(finished(DRILLS[0]), "report").count("Roll auth-svc back to 4.17.2: begun") == 0


def test_what_showed_who_was_hit_best_is_quoted_as_it_was_printed(finished: Callable[[str], Finished]) -> None:
    (one,) = context(finished(DRILLS[0]))["looks"]
    assert (one["at"], one["output"].split(" / ")[2]) == ("T+07:05", "refused 4,923 3,440 8,363")
    hit = {one["title"]: one for one in context(finished(DRILLS[2]))["segments"]}
    assert {one["since"] for one in hit.values()} == {"by T-29:45"}


def test_when_the_loss_came_adds_up_and_a_change_is_not_blamed_for_a_step(finished: Callable[[str], Finished]) -> None:
    for name in ("auth_token-impatient-7", "permission_leak-impatient-7", "parcel_lag-by_the_book-7"):
        found = context(finished(name))["loss"]
        assert abs(sum(float(one["loss"]) for one in found["parts"]) - float(found["total"])) < 0.03
    charged, landed = context(finished("billing_mismatch-impatient-7"))["worsened"]
    assert charged["what"].startswith("Dollars charged twice: ")
    assert "Replay everything since the deploy, emergency switch (T+12:00)" in charged["jumped"][0]
    assert landed["jumped"] == [
        "What it did cannot be told from what this did: Replay everything since the deploy, emergency switch"]
    assert not landed["loss"]


def test_a_decision_confirms_what_is_under_way_already() -> None:
    under_way = built(b.act("05:00", "flag"), b.decide("08:00", "flag"))
    (one,) = context(under_way)["decisions"]
    assert one["begun"]
    assert one["deeds"] == ["flag: begun T+05:00 (@mitigation), in effect T+06:00"]
    twice = built(b.decide("04:00", "flag"), b.act("05:00", "flag"), b.decide("08:00", "flag"))
    assert [row["begun"] for row in context(twice)["decisions"]] == [True, True]


def test_a_step_that_was_run_twice_under_one_decision_is_told_as_two_runs() -> None:
    runs = (("flag", "09", "action:flag"), ("flag", "12", "action:flag-2"), ("rollback", "14", "action:rollback"))
    orders = [b.act(f"{at}:00", what, decision="decision:1", ref=ref) for what, at, ref in runs]
    twice = built(b.decide("08:00", "flag"), *orders)
    (one,) = context(twice)["decisions"]
    assert [deed.partition(" (")[0] for deed in one["deeds"]] == [
        "flag: begun T+09:00", "flag, once more: begun T+12:00", "rollback: begun T+14:00",
    ]  # fmt: skip
    assert context(twice)["undecided"] == []


def test_a_reason_that_the_world_shows_to_be_false_is_marked() -> None:
    for true, says in ((True, "it grows"), (False, "it grows (which was not so)")):
        made = b.scenario(reasons=[{"id": "harm_grows", "title": "it grows", "true_when": {"t": {"above": 0}} if true
                                    else {"t": {"below": 0}}}])
        (one,) = context(built(b.decide("08:00", "flag", why_now="harm_grows"), of=made))["decisions"]
        assert one["why"] == says


def test_a_decision_note_is_told_to_whom_and_what_it_names_stands_beside_what_was_done() -> None:
    note = b.say("20:00", "comms", acts.PublishDecisionNote(
        cause="key", confidence="L2", actions=("flag", "scoped"), figures=(b.figure(3),)))  # fmt: skip
    tree = context(built(b.act("09:00", "flag"), note))
    (told,) = tree["updates"]
    assert (told["kind"], told["to"]) == ("publish_decision_note", "all who read the record")
    found = {one["about"]: (one["true"], one["holds"]) for one in tree["claims"]}
    assert found["steps"] == ("not begun by then: scoped", False)
    assert not found["figure"][1]


def test_what_a_queued_change_made_worse_says_what_leapt(finished: Callable[[str], Finished]) -> None:
    tree = context(finished("permission_leak-impatient-7"))
    said, *_ = tree["worsened"]
    (landed,) = (one for one in tree["worsened"] if one["service"])
    assert "Evidence that is gone: 0 % before, 45 % at T+17:00" in landed["jumped"]
    assert landed["loss"].startswith("0.24 of the loss of")
    assert tree["loss"]["most"].startswith("0.24 came with the queued change of T+14:00")
    assert (said["at"], said["jumped"]) == ("T+09:00", ["this changed the world: details public"])


def leaping(harm: float) -> Any:
    """Return a world in which this much harm comes within a minute of T+14:00."""

    def more(body: e.TruthSampled, at: int) -> e.TruthSampled:
        done = {"minutes": body.harm["minutes"] + harm * (at > 840)}
        return body.model_copy(update={"harm": done, "figures": body.figures | done})

    return [(at, by, more(body, at) if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]


LANDED = b.event("14:00", e.MergeLanded(merge="log", service="auth", harmful=True), "world")


def test_a_queued_change_did_harm_only_where_something_shows_it() -> None:
    for harm, says in ((0.0, "landed on auth: log"), (300.0, "landed on auth and did harm: log. It brought 0.30")):
        text = report(built(LANDED, world=leaping(harm)), "report")
        assert f"a queued change {says}" in text
        assert ("### What made it worse" in text) == bool(harm)


def test_what_came_besides_a_jump_says_so_and_parts_add_up() -> None:
    found = context(built(LANDED, world=leaping(300.0)))["loss"]
    assert [one["when"] for one in found["parts"]][1:] == [
        "before T+60:00, apart from the queued change of T+14:00, and nothing was mitigated"]
    assert round(sum(float(one["loss"]) for one in found["parts"]), 2) == float(found["total"]) == 0.7
    assert hundredths([0.006, 0.005, 0.009], 0.02) == [1, 0, 1]


def turned(at: str, what: str, over: int = 0) -> Any:
    return b.event(at, e.KnobTurned(knob="k", value=1, over=over, by=Ref(f"action:{what}")), "world")


def test_a_step_a_minute_and_more_after_a_queued_change_is_not_mixed_up_with_it() -> None:
    world = leaping(300.0)
    for at, blurred in (("14:50", True), ("16:10", False)):
        landed, *_ = context(built(LANDED, b.act(at, "flag"), turned(at, "flag"), world=world))["worsened"]
        says = "What it did cannot be told from what this did: flag"
        assert landed["jumped"] == [says if blurred else "Minutes: 87 min before, 407 min at T+16:00"]
        assert landed["harmed"] is not blurred


def test_one_minute_is_one() -> None:
    assert "1 minute of incident" in report(built(ended="01:00"), "report")


def test_harm_that_came_of_acting_is_no_call_to_act_earlier() -> None:
    for null, worse in ((0.2, True), (0.9, False)):
        drill = built(b.act("10:00", "flag"), b.act("59:30", "web_flag"))
        assert harmed_more(drill) == ""
        drill = built(b.act("10:00", "flag"), b.act("59:30", "web_flag"))
        drill.journal.references = b.references(null=null).model_dump(mode="json")
        found = context(drill)["worsened"]
        assert len(found) == worse
        assert harmed_more(drill) == ("It came to more than had nobody acted: a loss of 0.40, to 0.20 then." * worse)
        said = "- T+03:00 to T+57:00, Minutes: 400 min, had nobody acted 200 min – begun by T+57:00: flag (T+10:00)\n"
        assert (said in report(drill.scored(), "report")) == worse
    area = {"id": "M", "title": "Harm avoided", "points": 0, "out_of": 18, "advice": "Act earlier.", "why": ""}
    score = {"scored": True, "caps": [], "uncapped": 0, "areas": [area]}
    loss = {"total": "0.40", "most": "0.40 came late", "worst": "all of it"}
    assert worth_most(score, loss, {"M"}, (), "It came to more.").endswith("of 18 points): It came to more.")


def test_a_limit_that_costs_nothing_is_not_worth_most(finished: Callable[[str], Finished]) -> None:
    text = context(finished("auth_token-impatient-7"))["opening"][-1]["text"]
    assert "holds the total" not in text
    hit, _, points = text.partition(" For the score: ")
    assert hit.startswith("For those who were hit: of the loss of")
    assert points.startswith("Harm avoided")


def test_only_who_was_hit_is_said_to_be(finished: Callable[[str], Finished]) -> None:
    sold = context(finished("checkout_dip-by_the_book-7"))
    assert sold["hit"] == []
    assert "sold a minute" not in sold["opening"][1]["text"]
    assert "People who found a free seat taken" in sold["opening"][1]["text"]
    assert "mobile" not in json.dumps(context(finished(DRILLS[0]))["hit"])
    billed = [one["id"] for one in context(finished("billing_mismatch-impatient-7"))["hit"]]
    assert {"double_captures", "duplicate_events"} <= set(billed)
    assert "invoices_affected" not in billed
    for name, unit in (("parcel_lag", "parcels"), ("sign_in_link", "members"), ("levels_unseen", "homes")):
        assert context(finished(f"{name}-by_the_book-7"))["hit"][0]["worst"].endswith(unit)
    leak = context(finished(DRILLS[2]))
    assert [one for one in leak["remains"]["clocks"] if "awareness" in one or "snapshot" in one.lower()] == [
        "Put the time of awareness on record, T+02:32: aware 13:07:32Z; 72 h run until 2026-04-18 13:07:32Z"]
    assert "turned away" in report(finished(DRILLS[2]), "leadership")
    assert "Incident commander key" not in report(finished(DRILLS[2]).without_names(), "report")


def test_one_level_above_is_said_to_be_taken_as_true(finished: Callable[[str], Finished]) -> None:
    (first, *_) = context(finished("checkout_dip-by_the_book-7"))["claims"]
    assert (first["said"], first["true"]) == ("SEV-2", "SEV-3, and one level above is taken as true")
    assert first["holds"]


def test_the_end_of_the_record_is_not_when_it_was_closed(finished: Callable[[str], Finished]) -> None:
    drill = finished("checkout_dip-by_the_book-7")
    at = times(drill.view)["closed"]
    assert at is not None
    assert f"closed by the team at {clock(at)}" in report(drill, "report")


def test_what_was_verified_before_it_recovered_says_so() -> None:
    rows = [{"id": "recovered", "at": "T+47:45"}]
    for looked, says in ((2745, "T+47:45; verified T+45:45, before that"), (2900, "T+47:45; verified T+48:20"),
                         (None, "T+47:45; never verified")):  # fmt: skip
        assert recovered({"recovered": 2865, "verified": looked}, rows, ()) == says


def test_an_update_that_nobody_promised_was_owed() -> None:
    over = b.say("59:00", "deputy", acts.EndDrill(how="resolved"))
    (owed,) = context(built(b.declare("02:00"), over))["remains"]["clocks"]
    assert owed.startswith("The next update was owed by")
    told = context(built(b.declare("02:00"), b.update("05:00", "investigating"), over))["remains"]["clocks"]
    assert told[-1].startswith("The next update was promised for")


def test_who_commanded_before_the_first_page_alone_is_left_out() -> None:
    left = b.event("-00:20", e.RoleVacated(role="commander", seat="commander"))
    found = context(built(b.in_command("-00:50"), left, b.in_command("05:00")))["command"]
    assert [(one["who"], one["since"]) for one in found] == [("nobody", "T+00:00"), ("commander", "T+05:00")]


def test_limits_are_one_only_where_every_sentence_is_the_same() -> None:
    found = limited([{"id": "a", "limit": 50, "why": "Nobody led from T+5."}, {"id": "b", "limit": 60, "why": ""},
                     {"id": "c", "limit": 70, "why": "Nobody led from T+5."}], {})  # fmt: skip
    assert [one["id"] for one in found] == ["a", "b"]


def test_a_drill_that_nobody_scored_is_neither_praised_nor_blamed() -> None:
    text = report(built(b.decide("08:00", "flag")), "report")
    assert "drill score --keep" in text
    for wrong in ("No criterion was met", "was left open", "unknown", "Had nobody acted"):
        assert wrong not in text


def test_who_led_when_and_when_nobody_did_is_said_and_who_ended_it() -> None:
    left = [*b.in_command("02:00"), *b.event("31:00", e.RoleVacated(role="commander", seat="commander"))]
    drill = built(left, b.say("59:00", "deputy", acts.EndDrill(how="resolved")))
    assert [(one["who"], one["since"], one["until"]) for one in context(drill)["command"]] == [
        ("nobody", "T+00:00", "T+02:00"), ("commander", "T+02:00", "T+31:00"), ("nobody", "T+31:00", "T+60:00"),
    ]  # fmt: skip
    assert "nobody T+31:00 to T+60:00" in report(drill, "training")


def test_what_was_claimed_stands_beside_what_was_so_and_a_refused_closure_on_top() -> None:
    false = [*b.update("20:00", "recovered", text="All is well."), *b.closure("25:00", "a rerun", "a watch")]
    text = report(built(false), "closure")
    top = text.partition("## Decisions")[0]
    assert "refused; not met: a rerun; a watch" in top
    assert "\n\n**Did not hold:** T+20:00" in top
    assert "**Not recovered:** Web" in top
    told = context(built(false))["claims"]
    assert [(one["about"], one["holds"]) for one in told] == [
        ("status", False), ("figure", True), ("closure", False),
    ]  # fmt: skip
    untrue = b.update("20:00", impact=b.figure(3))
    (figure,) = (one for one in context(built(untrue))["claims"] if one["about"] == "figure")
    assert not figure["holds"]
    assert (figure["said"], figure["true"], figure["known"]) == ("Locked users: 3", "1,000", "")


def test_what_the_team_had_measured_by_then_is_told_where_it_was_nearer_to_the_truth() -> None:
    def known(*measured: tuple[str, float]) -> str:
        looks = [b.event(at, e.QueryFinished(run=Ref("query:zones"), query="zones", executor="triage", command_line="z",
                                             output="", evidence="physics", figures={"locked": value}))
                 for at, value in measured]  # fmt: skip
        drill = built(*looks, b.update("20:00", impact=b.figure(300)))
        (figure,) = (one for one in context(drill)["claims"] if one["about"] == "figure")
        return str(figure["known"])

    assert known(("10:00", 250), ("18:00", 990)) == "990 at T+18:00"
    assert known(("18:00", 250)) == ""
    assert known(("21:00", 990)) == ""


def test_a_false_reason_that_leadership_was_given_stands_in_the_note(finished: Callable[[str], Finished]) -> None:
    made = b.scenario(reasons=[{"id": "safe", "title": "It is safe", "true_when": {"t": {"below": 0}}}],
                      needs=[{"id": "hands", "title": "Hands"}])  # fmt: skip
    note = b.say("20:00", "comms", acts.WriteLeadershipNote(
        cause="key", why="safe", confidence="L3", need="hands", watch_owner="verification"))  # fmt: skip
    text = report(built(note, of=made), "leadership")
    assert "| Told and not so | T+20:00, reason: It is safe; in truth: it was not so |" in text


def test_a_risk_that_holds_and_nobody_named_is_told(finished: Callable[[str], Finished]) -> None:
    drill = finished("permission_leak-impatient-7")
    assert "Whose documents were read can only be bounded" in context(drill)["remains"]["unsaid"]
    kept = context(finished("permission_leak-by_the_book-7"))["remains"]["unsaid"]
    assert "Whose documents were read can only be bounded" not in kept
    text = report(drill, "report")
    assert "of all of it, its parts weighed by the scenario" in text
    assert "is called for where people push for opposite steps" in text


def test_where_nothing_was_mended_no_risk_is_residual() -> None:
    risk = "Holds, and nobody put it on record: Old key"
    assert risk not in report(built(), "report")
    mended = built(b.act("10:00", "flag"), world=b.truth("12:00"))
    assert risk in report(mended, "report")
    assert "These hold, and nobody put them on record" in report(mended, "closure")
    assert risk in report(built(b.act("10:00", "web_flag")), "report")


def test_what_was_red_last_is_told_by_what_was_compared() -> None:
    web, mobile = b.verify("20:00", "web_ratio", green=False), b.verify("30:00", "mobile_ratio", number=2)
    (red,) = context(built(web, mobile))["remains"]["red"]
    assert red.startswith("Comparison with a baseline, T+25:00: OUTSIDE: web_ratio")
    assert context(built(web, mobile, b.verify("40:00", "web_ratio", number=3)))["remains"]["red"] == []


def test_what_began_before_the_record_says_since_when(finished: Callable[[str], Finished]) -> None:
    rows = context(finished("permission_leak-by_the_book-7"))["timeline"]
    (broke,) = (one["what"] for one in rows if one["kind"] == "breaks")
    assert broke.endswith("since T-1560:00 (26 h before T+00:00)")
    assert all(one["what"].endswith("by the beginning of this record") for one in rows if one["kind"] == "is hit"
               and one["second"] < -1700)  # fmt: skip
    here = [one["what"] for one in context(finished(DRILLS[0]))["timeline"] if one["kind"] in ("breaks", "is hit")]
    assert here
    assert not any("since T-" in what or "beginning of this record" in what for what in here)


def test_a_letter_needs_three_responses_and_a_late_one_is_worth_a_quarter() -> None:
    def of(*answered: str) -> tuple[str, str]:
        asks = [{"id": f"i{n}", "at": 0, "persona": "@p", "text": "t", "objective": "o", "expects": {
                 "command": "update_executives", "label": "told", "within": "2m"}} for n in range(len(answered))]
        came = [line for n in range(len(answered)) for line in b.event(f"{10 * n:02d}:00", e.InjectDelivered(
                inject=f"i{n}", persona="@p", channel="incident", text="t", form="message"))]  # fmt: skip
        lines = [line for n, at in enumerate(answered) for line in b.say(
                 f"{10 * n + (1 if at == 'on time' else 5):02d}:00", "comms",
                 acts.UpdateExecutives(eta="unknown", next_update_minutes=20))]  # fmt: skip
        made = b.scenario(injects=asks, objectives=[{"id": "o", "title": "O"}])
        (one,) = context(built(sorted([*came, *lines], key=lambda line: line[0]), of=made))["objectives"]
        return one["by_record"], one["shown"]

    assert of("on time", "late") == ("too few to tell", "1 on time, 1 late")
    assert of("on time", "late", "late") == ("M", "1 on time, 2 late")
    assert of("late", "late", "late", "late") == ("U", "4 late")


@pytest.mark.parametrize(("value", "unit", "says"), [
    (8.957, "reads", "9 reads"), (0.134, "reads", "fewer than 1 read"),
    (0, "reads", "0 reads"), (1.2, "reads", "1 read"),
    (1.8, "%-min", "1.8 %-min"), (15973.1, "invoices", "15,973 invoices"), (0.4, "1/min", "0.4 a minute"),
    (None, "reads", "unknown"), (0.07, "", "0.07"), (1, "ms", "1 ms"), (0.4, "USD", "0.4 USD"), (1.5, "GB", "1.5 GB"),
    (1, "events/s", "1 events/s"), (1, "businesses", "1 business"), (1, "people", "1 person"),
    (-0.4, "users", "0 users"),
    (1, "entries", "1 entry"), (3, "1/s", "3 a second"),
])  # fmt: skip
def test_people_and_things_are_counted_whole(value: float | None, unit: str, says: str) -> None:
    assert counted(value, unit) == says


# --- fields and templates --------------------------------------------------------------------------------


def test_every_field_is_documented_and_no_other(followed: Finished) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DOC.read_text(encoding="utf-8"), re.MULTILINE))
    tree = context(followed)
    assert rows.keys() == tree.keys()
    for name, part in tree.items():
        one: Any = part[0] if isinstance(part, list) and part else part
        for field in one if isinstance(one, dict) else ():
            assert re.search(rf"\b{field}\b", rows[name]), f"{name}.{field}"


@pytest.mark.parametrize(("source", "line", "says"), [
    ("a\n{{ drill.titel }}", 2, "there is no field 'titel'; did you mean 'title'"),
    ("\n\n{{ drlil.title }}", 3, "there is no field 'drlil'; did you mean 'drill'"),
    ("{% for one in people %}{{ one.naem }}{% endfor %}", 1, "did you mean 'name'"),
    ("a\n{% for %}", 2, "Expected"),
    ("{{ drill.__class__ }}", 1, "no field '__class__'"),
    ("{{ ''.__class__.__mro__ }}", 1, "__class__"),
    ("{% include '/etc/passwd' %}", 1, "no loader"),
    ("{% for a in range(10**9) %}x{% endfor %}", 1, "Range too big"),
    ("{{ drill() }}", 1, "not callable"), ("{{ 1 / 0 }}", 1, "division"),
    ("\n{{ 'http://a.b'|urlize(rel=3) }}", 2, "has no attribute 'split'"),
])  # fmt: skip
def test_a_template_that_cannot_be_filled_says_where_and_why(
    followed: Finished, source: str, line: int, says: str
) -> None:
    with pytest.raises(fill.BrokenReport) as told:
        fill.fill(source, escaped(context(followed)))
    assert told.value.line == line
    assert says in told.value.why


@pytest.mark.slow
def test_a_template_is_filled_in_a_process_apart(followed: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    own = "# {{ drill.title }}\n{% for one in follow_through.actions %}\n- {{ one.text }}\n{% endfor %}"
    text = report(followed, "report", "md", (own, "own.md"))
    assert text.startswith("# Tokens refused after a release\n")
    assert EVIL not in text
    with pytest.raises(DrillError, match=r"^own\.md:1: there is no field 'titel'"):
        report(followed, "report", "md", ("{{ drill.titel }}", "own.md"))
    monkeypatch.setattr(fill, "WALL_SECONDS", 3)
    endless = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    with pytest.raises(DrillError, match=r"^own\.md: takes more than 3 seconds"):
        report(followed, "report", "md", (endless, "own.md"))
    with pytest.raises(DrillError, match=r"too much memory|more than"):
        report(followed, "report", "md", ("{{ 'a' * 10 ** 10 }}", "own.md"))
    with pytest.raises(DrillError, match="at most 200,000 characters"):
        report(followed, "report", "md", ("a" * 200_001, "own.md"))


def test_output_without_end_is_cut_off(followed: Finished) -> None:
    with pytest.raises(fill.BrokenReport, match="makes more than"):
        fill.fill("{% for a in range(90000) %}{{ 'x' * 100 }}{% endfor %}", escaped(context(followed)))


# --- the command line ------------------------------------------------------------------------------------


def test_a_report_is_written_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "report.html"
    file.write_text("\n".join([*recorded.journal_lines(recorded.read(DRILLS[0])), ""]), encoding="utf-8")
    assert cli.main(["report", str(file), "--format", "html", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "99 of 100" in out.read_text(encoding="utf-8")
    assert cli.main(["report", "--list"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == REPORTS.keys()
    for arguments, says in (
        (["report"], "name a drill"), (["report", str(file), "--kind", "reprot"], "did you mean 'report'"),
        (["report", str(file), "--format", "csv"], "is no table"),
        (["report", str(DOC)], "not a journal header"),
    ):  # fmt: skip
        assert cli.main(arguments) == 2
        said = capsys.readouterr().err
        assert says in said
        assert said.count("\n") == 1


def test_a_wide_table_names_its_columns_in_each_cell_for_narrow_screens() -> None:
    early = page.standalone("| A | B | C | T-5:00 |\n|---|---|---|---|\n| 1 | 2 | 3 | T-06:00 |\n", "t", "f")
    assert '<td data-head="T-5:00"><span class="whole">T-06:00</span></td>' in early
    figures = "| A | B | C | D |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |\n"
    table = "| At | Who | What |\n|---|---|---|\n| T+1 | Ana | {} |\n\n" + figures
    html = page.standalone(table.format("a long sentence of somebody who tells what was done"), "t", "f")
    assert '<table class="told">' in html
    assert '<td data-head="Who">Ana</td>' in html
    assert '<table class="wide">' in html
    assert '<td data-head="D">4</td>' in html
    assert 'data-head="' not in page.standalone("| a | b |\n|---|---|\n| 1 | 2 |\n", "t", "f")
    assert 'class="told"' not in page.standalone(table.format("short"), "t", "f")
