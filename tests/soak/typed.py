"""The whole required way of scenario A typed through a browser: fields, presses, and from a press to what it shows.

Every record is handed in through its form, from the page to closure; commands of the shell are typed. The drill is in
real time but for what is skipped. Then messages are sent one after the other, and counted among the commands.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from simulator import acts
from tests.conftest import chromium_path
from tests.e2e.console import ARGS, READY, Console, every_form
from tests.e2e.server import PATIENCE, Server

WATCH = """() => {
  const root = [...document.querySelectorAll("*")].filter((one) => one.shadowRoot?.querySelector(".live")).at(-1)
    .shadowRoot, seen = window.seen = {presses: [], opened: [], clicks: 0, keys: 0, lines: 0};
  const since = (list, act, nodes, what, done) => {
    const one = {act, at: performance.now()}, watch = new MutationObserver(() => {
      if (!done()) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => { one.took = performance.now() - one.at; }));
    });
    list.push(one);
    watch.observe(nodes, what);
  };
  root.addEventListener("submit", ({target}) => since(seen.presses, target.dataset.act, target,
    {attributes: true, attributeFilter: ["data-pending"]}, () => target.dataset.pending === undefined), true);
  root.addEventListener("click", ({target, isTrusted}) => {
    seen.clicks += isTrusted;
    const form = root.getElementById("form"), kind = target.closest("[data-open]")?.dataset.open;
    if (kind) since(seen.opened, kind, form, {childList: true, subtree: true, attributes: true},
      () => form.querySelector(`#form-${kind}`));
  }, true);
  root.addEventListener("keydown", () => { seen.keys += 1; }, true);
}"""
"""Note on the page each press and what it took until it was answered and painted."""
ASKED = """form => [...new Set([...form.elements].filter((one) => one.name && one.type !== "hidden" && one.offsetParent
  && !one.closest("details:not([open])")).map((one) => one.name))]"""
"""Names of the fields of a form that are in sight."""
HEIGHT = "form => form.getBoundingClientRect().height"
MOST_IN_SIGHT = 8
FLAGS = ("ff set auth.kid_v2_signing off --env prod", "ff set mobile.auth_kid_v2 off --env prod")
REVOKE = "sessctl revoke --kid k-2026-03b --verify-failed --since 13:56"
AUDIT, IMPACT = "ff audit --env prod --since 24h", "sessctl impact --now"
STATS = "sessctl stats --by kid,zone,client --since 13:56"
STUCK = "sessctl sessions --group-by refresh-state,client"
RERUN = "authcheck run --mint 60 --per client --redeem-sample 2000"
ANY = ...
"""The first thing that a list offers."""
Step = tuple[str, Any]
"""What is done: a form by its kind with what is filled in, or another thing by the name of a method of `Typist`."""


def update(status: str) -> Step:
    return "update_stakeholders", {"status": status, "impact.name": "locked_users", "impact.low": 15000,
                                   "unknowns": ANY}  # fmt: skip


LED: Sequence[Step] = (
    ("until", "AuthnRejectRatioHigh"), ("acknowledge", None),
    ("assign_role", {}), ("assign_role", {}), ("declare", {"severity": "SEV-1"}),
    ("classify_dependency", {"dependency": "auth"}),
    ("freeze", {"scope": ["auth-svc", "edge-gw"]}), *[("assign_lane", {})] * 4,
    ("type", "/page @mobile-oncall"), *[("run", line) for line in (AUDIT, IMPACT, STATS, STUCK)],
    ("until", "Done: Tokens signed and refused"),
    ("escalate_internally", {"impact.name": "locked_users", "impact.low": 15000, "ask": "mobile_hands"}),
    ("state_scope", {"reaches": ["web_users", "phone_users"], "began_minutes": -14}),
    ("record_option", {"action": "flag_web", "coverage": ["web"], "minutes_to_effect": 1}),
    ("record_option", {"action": "rollback", "coverage": ["web", "mobile"], "minutes_to_effect": 6}),
    ("record_readiness", {"rollback": "unknown", "known_good": "rel-5460"}),
    ("record_snapshot", {"candidate": "flag_web"}), ("record_packet", {"segments": ["web", "mobile"]}),
    ("record_decision", {"actions": ["flag_web", "flag_mobile"], "why_now": "quickest_undo", "confidence": "L2"}),
    ("run", FLAGS[0]), ("until", "@mobile-oncall here"), ("run", FLAGS[1]),
    ("until", "Switch mobile.auth_kid_v2 off: done"), update("mitigating"),
    ("update_executives", {"impact.name": "locked_users", "impact.low": 15000, "unknowns": ANY}),
    ("run", REVOKE), ("until", "Sign out the sessions whose tokens fail: done"),
    ("hand_off", {"included": ["web", "mobile"], "unknowns": ANY, "rollback_trigger.metric": "reject_ratio",
                  "rollback_trigger.threshold": 5}),
    ("onwards", None),
)  # fmt: skip
"""From the page to where command is handed over."""
CLOSED: Sequence[Step] = (
    ("pass", 240), ("run", RERUN),
    ("record_verification", {"metrics": ["reject_ratio_web", "reject_ratio_mobile", "invalid_grant"]}),
    ("until", "Verification measured"), ("record_residual_risks", {"risks": ["zone_still_standby"]}),
    ("add_hardening_task", {"text": "Verify each token once", "owner": "mitigation", "factor": ANY}),
    ("set_watch", {}), update("recovered"),
    ("publish_decision_note", {"cause": "zone_key", "confidence": "L2", "figures.0.name": "locked_users",
                               "figures.0.low": 15000}),
    ("commit_checkpoint", {}), ("publish_closure_package", {}),
    ("write_leadership_note", {"why": "quickest_undo", "confidence": "L2", "need": "security_review"}),
    ("request_closure", {"confidence": "L2"}),
)  # fmt: skip
"""From there to closure."""


class Typist(Console):
    """A person who hands every record in through its form.

    It waits for what comes by `wait_for`: an `expect` that does not hold at once has the page described in all its
    parts, which takes a fifth of a second of the page's own time and would be measured as the press's.
    """

    def __init__(self, page: Page, server: Server) -> None:
        super().__init__(page, server)
        self.fields, self.changed = 0, 0
        self.tallest: tuple[float, str] = (0.0, "")
        self.faults: list[str] = []
        page.evaluate(WATCH)

    def type(self, line: str, answer: str | None = None) -> None:
        """Type a line into the shell and press Enter; wait until it says what came of it."""
        self.box.fill(line)
        self.box.press("Enter")
        self.page.locator("#line-shell output").filter(has_text=answer or f"{line}: done").wait_for()

    def do(self, step: Step) -> None:
        """Take one step."""
        name, what = step
        if name in acts.ACTS:
            self.record(name, what)
        elif name == "run":
            self.run(what)
        elif name == "type":
            self.type(what)
        elif name == "until":
            self.skip_until(what)
        elif name == "pass":
            self.let_pass(what)
        elif name == "acknowledge":
            self.page.locator("#waits").get_by_role("button", name="Acknowledge").first.click()
            self.channel.filter(has_text="acknowledges").wait_for()
        else:
            button = self.page.locator("#onwards button")
            self.skip_while(lambda: not button.count(), 10)
            button.click()
            self.page.locator("#mine > summary").filter(has_text="Deputy").wait_for()

    def record(self, kind: str, values: Mapping[str, Any]) -> None:
        """Open a form, fill in what it does not begin with, and hand it in."""
        every_form(self.page).locator(f"[data-open={kind}]").click()
        form = self.page.locator(f"#form-{kind}")
        form.wait_for()
        asked = form.evaluate(ASKED)
        self.fields += len(asked)
        self.tallest = max(self.tallest, (form.evaluate(HEIGHT), kind))
        if len(asked) > MOST_IN_SIGHT:
            self.faults.append(f"{kind} shows {len(asked)} fields: {', '.join(asked)}")
        for path, value in values.items():
            self.changed += 1
            if path not in asked:
                self.faults.append(f"{kind} hides {path}")
            self._enter(kind, path, value)
        form.locator("footer button").click()
        answer = self.page.locator("#form output:not(:empty)")  # of a form that is put away, or of one that is not
        answer.wait_for()
        if not (said := answer.inner_text()).endswith("On the record"):
            self.faults.append(f"{kind}: {said}")

    def _enter(self, kind: str, path: str, value: Any) -> None:
        ident = f"{kind}-{path.replace('.', '-')}"
        if value is ANY and (boxes := self.page.locator(f'label[id^="{ident}-"] input')).count():
            boxes.first.check()
        elif isinstance(value, list):
            for one in value:
                box = self.page.locator(f'label[id="{ident}-{one}"] input')
                box.check() if box.count() else self.faults.append(f"{kind} does not offer {one}")
        elif self.page.locator(f'label[id="{ident}-{value}"]').count():
            self.page.locator(f'label[id="{ident}-{value}"] input').check()
        elif (field := self.page.locator(f"#{ident}")).evaluate("one => one.nodeName") == "SELECT":
            wanted = field.locator('option:not([value=""])' if value is ANY else f'option[value="{value}"]')
            if wanted.count():
                field.select_option(wanted.first.get_attribute("value"))
            else:
                self.faults.append(f"{kind} does not offer {value}")
        else:
            field.fill(f"{value:g}" if isinstance(value, int | float) else value)


@contextmanager
def typing(slower: float) -> Iterator[Typist]:
    """Give somebody who practises alone, on a machine so many times slower."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        expect.set_options(timeout=1000 * PATIENCE)
        try:
            page = launched.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(1000 * PATIENCE)
            page.goto(server.url)
            page.locator(READY).wait_for()
            Console.practise(page, server, "Ana", seed=7)
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            yield Typist(page, server)
        finally:
            launched.close()
            server.stop()


