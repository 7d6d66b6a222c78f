"""A drill in one file, spelled out: every section of a scenario, and where in that file each part was written."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.declared.derive import Numbers
from scenarios.declared.drill import DrillData, SayData
from scenarios.declared.parts import RENAMED, logs_of, places_of, put_conventions, put_people, services_of
from scenarios.declared.picks import PickSpeller
from scenarios.declared.seen import AlarmData, SignalData
from scenarios.declared.spelling import Raw, Spelled, effects_of, ident, people_of, signals
from scenarios.declared.stock import hints, teaching
from scenarios.declared.tools import ToolSpeller
from simulator.acts import ACTS
from simulator.scenario.document import Steps
from simulator.values import LANES

STILL_THERE = {"incident.handed_over": False, "incident.commanded": {"above": 10}}
"""What must hold for somebody to have to leave: they lead, and have not just taken over."""
SAFETY = (
    "This is a simulation: commands run against a model, where nobody sits a teammate is simulated, and nothing outside"
    ' this drill is touched. It is meant to be hard. To leave it for a real emergency, say "real world" and stop.'
)


def spelled(drill: DrillData, found: Numbers, variant: str) -> Spelled:
    """Return the whole scenario that a drill stands for."""
    return _WholeSpeller(drill, found).whole(variant)




class _WholeSpeller(ToolSpeller, PickSpeller):
    """Spells a drill out, section by section."""

    def whole(self, variant: str) -> Spelled:
        """Return all of it."""
        self._head(variant)
        self._system()
        self._people()
        self.tools()
        self._msel()
        self.picks()
        self.overlay()
        return self.out

    def _head(self, variant: str) -> None:
        d, out = self.drill, self.out
        briefing = d.briefing if "real world" in d.briefing else f"{d.briefing.rstrip()}\n\n{SAFETY}"
        out.data |= {
            "format": 1, "id": d.drill, "version": d.version, "variant": variant,
            "variant_version": d.variant_version,
            "draft": d.draft, "title": d.title, "summary": d.summary, "company": d.company, "hint": d.hint,
            "briefing": briefing,
            "t0_utc": d.t0, "incident": d.incident, "starts_at": d.starts, "horizon": d.horizon,
            "fault_at": d.fault.at, "fault": d.fault.is_,
            "trains": d.trains or ("Taking command in the first minutes",),
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
        out.put("services", services_of(d.services, d.freeze), RENAMED["services"])
        out.put("wrong_places", places_of(d.wrong_places))
        out.data["channels"] = list(d.channels)
        put_conventions(out, d)
        out.put("segments", [
            (("world", "groups", name),
             {"id": name, "title": one.title, "weight": one.weight, "tolerance": one.tolerance})
            for name, one in world.groups.items()
        ])  # fmt: skip
        out.put("harm", [
            (("world", "harm", name), {"id": name, "title": one.title, "unit": one.unit, "weight": one.weight,
                                       "scale": self.found.scale[name]})
            for name, one in world.harm.items()
        ])  # fmt: skip
        shown = [
            (("world", "figures", name), {"id": name, "title": one.title, "unit": one.unit})
            for name, one in world.figures.items()
        ]
        shown += [
            (("world", "harm", name), {"id": name, "title": one.title, "unit": one.unit})
            for name, one in world.harm.items()
            if name not in world.figures
        ]
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
                                           "harmful": not one.harmless, "effects": effects_of(one.set, one.over)})
            for index, one in happens if one.unless_frozen
        ], {"summary": "says", "actor": "by", "effects": "set"})  # fmt: skip
        logs = logs_of(d.logs)
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
                "normal": round(normal, 4),
                "within_abs": round(within if signal.within is None else signal.within, 4),
                "segment": group or None, "decimals": signal.decimals, "known_by": list(signal.known_by),
                "felt": signal.by_group is not None if signal.felt is None else signal.felt,
            }))  # fmt: skip
        for name, signal in self.drill.signals.items():
            for kind, rule in (("page", signal.page), ("warn", signal.warn)):
                if rule is not None:
                    alerts.append((("signals", name, kind), _alert(name, signal, kind, rule)))
        self.out.put("metrics", metrics, {"source": "is", "segment": "by_group", "within_abs": "within"})
        self.out.put("alerts", alerts, {"id": "name", "title": "name", "hold": "for", "summary": "says"})

    def _people(self) -> None:
        put_people(self.out, people_of(self.drill))

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
        titles = titles_in(self.drill)
        injects += [
            (("says", index), inject(say, index, titles=titles)) for index, say in enumerate(self.drill.says)
        ]
        renamed = {"persona": "who", "proposes": "pushes", "claim": "claims", "disproved_by": "killed_by",
                   "answers": "right", "expects": "wants", "effects": "set"}  # fmt: skip
        self.out.put("injects", injects, renamed)
        harder = [inject(say, index, "late_", titles) for index, say in enumerate(self.drill.expert.says)]
        self.out.data["novice"] = {"panels": list(self.drill.novice.panels)}
        self.out.data["expert"] = {
            "missing": self.drill.expert.missing,
            "absent": self.drill.expert.absent,
            "injects": harder,
        }
        for index in range(len(harder)):
            self.out.at(("expert", "injects", index), ("expert", "says", index))
        self.out.data["teaching"], self.out.data["hints"] = teaching(self.drill), hints(self.drill)
        self.out.at(("teaching",), ("course",))
        self.out.at(("hints",), ("course",))



def inject(say: SayData, index: int, prefix: str = "", titles: Mapping[str, str] = {}) -> Raw:
    """Return the inject that a line of the MSEL stands for; `titles` say what ids in it are called."""
    part: Raw = {
        "id": say.id or prefix + say_id(say, index), "at": say.at, "persona": f"@{say.who.lstrip('@')}",
        "text": say.text or say.asks, "when": say.when, "until": say.until, "effects": effects_of(say.set, 0),
        "objective": "truth" if say.asks else "contain",
    }  # fmt: skip
    if say.when and say.until is None:
        part["until"] = say.at + 1200
    if say.asks:
        wrong = [
            {"id": f"wrong_{n + 1}", "label": text, "reply": "I pass it on."} for n, text in enumerate(say.wrong)
        ]
        right = [{"id": "right", "label": say.right, "reply": "Thank you, that will do."}] if say.right else []
        fields = {"inject": part["id"], **({"answer": "right"} if say.right else {})}
        expects = {
            "command": "answer_asker",
            "fields": fields,
            "within": min(300, say.within),
            "label": "Answered truly",
        }
        part |= {"form": "ask", "answers": [*right, *wrong], "expects": expects}
    if say.claims or say.killed_by:
        part |= {"form": "claim", "claim": say.claims, "wrong": True, "disproved_by": list(say.killed_by)}
        expects = {"command": "challenge_claim", "fields": {"inject": part["id"]}}
        part["expects"] = {**expects, "within": say.within, "label": "Contradicted with a test"}
    if say.pushes:
        part |= {"form": "order", "proposes": say.pushes}
        part["expects"] = {"command": "record_contradiction", "within": 600, "label": "Both voices in one record"}
    if say.leaves:
        part |= {"leaves": say.leaves, "until": say.until or say.at + 60, "when": say.when or STILL_THERE}
        fields = {"what": say.leaves}
        part["expects"] = {"command": "hand_off", "fields": fields, "within": 180, "label": "Handed over with a packet"}
    for command, fields in say.wants.items():
        expects = {"command": command, "fields": fields, "within": say.within}
        part["expects"] = {**expects, "label": called_for(command, fields, titles)}
    return part


def titles_in(drill: DrillData) -> dict[str, str]:
    """Return id -> title of what a response can be done to."""
    parts = (drill.services, drill.world.groups, drill.signals, drill.looks, drill.moves)
    titles = {name: part.title for group in parts for name, part in group.items()}
    # A lane and the seat that owns it have one id, and nobody is paged who sits.
    return titles | {name: one.title for name, one in drill.people.items() if one.page is not None} | dict(LANES)


def called_for(command: str, fields: Raw, titles: Mapping[str, str]) -> str:
    """Return in words what a response is: what the act's button says, and what it is done to."""
    act = ACTS.get(command)
    does = (act.verb or act.form) if act else ""
    ways = ([titles.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value])]
            for value in fields.values())  # fmt: skip
    to = ", ".join(dict.fromkeys(" or ".join(way) for way in ways))
    return f"{does or command.replace('_', ' ').capitalize()}{': ' if to else ''}{to}"


def say_id(say: SayData, index: int) -> str:
    """Return what a line of the MSEL is called unless its author says so."""
    kind = f"claim_{say.claims}" if say.claims else f"push_{say.pushes}" if say.pushes else "ask" if say.asks else "say"
    if say.leaves:
        return f"{say.leaves}_leaves"
    return kind if say.claims or say.pushes else f"{kind}_{index + 1}"


def _alert(name: str, signal: SignalData, kind: str, rule: AlarmData) -> Raw:
    way = "above" if rule.above is not None else "below"
    limit = rule.above if rule.above is not None else rule.below
    shown, edge = "{{ n(value | round | int) if value > 99 else '%.3g' | format(value) }}", f"{limit:g}"
    if signal.unit == "ratio" and limit is not None:
        shown, edge = "{{ pct(value, 1) }} %", f"{100 * limit:g} %"
    says = rule.says or f"{signal.title}: {shown}, {way} {edge} for {rule.for_ // 60} min"
    return {
        "id": ident(rule.name), "title": rule.name, "metric": name, way: limit, "for": rule.for_,
        "severity": "critical" if kind == "page" else "warning", "page": None, "summary": says,
        **({"page": "commander"} if kind == "page" else {}),
    }  # fmt: skip




