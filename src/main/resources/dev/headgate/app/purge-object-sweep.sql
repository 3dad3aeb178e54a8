-- Along the index on swept_at, in one process at a time: elsewhere it deletes nothing, and does not wait.
delete from headgate.object_sweep
where ctid = any (array(
  select ctid from headgate.object_sweep
  where swept_at < now() - make_interval(secs => :#retention)
    and (select pg_try_advisory_xact_lock(hashtext('headgate.purge'), hashtext('object_sweep')))
  order by swept_at
  limit :#chunk))
