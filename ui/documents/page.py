"""The Markdown of our documents as HTML: headings, lists, tables, fenced output and paragraphs, nothing else.

Documents are written once, as Markdown. What people typed was escaped there and is escaped again here, so a page
cannot say anything that its Markdown does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ui.parts.text import escape, unmarked

_BOLD = re.compile(r"\*\*((?:[^*\\]|\\.)+)\*\*")
_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[|\s:-]+")
FENCE = "```"


def page(markdown: str) -> str:
    """Return a document as HTML."""
    return "".join(_blocks(markdown.splitlines()))


def _blocks(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(FENCE):
            fence = line[: len(line) - len(line.lstrip("`"))]
            end = next((n for n in range(at + 1, len(lines)) if lines[n] == fence), len(lines))
            yield f"<pre>{escape(chr(10).join(lines[at + 1 : end]))}</pre>"
            at = end + 1
            continue
        kind = _kind(line)
        end = next((n for n in range(at, len(lines)) if _kind(lines[n]) != kind), len(lines)) if kind else at + 1
        yield _block(kind, lines[at:end])
        at = end


def _kind(line: str) -> str:
    """Return which block a line belongs to; empty for a heading or an empty line, which stand alone."""
    if not line.strip() or line.startswith("#"):
        return ""
    if line.lstrip().startswith("- "):
        return "list"
    return "table" if line.startswith("|") else "fence" if line.startswith(FENCE) else "words"


def _block(kind: str, lines: list[str]) -> str:
    match kind:
        case "list":
            return _list(lines)
        case "table":
            return _table(lines)
        case "words":
            return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"
    level = len(lines[0]) - len(lines[0].lstrip("#"))
    if not level:
        return ""
    # Under the heading of whatever shows it.
    return f"<h{level + 2:d}>{_inline(lines[0][level:].strip())}</h{level + 2:d}>"


def _list(lines: list[str]) -> str:
    found, deep = "", False
    for line in lines:
        inner = line.startswith("  ")
        if inner != deep:
            found += "<ul>" if inner else "</ul>"
            deep = inner
        found += f"<li>{_inline(line.lstrip()[2:])}</li>"
    return f"<ul>{found}{'</ul>' if deep else ''}</ul>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in _CELL.split(line.strip().strip("|"))] for line in lines]
    head, *rest = (row for row in rows if not all(_RULE.fullmatch(cell) for cell in row))
    heads = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in rest)
    return f'<div class="scrolls"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _inline(text: str) -> str:
    parts = _CODE.split(text)
    # Words, ticks, code, words, ticks, code, … words.
    return "".join(
        _words(part) if n % 3 == 0 else f"<code>{escape(part.strip())}</code>" if n % 3 == 2 else ""
        for n, part in enumerate(parts)
    )


def _words(text: str) -> str:
    parts = _BOLD.split(text)
    return "".join(
        f"<b>{escape(unmarked(part))}</b>" if n % 2 else escape(unmarked(part)) for n, part in enumerate(parts)
    )
