-- Rows for bench/dispatch/answers.py: people who are being asked at this moment, six seats a deployment, one offer a seat.
-- Every table's ids begin at a number of their own, so that an id in a statement says whose it is (statements.py). `phones.py` has made bench_phones.
set session_replication_role = replica;
insert into agencies (id, name, kind, city, state, latitude, longitude, time_zone)
  values (1, 'A', 'municipal', 'C', 'CO', 1, 1, 'America/Denver');
insert into users (id, email, name, roles, is_active) values
  (1, 'a@x', 'a', '{auditor}', true), (2, 'b@x', 'b', '{auditor}', true), (3, 'c@x', 'c', '{auditor}', true);
insert into experts (id, name, disciplines, expertise, languages, city, state, latitude, longitude, time_zone, is_leader,
  is_trainee, is_mentor, past_deployments, conflict_agencies, wakes_for_immediate, is_active, version)
  select 100000000 + n, 'E' || n, '{VA}', '{}', '{}', 'C', 'CO', 1, 1, 'America/Denver', false, false, false, 0, '{}', true,
  true, 1 from generate_series(1, %(people)s) n;
insert into contacts (id, expert_id, kind, number)
  select 200000000 + n, 100000000 + n, 'mobile', p.number from generate_series(1, %(people)s) n join bench_phones p using (n);
insert into requests (id, reference, agency_id, state, version, filed_by_id, keyed_in_by_desk, filed_at, incident_type,
  modifiers, city, place_state, latitude, longitude, time_zone, summary, languages, service_types, expertise_wanted, priority,
  needed_by, days, mode, contact_name, contact_title, contact_phone, contact_email, report_to, details, decided_by_id,
  decided_at, recommended_by_id, team_type)
  select 300000000 + n, '26-' || n, 1, 'approved', 1, 1, false, now(), 'x', '{}', 'C', 'CO', 1, 1, 'America/Denver', '', '{}',
  '{}', '{}', 'immediate', now() + interval '1 day', 3, 'on_site', 'n', 't', said, said, 'r', said, 2, now(), 3, 'T2'
  from generate_series(1, %(people)s / 6) n cross join (select said from bench_phones limit 1) p;
insert into deployments (id, request_id, reference, state, version, team_type, priority, starts_at, ends_at, opened_at)
  select 400000000 + n, 300000000 + n, '26-' || n, 'offering', 1, 'T2', 'immediate', now() + interval '1 day',
  now() + interval '4 days', now() from generate_series(1, %(people)s / 6) n;
insert into positions (id, deployment_id, number, code, title, state, disciplines, required, desired, is_leader, is_remote,
  is_licensed)
  select 500000000 + n, 400000001 + (n - 1) / 6, 1 + (n - 1) %% 6, 'VA', 'Victim advocate', 'held', '{VA}', '{}', '{}', false,
  false, false from generate_series(1, %(people)s) n;
insert into procrastinate_jobs (id, queue_name, task_name, args, status, scheduled_at)
  select 700000000 + n, 'default', 'dispatch.climb', jsonb_build_object('offer_id', 600000000 + n), 'todo',
  now() + interval '50 minutes' from generate_series(1, %(people)s) n;
insert into offers (id, deployment_id, position_id, expert_id, code, state, rung, asked_at, reply_by, travel, timer_job_id)
  select 600000000 + n, 400000001 + (n - 1) / 6, 500000000 + n, 100000000 + n, '234', 'contacting', 1, now(),
  now() + interval '60 minutes', jsonb_build_object('mode', 'drive', 'minutes', 60, 'depart', now() + interval '20 hours',
  'arrive', now() + interval '23 hours', 'home', now() + interval '100 hours', 'rested', now() + interval '150 hours'),
  700000000 + n from generate_series(1, %(people)s) n;
insert into messages (channel, kind, number, body, expert_id, offer_id, topic, state, sid, attempts, priority, queued_at,
  claimed_at, sent_at, delivered_at, valid_until)
  select 'text', 'offer', p.number, 'x', 100000000 + n, 600000000 + n, 'request:' || 300000001 + (n - 1) / 6,
  'delivered', 'SMoffer' || n, 1, 0, now(), now(), now(), now(), now() + interval '60 minutes'
  from generate_series(1, %(people)s) n join bench_phones p using (n);
set session_replication_role = origin;
alter sequence inbound_messages_id_seq restart 1100000000;
alter sequence events_id_seq restart 1200000000;
alter sequence messages_id_seq restart 1300000000;
alter sequence procrastinate_jobs_id_seq restart 1400000000;
alter sequence assignments_id_seq restart 1500000000;
analyze
