"""Every act and every event is asked every question; a new one answers them without being listed anywhere."""

from __future__ import annotations

import re
from typing import ClassVar, get_args

import pytest
from pydantic import StringConstraints, TypeAdapter

from simulator import acts
from simulator import events as e
from simulator.acts.base import Asked, Tab
from simulator.names import Called, Names, Said
from simulator.options import _DYNAMIC, _NUMBERED, FIXED
from simulator.record.entry import Body, Entry, Group, dump, kinds_of, one_of
from simulator.record.journal import Header, Journal, parse, parse_body
from simulator.room.nameless import nameless
from simulator.room.skip import run_ahead
from simulator.values import Duty, Figure, Line, Personal, Pick, Ref, Role, Text, marked, picked_fields
from tests.each import each
from tests.simulator.filled import PERSON, filled, leaves, texts
from tests.simulator.toy import engine

ACTS = list(acts.ACTS.values())
EVENTS = list(e.EVENTS.values())
EVERY: list[type[Body]] = [*ACTS, *EVENTS]
NAMES = Names(Called({"roles": {}, "segments": {}}, {}, {}))
BACKSTAGE = {
    "fire_inject", "hold_inject", "release_inject", "skip_inject", "edit_inject", "send_ad_hoc", "give_hint",
    "mark_observation", "rate_team", "duplicate_inject", "probe_team", "horizon_reached",
}  # fmt: skip
"""What no timeline shows: a facilitator's own acts, and the world's end."""
NEVER_READ = {"horizon_reached"}
"""Events, truth apart, that have no line in the channel."""
OWN_TEXT = {"to", "code", "missing", "answers"}
"""Text of events that neither people write nor anybody picks: readers, codes, the gate's answer, an author's labels."""
SITTING = (acts.TakeSeat, acts.LeaveSeat)
"""Given at the door, without a form."""

every, act, event = each(EVERY), each(ACTS), each(EVENTS)


def entry_of(body: Body) -> Entry:
    return Journal(Header(scenario="toy", seed=1, engine="x")).append(60, "commander:Ana", body)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


# --- every act and event ---------------------------------------------------------------------------------


def test_no_kind_stands_for_two() -> None:
    assert not acts.ACTS.keys() & e.EVENTS.keys()
    assert len({body.model_fields["kind"].default for body in EVERY}) == len(EVERY)


@every
def test_it_says_what_it_is(body: type[Body]) -> None:
    assert (body.__doc__ or "").strip()
    assert body.__doc__ != body.__mro__[1].__doc__
    assert body.model_fields["kind"].default == snake(body.__name__)
    assert body.is_act == issubclass(body, acts.Act)


@every
def test_its_text_is_picked_refers_to_something_or_is_peoples(body: type[Body]) -> None:
    for path, info in texts(body).items():
        said = marked(info, Pick) or marked(info, Personal) or Ref in leaves(info.annotation)
        an_id = issubclass(body, e.Event) and (path in OWN_TEXT or marked(info, StringConstraints) or ".one" in path)
        numbers = issubclass(body, e.Event) and "dict" in str(info.annotation)  # figures and findings by name
        assert said or an_id or numbers, f"{path} is bare text; say by its type what it holds"


@every
def test_a_timeline_knows_where_it_stands(body: type[Body]) -> None:
    assert body.group in get_args(Group)
    assert (body.group == "") == (body.model_fields["kind"].default in BACKSTAGE)


@every
def test_it_goes_out_and_comes_in_the_same(body: type[Body]) -> None:
    one = filled(body)
    data = dump(one)
    assert next(iter(data)) == "kind"
    assert parse_body(data, 2) == one
    line = entry_of(one).to_json()
    header = '{"format": 2, "scenario": "toy", "seed": 1, "engine": "x"}'
    assert parse(f"{header}\n{line}\n", "a").entries[0].body == one


@every
def test_no_name_is_left_in_it(body: type[Body]) -> None:
    journal = Journal(Header(scenario="toy", seed=1, engine="x"))
    journal.append(0, f"commander:{PERSON}", acts.PostMessage(text="hello"))
    journal.append(1, "engine", filled(body))
    found = nameless(journal, {"commander": "Incident commander"})
    assert PERSON.casefold() not in "\n".join(found.lines()).casefold()
    people = [path for path, info in texts(body).items() if marked(info, Personal)]
    if people and not isinstance(journal.entries[1].body, acts.TakeSeat):
        assert "Incident commander" in found.entries[1].to_json()


