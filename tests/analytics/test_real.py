"""Timelines of real incidents: read as people write them, or refused in a line that says where and what to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.report import timed
from analytics.report.real import read_timeline
from simulator.errors import DrillError
from tests.simulator.toy import toy

CSV = "Time,What,Turn\n14:02,Page,\n14:05:30,Ana declares SEV-1,\n\n14:20,Rolled back,\n15:01,Over,closed\n"
TABLE = """# Outage

Some words | with a bar.

| When (UTC) | Who | What happened |
|:--|---|--:|
| 23:50 | bot | Page |
| 23:58 | Ana | status page posted \\| twice |
| 00:10 | Ben | service restored |

| When | What |
|---|---|
| 09:00 | another table |
"""
POSTMORTEM = """---
uuid: 1
title: "Cache outage"
start_time: 2020-04-21T01:30:00Z
end_time: 2020-04-21T03:00:00Z
company: Somebody
---

It hung.
"""


def minutes(text: str, file: str = "x.csv") -> list[float]:
    return [line.minute for line in read_timeline(text, file).lines]


def test_csv_is_read_with_what_it_says_and_what_its_words_propose() -> None:
    found = read_timeline(CSV, "folder/outage.csv")
    assert found.title == "outage"
    assert [line.minute for line in found.lines] == [0, 3.5, 18, 59]
    assert found.proposed() == {"declared": 1, "first_mitigation": 2, "closed": 3}
    assert minutes(CSV.replace(",", ";")) == minutes(CSV.replace(",", "\t")) == minutes("\ufeff" + CSV)
    assert minutes(CSV.replace("\n", "\r\n")) == [0, 3.5, 18, 59]


def test_the_first_table_with_a_time_is_read_past_midnight() -> None:
    found = read_timeline(TABLE, "x.md")
    assert [line.minute for line in found.lines] == [0, 8, 20]
    assert found.lines[1].text == "status page posted | twice"
    assert found.proposed() == {"first_update": 1, "recovered": 2}


@pytest.mark.parametrize(("lines", "page"), [
    (("deploy of 7.1", "PagerDuty alert: errors", "alert closed"), 1), (("deploy", "on-call was paged"), 1),
    (("landing page is slow", "customers reported it"), 1), (("it began", "it was over"), None),
    (("Deploy announced; no alerts fired", "Dashboard reports updated", "The page loads slowly; users notice",
      "alerting rule changed", "Webpage of the first page deployed", "Nobody was paged", "alert rules edited",
      "Page was sent to on-call", "alert closed"), 7),
    (("deploy", "We were called by a customer"), 1), (("deploy", "No alert came; a customer reported it"), 1),
])  # fmt: skip
def test_the_page_is_the_first_line_that_reads_as_one(lines: tuple[str, ...], page: int | None) -> None:
    text = "time,what\n" + "".join(f"10:0{n},{line}\n" for n, line in enumerate(lines))
    assert read_timeline(text, "x.csv").page() == page
    assert read_timeline(POSTMORTEM, "front.md").page() is None


def test_front_matter_gives_beginning_and_end_and_a_table_below_it_more() -> None:
    found = read_timeline(POSTMORTEM, "1.md")
    assert (found.title, [line.minute for line in found.lines]) == ("Cache outage", [0, 90])
    assert found.proposed() == {"recovered": 1}
    both = read_timeline(POSTMORTEM + "\n| time | what |\n|--|--|\n| T+0 | page |\n| T+12 | declared |\n", "1.md")
    assert (both.title, [line.minute for line in both.lines]) == ("Cache outage", [0, 12])


@pytest.mark.parametrize(("times", "told"), [
    (["T+0", "T+12:30"], [0, 12.5]), (["-5", "0", "+7 min"], [0, 5, 12]),
    (["2024-03-01 23:50", "2024-03-02 00:05"], [0, 15]),
    (["2024-03-01T10:00:00+01:00", "2024-03-01T09:30:00Z"], [0, 30]), (["9:00 UTC", "10:00Z"], [0, 60]),
    (["22:00", "01:00", "02:00", "05:00"], [0, 180, 240, 420]),
])  # fmt: skip
def test_times_are_read_as_people_write_them(times: list[str], told: list[float]) -> None:
    assert minutes("time,what\n" + "".join(f"{at},x\n" for at in times)) == told


@pytest.mark.parametrize(("text", "words"), [
    ("", "x.md: is empty"),
    ("   \n", "x.md: is empty"),
    ('{"a": 1}', "x.md: is JSON"),
    ("just words\nand more", "x.md: has no table"),
    ("who,where\na,b\n", "x.md:1: no column is called time"),
    ("time,what\nsoon,x\n", "x.md:2: 'soon' is no time; write HH:MM"),
    ("time,what\n,x\n", "x.md:2: has no time"),
    ("time,what\n25:00,x\n", "x.md:2: 25:00 is no time of a day"),
    ("time,what\n2024-03-01,x\n", "x.md:2: 2024-03-01 has no hour; write it as 2024-03-01 14:02"),
    ("time,what\n14:10,x\n13:50,y\n", "x.md:3: 13:50 comes before 14:10 of line 2; put the lines in order"),
    ("time,what\n14:10,x\nT+5,y\n", "x.md:3: 'T\\+5' is minutes, the lines before have a clock's time"),
    ("time,what,turn\n14:10,x,won\n", "x.md:2: 'won' is no turning point; take one of acknowledged"),
    (POSTMORTEM.replace("2020-04-21T01:30:00Z", '""'), "x.md: start_time is empty; give it beside end_time"),
    (POSTMORTEM.replace("end_time: 2020-04-21T03:00:00Z\n", ""), "x.md: end_time is missing"),
    (POSTMORTEM.replace("T03:00:00Z", ""), "x.md: end_time: 2020-04-21 has no hour"),
    (POSTMORTEM.replace("21T03", "20T03"), "x.md: end_time is before start_time"),
    ("time,what\n" + "14:10,x\n" * 2001, "x.md: has 2001 lines"),
])  # fmt: skip
def test_what_cannot_be_read_is_one_line_with_place_and_remedy(text: str, words: str) -> None:
    with pytest.raises(DrillError, match=words) as raised:
        read_timeline(text, "x.md")
    assert "\n" not in str(raised.value)


@given(st.text(max_size=300) | st.text("|-:,\n 0123456789TZ+time what", max_size=300))
def test_whatever_a_file_holds_it_is_read_or_refused(text: str) -> None:
    try:
        found = read_timeline(text, "x.csv")
    except DrillError as error:
        told = str(error)
        assert "\n" not in told
    else:
        assert list(found.lines) == sorted(found.lines, key=lambda line: line.minute)
        assert all(0 <= n < len(found.lines) for n in found.proposed().values())


def test_a_list_of_events_has_what_the_common_exercise_format_asks_of_each_step() -> None:
    made = json.loads(timed.cexf(toy().scenario, "1"))
    assert {"author", "level", "priority"} <= made["exercise"]["meta"].keys()
    names = [one["uuid"] for one in made["injects"]]
    assert names
    for place, step in enumerate(made["inject_flow"]):
        assert step["inject_uuid"] == names[place]
        assert step["requirements"] == {}, "conditions in words stand beside it"
        assert step["sequence"]["followed_by"] == names[place + 1 : place + 2]
        assert isinstance(step["timing"]["triggered_at"], int)
        assert step["timing"]["periodic_run_every"] is None
    assert not [one for one in made["injects"] if one["inject_evaluation"] or one["target_tool"] != "webhook"]
    assert {one["action_payload_resource_uuid"] for one in made["injects"]} == {
        one["uuid"] for one in made["inject_payloads"]
    }


@pytest.mark.parametrize("text", ["| time" + "(" * 500_000 + " | what |\n", "- 12:00" + "*" * 500_000 + "x\n"])
def test_a_line_made_to_take_long_is_read_or_refused_at_once(text: str) -> None:
    with pytest.raises(DrillError):
        read_timeline(text, "timeline.md")
