"""The after-action report: what a fresh reader knows of a drill, who led, how far objectives were met."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from analytics.about import times
from analytics.report import story
from analytics.report.tables import each
from simulator import acts
from simulator import events as e
from simulator.record.follow_up import FollowUpEntry
from simulator.record.journal import refused
from simulator.room.notes import Note
from simulator.scenario.conditions import holds
from simulator.text import clock
from simulator.values import Ref
from tests.analytics import builders as b
from tests.ui.reporting import DOC, DRILLS, built
from ui.parts.text import markdown
from ui.reports.context import context
from ui.reports.decided import REASONS, RUNGS
from ui.reports.finished import Finished
from ui.reports.judged import limited
from ui.reports.numbers import counted
from ui.reports.opening import recovered
from ui.reports.registry import report


def test_a_rating_of_no_known_level_is_of_the_nearest(followed: Finished) -> None:
    ident = followed.scenario.objectives[0].id
    for given, letter in ((0, "U"), (9, "P")):
        drill = replace(followed, notes=(Note(1, 9, 1, "Edda", "rating", criterion=ident, rating=given),))
        assert context(drill)["objectives"][0]["by_evaluators"] == letter


def test_survey_and_actions_stand_in_the_report(followed: Finished) -> None:
    text = report(followed, "report")
    assert "1: 0 · 2: 1 · 3: 0 · 4: 1 · 5: 0" in text
    assert "tested again by auth_token/base" in text
    assert "1970-01-01" in text


def test_what_the_team_found_to_have_contributed_stands_in_the_report(followed: Finished) -> None:
    assert "Factors by layer: see the postmortem." in report(followed, "report")
    true = [one for one in followed.scenario.factors if one.true][:2]
    picked = FollowUpEntry(n=3, made=12, author="Ana", item="hardening", changes={"factors": tuple(f.id for f in true)})
    text = report(replace(followed, entries=(*followed.entries, picked)), "report")
    assert f"What contributed, by the postmortem: {true[0].title}; {true[1].title}." in text


COUNTED = {
    "auth_token": ("users", "logins", "tickets"), "billing_mismatch": ("USD", "rows", "invoices"),
    "permission_leak": ("reads", "tenants"),
}  # fmt: skip
"""What figures of who was hit are counted in, by scenario; the others have none in all."""


LONGEST = 2400
"""Words of a report that a reader has time for."""


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

    def bound(figure: str) -> str:
        spec = s.find("figures", figure)
        return "at most " if spec and spec.at_most and holds(spec.at_most, view.facts(view.left)[0]) else ""

    yield "Who was hit, and how much?", [
        *(f"{one.title} | {bound(one.id)}{counted(view.final.body.harm[one.id], one.unit)}" for one in s.harm
          if view.final.body.harm[one.id] >= 10),
        *(f"{one.title}: {bound(one.id)}{worst[one.id]:,.0f} {one.unit}{' (' if bound(one.id) else ', '}"
          for one in s.figures
          if worst[one.id] >= 10 and one.hit is not False and one.unit in COUNTED.get(s.id, ())
          and one.id not in {h.id for h in s.harm}),
        *(f"{view.title('segments', one)} {100 * share:.0f} %, hit " for one, share in view.affected.items()),
    ]  # fmt: skip
    yield "When was it declared, and at which severity?", [
        f"**Declared** | {clock(declared.at)} as {declared.body.severity}"]
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
    back = [f"{title} {clock(at)}" for at, title in ((found["recovered"], "**Recovered** |"), (found["verified"],
            "verified")) if at is not None]  # fmt: skip
    out = ", ".join(view.title("segments", one) for one in view.outside(view.final.at))
    yield "When did it recover, and when was that verified?", back or [f"not recovered: {out}; never verified"]
    missing = [row["proposed"] or f"{row['at']}, {row['who']}" for row in context(drill)["injects"]
               if row["verdict"] == "missed"]  # fmt: skip
    untrue = [f"**{clock(m.at)}**, {drill.names_then.at(m.seq).person(m.by)} to the room: recovery: recovered" for m in
              view.all(acts.ClaimRecovery) if view.outside(m.at)]  # fmt: skip
    last = max((span.until for span in view.commanders), default=0)
    unled = ["nobody led for ", f"{clock(last)} to the end"] if last < view.left - 300 else []
    worse = [f"{clock(m.at)}, a queued change landed" for m in view.all(e.MergeLanded) if m.body.harmful]
    unheard = [f": {row['matters_for'] or row['short']}" for row in context(drill)["knew"]
               if row["reached"] == "nobody" and not row["moot"] and not row["owes"]][:4]  # fmt: skip
    shown = [row["what"] for row in context(drill)["missed"] if not row["asked"] and not row["ordered"]]
    red = [f"- {clock(one.at)}, " for one in view.recovery.certificates]
    yield "What was missed?", [*missing, *untrue, *unled, *worse, *unheard, *red, *shown]
    limits = sorted((one for one in (*card.get("caps", ()), *card.get("anti_patterns", ()))
                     if one["limit"] < card["uncapped"]), key=lambda one: one["limit"])  # fmt: skip
    caps = {one.id: one.title for one in (*drill.playbook.caps, *drill.playbook.anti_patterns)}
    most = caps[limits[0]["id"]] if limits else titles[gaps[0]["id"]]
    yield "What is worth most next time?", [titles[gaps[0]["id"]], f"Worth most for the score** | {most}"]
    risks = [view.title("residual_risks", one) for one in view.history.residual_risks]
    open_ = [view.title("segments", one) for one in view.outside(view.final.at)]
    yield "What remains, and who watches?", [
        *risks, "Watch for" if view.history.watch else "Nobody was named to watch", *open_,
        *(f"Checkpoint in {m.body.in_hours:g} h" for m in view.all(acts.CommitCheckpoint)[-1:]),
        *(["72 h run until"] if any(x.spec.id == "note_awareness" and x.done for x in view.runs) else []),
        *(f"promised for {clock(round(m.at + 60 * m.body.next_update_minutes))} (executives)"
          for m in view.all(acts.UpdateExecutives)[-1:] if not view.closed),
        *(debt.what for role in s.roles for row in role.cues for debt in row.owes if row.id in
          {cue.cue for cue in each(story.cues(view)) if cue.how == "never"}),
        *(["Word was given to"] if view.all(acts.AnswerAsker) else []),
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
    assert len(text.split()) <= LONGEST


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
            f"cleared T+20:00{after}, though nothing was back")
    # What was still at work is named beside what was in effect.
    turned = e.KnobTurned(knob="revoke", value=1, over=0, by=Ref("action:revoke"))
    slow = [*b.act("15:00", "revoke", takes=540), *b.event("16:00", turned)]
    (one,) = (one for one in context(built(fired, b.act("16:30", "flag"), slow, cleared))["missed"]
              if one["what"].startswith("Alert"))  # fmt: skip
    assert "cleared T+20:00 after flag (T+17:30), with revoke at work (from T+16:00), though" in one["note"]
    (person,) = (one for one in tree["people"] if one["name"] == "Ana")
    assert person["led"] == 29


def test_one_minute_is_one() -> None:
    assert "1 minute of incident" in report(built(ended="01:00"), "report")


def test_a_limit_that_costs_nothing_is_not_worth_most(finished: Callable[[str], Finished]) -> None:
    *_, hit, points, _ = context(finished("auth_token-impatient-7"))["opening"]
    assert "holds the total" not in f"{hit}{points}"
    assert hit["text"].startswith("carry out, and sooner, Switch auth.kid_v2_signing off (justified")
    assert points["text"] == "Harm avoided (5.6 of 18.0 points)."


def test_the_end_of_the_record_is_not_when_it_was_closed(finished: Callable[[str], Finished]) -> None:
    drill = finished("checkout_dip-by_the_book-7")
    at = times(drill.view)["closed"]
    assert at is not None
    assert f"closed by the team at {clock(at)}" in report(drill, "report")


def test_recovery_says_when_it_was_verified() -> None:
    rows = [{"id": "recovered", "at": "T+47:45"}]
    for looked, says in ((2900, "T+47:45; verified T+48:20"), (None, "T+47:45; never verified")):
        assert recovered({"recovered": 2865, "verified": looked}, rows, ()) == says


def test_who_commanded_before_the_first_page_alone_is_left_out() -> None:
    left = b.event("-00:20", e.RoleVacated(role="commander", seat="commander"))
    found = context(built(b.in_command("-00:50"), left, b.in_command("05:00")))["command"]
    assert [(one["who"], one["since"]) for one in found] == [("nobody", "T+00:00"), ("commander", "T+05:00")]


def test_a_reason_is_given_once(finished: Callable[[str], Finished]) -> None:
    score = context(finished("billing_mismatch-impatient-7"))["score"]
    told = [one["why"] for one in score["areas"]]
    assert not [why for why in told if sum(why in other for other in told) > 1]
    landed = "A queued change landed on billing-worker at"
    assert sum(landed in one["why"] for one in (*score["caps"], *score["areas"])) == 1
    assert all(one["why"] for one in score["areas"])


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


def test_an_objective_that_nobody_asked_for_says_what_was_done_for_it(finished: Callable[[str], Finished]) -> None:
    shown = {one["id"]: one["shown"] for one in context(finished(DRILLS[0]))["objectives"]}
    assert shown["cleanup"] == (
        "no response was called for; done unasked: Sign out the sessions whose tokens fail from T+07:10")
