"""The one table of the matrix test: every door, who may pass it, and whose things it shows.

Written by hand and apart from the code, so that a wrong permission in the code is seen here. A new route needs one line
in `DOORS`; `tests/access/test_matrix.py` prints the line that is missing. A new kind of id in a path needs an entry in
`World.own` and `World.others` (`tests/access/world.py`).
"""

from dataclasses import dataclass

REQUESTER, INTAKE, RECOMMENDER, APPROVER = "requester", "intake_officer", "recommender", "approver"
SCHEDULER, LEADER, EXPERT, WELLNESS = "scheduler", "team_leader", "expert", "wellness_lead"
EVALUATOR, AUDITOR, ADMIN = "evaluator", "auditor", "admin"
EVERYBODY = {
    REQUESTER, INTAKE, RECOMMENDER, APPROVER, SCHEDULER, LEADER, EXPERT, WELLNESS, EVALUATOR, AUDITOR, ADMIN,
}  # fmt: skip
DESK = {INTAKE, RECOMMENDER, APPROVER, SCHEDULER, AUDITOR}
GROUPS: dict[str, set[str]] = {
    "anybody": EVERYBODY | {"nobody"},
    "signed": EVERYBODY,
    "keys": DESK | {REQUESTER, ADMIN},
    "desk": DESK,
    "desk+admin": DESK | {ADMIN},
    "desk+req": DESK | {REQUESTER},
    "desk+req+admin": DESK | {REQUESTER, ADMIN},
    "asks": {REQUESTER, INTAKE},
    "requester": {REQUESTER},
    "officer": {INTAKE},
    "officers": DESK - {AUDITOR},
    "intake": {INTAKE, RECOMMENDER},
    "recommender": {RECOMMENDER},
    "approver": {APPROVER},
    "roster": {RECOMMENDER, SCHEDULER},
    "calendars": DESK | {EXPERT},
    "overriders": {RECOMMENDER, SCHEDULER, APPROVER},
    "alarms": {INTAKE, RECOMMENDER, SCHEDULER, ADMIN},
    "experts": {SCHEDULER, ADMIN},
    "agencies": {INTAKE, ADMIN},
    "expert": {EXPERT},
    "admin": {ADMIN},
    "wellness": {WELLNESS},
    "partners": {RECOMMENDER, APPROVER},
    "figures": DESK | {EVALUATOR},
    "audit": {AUDITOR, ADMIN},
}
"""A word of the table to roles (domain.md 6.2)."""

SCOPES = {
    "all": "whoever may pass sees the same",
    "agency": "the desk, and the agency whose it is; another agency gets 404",
    "self": "each their own; anybody else's is 404",
    "led": "of whoever goes with that team, or leads it; else 404. In this world nobody has a seat yet",
    "planned": "a talk that is planned; here none is, so whoever may pass gets 404",
    "unasked": "of an override that was asked for; here none was, so whoever may pass gets 404",
    "named": "of a measure by its name; here it names none, so whoever may pass gets 404",
    "ordered": "of a deployment that has its order; here none has, so whoever may pass gets 404",
    "carrier": "open, but only what our carrier has signed is taken: 403 for everybody else",
    "token": "open to whoever has the unguessable token; a made-up one is 404, 410 or 422",
    "half": "open to whoever has shown the password; everybody else is led to the sign-in",
    "off": "not there unless the settings name an issuer: 404; with one, tests/access/test_oidc.py",
    "none": "each their own, and in this world nobody has one: 404",
    "stream": "as `all`, but the answer does not end",
}

