"""A protected incident in the browser: a role outside need-to-know sees nothing of the restricted channel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from scenarios import load
from tests.e2e.console import SHOTS, Console, host, join, let_tick
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def _say(page: Page, channel: str, words: str) -> None:
    field = page.get_by_placeholder(f"Write to the {channel} channel")
    field.fill(words)
    field.press("Enter")
    expect(page.locator("#channel")).to_contain_text(words)


def _everything(page: Page) -> str:
    """Return all that a page holds, what lives included: that is in no page's own text."""
    inside: str = page.locator(".live").evaluate("live => live.getRootNode().innerHTML")
    return page.content() + inside


def test_the_restricted_channel_is_invisible_outside(server: Server, open_page: Callable[..., Page]) -> None:
    hana = open_page(server.url)
    code = host(hana, "stranger's document")
    ana = open_page(f"{server.url}/?drill={code}")
    join(ana, "Ana", "Incident commander")
    cy = open_page(f"{server.url}/?drill={code}")
    join(cy, "Cy", "Communications lead")
    hana.get_by_role("button", name="Start the drill").click()
    expect(ana.locator(".clock")).to_contain_text("1×")

    _say(ana, "restricted", "the worker reuses permissions")
    _say(cy, "incident", "what may I tell customers?")
    expect(ana.locator("#channel")).to_contain_text("what may I tell customers?")
    expect(hana.locator("#channel")).to_contain_text("the worker reuses permissions")
    let_tick(cy, 3)
    everything = _everything(cy)
    assert "reuses permissions" not in everything
    assert "#restricted" not in everything

    console = Console(cy, server)
    console.form("Stakeholder update")
    console.press("public", "investigating")
    form = cy.locator("#form form")
    assert form.get_by_label("Cause").locator("option").all_text_contents() == ["Nothing to pick yet"]
    expect(form.locator("fieldset.picks").filter(has_text="Unknowns")).to_contain_text("Nothing to pick yet")
    everything = _everything(cy)
    scenario = load("permission_leak").scenario
    for listed in (scenario.causes, scenario.unknowns, scenario.residual_risks, scenario.figures):
        assert not [one.title for one in listed if one.title in everything]
    console.hand_in("Stakeholder update")
    if SHOTS:
        ana.screenshot(path=f"{SHOTS}/protected-inside.png")
        cy.screenshot(path=f"{SHOTS}/protected-outside.png")
