"""How the debrief looks: one style sheet, and small pieces of HTML. What people typed is escaped here."""

from __future__ import annotations

import math
from html import escape
from typing import NamedTuple

from simulator.text import clock


class Sign(NamedTuple):
    """A status as a sign and a word: the colour is never the only one to say it."""

    sign: str
    word: str
    tone: str


STATUS = {
    "met": Sign("✓", "met", "good"),
    "partial": Sign("◐", "partly met", "warn"),
    "missed": Sign("✗", "missed", "bad"),
    "not_observed": Sign("○", "not seen", "bad"),
    "not_applicable": Sign("–", "does not apply", "quiet"),
}
VERDICT = {
    "on time": Sign("✓", "answered on time", "good"),
    "late": Sign("◐", "answered late", "warn"),
    "missed": Sign("✗", "not answered", "bad"),
    "kept": Sign("✓", "rightly left alone", "good"),
    "broken": Sign("✗", "gave in", "bad"),
    "none expected": Sign("–", "no response expected", "quiet"),
}


def badge(sign: Sign) -> str:
    """Return a status badge."""
    return f'<span class="db-badge {sign.tone}"><i aria-hidden="true">{sign.sign}</i> {escape(sign.word)}</span>'


def truth_badge(holds: object, right: str = "true", wrong: str = "not so") -> str:
    """Return a badge for what the world says to a statement; nothing where nobody can tell."""
    if holds is None or (not isinstance(holds, bool) and str(holds) == "<NA>"):
        return badge(Sign("–", "cannot be checked", "quiet"))
    return badge(Sign("✓", right, "good") if bool(holds) else Sign("✗", wrong, "bad"))


def number(value: float) -> str:
    """Return a count or share as people write it."""
    if math.isnan(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}".removesuffix(".0")


def stated(low: float, high: float) -> str:
    """Return a stated figure, point or interval."""
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def minute(value: float, missing: str = "never") -> str:
    """Return a drill minute as a clock."""
    return missing if math.isnan(value) else clock(round(60 * value))


def plain(text: str) -> str:
    """Return text in which Markdown finds nothing to do, for labels that only take Markdown."""
    return "".join(f"\\{x}" if x in _MARKS else x for x in " ".join(text.split()))


_MARKS = frozenset("\\`*_{}[]()#+-.!|~<>$:&\"'")