DOORS = """
GET    /                                                     anybody         all
GET    /healthz                                              anybody         all
GET    /readyz                                               anybody         all
GET    /metrics                                              anybody         token
GET    /static                                               anybody         all
GET    /api/v1/openapi.json                                  anybody         all
GET    /sign-in                                              anybody         all
POST   /sign-in                                              anybody         all
POST   /language                                             anybody         all
POST   /sign-out                                             anybody         all
GET    /sign-in/second                                       anybody         half
POST   /sign-in/second                                       anybody         half
POST   /sign-in/passkey/options                              anybody         half
POST   /sign-in/passkey                                      anybody         half
POST   /sign-in/oidc                                         anybody         off
GET    /sign-in/oidc/back                                    anybody         off
GET    /account                                              signed          all
POST   /account/totp                                         signed          all
POST   /account/totp/confirm                                 signed          none
POST   /account/passkeys/options                             signed          all
POST   /account/passkeys                                     signed          all
POST   /account/recovery                                     signed          none
POST   /account/factors/{factor_id}/remove                   signed          none
POST   /account/sessions/{session_id}/end                    signed          self
POST   /account/sessions/end-others                          signed          all
POST   /account/resets/{reset_id}/stop                       signed          none
GET    /sign-in/reset                                        anybody         all
POST   /sign-in/reset                                        anybody         all
POST   /sign-in/reset/use                                    anybody         all
POST   /account/password                                     signed          all
POST   /account/keys                                         keys            all
POST   /account/keys/{key_id}/revoke                         signed          self
GET    /signed-in                                            signed          all
GET    /live                                                 signed          stream
POST   /twilio/sms                                           anybody         carrier
POST   /twilio/status                                        anybody         carrier
POST   /twilio/voice                                         anybody         carrier
POST   /twilio/voice/gather                                  anybody         carrier

GET    /x/{token}                                            anybody         token
POST   /x/{token}                                            anybody         token
POST   /x/{token}/prove                                      anybody         token
POST   /x/{token}/code                                       anybody         token
POST   /x/{token}/new                                        anybody         token

GET    /request                                              anybody         all
POST   /request                                              requester       all
GET    /request/{draft_id}                                   requester       self
GET    /request/{draft_id}/check                             requester       self
POST   /request/{draft_id}/check                             requester       self
POST   /request/{draft_id}/throw-away                        requester       self
GET    /request/{draft_id}/{slug}                            requester       self
POST   /request/{draft_id}/{slug}                            requester       self
GET    /agency                                               desk+req        all
GET    /agency/requests/new                                  asks            all
GET    /agency/requests/{reference}                          desk+req        agency
POST   /agency/requests/{reference}/answer                   asks            agency
POST   /agency/requests/{reference}/withdraw                 asks            agency
GET    /desk/lessons                                         desk            all
GET    /desk/requests/{reference}/after                      desk            all
POST   /desk/requests/{reference}/after                      roster          all
POST   /desk/requests/{reference}/after/decide               partners        all
POST   /desk/requests/{reference}/after/tasks                roster          all
POST   /desk/requests/{reference}/after/tasks/{task_id}      roster          all
GET    /my/teams/{reference}/after                           expert          led
POST   /my/teams/{reference}/after                           expert          led
GET    /desk/figures                                         figures         all
GET    /desk/figures/{slug}                                  figures         named
GET    /desk/figures.xlsx                                    figures         all
GET    /api/v1/figures                                       figures         all
GET    /desk/figures.csv                                     figures         all
GET    /desk/requests/{reference}/stay                       desk            all
POST   /desk/requests/{reference}/stay                       roster          all
POST   /desk/requests/{reference}/stay/overrides             roster          all
POST   /desk/requests/{reference}/stay/members/{expert_id}   roster          all
GET    /desk/requests/{reference}/overrides                  desk            all
POST   /desk/requests/{reference}/overrides                  overriders      all
POST   /desk/requests/{reference}/overrides/{override_id}    overriders      unasked
POST   /my/teams/{reference}/stay                            expert          led
GET    /api/v1/deployments/{reference}/extension             desk            all
POST   /api/v1/deployments/{reference}/extension             roster          all
POST   /api/v1/deployments/{reference}/extension/withdraw    roster          all
POST   /api/v1/deployments/{reference}/members/{expert_id}/stay   roster     all
GET    /api/v1/deployments/{reference}/overrides             desk            all
POST   /api/v1/deployments/{reference}/overrides             overriders      all
POST   /api/v1/deployments/{reference}/overrides/{override_id}/grant    overriders   unasked
POST   /api/v1/deployments/{reference}/overrides/{override_id}/refuse   overriders   unasked
GET    /desk/requests/{reference}/road/order.pdf             desk            ordered
GET    /my/teams/{reference}/order.pdf                       expert          led
GET    /desk/requests/{reference}/after.pdf                  desk            all
GET    /my/teams/{reference}/after.pdf                       expert          led
GET    /s/{token}                                            anybody         token
POST   /s/{token}                                            anybody         token
GET    /desk/requests/{reference}/surveys                    desk            all
POST   /desk/requests/{reference}/surveys/partners           roster          all
GET    /api/v1/edxl/{reference}/{kind}                       desk            all
POST   /api/v1/edxl                                          asks            all
GET    /desk/requests/{reference}/exchange                   desk            all
GET    /calendar                                             calendars       all
POST   /calendar                                             calendars       all
GET    /cal/{token}.ics                                      anybody         token
GET    /wellness                                             wellness        all
POST   /wellness/{follow_up_id}                              wellness        planned
GET    /agency/requests/{reference}/tell/{slug}              requester       agency
POST   /agency/requests/{reference}/tell/{slug}              requester       agency
GET    /agency/requests/{reference}/sign                     requester       agency
POST   /agency/requests/{reference}/sign                     requester       agency
GET    /agency/requests/{reference}/letters                  requester       agency
POST   /agency/requests/{reference}/letters                  requester       agency
GET    /agency/requests/{reference}/letters/{letter_id}      desk+req        agency
POST   /agency/requests/{reference}/letters/{letter_id}/take-back   requester    agency
GET    /agency/requests/{reference}/rate                     requester       agency
POST   /agency/requests/{reference}/rate                     requester       agency
GET    /my                                                   expert          all
GET    /my/teams/{reference}                                 expert          led
GET    /my/teams/{reference}/order                           expert          led
POST   /my/teams/{reference}/order                           expert          led
POST   /my/teams/{reference}/relief                          expert          led
POST   /my/teams/{reference}/report                          expert          led
POST   /my/teams/{reference}/members/{expert_id}             expert          led
GET    /my/teams/{reference}/expenses                        expert          led
POST   /my/teams/{reference}/expenses                        expert          led
GET    /my/teams/{reference}/hours/{expert_id}               expert          led
POST   /my/teams/{reference}/hours/{expert_id}               expert          led
GET    /my/care                                              expert          all
GET    /my/days                                              expert          all
GET    /my/record                                            expert          all
GET    /my/record.json                                       expert          all
GET    /my/trips                                             expert          all
GET    /my/trips.ics                                         expert          all
GET    /my/trips/{assignment_id}.ics                         expert          none
POST   /my/trips/{assignment_id}                             expert          none
POST   /my/care/call-me                                      expert          all
POST   /my/care/pause                                        expert          all
POST   /my/days/range                                        expert          all
POST   /my/days/tap                                          expert          all
POST   /my/record                                            expert          all
POST   /my/record/papers                                     expert          all
GET    /desk/papers                                          experts         all
GET    /desk/papers/{paper_id}                               experts         none
POST   /desk/papers/{paper_id}                               experts         none
POST   /my/record/consents                                   expert          all
POST   /my/record/erasure                                    expert          all
POST   /my/record/numbers                                    expert          all
POST   /my/record/numbers/code                               expert          all
POST   /my/standby                                           expert          all
POST   /my/offers/{offer_id}                                 expert          self

GET    /desk                                                 desk            all
GET    /desk/requests/{reference}                            desk            all
GET    /desk/timeline                                        desk            all
GET    /desk/map                                             desk            all
GET    /desk/handover                                        desk            all
POST   /desk/handover                                        officers        all
GET    /desk/settings                                        desk+admin      all
POST   /desk/settings                                        admin           all
POST   /desk/settings/look                                   admin           all
GET    /desk/people                                          admin           all
POST   /desk/people                                          admin           all
POST   /desk/people/{user_id}                                admin           all
POST   /desk/people/{user_id}/reset                          admin           all
POST   /desk/people/resets/{reset_id}                        admin           all
GET    /desk/requests/{reference}/answers                    desk            all
GET    /desk/requests/{reference}/print                      desk            all
GET    /desk/experts                                         desk+admin      all
GET    /desk/experts/readiness                               desk+admin      all
GET    /desk/experts/new                                     experts         all
POST   /desk/experts/new                                     experts         all
POST   /desk/experts/import                                  experts         all
GET    /desk/experts/{expert_id}                             desk+admin      all
GET    /desk/experts/{expert_id}/edit                        experts         all
POST   /desk/experts/{expert_id}/edit                        experts         all
POST   /desk/experts/{expert_id}/contacts                    desk+admin      all
POST   /desk/experts/{expert_id}/away                        experts         all
POST   /desk/experts/{expert_id}/back                        experts         all
POST   /desk/experts/{expert_id}/credentials                 experts         all
POST   /desk/experts/{expert_id}/credentials/{credential_id} experts         all
GET    /desk/experts/{expert_id}/data                        admin           all
POST   /desk/experts/{expert_id}/data                        admin           all
POST   /desk/experts/{expert_id}/erase                       admin           all
GET    /desk/foresight                                       desk+admin      all
POST   /desk/foresight                                       experts         all
GET    /desk/foresight/demand                                desk+admin      all
POST   /desk/foresight/demand                                experts         all
POST   /desk/foresight/demand/{incident_file_id}/forget      experts         none
GET    /api/v1/foresight/readiness                           desk+admin      none
POST   /api/v1/foresight/readiness                           experts         all
GET    /desk/foresight/recruiting                            desk+admin      all
POST   /desk/foresight/recruiting                            experts         all
GET    /api/v1/foresight/recruiting                          desk+admin      none
POST   /api/v1/foresight/recruiting                          experts         all
GET    /api/v1/foresight/demand                              desk+admin      none
GET    /api/v1/foresight/incidents                           desk+admin      all
POST   /api/v1/foresight/incidents                           experts         all
DELETE /api/v1/foresight/incidents/{incident_file_id}        experts         none
GET    /desk/foresight/what-if                               desk+admin      all
POST   /desk/foresight/what-if                               experts         all
GET    /desk/foresight/what-if/{comparison_id}               desk+admin      none
GET    /api/v1/what-if                                       desk+admin      all
POST   /api/v1/what-if                                       experts         all
GET    /api/v1/what-if/{comparison_id}                       desk+admin      none
GET    /desk/kept                                            audit           all
POST   /desk/kept/holds                                      admin           all
POST   /desk/kept/holds/{legal_hold_id}/lift                 admin           all
GET    /desk/drills                                          desk            all
POST   /desk/drills                                          roster          all
GET    /desk/drills/{drill_id}                               desk            all
POST   /desk/drills/{drill_id}/end                           roster          all
GET    /desk/new                                             officer         agency
GET    /desk/new/agencies                                    officer         agency
POST   /desk/new                                             officer         agency
POST   /desk/requests/{reference}/answer                     asks            agency
POST   /desk/requests/{reference}/facts                      officer         agency
POST   /desk/requests/{reference}/link                       intake          all
POST   /desk/requests/{reference}/merge                      intake          all
POST   /desk/requests/{reference}/notes                      intake          all
POST   /desk/requests/{reference}/own                        officers        all
POST   /desk/requests/{reference}/take-in                    intake          all
POST   /desk/requests/{reference}/ask                        intake          all
POST   /desk/requests/{reference}/recommend                  recommender     all
POST   /desk/requests/{reference}/decide                     approver        all
POST   /desk/requests/{reference}/accept                     roster          all
POST   /desk/requests/{reference}/swap                       roster          all
POST   /desk/requests/{reference}/held                       roster          all
POST   /desk/requests/{reference}/wishes                     roster          all
GET    /desk/requests/{reference}/seats/{number}             roster          all
GET    /desk/requests/{reference}/seats/{number}/ask         roster          all
POST   /desk/requests/{reference}/seats/{number}/ask         roster          all
GET    /desk/requests/{reference}/versions                   desk            all
POST   /desk/requests/{reference}/seats/{number}/reopen      roster          all
POST   /desk/requests/{reference}/call-out                   roster          all
POST   /desk/requests/{reference}/call-out/consent           roster          all
POST   /desk/requests/{reference}/stand-down                 roster          all
POST   /desk/requests/{reference}/offers/{offer_id}          roster          all
GET    /desk/requests/{reference}/road                       desk            all
GET    /desk/requests/{reference}/road/order                 desk            ordered
POST   /desk/requests/{reference}/road/order                 roster          all
POST   /desk/requests/{reference}/road/members/{expert_id}   roster          all
POST   /desk/requests/{reference}/road/leaving               roster          all
GET    /desk/requests/{reference}/road/expenses/{expert_id}  roster          led
POST   /desk/requests/{reference}/road/expenses/{expert_id}  roster          led
GET    /desk/replies                                         roster          all
POST   /desk/replies/{inbound_id}                            roster          all
POST   /desk/alarms/{alarm_id}                               alarms          all
POST   /desk/sending/{hold_id}/release                       alarms          all

GET    /api/v1/me                                            signed          all
GET    /api/v1/keys                                          keys            all
POST   /api/v1/keys                                          keys            all
DELETE /api/v1/keys/{key_id}                                 keys            self
GET    /api/v1/users                                         admin           all
POST   /api/v1/users                                         admin           all
PATCH  /api/v1/users/{user_id}                               admin           all
GET    /api/v1/resets                                        admin           all
POST   /api/v1/users/{user_id}/resets                        admin           all
POST   /api/v1/resets/{reset_id}/give                        admin           all
POST   /api/v1/resets/{reset_id}/stop                        admin           all
GET    /api/v1/alarms                                        desk+admin      all
GET    /api/v1/status                                        desk+admin      all
GET    /desk/status                                          desk+admin      all
POST   /api/v1/alarms/{alarm_id}/settle                      alarms          all
POST   /api/v1/alarms/{alarm_id}/retry                       alarms          all
GET    /api/v1/sending                                       desk+admin      all
POST   /api/v1/sending/holds/{hold_id}/release               alarms          all
GET    /api/v1/agencies                                      desk+req+admin  all
GET    /api/v1/agencies/{agency_id}                          desk+req+admin  agency
POST   /api/v1/agencies                                      agencies        all
GET    /api/v1/experts                                       desk+admin      all
GET    /api/v1/experts/{expert_id}/exposure                  desk+admin      all
GET    /api/v1/experts/{expert_id}/questions                 desk            all
GET    /api/v1/experts/{expert_id}                           desk+admin      all
POST   /api/v1/experts                                       experts         all
PATCH  /api/v1/experts/{expert_id}                           experts         all
POST   /api/v1/experts/{expert_id}/absences                  experts         all
POST   /api/v1/experts/{expert_id}/export                    admin           all
POST   /api/v1/experts/{expert_id}/erase                     admin           all
GET    /api/v1/experts/{expert_id}/credentials               desk+admin      all
POST   /api/v1/experts/{expert_id}/credentials               experts         all
PATCH  /api/v1/experts/{expert_id}/credentials/{credential_id}    experts    all
POST   /api/v1/experts/{expert_id}/credentials/{credential_id}/verify  experts  all
POST   /api/v1/requests                                      asks            all
GET    /api/v1/requests                                      desk+req        all
GET    /api/v1/requests/{reference}                          desk+req        agency
PATCH  /api/v1/requests/{reference}                          asks            agency
GET    /api/v1/requests/{reference}/call-notes               desk            all
PUT    /api/v1/requests/{reference}/call-notes               intake          all
GET    /api/v1/requests/{reference}/related                  desk            all
POST   /api/v1/requests/{reference}/links                    intake          all
POST   /api/v1/requests/{reference}/merge                    intake          all
POST   /api/v1/requests/{reference}/own                      officers        all
POST   /api/v1/requests/{reference}/take-in                  intake          all
POST   /api/v1/requests/{reference}/questions                intake          all
GET    /api/v1/requests/{reference}/questions                desk+req        agency
POST   /api/v1/requests/{reference}/answer                   asks            agency
POST   /api/v1/requests/{reference}/recommend                recommender     all
POST   /api/v1/requests/{reference}/hand-back                approver        all
POST   /api/v1/requests/{reference}/approve                  approver        all
POST   /api/v1/requests/{reference}/decline                  approver        all
POST   /api/v1/requests/{reference}/refer                    approver        all
POST   /api/v1/requests/{reference}/withdraw                 asks            agency
GET    /api/v1/requests/{reference}/signature                desk+req        agency
PUT    /api/v1/requests/{reference}/signature                requester       agency
GET    /api/v1/requests/{reference}/letters                  desk+req        agency
POST   /api/v1/requests/{reference}/letters                  requester       agency
GET    /api/v1/requests/{reference}/letters/{letter_id}      desk+req        agency
DELETE /api/v1/requests/{reference}/letters/{letter_id}      requester       agency
GET    /api/v1/deployments/{reference}/rating                desk+req        agency
PUT    /api/v1/deployments/{reference}/rating                requester       agency
GET    /api/v1/timeline                                      desk            all
GET    /api/v1/board                                         desk            all
GET    /api/v1/map                                           desk            all
GET    /api/v1/readiness                                     desk+admin      all
GET    /api/v1/deployments/{reference}/answers               desk            all
GET    /api/v1/handover                                      desk            all
POST   /api/v1/handover                                      officers        all
GET    /api/v1/pool                                          desk+admin      all
GET    /api/v1/rules                                         desk+admin      all
GET    /api/v1/retention                                     audit           all
GET    /api/v1/legal-holds                                   audit           all
POST   /api/v1/legal-holds                                   admin           all
POST   /api/v1/legal-holds/{legal_hold_id}/lift              admin           all
GET    /api/v1/drills                                        desk            all
POST   /api/v1/drills                                        roster          all
GET    /api/v1/drills/{drill_id}                             desk            all
POST   /api/v1/drills/{drill_id}/end                         roster          all
GET    /api/v1/deployments                                   desk            all
GET    /api/v1/deployments/{reference}                       desk            all
POST   /api/v1/deployments/{reference}/stand-down            roster          all
POST   /api/v1/deployments/{reference}/seats/{number}/reopen roster          all
GET    /api/v1/deployments/{reference}/rosters               desk            all
GET    /api/v1/deployments/{reference}/rosters/{version}     desk            all
GET    /api/v1/deployments/{reference}/rosters/{version}/against  desk          all
POST   /api/v1/deployments/{reference}/rosters/{version}/take-back  roster      all
POST   /api/v1/deployments/{reference}/rosters/{version}/hasten  roster         all
GET    /api/v1/deployments/{reference}/wishes                desk            all
POST   /api/v1/deployments/{reference}/wishes/pin            roster          all
POST   /api/v1/deployments/{reference}/wishes/exclude        roster          all
POST   /api/v1/deployments/{reference}/wishes/forget         roster          all
GET    /api/v1/deployments/{reference}/rosters/{version}/record   roster     all
GET    /api/v1/deployments/{reference}/rosters/{version}/why-not  roster     all
POST   /api/v1/deployments/{reference}/rosters/{version}/accept   roster     all
POST   /api/v1/deployments/{reference}/rosters/{version}/swap     roster     all
GET    /api/v1/deployments/{reference}/offers                desk            all
POST   /api/v1/deployments/{reference}/offers/{offer_id}/answer   roster     all
POST   /api/v1/deployments/{reference}/offers/{offer_id}/withdraw roster     all
GET    /api/v1/deployments/{reference}/call-out              desk            all
POST   /api/v1/deployments/{reference}/call-out/pause        roster          all
POST   /api/v1/deployments/{reference}/call-out/resume       roster          all
POST   /api/v1/deployments/{reference}/call-out/push         roster          all
POST   /api/v1/deployments/{reference}/call-out/skip         roster          all
GET    /api/v1/deployments/{reference}/field                 desk            all
POST   /api/v1/deployments/{reference}/order                 roster          all
POST   /api/v1/deployments/{reference}/members/{expert_id}/acknowledge roster all
POST   /api/v1/deployments/{reference}/members/{expert_id}/check-ins   roster all
POST   /api/v1/deployments/{reference}/relief                roster          all
POST   /api/v1/deployments/{reference}/demobilise            roster          all
POST   /api/v1/deployments/{reference}/sign-offs             roster          all
POST   /api/v1/deployments/{reference}/release               roster          all
PUT    /api/v1/deployments/{reference}/reports               expert          led
PUT    /api/v1/deployments/{reference}/members/{expert_id}/hours       expert led
GET    /api/v1/deployments/{reference}/expenses              desk            all
PUT    /api/v1/deployments/{reference}/members/{expert_id}/expenses    roster  all
POST   /api/v1/deployments/{reference}/led/{expert_id}/check-ins       expert led
POST   /api/v1/deployments/{reference}/relief/withdraw       roster          all
POST   /api/v1/deployments/{reference}/led/relief            expert          led
POST   /api/v1/deployments/{reference}/call-out/consent      roster          all
POST   /api/v1/deployments/{reference}/call-out/ask          roster          all
GET    /api/v1/deployments/{reference}/call-out/check        roster          all
GET    /api/v1/my/offers                                     expert          all
POST   /api/v1/my/offers/{offer_id}/answer                   expert          self
GET    /api/v1/inbox                                         roster          all
POST   /api/v1/inbox/{inbound_id}/settle                     roster          all
GET    /api/v1/events                                        desk+admin      all
GET    /desk/audit                                           audit           all
GET    /desk/audit.csv                                       audit           all
GET    /api/v1/audit                                         audit           all
GET    /api/v1/requests/{reference}/story                    desk            agency
"""


