"""By the book, from the first findings to a contained cause: the steps of each plan.

The plans share what a commander does anyway; they differ in what is looked at, what is switched, and in whether
anybody has to be signed out.
"""

from __future__ import annotations

from scenarios.auth_token.plans import (
    CLOCK,
    KEY,
    LATE,
    Plan,
    executives,
    nobody_stuck,
    public,
    readiness,
    snapshot,
    somebody_stuck,
)
from scenarios.players.conditions import When, both, delivered, done, here, recorded, seen, since
from scenarios.players.plan import Choice, decided, hand_off, option, packet, settled
from scenarios.players.said import below, known, m, task
from scenarios.players.script import Step, does
from simulator import acts, values


def _flag_first(plan: Plan) -> values.Recommendation:
    blast = {"key": "stuck_stay", "unflagged": "stuck_stay", "late": "phones_untouched", "clock": "returns_with_nodes"}
    return values.Recommendation(
        owner="platform" if plan is CLOCK else "mitigation", action=plan.lead if plan is CLOCK else "flag_web",
        reversal_minutes=1, blast_radius=(blast[plan.name],),
    )  # fmt: skip


def _two_voices(plan: Plan) -> acts.RecordContradiction:
    """Return the two who contradict each other in the channel, each with what they want."""
    undo = _flag_first(plan)
    return acts.RecordContradiction(
        recommendations=(
            values.Recommendation(voice="want_flag", action=undo.action, reversal_minutes=1,
                blast_radius=undo.blast_radius),
            values.Recommendation(
                voice="want_rollback", action="rollback", reversal_minutes=6,
                blast_radius=("schema_stall" if plan is KEY else "known_debt",),
            ),
        ),
        choice=undo.action, reassess_minutes=8, evidence=("query:compat_check", "query:token_stats"),
    )  # fmt: skip


def _against(plan: Plan, action: str, minutes: float, blast: str, *evidence: str) -> acts.RecordContradiction:
    ours = _flag_first(plan)
    return acts.RecordContradiction(
        recommendations=(
            ours,
            values.Recommendation(owner="platform", action=action, reversal_minutes=minutes, blast_radius=(blast,)),
        ),
        choice=ours.action,
        reassess_minutes=8,
        evidence=tuple(f"query:{query}" for query in evidence),
    )


def _told_apart(plan: Plan) -> tuple[str, ...]:
    """Return the outputs that a plan's cause rests on."""
    return {"late": ("verify_by_reason", "token_stats"), "clock": ("verify_by_reason", "clock_all")}.get(
        plan.name, ("token_stats",)
    )


# --- a wrong key -----------------------------------------------------------------------------------------


def _switches(plan: Plan) -> list[Step]:
    """Return the steps that stop bad signatures: Identity's flag, then whatever reaches the other clients."""
    stats = seen("token_stats")
    if plan is KEY:
        first = [Step(m(4), "mitigation", does(option(plan, "flag_web", ("web",), 1, "phones_untouched", 1)), stats)]
        second: acts.Act = acts.TakeAction(action="flag_mobile", executor="mobile", decision="decision:1")
        able: When = here("mobile")
    else:
        first = [
            Step(m(2.6), "mitigation", does(acts.RunQuery(query="runbook"))),
            Step(m(4), "mitigation", does(option(plan, "pin", ("web", "mobile"), 3.5, "stuck_stay", 3.5)), stats),
        ]
        second = acts.TakeAction(action="pin", decision="decision:1")
        able = both(seen("runbook"), done("flag_web"))
    blast = ("phones_untouched", "stuck_stay") if plan is KEY else ("browsers_untouched", "stuck_stay")
    check = below("reject_ratio_web" if plan is KEY else "reject_ratio_mobile", 0.05)
    return [
        *first,
        Step(m(4), "mitigation", does(option(plan, "rollback", ("web", "mobile"), 6,
             "schema_stall" if plan is KEY else "known_debt", 6)), seen("compat_check")),
        *_known_readiness("blocked" if plan is KEY else "ready"),
        *_first_checkpoint(plan, stats),
        decided(m(4.6), plan, Choice(
            ("flag_web", "flag_mobile" if plan is KEY else "pin"), "quickest_undo",
            ("token_stats", "endpoints", "by_client"), 1 if plan is KEY else 3.5, blast, check,
        ), both(stats, recorded("option:2"))),
        Step(m(4.7), "mitigation", does(acts.TakeAction(action="flag_web", decision="decision:1")),
             recorded("decision:1")),
        *([Step(m(5), "commander", does(acts.AskRole(role="mobile", topic="flags")), here("mobile"))]
          if plan is KEY else []),
        Step(m(5), "mitigation", does(second), both(able, recorded("decision:1"))),
        *_watch(),
        Step(m(5.5), "commander", does(task("mitigation", "revoke_dry_run"))),
        decided(m(6), plan, Choice(
            ("revoke",), "harm_grows", ("revoke_dry_run", "stuck", "token_stats"), 5,
            ("users_signed_out", "repoison"), below("stuck_sessions", 12_000),
        ), both(seen("revoke_dry_run", "stuck"), done("flag_web"))),
        Step(m(6), "mitigation", does(acts.TakeAction(action="revoke", decision="decision:2")), recorded("decision:2")),
    ]  # fmt: skip


