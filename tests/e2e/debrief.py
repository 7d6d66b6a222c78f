"""Reading a debrief in the browser: every view is drawn, and its numbers are those of the scorecard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page, expect

from simulator.room.store import Store
from tests.e2e.console import READY, Console
from tests.e2e.server import Server, eventually

VIEWS = ("2 Who knew what", "3 What else", "4 As a team", "5 Strengths and gaps")


def read_debrief(me: Console, server: Server, name: str, views: Iterable[str]) -> None:
    """Open the debrief of the drill on this page and read its score and these views; `name` is for screenshots.

    The way there is a link on the console, and a button on the page that says how the drill ended (`Console.over`).
    """
    page, way = me.page, "Open the debrief"
    page.get_by_role("link", name=way).or_(page.get_by_role("button", name=way)).click()
    expect(page).to_have_url(re.compile("/debrief"))
    card = scorecard(server, me.code)
    # Once the last of the score has come the page is drawn anew by itself: what follows is about the finished one.
    expect(page.get_by_text("The rest of the page is there.")).to_have_count(0)
    page.locator(READY).wait_for()
    _happened(page)
    me.shot(f"{name}-happened")
    page.get_by_role("button", name="Open it without a guess").click()
    expect(page.get_by_text("Contributing factors")).to_be_visible()
    page.get_by_role("radio", name="6 Score", exact=True).click()
    expect(page.locator(".db-total .n b")).to_have_text(str(card["total"]))
    _score(page, card)
    me.shot(f"{name}-score")
    for view in views:
        page.get_by_role("radio", name=view, exact=True).click()
        expect(page.locator(".stApp [data-testid='stException']")).to_have_count(0)
        _view(page, view, decided=any(body.kind == "record_decision" for body in me.stored()))
        me.shot(f"{name}-{view.split()[-1].lower()}")


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
    for number, cap in enumerate(card["caps"]):
        shown = page.locator(f".st-key-debrief-cap-{cap['id']}-{number}")
        expect(shown).to_contain_text(f"at most {cap['limit']}")
    for found in (found for part in card["parts"] for found in part["criteria"]):
        if found["status"] != "not_applicable":
            shown = page.locator(f".st-key-debrief-finding-{found['id']} .p")
            expect(shown).to_have_text(f"{found['points']:g} of {found['out_of']:g}")


def _happened(page: Page) -> None:
    """Walk a stop on, look at a seat's screen, and press a mark in the picture."""
    expect(page.locator(".js-plotly-plot .barlayer").first).to_be_attached()
    expect(page.locator(".db-lanes .p").first).to_be_attached()
    begins = page.get_by_text(re.compile("^Stop 1 of")).count()  # a drill whose first stop is later begins before it
    page.get_by_role("button", name="Next stop").click()
    expect(page.get_by_text(re.compile(f"^Stop {begins + 1} of"))).to_be_visible()
    page.get_by_role("radio", name="A seat's screen").click()
    expect(page.get_by_text("Only this seat was told")).to_be_visible()
    page.get_by_role("radio", name="Both lanes").click()


def _view(page: Page, view: str, decided: bool) -> None:
    if view == VIEWS[0]:
        expect(page.get_by_role("table", name="Claims and the world")).to_be_visible()
    elif view == VIEWS[1]:
        expect(page.get_by_role("table", name="Harm at the horizon")).to_contain_text("Loss")
        if decided:
            expect(page.get_by_role("table", name="Checkpoint decisions")).to_contain_text("L2")
    elif view == VIEWS[2]:
        expect(page.get_by_role("table", name="Team process")).to_contain_text("closed loop")
    else:
        expect(page.get_by_role("heading", name="Worth most next time")).to_be_visible()
        expect(page.locator(".js-plotly-plot")).to_have_count(2)
