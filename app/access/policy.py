"""The one table of who may do what. Deny by default; API and pages ask the same (domain.md 6.2)."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """One thing somebody may be allowed to do."""

    FILE_REQUEST = "file_request"
    READ_REQUESTS = "read_requests"
    ANSWER_QUESTION = "answer_question"
    WITHDRAW_REQUEST = "withdraw_request"
    WORK_INTAKE = "work_intake"
    LOOK_AFTER = "look_after"
    RECOMMEND = "recommend"
    DECIDE = "decide"
    READ_DEPLOYMENTS = "read_deployments"
    WORK_ROSTER = "work_roster"
    WORK_OFFERS = "work_offers"
    WORK_FIELD = "work_field"
    """Mission orders, check-ins and release, for every team."""
    OVERRIDE = "override"
    """One of the two who set a cap of somebody aside, with a reason."""
    LEAD_TEAM = "lead_team"
    """The same for the team one leads: reports, hours, check-ins on behalf."""
    WORK_WELLNESS = "work_wellness"
    """Behind the wall: the wellness lead alone."""
    READ_FIGURES = "read_figures"
    """Figures of a period; cases only with `READ_DEPLOYMENTS`."""
    READ_EXPERTS = "read_experts"
    MANAGE_EXPERTS = "manage_experts"
    READ_AGENCIES = "read_agencies"
    MANAGE_AGENCIES = "manage_agencies"
    READ_OWN_OFFERS = "read_own_offers"
    ANSWER_OWN_OFFERS = "answer_own_offers"
    MANAGE_USERS = "manage_users"
    OWN_KEYS = "own_keys"
    OWN_SESSIONS = "own_sessions"
    READ_EVENTS = "read_events"
    READ_AUDIT = "read_audit"
    ERASE_EXPERTS = "erase_experts"
    EXPORT_EXPERTS = "export_experts"
    """All that is held of one expert, on their behalf."""
    MANAGE_HOLDS = "manage_holds"
    """Set and lift legal holds."""
    READ_RULES = "read_rules"
    MANAGE_RULES = "manage_rules"
    READ_ALARMS = "read_alarms"
    WORK_ALARMS = "work_alarms"
    READ_DRILLS = "read_drills"
    RUN_DRILLS = "run_drills"


class Role(StrEnum):
    """What somebody is here for."""

    REQUESTER = "requester"
    INTAKE_OFFICER = "intake_officer"
    RECOMMENDER = "recommender"
    APPROVER = "approver"
    SCHEDULER = "scheduler"
    TEAM_LEADER = "team_leader"
    EXPERT = "expert"
    WELLNESS_LEAD = "wellness_lead"
    EVALUATOR = "evaluator"
    AUDITOR = "auditor"
    ADMIN = "admin"


P, R = Permission, Role
_STAFF = {P.OWN_KEYS, P.OWN_SESSIONS}
_DESK = _STAFF | {
    P.READ_FIGURES,
    P.READ_REQUESTS,
    P.READ_DEPLOYMENTS,
    P.READ_EXPERTS,
    P.READ_AGENCIES,
    P.READ_EVENTS,
    P.READ_ALARMS,
}
_DESK |= {P.READ_DRILLS, P.READ_RULES}
_ASKS = {P.WORK_ROSTER, P.WORK_OFFERS, P.WORK_FIELD, P.WORK_ALARMS, P.RUN_DRILLS, P.OVERRIDE}
GRANTS: dict[Role, frozenset[Permission]] = {
    R.REQUESTER: frozenset(
        _STAFF | {P.FILE_REQUEST, P.READ_REQUESTS, P.ANSWER_QUESTION, P.WITHDRAW_REQUEST, P.READ_AGENCIES}
    ),
    R.INTAKE_OFFICER: frozenset(
        _DESK
        | {
            P.LOOK_AFTER,
            P.FILE_REQUEST,
            P.ANSWER_QUESTION,
            P.WITHDRAW_REQUEST,
            P.WORK_INTAKE,
            P.MANAGE_AGENCIES,
            P.WORK_ALARMS,
        }
    ),
    R.RECOMMENDER: frozenset(_DESK | _ASKS | {P.LOOK_AFTER, P.WORK_INTAKE, P.RECOMMEND}),
    R.APPROVER: frozenset(_DESK | {P.LOOK_AFTER, P.DECIDE, P.OVERRIDE}),
    R.SCHEDULER: frozenset(_DESK | _ASKS | {P.LOOK_AFTER, P.MANAGE_EXPERTS}),
    R.TEAM_LEADER: frozenset({P.OWN_SESSIONS}),
    R.EXPERT: frozenset({P.OWN_SESSIONS, P.READ_OWN_OFFERS, P.ANSWER_OWN_OFFERS, P.LEAD_TEAM}),
    R.WELLNESS_LEAD: frozenset({P.WORK_WELLNESS, P.OWN_SESSIONS}),
    R.EVALUATOR: frozenset({P.READ_FIGURES, P.OWN_SESSIONS}),
    R.AUDITOR: frozenset(_DESK | {P.READ_AUDIT}),
    R.ADMIN: frozenset(_STAFF | {P.READ_EXPERTS, P.MANAGE_EXPERTS, P.READ_AGENCIES, P.MANAGE_AGENCIES})
    | {
        P.MANAGE_USERS,
        P.READ_RULES,
        P.MANAGE_RULES,
        P.READ_EVENTS,
        P.READ_AUDIT,
        P.MANAGE_HOLDS,
        P.ERASE_EXPERTS,
        P.EXPORT_EXPERTS,
        P.READ_ALARMS,
        P.WORK_ALARMS,
    },
}
"""Role to what it may do. A role or permission that is not here may nothing."""
DESK_ROLES = frozenset({R.INTAKE_OFFICER, R.RECOMMENDER, R.APPROVER, R.SCHEDULER, R.AUDITOR})
"""Roles that see every agency's requests."""


def allowed(roles: Iterable[str]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    known = {role.value: role for role in Role}
    return frozenset().union(*(GRANTS[known[role]] for role in roles if role in known))