def _sign_out(plan: Plan) -> list[Step]:
    """Return the second sign-out, once nothing new is spoilt, and what is said around it."""
    second = plan.done[1]
    flagged = both(done("flag_web"), done(second))
    calm = both(settled(plan), nobody_stuck)
    return [
        *_other_voices(plan, "token_stats"),
        Step(m(11.6), "commander", does(_two_voices(plan)),
             both(delivered("want_flag"), seen("compat_check", "token_stats"))),
        Step(m(10), "comms", lambda b: public(b, "mitigating", "revoke", plan.told), done("flag_web")),
        Step(m(9.5), "commander", lambda b: packet(b, plan, "verification", "revoke_dry_run", "stuck"),
             flagged),
        Step(m(9.5), "mitigation", does(acts.TakeAction(action="revoke", decision="decision:2")),
             both(settled(plan), since("revoke", 165), somebody_stuck)),
        *_after(plan, calm, ("revoke",)),
    ]  # fmt: skip


# --- a late key set --------------------------------------------------------------------------------------


def _late() -> list[Step]:
    """Return the steps against a key set that came too late: shorten it with what is undone in a minute, and wait."""
    told = seen("verify_by_reason", "token_stats")
    flagged = both(done("flag_web"), done("flag_mobile"))
    return [
        Step(m(2.6), "commander", does(task("verification", "verify_by_reason"))),
        Step(m(2.7), "commander", does(task("triage", "cdn_status"))),
        Step(m(4), "mitigation", does(option(LATE, "flag_web", ("web",), 1, "phones_untouched", 1)), told),
        Step(m(4), "mitigation", does(option(LATE, "flag_mobile", ("mobile",), 1, "browsers_untouched", 1)), told),
        *_known_readiness("blocked"),
        *_first_checkpoint(LATE, told),
        decided(m(4.6), LATE, Choice(
            ("flag_web", "flag_mobile"), "quickest_undo", ("verify_by_reason", "token_stats", "endpoints"), 1,
            ("phones_untouched", "browsers_untouched"), below("reject_ratio", 0.012),
        ), both(told, recorded("option:2"))),
        Step(m(4.7), "mitigation", does(acts.TakeAction(action="flag_web", decision="decision:1")),
             recorded("decision:1")),
        Step(m(5), "mitigation", does(acts.TakeAction(action="flag_mobile", executor="mobile", decision="decision:1")),
             both(here("mobile"), recorded("decision:1"))),
        *_watch(),
        *_other_voices(LATE, "verify_by_reason"),
        Step(m(9), "comms", lambda b: public(b, "mitigating", "flag_web", LATE.told), done("flag_web")),
        Step(m(9.5), "commander", lambda b: packet(b, LATE, "verification", "cdn_status", "stuck"), flagged),
        *_after(LATE, flagged, ("flag_mobile",)),
    ]  # fmt: skip


# --- a clock that is ahead -------------------------------------------------------------------------------