def spread(found: Sequence[Mapping[str, float]]) -> str:
    """Return the middle and the slow end of what presses took, in ms."""
    took = sorted(one["took"] for one in found if "took" in one)
    if not took:
        return "none"
    return f"p50 {statistics.median(took):.0f}, p95 {took[int(0.95 * len(took))]:.0f} ms of {len(took)}"


def way(slower: float, out: Path | None) -> list[str]:
    """Type the whole way; return what was wrong with it."""
    with typing(slower) as me:
        for number, step in enumerate((*LED, *CLOSED)):
            me.do(step)
            if out and step[0] in acts.ACTS:
                me.page.screenshot(path=str(out / f"{number:02}-{step[0]}.png"))
        facts = me.page.locator(".facts")
        try:
            expect(facts).to_contain_text("resolved")
        except AssertionError:
            me.faults.append(f"not closed: {me.page.locator('#form form').last.inner_text()}")
        seen, records = me.page.evaluate("seen"), sum(step[0] in acts.ACTS for step in (*LED, *CLOSED))
        print(f"slowed {slower:g} times: closed at {me.now // 60}:{me.now % 60:02} of drill time")
        print(f"  {records} records, {me.fields} fields in sight, {me.changed} of them filled in")
        print(f"  {seen['clicks']} clicks, {seen['keys']} keys, tallest {me.tallest[1]} {me.tallest[0]:.0f} px")
        acted = [one for one in seen["presses"] if one["act"] != "room.clock"]
        skipped = [one for one in seen["presses"] if one["act"] == "room.clock"]
        print(f"  press to what came of it: {spread(acted)}; skips: {spread(skipped)}")
        print(f"  press to an open form: {spread(seen['opened'])}")
        return me.faults


