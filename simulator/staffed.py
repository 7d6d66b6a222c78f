"""A drill with the people at work in it, as acts may use it. The engine is the one there is."""

from __future__ import annotations

from abc import abstractmethod

from simulator import events as e
from simulator.drill import Drill, Process
from simulator.levels import STANDARD, PlayedBook
from simulator.msel import Line
from simulator.people.teammates import Teammates
from simulator.people.work import Work
from simulator.scenario.model import Scenario
from simulator.scenario.world import World
from simulator.values import Ref


class StaffedDrill(Drill):
    """A drill whose queries and actions somebody carries out."""

    def __init__(
        self, scenario: Scenario, world: World, seed: int, mode: str, book: PlayedBook = STANDARD
    ) -> None:
        super().__init__(scenario, world, seed, mode, book)
        self.work = Work(self)
        self.teammates = Teammates(self, self.work)

    @abstractmethod
    def got_up(self, seat: str) -> None:
        """Let the simulated holder of a seat take over from the person who left it."""

    def deliver(self, line: Line) -> None:
        """Put one line of the MSEL in front of those it is for."""
        inject = line.inject
        line.state, line.came = "delivered", self.now
        if line.words_only:
            self.emit(e.MessagePosted(
                to=inject.to, role=inject.persona, channel=inject.channel, text=line.text, attachment=line.attachment
            ))  # fmt: skip
            return
        # The author's words are a template; what a facilitator made of them is said as it was typed.
        self.emit(
            e.InjectDelivered(
                to=self._reached(inject.to), inject=inject.id, persona=inject.persona, channel=inject.channel,
                text=self.render(line.text) if line.text == inject.text else line.text, form=inject.form,
                answers=tuple((a.id, a.label) for a in inject.answers),
            )
        )  # fmt: skip
        self.turn(inject.effects, Ref.to("inject", inject.id))
        for role in inject.occupies:
            if self.incident.present.get(role):
                self.env.process(self.work.call(role, inject.persona, inject.occupies_for))
        if inject.leaves:
            # Who led without ever having been named has to go all the same.
            holder = self.incident.holder(inject.leaves) or self.incident.home(inject.leaves)
            if holder is not None:
                self.env.process(self._leave(inject.leaves, holder, inject.grace))

    def _reached(self, to: tuple[str, ...]) -> tuple[str, ...]:
        """Return who is meant: what is for the commander is for whoever has taken over, too, if they may know."""
        holder = self.incident.commander()
        takes_over = self.incident.lead in to and holder not in to and self.circle.knows(holder)
        return (*to, holder) if takes_over else to

    def _leave(self, role: str, seat: str, grace: int) -> Process:
        yield self.env.timeout(grace)
        if (self.incident.holder(role) or seat) == seat and not self.ended:
            self.emit(e.RoleVacated(role=role, seat=seat))
