-- Along the index on ended_at, in one process at a time: elsewhere it deletes nothing, and does not wait.
delete from headgate.job
where ctid = any (array(
  select ctid from headgate.job
  where ended_at < now() - make_interval(secs => :#retention) and lease is null
    and (select pg_try_advisory_xact_lock(hashtext('headgate.purge'), hashtext('job')))
  order by ended_at
  limit :#chunk))
