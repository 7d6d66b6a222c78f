"""The form of every act as HTML, prefilled from the drill, and the list from which one is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, get_args

from simulator import acts
from simulator.acts import ACTS
from simulator.briefing import Briefing
from simulator.options import Option
from simulator.values import Duty, Ref, Rejection
from ui.documents.known import HIDDEN
from ui.live import ending
from ui.live.html import OUTPUT, hidden
from ui.live.wanted import wanted
from ui.parts import catalogue, hands, units
from ui.parts.catalogue import Form
from ui.parts.followups import to_fill_in
from ui.parts.labels import PARTS, help_of, name_of, words
from ui.parts.labels import label as label_of
from ui.parts.marks import MINE, OTHER, Owners, counts_for, marks
from ui.parts.prefill import age, prefilled
from ui.parts.shapes import Shape
from ui.parts.start import AMENDS, RUNGS, asked, controls, told, verb
from ui.parts.text import escape
from ui.parts.words import evidence, names_of

FEW, SHORT = 5, 60
"""Up to this many choices with up to this many letters in all lie open, one click each."""
MANY = 9
"""Choices from which on there is a field to look for one."""
CLOSE = '<button type="button" class="plain" data-close aria-label="Close this form">✕</button>'
EXTRA = {acts.RequestClosure: ending.gate_html, acts.EndDrill: ending.meaning_html}
"""Act -> what stands above its button."""


def picker(b: Briefing) -> str:
    """Return the forms that a role has a use for now: the few that are wanted, then all by what they are for."""
    if b.ended:
        return ""
    few = "".join(
        f'<div class="group"><span>{escape(name)}</span>{"".join(_opener(form) for form in forms)}</div>'
        for name, forms in wanted(b).items()
    )
    offered = catalogue.offered(b)
    every = "".join(
        f'<span>{escape(tab)}</span>{"".join(_opener(form) for form in forms)}' for tab, forms in offered.items()
    )
    return (
        '<details class="picker" id="all-forms" open><summary data-key="a" aria-keyshortcuts="Alt+A" title="Alt+A">'
        f'What you can do</summary>{few}<details id="more-forms"><summary>All {sum(map(len, offered.values())):d} forms'
        '</summary><input type="search" id="search-forms" data-filter="every-form" placeholder="Look for …" '
        f'aria-label="Look for a form"><div class="group" id="every-form">{every}</div></details></details>'
    )


def _opener(form: Form) -> str:
    """Return the button that opens a form; its title says what the form is for, and is looked through, too."""
    means = escape(form.act.__doc__ or "")
    return f'<button type="button" data-open="{escape(form.kind)}" title="{means}">{escape(form.title)}</button>'


def form_html(b: Briefing, kind: str, about: str = "") -> str:
    """Return the form of an act as `b`'s role is shown it; `about` fills in what it is about.

    What, who and by when come first, of a record that is filled in what it leaves open; the rest is folded away. Raises
    KeyError for a kind that has no form.
    """
    form, known = Form(kind, ACTS[kind]), dict(prefilled(kind, b, about))
    amends = known.pop(AMENDS, "")
    given = frozenset() if amends else told(form.act, known)
    split = to_fill_in(b, amends) if amends else asked(form.act, given)
    if about and not amends:
        known.update(_about((*split.first, *split.later), b, about))
    drawn = _Drawn(b, kind, known, marks(kind, b.incident.playbook))
    more = drawn.told(split.later, given)
    if split.later:
        more += (
            f'<details id="more-{escape(kind)}"><summary>{len(controls(split.later))} more, none of them needed now'
            f"</summary>{drawn.fields(split.later)}</details>"
        )
    more += _extra(form.act, b)
    legend = _legend(kind, b, any(shape.needed for shape in split.first))
    title = f"{form.title} {Ref(amends).ident}, filled in" if amends else form.title
    return (
        f'<form id="form-{escape(kind)}" class="act" data-act="{escape(kind)}" '
        f'aria-labelledby="title-{escape(kind)}" novalidate><header><h3 id="title-{escape(kind)}">{escape(title)}</h3>'
        '<span><button type="button" class="plain" data-refill title="Fill in again from the drill as it is now">'
        f"Refill</button>{CLOSE}</span></header>"
        f'<p class="quiet">{escape(form.act.__doc__ or "")}</p>{hidden({AMENDS: amends} if amends else {})}'
        f"{drawn.fields(split.first)}{more}"
        f'<footer><button class="primary">{escape("Fill it in" if amends else verb(form.act))}</button>'
        f"{OUTPUT}</footer>{legend}</form>"
    )


def _extra(act: type[acts.Act], b: Briefing) -> str:
    return EXTRA[act](b) if act in EXTRA else ""


def _about(fields: Iterable[Shape], b: Briefing, about: str) -> dict[str, Any]:
    """Return the field that something is picked in which a form is about."""
    found = (
        one for one in fields if one.ask == "pick" and any(option.id == about for option in b.options(one.source))
    )
    return {one.path: about for one in list(found)[:1]}


def _legend(kind: str, b: Briefing, needed: bool) -> str:
    """Return what the marks of a form mean, each that it has."""
    duties, fields = b.incident.duties(b.role), marks(kind, b.incident.playbook).values()
    others = Owners().union(*(owners for owners in fields if not counts_for(owners, duties)))
    found = ['<b class="needed">*</b> needed'] if needed else []
    if any(counts_for(owners, duties) for owners in fields):
        found.append(f'<b class="counts">{MINE}</b> counts for your seat')
    seats = {b.catalogue.seat_for(duty) for duty in get_args(Duty) if duty in others}
    titles = " or ".join(role.title for role in b.catalogue.roles if role.id in seats)
    if titles:
        found.append(f'<b class="other">{OTHER}</b> counts for {escape(titles)}')
    return f'<p class="quiet legend">{" · ".join(found)}</p>' if found else ""


def options_of(shape: Shape, b: Briefing) -> list[Option]:
    """Return what can be picked; also how busy somebody is who could carry it out, and the unit of a signal."""
    options = b.options(shape.source)
    if shape.path == "executor":
        return [Option(one.id, f"{one.title}{hands.words(b, one.id)}") for one in options]
    if shape.path.endswith(".metric"):
        return [Option(one.id, f"{one.title}{_unit(b, one.id)}") for one in options]
    if shape.source == "evidence":
        names = names_of(b)
        return [Option(one.id, evidence(Ref(one.id), b, names)) for one in reversed(options)]
    return options


def _unit(b: Briefing, metric: str) -> str:
    found = units.unit(b, metric)
    return f", in {found}" if found else ""


class _Drawn:
    """The fields of one form."""

    def __init__(self, b: Briefing, kind: str, known: Mapping[str, Any], counting: Mapping[str, Owners]) -> None:
        self._b, self._kind, self._known, self._counting = b, kind, known, counting
        self._duties = b.incident.duties(b.role)

    def fields(self, wanted: Sequence[Shape]) -> str:
        """Return fields one below the other; small ones share a line by themselves."""
        return f'<div class="fields">{"".join(self._field(shape) for shape in wanted)}</div>'

    def told(self, later: Sequence[Shape], given: Set[str]) -> str:
        """Return in a line what is not asked for because the drill says it; what is changed below leaves the line."""
        parts = [part for shape in later for part in (shape, *(one for row in shape.rows for one in row.values()))]
        found = (
            f'<span data-told="{escape(part.path)}"><i>{escape(self._called(part))}</i> '
            f"{escape(self._said(part))}</span>"
            for part in parts if part.path in given
        )  # fmt: skip
        line = " ".join(found)
        return f'<p class="quiet told">As the drill has it: {line}</p>' if line else ""

    def _called(self, part: Shape) -> str:
        whole, _, name = part.path.partition(".")
        return f"{name_of(whole)}: {PARTS['check'][name].lower()}" if name else label_of(part)

    def _said(self, part: Shape) -> str:
        """Return in words what a field begins with."""
        value = self._known[part.path]
        titles = {one.id: one.title for one in self._choices(part._replace(ask="pick") if part.source else part) or ()}
        several = value if isinstance(value, list | tuple) else [value]
        words = [titles.get(str(one), f"{one:g}" if isinstance(one, float | int) else str(one)) for one in several]
        return f"{len(words)} picked" if len(words) > 2 else ", ".join(words)

    def _field(self, shape: Shape) -> str:
        label = f"{escape(label_of(shape))}{self._marks(shape)}"
        line = words("lines").get(shape.path)
        more = " ".join(filter(None, (help_of(shape, self._b), line)))
        if shape.rows or shape.ask == "rejected":
            inside = self._rejected(shape) if shape.ask == "rejected" else self._rows(shape)
            return f'<fieldset class="wide"><legend>{label}</legend>{inside}{self._help(shape, more)}</fieldset>'
        if shape.ask == "picks":
            return self._picks(shape, label, self._help(shape, more))
        choices = self._choices(shape)
        if choices is not None and _lies_open(choices):
            return self._open(shape, label, choices, self._help(shape, more))
        wide = " wide" if shape.ask in ("line", "text", "pick") else ""
        described = f' aria-describedby="{self._ident(shape.path)}-help"' if more else ""
        return (
            f'<p class="field{wide}"><label for="{self._ident(shape.path)}">{label}</label>'
            f"{self._control(shape, choices, described)}{self._wrong(shape.path)}{self._help(shape, more)}</p>"
        )

    def _marks(self, shape: Shape) -> str:
        needed = ' <b class="needed" title="needed">*</b>' if shape.needed else ""
        owners = self._counting.get(shape.path)
        if owners is None:
            return needed
        mine = counts_for(owners, self._duties)
        sign, kind, means = (MINE, "counts", "your seat") if mine else (OTHER, "other", "another seat")
        return f'{needed} <b class="{kind}" title="counts for {means}">{sign}</b>'

    def _ident(self, path: str) -> str:
        return f"{self._kind}-{path.replace('.', '-')}"

    def _wrong(self, path: str) -> str:
        return f'<small data-wrong="{escape(path)}" data-keep role="alert"></small>'

    def _help(self, shape: Shape, more: str) -> str:
        return f'<small class="help" id="{self._ident(shape.path)}-help">{escape(more)}</small>' if more else ""

    def _choices(self, shape: Shape) -> list[Option] | None:
        if shape.source == "levels":
            return [Option(one.id, one.id) for one in self._b.options("levels")]
        if shape.ask == "pick":
            return options_of(shape, self._b)
        if shape.ask == "choice":
            words = self._b.catalogue.called.titles.get(shape.path, {})
            return [Option(one, words.get(one, one.replace("_", " "))) for one in shape.choices]
        return None

    def _control(self, shape: Shape, choices: list[Option] | None, more: str = "") -> str:
        value = self._known.get(shape.path, shape.default)
        common = f'id="{self._ident(shape.path)}" name="{escape(shape.path)}"{more}'
        if shape.needed:
            common += " required"
        if choices is not None:
            empty = "Pick one" if choices else "Nothing to pick yet"
            first = "" if shape.ask == "choice" and shape.needed and value else f'<option value="">{empty}</option>'
            return f"<select {common}>{first}{''.join(_option(one, value) for one in choices)}</select>"
        shown = "" if value is None else escape(f"{value:g}" if isinstance(value, float | int) else value)
        if shape.ask == "number":
            limits = "".join(
                f' {name}="{limit:g}"' for name, limit in (("min", shape.low), ("max", shape.high)) if limit is not None
            )
            return f'<input type="number" step="any" data-type="number"{limits} value="{shown}" {common}>'
        if shape.ask == "text":
            most = f"Up to {shape.longest:,} characters"
            return f'<textarea rows="3" placeholder="{escape(most)}" {common}>{shown}</textarea>'
        return f'<input type="text" autocomplete="off" value="{shown}" {common}>'

    def _open(self, shape: Shape, label: str, choices: list[Option], more: str) -> str:
        """Return choices that all lie open; each has an id, so that a tick stays with its words when others come."""
        ident = self._ident(shape.path)
        value = self._known.get(shape.path, shape.default)
        buttons = "".join(
            f'<label id="{ident}-{escape(one.id)}">'
            f'<input type="radio" name="{escape(shape.path)}" value="{escape(one.id)}"'
            f"{' checked' if one.id == value else ''}>{escape(one.title)}</label>"
            for one in choices
        )
        return (
            f'<fieldset class="open"><legend>{label}</legend><div>{buttons}</div>'
            f"{self._wrong(shape.path)}{more}</fieldset>"
        )

    def _picks(self, shape: Shape, label: str, more: str) -> str:
        """Return choices of which several can be picked."""
        held = {str(one) for one in self._known.get(shape.path) or ()}
        options = options_of(shape, self._b)
        # What a record says and nobody is offered any more stays until somebody unticks it.
        before = sorted(held - {known.id for known in options})
        options += [Option(one, HIDDEN if shape.source == "evidence" else f"{one}, said before") for one in before]
        # What is picked already is in sight, whatever the length of the list.
        options.sort(key=lambda one: one.id not in held)
        ident = self._ident(shape.path)
        found = (
            f'<input type="search" data-filter="{ident}" id="{ident}-search" aria-label="Look for" '
            'placeholder="Look for …">'
            if len(options) >= MANY else ""
        )  # fmt: skip
        boxes = "".join(
            f'<label id="{ident}-{escape(one.id)}">'
            f'<input type="checkbox" data-type="list" name="{escape(shape.path)}" value="{escape(one.id)}"'
            f"{' checked' if one.id in held else ''}>{escape(one.title)}</label>"
            for one in options
        )
        none = '<span class="quiet">Nothing to pick yet</span>'
        return (
            f'<fieldset class="picks wide"><legend>{label}</legend>{found}'
            f'<div class="boxes" id="{ident}">{boxes or none}</div>{self._wrong(shape.path)}{more}</fieldset>'
        )

    def _rows(self, shape: Shape) -> str:
        called = PARTS["figure" if shape.ask == "figures" else shape.ask]
        return "".join(
            '<div class="parts">' + "".join(self._part(part, called[name], at) for name, part in row.items())
            + f"{self._age(row)}</div>"
            for at, row in enumerate(shape.rows, 1)
        )

    def _age(self, row: Mapping[str, Shape]) -> str:
        """Return how old a figure is that is filled in: whoever says it says how things stood then."""
        paths = [row[name].path for name in ("name", "low") if name in row]
        known = [self._known.get(path) for path in paths]
        words = age(self._b, str(known[0])) if len(known) == 2 and None not in known else ""
        return f'<small class="help wide">{escape(words)}</small>' if words else ""

    def _part(self, part: Shape, name: str, row: int) -> str:
        if part.ask == "picks":
            return self._picks(part, escape(name), "")
        ident = self._ident(part.path)
        number = f" {row}" if name == "Owner" else ""
        wide = " wide" if part.ask == "pick" else ""
        control = self._control(part, self._choices(part))
        return (
            f'<p class="field{wide}"><label for="{ident}">{escape(name)}{number}</label>{control}'
            f"{self._wrong(part.path)}</p>"
        )

    def _rejected(self, shape: Shape) -> str:
        reasons = [Option(one, one.replace("_", " ")) for one in get_args(Rejection)]
        parts = (Shape(path, "pick", needed=False, source="") for path in controls([shape]))
        return '<div class="parts">' + "".join(
            f'<p class="field"><label for="{self._ident(part.path)}">{escape(rung.capitalize())}</label>'
            f"{self._control(part, reasons)}{self._wrong(part.path)}</p>"
            for rung, part in zip(RUNGS, parts, strict=True)
        ) + f"</div>{self._wrong(shape.path)}"  # fmt: skip


def _lies_open(choices: Sequence[Option]) -> bool:
    return 1 < len(choices) <= FEW and sum(len(one.title) for one in choices) <= SHORT


def _option(one: Option, value: Any) -> str:
    selected = " selected" if one.id == value else ""
    return f'<option value="{escape(one.id)}"{selected}>{escape(one.title)}</option>'
