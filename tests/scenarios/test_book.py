"""A book: what a step waits for, what is computed, what is filled in, and that each mistake is named by its line."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios import load, variants
from scenarios.lint.book import check_book
from scenarios.players.book import read_book, schema
from scenarios.players.computed import FORMS, NotYetError, parsed, resolved
from scenarios.players.script import Step
from scenarios.players.when import When, met
from simulator.errors import ScenarioError
from simulator.levels import Level
from simulator.scenario import document
from tests.scenarios.briefed import decisions, finished, measured, output, run, shown
from tests.shipped import FOLDER, SPELLED_OUT

ROLES = ("mobile", "platform", "security", "finance", "growth", "documents")

# --- what is waited for ----------------------------------------------------------------------------------

WAITS: list[tuple[dict[str, Any], Any, Any]] = [
    ({"recorded": ["packet:1", "decision:1"]}, shown(refs={"packet:1": 1, "decision:1": 2}),
     shown(refs={"packet:1": 1})),
    ({"delivered": "claim"}, shown(delivered={"claim": 3}), shown()),
    ({"asked": "eta"}, shown(asks={"eta": 370}), shown(asks={"eta": 371})),
    ({"here": "mobile"}, shown(present={"mobile": True}), shown()),
    ({"away": ["mobile"]}, shown(), shown(present={"mobile": True})),
    ({"in_command": "deputy"}, shown(commander="deputy"), shown(commander="commander")),
    ({"declared": True}, shown(declared_at=0), shown()),
    ({"measured": True}, shown(measured=measured(False)), shown()),
    ({"green": True}, shown(measured=measured(True, True)), shown(measured=measured(True, False))),
    ({"decided": "pin"}, shown(decisions=decisions("pin", "flag")), shown(decisions=decisions("flag"))),
    ({"either": [{"here": "mobile"}, {"delivered": "x"}]}, shown(delivered={"x": 1}), shown()),
    ({"done": ["pin", "flag"]}, shown(runs=(run("pin"), run("flag"))), shown(runs=(run("pin"), run("flag", "failed")))),
    ({"since": {"pin": "100s"}}, shown(runs=(run("pin"),)), shown(runs=(run("pin", finished=301),))),
    ({"since": {"pin": 0}}, shown(runs=(run("pin", "failed"), run("pin"))),
     shown(runs=(run("pin"), run("pin", "failed")))),
    ({"to_sign": "resume"}, shown(runs=(run("resume", "waiting", None, ("data",)),)), shown(runs=(run("resume"),))),
    ({"panel": {"stuck": {"below": 50}}}, shown(panel={"stuck": 49}), shown(panel={"stuck": 50})),
    ({"panel": {"stuck": {"below": 50}}}, shown(panel={"stuck": 49}), shown()),
    ({"found": {"sample.twice": 0}}, shown(results=(output("sample", twice=0),)), shown()),
    ({"found": {"git.read": False}}, shown(results=(output("git", read=False),)),
     shown(results=(output("git", read=0),))),
    ({"seen": ["a", "b"]}, shown(results=(output("a"), output("b"))), shown(results=(output("a"),))),
    ({"unseen": "a"}, shown(results=(output("b"),)), shown(results=(output("a"),))),
    ({"seen_after": {"a": "5m"}}, shown(entries=(finished(300, "a"),)),
     shown(entries=(finished(299, "a"), finished(301, "b")))),
    ({"failed": "a"}, shown(results=(output("a", ok=False),)), shown(results=(output("a"),))),
    ({"passed": "a"}, shown(results=(output("a"),)), shown(results=(output("a", ok=False),))),
]  # fmt: skip


@pytest.mark.parametrize(("line", "holds", "fails"), WAITS, ids=[str(line) for line, _, _ in WAITS])
def test_a_step_waits_for_what_is_said(line: dict[str, Any], holds: Any, fails: Any) -> None:
    wait = met((When.model_validate(line),))
    assert wait(holds)
    assert not wait(fails)


def test_every_line_there_is_stands_in_the_table() -> None:
    assert {name for line, _, _ in WAITS for name in line} == set(When.model_fields)


def test_all_lines_of_all_conditions_must_hold() -> None:
    several = (When(delivered=("x",), declared=True), When(here=("mobile",)))
    everything: dict[str, Any] = {"delivered": {"x": 1}, "declared_at": 0, "present": {"mobile": True}}
    assert met(several)(shown(**everything))
    for name in everything:
        assert not met(several)(shown(**{key: value for key, value in everything.items() if key != name}))
    assert met(())(shown())


# --- what is computed ------------------------------------------------------------------------------------

RATIO = {"figure": "ratio_pct", "panel": "ratio", "times": 175, "digits": 2}
COUNT = {"figure": "rows", "of": "count", "times": 1.6, "digits": 0, "otherwise": RATIO}
COMPUTED: list[tuple[Any, Any, Any]] = [
    ({"newest": ["a", "b"]}, shown(results=(output("b"),)), ["query:b#2"]),
    (["alert:x", {"newest": "b"}, "cue:y"], shown(results=(output("b"),)), ["alert:x", "query:b#2", "cue:y"]),
    ({"figure": "rows", "of": "count"}, shown(results=(output("count", rows=3),)), {"name": "rows", "low": 3}),
    ({"figure": "rows", "of": "count"}, shown(results=(output("count"),)), None),
    ({"figure": "rows", "of": "count"}, shown(), None),
    (RATIO, shown(panel={"ratio": 0.0123}), {"name": "ratio_pct", "low": 2.15}),
    (RATIO, shown(), {"name": "ratio_pct", "low": 0}),
    (COUNT, shown(results=(output("count", rows=3),)), {"name": "rows", "low": 5}),
    (COUNT, shown(panel={"ratio": 0.01}), {"name": "ratio_pct", "low": 1.75}),
    ({"latest": "packet"}, shown(packets=[1, 2]), "packet:2"),
    ({"latest": "packet"}, shown(), None),
    ({"decided": "pin"}, shown(decisions=decisions("pin", "pin", "flag")), "decision:2"),
    ({"decided": "pin"}, shown(decisions=decisions("flag")), None),
    ({"quiet": "from"}, shown(), -58),
    ({"quiet": "to"}, shown(), -48),
    ({"rank": 2}, shown(levels=[Level(id=one) for one in ("P1", "P2", "P3")]), "P2"),
    ({"deep": [{"figure": "rows", "of": "count"}]}, shown(results=(output("count", rows=1),)),
     {"deep": [{"name": "rows", "low": 1}]}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "b", "value"), COMPUTED, ids=[str(i) for i in range(len(COMPUTED))])
def test_a_value_is_read_off_the_briefing_or_waited_for(data: Any, b: Any, value: Any) -> None:
    made = parsed(data, lambda form, mapping, path: form.model_validate(mapping))
    if value is None:
        with pytest.raises(NotYetError):
            resolved(made, b)
    else:
        assert resolved(made, b) == value


def test_every_form_stands_in_the_table() -> None:
    assert {word for data, _, _ in COMPUTED for word in (data if isinstance(data, dict) else ())} >= set(FORMS)


# --- a whole book ----------------------------------------------------------------------------------------

BOOK = """\
hero: mitigation
telling: [look]
usual:
  take_action: {decision: decision:1}
