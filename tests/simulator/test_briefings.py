"""What a role can get hold of, in drills of chance: nothing to come, nobody else's cue, no truth, no other's mail."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import scenarios
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from simulator.options import _DYNAMIC, _NUMBERED, _STATIC
from simulator.record.entry import Entry
from simulator.record.journal import accepted
from simulator.record.replay import replay
from simulator.scenario import model as scenario
from simulator.scenario import parts
from tests.shipped import SPELLED_OUT
from tests.simulator.anybody import command
from tests.tiers import HOW_MANY

SOURCES = (*_STATIC, *_NUMBERED, *_DYNAMIC)
ANSWERS = tuple(
    kind for module in (parts, scenario) for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == module.__name__
)  # fmt: skip
"""Types that hold what is true: a scenario and its parts."""
TRUTHS = ("true", "true_when", "harm", "knob", "outside", "facts", "killed_by", "wrong")
"""Names under which something true would be kept."""
LEAST_WORDS = 20


class Found:
    """Everything that can be reached from an object: its texts, the entries in it, and what should not be there."""

    def __init__(self, *parts: object) -> None:
        self.texts: list[str] = []
        self.entries: dict[int, Entry] = {}
        self.wrong: list[str] = []
        self._seen: dict[int, object] = {}
        for part in parts:
            self._walk(part, type(part).__name__)
        self.text = "\n".join(self.texts)

    def _walk(self, value: object, path: str) -> None:
        if isinstance(value, str):
            self.texts.append(value)
            return
        if value is None or isinstance(value, (int, float, type)) or id(value) in self._seen:
            return
        self._seen[id(value)] = value
        if isinstance(value, (*ANSWERS, Engine)) or "world" in type(value).__module__:
            self.wrong.append(f"{path}: {type(value).__name__}")
            return
        if isinstance(value, Entry):
            self.entries[value.seq] = value
        for name, inner in inside(value):
            if name in TRUTHS:
                self.wrong.append(f"{path}.{name}")
            self._walk(inner, f"{path}.{name}")


def inside(value: object) -> Iterator[tuple[str, object]]:
    """Yield what an object holds, by name; what it keeps private is not for pages."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key), key
            yield str(key), inner
    elif isinstance(value, Sequence):
        yield from (("", inner) for inner in value)
    elif isinstance(value, BaseModel):
        yield from vars(value).items()
    else:
        names = {one.name: None for one in fields(value)} if is_dataclass(value) else {}
        names |= dict.fromkeys(getattr(value, "__dict__", ()))
        yield from ((name, getattr(value, name, None)) for name in names if not name.startswith("_"))


def offered(b: Briefing) -> Iterator[object]:
    """Yield what a briefing makes only when it is asked: all that pages ask it for, beside log lines."""
    yield from (b.options(source) for source in SOURCES)
    yield from (b.alerts(), b.tasks(), b.running())
    yield from (b.title_of(ref) for ref in b.incident.refs)
    yield from (b.latest_result(line.id) for line in b.catalogue.lines if line.what == "query")


def hidden(engine: Engine, role: str) -> Iterator[tuple[str, str]]:
    """Yield (what, words) of what `role` may not know now."""
    s = engine.scenario
    own = [entry.body for entry in engine.inboxes[role]]
    told = {body.inject for body in own if isinstance(body, e.InjectDelivered)}
    offered_ = {answer.label for one in s.injects if one.id in told for answer in one.answers}
    cues = {body.cue for body in own if isinstance(body, (e.CueGiven, e.CueShared))}
    landed = {body.change for body in own if isinstance(body, e.ChangeHappened)}
    hints = {body.text for body in own if isinstance(body, e.HintGiven)}
    said = {(x.body.inject, x.body.answer) for x in accepted(engine.journal.entries)
            if isinstance(x.body, acts.AnswerAsker)}  # fmt: skip
    # Two who ask may say the same to the same answer.
    replied = {answer.reply for one in s.injects for answer in one.answers if (one.id, answer.id) in said}
    heard = {getattr(body, "text", "") for body in own}  # a host may have said it in other ways
    for inject in s.injects:
        if inject.id not in told and not any(words_of(inject.text) in text for text in heard):
            yield f"inject {inject.id}", inject.text
            labels = (answer.label for answer in inject.answers if answer.label not in offered_)
            yield from ((f"answer of {inject.id}", label) for label in labels)
        if inject.expects:
            yield f"response to {inject.id}", inject.expects.label
        yield from ((f"reply of {inject.id}", a.reply) for a in inject.answers if a.reply not in replied)
    for one in s.roles:
        yield from ((f"cue {cue.id} of {one.id}", cue.text) for cue in one.cues if cue.id not in cues)
        if one.id != role:
            yield f"what {one.id} was told", one.brief
    yield "the fault", s.fault
    yield from ((f"why not {cause.id}", cause.killed_by) for cause in s.causes)
    # A teaching line may be called as the tool is that it is about: what can be done is no secret.
    told = {*hints, *(one.title for one in (*s.queries, *s.actions))}
    yield from ((f"teaching at {p.at}", p.text) for p in s.teaching if not any(p.text in words for words in told))
    yield from ((f"hint {one.id}", one.text) for one in s.hints if one.text not in hints)
    yield from ((f"change {one.id}", one.summary) for one in (*s.changes, *s.merges) if one.id not in landed)


