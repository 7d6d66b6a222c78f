"""Numbers that a team's own playbook gives its predicates: whatever they are, words come of them or a score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from analytics.criteria.judging import MOST
from analytics.follow_through.score import wrong
from analytics.playbook import Playbook, names
from analytics.score import check, score
from simulator.errors import ScenarioError
from simulator.scenario.document import read
from tests import played
from tests.shipped import FOLDER


def numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each number under a `with`."""
    if isinstance(data, int | float) and not isinstance(data, bool) and "with" in path:
        yield path
    for step, one in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from numbers(one, (*path, step))


def changed(data: Any, path: tuple[Any, ...], value: float) -> Any:
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = changed(data[path[0]], path[1:], value)
    return copy


def books(name: str, value: float) -> Iterator[Playbook]:
    data = read((FOLDER / "playbooks" / f"{name}.yaml").read_text(encoding="utf-8"), name).data
    for path in numbers(data):
        yield Playbook.model_validate(changed(data, path, value))


def refuse(book: Playbook) -> None:
    """Raise ScenarioError for the first thing that is wrong in a playbook, in a drill or after it."""
    check(book)
    for _, what, why in wrong(book):
        raise ScenarioError(f"{what}: {why}")


@pytest.mark.parametrize("name", names())
def test_a_number_beyond_all_use_is_refused_before_anything_is_counted_up_to_it(name: str) -> None:
    for book in books(name, MOST + 1):
        with pytest.raises(ScenarioError, match=r"no number here is beyond 10,000"):
            refuse(book)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_numbers_that_cannot_be_reckoned_with_are_said(name: str) -> None:
    record = played.record("auth_token", "base", "by_the_book", 7)
    told = []
    for value in (0, -1, MOST):
        for book in books(name, value):
            try:
                score(record, book)
            except ScenarioError as error:
                told.append(str(error))
    assert all(one.endswith(("mend them in the playbook", "beyond 10,000")) or ": Input should" in one for one in told)
