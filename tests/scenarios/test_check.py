"""The linter: each mistake an author can make is one finding with line and remedy."""

from __future__ import annotations

import pytest

import scenarios
from scenarios.auth_token.world import AuthTokenWorld
from scenarios.lint import Problem, check_path, check_text
from tests.shipped import FOLDER, text

pytestmark = pytest.mark.slow


def check(old: str, new: str) -> list[Problem]:
    assert old in text()
    return check_text(text().replace(old, new, 1), "mine.yaml", lambda: AuthTokenWorld)


def only(findings: list[Problem]) -> str:
    assert len(findings) == 1, [str(f) for f in findings]
    found = findings[0]
    assert found.line > 1
    assert found.remedy
    return str(found).partition(": ")[2]


@pytest.mark.parametrize("name", scenarios.names())
def test_shipped_scenarios_are_clean(name):
    assert check_path(FOLDER / name) == []


def test_shipped_playbooks_are_clean():
    folder = FOLDER / "playbooks"
    assert [f for file in sorted(folder.glob("*.yaml")) for f in check_path(file)] == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("executors: [dba]\n    rung: repair", "executors: [dbaa]\n    rung: repair",
         "actions.compat.executors.0: unknown name 'dbaa'; use one of roles; did you mean 'dba'?"),
        ("coverage: [web]", "coverage: [desktop]",
         "actions.flag_web.coverage.0: unknown name 'desktop'; use one of segments"),
        ("metric: mint_p95, above", "metric: mint_p99, above",
         "alerts.mint_saturation.metric: unknown name 'mint_p99'"),
        ("source: ratio_403", "source: ratio_404",
         "metrics.forbidden_ratio.source: unknown name 'ratio_404'; use one of sources; did you mean 'ratio_40"),
        ("rate: invalid_grant", "rate: invalid_grants", "logs.refresh_refused.rate: unknown name 'invalid_grants'"),
        ("{knob: pin, value: 1", "{knob: pinn, value: 1",
         "actions.pin.effects.0.knob: unknown name 'pinn'; use one of knobs"),
        ("when: {rollback_stalled: true}", "when: {rollback_stuck: true}",
         "injects.rollback_crash.when.rollback_stuck: unknown name 'rollback_stuck'; use one of facts"),
        ("when: {query.runbook: true}", "when: {query.runbok: true}",
         "actions.pin.preconditions.0.when.query.runbok: unknown name 'query.runbok'; use one of facts; "
         "did you mean 'query.runbook'?"),
        ("moot_when: {flag_mobile_on: false}", "moot_when: {flag_mobil_on: false}",
         "roles.mobile.cues.mobile_flag.moot_when.flag_mobil_on: unknown name 'flag_mobil_on'; use one of facts; "
         "did you mean 'flag_mobile_on'?"),
        ("moot_when: [{query.stuck: true}, {revoked: true}]", "moot_when: [{query.stuck: true}, {revokd: true}]",
         "roles.verification.cues.stuck_gauge.moot_when.1.revokd: unknown name 'revokd'; use one of facts"),
        ("        moot_when: {action.compat: done}\n", "",
         "roles.dba.cues.dropped_column.moot_text: is never said; say in `moot_when` what overtakes the cue"),
        ("occupies: [triage]", "occupies: [triag]",
         "injects.leadership_unheard.occupies.0: unknown name 'triag'; use one of roles; did you mean 'triage'?"),
        ("told.leadership: {above: 15}", "told.ledership: {above: 15}",
         "injects.leadership_unheard.when.told.ledership: unknown name 'told.ledership'; use one of facts"),
        ("starts: migrate status", "starts: migrat status",
         "wrong_places.migrate_stg.starts: no query's command begins like that; give the beginning of one"),
        ("output: \"stg-session-svc: 0 sessions match\"", "output: \"{{ nowhere }} sessions match\"",
         "wrong_places.sessctl_stg.output: broken template ('nowhere' is undefined)"),
        ("    topic: retries\n    command: edgectl", "    topic: retris\n    command: edgectl",
         "actions.throttle.topic: unknown name 'retris'; use one of topics; did you mean 'retries'?"),
        ("{poisoned_sessions: {above: 0}}", "{poisoned_sessions: {over: 0}}",
         "actions.revoke.preconditions.0.when.poisoned_sessions: unknown comparison 'over'; write above, below or not"),
        ("{when: {action.rollback: done}", "{when: {action.rollback: finished}",
         "actions.roll_forward.preconditions.0.when.action.rollback: an action is never 'finished'"),
        ("weight: 0.3, tolerance", "weight: 0.4, tolerance", "segments: weights add up to 1.1; make them add up to 1"),
        ("aliases: [git log]", "aliases: [jwks]", "queries.jwks_kids.aliases: 'jwks' also runs git_log"),
        ("pods available: {{ replicas }}", "pods available: {{ replika }}",
         "actions.rollback.stall_output: broken template ('replika' is undefined); use what is there; "
         "did you mean 'replicas'?"),
        ("pods available: {{ replicas }}", "pods available: {{ n(replika) }}",
         "actions.rollback.stall_output: broken template ('replika' is undefined); use what is there; "
         "did you mean 'replicas'?"),
        ("pods available: {{ replicas }}", "pods available: {{ pct(replika, 2) }}",
         "actions.rollback.stall_output: broken template ('replika' is undefined); use what is there; "
         "did you mean 'replicas'?"),
        ("pods available: {{ replicas }}", "pods available: {{ n(figures.tikets) }}",
         "actions.rollback.stall_output: broken template ('tikets' is not there; did you mean 'tickets'?); "
         "use what is there"),
        ("client={{ client }} sub=usr_{{ hex(4) }}… path", "client={{ clint }} sub=usr_{{ hex(4) }}… path",
         "logs.edge_reject.text: broken template ('clint' is undefined); use what is there; did you mean 'client'?"),
        ("findings: {reason: reason}", "findings: {reason: resaon}",
         "queries.endpoints.findings.reason: templates can print no single value 'resaon'; use one; "
         "did you mean 'reason'?"),
        ("findings: {reason: reason}", "findings: {reason: paths.0}",
         "queries.endpoints.findings.reason: templates can print no single value 'paths.0'"),
        ("findings: {reason: reason}", "findings: {reason: paths.99.path}",
         "queries.endpoints.findings.reason: templates can print no single value 'paths.99.path'"),
        ("tickets_total: figures.tickets_total", "tickets_total: figures.tikets",
         "queries.ticket_split.figures.tickets_total: the world's context has no number 'figures.tikets'"),
        ("command: update_executives", "command: update_executive",
         "injects.leadership_unheard.expects.command: unknown command 'update_executive'; use a command's kind; "
         "did you mean 'update_executives'?"),
        ("fields: {lane: comms}", "fields: {lanes: comms}",
         "injects.support_first.expects.fields.lanes: AssignLane has no such field; rename it; did you mean 'lane'?"),
        ("fields: {action: withdraw_key}", "fields: {action: withdraw}",
         "injects.key_was_published.expects.fields.action: unknown name 'withdraw'; use one of actions"),
        ("known_by: [query:keyring]", "known_by: [query:keyrng]",
         "queries.key_fingerprint.known_by.0: unknown name 'keyrng'; use one of queries; did you mean 'keyring'?"),
        ("known_by: [query:keyring]", "known_by: [panel:keyring]",
         "queries.key_fingerprint.known_by.0: 'panel:keyring' is nothing that can be seen; write one of query:ID"),
        ("known_by: [query:keyring]", "known_by: [duty:investigate]",
         "queries.key_fingerprint.known_by.0: unknown name 'investigate'; use one of duties; did you mean"),
        ("minutes into a major incident\", within: 30m}",
         "minutes into a major incident\", taken_up_by: [inject:key_was_publishd]}",
         "roles.commander.cues.meridian_contract.owes: 'inject:key_was_publishd' is no inject; write inject:ID; "
         "did you mean 'key_was_published'?"),
        ("known_by: [query:keyring]", "known_by: [query:key_fingerprint]",
         "queries.key_fingerprint.known_by: nobody can ever come to know of it; name something in `known_by` that can"),
        ("    known_by: [query:keyring]\n", "",
         "queries.key_fingerprint: offers 'Qm3v' at T+0, which gives the truth away; say it otherwise"),
        ("title: Stop what throws people out", "title: Stop the bad signatures of one zone",
         "objectives.contain: offers 'one zone' at T+0, which gives the truth away"),
        ("One failing request, repeated by hand", "One request with the standby key",
         "queries.curl_me: offers 'standby' at T+0, which gives the truth away"),
        ('text: "Mobile: no new token is refused for its signing"', 'text: "Mobile switches its flag off"',
         "teaching.8: the text tells of a deed ('switches'), and its condition looks at the world"),
        ("The compatibility view is in place", "The sessions whose tokens fail are signed out",
         "teaching.9: its condition looks at action.compat, and the text does not name that"),
        ('text: "Command is handed over", until: {incident.handed_over: true}', 'text: "Command is handed over"',
         "teaching.15: nothing says when a drill got there; say in `until` what it looks at, or take it out"),
        ('with a deputy", until: {incident.declared: true, incident.deputy: {not: ""}}',
         'with a deputy", until: {incident.declared: true}',
         "teaching.1: the text speaks of incident.deputy, and the condition does not look at that"),
        ("Name a deputy: somebody who can go on at any moment.", "Name somebody who can go on at any moment.",
         "hints.deputy: its condition looks at incident.deputy, and the text does not name that"),
        ("Declare the incident. People cannot get in", "Declare the incident and name a deputy. People cannot get in",
         "hints.declare: the text speaks of incident.deputy, and the condition does not look at that"),
        ("until: {query.flag_audit: true}, when", "until: {query.verify: true}, when",
         "hints.flags: its condition looks at query.verify, and the text does not name that"),
        ("until: {query.flag_audit: true}, when", "until: {signing_bad: false}, when",
         "hints.flags: no deed ends it; name in `until` an action, a query or a fact of the incident"),
        ("serves: [rollback_safety]", "serves: []",
         "evidence_minimum.rollback_safety: no query provides it; add it to a query's `serves`"),
        ("until: 25m\n    when: {incident.public_update", "until: 2m\n    when: {incident.public_update",
         "injects.social: can never be delivered; move `at` or `until`"),
        ("parameters: {}", "parameters: {colour: 1}", "parameters: the world does not know them"),
        ("{id: tickets, title: Tickets since", "{id: tikets, title: Tickets since",
         "figures.tikets: the world does not report it; use what it does; did you mean 'tickets'?"),
        ("precheck: revoke_dry_run", "precheck: revoke_dryrun",
         "actions.revoke.precheck: unknown name 'revoke_dryrun'; use one of queries; did you mean 'revoke_dry_run'?"),
        ("reject_below_1pct: true}, seats: [verification", "reject_below_1pct: true}, seats: [verifier",
         "hints.rerun.seats.0: unknown name 'verifier'; use one of seats; did you mean 'verification'?"),
        ("fields: {lane: comms}", "fields: {lane: coms}",
         "injects.support_first.expects.fields.lane: unknown name 'coms'; use one of triage, mitigation"),
        ("fields: {query: [capacity, pods", "fields: {query: [capacitiy, pods",
         "expert.injects.pods_evicted.expects.fields.query: unknown name 'capacitiy'; use one of queries"),
        ("  health_queries: [verify, healthz]", "  health_queries: [verify, healthz]\n  windows: {B3: [40, 50]}",
         "overlay.windows.B3: unknown name 'B3'; use one of criteria; did you mean 'B3"),
        ("overlay:\n", "overlay:\n  windows: {O1: [40, 50]}\n",
         "overlay.windows.O1: has no time that could be moved; take it out"),
        ("overlay:\n", "overlay:\n  cap_facts: {C7: {key_lost: The key was lost}}\n",
         "overlay.cap_facts.C7.key_lost: unknown name 'key_lost'; use one of facts"),
        ("- id: slo_status", "- id: git_log", "queries.git_log: a second one with this id"),
        ("    cap: C3", "    cap: C33",
         "actions.publish_key.cap: unknown name 'C33'; use one of caps; did you mean 'C3'?"),
        ("justified_by: [query:keyring]", "justified_by: [query:keyrin]",
         "actions.hotfix.justified_by.0: unknown name 'keyrin'; use one of queries; did you mean 'keyring'?"),
        ("alert:mint_saturation, inject", "alert:mint_saturated, inject",
         "actions.throttle.justified_by.2: unknown name 'mint_saturated'; use one of alerts; did you mean 'mint_sat"),
        ("inject:saturation, cue:retry", "inject:saturated, cue:retry",
         "actions.throttle.justified_by.3: unknown name 'saturated'; use one of injects; did you mean 'saturation'?"),
        ("query:keyring, cue:mobile_flag]", "query:keyring, cue:mobil_flag]",
         "actions.flag_mobile.justified_by.2: unknown name 'mobil_flag'; use one of cues; did you mean 'mobile_flag'?"),
        ("justified_by: [query:keyring]", "justified_by: [metric:minted]",
         "actions.hotfix.justified_by.0: 'metric:minted' is nothing that can be seen; write one of query:ID, alert:ID"),
        ("    justified_by: [query:keyring]\n", "",
         "actions.hotfix: treats something and does not say when that is right; name what makes it right in"),
        ("    coverage: [web]\n", "    coverage: [web]\n    hold: {until: 20m}\n", ""),
        ("    coverage: [web]\n", "    coverage: [web]\n    hold: {until: 60m}\n",
         "actions.flag_web.hold.until: is outside of the drill; write until when a repair can reasonably be in"),
        ("    coverage: [web]\n", "    coverage: [web]\n    hold: {until: 0}\n",
         "actions.flag_web.hold.until: is outside of the drill; write until when a repair can reasonably be in"),
        ("    coverage: [web]\n", "    hold: {until: 20m}\n",
         "actions.flag_web.hold: holds nothing; name the segments it holds in `coverage`, or take `hold` out"),
        ("    reversible_by: flag_web_on\n", "    hold: {until: 20m}\n",
         "actions.flag_web.hold: can never be let go; name the action that gives the service back in `reversible_by`"),
        ("supports: any decision", "supports: any decisions",
         "evidence_minimum.failing_endpoints.supports: unknown name 'any decisions'; use one of evidence uses"),
        ("freeze_scope: [auth-svc, edge-gw]", "freeze_scope: []",
         "overlay.freeze_scope: names nothing to freeze; name the affected services"),
        ("executors: [dba]", "executors: []", "actions.compat.executors: nobody can carry it out; name the roles"),
        ("executors: [dba]", "executors: dba", "actions.compat.executors: is no list; write [a, b]"),
        ("executors: [dba]", "executors:", "actions.compat.executors: is empty; write [a, b]"),
        ("parameters: {}", "parameters: []", "parameters: is no mapping; write {name: value}"),
        ("value: 0.2, over: 1m", "value: 0.2, over: -1m",
         "expert.injects.pods_evicted.effects.0.over: input should be greater than or equal to 0"),
        ("starts_at: -60m", "starts_at: -999999m",
         "starts_at: input should be greater than or equal to -31622400; correct the value"),
        ("starts_at: -60m", "starts_at: -1441m", "starts_at: input should be greater than or equal to -86400"),
        ("starts_at: -60m", "starts_at: 1", "starts_at: input should be less than or equal to 0"),
        ("horizon: 60m", "horizon: 1441m", "horizon: input should be less than or equal to 86400"),
        ("horizon: 60m", "horizon: 0", "horizon: input should be greater than 0"),
        ("fault_at: -14m", "fault_at: -180m", "fault_at: is not between starts_at and horizon"),
        ("fault_at: -14m", "fault_at: -999999m", "fault_at: input should be greater than or equal to -31622400"),
        ("fault_at: -14m", f"fault_at: {'9' * 400}m", "fault_at: '999"),
        ("format: 1", f"format: {'9' * 5000}", "yaml: a number beyond all bounds"),
        ("format: 1", f"format: '{'9' * 5000}'", "format: '999"),
        ("takes: {median: 80s, spread: 0.2}", "takes: {median: 80s, spread: 1e9}",
         "queries.keyring.takes.spread: input should be less than or equal to 3"),
        ("t0_utc: ", "t0_utc: 0001-01-01T00:00:00Z # ", "t0_utc: '0001-01-01T00:00:00Z' is too far off; take a year"),
        ("t0_utc: ", "t0_utc: yesterday # ", "t0_utc: 'yesterday' is not a point in time; write it like 2026-"),
        ("killed_by: \"Two thirds", "true: true, killed_by: \"Two thirds", ""),
        ("    precheck: revoke_dry_run\n", "",
         "actions.revoke: is wide or irreversible and has no precheck; name the query that shows the danger in"),
        ("  - id: comms\n", "  - id: comms\n    duties: [observes]\n",
         "roles: no seat speaks; give `duties: [speaks]` to one"),
        ("reply: \"Fine. I will hold you to that time.\"", "reply: \"{{ nowhere }}\"",
         "injects.meridian_eta.answers.no_time.reply: broken template ('nowhere' is undefined)"),
        ("label: \"No repair time yet; they hear again at the time we commit to\",", "label: x, right: true,",
         "injects.meridian_eta.answers.no_time.right: no such field; remove or rename it"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_finding(old, new, expected):
    findings = check(old, new)
    if not expected:
        assert findings == []
        return
    assert only(findings).startswith(expected)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("{from: -55, to: -25}", ""),
        ("{from: -55, to: -14}", "overlay.baseline: overlaps the incident; let it end before fault_at"),
        ("{from: -61, to: -25}", "overlay.baseline: begins before starts_at; let it begin later"),
        ("{from: -25, to: -55}", "overlay.baseline: `to` must come after `from`"),
    ],
)
def test_the_quiet_window_lies_before_the_fault_and_within_what_is_remembered(window, expected):
    findings = check("  baseline: {from: -58, to: -48}\n", f"  baseline: {window}\n")
    assert (only(findings) if findings else "").startswith(expected)
    assert bool(findings) == bool(expected)


