"""Tables of `analytics.report.trends` as charts: each with its table, its unit and a title that says what it shows.

What a colour says, a sign, a shape or a word says too. Grounds are clear, so one figure serves dark and light.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics.about import TURNS
from analytics.report import trends
from analytics.report.charts.spec import Charted, cut
from analytics.report.palette import ALERT, FAINT, HAIR, NOBODY, TEAM
from analytics.report.tables import each
from analytics.report.trends import ENOUGH, STRETCH, Names
from analytics.scorecard import counted, listed
from simulator.record.result import DrillResult

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

STATUS = {"not_applicable": (0, "–"), "met": (1, "✓"), "partial": (2, "◐"), "missed": (3, "✗"),
          "not_observed": (3, "✗")}  # fmt: skip
"""Status -> its colour's place, and its sign."""
SHADES = ("#8d97a3", "#2b7bb5", "#e8b14f", "#c9521b")
"""Colours of those places: opaque, so that plotly picks letters that stand out from them in both themes."""
FEW_MANY = ("rgba(128,138,150,0.08)", "#a9cfe8", "#2b7bb5")
"""Colours of none, of one and of most drills."""
ROWS = 30
"""Drills of a heat map, people of a matrix."""
NEVER = "did not come"
EARLY = " (ended early)"


def _figure(height: int) -> go.Figure:
    import plotly.graph_objects as go

    return _plain(go.Figure(), height)


def _plain(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height, margin={"l": 8, "r": 12, "t": 26, "b": 8}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", hoverlabel={"align": "left"},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "title": None},
    )  # fmt: skip
    return figure


def criteria_map(results: Sequence[DrillResult], names: Names) -> Charted:
    """Return drills × criteria of one playbook, the newest drill on top."""
    shown = trends.oldest_first(results)[-ROWS:]
    frame = trends.criteria(shown)
    ids = list(dict.fromkeys(frame["criterion"]))
    labels = {one.drill: f"{trends.when(one.ended):%-d %b %y} {cut(one.title, 16)}{EARLY * (one.until is not None)}"
              for one in shown}  # fmt: skip
    by_drill = {drill: rows.set_index("criterion") for drill, rows in frame.groupby("drill")}
    z, signs, hover = [], [], []
    for one in shown:
        rows = by_drill.get(one.drill)
        found = [str(rows.at[ident, "status"]) if rows is not None and ident in rows.index else "" for ident in ids]
        z.append([STATUS[status][0] if status else None for status in found])
        signs.append([STATUS[status][1] if status else "" for status in found])
        hover.append([f"{cut(names.get(ident, ident), 70)}: {status.replace('_', ' ') or 'not judged'}"
                      for ident, status in zip(ids, found, strict=True)])  # fmt: skip
    figure = _figure(62 + 23 * len(shown))
    # Rows go by number: two drills of one day may have the same label.
    figure.add_heatmap(
        x=ids, y=list(range(len(shown))), z=z, text=signs, customdata=hover, texttemplate="%{text}", showscale=False,
        zmin=0, zmax=4, xgap=1, ygap=1, hovertemplate="%{customdata}<extra></extra>",
        colorscale=[[(n + step) / 4, colour] for n, colour in enumerate(SHADES) for step in (0, 1)],
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=list(labels.values()), showgrid=False, tickfont={"size": 11},
        fixedrange=True,
    )
    # A finger that drags it moves the page: on a narrow screen it is wider than that.
    figure.update_xaxes(side="top", tickangle=-90, showgrid=False, tickfont={"size": 11}, dtick=1, fixedrange=True)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 50, "b": 8})
    worst = trends.gaps(shown, names).head(1)
    title = f"{counted(len(shown), 'drill')} by criterion"
    for row in each(worst):
        title = f"{row.criterion} ({row.title}) leaves most: not fully met in {row.gaps} of {row.of} drills"
    return Charted("criteria", title, frame, figure, "share of each criterion's points (0 to 1)", "")


WAYS = {"rises": "rise", "falls": "fall", "level": "show no clear course"}


