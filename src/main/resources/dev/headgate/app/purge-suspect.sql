-- In one process at a time: elsewhere it deletes nothing, and does not wait. There are never many.
delete from headgate.suspect
where ctid = any (array(
  select ctid from headgate.suspect
  where noted_at < now() - make_interval(secs => :#retention)
    and (select pg_try_advisory_xact_lock(hashtext('headgate.purge'), hashtext('suspect')))
  limit :#chunk))
