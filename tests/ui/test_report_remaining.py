"""What remains and whose it is, what was begun and what came of it, and who could: as reports tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import acts
from simulator import events as e
from simulator.values import Ref
from tests.analytics import builders as b
from tests.ui.reporting import DRILLS, built
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.registry import report
from ui.reports.worth import held_back, worth_doing


def refused(*before: Any, line: Any, reason: str = "no") -> list[Any]:
    """Return a command of somebody with its refusal, `before` what came before it."""
    ((at, _, body),) = line
    seq = next(x.seq for x in b.drill(*before, line).journal if x.body == body)
    return [*line, (at, "engine", e.CommandRefused(command=seq, code="busy", reason=reason))]


def test_what_nobody_carried_out_is_nobodys_and_says_who_may() -> None:
    order = refused(line=b.say("09:00", "comms", acts.TakeAction(action="flag")))
    tree = context(built(order))
    assert tree["remains"]["nobodys"] == [
        {"what": "flag", "why": "refused T+09:00, never ordered again; @mitigation may", "due": "", "by": ""}]
    for kind in ("report", "closure"):
        assert "- **Nobody's:** flag (refused T+09:00" in report(built(order), kind)
    assert "| Nobody's | flag (refused T+09:00" in report(built(order), "leadership")
    assert "nobody’s: flag; nobody is in command; " in tree["opening"][-1]["text"]
    assert context(built(b.act("09:00", "flag"), world=b.truth("12:00")))["remains"]["nobodys"] == []


def test_what_somebody_outside_is_owed_is_nobodys_while_one_seat_alone_knows() -> None:
    cue = {"id": "bank", "text": "The bank wants a notice.", "topics": [], "owes": "Notice to the bank"}
    roles = [one.model_dump() | ({"cues": [cue]} if one.id == "deputy" else {}) for one in b.SCENARIO.roles]
    given = b.event("-10:00", e.CueGiven(to=("deputy",), cue="bank", role="deputy", text=cue["text"]))
    shared = b.event("20:00", e.CueShared(cue="bank", role="deputy", text=cue["text"], how="offered"))
    never = ["deputy never shared it: “The bank wants a notice.”"]
    for lines, left in (([given], never), ([given, shared], []), ([], [])):
        drill = built(*lines, of=b.scenario(roles=roles), world=b.truth("12:00"))
        nobodys = context(drill)["remains"]["nobodys"]
        assert [one["why"] for one in nobodys if one["what"] == "Notice to the bank"] == left
        # Who reads what leadership was told need not be of those who may read what a seat alone knew.
        note = report(drill, "leadership")
        assert ("Notice to the bank (deputy never shared it)" in note) == bool(left)
        assert "wants a notice" not in note


def test_what_a_teammate_puts_on_the_backlog_again_is_printed_once() -> None:
    def item(at: str, who: str, text: str) -> list[Any]:
        return b.say(at, who, acts.AddHardeningTask(factor="mount", text=text, owner="mitigation", due_days=3))

    drill = built(item("30:00", "verification", "Mount it"), item("31:00", "mitigation", "mount it"),
                  item("32:00", "mitigation", "Watch it"))  # fmt: skip
    tree = context(drill)["remains"]
    assert [len(tree[name]) for name in ("backlog", "hardening")] == [2, 2]


def test_what_was_begun_is_told_with_when_it_came_out(finished: Callable[[str], Finished]) -> None:
    told = {one["expected"]: one for one in context(finished(DRILLS[0]))["injects"]}
    measured = told["Compared with a clean window before anything is called recovered"]
    assert measured["through"].startswith("measured T+")
    assert measured["through"].endswith(": all within it")
    looked = context(finished(DRILLS[2]))["injects"]
    rerun = next(one for one in looked if one["expected"] == "A rerun in each place, not a summary")
    assert rerun["through"].partition(" T+")[0] in ("result", "green")
    assert rerun["answered"] != rerun["through"].rpartition(" ")[2]
    text = report(finished(DRILLS[0]), "annex")
    assert f"| {measured['answered']} | {measured['through']} |" in text


def test_what_came_before_it_was_asked_for_says_so(finished: Callable[[str], Finished]) -> None:
    name = DRILLS[1]
    early = [one for one in context(finished(name))["injects"] if one["verdict"] == "already done"]
    assert early
    for one in early:
        assert f"| already done | {one['answered']} |" in report(finished(name), "annex")


def test_a_step_that_was_told_to_be_in_hand_had_been_decided_or_was_not_so() -> None:
    told = b.say("10:00", "comms", acts.EscalateInternally(
        impact=b.figure(), decision="flag", ask="hands", next_update_minutes=20, owner="comms"))  # fmt: skip
    for lines, true in (([*b.decide("08:00", "flag"), *told], "it was"), ([*told, *b.decide("12:00", "flag")],
                        "decided only at T+12:00"), (told, "never decided")):  # fmt: skip
        (one,) = (one for one in context(built(lines))["claims"] if one["about"] == "in hand")
        assert (one["said"], one["true"], one["holds"]) == ("flag", true, true == "it was")
        assert one["stands"] == (true == "never decided")


def test_the_worst_that_was_told_falsely_leads_and_says_whether_it_stands() -> None:
    small = b.update("10:00", impact=b.figure(3))
    over = b.update("20:00", "recovered", impact=b.figure(1000), text="All is well.")
    text = report(built(small, over), "report").partition("## What was said")[2]
    first, second = (line for line in text.splitlines() if line.startswith("- **T+"))
    assert first.startswith("- **T+20:00**, comms to public: status: recovered")
    assert first.endswith(", stands")
    assert second.startswith("- **T+10:00**, comms to public: Locked users: 3 – **1,000**")
    assert not second.endswith("stands")


def test_a_drill_that_was_ended_as_resolved_with_the_incident_open_says_so() -> None:
    for how, says in (("resolved", " as resolved, with the incident open"), ("stopped", " with the incident open")):
        over = [*b.say("59:00", "deputy", acts.EndDrill(how=how)), *b.event("59:00", e.DrillEnded(how="stopped"))]
        assert context(built(over))["drill"]["how"] == f"ended by the deputy{says}"


def test_who_hands_command_over_without_it_is_told_as_not_in_command() -> None:
    hand = b.say("41:00", "commander", acts.HandOff(
        what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=10,
        rollback_trigger=b.check()))  # fmt: skip
    for left, says in (("31:00", "commander (not in command by then)"), ("50:00", "commander")):
        before = [*b.in_command("02:00"), *b.event(left, e.RoleVacated(role="commander", seat="commander"))]
        before = sorted([*before], key=lambda line: line[0])
        if left == "50:00":
            before = b.in_command("02:00")
        (one,) = context(built(before, refused(before, line=hand)))["alternatives"]
        assert one["what"] == f"{says}, handing over command to @deputy"


def test_a_risk_that_is_on_record_as_readiness_is_tied_to_it() -> None:
    made = b.scenario(residual_risks=[{"id": "blocked", "title": "No way back", "true_when": {"fallback": "blocked"}}])
    mended = [*b.act("05:00", "flag")]
    for lines, says in (([], ["No way back"]), (b.ready("08:00"), ["No way back (on record as readiness, T+08:00)"]),
                        (b.ready("08:00", "unknown"), ["No way back"])):  # fmt: skip
        drill = built(mended, lines, of=made, world=b.truth("12:00"))
        assert context(drill)["remains"]["unsaid"] == says


def test_recovered_is_within_tolerance_and_says_who_was_still_out(finished: Callable[[str], Finished]) -> None:
    said = {one["title"]: one["text"] for one in context(finished(DRILLS[0]))["opening"]}
    assert ", within tolerance; still out then: Users locked out now " in said["Recovered"]
    assert "still out" not in context(finished(DRILLS[2]))["opening"][4]["text"]


def test_what_got_worse_and_was_so_still_remains(finished: Callable[[str], Finished]) -> None:
    tree = context(finished("permission_leak-impatient-7"))
    missed = next(one["text"] for one in tree["opening"] if one["title"] == "Missed")
    assert missed.startswith("edge-worker not frozen and ")
    assert "not mended" not in tree["opening"][-1]["text"]
    said, *_, scanned = tree["remains"]["lasting"]
    assert said.startswith("details public, since T+09:00 (@somebody-in-sales")
    assert scanned.startswith("scan active, since T+")
    assert "(@edge-bot" in scanned
    assert len(tree["remains"]["lasting"]) < len(tree["worsened"])


def test_what_helps_and_was_held_back_says_how_late_where_what_is_worth_most_says_from_when_it_was_right() -> None:
    for at, says in (("07:00", ""), ("30:00", "the first mitigation came 25 minutes after it was justified")):
        drill = built(b.query("05:00", "zones"), b.act(at, "flag"))
        drill.journal.references = b.references(null=0.9).model_dump(mode="json")
        assert held_back(drill) == says
        if says:
            assert "flag (justified from T+05:15, begun T+30:00" in worth_doing(drill)


def test_a_green_look_that_somebody_asked_for_stands_under_what_was_verified() -> None:
    ask = {"id": "each", "at": 1200, "persona": "@p", "text": "t",
           "expects": {"command": "run_query", "fields": {"query": "zones"}, "label": "Each place", "within": "5m"}}
    came = b.event("20:00", e.InjectDelivered(inject="each", persona="@p", channel="incident", text="t",
                                              form="message"))  # fmt: skip
    order = b.say("21:00", "triage", acts.RunQuery(query="zones"))
    done = b.event("22:30", e.QueryFinished(run=Ref("query:zones"), query="zones", executor="triage", command_line="z",
                                            output="all 6 ok", evidence="receipt"))  # fmt: skip
    drill = built(b.act("15:00", "flag"), came, order, done, of=b.scenario(injects=[ask]))
    (one,) = context(drill)["injects"]
    assert (one["answered"], one["through"], one["came"]) == ("T+21:00", "result T+22:30", "zones: all 6 ok")
    assert "\n- T+22:30, zones: all 6 ok\n" in report(drill, "annex").partition("## What was looked at")[2]


def test_a_step_that_may_do_harm_alone_says_what_the_best_course_finishes_before_it() -> None:
    drill = built(b.query("05:00", "zones"), b.act("30:00", "flag"))
    known = b.references(null=0.9).model_dump(mode="json")
    known["best"]["steps"] = {"copy": 90, "flag": 360}
    drill.journal.references = known
    assert held_back(drill) == (
        "the first mitigation, flag, was justified from T+05:15, with copy finished first, and begun only at T+30:00")


def test_who_has_signed_what_nobody_carried_out_is_not_asked_again() -> None:
    actions = [one.model_dump() | ({"sign_offs": ["triage", "commander"]} if one.id == "flag" else {})
               for one in b.SCENARIO.actions]  # fmt: skip
    signed = [b.event("10:00", e.SignedOff(action="flag", role=one, seat=one)) for one in ("triage", "commander")]
    for given, says in ((0, ", once @triage and @commander signed"), (1, ", once @commander signed"),
                        (2, ", signed by @triage T+10:00 and @commander T+10:00")):  # fmt: skip
        order = refused(line=b.say("09:00", "comms", acts.TakeAction(action="flag")))
        (one, *_) = context(built(order, *signed[:given], of=b.scenario(actions=actions)))["remains"]["nobodys"]
        assert one["why"] == f"refused T+09:00, never ordered again; @mitigation may{says}"


def test_parts_that_the_watch_does_not_see_are_told() -> None:
    """A signal of how a system is inside was told to see every part; its name read as what is rolled back."""
    felt = [one.model_dump() | {"felt": one.id == "ratio"} for one in b.SCENARIO.metrics]
    made = b.scenario(metrics=felt)
    for metric, left, sees in (("web_ratio", ["Mobile"], "1 of 2"), ("ratio", [], ""),
                               ("cpu", ["Web", "Mobile"], "none of 2")):  # fmt: skip
        watch = b.say("50:00", "verification", acts.SetWatch(owner="verification", trigger=b.check(metric=metric)))
        drill = built(watch, of=made, world=b.truth("12:00"))
        remains = context(drill)["remains"]
        assert remains["unwatched"] == left
        assert context(drill)["opening"][-1]["text"].endswith(
            f"Watch for 24 h: @verification, on the own signal of {sees} parts that were hit" if sees else
            "Watch for 24 h: @verification")  # fmt: skip
        when = f"rolls back once “{metric}” is below 0.01 within 10 min, though the way back is blocked"
        assert remains["watch"] == f"Watch for 24 h: @verification, {when}"
        for kind in ("report", "closure", "leadership"):
            assert ("No watch for Mobile" in report(drill, kind)) == (left == ["Mobile"])
        assert ("No watch for any part that was hit" in report(drill, "report")) == (len(left) == 2)


def test_what_is_compared_with_the_first_mitigation_treats_the_same() -> None:
    """A step for other parts, right sooner, said nothing of the one that was begun."""
    begun = b.act("30:00", "web_flag")
    actions = [one.model_dump() | {"justified_by": ["query:keyring"]} if one.id in ("flag", "web_flag", "rollback",
               "hotfix") else one.model_dump() for one in b.SCENARIO.actions]  # fmt: skip
    drill = built(b.query("05:00", "zones"), b.query("10:00", "keyring"), begun, of=b.scenario(actions=actions))
    drill.journal.references = b.references(null=0.9).model_dump(mode="json")
    assert held_back(drill).endswith(", though flag, which treats the same, was justified from T+10:15")
    drill = built(b.query("05:00", "zones"))
    drill.journal.references = b.references(null=0.9).model_dump(mode="json")
    assert held_back(drill) == "no mitigation was begun at all, though flag was justified from T+05:15"


def test_what_holds_a_cause_that_nothing_mended_must_stay_so() -> None:
    for lines, says in ((b.act("09:00", "flag"), ["flag (T+10:00)"]),
                        ([*b.act("09:00", "flag"), *b.act("20:00", "flag_off")], []),
                        ([*b.act("09:00", "flag"), *b.act("20:00", "hotfix")], []), ([], [])):  # fmt: skip
        drill = built(lines, world=b.truth("12:00"))
        tree = context(drill)
        assert tree["remains"]["held"] == says
        left, text = tree["opening"][-1]["text"], report(drill, "report")
        assert ("cause not mended: flag must stay so, the way back is blocked; " in left) == bool(says)
        blocked = "which must stay so. The way back is blocked, and no plan to open it is on record."
        assert (f"Held by flag (T+10:00), {blocked}" in text) == bool(says)
        for kind in ("leadership", "closure"):
            assert ("flag (T+10:00) must stay so" in report(drill, kind)) == bool(says)


def test_a_rollback_that_removes_the_cause_mends_it_until_it_is_taken_back_or_the_cause_comes_again() -> None:
    actions = [one.model_dump() | {"mends": one.id == "rollback"} for one in b.SCENARIO.actions]
    actions[[one["id"] for one in actions].index("rollback")]["reversible_by"] = "withdraw"
    made = b.scenario(actions=actions)
    steps = [*b.act("09:00", "flag"), *b.act("20:00", "rollback")]
    worse = [*b.event("30:00", e.MergeLanded(merge="m", service="auth", harmful=True)),
             *b.event("30:00", e.KnobTurned(knob="rollback", value=0, over=0, by=Ref("merge:m")))]  # fmt: skip
    told = b.event("30:00", e.KnobTurned(knob="rollback", value=0, over=0, by=Ref("inject:again")))
    other = b.event("30:00", e.KnobTurned(knob="throttle", value=1, over=0, by=Ref("inject:again")))
    for lines, held in ((steps, []), ([*steps, *b.act("30:00", "withdraw")], ["flag (T+10:00)"]),
                        ([*steps, *worse], ["flag (T+10:00)"]), ([*steps, *told], ["flag (T+10:00)"]),
                        ([*steps, *other], [])):  # fmt: skip
        drill = built(lines, of=made, world=b.truth("12:00"))
        assert context(drill)["remains"]["held"] == held
        on = "Still on, though the cause is mended: flag (T+10:00)\n"
        assert (on in report(drill, "report")) == (not held)


def test_a_repair_that_came_before_what_has_to_come_first_is_to_be_done_again() -> None:
    """Nothing named a step for what was repaired too soon and was not back."""
    actions = [one.model_dump() for one in b.SCENARIO.actions]
    last = next(one for one in actions if one["id"] == "revoke") | {"id": "recount", "title": "recount"}
    made = b.scenario(actions=[*actions, last])
    for best, left in (({"flag": 300, "revoke": 400, "recount": 500}, ["revoke", "recount, once more"]),
                       ({"flag": 300, "revoke": 500, "recount": 400}, ["revoke"])):  # fmt: skip
        drill = built(b.query("05:00", "zones"), b.act("08:00", "flag"), b.act("20:00", "recount"), of=made,
                      world=b.truth(only=["mobile"]))  # fmt: skip
        drill.journal.references = b.references(null=0.9).model_dump(mode="json")
        drill.journal.references["best"]["steps"] = best
        found = context(drill)["remains"]["nobodys"]
        assert [one["what"] for one in found] == left
        assert len(found) == 1 or found[1]["why"] == (
            "done T+21:00, before revoke: to be done again after it; @mitigation may")


def test_what_somebody_took_up_is_theirs_and_what_was_due_is_overdue() -> None:
    cue = {"id": "law", "text": "They want notices.", "topics": [], "owes": [
        {"what": "Notice to the bank", "within": "30m"},
        {"what": "Word to the office", "taken_up_by": ["inject:writes"]}]}  # fmt: skip
    roles = [one.model_dump() | ({"cues": [cue]} if one.id == "deputy" else {}) for one in b.SCENARIO.roles]
    asks = [{"id": "writes", "at": 1200, "persona": "@office", "text": "I write it."}]
    made = b.scenario(roles=roles, injects=asks)
    given = b.event("-10:00", e.CueGiven(to=("deputy",), cue="law", role="deputy", text=cue["text"]))
    said = b.event("20:00", e.InjectDelivered(
        inject="writes", persona="@office", channel="incident", text="I write it.", form="message"))  # fmt: skip
    after = b.event("25:00", e.MessagePosted(role="@office", channel="incident", text="Signed.",
                                             about=Ref("inject:writes")))  # fmt: skip
    drill = built(given, b.declare("04:00"), said, after, of=made, world=b.truth("12:00"))
    tree = context(drill)
    assert [(one["what"], one["why"]) for one in tree["remains"]["nobodys"]] == [
        ("Notice to the bank", "deputy never shared it: “They want notices.”; overdue since T+34:00")]
    (mine,) = tree["remains"]["taken_up"]
    assert (mine["what"], mine["by"]) == ("Word to the office", "@office, T+20:00 “I write it.”; T+25:00 “Signed.”")
    assert "nobody’s: Notice to the bank (overdue); Word to the office is in hand (@office)" in (
        tree["opening"][-1]["text"])
    for kind in ("report", "closure"):
        assert "- In hand, and not on record as done: Word to the office (@office, T+20:00" in report(drill, kind)


def test_a_checkpoint_of_a_snapshot_is_due() -> None:
    (due,) = (one for one in context(built(b.snapshot("50:00")))["remains"]["clocks"] if "Checkpoint" in one)
    assert due == "Checkpoint: @deputy, due T+65:00 (promised T+50:00)"
    (due,) = (one for one in context(built(b.snapshot("20:00")))["remains"]["clocks"] if "Checkpoint" in one)
    assert due.endswith(", and did not come")


def test_what_was_refused_says_from_when_it_could_have_been_ordered() -> None:
    before = [b.query("05:00", "zones"), b.act("08:00", "flag")]
    actions = [one.model_dump() | ({"precheck": "dry_run"} if one.id == "revoke" else {}) for one in b.SCENARIO.actions]
    order = refused(*before, line=b.say("20:00", "comms", acts.TakeAction(action="revoke")))
    drill = built(*before, order, b.query("22:00", "dry_run"), of=b.scenario(actions=actions),
                  world=b.truth(only=["mobile"]))  # fmt: skip
    (one,) = context(drill)["remains"]["nobodys"]
    assert one["why"] == "refused T+20:00, ready from T+22:00, never ordered again; @mitigation may"


def test_a_new_alert_after_the_last_mitigation_was_passed_over() -> None:
    def fired(at: str) -> Any:
        return b.event(at, e.AlertFired(alert="tickets", severity="warning", summary="s", value=1))

    over = b.event("50:00", e.AlertResolved(alert="tickets"))
    for lines, count in (([fired("30:00")], 1), ([fired("30:00"), over], 0), ([fired("05:00")], 0)):
        found = context(built(b.act("09:00", "flag"), *lines))["missed"]
        assert len(found) == count
        assert all(one["note"] == "fired T+30:00, after the last mitigation (T+10:00), on when people left"
                   for one in found)  # fmt: skip


def test_a_message_that_was_taken_away_is_not_what_lasts() -> None:
    said = {"id": "post", "at": 540, "persona": "@sales", "text": "Look!", "effects": [{"knob": "told", "value": 1}],
            "expects": {"command": "take_action", "fields": {"action": "flag"}, "label": "Down", "within": "5m"}}
    came = b.event("09:00", e.InjectDelivered(inject="post", persona="@sales", channel="incident", text="Look!",
                                              form="message"))  # fmt: skip
    turned = b.event("09:00", e.KnobTurned(knob="told", value=1, over=0, by=Ref("inject:post")), "world")
    left = "told, since T+09:00 (@sales; called for and done: flag, T+19:00)"
    for lasts in (True, False):
        world = [(at, by, body.model_copy(update={"facts": {"told": lasts}})
                  if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]  # fmt: skip
        drill = built(came, turned, b.act("18:00", "flag"), of=b.scenario(injects=[said]), world=world)
        assert context(drill)["remains"]["lasting"] == [left] * lasts


def test_a_long_step_is_named_in_full_once() -> None:
    long, short = "Replay: rows only, each once", "Replay"
    actions = [one.model_dump() | ({"title": long} if one.id == "flag" else {}) for one in b.SCENARIO.actions]
    text = report(built(b.decide("08:00", "flag"), b.act("09:00", "flag"), of=b.scenario(actions=actions)), "report")
    assert text.count(long) == 1
    assert text.count(short) > 2
    both = [one | ({"title": "Replay, at once"} if one["id"] == "web_flag" else {}) for one in actions]
    made = b.scenario(actions=both)
    drill = built(b.decide("08:00", "flag"), b.act("09:00", "flag"), b.act("10:00", "web_flag"), of=made)
    assert report(drill, "report").count(long) > 1


def test_a_second_order_came_to_what_the_run_came_to_that_it_joined_and_a_look_to_its_own() -> None:
    def asks(command: str, **fields: str) -> dict[str, Any]:
        return {"id": "ask", "at": 1200, "persona": "@p", "text": "t",
                "expects": {"command": command, "fields": fields, "label": "Asked", "within": "5m"}}  # fmt: skip

    def through(ask: dict[str, Any], *lines: Any) -> str:
        came = b.event("20:00", e.InjectDelivered(inject="ask", persona="@p", channel="incident", text="t",
                                                  form="message"))  # fmt: skip
        (one,) = context(built(*lines, came, of=b.scenario(injects=[ask])))["injects"]
        return str(one["through"])

    flag, again = asks("take_action", action="flag"), b.say("21:00", "commander", acts.TakeAction(action="flag"))
    assert through(flag, b.act("19:00", "flag", start="22:00"), again) == "in effect T+23:00"
    assert through(flag, b.act("19:00", "flag", start="20:59", ends="stalled"), again) == "no effect"
    assert through(flag, b.act("10:00", "flag", ends="aborted", abort="10:20"), again) == "never carried out"
    started, own = (b.event(at, e.QueryStarted(run=Ref(run), executor="triage", command_line="z", expected=1400))
                    for at, run in (("19:30", "query:zones"), ("21:30", "query:zones#2")))  # fmt: skip
    order = b.say("21:00", "triage", acts.RunQuery(query="zones"))
    ends = b.query("21:10", "zones"), b.query("23:00", "zones", "query:zones#2")
    assert through(asks("run_query", query="zones"), started, order, own, *ends) == "result T+23:00"
