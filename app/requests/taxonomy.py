"""What a request chooses from: incident types, modifiers, services (domain.md 3.1, 3.2), reasons of a decision."""
# ruff: noqa: SIM905 - a list of slugs reads best as words

INCIDENT_TYPES: tuple[str, ...] = tuple(
    """
    officer_involved_shooting_fatal officer_involved_shooting_nonfatal use_of_force_serious_injury in_custody_death
    vehicle_pursuit_fatality lodd_felonious lodd_accident_or_medical officer_suicide officer_injured_serious
    mass_shooting school_or_campus_violence house_of_worship_attack workplace_violence hate_crime_or_bias_incident
    terrorism_or_bombing vehicle_ramming child_homicide_or_abduction multi_victim_homicide
    community_gun_violence_cluster civil_unrest_or_protest high_profile_trial_or_verdict
    viral_video_or_misconduct_disclosure mass_fatality_or_disaster anniversary_or_memorial
    something_else
    """.split()
)
MODIFIERS: tuple[str, ...] = (
    "children", "tribal_land", "officers_killed", "multi_jurisdiction", "ongoing_threat", "national_media",
)  # fmt: skip
SERVICE_TYPES: tuple[str, ...] = tuple(
    """
    executive_consultation peer_briefing officer_wellness_support victim_family_coordination fac_setup
    community_dialogue death_notification_support training_session communications_advice policy_review
    partner_coordination after_action_review virtual_consult
    """.split()
)
REASONS: dict[str, str] = {
    "need_confirmed": "Need confirmed, within the programme's purpose",
    "with_changes": "Need confirmed, with changes to what was recommended",
    "outside_purpose": "Outside the programme's purpose",
    "better_placed": "Another body is better placed",
    "not_safe": "Not safe for a team yet",
    "no_capacity": "No capacity at the time",
    "withdrawn_by_agency": "Withdrawn by the agency",
    "needs_more": "More is needed before a decision",
    "scope_unclear": "The scope is not clear yet",
    "host_not_ready": "The host's commitments are missing",
}
DECLINE_REASONS = ("outside_purpose", "not_safe", "no_capacity", "better_placed")
HAND_BACK_REASONS = ("needs_more", "scope_unclear", "host_not_ready", "not_safe")
REFERRALS: tuple[str, ...] = (
    "CRS", "CRI-TAC", "OVC TTAC", "FBI VSD", "Red Cross", "NOVA",
)  # fmt: skip
"""Bodies a request can be referred to."""
PRIORITY_WORDS = {"immediate": "Within 24 hours", "urgent": "In one to three days", "planned": "Later"}
"""How soon people are needed, as the forms ask it."""