values:
  common: [a, b]
  both: [{plan: common}, c]
  wait: {since: {pin: 30s}}
first:
  - {at: 1m, seat: commander, do: declare, with: {severity: SEV-1, title: It broke, evidence: {newest: look}}}
  - {at: 2m, seat: commander, do: freeze, with: {scope: {plan: both}}, until: 9m}
routines:
  again:
    - {at: 10s, seat: mitigation, do: take_action, with: {action: {plan: what}}, when: [{plan: wait}, {done: pin}]}
plans:
  other:
    fits: {found: {look.reason: other}}
    extends: main
    values: {common: [z]}
  main:
    values: {pinned: pin}
    steps:
      - {at: 3m, seat: mitigation, do: assign_task, each: [{to: triage, query: q}, {to: comms, action: x}]}
      - {use: again, from: 5m, with: {what: {plan: pinned}}}
      - {at: 9m, seat: mitigation, do: take_action, with: {action: pin, decision: null}}
scripts:
  rash:
    steps:
      - {at: 5s, seat: commander, do: take_action, with: {action: pin}}
"""


def given_by(steps: tuple[Step, ...], b: Any) -> list[Any]:
    return [step.make(b) for step in steps]


def test_a_plan_fills_in_what_its_steps_leave_open() -> None:
    read = read_book(BOOK, "book.yaml")
    other, main = read.plans
    b = shown(results=(output("look"),))
    assert [given_by(plan.first, b)[1].scope for plan in (main, other)] == [("a", "b", "c"), ("z", "c")]
    assert given_by(main.first, b)[0].evidence == ("query:look#2",)
    asked, told, took, bare = given_by(main.steps, b)
    assert (asked.text, told.text) == ("Please run: q", "Please run: x")
    assert (took.action, took.decision, bare.decision) == ("pin", "decision:1", None)
    assert [step.at for step in main.steps] == [180, 180, 310, 540]
    assert [step.until for step in main.first] == [1 << 30, 540]
    assert given_by(other.steps, b) == [asked, told, took, bare]
    assert not main.steps[2].when(shown(runs=(run("pin", finished=390),)))
    assert main.steps[2].when(shown(runs=(run("pin", finished=370),)))
    assert given_by(read.scripts["rash"](()).steps, b)[0].decision is None


def test_the_first_plan_that_fits_is_followed_and_the_last_fits_always() -> None:
    read = read_book(BOOK, "book.yaml")
    assert read.plan_for(shown(results=(output("look", reason="other"),))).name == "other"
    assert read.plan_for(shown()).name == "main"


def test_the_book_of_the_docs_can_be_played() -> None:
    docs = (FOLDER.parent / "docs" / "authoring.md").read_text(encoding="utf-8")
    text = next(part for part in docs.split("```yaml\n") if part.startswith("hero:")).partition("```")[0]
    read = read_book(text, "book.yaml")
    late, key = ([step.make(shown()) for step in plan.steps] for plan in read.plans)
    assert [step.at for step in read.plans[0].steps] == [240, 245, 540]
    assert (late[1].action, key[1].action, late[2]) == ("flag_web", "pin", key[2])


def test_the_docs_name_every_line_and_every_form() -> None:
    docs = (FOLDER.parent / "docs" / "authoring.md").read_text(encoding="utf-8")
    told = docs.partition("## The book")[2].partition("\n## ")[0]
    assert [name for name in When.model_fields if f"`{name}" not in told] == []
    assert [word for word in FORMS if f"`{{{word}: " not in told] == []


MISTAKES = [
    ("do: freeze", "do: freez", "first.1.do: no act 'freez'; use an act's kind; did you mean 'freeze'?"),
    ("severity: SEV-1", "severety: SEV-1", "first.0.with.severity: is missing; add it"),
    ("severity: SEV-1", "severity: {rank: 0}", "first.0.with.severity.rank: input should be greater than"),
    ("scope: {plan: both}", "scope: {plan: bth}", "first.1.with.scope: the plan has no value 'bth'; give it in"),
    ("[{plan: common}, c]", "[{plan: both}, c]", "first.1.with.scope.0: the plan has no value 'both'"),
    ("{plan: both}", "{plan: both, frist: 1}", "first.1.with.scope.frist: no such field; remove or rename it; did you"),
    ("  take_action: {decision", "  take_acton: {decision",
     "usual.take_acton: no act 'take_acton'; use an act's kind; did you mean 'take_action'?"),
    ("use: again", "use: agen", "plans.main.steps.1.use: no routine 'agen'; use another; did you mean 'again'?"),
    ("- {at: 10s,", "- {use: again}\n    - {at: 10s,", "routines.again.0.use: no routine 'again'"),
    ("{newest: look}", "{newest: look, of: x}", "first.0.with.evidence.of: no such field"),
    ("{done: pin}", "{doen: pin}", "routines.again.0.when.1.doen: no such field; remove or rename it; did"),
    ("extends: main", "extends: mian", "plans.other.extends: no plan 'mian' to extend"),
    ("extends: main", "extends: other", "plans.other.extends: no plan 'other' to extend"),
    ("at: 3m", "at: soon", "plans.main.steps.0.at: 'soon' is not a time"),
    ("with: {action: pin}", "with: pin", "scripts.rash.steps.0.with: is no mapping"),
    ("with: {action: pin}", "with: {action: pin}, wen: {}", "scripts.rash.steps.0.wen: no such field"),
    ("each: [{to: triage, query: q}, {", "each: [{to: triage, qury: q}, {",
     "plans.main.steps.0.with.qury: no such field"),
    ("hero: mitigation", "heros: mitigation", "hero: is missing; add it"),
    ("with: {scope: {plan: both}}", "with: {what: merges}, each: [{scope: [a]}, {plan: more}]",
     "first.1.each.1: the plan has no value 'more'"),
    ("do: freeze, with: {scope: {plan: both}}", "do: freeze, each: {plan: scopes}",
     "first: comes to more steps under one plan than under another"),
]  # fmt: skip
TOLD_AT = {"[{plan: both}, c]": "scope: {plan: both}", "do: freeze, each: {plan: scopes}": "first:"}
"""Mistakes told elsewhere than where they are: a value that is no good by the step that asks for it."""
SCOPES = BOOK.replace("values: {common: [z]}", "values: {scopes: []}").replace(
    "{pinned: pin}", "{pinned: pin, scopes: [{scope: [a]}]}"
)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(("old", "new", "says"), MISTAKES, ids=[new for _, new, _ in MISTAKES])
def test_a_mistake_is_named_with_file_and_line(old: str, new: str, says: str) -> None:
    text = SCOPES if "scopes" in new else BOOK
    with pytest.raises(ScenarioError) as found:
        read_book(text.replace(old, new, 1), "book.yaml")
    assert str(found.value).startswith(f"book.yaml:{line_of(text, TOLD_AT.get(new, old))}: {says}")


def doubled(levels: int) -> str:
    """Return a book whose values stand twice in each other, so many levels deep."""
    values = [f"  v{level}: [{{plan: v{level + 1}}}, {{plan: v{level + 1}}}]\n" for level in range(levels)]
    values.append(f"  v{levels}: [a]\n")
    return BOOK.replace("values:\n", "values:\n" + "".join(values), 1).replace("plan: both", "plan: v0")


def used_twice(levels: int) -> str:
    """Return a book whose routines use each other twice, so many levels deep."""
    uses = [f"  r{level}: [{{use: r{level + 1}}}, {{use: r{level + 1}}}]\n" for level in range(levels)]
    last = f"  r{levels}: [{{at: 1s, seat: mitigation, do: take_action, with: {{action: pin}}}}]\n"
    return BOOK.replace("routines:\n", f"routines:\n{''.join(uses)}{last}", 1).replace("use: again", "use: r0")


def each_long(items: int) -> str:
    """Return a book of one step that is made for many, each of them long."""
    scope, each = ", ".join(["a"] * items), ", ".join(["{}"] * items)
    return BOOK.replace("with: {scope: {plan: both}}", f"with: {{scope: [{scope}]}}, each: [{each}]")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "at", "much"),
    [
        (doubled(19), "do: freeze", "100,000 values"), (used_twice(18), "use: r", "100,000 values"),
        (each_long(500), "do: freeze", "100,000 values"), (doubled(60), "do: freeze", "20 levels"),
        (used_twice(60), "use: r", "20 levels"),
    ],
    ids=["values", "routines", "each", "deep values", "deep routines"],
)  # fmt: skip
def test_what_multiplies_is_refused_with_file_and_line(text: str, at: str, much: str) -> None:
    with pytest.raises(ScenarioError) as found:
        read_book(text, "book.yaml")
    file, line, what = str(found.value).split(":", 2)
    assert (file, at in text.splitlines()[int(line) - 1]) == ("book.yaml", True)
    assert f"comes to more than {much}" in what
    assert what.endswith("; write it plainer")
    assert [str(one) for one in check_book(text, "book.yaml", [])] == [str(found.value)]


def test_a_few_levels_are_fine() -> None:
    for text in (doubled(5), used_twice(5)):
        assert read_book(text, "book.yaml").plans


def mistakes(text: str) -> list[str]:
    """Return what a book's schema finds wrong with it."""
    from jsonschema import Draft202012Validator

    return [one.message for one in Draft202012Validator(schema()).iter_errors(document.read(text, "book.yaml").data)]


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_the_schema_takes_every_book_that_ships(name: str) -> None:
    assert mistakes((FOLDER / name / "book.yaml").read_text("utf-8")) == []


