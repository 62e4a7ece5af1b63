-- Guards of the database: states move only along their machine's arrows, and the log is never rewritten.
-- Frozen text, made from the tables of arrows; tests compare both.

create function refuse_wrong_step() returns trigger language plpgsql as $$
begin
  if old.state is distinct from new.state
     and not (old.state || '>' || new.state) = any (string_to_array(tg_argv[0], ' ')) then
    raise exception 'wrong step: % from % to %', tg_table_name, old.state, new.state
      using errcode = 'check_violation', constraint = 'step_of_' || tg_table_name;
  end if;
  return new;
end $$;

create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name
    using errcode = 'check_violation', constraint = 'append_only_' || tg_table_name;
end $$;

create trigger append_only before update or delete on events for each row execute function refuse_rewriting();
create trigger append_only before update or delete on decisions for each row execute function refuse_rewriting();

create trigger step before update of state on requests for each row
  execute function refuse_wrong_step('draft>merged draft>submitted draft>withdrawn in_intake>info_needed in_intake>merged in_intake>recommended in_intake>withdrawn info_needed>in_intake info_needed>merged info_needed>withdrawn recommended>approved recommended>declined recommended>in_intake recommended>merged recommended>referred recommended>withdrawn submitted>in_intake submitted>merged submitted>withdrawn');

create trigger step before update of state on deployments for each row
  execute function refuse_wrong_step('active>demobilising active>stood_down after_action>closed demobilising>after_action mobilising>active mobilising>stood_down offering>staffed offering>stood_down planning>offering planning>staffed planning>stood_down staffed>mobilising staffed>offering staffed>stood_down');

create trigger step before update of state on positions for each row
  execute function refuse_wrong_step('filled>cancelled filled>open held>cancelled held>filled held>open open>cancelled open>filled open>held open>unfillable unfillable>cancelled unfillable>filled unfillable>open');

create trigger step before update of state on assignments for each row
  execute function refuse_wrong_step('confirmed>cancelled confirmed>ordered en_route>cancelled en_route>no_show en_route>on_site on_site>released on_site>relieved ordered>cancelled ordered>en_route ordered>no_show released>home relieved>home');

create trigger step before update of state on offers for each row
  execute function refuse_wrong_step('accepted>declined accepted>withdrawn contacting>accepted contacting>declined contacting>deferred contacting>expired contacting>standby contacting>unreachable contacting>withdrawn declined>accepted declined>standby deferred>accepted deferred>declined deferred>expired deferred>standby deferred>withdrawn expired>accepted expired>declined expired>standby planned>accepted planned>contacting planned>declined planned>standby planned>withdrawn standby>accepted standby>declined standby>withdrawn unreachable>accepted unreachable>declined unreachable>standby');

create trigger step before update of state on messages for each row
  execute function refuse_wrong_step('queued>cancelled queued>sending sending>delivered sending>failed sending>queued sending>sent sending>undelivered sending>unknown sent>delivered sent>failed sent>undelivered unknown>delivered unknown>failed unknown>sent unknown>undelivered');

create trigger step before update of state on inbound_messages for each row
  execute function refuse_wrong_step('needs_person>settled read>needs_person received>ignored received>needs_person received>read');
