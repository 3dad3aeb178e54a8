delete from headgate.ledger
where ctid = any (array(
  select ctid from headgate.ledger where applied_at < now() - make_interval(secs => :#retention) limit :#chunk))
