"""What people can pick in a drill, and what scoring needs to know of it, spelled out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.declared.drill import CauseData
from scenarios.declared.parts import NOTHING, decoys_of, titled
from scenarios.declared.spelling import Raw, Speller, ident, signals
from scenarios.declared.stock import NEEDS, REASONS, TOPICS
from simulator.scenario.document import Steps

NOT_REALLY = ("rollback", "coverage"), ("hotfix", "time"), ("flag", "coverage")
"""What speaks against rungs that the course has no step on."""
WAITS = "harm_goes_on"
"""What gets worse by waiting."""


class PickSpeller(Speller):
    """Spells out what can be picked."""

    def picks(self) -> None:
        """Spell out causes, risks, unknowns, factors and how far it reaches."""
        d, out = self.drill, self.out
        about = sorted(
            {look.about for look in d.looks.values()}
            | {t for p in d.people.values() for c in p.knows.values() for t in c.about}
        )
        out.put(
            "topics",
            [
                (("topics", t),
                 {"id": t, "title": d.topics.get(t) or TOPICS.get(t, t.replace("_", " ").capitalize())})
                for t in about
            ],
        )
        out.put("causes", [
            (("causes", name), {"id": name, "title": one.title, "true": name == self.true,
                                "plausible": one.plausible, "killed_by": one.killed_by,
                                "known_by": self._known_by(name, one)})
            for name, one in d.causes.items()
        ])  # fmt: skip
        blast = {WAITS: "It goes on meanwhile", **self.blast}
        out.data["blast"] = [{"id": key, "title": title, **self._hidden(title)} for key, title in blast.items()]
        out.data["blast"] += [
            {"id": ident(x), "title": x, "true": False}
            for x in ("Records of strangers are shown", "Backups are lost")
        ]
        out.at(("blast",), ("moves",))
        out.data["blast"] += decoys_of(d.decoys.risks)
        left = decoys_of(d.decoys.left)
        out.data["residual_risks"] = [*self._ticks(d.after.risks, d.after.false_risks), *left, NOTHING]
        out.data["unknowns"] = self._ticks(d.after.unknown, d.after.false_unknown) + decoys_of(d.decoys.unknown)
        out.at(("residual_risks",), ("after", "risks"))
        out.at(("unknowns",), ("after", "unknown"))
        out.data["reasons"] = titled(REASONS | d.reasons)
        out.data["needs"] = titled({ident(d.need): d.need} | NEEDS | d.needs)
        out.data["revisions"] = [
            {"id": ident(d.good), "title": d.good},
            *({"id": ident(r), "title": r, "true": False} for r in d.other_revisions),
        ]
        out.at(("revisions",), ("good",))
        factors = [
            (("factors", layer),
             {"id": ident(x), "title": x, "layer": "technical" if layer == "not_true" else layer,
              "true": layer != "not_true", **self._hidden(x)})
            for layer, texts in dict(d.factors).items() for x in texts
        ]  # fmt: skip
        out.put("factors", factors)
        out.put("reaches", list(self._reaches()))

    def _known_by(self, name: str, cause: CauseData) -> list[str]:
        if cause.known_by is not None:
            return list(cause.known_by)
        return list(self.proof) if name == self.true else []

    def _hidden(self, text: str) -> Raw:
        """Return what keeps something with a telltale word from being offered before anything shows the cause."""
        tells = any(word.casefold() in text.casefold() for word in self.drill.giveaways)
        return {"known_by": list(self.proof)} if tells else {}

    def _ticks(self, true: Sequence[str], false: Sequence[str]) -> list[Raw]:
        found = [{"id": ident(x), "title": x, "true": True, **self._hidden(x)} for x in true]
        return found + [{"id": ident(x), "title": x, "true": False, **self._hidden(x)} for x in false]

    def _reaches(self) -> Iterator[tuple[Steps, Raw]]:
        for dimension, reach in self._bounds().items():
            for true, texts in ((True, reach["true"]), (False, reach["false"])):
                for text in texts:
                    part = {"id": f"{dimension}_{ident(text)}"[:60], "dimension": dimension, "title": text,
                            "true": true, "shown_by": list(reach["shown_by"])}  # fmt: skip
                    yield ("reaches", dimension), part

    def _bounds(self) -> dict[str, dict[str, Sequence[str]]]:
        """Return what is true of each dimension, read off the world where the author says nothing."""
        d = self.drill
        hit = [name for name, suffered in self.found.null.suffered.items() if suffered > 0]
        groups = d.world.groups
        shown = [name for name, look in d.looks.items() if look.for_ or look.needed or look.figures]
        past = [one for one in d.world.happens if one.at < 0]
        guilty = [one.says for one in past if one.set and one.service in d.freeze][:1] or [
            one.says for one in past if one.set
        ][:1]
        bounds: dict[str, dict[str, Sequence[str]]] = {
            "users": {"true": [groups[one].title for one in hit],
                      "false": [*(one.title for name, one in groups.items() if name not in hit), "Staff alone"]},
            "dependency": {"true": list(d.freeze[:1]),
                           "false": [name for name in d.services if name not in d.freeze]},
            "recent_change": {"true": guilty, "false": [one.says for one in past if not one.set]},
        }  # fmt: skip
        for bound in bounds.values():
            bound["shown_by"] = shown
        for dimension, reach in d.reaches.items():
            bounds[dimension] = {"true": reach.true, "false": reach.false, "shown_by": reach.shown_by or shown}
        return bounds

    def overlay(self) -> None:
        """Spell out what scoring needs to know."""
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
        if "flag" in used and not all(
            self.found.coverage[n] == tuple(d.world.groups) for n in d.moves if d.moves[n].rung == "flag"
        ):
            found["flag"] = ["coverage"]
        return found
