delete from headgate.job
where ctid = any (array(
  select ctid from headgate.job where ended_at < now() - make_interval(secs => :#retention) and lease is null limit :#chunk))
