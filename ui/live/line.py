"""The two lines in which people type: to the channel, and as in a shell. What they mean, and what they can become."""

from __future__ import annotations

from typing import Any, NamedTuple

from simulator import acts
from simulator.briefing import Briefing
from simulator.catalogue import CommandLine
from simulator.finding import find
from simulator.values import DEPUTY
from ui.live.html import OUTPUT
from ui.parts import completion, hands
from ui.parts.text import escape

LONGEST = 2000
"""Characters of a message."""
MOST = 8
"""What is offered at once."""
CHANNEL, SHELL = "channel", "shell"
KEYS = {CHANNEL: ("m", "Alt+M"), SHELL: ("r", "Alt+R")}
"""Line -> the key that leads to it with Alt, and how it is said."""
POSTS = ("ic", DEPUTY)
"""Commands that name somebody for a post."""


class Meant(NamedTuple):
    """What a typed line comes to: a command to give, a form to open, or why it is neither."""

    command: acts.Act | None = None
    done: str = ""
    """What is said once it was taken."""
    problem: str = ""
    nearest: str = ""
    form: str = ""
    typed: bool = False
    """Whether the problem begins with what was typed, or as a shell does."""
    pick: bool = False
    """Whether something of the list has to be picked."""


def meant(b: Briefing, text: str, where: str, executor: str | None = None, decision: str | None = None) -> Meant:
    """Return what a line means that was typed in the channel or in the shell.

    Whoever presses Enter before they are asked who runs it (`executor`) and what it rests on (`decision`) gets what the
    question would have begun with.
    """
    text = text.strip()
    if not text:
        return Meant(problem="type something first")
    if text.startswith("/"):
        parsed = completion.slash(b, text)
        return Meant(parsed.command, f"{text}: done", parsed.problem, parsed.nearest, parsed.form)
    if where != SHELL:
        if len(text) > LONGEST:
            return Meant(problem=f"{len(text):,} characters; {LONGEST:,} fit into one message")
        return Meant(acts.PostMessage(channel=b.catalogue.room, text=text), "Sent")
    line = completion.match(b, text)
    if line is None:
        parsed = completion.unknown(b, text)
        return Meant(problem=parsed.problem, nearest=parsed.nearest, typed=True, pick=parsed.pick)
    who = executor if executor in line.executors else hands.best(b, line.executors)
    asked = "started" if who == b.role else f"asked of {completion.handle(b, who)}"
    newest = next((one.id for one in reversed(b.options("decisions"))), None)
    rests = newest if decision is None else decision or None
    return Meant(completion.order(line, who, rests), f"$ {line.command}: {asked}")


def again(text: str, where: str) -> str:
    """Return what is said of a line that was taken before, whatever the same words would mean by now."""
    text = text.strip()
    if text.startswith("/"):
        return f"{text}: done"
    return f"$ {text}: on the record" if where == SHELL else "Sent"


def offered(b: Briefing, text: str, at: int, where: str) -> dict[str, Any]:
    """Return what the word before the caret can become, and for a whole command who would run it."""
    before = text[:at]
    start, items = _items(b, before, where)
    line = completion.match(b, text) if where == SHELL and text.strip() else None
    card = _card(b, line) if line else ""
    if line and line.command == text.strip():
        items = []
    return {"from": start, "to": len(before), "offers": _offers_html(items[:MOST], where), "card": card}


def _offers_html(items: list[tuple[str, str]], where: str) -> str:
    """Return what is offered, as options of the line's list."""
    return "".join(
        f'<li id="offers-{escape(where)}-{at:d}" role="option" data-text="{escape(text)}"><b>{escape(text)}</b>'
        f"<i>{escape(hint)}</i></li>"
        for at, (text, hint) in enumerate(items)
    )


