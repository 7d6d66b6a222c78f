"""Tables of a record: declared columns whatever is in it, and the numbers of the record in their cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from analytics.record import Course, DrillRecord, References
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.tables import BEST, LOSS, NULL, YOURS, each
from analytics.score import score
from analytics.view import RecordView
from simulator import acts, values
from simulator import events as e
from simulator.errors import JournalError
from simulator.record.journal import Header, Journal
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    card,
    closure,
    decide,
    declare,
    drill,
    event,
    figure,
    freeze,
    pair,
    query,
    ready,
    references,
    say,
    snapshot,
    truth,
    update,
    verify,
)

if TYPE_CHECKING:
    import pandas as pd

TABLES = [
    frames.harm, frames.affected, frames.marks, frames.windows, frames.phases, frames.happened, frames.figures,
    frames.claims, frames.hypotheses, story.timeline, story.pivots, story.cues, story.injects, story.decisions,
    story.factors, story.teaching,
]  # fmt: skip
FULL: list[Lines] = [
    pair(), declare(evidence=["query:impact"]), query("03:00", "impact"), freeze(), card("07:00"), ready("08:00"),
    decide("09:00"), act("09:30", "flag", decision="decision:1"), snapshot("10:00"), verify("20:00"),
    say("11:00", "triage", acts.StateHypothesis(cause="key", probability=0.7)), update("12:00", impact=figure(900)),
    query("25:00", "rerun", executor="verification"), closure("50:00", "no rerun"),
]  # fmt: skip


def view(*groups: Lines, **more: Any) -> RecordView:
    return RecordView(drill(*groups, **more), book())


def rows(table: pd.DataFrame, *columns: str) -> list[Any]:
    """Return a table's rows as tuples of these columns, or as plain values of one."""
    if len(columns) == 1:
        return list(table[columns[0]])
    return [tuple(row) for row in table[list(columns)].itertuples(index=False)]


@pytest.mark.parametrize("table", TABLES, ids=lambda x: x.__name__)
@pytest.mark.parametrize("lines", [[], FULL], ids=["nothing happened", "much happened"])
def test_a_table_has_its_declared_columns_whatever_happened(
    table: frames.Table[[RecordView]], lines: list[Lines]
) -> None:
    made = table(view(*lines))
    assert list(made.columns) == list(table.columns)
    assert {name: str(kind) for name, kind in made.dtypes.items()} == dict(table.columns)


def test_a_record_without_any_entry_gives_empty_tables() -> None:
    journal = Journal(Header(scenario="fixture", seed=1, scenario_version="1", engine="1"))
    empty = RecordView(frames.record_of(journal, SCENARIO), book())
    assert all(table(empty) is not None for table in TABLES)
    assert frames.harm(empty).empty
    assert story.timeline(empty).empty


def test_a_record_whose_references_are_not_made_has_only_its_own_course() -> None:
    journal = drill(*FULL).journal
    own = RecordView(frames.record_of(journal, SCENARIO), book())
    assert set(frames.harm(own)["course"]) == {YOURS}


def test_references_that_cannot_be_read_are_an_error_in_words() -> None:
    journal = drill().journal
    journal.references = {"null": 3}
    with pytest.raises(JournalError, match="references cannot be read"):
        frames.record_of(journal, SCENARIO)


# --- harm ------------------------------------------------------------------------------------------------


def test_harm_holds_the_samples_and_the_reference_runs_minute_by_minute() -> None:
    lost, saved = {"minutes": (0, 10, 30)}, {"minutes": (0, 5, 6)}
    null = Course(name="nothing", harm={"minutes": 900}, loss=0.9, series=lost, losses=(0, 0.01, 0.03))
    best = Course(name="flag", harm={"minutes": 90}, loss=0.09, series=saved, losses=(0, 0.005, 0.006))
    table = frames.harm(view(world=truth(harm=600), refs=References(null=null, best=best)))

    def course(name: str, dimension: str) -> list[float]:
        return rows(table[(table["course"] == name) & (table["dimension"] == dimension)], "value")

    assert course(NULL, "minutes") == [0, 10, 30]
    assert course(BEST, LOSS) == [0, 0.005, 0.006]
    assert course(YOURS, "minutes")[:3] == [0, 10, 20]
    assert course(YOURS, LOSS)[-1] == pytest.approx(600 / 1000)
    assert len(course(YOURS, LOSS)) == 61


