"""What people ask for: a closed, tagged union of frozen models with imperative names.

The same models serve the browser's forms, the command line, command files and scripted responders.
A field marked with `Pick` takes the id of something the scenario or the drill has (`sources` in
`simulator.picks`); what is judged is picked, words beside it are for people and never scored.

Evidence is named by reference, not by sequence number, so a recorded command means the same when it
is played earlier, later or without its neighbours: `query:ID`, `query:ID#2` (second run), `alert:ID`,
`inject:ID`, `change:ID`, `cue:ID`, `metric:ID`, `action:ID`, `task:N`, `option:N`, `decision:N`,
`packet:N`, `snapshot:N`, `verification:N`, `update:N`, `handoff:N` (`simulator.journal.references`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from simulator.acts.base import Command
from simulator.acts.communicating import (
    AcceptHandOff,
    CorrectUpdate,
    EscalateInternally,
    HandOff,
    UpdateExecutives,
    UpdateStakeholders,
)
from simulator.acts.doing import AbortAction, CaptureEvidence, RecordVerification, SignOff, TakeAction
from simulator.acts.ending import (
    AddHardeningTask,
    ClaimRecovery,
    CommitCheckpoint,
    PublishClosurePackage,
    PublishDecisionNote,
    RecordResidualRisks,
    RequestClosure,
    SetWatch,
    WriteLeadershipNote,
)
from simulator.acts.facilitating import (
    EditInject,
    EndDrill,
    FireInject,
    GiveHint,
    HoldInject,
    MarkObservation,
    OverrideOutcome,
    RateTeam,
    SendAdHoc,
    SkipInject,
)
from simulator.acts.incident import (
    AcceptRole,
    AcknowledgePage,
    AcknowledgeTask,
    AnswerAsker,
    AskRole,
    AssignLane,
    AssignRole,
    AssignTask,
    ChallengeClaim,
    ChangeSeverity,
    ChangeStatus,
    ChangeStrategy,
    ClassifyDependency,
    Declare,
    Freeze,
    LiftFreeze,
    NameMergeOwner,
    PageTeam,
    PostMessage,
    ReleaseRole,
    ReportTask,
    ShareCue,
)
from simulator.acts.seats import LeaveSeat, TakeSeat
from simulator.acts.thinking import (
    PinMetric,
    RecordContradiction,
    RecordDecision,
    RecordOption,
    RecordPacket,
    RecordReadiness,
    RecordSnapshot,
    RunQuery,
    SearchLogs,
    StateHypothesis,
)

AnyCommand = Annotated[
    TakeSeat | LeaveSeat
    | AcknowledgePage | Declare | ClassifyDependency | ChangeSeverity | ChangeStatus | ChangeStrategy
    | AssignRole | AcceptRole | ReleaseRole | AssignLane | NameMergeOwner | Freeze | LiftFreeze | PageTeam
    | AssignTask | AcknowledgeTask | ReportTask | AskRole | AnswerAsker | ChallengeClaim | PostMessage | ShareCue
    | StateHypothesis | RunQuery | SearchLogs | PinMetric | RecordOption | RecordContradiction | RecordReadiness
    | RecordDecision | RecordSnapshot | RecordPacket
    | TakeAction | AbortAction | SignOff | CaptureEvidence | RecordVerification
    | EscalateInternally | UpdateStakeholders | UpdateExecutives | CorrectUpdate | HandOff | AcceptHandOff
    | ClaimRecovery | RecordResidualRisks | AddHardeningTask | SetWatch | PublishDecisionNote | CommitCheckpoint
    | RequestClosure | PublishClosurePackage | WriteLeadershipNote
    | EndDrill | FireInject | HoldInject | SkipInject | EditInject | SendAdHoc | GiveHint | OverrideOutcome
    | MarkObservation | RateTeam,
    Field(discriminator="kind"),
]  # fmt: skip
COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)

__all__ = [
    "COMMAND",
    "AbortAction",
    "AcceptHandOff",
    "AcceptRole",
    "AcknowledgePage",
    "AcknowledgeTask",
    "AddHardeningTask",
    "AnswerAsker",
    "AnyCommand",
    "AskRole",
    "AssignLane",
    "AssignRole",
    "AssignTask",
    "CaptureEvidence",
    "ChallengeClaim",
    "ChangeSeverity",
    "ChangeStatus",
    "ChangeStrategy",
    "ClaimRecovery",
    "ClassifyDependency",
    "Command",
    "CommitCheckpoint",
    "CorrectUpdate",
    "Declare",
    "EditInject",
    "EndDrill",
    "EscalateInternally",
    "FireInject",
    "Freeze",
    "GiveHint",
    "HandOff",
    "HoldInject",
    "LeaveSeat",
    "LiftFreeze",
    "MarkObservation",
    "NameMergeOwner",
    "OverrideOutcome",
    "PageTeam",
    "PinMetric",
    "PostMessage",
    "PublishClosurePackage",
    "PublishDecisionNote",
    "RateTeam",
    "RecordContradiction",
    "RecordDecision",
    "RecordOption",
    "RecordPacket",
    "RecordReadiness",
    "RecordResidualRisks",
    "RecordSnapshot",
    "RecordVerification",
    "ReleaseRole",
    "ReportTask",
    "RequestClosure",
    "RunQuery",
    "SearchLogs",
    "SendAdHoc",
    "SetWatch",
    "ShareCue",
    "SignOff",
    "SkipInject",
    "StateHypothesis",
    "TakeAction",
    "TakeSeat",
    "UpdateExecutives",
    "UpdateStakeholders",
    "WriteLeadershipNote",
]
