"""Charts of people at work together: who held what, tasks, who was told when, who took part, what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.report import story, team
from analytics.report.charts.spec import (
    Drawing,
    Reviewed,
    above,
    at_minute,
    chart,
    cut,
    figure,
    marks,
    numbered,
    of_view,
    plain_titles,
    rows_axis,
    spans,
    time_axis,
    told,
)
from analytics.report.palette import ALERT, BEST, DECIDED, HAIR, NOBODY, OTHER, PALETTE, QUIET, TEAM
from analytics.report.tables import each
from analytics.scorecard import counted
from simulator.responses import GOOD

if TYPE_CHECKING:
    import pandas as pd


def _end(drill: Reviewed, *columns: pd.Series[float]) -> float:
    """Return the minute at which a chart of people ends."""
    return max([10.0, drill.view.left / 60, *(value for column in columns for value in column.dropna())])


@chart(
    "holders", "Lanes and handoffs", of_view(team.holdings), section="team",
    empty="Nobody took a post or a lane, and nothing was handed over.",
    note="Bars: who held it. Lines between marks: a handoff, from its offer to its acceptance.",
)
def holders(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw who held each post and lane, and the handoffs."""
    rows = list(dict.fromkeys(frame["what"]))
    held, handed = frame[frame["kind"] == team.HELD], frame[frame["kind"] == team.HANDOFF]
    traces = []
    for number, (who, short) in enumerate(plain_titles(held["who"].unique()).items()):
        own, again = held[held["who"] == who], number >= len(PALETTE)
        # More seats than colours: hatching tells apart what has one of them again.
        colour, hatched = PALETTE[number % len(PALETTE)], "/" if again else ""
        traces.append(spans(
            cut(short, 30), colour, own["minute"], own["until"], map(rows.index, own["what"]), own["label"],
            opacity=0.75, marker={"color": colour, "line": {"width": 0}, "pattern": {"shape": hatched}},
        ))  # fmt: skip
    taken, open_ = handed[handed["until"].notna()], handed[handed["until"].isna()]
    traces += [
        # A rim, because the mark lies on a bar that may have its colour.
        marks("handed over, accepted", "star", DECIDED, taken, map(rows.index, taken["what"]), taken["label"],
              marker={"symbol": "star", "size": 13, "color": DECIDED, "line": {"width": 1.5, "color": "#ffffff"}}),
        marks("never accepted", "x", ALERT, open_, map(rows.index, open_["what"]), open_["label"]),
    ]
    waits = [
        {"type": "line", "x0": one.minute, "x1": one.until, "y0": rows.index(one.what), "y1": rows.index(one.what),
         "line": {"width": 3, "color": HAIR}}
        for one in each(taken)
    ]  # fmt: skip
    title = f"{len(rows)} posts and lanes held" if len(rows) != 1 else f"Only {rows[0]} was held"
    title += f"; {len(taken)} of {len(handed)} handoffs accepted" if len(handed) else "; nothing was handed over"
    return Drawing(title, figure(
        max(220, 40 * len(rows) + 120), [one for one in traces if one["x"]], barmode="overlay", shapes=waits,
        xaxis=time_axis(_end(drill, frame["until"])), yaxis=rows_axis(name.capitalize() for name in rows),
        showlegend=True,
    ))  # fmt: skip


