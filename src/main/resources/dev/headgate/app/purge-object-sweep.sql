delete from headgate.object_sweep
where ctid = any (array(
  select ctid from headgate.object_sweep where swept_at < now() - make_interval(secs => :#retention) limit :#chunk))