def test_a_restricted_channel_needs_somebody_inside():
    found = check("\nservices:\n", "\nrestricted: [leadership]\nservices:\n")
    assert only(found).startswith("restricted: nobody is let in; name the roles in overlay.need_to_know")
    assert "unknown name 'closed'; use one of channels" in only(check("\nservices:\n", "\nroom: closed\nservices:\n"))


def test_a_cue_nothing_brings_out():
    rest = "\n        matters_for: The window that recovery is compared with\n"
    old, new = f"        topics: [baseline]{rest}        volunteered_at: 36m\n", f"        topics: []{rest}"
    assert "roles.verification.cues.clean_window: nothing brings it out" in only(check(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("coverage: [web]", "coverage: [desktop]"),
        ("{knob: pin, value: 1", "{knob: pinn, value: 1"),
        ("precheck: revoke_dry_run", "precheck: revoke_dryrun"),
        ("executors: [dba]", "executors: [dbaa]"),
    ],
    ids=["segment", "knob", "query", "role"],
)
def test_a_finding_names_the_line(old, new):
    found = check(old, new)
    assert old in text().splitlines()[found[0].line - 1]


def test_schema_errors_are_all_reported():
    broken = text().replace("horizon: 60m", "horizon: soon").replace("\nincident: INC", "\nincidnt: INC")
    found = [str(f) for f in check_text(broken, "mine.yaml")]
    assert [f.partition(": ")[2].partition(":")[0] for f in found] == ["incident", "incidnt", "horizon"]


