delete from headgate.outbox
where ctid = any (array(
  select ctid from headgate.outbox where delivered_at < now() - make_interval(secs => :#retention) limit :#chunk))
