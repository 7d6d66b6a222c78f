"""Why a skip ended, in responders' words."""

from __future__ import annotations

from simulator.room.skip import Skipped

WHY = {
    "alert_fired": "an alert fired", "inject_delivered": "a message came", "message_posted": "somebody wrote",
    "post_message": "somebody wrote", "cue_given": "you were told something", "cue_shared": "somebody shared something",
    "hint_given": "a hint", "query_finished": "a result is there", "action_finished": "something was carried out",
    "action_aborted": "something was aborted", "verification_measured": "the verification is measured",
    "task_reported": "a task is reported", "task_assigned": "you have a task", "hand_off_offered": "a handoff for you",
    "action_queued": "your signature is wanted", "page_unanswered": "a page was not answered",
    "role_joined": "somebody joined", "stand_in_came": "somebody stands in for a silent seat",
    "role_doubled": "one person is commander and deputy", "closure_refused": "closure was refused",
    "incident_closed": "it is closed", "command_refused": "something was refused", "drill_ended": "the drill is over",
}  # fmt: skip
"""What happened, by the kind of entry."""


def why(found: Skipped) -> str:
    """Return what a skip ended for."""
    return WHY.get(found.entry.body.kind, found.why) if found.entry else found.why