@cache
def words_of(template: str) -> str:
    """Return the longest stretch of a text that stands in it as written, without what is filled in."""
    return max((part.strip() for part in re.split(r"\{\{.*?\}\}|\{%.*?%\}", template, flags=re.DOTALL)), key=len)


def check(engine: Engine) -> int:
    """Look through every role's briefing; return how many hidden texts were looked for."""
    looked_for = 0
    lines: dict[bool, Found] = {}
    said = {entry.seq: made_up(entry) for entry in engine.journal}
    public = " ".join(one.text for one in engine.scenario.logs)
    for role in engine.scenario.roles:
        b = briefing(engine, role.id)
        found = Found(b, *offered(b))
        knows = engine.circle.knows(role.id)
        if knows not in lines:  # whoever may read log lines reads the same ones
            lines[knows] = Found(b.search_logs(minutes=600))
        found.text += lines[knows].text
        assert found.wrong + lines[knows].wrong == [], role.id
        inbox = {entry.seq for entry in engine.inboxes[role.id]}
        others = [x for seq, x in found.entries.items() if seq not in inbox]
        assert others == [], f"{role.id} at {engine.now} gets hold of what is addressed to others"
        assert not any(x.body.is_truth for x in found.entries.values())
        for what, template in hidden(engine, role.id):
            words = words_of(template)
            if len(words) < LEAST_WORDS or words in public:
                continue
            looked_for += 1
            assert words not in found.text, f"{role.id} at {engine.now} can read {what}: {words!r}"
        own = {name for seq in inbox for name in said[seq]}
        for name in {name for names in said.values() for name in names} - own:
            assert name not in found.text, f"{role.id} at {engine.now} can read {name}"
    return looked_for


def made_up(entry: Entry) -> list[str]:
    """Return the made-up words of an entry: whoever sees neither it nor another with them must not read them."""
    return re.findall(r"secret-\d+-", entry.to_json())


def played(name: str, variant: str, chance: int, look: Callable[[Engine], int]) -> tuple[Engine, int]:
    """Let people of every role and a facilitator do what comes into their heads; look now and then.

    Some sit there and do nothing, some get up and do not come back. Returns the engine and what `look` added up to.
    """
    rng = random.Random(chance)
    loaded = load(name, variant)
    mode, helped = rng.choice(("training", "assessment")), rng.random() < 0.5
    engine = Engine(loaded, new_header(loaded, rng.randrange(50), mode=mode, automation=helped))
    roles = [role.id for role in loaded.scenario.roles]
    seated = [role.id for role in loaded.scenario.seats() if rng.random() < 0.7]
    active = [seat for seat in seated if rng.random() < 0.6]
    passing = roles if rng.random() < 0.5 else [role.id for role in loaded.scenario.roles if not role.seat]
    for seat in seated:
        engine.submit(acts.TakeSeat(seat=seat, name=f"P-{seat}"), f"{seat}:P-{seat}")
    looked_for, look_at = 0, sorted(rng.sample(range(80), 4))
    for turn in range(80):
        engine.advance(engine.now + rng.choice((1, 5, 20, 45, 90)))
        for number in range(rng.randrange(4)):
            role = rng.choice([*active, *active, rng.choice(passing), "facilitator"])
            given_ = command(engine, role, rng, f"secret-{turn}-{number}-")
            if given_ is not None:
                engine.submit(given_, f"{role}:P-{role}")
            if isinstance(given_, acts.LeaveSeat) and role in active:
                active.remove(role)
        if turn in look_at:
            looked_for += look(engine)
    replay(loaded, engine.journal)
    return engine, looked_for


@pytest.mark.slow
@pytest.mark.parametrize("name", SPELLED_OUT)
@pytest.mark.parametrize("every", HOW_MANY)
def test_nothing_hidden_can_be_reached_from_a_briefing(name: str, every: bool) -> None:
    variants = scenarios.variants(name)

    @settings(
        max_examples=12 if every else 2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )  # fmt: skip
    @given(chance=st.integers(0, 10**6), share=st.floats(0, 0.999))
    def holds(chance: int, share: float) -> None:
        assert played(name, variants[int(share * len(variants))], chance, check)[1] > 500

    holds()


@pytest.mark.slow
def test_drills_of_chance_replay_and_reach_what_happens_seldom() -> None:
    drills = [played(name, "base", chance, lambda engine: 0)[0] for chance in range(3, 9) for name in SPELLED_OUT]
    reached = {entry.body.kind for drill in drills for entry in drill.journal}
    assert {"leave_seat", "role_vacated", "task_reassigned", "stand_in_came", "stand_in_left"} <= reached


def test_what_one_role_is_asked_no_other_can_look_up() -> None:
    loaded = load("permission_leak")
    asked = next(one for one in loaded.scenario.injects if one.to and one.form == "ask")
    engine = Engine(loaded, new_header(loaded, 7, automation=False))
    engine.submit(acts.FireInject(inject=asked.id), "facilitator:Flo")
    engine.advance(600)
    for role in loaded.scenario.seats():
        got = briefing(engine, role.id)
        found = {source: {one.id for one in got.options(source)} for source in ("asks", "answers")}
        named = asked.id in found["asks"], {one.id for one in asked.answers} <= found["answers"]
        assert named == ((True, True) if role.id in asked.to else (False, False))