SHOWS_NOBODY = """
/ /healthz /readyz /metrics /static /api/v1/openapi.json /sign-in /sign-in/second /sign-in/oidc/back /sign-in/reset
/signed-in /live /desk/settings /desk/lessons /desk/figures /desk/figures/{slug} /api/v1/figures
/desk/experts/readiness /api/v1/readiness /desk/experts/new /desk/map /api/v1/map /desk/foresight
/desk/foresight/demand /desk/foresight/recruiting /desk/foresight/what-if /desk/foresight/what-if/{comparison_id}
/api/v1/foresight/readiness /api/v1/foresight/recruiting /api/v1/foresight/demand /api/v1/foresight/incidents
/api/v1/what-if /api/v1/what-if/{comparison_id} /desk/drills /api/v1/drills /desk/new/agencies /api/v1/agencies
/api/v1/agencies/{agency_id} /api/v1/requests /api/v1/deployments /api/v1/alarms /api/v1/status /desk/status
/api/v1/sending /api/v1/rules /api/v1/retention
"""
"""GET doors that show nothing of a person: figures, counts, rules, agencies, lists of references."""
SHOWS_ONESELF = """
/account /api/v1/me /api/v1/keys /calendar /request /request/{draft_id} /request/{draft_id}/check /agency
/request/{draft_id}/{slug} /agency/requests/new /x/{token} /s/{token} /my /my/care /my/days /my/record /my/trips
/my/trips.ics /my/trips/{assignment_id}.ics /api/v1/my/offers /my/teams/{reference} /my/teams/{reference}/order
/my/teams/{reference}/expenses /my/teams/{reference}/hours/{expert_id} /my/teams/{reference}/after
/my/teams/{reference}/order.pdf /my/teams/{reference}/after.pdf
"""
"""GET doors at which people see themselves, their agency's own, or the team that they lead or go with."""
AT_WORK = """
/desk /api/v1/board /desk/new /desk/handover /api/v1/handover /cal/{token}.ics
"""
"""Open all day at the desk: who is being asked, by name. The calendar's link is noted in a way of its own."""


@dataclass(frozen=True, slots=True)
class Door:
    """One line of the table."""

    method: str
    path: str
    roles: frozenset[str]
    scope: str


def doors() -> dict[tuple[str, str], Door]:
    """The table by method and path."""
    table = {}
    for line in filter(None, DOORS.splitlines()):
        method, path, group, scope = line.split()
        assert scope in SCOPES, line
        assert (method, path) not in table, f"twice: {line}"
        table[method, path] = Door(method, path, frozenset(GROUPS[group]), scope)
    return table