def parts_course(results: Sequence[DrillResult], names: Names, edited: Sequence[int] = ()) -> Charted:
    """Return what was earned of each part over the drills of one group, with median and quartiles of five drills.

    `edited` are the numbers of the drills before which the scenario was edited, from 1: the line goes on, and what is
    said of a course is said of the drills since.
    """
    from plotly.subplots import make_subplots

    frame = trends.parts(results, names)
    groups = list(frame.groupby("part", sort=False))
    figure = make_subplots(
        rows=max(1, len(groups)), cols=1, shared_xaxes=True, vertical_spacing=0.055 if len(groups) > 1 else 0,
        subplot_titles=[cut(rows["title"].iloc[0], 40) for _, rows in groups],
    )
    for row, (_, line) in enumerate(groups, 1):
        settled = line[line["median"].notna()]
        figure.add_scatter(x=settled["number"], y=settled["last_quarter"], mode="lines", line={"width": 0},
                           hoverinfo="skip", showlegend=False, row=row, col=1)  # fmt: skip
        figure.add_scatter(x=settled["number"], y=settled["first_quarter"], mode="lines", line={"width": 0},
                           fill="tonexty", fillcolor="rgba(60,135,240,0.28)", hoverinfo="skip",
                           name=f"middle half of {STRETCH} drills",
                           showlegend=row == 1, row=row, col=1)  # fmt: skip
        figure.add_scatter(x=settled["number"], y=settled["median"], mode="lines", name=f"median of {STRETCH} drills",
                           line={"color": TEAM, "width": 2}, hovertemplate="median %{y:.0f} %<extra></extra>",
                           showlegend=row == 1, row=row, col=1)  # fmt: skip
        above, below = line["high"] - line["percent"], line["percent"] - line["low"]
        bars = {"type": "data", "array": above.fillna(0), "arrayminus": below.fillna(0), "thickness": 1.2, "width": 0,
                "color": HAIR}  # fmt: skip
        figure.add_scatter(
            x=line["number"], y=line["percent"], mode="markers", name="one drill, bar: other seeds", cliponaxis=False,
            marker={"size": 7, "color": ALERT, "line": {"width": 1},
                    "symbol": ["circle-open" if early else "circle" for early in line["early"]]}, error_y=bars,
            text=[f"{at:%-d %b %Y}{EARLY * early}" for at, early in zip(line["ended"], line["early"], strict=True)],
            hovertemplate="%{text}: %{y:.0f} %<extra></extra>", showlegend=row == 1, row=row, col=1,
        )  # fmt: skip
    _plain(figure, 110 + 118 * max(1, len(groups)))
    figure.update_annotations(x=0, xanchor="left", font={"size": 12})
    figure.update_yaxes(range=[-5, 108], dtick=50, ticksuffix=" %", zeroline=False)
    figure.update_xaxes(zeroline=False, showgrid=False)
    most = max((int(rows["number"].max()) for _, rows in groups), default=1)
    # A drill has a whole number; of few, each has its tick.
    ticks = {"range": [0.5, most + 0.5], "dtick": 1} if most < ENOUGH else {}
    figure.update_xaxes(title="drill, oldest first", row=max(1, len(groups)), col=1)
    figure.update_xaxes(**ticks)
    for number in edited:
        figure.add_vline(x=number - 0.5, line={"width": 1.5, "dash": "dot", "color": HAIR})
    figure.update_layout(margin={"t": 92}, legend={"y": 1.0, "yref": "container", "yanchor": "top"})
    title = _course_title(groups, max(edited, default=1))
    return Charted("course", title, frame, figure, "percent of what could be earned", "")


def _course_title(groups: Sequence[tuple[object, pd.DataFrame]], since: int) -> str:
    """Return what the drills from a number on show: those before were of an earlier edition."""
    if not groups:
        return "No drill of this kind has been scored"
    whole = {number for _, rows in groups for number in rows[~rows["early"]]["number"] if number >= since}
    number = len(whole)
    edited = " since it was edited" if since > 1 else ""
    if number < ENOUGH:
        return f"Too few drills for a course{edited}: {number} of {ENOUGH}; each is shown by itself"
    said: dict[str, list[str]] = {}
    for _, rows in groups:
        way = trends.course(list(rows[(rows["number"] >= since) & ~rows["early"]]["percent"]))
        said.setdefault(way, []).append(str(rows["title"].iloc[0]))
    moved = [f"{listed(said[way])} {WAYS[way]}{edited}" for way in ("rises", "falls") if way in said]
    return "; ".join(moved) if moved else f"No part shows a clear course over {number} drills{edited}"


