"""What options of the command line can be."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """With hints, or without."""

    training = "training"
    assessment = "assessment"


class Difficulty(StrEnum):
    """How clearly the world is seen, and how much help there is."""

    novice = "novice"
    standard = "standard"
    expert = "expert"


class Output(StrEnum):
    """For people, or for programs."""

    table = "table"
    json = "json"


class Schema(StrEnum):
    """What a schema can be printed of."""

    scenario = "scenario"
    playbook = "playbook"
    book = "book"
    command = "command"
