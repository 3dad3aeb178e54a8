-- Along the index on delivered_at, in one process at a time: elsewhere it deletes nothing, and does not wait.
delete from headgate.outbox
where ctid = any (array(
  select ctid from headgate.outbox
  where delivered_at < now() - make_interval(secs => :#retention)
    and (select pg_try_advisory_xact_lock(hashtext('headgate.purge'), hashtext('outbox')))
  order by delivered_at
  limit :#chunk))
