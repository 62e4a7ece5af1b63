-- The log as hash chains: one for each topic, one for each kind of subject that has none (reliability.md R19).
-- `audit_seal` runs at the end of the transaction that recorded the events, chains in their order, so that two
-- transactions hold a head only while they commit and never wait for each other in a circle. It runs with its owner's
-- rights: the role of the service may call it, and change neither links nor heads itself.

create function audit_chain(topic text, kind text) returns text language sql immutable as
$$ select case when topic = '' then split_part(kind, '.', 1) else topic end $$;

create function audit_field(value text) returns bytea language sql immutable as $$
  select case when value is null then int4send(-1)
    else int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') end
$$;

create function audit_hash(before bytea, chain text, number bigint, e events) returns bytea language sql stable as $$
  select sha256(before || audit_field(chain) || audit_field(number::text) || audit_field(e.id::text)
    || audit_field(to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit_field(e.kind) || audit_field(e.subject_id::text) || audit_field(e.topic) || audit_field(e.actor_kind)
    || audit_field(e.actor_id::text) || audit_field(e.actor_name) || audit_field(e.data::text))
$$;

create function audit_seal(ids bigint[]) returns void language plpgsql security definer
  set search_path = pg_catalog, public as $$
declare
  e public.events;
  of_chain text;
  link record;
begin
  for e in select * from public.events where id = any (ids) order by public.audit_chain(topic, kind), id loop
    of_chain := public.audit_chain(e.topic, e.kind);
    loop
      update public.audit_heads h
        set number = h.number + 1, hash = public.audit_hash(h.hash, of_chain, h.number + 1, e)
        where h.chain = of_chain returning h.number, h.hash into link;
      exit when found;
      insert into public.audit_heads (chain, number, hash) values (of_chain, 0, '') on conflict (chain) do nothing;
    end loop;
    insert into public.audit_links (event_id, chain, number, hash) values (e.id, of_chain, link.number, link.hash);
  end loop;
end $$;

create trigger append_only before update or delete on audit_links for each row execute function refuse_rewriting();
create trigger never_emptied before truncate on audit_links for each statement execute function refuse_rewriting();
create trigger never_emptied before truncate on events for each statement execute function refuse_rewriting();
create trigger never_emptied before truncate on decisions for each statement execute function refuse_rewriting();

-- What was recorded before there were chains.
select audit_seal(array_agg(id)) from events;