@every
def test_who_it_concerns_is_told_why(body: type[Body]) -> None:
    one = filled(body)
    concerned = [role for role in ("thing", "commander") if one.concerns(role)]
    assert body.news or not concerned
    assert concerned or not body.news


@event
def test_it_says_whether_it_tells_of_a_protected_matter(event: type[e.Event]) -> None:
    own = event.__mro__[: event.__mro__.index(e.Event)]
    says = [name for name in ("open", "closed_by") if any(name in vars(one) for one in own)]
    assert event.is_truth or len(says) == 1, "say open=True, or closed_by=(...) with the fields that tell; () is always"


def test_what_says_nothing_of_itself_is_closed() -> None:
    assert e.Event().closed(engine().circle, {})


# --- acts ------------------------------------------------------------------------------------------------


@act
def test_an_act_has_a_form_or_nobody_who_plays_gives_it(act: type[acts.Act]) -> None:
    assert act.tab in get_args(Tab)
    assert bool(act.tab) != (act in SITTING or act.may == ())
    assert act.host or act.may != ()
    assert not act.form or act.tab


@act
def test_rights_are_duties(act: type[acts.Act]) -> None:
    assert set(act.may or ()) <= set(get_args(Duty))


@act
def test_an_act_reads_as_a_sentence_or_something_else_has_its_line(act: type[acts.Act]) -> None:
    said = filled(act).sentence(NAMES)
    assert "None" not in said
    assert said or act.minor or act.may == (), "nobody reads of it: give it a sentence"


@act
def test_people_read_what_somebody_wrote(act: type[acts.Act]) -> None:
    wrote = [name for name, info in act.model_fields.items() if marked(info, Personal)]
    said = filled(act).sentence(NAMES)
    if said and act not in SITTING:
        assert said.count(PERSON) == len(wrote)


@act
def test_what_it_names_is_there(act: type[acts.Act]) -> None:
    assert set(act.about) <= act.model_fields.keys()
    sources = {*FIXED, *_DYNAMIC, *_NUMBERED}
    assert {source for _, source in picked_fields(act)} <= sources
    assert not act.opens_with or act.opens_with in sources - set(FIXED)
    assert filled(act).essence()


# --- events ----------------------------------------------------------------------------------------------


@event
def test_an_event_reads_as_a_line_or_nobody_reads_it(event: type[e.Event]) -> None:
    one = filled(event)
    said = one.in_words(NAMES, entry_of(one))
    kind = event.model_fields["kind"].default
    assert (said is None) == (event.is_truth or kind in NEVER_READ)
    if said is not None:
        assert isinstance(said, Said)
        assert said.label
        assert "None" not in said.text


@event
def test_its_doer_is_one_of_its_fields(event: type[e.Event]) -> None:
    assert not event.doer or marked(event.model_fields[event.doer], Pick).source in ("roles", "seats")


@event
def test_truth_is_the_worlds_or_a_slip(event: type[e.Event]) -> None:
    assert not event.is_truth or event.in_world or event is e.SlipMade
    assert not event.is_truth or not event.news


# --- one more --------------------------------------------------------------------------------------------


