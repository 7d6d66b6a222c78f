"""Templates come from anybody: what they ask for ends soon, whatever it is."""

from __future__ import annotations

import pytest

from simulator.errors import BrokenTemplate
from simulator.text import render

SCOPE = {"t": 2400, "rows": [1, 2], "many": range(1000), "few": range(100), "hosts": {"a": 1.5}, "on": True}
DOUBLED = "{% set a = 'xxxxxxxxxxxxxxxx' %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}"
LONG = "{% set a = 'aZbYcXdW' %}" + "{% set a = a + a %}" * 11
SQUARED = "{% set a = 99999 %}" + "{% set a = a * a %}" * 60 + "{{ a }}"


@pytest.mark.parametrize(("template", "why"), [
    ("{% if not on %}{% for i in range(6000) %}{% endfor %}{% endif %}", "calls 'range'"),
    ("{% if not on %}{{ ('x' * (t * 400000)) | length }}{% endif %}", "multiplies text"),
    ("{% set x = 'x' %}{{ x * 99999999 }}", r"\* is for numbers"),
    ("{% if not on %}{{ 9 ** 9 ** 9 }}{% endif %}", "uses pow"),
    ("{% for a in rows %}" * 3 + "{% endfor %}" * 3, "more than 2 loops"),
    ("{% for a in many %}{% endfor %}", "loops through 1,000 entries"),
    ("{% for a in 'abc' %}{% endfor %}", "no list"),
    ("{% for a in rows recursive %}{{ loop(rows) }}{% endfor %}", "a loop that calls itself"),
    ("{% macro f() %}{{ f() }}{% endmacro %}", "uses macro"),
    (DOUBLED, "more than 20,000 characters"), (DOUBLED.replace("~", "+"), "more than 20,000 characters"),
    (SQUARED, "a product is too large"),
    ("{% set a = [1] %}{% set b = [a, a] %}", "gives a list of its own a name"),
    ("{{ rows }}", "prints a whole list"), ("{{ '%s' | format(rows) }}", "prints a whole list"),
    ("{{ rows ~ '' }}", "prints a whole list"),
    ("{{ '%999999999d' | format(1) }}", "pads"), ("{{ '%(a)999999999d' | format(a=1) }}", "by name"),
    ("{{ '%(a)999999999d' | format(1) }}", "pads"),
    ("{{ '%*d' | format(999999999, 1) }}", "pads"), ("{{ '%.999999999f' | format(1) }}", "pads"),
    ("{{ '{:999999999}'.format(1) }}", "pads"), ("{{ '{:{}}'.format(1, 999999999) }}", "pads"),
    ("{{ (3 | string).format(1) }}", "formats with what is no text"), ("{{ 'x'.ljust(999999999) }}", "calls 'ljust'"),
    ("{{ 'x' | center(999999999) }}", "the filter 'center'"), ("{{ 3 | round(-999999999) }}", "rounds to"),
    ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "too many brackets"),
    ("{% if on %}" * 300 + "{% endif %}" * 300, "in one another"),
    ("{{ 1 }}" + " " * 8000, "more than 8,000 characters"),
    (LONG + "{% if a | list | sort %}{% endif %}", "no list"), (LONG + "{{ a | max }}", "no list"),
    (LONG + "{% for a in few %}{% for b in few %}{% if x | upper %}{% endif %}{% endfor %}{% endfor %}"
     .replace("x | upper", "a | upper | lower | title | trim"), "too much work"),
    ("{% for a in few %}{% for b in few %}" + "{% if a == b %}{% endif %}" * 20 + "{% endfor %}{% endfor %}",
     "too much work"),
    ("{{ '{a}'.format(1) }}", "a"), ("{{ '{} {}'.format(1) }}", "index"), ("{{ '{:'.format(1) }}", "unmatched"),
    ("{{ 'inf' | float | int }}", "infinity"), ("{{ 1e999 }}", "a number that is none"),
])  # fmt: skip
def test_what_could_grow_is_refused(template: str, why: str) -> None:
    with pytest.raises(BrokenTemplate, match=why):
        render(template, SCOPE)


@pytest.mark.parametrize(("template", "made"), [
    ("{% for a in rows %}{{ loop.index }}/{{ a }} {% endfor %}", "1/1 2/2 "),
    ("{% for name, x in hosts.items() %}{{ name ~ '=' ~ '%.2f' | format(x) }}{% endfor %}", "a=1.50"),
    ("{{ '{:,.2f}'.format(t) }} {{ t * 2 + 1 }} {{ 'a' + 'b' }} {{ rows | join(', ') }}", "2,400.00 4801 ab 1, 2"),
    ("{{ '{} of 500: {}'.format(t, t) }} {{ '%s: 95 %% 500 %s' | format(t, 404) }}",
     "2400 of 500: 2400 2400: 95 % 500 404"),
    ("{{ pct(0.5, 999999999) | length }}", "102"),
])  # fmt: skip
def test_what_people_write_is_filled(template: str, made: str) -> None:
    assert render(template, SCOPE) == made