def _items(b: Briefing, before: str, where: str) -> tuple[int, list[tuple[str, str]]]:
    words = before.split(" ")
    start, word = len(before) - len(words[-1]), words[-1].lower()
    if before.startswith("/"):
        if len(words) == 1:
            told = ((*line.partition(" ")[::2], what) for line, what in completion.SLASH.items())
            return 0, [(f"{name} ", f"{takes}  {what}".strip()) for name, takes, what in told if name.startswith(word)]
        return start, [(f"{text} ", hint) for text, hint in _arguments(b, words) if text.lower().startswith(word)]
    if word.startswith("@") and (people := completion.people(b, word)):
        return start, [(f"{role.handle} ", role.title) for role in people]
    if where == SHELL and before.strip():
        found = find(b, before, MOST)
        return 0, [(line.command, completion.label(line).partition("·")[2].strip()) for line in found]
    return start, []


def _arguments(b: Briefing, words: list[str]) -> list[tuple[str, str]]:
    """Return what a slash command takes where the caret stands."""
    name, at = words[0].lstrip("/").lower(), len(words) - 1
    if name in (*POSTS, "page", "ask") and at == 1:
        return [("me", "you")] * (name in POSTS) + [(role.handle, role.title) for role in completion.people(b, "")]
    if name == "ask":
        return [(one.id, one.title) for one in b.options("topics")]
    if name in ("sev", "declare") and at == 1:
        return [(level.id, level.title) for level in b.incident.levels]
    if name == "status" and at == 1:
        return [(one, "") for one in ("investigating", "identified", "mitigating", "monitoring")]
    if name == "freeze":
        return [(one.id, one.title) for one in b.catalogue.services if one.id not in words[1:-1]]
    if name == "form" and at == 1:
        return [(kind, act.form) for kind, act in acts.ACTS.items() if act.tab]
    return []


def _card(b: Briefing, line: CommandLine) -> str:
    """Return what a command is, and who can run it."""
    best, choices = hands.best(b, line.executors), []
    for role in line.executors:
        here = b.incident.present.get(role, False)
        called = "you" if role == b.role else completion.handle(b, role)
        away = " (paged, not here yet)" if role in b.incident.paged else " (page first)"
        words = escape(called + (hands.words(b, role) if here else away))
        checked = " checked" if role == best else ""
        choices.append(
            f'<label><input type="radio" name="executor" value="{escape(role)}"{checked}>{words}</label>'
        )
    what = "looks, changes nothing" if line.what == "query" else "changes the world"
    decisions = b.options("decisions") if line.what == "action" else []
    rests = ""
    if decisions:
        options = "".join(
            f'<option value="{escape(one.id)}"{" selected" * (one is decisions[-1])}>{escape(one.title)}</option>'
            for one in decisions
        )
        rests = f'<label>rests on <select name="decision"><option value="">nothing</option>{options}</select></label>'
    return (
        f'<span id="card-{escape(line.id)}"><b>{escape(line.title)}</b> <span class="quiet">{what} · run by</span> '
        f"{''.join(choices)}{rests}</span>"
    )


def line_html(where: str, label: str, placeholder: str, button: str) -> str:
    """Return one of the lines."""
    card = '<div class="card" data-card data-keep></div>' if where == SHELL else ""
    place, (key, shortcut) = escape(where), KEYS[where]
    return (
        f'<form data-act="line" id="line-{place}" class="line" aria-label="{escape(label)}" novalidate>{card}'
        f'<ul id="offers-{place}" class="offers" role="listbox" aria-label="Completions" hidden data-keep></ul>'
        f'<input type="hidden" name="where" value="{place}"><div>'
        f'<input id="text-{place}" name="text" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" '
        f'aria-label="{escape(label)}" placeholder="{escape(placeholder)}" data-history data-complete="{place}" '
        f'data-key="{escape(key)}" aria-keyshortcuts="{escape(shortcut)}" title="{escape(shortcut)}" '
        f'role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="offers-{place}" '
        f'enterkeyhint="send"><button>{escape(button)}</button></div>{OUTPUT}</form>'
    )