def table(label: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table of cells that are HTML already; on a narrow screen each row becomes a card."""
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(f'<td data-h="{escape(h)}">{cell}</td>' for h, cell in zip(heads, row, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="db-scroll"><table class="db-table" aria-label="{escape(label)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def quiet(text: str) -> str:
    """Return a line for a place that has nothing to show."""
    return f'<p class="db-none">{escape(text)}</p>'


STYLE = """<style>
.db-badge{display:inline-block;font-size:.78rem;font-weight:600;border-radius:5px;padding:.05rem .45rem;white-space:nowrap;
 border:1px solid color-mix(in srgb,currentColor 45%,transparent)}
.db-badge i{font-style:normal}
.good{color:light-dark(#0f6b43,#4fe0a4)}.warn{color:light-dark(#8a4b00,#ffb45e)}.bad{color:light-dark(#b3201f,#ff8080)}
.quiet{color:light-dark(#56616e,#98a5b5)}
.db-none{color:light-dark(#56616e,#98a5b5);margin:.3rem 0}
.db-head{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,auto);gap:1rem 2.5rem;align-items:start}
.db-lead{margin:.1rem 0 .4rem;max-width:60rem}.db-h4{font-size:.9rem;margin:.6rem 0 .2rem;padding:0}
.db-meta{display:flex;flex-wrap:wrap;gap:.25rem 1.3rem;margin:.35rem 0;font-size:.9rem}
.db-meta b{font-weight:600}.db-meta span span{color:light-dark(#56616e,#98a5b5);margin-right:.35rem}
.db-total{min-width:21rem;border:1px solid light-dark(#ccd5df,#2b394a);border-radius:10px;padding:.7rem 1rem .8rem;
 background:light-dark(#f7f9fb,#10161e)}
.db-total .n{display:flex;align-items:baseline;gap:.7rem}
.db-total .n b{font-size:2.7rem;line-height:1;font-weight:700;font-variant-numeric:tabular-nums}
.db-total .n em{font-style:normal;font-weight:650;font-size:1.05rem}
.db-total small{display:block;font-size:.82rem;color:light-dark(#475361,#a5b1bf);margin-top:.3rem}
.db-strip{position:relative;height:1.95rem;margin:.65rem 0 .1rem}
.db-strip .track{position:absolute;left:0;right:0;top:.55rem;height:.5rem;border-radius:4px;overflow:hidden;display:flex}
.db-strip .track span{display:block;height:100%;border-right:2px solid light-dark(#f7f9fb,#10161e);
 background:light-dark(#dbe2ea,#253242)}
.db-strip .range{position:absolute;top:.55rem;height:.5rem;background:light-dark(#5b8fd9,#3f78c9);border-radius:4px;min-width:4px}
.db-strip .dot{position:absolute;top:.3rem;width:.26rem;height:1rem;margin-left:-.13rem;border-radius:2px;
 background:light-dark(#17202b,#fff)}
.db-strip .lab{position:absolute;top:1.15rem;font-size:.7rem;color:light-dark(#56616e,#98a5b5);transform:translateX(-50%)}
.db-cap{border-left:4px solid light-dark(#b3201f,#ff8080);padding:.35rem .8rem;margin:.4rem 0;
 background:light-dark(#fdf3f2,#1d1315);border-radius:0 6px 6px 0}
.db-note{font-size:.82rem;color:light-dark(#56616e,#98a5b5);margin:.35rem 0 0}
.db-finding{margin:.15rem 0 .1rem}
.db-finding .l{display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap}
.db-finding .l b{font-weight:650}.db-finding .l .p{margin-left:auto;font-variant-numeric:tabular-nums;white-space:nowrap}
.db-finding .id{font-family:monospace;font-size:.78rem;color:light-dark(#56616e,#98a5b5)}
.db-finding p{margin:.25rem 0}.db-finding .adv{padding-left:.7rem;border-left:3px solid light-dark(#0b5cd5,#5b9dff)}
.db-finding .src{font-size:.78rem;color:light-dark(#56616e,#98a5b5)}
.db-list{margin:.2rem 0;padding:0;list-style:none}
.db-list li{padding:.4rem 0;margin:0;border-bottom:1px solid light-dark(#e3e8ee,#1e2935)}
.db-list li:last-child{border:0}.db-list .p{float:right;font-variant-numeric:tabular-nums;white-space:nowrap;margin-left:.6rem}
.db-lanes{display:grid;grid-template-columns:4.2rem minmax(0,5fr) minmax(0,7fr);gap:0 .9rem;font-size:.9rem}
.db-lanes>*{padding:.3rem 0}.db-lanes .m{border-top:1px solid light-dark(#dde3ea,#1d2833);font-family:monospace;
 color:light-dark(#56616e,#98a5b5);font-size:.82rem;padding-top:.45rem}
.db-lanes .w,.db-lanes .p{border-top:1px solid light-dark(#dde3ea,#1d2833)}
.db-lanes .h{font-weight:650;position:sticky;top:0;z-index:1;background:light-dark(#fff,#0b0f14)}
.db-it{padding:.1rem 0 .1rem .55rem;margin:.12rem 0;border-left:3px solid light-dark(#c3ccd6,#344454);overflow-wrap:anywhere}
.db-it .t{font-family:monospace;font-size:.78rem;color:light-dark(#56616e,#98a5b5);margin-right:.45rem}
.db-it .k{font-size:.74rem;font-weight:600;color:light-dark(#475361,#a5b1bf);margin-right:.4rem}
.db-it.decision{border-color:light-dark(#6d3fc4,#b392f0)}.db-it.action,.db-it.effect{border-color:light-dark(#13734b,#3ddc97)}
.db-it.alert,.db-it.fault,.db-it.refused{border-color:light-dark(#c62828,#ff5c5c)}
.db-it.inject,.db-it.tolerance{border-color:light-dark(#b45309,#ff9f43)}
.db-it.finding,.db-it.message{border-color:light-dark(#0b5cd5,#5b9dff)}
.db-it.focus{background:light-dark(#fff6d6,#332a08);outline:2px solid light-dark(#8a6a00,#f5c542);border-radius:4px}
.db-it pre{white-space:pre-wrap;font-size:.76rem;margin:.25rem 0;padding:.4rem .6rem;border-radius:5px;overflow-wrap:anywhere;
 background:light-dark(#f3f6f9,#0f161f)}
.db-it summary{cursor:pointer;font-size:.78rem;color:light-dark(#0b5cd5,#6cb6ff)}
.db-it .v{display:block;font-size:.82rem;margin:.15rem 0}
.db-scroll{overflow-x:auto}
.db-table{width:100%;border-collapse:collapse;font-size:.88rem;margin:.2rem 0 .6rem}
.db-table th{text-align:left;font-weight:600;font-size:.78rem;color:light-dark(#475361,#a5b1bf);padding:.3rem .7rem .3rem 0;
 border:0;border-bottom:1px solid light-dark(#ccd5df,#2b394a)}
.db-table td{vertical-align:top;padding:.42rem .7rem .42rem 0;border:0;border-bottom:1px solid light-dark(#e3e8ee,#1e2935);
 overflow-wrap:break-word}
.db-table .t{font-family:monospace;white-space:nowrap}
.db-table small{color:light-dark(#475361,#a5b1bf)}
@media (max-width:760px){
 .db-head{grid-template-columns:minmax(0,1fr)}.db-total{min-width:0}
 .db-lanes{grid-template-columns:minmax(0,1fr);gap:0}.db-lanes .h{display:none}
 .db-lanes>*{padding:.05rem 0}.db-lanes .w,.db-lanes .p{border:0}.db-lanes .w:empty,.db-lanes .p:empty{display:none}
 .db-lanes .w .db-it::before{content:"world ";font-size:.7rem;font-weight:700;color:light-dark(#b45309,#ff9f43)}
 .db-table thead{display:none}.db-table tr{display:block;border-bottom:1px solid light-dark(#ccd5df,#2b394a);padding:.4rem 0}
 .db-table td{display:block;border:0;padding:.12rem 0}
 .db-table td::before{content:attr(data-h);display:block;font-size:.72rem;font-weight:600;color:light-dark(#56616e,#98a5b5)}
 .db-table td:empty{display:none}
}
</style>"""