def test_what_happened_before_the_first_page_is_no_harm() -> None:
    early = event("-10:00", e.TruthSampled(harm={"minutes": 5}, outside={"web": 0.2}, facts={}, figures={}))
    assert frames.harm(view(early))["minute"].min() == 0
    assert frames.affected(view(early))["minute"].min() == 0


def test_segments_are_shown_in_percent() -> None:
    table = frames.affected(view(world=truth("10:00")))
    web = table[table["segment"] == "web"]
    assert rows(web, "minute", "share")[8:12] == [(8, 30.0), (9, 30.0), (10, 0.0), (11, 0.0)]


def test_marks_stand_where_people_decided_and_acted() -> None:
    found = frames.marks(view(declare("04:00"), decide("09:00"), act("10:00", "flag", takes=30, over=30)))
    assert rows(found, "minute", "kind", "label") == [
        (4.0, "decision", "Declared SEV-1"),
        (9.0, "decision", "Decision 1: continue mitigation"),
        (10.0, "action", "flag"),
        (11.0, "effect", "In effect: flag"),
    ]


# --- plan and what happened ------------------------------------------------------------------------------


def test_windows_are_the_playbooks_unless_the_scenario_moves_them() -> None:
    overlay = SCENARIO.overlay.model_copy(update={"windows": {"B3a": (40.0, 50.0)}})
    moved = frames.windows(view(of=SCENARIO.model_copy(update={"overlay": overlay}))).set_index("id")
    assert tuple(moved.loc["B3a", ["full", "none"]]) == (40.0, 50.0)
    assert tuple(moved.loc["B1a", ["full", "none"]]) == (10.0, 20.0)
    assert "B3b" not in moved.index  # no window, no row


def test_phases_run_from_deadline_to_deadline() -> None:
    assert rows(frames.phases(view()), "since", "until") == [(0, 10), (10, 20), (20, 35), (35, 50), (50, 60)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (declare("04:00"), [("B1a", 4.0, False)]),
        (declare("14:00"), [("B1a", 14.0, True)]),
        ([*declare("04:00"), *declare("14:00", "SEV-2")], [("B1a", 4.0, False), ("B1a", 14.0, False)]),
        (freeze("05:00", "auth"), []),  # only half of what has to be frozen
        (freeze("05:00"), [("B1b", 5.0, False)]),
        (act("40:00", "flag"), [("B3a", 40.0, True)]),
        (query("25:00", "rerun"), []),  # nothing had taken effect that it could verify
    ],
)
def test_what_happened_is_late_only_if_nothing_in_time_came_before(
    lines: Lines, expected: list[tuple[str, float, bool]]
) -> None:
    assert rows(frames.happened(view(lines)), "id", "since", "late") == expected


def test_what_lasts_ends_with_the_drill_at_the_latest() -> None:
    frozen = frames.happened(view(freeze("05:00"), ended="30:00"))
    assert rows(frozen, "since", "until") == [(5.0, 30.0)]


# --- said against true -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "holds"), [(figure(1150), True), (figure(1300), False), (figure(800, 1500), True), (figure(10, 90), False)]
)
def test_a_stated_figure_stands_beside_the_true_one(said: values.Figure, holds: bool) -> None:
    found = frames.figures(view(update("12:00", impact=said), world=truth(locked=1000.0)))
    assert rows(found, "where", "true", "holds") == [("update_stakeholders", 1000.0, holds)]
    assert rows(found, "low", "high") == [(said.low, said.low if said.high is None else said.high)]


def test_a_forecast_is_not_held_against_the_present() -> None:
    import pandas as pd

    (row,) = each(frames.figures(view(snapshot("10:00", figure(99_000)))))
    assert math.isnan(row.true)
    assert row.holds is pd.NA


def test_a_figure_nobody_can_check_is_left_open() -> None:
    import pandas as pd

    (row,) = each(frames.figures(view(update("12:00", impact=figure(name="nobody_knows")))))
    assert row.holds is pd.NA