def many(slower: float, presses: int) -> list[str]:
    """Send so many messages, every second by a double click on the button; return what was lost or doubled."""
    with typing(slower) as me:
        line, send = me.page.locator("#text-channel"), me.page.locator("#line-channel button")
        for number in range(presses):
            line.fill(f"press {number}")
            line.press("Enter") if number % 2 else send.dblclick()
            me.page.locator("#line-channel:not([data-pending])").wait_for()
        seen, row = me.page.evaluate("seen"), me.stored()
        said = [one.text for one in row if isinstance(one, acts.PostMessage)]
        print(f"slowed {slower:g} times: {presses} presses, {len(said)} commands; {spread(seen['presses'])}")
        wanted = [f"press {number}" for number in range(presses)]
        return [] if said == wanted else [f"{len(said)} commands for {presses} presses"]


def add(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--slower", type=float, nargs="*", default=[1, 6], help="how many times the browser is slowed")
    parser.add_argument("--presses", type=int, default=1000, help="messages that are sent one after the other")
    parser.add_argument("--out", type=Path, help="folder for a screenshot after each record")


def run(args: argparse.Namespace) -> int:
    """Type the way at each speed, then the presses on the slowest; return the number of faults."""
    if not chromium_path():
        print("no chromium: install it or set CHROMIUM=/path/to/it", file=sys.stderr)
        return 0
    faults = [fault for slower in args.slower for fault in way(slower, args.out)]
    faults += many(max(args.slower, default=1), args.presses) if args.presses else []
    print(*faults, sep="\n")
    return len(faults)
