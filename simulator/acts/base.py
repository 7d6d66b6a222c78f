"""What every act shares."""

from __future__ import annotations

from simulator.values import Part


class Command(Part):
    """One thing a person asks for. Refusal is an event in the journal, never an exception."""

    kind: str
