"""Reading a debrief in the browser: every view is drawn, and its numbers are those of the scorecard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page, expect

from simulator.room.store import Store
from tests.e2e.conftest import Console, Server, eventually

VIEWS = ("Timeline", "Plan and harm", "Known and said", "Behind it")


def read_debrief(me: Console, server: Server, name: str, views: Iterable[str]) -> None:
    """Open the debrief of the drill on this page and read its score and these views; `name` is for screenshots."""
    page = me.page
    page.get_by_role("button", name="Open the debrief").click()
    expect(page).to_have_url(re.compile("/debrief"))
    card = scorecard(server, me.code)
    expect(page.locator(".db-total .n b")).to_have_text(str(card["total"]))
    _score(page, card)
    me.shot(f"{name}-score")
    for view in views:
        page.get_by_role("radio", name=view, exact=True).click()
        expect(page.locator(".stApp [data-testid='stException']")).to_have_count(0)
        _view(page, view)
        me.shot(f"{name}-{view.split(maxsplit=1)[0].lower()}")


def scorecard(server: Server, code: str) -> dict[str, Any]:
    """Return the scorecard that the server's database holds, once all of it is made: other seeds come last."""
    store = Store(server.database)
    try:
        row = store.drill_by_code(code)
        assert row is not None

        def whole() -> dict[str, Any] | None:
            found = store.scorecard(row.id, "recovery")
            return found if found and found["spread"] else None

        card: dict[str, Any] = eventually(whole, lambda: "it was never scored")
        return card
    finally:
        store.close()


def _score(page: Page, card: dict[str, Any]) -> None:
    head = page.locator(".db-total")
    expect(head).to_contain_text(card["band"])
    expect(head).to_contain_text(f"{card['spread']['low']}–{card['spread']['high']}, median {card['spread']['median']}")
    drawn = page.locator(".js-plotly-plot").first
    for part in card["parts"]:
        points = f"{part['points']:g} of {part['out_of']:g}"
        expect(drawn).to_contain_text(points if part["out_of"] else "does not apply")
        expect(page.locator(f".st-key-debrief-part-{part['id']} summary")).to_contain_text(points)
    earned, whole = (sum(part[key] for part in card["parts"]) for key in ("points", "out_of"))
    words = f"{earned:.1f} points of the {whole:.1f} that apply here are {card['uncapped']} of 100"
    expect(page.get_by_text(words)).to_be_visible()
    for cap in card["caps"]:
        expect(page.locator(f".st-key-debrief-cap-{cap['id']}")).to_contain_text(f"at most {cap['limit']}")
    for found in (found for part in card["parts"] for found in part["criteria"]):
        if found["status"] != "not_applicable":
            shown = page.locator(f".st-key-debrief-finding-{found['id']} .p")
            expect(shown).to_have_text(f"{found['points']:g} of {found['out_of']:g}")


def _view(page: Page, view: str) -> None:
    if view == "Timeline":
        expect(page.locator(".db-lanes")).to_be_visible()
        expect(page.locator(".db-lanes .p").first).to_be_attached()
    elif view == "Plan and harm":
        expect(page.locator(".js-plotly-plot")).to_have_count(3)
        expect(page.get_by_role("table", name="Harm at the horizon")).to_contain_text("Loss")
    elif view == "Known and said":
        expect(page.get_by_role("table", name="Claims and the world")).to_be_visible()
        expect(page.get_by_role("table", name="Checkpoint decisions")).to_contain_text("L2")
    else:
        page.get_by_text("What it was", exact=True).click()
        expect(page.get_by_role("table", name="Other stories")).to_be_visible()