def times_strip(
    results: Sequence[DrillResult], beside: Mapping[str, float] | None = None, called: str = "", *, paged: bool = True
) -> Charted:
    """Return when each turning point came in each drill of one group, and beside them those of real responders.

    Where no page of theirs is known (not `paged`) theirs count from the first line of their timeline: that is said, and
    nothing is compared.
    """
    frame = trends.times(results, beside)
    rows = {turn: place for place, turn in enumerate(TURNS)}
    newest = int(frame["number"].max()) if len(frame) else 0
    came = frame[frame["minute"].notna()]
    figure = _figure(90 + 46 * len(rows))
    kinds = (
        ("earlier drills", came[(came["who"] == trends.DRILL) & (came["number"] < newest)],
         {"symbol": "circle-open", "size": 9, "color": TEAM}),
        ("the newest drill", came[(came["who"] == trends.DRILL) & (came["number"] == newest)],
         {"symbol": "diamond", "size": 12, "color": ALERT, "line": {"width": 1}}),
        (cut(called, 40) or "real responders", came[came["who"] == trends.REAL],
         {"symbol": "star", "size": 14, "color": NOBODY, "line": {"width": 1}}),
    )  # fmt: skip
    for name, some, marker in kinds:
        if len(some):
            figure.add_scatter(
                x=some["minute"], y=[rows[turn] for turn in some["turn"]], mode="markers", name=name, marker=marker,
                cliponaxis=False, text=[_day(at) for at in some["ended"]],
                hovertemplate="%{text}T+%{x:.1f} min<extra></extra>",
            )  # fmt: skip
    over = trends.times_over(results)
    for row in each(over):
        if not math.isnan(row.median):
            figure.add_shape(type="line", x0=row.median, x1=row.median, y0=rows[row.turn] - 0.28,
                             y1=rows[row.turn] + 0.28, line={"width": 3, "color": HAIR})  # fmt: skip
    # A row without a mark says why; in some scenarios nothing pages, so that there is nothing to acknowledge.
    seen = set(came["turn"])
    names = [words if turn in seen else f"{words}: in none" for turn, words in TURNS.items()]
    figure.update_yaxes(tickvals=list(rows.values()), ticktext=names, range=[len(rows) - 0.5, -0.5],
                        showgrid=False, zeroline=False)  # fmt: skip
    zero, title = "minutes after the first page", _times_title(over, beside if paged else None, came)
    if beside and not paged:
        zero += "; of the real incident, after its first line"
        title = "Which line of the real incident is its page is not known, so its minutes are not compared"
        frame = frame.assign(who=frame["who"].replace(trends.REAL, trends.UNPAGED))
    figure.update_xaxes(title=zero, rangemode="tozero", zeroline=False)
    return Charted("times", title, frame, figure, zero, "")


def _day(at: Any) -> str:
    import pandas as pd

    return "" if pd.isna(at) else f"{at:%-d %b %Y}: "


def _times_title(over: pd.DataFrame, beside: Mapping[str, float] | None, came: pd.DataFrame) -> str:
    drills = int(over["of"].max()) if len(over) else 0
    if beside and drills:
        # Of few drills there is no median: the newest speaks for itself.
        mine = came[(came["who"] == trends.DRILL) & (came["number"] == came["number"].max())]
        newest = dict(zip(mine["turn"], mine["minute"], strict=True))
        ours = dict(zip(over["turn"], over["median"], strict=True)) if drills >= ENOUGH else newest
        slow = [(turn, ours[turn] - minute) for turn, minute in beside.items() if ours.get(turn, math.nan) > 0]
        whose = "the median of your drills" if drills >= ENOUGH else "your newest drill"
        if slow:
            turn, apart = max(slow, key=lambda pair: abs(pair[1]))
            way = "later" if apart > 0 else "earlier"
            return f"{TURNS[turn]}: {whose} is {abs(apart):.0f} min {way} than the real responders"
    # One that never came in any of them is seldom a finding: some drills have no page, and nothing to acknowledge.
    missing = over[(over["came"] < over["of"]) & (over["came"] > 0)].sort_values("came").head(1)
    for row in each(missing):
        return f"{TURNS[row.turn]} {NEVER} in {row.of - row.came} of {counted(row.of, 'drill')}"
    if not drills:
        return "Every drill of this kind was ended early" if len(came) else "No drill of this kind has been scored"
    few = f"; no median over {counted(drills, 'drill')}" if drills < ENOUGH else ""
    none = [TURNS[row.turn] for row in each(over[over["came"] == 0])]
    if len(none) == len(over):
        return f"No turning point came in {'any of ' if drills > 1 else ''}{counted(drills, 'drill')}"
    every = f"Every turning point but {listed(none)}" if none else "Every turning point"
    return f"{every} came in {'each of ' if drills > 1 else ''}{counted(drills, 'drill')}{few}"