def _clock() -> list[Step]:
    """Return the steps against a wrong clock: find whose, set it, leave flags and sessions alone."""
    told = seen("verify_by_reason", "clock_all")
    stepped = done("clock_sync")
    return [
        Step(m(2.6), "commander", does(acts.PageTeam(role="platform"))),
        Step(m(2.6), "commander", does(task("verification", "verify_by_reason"))),
        Step(m(2.7), "commander", does(task("triage", "clock_all"))),
        Step(m(4), "mitigation", does(option(CLOCK, "clock_sync", ("web", "mobile"), 1.5, "returns_with_nodes", 1)),
             told),
        Step(m(4), "mitigation", does(option(CLOCK, "zone_c", ("web", "mobile"), 2.5, "capacity_loss", 2.5)), told),
        *_known_readiness("blocked"),
        *_first_checkpoint(CLOCK, told),
        decided(m(4.6), CLOCK, Choice(
            ("clock_sync",), "harm_grows", ("verify_by_reason", "clock_all", "token_stats"), 1,
            ("returns_with_nodes",), below("reject_ratio", 0.02),
        ), both(told, recorded("option:2"))),
        Step(m(4.7), "mitigation", does(acts.TakeAction(action="clock_sync", executor="platform",
             decision="decision:1")),
             both(here("platform"), recorded("decision:1"))),
        *_watch(),
        Step(m(7), "commander", does(acts.AskRole(role="platform", topic="release")), here("platform")),
        *_other_voices(CLOCK, "verify_by_reason"),
        Step(m(10), "comms", lambda b: public(b, "mitigating", "clock_sync", CLOCK.told), stepped),
        Step(m(9.5), "commander", lambda b: packet(b, CLOCK, "verification", "clock_all", "stuck"), stepped),
        Step(m(10.5), "triage", does(acts.RunQuery(query="clock_all")), stepped),
        *_after(CLOCK, stepped, ("clock_sync",)),
    ]  # fmt: skip


# --- what the plans share --------------------------------------------------------------------------------


def _known_readiness(state: str) -> list[Step]:
    plan = "compat" if state == "blocked" else None
    return [
        Step(m(4), "mitigation", lambda b: readiness(b, state, plan, "compat_check", "verify"),
             seen("compat_check", "verify")),
    ]  # fmt: skip


def _first_checkpoint(plan: Plan, told: When) -> list[Step]:
    queries = ("endpoints", "impact", *_told_apart(plan))
    return [
        Step(m(4.5), "commander", lambda b: packet(b, plan, "mitigation", *queries), told),
        Step(m(4.6), "triage", does(hand_off(plan, "triage", "mitigation", "packet:1")), recorded("packet:1")),
    ]


def _watch() -> list[Step]:
    return [
        Step(m(5.2), "commander", does(task("triage", text="Watch for other reasons until the checkpoint", due=10))),
        Step(m(5.2), "commander", does(task("verification", text="Watch both client classes", due=10))),
        Step(m(5.3), "verification", does(acts.ShareCue(cue="stuck_gauge"))),
        Step(m(5.5), "commander", does(task("verification", "stuck"))),
    ]


def _other_voices(plan: Plan, proof: str) -> list[Step]:
    """Return the answers to whoever is loud and wrong, and the way back made ready meanwhile."""
    return [
        Step(m(6), "triage", lambda b: acts.ChallengeClaim(inject="ddos_claim", evidence=known(b, proof)),
             both(delivered("ddos_claim"), seen(proof))),
        Step(m(6.5), "commander", does(_against(plan, "block_asn", 1, "no_effect_on_cause", proof)),
             both(delivered("ddos_claim"), seen(proof))),
        Step(m(7), "commander", does(acts.AskRole(role="security", topic="signing_keys")), here("security")),
        Step(m(9), "commander", does(task("triage", "key_fingerprint")), delivered("publish_proposal")),
        Step(m(12), "triage",
             lambda b: acts.ChallengeClaim(inject="publish_proposal", evidence=known(b, "key_fingerprint")),
             both(delivered("publish_proposal"), seen("key_fingerprint"))),
    ]  # fmt: skip


def _after(plan: Plan, settled: When, in_flight: tuple[str, ...]) -> list[Step]:
    lead = in_flight[0]
    return [
        Step(m(13), "mitigation", does(hand_off(plan, "mitigation", "verification", "packet:2", in_flight)),
             both(recorded("packet:2"), settled)),
        Step(m(14), "deputy", lambda b: snapshot(b, plan, "recovery", lead, 1.0, "verification"), settled),
        Step(m(15), "commander", does(acts.ChangeStatus(status="mitigating"))),
        Step(m(16), "comms", lambda b: executives(b, plan, lead, plan.told_up[0])),
    ]  # fmt: skip


def _detected(plan: Plan) -> list[Step]:
    cause = acts.StateHypothesis(cause=plan.cause, probability=0.8)
    return [
        Step(m(4), "triage", does(cause), seen(*_told_apart(plan))),
        Step(m(4), "deputy", lambda b: snapshot(b, plan, "detection", plan.lead, plan.worse, "mitigation")),
    ]


def steps_of(plan: Plan) -> list[Step]:
    """Return the steps of a plan."""
    own = {"late": _late, "clock": _clock}.get(plan.name)
    return [*_detected(plan), *(own() if own else (*_switches(plan), *_sign_out(plan)))]