@pytest.mark.parametrize(
    ("lines", "about", "holds"),
    [
        (declare(severity="SEV-1"), "severity", True),
        (declare(severity="SEV-3"), "severity", False),
        (update("12:00", "recovered"), "status", False),
        (update("40:00", "recovered"), "status", True),
        (say("12:00", "commander", acts.ClaimRecovery(claim="recovered")), "recovery", False),
        (say("12:00", "commander", acts.ClaimRecovery(claim="contained")), "recovery", False),
        ([*act("05:00", "flag"), *say("12:00", "commander", acts.ClaimRecovery(claim="contained"))], "recovery", True),
        (closure("50:00", "no rerun"), "closure", False),
        (closure("50:00"), "closure", True),
    ],
)
def test_a_claim_stands_beside_what_was_so(lines: Lines, about: str, holds: bool) -> None:
    found = frames.claims(view(lines, world=truth("30:00")))
    assert rows(found, "about", "holds") == [(about, holds)]


def test_a_claim_says_which_segments_were_outside() -> None:
    (row,) = each(frames.claims(view(update("12:00", "recovered"), world=truth(only=["mobile"]))))
    assert row.true == "outside tolerance: Mobile"


def test_hypotheses_know_which_cause_is_true() -> None:
    stated = [
        *say("05:00", "triage", acts.StateHypothesis(cause="attack", probability=0.6)),
        *say("08:00", "triage", acts.StateHypothesis(cause="key", probability=0.9)),
    ]
    found = frames.hypotheses(view(stated))
    assert rows(found, "minute", "probability", "true") == [(5.0, 60.0, False), (8.0, 90.0, True)]


# --- the score -------------------------------------------------------------------------------------------


def test_a_published_card_becomes_findings_with_titles_and_advice() -> None:
    card_data = score(drill(*FULL, refs=references()), book()).as_data()
    table = frames.findings(card_data, book()).set_index("id")
    assert table.loc["B1a", "title"] == "Severity hypothesis confirmed"
    assert table.loc["G4", "advice"] == "Ask for closure once, when every condition holds."
    assert frames.parts(card_data, book())["points"].sum() == pytest.approx(table["points"].sum())
    lost = frames.sort_findings(frames.findings(card_data, book()))["gap"]
    assert list(lost) == sorted(lost, reverse=True)


def test_a_card_of_another_playbook_still_shows() -> None:
    foreign = {
        "parts": [
            {
                "id": "x",
                "points": 1,
                "out_of": 2,
                "criteria": [
                    {
                        "id": "X1",
                        "status": "partial",
                        "points": 1,
                        "out_of": 2,
                        "why": "w",
                        "evidence": [1],
                        "source": "s",
                    }
                ],
            }
        ]
    }
    (row,) = each(frames.findings(foreign, book()))
    assert (row.title, row.part_title, row.gap, row.owners) == ("X1", "x", 1.0, ())


def test_moments_that_the_record_does_not_have_are_left_out() -> None:
    journal = drill().journal
    assert frames.known((0, 1, len(journal.entries), len(journal.entries) + 1), journal) == (1, len(journal.entries))


# --- two lanes -------------------------------------------------------------------------------------------


def test_the_world_and_the_team_have_a_lane_each() -> None:
    found = story.timeline(view(declare("04:00"), act("10:00", "flag")))
    lanes = dict(rows(found, "kind", "lane"))
    assert lanes["fault_started"] == lanes["mitigation_took_effect"] == lanes["truth_sampled"] == "world"
    assert lanes["declare"] == lanes["action_started"] == "team"


def test_the_state_of_the_world_is_told_every_ten_minutes() -> None:
    found = story.timeline(view())
    told = found[(found["kind"] == "truth_sampled") & ~found["minor"]]
    assert rows(told, "at") == [600 * i for i in range(7)]


def test_a_refused_command_shows_by_its_refusal() -> None:
    journal = drill(declare("04:00")).journal
    declared = next(x.seq for x in journal if isinstance(x.body, acts.Declare))
    journal.append(3601, "engine", e.CommandRefused(command=declared, code="rights", reason="no"))
    found = story.timeline(RecordView(DrillRecord(journal, SCENARIO, references()), book()))
    assert "declare" not in set(found["kind"])
    assert "command_refused" in set(found["kind"])


def test_stops_are_few_and_in_order_and_name_the_false_claim() -> None:
    page = event("00:00", e.AlertFired(alert="a", severity="critical", summary="s", value=1, page="commander"))
    groups = [page, *FULL, update("14:00", "recovered"), *(decide(f"{m}:00") for m in range(20, 32))]
    found = story.pivots(view(*groups))
    assert len(found) == 8
    assert list(found["at"]) == sorted(found["at"])
    assert rows(found, "what")[0] == "The first page"
    assert any(what.startswith("Said: recovered") for what in found["what"])
