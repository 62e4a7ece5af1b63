-- Take the job queue away again: everything whose name starts with procrastinate_.
do $$
declare thing record;
begin
  for thing in select format('drop table %I cascade', relname) as command from pg_class
      where relkind = 'r' and relname like 'procrastinate\_%' and relnamespace = 'public'::regnamespace loop
    execute thing.command;
  end loop;
  for thing in select format('drop function %s cascade', oid::regprocedure) as command from pg_proc
      where proname like 'procrastinate\_%' and pronamespace = 'public'::regnamespace loop
    execute thing.command;
  end loop;
  for thing in select format('drop type if exists %I cascade', typname) as command from pg_type
      where typname like 'procrastinate\_%' and typtype in ('e', 'c') and typnamespace = 'public'::regnamespace loop
    execute thing.command;
  end loop;
end $$;
