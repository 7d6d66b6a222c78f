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

from simulator.commands.base import (
    Action,
    Alert,
    Cause,
    Check,
    Command,
    Confidence,
    Cue,
    Dependency,
    Evidence,
    Figure,
    Id,
    Inject,
    Lane,
    Line,
    Metric,
    Minutes,
    Name,
    Part,
    Phase,
    Pick,
    Query,
    Recommendation,
    RejectedRung,
    Rejection,
    Role,
    Rung,
    Seat,
    Segment,
    Service,
    Severity,
    Status,
    Strategy,
    Text,
    Topic,
)
from simulator.commands.communicating import (
    AcceptHandOff,
    CorrectUpdate,
    EscalateInternally,
    HandOff,
    UpdateExecutives,
    UpdateStakeholders,
)
from simulator.commands.doing import AbortAction, CaptureEvidence, RecordVerification, SignOff, TakeAction
from simulator.commands.ending import (
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
from simulator.commands.facilitating import (
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
from simulator.commands.incident import (
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
from simulator.commands.seats import LeaveSeat, TakeSeat
from simulator.commands.thinking import (
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
    "Action",
    "AddHardeningTask",
    "Alert",
    "AnswerAsker",
    "AnyCommand",
    "AskRole",
    "AssignLane",
    "AssignRole",
    "AssignTask",
    "CaptureEvidence",
    "Cause",
    "ChallengeClaim",
    "ChangeSeverity",
    "ChangeStatus",
    "ChangeStrategy",
    "Check",
    "ClaimRecovery",
    "ClassifyDependency",
    "Command",
    "CommitCheckpoint",
    "Confidence",
    "CorrectUpdate",
    "Cue",
    "Declare",
    "Dependency",
    "EditInject",
    "EndDrill",
    "EscalateInternally",
    "Evidence",
    "Figure",
    "FireInject",
    "Freeze",
    "GiveHint",
    "HandOff",
    "HoldInject",
    "Id",
    "Inject",
    "Lane",
    "LeaveSeat",
    "LiftFreeze",
    "Line",
    "MarkObservation",
    "Metric",
    "Minutes",
    "Name",
    "NameMergeOwner",
    "OverrideOutcome",
    "PageTeam",
    "Part",
    "Phase",
    "Pick",
    "PinMetric",
    "PostMessage",
    "PublishClosurePackage",
    "PublishDecisionNote",
    "Query",
    "RateTeam",
    "Recommendation",
    "RecordContradiction",
    "RecordDecision",
    "RecordOption",
    "RecordPacket",
    "RecordReadiness",
    "RecordResidualRisks",
    "RecordSnapshot",
    "RecordVerification",
    "RejectedRung",
    "Rejection",
    "ReleaseRole",
    "ReportTask",
    "RequestClosure",
    "Role",
    "RunQuery",
    "Rung",
    "SearchLogs",
    "Seat",
    "Segment",
    "SendAdHoc",
    "Service",
    "SetWatch",
    "Severity",
    "ShareCue",
    "SignOff",
    "SkipInject",
    "StateHypothesis",
    "Status",
    "Strategy",
    "TakeAction",
    "TakeSeat",
    "Text",
    "Topic",
    "UpdateExecutives",
    "UpdateStakeholders",
    "WriteLeadershipNote",
]
