"""What was decided, what came of it, and what was turned down, as documents tell it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from simulator import acts
from simulator import events as e
from simulator.record.journal import Journal
from simulator.values import Recommendation
from tests.analytics import builders as b
from tests.ui.reporting import DRILLS, built
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.hurt import whole
from ui.reports.registry import report


def test_two_decisions_of_one_second_have_each_what_it_left(finished: Callable[[str], Finished]) -> None:
    drill = finished(DRILLS[0])
    first, second = drill.view.decisions[:2]
    entries = [replace(one, at=second.at) if one.seq == first.seq else one for one in drill.journal]
    once = replace(drill, journal=Journal(drill.journal.header, entries, drill.journal.references))
    before = [row["left"] for row in context(drill)["decisions"]]
    assert before[0] != before[1]
    assert [row["left"] for row in context(once)["decisions"]] == before


def test_what_a_branch_lacked_stands_with_what_it_would_have_saved(finished: Callable[[str], Finished]) -> None:
    def first(name: str, taken: float, best: float) -> str:
        drill = finished(name)
        known = json.loads(json.dumps(drill.journal.references))
        for fit in known["fits"]:
            fit["taken"] = taken
            fit["branches"] = [{**fit["branches"][0], "loss": best}]
        told = report(replace(drill, journal=Journal(drill.journal.header, drill.journal.entries, known)), "annex")
        return told.partition("### Decision 1")[2].partition("###")[0]

    # Where all of it was carried out, nothing is said to have been lacking.
    assert "By the best course found from here the loss would have been 0.04, not 0.09." in first(DRILLS[0], 0.05, 0.04)
    assert "the loss would have been" not in first(DRILLS[0], 0.09, 0.09)
    drill = built(b.query("05:00", "zones"), b.decide("08:00", "web_flag", "flag"), b.act("09:00", "web_flag"))
    drill.journal.references = b.references(fits=[b.fit(0.01)]).model_dump(mode="json")
    (one,) = context(drill)["decisions"]
    assert (one["full"], one["lacked"], one["best"]) == ("0.01", "flag", "")


def test_a_refused_answer_is_told() -> None:
    line = b.say("09:00", "commander", acts.AnswerAsker(inject="nobody_asked", answer="no"))
    seq = next(x.seq for x in b.drill(line).journal if isinstance(x.body, acts.AnswerAsker))
    refusal = b.event("09:00", e.CommandRefused(command=seq, code="unknown", reason="inject: nothing is called so"))
    (one,) = context(built(line, refusal))["alternatives"]
    assert (one["how"], one["what"]) == ("refused", "commander, an answer")


def test_a_decision_of_who_had_given_command_up_is_told_as_such() -> None:
    line, reason = b.decide("40:00", "flag"), "you have given command up and decide nothing any more; ask @deputy"
    left = [*b.in_command("02:00"), *b.event("31:00", e.RoleVacated(role="commander", seat="commander"))]
    seq = next(x.seq for x in b.drill(left, line).journal if isinstance(x.body, acts.RecordDecision))
    refusal = b.event("40:00", e.CommandRefused(command=seq, code="rights", reason=reason))
    (one,) = context(built(left, line, refusal))["alternatives"]
    assert (one["what"], one["why"]) == ("commander (not in command by then), decision: flag",
                                         "only whoever is in command decides; never asked for again")


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
        assert report(drill, "report").count("ever begun") == 1
        dropped = [one["what"] for one in context(drill)["missed"]]
        assert ("flag: ordered and refused" in dropped) == bool(lines)
        assert "never begun" in report(drill, "closure")
    (bare,) = context(built(b.act("10:00", "flag")))["undecided"]
    assert bare["what"].startswith("flag: begun T+10:00")
    assert not bare["looks"]
    assert context(built(flag))["undecided"] == []
    (turned,) = context(drill)["alternatives"]
    assert (turned["at"], turned["how"]) == ("T+09:00", "refused")
    assert turned["why"] == (
        "it names decision 4, a wrong number: decision 1 of T+08:00 is for it; never asked for again")
    alone = b.drill(order).journal
    seq = next(x.seq for x in alone if isinstance(x.body, acts.TakeAction))
    (bare,) = context(built(order, b.event("09:00", e.CommandRefused(command=seq, code="unknown", reason="no"))))[
        "alternatives"]
    assert bare["why"] == "it names decision 4, which was never recorded; never asked for again"


def test_a_refusal_says_what_was_not_there_yet_and_whether_it_was_asked_for_again() -> None:
    early, later = b.decide("08:00", "flag", evidence=("query:zones",)), b.query("09:00", "zones")
    seq = next(x.seq for x in b.drill(early, later).journal if isinstance(x.body, acts.RecordDecision))
    refusal = b.event("08:00", e.CommandRefused(command=seq, code="unknown", reason="nothing here is called that"))
    title = b.SCENARIO.find("queries", "zones").title
    later_on = b.decide("12:00", "flag")
    for more, again in (([], "never asked for again"), (later_on, "asked for again and granted at T+12:00")):
        (one,) = context(built(early, refusal, later, more))["alternatives"]
        assert one["why"] == f"it rests on {title}, which came only at T+09:00; {again}"


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


def test_what_nobody_rejected_is_not_told_as_rejected(finished: Callable[[str], Finished]) -> None:
    drill = finished("auth_token-impatient-7")
    found = {(one["how"], one["what"]) for one in context(drill)["alternatives"]}
    assert ("not taken up", "@support-lead: Sign everybody out") in found
    assert not [what for _, what in found if "IdentiHub" in what]
    text = report(drill, "report")
    assert "Nothing else is on record as turned down." in text
    assert text.index("### Neither rejected nor done") < text.index("not taken up: @support-lead")
    assert "- Never looked at: Does the release before fit the schema, before Roll auth-svc back" in text
    assert report(finished(DRILLS[0]), "report").count("Roll auth-svc back to 4.17.2: begun") == 0


def test_the_evidence_of_the_first_decision_stands_in_full_and_what_the_backlog_is_against() -> None:
    rests = ("query:zones", "query:compat", "query:keyring")
    made = b.say("30:00", "verification", acts.AddHardeningTask.model_validate(
        {"text": "Check it", "class": "detect", "factor": b.SCENARIO.factors[0].id, "owner": "triage",
         "due_days": 7}))  # fmt: skip
    looks = [line for n, one in enumerate(rests) for line in b.query(f"0{n + 1}:00", one.removeprefix("query:"))]
    drill = built(looks, b.decide("08:00", "flag", evidence=rests), made)
    assert " more" not in report(drill, "report").partition("Reason given:")[2].partition("\n")[0]
    against = b.SCENARIO.factors[0].title
    assert f"- Hardening (detect) against {against}: Check it" in report(drill, "closure")
    assert f"On the backlog since the drill: {against}: Check it (" in report(drill, "report")


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
        assert one["warned"] == ""


def test_a_false_reason_has_the_warning_beside_it_that_was_read_before() -> None:
    made = b.scenario(reasons=[{"id": "harm_grows", "title": "it grows", "true_when": {"t": {"below": 0}}}])
    ((at, by, body),) = b.query("07:00", "zones")
    looked = [(at, by, body.model_copy(update={"output": "zone a ok\n  WARNING trace missing: wiped"}))]
    (one,) = context(built(looked, b.decide("08:00", "flag", why_now="harm_grows"), of=made))["decisions"]
    assert one["warned"] == "zones had warned at T+07:00: trace missing: wiped"


def test_a_step_that_worked_all_along_is_done_and_not_in_effect_then(finished: Callable[[str], Finished]) -> None:
    deeds = [deed for one in context(finished(DRILLS[0]))["decisions"] for deed in one["deeds"]]
    assert [" done T+" in one for one in deeds if one.startswith("Sign out the sessions")] == [True] * 2
    assert all(", in effect T+" in one for one in deeds if one.startswith("Switch "))


def test_a_quote_ends_with_a_sentence() -> None:
    assert whole("It is down. It is a flood. Block it.", 30) == "It is down. It is a flood. …"
    assert whole("It is down. It is a flood.", 12) == "It is down. …"
    assert whole("It is down. It is a flood.", 90) == "It is down. It is a flood."
    assert len(whole("word " * 99, 50)) <= 150