def coverage_map(results: Sequence[DrillResult]) -> Charted:
    """Return who has held which role in how many drills, for the team to see who has yet to try what."""
    frame = trends.coverage(results)
    people = list(dict.fromkeys(frame["name"]))[:ROWS]
    roles = list(dict.fromkeys(frame.sort_values("role")["title"]))
    counts: Counter[tuple[str, str]] = Counter()
    for row in each(frame):
        counts[row.name, row.title] += row.drills
    z = [[counts[name, role] for role in roles] for name in people]
    figure = _figure(110 + 26 * max(len(people), 2))
    figure.add_heatmap(
        x=[cut(role, 22) for role in roles], y=[cut(name, 24) for name in people], z=z, xgap=2, ygap=2,
        text=[[str(n) if n else "·" for n in row] for row in z], texttemplate="%{text}", showscale=False,
        zmin=0, zmax=max([1, *(n for row in z for n in row)]), hovertemplate="%{y}, %{x}: %{z} drills<extra></extra>",
        colorscale=[[place, colour] for place, colour in zip((0, 0.005, 1), FEW_MANY, strict=True)],
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(side="top", tickangle=-40, showgrid=False)
    figure.update_layout(margin={"t": 90})
    held = {role: sum(1 for name in people if counts[name, role]) for role in roles}
    alone = [role for role in roles if held[role] == 1]
    title = f"{counted(len(people), 'person')} in {counted(len(roles), 'role')}".replace("persons", "people")
    if alone and len(people) > 1:
        title = f"Only one person has ever held: {listed(role.partition(' (')[0] for role in alone)}"
    return Charted("roles", title, frame, figure, "drills in which somebody held the role", "")


def gaps_bars(results: Sequence[DrillResult], names: Names, most: int = 12) -> Charted:
    """Return the criteria that leave most, as the share lost, with how often."""
    frame = trends.gaps(results, names)
    shown = frame.head(most)
    figure = _figure(60 + 46 * max(1, len(shown)))
    labels = [f"{row.criterion}  {cut(row.title, 60)}" for row in each(shown)]
    figure.add_bar(
        y=list(range(len(shown))), x=100 * shown["lost"], orientation="h", marker={"color": ALERT}, cliponaxis=False,
        text=[f"{row.gaps} of {row.of}" for row in each(shown)], textposition="outside",
        customdata=labels, hovertemplate="%{customdata}: %{x:.0f} % of its points lost, in %{text}<extra></extra>",
    )  # fmt: skip
    # Names stand above their bars, so that a narrow screen has its whole width for them.
    for place, label in enumerate(labels):
        figure.add_annotation(x=0, y=place - 0.45, text=label, showarrow=False, xanchor="left", yanchor="middle")
    figure.update_yaxes(range=[len(shown) - 0.6, -0.8], visible=False)
    most_lost = 100 * float(shown["lost"].max()) if len(shown) else 100.0
    # Room for the words behind the longest bar, and no share beyond all of it.
    figure.update_xaxes(range=[0, 1.3 * most_lost], tickvals=list(range(0, 101, 20)), zeroline=False,
                        title="share of its points lost, %")  # fmt: skip
    figure.update_layout(showlegend=False, bargap=0.62)
    recurring = [row for row in each(frame) if row.gaps >= trends.RECURS and 2 * row.gaps >= row.of]
    title = f"No gap recurs in {counted(len(results), 'drill')}"
    if recurring:
        first = recurring[0]
        n = f"{len(recurring)} gaps recur" if len(recurring) > 1 else "One gap recurs"
        title = f"{n}; most is lost on {first.criterion} ({first.title}), {100 * first.lost:.0f} % of its points"
    return Charted("gaps", title, frame, figure, "percent of the criterion's points, and drills", "")


def calibration_chart(results: Sequence[DrillResult]) -> Charted:
    """Return how often causes were true that people said to be so sure of, with the uncertainty of that share."""
    frame = trends.calibration(results)
    figure = _figure(360)
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", name="as sure as right", hoverinfo="skip",
                       line={"dash": "dash", "width": 1.5, "color": HAIR})  # fmt: skip
    figure.add_scatter(
        x=frame["said"], y=frame["came"], mode="markers+text", name="your team", text=[f"n={n}" for n in frame["n"]],
        textposition="bottom right", cliponaxis=False, marker={"size": 11, "color": TEAM, "line": {"width": 1}},
        error_y={"type": "data", "array": frame["high"] - frame["came"], "arrayminus": frame["came"] - frame["low"],
                 "thickness": 1.5, "width": 5, "color": TEAM},
        hovertemplate="said %{x:.0f} %, true %{y:.0f} %<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title="how sure people said they were, %", range=[-4, 104], zeroline=False)
    figure.update_yaxes(title="how often the cause was true, %", range=[-4, 104], zeroline=False)
    return Charted("calibration", _calibration_title(frame, results), frame, figure, "percent", "")


def _calibration_title(frame: pd.DataFrame, results: Sequence[DrillResult]) -> str:
    score, n = trends.brier(results)
    if not n:
        return "Nobody has said how sure they were of a cause"
    off = [row for row in each(frame) if not row.low <= row.said <= row.high]
    about = f"{counted(n, 'forecast')}, Brier score {score:.2f} (always saying 50 % gets 0.25)"
    if not off:
        return f"As sure as right, as far as can be told: {about}"
    worst = max(off, key=lambda row: abs(row.said - row.came))
    way = "Too sure" if worst.said > worst.came else "Not sure enough"
    return f"{way}: of what was called {worst.said:.0f} % likely, {worst.came:.0f} % was true; {about}"


def across_teams(newest: Sequence[DrillResult], yours: DrillResult | None) -> Charted | None:
    """Return turning points of several teams as their middle, with yours on it; None for fewer than five teams."""
    frame = trends.across(newest, yours)
    if frame.empty:
        return None
    rows = {row.turn: place for place, row in enumerate(each(frame))}
    figure = _figure(90 + 46 * len(rows))
    wide = frame[frame["first_quarter"].notna()]
    for row in each(wide):
        figure.add_shape(type="rect", x0=row.first_quarter, x1=row.last_quarter, y0=rows[row.turn] - 0.24,
                         y1=rows[row.turn] + 0.24, fillcolor=FAINT, line={"width": 1, "color": HAIR})  # fmt: skip
    figure.add_scatter(
        x=frame["median"], y=[rows[turn] for turn in frame["turn"]], mode="markers", name="middle of the teams",
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": TEAM}}, text=frame["teams"],
        hovertemplate="T+%{x:.1f} min, %{text} teams<extra></extra>",
    )  # fmt: skip
    own = frame[frame["yours"].notna()]
    if len(own):
        figure.add_scatter(
            x=own["yours"], y=[rows[turn] for turn in own["turn"]], mode="markers", name="your newest drill",
            marker={"symbol": "diamond", "size": 12, "color": ALERT, "line": {"width": 1}},
            hovertemplate="T+%{x:.1f} min<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(tickvals=list(rows.values()), ticktext=[TURNS[turn] for turn in rows],
                        range=[len(rows) - 0.5, -0.5], showgrid=False, zeroline=False)  # fmt: skip
    figure.update_xaxes(title="minutes after the first page", rangemode="tozero", zeroline=False)
    title = _across_title(frame, len({one.team for one in newest}))
    return Charted("teams", title, frame, figure, "minutes after the first page", "")


def _across_title(frame: pd.DataFrame, teams: int) -> str:
    # Each turning point has teams of its own, those that came to it, and of too few there is nothing to lie behind.
    compared = frame[frame["yours"].notna() & frame["first_quarter"].notna()]
    behind = compared[compared["yours"] > compared["last_quarter"]]
    if len(behind):
        return f"Later than three quarters of the teams: {_of_teams(behind)}"
    if compared.empty:
        shown = "bars hold the middle half of them" if frame["first_quarter"].notna().any() else "their middle"
        return f"{teams} teams in the same drill; {shown}"
    where = "Your newest drill is in or before the middle half of the teams"
    return f"{where} throughout" if len(compared) == len(frame) else f"{where}: {_of_teams(compared)}"


def _of_teams(rows: pd.DataFrame) -> str:
    return listed(f"{TURNS[row.turn].lower()} (of {row.teams})" for row in each(rows))
