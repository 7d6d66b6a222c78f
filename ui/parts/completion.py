"""What the command box understands: catalogue commands, their aliases, and slash commands for the incident."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import ValidationError

from simulator import acts
from simulator.briefing import Briefing
from simulator.catalogue import CommandLine, Seat
from simulator.finding import find
from simulator.levels import at_rank
from simulator.record.journal import first_problem
from simulator.values import COMMANDER, DEPUTY, Post
from ui.parts.prefill import prefilled


class Parsed(NamedTuple):
    """What a typed line means: a command to give, or why it means nothing."""

    command: acts.Act | None
    problem: str = ""
    nearest: str = ""
    """Line that comes closest, to be taken over with one click."""
    form: str = ""
    """Form to open: the line is a command that needs more than fits on it."""
    pick: bool = False
    """What is meant has to be picked from what the list offers for these words."""


SLASH = {
    "/ack": "acknowledge the newest page",
    "/declare 2 title": "open the incident, at the second level of severity or at one by its name",
    "/sev 1 because": "change the severity",
    "/status mitigating": "change the status",
    "/ic @handle": "name the commander (without a handle: you)",
    "/deputy @handle": "name the deputy",
    "/freeze service": "freeze merges and deploys (without a service: pick in the form)",
    "/page @handle": "page a specialist",
    "/ask @handle topic": "ask somebody what they know",
    "/say text": "write to the channel",
    "/form name": "open a form, such as /form option",
}


BARE = {
    "declare": "declare", "sev": "change_severity", "status": "change_status", "freeze": "freeze",
    "page": "page_team", "ask": "ask_role",
}  # fmt: skip
"""Form that a slash command opens when nothing follows it."""


def label(line: CommandLine) -> str:
    """Return how a command appears in the completion list: the line, what it is, and what else it is called.

    Not who runs it: a handle such as `@identity-verify` would be found by half of what people look for.
    """
    also = ", ".join((*line.aliases, *line.words))
    return "  ·  ".join(part for part in (line.command, line.title, also) if part)


def match(briefing: Briefing, typed: str) -> CommandLine | None:
    """Return the catalogue line that `typed` is: by command, or where it is offered also by alias or id.

    What changes the world is begun by no word for which the list has anything else.
    """
    wanted = _squeezed(typed)
    whole = next((line for line in briefing.catalogue.lines if wanted == _squeezed(line.command)), None)
    called = [line for line in briefing.lines if wanted in map(_squeezed, (line.id, *line.aliases, *line.words))]
    named = next((line for line in called if wanted in map(_squeezed, (line.id, *line.aliases))), None)
    if whole or named is None or named.what == "query":
        return whole or named
    listed = called if " " in wanted else find(briefing, typed)
    return named if listed == [named] else None


def order(line: CommandLine, executor: str | None, decision: str | None = None) -> acts.Act:
    """Return the command that runs a catalogue line."""
    if line.what == "query":
        return acts.RunQuery(query=line.id, executor=executor)
    return acts.TakeAction(action=line.id, executor=executor, decision=decision)


def unknown(briefing: Briefing, typed: str) -> Parsed:
    """Return what a shell would say, with the nearest command that exists."""
    place = next((x for x in briefing.catalogue.elsewhere if _squeezed(typed).startswith(_squeezed(x.typed))), None)
    first = typed.split(maxsplit=1)[0] if typed.split() else typed
    offered = [name for line in briefing.lines for name in (line.command, *line.aliases)]
    heads = {name.split()[0] for line in briefing.catalogue.lines for name in (line.command, *line.aliases)}
    # Of a line that begins like one there is, what comes closest is meant; any other has to be nearly it.
    begins = difflib.get_close_matches(first, list(heads), n=1, cutoff=0.75)
    close = difflib.get_close_matches(typed, offered, n=1, cutoff=0.35 if begins else 0.7)
    if place:  # the wrong namespace answers truly, for itself
        return Parsed(None, place.output, close[0] if close else "")
    # For what begins somebody's handle the list has people.
    hits = find(briefing, typed, 2) if typed.split() == [first] and not people(briefing, first) else []
    if hits:
        how = "pick what you mean from the list, with the arrows" if len(hits) > 1 else "Enter takes what the list has"
        return Parsed(None, f"{first}: by itself no command; {how}", pick=True)
    here = f"{first}: no such command here: {typed}" if first in heads else f"sh: {first}: command not found"
    return Parsed(None, f"{here}; a word of what you look for lists what there is", close[0] if close else "")


def slash(briefing: Briefing, typed: str) -> Parsed:
    """Return what a slash command (`/sev 1`, `/ic @handle`) means."""
    words = typed.strip().split()
    name, rest = words[0].lstrip("/").lower(), words[1:]
    if name not in _READERS:
        close = difflib.get_close_matches(name, list(_READERS), n=1)
        return Parsed(None, f"/{name} is no command; try {', '.join('/' + one for one in _READERS)}",
                      f"/{close[0]} {' '.join(rest)}".strip() if close else "")  # fmt: skip
    if name in BARE and not rest:
        return Parsed(None, form=BARE[name])
    try:
        return _READERS[name](briefing, rest)
    except ValidationError as error:
        return Parsed(None, first_problem(error))


def _ack(b: Briefing, rest: list[str]) -> Parsed:
    waiting = [a for a in b.alerts() if a.acknowledged is None]
    paging = [a for a in waiting if a.page] or waiting
    return Parsed(acts.AcknowledgePage(alert=paging[0].alert)) if paging else Parsed(None, "nothing to acknowledge")


def severity(b: Briefing, word: str) -> str:
    """Return a level of this drill for how people type it: `SEV-1` for 1, sev1, Sev-1; a number alone may be a rank."""
    levels = b.incident.levels
    plain = {"".join(filter(str.isalnum, one.id)).lower(): one.id for one in levels}
    typed = "".join(filter(str.isalnum, word)).lower()
    number = "".join(filter(str.isdigit, word))
    same = [one.id for one in levels if number and "".join(filter(str.isdigit, one.id)) == number]
    ranked = at_rank(levels, int(number)) if number.isdecimal() and 1 <= int(number) <= len(levels) else word
    return plain.get(typed) or (same[0] if len(same) == 1 else ranked)


def _no_level(b: Briefing, word: str) -> Parsed | None:
    known = [one.id for one in b.incident.levels]
    return None if severity(b, word) in known else Parsed(None, f"no level is called {word}; known: {', '.join(known)}")


def _declare(b: Briefing, rest: list[str]) -> Parsed:
    if wrong := _no_level(b, rest[0]):
        return wrong
    title = " ".join(rest[1:]) or b.catalogue.title
    said = {"severity": severity(b, rest[0]), "title": title}
    return Parsed(acts.Declare.model_validate(said | _rests_on("declare", b)))


def _rests_on(kind: str, b: Briefing) -> dict[str, Any]:
    """Return what its form links before anybody changes that: what is typed rests on the same."""
    return {"evidence": prefilled(kind, b)["evidence"]}


def _sev(b: Briefing, rest: list[str]) -> Parsed:
    if b.incident.declared_at is None:
        return _declare(b, rest)
    if wrong := _no_level(b, rest[0]):
        return wrong
    said = {"severity": severity(b, rest[0]), "because": " ".join(rest[1:]) or "see channel"}
    return Parsed(acts.ChangeSeverity.model_validate(said | _rests_on("change_severity", b)))


def _status(b: Briefing, rest: list[str]) -> Parsed:
    return Parsed(acts.ChangeStatus.model_validate({"status": rest[0].lower()}))


def _post(post: Post) -> Callable[[Briefing, list[str]], Parsed]:
    def read(b: Briefing, rest: list[str]) -> Parsed:
        to = _who(b, rest[0]) if rest and rest[0].lower() not in ("me", "i") else b.role
        if to is None:
            return Parsed(None, f"nobody here is called {rest[0]}")
        return Parsed(acts.AssignRole(role=post, to=to))

    return read


def _freeze(b: Briefing, rest: list[str]) -> Parsed:
    known = [service.id for service in b.catalogue.services]
    scope = [word.strip(",") for word in rest]
    wrong = [word for word in scope if word not in known]
    if wrong:
        close = difflib.get_close_matches(wrong[0], known, n=1)
        return Parsed(
            None, f"no service is called {wrong[0]}; known: {', '.join(known)}", f"/freeze {close[0]}" if close else ""
        )
    return Parsed(acts.Freeze(scope=tuple(scope)))


def _page(b: Briefing, rest: list[str]) -> Parsed:
    role = _who(b, rest[0])
    return Parsed(acts.PageTeam(role=role)) if role else Parsed(None, f"nobody here is called {rest[0]}")


def _ask(b: Briefing, rest: list[str]) -> Parsed:
    role, topics = _who(b, rest[0]), b.options("topics")
    if role is None or len(rest) < 2:
        return Parsed(None, "say whom and what about, such as /ask @dba-oncall database")
    wanted = " ".join(rest[1:]).lower()
    close = difflib.get_close_matches(
        wanted, [t.title.lower() for t in topics] + [t.id for t in topics], n=1, cutoff=0.4
    )
    topic = next((t for t in topics if close and close[0] in (t.id, t.title.lower())), None)
    if topic is None:
        return Parsed(None, f"no topic is called {wanted!r}; known: {', '.join(t.id for t in topics)}")
    return Parsed(acts.AskRole(role=role, topic=topic.id))


def _say(b: Briefing, rest: list[str]) -> Parsed:
    return Parsed(acts.PostMessage(channel=b.catalogue.room, text=" ".join(rest))) if rest else Parsed(None,
        "say what?")


def _form(b: Briefing, rest: list[str]) -> Parsed:
    kinds = [kind for kind, act in acts.ACTS.items() if act.tab]
    wanted = "_".join(rest).lower()
    close = [k for k in kinds if wanted and wanted in k] or difflib.get_close_matches(wanted, kinds, n=1, cutoff=0.4)
    return Parsed(None, form=close[0]) if close else Parsed(None, f"no form is called {wanted!r}")


_READERS: dict[str, Callable[[Briefing, list[str]], Parsed]] = {
    "ack": _ack, "declare": _declare, "sev": _sev, "status": _status, "ic": _post(COMMANDER),
    DEPUTY: _post(DEPUTY), "freeze": _freeze, "page": _page, "ask": _ask, "say": _say, "form": _form,
}  # fmt: skip


def _who(b: Briefing, word: str) -> str | None:
    wanted = word.lstrip("@").lower()
    for role in b.catalogue.roles:
        if wanted in (role.id, role.handle.lstrip("@").lower(), (b.incident.person(role.id) or "").lower()):
            return role.id
    return None


def people(b: Briefing, word: str) -> list[Seat]:
    """Return the others whose handle begins with a word."""
    others = (role for role in b.catalogue.roles if role.id != b.role)
    return [role for role in others if role.handle.lower().startswith(word.lower())]


def handle(b: Briefing, role: str) -> str:
    """Return what a role is called in commands."""
    return b.catalogue.called.handles.get(role, role)


def _squeezed(text: str) -> str:
    return " ".join(text.lower().split())
