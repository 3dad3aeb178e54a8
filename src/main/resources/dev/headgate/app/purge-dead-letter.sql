delete from headgate.dead_letter
where ctid = any (array(
  select ctid from headgate.dead_letter where received_at < now() - make_interval(secs => :#retention) limit :#chunk))