def test_one_more_act_and_event_need_no_list() -> None:
    class SomebodyThanked(e.Event):
        """Somebody heard that they did well."""

        role: Role
        words: tuple[Line, ...]

        group: ClassVar[Group] = "message"
        news: ClassVar[str] = "somebody thanked you"

        def concerns(self, role: str) -> bool:
            return self.role == role

        def in_words(self, n: Names, entry: Entry) -> Said:
            return Said("person", "thanks", n.person(entry.by), " ".join(self.words))

    class ThankSomebody(acts.Act):
        """Say that somebody did well."""

        role: Role
        text: Text

        form: ClassVar[str] = "Thanks"
        tab: ClassVar[Tab] = "Tell"
        may: ClassVar[tuple[Duty, ...]] = ("commands",)
        number: ClassVar[str] = "thanks"

        def carry_out(self, asked: Asked) -> None:
            asked.drill.emit(SomebodyThanked(role=self.role, words=(self.text,)))

        def sentence(self, n: Names) -> str:
            return f"thanks {n.handle(self.role)}: {self.text}"

    found = kinds_of(acts.Act)
    assert found["thank_somebody"] is ThankSomebody
    assert kinds_of(e.Event)["somebody_thanked"] is SomebodyThanked
    thanks = ThankSomebody(role="mitigation", text=f"Well done, {PERSON}")
    assert TypeAdapter(one_of(found)).validate_python(dump(thanks)) == thanks
    assert ThankSomebody.model_json_schema()["properties"]["role"]["x-pick"] == "roles"
    assert picked_fields(ThankSomebody) == (("role", "roles"),)

    drill = engine()
    assert drill.submit(thanks, f"comms:{PERSON}").refusal.code == "rights"
    unknown = thanks.model_copy(update={"role": "mitigatio"})
    assert "did you mean 'mitigation'" in drill.submit(unknown, "commander:Bo").refusal.reason
    drill.submit(thanks, "commander:Bo")
    assert "thanks:1" in drill.incident.refs
    assert thanks.sentence(NAMES) == f"thanks mitigation: Well done, {PERSON}"
    clean = [one.body for one in nameless(drill.journal, {"comms": "Comms", "commander": "Commander"})]
    assert [x.text for x in clean if isinstance(x, ThankSomebody)] == ["Well done, Comms"] * 3
    assert [x.words for x in clean if isinstance(x, SomebodyThanked)] == [("Well done, Comms",)]


def test_what_nobody_asks_a_class_does_not_say_of_itself() -> None:
    with pytest.raises(TypeError, match=r"BellRang says 'gruop' of itself, which nobody asks"):

        class BellRang(Body, gruop="lead"):
            """A bell rang."""


def test_what_a_new_event_says_of_whom_it_concerns_ends_their_skip() -> None:
    class BellRang(e.Event):
        """A bell rang for one role."""

        role: Role

        news: ClassVar[str] = "the bell rang"

        def concerns(self, role: str) -> bool:
            return self.role == role

    drill = engine(alerts=[], injects=[], changes=[], merges=[])
    drill.advance(0)

    def ring() -> object:
        yield drill.env.timeout(30)
        drill.emit(BellRang(role="deputy"))

    drill.env.process(ring())  # type: ignore[arg-type]
    assert run_ahead(drill, "deputy", 300).why == "the bell rang"


@pytest.mark.parametrize(("unit", "low", "high", "says"), [
    ("reads", 26.42, None, "N 26 reads"), ("reads", 26.42, 26.4, "N 26 reads"), ("reads", 0.4, 3.6, "N 0.4 to 4 reads"),
    ("hours", 1.5, None, "N 1.5 hours"), ("gigabytes", 2.5, None, "N 2.5 gigabytes"),
    ("%", 1.085, None, "N 1.085 %"), ("", 12000.4, None, "N 12,000"),
])  # fmt: skip
def test_things_are_told_whole(unit: str, low: float, high: float | None, says: str) -> None:
    names = Names(Called({"figures": {"n": "N"}}, {"n": unit}, {}))
    assert names.figure(Figure(name="n", low=low, high=high)) == says


@pytest.mark.parametrize(("unit", "decimals", "now", "before", "says"), [
    ("ratio", 4, 0.0061, 0.006, "now 0.61 %, before 0.60 %"),
    ("ratio", 2, 0.06, 0.29, "now 6 %, before 29 %"),
    ("sessions", 0, 41200, None, "now 41,200 sessions, before no data"),
    ("1/s", 1, 12.5, 0, "now 12.5 per s, before 0.0 per s"),
])  # fmt: skip
def test_what_was_measured_reads_as_its_panel_does(
    unit: str, decimals: int, now: float, before: float | None, says: str
) -> None:
    names = Names(Called({"metrics": {"m": "Refused"}}, {}, {}, signals={"m": (unit, decimals)}))
    row = e.MeasuredRow(metric="m", segment="secret_id", baseline=before, current=now, within=True)
    assert row.sentence(names) == f"within: Refused · {says}"
    pinned = e.MetricPinned(run="pin:1", metric="m", last=now, low=before, high=now, since=0)
    assert says.partition(",")[0] in pinned.in_words(names, entry_of(pinned)).text
