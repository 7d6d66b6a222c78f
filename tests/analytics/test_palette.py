"""Colours of charts can be read on every ground and told apart by everybody: contrast and distance, computed."""

from __future__ import annotations

import math
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from analytics.report.palette import PALETTE

Linear = tuple[float, float, float]
THEME = Path(__file__).resolve().parents[2] / "ui" / "theme" / "drill.toml"
CONTRAST = 3.0
"""What WCAG 2 asks of graphics (1.4.11)."""
DISTANCE = 20.0
"""In CIELAB (1976); what differs by 2 can just be told apart side by side."""
SEEN = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    # Machado, Oliveira and Fernandes (2009), severity 1.
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
}


def linear(colour: str) -> Linear:
    """Return a colour's light, from the letters that pages write."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return red, green, blue


def luminance(light: Linear) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one: Linear, other: Linear) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(light: Linear) -> Linear:
    """Return a colour where distances are what eyes make of them."""
    r, g, b = light
    red, blue = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    xyz = (red, luminance(light), blue)
    x, y, z = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def as_seen(light: Linear, how: str) -> Linear:
    red, green, blue = (min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in SEEN[how])
    return red, green, blue


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_colour_can_be_read_on_the_ground_of_a_page(theme: str) -> None:
    ground = tomllib.loads(THEME.read_text(encoding="utf-8"))["theme"][theme]["backgroundColor"]
    assert {c: round(contrast(linear(c), linear(ground)), 2) for c in PALETTE
            if contrast(linear(c), linear(ground)) < CONTRAST} == {}  # fmt: skip


@pytest.mark.parametrize("how", SEEN)
def test_every_two_colours_can_be_told_apart(how: str) -> None:
    seen = {colour: lab(as_seen(linear(colour), how)) for colour in PALETTE}
    near = {(a, b): round(math.dist(seen[a], seen[b]), 1) for a, b in combinations(PALETTE, 2)}
    assert {pair: far for pair, far in near.items() if far < DISTANCE} == {}


def test_two_that_some_cannot_tell_apart_are_found() -> None:
    red, green = (lab(as_seen(linear(colour), "deuteranopia")) for colour in ("#c62828", "#6a7a10"))
    assert math.dist(red, green) < DISTANCE < math.dist(lab(linear("#c62828")), lab(linear("#6a7a10")))
