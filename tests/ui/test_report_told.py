"""What was told to whom, what of it was so, and what remains, as documents tell it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from analytics.facts import tick_true
from simulator import acts
from simulator import events as e
from simulator.record.journal import Journal
from simulator.values import Ref
from tests.analytics import builders as b
from tests.analytics.builders import Lines
from tests.ui.reporting import DRILLS, built
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.judged import _once
from ui.reports.registry import report


def test_what_others_heard_falsely_stands_until_somebody_puts_it_right() -> None:
    false = b.update("20:00", "recovered", impact=b.figure(3), text="All is well.")
    told = context(built(false))["remains"]["untrue"]
    assert told == ["public, T+20:00: status: recovered: “All is well.”; Locked users: 3"]
    assert context(built(false, b.update("22:00")))["remains"]["untrue"] == []


def test_a_false_step_stands_until_it_was_begun_and_so_does_a_false_recovery_within() -> None:
    """Another false word of other steps put nothing right, nor did what was said in the room."""
    first, other = b.update("20:00", mitigation="flag", text="All gone."), b.update("30:00", mitigation="revoke")
    claim = b.say("40:00", "verification", acts.ClaimRecovery(claim="recovered", evidence=("query:rerun",)))
    seen = b.query("35:00", "rerun", ok=False)
    tree = context(built(first, other, seen, claim, b.act("09:00", "web_flag")))
    rows = {(one["at"], one["about"]): one for one in tree["claims"]}
    assert rows["T+20:00", "steps"]["stands"]
    assert rows["T+30:00", "steps"]["stands"]
    assert rows["T+40:00", "recovery"]["stands"]
    assert rows["T+40:00", "recovery"]["true"].endswith("; the check that it rests on was red (T+35:00)")
    assert any(one.startswith("the room, T+40:00: recovery: recovered") for one in tree["remains"]["untrue"])
    assert tree["updates"][0]["untrue"] == "status, steps"
    assert "“All gone.” (not so: steps)" in report(built(first, other), "annex")
    begun = context(built(first, b.act("22:00", "flag")))["claims"]
    assert not any(one["stands"] for one in begun if one["about"] == "steps")
    later = context(built(first, b.act("22:00", "flag"), b.update("30:00", mitigation="flag")))["claims"]
    assert not any(one["stands"] for one in later if one["about"] == "steps")


def test_what_is_owed_is_told_by_audience() -> None:
    higher = b.say("24:00", "comms", acts.UpdateExecutives(eta="unknown", next_update_minutes=20))
    over = b.say("59:00", "deputy", acts.EndDrill(how="resolved"))
    owed = context(built(b.declare("02:00"), b.update("50:00"), higher, over))["remains"]["clocks"]
    assert [one.partition(" (Ana")[0] for one in owed] == [
        "The next update was promised for T+70:00 (public); promised for T+44:00 (executives), and did not come"]


def test_a_decision_note_is_told_to_whom_and_what_it_names_stands_beside_what_was_done() -> None:
    note = b.say("20:00", "comms", acts.PublishDecisionNote(
        cause="key", confidence="L2", actions=("flag", "scoped"), figures=(b.figure(3),)))  # fmt: skip
    tree = context(built(b.act("09:00", "flag"), note))
    (told,) = tree["updates"]
    assert (told["kind"], told["to"]) == ("publish_decision_note", "all who read the record")
    found = {one["about"]: (one["said"], one["true"], one["holds"]) for one in tree["claims"]}
    assert found["steps"] == ("scoped", "not begun by then", False)
    assert not found["figure"][2]


def test_one_level_above_is_said_to_be_taken_as_true(finished: Callable[[str], Finished]) -> None:
    (first, *_) = context(finished("checkout_dip-by_the_book-7"))["claims"]
    assert (first["said"], first["true"]) == ("SEV-2", "SEV-3, and one level above is taken as true")
    assert first["holds"]


def test_an_update_that_nobody_promised_was_owed() -> None:
    over = b.say("59:00", "deputy", acts.EndDrill(how="resolved"))
    (owed,) = context(built(b.declare("02:00"), over))["remains"]["clocks"]
    assert owed.startswith("The next update was owed by")
    told = context(built(b.declare("02:00"), b.update("05:00", "investigating"), over))["remains"]["clocks"]
    assert told[-1].startswith("The next update was promised for")


def test_what_was_claimed_stands_beside_what_was_so_and_a_refused_closure_on_top() -> None:
    false = [*b.update("20:00", "recovered", text="All is well."), *b.closure("25:00", "a rerun", "a watch")]
    text = report(built(false), "closure")
    top = text.partition("## Decisions")[0]
    assert "refused; not met: a rerun; a watch" in top
    assert "**Told or claimed, and not so:**\n\n- T+20:00, comms to public: recovered" in top
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
    assert "called for where people push for opposite steps" in report(drill, "annex")


def test_nobody_is_told_to_be_paid_twice_where_nothing_was_refunded(finished: Callable[[str], Finished]) -> None:
    twice = "Some customers have asked their bank already and are paid back twice"
    for name, so in (("billing_mismatch-impatient-7", False), ("billing_mismatch-by_the_book-7", True)):
        drill = finished(name)
        assert tick_true(drill.view, "residual_risks", "chargebacks", drill.view.left) == so
        assert (twice in context(drill)["remains"]["unsaid"]) <= so


def test_what_a_word_repeats_is_left_out_of_the_report_and_whom_it_went_to_said_once() -> None:
    first = b.update("20:00", impact=b.figure(3), text="We look.")
    second = b.update("24:00", "recovered", impact=b.figure(3), text="It is over.")
    told = [one["anew"] for one in context(built(first, second))["updates"]]
    assert told[0].startswith("investigating · Locked users 3 · ")
    assert told[1] == "recovered · It is over."


def test_what_people_typed_is_never_taken_apart() -> None:
    typed = "Codes fail · open: we lost 40 records · call us"
    first, second = b.update("20:00", text="Codes fail"), b.update("24:00", text=typed)
    told = [one["anew"] for one in context(built(first, second))["updates"]]
    assert told[1].endswith(typed)


def test_that_the_commander_has_to_go_is_known_once_everybody_was_told(finished: Callable[[str], Finished]) -> None:
    for name in ("levels_unseen-by_the_book-7", DRILLS[0]):
        told = context(finished(name))["knew"]
        cues = [one for one in told if "has to leave" in one["what"] or "hard stop" in one["what"]]
        assert cues
        assert all(" said so at T+" in one["elsewhere"] for one in cues)


def test_a_record_without_a_drill_says_that_nothing_is_known_of_the_world() -> None:
    drill = built()
    empty = Finished(Journal(drill.journal.header, []), drill.scenario, None)
    text = report(empty, "report")
    assert "| **Who was hit** | not on record |" in text
    assert "What was hit at the end is not on record." in text
    assert "and not named as a risk: " not in text


def test_where_nothing_was_mended_those_risks_are_told_that_something_shows() -> None:
    shown = {"id": "stuck", "title": "Stuck ones", "true_when": {"t": {"above": 0}}, "known_by": ["query:zones"]}
    made = b.scenario(residual_risks=[{"id": "old_key", "title": "Old key"}, shown])
    assert "True, and not named as a risk: Stuck ones\n" in report(built(of=made), "report")
    risk = "True, and not named as a risk: Old key"
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


def test_what_one_seat_knew_is_shared_or_said_not_to_have_been(finished: Callable[[str], Finished]) -> None:
    drill = finished("auth_token-impatient-7")
    knew, text = context(drill)["knew"], report(drill, "annex").partition("## Who knew what")[2].partition("\n## ")[0]
    moot = [one["seat"] for one in knew if one["moot"]]
    assert f"Moot by the end: {len(moot)}." in text
    assert not any(one["reached"].startswith("T") for one in knew)
    assert "Shared with everybody: 0." in text
    assert "Somebody has to take command before that." in text
    assert "nobody (@duty-desk said so at T+28:00)" in text
    assert "Meridian Bank's contract counts any repair time we name as a promise, and asks for written notice" in text


def test_a_word_given_outside_is_told_though_nobody_typed_any(finished: Callable[[str], Finished]) -> None:
    heading = "## What was told"
    told = report(finished("auth_token-impatient-7"), "annex").partition(heading)[2].partition("\n#")[0]
    assert "- **public:** T+09:00 mitigating · " in told
    assert "; T+42:00 recovered · " in told
    typed = report(built(b.update("20:00", "recovered", impact=b.figure(3), text="It is over.")), "annex")
    assert "T+20:00 recovered “It is over.”" in typed
    assert "Nobody outside was told anything." in report(built(b.closure("25:00")), "annex")


def test_a_true_word_of_another_step_puts_none_right() -> None:
    first, other = (b.say(at, "comms", acts.EscalateInternally(
        impact=b.figure(), decision=step, ask="hands", next_update_minutes=20, owner="comms"))
        for at, step in (("10:00", "flag"), ("20:00", "web_flag")))  # fmt: skip
    rows = [one for one in context(built(first, b.decide("15:00", "web_flag"), other))["claims"]
            if one["about"] == "in hand"]  # fmt: skip
    assert [(one["said"], one["holds"], one["stands"]) for one in rows] == [
        ("flag", False, True), ("web_flag", True, False)]


def test_what_was_told_to_be_unknown_stays_so_until_it_is_known() -> None:
    first, last = b.update("10:00", unknowns=("why",)), b.update("20:00", unknowns=())
    assert context(built(first, last))["remains"]["uncertain"] == context(built(first))["remains"]["uncertain"] != []


def test_untrue_steps_stand_with_the_words_that_went_with_them() -> None:
    told = b.say("20:00", "comms", acts.UpdateExecutives(
        eta="unknown", next_update_minutes=20, mitigation="flag", text="Refunds are out."))  # fmt: skip
    (one,) = context(built(told))["remains"]["untrue"]
    assert one.endswith("“Refunds are out.”")


def test_a_letter_says_what_it_measures_and_what_was_verified_stands_in_order(
    finished: Callable[[str], Finished]
) -> None:
    text = report(finished(DRILLS[1]), "report")
    assert "by the share of responses called for that came in time; a late one counts a quarter." in text
    told = report(finished(DRILLS[1]), "annex").partition("Before a step that")[2].partition("What showed")[0]
    rows = re.findall(r"^- T\+(\d+):(\d+), ", told, re.MULTILINE)
    times = [60 * int(minutes) + int(seconds) for minutes, seconds in rows]
    assert len(times) > 3
    assert times == sorted(times)


def test_an_area_whose_reasons_were_given_before_says_where() -> None:
    area = {"title": "Fits", "why": "It could save all. Not recovered: web."}
    before = {"title": "One branch", "why": "Not recovered: web."}
    (_, told) = _once([before, area])
    assert told["why"] == "It could save all. For the rest see “One branch”."
    (_, told) = _once([before, before])
    assert told["why"] == "See “One branch”."


def test_a_reason_that_is_cut_from_an_area_before_stays_where_it_is_given_again() -> None:
    long = "It could save all of what was lost by then, and nobody who could have done it was asked to do it in time."
    why = f"{long} Counsel was not paged."
    area = {"title": "Fits", "why": why}
    (first, told) = _once([area, area | {"title": "Led"}])
    assert "Counsel" not in first["short"]
    assert told["why"] == "Counsel was not paged. For the rest see “Fits”."


def test_of_every_limit_the_annex_gives_every_reason(finished: Callable[[str], Finished]) -> None:
    assert "Counsel was not paged" in report(finished("permission_leak-impatient-7"), "annex")


def test_a_role_that_passes_to_another_seat_is_told() -> None:
    taken = [*b.in_command("03:00", "deputy", "deputy"), *b.event("41:15", e.RoleAccepted(role="deputy", seat="comms"))]
    (one,) = context(built(taken))["passed"]
    assert (one["at"], one["who"]) == ("T+41:15", "comms")


def test_what_was_shared_after_a_queued_change_had_made_it_matter_no_more_was_too_late() -> None:
    cue = {"id": "queue", "text": "It waits in the queue.", "topics": [], "moot_when": [{"merged": True}],
           "matters_for": "Whether it is frozen"}  # fmt: skip
    roles = [one.model_dump() | ({"cues": [cue]} if one.id == "deputy" else {}) for one in b.SCENARIO.roles]
    made, landed = b.scenario(roles=roles), b.event("14:00", e.MergeLanded(merge="log", service="auth", harmful=True))
    given = b.event("-10:00", e.CueGiven(to=("deputy",), cue="queue", role="deputy", text=cue["text"]))
    world = [(at, by, body.model_copy(update={"facts": {**body.facts, "merged": at > 840}})
              if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]  # fmt: skip
    for at, late in (("13:30", False), ("14:25", True)):
        shared = b.event(at, e.CueShared(cue="queue", role="deputy", text=cue["text"], how="offered"))
        text = report(built(given, shared, landed, world=world, of=made), "report")
        assert (f"deputy, shared at T+{at}, too late for: Whether it is frozen\n" in text) == late


def test_a_figure_that_is_a_bound_is_told_as_one_where_it_was_told_falsely() -> None:
    made = b.scenario(figures=[{"id": "locked", "title": "Locked users", "unit": "users",
                                "at_most": {"auth_at_risk": True}}])  # fmt: skip
    (figure,) = (one for one in context(built(b.update("20:00", impact=b.figure(3)), of=made))["claims"]
                 if one["about"] == "figure")  # fmt: skip
    assert figure["true"] == "at most 1,000 users"


def test_a_look_that_comes_out_only_where_something_holds_shows_whether_a_step_had_worked() -> None:
    """So does one on which a word of recovery rests; what nobody rests on and what always comes out does not."""
    queries = [one.model_dump() | {"requires": {"bad": False} if one.id == "asn" else {}} for one in b.SCENARIO.queries]
    of = b.scenario(queries=queries)

    def looked(at: str, ident: str, output: str, ok: bool = True) -> Lines:
        return b.event(at, e.QueryFinished(run=Ref(f"query:{ident}"), query=ident, executor="triage", command_line="q",
                                           output=output, evidence="receipt", ok=ok))  # fmt: skip

    claim = b.say("40:00", "verification", acts.ClaimRecovery(claim="recovered", evidence=("query:impact",)))
    lines = (looked("20:00", "asn", "a 3\nb 4\n\n5 of 500 still accepted\nFAIL", ok=False),
             looked("30:00", "impact", "0 out"), looked("31:00", "keyring", "new key"), claim)  # fmt: skip
    tree = context(built(*lines, of=of))
    assert [(one["at"], one["came"], one["green"]) for one in tree["checks"]] == [
        ("T+20:00", "5 of 500 still accepted / FAIL", False), ("T+30:00", "0 out", True)]
    assert tree["checks"][0]["rows"] == ["a 3 / b 4"]
    assert any("5 of 500 still accepted" in one for one in tree["remains"]["red"])


@pytest.mark.parametrize(("output", "came"), [
    ("", "nothing printed"), (" \n\n", "nothing printed"), ("one line of more than four words",) * 2,
    ("a 3\n\n5 of 500 were still accepted by it", "a 3 / 5 of 500 were still accepted by it"),
    ("7 3\n   \n5 of 500 were still accepted by it", "5 of 500 were still accepted by it"),
])  # fmt: skip
def test_whatever_a_look_printed_on_which_a_word_of_recovery_rests_is_told(output: str, came: str) -> None:
    look = b.event("20:00", e.QueryFinished(run=Ref("query:impact"), query="impact", executor="triage",
                                            command_line="q", output=output, evidence="receipt"))  # fmt: skip
    claim = b.say("40:00", "verification", acts.ClaimRecovery(claim="recovered", evidence=("query:impact",)))
    (one,) = context(built(look, claim))["checks"]
    assert one["came"] == came


def test_what_comes_out_only_where_something_holds_and_judges_nothing_verifies_nothing(
    finished: Callable[[str], Finished]
) -> None:
    for name, look in (("permission_leak-by_the_book-7", "Manifest of the snapshot"),
                       ("billing_mismatch-by_the_book-7", "First and last message of the release")):  # fmt: skip
        told = {one["what"] for one in context(finished(name))["checks"]}
        assert told
        assert not any(one.startswith(look) for one in told)
    queries = [one.model_dump() | {"requires": {"bad": False} if one.id == "asn" else {}} for one in b.SCENARIO.queries]
    early = b.event("05:00", e.QueryFinished(run=Ref("query:asn"), query="asn", executor="triage", command_line="q",
                                             output="no snapshot yet", evidence="receipt", ok=False))  # fmt: skip
    tree = context(built(early, of=b.scenario(queries=queries)))
    assert (tree["checks"], tree["remains"]["red"]) == ([], [])


def test_what_showed_that_old_links_open_no_more_is_among_what_was_verified(
    finished: Callable[[str], Finished]
) -> None:
    drill = finished("permission_leak-by_the_book-7")
    row = "Proof that what was handed out is refused: 500 of 500 earlier tokens refused in every place"
    assert row in report(drill, "report")
    assert "Proof that what was handed out is refused:** 500 of 500" in report(drill, "closure")
