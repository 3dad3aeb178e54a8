-- Along the index on applied_at, in one process at a time: elsewhere it deletes nothing, and does not wait.
delete from headgate.ledger
where ctid = any (array(
  select ctid from headgate.ledger
  where applied_at < now() - make_interval(secs => :#retention)
    and (select pg_try_advisory_xact_lock(hashtext('headgate.purge'), hashtext('ledger')))
  order by applied_at
  limit :#chunk))
