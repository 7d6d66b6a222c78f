"""Each verb of the facilitator's desk in a browser: the list of events, speaking, truth, help and judgement.

What a press did is read off the page where it shows, and off the drill itself where only its truth tells.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import Stage, form, go_on, row, said, unfold
from tests.e2e.server import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


# --- before the start --------------------------------------------------------------------------------------


def test_everybody_says_before_the_start_that_they_read(stage: Stage) -> None:
    host = stage.tab("Seats")
    form(host, "room.check").get_by_role("button").click()
    expect(stage.ana.locator("#channel")).to_contain_text("Communications check")
    stage.ana.get_by_role("button", name="I read the channel").click()
    expect(host.locator("#seat-commander")).to_contain_text("reads")
    expect(host.locator("#desk-people")).to_contain_text("Not yet: Communications lead")


def test_a_code_leads_phones_into_the_drill(stage: Stage) -> None:
    picture = stage.tab("Seats").locator("img.qr")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    eventually(lambda: picture.evaluate("image => image.naturalWidth") > 50)


# --- the list of events ------------------------------------------------------------------------------------


def test_what_one_person_needs_is_on_one_screen(running: Stage) -> None:
    host = running.tab("MSEL")
    for name in ("Step to the next inject", "Say it", "Pause"):
        expect(host.get_by_role("button", name=name)).to_be_in_viewport()
    expect(host.locator("#desk-next form[data-act='room.fire'] button").first).to_be_in_viewport()
    expect(host.locator(".flags")).to_be_in_viewport()
    assert host.evaluate("document.documentElement.scrollHeight") <= 900


def test_the_list_has_times_addressees_expected_responses_and_what_is_waited_for(running: Stage) -> None:
    table = running.tab("MSEL").locator(".msel")
    for words in ("Expected: Page acknowledged within two minutes", "waits for:", "→ #incident", "T+01:00", "to come"):
        expect(table).to_contain_text(words)


def test_fire(running: Stage) -> None:
    ident = running.coming()
    persona = str(running.look(lambda engine: engine.msel.lines[ident].inject.persona))
    row(running.tab("MSEL"), ident).get_by_role("button", name="Fire").click()
    expect(row(running.host, ident)).to_contain_text("came")
    expect(running.ana.locator("#channel")).to_contain_text(persona)


def test_fire_what_is_not_so_asks_first(running: Stage) -> None:
    host = running.tab("MSEL")
    waits = host.locator(".msel tr").filter(has_text="Fire anyway").first
    line = host.locator(f"#{waits.get_attribute('id')}")
    unfold(line.get_by_text("Fire …"))
    expect(line).to_contain_text("Its condition does not hold now:")
    line.get_by_role("button", name="Fire anyway").click()
    expect(line).to_contain_text("came")


def test_hold_and_hold_until(running: Stage) -> None:
    ident = running.coming()
    host = running.tab("MSEL")
    row(host, ident).get_by_role("button", name="Hold").first.click()
    expect(row(host, ident)).to_contain_text("held")
    unfold(row(host, ident).get_by_text("Change …"))
    hold = form(host, "room.hold", f"#line-{ident}")
    hold.locator("[name=at]").fill("58:00")
    hold.get_by_role("button").click()
    expect(row(host, ident)).to_contain_text("T+58:00")
    expect(row(host, ident)).to_contain_text("to come")
    hold.locator("[name=at]").fill("0:01")
    hold.get_by_role("button").click()
    said(hold, "is past")


def test_skip(running: Stage) -> None:
    ident = running.coming()
    row(running.tab("MSEL"), ident).get_by_role("button", name="Skip").click()
    expect(row(running.host, ident)).to_contain_text("left out")


def test_edit_and_reschedule_past_its_end(running: Stage) -> None:
    ident = running.coming()
    host = running.tab("MSEL")
    unfold(row(host, ident).get_by_text("Change …"))
    edit = form(host, "room.edit", f"#line-{ident}")
    edit.locator("[name=text]").fill("<b>Other</b> words")
    edit.locator("[name=at]").fill("57:30")
    edit.get_by_role("button").click()
    expect(row(host, ident)).to_contain_text("<b>Other</b> words")
    expect(row(host, ident)).to_contain_text("T+57:30")
    expect(row(host, ident)).to_contain_text("planned")


def test_duplicate(running: Stage) -> None:
    ident = running.coming()
    host = running.tab("MSEL")
    unfold(row(host, ident).get_by_text("Change …"))
    copy = form(host, "room.duplicate", f"#line-{ident}")
    copy.locator("[name=at]").fill("59:00")
    copy.get_by_role("button").click()
    expect(row(host, f"{ident}-2")).to_contain_text("T+59:00")


def test_step_to_the_next_inject(running: Stage) -> None:
    before = running.room.version[1]
    step = form(running.host, "room.step")
    step.get_by_role("button").click()
    said(step, re.compile(r"T\+\d\d:\d\d: .+"))
    # The room in this process looks at the database a few times a second.
    assert eventually(lambda: running.room.version[1] > before)


# --- speaking ----------------------------------------------------------------------------------------------


def test_speak_as_any_persona_to_all_and_to_one_and_to_nobody(running: Stage) -> None:
    host = running.host
    say = form(host, "room.say", "#desk-say")
    say.locator("[name=persona]").fill("A journalist")
    say.locator("[name=text]").fill("Is it true that nobody can sign in?")
    say.get_by_role("button", name="Say it").click()
    for page in (running.ana, running.cy):
        expect(page.locator("#channel")).to_contain_text("Is it true that nobody can sign in?")
    say.locator("[name=persona]").fill("A customer")
    say.locator("[name=text]").fill("For you alone")
    say.locator("[name=to]").select_option("comms")
    say.get_by_role("button", name="Say it").click()
    expect(running.cy.locator("#channel")).to_contain_text("For you alone")
    expect(running.ana.locator("#channel")).not_to_contain_text("For you alone")
    absent = str(running.look(lambda engine: next(r for r, here in engine.incident.present.items() if not here)))
    say.locator("[name=persona]").fill("A customer")
    say.locator("[name=text]").fill("Anybody?")
    say.locator("[name=to]").select_option(absent)
    say.get_by_role("button", name="Say it").click()
    said(say, "would read it")
    expect(say.locator("[name=text]")).to_have_value("Anybody?")


def test_answer_in_a_personas_thread(running: Stage) -> None:
    host = running.tab("MSEL")
    ident = str(running.look(lambda engine: next(i for i, one in engine.msel.lines.items() if one.came is not None)))
    unfold(row(host, ident).get_by_text("Answer, or again …"))
    answer = form(host, "room.say", f"#line-{ident}")
    answer.locator("[name=text]").fill("We meant the other one")
    answer.get_by_role("button").click()
    said(answer, "Said")
    about = running.look(lambda engine: [getattr(x.body, "about", None) for x in engine.entries
                                         if getattr(x.body, "text", "") == "We meant the other one"])  # fmt: skip
    assert f"inject:{ident}" in about  # type: ignore[operator]


# --- truth, help, judgement --------------------------------------------------------------------------------


def test_truth_stands_beside_any_seats_view(running: Stage) -> None:
    host = running.tab("Truth")
    for words in ("What is broken", "Nobody does anything", "Best found", "To come by the clock", "beyond"):
        expect(host.locator("#desk-truth")).to_contain_text(words)
    running.tab("Seats").locator("#seat-comms").get_by_role("button", name="See its view").click()
    expect(host.locator("#mine > summary")).to_contain_text("Communications lead")
    running.tab("Seats").locator("#seat-commander").get_by_role("button", name="See its view").click()
    expect(host.locator("#mine > summary")).to_contain_text("Incident commander")


def test_hints_in_three_steps_to_whom_one_chooses(running: Stage) -> None:
    host = running.tab("Help")
    for step in ("Nudge", "Pointer"):
        expect(host.locator(".ladders").get_by_role("button", name=step).first).to_be_visible()
    hint = form(host, "give_hint", "#desk-help >")
    hint.locator("[name=to]").select_option("comms")
    hint.locator("[name=step]").select_option("pointer")
    hint.locator("[name=text]").fill("Who else has to hear of it?")
    hint.get_by_role("button").click()
    expect(running.cy.locator("#channel")).to_contain_text("Who else has to hear of it?")
    expect(running.cy.locator("#channel")).to_contain_text("hint, pointer")
    expect(running.ana.locator("#channel")).not_to_contain_text("Who else has to hear of it?")


def test_force_or_forbid_an_outcome(running: Stage) -> None:
    host = running.tab("Truth")
    unfold(host.locator("#outcome > summary"))
    override = form(host, "override_outcome")
    override.locator("[name=outcome]").select_option("forbid")
    override.locator("[name=reason]").fill("to see what they do without it")
    override.get_by_role("button").click()
    expect(host.locator("#desk-truth")).to_contain_text("is forbidden: to see what they do without it")
    for page in (running.ana, running.cy):
        assert "without it" not in page.content()


def test_freeze_and_ask_each_alone(running: Stage) -> None:
    host = running.tab("Help")
    form(host, "room.freeze").get_by_role("button").click()
    expect(host.get_by_role("button", name="Resume")).to_be_visible()
    card = running.ana.locator("#waits .need").filter(has_text="Who leads the incident?")
    card.get_by_role("button", name="I do not know").click()
    expect(card).to_have_count(0)
    expect(running.cy.locator("#waits")).to_contain_text("Who leads the incident?")
    expect(host.locator(".probes")).to_contain_text("I do not know")
    go_on(running)


def test_notes_and_marks_by_one_key(running: Stage) -> None:
    host = running.tab("Notes")
    note = form(host, "room.note")
    note.locator("[name=text]").fill("Nobody asked who decides")
    note.locator("[name=criterion]").select_option(index=1)
    note.get_by_role("button", name="Note").click()
    expect(host.locator(".notes")).to_contain_text("Nobody asked who decides")
    note.locator("[name=text]").fill("Said what was not known")
    running.tab("Truth")
    host.keyboard.press("Alt+u")
    expect(running.tab("Notes").locator(".notes")).to_contain_text("+Said what was not known")
    assert "Nobody asked who decides" not in running.ana.content()


def test_two_facilitators_rate_and_one_is_left_out(running: Stage) -> None:
    host = running.tab("Ratings")
    token, ivo = running.rooms.facilitate(running.room, "Ivo", running.key)
    other = running.enter(token, ivo.id)
    other.get_by_role("tab", name="Ratings", exact=True).click()
    for page, rating in ((host, "3"), (other, "2")):
        rate = form(page, "room.rate")
        rate.get_by_role("button", name=rating, exact=True).click()
        said(rate, f"Leadership: {rating}")
    expect(host.locator("#desk-ratings")).to_contain_text("1 ratings compared: 0% the same, 100% at most one apart")
    host.get_by_role("button", name="Leave out Ivo").click()
    expect(host.locator("#desk-ratings")).not_to_contain_text("ratings compared")
    expect(other.locator("#desk-ratings")).to_contain_text("Ivo (left out)")
    other.context.close()


def test_what_needs_attention_is_flagged_and_the_planned_end_said(running: Stage) -> None:
    expect(running.host.locator(".flags")).to_contain_text("Nobody leads")
    expect(running.host.locator("#desk-flags")).to_contain_text("to the planned end at T+60:00")


def test_progress_by_seat_against_the_playbook(running: Stage) -> None:
    seat = running.tab("Seats").locator("#seat-commander")
    expect(seat).to_contain_text(re.compile(r"\d+ of \d+ criteria met so far"))
