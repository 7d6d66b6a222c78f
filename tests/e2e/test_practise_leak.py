"""Practise scenario C alone in a browser: a leak no graph shows, kept in a restricted room, closed in every place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Console, Server
from tests.e2e.debrief import read_debrief

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
TITLE = "A stranger's document"
ROOM = "room open --restricted --codename HERON"
EVIDENCE = "edgectl evidence snapshot --all --include trace,access-log --hold legal"
CASE = "leakcase run --pop fra --warm-as member --then-as foreign --link lnk_7Q"
ROLLBACK = "edgectl rollback v56"
UNPIN = "expctl stop exp-421 --release-pin"
PURGE = "cdn purge --tag preview"
EPOCH = "tokctl epoch bump --scope vt --all-pops"
SYNC = "tokctl replicate --lagging --force"
VERIFY = "leakcheck run --all-pops --pairs 3 --cache-sample 2000 --token-sample 500"


def test_a_person_alone_contains_a_leak_and_closes(server: Server, open_page: Callable[..., Page]) -> None:
    me = Console.practise(open_page(server.url), server, "Ana", 7, TITLE)
    expect(me.page.get_by_placeholder("Write to the restricted channel")).to_be_visible()
    me.skip_while(lambda: me.now < 0)
    me.shot("leak-t0")
    _take_command(me)
    _contain(me)
    me.shot("leak-t12")
    _clean_up(me)
    _prove(me)
    me.close("kept a copy", "sin and syd", 0.1)
    me.shot("leak-t40")
    me.end()
    read_debrief(me, server, "leak-debrief")


def _take_command(me: Console) -> None:
    me.type("/ic me")
    me.type("/deputy @duty-deputy")
    me.type("/declare SEV-1 HERON")
    me.type("/freeze edge-worker edge-config")
    for handle in ("@growth-oncall", "@platform-oncall", "@privacy-counsel"):
        me.type(f"/page {handle}")
    for line in (ROOM, EVIDENCE, CASE):
        me.run(line, f"$ {line}")
    me.skip_until("Snapshot of traces and logs, with hold: done")
    me.decide("rollback", "evidence is safe", "fra and lhr", 0.05)


def _contain(me: Console) -> None:
    """Go back in five places, then free the sixth, which belongs to somebody else."""
    me.run(ROLLBACK, f"$ {ROLLBACK}")
    me.skip_until("Roll the worker back to v56: done")
    me.skip_until("@growth-oncall here")
    me.run(UNPIN, f"$ {UNPIN}")
    me.skip_until("Stop experiment 421: done")
    me.let_pass(95)


def _clean_up(me: Console) -> None:
    me.run(PURGE, f"$ {PURGE}")
    me.run(EPOCH, f"$ {EPOCH}")
    me.skip_until("Purge previews from the shared cache: done")
    me.skip_until("Begin a new token epoch: done")
    me.skip_until("@platform-oncall here")
    me.let_pass(20)
    me.run(SYNC, f"$ {SYNC}")
    me.skip_until("Push the token epoch to places that lag: done")
    me.form("Tell", "Stakeholder update")
    me.press("mitigating")
    me.hand_in("Stakeholder update")


def _prove(me: Console) -> None:
    """Look at every place again and compare with a window before the release."""
    me.let_pass(400)
    me.run(VERIFY, f"$ {VERIFY}")
    me.skip_until("Done: Case, cache and tokens, in every place")
    me.form("Act", "Verification")
    for metric in ("iad and sjc", "fra and lhr", "sin and syd"):
        me.pick("Metrics", metric)
    me.number("Baseline from", -1620)
    me.number("Baseline to", -1580)
    me.hand_in("Verification")
    me.skip_until("Verification measured: all within the baseline")