@chart(
    "tasks", "Tasks and their loops", of_view(team.tasks), section="team", empty="Nobody was given a task.",
    note="From the order to the report. Closed: acknowledged within two minutes and reported by the time it was due.",
)
def tasks(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw each task from its order to its report, with when it was acknowledged and due."""
    end, rows, who = _end(drill, frame["reported"]), numbered(frame), plain_titles(frame["owner"].unique())
    looks = {"closed": (BEST, "loop closed"), "late": (ALERT, "late"), "open": (NOBODY, "never reported")}
    traces = []
    for loop, (colour, words) in looks.items():
        own = frame["loop"] == loop
        ends = frame["reported"][own].fillna(end)
        labels = [f"{row.owner}: {row.text} ({words})" for row in each(frame[own])]
        traces.append(spans(words, colour, frame["minute"][own], ends, rows[own], labels, opacity=0.8, width=0.3))
    seen, due = frame["acknowledged"].notna(), frame["due"] <= end + 1
    traces += [
        marks("acknowledged", "line-ns-open", TEAM, frame[seen].assign(minute=frame["acknowledged"][seen]), rows[seen],
              frame["text"][seen]),
        marks("due", "diamond-open", OTHER, frame[due].assign(minute=frame["due"][due]), rows[due], frame["text"][due]),
    ]  # fmt: skip
    closed = int((frame["loop"] == "closed").sum())
    title = f"{closed} of {len(frame)} tasks closed the loop"
    left = int((frame["loop"] == "open").sum())
    title += f"; {left} never reported back" if left else ""
    return Drawing(title, figure(
        max(200, 40 * len(frame) + 110), [one for one in traces if one["x"]], barmode="overlay", xaxis=time_axis(end),
        yaxis={"range": [len(frame) - 0.4, -0.9], "visible": False, "fixedrange": True}, showlegend=True,
        annotations=above(zip(rows, (f"{who[row.owner]}: {row.text}" for row in each(frame)), strict=True)),
    ))  # fmt: skip


@chart(
    "cadence", "Updates against what was due", of_view(team.cadence), section="team",
    empty="Nothing was owed to anybody outside, and nobody was told anything.",
    note="Bars: silence beyond a due time, by what was promised and by the playbook's rhythm, until people left.",
)
def cadence(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw who was told when, when the next word was due, and each silence beyond that."""
    said, due = frame[frame["kind"] == team.UPDATE], frame[frame["kind"] == team.DUE]
    silent = frame[frame["kind"] == team.SILENCE]
    # What is owed to those outside and to executives runs side by side: each has a row.
    owed = [f"due: {whom}" for whom in dict.fromkeys(due["audience"])]
    rows = [*dict.fromkeys(said["audience"]), *owed]

    def row(frame: pd.DataFrame) -> list[int]:
        return [rows.index(f"due: {whom}") for whom in frame["audience"]]

    traces = [
        marks("told", "circle", TEAM, said, map(rows.index, said["audience"]), said["label"]),
        spans("silence beyond it", ALERT, silent["minute"], silent["until"], row(silent), silent["label"]),
        marks("due", "line-ns-open", OTHER, due, row(due), due["label"]),
    ]
    # Silences run side by side: of two audiences a sum would be no time that anybody waited.
    waited = (silent["until"] - silent["minute"]).groupby(silent["audience"], sort=False).sum()
    title = f"{len(due) - len(silent)} of {len(due)} updates by the time they were due"
    if silent.empty:
        title = f"Every update that was due was made in time ({len(due)})" if len(due) else "Nothing was ever due"
    else:
        who = ["outsiders" if whom == team.OUTSIDE else str(whom) for whom in waited.index]
        title += "".join(f"; {whom} waited {counted(round(minutes), 'minute')} beyond"
                         for whom, minutes in zip(who, waited, strict=True))  # fmt: skip
    return Drawing(title, figure(
        max(220, 44 * len(rows) + 110), [one for one in traces if one["x"]], barmode="overlay",
        xaxis=time_axis(_end(drill, frame["minute"], frame["until"])),
        yaxis=rows_axis(name.capitalize() for name in rows), showlegend=True,
    ))  # fmt: skip


@chart(
    "participation", "Who took part", of_view(team.participation), section="team", unit="times",
    empty="The scenario has no seats.",
    note="Seats in the scenario's order, simulated ones too. Concluded: causes, severities, options, decisions, "
         "checks and claims that were put on record. It tells where work lay, not who was good.",
)
def participation(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw how often each seat said, concluded, organised and carried something out."""
    titles = list(dict.fromkeys(frame["title"]))
    traces = [
        {"type": "bar", "orientation": "h", "name": part, "x": list(own["count"]), "y": map_to(titles, own["title"]),
         "marker": {"color": colour, "pattern": {"shape": pattern}},
         "hovertemplate": "%{x} times<extra>%{fullData.name}</extra>"}
        for part, colour, pattern in zip(team.PARTS, (TEAM, DECIDED, ALERT, BEST), ("", "/", ".", "x"), strict=True)
        for own in [frame[frame["part"] == part]]
    ]  # fmt: skip
    seats = {seat.title for seat in drill.view.scenario.seats()}
    busy = {title for title, count in frame.groupby("title")["count"].sum().items() if count}
    title = f"{len(busy & seats)} of {len(seats)} seats took part"
    more = len(busy - seats)
    own = {seat.id for seat in drill.view.scenario.seats()}
    people = any(x.is_act and x.role in own and not x.by.simulated and not isinstance(x.body, team.SITTING)
                 for x in drill.view.entries)  # fmt: skip
    title += f", and {more} specialist{'' if more == 1 else 's'}" if more else ""
    title += "" if people or not busy else "; simulated teammates did all of it"
    return Drawing(title, figure(
        max(220, 38 * len(titles) + 110), traces, barmode="stack", bargap=0.45, showlegend=True,
        xaxis={"title": "times", "rangemode": "tozero", "zeroline": False},
        yaxis=rows_axis(plain_titles(titles).values()),
    ))  # fmt: skip


def map_to(names: list[str], some: pd.Series[str]) -> list[int]:
    """Return the place of each of some names."""
    return [names.index(name) for name in some]


VERDICTS = {
    "on time": ("circle", BEST), "already done": ("diamond", BEST), "kept": ("square", BEST),
    "late": ("triangle-up", ALERT), "missed": ("x", NOBODY), "broken": ("x-open", NOBODY),
    "none expected": ("circle-open", OTHER),
}  # fmt: skip


@chart(
    "injects", "Injects, expected and actual", of_view(story.injects), section="known",
    empty="No inject was delivered.",
    note="From when it came to when it was answered. Kept: the right thing was to do nothing of the kind.",
)
def injects(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw each inject when it came, how it was answered, and when."""
    frame = frame.assign(minute=frame["at"] / 60)
    rows = numbered(frame)
    waited = frame["answered"] >= frame["minute"]  # what came before it is drawn at the inject
    traces = [spans("until answered", QUIET, frame["minute"][waited], frame["answered"][waited], rows[waited],
                    frame["expected"][waited], width=0.24)]  # fmt: skip
    for verdict, (symbol, colour) in VERDICTS.items():
        own = frame["verdict"] == verdict
        hover = (f"{row.persona}: {row.expected or row.text} ({verdict})" for row in each(frame[own]))
        traces.append(marks(verdict, symbol, colour, frame[own], rows[own], hover))
    names = [f"{row.persona}: {row.expected or row.text}" for row in each(frame)]
    wanted = frame[frame["verdict"] != "none expected"]
    right = int(wanted["verdict"].isin(GOOD).sum())
    late, missed = (int((wanted["verdict"] == verdict).sum()) for verdict in ("late", "missed"))
    title = f"{right} of {len(wanted)} injects got the response they called for in time"
    title += f"; {late} got it late" if late else ""
    title += f"; {missed} got none" if missed else ""
    if wanted.empty:
        title = "No inject called for a response"
    return Drawing(title, figure(
        max(240, 36 * len(frame) + 110), [one for one in traces if one["x"]], barmode="overlay", showlegend=True,
        xaxis=time_axis(_end(drill, frame["answered"], frame["minute"])),
        yaxis={"range": [len(frame) - 0.4, -0.8], "visible": False, "fixedrange": True},
        annotations=above(zip(rows, names, strict=True)),
    ), frame=frame[["minute", *frame.columns.drop(["at", "minute"])]])  # fmt: skip


@chart(
    "cues", "Who held which cue", of_view(story.cues), section="known",
    empty="This scenario gives no role knowledge of its own.",
    note="Bars: from when one role knew it to when all did, or to the end. Without a mark it mattered no more by then.",
)
def cues(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw how long each cue stayed with the one role that had it."""
    here = frame[frame["known"].notna()].reset_index(drop=True).assign(minute=lambda rows: rows["shared"])
    end, rows, who = _end(drill, here["shared"]), numbered(here), plain_titles(here["title"].unique())
    reached = here["shared"].notna()
    labels = [f"{row.title}: {row.text}" for row in each(here)]
    colours = [TEAM if shared else ALERT if row.how == "never" else QUIET
               for shared, row in zip(reached, each(here), strict=True)]  # fmt: skip
    bars = spans("kept by one role", QUIET, here["known"], here["shared"].fillna(end), rows, labels,
                 marker={"color": colours, "line": {"width": 0}}, width=0.3, showlegend=False)  # fmt: skip
    never = (~reached) & (here["how"] == "never")
    traces = [
        bars,
        marks("reached everybody", "circle", TEAM, here[reached], rows[reached], here["matters_for"][reached]),
        marks("never said", "x", ALERT, here[never].assign(minute=end), rows[never], here["matters_for"][never]),
    ]
    moot = int((here["how"] == "overtaken").sum())
    # As the process lines count them: of what mattered no more nobody had to be told.
    title = f"{int(reached.sum())} of {len(here) - moot} facts that one role held reached everybody"
    title += f"; {moot} more mattered no longer by then" if moot else ""
    waits = here[reached]
    if len(waits):
        longest = max(each(waits), key=lambda row: row.waited)
        title += f"; {longest.title} kept one for {told(longest.waited)} min, until {at_minute(longest.shared)}"
    return Drawing(title, figure(
        max(220, 40 * len(here) + 110), [one for one in traces if one["x"]], barmode="overlay", showlegend=True,
        xaxis=time_axis(end), yaxis={"range": [len(here) - 0.4, -0.9], "visible": False, "fixedrange": True},
        annotations=above(zip(rows, (f"{who[row.title]}: {row.matters_for}" for row in each(here)), strict=True)),
    ))  # fmt: skip
