"""Work under way as HTML: who does what, how far it is, when it should be done."""

from __future__ import annotations

from simulator.briefing import Briefing
from simulator.names import Names
from simulator.record.tracked import Run, Task
from simulator.text import clock
from ui.parts.text import escape
from ui.parts.words import names_of


def work_html(briefing: Briefing) -> str:
    """Return running and waiting work, then the open tasks of everybody."""
    names = names_of(briefing)
    runs = "".join(_run(run, names, briefing.now) for run in briefing.running())
    open_tasks = [
        task for task in briefing.incident.tasks.values() if task.reported is None and not _doing(task, briefing)
    ]
    tasks = "".join(_task(task, names, briefing.now) for task in open_tasks)
    if not runs and not tasks:
        return '<p class="quiet">Nothing is running.</p>'
    return f'<div class="work">{runs}{tasks}</div>'


def _run(run: Run, names: Names, now: int) -> str:
    who = escape(names.handle(run.executor))
    title = escape(run.line)
    if run.state == "stalled":
        return f'<div class="run stalled"><b>{who}</b><code>{title}</code><span>HANGS</span></div>'
    if run.state == "waiting" or run.expected is None:
        waits = f"sign-off of {names.handles(run.waits_for)}" if run.waits_to_be_signed else "free hands"
        return f'<div class="run waiting"><b>{who}</b><code>{title}</code><span>waits for {escape(waits)}</span></div>'
    whole = max(1, run.expected - run.since)
    share = min(0.97, max(0.03, (now - run.since) / whole))
    left = run.expected - now
    words = f"{left} s left" if left > 0 else "any moment"
    return (
        f'<div class="run"><b>{who}</b><code>{title}</code><span>{words}</span>'
        f'<progress max="1" value="{share:.2f}" aria-label="{title}"></progress></div>'
    )


def _task(task: Task, names: Names, now: int) -> str:
    have = "has it" if task.acknowledged is not None else "not acknowledged"
    due = f"OVERDUE since {clock(task.due)}" if now > task.due else f"by {clock(task.due)}"
    return (
        f'<div class="run task"><b>{escape(names.handle(task.owner))}</b>'
        f"<em>{escape(task.text)}</em><span>{have} · {due}</span></div>"
    )


def _doing(task: Task, briefing: Briefing) -> bool:
    return any(run.ident in (task.query, task.action) and run.executor == task.owner for run in briefing.running())
