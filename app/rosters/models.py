"""Tables of proposed teams: one proposal is one answer of the solver, kept with its reasons."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column


class ProposalState(StrEnum):
    """Whether the desk works with it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"


class Proposal(Table):
    """One version of a deployment's roster."""

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("deployment_id", "version"),
        Index("uq_proposals_accepted", "deployment_id", unique=True, postgresql_where=text("state = 'accepted'")),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    version: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(state_column(ProposalState))
    cause: Mapped[str]
    """Why it was made: "approved", "backfill", "desk"."""
    status: Mapped[str]
    """"optimal" or "feasible"."""
    pool_size: Mapped[int]
    considered: Mapped[int]
    solve_ms: Mapped[int]
    solver_version: Mapped[str]
    gap: Mapped[float | None]
    """Share by which a better roster could be worth more: 0 when proven the best, none when no bound is known."""
    goals: Mapped[dict[str, Any]]
    shortages: Mapped[list[dict[str, Any]]]
    changes: Mapped[list[dict[str, Any]]]
    """[{kind, expert_id, text}]: who left, came, moved and stays, against the version the desk worked with before."""
    runner_up: Mapped[dict[str, Any] | None]
    """The best different roster: {changes: [text], costs: [text], moves: [{kind, expert_id, text}],
    differences: [{level, worse, text}], is_proven}. Rows of before have only the texts."""
    edits: Mapped[list[dict[str, Any]]]
    """[{at, by, position_id, left, came}]: what people changed by hand, oldest first."""
    made_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asks_from: Mapped[datetime | None]
    """Of an accepted version: until then nobody is asked, and it can be taken back. None: asked at once."""


class Wish(Table):
    """Whom the desk wants in a seat of a deployment; without a seat, whom it does not want in the team at all."""

    __tablename__ = "roster_wishes"
    __table_args__ = (
        UniqueConstraint("deployment_id", "expert_id"),
        ForeignKeyConstraint(["position_id", "deployment_id"], ["positions.id", "positions.deployment_id"]),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id"))
    position_id: Mapped[int | None] = mapped_column(unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class Cap(StrEnum):
    """What somebody may not pass, unless two people decide so (domain.md 1.5)."""

    TOUR = "tour"
    DUTY = "duty"
    EXPOSURE = "exposure"


class Override(Table):
    """A cap set aside for one person in one deployment: one asks, another grants or refuses, each with a reason."""

    __tablename__ = "overrides"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("asked_by_id <> granted_by_id", name="two_people"),
        CheckConstraint("(granted_at is null) = (granted_by_id is null)", name="granted_by_somebody"),
        CheckConstraint("(refused_at is null) = (refused_by_name is null)", name="refused_by_somebody"),
        CheckConstraint("granted_at is null or refused_at is null", name="one_end"),
        Index(
            "uq_overrides_open", "deployment_id", "expert_id", "cap", unique=True,
            postgresql_where=text("granted_at is null and refused_at is null"),
        ),
        Index("ix_overrides_deployment_id", "deployment_id"),
    )  # fmt: skip

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    cap: Mapped[Cap] = mapped_column(state_column(Cap))
    until: Mapped[datetime]
    """The last moment on site for which it holds; a longer stay is another decision."""
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_by_name: Mapped[str]
    granted_at: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_by_name: Mapped[str | None]
    refused_at: Mapped[datetime | None]
    refused_by_name: Mapped[str | None]
    second_reason: Mapped[str]
    """What the second person says, granted or refused."""


class ReliefHold(Table):
    """Somebody whom the solver would send as relief if a stay outlasts its limits. Not asked; it binds nobody.

    It stands in the person's load, and goes when a real deployment takes them: the next look finds another.
    """

    __tablename__ = "relief_holds"
    __table_args__ = (
        ForeignKeyConstraint(["position_id", "deployment_id"], ["positions.id", "positions.deployment_id"]),
        CheckConstraint("until > starts_at", name="ends_after_start"),
        Index("uq_relief_holds_seat", "position_id", unique=True, postgresql_where=text("released_at is null")),
        Index("ix_relief_holds_expert_id", "expert_id"),
        Index("ix_relief_holds_deployment_id", "deployment_id"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    position_id: Mapped[int]
    """The seat in which somebody may have to be relieved."""
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    """From when they would be needed on site."""
    until: Mapped[datetime]
    because: Mapped[str]
    """Which limit the stay may outlast, in a sentence."""
    made_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    """When the solver last confirmed it."""
    released_at: Mapped[datetime | None]


class DecisionRecord(Table):
    """All that a version was made of, to make it again: the problem with its hash, the parameters, the answer."""

    __tablename__ = "decision_records"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"), unique=True)
    sha256: Mapped[str]
    """Of the problem."""
    body: Mapped[bytes]
    """The JSON of `solver.record`, compressed with zlib: some 60 bytes an expert."""


class Pick(Table):
    """One person for one seat of a proposal: rank 0 is the choice, 1 and up alternates. No expert: an empty seat."""

    __tablename__ = "picks"
    __table_args__ = (
        UniqueConstraint("proposal_id", "position_id", "rank"),
        Index(
            "uq_picks_one_seat", "proposal_id", "expert_id", unique=True,
            postgresql_where=text("rank = 0 and expert_id is not null"),
        ),
    )  # fmt: skip

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"), index=True)
    rank: Mapped[int]
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("experts.id"))
    reasons: Mapped[list[dict[str, Any]]]
    """[{code, text, is_warning}]; of an empty seat: the funnel and what would help."""
    travel: Mapped[dict[str, Any] | None]
    """{mode, minutes, depart, arrive, home, rested}, ISO times."""
    costs: Mapped[str]
    """Of an alternate: what choosing this person instead would cost while everybody else stays."""
    facts: Mapped[dict[str, Any] | None]
    """What is said, as data. Of the choice: {instead}, the best team with somebody else here, as `Proposal.runner_up`;
    of an alternate: {differences}; of an empty seat: {funnel: [{rule, fell, left, text}], helps: [{text, cost,
    waivers: [{rule, expert_id, position_id, amount, text}], and a team as `Proposal.runner_up`}]}."""


class RuleSet(Table):
    """One version of the rules (`rules.py`), kept for ever: who changed them, when and why."""

    __tablename__ = "rule_sets"
    __table_args__ = (CheckConstraint("why <> ''", name="says_why"),)

    version: Mapped[int] = mapped_column(unique=True)
    """1 and up; the newest holds."""
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str]
    why: Mapped[str]
    values: Mapped[dict[str, Any]]
    """Every rule by its name."""
