-- Along the index on received_at, in one process at a time: elsewhere it deletes nothing, and does not wait.
delete from headgate.dead_letter
where ctid = any (array(
  select ctid from headgate.dead_letter
  where received_at < now() - make_interval(secs => :#retention)
    and (select pg_try_advisory_xact_lock(hashtext('headgate.purge'), hashtext('dead_letter')))
  order by received_at
  limit :#chunk))
