-- Rows for bench/dispatch/auditor.py: deployments, offers, messages, some being asked at this moment.
set session_replication_role = replica;
insert into agencies (name, kind, city, state, latitude, longitude, time_zone) values ('A', 'municipal', 'C', 'CO', 1, 1, 'UTC');
insert into users (email, name, roles, is_active) values
  ('a@x', 'a', '{auditor}', true), ('b@x', 'b', '{auditor}', true), ('c@x', 'c', '{auditor}', true);
insert into experts (name, disciplines, expertise, languages, city, state, latitude, longitude, time_zone, is_leader,
  is_trainee, is_mentor, past_deployments, conflict_agencies, wakes_for_immediate, is_active, version)
  select 'E' || n, '{VA}', '{}', '{}', 'C', 'CO', 1, 1, 'UTC', false, false, false, 0, '{}', true, true, 1
  from generate_series(1, 3000) n;
insert into contacts (expert_id, kind, number) select id, 'mobile', p.number from experts join bench_phones p on p.n = id;
insert into requests (reference, agency_id, state, version, filed_by_id, keyed_in_by_desk, filed_at, incident_type, modifiers,
  city, place_state, latitude, longitude, time_zone, summary, languages, service_types, expertise_wanted, priority,
  needed_by, days, mode, contact_name, contact_title, contact_phone, contact_email, report_to, details, decided_by_id,
  decided_at, recommended_by_id, team_type)
  select '26-' || n, 1, 'approved', 1, 1, false, now() - n * interval '3 hours', 'x', '{}', 'C', 'CO', 1, 1, 'UTC', '', '{}',
  '{}', '{}', 'urgent', now(), 3, 'on_site', 'n', 't', said, said, 'r', said, 2, now() - n * interval '3 hours', 3, 'T2'
  from generate_series(1, %(deployments)s) n cross join (select said from bench_phones limit 1) p;
insert into deployments (request_id, reference, state, version, team_type, priority, starts_at, ends_at, opened_at, staffed_at)
  select n, '26-' || n, case when n <= %(asking)s then 'offering' when n <= 2 * %(asking)s then 'staffed' else 'closed' end, 1,
  'T2', 'urgent', now() - n * interval '3 hours', now() - n * interval '3 hours' + interval '3 days',
  now() - n * interval '3 hours', now() - n * interval '3 hours' from generate_series(1, %(deployments)s) n;
insert into positions (deployment_id, number, code, title, state, disciplines, required, desired, is_leader, is_remote, is_licensed)
  select d.id, n, 'VA', 'Advocate', case when d.state = 'offering' then 'held' else 'filled' end, '{VA}', '{}', '{}', false,
  false, false from deployments d cross join generate_series(1, %(offers)s) n;
insert into proposals (deployment_id, version, state, cause, status, pool_size, considered, solve_ms, solver_version, goals,
  shortages, made_at) select id, 1, 'accepted', 'approved', 'optimal', 1, 1, 1, '1', '{}', '[]', opened_at from deployments;
insert into offers (deployment_id, position_id, expert_id, code, state, rung, asked_at, reply_by, answered_at, travel)
  select p.deployment_id, p.id, 1 + (p.deployment_id * 7 + p.number) %% 3000, lpad((p.deployment_id %% 512)::text, 3, '2'),
  case when p.state = 'held' then 'contacting' else 'accepted' end, 1,
  case when p.state = 'held' then now() else d.opened_at end,
  case when p.state = 'held' then now() + interval '3 hours' else d.opened_at + interval '3 hours' end,
  case when p.state = 'held' then null else d.opened_at + interval '1 hour' end, '{}'
  from positions p join deployments d on d.id = p.deployment_id;
insert into assignments (deployment_id, position_id, expert_id, state, span, arrives_at, travel_mode, confirmed_at)
  select o.deployment_id, o.position_id, o.expert_id, case when d.state = 'closed' then 'home' else 'confirmed' end,
  tstzrange(d.starts_at, d.ends_at), d.starts_at, 'drive', d.starts_at
  from offers o join deployments d on d.id = o.deployment_id where o.state = 'accepted';
insert into messages (channel, kind, number, body, expert_id, offer_id, topic, state, attempts, priority, queued_at, claimed_at,
  sent_at, valid_until, error_code)
  select 'text', (array['offer', 'confirmed', 'reminder', 'standby', 'got_no'])[k], p.number, 'x',
  o.expert_id, o.id, 'request:' || o.deployment_id, case when (o.id + k) %% 25 = 0 and k > 3 then 'undelivered' else 'delivered' end,
  1, 0, coalesce(o.answered_at, o.asked_at), coalesce(o.answered_at, o.asked_at), coalesce(o.answered_at, o.asked_at),
  o.reply_by, null
  from offers o join bench_phones p on p.n = o.expert_id cross join generate_series(1, %(messages)s) k;
insert into inbound_messages (sid, number, body, received_at, state, topic)
  select 'SM' || id, p.number, p.said, answered_at, 'read', '' from offers join bench_phones p on p.n = expert_id where answered_at is not null;
insert into procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)
  select 'default', 'dispatch.climb', jsonb_build_object('offer_id', id), 'todo', reply_by from offers where state = 'contacting';
insert into events (at, kind, subject_id, topic, actor_kind, actor_name, data)
  select asked_at, 'offer.made', id, 'request:' || deployment_id, 'system', '', '{}' from offers;
set session_replication_role = origin;
analyze
