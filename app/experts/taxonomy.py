"""What experts can do: disciplines, expertise, languages, credentials (domain.md 3.3-3.8). Slugs are never deleted."""
# ruff: noqa: SIM905 - a list of slugs reads best as words

DISCIPLINES: dict[str, str] = {
    "LE": "Law enforcement",
    "VA": "Victim assistance",
    "MH": "Mental health",
    "CL": "Community leadership",
}
EXPERTISE: dict[str, tuple[str, ...]] = {
    "LE": tuple(
        """
    crisis_leadership chief_to_chief_peer sheriff_peer tribal_policing campus_policing state_police_coordination
    ois_response_protocol ois_investigation_liaison in_custody_death_response lodd_response_and_honors
    survivor_family_liaison_le active_attack_aftermath civil_unrest_command protest_facilitation
    de_escalation_policy use_of_force_policy body_camera_release_policy public_information
    social_media_rumor_control transparency_and_record_release peer_support_program_lead officer_wellness_program
    police_chaplaincy_program fitness_for_duty_process employee_and_union_relations
    dispatcher_and_civilian_staff_care internal_affairs_process procedural_justice community_policing_strategy
    victim_services_unit_in_agency ics_and_unified_command after_action_review_lead
        """.split()
    ),
    "VA": tuple(
        """
    crisis_advocacy homicide_survivor_support death_notification family_assistance_center_ops
    resiliency_center_planning victim_list_and_notification victim_rights_law victim_compensation
    voca_and_aeap_funding hospital_advocacy child_advocacy school_victim_support sexual_violence_advocacy
    domestic_violence_advocacy elder_victims victims_with_disabilities deaf_and_hard_of_hearing_access lgbtq_victims
    immigrant_and_u_visa tribal_victim_services trafficking_victims hate_crime_victims gun_violence_victims
    mass_violence_casework court_and_trial_support media_and_victim_privacy donations_and_fund_management
    unmet_needs_and_referral police_based_victim_services multi_agency_coordination volunteer_management
    anniversary_and_memorial_planning
        """.split()
    ),
    "MH": tuple(
        """
    psychological_first_aid skills_for_psychological_recovery acute_crisis_counseling
    disaster_behavioral_health_lead child_trauma adolescent_trauma school_crisis_response
    cd_cp_police_mental_health_partnership police_psychology post_shooting_psych_support
    peer_support_clinical_oversight cism_clinical_director critical_incident_stress_group suicide_postvention
    suicide_risk_assessment traumatic_grief bereavement_groups ptsd_evidence_based_treatment
    substance_use_after_trauma family_systems community_resilience_assessment culturally_adapted_care
    refugee_and_war_trauma moral_injury veterans_and_le_overlap dispatcher_stress vicarious_trauma_organizational
    staff_wellness_screening telehealth_crisis_support clinical_supervision psychiatric_consultation
    needs_assessment_and_referral_mapping
        """.split()
    ),
    "CL": tuple(
        """
    community_mediation facilitated_dialogue restorative_circles truth_and_reconciliation_process
    civil_rights_advocacy naacp_branch_engagement faith_community_organizing interfaith_coordination
    clergy_crisis_response chaplaincy_disaster_spiritual_care black_community_engagement latino_community_engagement
    aapi_community_engagement muslim_community_engagement jewish_community_engagement sikh_community_engagement
    native_tribal_leadership immigrant_and_refugee_leaders lgbtq_community_leaders disability_community_leaders
    youth_engagement parent_and_school_groups lived_experience_survivor_leader violence_interruption
    neighborhood_organizing protest_organizer_liaison business_and_civic_leaders elected_official_relations
    community_listening_sessions community_media_and_messaging healing_events_and_vigils
    community_benefit_and_fund_governance
        """.split()
    ),
}
"""Discipline to its expertise slugs."""
ALL_EXPERTISE = frozenset(slug for slugs in EXPERTISE.values() for slug in slugs)
LANGUAGES: dict[str, str] = {
    "en": "English", "es": "Spanish", "ase": "American Sign Language", "zh-cmn": "Mandarin", "yue": "Cantonese",
    "vi": "Vietnamese", "tl": "Tagalog", "ar": "Arabic", "ht": "Haitian Creole", "fr": "French", "ko": "Korean",
    "ru": "Russian", "uk": "Ukrainian", "pt": "Portuguese", "pl": "Polish", "hi": "Hindi", "ur": "Urdu",
    "pa": "Punjabi", "gu": "Gujarati", "bn": "Bengali", "so": "Somali", "am": "Amharic", "sw": "Swahili",
    "fa": "Farsi", "ps": "Pashto", "ne": "Nepali", "my": "Burmese", "hmn": "Hmong", "km": "Khmer", "lo": "Lao",
    "ja": "Japanese", "nv": "Navajo", "yi": "Yiddish", "pcm": "Nigerian Pidgin", "mam": "Mam",
}  # fmt: skip
"""BCP-47 tag to name. Levels are ILR 0-5 for speaking."""
CLINICAL = frozenset({"psychologist", "lcsw", "lpc_lmhc", "lmft", "psychiatrist", "pmhnp"})
"""Licences to practise, each valid in one state."""
MANDATORY = frozenset({"background_check", "consultant_agreement", "rrt_orientation", "sms_consent"})
"""Without one of these, nobody is offered a place (domain.md 1.6)."""
CREDENTIALS: dict[str, tuple[str, ...]] = {
    "Programme": (
        "background_check", "conduct_agreement", "confidentiality_agreement", "conflict_disclosure",
        "consultant_agreement", "employer_mou", "rrt_orientation", "cjis_awareness", "interpreter_certified",
        "drivers_license", "sms_consent", "travel_profile",
    ),
    "Clinical": (
        "psychologist", "lcsw", "lpc_lmhc", "lmft", "psychiatrist", "pmhnp", "school_psychologist", "psypact_tap",
        "psypact_apit",
    ),
    "Law enforcement": (
        "peace_officer_active", "peace_officer_retired", "fbi_national_academy", "peer_support_cert",
        "chaplain_law_enforcement",
    ),
    "Victim assistance": (
        "nacp_provisional", "nacp_basic", "nacp_intermediate", "nacp_advanced", "nova_crt_basic", "nova_crt_advanced",
        "child_forensic_interview", "trauma_specialist",
    ),
    "Response": (
        "ics100", "ics200", "ics300", "ics400", "is700", "is800", "pfa", "cism_individual", "cism_group",
        "red_cross_dmh", "red_cross_dsc", "is360_or_similar",
    ),
}  # fmt: skip
"""Kinds of credentials by group (domain.md 3.8), as forms offer them."""
