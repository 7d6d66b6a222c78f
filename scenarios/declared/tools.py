"""The looks and moves of a drill, spelled out as queries and actions."""

from __future__ import annotations

from scenarios.declared.moves import MoveData
from scenarios.declared.parts import RENAMED, query_of
from scenarios.declared.seen import LookData
from scenarios.declared.spelling import Raw, Speller, able, effects_of, ident
from simulator.scenario.document import Steps

BY_GROUP = (
    "{% for g, v in shares.items() %}{{ '%-12s' | format(g) }} {{ '%5.1f' | format(100 - v) }} % pass\n{% endfor %}"
)
"""What a rerun prints of each group, unless it has words of its own."""


class ToolSpeller(Speller):
    """Spells out what people can run and do."""

    def tools(self) -> None:
        """Spell out queries, actions and the evidence minimum."""
        d = self.drill
        needs: list[tuple[Steps, Raw]] = []
        queries: list[tuple[Steps, Raw]] = []
        for name, look in d.looks.items():
            if look.needed:
                needs.append((("looks", name), {"id": name, "title": look.title, "supports": look.needed}))
            queries.append((("looks", name), self._query(name, look)))
        self.out.put("evidence_minimum", needs, {"supports": "needed"})
        self.out.put("queries", queries, RENAMED["queries"])
        actions = [(("moves", name), self._action(name, move)) for name, move in d.moves.items()]
        self.out.put("actions", actions, {
            "command": "cmd", "aliases": "also", "executors": "by", "effects": "set", "coverage": "treats",
            "preconditions": "needs", "side_effects": "risk", "minutes_to_effect": "minutes", "output": "says",
            "reversal_minutes": "undo_minutes", "reversible_by": "undo", "precheck": "check",
                "ready_when": "safe_when",
            "conflicts": "against", "mitigates": "support", "justified_by": "right_when", "propagation": "for",
        })  # fmt: skip

    def _query(self, name: str, look: LookData) -> Raw:
        part = query_of(name, look, able(self.drill, look)) | {
            "supports": [self.true] if look.for_ else [],
            "precheck_of": [move for move, one in self.drill.moves.items() if one.check == name],
        }
        if not look.shows:
            part["output"] = _table(name, look)
        if look.rerun_when:
            shown = f"{look.shows}\n" if look.shows else BY_GROUP
            part |= {"verifies": True, "requires": look.rerun_when, "output": f"{shown}PASS",
                     "refusal": f"{shown}FAIL"}  # fmt: skip
        return part

    def _action(self, name: str, move: MoveData) -> Raw:
        risks = {ident(risk): risk for risk in move.risk}
        self.blast |= risks
        coverage = list(self.found.coverage[name] if move.treats is None else move.treats)
        branch = {"flag": "containment", "hotfix": "hotfix", "rollback": "rollback", "containment": "containment"}
        strategy = None if move.support else move.strategy or branch.get(move.rung)
        right = list(self.proof if move.right_when is None else move.right_when)
        if move.trap and move.right_when is None:
            right = []
        part: Raw = {
            "id": name, "title": move.title, "command": move.cmd, "aliases": list(move.also),
            "executors": able(self.drill, move), "rung": move.rung, "strategy": strategy, "mitigates": not move.support,
            "takes": {"median": move.takes, "spread": move.spread}, "coverage": [] if move.support else coverage,
            "effects": effects_of(move.set, move.over), "output": move.says or f"{move.title}: done",
            "side_effects": list(risks), "propagation": move.for_, "conflicts": list(move.against),
            "minutes_to_effect": self.found.minutes[name] if move.minutes is None else move.minutes,
            "reversal_minutes": self._undone(move), "reversible_by": move.undo, "irreversible": move.irreversible,
            "mends": self._mends(move), "wide": move.wide, "precheck": move.check, "ready_when": move.safe_when,
            "cap": move.cap, "justified_by": right, "known_by": list(move.known_by),
            "topic": self.drill.looks[move.check].about if move.check in self.drill.looks else None,
            "needs_confidence": "L3" if move.irreversible and move.wide else "L1" if move.rung == "flag" else "L2",
        }  # fmt: skip
        if move.needs:
            lacks = move.refusal or f"not possible yet: {', '.join(move.needs).replace('_', ' ')}"
            part["preconditions"] = [{"when": move.needs, "message": lacks}]
        return part

    def _mends(self, move: MoveData) -> bool:
        """Tell whether a rollback turns back all that happened before T+0, and what takes it back leaves that so."""
        rest = self.drill.world.levers
        broke = {lever for one in self.drill.world.happens if one.at < 0 for lever, to in one.set.items()
                 if to != rest.get(lever)}  # fmt: skip
        back = self.drill.moves[move.undo].set if move.undo else {}
        gone = all(move.set.get(one) == rest.get(one) == back.get(one, rest.get(one)) for one in broke)
        return move.rung == "rollback" and bool(broke) and not move.for_ and gone

    def _undone(self, move: MoveData) -> float:
        """Return the minutes that taking a move back takes."""
        if move.undo_minutes is not None:
            return move.undo_minutes
        back = self.drill.moves.get(move.undo or "", move)
        return round((back.takes + back.over) / 60, 1)


def _table(name: str, look: LookData) -> str:
    head = "GROUP       " + "".join(f"{column:>14}" for column in look.table)
    cells = "".join(f"{{{{ '%14s' | format(n(r['{column}'] | round(1))) }}}}" for column in look.table)
    return f"{head}\n{{%- for r in tables.{name} %}}\n{{{{ '%-12s' | format(r.name) }}}}{cells}\n{{%- endfor %}}"
