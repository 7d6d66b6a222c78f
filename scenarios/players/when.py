"""What a step of a book waits for: a closed vocabulary, read off a briefing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal

from simulator import events as e
from simulator.briefing import Briefing
from simulator.scenario.conditions import holds
from simulator.scenario.data import SEVERAL, ActionId, Data, MetricId, QueryId, RoleId, Seconds
from simulator.values import Pick, Scalar

Injects = Annotated[tuple[Annotated[str, Pick("injects")], ...], SEVERAL]
Queries = Annotated[tuple[QueryId, ...], SEVERAL]


class When(Data):
    """What is waited for: every line that is given must hold."""

    recorded: Annotated[tuple[Annotated[str, Pick("evidence")], ...], SEVERAL] = ()
    """These are on the record: `decision:1`, `packet:2`, `query:ID`."""
    delivered: Injects = ()
    """This has been said."""
    asked: Injects = ()
    """Whoever asked this has been waiting for half a minute."""
    here: Annotated[tuple[RoleId, ...], SEVERAL] = ()
    """These are in the room."""
    away: Annotated[tuple[RoleId, ...], SEVERAL] = ()
    """These are not."""
    in_command: RoleId = ""
    """This seat holds command."""
    declared: Literal[True] = True
    """The incident is declared."""
    measured: Literal[True] = True
    """A verification has been measured."""
    green: Literal[True] = True
    """The last one measured found everything back within tolerance."""
    decided: Annotated[tuple[ActionId, ...], SEVERAL] = ()
    """Each is the matter of a decision."""
    done: Annotated[tuple[ActionId, ...], SEVERAL] = ()
    """These have been carried out."""
    since: dict[ActionId, Seconds] = {}
    """The last run of an action ended well, so long ago."""
    to_sign: ActionId = ""
    """A run of this action waits for signatures."""
    panel: dict[MetricId, Any] = {}
    """What the panel of a metric shows now, as a condition: `{below: 50}`."""
    found: dict[Annotated[str, Pick("findings")], Any] = {}
    """A finding of a query's newest output, as a condition: `{endpoints.reason: unknown_kid}`."""
    seen: Queries = ()
    """Each has given an output."""
    unseen: Queries = ()
    """None has."""
    seen_after: dict[QueryId, Seconds] = {}
    """It has given an output at that time of the drill or later."""
    failed: Queries = ()
    """The newest output of a check is a failure."""
    passed: Queries = ()
    """The newest output of a check is none."""
    either: tuple[When, ...] = ()
    """One of these holds."""

    def tests(self) -> list[Callable[[Briefing], bool]]:
        """Return a test for each line that is given, the cheap ones first."""
        return [partial(_TESTS[name], getattr(self, name)) for name in _TESTS if name in self.model_fields_set]


Conditions = Annotated[tuple[When, ...], SEVERAL]
"""One mapping, or several of which each must hold."""


def met(conditions: tuple[When, ...]) -> Callable[[Briefing], bool]:
    """Return what tells whether all of these hold."""
    tests = [test for when in conditions for test in when.tests()]
    return lambda b: all(test(b) for test in tests)


def decision_for(action: str, b: Briefing) -> str | None:
    """Return the newest decision to carry out an action, None if there is none."""
    given = reversed([*enumerate(b.incident.given("decision"), 1)])
    return next((f"decision:{n}" for n, x in given if action in getattr(x.body, "actions", ())), None)


def _since(actions: Mapping[str, int], b: Briefing) -> bool:
    runs = ((b.incident.last_run("action", action), seconds) for action, seconds in actions.items())
    return all(
        run is not None and run.state == "done" and run.finished is not None and b.now >= run.finished + seconds
        for run, seconds in runs
    )


def _done(actions: tuple[str, ...], b: Briefing) -> bool:
    carried_out = {r.ident for r in b.incident.runs.values() if r.what == "action" and r.state == "done"}
    return carried_out.issuperset(actions)


def _to_sign(action: str, b: Briefing) -> bool:
    run = b.incident.last_run("action", action)
    return run is not None and bool(run.waits_to_be_signed)


def _green(wanted: bool, b: Briefing) -> bool:
    last = b.incident.measured[-1].body if b.incident.measured else None
    return isinstance(last, e.VerificationMeasured) and last.green


def _found(wanted: Mapping[str, Any], b: Briefing) -> bool:
    return holds(wanted, {name: _finding(b, *name.split(".", 1)) for name in wanted})


def _finding(b: Briefing, query: str, name: str) -> Scalar | None:
    result = b.latest_result(query)
    return result.findings.get(name) if result else None


def _seen_after(queries: Mapping[str, int], b: Briefing) -> bool:
    given = [(x.at, x.body.query) for x in b.entries if isinstance(x.body, e.QueryFinished)]
    return all(any(at >= wanted and one == query for at, one in given) for query, wanted in queries.items())


def _ended(ok: bool, queries: tuple[str, ...], b: Briefing) -> bool:
    results = [b.latest_result(query) for query in queries]
    return all(result is not None and result.ok is ok for result in results)


_TESTS: dict[str, Callable[[Any, Briefing], bool]] = {
    "recorded": lambda refs, b: all(ref in b.incident.refs for ref in refs),
    "delivered": lambda injects, b: all(inject in b.incident.delivered for inject in injects),
    "asked": lambda injects, b: all(i in b.incident.asks and b.now >= b.incident.asks[i] + 30 for i in injects),
    "here": lambda roles, b: all(b.incident.present[b.catalogue.filling(role)] for role in roles),
    "away": lambda roles, b: not any(b.incident.present[b.catalogue.filling(role)] for role in roles),
    "in_command": lambda seat, b: b.incident.holder("commander") == b.catalogue.filling(seat),
    "declared": lambda wanted, b: b.incident.declared_at is not None,
    "measured": lambda wanted, b: bool(b.incident.measured),
    "green": _green,
    "decided": lambda actions, b: all(decision_for(action, b) for action in actions),
    "done": _done,
    "since": _since,
    "to_sign": _to_sign,
    "panel": lambda wanted, b: holds(wanted, {metric: b.latest(metric) for metric in wanted}),
    "found": _found,
    "seen": lambda queries, b: all(b.latest_result(query) is not None for query in queries),
    "unseen": lambda queries, b: all(b.latest_result(query) is None for query in queries),
    "seen_after": _seen_after,
    "failed": partial(_ended, False),
    "passed": partial(_ended, True),
    "either": lambda ways, b: any(met((way,))(b) for way in ways),
}
"""Line -> what tells whether it holds, the cheap ones first."""