def test_broken_yaml_and_missing_files_are_findings(tmp_path):
    broken = tmp_path / "scenario.yaml"
    broken.write_text("id: [\n", encoding="utf-8")
    assert len(check_path(broken)) == 1
    assert str(check_path(tmp_path / "none.yaml")[0]).endswith("no such file; give a scenario's folder or a YAML file")


def test_a_folder_of_ones_own(tmp_path):
    (tmp_path / "scenario.yaml").write_text(text(), encoding="utf-8")
    assert "there is no world.py beside it" in check_path(tmp_path)[0].what
    (tmp_path / "world.py").write_text("from scenarios.auth_token.world import WORLD\n", encoding="utf-8")
    (note,) = check_path(tmp_path)
    assert str(note).startswith(f"{tmp_path}/world.py:1: not run: names of its knobs, facts")
    assert note.level == "note"
    assert check_path(tmp_path, run=True) == []


def test_a_playbook_whose_weights_do_not_add_up():
    playbook = (FOLDER / "playbooks" / "recovery.yaml").read_text(encoding="utf-8")
    points = next(line for line in playbook.splitlines() if "points: 2" in line)
    findings = check_text(playbook.replace(points, points.replace("points: 2", "points: 3"), 1), "mine.yaml")
    assert findings
    assert all("add up" in f.what for f in findings)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: merges_frozen", "kind: merges_frosen",
         "parts.blueprint.criteria.B1b.kind: criterion B1b is of kind 'merges_frosen', which judges nothing"),
        ("with: {power: 2}", "with: {powr: 2}",
         "parts.outcome.criteria.O1.with.powr: criterion O1, powr: no such parameter; there is power; mend the"),
        ("with: {power: 2}", "with: {power: much}",
         "parts.outcome.criteria.O1.with.power: criterion O1, power: Input should"),
        ("kind: no_effect", "kind: no_efect",
         "caps.C8.kind: cap C8 is of kind 'no_efect', which judges nothing; use a kind"),
        ("kind: hero", "kind: herro",
         "anti_patterns.hero.kind: anti-pattern hero is of kind 'herro', which judges nothing; use a kind"),
        ("owners: [commands]", "owners: [command]",
         "parts.ladders.criteria.L1.owners.0: 'command' is not possible; write 'commands', 'deputises'"),
        ("owners: [commands]", "owners: []",
         "parts.ladders.criteria.L1.owners: names nobody; name one or more of all"),
        ("owners: [commands]", "owners: [observes]",
         "parts.ladders.criteria.L1.owners: nothing that is judged is done by who observes; name one or more of all"),
        ("t1: 10", "t1: ten", "parts.blueprint.criteria.B1a.t1: input should be a valid number"),
        ("- id: B3b", "- id: B3b\n        t1: 5\n        t2: 9",
         "parts.blueprint.criteria.B3b.t1: is never looked at; take t1 and t2 out"),
        ("when: regression", "when: regresion",
         "severity.rows.2.when: no scenario states 'regresion'; use what they do; did you mean 'regression'?"),
        ("raise_by: 5", "rise_by: 5", "caps.C1.rise_by: no such field; remove or rename it; did you mean 'raise_by'?"),
    ],
)  # fmt: skip
def test_one_mistake_in_a_playbook_is_one_finding(old, new, expected):
    playbook = (FOLDER / "playbooks" / "recovery.yaml").read_text(encoding="utf-8")
    playbook = playbook.replace("    limit: 70\n", "    limit: 70\n    raise_by: 5\n", 1)
    assert old in playbook
    assert only(check_text(playbook.replace(old, new, 1), "mine.yaml")).startswith(expected)


def test_a_seat_is_there_for_something():
    told = [str(one).partition(": ")[2] for one in check("  - id: comms\n", "  - id: comms\n    duties: []\n")]
    assert told == [
        "roles: no seat speaks; give `duties: [speaks]` to one",
        "roles.comms.duties: a seat that is there for nothing; give it one or more of commands, deputises, "
        "investigates, executes, verifies, speaks, scribes, signs, observes",
    ]


def test_who_asks_expects_an_answer():
    asked = next(line for line in text().splitlines(True) if "expects: {command: answer_asker" in line)
    told = "injects.meridian_eta: asks, and nothing is expected; say in `expects` which command answers it"
    assert any(told in str(found) for found in check(asked, ""))
