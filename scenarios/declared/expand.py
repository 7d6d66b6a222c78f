"""A drill in one file, spelled out: every section of a scenario, and where in that file each part was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.declared.derive import Numbers
from scenarios.declared.drill import SEATS, AlarmData, DrillData, LookData, MoveData, PersonData, SayData, SignalData
from scenarios.declared.stock import BRIEFS, DUTIES, LANES, NEEDS, REASONS, TITLES, TOPICS, hints, teaching
from simulator.scenario.document import Steps
from simulator.values import Ref

Raw = dict[str, Any]
SAFETY = (
    "This is a simulation: commands run against a model, where nobody sits a teammate is simulated, and nothing outside this drill is"
    ' touched. It is meant to be hard. To leave it for a real emergency, say "real world" and stop.'
)
NOT_REALLY = ("rollback", "coverage"), ("hotfix", "time"), ("flag", "coverage")
WAITS = "harm_goes_on"
"""What gets worse by waiting."""


def ident(text: str) -> str:
    """Return an id made of words."""
    return re.sub(r"\W+", "_", text.lower()).strip("_")[:48] or "it"


@dataclass
class Spelled:
    """A scenario's data, and where in the drill's file each part of it was written."""

    data: Raw = field(default_factory=dict)
    origins: dict[Steps, Steps] = field(default_factory=dict)

    def put(self, name: str, parts: Sequence[tuple[Steps, Raw]], renamed: Mapping[str, str] | None = None) -> None:
        """Add a list of parts, each with where it was written; `renamed` says what its fields were called there."""
        self.data[name] = [part for _, part in parts]
        for index, (written, part) in enumerate(parts):
            self.origins[name, index] = written
            for ours in part:
                self.origins[name, index, ours] = (*written, (renamed or {}).get(ours, ours))

    def at(self, path: Steps, written: Steps) -> None:
        """Say where something else was written."""
        self.origins[path] = written


def spelled(drill: DrillData, found: Numbers, variant: str) -> Spelled:
    """Return the whole scenario that a drill stands for."""
    return _Speller(drill, found, variant).out


def signals(drill: DrillData) -> Iterator[tuple[str, str, SignalData]]:
    """Yield the source, group (empty: none) and signal of every series."""
    for name, signal in drill.signals.items():
        yield name, "", signal
        if signal.by_group is not None:
            yield from ((f"{name}_{group}", group, signal) for group in drill.world.groups)


class _Speller:
    """Spells a drill out, section by section."""

    def __init__(self, drill: DrillData, found: Numbers, variant: str) -> None:
        self.drill, self.found, self.out = drill, found, Spelled()
        self._true = drill.course.cause
        self._proof = tuple(Ref.to("query", name) for name, look in drill.looks.items() if look.for_)
        self._blast: dict[str, str] = {}
        self._head(variant)
        self._system()
        self._people()
        self._tools()
        self._msel()
        self._picks()
        self._overlay()

    def _head(self, variant: str) -> None:
        d, out = self.drill, self.out
        out.data |= {
            "format": 1, "id": d.drill, "version": d.version, "variant": variant, "variant_version": d.variant_version,
            "draft": d.draft, "title": d.title, "summary": d.summary, "company": d.company, "hint": d.hint,
            "briefing": d.briefing if "real world" in d.briefing else f"{d.briefing.rstrip()}\n\n{SAFETY}",
            "t0_utc": d.t0, "incident": d.incident, "starts_at": d.starts, "horizon": d.horizon,
            "fault_at": d.fault.at, "fault": d.fault.is_, "trains": d.trains or ("Taking command in the first minutes",),
            "objectives": [
                {"id": "contain", "title": "Stop the harm before its cause is mended", "target": "by T+10"},
                {"id": "truth", "title": "Say what is known and no more", "target": "first update by T+15"},
                {"id": "prove", "title": "Prove recovery", "target": "a rerun and a comparison, group by group"},
            ],
            "giveaways": d.giveaways, "context": {}, "parameters": {},
            "words": {ref: list(words) for ref, words in d.words.items()},
        }  # fmt: skip
        for ours, theirs in {
            "id": ("drill",), "t0_utc": ("t0",), "starts_at": ("starts",), "fault_at": ("fault", "at"),
            "fault": ("fault", "is"), "objectives": ("title",), "severity_facts": ("severity",),
        }.items():  # fmt: skip
            out.at((ours,), theirs)
        usual = ("production_affected", "users_blocked", "widespread", "regression")
        out.data["severity_facts"] = [{"fact": fact} for fact in dict.fromkeys((*d.severity, *usual))]
        for index, fact in enumerate(d.severity):
            out.at(("severity_facts", index), ("severity", fact))

    def _system(self) -> None:
        d, out, world = self.drill, self.out, self.drill.world
        services = []
        for name, service in d.services.items():
            lanes = service.lanes if service.lanes is not None else ("mitigation", "verification") * (name in d.freeze)
            part = {"id": name, "title": service.title or name, "team": service.team, "surfaces": list(lanes)}
            services.append((("services", name), part))
        out.put("services", services, {"surfaces": "lanes"})
        out.put("segments", [
            (("world", "groups", name), {"id": name, "title": one.title, "weight": one.weight, "tolerance": one.tolerance})
            for name, one in world.groups.items()
        ])  # fmt: skip
        out.put("harm", [
            (("world", "harm", name), {"id": name, "title": one.title, "unit": one.unit, "weight": one.weight,
                                       "scale": self.found.scale[name]})
            for name, one in world.harm.items()
        ])  # fmt: skip
        shown = [(("world", "figures", name), {"id": name, "title": one.title, "unit": one.unit}) for name, one in world.figures.items()]
        shown += [(("world", "harm", name), {"id": name, "title": one.title, "unit": one.unit}) for name, one in world.harm.items() if name not in world.figures]
        out.put("figures", shown)
        self._monitoring()
        happens = list(enumerate(world.happens))
        out.put("changes", [
            (("world", "happens", index), {"id": f"change_{index + 1}", "at": one.at, "service": one.service,
                                           "summary": one.says, "actor": one.by or "release-bot"})
            for index, one in happens if not one.unless_frozen
        ], {"summary": "says", "actor": "by"})  # fmt: skip
        out.put("merges", [
            (("world", "happens", index), {"id": f"merge_{index + 1}", "at": one.at, "service": one.service,
                                           "summary": one.says, "actor": one.by or "release-train",
                                           "harmful": not one.harmless, "effects": _effects(one.set, one.over)})
            for index, one in happens if one.unless_frozen
        ], {"summary": "says", "actor": "by", "effects": "set"})  # fmt: skip
        logs = [(("logs", name), {"id": name, "service": one.service, "level": one.level, "text": one.text,
                                  "rate": f"log_{name}" if isinstance(one.rate, str) else one.rate, "most": one.most,
                                  "fields": {key: list(values) for key, values in one.fields.items()},
                                  "cause": one.cause}) for name, one in d.logs.items()]  # fmt: skip
        logs += [(("services", name), {"id": f"calm_{ident(name)}", "service": name, "level": "INFO", "rate": 1.0,
                                       "text": f"{name} INFO request served id={{{{ hex(6) }}}}"})
                 for name in d.services if not any(one.service == name for one in d.logs.values())]  # fmt: skip
        out.put("logs", logs)

    def _monitoring(self) -> None:
        metrics: list[tuple[Steps, Raw]] = []
        alerts: list[tuple[Steps, Raw]] = []
        for source, group, signal in signals(self.drill):
            name = source.removesuffix(f"_{group}") if group else source
            normal = self.found.normal[source] if signal.normal is None else signal.normal
            least = 0.006 if signal.unit == "ratio" or abs(normal) <= 1 else 0.0
            within = max(least, 0.1 * abs(normal), 0.03 * self.found.null.furthest[source])
            title = f"{signal.title}, {self.drill.world.groups[group].title.lower()}" if group else signal.title
            metrics.append((("signals", name), {
                "id": source, "title": title, "source": source, "unit": signal.unit, "noise": signal.noise,
                "lag": signal.lag, "panel": signal.panel and not group, "good": signal.good,
                "normal": round(normal, 4), "within_abs": round(within if signal.within is None else signal.within, 4),
                "segment": group or None, "decimals": signal.decimals, "known_by": list(signal.known_by),
                "felt": signal.by_group is not None if signal.felt is None else signal.felt,
            }))  # fmt: skip
        for name, signal in self.drill.signals.items():
            for kind, rule in (("page", signal.page), ("warn", signal.warn)):
                if rule is not None:
                    alerts.append((("signals", name, kind), _alert(name, signal, kind, rule)))
        self.out.put("metrics", metrics, {"source": "is", "segment": "by_group", "within_abs": "within"})
        self.out.put("alerts", alerts, {"id": "name", "title": "name", "hold": "for", "summary": "says"})

    # --- people and what they have -------------------------------------------------------------------------------

    def _people(self) -> None:
        people = people_of(self.drill)
        lanes: set[str] = set()
        roles = []
        for name, person in people.items():
            duties = person.duties or DUTIES.get(name, ())
            seat = person.page is None
            lane = next((LANES[duty] for duty in duties if duty in LANES and LANES[duty] not in lanes), None)
            lanes |= {lane} if seat and lane else set()
            part: Raw = {
                "id": name, "title": person.title or TITLES.get(name, name), "handle": f"@{person.handle.lstrip('@')}",
                "team": person.team, "brief": person.brief or BRIEFS.get(name, "You own what is yours."),
                "pace": person.pace, "slips": person.slips, "lane": lane if seat else None,
                "duties": list(duties) if seat else [],
                "cues": [
                    {"id": cue, "text": one.says, "topics": list(one.about), "volunteered_at": one.at,
                     "moot_when": list(one.until), "matters_for": one.matters}
                    for cue, one in person.knows.items()
                ],
            }  # fmt: skip
            if not seat:
                part |= {"seat": False, "present": False, "unanswered": person.unanswered,
                         "joins_after": {"median": person.page, "spread": 0.25}}  # fmt: skip
            roles.append((("people", name), part))
        self.out.put("roles", roles, {"cues": "knows", "joins_after": "page"})
        for index, (name, person) in enumerate(people.items()):
            for number, cue in enumerate(person.knows):
                written = ("people", name, "knows", cue)
                self.out.at(("roles", index, "cues", number), written)
                for ours, theirs in {"text": "says", "topics": "about", "volunteered_at": "at", "moot_when": "until"}.items():
                    self.out.at(("roles", index, "cues", number, ours), (*written, theirs))

    def _tools(self) -> None:
        d = self.drill
        roles = people_of(d)
        needs: list[tuple[Steps, Raw]] = []
        queries: list[tuple[Steps, Raw]] = []
        for name, look in d.looks.items():
            if look.needed:
                needs.append((("looks", name), {"id": name, "title": look.title, "supports": look.needed}))
            queries.append((("looks", name), self._query(name, look, [one for one in look.by if one in roles or not d.people])))
        self.out.put("evidence_minimum", needs, {"supports": "needed"})
        self.out.put("queries", queries, {
            "command": "cmd", "aliases": "also", "executors": "by", "evidence": "kind", "topic": "about",
            "discriminates": "tells", "supports": "for", "output": "shows", "requires": "rerun_when",
            "findings": "finds", "serves": "needed",
        })  # fmt: skip
        actions = [(("moves", name), self._action(name, move)) for name, move in d.moves.items()]
        self.out.put("actions", actions, {
            "command": "cmd", "aliases": "also", "executors": "by", "effects": "set", "coverage": "treats",
            "preconditions": "needs", "side_effects": "risk", "minutes_to_effect": "minutes", "output": "says",
            "reversal_minutes": "undo_minutes", "reversible_by": "undo", "precheck": "check", "ready_when": "safe_when",
            "conflicts": "against", "mitigates": "support", "justified_by": "right_when", "propagation": "for",
        })  # fmt: skip

    def _query(self, name: str, look: LookData, executors: Sequence[str]) -> Raw:
        part: Raw = {
            "id": name, "title": look.title, "command": look.cmd, "aliases": list(look.also),
            "executors": list(executors or look.by), "takes": look.takes, "evidence": look.kind, "topic": look.about,
            "group": look.about, "output": look.shows or _table(name, look), "discriminates": list(look.tells),
            "supports": [self._true] if look.for_ else [], "serves": [name] if look.needed else [],
            "precheck_of": [move for move, one in self.drill.moves.items() if one.check == name],
            "figures": {figure: f"figures.{figure}" for figure in look.figures}, "findings": dict(look.finds),
            "known_by": list(look.known_by),
        }  # fmt: skip
        if look.rerun_when:
            rows = "{% for g, v in shares.items() %}{{ '%-12s' | format(g) }} {{ '%5.1f' | format(100 - v) }} % pass\n{% endfor %}"
            shown = f"{look.shows}\n{rows}" if look.shows else rows
            part |= {"verifies": True, "requires": look.rerun_when, "output": f"{shown}PASS", "refusal": f"{shown}FAIL"}
        return part

    def _action(self, name: str, move: MoveData) -> Raw:
        risks = {ident(risk): risk for risk in move.risk}
        self._blast |= risks
        coverage = list(self.found.coverage[name] if move.treats is None else move.treats)
        branch = {"flag": "containment", "hotfix": "hotfix", "rollback": "rollback", "containment": "containment"}
        strategy = None if move.support else move.strategy or branch.get(move.rung)
        right = list(self._proof if move.right_when is None else move.right_when)
        if move.trap and move.right_when is None:
            right = []
        part: Raw = {
            "id": name, "title": move.title, "command": move.cmd, "aliases": list(move.also),
            "executors": list(move.by), "rung": move.rung, "strategy": strategy, "mitigates": not move.support,
            "takes": {"median": move.takes, "spread": move.spread}, "coverage": [] if move.support else coverage,
            "effects": _effects(move.set, move.over), "output": move.says or f"{move.title}: done",
            "side_effects": list(risks), "propagation": move.for_, "conflicts": list(move.against),
            "minutes_to_effect": self.found.minutes[name] if move.minutes is None else move.minutes,
            "reversal_minutes": self._undone(move), "reversible_by": move.undo, "irreversible": move.irreversible,
            "wide": move.wide, "precheck": move.check, "ready_when": move.safe_when, "cap": move.cap,
            "justified_by": right, "known_by": list(move.known_by),
            "topic": self.drill.looks[move.check].about if move.check in self.drill.looks else None,
            "needs_confidence": "L3" if move.irreversible and move.wide else "L1" if move.rung == "flag" else "L2",
        }  # fmt: skip
        if move.needs:
            lacks = move.refusal or f"not possible yet: {', '.join(move.needs).replace('_', ' ')}"
            part["preconditions"] = [{"when": move.needs, "message": lacks}]
        return part

    def _undone(self, move: MoveData) -> float:
        """Return the minutes that taking a move back takes."""
        if move.undo_minutes is not None:
            return move.undo_minutes
        back = self.drill.moves.get(move.undo or "", move)
        return round((back.takes + back.over) / 60, 1)

    # --- what is said, and what can be picked ------------------------------------------------------------------------

    def _msel(self) -> None:
        page = next((name for name, one in self.drill.signals.items() if one.page), None)
        injects: list[tuple[Steps, Raw]] = []
        if page is not None:
            rule = self.drill.signals[page].page
            assert rule is not None
            alert = ident(rule.name)
            injects.append((("signals", page, "page"), {
                "id": "page", "at": 0, "persona": "@pager", "text": f"Page to the duty commander: {rule.name}.",
                "objective": "contain",
                "expects": {"command": "acknowledge_page", "fields": {"alert": alert}, "within": 120,
                            "label": "The page is acknowledged"},
            }))  # fmt: skip
        injects += [(("says", index), inject(say, index)) for index, say in enumerate(self.drill.says)]
        renamed = {"persona": "who", "proposes": "pushes", "claim": "claims", "disproved_by": "killed_by",
                   "answers": "right", "expects": "wants", "effects": "set"}  # fmt: skip
        self.out.put("injects", injects, renamed)
        harder = [inject(say, index, "late_") for index, say in enumerate(self.drill.expert.says)]
        self.out.data["novice"] = {"panels": list(self.drill.novice.panels)}
        self.out.data["expert"] = {"missing": self.drill.expert.missing, "absent": self.drill.expert.absent, "injects": harder}
        for index in range(len(harder)):
            self.out.at(("expert", "injects", index), ("expert", "says", index))
        self.out.data["teaching"], self.out.data["hints"] = teaching(self.drill), hints(self.drill)
        self.out.at(("teaching",), ("course",))
        self.out.at(("hints",), ("course",))

    def _picks(self) -> None:
        d, out = self.drill, self.out
        about = sorted({look.about for look in d.looks.values()} | {t for p in d.people.values() for c in p.knows.values() for t in c.about})
        out.put("topics", [(("topics", t), {"id": t, "title": d.topics.get(t) or TOPICS.get(t, t.replace("_", " ").capitalize())}) for t in about])
        out.put("causes", [
            (("causes", name), {"id": name, "title": one.title, "true": name == self._true, "plausible": one.plausible,
                                "killed_by": one.killed_by, "known_by": list(self._proof) if name == self._true else []})
            for name, one in d.causes.items()
        ])  # fmt: skip
        blast = {WAITS: "It goes on meanwhile", **self._blast}
        out.data["blast"] = [{"id": key, "title": title, **self._hidden(title)} for key, title in blast.items()]
        out.data["blast"] += [{"id": ident(x), "title": x, "true": False} for x in ("Records of strangers are shown", "Backups are lost")]
        out.at(("blast",), ("moves",))
        nothing = {"id": "nothing", "title": "None", "true": False, "nothing": True}
        out.data["residual_risks"] = [*self._ticks(d.after.risks, d.after.false_risks), nothing]
        out.data["unknowns"] = self._ticks(d.after.unknown, d.after.false_unknown)
        out.at(("residual_risks",), ("after", "risks"))
        out.at(("unknowns",), ("after", "unknown"))
        out.data["reasons"] = [{"id": key, "title": title} for key, title in REASONS.items()]
        out.data["needs"] = [{"id": key, "title": title} for key, title in ((ident(d.need), d.need), *NEEDS.items())]
        out.data["revisions"] = [{"id": ident(d.good), "title": d.good}, *({"id": ident(r), "title": r, "true": False} for r in d.other_revisions)]
        out.at(("revisions",), ("good",))
        factors = [(("factors", layer), {"id": ident(x), "title": x, "layer": "technical" if layer == "not_true" else layer, "true": layer != "not_true", **self._hidden(x)})
                   for layer, texts in dict(d.factors).items() for x in texts]  # fmt: skip
        out.put("factors", factors)
        out.put("reaches", list(self._reaches()))

    def _hidden(self, text: str) -> Raw:
        """Return what keeps something with a telltale word from being offered before anything shows the cause."""
        tells = any(word.casefold() in text.casefold() for word in self.drill.giveaways)
        return {"known_by": list(self._proof)} if tells else {}

    def _ticks(self, true: Sequence[str], false: Sequence[str]) -> list[Raw]:
        found = [{"id": ident(x), "title": x, "true": True, **self._hidden(x)} for x in true]
        return found + [{"id": ident(x), "title": x, "true": False, **self._hidden(x)} for x in false]

    def _reaches(self) -> Iterator[tuple[Steps, Raw]]:
        for dimension, reach in self._bounds().items():
            for true, texts in ((True, reach["true"]), (False, reach["false"])):
                for text in texts:
                    part = {"id": f"{dimension}_{ident(text)}"[:60], "dimension": dimension, "title": text, "true": true,
                            "shown_by": list(reach["shown_by"])}  # fmt: skip
                    yield ("reaches", dimension), part

    def _bounds(self) -> dict[str, dict[str, Sequence[str]]]:
        """Return what is true of each dimension, read off the world where the author says nothing."""
        d = self.drill
        hit = [name for name, suffered in self.found.null.suffered.items() if suffered > 0]
        groups = d.world.groups
        shown = [name for name, look in d.looks.items() if look.for_ or look.needed or look.figures]
        past = [one for one in d.world.happens if one.at < 0]
        guilty = [one.says for one in past if one.set and one.service in d.freeze][:1] or [one.says for one in past if one.set][:1]
        bounds: dict[str, dict[str, Sequence[str]]] = {
            "users": {"true": [groups[one].title for one in hit],
                      "false": [*(one.title for name, one in groups.items() if name not in hit), "Staff alone"]},
            "dependency": {"true": list(d.freeze[:1]), "false": [name for name in d.services if name not in d.freeze]},
            "recent_change": {"true": guilty, "false": [one.says for one in past if not one.set]},
        }  # fmt: skip
        for dimension in bounds:
            bounds[dimension]["shown_by"] = shown
        for dimension, reach in d.reaches.items():
            bounds[dimension] = {"true": reach.true, "false": reach.false, "shown_by": reach.shown_by or shown}
        return bounds

    def _overlay(self) -> None:
        d, out = self.drill, self.out
        sources = [(source, group) for source, group, one in signals(d) if one.good != "flat"]
        reruns = [name for name, look in d.looks.items() if look.rerun_when]
        begins = d.starts // 60 + 2
        out.data["overlay"] = {
            "dependency": d.dependency, "freeze_scope": list(d.freeze), "windows": d.windows,
            "baseline": {"from": begins, "to": begins + 10}, "readiness_fact": "fallback",
            "readiness_queries": [name for name, look in d.looks.items() if look.readiness] or reruns,
            "baseline_queries": [name for name, look in d.looks.items() if look.needed or look.figures][:4],
            "rejections": self._rejections(), "indicators": [source for source, _ in sources],
            "segment_indicators": {group: source for source, group in sources if group},
            "health_queries": reruns, "write_freeze": list(d.write_freeze), "boundary_queries": list(d.boundary),
            "update_knobs": {"public": "public_post"},
        }  # fmt: skip
        for ours, theirs in {"dependency": "dependency", "freeze_scope": "freeze", "windows": "windows",
                             "segment_indicators": "signals", "indicators": "signals",
                             "write_freeze": "write_freeze", "boundary_queries": "boundary"}.items():  # fmt: skip
            out.at(("overlay", ours), (theirs,))
        out.at(("overlay",), ("drill",))

    def _rejections(self) -> dict[str, list[str]]:
        """Return what the world says against each rung: nothing, where a step of the course is on it."""
        d = self.drill
        used = {d.moves[name].rung for name in d.course.moves if name in d.moves}
        found = {rung: [reason] for rung, reason in NOT_REALLY if rung not in used}
        if "hotfix" in found:
            found["hotfix"].append("uncertainty")
        back = [name for name, move in d.moves.items() if move.rung == "rollback" and name not in d.course.moves]
        if back and not any(self.found.coverage[name] for name in back):
            found["rollback"] = ["coverage", "side_effect"]
        if "flag" in used and not all(self.found.coverage[n] == tuple(d.world.groups) for n in d.moves if d.moves[n].rung == "flag"):
            found["flag"] = ["coverage"]
        return found


def people_of(drill: DrillData) -> dict[str, PersonData]:
    """Return who is there: those named, or the usual six seats, each knowing what the course rests on."""
    if drill.people:
        return drill.people
    return {name: PersonData(handle=name.replace("_", "-")) for name in SEATS}


def inject(say: SayData, index: int, prefix: str = "") -> Raw:
    """Return the inject that a line of the MSEL stands for."""
    part: Raw = {
        "id": say.id or prefix + say_id(say, index), "at": say.at, "persona": f"@{say.who.lstrip('@')}",
        "text": say.text or say.asks, "when": say.when, "until": say.until, "effects": _effects(say.set, 0),
        "objective": "truth" if say.asks else "contain",
    }  # fmt: skip
    if say.when and say.until is None:
        part["until"] = say.at + 1200
    if say.asks:
        wrong = [{"id": f"wrong_{n + 1}", "label": text, "reply": "I pass it on."} for n, text in enumerate(say.wrong)]
        right = [{"id": "right", "label": say.right, "reply": "Thank you, that will do."}] if say.right else []
        fields = {"inject": part["id"], **({"answer": "right"} if say.right else {})}
        expects = {"command": "answer_asker", "fields": fields, "within": min(300, say.within), "label": "Answered truly"}
        part |= {"form": "ask", "answers": [*right, *wrong], "expects": expects}
    if say.claims:
        part |= {"form": "claim", "claim": say.claims, "wrong": True, "disproved_by": list(say.killed_by)}
        expects = {"command": "challenge_claim", "fields": {"inject": part["id"]}}
        part["expects"] = {**expects, "within": say.within, "label": "Contradicted with a test"}
    if say.pushes:
        part |= {"form": "order", "proposes": say.pushes}
        part["expects"] = {"command": "record_contradiction", "within": 600, "label": "Both voices in one record"}
    for command, fields in say.wants.items():
        part["expects"] = {"command": command, "fields": fields, "within": say.within, "label": command.replace("_", " ").capitalize()}
    return part


def say_id(say: SayData, index: int) -> str:
    """Return what a line of the MSEL is called unless its author says so."""
    kind = f"claim_{say.claims}" if say.claims else f"push_{say.pushes}" if say.pushes else "ask" if say.asks else "say"
    return kind if say.claims or say.pushes else f"{kind}_{index + 1}"


def _alert(name: str, signal: SignalData, kind: str, rule: AlarmData) -> Raw:
    way = "above" if rule.above is not None else "below"
    limit = rule.above if rule.above is not None else rule.below
    says = rule.says or f"{signal.title}: {{{{ '%.3g' | format(value) }}}}, {way} {limit:g} for {rule.for_ // 60} min"
    return {
        "id": ident(rule.name), "title": rule.name, "metric": name, way: limit, "for": rule.for_,
        "severity": "critical" if kind == "page" else "warning", "page": None, "summary": says,
        **({"page": "commander"} if kind == "page" else {}),
    }  # fmt: skip


def _table(name: str, look: LookData) -> str:
    head = "GROUP       " + "".join(f"{column:>14}" for column in look.table)
    cells = "".join(f"{{{{ '%14s' | format(n(r['{column}'] | round(1))) }}}}" for column in look.table)
    return f"{head}\n{{%- for r in tables.{name} %}}\n{{{{ '%-12s' | format(r.name) }}}}{cells}\n{{%- endfor %}}"


def _effects(turned: Mapping[str, float], over: int) -> list[Raw]:
    return [{"knob": lever, "value": value, "over": over} for lever, value in turned.items()]

