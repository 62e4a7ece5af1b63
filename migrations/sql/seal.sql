-- Seals what a transaction recorded, and tells live pages of it, in one walk: a chain's head is read once and written
-- once, however many of its events there are. As before it runs at the end of the transaction, chains in their order.
-- Events that were undone with their savepoint are not there any more: neither chained nor told. That somebody looked
-- changes no page, so no page is told of it. A plan for a few ids is always the right one; making it anew for each
-- array costs as much as the sealing.

create or replace function audit_seal(ids bigint[]) returns void language plpgsql security definer
  set search_path = pg_catalog, public set plan_cache_mode = force_generic_plan as $$
declare
  e public.events;
  of_chain text;
  held text;
  last_number bigint;
  last_hash bytea;
begin
  for e in select * from public.events where id = any (ids) order by public.audit_chain(topic, kind), id loop
    of_chain := public.audit_chain(e.topic, e.kind);
    if of_chain is distinct from held then
      if held is not null then
        update public.audit_heads set number = last_number, hash = last_hash where chain = held;
      end if;
      loop
        select number, hash into last_number, last_hash from public.audit_heads where chain = of_chain for update;
        exit when found;
        insert into public.audit_heads (chain, number, hash) values (of_chain, 0, '') on conflict (chain) do nothing;
      end loop;
      held := of_chain;
    end if;
    last_number := last_number + 1;
    last_hash := public.audit_hash(last_hash, of_chain, last_number, e);
    insert into public.audit_links (event_id, chain, number, hash) values (e.id, of_chain, last_number, last_hash);
    if e.kind !~ '[._](viewed|listed|exported)$' then
      perform pg_notify('rrt_events', case e.topic when '' then e.kind else e.topic end);
    end if;
  end loop;
  if held is not null then
    update public.audit_heads set number = last_number, hash = last_hash where chain = held;
  end if;
end $$;