@pytest.mark.parametrize(("old", "new"), [
    ("do: freeze", "doo: freeze"), ("at: 1m,", "att: 1m,"), ("use: again", "usee: again"),
    ("hero: mitigation", "heros: mitigation"), ("with: {action: pin}}", "with: pin}"), ("extends:", "extend:"),
])  # fmt: skip
def test_the_schema_shows_where_a_book_goes_wrong(old: str, new: str) -> None:
    assert old in BOOK
    assert mistakes(BOOK) == []
    assert mistakes(BOOK.replace(old, new, 1)) != []


# --- names -----------------------------------------------------------------------------------------------

NAMES = [
    ("{to: triage, query: endpoints}", "{to: triage, query: endpoint}",
     "first.3.with.query: unknown name 'endpoint'; use one of queries; did you mean 'endpoints'?"),
    ("seat: deputy, do: capture", "seat: deptuy, do: capture",
     "first.19.seat: unknown name 'deptuy'; use one of roles; did you mean 'deputy'?"),
    ("endpoints.reason: unknown", "endpoints.raeson: unknown",
     "plans.late.fits.found.endpoints.raeson: unknown name 'endpoints.raeson'; use one of findings"),
    ("{stuck_sessions: {below", "{stuk_sessions: {below", "when.panel.stuk_sessions: unknown name 'stuk_sessions'"),
    ("meridian_eta: no_time", "meridian_eta: no_tme",
     "answers.meridian_eta: unknown answer 'no_tme'; use one of its answers; did you mean 'no_time'?"),
    ("roll_back_now: take", "roll_bak_now: take",
     "answers.roll_bak_now: unknown name 'roll_bak_now'; use one of injects"),
    ("{newest: [endpoints, impact]}", "{newest: [endpoints, impct]}",
     "first.9.with.evidence.1.newest.1: unknown name 'impct'; use one of queries"),
    ("evidence: [query:compat_check", "evidence: [query:compat_chek", "unknown name 'compat_chek'; use one of queries"),
    ("of: impact}}", "of: impct}}", "first.22.with.impact.of: unknown name 'impct'; use one of queries"),
    ("  detected:", "  seen_at_last: []\n\n  detected:", "routines.seen_at_last: is never used; use it"),
    ("telling: [endpoints", "telling: [endpoint", "telling.0: unknown name 'endpoint'; use one of queries"),
    ("hero: mitigation", "hero: mitgation", "hero: unknown name 'mitgation'; use one of roles"),
]  # fmt: skip


VALUES = ("{stuck_sessions: {below",)
"""Told by the steps that ask for a value in which it is."""


@pytest.mark.parametrize(("old", "new", "says"), NAMES, ids=[new for _, new, _ in NAMES])
def test_a_name_that_nothing_has_is_named(old: str, new: str, says: str) -> None:
    text = (FOLDER / "auth_token" / "book.yaml").read_text(encoding="utf-8")
    scenarios = [load("auth_token", variant).scenario for variant in variants("auth_token")]
    assert check_book(text, "book.yaml", scenarios) == []
    found = check_book(text.replace(old, new, 1), "book.yaml", scenarios)
    assert found
    for one in found:
        assert says in f"{one.what}; {one.remedy}"
        assert one.line == line_of(text, old) or old in VALUES
