"""Setting what already is so is refused, with a code; a change of it is not."""

from __future__ import annotations

import pytest

from simulator import acts
from tests.simulator.toy import engine

LEADS = "commander:Bo"
DECLARE = acts.Declare(severity="SEV-2", title="Cache")


@pytest.mark.parametrize(
    ("before", "again", "other"),
    [
        ([DECLARE],
         acts.ChangeSeverity(severity="SEV-2", because="x"), acts.ChangeSeverity(severity="SEV-1", because="x")),
        ([DECLARE], acts.ChangeStatus(status="investigating"), acts.ChangeStatus(status="monitoring")),
        ([acts.ClassifyDependency(dependency="queue")],
         acts.ClassifyDependency(dependency="queue"), acts.ClassifyDependency(dependency="auth")),
        ([acts.ChangeStrategy(strategy="hotfix", because="x")],
         acts.ChangeStrategy(strategy="hotfix", because="y"), acts.ChangeStrategy(strategy="rollback", because="x")),
        ([acts.Freeze(scope=("web",), what="merges")],
         acts.Freeze(scope=("web",), what="merges"), acts.Freeze(scope=("web",), what="both")),
        ([acts.Freeze(scope=("web",))], acts.Freeze(scope=("web",), what="deploys"), acts.LiftFreeze(scope=("web",))),
        ([], acts.LiftFreeze(scope=("web",)), acts.Freeze(scope=("web",))),
        ([acts.AssignLane(lane="triage", owner="mitigation", next_owner="comms")],
         acts.AssignLane(lane="triage", owner="mitigation", next_owner="comms"),
         acts.AssignLane(lane="triage", owner="mitigation", next_owner="deputy")),
        ([acts.NameMergeOwner(surface="web", owner="mitigation")],
         acts.NameMergeOwner(surface="web", owner="mitigation"), acts.NameMergeOwner(surface="web", owner="comms")),
        ([acts.AssignRole(role="commander", to="commander")],
         acts.AssignRole(role="commander", to="commander"), acts.AssignRole(role="commander", to="mitigation")),
    ],
    ids=lambda value: value.kind if isinstance(value, acts.Act) else None,
)  # fmt: skip
def test_what_is_so_already_is_refused(before: list[acts.Act], again: acts.Act, other: acts.Act) -> None:
    drill = engine()
    for one in before:
        assert drill.submit(one, LEADS).refusal is None
    refusal = drill.submit(again, LEADS).refusal
    assert refusal is not None
    assert refusal.code == "already"
    assert drill.submit(other, LEADS).refusal is None
